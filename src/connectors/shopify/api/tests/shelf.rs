//! What orders, listings and levels say of the stock.

use super::*;
use crate::connectors::contract::{Connector, FileFormat, Found, ReadCtx};
use crate::domain::record::{Listing, StockLevel, StockState, Stocked};

fn sold(mut line: Value, item: u32, unfulfilled: i64) -> Value {
    let id = format!("gid://shopify/InventoryItem/{item}");
    line["variant"] = json!({ "inventoryItem": { "id": id } });
    line["unfulfilledQuantity"] = unfulfilled.into();
    line
}

fn parcel(status: &str, at: &str) -> Value {
    json!({ "status": status, "createdAt": at })
}

fn read(order: Value, refunds: Vec<Value>) -> Order {
    let fake = Fake::default();
    let mut order = order;
    let ids: Vec<Value> = refunds.iter().map(|it| json!({ "id": it["id"] })).collect();
    order["refunds"] = ids.into();
    for refund in refunds {
        let id = refund["id"].as_str().unwrap().to_owned();
        fake.refunds.lock().unwrap().insert(id, refund);
    }
    order["updatedAt"] = "2026-10-31T12:00:00Z".into();
    order["createdAt"] = "2026-10-31T12:00:00Z".into();
    *fake.orders.lock().unwrap() = vec![order];
    let (documents, _) = drain(&stage(), &fake, "orders-again", Cursor::start());
    orders_of(&documents).pop().unwrap()
}

fn shipped(order: &Order) -> Vec<Option<i64>> {
    order.lines.iter().map(|line| line.stock.shipped).collect()
}

/// Three of one thing; `unfulfilled` of them are still to be sent.
fn three(unfulfilled: i64, parcels: Value) -> Value {
    let mut order = order(1, "2026-10-31T12:00:00Z");
    let line = sold(line(10, 3, "10.00", "0.00", "0.00"), 8812, unfulfilled);
    order["lineItems"]["nodes"] = json!([line]);
    order["fulfillments"] = parcels;
    order
}

#[test]
fn a_line_names_the_item_that_it_sold_and_counts_what_left() {
    let sent = parcel("SUCCESS", "2026-08-02T10:00:00Z");
    let last = parcel("SUCCESS", "2026-08-05T10:00:00Z");
    let failed = parcel("FAILURE", "2026-08-06T10:00:00Z");
    for (order, expected, why) in [
        (three(3, json!([])), Some(0), "nothing was sent"),
        (three(1, json!([sent])), Some(2), "a part of it"),
        (three(0, json!([sent, last, failed])), Some(3), "all of it"),
        (three(3, json!([failed])), Some(0), "a parcel that failed is none"),
        (three(0, Value::Null), None, "an older version did not ask"),
    ] {
        let read = read(order, Vec::new());
        assert_eq!(shipped(&read), [expected], "{why}");
        assert_eq!(read.lines[0].stock.listing.as_deref(), Some("8812"));
        assert!(!read.stock.cancelled_for_lack);
    }
    let read = read(three(0, json!([last, sent])), Vec::new());
    assert_eq!(read.stock.shipped_at.unwrap().to_string(), "2026-08-05T10:00:00Z");
}

#[test]
fn units_that_were_taken_off_before_they_left_were_not_sent() {
    let sent = || json!([parcel("SUCCESS", "2026-08-05T10:00:00Z")]);
    // Of 2026-08-09, one unit each.
    let back = |kind: &str, at: &str| {
        let mut refund = refund(9501, 10, None);
        refund["refundLineItems"]["nodes"][0]["restockType"] = kind.into();
        refund["refundLineItems"]["nodes"][0]["restocked"] = (kind != "NO_RESTOCK").into();
        refund["processedAt"] = at.into();
        vec![refund]
    };
    let (before, after) = ("2026-08-04T08:00:00Z", "2026-08-09T08:00:00Z");
    for (kind, at, expected) in [
        ("RETURN", after, 3),
        ("CANCEL", after, 2),
        ("NO_RESTOCK", before, 2),
        ("NO_RESTOCK", after, 3),
    ] {
        let read = read(three(0, sent()), back(kind, at));
        assert_eq!(shipped(&read), [Some(expected)], "{kind} {at}");
    }
    let read = read(three(0, json!([])), back("NO_RESTOCK", after));
    assert_eq!(shipped(&read), [Some(0)], "an order that was never sent");
}

#[test]
fn an_order_that_is_called_off_for_want_of_units_says_so() {
    for (reason, expected) in [("INVENTORY", true), ("CUSTOMER", false), ("OTHER", false)] {
        let mut order = three(0, json!([]));
        order["cancelledAt"] = "2026-08-03T10:00:00Z".into();
        order["cancelReason"] = reason.into();
        assert_eq!(read(order, Vec::new()).stock.cancelled_for_lack, expected, "{reason}");
    }
}

#[test]
fn an_app_that_may_not_see_products_still_reads_its_orders() {
    let mut order = three(0, json!([parcel("SUCCESS", "2026-08-05T10:00:00Z")]));
    order["lineItems"]["nodes"][0]["variant"] = Value::Null;
    let read = read(order, Vec::new());
    assert_eq!((read.lines[0].stock.listing.as_deref(), shipped(&read)), (None, vec![Some(3)]));
    assert!(!super::super::documents::bulk_orders("", false).contains("variant"));
    assert!(super::super::documents::bulk_orders("", true).contains("inventoryItem"));
}

fn variant(number: u32, item: u32, (tracked, policy): (bool, &str)) -> Value {
    let mut variant = super::same::variant(number);
    variant["sku"] = "CAP".into();
    variant["inventoryPolicy"] = policy.into();
    variant["inventoryItem"]["id"] = format!("gid://shopify/InventoryItem/{item}").into();
    variant["inventoryItem"]["tracked"] = tracked.into();
    variant
}

#[test]
fn each_listing_of_a_sku_has_an_address_of_its_own_and_says_whether_it_stops_at_nothing() {
    let fake = Fake::default();
    *fake.variants.lock().unwrap() = vec![
        variant(1, 8812, (true, "DENY")),
        variant(2, 8813, (true, "CONTINUE")),
        variant(3, 8814, (false, "DENY")),
    ];
    let (documents, _) = drain(&stage(), &fake, "products", Cursor::start());
    let listings: Vec<Listing> = documents
        .into_iter()
        .flat_map(|document| document.records)
        .filter_map(|record| match record {
            Record::Listing(listing) => Some(*listing),
            _ => None,
        })
        .collect();
    let told: Vec<(&str, Option<&str>, Stocked)> =
        listings.iter().map(|it| (it.key.as_str(), it.channel_id.as_deref(), it.stocked)).collect();
    let expected = [
        ("CAP", Some("8812"), Stocked::Counted),
        ("CAP", Some("8813"), Stocked::Oversold),
        ("CAP", Some("8814"), Stocked::Uncounted),
    ];
    assert_eq!(told, expected);
}

#[test]
fn what_is_available_is_told_beside_its_listing_and_place() {
    let fake = Fake::default();
    *fake.locations.lock().unwrap() = super::same::locations();
    let mut levels = super::same::levels();
    for (level, item) in levels.iter_mut().zip([1, 2, 3, 1, 2]) {
        level["item"]["id"] = format!("gid://shopify/InventoryItem/{}", 8810 + item).into();
    }
    *fake.levels.lock().unwrap() = levels;
    let (stage, whole) = (stage(), |documents: &[Document]| {
        let records = documents.iter().flat_map(|document| document.records.clone());
        let levels = records.map(|record| match record {
            Record::Stock(level) => level,
            other => panic!("{other:?}"),
        });
        levels.collect::<Vec<StockLevel>>()
    });
    let (documents, place) = drain(&stage, &fake, "stock", Cursor::start());
    for level in whole(&documents) {
        let place = if level.location == "Berlin" { "1" } else { "2" };
        let item = if level.sku == "CAP-1" { "8811" } else { "8812" };
        let expected = (item.to_owned(), place.to_owned());
        let is_available = level.state == StockState::Available;
        assert_eq!(level.listing, is_available.then_some(expected), "{level:?}");
    }
    // One that is no longer stocked at a place has nothing there, under the same address.
    fake.levels.lock().unwrap().retain(|it| it["location"] != "gid://shopify/Location/2");
    stage.clock.advance_seconds(86_400);
    let (documents, _) = drain(&stage, &fake, "stock", place);
    let gone: Vec<StockLevel> =
        whole(&documents).into_iter().filter(|level| level.location == "Riga").collect();
    assert!(gone.iter().all(|level| level.quantity == 0));
    let addressed: Vec<_> = gone.iter().filter_map(|level| level.listing.clone()).collect();
    let at = |item: &str| (item.to_owned(), "2".to_owned());
    assert!(addressed.contains(&at("8811")) && addressed.contains(&at("8812")), "{gone:?}");
}

const ORDERS: &str = "Name,Financial Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,\
    Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
    Lineitem fulfillment status\n\
    #1,paid,2026-08-05 12:00:00 +0200,EUR,30.00,0.00,0.00,30.00,2026-08-01 10:00:00 +0200,2,Mug,\
    10.00,MUG,fulfilled\n\
    #1,,,,,,,,2026-08-01 10:00:00 +0200,1,Cap,10.00,CAP,pending\n\
    #2,paid,,EUR,20.00,0.00,0.00,20.00,2026-08-01 10:00:00 +0200,2,Mug,10.00,MUG,partial\n";

#[test]
fn the_export_tells_what_left_as_far_as_its_columns_do() {
    let is_it = |format: &&FileFormat| format.name == "shopify-orders";
    let format = CONNECTOR.files().iter().find(is_it).unwrap();
    let ctx = ReadCtx {
        currency: crate::base::Currency::parse("EUR").ok(),
        zone: crate::base::Zone::utc(),
        store: None,
    };
    let mut orders = Vec::new();
    (format.read)(&mut ORDERS.as_bytes(), &ctx, &mut |found| {
        if let Found::Records { records, .. } = found {
            orders.extend(records.into_iter().filter_map(|record| match record {
                Record::Order(order) => Some(*order),
                _ => None,
            }));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(shipped(&orders[0]), [Some(2), Some(0)]);
    assert_eq!(orders[0].stock.shipped_at.unwrap().to_string(), "2026-08-05T10:00:00Z");
    assert_eq!(shipped(&orders[1]), [None], "how many of them it does not say");
    assert_eq!(orders[1].stock.shipped_at, None);
}
