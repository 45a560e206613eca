//! Transfers: units between two places and into a marketplace's warehouse, what is lost on the
//! way, and every step taken back.

use purser::base::Day;
use purser::base::id::StoreId;
use purser::domain::record::StockMovement;
use purser::domain::stock::event::{Change, EventKind};
use purser::store::stock::ledger::{self, NewEvent};
use purser::store::stock::locations::{self, LocationKind};
use purser::store::stock::variants;
use purser::store::users::Role;
use purser::store::{Lane, Tx, stock_levels};
use serde_json::json;

use super::import::owner;
use crate::kit::app::{App, As, header, text};

/// Ten mugs on the shelf, a second shelf, and the warehouse of a marketplace.
fn shop() -> (App, As) {
    let app = App::start();
    let who = owner(&app);
    app.command("store-add", &json!({ "name": "amazon", "currency": "EUR" }));
    let stock = |tx: &Tx<'_>| {
        let shelf = locations::find_usual_location(tx)?;
        let mug = variants::upsert_variant(tx, "MUG", "")?;
        let event = NewEvent {
            variant: mug,
            location: shelf,
            lot: None,
            kind: EventKind::Adjusted,
            change: Change::Delta(10),
            reason: "found",
            reference: "",
            key: "first",
            occurred_at: tx.now,
            unit_cost: None,
            order: None,
            action: None,
        };
        ledger::append_event(tx, &event)?;
        locations::upsert_location(tx, "Shop", LocationKind::Own)
    };
    app.running.state.db.write(Lane::Interactive, stock).unwrap();
    app.clock.advance_seconds(60);
    let place = [("name", "FBA Germany"), ("kind", "fba"), ("store", "1")];
    assert_eq!(at(&app, "/transfers/places", &who, &place), "/transfers");
    (app, who)
}

fn at(app: &App, path: &str, who: &As, form: &[(&str, &str)]) -> String {
    let answer = app.post(path, who, form);
    let to = header(&answer, "location");
    assert_eq!(answer.status(), 303, "{path} {form:?}: {}", text(answer));
    app.clock.advance_seconds(60);
    to
}

fn place(app: &App, name: &str) -> String {
    app.count(&format!("select id from locations where name = '{name}'")).to_string()
}

fn draft(app: &App, who: &As, to: &str, reference: &str) {
    let (from, to) = (place(app, "Main"), place(app, to));
    let form = [
        ("number", "T-1"),
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("reference", reference),
        ("lines", "MUG, 8"),
    ];
    assert_eq!(at(app, "/transfers", who, &form), "/transfers/1");
}

/// Mugs on hand in a place; `None` where the ledger holds no number of it.
fn units(app: &App, name: &str) -> Option<i64> {
    let of =
        format!("from on_hand join locations on locations.id = location_id where name = '{name}'");
    let has = app.count(&format!("select count(*) {of}")) > 0;
    has.then(|| app.count(&format!("select sum(units) {of}")))
}

const DAY: (&str, &str) = ("day", "2026-11-20");

#[test]
fn units_lie_in_transit_until_they_came_and_what_never_came_is_written_off() {
    let (app, who) = shop();
    draft(&app, &who, "Shop", "");
    let html = text(app.get("/transfers/1", &who));
    assert!(html.contains("From Main to Shop.") && html.contains("draft."), "{html}");
    assert_eq!(units(&app, "Main"), Some(10), "a draft moves nothing");
    at(&app, "/transfers/1/act", &who, &[("act", "send"), DAY]);
    assert_eq!((units(&app, "Main"), units(&app, "In transit")), (Some(2), Some(8)));
    at(&app, "/transfers/1/act", &who, &[("act", "receive"), DAY, ("units-1", "5")]);
    let lie = |app: &App| [units(app, "Main"), units(app, "In transit"), units(app, "Shop")];
    assert_eq!(lie(&app), [Some(2), Some(3), Some(5)]);
    let html = text(app.get("/transfers", &who));
    assert!(html.contains("3 units are on the way in 1 transfer."), "{html}");
    assert!(html.contains("partly received"), "{html}");
    at(&app, "/transfers/1/act", &who, &[("act", "close"), DAY]);
    assert_eq!(lie(&app), [Some(2), Some(0), Some(5)]);
    let lost = "select count(*) from stock_events where kind = 'adjusted' and delta = -3
        and reason = 'lost in transit' and reference = 'T-1'";
    assert_eq!(app.count(lost), 1);
    assert!(text(app.get("/transfers/1", &who)).contains("closed with a difference"));
    // Only the last step goes back, one after the other.
    let refused = app.post("/transfers/1/steps/1/undo", &who, &[]);
    assert_eq!(refused.status(), 409);
    at(&app, "/transfers/1/steps/3/undo", &who, &[]);
    assert_eq!(lie(&app), [Some(2), Some(3), Some(5)]);
    at(&app, "/transfers/1/steps/2/undo", &who, &[]);
    assert_eq!(units(&app, "In transit"), Some(8));
    at(&app, "/transfers/1/steps/1/undo", &who, &[]);
    assert_eq!(units(&app, "Main"), Some(10));
    assert_eq!(units(&app, "In transit").unwrap_or(0), 0);
    at(&app, "/transfers/1/act", &who, &[("act", "cancel")]);
    let entry = app.count("select max(id) from purchasing_log");
    at(&app, &format!("/transfers/undo?entry={entry}"), &who, &[]);
    at(&app, "/transfers/1/act", &who, &[("act", "send"), DAY]);
    assert_eq!(units(&app, "In transit"), Some(8));
    app.running.stop().unwrap();
}

#[test]
fn what_a_marketplace_received_is_proposed_and_its_place_holds_no_number_of_ours() {
    let (app, who) = shop();
    draft(&app, &who, "FBA Germany", "FBA15X");
    at(&app, "/transfers/1/act", &who, &[("act", "send"), DAY]);
    let told = |app: &App, key: &str, quantity: i64| {
        let movement = StockMovement {
            key: key.to_owned(),
            day: Day::parse("2026-11-20").unwrap(),
            sku: "MUG".into(),
            location: "BER8".into(),
            kind: "Receipts".into(),
            quantity,
            disposition: None,
            reason: None,
            reference: Some("FBA15X".into()),
        };
        let write = move |tx: &Tx<'_>| {
            stock_levels::upsert_movement(tx, StoreId(1), &movement, None).map(|_| ())
        };
        app.running.state.db.write(Lane::Interactive, write).unwrap();
    };
    told(&app, "a", 4);
    told(&app, "b", 3);
    let html = text(app.get("/transfers/1?act=receive", &who));
    assert!(html.contains("what the marketplace says it received"), "{html}");
    assert!(html.contains(r#"name="units-1" value="7""#), "{html}");
    at(&app, "/transfers/1/act", &who, &[("act", "receive"), DAY, ("units-1", "7")]);
    assert_eq!(units(&app, "In transit"), Some(1));
    assert_eq!(units(&app, "FBA Germany"), None, "its own count tells what is there");
    let html = text(app.get("/transfers/1", &who));
    assert!(html.contains("are counted by it alone"), "{html}");
    // Amazon finds one more than was sent.
    told(&app, "c", 2);
    let html = text(app.get("/transfers/1", &who));
    assert!(html.contains("MUG: 2 more than are received here."), "{html}");
    at(&app, "/transfers/1/act", &who, &[("act", "receive"), DAY, ("units-1", "2")]);
    assert_eq!(units(&app, "In transit"), Some(-1), "shown as it is");
    at(&app, "/transfers/1/act", &who, &[("act", "close"), DAY]);
    assert_eq!(units(&app, "In transit"), Some(0));
    let found = "select count(*) from stock_events where delta = 1
        and reason = 'found in transit'";
    assert_eq!(app.count(found), 1);
    app.running.stop().unwrap();
}

#[test]
fn a_wrong_transfer_stays_and_who_may_only_look_moves_nothing() {
    let (app, who) = shop();
    let (main, fba) = (place(&app, "Main"), place(&app, "FBA Germany"));
    let wrong = |form: &[(&str, &str)], expected: &str| {
        let answer = app.post("/transfers", &who, form);
        assert_eq!(answer.status(), 422, "{form:?}");
        let html = text(answer);
        assert!(html.contains(expected), "{form:?}: {html}");
    };
    let (from, to) = (("from", main.as_str()), ("to", fba.as_str()));
    let number = ("number", "T-1");
    wrong(&[number, from, to, ("lines", "JUG, 1")], "there is no product JUG");
    wrong(&[number, from, to, ("lines", "MUG")], "Line 1 is not product, units");
    wrong(&[number, from, ("to", main.as_str()), ("lines", "MUG, 1")], "two different places");
    draft(&app, &who, "Shop", "");
    let future = [("act", "send"), ("day", "2027-01-01")];
    let answer = app.post("/transfers/1/act", &who, &future);
    assert_eq!(answer.status(), 422);
    assert!(text(answer).contains("is still to come"));
    let viewer = app.token_of(Role::Viewer);
    assert_eq!(app.get("/transfers/1", &viewer).status(), 200);
    assert_eq!(app.post("/transfers/1/act", &viewer, &[("act", "send"), DAY]).status(), 403);
    let packer = app.token_of(Role::Fulfilment);
    assert_eq!(app.post("/transfers/1/act", &packer, &[("act", "send"), DAY]).status(), 303);
    assert_eq!(units(&app, "In transit"), Some(8));
    app.running.stop().unwrap();
}
