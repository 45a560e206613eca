//! Expenses by hand: what the page says beforehand is what then happens.

use purser::base::Day;
use purser::domain::ask::{Ask, Key, Scope};
use purser::store::users::Role;
use purser::web::format::{self, Locale};

use super::costs::{seen, sentence};
use super::import::{orders, owner, take_in};
use crate::kit::app::{App, As, text};

fn entry<'a>(change: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("id", ""),
        ("name", "Rent"),
        ("amount", "310.00"),
        ("currency", "EUR"),
        ("every", "month"),
        ("from", "2026-01-01"),
        ("to", ""),
        ("store", ""),
        ("category", "rooms"),
    ];
    for (name, value) in change {
        form.retain(|(other, _)| other != name);
        form.push((name, value));
    }
    form
}

fn send(app: &App, who: &As, form: &[(&str, &str)], more: &[(&str, &str)]) -> (u16, String) {
    let all = [form, more].concat();
    let answer = app.post("/expenses", who, &all);
    (answer.status().as_u16(), text(answer))
}

/// Shows the effect, saves it, and gives the sentence that was shown.
fn save(app: &App, who: &As, form: &[(&str, &str)]) -> String {
    let (status, html) = send(app, who, form, &[("do", "show")]);
    assert_eq!(status, 200, "{html}");
    let (status, html_saved) = send(app, who, form, &[("do", "save"), ("seen", &seen(&html))]);
    assert_eq!(status, 303, "{html_saved}");
    sentence(&html)
}

fn net_profit_to_the_end_of_november(app: &App) -> i64 {
    let day = |text: &str| Day::parse(text).unwrap();
    let range = purser::base::DayRange { from: day("2026-01-01"), to: day("2026-11-30") };
    let ask = Ask::all(Scope::All).over(range).by(&[Key::Month]);
    let report =
        app.running.state.db.read(|reader| {
            Ok(purser::reports::profit::run(reader, &ask, day("2026-11-20")).unwrap())
        });
    report.unwrap().total.net_profit()
}

fn undo(app: &App, who: &As) {
    let html = text(app.get("/expenses", who));
    let action = html.split(r#"action="/expenses/undo?"#).nth(1).expect("no undo");
    let path = action.split('"').next().unwrap();
    assert_eq!(app.post(&format!("/expenses/undo?{path}"), who, &[]).status(), 303);
    app.clock.advance_seconds(60);
}

#[test]
fn the_sentence_before_saving_is_what_saving_then_does() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(20));
    let cases: [&[(&str, &str)]; 5] = [
        &[],
        &[("name", "Tools"), ("amount", "9.99"), ("every", "week"), ("from", "2026-03-05")],
        &[("name", "Fair"), ("every", "once"), ("from", "2026-05-01"), ("to", "2026-06-10")],
        &[("name", "Refund"), ("amount", "-50"), ("every", "once"), ("from", "2026-02-01")],
        &[("name", "Books"), ("every", "quarter"), ("store", "Heron & Reed")],
    ];
    for case in cases {
        let form = entry(case);
        let before = net_profit_to_the_end_of_november(&app);
        let (_, html) = send(&app, &who, &form, &[("do", "show")]);
        assert_eq!(net_profit_to_the_end_of_november(&app), before, "looking changes nothing");
        assert_eq!(app.count("select count(*) from expenses_past"), 0, "{html}");
        let shown = save(&app, &who, &form);
        app.clock.advance_seconds(60);
        let change = net_profit_to_the_end_of_november(&app) - before;
        assert_ne!(change, 0);
        let said = format::change(change, 2, Locale::En);
        assert!(shown.ends_with(&format!("by {said}.")), "{shown}: {change}");
        assert!(text(app.get("/expenses", &who)).contains(&format!("changed, {said}.")));
    }
    // 11 months of 310.00 alone.
    assert_eq!(app.count("select count(*) from expenses"), 5);
    app.running.stop().unwrap();
}

#[test]
fn the_months_of_the_preview_are_those_of_the_report_afterwards() {
    use purser::base::{Currency, Money};
    use purser::domain::record::{Every, Expense};
    use purser::reports::preview::expenses::{ExpenseChange, run};
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(20));
    let day = |text: &str| Day::parse(text).unwrap();
    let put = Expense {
        name: "Rent".into(),
        amount: Money::new(310_00, Currency::EUR),
        from: day("2026-01-15"),
        to: None,
        every: Every::Month,
        store: None,
        category: None,
    };
    let change = ExpenseChange { gone: Vec::new(), put: Some(put) };
    let db = &app.running.state.db;
    let found = db.read(|reader| Ok(run(reader, &change, day("2026-11-20")).unwrap())).unwrap();
    assert_eq!(found.months.len(), 11);
    save(&app, &who, &entry(&[("from", "2026-01-15")]));
    let ask = Ask::all(Scope::All).over(found.range).by(&[Key::Month]);
    let report = db
        .read(|reader| Ok(purser::reports::profit::run(reader, &ask, day("2026-11-20")).unwrap()));
    let report = report.unwrap();
    for month in &found.months {
        let row =
            report.rows.iter().find(|row| row.key("month") == Some(&month.first.month_text()));
        assert_eq!(row.unwrap().figures.net_profit(), month.after_minor, "{month:?}");
    }
    app.running.stop().unwrap();
}

#[test]
fn an_expense_is_changed_ended_deleted_and_every_change_undone() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(6));
    let at_first = net_profit_to_the_end_of_november(&app);
    save(&app, &who, &entry(&[]));
    undo(&app, &who);
    assert_eq!(app.count("select count(*) from expenses"), 0);
    assert_eq!(net_profit_to_the_end_of_november(&app), at_first);

    save(&app, &who, &entry(&[]));
    app.clock.advance_seconds(60);
    let with_rent = net_profit_to_the_end_of_november(&app);
    assert_eq!(with_rent, at_first - 11 * 310_00);
    let id = app.count("select id from expenses").to_string();

    // Another name and another first day are the same row, not a second one.
    let panel = text(app.get(&format!("/expenses?id={id}"), &who));
    assert!(panel.contains(r#"value="310.00""#) && panel.contains("Change Rent"), "{panel}");
    save(&app, &who, &entry(&[("id", id.as_str()), ("name", "Studio"), ("from", "2026-02-01")]));
    app.clock.advance_seconds(60);
    assert_eq!(app.count("select count(*) from expenses where name = 'Studio'"), 1);
    assert_eq!(net_profit_to_the_end_of_november(&app), at_first - 10 * 310_00);
    undo(&app, &who);
    assert_eq!(app.count("select count(*) from expenses where name = 'Rent'"), 1);
    assert_eq!(net_profit_to_the_end_of_november(&app), with_rent);

    let id = app.count("select id from expenses").to_string();
    let panel = text(app.get(&format!("/expenses?end={id}"), &who));
    assert!(panel.contains(r#"name="to" value="2026-11-20""#), "{panel}");
    save(&app, &who, &entry(&[("id", id.as_str()), ("to", "2026-06-30")]));
    app.clock.advance_seconds(60);
    assert_eq!(net_profit_to_the_end_of_november(&app), at_first - 6 * 310_00);
    undo(&app, &who);

    let id = app.count("select id from expenses").to_string();
    let panel = text(app.get(&format!("/expenses?delete={id}"), &who));
    assert!(panel.contains("Delete Rent?"), "{panel}");
    let gain = format::change(11 * 310_00, 2, Locale::En);
    assert!(sentence(&panel).ends_with(&format!("by {gain}.")), "{}", sentence(&panel));
    let delete = [("id", id.as_str()), ("do", "delete")];
    assert_eq!(app.post("/expenses", &who, &delete).status(), 303);
    app.clock.advance_seconds(60);
    assert_eq!(net_profit_to_the_end_of_november(&app), at_first);
    undo(&app, &who);
    assert_eq!(net_profit_to_the_end_of_november(&app), with_rent);
    assert_eq!(app.post("/expenses", &who, &[("id", "999"), ("do", "delete")]).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn what_would_be_replaced_is_part_of_the_effect() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(6));
    save(&app, &who, &entry(&[]));
    app.clock.advance_seconds(60);
    // The same name, first day and store: it takes the place of the other.
    let shown = save(&app, &who, &entry(&[("amount", "320.00")]));
    assert!(shown.ends_with("by −110.00."), "{shown}");
    assert_eq!(app.count("select amount_minor from expenses"), 320_00);
    app.running.stop().unwrap();
}

#[test]
fn a_wrong_entry_stays_and_who_may_only_look_sees_no_form() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/expenses", &who));
    assert!(html.contains("No expenses yet.") && html.contains("Add an expense"), "{html}");
    let (status, html) = send(&app, &who, &entry(&[("amount", "1,50"), ("to", "2025-01-01")]), &[]);
    assert_eq!(status, 422);
    assert!(html.contains(r#"value="1,50""#) && html.contains("before the first"), "{html}");
    // Without a store there is nothing to show an effect on, and still it can be entered.
    let form = entry(&[("name", "<b>Rent</b>")]);
    let (_, html) = send(&app, &who, &form, &[("do", "show")]);
    assert_eq!(send(&app, &who, &form, &[("do", "save"), ("seen", &seen(&html))]).0, 303);
    let html = text(app.get("/expenses", &who));
    assert!(html.contains("&#60;b&#62;Rent") && !html.contains("<b>Rent"), "{html}");
    let analyst = app.token_of(Role::Analyst);
    let html = text(app.get("/expenses?id=new", &analyst));
    assert!(html.contains("Rent") && !html.contains(r#"name="amount""#), "{html}");
    assert_eq!(send(&app, &analyst, &entry(&[]), &[]).0, 403);
    app.running.stop().unwrap();
}

#[test]
fn only_what_was_shown_is_saved() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(3));
    let (_, html) = send(&app, &who, &entry(&[]), &[("do", "show")]);
    let shown = seen(&html);
    for (form, mark) in [(entry(&[("amount", "3100.00")]), shown.as_str()), (entry(&[]), "")] {
        assert_eq!(send(&app, &who, &form, &[("do", "save"), ("seen", mark)]).0, 200);
    }
    assert_eq!(app.count("select count(*) from expenses"), 0);
    app.running.stop().unwrap();
}
