//! Stock by hand: what is counted, moved and taken back stands in the ledger to the unit, on every
//! face and for every role.

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, header, text};

/// A shop that has sold mugs, and somebody who may count them.
fn shop() -> (App, As) {
    let app = App::start();
    app.seed_shop();
    app.make_user("ann@example.test", Role::Owner, None);
    let who = app.token_of(Role::Owner);
    (app, who)
}

fn send(app: &App, who: &As, path: &str, form: &[(&str, &str)]) -> (u16, String) {
    app.clock.advance_seconds(1);
    let answer = app.post(path, who, form);
    (answer.status().as_u16(), text(answer))
}

fn act(app: &App, who: &As, act: &str, more: &[(&str, &str)]) {
    let form = [&[("act", act), ("sku", "MUG")], more].concat();
    let (status, html) = send(app, who, "/stock", &form);
    assert_eq!(status, 303, "{act} {more:?}: {html}");
}

/// Units of the mug in each place, `Main` first; every lot a row.
fn lying(app: &App) -> Vec<i64> {
    let read = app.running.state.db.read(|reader| {
        let mut statement = reader.conn().prepare(
            "select units from on_hand join variants on variants.id = variant_id
             where sku = 'MUG' order by location_id, lot_id",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    read.unwrap()
}

fn undo_last(app: &App, who: &As) {
    let id = app.count(
        "select max(id) from stock_actions where undoes_id is null and id not in
        (select undoes_id from stock_actions where undoes_id is not null)",
    );
    let (status, html) = send(app, who, &format!("/stock/actions/undo?id={id}"), &[]);
    assert_eq!(status, 303, "{html}");
}

fn json(app: &App, who: &As, path: &str) -> Value {
    let answer = text(app.get(path, who));
    serde_json::from_str(&answer).unwrap_or_else(|fault| panic!("{path} {fault}: {answer}"))
}

fn add_place(app: &App, who: &As, name: &str, kind: &str) {
    let form = [("act", "add"), ("name", name), ("kind", kind), ("offered", "yes")];
    assert_eq!(send(app, who, "/locations", &form).0, 303);
}

#[test]
fn i18_what_was_done_is_taken_back_exactly() {
    let (app, who) = shop();
    act(&app, &who, "count", &[("units", "10")]);
    assert_eq!(lying(&app), [10]);
    add_place(&app, &who, "Annex", "own");
    act(&app, &who, "move", &[("place", "Main"), ("to", "Annex"), ("units", "4")]);
    assert_eq!(lying(&app), [6, 4]);
    act(&app, &who, "adjust", &[("units", "-1"), ("reason", "damaged"), ("place", "Annex")]);
    assert_eq!(lying(&app), [6, 3]);
    act(&app, &who, "count", &[("units", "9"), ("place", "Main")]);
    assert_eq!(lying(&app), [9, 3]);
    for expected in [&[6, 3][..], &[6, 4], &[10], &[]] {
        undo_last(&app, &who);
        assert_eq!(lying(&app), expected);
    }
    // Nothing was deleted: five events, and five that undo them.
    assert_eq!(app.count("select count(*) from stock_events"), 10);
    let html = text(app.get("/stock/item?sku=MUG", &who));
    assert!(html.contains("undone") && html.contains("Moved out"), "{html}");
    let history = text(app.get("/stock/actions", &who));
    assert_eq!(history.matches(">taken back<").count(), 4, "{history}");
    let (status, _) = send(&app, &who, "/stock/actions/undo?id=1", &[]);
    assert_eq!(status, 303);
    assert_eq!(app.count("select count(*) from stock_events"), 10, "not twice");
    app.running.stop().unwrap();
}

#[test]
fn what_is_refused_stays_typed_and_changes_nothing() {
    let (app, who) = shop();
    for (form, said) in [
        (vec![("act", "count"), ("sku", "NO-SUCH"), ("units", "3")], "There is no product"),
        (vec![("act", "count"), ("sku", "MUG"), ("units", "many")], "Type a whole number"),
        (vec![("act", "count"), ("sku", "MUG"), ("units", "-3")], "no number of units"),
        (
            vec![("act", "adjust"), ("sku", "MUG"), ("units", "3"), ("reason", "because")],
            "The reason is one of",
        ),
        (vec![("act", "move"), ("sku", "MUG"), ("units", "3"), ("to", "Attic")], "no place"),
        (vec![("act", "build"), ("sku", "MUG"), ("units", "3")], "is no bundle"),
    ] {
        let (status, html) = send(&app, &who, "/stock", &form);
        assert_eq!(status, 422, "{form:?}: {html}");
        assert!(html.contains(said), "{said}: {html}");
        assert!(html.contains(&format!("value=\"{}\"", form[1].1)), "{html}");
    }
    assert_eq!(app.count("select count(*) from stock_actions"), 0);
    assert_eq!(app.count("select count(*) from settings where key = 'stock_began_at'"), 0);
    app.running.stop().unwrap();
}

#[test]
fn each_role_sees_and_does_what_it_may() {
    let (app, who) = shop();
    act(&app, &who, "count", &[("units", "10")]);
    let page = |role| text(app.get("/stock", &app.token_of(role)));
    let packer = page(Role::Fulfilment);
    // 10 mugs of 4.00: what they are worth is for those who see figures.
    assert!(packer.contains(">Count</a>") && !packer.contains("40.00"), "{packer}");
    let viewer = page(Role::Viewer);
    assert!(viewer.contains("40.00") && !viewer.contains(">Count</a>"), "{viewer}");
    let item = text(app.get("/stock/item?sku=MUG", &app.token_of(Role::Analyst)));
    assert!(item.contains("40.00") && !item.contains("<form class=\"form\""), "{item}");
    assert_eq!(header(&app.get("/stock/MUG", &who), "location"), "/stock/item?sku=MUG");
    assert_eq!(app.get("/stock/item?sku=NONE", &who).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn many_products_are_changed_as_shown_and_put_back() {
    let (app, who) = shop();
    let said = [("act", "settings"), ("sku", "POT"), ("lead_days", "9"), ("barcode", "123")];
    assert_eq!(send(&app, &who, "/stock", &said).0, 303);
    let form = [("act", "many"), ("skus", "MUG\r\nPOT"), ("lead_days", "30"), ("low_at", "5")];
    let shown = [&form[..], &[("do", "show")]].concat();
    let (status, html) = send(&app, &who, "/stock", &shown);
    assert_eq!(status, 200);
    assert!(html.contains("This changes"), "{html}");
    let mark = html.split("name=\"seen\" value=\"").nth(1).expect("no mark").split('"').next();
    let lead = "select coalesce(sum(lead_days), 0) from variant_settings";
    assert_eq!(app.count(lead), 9, "looking changes nothing");
    // What was typed since is shown first.
    let other = [&form[..], &[("do", "save"), ("seen", "other")]].concat();
    assert_eq!(send(&app, &who, "/stock", &other).0, 200);
    let saved = [&form[..], &[("do", "save"), ("seen", mark.unwrap())]].concat();
    let (status, html) = send(&app, &who, "/stock", &saved);
    assert_eq!(status, 303, "{html}");
    assert_eq!(app.count(lead), 60);
    undo_last(&app, &who);
    assert_eq!(app.count(lead), 9);
    assert_eq!(app.count("select count(*) from variant_settings"), 1, "MUG has the usual again");
    assert_eq!(app.count("select count(*) from variant_settings where barcode = '123'"), 1);
    app.running.stop().unwrap();
}

#[test]
fn a_stocktake_counts_scan_by_scan_and_sales_meanwhile_are_no_part_of_it() {
    let (app, who) = shop();
    act(&app, &who, "count", &[("units", "10")]);
    assert_eq!(
        send(
            &app,
            &who,
            "/stock",
            &[("act", "settings"), ("sku", "MUG"), ("barcode", "4006381333931")]
        )
        .0,
        303
    );
    let (status, _) = send(&app, &who, "/stocktake", &[("place", "Main")]);
    assert_eq!(status, 303);
    let path = "/stocktake/1";
    let scan = |code: &str, units: &str| {
        send(&app, &who, path, &[("act", "count"), ("code", code), ("units", units)])
    };
    assert_eq!(scan("4006381333931", "").0, 303);
    assert_eq!(scan("4006381333931", "").0, 303);
    let (status, html) = scan("777", "");
    assert_eq!(status, 422);
    assert!(html.contains("No product bears") && html.contains("value=\"777\""), "{html}");
    let html = text(app.get(path, &who));
    assert!(html.contains("−8"), "2 counted where 10 are expected: {html}");
    assert!(html.contains("data-scan-open"), "{html}");
    let policy = header(&app.get(path, &who), "permissions-policy");
    assert!(policy.starts_with("camera=(self), "), "{policy}");
    assert!(header(&app.get("/stock", &who), "permissions-policy").starts_with("camera=(), "));
    // Counted again: eleven in all. Then one leaves, before the count is entered.
    assert_eq!(scan("MUG", "11").0, 303);
    assert_eq!(lying(&app), [10], "nothing is entered yet");
    act(&app, &who, "adjust", &[("units", "-1"), ("reason", "sample")]);
    let (status, html) = send(&app, &who, path, &[("act", "enter")]);
    assert_eq!(status, 303, "{html}");
    assert_eq!(lying(&app), [10], "11 counted, 1 gone since");
    assert_eq!(scan("MUG", "3").0, 422, "it has ended");
    undo_last(&app, &who);
    assert_eq!(lying(&app), [9], "10 counted at first, 1 gone");
    app.running.stop().unwrap();
}

#[test]
fn lots_that_expire_first_leave_first() {
    let (app, who) = shop();
    let lots = [("act", "settings"), ("sku", "MUG"), ("lots", "yes")];
    assert_eq!(send(&app, &who, "/stock", &lots).0, 303);
    for (lot, expires, units) in [("L2", "2027-05-01", "5"), ("L1", "2027-01-01", "3")] {
        act(&app, &who, "count", &[("units", units), ("lot", lot), ("expires", expires)]);
    }
    act(&app, &who, "adjust", &[("units", "-4"), ("reason", "lost")]);
    // Lots in the order in which they were named: three of L1 and one of L2 are gone.
    assert_eq!(lying(&app), [4, 0]);
    let (status, html) =
        send(&app, &who, "/stock", &[("act", "count"), ("sku", "MUG"), ("units", "8")]);
    assert_eq!(status, 422);
    assert!(html.contains("kept by lots"), "{html}");
    let item = text(app.get("/stock/item?sku=MUG", &who));
    assert!(item.contains("expires 1 May 2027"), "{item}");
    app.running.stop().unwrap();
}

#[test]
fn kits_take_their_parts_and_give_them_back() {
    let (app, who) = shop();
    let rules = r#"{"bundles":[{"sku":"SET","components":[{"sku":"MUG","quantity":2},
        {"sku":"POT","quantity":1}]}]}"#;
    app.take_in("rules", None, "rules.json", rules);
    act(&app, &who, "count", &[("units", "10")]);
    let set = |units| [("act", "build"), ("sku", "SET"), ("units", units)];
    assert_eq!(send(&app, &who, "/stock", &set("3")).0, 303);
    let of = |sku: &str| {
        let sql = format!(
            "select sum(units) from on_hand join variants on variants.id = variant_id
             where sku = '{sku}'"
        );
        app.count(&sql)
    };
    // Pots were never counted: below zero is shown and not hidden.
    assert_eq!([of("SET"), of("MUG"), of("POT")], [3, 4, -3]);
    assert!(text(app.get("/stock?show=stock_negative", &who)).contains("POT"));
    assert_eq!(send(&app, &who, "/stock", &set("-1")).0, 303);
    assert_eq!([of("SET"), of("MUG"), of("POT")], [2, 6, -2]);
    app.running.stop().unwrap();
}

#[test]
fn what_came_back_is_decided_and_a_full_place_stays_open() {
    let (app, who) = shop();
    act(&app, &who, "count", &[("units", "10")]);
    let decide = |fate, units| {
        let form = [("sku", "MUG"), ("units", units), ("fate", fate), ("reference", "1002")];
        send(&app, &who, "/returns", &form).0
    };
    assert_eq!(decide("restock", "1"), 303);
    assert_eq!(lying(&app), [11]);
    assert_eq!(decide("inspect", "2"), 303);
    assert_eq!(decide("scrap", "1"), 303);
    assert_eq!(lying(&app), [11, 2], "what is scrapped came and went");
    assert_eq!(decide("restock", "0"), 422);
    let html = text(app.get("/returns", &who));
    assert!(html.contains("Quarantine"), "{html}");
    let free = &json(&app, &who, "/api/v1/reports/stock")["rows"];
    let mug = free.as_array().unwrap().iter().find(|row| row["product"] == "MUG").unwrap();
    assert_eq!((&mug["on_hand"], &mug["available"]), (&Value::from(13), &Value::from(11)));
    let close = [("act", "close"), ("id", "1")];
    let (status, html) = send(&app, &who, "/locations", &close);
    assert_eq!(status, 422);
    assert!(html.contains("something on hand"), "{html}");
    app.running.stop().unwrap();
}

/// An order of three mugs, paid, on a day.
fn order(id: &str, day: &str, quantity: i64) -> String {
    format!(
        r#"{{"id":"{id}","number":"{id}","created_at":"{day}T08:00:00Z","currency":"EUR",
        "financial_status":"paid","lines":[{{"id":"a","sku":"MUG","quantity":{quantity},
        "unit_price":"12.00"}}]}}"#
    )
    .replace('\n', " ")
}

#[test]
fn orders_take_their_units_and_the_pace_leaves_out_days_without_stock() {
    let (app, who) = shop();
    act(&app, &who, "count", &[("units", "5")]);
    app.clock.advance_seconds(10 * 86_400);
    app.take_in("orders", Some("shop"), "later.jsonl", &order("o-9", "2026-11-21", 3));
    assert_eq!(lying(&app), [2]);
    let row = |name: &str| {
        let report = json(&app, &who, &format!("/api/v1/reports/{name}"));
        let rows = report["rows"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["product"] == "MUG").unwrap()
    };
    // From 20 to 29 November are 10 whole days; 3 units, 0.3 a day; 2 last 6 days.
    let mug = row("stock");
    assert_eq!(mug["velocity"], "0.3000", "{mug}");
    assert_eq!((&mug["days_of_cover"], &mug["standing"]), (&6.into(), &"stock_low".into()));
    // 14 + 30 days take 13.2 units, so 14, of which 2 are there.
    assert_eq!(row("replenish")["to_order"], 12);
    let item = text(app.get("/stock/item?sku=MUG", &who));
    assert!(item.contains(">o-9</a>") && item.contains("Sold"), "{item}");
    // Had there been none from 24 November on, 4 days count: 0.75 a day.
    let db = &app.running.state.db;
    let at = purser::base::Instant::parse("2026-11-24T09:00:00Z").unwrap();
    let tools = purser::sync::ctx::Tools::new(db.clone(), app.running.state.vault.clone());
    let line = purser::sync::stock_edit::units::UnitsAt { sku: "MUG".into(), ..Default::default() };
    let doer = purser::sync::stock_edit::Doer::default();
    purser::sync::stock_edit::units::count(&tools, (&[line], Some(at)), &doer).unwrap();
    assert_eq!(row("stock")["velocity"], "0.7500");
    app.running.stop().unwrap();
}

#[test]
fn the_valuation_of_any_day_is_what_the_layers_are_worth() {
    let app = App::start();
    app.make_user("ann@example.test", Role::Owner, None);
    let who = app.token_of(Role::Owner);
    let back = r#""refunds":[{"id":"r","at":"2026-03-13T10:00:00Z",
        "lines":[{"line_id":"a","quantity":1,"amount":"12.00","restock":true}]}],"lines":"#;
    let second = order("o-2", "2026-03-12", 8).replace("\"lines\":", &back.replace('\n', " "));
    let orders = [order("o-1", "2026-03-05", 4), second];
    app.take_in("orders", Some("shop"), "orders.jsonl", &orders.join("\n"));
    let purchases = "reference,received,sku,quantity,unit_cost,currency\n\
        PO-1,2026-03-01,MUG,10,4.00,EUR\nPO-2,2026-03-10,MUG,10,5.00,EUR\n";
    app.take_in("purchases", None, "purchases.csv", purchases);
    let landed = "reference,kind,amount,currency,by\nPO-2,freight,10.00,EUR,quantity\n";
    app.take_in("landed-costs", None, "landed.csv", landed);
    let worth = |day: &str, method: &str| {
        let path = format!("/api/v1/reports/valuation?to={day}&method={method}");
        let report = json(&app, &who, &path);
        (report["total"]["stock_value"].clone(), report["total"]["layer_units"].clone())
    };
    let is = |value: &str, units: i64| (Value::from(value), Value::from(units));
    // Also while the books take costs by date.
    assert_eq!(worth("2026-03-12", "fifo"), is("48.00", 8));
    assert_eq!(worth("2026-03-13", "average"), is("47.25", 9));
    app.command("org-set", &serde_json::json!({ "cost_method": "fifo" }));
    app.settle();
    // 10 at 4.00; 4 of them are sold.
    assert_eq!(worth("2026-03-04", "of_books"), is("40.00", 10));
    assert_eq!(worth("2026-03-05", "of_books"), is("24.00", 6));
    // 10 at 5.00 and 1.00 of freight each come; 8 leave, 6 of them of the first.
    assert_eq!(worth("2026-03-11", "fifo"), is("84.00", 16));
    assert_eq!(worth("2026-03-12", "fifo"), is("48.00", 8));
    // One comes back to where it was taken from.
    assert_eq!(worth("2026-03-13", "fifo"), is("54.00", 9));
    assert_eq!(worth("2026-11-20", "fifo"), is("54.00", 9));
    assert_eq!(app.count("select sum(units) from layers_left"), 9, "as the books have them");
    // 84.00 over 16 are 5.25: 8 are left, and one comes back at that.
    assert_eq!(worth("2026-03-12", "average"), is("42.00", 8));
    assert_eq!(worth("2026-11-20", "average"), is("47.25", 9));
    app.running.stop().unwrap();
}

#[test]
fn labels_bear_a_code_for_each_unit() {
    let (app, who) = shop();
    let html = text(app.get("/stock/labels?sku=MUG&each=3", &who));
    assert_eq!(html.matches("<svg class=\"barcode\"").count(), 3, "{html}");
    app.running.stop().unwrap();
}

#[test]
fn the_command_does_what_the_page_does_beside_a_server() {
    let (app, who) = shop();
    let ask = serde_json::json!({ "act": "count", "sku": "MUG", "units": 7 });
    let done = app.command("stock", &ask);
    assert_eq!((done["changes"].as_i64(), lying(&app)), (Some(1), vec![7]));
    let html = text(app.get("/stock/actions", &who));
    assert!(html.contains("by command or file"), "{html}");
    let undo = serde_json::json!({ "act": "undo", "id": done["action"] });
    app.command("stock", &undo);
    assert_eq!(lying(&app), Vec::<i64>::new());
    app.running.stop().unwrap();
}

#[test]
fn the_terminal_counts_lists_and_tells() {
    use crate::kit::shop::Shop;
    let shop = Shop::new();
    shop.import("orders.jsonl", &order("o-1", "2026-03-05", 4));
    let said = shop.run(&["stock", "count", "MUG", "7", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = shop.run(&["stock", "adjust", "MUG", "-2", "--reason", "lost", "--note", "gone"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let list = shop.run(&["stock", "list", "--json"]).json();
    assert_eq!(list["stock"][0]["on_hand"], 5, "{list}");
    let history = shop.run(&["stock", "history", "--json"]).json();
    assert_eq!(history["history"][0]["note"], "gone", "{history}");
    let wrong = shop.run(&["stock", "move", "MUG", "1", "--to", "Attic"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("There is no place"), "{}", wrong.err);
}

#[test]
fn what_stands_against_somebody_is_told_on_both_pages() {
    let (app, who) = shop();
    let written = app.running.state.db.write_local(purser::store::Lane::Interactive, |tx| {
        tx.conn().execute(
            "insert into stock_alerts (kind, subject, what, variant_id, at)
             select 'low', 'MUG', 'Two mugs are left.', id, ? from variants where sku = 'MUG'",
            [tx.now],
        )?;
        Ok(())
    });
    written.unwrap();
    for path in ["/todo", "/stock"] {
        let html = text(app.get(path, &who));
        assert!(html.contains("Two mugs are left.") && html.contains("sku=MUG"), "{html}");
    }
    app.running.stop().unwrap();
}
