//! A shop that answers as WooCommerce does, from a file of orders, each of a line: for a file that
//! is imported, and for a platform that is asked page by page.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Cursor, Read, Write as _};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use purser::connectors::fault::Fault;
use purser::connectors::kit::http::{Answer, Reach, Request, Transport};
use serde_json::{Value, json};

use crate::shop::{DAYS, first_day, sku};

/// The whole export, as a file that is imported, and where each order begins in it.
pub struct Shop {
    file: File,
    starts: Vec<u64>,
    /// Orders that have not been placed yet: the last ones.
    hidden: AtomicU64,
    is_placing: AtomicBool,
}

/// splitmix64 of an index.
fn drawn(index: u64, salt: u64, end: u64) -> u64 {
    let mut mixed = (index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xd1b5);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % end
}

impl Shop {
    /// Writes so many orders, evenly over 24 months, and opens them.
    pub fn write(path: &Path, orders: u64, variants: u64) -> Self {
        let mut file = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
        let mut starts = Vec::with_capacity(orders as usize + 1);
        let (mut at, mut text) = (1, String::new());
        file.write_all(b"[").unwrap();
        for index in 0..orders {
            text.clear();
            write!(text, "{}", order((index, orders), variants)).unwrap();
            starts.push(at);
            text.push_str(if index + 1 < orders { ",\n" } else { "]\n" });
            file.write_all(text.as_bytes()).unwrap();
            at += text.len() as u64;
        }
        starts.push(at);
        file.flush().unwrap();
        Self {
            file: File::open(path).unwrap(),
            starts,
            hidden: AtomicU64::new(0),
            is_placing: AtomicBool::new(false),
        }
    }

    pub fn orders(&self) -> u64 {
        self.starts.len() as u64 - 1 - self.hidden.load(Ordering::SeqCst)
    }

    /// The last order is still to be placed.
    pub fn hide_last(&self) {
        self.hidden.store(1, Ordering::SeqCst);
        self.is_placing.store(true, Ordering::SeqCst);
    }

    pub fn place_last(&self) {
        self.hidden.store(0, Ordering::SeqCst);
    }

    /// What the shop answers to a path with its query, and how many there are in all.
    pub fn answer(&self, path: &str) -> (u16, Vec<u8>, Option<u64>) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parameter = |name: &str| {
            let found =
                query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.map(str::to_owned)
        };
        let number = |name: &str| parameter(name).and_then(|text| text.parse::<u64>().ok());
        match path.rsplit_once("/wc/v3/").map(|(_, path)| path) {
            Some("orders") if parameter("modified_after").is_none() => {
                let from = number("offset").unwrap_or(0).min(self.orders());
                let to = (from + number("per_page").unwrap_or(10)).min(self.orders());
                (200, self.page(from, to), Some(self.orders()))
            }
            Some("orders") => {
                // Nothing ever changes but that one is placed.
                let (last, all) = (self.orders(), self.starts.len() as u64 - 1);
                let is_new = self.is_placing.load(Ordering::SeqCst) && last == all;
                let from = number("offset").unwrap_or(0).min(1) + last - 1;
                let body = if is_new { self.page(from, last) } else { b"[]".to_vec() };
                (200, body, Some(u64::from(is_new)))
            }
            Some("products" | "refunds") => (200, b"[]".to_vec(), Some(0)),
            _ => (404, br#"{"code":"rest_no_route","message":"No route"}"#.to_vec(), None),
        }
    }

    fn page(&self, from: u64, to: u64) -> Vec<u8> {
        let (start, end) = (self.starts[from as usize], self.starts[to as usize]);
        let mut bytes = vec![b'['; (end - start) as usize + 1];
        self.file.read_exact_at(&mut bytes[1..], start).unwrap();
        let text = bytes.trim_ascii_end().len();
        bytes.truncate(text);
        if let Some(last) = bytes.last_mut().filter(|last| matches!(last, b',' | b'[' | b']')) {
            *last = b']';
        }
        if from == to { b"[]".to_vec() } else { bytes }
    }
}

/// The shop without a network between.
impl Transport for Shop {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let (status, body, total) = self.answer(&request.url);
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        headers.extend(total.map(|total| ("x-wp-total".to_owned(), total.to_string())));
        let body: Box<dyn Read + Send> = Box::new(Cursor::new(body));
        Ok(Answer::new(status, headers, (body, request.bytes_max), request.place()))
    }
}

/// As a shop writes one, with the marks that plugins leave.
fn order((index, orders): (u64, u64), variants: u64) -> Value {
    let second = index * (DAYS as u64 * 86_400) / orders;
    let day = first_day().plus((second / 86_400) as i32);
    let of_day = second % 86_400;
    let at = format!("{day}T{:02}:{:02}:{:02}", of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let n_lines = 1 + drawn(index, 1, 10) / 6 + drawn(index, 2, 10) / 9;
    let sold: Vec<(u64, u64, u64)> = (0..n_lines)
        .map(|line| {
            // The larger its number, the less it sells.
            let variant = drawn(index, 10 + line, variants) * drawn(index, 20 + line, 100) / 100;
            let units = 1 + drawn(index, 30 + line, 10) / 8;
            (variant, units, units * (900 + variant * 37 % 8_100))
        })
        .collect();
    let net: u64 = sold.iter().map(|(.., amount)| amount).sum();
    let lines: Vec<Value> =
        sold.iter().enumerate().map(|(line, sold)| of_line(line, sold)).collect();
    let tax: u64 = sold.iter().map(|(.., amount)| amount * 19 / 100).sum();
    let (id, total) = (index + 100, net + tax + 490);
    let buyer = drawn(index, 3, index * 2 / 3 + 1);
    let country = ["US", "DE", "EE", "FR", "GB"][drawn(index, 4, 5) as usize];
    let address = json!({
        "first_name": "A", "last_name": "B", "company": "", "address_1": "C 1", "address_2": "",
        "city": "D", "state": "", "postcode": "10115", "country": country,
        "email": format!("b{buyer}@buyers.example"), "phone": "0"
    });
    let mut order = json!({
        "id": id, "parent_id": 0, "number": id.to_string(), "status": "completed",
        "currency": "EUR", "version": "9.4.1", "prices_include_tax": false,
        "discount_total": "0.00", "discount_tax": "0.00", "shipping_total": "4.90",
        "shipping_tax": "0.00", "cart_tax": money(tax), "total": money(total),
        "total_tax": money(tax), "customer_id": buyer, "order_key": format!("wc_order_{id}"),
        "billing": address, "shipping": address, "payment_method": "stripe",
        "payment_method_title": "Card", "transaction_id": format!("ch_{id}"),
        "created_via": "checkout", "customer_note": "",
        "meta_data": [
            {"id": 1, "key": "_stripe_fee", "value": money(total * 29 / 1_000 + 30)},
            {"id": 2, "key": "_stripe_currency", "value": "EUR"},
            {"id": 3, "key": "_wc_order_attribution_utm_campaign",
                "value": format!("c{}", drawn(index, 5, 12))},
            {"id": 4, "key": "_wc_order_attribution_source_type", "value": "utm"}
        ],
        "line_items": lines,
        "tax_lines": [{"id": id, "rate_code": "DE-MWST-1", "rate_id": 1, "label": "MwSt.",
            "compound": false, "tax_total": money(tax), "shipping_tax_total": "0.00"}],
        "shipping_lines": [{"id": id, "method_title": "Parcel", "method_id": "flat_rate",
            "total": "4.90", "total_tax": "0.00", "taxes": [], "meta_data": []}],
        "fee_lines": [], "coupon_lines": [], "refunds": []
    });
    for what in ["created", "modified", "completed", "paid"] {
        order[format!("date_{what}")] = json!(at);
        order[format!("date_{what}_gmt")] = json!(at);
    }
    order
}

fn of_line(line: usize, (variant, units, amount): &(u64, u64, u64)) -> Value {
    let (amount, tax) = (money(*amount), money(amount * 19 / 100));
    json!({
        "id": line + 1, "name": format!("Variant {variant}"), "product_id": variant,
        "variation_id": 0, "quantity": units, "tax_class": "", "subtotal": amount,
        "subtotal_tax": tax, "total": amount, "total_tax": tax,
        "taxes": [{"id": 1, "total": tax, "subtotal": tax}], "meta_data": [],
        "sku": sku(*variant as i64), "price": 1
    })
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
