//! What is chosen once, and what follows from it.

use purser::store::users::Role;

use super::import::{orders, owner, take_in};
use crate::kit::app::{App, As, PASSWORD, header, session_in, text};

fn form(change: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut form = vec![
        ("name", "Heron"),
        ("currency", "EUR"),
        ("time_zone", "Europe/Tallinn"),
        ("vat_registered", "yes"),
        ("locale", "en"),
        ("theme", "dark"),
        ("shortcuts", "yes"),
    ];
    for (name, value) in change {
        form.retain(|(other, _)| other != name);
        form.push((name, value));
    }
    form
}

#[test]
fn a_change_that_recounts_says_so_first_and_then_recounts() {
    let app = App::start();
    let who = owner(&app);
    // At 23:30 UTC it is the next day in Tallinn.
    let late = orders(9).replace("T10:00:00Z", "T23:30:00Z");
    let fields = [("new_store", "Reed"), ("currency", "EUR")];
    app.upload("/import", &who, &fields, &[("o.jsonl", &late)]);
    app.settle();
    app.post("/settings/organisation", &who, &form(&[("time_zone", "UTC"), ("do", "confirm")]));
    app.settle();
    let day = "select min(order_day) from orders";
    let (before, profit) = (app.count(day), app.net_profit());
    let answer = app.post("/settings/organisation", &who, &form(&[]));
    let html = text(answer);
    assert!(html.contains("This recounts 9 orders.") && html.contains("Nothing is saved yet"));
    assert!(html.contains(r#"value="Europe/Tallinn""#), "the entry stays: {html}");
    app.settle();
    assert_eq!(app.count(day), before);
    let answer = app.post("/settings/organisation", &who, &form(&[("do", "confirm")]));
    assert_eq!(answer.status(), 303);
    app.settle();
    assert_eq!((app.count(day), app.net_profit()), (before + 1, profit));
    app.running.stop().unwrap();
}

#[test]
fn a_setting_shows_its_effect_first_and_is_undone() {
    let app = App::start();
    let who = owner(&app);
    // Prices of 119.00 that include 19.00 of tax: 100.00 for who owes it, 119.00 for who does not.
    let order = r#"{"id":"t","number":"1","created_at":"2026-11-02T09:00:00Z","currency":"EUR",
        "financial_status":"paid","taxes_included":true,"shipping_cost":"0",
        "lines":[{"id":"a","sku":"MUG","quantity":1,"unit_price":"119.00","tax":"19.00"}],
        "payments":[{"gateway":"x","amount":"119.00","fee":"0.00"}]}"#;
    app.take_in("orders", Some("shop"), "o.jsonl", &order.replace('\n', " "));
    app.post("/settings/organisation", &who, &form(&[("time_zone", "UTC"), ("do", "confirm")]));
    app.settle();
    app.clock.advance_seconds(60);
    assert_eq!(app.net_profit(), 100_00);
    let small = [("time_zone", "UTC"), ("vat_registered", "")];
    let html = text(app.post("/settings/organisation", &who, &form(&small)));
    assert!(super::costs::sentence(&html).contains("1 order by +19.00"), "{html}");
    assert!(html.contains("100.00") && html.contains("119.00"), "{html}");
    assert_eq!(app.net_profit(), 100_00, "looking changes nothing");
    let confirmed = [&small[..], &[("why", "too small"), ("do", "confirm")]].concat();
    assert_eq!(app.post("/settings/organisation", &who, &form(&confirmed)).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), 119_00);
    app.clock.advance_seconds(60);
    let html = text(app.get("/settings", &who));
    let action = html.split(r#"action="/changes/"#).nth(1).expect("no undo");
    let path = action.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(app.post(&format!("/changes/{path}"), &who, &[]).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), 100_00);
    let manager = app.token_of(Role::Manager);
    let id = app.count("select max(id) from changes");
    assert_eq!(app.post(&format!("/changes/{id}/undo"), &manager, &[]).status(), 403);
    let html = text(app.get("/changes?kind=organisation", &who));
    assert!(html.contains("registered for VAT: yes → no") && html.contains("too small"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn looks_change_without_a_recount() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(3));
    app.post("/settings/organisation", &who, &form(&[("do", "confirm")]));
    app.settle();
    let version = app.count("select books_version from organisation");
    let form = form(&[("locale", "de"), ("theme", "light"), ("shortcuts", ""), ("name", "H <b>")]);
    assert_eq!(app.post("/settings/organisation", &who, &form).status(), 303);
    assert_eq!(app.count("select books_version from organisation"), version);
    let html = text(app.get("/settings", &who));
    assert!(html.contains(r#"lang="de""#) && html.contains(r#"data-theme="light""#), "{html}");
    assert!(html.contains("H &#60;b&#62;") && !html.contains("data-shortcuts"), "{html}");
    let zone = [("time_zone", "Mars/Olympus")];
    let answer = app.post("/settings/organisation", &who, &self::form(&zone));
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("There is no time zone of this name."));
    app.running.stop().unwrap();
}

#[test]
fn stores_come_and_empty_ones_go() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(3));
    let reed = [("name", "Reed"), ("currency", "USD")];
    assert_eq!(app.post("/settings/stores", &who, &reed).status(), 303);
    assert_eq!(app.post("/settings/stores", &who, &reed).status(), 422);
    let full = [("name", "Heron & Reed")];
    let answer = app.post("/settings/stores/remove", &who, &full);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("holds 3 orders"));
    assert_eq!(app.post("/settings/stores/remove", &who, &[("name", "Reed")]).status(), 303);
    assert_eq!(app.count("select count(*) from stores"), 1);
    app.running.stop().unwrap();
}

#[test]
fn a_token_is_shown_once_works_and_is_revoked() {
    let app = App::start();
    let who = owner(&app);
    let new = [("name", "till"), ("role", "analyst"), ("days", "30")];
    let html = text(app.post("/settings/tokens", &who, &new));
    let token = html.split("part-secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.starts_with("purser_"), "{token}");
    assert!(!text(app.get("/settings", &who)).contains(&token));
    let program = As::Token(token);
    assert_eq!(app.get("/costs", &program).status(), 200);
    assert_eq!(app.post("/settings/tokens", &who, &new).status(), 422, "the name is taken");
    assert_eq!(app.post("/settings/tokens/revoke", &who, &[("name", "till")]).status(), 303);
    assert_eq!(app.get("/costs", &program).status(), 401);
    app.running.stop().unwrap();
}

#[test]
fn a_password_is_changed_only_by_who_knows_it_and_ends_other_sessions() {
    let app = App::start();
    let user = app.make_user("ann@example.test", Role::Viewer, Some(PASSWORD));
    let (here, elsewhere) = (app.session_of(user), app.session_of(user));
    let change = |old: &str, new: &str| {
        app.post("/settings/password", &here, &[("password", old), ("new_password", new)])
    };
    let new = "lantern gravel tuesday moss";
    assert_eq!(change("not this one at all", new).status(), 422);
    assert_eq!(change(PASSWORD, "short").status(), 422);
    assert_eq!(app.get("/settings", &elsewhere).status(), 200);
    let answer = change(PASSWORD, new);
    assert_eq!(answer.status(), 303);
    let fresh = session_in(&answer).expect("the person goes on in a new session");
    assert_eq!(header(&app.get("/settings", &elsewhere), "location"), "/sign-in");
    assert_eq!(header(&app.get("/settings", &here), "location"), "/sign-in");
    let html = text(app.get("/settings", &fresh));
    assert!(html.contains("Your password") && !html.contains("Tokens for programs"), "{html}");
    assert_eq!(app.sign_in("ann@example.test", PASSWORD).status(), 401);
    assert_eq!(app.sign_in("ann@example.test", new).status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn one_of_the_own_sessions_is_ended_and_nobody_elses() {
    let app = App::start();
    let ann = app.make_user("ann@example.test", Role::Viewer, None);
    let bob = app.make_user("bob@example.test", Role::Viewer, None);
    let (here, there, of_bob) = (app.session_of(ann), app.session_of(ann), app.session_of(bob));
    let ids = app.count("select min(id) from sessions");
    for id in ids..ids + 3 {
        if id != ids {
            app.post("/settings/sessions", &here, &[("session", &id.to_string())]);
        }
    }
    assert_eq!(app.get("/settings", &here).status(), 200);
    assert_eq!(app.get("/settings", &there).status(), 303);
    assert_eq!(app.get("/settings", &of_bob).status(), 200);
    app.running.stop().unwrap();
}
