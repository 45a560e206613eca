//! The bank's rates, connected in the browser and at the terminal, from a stand-in on this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, header, text as body};
use crate::kit::shop::Shop;

const FILES: [(&str, &[u8]); 3] = [
    ("eurofxref-daily.xml", include_bytes!("../../fixtures/ecb/eurofxref-daily.xml")),
    ("eurofxref-hist-90d.xml", include_bytes!("../../fixtures/ecb/eurofxref-hist-90d.xml")),
    ("eurofxref-hist.zip", include_bytes!("../../fixtures/ecb/eurofxref-hist.zip")),
];

/// A bank that answers with its files, or is out of service while `failures` are left.
struct Bank {
    address: SocketAddr,
    failures: Arc<AtomicUsize>,
}

impl Bank {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let failures = Arc::new(AtomicUsize::new(0));
        let left = Arc::clone(&failures);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                let is_down = left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                    .is_ok();
                let found = FILES.iter().find(|(name, _)| head.contains(name));
                let (status, content) = match found {
                    _ if is_down => ("500 Internal Server Error", b"".as_slice()),
                    Some((_, content)) => ("200 OK", *content),
                    None => ("404 Not Found", b"".as_slice()),
                };
                let length = content.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(content));
            }
        });
        Self { address, failures }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn wait_for(app: &App, sql: &str) {
    let started = std::time::Instant::now();
    while app.count(sql) == 0 {
        assert!(started.elapsed().as_secs() < 60, "{sql} stays 0");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn owner(app: &App) -> As {
    app.session_of(app.make_user("ann@example.test", Role::Owner, None))
}

fn connect(app: &App, who: &As, bank: &Bank) {
    let url = bank.url();
    let form = [("base_url", url.as_str()), ("since", "2026-01-01")];
    let answer = app.post("/connections/new/ecb", who, &form);
    assert_eq!(answer.status(), 303);
    assert_eq!(header(&answer, "location"), "/connections");
    wait_for(app, "select count(*) from streams where success_at is not null");
}

#[test]
fn the_banks_rates_are_switched_on_followed_paused_and_ended() {
    let (app, bank) = (App::start(), Bank::open());
    let who = owner(&app);
    let page = body(app.get("/connections", &who));
    assert!(page.contains("Nothing is connected yet.") && page.contains("Switch on"), "{page}");
    connect(&app, &who, &bank);
    assert!(app.count("select count(*) from fx_rates") > 0);
    let page = body(app.get("/connections", &who));
    assert!(page.contains("Daily rates") && page.contains("fresh"), "{page}");
    // What it brought is not among the files.
    assert!(!body(app.get("/import", &who)).contains(">ecb<"));
    let id = app.count("select id from accounts");
    wait_for(&app, "select count(*) from jobs where kind = 'pull' and result <> ''");
    let detail = body(app.get(&format!("/connections/{id}"), &who));
    assert!(detail.contains("records new or changed"), "{detail}");
    for (what, state) in [("pause", "paused"), ("resume", "active"), ("pull", "active")] {
        assert_eq!(app.post(&format!("/connections/{id}/{what}"), &who, &[]).status(), 303);
        let sql = format!("select count(*) from accounts where state = '{state}'");
        assert_eq!(app.count(&sql), 1, "{what}");
    }
    let wrong = app.post(&format!("/connections/{id}/anew"), &who, &[("from", "yesterday")]);
    assert_eq!(wrong.status(), 400);
    let anew = app.post(&format!("/connections/{id}/anew"), &who, &[("from", "2026-02-01")]);
    assert_eq!(anew.status(), 303);
    wait_for(&app, "select count(*) from streams where cursor <> '' and generation = 1");
    let end = app.post(&format!("/connections/{id}/disconnect"), &who, &[("data", "delete")]);
    assert_eq!(end.status(), 303);
    for table in ["accounts", "streams", "fx_rates", "account_secrets"] {
        assert_eq!(app.count(&format!("select count(*) from {table}")), 0, "{table}");
    }
    app.running.stop().unwrap();
}

#[test]
fn a_platform_that_does_not_answer_is_not_connected_and_says_why() {
    let (app, bank) = (App::start(), Bank::open());
    let who = owner(&app);
    bank.failures.store(3, Ordering::SeqCst);
    let url = bank.url();
    let answer = app.post("/connections/new/ecb", &who, &[("base_url", &url)]);
    assert_eq!(answer.status(), 422);
    let page = body(answer);
    assert!(page.contains("It was not connected") && page.contains("status 500"), "{page}");
    assert!(page.contains(&url), "what was typed stays");
    for wrong in ["http://10.0.0.1/", "http://example.test/", "https://169.254.169.254/"] {
        let answer = app.post("/connections/new/ecb", &who, &[("base_url", wrong)]);
        assert_eq!(answer.status(), 422, "{wrong}");
    }
    assert_eq!(app.count("select count(*) from accounts"), 0);
    // Once connected, the same failure is waited out.
    connect(&app, &who, &bank);
    bank.failures.store(3, Ordering::SeqCst);
    let id = app.count("select id from accounts");
    app.post(&format!("/connections/{id}/anew"), &who, &[]);
    wait_for(&app, "select count(*) from streams where fault_kind = 'transient'");
    let page = body(app.get("/connections", &who));
    assert!(page.contains("It is tried again by itself"), "{page}");
    app.clock.advance_seconds(60);
    app.post(&format!("/connections/{id}/pull"), &who, &[]);
    wait_for(&app, "select count(*) from streams where fault_kind is null");
    app.running.stop().unwrap();
}

#[test]
fn who_may_not_manage_stores_sees_no_connection() {
    let app = App::start();
    let viewer = app.session_of(app.make_user("bob@example.test", Role::Viewer, None));
    assert_eq!(app.get("/connections", &viewer).status(), 403);
    assert_eq!(app.post("/connections/new/ecb", &viewer, &[]).status(), 403);
    let who = owner(&app);
    assert_eq!(app.get("/connections/new/nothing", &who).status(), 404);
    assert_eq!(app.get("/connections/77", &who).status(), 404);
    assert_eq!(app.get("/connections/new/ecb", &who).status(), 200);
    app.running.stop().unwrap();
}

/// Day, currency and rate of every rate that is held.
fn rates(shop: &Shop) -> Vec<Value> {
    let held = shop.run(&["connections", "--json"]).json();
    let streams = held["connections"][0]["streams"].as_array().cloned().unwrap_or_default();
    streams.iter().map(|stream| stream["records"].clone()).collect()
}

#[test]
fn at_the_terminal_it_is_connected_asked_and_ended() {
    let (shop, bank) = (Shop::new(), Bank::open());
    let url = format!("base_url={}", bank.url());
    let said = shop.run(&["connect", "ecb", "--set", &url, "--since", "2026-01-01", "--json"]);
    assert_eq!(said.json()["account"]["id"], "ecb");
    let done = shop.run(&["sync", "--wait", "--json"]).json();
    let stream = &done["connections"][0]["streams"][0];
    assert_eq!(stream["stream"], "rates");
    assert!(stream["records"].as_i64().unwrap() > 0 && stream["fault"].is_null(), "{done}");
    let again = shop.run(&["sync", "--full", "--wait", "--json"]).json();
    assert_eq!(again["connections"][0]["streams"][0]["records"], 0, "{again}");
    for what in ["pause", "resume"] {
        assert!(shop.run(&["connections", what, "ecb"]).code == 0, "{what}");
    }
    let wrong = shop.run(&["connect", "ecb", "--secret", "key=written-here"]);
    assert!(wrong.code != 0 && wrong.err.contains("command line"), "{}", wrong.err);
    assert_ne!(shop.run(&["connect", "ecb", "--set", "shop=x"]).code, 0);
    let gone = shop.run(&["connections", "disconnect", "ecb", "--delete-data"]);
    assert_eq!(gone.code, 0, "{}", gone.err);
    let none = shop.run(&["connections", "--json"]).json();
    assert_eq!(none["connections"], Value::Array(vec![]));
}

#[test]
fn killed_at_any_instant_it_ends_with_the_same_rates() {
    let (shop, bank) = (Shop::new(), Bank::open());
    let url = format!("base_url={}", bank.url());
    let connect = ["connect", "ecb", "--set", &url, "--since", "2026-01-01"];
    assert_eq!(shop.run(&connect).code, 0);
    shop.run(&["sync", "--full", "--wait"]);
    let fair = rates(&shop);
    for round in 0..12_u64 {
        let mut child = shop.command(&["sync", "--full", "--wait"]).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(7 * round * round));
        let _ = child.kill();
        child.wait().unwrap();
    }
    let last = shop.run(&["sync", "--full", "--wait"]);
    assert_eq!(last.code, 0, "{}", last.err);
    assert_eq!(rates(&shop), fair, "nothing was lost, nothing doubled");
    assert_eq!(shop.run(&["verify"]).code, 0);
}
