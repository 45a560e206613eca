//! The start page: one figure, and everything under it explains it.

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, EMAIL, text};

fn signed_in(app: &App) -> As {
    let user = app.make_user(EMAIL, Role::Owner, None);
    app.session_of(user)
}

fn json(app: &App, path: &str, who: &As) -> Value {
    serde_json::from_str(&text(app.get(path, who))).unwrap()
}

#[test]
fn without_a_store_the_page_says_what_to_do_next() {
    let app = App::start();
    let who = signed_in(&app);
    let html = text(app.get("/", &who));
    assert!(html.contains("No figures yet.") && html.contains("/import"), "{html}");
    let viewer = app.token_of(Role::Viewer);
    let html = text(app.get("/", &viewer));
    assert!(!html.contains("/import"), "who may not import is not sent there: {html}");
    app.running.stop().unwrap();
}

#[test]
fn the_overview_shows_the_figures_of_the_report() {
    let app = App::start();
    let who = signed_in(&app);
    app.seed_shop();
    let report = json(&app, "/api/v1/reports/profit?from=2026-10-22&to=2026-11-20&by=day", &who);
    let total = &report["total"];
    let html = text(app.get("/", &who));
    let shown = |name: &str| total[name].as_str().unwrap().replace('-', "\u{2212}");
    for name in ["net_revenue", "cogs", "contribution_margin", "ad_spend", "operating_expenses"] {
        assert!(html.contains(&shown(name)), "{name} {}: {html}", shown(name));
    }
    let (units, cents) = total["net_profit"].as_str().unwrap().split_once('.').unwrap();
    let units = units.replace('-', "\u{2212}");
    assert!(html.contains(&format!("{units}<span class=\"hero-cents\">.{cents}")), "{html}");
    // 40.00 of 106.00 has no cost: far above 1 %, so the result is the most it can be.
    assert!(html.contains("hero-doubt") && html.contains("40.00 is counted without a"), "{html}");
    assert!(html.contains("Unit cost missing") && html.contains("1 without cost"), "{html}");
    assert!(html.contains("Borne by no store"), "the rent is nobody's: {html}");
    app.running.stop().unwrap();
}

#[test]
fn a_change_of_the_books_is_seen_at_once() {
    let app = App::start();
    let who = signed_in(&app);
    app.seed_shop();
    assert!(text(app.get("/", &who)).contains("hero-doubt"));
    let costs = "sku,valid_from,unit_cost,currency\nPOT,2026-01-01,9.00,EUR\n";
    app.take_in("costs", None, "more.csv", costs);
    let html = text(app.get("/", &who));
    assert!(!html.contains("hero-doubt") && html.contains("Every cost of goods is known."));
    app.running.stop().unwrap();
}

#[test]
fn days_without_figures_lead_to_the_newest_that_have_some() {
    let app = App::start();
    let who = signed_in(&app);
    app.seed_shop();
    let html = text(app.get("/?from=2026-01-01&to=2026-01-31&store=market", &who));
    // The rent is no store's, so in January the market did nothing.
    assert!(html.contains("Nothing happened in these days."), "{html}");
    assert!(html.contains("The newest figures are of 4 Nov 2026."), "{html}");
    assert!(html.contains("from=2026-10-06&#38;to=2026-11-04"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn nothing_in_an_address_breaks_the_page() {
    let app = App::start();
    let who = signed_in(&app);
    app.seed_shop();
    for query in [
        "from=2026-02-30",
        "store=%3Cscript%3Enowhere",
        "period=all&against=year",
        "period=all",
        "from=0001-01-01&to=9999-12-31",
        "from=2026-11-20&to=2024-01-01&basis=order",
        "page=99999999999&sort=%00&dir=x",
        "%ff%fe=%ff",
    ] {
        let response = app.get(&format!("/?{query}"), &who);
        assert_eq!(response.status(), 200, "{query}");
        let html = text(response);
        assert!(html.contains("</html>") && !html.contains("<script>"), "{query}");
    }
    let html = text(app.get("/?store=nowhere&from=2026-02-30", &who));
    assert!(html.contains("There is no store “nowhere”"), "{html}");
    assert!(html.contains("“2026-02-30” is not a day"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn missing_rates_are_listed_and_the_rest_is_shown() {
    let app = App::start();
    let who = signed_in(&app);
    app.seed_shop();
    let order = r#"{"id":"u-1","created_at":"2026-11-10T08:00:00Z","currency":"USD",
        "financial_status":"paid","lines":[{"id":"a","sku":"MUG","quantity":1,
        "unit_price":"10.00"}]}"#
        .replace('\n', " ");
    app.take_in("orders", Some("shop"), "usd.jsonl", &order);
    let html = text(app.get("/", &who));
    assert!(html.contains("Incomplete:") && html.contains("USD on 10 Nov 2026"), "{html}");
    let response = app.get("/api/v1/reports/profit?by=day", &who);
    assert_eq!(response.status(), 409);
    let refused: Value = serde_json::from_str(&text(response)).unwrap();
    assert_eq!(refused["missing_rates"][0]["currency"], "USD");
    assert_eq!(refused["missing_rates"][0]["day"], "2026-11-10");
    assert_eq!(app.get("/profit.csv", &who).status(), 409, "a file cannot bear the notice");
    assert_eq!(app.get("/profit", &who).status(), 200);
    app.running.stop().unwrap();
}
