//! Purchases, and what was sold from them: `fifo` and `average` from files to figures, every
//! amount by hand.

use purser::store::users::Role;
use serde_json::{Value, json};

use super::costs::{seen, sentence};
use super::import::{owner, take_in};
use crate::kit::app::{App, As, text};
use crate::kit::shop::{Shop, row};

const PURCHASES: &str = "reference,received,sku,quantity,unit_cost,currency\n\
    PO-1,2026-03-01,MUG,10,4.00,EUR\nPO-2,2026-03-10,MUG,10,5.00,EUR\n";
const LANDED: &str = "reference,kind,amount,currency,by\nPO-2,freight,10.00,EUR,quantity\n";
const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,7,EUR\n";

fn order(id: &str, day: &str, sku: &str, quantity: i64, refunds: &[Value]) -> String {
    let order = json!({
        "id": id,
        "created_at": format!("{day}T10:00:00Z"),
        "currency": "EUR",
        "lines": [{ "id": "a", "sku": sku, "quantity": quantity, "unit_price": "20.00" }],
        "refunds": refunds,
    });
    format!("{order}\n")
}

fn orders() -> String {
    let back = json!({
        "id": "r1",
        "at": "2026-03-13T10:00:00Z",
        "lines": [{ "line_id": "a", "quantity": 1, "amount": "20.00", "restock": true }],
    });
    [
        order("1001", "2026-03-05", "MUG", 4, &[]),
        order("1002", "2026-03-12", "MUG", 8, &[back]),
        order("1003", "2026-03-15", "MUG", 20, &[]),
    ]
    .concat()
}

fn cogs(shop: &Shop) -> [String; 3] {
    let report = shop.report(&["--by", "order"]);
    ["1001", "1002", "1003"]
        .map(|order| row(&report, "order", order)["cogs"].as_str().unwrap().to_owned())
}

fn set_method(shop: &Shop, method: &str) {
    let said = shop.run(&["org", "set", "--cost-method", method]);
    assert_eq!(said.code, 0, "{}", said.err);
}

fn verify(shop: &Shop) {
    let said = shop.run(&["verify"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
}

/// The arithmetic of the cost of goods of an order.
fn explained(shop: &Shop, order: &str) -> Vec<String> {
    let said = shop.run(&["explain", "order", order, "--json"]);
    let json = said.json();
    let components = json["components"].as_array().unwrap();
    let cogs = components.iter().find(|one| one["name"] == "cogs").unwrap();
    let parts = cogs["parts"].as_array().unwrap();
    parts.iter().map(|part| part["arithmetic"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn switching_the_method_draws_on_layers_and_back() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &orders());
    shop.import("costs.csv", COSTS);
    shop.import("purchases.csv", PURCHASES);
    shop.import("landed.csv", LANDED);
    // 7.00 each; one of eight came back.
    assert_eq!(cogs(&shop), ["-28.00", "-49.00", "-140.00"]);
    set_method(&shop, "fifo");
    // 4 × 4; 6 × 4 + 2 × 6 less 6 that came back; 9 × 6 and 11 beyond stock × 7.
    assert_eq!(cogs(&shop), ["-16.00", "-30.00", "-131.00"]);
    assert_eq!(explained(&shop, "1002"), ["−(6 × 4 + 2 × 6)", "36.00 × 6 / 36 − 0.00"]);
    assert_eq!(explained(&shop, "1003"), ["−(9 × 6 + 11 × 7)"]);
    let report = shop.report(&["--by", "order"]);
    assert_eq!(row(&report, "order", "1003")["quality"]["cogs"], "estimated");
    verify(&shop);
    set_method(&shop, "average");
    // 4 × 4. Then 6 × 4 + 10 × 6 are 84 for 16: 5.25; 8 of them less one; 9 and 11 × 7.
    assert_eq!(cogs(&shop), ["-16.00", "-36.75", "-124.25"]);
    verify(&shop);
    set_method(&shop, "dated");
    assert_eq!(cogs(&shop), ["-28.00", "-49.00", "-140.00"]);
    verify(&shop);
}

#[test]
fn a_late_bill_re_values_what_was_sold_and_taking_it_back_restores_it() {
    let shop = Shop::new();
    set_method(&shop, "fifo");
    shop.import("purchases.csv", PURCHASES);
    shop.import("landed.csv", LANDED);
    shop.import("costs.csv", COSTS);
    shop.import("orders.jsonl", &orders());
    let before = cogs(&shop);
    assert_eq!(before, ["-16.00", "-30.00", "-131.00"]);
    let late = "reference,kind,amount,currency,by\nPO-1,duty,5.00,EUR,value\n";
    let path = shop.file("late.csv", late);
    let said = shop.run(&["import", &path, "--json"]);
    // 4 × 0.50, and 6 × 0.50.
    let told = "Re-valued 12 units sold in 2 orders since 2026-03-05: cost of goods -5.00 EUR.";
    assert!(said.out.contains(told), "{}", said.out);
    // PO-1 is 4.50 a unit: 4 × 4.5, and 6 × 4.5 + 2 × 6 less 6.
    assert_eq!(cogs(&shop), ["-18.00", "-33.00", "-131.00"]);
    verify(&shop);
    let list = shop.run(&["import", "list", "--json"]).json();
    let id = list["imports"][0]["id"].to_string();
    assert_eq!(shop.run(&["import", "undo", &id]).code, 0);
    assert_eq!(cogs(&shop), before);
    verify(&shop);
}

#[test]
fn the_order_of_the_files_makes_no_difference() {
    let files = [
        ("orders.jsonl", orders()),
        ("purchases.csv", PURCHASES.to_owned()),
        ("landed.csv", LANDED.to_owned()),
        ("costs.csv", COSTS.to_owned()),
    ];
    for turn in 1..files.len() {
        let shop = Shop::new();
        set_method(&shop, "fifo");
        for at in 0..files.len() {
            let (name, content) = &files[(at + turn) % files.len()];
            shop.import(name, content);
        }
        assert_eq!(cogs(&shop), ["-16.00", "-30.00", "-131.00"], "from file {turn} on");
        verify(&shop);
    }
}

#[test]
fn the_same_purchases_twice_change_nothing_and_a_corrected_line_replaces_its_own() {
    let shop = Shop::new();
    set_method(&shop, "fifo");
    shop.import("orders.jsonl", &orders());
    shop.import("purchases.csv", PURCHASES);
    let path = shop.file("again.csv", PURCHASES);
    let again = shop.run(&["import", &path, "--json"]).json();
    let file = again.get(0).unwrap_or(&again);
    assert_eq!((&file["accepted"], &file["unchanged"]), (&json!(0), &json!(2)), "{again}");
    shop.import("fixed.csv", &PURCHASES.replace("10,4.00", "10,4.20"));
    // 4 × 4.2; 6 × 4.2 + 2 × 5 less 5.
    assert_eq!(cogs(&shop)[..2], ["-16.80", "-30.20"]);
    verify(&shop);
}

#[test]
fn a_bundle_draws_on_its_components_and_a_cost_reaches_the_orders_of_its_bundle() {
    let shop = Shop::new();
    let rules = r#"{"bundles":[{"sku":"SET","components":[{"sku":"MUG","quantity":2},
        {"sku":"BOX"}]}]}"#;
    let back = json!({
        "id": "r1",
        "at": "2026-03-13T10:00:00Z",
        "lines": [{ "line_id": "a", "quantity": 1, "amount": "20.00", "restock": true }],
    });
    let set = order("2001", "2026-03-12", "SET", 6, &[back]);
    shop.import("orders.jsonl", &set);
    shop.import("rules.json", rules);
    let of_set = |shop: &Shop| {
        let report = shop.report(&["--by", "order"]);
        let row = row(&report, "order", "2001");
        (row["cogs"].as_str().unwrap().to_owned(), row["quality"]["cogs"].clone())
    };
    assert_eq!(of_set(&shop), ("0.00".to_owned(), json!("missing")));
    shop.import("mug.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,3,EUR\n");
    assert_eq!(of_set(&shop).1, json!("missing"), "the box has no cost yet");
    shop.import("box.csv", "sku,valid_from,unit_cost,currency\nBOX,2026-01-01,0.5,EUR\n");
    // 6 × (2 × 3 + 0.50) less one.
    assert_eq!(of_set(&shop), ("-32.50".to_owned(), Value::Null));
    verify(&shop);
    shop.import("purchases.csv", PURCHASES);
    set_method(&shop, "fifo");
    // 10 mugs of PO-1 and 2 of PO-2, 6 boxes at the cost in force; back come two mugs of PO-2
    // and a box: 40 + 10 + 3 less 10 + 0.50.
    assert_eq!(of_set(&shop), ("-42.50".to_owned(), json!("estimated")));
    verify(&shop);
    // Sets bought whole are drawn whole.
    let whole = "reference,received,sku,quantity,unit_cost,currency\n\
        PO-3,2026-03-01,SET,6,8,EUR\n";
    shop.import("whole.csv", whole);
    assert_eq!(of_set(&shop), ("-40.00".to_owned(), Value::Null));
    verify(&shop);
}

#[test]
fn a_bundle_that_holds_itself_is_refused_with_its_path() {
    let shop = Shop::new();
    let path = shop.file(
        "rules.json",
        r#"{"bundles":[{"sku":"A","components":[{"sku":"B"}]},
            {"sku":"B","components":[{"sku":"A"}]}]}"#,
    );
    let said = shop.run(&["import", "rules", &path]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("A > B > A"), "{}", said.err);
}

#[test]
fn recoverable_vat_leaves_costs_ads_and_expenses() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &order("1001", "2026-03-05", "MUG", 4, &[]));
    shop.import("costs.csv", COSTS);
    let ads = "day,platform,campaign,amount,currency\n2026-03-05,meta,c1,12.00,EUR\n\
        2026-03-05,google,c2,12.00,EUR\n";
    shop.import("ads.csv", ads);
    let rent = "name,amount,currency,from\nRent,24.00,EUR,2026-03-05\n";
    shop.import("expenses.csv", rent);
    let total = |shop: &Shop, name: &str| {
        let report = shop.report(&["--to", "2026-03-31"]);
        report["total"][name].as_str().unwrap().to_owned()
    };
    let names = ["cogs", "ad_spend", "operating_expenses"];
    assert_eq!(names.map(|name| total(&shop, name)), ["-28.00", "-24.00", "-24.00"]);
    let rules = r#"{"input_vat":[{"source":"costs","rate":"20","from":"2025-01-01"},
        {"source":"ad_spend","rate":"20","platform":"meta"},
        {"source":"expenses","rate":"20"}]}"#;
    shop.import("rules.json", rules);
    // 28 / 1.2 = 23.33; 12 / 1.2 + 12; 24 / 1.2.
    assert_eq!(names.map(|name| total(&shop, name)), ["-23.33", "-22.00", "-20.00"]);
    assert_eq!(explained(&shop, "1001"), ["−4 × 7 × 100 / 120"]);
    verify(&shop);
    assert_eq!(shop.run(&["org", "set", "--vat-registered", "no"]).code, 0);
    assert_eq!(names.map(|name| total(&shop, name)), ["-28.00", "-24.00", "-24.00"]);
    verify(&shop);
}

/// The shop of the files above on a server, drawn first in, first out.
fn serve_fifo() -> (App, As) {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders());
    app.take_in("costs", None, "costs.csv", COSTS);
    app.take_in("purchases", None, "purchases.csv", PURCHASES);
    app.take_in("landed-costs", None, "landed.csv", LANDED);
    app.command("org-set", &json!({ "cost_method": "fifo" }));
    app.settle();
    app.clock.advance_seconds(60);
    (app, who)
}

fn cogs_of(app: &App) -> i64 {
    app.count("select sum(cogs_minor) from profit_lines")
}

fn send(app: &App, who: &As, form: &[(&str, &str)], more: &[(&str, &str)]) -> (u16, String) {
    let answer = app.post("/purchases", who, &[form, more].concat());
    (answer.status().as_u16(), text(answer))
}

fn save(app: &App, who: &As, form: &[(&str, &str)]) -> String {
    let (status, html) = send(app, who, form, &[("do", "show")]);
    assert_eq!(status, 200, "{html}");
    let (status, saved) = send(app, who, form, &[("do", "save"), ("seen", &seen(&html))]);
    assert_eq!(status, 303, "{saved}");
    app.settle();
    app.clock.advance_seconds(60);
    sentence(&html)
}

/// Undoes what the page that tells of it offers to undo; it tells once.
fn undo(app: &App, who: &As, html: &str) {
    let action = html.split(r#"action="/purchases/undo?"#).nth(1).expect("no undo");
    let path = action.split('"').next().unwrap();
    assert_eq!(app.post(&format!("/purchases/undo?{path}"), who, &[]).status(), 303);
    app.settle();
    app.clock.advance_seconds(60);
}

const BILL: [(&str, &str); 8] = [
    ("act", "bill"),
    ("reference", "PO-1"),
    ("kind", "freight"),
    ("amount", "5.00"),
    ("currency", "EUR"),
    ("by", "quantity"),
    ("day", "2026-03-20"),
    ("bill", ""),
];

#[test]
fn a_bill_on_the_page_re_values_what_was_sold_as_it_said_and_is_undone() {
    let (app, who) = serve_fifo();
    assert_eq!(cogs_of(&app), -(16_00 + 30_00 + 131_00));
    let html = text(app.get("/purchases", &who));
    assert!(html.contains("2 purchase orders, 20 units received."), "{html}");
    assert!(html.contains("EUR 6.00") && html.contains("PO-2"), "{html}");
    let (_, looked) = send(&app, &who, &BILL, &[("do", "show")]);
    assert!(looked.contains("effect-months"), "by month, before and after: {looked}");
    assert!(looked.contains("Mar 2026") || looked.contains("March 2026"), "{looked}");
    let shown = save(&app, &who, &BILL);
    assert_eq!(shown, "This changes the cost of goods by −5.00.");
    assert_eq!(cogs_of(&app), -(18_00 + 33_00 + 131_00));
    let html = text(app.get("/purchases", &who));
    let told = "Bill saved. Re-valued 12 units sold in 2 orders since 5 Mar 2026, cost of goods \
                −5.00.";
    assert!(html.contains(told), "{html}");
    assert!(html.contains("EUR 4.50"), "{html}");
    undo(&app, &who, &html);
    assert_eq!(cogs_of(&app), -(16_00 + 30_00 + 131_00));
    // The bill of the file goes the same way.
    let panel = text(app.get("/purchases?order=PO-2", &who));
    let id = app.count("select id from landed_costs").to_string();
    assert!(panel.contains(&format!("bill={id}")), "{panel}");
    let ask = text(app.get(&format!("/purchases?bill={id}"), &who));
    assert_eq!(sentence(&ask), "This changes the cost of goods by +10.00.");
    let gone = [("act", "unland"), ("id", id.as_str())];
    assert_eq!(app.post("/purchases", &who, &gone).status(), 303);
    app.settle();
    // PO-2 at 5.00: 2 less 1 of order 1002, and 9 of order 1003.
    assert_eq!(cogs_of(&app), -(16_00 + 29_00 + 122_00));
    app.running.stop().unwrap();
}

#[test]
fn a_receipt_by_hand_is_shown_first_then_saved_deleted_and_undone() {
    let (app, who) = serve_fifo();
    let lines = "MUG, 5, 3.00\r\nBOX, 10, 0.5";
    let receipt = [
        ("act", "receipt"),
        ("reference", "PO-0"),
        ("received", "2026-02-01"),
        ("supplier", "Potter"),
        ("currency", "EUR"),
        ("lines", lines),
    ];
    let (_, html) = send(&app, &who, &receipt, &[("do", "show")]);
    assert_eq!(app.count("select count(*) from purchases"), 2, "looking changes nothing");
    assert!(html.contains("Re-values 32 units sold in 3 orders since 5 Mar 2026."), "{html}");
    let shown = save(&app, &who, &receipt);
    // 4 × 3; 1 × 3 + 7 × 4 less 4; 4 × 4 + 10 × 6 and 6 × 7.
    assert_eq!(cogs_of(&app), -(12_00 + 27_00 + 118_00));
    assert_eq!(shown, "This changes the cost of goods by +20.00.");
    let html = text(app.get("/purchases?order=PO-0", &who));
    assert!(html.contains("Purchase order PO-0"), "{html}");
    undo(&app, &who, &html);
    assert_eq!(cogs_of(&app), -(16_00 + 30_00 + 131_00));
    assert_eq!(app.count("select count(*) from purchases"), 2);
    let ask = text(app.get("/purchases?delete=PO-2", &who));
    assert!(ask.contains("Delete purchase order PO-2?"), "{ask}");
    assert!(!ask.contains("left without a known cost"), "the cost in force steps in");
    let delete = [("act", "delete"), ("reference", "PO-2")];
    assert_eq!(app.post("/purchases", &who, &delete).status(), 303);
    app.settle();
    app.clock.advance_seconds(60);
    // 4 × 4; 6 × 4 and 2 beyond stock × 7 less one of these; all 20 × 7.
    assert_eq!(cogs_of(&app), -(16_00 + 31_00 + 140_00));
    let html = text(app.get("/purchases", &who));
    undo(&app, &who, &html);
    assert_eq!(cogs_of(&app), -(16_00 + 30_00 + 131_00));
    assert_eq!(app.post("/purchases", &who, &[("act", "delete")]).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn a_wrong_receipt_stays_and_who_may_only_look_sees_no_form() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/purchases", &who));
    assert!(html.contains("No receipts yet.") && html.contains("Enter a receipt"), "{html}");
    let receipt = [
        ("act", "receipt"),
        ("reference", "<b>PO"),
        ("received", "2026-02-01"),
        ("currency", "EUR"),
        ("lines", "MUG, five, 3"),
    ];
    let (status, html) = send(&app, &who, &receipt, &[]);
    assert_eq!(status, 422);
    assert!(html.contains("Line 1 is not SKU, units, unit cost"), "{html}");
    assert!(html.contains("MUG, five, 3") && !html.contains("<b>PO"), "{html}");
    let analyst = app.token_of(Role::Analyst);
    let html = text(app.get("/purchases?id=new", &analyst));
    assert!(html.contains("No receipts yet.") && !html.contains(r#"name="lines""#), "{html}");
    assert_eq!(send(&app, &analyst, &receipt, &[]).0, 403);
    app.running.stop().unwrap();
}
