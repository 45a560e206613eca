//! Goals: set, shown against what the month brought, changed back.

use purser::store::users::Role;

use super::buyers::{fields, report, seed_buyers};
use super::import::owner;
use crate::kit::app::{App, As, header, text};

fn set(app: &App, who: &As, month: &str, figure: &str, amount: &str) -> (u16, String) {
    let form = [("month", month), ("figure", figure), ("amount", amount), ("do", "save")];
    let answer = app.post("/goals", who, &form);
    (answer.status().as_u16(), text(answer))
}

#[test]
fn a_goal_is_held_against_the_month_and_carried_on_at_its_pace() {
    let app = App::start();
    let who = owner(&app);
    seed_buyers(&app);
    let html = text(app.get("/goals", &who));
    assert!(html.contains("No goals yet."), "{html}");
    assert_eq!(set(&app, &who, "2026-11", "net_profit", "100").0, 303);
    assert_eq!(set(&app, &who, "2026-11", "orders", "3").0, 303);
    assert_eq!(set(&app, &who, "2026-12", "net_revenue", "500.00").0, 303);
    let goals = report(&app, "goals");
    let months = goals["rows"].as_array().unwrap();
    assert_eq!(months.len(), 4, "September to November, and December with its goal: {goals}");
    let names = "month net_profit net_profit_goal net_profit_reached net_profit_outlook";
    // 48.00 in the 19 days that are over, of 30: 75.789.
    assert_eq!(fields(&months[2], names), "2026-11 48.00 100.00 0.4800 75.79");
    assert_eq!(months[2]["quality"]["net_profit_outlook"], "estimated");
    let names = "orders orders_goal orders_reached orders_outlook";
    assert_eq!(fields(&months[2], names), "2 3 0.6667 3");
    assert_eq!(fields(&months[0], names), "2 - - -");
    let names = "month net_revenue net_revenue_goal net_revenue_reached";
    assert_eq!(fields(&months[3], names), "2026-12 - 500.00 -", "what is to come is unknown");
    let html = text(app.get("/goals", &who));
    assert!(html.contains("November 2026: Net profit 48.00 of 100.00; Orders 2 of 3."), "{html}");
    assert!(html.contains("48.0\u{202F}%") && html.contains("estimated"), "{html}");
    // A goal is one of all stores; that of a store stands by itself.
    let of_store = report(&app, "goals?store=shop");
    assert_eq!(fields(&of_store["rows"][2], "net_profit net_profit_goal"), "48.00 -");
    app.running.stop().unwrap();
}

#[test]
fn a_goal_is_changed_taken_away_and_undone() {
    let app = App::start();
    let who = owner(&app);
    seed_buyers(&app);
    let goal = |app: &App| {
        let goals = report(app, "goals");
        fields(&goals["rows"][2], "net_profit_goal")
    };
    set(&app, &who, "2026-11", "net_profit", "100");
    set(&app, &who, "2026-11", "net_profit", "120.50");
    assert_eq!(goal(&app), "120.50");
    let html = text(app.get("/goals", &who));
    let undo = "/goals/undo?month=2026-11&figure=net_profit&store=&amount=100.00";
    assert!(html.contains(&undo.replace('&', "&#38;")), "{html}");
    assert_eq!(app.post(undo, &who, &[]).status(), 303);
    assert_eq!(goal(&app), "100.00");
    let gone = [("month", "2026-11"), ("figure", "net_profit"), ("do", "delete")];
    let answer = app.post("/goals", &who, &gone);
    assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/goals"));
    assert_eq!(goal(&app), "-");
    assert_eq!(app.post(undo, &who, &[]).status(), 303);
    assert_eq!(goal(&app), "100.00");
    app.running.stop().unwrap();
}

#[test]
fn what_is_wrong_is_said_and_only_those_who_may_set_goals() {
    let app = App::start();
    let who = owner(&app);
    seed_buyers(&app);
    for (month, figure, amount) in [
        ("2026-13", "net_profit", "5"),
        ("2026-11", "cogs", "5"),
        ("2026-11", "orders", "2.5"),
        ("2026-11", "net_profit", "-5"),
    ] {
        let (status, html) = set(&app, &who, month, figure, amount);
        assert_eq!(status, 422, "{month} {figure} {amount}");
        assert!(html.contains("aria-invalid=\"true\""), "{html}");
    }
    assert_eq!(app.count("select count(*) from goals"), 0);
    for role in [Role::Analyst, Role::Viewer] {
        let name = format!("{}@example.test", role.name());
        let reader = app.session_of(app.make_user(&name, role, None));
        assert_eq!(set(&app, &reader, "2026-11", "orders", "5").0, 403, "{role:?}");
        let html = text(app.get("/goals?month=2026-11&figure=orders", &reader));
        assert!(!html.contains("name=\"amount\""), "{html}");
    }
    let manager = app.session_of(app.make_user("m@example.test", Role::Manager, None));
    assert_eq!(set(&app, &manager, "2026-11", "orders", "5").0, 303);
    app.running.stop().unwrap();
}
