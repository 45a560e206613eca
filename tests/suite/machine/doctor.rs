//! The program's look at itself, from the page, as JSON and at the terminal; its metrics.

use std::io::Read;

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, EMAIL, header, text};
use crate::kit::shop::Shop;

const CHECKS: [&str; 9] =
    ["disk", "clock", "database", "key", "connections", "backups", "folders", "place", "versions"];

fn state_of<'a>(checks: &'a Value, slug: &str) -> &'a str {
    let list = checks["checks"].as_array().unwrap();
    let found = list.iter().find(|check| check["check"] == slug).unwrap();
    assert!(!found["means"].as_str().unwrap().is_empty(), "{slug} says no way out");
    found["state"].as_str().unwrap()
}

#[test]
fn page_json_and_bundle_tell_the_same_checks() {
    let app = App::start();
    let who = app.session_of(app.make_user(EMAIL, Role::Owner, None));
    let json: Value = serde_json::from_str(&text(app.get("/api/v1/diagnostics", &who))).unwrap();
    let slugs: Vec<&str> = json["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(slugs, CHECKS);
    for slug in ["database", "key", "connections", "folders", "versions"] {
        assert_eq!(state_of(&json, slug), "ok", "{slug}: {json}");
    }
    let page = text(app.get("/settings/diagnostics", &who));
    for check in json["checks"].as_array().unwrap() {
        // The sizes of these change from look to look.
        let is_still = !["disk", "database"].contains(&check["check"].as_str().unwrap());
        for name in if is_still { &["found", "means"][..] } else { &["means"][..] } {
            let told = check[*name].as_str().unwrap().replace('\'', "&#39;");
            assert!(page.contains(&told), "{told} in {page}");
        }
    }
    assert!(page.contains("No host has been called yet."), "{page}");
    let mut answer = app.get("/settings/diagnostics/bundle", &who);
    assert_eq!(header(&answer, "content-type"), "application/zip");
    let bytes = answer.body_mut().read_to_vec().unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut part = |name: &str| {
        let mut content = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut content).unwrap();
        content
    };
    let told: Value = serde_json::from_str(&part("doctor.json")).unwrap();
    for slug in CHECKS {
        assert_eq!(state_of(&told, slug), state_of(&json, slug), "{slug}");
    }
    let tables: Value = serde_json::from_str(&part("tables.json")).unwrap();
    assert_eq!(tables["users"], 1);
    assert!(part("schema.sql").contains("calls_out"));
    app.running.stop().unwrap();
}

#[test]
fn at_the_terminal_it_needs_no_server_and_no_database() {
    let shop = Shop::new();
    let said = shop.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "there is no database yet: {}", said.out);
    assert_eq!(state_of(&said.json(), "database"), "bad");
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nA,2026-01-01,1.00,EUR\n");
    let bundle = shop.folder.path().join("support.zip");
    let said = shop.run(&["doctor", "--bundle", bundle.to_str().unwrap(), "--json"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    assert_eq!(state_of(&said.json(), "database"), "ok");
    assert!(zip::ZipArchive::new(std::fs::File::open(&bundle).unwrap()).unwrap().len() >= 7);
    // A file that was damaged is told, with the way out.
    let path = shop.folder.path().join("data/purser.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let said = shop.run(&["doctor", "--json"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert_eq!(state_of(&said.json(), "database"), "bad");
}

#[test]
fn metrics_are_behind_a_token_and_tell_what_the_list_names() {
    let app = App::start();
    assert_eq!(app.get("/metrics", &As::Nobody).status(), 401);
    assert_eq!(app.get("/metrics", &As::Token("0".repeat(64))).status(), 401);
    let who = app.token_of(Role::Viewer);
    let answer = app.get("/metrics", &who);
    assert!(header(&answer, "content-type").starts_with("text/plain; version=0.0.4"));
    let first = text(answer);
    let value = |text: &str, name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let line = line.unwrap_or_else(|| panic!("{name} in {text}"));
        line.trim().parse().unwrap()
    };
    // The two that were refused.
    assert_eq!(value(&first, "purser_http_requests_total{class=\"4xx\"}"), 2);
    assert!(value(&first, "purser_database_bytes ") > 0);
    for _ in 0..3 {
        assert_eq!(app.get("/healthz", &As::Nobody).status(), 200);
    }
    let second = text(app.get("/metrics", &who));
    // Three looks at the health and the first at the metrics.
    assert_eq!(value(&second, "purser_http_requests_total{class=\"2xx\"}"), 4);
    assert_eq!(value(&second, "purser_http_request_duration_seconds_count"), 6);
    for line in second.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("purser_"), "{line}");
        assert!(value.chars().all(|c| c.is_ascii_digit() || c == '.'), "{line}");
    }
    app.running.stop().unwrap();
}
