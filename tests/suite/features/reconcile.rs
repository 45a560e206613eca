//! Our figures against the files' own: tied out, or in the open with what to do.

use purser::store::users::Role;
use serde_json::Value;

use super::import::owner;
use crate::kit::app::{App, As, header, text};

const SETTLEMENT: &str = include_str!("../../fixtures/amazon/v2-point.txt");

fn seed(app: &App) {
    app.take_in("amazon-settlement", Some("market"), "settlement.txt", SETTLEMENT);
}

#[test]
fn a_settlement_ties_out_and_shows_the_rows_that_it_is_made_of() {
    let app = App::start();
    let who = owner(&app);
    let html = text(app.get("/reconcile", &who));
    assert!(html.contains("Nothing to tie out with") && html.contains("/import"), "{html}");
    seed(&app);
    let html = text(app.get("/reconcile?period=all", &who));
    assert!(html.contains("1 statement; everything ties out to the cent."), "{html}");
    assert!(html.contains("Settlements") && html.contains("data-tied"), "{html}");
    assert!(html.contains("0.00") && !html.contains("does not tie out"), "{html}");
    let answer = app.get("/api/v1/reports/reconcile", &who);
    let report: Value = serde_json::from_str(&text(answer)).unwrap();
    assert_eq!(
        (&report["ties_out"], &report["bridges"][0]["source"]),
        (&true.into(), &"settlement".into())
    );
    let theirs = report["bridges"][0]["theirs"].as_str().unwrap().to_owned();
    assert!(html.contains(&thousands(&theirs)), "{theirs}: {html}");
    app.running.stop().unwrap();
}

/// As the page writes an amount.
fn thousands(plain: &str) -> String {
    let minor: i64 = plain.replace('.', "").parse().unwrap();
    purser::web::format::money(minor, 2, purser::web::format::Locale::En)
}

#[test]
fn a_difference_stands_open_in_red_with_what_to_do() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    let sql = "update payouts set stated_minor = stated_minor + 123";
    app.running
        .state
        .db
        .write(purser::store::Lane::Interactive, move |tx| Ok(tx.conn().execute(sql, [])?))
        .unwrap();
    let html = text(app.get("/reconcile?period=all", &who));
    assert!(html.contains("1 statement; 1 does not tie out."), "{html}");
    assert!(html.contains("Download it again") && html.contains(r#"data-tone="loss""#), "{html}");
    assert!(html.contains("1.23") && !html.contains("data-tied"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn page_file_and_json_obey_store_and_days() {
    let app = App::start();
    let who = owner(&app);
    seed(&app);
    app.seed_shop();
    let lines = |query: &str| {
        let answer = app.get(&format!("/reconcile.csv?{query}"), &who);
        assert!(header(&answer, "content-disposition").contains("reconcile.csv"));
        text(answer).lines().count()
    };
    let all = lines("period=all");
    assert!(all > 5);
    assert_eq!(lines("period=all&store=market"), all);
    assert_eq!(lines("period=all&store=shop"), 1, "the header alone");
    assert_eq!(lines("from=2001-01-01&to=2001-01-31"), 1);
    let count = |query: &str| {
        let answer = app.get(&format!("/api/v1/reports/reconcile?{query}"), &who);
        assert_eq!(answer.status(), 200, "{query}");
        let report: Value = serde_json::from_str(&text(answer)).unwrap();
        report["bridges"].as_array().unwrap().len()
    };
    assert_eq!((count(""), count("store=shop"), count("to=2001-01-31")), (1, 0, 0));
    assert_eq!(app.get("/api/v1/reports/reconcile?store=nowhere", &who).status(), 404);
    assert_eq!(app.get("/api/v1/reports/reconcile?from=2026-02-30", &who).status(), 400);
    let html = text(app.get("/reconcile?period=all&store=shop", &who));
    assert!(html.contains("Nothing to tie out with"), "{html}");
    assert_eq!(app.get("/reconcile", &app.token_of(Role::Fulfilment)).status(), 403);
    assert_eq!(app.get("/reconcile", &As::Nobody).status(), 303);
    app.running.stop().unwrap();
}
