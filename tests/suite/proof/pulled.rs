//! A shop's history that is asked for page by page is booked as it comes, and comes to the very
//! rows that the same orders as a file come to.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use purser::app::jobs;
use purser::base::secret::Secret;
use purser::base::{Currency, Day, Decimal, Zone};
use purser::connectors::fault::Fault;
use purser::connectors::kit::http::{Answer, Reach, Request, Transport};
use purser::domain::record::{Cost, Record};
use purser::store::{dirty, imports};
use purser::sync::connect::{self, Ask};
use purser::sync::ctx::Tools;
use purser::sync::import_job::{self, Request as ImportRequest};
use serde_json::{Value, json};

use super::behind::list_rows;
use crate::kit::desk::Desk;

const ORDERS: usize = 430;
const STORE: &str = "shop";

fn orders() -> Vec<Value> {
    let one = |index: usize| {
        let at = format!("2026-{:02}-{:02}T08:00:00", 1 + index / 40, 1 + index % 28);
        let net = 1_000 + 7 * index;
        let amount = format!("{}.{:02}", net / 100, net % 100);
        let (gateway, country) = (["stripe", "paypal"][index % 2], ["DE", "FR", "US"][index % 3]);
        json!({
            "id": 100 + index, "number": format!("{index}"), "status": "completed",
            "currency": "EUR", "version": "9.4.1", "date_created_gmt": at,
            "date_modified_gmt": at, "date_paid_gmt": at, "total": amount, "total_tax": "0.00",
            "shipping_total": "0.00", "shipping_tax": "0.00", "customer_id": 0,
            "payment_method": gateway,
            "billing": {"country": country,
                "email": format!("b{}@buyers.example", index % 50)},
            "line_items": [{"id": 9_000 + index, "name": format!("Mug {}", index % 7),
                "sku": format!("MUG-{}", index % 7), "quantity": 1 + index % 3,
                "subtotal": amount, "total": amount, "total_tax": "0.00"}],
            "shipping_lines": [], "fee_lines": [], "refunds": [], "meta_data": [],
        })
    };
    (0..ORDERS).map(one).collect()
}

/// Of one kind of mug, from the first day on.
fn cost(minor: i64) -> Record {
    Record::Cost(Cost {
        sku: "MUG-3".to_owned(),
        valid_from: Day::parse("2026-01-01").unwrap(),
        unit_cost: Decimal::parse(&format!("{}.{:02}", minor / 100, minor % 100)).unwrap(),
        currency: Currency::parse("EUR").unwrap(),
        store: None,
        country: None,
    })
}

/// The shop, and somebody who enters a cost while its history is read.
struct Shop {
    orders: Vec<Value>,
    desk: Arc<Desk>,
    is_entered: AtomicBool,
}

impl Shop {
    fn answer(&self, url: &str) -> (u16, Value, usize) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let number = |name: &str| {
            let found = query.split('&').find_map(|part| part.strip_prefix(name));
            found.and_then(|text| text.parse::<usize>().ok())
        };
        match path.rsplit_once("/wc/v3/").map(|(_, path)| path) {
            Some("orders") if !query.contains("modified_after") => {
                let from = number("offset=").unwrap_or(0);
                if from > 150 && !self.is_entered.swap(true, Ordering::SeqCst) {
                    self.desk.take(None, vec![cost(321)]);
                }
                let size = number("per_page=").unwrap_or(10);
                let page: Vec<Value> = self.orders.iter().skip(from).take(size).cloned().collect();
                (200, json!(page), self.orders.len())
            }
            Some("orders" | "products" | "refunds") => (200, json!([]), 0),
            _ => (404, json!({"code": "rest_no_route"}), 0),
        }
    }
}

impl Transport for Shop {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let (status, body, total) = self.answer(&request.url);
        let headers = vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-wp-total".to_owned(), total.to_string()),
        ];
        let body: Box<dyn Read + Send> = Box::new(Cursor::new(body.to_string().into_bytes()));
        Ok(Answer::new(status, headers, (body, request.bytes_max), request.place()))
    }
}

fn desk() -> Desk {
    let euro = Currency::parse("EUR").unwrap();
    let mut desk = Desk::new(euro, &Zone::utc());
    desk.add_store(STORE, euro);
    desk.take(None, vec![cost(100)]);
    desk.settle();
    desk
}

fn import_file(desk: &Desk, orders: &[Value]) {
    let path = desk.db().path().with_file_name("orders.json");
    std::fs::write(&path, serde_json::to_string(orders).unwrap()).unwrap();
    let request = ImportRequest {
        path,
        file_name: "orders.json".to_owned(),
        format: None,
        store: Some(STORE.to_owned()),
        currency: None,
        time_zone: None,
        delete_after: false,
        user: None,
        original: None,
        told: Vec::new(),
        again: None,
    };
    let import = import_job::enqueue(desk.tools(), request).unwrap().0;
    jobs::runner(desk.tools()).run_due().unwrap();
    let done = desk.db().read(|reader| imports::find_import(reader, import)).unwrap().unwrap();
    assert_eq!((done.accepted, done.refused, done.fault), (ORDERS as i64, 0, None));
}

fn ask() -> Ask {
    let secret = |text: &str| Secret::new(text.to_owned());
    Ask {
        platform: "woocommerce".to_owned(),
        store: Some(STORE.to_owned()),
        settings: [("base_url".to_owned(), "https://shop.example.test".to_owned())].into(),
        secrets: [
            ("consumer_key".to_owned(), secret("ck_1")),
            ("consumer_secret".to_owned(), secret("cs_1")),
        ]
        .into(),
        ..Ask::default()
    }
}

#[test]
fn a_history_that_is_pulled_is_booked_as_it_comes_and_is_that_of_the_file() {
    let pulled = Arc::new(desk());
    let shop =
        Shop { orders: orders(), desk: Arc::clone(&pulled), is_entered: AtomicBool::new(false) };
    let tools: Tools = pulled.tools().clone().with_transport(Arc::new(shop));
    connect::connect(&tools, &ask()).unwrap();
    jobs::runner(&tools).outside().run_due().unwrap();
    // But for the page that was under way while the cost was entered, and what lacks the cost.
    let unbooked = "select count(*) from orders
        where id not in (select order_id from profit_lines)";
    let unbooked: usize =
        pulled.rows(unbooked)[0].trim_matches(|c: char| !c.is_numeric()).parse().unwrap();
    assert!(unbooked <= 100, "{unbooked}");
    let (marked, _) = pulled.db().read(dirty::count).unwrap();
    assert!(marked as usize <= unbooked + ORDERS / 7, "{marked}");
    pulled.settle();

    let from_file = desk();
    from_file.take(None, vec![cost(321)]);
    import_file(&from_file, &orders());
    from_file.settle();
    assert_eq!(pulled.verify(), Vec::<String>::new());
    for table in ["profit_lines", "rollups", "customers", "orders"] {
        let rows = |desk: &Desk| -> Vec<String> {
            match table {
                "orders" => desk.rows(
                    "select external_id, order_day, counted, new_customer_day from orders
                     order by 1",
                ),
                _ => list_rows(desk, table),
            }
        };
        assert_eq!(rows(&pulled), rows(&from_file), "{table}");
    }
}
