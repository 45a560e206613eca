//! Own exchange rates by hand: shown with their effect, saved, undone; the bank's only shown.

use purser::store::users::Role;
use purser::web::format::{self, Locale};

use super::costs::{seen, sentence};
use super::import::owner;
use crate::kit::app::{App, As, text};

/// Two orders in dollars, of 10.00 and 20.00, on two days.
fn seed(app: &App) {
    let order = |n: usize, price: &str| {
        format!(
            r#"{{"id":"d-{n}","number":"{n}","created_at":"2026-11-0{n}T09:00:00Z","currency":"USD",
            "financial_status":"paid","ship_to":{{"country":"US"}},"shipping_cost":"0",
            "lines":[{{"id":"a","sku":"MUG","quantity":1,"unit_price":"{price}"}}],
            "payments":[{{"gateway":"x","amount":"{price}","fee":"0.00"}}]}}"#
        )
        .replace('\n', " ")
    };
    app.take_in(
        "orders",
        Some("abroad"),
        "d.jsonl",
        &[order(2, "10.00"), order(4, "20.00")].join("\n"),
    );
    let bank = "Date,USD,\n2026-11-01,1.2500,\n";
    std::fs::write(app.folder.path().join("ecb.csv"), bank).unwrap();
}

fn entry<'a>(day: &'a str, rate: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("base", "EUR"), ("quote", "USD"), ("day", day), ("rate", rate), ("was", "")]
}

fn send(app: &App, who: &As, form: &[(&str, &str)], more: &[(&str, &str)]) -> (u16, String) {
    let answer = app.post("/rates", who, &[form, more].concat());
    (answer.status().as_u16(), text(answer))
}

#[test]
fn a_rate_is_shown_with_its_effect_saved_changed_and_undone() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    assert_eq!(app.net_profit(), 0, "no rate is known");
    let html = text(app.get("/rates", &who));
    assert!(html.contains("No rates yet.") && html.contains("Add a rate"), "{html}");
    let first = entry("2026-11-01", "1.25");
    let (status, html) = send(&app, &who, &first, &[("do", "show")]);
    assert_eq!(status, 200);
    // 30.00 dollars at 1.25 are 24.00 euros.
    let said = format::change(24_00, 2, Locale::En);
    assert!(sentence(&html).contains("2 orders"), "{}", sentence(&html));
    assert!(sentence(&html).ends_with(&format!("by {said}.")), "{}", sentence(&html));
    assert_eq!(app.net_profit(), 0, "looking changes nothing");
    let save = [("do", "save"), ("seen", &*seen(&html)), ("why", "contract with the bank")];
    assert_eq!(send(&app, &who, &first, &save).0, 303);
    app.settle();
    assert_eq!(app.net_profit(), 24_00);

    // From the third on another one: 20.00 at 2.00 are 10.00, 6.00 less.
    app.clock.advance_seconds(60);
    let second = entry("2026-11-03", "2");
    let (_, html) = send(&app, &who, &second, &[("do", "show")]);
    assert!(sentence(&html).contains("1 order by"), "{}", sentence(&html));
    assert_eq!(send(&app, &who, &second, &[("do", "save"), ("seen", &seen(&html))]).0, 303);
    app.settle();
    assert_eq!(app.net_profit(), 8_00 + 10_00);
    let html = text(app.get("/rates?base=EUR&quote=USD", &who));
    let action = html.split(r#"action="/changes/"#).nth(1).expect("no undo");
    let path = action.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(app.post(&format!("/changes/{path}"), &who, &[]).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), 24_00);

    // Deleted by its address, after its effect was shown.
    app.clock.advance_seconds(60);
    let html = text(app.get("/rates?base=EUR&quote=USD&was=2026-11-01&do=delete", &who));
    assert!(html.contains("Delete this rate") && sentence(&html).contains("24.00"), "{html}");
    let gone = [("base", "EUR"), ("quote", "USD"), ("was", "2026-11-01"), ("do", "delete")];
    assert_eq!(send(&app, &who, &gone, &[]).0, 303);
    app.settle();
    assert_eq!(app.net_profit(), 0);
    let history = text(app.get("/changes?kind=rate", &who));
    assert!(history.contains("contract with the bank"), "{history}");
    assert!(history.contains("1 EUR = 1.25 USD"), "{history}");
    app.running.stop().unwrap();
}

#[test]
fn a_rate_moves_to_another_day_and_what_is_wrong_is_named() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    let first = entry("2026-11-01", "1.25");
    let (_, html) = send(&app, &who, &first, &[("do", "show")]);
    assert_eq!(send(&app, &who, &first, &[("do", "save"), ("seen", &seen(&html))]).0, 303);
    app.settle();
    let moved = [
        ("base", "EUR"),
        ("quote", "USD"),
        ("day", "2026-11-03"),
        ("rate", "1.25"),
        ("was", "2026-11-01"),
    ];
    let (_, html) = send(&app, &who, &moved, &[("do", "show")]);
    assert_eq!(send(&app, &who, &moved, &[("do", "save"), ("seen", &seen(&html))]).0, 303);
    app.settle();
    // The order of the second has no rate any more.
    assert_eq!((app.net_profit(), app.count("select count(*) from fx_rates")), (16_00, 1));
    let (status, html) = send(&app, &who, &entry("2026-02-30", "0"), &[("do", "show")]);
    assert_eq!(status, 422);
    assert!(html.contains("is not a day") && html.contains("above 0"), "{html}");
    let analyst = app.token_of(Role::Analyst);
    let html = text(app.get("/rates?do=new", &analyst));
    assert!(html.contains("Own rates") && !html.contains(r#"name="rate""#), "{html}");
    assert_eq!(send(&app, &analyst, &entry("2026-11-01", "1"), &[("do", "show")]).0, 403);
    app.running.stop().unwrap();
}

#[test]
fn what_was_not_shown_is_not_saved() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    let (_, html) = send(&app, &who, &entry("2026-11-01", "1.25"), &[("do", "show")]);
    let dearer = entry("2026-11-01", "12.5");
    assert_eq!(send(&app, &who, &dearer, &[("do", "save"), ("seen", &seen(&html))]).0, 200);
    assert_eq!(app.count("select count(*) from fx_rates"), 0);
    app.running.stop().unwrap();
}
