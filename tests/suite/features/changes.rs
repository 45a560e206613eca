//! The history of edits: who, when, why, what, with which effect, and the way back; and looks
//! that go on in the background.

use purser::store::users::Role;
use serde_json::Value;

use super::costs::seen;
use super::import::{orders, owner, take_in};
use crate::kit::app::{App, As, header, text};

const COST: [(&str, &str); 4] =
    [("sku", "MUG-OAT"), ("unit_cost", "4.00"), ("currency", "EUR"), ("valid_from", "2026-01-01")];

fn save_cost(app: &App, who: &As, why: &str) {
    let html = text(app.post("/costs", who, &[&COST[..], &[("do", "show")]].concat()));
    let mark = seen(&html);
    let more = [("do", "save"), ("seen", mark.as_str()), ("why", why)];
    assert_eq!(app.post("/costs", who, &[&COST[..], &more].concat()).status(), 303);
    app.settle();
    app.clock.advance_seconds(60);
}

fn changes(app: &App, who: &As) -> Vec<Value> {
    let body: Value = serde_json::from_str(&text(app.get("/api/v1/changes", who))).unwrap();
    body["changes"].as_array().unwrap().clone()
}

#[test]
fn an_edit_is_kept_with_who_when_why_what_and_its_effect() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(12));
    save_cost(&app, &who, "the kiln burns <gas>");
    let list = changes(&app, &who);
    assert_eq!(list.len(), 2);
    let (edit, import) = (&list[0], &list[1]);
    assert_eq!((&edit["kind"], &edit["source"]), (&"cost".into(), &"page".into()));
    assert_eq!(edit["by"], "ann@example.test");
    assert_eq!(edit["why"], "the kiln burns <gas>");
    assert_eq!((&edit["subject"], &edit["before"]), (&"MUG-OAT".into(), &Value::Null));
    assert_eq!(edit["after"]["unit_cost"], "4");
    assert_eq!(edit["can_undo"], true);
    // Eight of twelve orders sell the mug: 1, 2, 4, 5, 7, 8, 10 and 11 with 2, 3, 2, 3 … units.
    assert_eq!(edit["effect"]["orders"], 8);
    let minor = |name: &str| -> i64 {
        edit["effect"][name].as_str().unwrap().replace('.', "").parse().unwrap()
    };
    assert_eq!(minor("after") - minor("before"), -(2 + 3 + 2 + 3 + 2 + 3 + 2 + 3) * 4_00);
    assert_eq!((&import["kind"], &import["subject"]), (&"import".into(), &"orders.jsonl".into()));
    let html = text(app.get("/changes", &who));
    assert!(html.contains("the kiln burns &#60;gas&#62;"), "{html}");
    assert!(html.contains("nothing → 4.00 EUR from 1 Jan 2026"), "{html}");
    assert!(html.contains("orders.jsonl") && html.contains("ann@example.test, by page"), "{html}");
    let only = text(app.get("/changes?kind=import", &who));
    assert!(!only.contains("MUG-OAT") && only.contains("orders.jsonl"), "{only}");
    app.running.stop().unwrap();
}

#[test]
fn a_change_is_undone_by_those_who_may_and_the_undo_again() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(12));
    let at_first = app.net_profit();
    save_cost(&app, &who, "");
    let with_cost = app.net_profit();
    assert!(with_cost < at_first);
    let undo = |id: &Value, who: &As| {
        let path = format!("/changes/{id}/undo?back=/costs");
        let answer = app.post(&path, who, &[("why", "a slip")]);
        app.settle();
        app.clock.advance_seconds(60);
        answer
    };
    let id = changes(&app, &who)[0]["id"].clone();
    let panel = text(app.get(&format!("/changes?id={id}"), &who));
    assert!(panel.contains(&format!(r#"action="/changes/{id}/undo""#)), "{panel}");
    let viewer = app.token_of(Role::Viewer);
    assert_eq!(undo(&id, &viewer).status(), 403);
    let answer = undo(&id, &who);
    assert_eq!((answer.status().as_u16(), header(&answer, "location").as_str()), (303, "/costs"));
    assert_eq!(app.net_profit(), at_first);
    assert_eq!(undo(&id, &who).status(), 409, "only once");
    let list = changes(&app, &who);
    assert_eq!((&list[0]["undoes"], &list[0]["why"]), (&id, &"a slip".into()));
    assert_eq!((&list[1]["undone_by"], &list[1]["can_undo"]), (&list[0]["id"], &false.into()));
    let html = text(app.get("/changes", &who));
    assert!(html.contains("undone"), "{html}");
    assert_eq!(undo(&list[0]["id"], &who).status(), 303);
    assert_eq!(app.net_profit(), with_cost);
    // An address of somebody else's is no way back.
    let id = changes(&app, &who)[0]["id"].clone();
    let answer = app.post(&format!("/changes/{id}/undo?back=//evil.example"), &who, &[]);
    assert_eq!(header(&answer, "location"), "/changes");
    app.settle();
    // An import goes by the same way.
    let import = changes(&app, &who).last().unwrap()["id"].clone();
    assert_eq!(undo(&import, &who).status(), 303);
    assert_eq!(app.net_profit(), 0);
    assert_eq!(changes(&app, &who)[0]["undoes"], import);
    assert_eq!(app.post("/changes/777/undo", &who, &[]).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn only_owners_and_managers_see_the_history() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(3));
    for (role, status) in
        [(Role::Manager, 200), (Role::Analyst, 403), (Role::Fulfilment, 403), (Role::Viewer, 403)]
    {
        let who = app.token_of(role);
        assert_eq!(app.get("/changes", &who).status(), status, "{role:?}");
        assert_eq!(app.get("/api/v1/changes", &who).status(), status, "{role:?}");
        if role != Role::Fulfilment {
            let html = text(app.get("/costs", &who));
            assert_eq!(html.contains(r#"href="/changes""#), status == 200, "{role:?}");
        }
    }
    assert_eq!(app.get("/api/v1/changes?kind=nothing", &who).status(), 400);
    app.running.stop().unwrap();
}

#[test]
fn a_long_look_goes_on_in_the_background_and_can_be_stopped() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(40));
    app.running.desk.set_at_once(5);
    let show = || text(app.post("/costs", &who, &[&COST[..], &[("do", "show")]].concat()));
    let html = show();
    assert!(html.contains("Looking at what this changes"), "{html}");
    assert!(html.contains("of 27 orders…") || html.contains("of 26 orders…"), "{html}");
    // It can be saved meanwhile, and a page without script looks again by itself.
    assert!(html.contains(r#"name="seen""#) && html.contains(r#"http-equiv="refresh""#), "{html}");
    let again = html.split("content=\"2; url=").nth(1).unwrap().split('"').next().unwrap();
    let again = again.replace("&#38;", "&");
    let poll = html.split(r#"data-progress="/changes/look/"#).nth(1).unwrap();
    let poll = poll.split('"').next().unwrap().replace("&#38;", "&");
    let poll = format!("/changes/look/{poll}");
    let started = std::time::Instant::now();
    loop {
        let told: Value = serde_json::from_str(&text(app.get(&poll, &who))).unwrap();
        if told["state"] == "done" {
            assert_eq!(told["result_url"], again.as_str());
            break;
        }
        assert!(started.elapsed().as_secs() < 60, "the look does not end");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let shown = text(app.get(&again, &who));
    assert!(shown.contains("This changes") && !shown.contains("http-equiv"), "{shown}");
    let before = app.net_profit();
    let mark = seen(&shown);
    let more = [("do", "save"), ("seen", mark.as_str())];
    assert_eq!(app.post("/costs", &who, &[&COST[..], &more].concat()).status(), 303);
    app.settle();
    let list = changes(&app, &who);
    let minor = |name: &str| -> i64 {
        list[0]["effect"][name].as_str().unwrap().replace('.', "").parse().unwrap()
    };
    assert_eq!(minor("after") - minor("before"), app.net_profit() - before);
    // A look that nobody knows, and one that is stopped.
    assert_eq!(app.get("/changes/look/00000000000000ff", &who).status(), 404);
    assert_eq!(app.get("/changes/look/none", &who).status(), 404);
    let dearer: Vec<(&str, &str)> = COST
        .map(|(name, value)| if name == "unit_cost" { (name, "9.00") } else { (name, value) })
        .to_vec();
    let html = text(app.post("/costs", &who, &[&dearer[..], &[("do", "show")]].concat()));
    let stop = html.split(r#"action="/changes/look/"#).nth(1).expect("no way to stop it");
    let stop = stop.split('"').next().unwrap().replace("&#38;", "&");
    let answer = app.post(&format!("/changes/look/{stop}"), &who, &[]);
    assert_eq!(answer.status(), 303);
    assert!(header(&answer, "location").starts_with("/costs?"));
    app.running.stop().unwrap();
}
