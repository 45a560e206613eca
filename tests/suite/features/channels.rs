//! A shop's stock from the first look to its arming and back, in the browser and at the terminal,
//! against a stand-in that notes every call.

use std::collections::BTreeMap;

use purser::store::Lane;
use purser::store::users::Role;
use serde_json::{Value, json};

use crate::kit::app::{App, As, header, text as body};
use crate::kit::woo::{NAME, PATH, Standing, connect, wait_for};

fn of(app: &App, role: Role) -> As {
    app.session_of(app.make_user(&format!("{}@example.test", role.name()), role, None))
}

fn channel(app: &App, who: &As) -> Value {
    let all: Value = serde_json::from_str(&body(app.get("/api/v1/channels", who))).unwrap();
    all["channels"][0].clone()
}

#[test]
fn a_channel_is_watched_looked_at_armed_and_taken_back() {
    let (app, standing) = (App::start(), Standing::open());
    let who = of(&app, Role::Owner);
    let page = body(app.get("/channels", &who));
    assert!(page.contains("No channel is connected whose stock Purser can set."), "{page}");
    connect(&app, &standing);
    let post = |path: &str, form: &[(&str, &str)]| {
        let answer = app.post(path, &who, form);
        assert_eq!(answer.status(), 303, "{path} {form:?}");
        header(&answer, "location")
    };

    // Watched: read, and not written.
    assert_eq!(post(PATH, &[("do", "watch")]), PATH);
    wait_for(&app, "select count(*) from stock_channels where swept_at is not null");
    let page = body(app.get(PATH, &who));
    assert!(page.contains("3 of 3 read") && page.contains("only watched"), "{page}");
    assert!(page.contains("The channel refuses orders at 0."), "{page}");
    assert!(!page.contains("<b>MUG"), "a title is text");
    assert_eq!(channel(&app, &who)["state"], "observe");

    // One is held back of each, and only shown.
    let rules = [("do", "rules"), ("percent", "100"), ("buffer", "1"), ("wins", "ask")];
    post(PATH, &rules);
    post(PATH, &[("do", "rules"), ("percent", "half")]);
    assert!(body(app.get(PATH, &who)).contains("Units are whole numbers"));
    post(PATH, &[("do", "dry_run")]);
    let plan = app.command("push-plan", &json!({}));
    let told = |row: &Value| {
        let units = |key: &str| row[key].as_i64().unwrap();
        (row["sku"].as_str().unwrap().to_owned(), units("from"), units("to"))
    };
    let rows: Vec<_> = plan["changes"].as_array().unwrap().iter().map(told).collect();
    assert_eq!(rows, [("MUG".to_owned(), 10, 0), ("CUP".to_owned(), 4, 0)]);
    // Its orders are here, so that what was read has settled and can be read anew.
    let orders_asked = |sql: &str| {
        let db = &app.running.state.db;
        let set = db.write_local(Lane::Interactive, |tx| Ok(tx.conn().execute(sql, [])?));
        assert_eq!(set.unwrap(), 1);
    };
    orders_asked(
        "update stock_channels set orders_asked_at = 9000000000000000, orders_epoch = epoch",
    );
    let asked = *standing.asked.lock().unwrap();
    app.command("push-look", &json!({ "fresh": true, "connection": NAME }));
    assert!(*standing.asked.lock().unwrap() > asked, "it was read anew");
    orders_asked("update stock_channels set orders_asked_at = null");
    let done = app.command("push", &json!({}));
    assert_eq!(done["changes"], json!([]));
    assert!(done["told"][0].as_str().unwrap().contains("Nothing is written"), "{done}");
    assert_eq!(standing.wrote(), Vec::<String>::new(), "i13: a dry run makes no write call");

    // What Purser knows is nothing yet: 10 × 12.00 + 4 × 5.00 would go.
    let first = format!("{PATH}/first");
    let page = body(app.get(&format!("{first}?truth=mine"), &who));
    assert!(page.contains("140.00 EUR") && page.contains("Type the channel"), "{page}");
    let arm = format!("{PATH}/arm");
    assert_eq!(post(&arm, &[("truth", "mine")]), format!("{first}?truth=mine"));
    assert!(body(app.get(&first, &who)).contains("2 of 3 listings would go to 0"));
    // Still to be counted: not armed at all.
    post(&arm, &[("truth", "count"), ("word", NAME)]);
    assert_eq!(channel(&app, &who)["state"], "dry_run");
    // The lowest that is shown, less the buffer: one of each goes, 12.00 + 5.00.
    let page = body(app.get(&first, &who));
    assert!(page.contains("17.00 EUR") && !page.contains("Type the channel"), "{page}");

    assert_eq!(post(&arm, &[("truth", "lowest")]), PATH);
    wait_for(&app, "select count(*) = 2 from pushes where state = 'accepted'");
    assert_eq!(*standing.live.lock().unwrap(), BTreeMap::from([(1, 9), (2, 3), (3, 0)]));
    let mug = "select sum(units) from on_hand join variants on variants.id = variant_id
        where sku = 'MUG'";
    assert_eq!(app.count(mug), 10);
    let listing = app.count("select id from stock_listings where listing = '1'");
    let page = body(app.get(&format!("{PATH}/listings/{listing}"), &who));
    assert!(page.contains("taken, not yet live"), "{page}");

    // Both are taken back at once; what is held back stays as it was said.
    let armed = app.count("select max(id) from stock_actions where kind = 'arm'");
    post(&format!("/channels?undo={armed}"), &[]);
    assert_eq!(app.count("select count(*) from on_hand"), 0);
    let now = channel(&app, &who);
    assert_eq!((&now["state"], &now["buffer"]), (&json!("dry_run"), &json!(1)));
    post(&format!("/channels?undo={armed}"), &[]);
    assert!(body(app.get("/channels", &who)).contains("taken back already"));

    // The switch, in the browser and at the terminal.
    post("/channels", &[("do", "stop")]);
    assert!(body(app.get("/channels", &who)).contains("All writing is stopped."));
    assert_eq!(app.command("push-switch", &json!({ "stop": false })), json!({ "stopped": false }));
    assert!(!body(app.get("/channels", &who)).contains("All writing is stopped."));
    app.running.stop().unwrap();
}

#[test]
fn i18_undo_restores_what_was_desired_before() {
    let (app, standing) = (App::start(), Standing::open());
    let who = of(&app, Role::Owner);
    connect(&app, &standing);
    let post = |path: &str, form: &[(&str, &str)]| {
        assert_eq!(app.post(path, &who, form).status(), 303, "{path} {form:?}");
    };
    post(PATH, &[("do", "watch")]);
    wait_for(&app, "select count(*) from stock_channels where swept_at is not null");
    // Counted as shown, so that there is something to offer.
    post(&format!("{PATH}/arm"), &[("truth", "lowest")]);
    post(PATH, &[("do", "dry_run")]);
    let desired = || {
        let plan = app.command("push-plan", &json!({}))["changes"].clone();
        let sku_and_to = |row: &Value| (row["sku"].to_string(), row["to"].as_i64().unwrap());
        let rows = plan.as_array().unwrap().iter().map(sku_and_to);
        rows.collect::<BTreeMap<_, _>>()
    };
    assert_eq!(desired(), BTreeMap::new(), "every listing shows what it should");
    let undo_last = || {
        let last = app.count("select max(action_id) from stock_steerings");
        post(&format!("/channels?undo={last}"), &[]);
    };
    // 50 % of 10 is 5; of 4 it is 2.
    post(PATH, &[("do", "rules"), ("percent", "50")]);
    let halved = BTreeMap::from([("\"CUP\"".to_owned(), 2), ("\"MUG\"".to_owned(), 5)]);
    assert_eq!(desired(), halved);
    // The mug's own cap, beneath the half of all.
    let mug = app.count("select id from stock_listings where listing = '1'");
    let listing = format!("{PATH}/listings/{mug}");
    post(&listing, &[("do", "save"), ("cap", "3")]);
    assert_eq!(desired()["\"MUG\""], 3);
    undo_last();
    assert_eq!(desired(), halved);
    post(&listing, &[("do", "mode"), ("strict", "yes")]);
    assert_eq!(app.count("select count(*) from variant_settings where mode = 'strict'"), 1);
    undo_last();
    assert_eq!(app.count("select count(*) from variant_settings where mode = 'strict'"), 0);
    // Not the last thing said, but it still stands.
    let rules = app.count("select max(id) from stock_actions where kind = 'rules'");
    post(&format!("/channels?undo={rules}"), &[]);
    assert_eq!(desired(), BTreeMap::new());
    app.running.stop().unwrap();
}

#[test]
fn a_drift_is_decided_once_and_the_channels_number_is_counted() {
    let (app, standing) = (App::start(), Standing::open());
    let who = of(&app, Role::Owner);
    connect(&app, &standing);
    assert!(body(app.get("/drift", &who)).contains("Every channel shows what it should."));
    assert_eq!(app.post(PATH, &who, &[("do", "watch")]).status(), 303);
    wait_for(&app, "select count(*) from stock_channels where swept_at is not null");
    let db = &app.running.state.db;
    let drifting = db.write_local(Lane::Interactive, |tx| {
        tx.conn().execute(
            "insert into drifts (listing_id, expected, seen, first_at, last_at, readings, state,
                cause)
             select id, 7, seen, 0, ?, 2, 'open', 'somebody else raised it' from stock_listings
             where listing = '1'",
            [tx.now],
        )?;
        Ok(tx.conn().last_insert_rowid())
    });
    let path = format!("/drift/{}", drifting.unwrap());
    let page = body(app.get("/drift", &who));
    assert!(page.contains("Woo shop shows 10 of MUG. We expect 7."), "{page}");
    let told: Value = serde_json::from_str(&body(app.get("/api/v1/drift", &who))).unwrap();
    assert_eq!((&told["open"][0]["seen"], &told["open"][0]["expected"]), (&json!(10), &json!(7)));
    for role in [Role::Analyst, Role::Viewer] {
        let other = of(&app, role);
        assert!(!body(app.get("/drift", &other)).contains("is true"), "{role:?}");
        assert_eq!(app.post(&path, &other, &[("do", "hub")]).status(), 403);
    }
    assert_eq!(app.post(&path, &who, &[("do", "channel")]).status(), 303);
    // Three more than were expected are on the shelf.
    assert_eq!(app.count("select sum(units) from on_hand"), 3);
    let decided = "select count(*) from drifts where state = 'decided' and decision = 'channel'
        and user_id is not null";
    assert_eq!(app.count(decided), 1);
    assert_eq!(app.post(&path, &who, &[("do", "hub")]).status(), 303);
    let page = body(app.get("/drift", &who));
    assert!(page.contains("This was decided already."), "{page}");
    assert!(page.contains("the channel&#39;s number was taken, owner@example.test"), "{page}");
    app.running.stop().unwrap();
}

#[test]
fn each_role_sees_what_it_may_do() {
    let (app, standing) = (App::start(), Standing::open());
    connect(&app, &standing);
    for role in Role::ALL {
        let who = of(&app, role);
        let page = body(app.get("/channels", &who));
        let may_edit = matches!(role, Role::Owner | Role::Manager | Role::Fulfilment);
        assert_eq!(page.contains("Stop all writing"), may_edit, "{role:?}");
        assert_eq!(body(app.get(PATH, &who)).contains("Watch this channel"), may_edit, "{role:?}");
        let first = app.get(&format!("{PATH}/first"), &who);
        assert_eq!(first.status() == 200, may_edit, "{role:?}");
        if may_edit {
            let is_owner = role == Role::Owner;
            assert_eq!(body(first).contains("Arm this channel"), is_owner, "{role:?}");
        }
        let armed = app.post(&format!("{PATH}/arm"), &who, &[("truth", "mine")]).status();
        assert_eq!(armed == 403, role != Role::Owner, "{role:?}");
    }
    // Never watched: it was not armed by the owner either.
    assert_eq!(app.count("select count(*) from stock_channels"), 0);
    assert_eq!(standing.wrote(), Vec::<String>::new());
    let who = of_again(&app);
    assert_eq!(app.get("/channels/nobody", &who).status(), 404);
    app.running.stop().unwrap();
}

fn of_again(app: &App) -> As {
    app.session_of(app.make_user("ann@example.test", Role::Manager, None))
}
