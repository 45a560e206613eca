//! Purchase orders from a draft to layers and stock and back, every amount by hand.

use purser::store::Lane;
use purser::store::stock::variants::{self, VariantSettings};
use purser::store::users::Role;
use serde_json::{Value, json};

use super::import::{owner, take_in};
use crate::kit::app::{App, As, header, text};
use crate::kit::shop::Shop;

/// Four and then five mugs; without layers each costs 7.00.
fn orders() -> String {
    let order = |id: &str, day: &str, quantity: i64| {
        let order = json!({
            "id": id,
            "created_at": format!("{day}T10:00:00Z"),
            "currency": "EUR",
            "lines": [{ "id": "a", "sku": "MUG", "quantity": quantity, "unit_price": "20.00" }],
        });
        format!("{order}\n")
    };
    [order("1001", "2026-11-05", 4), order("1002", "2026-11-06", 5)].concat()
}

const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,7,EUR\n";
const PRICES: &str = "sku,code,unit_cost,moq,pack\nMUG,P-1,4.00,14,7\nBOX,P-2,0.50,1,5\n";

fn at(app: &App, path: &str, who: &As, form: &[(&str, &str)]) -> String {
    let answer = app.post(path, who, form);
    let status = answer.status().as_u16();
    let to = header(&answer, "location");
    assert_eq!(status, 303, "{path} {form:?}: {}", text(answer));
    app.settle();
    app.clock.advance_seconds(60);
    to
}

/// The text of the first hidden field of a name, as the browser sends it back.
fn hidden(html: &str, name: &str) -> String {
    let mark = format!(r#"name="{name}" value=""#);
    let value = html.split(&mark).nth(1).unwrap_or_else(|| panic!("no {name}: {html}"));
    value.split('"').next().unwrap().replace("&#38;", "&").replace("&#10;", "\n")
}

/// A supplier with its price list.
fn supplier(app: &App, who: &As) {
    let form = [("name", "Potter"), ("currency", "EUR"), ("minimum", "60"), ("terms", "30 days")];
    assert_eq!(at(app, "/suppliers", who, &form), "/suppliers/1");
    let looked = app.post("/suppliers/1/prices", who, &[("text", PRICES), ("do", "show")]);
    let html = text(looked);
    assert!(html.contains("2 new, 0 changed, 0 as they are, 0 go."), "{html}");
    let seen = hidden(&html, "seen");
    at(app, "/suppliers/1/prices", who, &[("text", PRICES), ("do", "save"), ("seen", &seen)]);
}

fn shop() -> (App, As) {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders());
    app.take_in("costs", None, "costs.csv", COSTS);
    app.command("org-set", &json!({ "cost_method": "fifo" }));
    app.settle();
    app.clock.advance_seconds(60);
    supplier(&app, &who);
    (app, who)
}

/// `PO-1` of 14 mugs by the list, ordered on 20 October.
fn ordered() -> (App, As) {
    let (app, who) = shop();
    let draft = [("number", "PO-1"), ("supplier", "1"), ("lines", "MUG, 14")];
    assert_eq!(at(&app, "/purchase-orders", &who, &draft), "/purchase-orders/1");
    at(&app, "/purchase-orders/1/act", &who, &[("act", "order"), ("day", "2026-10-20")]);
    (app, who)
}

fn receive(app: &App, who: &As, form: &[(&str, &str)]) -> String {
    let looked = app.post("/purchase-orders/1/receive", who, &[form, &[("do", "show")]].concat());
    let status = looked.status().as_u16();
    let html = text(looked);
    assert_eq!(status, 200, "{html}");
    let seen = hidden(&html, "seen");
    let form = [form, &[("do", "save"), ("seen", seen.as_str())]].concat();
    at(app, "/purchase-orders/1/receive", who, &form);
    html
}

fn order(app: &App, who: &As) -> Value {
    serde_json::from_str(&text(app.get("/api/v1/purchase-orders/PO-1", who))).unwrap()
}

fn cogs(app: &App) -> i64 {
    app.count("select sum(cogs_minor) from profit_lines")
}

/// Units that came to places of a kind and were not taken back.
fn came(app: &App, kind: &str) -> i64 {
    app.count(&format!(
        "select coalesce(sum(delta), 0) from stock_events event
         join locations on locations.id = location_id
         where event.kind = 'received' and locations.kind = '{kind}' and not exists (
            select 1 from stock_events later where later.reverses_id = event.id)"
    ))
}

#[test]
fn partial_receipts_reach_layers_and_stock_and_undo_takes_both_back() {
    let (app, who) = ordered();
    // Nothing came: nine mugs at 7.00.
    assert_eq!(cogs(&app), -63_00);
    let before = order(&app, &who);
    assert_eq!((&before["state"], &before["total"]), (&json!("ordered"), &json!("56.00")));
    let first = [("day", "2026-11-02"), ("good-0", "6"), ("damaged-0", "1"), ("freight", "7.00")];
    let html = receive(&app, &who, &first);
    // 4 × (4 + 1); 3 × 5 and two beyond stock × 7.
    assert_eq!(cogs(&app), -(20_00 + 29_00));
    assert!(html.contains("This changes the cost of goods by"), "{html}");
    assert!(html.contains("+14.00"), "as it then did: {html}");
    assert_eq!((came(&app, "own"), came(&app, "quarantine")), (6, 1));
    let part = order(&app, &who);
    assert_eq!((&part["state"], &part["open_units"]), (&json!("partly_received"), &json!(7)));
    assert_eq!(part["open_total"], "28.00");
    assert_eq!(app.count("select count(*) from purchases where line = 'R1'"), 1);

    // Not by half: its units alone are not taken back in the stock's history.
    let action = app.count("select max(id) from stock_actions where kind = 'receive'");
    app.post(&format!("/stock/actions/undo?id={action}"), &who, &[]);
    assert_eq!(app.count("select count(*) from stock_actions where undoes_id is not null"), 0);
    assert_eq!((came(&app, "own"), came(&app, "quarantine")), (6, 1));

    receive(&app, &who, &[("day", "2026-11-03"), ("good-0", "7")]);
    // The freight is split over all 14: 4 × 4.50; 3 × 4.50 + 2 × 4.50.
    assert_eq!(cogs(&app), -(18_00 + 22_50));
    assert_eq!((came(&app, "own"), came(&app, "quarantine")), (13, 1));
    assert_eq!(order(&app, &who)["state"], "received");
    // The lead times: 7 units after 13 days, 7 after 14.
    let html = text(app.get("/suppliers/1", &who));
    assert!(html.contains("13 days (13 – 14)"), "{html}");

    at(&app, "/purchase-orders/1/receipts/2/undo", &who, &[]);
    assert_eq!(cogs(&app), -(20_00 + 29_00));
    assert_eq!((came(&app, "own"), came(&app, "quarantine")), (6, 1));
    assert_eq!(order(&app, &who)["state"], "partly_received");
    // The bill that came with it goes with it.
    at(&app, "/purchase-orders/1/receipts/1/undo", &who, &[]);
    assert_eq!(cogs(&app), -63_00);
    assert_eq!((came(&app, "own"), came(&app, "quarantine")), (0, 0));
    assert_eq!(app.count("select count(*) from purchases"), 0);
    assert_eq!(app.count("select count(*) from landed_costs"), 0);
    assert_eq!(order(&app, &who)["state"], "ordered");
    let again = app.post("/purchase-orders/1/receipts/1/undo", &who, &[]);
    assert_eq!(again.status(), 409, "it was taken back already");
    // A third receipt is told apart from the two that were taken back.
    receive(&app, &who, &[("day", "2026-11-02"), ("good-0", "14")]);
    assert_eq!(app.count("select count(*) from purchases where line = 'R3'"), 1);
    // 4 × 4; 5 × 4.
    assert_eq!(cogs(&app), -36_00);
    app.running.stop().unwrap();
}

#[test]
fn a_receipt_is_taken_back_from_the_history_too_and_not_by_half() {
    let (app, who) = ordered();
    let bill = ("freight", "1.00");
    receive(&app, &who, &[("day", "2026-11-02"), ("good-0", "10"), bill]);
    receive(&app, &who, &[("day", "2026-11-02"), ("good-0", "4"), bill]);
    let bills = "select count(*) from landed_costs";
    assert_eq!(app.count(bills), 2, "of one kind and day, but of two receipts");
    let html = text(app.get("/purchases", &who));
    assert!(html.contains("PO-1"), "{html}");
    let panel = text(app.get("/purchases?order=PO-1", &who));
    assert!(panel.contains(r#"href="/purchase-orders/1""#), "{panel}");
    // Deleting its cost alone would leave the units.
    let gone = [("act", "delete"), ("reference", "PO-1")];
    let refused = app.post("/purchases", &who, &gone);
    assert_eq!(refused.status(), 409);
    assert!(text(refused).contains("undo its receipts on the page of the order"));
    assert_eq!(came(&app, "own"), 14);
    let change = app.count("select max(id) from changes where kind = 'purchase'");
    at(&app, &format!("/changes/{change}/undo"), &who, &[]);
    // 9 × (4 + 1 / 10).
    assert_eq!((came(&app, "own"), cogs(&app)), (10, -36_90));
    assert_eq!((app.count(bills), &order(&app, &who)["open_units"]), (1, &json!(4)));
    app.running.stop().unwrap();
}

#[test]
fn more_than_was_ordered_is_told_before_it_is_taken_in() {
    let (app, who) = ordered();
    let much = [("day", "2026-11-02"), ("good-0", "14"), ("damaged-0", "6"), ("do", "show")];
    let html = text(app.post("/purchase-orders/1/receive", &who, &much));
    assert!(html.contains("More came than was ordered"), "{html}");
    assert!(html.contains("MUG: 6 more than is to come."), "{html}");
    assert_eq!(came(&app, "own"), 0, "looking takes nothing in");
    let wrong = |form: &[(&str, &str)], expected: &str| {
        let answer = app.post("/purchase-orders/1/receive", &who, form);
        assert_eq!(answer.status(), 422, "{form:?}");
        let html = text(answer);
        assert!(html.contains(expected), "{form:?}: {html}");
    };
    wrong(&[("day", "2026-11-02")], "Write how many units of a line came.");
    wrong(&[("day", "2026-11-02"), ("good-0", "ten")], "Units are a whole number.");
    wrong(&[("day", "x"), ("good-0", "1")], "x");
    wrong(&[("day", "2026-11-02"), ("good-0", "1"), ("duty", "1,5")], "Write an amount");
    app.running.stop().unwrap();
}

#[test]
fn what_is_kept_by_lot_comes_in_with_its_lot() {
    let (app, who) = ordered();
    let kept = |tx: &purser::store::Tx<'_>| {
        let mug = variants::upsert_variant(tx, "MUG", "")?;
        let settings = VariantSettings { tracks_lots: true, ..VariantSettings::default() };
        variants::upsert_settings(tx, mug, &settings)
    };
    app.running.state.db.write(Lane::Interactive, kept).unwrap();
    let form = [("day", "2026-11-02"), ("good-0", "5")];
    let answer = app.post("/purchase-orders/1/receive", &who, &form);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("Write the lot that stands on it."));
    let lot = [form[0], form[1], ("lot-0", "L7"), ("expires-0", "2027-01-31")];
    receive(&app, &who, &lot);
    let told = app.count(
        "select count(*) from stock_events join lots on lots.id = lot_id
         where code = 'L7' and expires_day is not null and delta = 5",
    );
    assert_eq!(told, 1);
    app.running.stop().unwrap();
}

#[test]
fn a_draft_is_priced_by_the_list_rounded_ordered_copied_cancelled_and_each_is_undone() {
    let (app, who) = shop();
    let draft = [("number", "PO-9"), ("supplier", "1"), ("lines", "MUG, 10\nCUP, 3, 2.50")];
    at(&app, "/purchase-orders", &who, &draft);
    let html = text(app.get("/purchase-orders/1", &who));
    for told in ["MUG: the supplier sells no fewer than 14.", "no order below EUR 60.00", "P-1"] {
        assert!(html.contains(told), "{told}: {html}");
    }
    let rounded = text(app.get("/purchase-orders/1?act=edit&round=yes", &who));
    assert!(rounded.contains("MUG, 14, 4, 7"), "{rounded}");
    // Nothing comes of a draft.
    let early = [("day", "2026-11-02"), ("good-0", "1")];
    let html = text(app.post("/purchase-orders/1/receive", &who, &early));
    let seen = hidden(&html, "seen");
    let save = [early[0], early[1], ("do", "save"), ("seen", seen.as_str())];
    let refused = app.post("/purchase-orders/1/receive", &who, &save);
    assert_eq!(refused.status(), 422);
    assert!(text(refused).contains("mark it as ordered first"));
    let edit = [("id", "1"), ("supplier", "1"), ("number", "PO-9"), ("lines", "MUG, 14, 3.90")];
    at(&app, "/purchase-orders", &who, &edit);
    let html = text(app.get("/purchase-orders/1", &who));
    assert!(html.contains("MUG: EUR 4.00 by the price list."), "{html}");
    at(&app, "/purchase-orders/1/act", &who, &[("act", "order"), ("day", "2026-11-20")]);
    let late = app.post("/purchase-orders", &who, &edit);
    assert_eq!(late.status(), 422, "an order is no draft");
    let copy = at(&app, "/purchase-orders/1/act", &who, &[("act", "duplicate")]);
    assert_eq!(copy, "/purchase-orders/2");
    assert_eq!(app.count("select count(*) from purchase_orders where number = 'PO-9-2'"), 1);
    at(&app, "/purchase-orders/1/act", &who, &[("act", "cancel")]);
    let stage = "select count(*) from purchase_orders where id = 1 and stage = ";
    assert_eq!(app.count(&format!("{stage}'cancelled'")), 1);
    let undo = |app: &App| {
        let last = "select max(id) from purchasing_log where kind = 'order' and subject_id = 1
            and undoes is null and undone_by is null";
        let entry = app.count(last);
        at(app, &format!("/purchase-orders/undo?entry={entry}"), &who, &[])
    };
    undo(&app);
    assert_eq!(app.count(&format!("{stage}'ordered'")), 1);
    undo(&app);
    assert_eq!(app.count(&format!("{stage}'draft'")), 1);
    undo(&app);
    let lines = "select count(*) from purchase_order_lines where order_id = 1";
    assert_eq!(app.count(lines), 2, "the lines are those of before");
    assert_eq!(undo(&app), "/purchase-orders");
    assert_eq!(app.count("select count(*) from purchase_orders where id = 1"), 0);
    // An older entry is not taken back over a later one.
    let first = app.count("select min(id) from purchasing_log where kind = 'supplier'");
    at(&app, "/suppliers", &who, &[("id", "1"), ("name", "Potter & Co"), ("currency", "EUR")]);
    let refused = app.post(&format!("/suppliers/undo?entry={first}"), &who, &[]);
    assert_eq!(refused.status(), 409);
    app.running.stop().unwrap();
}

#[test]
fn each_face_shows_the_same_order() {
    let (app, who) = ordered();
    receive(&app, &who, &[("day", "2026-11-02"), ("good-0", "6"), ("damaged-0", "1")]);
    let list: Value =
        serde_json::from_str(&text(app.get("/api/v1/purchase-orders", &who))).unwrap();
    assert_eq!(list["purchase_orders"][0]["open_total"], "28.00");
    let detail = order(&app, &who);
    assert_eq!(detail["receipts"][0]["lines"][0]["damaged"], 1);
    let csv = text(app.get("/purchase-orders.csv", &who));
    let row = "PO-1,Potter,partly_received,EUR,Main,2026-10-20,,14,7,56.00,28.00";
    assert!(csv.contains(row), "{csv}");
    let csv = text(app.get("/purchase-orders/1/order.csv", &who));
    assert!(csv.contains("PO-1,MUG,P-1,14,7,4,EUR,56.00,7"), "{csv}");
    let html = text(app.get("/purchase-orders", &who));
    assert!(html.contains("EUR 28.00") && html.contains("partly received"), "{html}");
    let paper = text(app.get("/purchase-orders/1?view=print", &who));
    assert!(paper.contains("print-view") && paper.contains("P-1"), "{paper}");
    assert!(paper.contains("EUR 56.00") && !paper.contains("Receipt 1"), "{paper}");
    // The command takes in the rest, in the server that holds the folder.
    let rest = json!({ "number": "PO-1", "lines": [], "lots": [], "day": "2026-11-03",
        "location": null });
    let made = app.command("purchase-order-receive", &rest);
    assert_eq!((&made["state"], &made["open_units"]), (&json!("received"), &json!(0)));
    assert_eq!(came(&app, "own"), 13);
    let App { running, folder, .. } = app;
    running.stop().unwrap();
    let shop = Shop { folder };
    let said = shop.run(&["purchase-orders", "list", "--json"]).json();
    assert_eq!(said["purchase_orders"][0]["state"], "received");
    let said = shop.run(&["purchase-orders", "show", "PO-1"]);
    assert!(said.out.contains("MUG\t14 of 14\t4"), "{}", said.out);
    assert_eq!(shop.run(&["purchase-orders", "show", "PO-2"]).code, 1);
    assert_eq!(shop.run(&["verify"]).code, 0);
}

#[test]
fn who_packs_receives_and_sees_no_costs_and_who_looks_changes_nothing() {
    let (app, who) = ordered();
    let packer = app.token_of(Role::Fulfilment);
    let html = text(app.get("/purchase-orders/1", &packer));
    assert!(html.contains("MUG") && !html.contains("56.00"), "{html}");
    assert!(!html.contains("4.00"), "{html}");
    let panel = text(app.get("/purchase-orders/1?act=receive", &packer));
    assert!(panel.contains("good-0") && !panel.contains(r#"name="freight""#), "{panel}");
    // A bill that it has no field for is none of its own.
    receive(&app, &packer, &[("day", "2026-11-02"), ("good-0", "2"), ("freight", "9.00")]);
    assert_eq!(app.count("select count(*) from landed_costs"), 0);
    at(&app, "/purchase-orders/1/receipts/1/undo", &packer, &[]);
    receive(&app, &who, &[("day", "2026-11-02"), ("good-0", "2"), ("freight", "9.00")]);
    let refused = app.post("/purchase-orders/1/receipts/2/undo", &packer, &[]);
    assert_eq!(refused.status(), 403, "its bill is a cost");
    let entry = app.count("select max(id) from purchasing_log where kind = 'order'");
    let sideways = app.post(&format!("/transfers/undo?entry={entry}"), &packer, &[]);
    assert_eq!(sideways.status(), 404, "an order is no transfer");
    assert_eq!(app.get("/suppliers", &packer).status(), 403);
    let viewer = app.token_of(Role::Viewer);
    assert!(text(app.get("/purchase-orders/1", &viewer)).contains("56.00"));
    let form = [("day", "2026-11-02"), ("good-0", "2")];
    assert_eq!(app.post("/purchase-orders/1/receive", &viewer, &form).status(), 403);
    app.running.stop().unwrap();
}

#[test]
fn prices_come_and_go_by_file_with_a_look_before_and_a_way_back() {
    let (app, who) = shop();
    let file = text(app.get("/suppliers/1/prices.csv", &who));
    assert!(file.contains("MUG,P-1,4,EUR,14,7,1,2026-11-20"), "{file}");
    let looked = app.upload(
        "/suppliers/1/prices/file",
        &who,
        &[("goes", "yes")],
        &[("prices.csv", "sku,unit_cost,valid_from\nMUG,4.40,2026-11-20\n")],
    );
    let html = text(looked);
    assert!(html.contains("0 new, 1 changed, 0 as they are, 1 go."), "{html}");
    assert!(html.contains("was EUR 4.00"), "{html}");
    assert_eq!(app.count("select count(*) from supplier_prices"), 2, "looking changes nothing");
    let rows = "sku,unit_cost,valid_from\nMUG,4.40,2026-11-20\n";
    let seen = hidden(&html, "seen");
    let form = [("text", rows), ("goes", "yes"), ("do", "save"), ("seen", seen.as_str())];
    at(&app, "/suppliers/1/prices", &who, &form);
    assert_eq!(app.count("select count(*) from supplier_prices where unit_cost = '4.4'"), 1);
    assert_eq!(app.count("select count(*) from supplier_prices"), 1);
    let entry = app.count("select max(id) from purchasing_log where kind = 'prices'");
    at(&app, &format!("/suppliers/undo?entry={entry}"), &who, &[]);
    assert_eq!(text(app.get("/suppliers/1/prices.csv", &who)), file);
    let wrong = [("text", "sku,unit_cost\nMUG,much"), ("do", "show")];
    let answer = app.post("/suppliers/1/prices", &who, &wrong);
    assert_eq!(answer.status(), 422);
    let html = text(answer);
    assert!(html.contains("Line 2: the unit cost is no amount"), "{html}");
    assert!(html.contains("MUG,much"), "what was typed stays: {html}");
    app.running.stop().unwrap();
}
