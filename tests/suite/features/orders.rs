//! The list of orders and the trail of one.

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, EMAIL, header, text};

const DAYS: &str = "from=2026-11-01&to=2026-11-20";

fn shop() -> (App, As) {
    let app = App::start();
    app.seed_shop();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    (app, who)
}

fn list(app: &App, query: &str, who: &As) -> String {
    text(app.get(&format!("/orders?{query}"), who))
}

/// The links of the rows, from top to bottom.
fn rows(html: &str) -> Vec<String> {
    let links = html.split("href=\"/orders/").skip(1);
    links.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// The address of an order's page, found by its number.
fn find(app: &App, who: &As, store: &str, number: &str) -> String {
    let html = list(app, &format!("{DAYS}&store={store}&q={number}"), who);
    format!("/orders/{}", rows(&html)[0])
}

#[test]
fn orders_stand_newest_first_and_those_that_do_not_count_beside_them() {
    let (app, who) = shop();
    let html = list(&app, DAYS, &who);
    let place = |text: &str| html.find(text).unwrap_or_else(|| panic!("{text}: {html}"));
    assert!(place("4 Nov 2026") < place("3 Nov 2026"));
    assert!(place("3 Nov 2026") < place("2 Nov 2026"));
    assert!(html.contains("not paid yet, not counted"), "{html}");
    assert!(html.contains("4 orders, newest first. 1 does not count"), "{html}");
    // 64.00 − 2 × 4.00 − 5.00 − 1.00 − 2.00 of ads, the pot without a cost.
    assert!(html.contains("48.00") && html.contains("at most"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn a_search_finds_numbers_ids_and_skus() {
    let (app, who) = shop();
    let check = |query: &str, count: usize, why: &str| {
        let html = list(&app, query, &who);
        assert_eq!(rows(&html).len(), count, "{why}: {html}");
    };
    check(&format!("{DAYS}&q=1001"), 2, "a number in two stores");
    check(&format!("{DAYS}&q=%231002"), 1, "a number with its mark");
    check(&format!("{DAYS}&q=100"), 4, "the beginning of numbers");
    check(&format!("{DAYS}&q=o-2"), 1, "an id");
    check(&format!("{DAYS}&q=mug"), 2, "a SKU, in any case; unpaid orders have no lines");
    check(&format!("{DAYS}&q=%3D1%2B1"), 1, "a SKU that looks like a formula");
    check(&format!("{DAYS}&q=1001&store=market"), 1, "in one store");
    check("from=2026-01-01&to=2026-01-02&q=1002", 1, "a number is found in all days");
    check("from=2026-01-01&to=2026-01-02&q=MUG", 0, "a SKU in the days that were chosen");
    check(&format!("{DAYS}&q=%25"), 0, "no pattern");
    check(&format!("{DAYS}&q=%27%20or%201%3D1"), 0, "no SQL");
    app.running.stop().unwrap();
}

#[test]
fn the_list_holds_fifty_orders_a_page() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    let order = |number: i64| {
        format!(
            r#"{{"id":"id-{number}","number":"{number}",
            "created_at":"2026-11-02T09:00:{number:02}Z","currency":"EUR","financial_status":"paid",
            "lines":[{{"id":"a","sku":"A","quantity":1,"unit_price":"1.00"}}]}}"#
        )
        .replace('\n', " ")
    };
    let orders: Vec<String> = (0..60).map(order).collect();
    app.take_in("orders", Some("shop"), "many.jsonl", &orders.join("\n"));
    let (first, second) = (list(&app, DAYS, &who), list(&app, &format!("{DAYS}&page=2"), &who));
    assert_eq!((rows(&first).len(), rows(&second).len()), (50, 10));
    assert!(first.contains("1 – 50 of 60") && second.contains("51 – 60 of 60"));
    let mut all = rows(&first);
    all.extend(rows(&second));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60, "no order stands on two pages");
    app.running.stop().unwrap();
}

#[test]
fn the_trail_of_an_order_agrees_with_its_json() {
    let (app, who) = shop();
    let html = text(app.get(&find(&app, &who, "shop", "1002"), &who));
    let json: Value =
        serde_json::from_str(&text(app.get("/api/v1/orders/1002/explain", &who))).unwrap();
    assert_eq!(json["order"], "1002");
    // 24.00 − 12.00 − 8.00 − 4.00 − 0.60: the broken mug's cost stays.
    assert_eq!(json["total"], "-0.60");
    for component in json["components"].as_array().unwrap() {
        let amount = component["amount"].as_str().unwrap().replace('-', "\u{2212}");
        let is_known_nothing = amount == "0.00" && component["quality"] == "actual";
        assert!(is_known_nothing || html.contains(&amount), "{component}");
    }
    assert!(html.contains("Memo: 4.00 written off"), "{html}");
    assert!(html.contains("12.00 EUR paid back. 1 unit given back, not restocked."), "{html}");
    assert!(html.contains("5 Nov 2026, Refund"), "both bases: {html}");
    app.running.stop().unwrap();
}

#[test]
fn parts_of_a_component_are_folded_under_it() {
    let (app, who) = shop();
    let html = text(app.get(&find(&app, &who, "shop", "1001"), &who));
    assert!(html.contains("Gross sales, 2 parts") && html.contains("24.00 + 40.00"), "{html}");
    assert!(html.contains("<details class=\"table-fold\">"), "{html}");
    assert!(html.contains("meta spring, step 2 of 4"), "the ad and its step: {html}");
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("to DE. Paid 64.00 EUR with stripe."), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn an_order_that_does_not_count_says_why() {
    let (app, who) = shop();
    let html = text(app.get(&find(&app, &who, "shop", "1003"), &who));
    assert!(html.contains("This order does not count."), "{html}");
    assert!(html.contains("Its state is: not paid yet."), "{html}");
    assert!(!html.contains("trail-table"), "there is nothing to explain: {html}");
    app.running.stop().unwrap();
}

#[test]
fn neighbours_lead_through_the_orders_in_time() {
    let (app, who) = shop();
    let mut path = find(&app, &who, "shop", "1001");
    let mut seen = vec![path.clone()];
    loop {
        let html = text(app.get(&path, &who));
        let Some(next) =
            html.split("rel=\"next\"").next().filter(|_| html.contains("rel=\"next\""))
        else {
            break;
        };
        let start = next.rfind("href=\"").unwrap() + 6;
        path = next[start..].split('"').next().unwrap().to_owned();
        seen.push(path.clone());
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
    app.running.stop().unwrap();
}

#[test]
fn a_number_in_the_address_leads_to_the_order_and_an_unknown_one_helps() {
    let (app, who) = shop();
    let response = app.get("/orders/o-2", &who);
    assert_eq!(response.status(), 303);
    assert!(header(&response, "location").starts_with("/orders/"));
    for wanted in ["/orders/987654321", "/orders/%3Cscript%3E", "/orders/9999999999999999999999"] {
        let response = app.get(wanted, &who);
        assert_eq!(response.status(), 404, "{wanted}");
        let html = text(response);
        assert!(html.contains("There is no such order."), "{html}");
        assert!(html.contains("/orders?q="), "the way to the search: {html}");
        assert!(!html.contains("<script>"), "{html}");
    }
    app.running.stop().unwrap();
}

#[test]
fn the_api_explains_one_order_or_says_which_it_lacks() {
    let (app, who) = shop();
    let check = |path: &str, status: u16| {
        let response = app.get(&format!("/api/v1/orders/{path}"), &who);
        assert_eq!(response.status(), status, "{path}");
        let _: Value = serde_json::from_str(&text(response)).unwrap();
    };
    check("1002/explain", 200);
    check("o-2/explain", 200);
    check("1001/explain", 400);
    check("1001/explain?store=market", 200);
    check("nowhere/explain", 404);
    check("1001/explain?store=nowhere", 404);
    app.running.stop().unwrap();
}
