//! Payouts: where each stands, our ledger against the deposit, and the orders in it; page, files,
//! JSON and command agree.

use purser::store::users::Role;
use serde_json::Value;

use super::import::owner;
use crate::bridges::{ORDERS, PAYMENTS, PAYOUTS};
use crate::kit::app::{App, As, header, text};
use crate::kit::shop::Shop;

const SETTLEMENT: &str = include_str!("../../fixtures/amazon/v2-point.txt");
const RESERVED: &str = include_str!("../../fixtures/amazon/reserve-first.txt");
const RELEASED: &str = include_str!("../../fixtures/amazon/reserve-next.txt");
const STATEMENT: &str = include_str!("../../fixtures/etsy/statement.csv");
const TIKTOK: &str = include_str!("../../fixtures/tiktok-shop/settlement.csv");

fn seed(app: &App) {
    app.take_in("shopify-orders", Some("shop"), "orders.csv", ORDERS);
    app.take_in("shopify-payments", Some("shop"), "payments.csv", PAYMENTS);
    app.take_in("shopify-payments", Some("shop"), "payouts.csv", PAYOUTS);
}

fn api(app: &App, who: &As, query: &str) -> Value {
    let answer = app.get(&format!("/api/v1/reports/payouts?{query}"), who);
    assert_eq!(answer.status(), 200, "{query}");
    serde_json::from_str(&text(answer)).unwrap()
}

fn minor(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn an_account_tells_what_is_open_held_back_and_paid() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/payouts", &who));
    assert!(html.contains("No payouts in these days.") && html.contains("/import"), "{html}");
    seed(&app);
    let march = api(&app, &who, "from=2026-03-01&to=2026-03-31");
    let account = &march["accounts"][0];
    // #4 is 30.00 less 0.90; 39.00 and 43.80 were deposited; 5.00 are held back.
    for (name, amount) in [
        ("platform", "Shopify Payments"),
        ("open", "29.10"),
        ("in_transit", "0.00"),
        ("reserved", "5.00"),
        ("paid", "82.80"),
        // #3 was paid with another gateway, so nobody here owes it.
        ("not_told", "0.00"),
    ] {
        assert_eq!(account[name], amount, "{name}");
    }
    assert_eq!(march["payouts"].as_array().unwrap().len(), 2);
    let html = text(app.get("/payouts?from=2026-03-01&to=2026-03-31", &who));
    assert!(html.contains("2 payouts; every deposit is what our ledger says."), "{html}");
    assert!(html.contains("29.10") && html.contains("82.80"), "{html}");
    assert!(html.contains("Paid\u{a0}12\u{a0}Mar") && html.contains("data-tied"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn a_payout_opens_to_its_rows_and_orders_which_add_up_to_the_deposit() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    app.take_in("amazon-settlement", Some("market"), "settlement.txt", SETTLEMENT);
    let all = api(&app, &who, "");
    assert_eq!((&all["ties_out"], all["payouts"].as_array().unwrap().len()), (&true.into(), 4));
    for payout in all["payouts"].as_array().unwrap() {
        let path = format!("/api/v1/payouts/{}", payout["id"]);
        let one: Value = serde_json::from_str(&text(app.get(&path, &who))).unwrap();
        let sum = |list: &str, name: &str| -> i64 {
            one[list].as_array().unwrap().iter().map(|row| minor(&row[name])).sum()
        };
        let deposit = minor(&one["deposit"]);
        // Rows by kind, our own records, and what is stated: three ways to one sum.
        assert_eq!(sum("groups", "amount"), deposit, "{one}");
        assert_eq!(sum("orders", "total") + sum("charges", "amount"), deposit, "{one}");
        assert_eq!(one["unexplained"], "0.00");
        let html = text(app.get(&format!("/payouts/{}", payout["id"]), &who));
        assert!(html.contains("From our ledger to the deposit"), "{html}");
        let order = one["orders"][0]["order"].as_str().unwrap();
        assert!(html.contains(&format!(">{order}</a>")) && html.contains("data-tied"), "{html}");
    }
    // 80.00 − 1.90, and 10.00 given back.
    let april = &all["payouts"][0];
    let path = format!("/api/v1/payouts/{}", april["id"]);
    let one: Value = serde_json::from_str(&text(app.get(&path, &who))).unwrap();
    let told = one["orders"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|row| (&row["order"], &row["total"])).collect();
    assert_eq!(told, [(&"#0".into(), &"-10.00".into()), (&"#2".into(), &"78.10".into())]);
    assert_eq!(app.get("/payouts/999", &who).status(), 404);
    assert_eq!(app.get("/payouts/none", &who).status(), 404);
    assert_eq!(app.get("/api/v1/payouts/999", &who).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn a_deposit_that_is_not_what_our_ledger_says_stands_in_red() {
    let app = App::start();
    let who = owner(&app);
    app.take_in("shopify-payments", Some("shop"), "payments.csv", PAYMENTS);
    // The platform added 1.50 that no transaction tells.
    let payouts =
        PAYOUTS.replace("80.00,-10.00,0.00", "80.00,-10.00,1.50").replace("68.10", "69.60");
    app.take_in("shopify-payments", Some("shop"), "payouts.csv", &payouts);
    let told = api(&app, &who, "from=2026-04-01&to=2026-04-30");
    let payout = &told["payouts"][0];
    assert_eq!(
        ["ledger", "deposit", "unexplained"].map(|name| payout[name].as_str().unwrap()),
        ["68.10", "69.60", "1.50"]
    );
    assert_eq!(told["ties_out"], false);
    let html = text(app.get("/payouts?from=2026-04-01&to=2026-04-30", &who));
    assert!(html.contains("1 deposit is not what our ledger says."), "{html}");
    assert!(html.contains(r#"data-tone="loss""#) && !html.contains("data-tied"), "{html}");
    let html = text(app.get(&format!("/payouts/{}", payout["id"]), &who));
    assert!(html.contains("Download it again") && html.contains("1.50"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn states_are_told_and_never_guessed() {
    let app = App::start();
    let who = owner(&app);
    let payouts = PAYOUTS.replace("2026-04-02,paid", "2026-04-02,in_transit");
    app.take_in("shopify-payments", Some("shop"), "payouts.csv", &payouts);
    app.take_in("tiktok-settlement", Some("tik"), "settlement.csv", TIKTOK);
    app.take_in("etsy-statement", Some("etsy"), "statement.csv", STATEMENT);
    app.take_in("amazon-settlement", Some("market"), "first.txt", RESERVED);
    app.take_in("amazon-settlement", Some("market"), "next.txt", RELEASED);
    let all = api(&app, &who, "");
    let find = |reference: &str| -> Value {
        let mut payouts = all["payouts"].as_array().unwrap().iter();
        let found = payouts.find(|it| it["reference"].as_str().unwrap().ends_with(reference));
        found.unwrap_or_else(|| panic!("{reference}: {all}")).clone()
    };
    let told = |reference: &str, name: &str| find(reference)[name].clone();
    assert_eq!(told("2026-04-02", "state"), "in_transit");
    assert_eq!(told("2026-03-12", "state"), "paid");
    // TikTok's settlement names no deposit.
    assert_eq!(told("S1", "state"), "unknown");
    // 50.00 held back in the first settlement came free in the next one.
    assert_eq!(told("50000000006", "held_back"), "50.00");
    assert_eq!(told("50000000006", "released"), "2026-03-31");
    // Without their transactions nobody can say what of ours a payout holds; nor for Etsy's.
    assert_eq!(told("2026-03-12", "ledger"), Value::Null);
    assert_eq!(told("deposit/2209", "ledger"), Value::Null);
    let account = |platform: &str, name: &str| {
        let mut accounts = all["accounts"].as_array().unwrap().iter();
        accounts.find(|it| it["platform"] == platform).unwrap()[name].clone()
    };
    assert_eq!(account("Shopify Payments", "in_transit"), "68.10");
    assert_eq!(account("Amazon", "reserved"), "0.00");
    assert_eq!(account("TikTok Shop", "unknown"), "29.01");
    // What travels is shown whatever the days; what was paid only in its own.
    let may = api(&app, &who, "from=2026-05-01&to=2026-05-31");
    let references = may["payouts"].as_array().unwrap().iter().map(|it| it["reference"].clone());
    let expected = ["TikTok Shop S2", "TikTok Shop S1", "Shopify Payments payout of 2026-04-02"];
    assert_eq!(references.collect::<Vec<_>>(), expected);
    app.running.stop().unwrap();
}

#[test]
fn an_older_export_takes_nothing_out_of_a_payout() {
    let pending = PAYMENTS.replace(
        "2026-03-30 10:01:00 +0000,charge,#2,visa,online,paid,2026-04-02",
        "2026-03-30 10:01:00 +0000,charge,#2,visa,online,pending,",
    );
    let told = |files: [&str; 2]| {
        let shop = Shop::new();
        let made = shop.run(&["store", "add", "shop", "--currency", "EUR", "--time-zone", "UTC"]);
        assert_eq!(made.code, 0, "{}", made.err);
        files.iter().enumerate().for_each(|(at, file)| shop.import(&format!("{at}.csv"), file));
        shop.import("payouts.csv", PAYOUTS);
        let report = shop.run(&["report", "payouts", "--json"]).json();
        let payouts = report["payouts"].as_array().unwrap().iter();
        let ledger: Vec<Value> = payouts.map(|payout| payout["ledger"].clone()).collect();
        (report["accounts"][0]["open"].clone(), ledger)
    };
    let expected = (Value::from("29.10"), ["68.10", "43.80", "39.00"].map(Value::from).to_vec());
    assert_eq!(told([&pending, PAYMENTS]), expected);
    assert_eq!(told([PAYMENTS, &pending]), expected);
}

#[test]
fn page_files_and_command_obey_store_days_and_permission() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    app.take_in("amazon-settlement", Some("market"), "settlement.txt", SETTLEMENT);
    let lines = |query: &str| {
        let answer = app.get(&format!("/payouts.csv?{query}"), &who);
        assert!(header(&answer, "content-disposition").contains("payouts.csv"));
        text(answer).lines().count() - 1
    };
    assert_eq!((lines("period=all"), lines("period=all&store=market")), (4, 1));
    assert_eq!(
        (lines("from=2026-03-01&to=2026-03-10"), lines("from=2001-01-01&to=2001-01-31")),
        (1, 0)
    );
    let answer = app.get("/payouts.xlsx?period=all", &who);
    assert!(header(&answer, "content-disposition").contains("payouts.xlsx"));
    let csv = text(app.get("/payouts.csv?period=all&store=market", &who));
    // 69.90 + 3.00 of sales, Amazon keeps the tax; then fees, and what was held back.
    assert!(csv.contains("market,Amazon,50000000001,USD,2026-03-01,2026-03-15"), "{csv}");
    assert!(csv.contains("-0.37,-0.37,-0.37,0.00,2.00"), "{csv}");
    assert_eq!(app.get("/api/v1/reports/payouts?store=nowhere", &who).status(), 404);
    assert_eq!(app.get("/api/v1/reports/payouts?to=2026-02-30", &who).status(), 400);
    assert_eq!(app.get("/payouts", &app.token_of(Role::Fulfilment)).status(), 403);
    assert_eq!(app.get("/payouts/1", &As::Nobody).status(), 303);
    app.running.stop().unwrap();
}
