//! Numbers that are read and set, in fair weather and in foul.

use serde_json::{Value, json};

use super::*;
use crate::connectors::woocommerce::CONNECTOR;
use crate::connectors::woocommerce::testing::{FakeShop, Goods, Weather, stage};

fn product(id: u64, units: i64) -> Value {
    json!({"id": id, "type": "simple", "status": "publish", "manage_stock": true,
        "stock_quantity": units, "backorders": "no", "sku": format!("SKU-{id}")})
}

fn with(mut product: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        product[*name] = value.clone();
    }
    product
}

/// Products of seven; 4 has a variation of its own number and two that share its own.
fn shop() -> FakeShop {
    let shared = |id| with(product(id, 7), &[("manage_stock", json!("parent"))]);
    let shirt = &[("type", json!("variable"))];
    let mut goods = Goods {
        products: vec![product(1, 7), product(2, 7), product(3, 7), with(product(4, 7), shirt)],
        ..Goods::default()
    };
    goods.variations.insert(4, vec![product(41, 2), shared(42), shared(43)]);
    FakeShop::new(goods)
}

fn target(listing: &str) -> StockRef {
    StockRef { listing: listing.to_owned(), ..StockRef::default() }
}

fn change(listing: &str, (expected, quantity): (i64, i64)) -> LevelChange {
    LevelChange { target: target(listing), quantity, expected, key: listing.to_owned() }
}

fn push(shop: &FakeShop, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
    let stage = stage();
    CONNECTOR.push(&stage.ctx(&CONNECTOR, shop), changes)
}

fn read(shop: &FakeShop, listings: &[&str]) -> Result<Vec<Reading>, Fault> {
    let stage = stage();
    let targets: Vec<StockRef> = listings.iter().map(|listing| target(listing)).collect();
    CONNECTOR.read(&stage.ctx(&CONNECTOR, shop), &targets)
}

fn wrote(shop: &FakeShop) -> Vec<String> {
    let wrote = shop.wrote.lock().unwrap();
    wrote.iter().map(|(method, path, body)| format!("{method} {path} {body}")).collect()
}

fn taken() -> Verdict {
    Verdict::Accepted { submission: String::new() }
}

fn expect_refused(verdict: &Verdict, word: &str) {
    match verdict {
        Verdict::Refused { what } => assert!(what.contains(word), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reading_tells_what_can_be_bought_and_never_takes_uncounted_for_none() {
    let shop = shop();
    shop.change(|goods| {
        goods.products[1] = with(product(2, -3), &[("backorders", json!("notify"))]);
        goods.products[2] =
            with(product(3, 0), &[("manage_stock", json!(false)), ("stock_quantity", Value::Null)]);
        goods.products.push(with(product(6, 7), &[("status", json!("draft"))]));
        goods.products.push(with(product(7, 0), &[("stock_quantity", json!("1.5"))]));
        goods.products.push(with(product(8, 0), &[("stock_quantity", json!("12"))]));
        goods.variations.get_mut(&4).unwrap()[0]["status"] = json!("private");
    });
    let listings = ["1", "2", "3", "4", "4/42", "7", "8", "4/41", "6", "99", "4/99", "x/1"];
    let read = read(&shop, &listings).unwrap();
    let expected = [
        Reading::Live(7),
        Reading::Oversold(-3),
        Reading::Uncounted,
        Reading::Live(7),
        Reading::Live(7),
        Reading::Uncounted,
        Reading::Live(12),
    ];
    assert_eq!(read[..7], expected);
    assert!(read[7..].iter().all(|reading| matches!(reading, Reading::Gone(_))), "{read:?}");
    assert!(matches!(&read[8], Reading::Gone(what) if what.contains("draft")));
    // All products in one question, the variations of each in another.
    assert_eq!(shop.take_asked().len(), 2);
    assert!(wrote(&shop).is_empty());
}

#[test]
fn one_number_is_put_and_several_go_together() {
    let shop = shop();
    assert_eq!(push(&shop, &[change("1", (7, 5))]).unwrap(), [taken()]);
    assert_eq!(wrote(&shop), [r#"PUT products/1 {"stock_quantity":5}"#]);
    let changes = [change("1", (5, 4)), change("2", (7, 0)), change("4/41", (2, 6))];
    assert_eq!(push(&shop, &changes).unwrap(), [taken(), taken(), taken()]);
    let batch = r#"{"update":[{"id":1,"stock_quantity":4},{"id":2,"stock_quantity":0}]}"#;
    let expected = [
        &format!("POST products/batch {batch}"),
        r#"PUT products/4/variations/41 {"stock_quantity":6}"#,
    ];
    assert_eq!(wrote(&shop)[1..], expected);
    let after = read(&shop, &["1", "2", "4/41", "3"]).unwrap();
    assert_eq!(after, [4, 0, 6, 7].map(Reading::Live));
}

#[test]
fn nothing_is_written_that_stands_there_or_is_another_than_was_expected() {
    let shop = shop();
    let changes = [change("1", (9, 7)), change("2", (8, 5)), change("3", (7, -1))];
    let verdicts = push(&shop, &changes).unwrap();
    assert_eq!(verdicts[..2], [taken(), Verdict::Stale { live: Some(7) }]);
    expect_refused(&verdicts[2], "less than none");
    assert!(wrote(&shop).is_empty());
}

#[test]
fn what_is_not_counted_or_never_stops_is_refused_with_the_way_out_and_never_switched() {
    let shop = shop();
    shop.change(|goods| {
        goods.products[0]["manage_stock"] = json!(false);
        goods.products[1]["backorders"] = json!("yes");
        goods.products[2]["status"] = json!("trash");
    });
    let changes = [change("1", (7, 5)), change("2", (7, 5)), change("3", (7, 5))];
    let verdicts = push(&shop, &changes).unwrap();
    expect_refused(&verdicts[0], "Track stock quantity");
    expect_refused(&verdicts[1], "Allow backorders");
    expect_refused(&verdicts[2], "no such product");
    assert!(wrote(&shop).is_empty());
}

#[test]
fn a_number_that_variations_share_is_written_once_at_their_product() {
    let shop = shop();
    let both = [change("4/42", (7, 5)), change("4/43", (7, 5))];
    assert_eq!(push(&shop, &both).unwrap(), [taken(), taken()]);
    assert_eq!(wrote(&shop), [r#"PUT products/4 {"stock_quantity":5}"#]);
    assert_eq!(read(&shop, &["4/42", "4/43"]).unwrap(), [Reading::Live(5), Reading::Live(5)]);
    let odds = [change("4/42", (5, 3)), change("4/43", (5, 2)), change("1", (7, 6))];
    let verdicts = push(&shop, &odds).unwrap();
    expect_refused(&verdicts[0], "share one number");
    expect_refused(&verdicts[1], "share one number");
    assert_eq!((&verdicts[2], wrote(&shop).len()), (&taken(), 2));
}

#[test]
fn one_bad_row_takes_no_other_down() {
    let shop = shop();
    // It goes between the look and the change.
    shop.forecast(|number, _| match number {
        1 => Weather::Status(
            200,
            vec![],
            json!({"update": [
                {"id": 1, "manage_stock": true, "stock_quantity": 5},
                {"id": 2, "error": {"code": "woocommerce_rest_product_invalid_id"}},
                {"id": 3, "manage_stock": false, "stock_quantity": null},
            ]})
            .to_string(),
        ),
        _ => Weather::Fair,
    });
    let mut changes = ["1", "2", "3"].map(|listing| change(listing, (7, 5))).to_vec();
    changes.push(change("4", (7, 5)));
    let verdicts = push(&shop, &changes).unwrap();
    assert_eq!(verdicts[0], taken());
    expect_refused(&verdicts[1], "no such product");
    expect_refused(&verdicts[2], "Track stock quantity");
    assert!(matches!(verdicts[3], Verdict::Unknown { .. }), "nothing is said of it");
}

#[test]
fn a_lost_answer_is_told_by_the_next_look() {
    for (weather, expected) in [(Weather::Lost, taken()), (Weather::Cut, taken())] {
        let shop = shop();
        shop.forecast(move |number, _| if number == 1 { weather.clone() } else { Weather::Fair });
        assert_eq!(push(&shop, &[change("1", (7, 5))]).unwrap(), [expected]);
        assert_eq!(wrote(&shop).len(), 1, "it is not written twice");
    }
    // Not done, as far as can be seen: it may still be at work.
    let shop = shop();
    shop.forecast(|number, _| if number == 1 { Weather::Reset } else { Weather::Fair });
    let changes = [change("1", (7, 5)), change("2", (7, 5))];
    let verdicts = push(&shop, &changes).unwrap();
    assert!(verdicts.iter().all(|it| matches!(it, Verdict::Unknown { .. })), "{verdicts:?}");
    // The shop is gone altogether.
    let shop = self::shop();
    shop.forecast(|number, _| if number >= 1 { Weather::Reset } else { Weather::Fair });
    assert_eq!(push(&shop, &changes).unwrap_err().name(), "transient");
}

#[test]
fn a_busy_shop_leaves_what_was_taken_known_and_the_rest_for_later() {
    let shop = shop();
    shop.forecast(|number, _| match number {
        3 => Weather::Status(429, vec![("retry-after", "60")], String::new()),
        _ => Weather::Fair,
    });
    // Two looks, then the product, then its variation.
    let verdicts = push(&shop, &[change("1", (7, 5)), change("4/41", (2, 1))]).unwrap();
    assert_eq!(verdicts[0], taken());
    assert!(matches!(verdicts[1], Verdict::Again { .. }), "{verdicts:?}");
    shop.forecast(|number, _| match number {
        _ if number >= 4 => Weather::Status(429, vec![("retry-after", "60")], String::new()),
        _ => Weather::Fair,
    });
    assert_eq!(push(&shop, &[change("2", (7, 5))]).unwrap_err().name(), "throttled");
}

#[test]
fn a_key_that_may_only_read_says_so_and_the_account_goes_on() {
    let shop = shop();
    let body = json!({"code": "woocommerce_rest_authentication_error", "message": "m"}).to_string();
    shop.forecast(move |number, _| match number {
        1 => Weather::Status(401, vec![], body.clone()),
        _ => Weather::Fair,
    });
    let changes = [change("1", (7, 5)), change("2", (7, 5))];
    for verdict in push(&shop, &changes).unwrap() {
        expect_refused(&verdict, "Read/Write");
    }
    assert_eq!(read(&shop, &["1"]).unwrap(), [Reading::Live(7)]);
}

#[test]
fn garbage_is_never_taken_for_a_number_that_was_set() {
    for text in ["<html>", "[]", "{\"update\":7}", "null", "", "{\"id\":1}"] {
        let shop = shop();
        shop.forecast(move |number, _| match number {
            1 => Weather::Status(200, vec![], text.to_owned()),
            _ => Weather::Fair,
        });
        let verdicts = push(&shop, &[change("1", (7, 5))]).unwrap();
        assert!(!matches!(verdicts[0], Verdict::Accepted { .. }), "{text}: {verdicts:?}");
    }
}

#[test]
fn a_change_over_plain_http_is_signed_as_what_it_is() {
    let shop = shop();
    let stage = stage().setting("base_url", "http://shop.example.test");
    let ctx = stage.ctx(&CONNECTOR, &shop);
    assert_eq!(CONNECTOR.push(&ctx, &[change("1", (7, 5))]).unwrap(), [taken()]);
    let asked = shop.take_asked();
    assert!(asked.iter().all(|url| url.contains("oauth_signature=")), "{asked:?}");
    assert!(shop.proofs.lock().unwrap().is_empty());
}
