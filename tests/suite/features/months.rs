//! Closing a month: its figures stay, later news are adjustments of the next open month, and both
//! views add up to the same.

use proptest::prelude::*;
use serde_json::Value;

use purser::base::{Clock, Currency, Day, Instant, Money, Zone};
use purser::domain::ask::{Basis, BooksView};
use purser::domain::record::{Every, Expense};
use purser::features::months::{close, reopen};
use purser::reports::catalogue;
use purser::reports::months::{self, MonthsAsk};
use purser::store::users::Role;
use purser::store::{Db, Lane, closings, costs, dirty, stores};

use super::known::{advance_to, ask, learn, may};
use crate::kit::app::{App, As, Folder, text};
use crate::kit::shop::Shop;

fn months_of(app: &App, who: &As, view: &str) -> Value {
    ask(app, who, &format!("/api/v1/reports/months?books={view}"))
}

fn row<'a>(months: &'a Value, month: &str) -> &'a Value {
    let rows = months["months"].as_array().unwrap();
    rows.iter().find(|row| row["month"] == month).unwrap_or_else(|| panic!("{month}: {months}"))
}

fn figures(months: &Value, month: &str) -> [String; 3] {
    let row = row(months, month);
    ["state", "adjustments", "net_profit"].map(|name| row[name].as_str().unwrap().to_owned())
}

#[test]
fn what_is_learned_later_about_a_closed_may_is_an_adjustment_of_june() {
    let app = may();
    let (owner, manager) = (
        app.make_user("ann@example.test", Role::Owner, None),
        app.make_user("max@example.test", Role::Manager, None),
    );
    advance_to(&app, "2026-06-06");
    app.settle();
    let who = app.session_of(owner);
    let asked = text(app.get("/months?close=2026-05", &who));
    assert!(asked.contains("Close May 2026") && asked.contains("34.19"), "{asked}");
    let not_his = app.post("/months/close", &app.session_of(manager), &[("month", "2026-05")]);
    assert_eq!(not_his.status(), 403);
    assert_eq!(app.post("/months/close", &who, &[("month", "2026-05")]).status(), 303);
    assert_eq!(app.post("/months/close", &who, &[("month", "2026-05")]).status(), 409);
    assert_eq!(app.post("/months/close", &who, &[("month", "2026-06")]).status(), 409);
    learn(&app);
    app.settle();

    let token = app.token_of(Role::Analyst);
    let closed = months_of(&app, &token, "closed");
    assert_eq!(figures(&closed, "2026-05"), ["closed", "0.00", "34.19"]);
    // −12.00 refund, 7.00 late order, −0.19 fee, −1.50 ads, −1.00 cost, −1.00 expense.
    assert_eq!(figures(&closed, "2026-06"), ["open", "-8.69", "-8.69"]);
    assert_eq!(row(&closed, "2026-06")["adjustments_of"][0]["month"], "2026-05");
    assert_eq!(row(&closed, "2026-06")["adjustments_of"][0]["returns"], "-12.00");
    let open = months_of(&app, &token, "open");
    assert_eq!(figures(&open, "2026-05"), ["closed", "0.00", "25.50"]);
    assert_eq!(figures(&open, "2026-06"), ["open", "0.00", "0.00"]);
    assert_eq!(closed["total"]["net_profit"], open["total"]["net_profit"]);
    // The causes are those since the closing, which a day does not name.
    let causes = ask(&app, &token, "/api/v1/reports/changes-since?closing=2026-05");
    assert_eq!(causes["then"]["net_profit"], "34.19");
    assert_eq!(causes["change"]["net_profit"], "-8.69");
    assert_eq!(causes["causes"].as_array().unwrap().len(), 6);
    let who = app.session_of(owner);
    let html = text(app.get("/months", &who));
    for shown in ["May 2026", "closed", "34.19", "−8.69", "/changes-since?closing=2026-05"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }

    // The profit and loss can be asked of both views, and says of each month how it stands.
    let pnl = |more: &str| {
        let days = "from=2026-05-01&to=2026-06-10&against=nothing";
        ask(&app, &token, &format!("/api/v1/reports/pnl?{days}{more}"))
    };
    let told = |pnl: &Value, name: &str| -> Vec<String> {
        let rows = pnl["rows"].as_array().unwrap().iter().chain([&pnl["total"]]);
        rows.map(|row| row[name].as_str().unwrap_or("-").to_owned()).collect()
    };
    let (open, closed) = (pnl(""), pnl("&books=closed"));
    assert_eq!(told(&open, "state"), ["month_changed", "month_open", "-"]);
    assert_eq!(told(&open, "net_profit"), ["25.50", "0.00", "25.50"]);
    assert_eq!(told(&open, "adjustments"), ["-", "-", "-"]);
    assert_eq!(told(&closed, "net_profit"), ["34.19", "-8.69", "25.50"]);
    assert_eq!(told(&closed, "adjustments"), ["0.00", "-8.69", "-8.69"]);
    assert_eq!(told(&closed, "returns"), ["0.00", "0.00", "0.00"]);
    let quarter = pnl("&books=closed&by=quarter");
    assert_eq!(told(&quarter, "net_profit"), ["25.50", "25.50"]);
    // A part of a closed month was never closed: the days become whole months.
    let part = "/api/v1/reports/pnl?from=2026-05-10&to=2026-05-20&books=closed";
    assert_eq!(ask(&app, &token, part)["from"], "2026-05-01");
    assert_eq!(told(&ask(&app, &token, part), "net_profit"), ["34.19", "34.19"]);
    let html = text(app.get("/reports/pnl?from=2026-05-01&to=2026-06-10&books=closed", &who));
    for shown in ["closed, changed since", "/changes-since?closing=2026-05", "Adjustments"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }

    // June is closed with them; what comes in July is July's.
    advance_to(&app, "2026-07-03");
    let who = app.session_of(owner);
    assert_eq!(app.post("/months/close", &who, &[("month", "2026-06")]).status(), 303);
    app.clock.advance_seconds(60);
    let fair = "name,amount,currency,from\nFair,5.00,EUR,2026-05-20\n";
    app.take_in("expenses", None, "expenses-third.csv", fair);
    app.settle();
    let closed = months_of(&app, &token, "closed");
    assert_eq!(figures(&closed, "2026-05"), ["closed", "0.00", "34.19"]);
    assert_eq!(figures(&closed, "2026-06"), ["closed", "-8.69", "-8.69"]);
    assert_eq!(figures(&closed, "2026-07"), ["open", "-1.00", "-1.00"]);
    let causes = ask(&app, &token, "/api/v1/reports/changes-since?closing=2026-05");
    assert_eq!(causes["change"]["net_profit"], "-1.00", "June took over the rest");

    // Reopened, June stands on its own again and takes over all of it.
    app.clock.advance_seconds(60);
    assert_eq!(app.post("/months/reopen", &who, &[("month", "2026-06")]).status(), 303);
    let closed = months_of(&app, &token, "closed");
    assert_eq!(figures(&closed, "2026-06"), ["open", "-9.69", "-9.69"]);
    assert_eq!(figures(&closed, "2026-07"), ["open", "0.00", "0.00"]);
    assert_eq!(app.count("select count(*) from month_closings"), 2, "no row is ever lost");
    let by = "select count(*) from month_closings
              where closed_by = 'ann@example.test' and reopened_by = 'ann@example.test'";
    assert_eq!(app.count(by), 1);
    assert_eq!(app.post("/months/reopen", &who, &[("month", "2026-06")]).status(), 409);
    app.running.stop().unwrap();
}

#[test]
fn the_command_names_what_is_missing_before_it_closes() {
    let shop = Shop::new();
    let order = r#"{"id":"a","number":"A","created_at":"2025-05-10T09:00:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"1","sku":"MUG","quantity":1,"unit_price":"12.00"}],"shipping_cost":"0","payments":[{"gateway":"x","amount":"12.00","fee":"0.50"}]}"#;
    shop.import("orders.jsonl", order);
    let said = shop.run(&["month", "close", "2025-05"]);
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.err.contains("Unit cost missing"), "{}", said.err);
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2025-01-01,4.00,EUR\n";
    shop.import("costs.csv", costs);
    let said = shop.run(&["month", "close", "2025-05", "--json"]);
    assert_eq!((said.code, said.json()["state"].as_str()), (0, Some("closed")), "{}", said.err);
    // 12.00 − 4.00 − 0.50.
    let listed = shop.run(&["month", "list", "--json"]).json();
    assert_eq!(figures(&listed, "2025-05"), ["closed", "0.00", "7.50"]);
    let again = "sku,valid_from,unit_cost,currency\nMUG,2025-01-01,5.00,EUR\n";
    shop.import("costs-again.csv", again);
    let listed = shop.run(&["month", "list", "--json"]).json();
    assert_eq!(figures(&listed, "2025-05"), ["closed", "0.00", "7.50"]);
    assert_eq!(figures(&listed, "2025-06"), ["open", "-1.00", "-1.00"]);
    let since = ["report", "changes-since", "--since-closing", "2025-05", "--json"];
    let changes = shop.run(&since);
    assert_eq!(changes.code, 0, "{}", changes.err);
    assert_eq!(changes.json()["causes"][0]["cause"], "costs");
    assert_eq!(changes.json()["change"]["net_profit"], "-1.00");
    let open = shop.run(&["report", "months", "--books", "open", "--json"]).json();
    assert_eq!(figures(&open, "2025-05"), ["closed", "0.00", "6.50"]);
    let pnl = ["report", "pnl", "--books", "closed", "--to", "2025-06-30", "--json"];
    let pnl = shop.run(&pnl).json();
    assert_eq!(pnl["rows"][0]["net_profit"], "7.50", "{pnl}");
    assert_eq!(pnl["rows"][1]["adjustments"], "-1.00", "{pnl}");
    assert_eq!(shop.run(&["month", "reopen", "2025-05"]).code, 0);
    assert_eq!(shop.run(&["month", "reopen", "2025-05"]).code, 1);
    assert_eq!(shop.run(&["month", "close", "May"]).code, 1);
    // Nothing was known before it was read: a report of that day is empty, and says why.
    let before = shop.run(&["report", "profit", "--as-known", "2025-06-01"]);
    assert_eq!(before.code, 1, "{}", before.out);
    assert!(before.err.contains("nothing to report"), "{}", before.err);
    assert_eq!(shop.run(&["report", "profit", "--as-known", "2199-01-01"]).code, 1);
    // Every report can be asked so; months alone cannot, and say so.
    for spec in catalogue::ALL {
        let now = shop.run(&["report", spec.name, "--json"]);
        assert_eq!(now.code, 0, "{}: {}", spec.name, now.err);
        let before = shop.run(&["report", spec.name, "--as-known", "2025-06-01"]);
        assert_eq!(before.code, 1, "{}: {}", spec.name, before.out);
        assert!(before.err.contains("nothing to report"), "{}: {}", spec.name, before.err);
    }
    for name in ["payouts", "reconcile"] {
        let before = shop.run(&["report", name, "--as-known", "2025-06-01", "--json"]);
        assert_eq!(before.json()["as_known"], "2025-06-01", "{name}: {}", before.err);
    }
    let months = shop.run(&["report", "months", "--as-known", "2025-06-01"]);
    assert!(months.err.contains("cannot be asked of an earlier day"), "{}", months.err);
}

/// What may happen to a small shop whose only figures are expenses.
#[derive(Clone, Debug)]
enum Act {
    /// An expense of a day and of a store, or of none, is another one from now on.
    Spend {
        day: i32,
        store: bool,
        minor: i64,
    },
    Close(i32),
    Reopen(i32),
}

const FIRST: &str = "2026-01-01";
const MONTHS: i32 = 5;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0..150_i32, any::<bool>(), -500..5_000_i64)
            .prop_map(|(day, store, minor)| Act::Spend { day, store, minor }),
        2 => (0..MONTHS).prop_map(Act::Close),
        1 => (0..MONTHS).prop_map(Act::Reopen),
    ]
}

fn spend(db: &Db, day: Day, store: bool, minor: i64) {
    let expense = Expense {
        name: format!("of {day}"),
        amount: Money::new(minor, Currency::parse("EUR").unwrap()),
        from: day,
        to: None,
        every: Every::Once,
        store: store.then(|| "shop".to_owned()),
        category: None,
    };
    db.write_local(Lane::Interactive, |tx| {
        dirty::bump_version(tx)?;
        costs::upsert_expense(tx, &expense, None)
    })
    .unwrap();
}

/// Net profit of each month on both views.
fn views(db: &Db, basis: Basis, today: Day) -> Vec<(Day, i64, i64)> {
    let ask = MonthsAsk { basis, ..MonthsAsk::all() };
    let months = db.read(|reader| Ok(months::run(reader, &ask, today).unwrap())).unwrap();
    let row = |row: &months::MonthRow| {
        (row.first, row.net_profit(BooksView::Open), row.net_profit(BooksView::Closed))
    };
    months.rows.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn both_views_add_up_to_the_same_after_whatever_happens(
        acts in proptest::collection::vec(act(), 1..25)
    ) {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse("2026-08-15T12:00:00Z").unwrap());
        let db = Db::open(&folder.path().join("purser.db"), clock.clone()).unwrap();
        let euro = Currency::parse("EUR").unwrap();
        db.write_local(Lane::Interactive, |tx| {
            stores::insert_store(tx, "shop", euro, &Zone::utc())
        }).unwrap();
        let first = Day::parse(FIRST).unwrap();
        let today = Day::parse("2026-08-15").unwrap();
        let (mut n_closed, mut n_reopened) = (0, 0);
        for act in acts {
            clock.advance_seconds(60);
            let before = views(&db, Basis::Event, today);
            match act {
                Act::Spend { day, store, minor } => spend(&db, first.plus(day), store, minor),
                Act::Close(month) => {
                    if close(&db, first.plus_months(month), "ann").is_ok() {
                        n_closed += 1;
                        let after = views(&db, Basis::Event, today);
                        let closed_view = |views: &[(Day, i64, i64)], month: Day| {
                            views.iter().find(|(one, ..)| *one == month).map_or(0, |one| one.2)
                        };
                        for (month, ..) in &after {
                            // At the moment of closing nothing moves.
                            prop_assert_eq!(
                                closed_view(&before, *month), closed_view(&after, *month)
                            );
                        }
                    }
                }
                Act::Reopen(month) => {
                    n_reopened += i64::from(reopen(&db, first.plus_months(month), "ann").is_ok());
                }
            }
            for basis in [Basis::Event, Basis::Order] {
                let views = views(&db, basis, today);
                let open: i64 = views.iter().map(|(_, open, _)| open).sum();
                let closed: i64 = views.iter().map(|(.., closed)| closed).sum();
                prop_assert_eq!(open, closed);
            }
        }
        let history = db.read(closings::list).unwrap();
        prop_assert_eq!(history.len(), n_closed);
        let reopened = history.iter().filter(|one| one.reopened.is_some()).count() as i64;
        prop_assert_eq!(reopened, n_reopened);
    }
}
