//! Streams against a shop in memory: what is asked when, and that nothing is lost or doubled,
//! whatever the weather.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::base::Instant;
use crate::connectors::contract::{Document, Problem, UnknownKind};
use crate::connectors::kit::stage::Stage;
use crate::connectors::woocommerce::CONNECTOR;
use crate::connectors::woocommerce::testing::{
    FakeShop, Goods, Weather, drain, order, orders, stage,
};
use crate::domain::record::{FinancialStatus, Order, Record};

fn shop_of(n_orders: u64) -> FakeShop {
    FakeShop::new(Goods { orders: orders(n_orders), ..Goods::default() })
}

/// A year of orders with three refunds.
fn busy_shop() -> FakeShop {
    let shop = shop_of(250);
    shop.change(|goods| {
        for (id, refund_id) in [(105, 900), (160, 901), (349, 902)] {
            goods.give_back(id, refund_id, "2026-10-02T10:00:00", true);
        }
    });
    shop
}

fn find<'a>(documents: &'a [Document], key: &str) -> &'a Document {
    documents.iter().rev().find(|document| document.key == key).unwrap()
}

fn order_of(document: &Document) -> &Order {
    match document.records.as_slice() {
        [Record::Order(order)] => order,
        other => panic!("{other:?}"),
    }
}

/// What is known in the end: of each thing the last that was told.
fn facts(documents: &[Document]) -> BTreeMap<String, String> {
    let told = documents.iter().map(|document| {
        (document.key.clone(), format!("{:?} {:?}", document.records, document.problems))
    });
    told.collect()
}

fn pass(stage: &Stage, seconds: i64) {
    stage.clock.advance_seconds(seconds);
}

#[test]
fn a_refund_comes_with_its_order_dated_and_by_line() {
    let shop = busy_shop();
    let (documents, _) = drain(&stage(), &shop, ORDERS, Cursor::start()).unwrap();
    assert_eq!(facts(&documents).len(), 250);
    let order = order_of(find(&documents, "160"));
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
    let [refund] = order.refunds.as_slice() else { panic!("{:?}", order.refunds) };
    assert_eq!((refund.id.as_str(), refund.estimated), ("901", false));
    assert_eq!(refund.at.to_string(), "2026-10-02T10:00:00Z");
    assert_eq!((refund.lines[0].line_id.as_str(), refund.lines[0].amount_minor), ("1600", 1_060));
    assert_eq!(refund.adjustment_minor, 0);
    let n_refunds = shop.take_asked().iter().filter(|url| url.contains("/refunds")).count();
    assert_eq!(n_refunds, 3, "only orders that have some are asked for them");
}

#[test]
fn nothing_of_the_buyer_is_kept_as_it_came() {
    let (documents, _) = drain(&stage(), &busy_shop(), ORDERS, Cursor::start()).unwrap();
    for document in &documents {
        let raw = document.raw.as_ref().unwrap();
        let text = String::from_utf8(raw.bytes.clone()).unwrap().to_lowercase();
        assert!(!text.contains("marker"), "{text}");
        assert!(text.contains("\"country\":\"de\""), "{text}");
        let told = format!("{:?} {:?}", document.problems, document.key).to_lowercase();
        assert!(!told.contains("marker"), "{told}");
    }
    let raw = find(&documents, "160").raw.as_ref().unwrap();
    assert!(String::from_utf8_lossy(&raw.bytes).contains("_refunded_item_id"));
}

#[test]
fn a_turn_asks_for_what_changed_since_the_last_one_and_a_little_before() {
    let (stage, shop) = (stage(), shop_of(5));
    let (_, cursor) = drain(&stage, &shop, ORDERS, Cursor::start()).unwrap();
    assert!(shop.take_asked()[0].contains("&after=2023-11-01T23%3A59%3A59"));
    pass(&stage, 60);
    shop.change(|goods| goods.orders.push(order(200, 5_000, "2026-11-01T00:00:30")));
    let (documents, cursor) = drain(&stage, &shop, ORDERS, cursor).unwrap();
    assert_eq!(documents.len(), 1, "{documents:?}");
    let asked = shop.take_asked();
    assert!(asked[0].contains("modified_after=2026-10-31T23%3A45%3A00"), "{asked:?}");
    assert!(asked[0].contains("dates_are_gmt=true"));
    // Now and then an hour and a quarter, for fees that are written late.
    pass(&stage, 600);
    drain(&stage, &shop, ORDERS, cursor).unwrap();
    let asked = shop.take_asked();
    assert!(asked[0].contains("modified_after=2026-10-31T22%3A46%3A00"), "{asked:?}");
}

#[test]
fn a_fee_that_is_written_an_hour_late_is_seen() {
    let (stage, shop) = (stage(), shop_of(0));
    shop.change(|goods| goods.orders.push(order(200, 5_000, "2026-10-31T23:59:00")));
    let (_, mut cursor) = drain(&stage, &shop, ORDERS, Cursor::start()).unwrap();
    let mut fee = None;
    for minute in 1..=70 {
        pass(&stage, 60);
        if minute == 59 {
            let meta = json!([{"key": "_stripe_fee", "value": "1.05"}]);
            shop.change(|goods| goods.orders[0]["meta_data"] = meta);
        }
        let (documents, next) = drain(&stage, &shop, ORDERS, cursor).unwrap();
        cursor = next;
        let mut known = documents.iter().map(order_of).filter_map(|order| order.payments[0].fee);
        fee = known.next_back().or(fee);
    }
    assert_eq!(fee.map(|fee| fee.minor), Some(105));
}

#[test]
fn every_place_can_be_gone_on_from_and_gives_the_same() {
    let shop = busy_shop();
    let (whole, _) = drain(&stage(), &shop, ORDERS, Cursor::start()).unwrap();
    let expected = facts(&whole);
    let stage = stage();
    let stream = CONNECTOR.spec().find_stream(ORDERS).unwrap();
    let (mut cursor, mut before, mut n_pages) = (Cursor::start(), Vec::new(), 0);
    loop {
        let page = CONNECTOR.pull(&stage.ctx(&CONNECTOR, &shop), stream, &cursor).unwrap();
        let again = CONNECTOR.pull(&stage.ctx(&CONNECTOR, &shop), stream, &cursor).unwrap();
        assert_eq!(facts(&page.documents), facts(&again.documents), "the same page twice");
        before.extend(page.documents);
        n_pages += 1;
        if !page.more {
            break;
        }
        let (rest, _) = drain(&stage, &shop, ORDERS, page.next.clone()).unwrap();
        let mut found = facts(&before);
        found.extend(facts(&rest));
        assert_eq!(found, expected, "after {n_pages} pages");
        cursor = page.next;
    }
    assert!(n_pages > 2 && facts(&before) == expected);
}

#[test]
fn many_refunds_are_spread_over_pages() {
    let shop = shop_of(90);
    shop.change(|goods| {
        for id in 100..190 {
            goods.give_back(id, 800 + id, "2026-10-02T10:00:00", true);
        }
    });
    let (documents, _) = drain(&stage(), &shop, ORDERS, Cursor::start()).unwrap();
    let known = facts(&documents);
    assert_eq!(known.len(), 90);
    assert!(documents.iter().all(|document| order_of(document).refunds.len() == 1));
}

#[test]
fn what_nobody_knows_is_told_and_the_rest_comes() {
    let shop = shop_of(6);
    shop.change(|goods| {
        goods.orders[0]["status"] = json!("wc-awaiting-parts");
        goods.orders[1]["date_created_gmt"] = json!("soon");
        goods.orders[1]["date_paid_gmt"] = json!(null);
        goods.orders[2]["total"] = json!("12.345");
        goods.orders[3]["currency"] = json!("XQZ");
        goods.orders[4]["status"] = json!("checkout-draft");
        goods.orders[5]["status"] = json!("refunded");
    });
    let stage = Stage { since: Instant::from_seconds(946_684_800), ..stage() };
    // "soon" is no day that a filter knows; such a row comes with all the others.
    let (documents, _) = drain(&stage, &shop, ORDERS, Cursor::start()).unwrap();
    let problems = |key: &str| find(&documents, key).problems.clone();
    let unknown = Problem::Unknown { kind: UnknownKind::Status, name: "awaiting-parts".to_owned() };
    assert_eq!(problems("100"), [unknown]);
    for (key, at) in [("101", "date_created_gmt"), ("102", "total"), ("103", "currency")] {
        let found = problems(key);
        assert!(
            matches!(&found[..], [Problem::Unread { path, .. }] if path == at),
            "{key} {found:?}"
        );
        assert!(find(&documents, key).records.is_empty());
    }
    assert!(!documents.iter().any(|document| document.key == "104"), "a cart is no order");
    assert!(matches!(&problems("105")[..], [Problem::Doubt { .. }]), "refunded without a refund");
    assert_eq!(order_of(find(&documents, "105")).financial_status, FinancialStatus::Refunded);
}

#[test]
fn a_refund_that_leaves_the_order_as_it_was_is_found_on_old_shops_and_new() {
    for lists_refunds in [false, true] {
        let (stage, shop) = (stage(), shop_of(0));
        shop.change(|goods| {
            goods.lists_refunds = lists_refunds;
            for id in 0..30 {
                let mut order = order(100 + id, 1_000, "2026-10-20T10:00:00");
                order["version"] = json!(if lists_refunds { "10.1.2" } else { "7.9.0" });
                goods.orders.push(order);
            }
            goods.give_back(104, 500, "2026-10-21T10:00:00", false);
        });
        let (documents, cursor) = drain(&stage, &shop, REFUNDS, Cursor::start()).unwrap();
        assert_eq!(order_of(find(&documents, "104")).refunds.len(), 1, "{lists_refunds}");
        assert_eq!(documents.len(), 1);
        pass(&stage, 1_200);
        shop.change(|goods| goods.give_back(110, 501, "2026-11-01T00:10:00", false));
        let (documents, cursor) = drain(&stage, &shop, REFUNDS, cursor).unwrap();
        let refunds = &order_of(find(&documents, "110")).refunds;
        assert_eq!((documents.len(), refunds[0].id.as_str()), (1, "501"), "{lists_refunds}");
        pass(&stage, 2_400);
        let (_, cursor) = drain(&stage, &shop, REFUNDS, cursor).unwrap();
        pass(&stage, 2_400);
        let (documents, _) = drain(&stage, &shop, REFUNDS, cursor).unwrap();
        assert!(documents.is_empty(), "{lists_refunds}");
        let asked = shop.take_asked();
        let listed = asked.iter().any(|url| url.contains("/wc/v3/refunds?"));
        assert_eq!(listed, lists_refunds);
    }
}

#[test]
fn a_shop_whose_orders_tell_a_newer_version_than_it_has_is_asked_the_old_way() {
    let (stage, shop) = (stage(), shop_of(0));
    shop.change(|goods| {
        let mut order = order(100, 1_000, "2026-10-20T10:00:00");
        order["version"] = json!("10.0.0");
        goods.orders.push(order);
        goods.give_back(100, 500, "2026-10-21T10:00:00", false);
    });
    let (documents, _) = drain(&stage, &shop, REFUNDS, Cursor::start()).unwrap();
    assert_eq!(documents.len(), 1);
}

#[test]
fn an_order_that_was_put_into_the_trash_is_voided_by_the_nightly_look() {
    let (stage, shop) = (stage(), shop_of(0));
    shop.change(|goods| {
        for id in 100..330 {
            goods.orders.push(order(id, 1_000, "2026-10-20T10:00:00"));
        }
    });
    let (documents, cursor) = drain(&stage, &shop, SWEEP, Cursor::start()).unwrap();
    assert!(documents.is_empty(), "the first look only notes which there are");
    pass(&stage, 86_400);
    shop.change(|goods| {
        goods.orders[7]["status"] = json!("trash");
        goods.orders.remove(200);
        goods.orders[9]["meta_data"] = json!([{"key": "_stripe_fee", "value": "1.05"}]);
    });
    let (documents, cursor) = drain(&stage, &shop, SWEEP, cursor).unwrap();
    assert_eq!(facts(&documents).len(), 230);
    assert_eq!(order_of(find(&documents, "107")).financial_status, FinancialStatus::Voided);
    let gone = find(&documents, "300");
    assert!(gone.records.is_empty() && gone.problems.len() == 1, "{gone:?}");
    assert!(order_of(find(&documents, "109")).payments[0].fee.is_some());
    // Nobody is told a second time, and what grows old is not missed.
    pass(&stage, 86_400);
    let (documents, cursor) = drain(&stage, &shop, SWEEP, cursor).unwrap();
    assert_eq!(facts(&documents).len(), 228);
    pass(&stage, 60 * 86_400);
    let (documents, _) = drain(&stage, &shop, SWEEP, cursor).unwrap();
    assert!(documents.is_empty());
}

#[test]
fn an_order_that_goes_into_the_trash_before_any_nightly_look_saw_it_is_voided_all_the_same() {
    let (stage, shop) = (stage(), shop_of(0));
    shop.change(|goods| {
        goods.orders.extend((100..130).map(|id| order(id, 1_000, "2026-10-31T10:00:00")));
        goods.orders.push(order(99, 1_000, "2026-06-01T10:00:00"));
    });
    let (_, orders) = drain(&stage, &shop, ORDERS, Cursor::start()).unwrap();
    // Between the first load and the first look.
    shop.change(|goods| goods.orders[3]["status"] = json!("trash"));
    let (documents, look) = drain(&stage, &shop, SWEEP, Cursor::start()).unwrap();
    assert_eq!(documents.len(), 1, "{documents:?}");
    assert_eq!(order_of(find(&documents, "103")).financial_status, FinancialStatus::Voided);
    // Placed, read and put into the trash within a day.
    pass(&stage, 3_600);
    let now = "2026-11-01T00:59:00";
    shop.change(|goods| goods.orders.extend((200..203).map(|id| order(id, 1_000, now))));
    let (found, orders) = drain(&stage, &shop, ORDERS, orders).unwrap();
    assert!(facts(&found).len() >= 3);
    shop.change(|goods| {
        goods.orders.retain(|order| order["id"] != 201);
        let last = goods.orders.iter_mut().find(|order| order["id"] == 202).unwrap();
        last["status"] = json!("trash");
    });
    drain(&stage, &shop, ORDERS, orders).unwrap();
    pass(&stage, 86_400);
    let (documents, look) = drain(&stage, &shop, SWEEP, look).unwrap();
    assert_eq!(order_of(find(&documents, "202")).financial_status, FinancialStatus::Voided);
    assert_eq!(find(&documents, "201").problems.len(), 1, "deleted for good");
    // Nobody is told twice.
    pass(&stage, 86_400);
    let (documents, _) = drain(&stage, &shop, SWEEP, look).unwrap();
    assert!(documents.iter().all(|document| !["103", "201", "202"].contains(&&*document.key)));
}

fn shirt_shop() -> FakeShop {
    let product = |id: u64, sku: &str, stock: i64| {
        json!({"id": id, "name": sku, "sku": sku, "type": "simple", "status": "publish",
            "date_modified_gmt": "2026-09-01T00:00:00", "date_created_gmt": "2026-09-01T00:00:00",
            "price": "10", "manage_stock": true, "stock_quantity": stock, "weight": "1",
            "attributes": [], "variations": []})
    };
    let mut goods = Goods::default();
    goods.products.push(product(5, "MUG", 7));
    for parent in 20..45 {
        let mut shirt = product(parent, "", 0);
        shirt["manage_stock"] = json!(false);
        shirt["type"] = json!("variable");
        shirt["name"] = json!(format!("Shirt {parent}"));
        shirt["variations"] = json!([parent * 100, parent * 100 + 1]);
        goods.products.push(shirt);
        let size = |id: u64, size: &str| {
            let mut variation = product(id, &format!("TS-{parent}-{size}"), 3);
            variation["attributes"] = json!([{"name": "Size", "option": size}]);
            variation
        };
        goods.variations.insert(parent, vec![size(parent * 100, "S"), size(parent * 100 + 1, "L")]);
    }
    let unit = json!([{"id": "woocommerce_weight_unit", "value": "kg"}]);
    goods.other.insert("settings/products".to_owned(), unit);
    let currency = json!([{"id": "woocommerce_currency", "value": "GBP"}]);
    goods.other.insert("settings/general".to_owned(), currency);
    FakeShop::new(goods)
}

fn levels(documents: &[Document]) -> BTreeMap<String, i64> {
    let records = documents.iter().flat_map(|document| &document.records);
    let levels = records.filter_map(|record| match record {
        Record::Stock(level) => Some((level.sku.clone(), level.quantity)),
        _ => None,
    });
    levels.collect()
}

#[test]
fn all_products_and_variations_come_then_what_was_edited_or_sold() {
    let (stage, shop) = (stage(), shirt_shop());
    let (documents, cursor) = drain(&stage, &shop, PRODUCTS, Cursor::start()).unwrap();
    assert_eq!(levels(&documents).len(), 51);
    let listing = find(&documents, "3001").records.iter().find_map(|record| match record {
        Record::Listing(listing) => Some(listing),
        _ => None,
    });
    let listing = listing.unwrap();
    assert_eq!(listing.title.as_deref(), Some("Shirt 30, L"));
    assert_eq!(listing.weight_grams, Some(1_000));
    let price = listing.price.map(|price| (price.minor, price.currency.to_string()));
    assert_eq!(price, Some((1_000, "GBP".to_owned())), "the shop's, whatever the store reckons in");
    shop.take_asked();
    // A sale takes one off without the product being called changed.
    pass(&stage, 600);
    shop.change(|goods| {
        goods.variations.get_mut(&21).unwrap()[0]["stock_quantity"] = json!(2);
        let mut sold = order(700, 1_000, "2026-11-01T00:05:00");
        sold["line_items"][0]["product_id"] = json!(21);
        goods.orders.push(sold);
    });
    let (documents, cursor) = drain(&stage, &shop, PRODUCTS, cursor).unwrap();
    assert_eq!(levels(&documents).get("TS-21-S"), Some(&2));
    assert_eq!(levels(&documents).len(), 2);
    assert_eq!(shop.take_asked().len(), 4, "changed, sold, the product, its variations");
    // An edit that the shop dates.
    pass(&stage, 2_000);
    shop.change(|goods| {
        goods.products[0]["stock_quantity"] = json!(99);
        goods.products[0]["date_modified_gmt"] = json!("2026-11-01T00:40:00");
    });
    let (documents, cursor) = drain(&stage, &shop, PRODUCTS, cursor).unwrap();
    assert_eq!(levels(&documents).get("MUG"), Some(&99));
    // An edit that it does not, seen within six hours.
    shop.change(|goods| goods.products[0]["stock_quantity"] = json!(98));
    pass(&stage, 6 * 3_600);
    let (documents, _) = drain(&stage, &shop, PRODUCTS, cursor).unwrap();
    assert_eq!((levels(&documents).len(), levels(&documents)["MUG"]), (51, 98));
}

#[test]
fn a_long_look_at_products_lets_new_orders_through() {
    let (stage, shop) = (stage(), shirt_shop());
    shop.change(|goods| {
        // So many that their variations fill dozens of pages.
        for index in 0..100_u64 {
            let mut more = goods.products[1].clone();
            more["id"] = json!(1_000 + index);
            goods.products.push(more);
        }
    });
    let stream = CONNECTOR.spec().find_stream(PRODUCTS).unwrap();
    let (mut cursor, mut in_a_row, mut longest) = (Cursor::start(), 0_usize, 0_usize);
    loop {
        let page = CONNECTOR.pull(&stage.ctx(&CONNECTOR, &shop), stream, &cursor).unwrap();
        in_a_row = if page.wait.is_some() { 0 } else { in_a_row + 1 };
        longest = longest.max(in_a_row);
        assert!(page.wait.is_none() || page.more, "the end is not waited for");
        cursor = page.next;
        if !page.more {
            break;
        }
    }
    assert!(longest <= PAGES_AT_ONCE as usize, "{longest}");
}

#[test]
fn the_shops_own_totals_are_asked_for_year_by_year() {
    let report = |total: &str| {
        json!([{"total_sales": total, "net_sales": total,
        "total_refunds": 0, "totals_grouped_by": "month", "totals": {}}])
    };
    let (stage, shop) = (stage(), shop_of(0));
    let (documents, _) = drain(&stage, &shop, TOTALS, Cursor::start()).unwrap();
    assert!(documents.is_empty(), "no order, no report");
    shop.change(|goods| {
        goods.orders.push(order(100, 1_000, "2024-05-01T00:00:00"));
        goods.other.insert("reports/sales".to_owned(), report("10.00"));
    });
    shop.take_asked();
    let (documents, cursor) = drain(&stage, &shop, TOTALS, Cursor::start()).unwrap();
    let Record::StatedTotal(total) = &documents[0].records[0] else { panic!("{documents:?}") };
    assert_eq!((total.name.as_str(), total.amount.minor), ("total_sales", 1_000));
    let days = format!("{:?} {:?}", total.from.unwrap(), total.to.unwrap());
    assert_eq!((documents.len(), days.as_str()), (3, "2024-01-01 2024-12-31"));
    let asked = shop.take_asked();
    let last = "date_min=2026-01-01&date_max=2026-12-31";
    assert!(asked.iter().any(|url| url.contains(last)), "{asked:?}");
    pass(&stage, 6 * 3_600);
    drain(&stage, &shop, TOTALS, cursor).unwrap();
    let asked = shop.take_asked();
    let n_reports = asked.iter().filter(|url| url.contains("reports/sales")).count();
    assert_eq!(n_reports, 1, "only this year's");
}

#[test]
fn a_key_that_may_not_read_reports_or_settings_goes_on_without() {
    let (stage, shop) = (stage(), shirt_shop());
    shop.change(|goods| goods.orders.push(order(100, 1_000, "2026-05-01T00:00:00")));
    shop.forecast(|_, url| match url.contains("reports/") || url.contains("settings/") {
        true => Weather::Status(403, Vec::new(), r#"{"code":"rest_forbidden"}"#.to_owned()),
        false => Weather::Fair,
    });
    let (documents, _) = drain(&stage, &shop, TOTALS, Cursor::start()).unwrap();
    assert!(matches!(&documents[0].problems[..], [Problem::Doubt { .. }]));
    let (documents, _) = drain(&stage, &shop, PRODUCTS, Cursor::start()).unwrap();
    assert_eq!(levels(&documents).len(), 51);
    let identity = CONNECTOR.check(&stage.ctx(&CONNECTOR, &shop)).unwrap();
    assert_eq!((identity.currency, identity.told.len()), (None, 1));
}

#[test]
fn a_look_before_saving_tells_who_and_in_what_currency() {
    let shop = shop_of(1);
    shop.change(|goods| {
        let settings = json!([{"id": "woocommerce_currency", "value": "GBP"}]);
        goods.other.insert("settings/general".to_owned(), settings);
    });
    let stage = stage().setting("base_url", "https://www.Shop.example.test/");
    let identity = CONNECTOR.check(&stage.ctx(&CONNECTOR, &shop)).unwrap();
    assert_eq!(identity.id, "shop.example.test");
    assert_eq!(identity.currency, Currency::parse("GBP").ok());
    shop.change(|goods| goods.orders[0]["version"] = json!("4.9.2"));
    let fault = CONNECTOR.check(&stage.ctx(&CONNECTOR, &shop)).unwrap_err();
    assert_eq!(fault.name(), "refused");
    assert!(fault.to_string().contains("4.9"), "{fault}");
    shop.forecast(|_, _| {
        let body = r#"{"code":"woocommerce_rest_cannot_view"}"#.to_owned();
        Weather::Status(401, Vec::new(), body)
    });
    let fault = CONNECTOR.check(&stage.ctx(&CONNECTOR, &shop)).unwrap_err();
    assert_eq!(fault.name(), "auth");
}

#[test]
fn a_key_is_given_up_after_three_refusals_over_ten_minutes_and_not_after_one() {
    let (stage, shop) = (stage(), shop_of(1));
    let refuse = |_: usize, _: &str| {
        let body = r#"{"code":"woocommerce_rest_cannot_view"}"#.to_owned();
        Weather::Status(401, Vec::new(), body)
    };
    shop.forecast(refuse);
    let name = || drain(&stage, &shop, ORDERS, Cursor::start()).map_err(|fault| fault.name());
    assert_eq!(name().err(), Some("transient"));
    assert_eq!(name().err(), Some("transient"));
    assert_eq!(name().err(), Some("transient"), "three, but in no time");
    pass(&stage, 601);
    assert_eq!(name().err(), Some("auth"));
    shop.forecast(|_, _| Weather::Fair);
    assert!(name().is_ok());
    shop.forecast(refuse);
    assert_eq!(name().err(), Some("transient"), "counted anew");
}

#[test]
fn a_place_of_another_version_begins_again() {
    for stream in CONNECTOR.spec().streams {
        let fault = drain(&stage(), &shop_of(1), stream.slug, Cursor("99 {}".to_owned()));
        let again = Fault::Stale { restart: Cursor::start() };
        assert_eq!(fault.unwrap_err(), again, "{}", stream.slug);
    }
}

/// Scatters numbers well enough (SplitMix64).
fn mix(seed: u64, number: u64) -> u64 {
    let mut mixed = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn foul(seed: u64) -> impl Fn(usize, &str) -> Weather {
    move |number, _| {
        let drawn = mix(seed, number as u64);
        let page = "<html>Service Unavailable</html>".to_owned();
        match drawn % 20 {
            0 => Weather::Status(429, vec![("retry-after", "1")], String::new()),
            1 => Weather::Status(500, Vec::new(), String::new()),
            2 => Weather::Status(503, vec![("retry-after", "1")], page),
            3 => Weather::Reset,
            4 => Weather::Cut,
            5 | 6 => Weather::Shuffled,
            7 | 8 => Weather::Repeated,
            _ => Weather::Fair,
        }
    }
}

/// As the queue does it: a fault is waited for, and the page asked for again.
fn drain_in(stage: &Stage, shop: &FakeShop, stream: &str) -> Vec<Document> {
    let found = CONNECTOR.spec().find_stream(stream).unwrap();
    let (mut documents, mut cursor) = (Vec::new(), Cursor::start());
    for _ in 0..2_000 {
        match CONNECTOR.pull(&stage.ctx(&CONNECTOR, shop), found, &cursor) {
            Ok(page) => {
                documents.extend(page.documents);
                cursor = page.next;
                if !page.more {
                    return documents;
                }
            }
            Err(Fault::Transient { .. } | Fault::Throttled { .. }) => pass(stage, 30),
            Err(fault) => panic!("{stream}: {fault:?}"),
        }
    }
    panic!("{stream} does not end");
}

#[test]
fn in_any_weather_the_facts_are_those_of_fair_weather() {
    for stream in [ORDERS, REFUNDS, PRODUCTS, SWEEP, TOTALS] {
        let shop = || {
            let shop = shirt_shop();
            shop.change(|goods| goods.orders = orders(250));
            shop.change(|goods| {
                for (id, refund_id) in [(105, 900), (160, 901), (349, 902)] {
                    goods.give_back(id, refund_id, "2026-10-02T10:00:00", false);
                }
                let report = json!([{"total_sales": "1.00", "net_sales": "1.00",
                    "totals_grouped_by": "month", "totals": {}}]);
                goods.other.insert("reports/sales".to_owned(), report);
            });
            shop
        };
        let fair = facts(&drain_in(&stage(), &shop(), stream));
        for seed in 1..=20 {
            let shop = shop();
            shop.forecast(foul(seed));
            let found = facts(&drain_in(&stage(), &shop, stream));
            assert_eq!(found, fair, "{stream} {seed}");
        }
    }
}

#[test]
fn a_file_and_the_interface_tell_the_same_order() {
    use crate::base::Zone;
    use crate::connectors::contract::{Connector, Found, ReadCtx};
    let shop = busy_shop();
    let (documents, _) = drain(&stage(), &shop, ORDERS, Cursor::start()).unwrap();
    // An export with the refund objects in the place of the summaries.
    let export: Vec<_> = {
        let goods = shop.goods.lock().unwrap();
        let with_refunds = goods.orders.iter().map(|order| {
            let mut order = order.clone();
            let id = order["id"].as_u64().unwrap();
            order["refunds"] = json!(goods.refunds.get(&id).cloned().unwrap_or_default());
            order
        });
        with_refunds.collect()
    };
    let format = CONNECTOR.files().iter().find(|format| format.name == "woocommerce-orders");
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    let mut n_same = 0;
    let mut text = std::io::Cursor::new(json!(export).to_string().into_bytes());
    (format.unwrap().read)(&mut text, &ctx, &mut |found| {
        let Found::Records { records, .. } = found else { return Ok(()) };
        let Record::Order(mut from_file) = records.into_iter().next().unwrap() else { panic!() };
        let told = order_of(find(&documents, &from_file.id));
        assert_ne!(from_file.source, told.source);
        from_file.source = told.source.clone();
        assert_eq!(&*from_file, told);
        n_same += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(n_same, 250);
}
