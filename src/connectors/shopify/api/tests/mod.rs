//! The interface against a shop of our own making: everything comes once, through any weather,
//! from any place, and is the very same thing as in Shopify's exports.

mod counter;
mod fake;
mod figures;
mod gone;
mod same;
mod shelf;
mod stock;
mod weather;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use self::fake::{Fake, TOKEN};
use crate::base::Instant;
use crate::connectors::contract::{Api, Cursor, Document, Page, Problem};
use crate::connectors::fault::Fault;
use crate::connectors::kit::reread;
use crate::connectors::kit::stage::Stage;
use crate::connectors::shopify::CONNECTOR;
use crate::domain::record::{Order, Record};

/// By key what is known at the end: the later document counts.
type Known = BTreeMap<String, Vec<Record>>;

fn stage() -> Stage {
    Stage::new().setting("shop", "mugs").secret("access_token", TOKEN)
}

fn app_stage() -> Stage {
    Stage::new()
        .setting("shop", "mugs.myshopify.com")
        .secret("client_id", "an-id")
        .secret("client_secret", "shpss_very-secret")
}

fn bag(amount: &str) -> Value {
    json!({ "shopMoney": { "amount": amount, "currencyCode": "EUR" } })
}

fn line(id: u32, quantity: i64, unit: &str, discount: &str, tax: &str) -> Value {
    json!({
        "__typename": "LineItem", "id": format!("gid://shopify/LineItem/{id}"),
        "name": format!("Mug {id}"), "sku": format!("MUG-{id}"), "quantity": quantity,
        "isGiftCard": false, "requiresShipping": true, "originalUnitPriceSet": bag(unit),
        "discountAllocations": [{ "allocatedAmountSet": bag(discount) }],
        "taxLines": [{ "priceSet": bag(tax), "channelLiable": false }],
    })
}

fn paid(kind: &str, amount: &str) -> Value {
    json!({ "id": "gid://shopify/OrderTransaction/1", "kind": kind, "status": "SUCCESS",
        "gateway": "shopify_payments", "test": false, "amountSet": bag(amount),
        "fees": [{ "amount": { "amount": "1.23", "currencyCode": "EUR" } }] })
}

/// Two mugs of 20.00 less 4.00, shipping 7.00, tax 2.88 and 0.56 on top: 46.44.
fn order(number: u32, updated_at: &str) -> Value {
    json!({
        "__typename": "Order", "id": format!("gid://shopify/Order/{}", 5_000 + number),
        "name": format!("#{number}"), "createdAt": "2026-09-20T10:00:00Z",
        "processedAt": "2026-08-01T09:59:00Z", "updatedAt": updated_at, "cancelledAt": null,
        "test": false, "currencyCode": "EUR", "taxesIncluded": false,
        "displayFinancialStatus": "PAID", "totalPriceSet": bag("46.44"),
        "totalTipReceivedSet": bag("0.0"), "netPaymentSet": bag("46.44"),
        "totalOutstandingSet": bag("0.0"), "originalTotalDutiesSet": null, "additionalFees": [],
        "transactions": [paid("SALE", "46.44")], "refunds": [],
        "customer": { "id": "gid://shopify/Customer/777" },
        "shippingAddress": { "countryCodeV2": "DE", "provinceCode": "BY" },
        "billingAddress": null,
        "shippingLines": { "pageInfo": { "hasNextPage": false }, "nodes": [{
            "__typename": "ShippingLine",
            "id": format!("gid://shopify/ShippingLine/{number}"), "isRemoved": false,
            "originalPriceSet": bag("7.00"), "discountedPriceSet": bag("7.0"),
            "taxLines": [{ "priceSet": bag("0.56"), "channelLiable": false }] }] },
        "lineItems": { "pageInfo": { "hasNextPage": false, "endCursor": null },
            "nodes": [line(number * 10, 2, "20.00", "4.00", "2.88")] },
    })
}

fn refund(id: u32, line: u32, paid_back: Option<&str>) -> Value {
    let transactions: Vec<Value> =
        paid_back.into_iter().map(|amount| paid("REFUND", amount)).collect();
    json!({
        "id": format!("gid://shopify/Refund/{id}"), "createdAt": "2026-08-09T08:15:28Z",
        "processedAt": "2026-08-09T08:15:28Z", "duties": [],
        "refundLineItems": { "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [{
            "quantity": 1, "restockType": "RETURN", "restocked": true,
            "lineItem": { "id": format!("gid://shopify/LineItem/{line}") },
            "subtotalSet": bag("18.00"), "totalTaxSet": bag("1.44") }] },
        "refundShippingLines": { "nodes": [] }, "orderAdjustments": { "nodes": [] },
        "transactions": { "nodes": transactions },
    })
}

/// Five orders, one with a refund, one with lines beyond the first page.
fn shop() -> Fake {
    let fake = Fake { page_max: Some(2), ..Fake::default() };
    let mut orders: Vec<Value> =
        (1..=5).map(|number| order(number, &format!("2026-08-0{number}T12:00:00Z"))).collect();
    orders[1]["refunds"] = json!([{ "id": "gid://shopify/Refund/9501" }]);
    orders[1]["displayFinancialStatus"] = "PARTIALLY_REFUNDED".into();
    fake.refunds
        .lock()
        .unwrap()
        .insert("gid://shopify/Refund/9501".into(), refund(9501, 20, Some("19.44")));
    orders[2]["lineItems"]["pageInfo"] = json!({ "hasNextPage": true, "endCursor": "0" });
    orders[2]["totalPriceSet"] = bag("55.44");
    let more = (31..=33).map(|id| line(id, 1, "3.00", "0.00", "0.00")).collect();
    fake.more_lines.lock().unwrap().insert("gid://shopify/Order/5003".into(), more);
    *fake.orders.lock().unwrap() = orders;
    fake
}

fn drain(stage: &Stage, fake: &Fake, stream: &str, from: Cursor) -> (Vec<Document>, Cursor) {
    stage.drain((&CONNECTOR, fake), stream, from).unwrap()
}

fn know(known: &mut Known, documents: &[Document]) {
    for document in documents {
        if !document.records.is_empty() {
            known.insert(document.key.clone(), document.records.clone());
        }
    }
}

fn known_of(documents: &[Document]) -> Known {
    let mut known = Known::new();
    know(&mut known, documents);
    known
}

fn pull(stage: &Stage, fake: &Fake, stream: &str, from: &Cursor) -> Result<Page, Fault> {
    let stream = CONNECTOR.spec().find_stream(stream).unwrap();
    let page = CONNECTOR.pull(&stage.ctx(&CONNECTOR, fake), stream, from)?;
    reread::expect_same(&CONNECTOR, (&stage.account, stream), &page);
    Ok(page)
}

fn orders_of(documents: &[Document]) -> Vec<Order> {
    let orders =
        documents.iter().flat_map(|document| &document.records).filter_map(|record| match record {
            Record::Order(order) => Some((**order).clone()),
            _ => None,
        });
    orders.collect()
}

fn problems_of(documents: &[Document]) -> Vec<Problem> {
    documents.iter().flat_map(|document| document.problems.clone()).collect()
}

#[test]
fn who_we_are_is_told_before_anything_is_saved_and_what_we_may_not_do() {
    let (stage, fake) = (app_stage(), shop());
    let who = CONNECTOR.check(&stage.ctx(&CONNECTOR, &fake)).unwrap();
    assert_eq!((who.id.as_str(), who.label.as_str()), ("mugs.myshopify.com", "Mug Shop"));
    assert_eq!(who.time_zone.as_deref(), Some("Europe/Berlin"));
    let told = who.told.join("\n");
    assert!(told.contains("read_all_orders") && told.contains("read_shopify_payments"), "{told}");
    assert!(told.contains("write_inventory"), "{told}");
    assert_eq!(who.told.len(), 3, "who may write products may read them");
    let nothing = Stage::new().setting("shop", "mugs");
    let fault = CONNECTOR.check(&nothing.ctx(&CONNECTOR, &fake)).unwrap_err();
    assert_eq!(fault.name(), "auth");
}

#[test]
fn everything_comes_in_one_go_at_first_with_its_progress_and_then_what_changed() {
    let (stage, fake) = (stage(), shop());
    let (mut place, mut seen, mut documents) = (Cursor::start(), Vec::new(), Vec::new());
    loop {
        let page = pull(&stage, &fake, "orders", &place).unwrap();
        seen.push((page.progress.map(|it| (it.done, it.total)), page.wait.is_some()));
        documents.extend(page.documents);
        place = page.next;
        match page.wait {
            Some(wait) => stage.clock.pause(wait),
            None if page.more => {}
            None => break,
        }
    }
    let begun = [
        (Some((0, None)), true),
        (Some((2, None)), true),
        (Some((0, Some(5))), false),
        (Some((5, Some(5))), false),
        (Some((5, Some(5))), false),
    ];
    assert_eq!(seen[..5], begun);
    assert_eq!(documents.len(), 5);
    assert!(problems_of(&documents).is_empty(), "{:?}", problems_of(&documents));
    let orders = orders_of(&documents);
    let names: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(names, ["#1", "#2", "#3", "#4", "#5"]);
    assert_eq!(orders[2].lines.len(), 4);
    // A turn later nothing changed.
    stage.clock.advance_seconds(30);
    let (none, place) = drain(&stage, &fake, "orders", place);
    assert!(none.is_empty());
    // One order changes, and a new one is there.
    stage.clock.advance_seconds(30);
    let now = stage.clock.now().plus_seconds(-5).to_string();
    fake.orders.lock().unwrap()[0]["updatedAt"] = now.as_str().into();
    fake.orders.lock().unwrap().push(order(6, &now));
    let (changed, place) = drain(&stage, &fake, "orders", place);
    assert_eq!(orders_of(&changed).len(), 2);
    // It is found again while the overlap lasts, and then no more.
    stage.clock.advance_seconds(600);
    let (again, place) = drain(&stage, &fake, "orders", place);
    assert_eq!(known_of(&again), known_of(&changed));
    // One that Shopify's search tells ten minutes late is not lost.
    let late = stage.clock.now().plus_seconds(-600).to_string();
    fake.orders.lock().unwrap().push(order(7, &late));
    let (found, place) = drain(&stage, &fake, "orders", place);
    assert!(orders_of(&found).iter().any(|order| order.id == "#7"));
    stage.clock.advance_seconds(3_600);
    let (_, place) = drain(&stage, &fake, "orders", place);
    assert!(drain(&stage, &fake, "orders", place).0.is_empty());
}

#[test]
fn from_every_place_the_rest_comes_and_nothing_twice() {
    let fake = shop();
    fill(&fake);
    for stream in ["orders", "orders-again", "fees", "payouts", "products", "stock"] {
        let whole = known_of(&drain(&stage(), &fake, stream, Cursor::start()).0);
        assert!(!whole.is_empty(), "{stream}");
        let first = stage();
        let (mut place, mut before, mut pages) = (Cursor::start(), Known::new(), 0);
        loop {
            // The program dies here, and its files are lost.
            let mut known = before.clone();
            know(&mut known, &drain(&stage(), &fake, stream, place.clone()).0);
            assert_eq!(known, whole, "{stream} from page {pages}");
            let page = pull(&first, &fake, stream, &place).unwrap();
            // A page is asked for twice.
            let twice = pull(&first, &fake, stream, &place).unwrap();
            if page.wait.is_none() {
                assert_eq!(
                    known_of(&twice.documents),
                    known_of(&page.documents),
                    "{stream} {pages}"
                );
            }
            know(&mut before, &page.documents);
            (place, pages) = (page.next, pages + 1);
            if !page.more && page.wait.is_none() {
                break;
            }
        }
        assert_eq!(before, whole, "{stream}");
    }
}

#[test]
fn a_file_that_was_lost_or_cut_is_fetched_once_more() {
    let (stage, fake) = (stage(), shop());
    let mut place = Cursor::start();
    for _ in 0..3 {
        let page = pull(&stage, &fake, "orders", &place).unwrap();
        stage.clock.pause(page.wait.unwrap_or_default());
        place = page.next;
    }
    assert!(place.0.contains("Reading"), "{}", place.0);
    crate::connectors::ctx::Spool::remove(&stage.spool, "orders");
    let (documents, _) = drain(&stage, &fake, "orders", place);
    assert_eq!(known_of(&documents).len(), 5);
}

#[test]
fn what_may_not_be_seen_is_done_without_and_what_fails_for_good_is_gone_through_by_page() {
    let fake = shop();
    *fake.bulk_ends.lock().unwrap() = vec![("FAILED", Some("ACCESS_DENIED"))];
    let (documents, _) = drain(&stage(), &fake, "orders", Cursor::start());
    let orders = orders_of(&documents);
    assert_eq!(orders.len(), 5);
    assert!(orders.iter().all(|order| order.customer.platform_id.is_none()));
    let fake = shop();
    *fake.bulk_ends.lock().unwrap() = vec![("FAILED", Some("TIMEOUT")); 4];
    let (documents, _) = drain(&stage(), &fake, "orders", Cursor::start());
    assert_eq!(known_of(&documents).len(), 5);
    let told = problems_of(&documents);
    assert!(matches!(&told[..], [Problem::Doubt { what }] if what.contains("slowly")), "{told:?}");
}

#[test]
fn a_page_that_is_too_dear_is_made_smaller_and_stays_so() {
    let mut fake = shop();
    (fake.dear_above, fake.page_max) = (Some(6), None);
    let stage = stage();
    let (_, place) = drain(&stage, &fake, "orders-again", Cursor::start());
    let dear = || fake.list_asked("\"first\":20").len() + fake.list_asked("\"first\":10").len();
    assert_eq!(dear(), 2);
    assert!(!fake.list_asked("\"first\":5").is_empty());
    stage.clock.advance_seconds(86_400);
    drain(&stage, &fake, "orders-again", place);
    assert_eq!(dear(), 2);
}

#[test]
fn goods_and_stock_of_before_the_books_are_there_and_older_orders_are_not_asked_for() {
    let fake = shop();
    fill(&fake);
    let stage = Stage { since: Instant::parse("2026-10-30T00:00:00Z").unwrap(), ..stage() };
    for stream in ["products", "stock"] {
        assert!(!known_of(&drain(&stage, &fake, stream, Cursor::start()).0).is_empty(), "{stream}");
    }
    drain(&stage, &fake, "orders", Cursor::start());
    assert_eq!(fake.list_asked("updated_at:>='2026-10-30T00:00:00Z'").len(), 1);
}

/// Products, stock, fees and payouts.
fn fill(fake: &Fake) {
    *fake.variants.lock().unwrap() = (1..=3).map(same::variant).collect();
    *fake.locations.lock().unwrap() = same::locations();
    *fake.levels.lock().unwrap() = same::levels();
    *fake.rows.lock().unwrap() = same::rows();
    *fake.payouts.lock().unwrap() = same::payouts();
}
