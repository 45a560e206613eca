//! Files through the page: uploaded, asked about, taken in, refused, taken back.

use purser::store::users::Role;

use crate::kit::app::{App, As, header, text};

/// Orders of 2026: `o-1` sells two mugs for 40.00, `o-2` three lamps.
pub fn orders(n: usize) -> String {
    let order = |number: usize| {
        let month = 1 + number % 10;
        let sku = if number.is_multiple_of(3) { "LAMP" } else { "MUG-OAT" };
        let quantity = 1 + number % 3;
        let line = format!(
            r#"{{"id":"1","sku":"{sku}","title":"{sku} <i>fine</i>","quantity":{quantity},"#
        );
        let line = format!(r#"{line}"unit_price":"20.00","tax":"0.00"}}"#);
        let head = format!(r#""id":"o-{number}","number":"{number}","currency":"EUR""#);
        let at = format!(r#""created_at":"2026-{month:02}-05T10:00:00Z","taxes_included":false"#);
        let rest = r#""ship_to":{"country":"DE"},"shipping_cost":"4.00""#;
        format!(r#"{{{head},{at},{rest},"lines":[{line}]}}"#)
    };
    (1..=n).map(|number| order(number) + "\n").collect()
}

pub fn owner(app: &App) -> As {
    let user = app.make_user("ann@example.test", Role::Owner, None);
    app.session_of(user)
}

/// Uploads and waits; gives the page of the import.
pub fn take_in(app: &App, who: &As, name: &str, content: &str) -> String {
    let fields = [("new_store", "Heron & Reed"), ("currency", "EUR")];
    let answer = app.upload("/import", who, &fields, &[(name, content)]);
    assert_eq!(answer.status(), 303, "{}", text(answer));
    let page = header(&answer, "location");
    app.settle();
    page
}

#[test]
fn a_dropped_file_is_taken_in_counted_and_linked() {
    let app = App::start();
    let who = owner(&app);
    assert!(text(app.get("/import", &who)).contains("No file was taken in yet."));
    let page = take_in(&app, &who, "orders.jsonl", &orders(9));
    let html = text(app.get(&page, &who));
    assert!(html.contains("orders.jsonl") && html.contains("Heron &#38; Reed"), "{html}");
    assert!(html.contains(r#"<dd class="stat-figure">9</dd>"#), "{html}");
    assert!(html.contains("9 orders") && html.contains("from=2026-0"), "{html}");
    let list = text(app.get("/import", &who));
    assert!(list.contains("ann@example.test") && list.contains("Orders file"), "{list}");
    let progress = text(app.get(&format!("{page}/progress"), &who));
    assert!(progress.contains(r#""state":"done""#) && progress.contains(&page), "{progress}");
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/spool")).unwrap().count(), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_script_is_told_where_to_follow_its_file() {
    let app = App::start();
    let As::Session(_) = owner(&app) else { panic!() };
    let who = app.token_of(Role::Manager);
    let mut headers = app.credentials(&who);
    headers.push(("Accept".into(), "application/json".into()));
    headers.push(("Content-Type".into(), "multipart/form-data; boundary=e".into()));
    let body = format!(
        "--e\r\nContent-Disposition: form-data; name=\"new_store\"\r\n\r\nShop\r\n--e\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"o.jsonl\"\r\n\r\n{}\r\n--e--",
        orders(2)
    );
    let mut request = app.agent.post(app.running.url("/import"));
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    let answer = text(request.send(body).unwrap());
    assert!(answer.contains(r#""url":"/import/"#) && answer.contains("/progress"), "{answer}");
    app.settle();
    assert_eq!(app.count("select count(*) from orders"), 2);
    app.running.stop().unwrap();
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(6));
    let (profit, version) = (app.net_profit(), app.count("select count(*) from order_facts_past"));
    let page = take_in(&app, &who, "again.jsonl", &orders(6));
    assert_eq!(app.net_profit(), profit);
    assert_eq!(app.count("select count(*) from order_facts"), 6);
    assert_eq!(app.count("select count(*) from order_facts_past"), version);
    let html = text(app.get(&page, &who));
    let known = "<dt class=\"stat-name\">known already</dt>\n    <dd class=\"stat-figure\">6</dd>";
    assert!(html.contains(known), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn refused_rows_are_shown_as_text_with_the_way_out() {
    let app = App::start();
    let who = owner(&app);
    let hostile = "sku,valid_from,unit_cost,currency\n\
                   MUG-OAT,2026-01-01,4.25,EUR\n\
                   <script>alert(1)</script>,2026-01-01,4,EUR,\n\
                   LAMP,2026-01-01,\"<b>4</b>\",EUR\n";
    let page = take_in(&app, &who, "<img src=x>.csv", hostile);
    let html = text(app.get(&page, &who));
    assert!(html.contains("Refused rows") && html.contains("with a point"), "{html}");
    assert!(html.contains("&#60;b&#62;4") && html.contains("&#60;img src=x&#62;.csv"), "{html}");
    for raw in ["<script>alert", "<b>4", "<img"] {
        assert!(!html.contains(raw), "{raw} broke out");
    }
    assert!(html.contains("2") && app.count("select count(*) from costs") == 1);
    app.running.stop().unwrap();
}

#[test]
fn a_broken_file_says_why_and_leaves_no_trace() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(6));
    let before = (app.net_profit(), app.count("select count(*) from imports"));
    let fields = [("store", "Heron & Reed")];
    let answer = app.upload("/import", &who, &fields, &[("holiday.jpg", "\u{1}not a table")]);
    assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, "/import".into()));
    let html = text(app.get("/import", &who));
    assert!(html.contains("holiday.jpg was not taken in."), "{html}");
    assert!(html.contains("Nothing was changed."), "{html}");
    assert_eq!(before, (app.net_profit(), app.count("select count(*) from imports")));
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/spool")).unwrap().count(), 0);
    // It is told once.
    assert!(!text(app.get("/import", &who)).contains("holiday.jpg"));
    // A form that breaks off, and one without a file.
    let answer = app.upload("/import", &who, &fields, &[]);
    assert_eq!(answer.status(), 422);
    let headers = [
        app.credentials(&who),
        vec![
            ("Origin".to_owned(), app.origin()),
            ("Content-Type".to_owned(), "multipart/form-data; boundary=edge".to_owned()),
        ],
    ]
    .concat();
    let mut request = app.agent.post(app.running.url("/import"));
    for (name, value) in &headers {
        request = request.header(name, value);
    }
    let cut = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n1,2";
    assert_eq!(request.send(cut).unwrap().status(), 400);
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/spool")).unwrap().count(), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_file_without_a_store_waits_until_it_is_named() {
    let app = App::start();
    let who = owner(&app);
    let answer = app.upload("/import", &who, &[], &[("orders.jsonl", &orders(3))]);
    let waiting = header(&answer, "location");
    assert!(waiting.starts_with("/import/waiting/"), "{waiting}");
    assert!(text(app.get(&waiting, &who)).contains("Which store is this file of?"));
    assert!(text(app.get("/import", &who)).contains(&waiting), "the list leads to it");
    assert_eq!(app.count("select count(*) from imports"), 0);
    assert_eq!(app.post(&waiting, &who, &[("store", ""), ("new_store", " ")]).status(), 422);
    let answer = app.post(&waiting, &who, &[("new_store", "Reed"), ("currency", "EUR")]);
    assert_eq!(answer.status(), 303);
    app.settle();
    assert_eq!(app.count("select count(*) from orders"), 3);
    assert_eq!(app.get(&waiting, &who).status(), 404);
    for name in ["/import/waiting/..%2F..%2Fpurser.db", "/import/waiting/x"] {
        assert_eq!(app.get(name, &who).status(), 404, "{name}");
    }
    app.running.stop().unwrap();
}

#[test]
fn what_waits_is_private_and_gone_after_a_start() {
    let app = App::start();
    let who = owner(&app);
    app.upload("/import", &who, &[], &[("orders.jsonl", &orders(3))]);
    let spool = app.folder.path().join("data/spool");
    let entries = || std::fs::read_dir(&spool).unwrap().map(|entry| entry.unwrap());
    assert_eq!(entries().count(), 2);
    #[cfg(unix)]
    for entry in entries() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let app = app.restart();
    assert_eq!(std::fs::read_dir(&spool).unwrap().count(), 0);
    app.running.stop().unwrap();
}

#[test]
fn an_import_is_taken_back_after_its_preview() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(6));
    let before = app.net_profit();
    let costs = "sku,valid_from,unit_cost,currency\nMUG-OAT,2026-01-01,5,EUR\n";
    let page = take_in(&app, &who, "costs.csv", costs);
    assert!(app.net_profit() < before);
    let html = text(app.get(&format!("{page}/undo"), &who));
    assert!(html.contains("Take costs.csv back?") && html.contains("1 unit cost"), "{html}");
    assert_eq!(app.count("select count(*) from costs"), 1, "asking changes nothing");
    assert_eq!(app.post(&format!("{page}/undo"), &who, &[]).status(), 303);
    app.settle();
    assert_eq!(app.net_profit(), before);
    let html = text(app.get(&page, &who));
    assert!(html.contains("costs.csv was taken back.") && html.contains("This import was taken"));
    assert_eq!(app.post(&format!("{page}/undo"), &who, &[]).status(), 409);
    app.running.stop().unwrap();
}

/// A format of which no genuine file was at hand. Once one is, take another that is new.
const UNSEEN: &str = include_str!("../../fixtures/meta_ads/ads-by-day.csv");

#[test]
fn a_file_of_a_new_format_is_booked_only_after_a_look() {
    let app = App::start();
    let who = owner(&app);
    take_in(&app, &who, "orders.jsonl", &orders(2));
    let answer = app.upload("/import", &who, &[], &[("ads.csv", UNSEEN)]);
    let waiting = header(&answer, "location");
    assert!(waiting.starts_with("/import/waiting/"), "{waiting}");
    let html = text(app.get(&waiting, &who));
    for part in ["Not yet seen in the wild", "Rows of ad spend", "Book it"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(text(app.get("/import", &who)).contains("ads.csv waits for your look."));
    assert_eq!(app.count("select count(*) from ad_spend"), 0);
    assert_eq!(app.count("select count(*) from imports"), 1);
    // Neither answer: the question stays.
    let answer = app.post(&waiting, &who, &[]);
    assert_eq!(header(&answer, "location"), waiting);
    let answer = app.post(&waiting, &who, &[("do", "book")]);
    assert!(!header(&answer, "location").contains("waiting"), "{}", header(&answer, "location"));
    app.settle();
    assert!(app.count("select count(*) from ad_spend") > 0);
    assert_eq!(app.get(&waiting, &who).status(), 404);
    // Discarded, it is gone.
    let answer = app.upload("/import", &who, &[], &[("ads.csv", UNSEEN)]);
    let waiting = header(&answer, "location");
    assert_eq!(app.post(&waiting, &who, &[("do", "drop")]).status(), 303);
    assert_eq!(app.get(&waiting, &who).status(), 404);
    assert_eq!(std::fs::read_dir(app.folder.path().join("data/spool")).unwrap().count(), 0);
    app.running.stop().unwrap();
}

#[test]
fn a_queue_is_told_what_became_of_each_file_of_an_archive() {
    let app = App::start();
    let who = owner(&app);
    let costs = "sku,valid_from,unit_cost,currency\nMUG-OAT,2026-01-01,5,EUR\n";
    let bytes = crate::imports::zip(&[
        ("costs.csv", costs.as_bytes()),
        ("orders.jsonl", orders(2).as_bytes()),
        ("photo.png", b"\x89PNG\r\n\x1a\n"),
    ]);
    let answer = app.upload_bytes("/import", &who, &[("queue", "yes")], &[("all.zip", &bytes)]);
    let answer: serde_json::Value = serde_json::from_str(&text(answer)).unwrap();
    let files = answer["files"].as_array().unwrap();
    assert_eq!(files.len(), 3, "{answer}");
    assert!(files[0]["url"].as_str().unwrap().ends_with("/progress"), "{answer}");
    assert!(files[1]["asks"].as_str().unwrap().starts_with("/import/waiting/"), "{answer}");
    let refused = files[2]["refused"].as_str().unwrap();
    assert!(refused.starts_with("all.zip/photo.png was not taken in."), "{answer}");
    app.settle();
    let progress = text(app.get(files[0]["url"].as_str().unwrap(), &who));
    assert!(progress.contains(r#""outcome":"taken in""#) && progress.contains(r#""rows":"1 row""#));
    assert!(text(app.get("/import/progress", &who)).contains(r#""state":"done""#));
    app.running.stop().unwrap();
}
