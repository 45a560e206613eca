//! Scenarios over real orders: figures worked out by hand, the real column the report's own, and
//! nothing real changed. The shop is that of `kit/seed.rs`.
//!
//! As it was, November 1 to 20: gross sales 24 + 40 + 24 + 30 = 118.00, returns −12.00, cogs
//! −26.00, shipping −9.00, fees −1.60, ads −2.00, rent −60.00: net profit 7.40.

use purser::base::{Clock, Day};
use purser::domain::ask::{Ask, Basis, Key, Scope};
use purser::domain::profit::component::Component;
use purser::domain::scenario::Scenario;
use purser::reports::{profit, whatif};
use purser::store::users::Role;
use purser::store::{Db, stores};
use purser::web::ask::write_href;
use serde_json::{Value, json};

use super::import::owner;
use crate::kit::app::{App, As, Folder, header, text};
use crate::kit::shop::Shop;

const DEARER: &str = r#"{"name":"Dearer mugs","assumptions":[
    {"kind":"price","of":{"sku":"MUG"},"change":{"percent":"25"}}]}"#;

fn href(path: &str, pairs: &[(&str, &str)]) -> String {
    write_href(path, pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())))
}

/// The API's answer for the twenty days.
fn run(app: &App, who: &As, definition: &str) -> Value {
    let pairs = [("definition", definition), ("from", "2026-11-01"), ("to", "2026-11-20")];
    let answer = app.get(&href("/api/v1/reports/what-if", &pairs), who);
    let status = answer.status().as_u16();
    let body = text(answer);
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

fn check(answer: &Value, expected: &[(&str, &str)]) {
    let total = &answer["scenarios"][0]["total"];
    for (name, amount) in expected {
        assert_eq!(total[*name], *amount, "{name}: {total}");
    }
}

#[test]
fn a_scenario_stands_beside_the_report_of_the_same_days() {
    let app = App::start();
    app.seed_shop();
    let who = owner(&app);
    let report = app.get("/api/v1/reports/profit?from=2026-11-01&to=2026-11-20", &who);
    let report: Value = serde_json::from_str(&text(report)).unwrap();
    let answer = run(&app, &who, DEARER);
    for name in ["gross_sales", "returns", "cogs", "ad_spend", "operating_expenses", "net_profit"] {
        assert_eq!(answer["as_it_was"][name], report["total"][name], "{name}");
    }
    assert_eq!(answer["as_it_was"]["net_profit"], "7.40");
    // Two orders of 30.00 instead of 24.00, 15.00 back; fees 1.00 × 70 / 64 and 0.60 × 30 / 24.
    check(
        &answer,
        &[
            ("gross_sales", "130.00"),
            ("returns", "-15.00"),
            ("cogs", "-26.00"),
            ("payment_fees", "-1.84"),
            ("ad_spend", "-2.00"),
            ("operating_expenses", "-60.00"),
            ("net_profit", "16.16"),
        ],
    );
    let scenario = &answer["scenarios"][0];
    assert_eq!(scenario["change"]["net_profit"], "8.76");
    let touched = json!([{ "kind": "price", "orders": 2, "units": 4 }]);
    assert_eq!(scenario["touched"], touched);
    let winner = &scenario["products"][0];
    assert_eq!(winner["product"], "MUG", "{scenario}");
    app.running.stop().unwrap();
}

#[test]
fn a_guess_of_sales_weighs_the_lines_and_tells_where_it_is_even() {
    let app = App::start();
    app.seed_shop();
    let who = owner(&app);
    let fewer = r#"{"assumptions":[
        {"kind":"price","of":{"sku":"MUG"},"change":{"percent":"25"}},
        {"kind":"volume","of":{"sku":"MUG"},"percent":"-50"}]}"#;
    let answer = run(&app, &who, fewer);
    // Mugs bring 60.00 − 15.00 − 16.00 − 6.14 − 1.22 = 21.64, of shipping 5.00 × 30 / 70 and of
    // the fee 1.09 × 30 / 70 among them; half of each goes.
    check(
        &answer,
        &[
            ("gross_sales", "100.00"),
            ("returns", "-7.50"),
            ("cogs", "-18.00"),
            ("shipping_cost", "-5.93"),
            ("payment_fees", "-1.23"),
            ("net_profit", "5.34"),
        ],
    );
    let guess = &answer["scenarios"][0]["sells_fewer"];
    assert_eq!((&guess["change_without"], &guess["they_bring"]), (&json!("8.76"), &json!("21.64")));
    // 8.76 / 21.64.
    assert_eq!(guess["even_at"], "0.4048");
    // Three more orders like the two with mugs, which bring 49.40.
    let more = r#"{"assumptions":[{"kind":"more_orders","count":3,"of":{"sku":"MUG"}}]}"#;
    let answer = run(&app, &who, more);
    check(
        &answer,
        &[
            ("gross_sales", "250.00"),
            ("returns", "-30.00"),
            ("cogs", "-50.00"),
            ("shipping_cost", "-22.50"),
            ("payment_fees", "-4.00"),
            ("net_profit", "81.50"),
        ],
    );
    assert_eq!(answer["scenarios"][0]["total"]["orders"], 6);
    app.running.stop().unwrap();
}

#[test]
fn ads_expenses_and_a_dropped_product_move_the_whole() {
    let app = App::start();
    app.seed_shop();
    let who = owner(&app);
    let less = r#"{"assumptions":[{"kind":"ad_spend","percent":"-20","campaign":"spring"},
        {"kind":"expenses","percent":"10","name":"Rent"}]}"#;
    let answer = run(&app, &who, less);
    // 2.00 × 0.8; 3.30 a day.
    let expected =
        [("ad_spend", "-1.60"), ("operating_expenses", "-66.00"), ("net_profit", "1.80")];
    check(&answer, &expected);
    let drop = r#"{"assumptions":[{"kind":"drop","of":{"sku":"MUG"}}]}"#;
    let answer = run(&app, &who, drop);
    // The pot and the other shop's sale: 70.00 − 10.00 − 5.00 − 0.62 − 2.00 − 60.00.
    check(
        &answer,
        &[
            ("gross_sales", "70.00"),
            ("returns", "0.00"),
            ("shipping_cost", "-5.00"),
            ("payment_fees", "-0.62"),
            ("net_profit", "-7.62"),
        ],
    );
    assert_eq!(answer["scenarios"][0]["total"]["orders"], 2);
    app.running.stop().unwrap();
}

/// Every component of the replay of nothing is the report's, whatever the basis and the store.
#[test]
fn nothing_assumed_comes_to_what_was_on_a_made_up_shop() {
    let folder = Folder::new();
    let data = folder.path().join("shop");
    let made = std::process::Command::new(env!("CARGO_BIN_EXE_purser"))
        .args(["demo", "--orders", "250", "--seed", "11", "--no-serve", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let db = Db::open_read_only(&data.join("purser.db"), Clock::System).unwrap();
    let scenario = [Scenario::default()];
    db.read(|reader| {
        let newest: Day =
            reader
                .conn()
                .query_row("select max(event_day) from profit_lines", [], |row| row.get(0))?;
        let stores = stores::list_stores(reader)?;
        let mut asks = vec![Ask::all(Scope::All)];
        asks.push(Ask { basis: Basis::Order, ..Ask::all(Scope::All) });
        asks.push(Ask { store: Some(stores[0].id), ..Ask::all(Scope::All) });
        let late = Ask { from: Some(newest.plus(-40)), ..Ask::all(Scope::All) };
        asks.push(Ask { basis: Basis::Order, ..late.clone() });
        asks.push(late);
        for ask in asks {
            let found = whatif::run(reader, (&ask, &scenario), newest, &|_, _| true).unwrap();
            let found = found.unwrap();
            let report = profit::run(reader, &ask.clone().by(&[Key::Month]), newest).unwrap();
            let column = &found.columns[0];
            assert_eq!(column.total.amounts, report.total.amounts, "{ask:?}");
            assert_eq!(
                (column.total.orders, column.total.units, column.total.costed_net_sales),
                (report.total.orders, report.total.units, report.total.costed_net_sales)
            );
            assert_eq!(found.real.total, report.total);
            assert_eq!((column.products.len(), column.change_minor()), (0, 0), "{ask:?}");
            for row in &report.rows {
                let month = row.key("month").unwrap();
                for component in Component::ALL {
                    let cells = column.cells.iter().filter(|c| c.month.month_text() == month);
                    let sum: i64 = cells.map(|cell| cell.figures.get(component)).sum();
                    assert_eq!(sum, row.figures.get(component), "{month} {component:?} {ask:?}");
                }
            }
        }
        Ok(())
    })
    .unwrap();
}

#[test]
fn the_command_counts_a_file_and_writes_nothing() {
    let shop = Shop::new();
    shop.import(
        "orders.jsonl",
        r#"{"id":"1","created_at":"2026-05-01T10:00:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"a","sku":"MUG","quantity":2,"unit_price":"12.00"}],"shipping_cost":"4.00","payments":[{"gateway":"stripe","amount":"24.00","fee":"0.60"}]}"#,
    );
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n");
    let database = shop.folder.path().join("data/purser.db");
    let before = std::fs::read(&database).unwrap();
    let costs = r#"{"name":"Dearer","assumptions":[
        {"kind":"cost","of":"all","change":{"percent":"8"}}]}"#;
    let file = shop.file("dearer.json", costs);
    let days = ["--from", "2026-05-01", "--to", "2026-05-31"];
    let said = shop.run(&[&["whatif", "run", &file, "--json"][..], &days].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    let answer = said.json();
    // 24.00 − 8.00 − 4.00 − 0.60; 8.64 instead of 8.00.
    assert_eq!(answer["as_it_was"]["net_profit"], "11.40");
    assert_eq!(answer["scenarios"][0]["total"]["net_profit"], "10.76");
    assert_eq!(answer["scenarios"][0]["change"]["cogs"], "-0.64");
    let said = shop.run(&[&["whatif", "run", &file][..], &days].concat());
    assert!(said.out.contains("net_profit") && said.out.contains("-0.64"), "{}", said.out);
    assert_eq!(std::fs::read(&database).unwrap(), before, "nothing real changes");
    assert_eq!(shop.run(&["whatif", "list", "--json"]).json()["scenarios"], json!([]));
    let wrong = shop.file("wrong.json", r#"{"assumptions":[{"kind":"fewer"}]}"#);
    let said = shop.run(&["whatif", "run", &wrong]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("fewer"), "{}", said.err);
    let missing = shop.run(&["whatif", "run", &file, "--store", "nowhere"]);
    assert_eq!(missing.code, 1);
}

const FORM: [(&str, &str); 6] = [
    ("a_name", "Dearer mugs"),
    ("a0_kind", "price"),
    ("a0_of", "MUG"),
    ("a0_value", "25"),
    ("a0_unit", "percent"),
    ("a0_from", ""),
];
const DAYS: &str = "from=2026-11-01&to=2026-11-20";

#[test]
fn what_is_typed_becomes_an_address_that_shows_it() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/what-if", &who));
    assert!(html.contains("What would have been?") && html.contains("/import"), "{html}");
    app.seed_shop();
    let html = text(app.get("/what-if", &who));
    assert!(html.contains("Suppliers ask 8 % more") && html.contains("Nothing is saved"), "{html}");
    let before = app.count("select books_version from organisation");
    let sent = [&FORM[..], &[("do", "count")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &sent);
    assert_eq!(answer.status(), 303);
    let to = header(&answer, "location");
    let html = text(app.get(&to, &who));
    assert!(html.contains("16.16") && html.contains("+8.76"), "{html}");
    assert!(html.contains("A would have brought 8.76 more."), "{html}");
    assert!(html.contains("still pays if up to 40.5\u{202F}% of MUG"), "{html}");
    assert!(html.contains("4 units in 2 orders.") && html.contains("even at 40.5"), "{html}");
    let ads = [("a_name", ""), ("a0_kind", "ad_spend"), ("a0_value", "-20"), ("do", "count")];
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &ads);
    let html = text(app.get(&header(&answer, "location"), &who));
    assert!(html.contains("It was −2.00 EUR in these days."), "{html}");
    // Another assumption, and then a second scenario.
    let more = [&FORM[..], &[("a_add", "volume"), ("do", "add:a")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &more);
    let html = text(app.get(&header(&answer, "location"), &who));
    assert!(html.contains(r#"name="a1_kind" value="volume""#), "{html}");
    let more = [&FORM[..], &[("do", "more")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &more);
    let html = text(app.get(&header(&answer, "location"), &who));
    assert!(html.contains(r#"name="b_name""#) && html.contains("Add an assumption;"), "{html}");
    let gone = [&FORM[..], &[("do", "remove:a:0")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &gone);
    let html = text(app.get(&header(&answer, "location"), &who));
    assert!(!html.contains("a0_kind"), "{html}");
    let shut = [&FORM[..], &[("do", "close:a")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &shut);
    assert!(!header(&answer, "location").contains("a="));
    // What is wrong stays, with why.
    let wrong = |at: usize, field: (&'static str, &'static str)| {
        let mut form = FORM.to_vec();
        form[at] = field;
        let answer = app.post(&format!("/what-if?{DAYS}"), &who, &form);
        assert_eq!(answer.status(), 422);
        text(answer)
    };
    let html = wrong(3, ("a0_value", "much"));
    assert!(html.contains("Write a number") && html.contains(r#"value="much""#), "{html}");
    let html = wrong(2, ("a0_of", "<b>SPOON</b>"));
    assert!(html.contains("No product and no group is called that."), "{html}");
    assert!(html.contains("&#60;b&#62;SPOON") && !html.contains("<b>SPOON"), "{html}");
    assert_eq!(app.count("select books_version from organisation"), before);
    assert_eq!(app.count("select count(*) from scenarios"), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_scenario_is_saved_compared_changed_deleted_and_put_back() {
    let app = App::start();
    app.seed_shop();
    let who = owner(&app);
    let save = |form: &[(&str, &str)], more: &str| {
        let answer = app.post(&format!("/what-if/save?column=a&{DAYS}{more}"), &who, form);
        assert_eq!(answer.status(), 303);
        header(&answer, "location")
    };
    let to = save(&FORM, "");
    assert!(to.contains("a=1"), "{to}");
    let html = text(app.get(&to, &who));
    assert!(html.contains("The scenario is saved.") && html.contains("16.16"), "{html}");
    assert!(html.contains("Price of MUG +25\u{202F}%"), "{html}");
    // What it comes to is kept with it.
    assert_eq!(app.count("select count(*) from scenarios where result is not null"), 1);
    // Changed under its number; as a new one beside it.
    let mut changed = FORM.to_vec();
    changed[3] = ("a0_value", "50");
    changed.push(("a_id", "1"));
    let answer = app.post(&format!("/what-if?{DAYS}"), &who, &changed);
    assert!(header(&answer, "location").contains("a=1~"), "{}", header(&answer, "location"));
    save(&changed, "&anew=true");
    assert_eq!(app.count("select count(*) from scenarios"), 2);
    save(&changed, "");
    assert_eq!(app.count("select count(*) from scenarios where definition like '%50%'"), 2);
    let html = text(app.get(&format!("/what-if?{DAYS}&a=1&b=2"), &who));
    assert!(html.contains("A would have brought") && html.contains("B would have brought"));
    let list = text(app.get("/api/v1/scenarios", &who));
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["scenarios"].as_array().unwrap().len(), 2);
    let kept = app.get(&format!("/api/v1/reports/what-if?scenario=1&{DAYS}"), &who);
    assert_eq!(kept.status(), 200);
    assert_eq!(app.get("/api/v1/reports/what-if?scenario=9", &who).status(), 404);
    assert_eq!(app.get("/api/v1/reports/what-if", &who).status(), 400);

    assert_eq!(app.post("/what-if/delete?id=1", &who, &[]).status(), 303);
    let html = text(app.get("/what-if", &who));
    assert!(html.contains("The scenario is deleted.") && html.contains("/what-if/undo?id=1"));
    assert_eq!(app.post("/what-if/delete?id=1", &who, &[]).status(), 404);
    assert_eq!(app.post("/what-if/undo?id=1", &who, &[]).status(), 303);
    assert_eq!(app.count("select count(*) from scenarios where deleted_at is null"), 2);
    app.running.stop().unwrap();
}

#[test]
fn who_may_only_look_may_assume_but_not_keep() {
    let app = App::start();
    app.seed_shop();
    let analyst = app.token_of(Role::Analyst);
    let sent = [&FORM[..], &[("do", "count")]].concat();
    let answer = app.post(&format!("/what-if?{DAYS}"), &analyst, &sent);
    let html = text(app.get(&header(&answer, "location"), &analyst));
    assert!(html.contains("16.16") && !html.contains("/what-if/save"), "{html}");
    for path in ["save?column=a", "delete?id=1", "undo?id=1", "count?column=a", "stop?id=1"] {
        assert_eq!(app.post(&format!("/what-if/{path}"), &analyst, &FORM).status(), 403, "{path}");
    }
    assert_eq!(app.get("/what-if", &app.token_of(Role::Fulfilment)).status(), 403);
    app.running.stop().unwrap();
}

#[test]
fn the_background_counts_keeps_and_says_when_figures_have_changed() {
    let app = App::start();
    app.seed_shop();
    let who = owner(&app);
    let before = app.count("select books_version from organisation");
    let answer = app.post(&format!("/what-if/count?column=a&{DAYS}"), &who, &FORM);
    assert_eq!(answer.status(), 303);
    app.settle();
    assert_eq!(app.count("select count(*) from scenarios where result is not null"), 1);
    assert_eq!(app.count("select count(*) from scenarios where wanted is not null"), 0);
    assert_eq!(app.count("select books_version from organisation"), before);
    let followed = app.get("/what-if/progress?id=1&back=%3Fa%3D1", &who);
    let followed: Value = serde_json::from_str(&text(followed)).unwrap();
    assert_eq!(
        (&followed["state"], &followed["result_url"]),
        (&json!("done"), &json!("/what-if?a=1"))
    );
    let html = text(app.get("/what-if", &who));
    assert!(html.contains("+8.76") && !html.contains("Figures have changed"), "{html}");
    let rent = "name,amount,currency,from,every\nTools,1.00,EUR,2026-11-01,day\n";
    app.take_in("expenses", None, "more.csv", rent);
    let html = text(app.get("/what-if", &who));
    assert!(html.contains("Figures have changed since."), "{html}");
    // What was stopped before it began is not counted.
    let state = &app.running.state;
    let id = purser::base::id::ScenarioId(1);
    let stop =
        move |tx: &purser::store::Tx<'_>| purser::store::scenarios::update_wanted(tx, id, None);
    state.db.write(purser::store::Lane::Interactive, stop).unwrap();
    assert_eq!(app.post("/what-if/stop?id=1&back=%3Fa%3D1", &who, &[]).status(), 303);
    assert_eq!(app.post("/what-if/stop?id=99", &who, &[]).status(), 404);
    app.running.stop().unwrap();
}
