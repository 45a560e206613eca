//! Listings and the products that they sell: matched, linked by page, file and command, undone,
//! and what it does to the cost of goods; every amount by hand.

use purser::base::id::StoreId;
use purser::books::verify;
use purser::domain::record::Listing;
use purser::store::users::Role;
use purser::store::{Lane, channel_listings};
use serde_json::{Value, json};

use super::import::owner;
use super::known::{advance_to, ask, may};
use crate::kit::app::{App, As, text};
use crate::kit::shop::{Shop, row};

const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";
const EAN: &str = "4006381333931";

fn order(id: &str, sku: &str, quantity: i64) -> String {
    let order = json!({
        "id": id,
        "created_at": "2026-11-10T10:00:00Z",
        "currency": "EUR",
        "lines": [{ "id": "a", "sku": sku, "quantity": quantity, "unit_price": "20.00" }],
        "shipping_cost": "0",
    });
    format!("{order}\n")
}

fn put(app: &App, store: &str, listing: Listing) {
    let store = StoreId(app.count(&format!("select id from stores where name = '{store}'")));
    let put = move |tx: &purser::store::Tx<'_>| {
        channel_listings::upsert_channel_listing(tx, store, &listing, None).map(|_| ())
    };
    app.running.state.db.write(Lane::Background, put).unwrap();
}

fn listing(mark: &str, sku: &str, title: &str, barcode: &str) -> Listing {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Listing {
        key: mark.to_owned(),
        sku: some(sku),
        title: some(title),
        barcode: some(barcode),
        channel_id: Some(mark.to_owned()),
        ..Listing::default()
    }
}

/// A shop that sells the mug by its own SKU, and a market that sells it by others: two of `AMZ-3`
/// and one of `AMZ-9`.
fn seed(app: &App) -> As {
    let who = owner(app);
    app.take_in("orders", Some("shop"), "shop.jsonl", &order("1", "MUG", 1));
    let sold = [order("2", "AMZ-3", 2), order("3", "AMZ-9", 1)].concat();
    app.take_in("orders", Some("market"), "market.jsonl", &sold);
    put(app, "shop", listing("S1", "MUG", "Mug red", EAN));
    put(app, "market", listing("B1", "AMZ-3", "Mug red, 3-pack", ""));
    app.take_in("costs", None, "costs.csv", COSTS);
    app.settle();
    who
}

fn match_again(app: &App, who: &As) {
    assert_eq!(app.post("/listings/match", who, &[]).status(), 303);
    app.settle();
}

fn listed(app: &App, who: &As, query: &str) -> Value {
    serde_json::from_str(&text(app.get(&format!("/api/v1/listings{query}"), who))).unwrap()
}

fn one(app: &App, who: &As, mark: &str) -> Value {
    let all = listed(app, who, "");
    let rows = all["listings"].as_array().unwrap();
    rows.iter().find(|row| row["listing"] == mark).unwrap_or_else(|| panic!("{all}")).clone()
}

fn market_id(app: &App) -> i64 {
    app.count("select id from stores where name = 'market'")
}

fn verify(app: &App) {
    let verified = app.running.state.db.read(|reader| Ok(verify::verify(reader))).unwrap();
    assert_eq!(verified.unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_suggestion_is_accepted_costs_what_it_stands_for_and_is_undone() {
    let app = App::start();
    let who = seed(&app);
    let found = one(&app, &who, "B1");
    // Its own SKU has sold, so it is its own until somebody says otherwise.
    assert_eq!((&found["sku"], &found["linked_by"]), (&json!("AMZ-3"), &json!("sku")));
    let best = &found["suggestions"][0];
    // Of three titles two hold `mug` and `red`, which weigh 2 each, `3` and `pack` 3: 200 × 4 / 14
    // is 57, and four fifths of it.
    assert_eq!(
        (&best["sku"], &best["units"], &best["score"]),
        (&json!("MUG"), &json!(3), &json!(45))
    );
    assert_eq!(best["reasons"], json!(["titles alike to 57 %", "speaks of 3 units"]));
    let html = text(app.get("/listings?state=suggested", &who));
    assert!(html.contains("3 × MUG") && html.contains("45 of 100: titles alike"), "{html}");

    let before = app.net_profit();
    let key = format!("{}:B1", market_id(&app));
    assert_eq!(app.post("/listings", &who, &[("accept", &key)]).status(), 303);
    app.settle();
    let found = one(&app, &who, "B1");
    assert_eq!((&found["sku"], &found["units"]), (&json!("MUG"), &json!(3)));
    assert_eq!((&found["linked_by"], &found["suggestions"]), (&json!("hand"), &json!([])));
    // Two packs of three at 4.00.
    assert_eq!(app.net_profit(), before - 24_00);
    verify(&app);
    // A later cost is that of the packs, too: 6 × 0.50 and the one of the shop.
    let later = COSTS.replace("4.00", "4.50");
    app.take_in("costs", None, "later.csv", &later);
    app.settle();
    assert_eq!(app.net_profit(), before - 24_00 - 3_50);
    verify(&app);

    let page = text(app.get("/listings", &who));
    let undo = page.split("/listings/undo?id=").nth(1).expect("no way back is offered");
    let id: String = undo.chars().take_while(char::is_ascii_digit).collect();
    assert_eq!(app.post(&format!("/listings/undo?id={id}"), &who, &[]).status(), 303);
    app.settle();
    assert_eq!(one(&app, &who, "B1")["linked_by"], "sku");
    assert_eq!(app.net_profit(), before - 50);
    verify(&app);
    // Twice it cannot be undone, and the history tells both.
    assert_eq!(app.post(&format!("/listings/undo?id={id}"), &who, &[]).status(), 409);
    let history = text(app.get("/changes?kind=links", &who));
    assert!(history.contains("no link by hand → 3 × MUG"), "{history}");
    assert!(history.contains("3 × MUG → no link by hand"), "{history}");
}

#[test]
fn codes_link_by_themselves_and_what_a_person_says_stays() {
    let app = App::start();
    let who = seed(&app);
    put(&app, "market", listing("B9", "AMZ-9", "Becher", EAN));
    put(&app, "market", listing("B8", "mug ", "Becher", ""));
    let before = app.net_profit();
    match_again(&app, &who);
    let found = one(&app, &who, "B9");
    assert_eq!((&found["sku"], &found["linked_by"]), (&json!("MUG"), &json!("barcode")));
    assert_eq!(one(&app, &who, "B8")["linked_by"], "normalised_sku");
    assert_eq!(app.net_profit(), before - 4_00);
    verify(&app);
    // Matched again nothing changes.
    let links = "select count(*) + total(known_from_at) from listing_links";
    let known = app.count(&format!("select cast(({links}) as integer)"));
    match_again(&app, &who);
    assert_eq!(app.count(&format!("select cast(({links}) as integer)")), known);

    let key = format!("{}:B9", market_id(&app));
    let nothing = [("act", "nothing"), ("choose", key.as_str()), ("do", "save")];
    assert_eq!(app.post("/listings", &who, &nothing).status(), 303);
    match_again(&app, &who);
    let found = one(&app, &who, "B9");
    assert_eq!((&found["sku"], &found["from_no_stock"]), (&Value::Null, &json!(true)));
    assert_eq!(app.net_profit(), before);
    verify(&app);
    let back = [("act", "matching"), ("choose", key.as_str()), ("do", "save")];
    assert_eq!(app.post("/listings", &who, &back).status(), 303);
    app.settle();
    assert_eq!(one(&app, &who, "B9")["linked_by"], "barcode");
    assert_eq!(app.net_profit(), before - 4_00);
}

#[test]
fn several_are_linked_at_once_after_it_was_shown() {
    let app = App::start();
    let who = seed(&app);
    put(&app, "market", listing("B7", "", "Mug without a number", ""));
    match_again(&app, &who);
    let store = market_id(&app);
    let keys = [format!("{store}:B1"), format!("{store}:B7")];
    let form = |what: &'static str| {
        [
            ("act", "link"),
            ("sku", "MUG"),
            ("units", "2"),
            ("choose", keys[0].as_str()),
            ("choose", keys[1].as_str()),
            ("do", what),
        ]
    };
    let shown = app.post("/listings", &who, &form("show"));
    assert_eq!(shown.status(), 200);
    let html = text(shown);
    assert!(html.contains("2 listings would change") && html.contains("2 × MUG"), "{html}");
    assert_eq!(app.count("select count(*) from listing_links"), 0, "only shown");
    assert_eq!(app.post("/listings", &who, &form("save")).status(), 303);
    assert_eq!(app.count("select count(*) from listing_links where how = 'hand'"), 2);
    // What cannot be is said, and what was typed stays.
    let check = |sku: &str, units: &str, expected: &str| {
        let form = [("act", "link"), ("sku", sku), ("units", units), ("choose", &keys[0])];
        let answer = app.post("/listings", &who, &form);
        assert_eq!(answer.status(), 422, "{expected}");
        let html = text(answer);
        assert!(html.contains(expected), "{expected}: {html}");
    };
    check("NOBODY", "1", "You have no product NOBODY.");
    check("", "1", "Write the SKU of one of your products.");
    check("MUG", "0", "Write a whole number from 1");
    let none = app.post("/listings", &who, &[("act", "link"), ("sku", "MUG")]);
    assert!(text(none).contains("Choose at least one listing"));
}

#[test]
fn products_are_made_of_listings_and_forgotten_again() {
    let app = App::start();
    let who = seed(&app);
    put(&app, "market", listing("P1", "POT-1", "Pot", ""));
    put(&app, "market", listing("P2", "", "Plate", "036000291452"));
    match_again(&app, &who);
    let counts = &listed(&app, &who, "")["counts"];
    assert_eq!((&counts["unlinked"], &counts["blank"]), (&json!(1), &json!(1)));
    for (state, made) in [("unlinked", "POT-1"), ("blank", "036000291452")] {
        let form = [("act", "new"), ("every", "yes"), ("do", "save")];
        let path = format!("/listings?state={state}");
        assert_eq!(app.post(&path, &who, &form).status(), 303, "{state}");
        app.settle();
        let sql = format!(
            "select count(*) from variants join variant_settings on variant_id = variants.id
             where sku = '{made}'"
        );
        assert_eq!(app.count(&sql), 1, "{made}");
    }
    let counts = &listed(&app, &who, "")["counts"];
    assert_eq!((&counts["unlinked"], &counts["blank"]), (&json!(0), &json!(0)));
    assert_eq!(one(&app, &who, "P2")["sku"], "036000291452");
    let last = app.count("select max(id) from changes where kind = 'links'");
    for id in [last, last - 1] {
        assert_eq!(app.post(&format!("/listings/undo?id={id}"), &who, &[]).status(), 303);
    }
    app.settle();
    assert_eq!(
        app.count("select count(*) from variants where sku in ('POT-1', '036000291452')"),
        0
    );
    let counts = &listed(&app, &who, "")["counts"];
    assert_eq!((&counts["unlinked"], &counts["blank"]), (&json!(1), &json!(1)));
}

#[test]
fn the_list_as_a_file_goes_in_again_and_is_taken_back() {
    let app = App::start();
    let who = seed(&app);
    put(&app, "market", listing("B9", "AMZ-9", "Becher", EAN));
    put(&app, "market", listing("P1", "POT-1", "Pot", ""));
    match_again(&app, &who);
    let before = app.net_profit();
    let file = text(app.get("/listings.csv", &who));
    assert_eq!(
        file,
        "store,listing,listing_sku,sku,units\r\nmarket,B1,AMZ-3,AMZ-3,1\r\n\
         market,B9,AMZ-9,MUG,1\r\nmarket,P1,POT-1,,\r\nshop,S1,MUG,MUG,1\r\n"
    );
    // Unchanged it changes nothing: what its barcode linked is still linked by it.
    app.take_in("listing-links", None, "same.csv", &file);
    app.settle();
    assert_eq!(one(&app, &who, "B9")["linked_by"], "barcode");
    let changed = file
        .replace("B1,AMZ-3,AMZ-3,1", "B1,AMZ-3,MUG,3")
        .replace("B9,AMZ-9,MUG,1", "B9,AMZ-9,'-,")
        .replace("P1,POT-1,,", "P1,POT-1,POT,1");
    app.take_in("listing-links", None, "changed.csv", &changed);
    app.settle();
    let found = one(&app, &who, "B1");
    assert_eq!((&found["units"], &found["linked_by"]), (&json!(3), &json!("file")));
    assert_eq!(one(&app, &who, "B9")["from_no_stock"], true);
    assert_eq!(one(&app, &who, "P1")["sku"], "POT");
    // Two packs of three at 4.00 more, and one mug less.
    assert_eq!(app.net_profit(), before - 24_00 + 4_00);
    verify(&app);
    assert!(text(app.get("/listings.csv", &who)).contains("market,B9,AMZ-9,'-,\r\n"));

    let import = app.count("select max(id) from imports");
    let _ = app.command("import-undo", &json!({ "id": import }));
    app.settle();
    assert_eq!(app.net_profit(), before);
    assert_eq!(one(&app, &who, "B9")["linked_by"], "barcode");
    assert_eq!(one(&app, &who, "P1")["sku"], Value::Null);
    verify(&app);
}

#[test]
fn two_listings_of_one_sku_cost_the_same_only_where_both_say_so() {
    let app = App::start();
    let who = seed(&app);
    put(&app, "market", listing("B2", "AMZ-3", "Mug red, 3-pack", ""));
    let before = app.net_profit();
    let store = market_id(&app);
    let link = |mark: &str| {
        let key = format!("{store}:{mark}");
        let form =
            [("act", "link"), ("sku", "MUG"), ("units", "3"), ("choose", &key), ("do", "save")];
        assert_eq!(app.post("/listings", &who, &form).status(), 303);
        app.settle();
    };
    link("B1");
    assert_eq!(app.net_profit(), before, "an order tells only the SKU, and that is two things");
    assert_eq!(listed(&app, &who, "?state=duplicate")["total"], 2);
    link("B2");
    assert_eq!(app.net_profit(), before - 24_00);
    verify(&app);
}

#[test]
fn who_may_look_sees_and_who_may_not_change_cannot() {
    let app = App::start();
    let _ = seed(&app);
    let key = format!("{}:B1", market_id(&app));
    for role in [Role::Viewer, Role::Analyst] {
        let who = app.token_of(role);
        let html = text(app.get("/listings", &who));
        assert!(html.contains("AMZ-3") && !html.contains("name=\"act\""), "{role:?}");
        assert_eq!(app.post("/listings", &who, &[("accept", &key)]).status(), 403, "{role:?}");
    }
    assert_eq!(app.count("select count(*) from listing_links"), 0);
    let fulfilment = app.session_of(app.make_user("f@example.test", Role::Fulfilment, None));
    assert!(text(app.get("/listings", &fulfilment)).contains("name=\"act\""));
    assert_eq!(app.post("/listings", &fulfilment, &[("accept", &key)]).status(), 303);
    assert_eq!(app.count("select count(*) from listing_links"), 1);
    // What is undone here is only what is changed here.
    let other = app.count("select min(id) from changes where kind <> 'links'");
    let path = format!("/listings/undo?id={other}");
    assert_eq!(app.post(&path, &fulfilment, &[]).status(), 404);
}

#[test]
fn what_is_to_be_linked_is_among_the_things_to_do() {
    let app = App::start();
    let who = seed(&app);
    let page = text(app.get("/todo", &who));
    assert!(!page.contains("linked to no product"), "{page}");
    put(&app, "market", listing("P1", "POT-1", "Pot", ""));
    put(&app, "market", listing("P2", "", "Plate", ""));
    put(&app, "market", listing("P3", "POT-1", "Pot, blue", ""));
    let page = text(app.get("/todo", &who));
    for (state, sentence) in [
        ("unlinked", "2 listings linked to no product"),
        ("blank", "1 listing without a SKU"),
        ("duplicate", "2 listings with a SKU that stands twice"),
        ("suggested", "1 listing with a suggestion to accept"),
    ] {
        assert!(page.contains(&format!("/listings?state={state}")), "{state}: {page}");
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
    let found = text(app.get("/listings?state=unlinked&q=blue", &who));
    assert!(found.contains("Pot, blue") && !found.contains("Plate"), "{found}");
    let wrong = app.get("/api/v1/listings?state=odd", &who);
    assert_eq!(wrong.status(), 400);
}

#[test]
fn the_command_links_what_only_orders_know_and_layers_are_drawn_by_it() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &[order("1", "AMZ-3", 2), order("2", "MUG", 1)].concat());
    shop.import("costs.csv", COSTS);
    let cogs = |order: &str| {
        let report = shop.report(&["--by", "order"]);
        row(&report, "order", order)["cogs"].as_str().map(str::to_owned)
    };
    let run = |arguments: &[&str]| {
        let said = shop.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {} {}", said.out, said.err);
        said
    };
    let link = ["listings", "link", "shop", "AMZ-3", "MUG", "--units", "3", "--json"];
    assert_eq!(run(&link).json()["listings"], 1);
    assert_eq!(cogs("1").as_deref(), Some("-24.00"));
    let list = run(&["listings", "list", "--state", "linked", "--json"]).json();
    let found = &list["listings"][0];
    assert_eq!((&found["listing"], &found["units"]), (&json!("sku:AMZ-3"), &json!(3)));
    run(&["verify"]);
    // Ten at 5.00 came in before: six of them went with the packs, one by itself.
    let purchases = "reference,received,sku,quantity,unit_cost,currency\n\
        PO-1,2026-11-01,MUG,10,5.00,EUR\n";
    shop.import("purchases.csv", purchases);
    run(&["org", "set", "--cost-method", "fifo"]);
    assert_eq!(cogs("1").as_deref(), Some("-30.00"));
    assert_eq!(cogs("2").as_deref(), Some("-5.00"));
    run(&["verify"]);
    // A cost of its own goes before the link.
    shop.import("own.csv", "sku,valid_from,unit_cost,currency\nAMZ-3,2026-01-01,11.00,EUR\n");
    assert_eq!(cogs("1").as_deref(), Some("-22.00"));
    run(&["verify"]);
    assert_eq!(run(&["listings", "unlink", "shop", "AMZ-3", "--json"]).json()["listings"], 1);
    assert_eq!(run(&["listings", "unlink", "shop", "AMZ-3", "--json"]).json()["listings"], 0);
    run(&["verify"]);
    let wrong = shop.run(&["listings", "link", "nowhere", "AMZ-3", "MUG"]);
    assert!(wrong.code == 1 && wrong.err.contains("there is no store"), "{}", wrong.err);
}

#[test]
fn a_pack_of_the_very_sku_costs_its_units_and_what_was_known_before_does_not() {
    let app = may();
    let who = app.token_of(Role::Owner);
    let net = |more: &str| {
        let path = format!("/api/v1/reports/profit?from=2026-05-01&to=2026-05-31{more}");
        ask(&app, &who, &path)["total"]["net_profit"].as_str().unwrap().to_owned()
    };
    assert_eq!(net(""), "34.19");
    advance_to(&app, "2026-06-10");
    let to = json!({ "Product": { "sku": "MUG", "units": 3 } });
    app.command("listing-link", &json!({ "store": "shop", "listing": "MUG", "to": to }));
    app.settle();
    // Two of three mugs each at 4.00 and not one: 16.00 more.
    assert_eq!(net(""), "18.19");
    verify(&app);
    assert_eq!(net("&as_known=2026-06-05"), "34.19");
    let changed = ask(&app, &who, "/api/v1/changes?kind=links");
    assert_eq!(changed["changes"][0]["subject"], "sku:MUG");
}
