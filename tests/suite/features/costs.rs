//! Costs by hand: what the page says beforehand is what then happens.

use purser::base::{Currency, Money};
use purser::store::users::Role;
use purser::web::format::{self, Locale};

use super::import::{orders, owner, take_in};
use crate::kit::app::{App, As, header, text};

fn entry<'a>(unit_cost: &'a str, valid_from: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("sku", "MUG-OAT"),
        ("unit_cost", unit_cost),
        ("currency", "EUR"),
        ("valid_from", valid_from),
        ("store", ""),
        ("country", ""),
    ]
}

pub fn seen(html: &str) -> String {
    let rest = html.split(r#"name="seen" value=""#).nth(1).expect("no entry was shown");
    let written = rest.split('"').next().unwrap();
    let marks = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    marks.into_iter().fold(written.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The sentence of the panel, without its markup.
pub fn sentence(html: &str) -> String {
    let rest = html.split(r#"<p class="deciding">"#).nth(1).expect("no effect is shown");
    let mut plain = String::new();
    let mut is_tag = false;
    for letter in rest.split("</p>").next().unwrap().chars() {
        match letter {
            '<' => is_tag = true,
            '>' => is_tag = false,
            letter if !is_tag => plain.push(letter),
            _ => {}
        }
    }
    plain
}

fn preview(app: &App, who: &As, form: &[(&str, &str)]) -> String {
    let mut form = form.to_vec();
    form.push(("do", "show"));
    let answer = app.post("/costs?sku=MUG-OAT", who, &form);
    assert_eq!(answer.status(), 200);
    text(answer)
}

fn save(app: &App, who: &As, form: &[(&str, &str)], seen: &str) -> u16 {
    let mut form = form.to_vec();
    form.extend([("do", "save"), ("seen", seen)]);
    let status = app.post("/costs?sku=MUG-OAT", who, &form).status().as_u16();
    app.settle();
    status
}

fn said(minor: i64) -> String {
    format::change(minor, 2, Locale::En)
}

#[test]
fn the_sentence_before_saving_is_what_saving_then_does() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(60));
    // Entered anew, changed for all days, changed from a day on, by other stores' leave.
    for (unit_cost, valid_from) in
        [("4.205", "2026-01-01"), ("5.15", "2026-01-01"), ("7", "2026-06-01"), ("0", "2026-08-05")]
    {
        let form = entry(unit_cost, valid_from);
        let before = app.net_profit();
        let html = preview(&app, &who, &form);
        assert_eq!(app.net_profit(), before, "looking changes nothing");
        let shown = sentence(&html);
        assert_eq!(save(&app, &who, &form, &seen(&html)), 303);
        let change = app.net_profit() - before;
        assert_ne!(change, 0);
        assert!(shown.ends_with(&format!("by {}.", said(change))), "{shown}: {change}");
        // The toast says the same.
        let page = text(app.get("/costs", &who));
        assert!(page.contains(&format!("recounted, {}.", said(change))), "{page}");
    }
    app.running.stop().unwrap();
}

#[test]
fn the_months_of_the_preview_add_up_to_its_sentence() {
    use purser::base::{Day, Decimal};
    use purser::domain::record::Cost;
    use purser::reports::preview::{self, CostChange};
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(60));
    let cost = Cost {
        sku: "MUG-OAT".into(),
        valid_from: Day::parse("2026-03-01").unwrap(),
        unit_cost: Decimal::parse("3.30").unwrap(),
        currency: Currency::EUR,
        store: Some("Heron & Reed".into()),
        country: Some("DE".into()),
    };
    let run = |change: CostChange| {
        app.running.state.db.read(|reader| Ok(preview::run(reader, &change).unwrap())).unwrap()
    };
    let found = run(CostChange::Put(cost.clone()));
    // Two of three orders sell the mug; months 3 to 10 of the ten.
    assert_eq!(found.orders, 32);
    assert_eq!(found.change_minor, -330 * found.units);
    assert_eq!(found.after_minor() - found.before_minor(), found.change_minor);
    assert!(found.months.iter().all(|month| month.before_minor != month.after_minor));
    // Elsewhere it touches nothing, and what is not there cannot go.
    let abroad = Cost { country: Some("FR".into()), ..cost.clone() };
    assert_eq!(run(CostChange::Put(abroad)).orders, 0);
    let nothing = run(CostChange::Remove(cost));
    assert_eq!((nothing.orders, nothing.change_minor), (0, 0));
    app.running.stop().unwrap();
}

#[test]
fn only_what_was_shown_is_saved() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(9));
    let html = preview(&app, &who, &entry("4.00", "2026-01-01"));
    assert_eq!(save(&app, &who, &entry("40.00", "2026-01-01"), &seen(&html)), 200);
    assert_eq!(save(&app, &who, &entry("4.00", "2026-01-01"), ""), 200);
    assert_eq!(app.count("select count(*) from costs"), 0);
    assert_eq!(save(&app, &who, &entry("4.00", "2026-01-01"), &seen(&html)), 303);
    assert_eq!(app.count("select count(*) from costs"), 1);
    app.running.stop().unwrap();
}

#[test]
fn saving_and_deleting_are_undone() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(12));
    let undo = |app: &App| {
        let html = text(app.get("/costs?sku=MUG-OAT", &who));
        let action = html.split(r#"action="/costs/undo?"#).nth(1).expect("no undo");
        let path = action.split('"').next().unwrap().replace("&#38;", "&");
        assert_eq!(app.post(&format!("/costs/undo?{path}"), &who, &[]).status(), 303);
        app.settle();
    };
    let at_first = app.net_profit();
    let form = entry("4.00", "2026-01-01");
    save(&app, &who, &form, &seen(&preview(&app, &who, &form)));
    undo(&app);
    assert_eq!((app.net_profit(), app.count("select count(*) from costs")), (at_first, 0));

    app.clock.advance_seconds(60);
    save(&app, &who, &form, &seen(&preview(&app, &who, &form)));
    let with_cost = app.net_profit();
    app.clock.advance_seconds(60);
    let dearer = entry("6.00", "2026-01-01");
    save(&app, &who, &dearer, &seen(&preview(&app, &who, &dearer)));
    assert!(app.net_profit() < with_cost);
    undo(&app);
    assert_eq!(app.net_profit(), with_cost);

    app.clock.advance_seconds(60);
    let id = app.count("select id from costs");
    let html = text(app.get(&format!("/costs?sku=MUG-OAT&delete={id}"), &who));
    assert!(html.contains("Delete a cost of MUG-OAT?"), "{html}");
    assert!(sentence(&html).ends_with(&format!("by {}.", said(at_first - with_cost))));
    let mut delete = form.clone();
    delete.push(("do", "delete"));
    assert_eq!(app.post("/costs?sku=MUG-OAT", &who, &delete).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), at_first);
    undo(&app);
    assert_eq!(app.net_profit(), with_cost);
    app.running.stop().unwrap();
}

#[test]
fn products_without_a_cost_come_first_by_the_money_at_stake() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(30));
    let html = text(app.get("/costs", &who));
    assert!(html.find("MUG-OAT").unwrap() < html.find("LAMP").unwrap(), "{html}");
    assert!(html.contains("20 orders") && !html.contains("<i>fine"), "{html}");
    let found = text(app.get("/costs?q=lamp", &who));
    assert!(found.contains("LAMP") && !found.contains(">MUG-OAT<"), "{found}");
    let form = entry("4.00", "2026-01-01");
    save(&app, &who, &form, &seen(&preview(&app, &who, &form)));
    let html = text(app.get("/costs", &who));
    assert!(html.find(">LAMP<").unwrap() < html.find(">MUG-OAT<").unwrap(), "{html}");
    let missing = text(app.get("/costs?missing=yes", &who));
    assert!(missing.contains(">LAMP<") && !missing.contains(">MUG-OAT<"), "{missing}");
    app.running.stop().unwrap();
}

#[test]
fn a_wrong_entry_stays_and_who_may_only_look_sees_no_form() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(3));
    let answer = app.post("/costs?sku=MUG-OAT", &who, &entry("4,20", "2026-02-30"));
    assert_eq!(answer.status(), 422);
    let html = text(answer);
    assert!(html.contains(r#"value="4,20""#) && html.contains("with a point"), "{html}");
    assert!(html.contains("“2026-02-30” is not a day"), "{html}");
    let analyst = app.token_of(Role::Analyst);
    let html = text(app.get("/costs?sku=MUG-OAT", &analyst));
    assert!(html.contains("MUG-OAT") && !html.contains(r#"name="unit_cost""#), "{html}");
    assert_eq!(app.post("/costs", &analyst, &entry("4", "2026-01-01")).status(), 403);
    let none = app.get("/costs/undo", &who).status();
    assert!(none == 404 || none == 405);
    assert_eq!(header(&app.get("/costs", &As::Nobody), "location"), "/sign-in");
    assert_eq!(format::amount(Money::new(0, Currency::EUR), Locale::En), "0.00");
    app.running.stop().unwrap();
}
