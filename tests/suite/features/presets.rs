//! Our figures by other tools' definitions; the shop is that of `kit/seed.rs`.

use purser::store::users::Role;
use serde_json::{Value, json};

use super::import::owner;
use crate::kit::app::{App, As, header, text};
use crate::kit::shop::Shop;

const DAYS: &str = "from=2026-11-01&to=2026-11-20";

#[test]
fn theirs_and_the_differences_are_ours_on_page_file_and_json() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/presets", &who));
    assert!(html.contains("Nothing to compare yet.") && html.contains("/import"), "{html}");
    app.seed_shop();
    let answer = app.get(&format!("/api/v1/reports/preset?{DAYS}"), &who);
    let answer: Value = serde_json::from_str(&text(answer)).unwrap();
    let minor =
        |value: &Value| -> i64 { value.as_str().unwrap().replace('.', "").parse().unwrap() };
    for preset in answer["presets"].as_array().unwrap() {
        let sum = |list: &Value| -> i64 {
            list.as_array().unwrap().iter().map(|row| minor(&row["amount"])).sum()
        };
        assert_eq!(sum(&preset["rows"]), minor(&preset["theirs"]), "{preset}");
        let reached = minor(&preset["theirs"]) + sum(&preset["differences"]);
        assert_eq!(reached, minor(&preset["ours"]), "{preset}");
    }
    // 118.00 less 12.00 that came back.
    let one = app.get(&format!("/api/v1/reports/preset?preset=shopify-net-sales&{DAYS}"), &who);
    let one: Value = serde_json::from_str(&text(one)).unwrap();
    assert_eq!(one["presets"][0]["theirs"], "106.00");
    assert_eq!(one["presets"].as_array().unwrap().len(), 1);
    let html = text(app.get(&format!("/presets?{DAYS}&tool=trueprofit"), &who));
    assert!(html.contains("TrueProfit: net profit") && html.contains("7.40"), "{html}");
    assert!(!html.contains("Shopify: net sales"), "{html}");
    let file = app.get(&format!("/presets.csv?{DAYS}"), &who);
    assert!(header(&file, "content-disposition").contains("presets.csv"));
    let csv = text(file);
    assert!(csv.contains("shopify-net-sales,theirs,106.00,EUR"), "{csv}");
    assert_eq!(app.get("/api/v1/reports/preset?preset=none", &who).status(), 404);
    assert_eq!(app.get("/api/v1/reports/preset?from=x", &who).status(), 400);
    assert_eq!(app.get("/presets", &app.token_of(Role::Fulfilment)).status(), 403);
    assert_eq!(app.get("/presets", &As::Nobody).status(), 303);
    app.running.stop().unwrap();
}

/// 119.00 with 19.00 VAT inside, 5.95 of it shipping with 0.95; 2.00 gift wrap; cost 40.00, label
/// 4.00, fee 3.00.
#[test]
fn a_calculator_comes_to_the_same_by_the_command() {
    let shop = Shop::new();
    shop.import(
        "orders.jsonl",
        r#"{"id":"1","created_at":"2026-05-01T10:00:00Z","currency":"EUR","financial_status":"paid","taxes_included":true,"lines":[{"id":"a","sku":"MUG","quantity":1,"unit_price":"119.00","tax":"19.00"}],"shipping":{"price":"5.95","tax":"0.95"},"shipping_cost":"4.00","payments":[{"gateway":"stripe","amount":"124.95","fee":"3.00"}]}"#,
    );
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,40.00,EUR\n");
    let of = |preset: &str| {
        let arguments = ["report", "preset", "--preset", preset, "--json", "--from", "2026-05-01"];
        let said = shop.run(&[&arguments[..], &["--to", "2026-05-31"]].concat());
        assert_eq!(said.code, 0, "{preset}: {}", said.err);
        let preset = said.json()["presets"][0].clone();
        (preset["theirs"].clone(), preset["ours"].clone())
    };
    let money = |theirs: &str, ours: &str| (json!(theirs), json!(ours));
    assert_eq!(of("shopify-net-sales"), money("100.00", "100.00"));
    // With shipping 5.00 and VAT 19.95.
    assert_eq!(of("shopify-total-sales"), money("124.95", "105.00"));
    assert_eq!(of("woocommerce-total-sales"), money("124.95", "105.00"));
    // 124.95 − 40.00 − 4.00 − 3.00: with the tax in it.
    assert_eq!(of("trueprofit-gross-profit"), money("77.95", "58.00"));
    assert_eq!(of("trueprofit-net-profit"), money("58.00", "58.00"));
    assert_eq!(of("beprofit-gross-profit"), money("58.00", "58.00"));
    assert_eq!(of("lifetimely-net-profit"), money("58.00", "58.00"));
    let said = shop.run(&["report", "preset", "--preset", "shopify"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("shopify-net-sales"), "{}", said.err);
}
