//! The seller's own units, read and set; in fair weather and in foul.

use super::*;
use crate::connectors::contract::{
    LevelChange, Reading, StockRef, StockTarget as _, Verdict, WriteTool,
};

const GERMANY: &str = "A1PA6795UKMFR9";
const FRANCE: &str = "A13V1IB3VIYZZH";

fn target(sku: &str) -> StockRef {
    StockRef { listing: sku.to_owned(), sku: sku.to_owned(), place: "DEFAULT".to_owned() }
}

fn change(sku: &str, (expected, quantity): (i64, i64)) -> LevelChange {
    LevelChange { target: target(sku), quantity, expected, key: format!("key-{sku}") }
}

/// A listing as it is live; what was submitted last stands beside it and is another number.
fn item(market: &str, status: &[&str], availability: Value) -> Value {
    json!({"sku": "x", "summaries": [{"marketplaceId": market, "asin": "B1", "status": status}],
        "attributes": {"fulfillment_availability": [{"quantity": 99}]},
        "fulfillmentAvailability": availability})
}

fn own(units: i64) -> Value {
    json!([{"fulfillmentChannelCode": "DEFAULT", "quantity": units}])
}

fn live(sku: &str, units: i64) -> Recorded {
    let body = item(GERMANY, &["BUYABLE", "DISCOVERABLE"], own(units));
    get(&format!("/items/SELLER1/{sku}?"), &body)
}

fn taken(sku: &str) -> Recorded {
    let body = json!({"sku": sku, "status": "ACCEPTED", "submissionId": format!("S-{sku}")});
    Recorded::patch(format!("/items/SELLER1/{sku}?"), body.to_string())
}

fn accepted(submission: &str) -> Verdict {
    Verdict::Accepted { submission: submission.to_owned() }
}

fn push(transport: &Replay, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
    let stage = stage();
    CONNECTOR.push(&stage.ctx(&CONNECTOR, transport), changes)
}

fn count(transport: &Replay, method: &str) -> usize {
    asked(transport).iter().filter(|asked| asked.starts_with(method)).count()
}

fn expect_refused(verdict: &Verdict, word: &str) {
    match verdict {
        Verdict::Refused { what } => assert!(what.contains(word), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_live_number_is_read_and_never_the_one_that_was_submitted() {
    let inactive = item(GERMANY, &[], own(3));
    let out_of_stock = item(GERMANY, &["DISCOVERABLE"], own(0));
    let by_amazon = json!([{"fulfillmentChannelCode": "AMAZON_EU"}]);
    let transport = replay([
        live("MUG%2FBLUE%20%2B1", 12),
        get("/items/SELLER1/OFF?", &inactive),
        get("/items/SELLER1/EMPTY?", &out_of_stock),
        get("/items/SELLER1/FBA?", &item(GERMANY, &["BUYABLE"], by_amazon)),
        get("/items/SELLER1/NONE?", &item(GERMANY, &["BUYABLE"], json!([]))),
        get("/items/SELLER1/GONE?", &json!({"errors": [{"code": "NOT_FOUND"}]})).status(404),
    ]);
    let stage = stage();
    let targets = ["MUG/BLUE +1", "EMPTY", "FBA", "NONE", "OFF", "GONE", ""].map(target);
    let read = CONNECTOR.read(&stage.ctx(&CONNECTOR, &transport), &targets).unwrap();
    let expected = [Reading::Live(12), Reading::Live(0), Reading::Uncounted, Reading::Uncounted];
    assert_eq!(read[..4], expected);
    assert!(matches!(&read[4], Reading::Gone(what) if what.contains("inactive")), "{read:?}");
    assert!(matches!((&read[5], &read[6]), (Reading::Gone(_), Reading::Gone(_))));
    let first = &asked(&transport)[1];
    assert!(first.contains("includedData=summaries%2CfulfillmentAvailability"), "{first}");
    let spec = crate::connectors::contract::StockTarget::spec(&CONNECTOR);
    assert_eq!((spec.tool, spec.apply_max.as_secs()), (WriteTool::PlainSet, 900));
    let places = CONNECTOR.list_places(&stage.ctx(&CONNECTOR, &transport)).unwrap();
    assert_eq!((places[0].id.as_str(), places[0].name.as_str()), ("DEFAULT", "FBM"));
}

#[test]
fn a_listing_is_looked_for_in_every_marketplace() {
    let stage = stage().setting("marketplace", "DE, FR");
    let none = json!({"errors": [{"code": "NOT_FOUND", "message": "m"}]});
    let there = item(FRANCE, &["BUYABLE"], own(4));
    let transport = replay([
        get("/items/SELLER1/MUG?marketplaceIds=A1PA6795UKMFR9", &none).status(404),
        get("/items/SELLER1/MUG?marketplaceIds=A13V1IB3VIYZZH", &there),
        Recorded::patch(
            "/items/SELLER1/MUG?marketplaceIds=A13V1IB3VIYZZH",
            r#"{"sku":"MUG","status":"ACCEPTED","submissionId":"S-FR"}"#,
        ),
    ]);
    let verdicts =
        CONNECTOR.push(&stage.ctx(&CONNECTOR, &transport), &[change("MUG", (4, 9))]).unwrap();
    assert_eq!(verdicts, [accepted("S-FR")]);
}

#[test]
fn a_number_is_merged_into_the_listing_so_that_what_stands_beside_it_stays() {
    let merge = r#""op":"merge","path":"/attributes/fulfillment_availability""#;
    let value = r#""value":[{"fulfillment_channel_code":"DEFAULT","quantity":5}]"#;
    for part in [merge, value, r#""productType":"PRODUCT""#] {
        let transport = replay([live("MUG", 12), taken("MUG").when_body(part)]);
        assert_eq!(push(&transport, &[change("MUG", (12, 5))]).unwrap(), [accepted("S-MUG")]);
    }
}

#[test]
fn nothing_is_written_that_stands_there_or_is_another_than_was_expected() {
    let transport = replay([live("SAME", 5), live("SOLD", 4), live("MUG", 12), taken("MUG")]);
    let changes = [
        change("SAME", (9, 5)),
        change("SOLD", (5, 9)),
        change("MUG", (12, -1)),
        change("MUG", (12, 3)),
        change("MUG", (12, 4)),
    ];
    let verdicts = push(&transport, &changes).unwrap();
    assert_eq!(verdicts[..2], [accepted(""), Verdict::Stale { live: Some(4) }]);
    expect_refused(&verdicts[2], "less than nothing");
    assert_eq!(verdicts[3], accepted("S-MUG"));
    assert!(matches!(verdicts[4], Verdict::Again { .. }), "one number twice in a push");
    assert_eq!(count(&transport, "PATCH"), 1);
}

#[test]
fn what_amazon_sends_and_what_has_ended_is_never_written() {
    let by_amazon = json!([{"fulfillmentChannelCode": "AMAZON_EU", "quantity": 3},
        {"fulfillmentChannelCode": "DEFAULT", "quantity": 3}]);
    let transport = replay([
        get("/items/SELLER1/FBA?", &item(GERMANY, &["BUYABLE"], by_amazon)),
        get("/items/SELLER1/OFF?", &item(GERMANY, &[], own(0))),
        get("/items/SELLER1/ELSEWHERE?", &item(FRANCE, &["BUYABLE"], own(0))),
    ]);
    let fba = StockRef { place: "AMAZON_EU".to_owned(), ..target("FBA") };
    let known = LevelChange { target: fba.clone(), ..change("FBA", (3, 9)) };
    expect_refused(&push(&transport, &[known]).unwrap()[0], "Amazon holds and sends it");
    assert!(asked(&transport).is_empty(), "nobody is asked");
    let stage = stage();
    let read = CONNECTOR.read(&stage.ctx(&CONNECTOR, &transport), &[fba]).unwrap();
    assert_eq!(read, [Reading::Uncounted]);
    assert!(asked(&transport).is_empty());
    let changes = ["FBA", "OFF", "ELSEWHERE"].map(|sku| change(sku, (0, 9)));
    let verdicts = push(&transport, &changes).unwrap();
    expect_refused(&verdicts[0], "Amazon holds and sends it");
    expect_refused(&verdicts[1], "inactive");
    expect_refused(&verdicts[2], "not offered");
    assert_eq!(count(&transport, "PATCH"), 0);
}

#[test]
fn a_number_that_is_invalid_says_why_and_takes_no_other_down() {
    let body = json!({"sku": "BAD", "status": "INVALID", "submissionId": "S-BAD", "issues": [
        {"code": "90220", "message": "'Condition' is required.", "severity": "ERROR",
            "categories": ["MISSING_ATTRIBUTE"]},
        {"code": "1", "message": "Only a hint.", "severity": "WARNING", "categories": []}]});
    let invalid = Recorded::patch("/items/SELLER1/BAD?", body.to_string());
    let denied = r#"{"errors":[{"code":"Unauthorized","message":"Access is denied."}]}"#;
    let denied = Recorded::patch("/items/SELLER1/ROLE?", denied).status(403);
    let transport = replay([
        live("MUG", 12),
        live("BAD", 12),
        live("ROLE", 12),
        live("BOWL", 12),
        taken("MUG"),
        invalid,
        denied,
        taken("BOWL"),
    ]);
    let changes = ["MUG", "BAD", "ROLE", "BOWL"].map(|sku| change(sku, (12, 5)));
    let verdicts = push(&transport, &changes).unwrap();
    assert_eq!((&verdicts[0], &verdicts[3]), (&accepted("S-MUG"), &accepted("S-BOWL")));
    expect_refused(&verdicts[1], "'Condition' is required. (90220)");
    assert!(!format!("{:?}", verdicts[1]).contains("hint"));
    expect_refused(&verdicts[2], "roles");
}

#[test]
fn what_breaks_off_leaves_what_was_taken_known() {
    let busy = |sku: &str| Recorded::patch(format!("/items/SELLER1/{sku}?"), "{}").status(429);
    let broken = |sku: &str| Recorded::patch(format!("/items/SELLER1/{sku}?"), "{}").status(500);
    let changes = ["MUG", "BAD", "BOWL"].map(|sku| change(sku, (12, 5)));
    for (weather, is_open) in [(busy("BAD"), false), (broken("BAD"), true)] {
        let transport = replay([live("MUG", 12), live("BAD", 12), taken("MUG"), weather]);
        let verdicts = push(&transport, &changes).unwrap();
        assert_eq!(verdicts[0], accepted("S-MUG"));
        assert_eq!(matches!(verdicts[1], Verdict::Unknown { .. }), is_open, "{verdicts:?}");
        assert!(matches!(verdicts[2], Verdict::Again { .. }), "it was not sent");
        assert_eq!(count(&transport, "PATCH"), 2, "what writes is not asked twice");
    }
    let first = replay([live("BAD", 12), busy("BAD")]);
    assert_eq!(push(&first, &changes[1..]).unwrap_err().name(), "throttled");
    // The same change again, once its number is there, writes nothing.
    let again = replay([live("BAD", 5)]);
    assert_eq!(push(&again, &changes[1..2]).unwrap(), [accepted("")]);
}

#[test]
fn garbage_is_never_taken_for_a_number_that_was_set() {
    for text in ["<html>", "[]", "{}", "", r#"{"sku":"MUG","status":"VALID","submissionId":"S"}"#] {
        let garbage = Recorded::patch("/items/SELLER1/MUG?", text);
        let fault = push(&replay([live("MUG", 12), garbage]), &[change("MUG", (12, 5))]);
        let fault = fault.unwrap_err();
        assert!(matches!(fault.name(), "transient" | "drift"), "{text}: {fault:?}");
    }
}

#[test]
fn orders_listings_and_levels_say_what_they_mean_to_the_stock() {
    use crate::domain::record::{StockState, Stocked};
    let second = Recorded::get("paginationToken=page%2F2%3D%3D", ORDERS_2);
    let both = [second, Recorded::get("/orders/2026-01-01/orders?", ORDERS_1)];
    let documents = drain(&stage(), &replay(both), "orders");
    let german = super::orders::order(&documents, "302-1111111-1111111");
    let [mug, bowl] = german.lines.as_slice() else { panic!("{:?}", german.lines) };
    assert_eq!((mug.stock.listing.as_ref(), mug.stock.by_channel), (mug.sku.as_ref(), true));
    assert!(mug.stock.listing.is_some() && bowl.stock.by_channel);
    let voided = super::orders::order(&documents, "302-7777777-7777777");
    assert!(voided.lines.iter().all(|line| line.stock.shipped == Some(0)));
    let summary = json!({"payload": {"inventorySummaries": [{"sellerSku": "MUG",
        "inventoryDetails": {"fulfillableQuantity": 7,
            "reservedQuantity": {"totalReservedQuantity": 4}}}]}});
    let stage = stage();
    let fba = drain(&stage, &replay([get("/fba/inventory/v1/summaries", &summary)]), "fba-stock");
    let listed = |channels: Value| {
        json!({"numberOfResults": 1, "items": [{"sku": "MUG",
            "summaries": [{"marketplaceId": GERMANY, "status": ["BUYABLE"]}],
            "fulfillmentAvailability": channels}]})
    };
    let listings = |channels: Value| {
        let answer = get("/listings/2021-08-01/items/SELLER1", &listed(channels));
        drain(&stage, &replay([answer]), "listings")
    };
    let told = |documents: &[Document]| -> Vec<(Option<String>, Stocked)> {
        let listing = records(documents).into_iter().filter_map(|record| match record {
            Record::Listing(it) => Some((it.channel_id.clone(), it.stocked)),
            _ => None,
        });
        listing.collect()
    };
    let places = |documents: &[Document]| -> Vec<(StockState, String)> {
        let levels = records(documents).into_iter().filter_map(|record| match record {
            Record::Stock(level) => {
                let (listing, place) = level.listing.clone()?;
                assert_eq!(listing, "MUG");
                Some((level.state, place))
            }
            _ => None,
        });
        levels.collect()
    };
    assert_eq!(places(&fba), [(StockState::Available, "AMAZON_EU".to_owned())]);
    let mine = listings(own(12));
    assert_eq!(told(&mine), [(Some("MUG".to_owned()), Stocked::Counted)]);
    assert_eq!(places(&mine), [(StockState::Available, "DEFAULT".to_owned())]);
    let theirs = listings(json!([{"fulfillmentChannelCode": "AMAZON_EU"}]));
    assert_eq!(told(&theirs), [(Some("MUG".to_owned()), Stocked::ByChannel)]);
}

#[test]
fn a_seller_s_want_of_units_is_told_apart_from_a_buyer_s_wish() {
    for (by, why, expected) in [
        ("MERCHANT", "NoInventory", true),
        ("MERCHANT", "OUT_OF_STOCK", true),
        ("MERCHANT", "ShippingAddressUndeliverable", false),
        ("BUYER", "no longer in stock elsewhere", false),
    ] {
        let page = json!({"orders": [{"orderId": "302-9", "createdTime": "2026-10-30T09:15:00Z",
            "lastUpdatedTime": "2026-10-30T11:00:00Z",
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": GERMANY},
            "fulfillment": {"fulfillmentStatus": "CANCELLED", "fulfilledBy": "MERCHANT"},
            "orderItems": [{"orderItemId": "1", "quantityOrdered": 2,
                "product": {"sellerSku": "MUG", "title": "Mug"},
                "cancellation": {
                    "cancellationRequest": {"requester": "BUYER", "cancelReason": "marker"},
                    "cancellationExecution": {"cancelledBy": by, "cancelReason": why}}}]}]});
        let transport = replay([get("/orders/2026-01-01/orders?", &page)]);
        let documents = drain(&stage(), &transport, "orders");
        let order = super::orders::order(&documents, "302-9");
        assert_eq!(order.stock.cancelled_for_lack, expected, "{by} {why}");
        let raw = documents[0].raw.as_ref().unwrap();
        assert!(!String::from_utf8_lossy(&raw.bytes).contains("marker"));
    }
}
