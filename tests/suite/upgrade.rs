//! Databases of earlier versions, filled: brought up to date with their figures, with a copy made
//! before; and the way back from a newer one.

use std::path::PathBuf;

use rusqlite::Connection;

use crate::kit::shop::Shop;

const FIRST: &str = include_str!("../fixtures/upgrade/v0001.dump");
const STEP_28: &str = include_str!("../fixtures/upgrade/v0028.dump");
const ORDER: &str = r#"{"id":"o-1","number":"1001","created_at":"2026-11-02T09:30:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":2,"unit_price":"12.00"}],"shipping_cost":"5.00","payments":[{"gateway":"stripe","amount":"24.00","fee":"1.00"}]}"#;
const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";

fn database(shop: &Shop) -> PathBuf {
    shop.folder.path().join("data/purser.db")
}

/// A shop as an earlier version left it.
fn left_by(sql: &str) -> Shop {
    let shop = Shop::new();
    std::fs::create_dir_all(shop.folder.path().join("data")).unwrap();
    let conn = Connection::open(database(&shop)).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    conn.execute_batch(sql).unwrap();
    shop
}

fn snapshots(shop: &Shop) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(shop.folder.path().join("data")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "snapshot")).collect()
}

fn net_profit(shop: &Shop) -> String {
    shop.report(&["--by", "month"])["total"]["net_profit"].as_str().unwrap().to_owned()
}

#[test]
fn t27_the_first_schema_filled_goes_over_whole_with_a_copy_made_before() {
    let shop = left_by(FIRST);
    let refused = shop.run(&["report", "profit"]);
    assert!(refused.code == 1 && refused.err.contains("older version"), "{}", refused.err);
    // Any command that writes brings it up to date.
    shop.import("costs.csv", COSTS);
    shop.import("orders.jsonl", ORDER);
    // 24.00 − 8.00 − 5.00 − 1.00.
    assert_eq!(net_profit(&shop), "10.00");
    let conn = Connection::open(database(&shop)).unwrap();
    let text = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(
        text("select name || ' ' || currency || ' ' || time_zone from organisation"),
        "Mugs of Ann EUR Europe/Tallinn"
    );
    assert_eq!(text("select email || ' ' || role from users"), "ann@example.test owner");
    assert_eq!(text("select value from settings where key = 'instance_id'"), "0a1b2c3d");
    assert_eq!(text("select name || ' ' || hex(token_hash) from api_tokens")[..9], *"till 0001");
    drop(conn);
    assert_eq!(shop.run(&["verify"]).code, 0);
    let made = snapshots(&shop);
    assert_eq!(made.len(), 1);
    let old = Connection::open(&made[0]).unwrap();
    let last: i64 = old
        .query_row("select max(version) from refinery_schema_history", [], |row| row.get(0))
        .unwrap();
    assert_eq!(last, 1);
}

#[test]
fn figures_of_an_earlier_version_are_the_same_after_the_upgrade() {
    let shop = left_by(STEP_28);
    shop.import("costs.csv", COSTS);
    assert_eq!(net_profit(&shop), "10.00");
    let verified = shop.run(&["verify", "--json"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    assert_eq!(verified.json()["orders"], 1);
    // The same order again is known.
    shop.import("orders.jsonl", ORDER);
    assert_eq!(net_profit(&shop), "10.00");
}

#[test]
fn t25_a_downgrade_is_refused_with_the_way_back_and_changes_nothing() {
    let shop = left_by(FIRST);
    shop.import("costs.csv", COSTS);
    let snapshot = snapshots(&shop).pop().unwrap();
    // What a later version leaves behind.
    let conn = Connection::open(database(&shop)).unwrap();
    conn.execute(
        "insert into refinery_schema_history
         select 9999, 'later', applied_on, checksum from refinery_schema_history limit 1",
        [],
    )
    .unwrap();
    conn.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(conn);
    let before = std::fs::read(database(&shop)).unwrap();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["import", "list"], &["verify"]] {
        let refused = shop.run(arguments);
        assert_eq!(refused.code, 1, "{arguments:?}");
        assert!(refused.err.contains("newer version"), "{}", refused.err);
        assert!(refused.err.contains(snapshot.to_str().unwrap()), "{}", refused.err);
        assert_eq!(std::fs::read(database(&shop)).unwrap(), before, "{arguments:?}");
    }
    // The way back: the copy from before the upgrade, in its place; the newer one is kept.
    let back = shop.run(&["restore", snapshot.to_str().unwrap(), "--yes", "--json"]);
    assert_eq!(back.code, 0, "{}", back.err);
    let kept = back.json()["before"].as_str().unwrap().to_owned();
    assert_eq!(std::fs::read(kept).unwrap(), before);
    shop.import("costs.csv", COSTS);
    shop.import("orders.jsonl", ORDER);
    assert_eq!(net_profit(&shop), "10.00");
}

#[test]
fn t24_a_history_that_makes_no_sense_ends_a_command_with_a_sentence() {
    for set in ["applied_on = 'yesterday'", "checksum = 'x'", "version = -1"] {
        let shop = left_by(FIRST);
        let conn = Connection::open(database(&shop)).unwrap();
        conn.execute(&format!("update refinery_schema_history set {set}"), []).unwrap();
        drop(conn);
        let before = std::fs::read(database(&shop)).unwrap();
        let refused = shop.run(&["import", "list"]);
        assert_eq!(refused.code, 1, "{set}");
        assert!(refused.err.contains("list of upgrades"), "{}", refused.err);
        assert!(!refused.err.contains("panicked"), "{}", refused.err);
        assert_eq!(std::fs::read(database(&shop)).unwrap(), before, "{set}");
    }
}

#[test]
fn t26_an_altered_upgrade_is_refused_and_line_ends_are_kept() {
    let shop = left_by(&FIRST.replace("'16542456132088441531'", "'16542456132088441530'"));
    let refused = shop.run(&["store", "add", "Shop", "--currency", "EUR"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("damaged"), "{}", refused.err);
    let attributes = include_str!("../../.gitattributes");
    assert!(attributes.lines().any(|line| line.contains(".sql") && line.contains("eol=lf")));
}
