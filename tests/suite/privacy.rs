//! What buyers may ask, and what is kept for a while only: at the terminal of a real shop, with a
//! search of every byte in its folder.

use std::path::Path;

use purser::base::Clock;
use purser::base::id::AccountId;
use purser::store::documents::{self, NewDocument};
use purser::store::{Db, Lane, StoreError};
use serde_json::Value;

use crate::kit::shop::Shop;

const BUYER: &str = "wren.marker@example.test";
const OTHER: &str = "finch@example.test";

/// A mug of 12.00, of 5.00 shipping and 1.00 fees.
fn order(id: &str, buyer: &str, title: &str) -> String {
    format!(
        r#"{{"id":"o-{id}","number":"{id}","created_at":"2026-11-02T09:30:00Z","currency":"EUR","financial_status":"paid","customer_ref":"{buyer}","lines":[{{"id":"a","sku":"MUG","title":"{title}","quantity":1,"unit_price":"12.00"}}],"shipping_cost":"5.00","payments":[{{"gateway":"stripe","amount":"12.00","fee":"1.00"}}]}}"#
    )
}

fn take_in(shop: &Shop, store: &str, name: &str, content: &str) {
    let path = shop.file(name, content);
    let said = shop.run(&["import", &path, "--store", store, "--currency", "EUR", "--json"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    std::fs::remove_file(path).unwrap();
}

fn open(shop: &Shop) -> Db {
    Db::open(&shop.folder.path().join("data/purser.db"), Clock::System).unwrap()
}

fn execute(shop: &Shop, sql: &str) {
    let db = open(shop);
    db.write_local(Lane::Interactive, |tx| Ok(tx.conn().execute_batch(sql)?)).unwrap();
}

fn number(shop: &Shop, sql: &str) -> i64 {
    let db = open(shop);
    db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap()
}

/// The buyer twice in one store and once in another, somebody else beside them; a connection, and
/// the buyer in every text where somebody could have written them.
fn seeded() -> Shop {
    let shop = Shop::new();
    let first = [
        order("1001", BUYER, &format!("Mug for {BUYER}")),
        order("1002", OTHER, "Mug"),
        order("1003", BUYER, "Mug"),
    ];
    take_in(&shop, "shop", "orders.jsonl", &first.join("\n"));
    // A later state, so that something was known before.
    let later = order("1003", BUYER, "Mug").replace("\"fee\":\"1.00\"", "\"fee\":\"1.50\"");
    take_in(&shop, "shop", "later.jsonl", &later);
    take_in(&shop, "second", "second.jsonl", &order("1001", BUYER, "Mug"));
    take_in(&shop, "second", "third.jsonl", &order("1002", OTHER, "Mug"));
    execute(
        &shop,
        &format!(
            "insert into imports (id, format, file_name, state, started_at, finished_at)
             values (900, 'orders', 'export of {BUYER}.csv', 'done', 1, 1);
             insert into accounts (id, platform, name, store_id, import_id, state, created_at)
             values (90, 'woocommerce', 'web', 1, 900, 'active', 1);
             insert into refused_rows (import_id, line, column_name, reason, raw)
             values (900, 1, 'total', 'no amount', 'x,{BUYER},y');
             insert into import_notices (import_id, line, what) values (900, 2, 'of {BUYER}');
             insert into problems (account_id, stream, kind, name, what, times, first_at, last_at)
             values (90, 'orders', 'unread', 'billing', 'Wren.Marker@example.test', 1, 1, 1);
             insert into notes (id, title, state, author, created_at, changed_at)
             values (1, 'Parcel of {BUYER}', 'open', 'ann', 1, 1);
             insert into note_entries (note_id, at, who, kind, body)
             values (1, 1, 'ann', 'text', 'Wren.Marker@Example.test wrote twice');
             insert into note_files (note_id, name, bytes, who, added_at)
             values (1, 'letter.txt', cast('Dear {BUYER}' as blob), 'ann', 1);"
        ),
    );
    let db = open(&shop);
    let keep = |key: &str, body: &str| {
        db.write_local(Lane::Interactive, |tx| {
            let new = NewDocument { media: "application/json", body: body.as_bytes(), beside: "" };
            documents::upsert_document(tx, (AccountId(90), "orders", key), &new)
        })
    };
    let kept: Result<Vec<()>, StoreError> = [
        ("o-1001", r#"{"id":"o-1001"}"#.to_owned()),
        ("fee-1", r#"{"order":{"id":"o-1003"}}"#.to_owned()),
        ("odd", format!(r#"{{"text":"for {}"}}"#, BUYER.to_uppercase())),
        ("o-1002", r#"{"id":"o-1002"}"#.to_owned()),
    ]
    .iter()
    .map(|(key, body)| keep(key, body))
    .collect();
    kept.unwrap();
    drop(db);
    shop
}

fn buyers_hash(shop: &Shop) -> Vec<u8> {
    let sql = "select hash from customers join orders on customers.id = orders.customer_id
        where number = '1003'";
    open(shop).read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap()
}

/// How often bytes stand in the files of a folder, in any case.
fn count_bytes(folder: &Path, needle: &[u8]) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            count += count_bytes(&path, needle);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let mut windows = bytes.windows(needle.len());
            count += windows.by_ref().filter(|part| part.eq_ignore_ascii_case(needle)).count();
        }
    }
    count
}

/// What the books say, without how many buyers they know.
fn figures(shop: &Shop) -> Vec<Value> {
    let report = shop.report(&["--by", "store"]);
    let rows = report["rows"].as_array().unwrap().iter().chain([&report["total"]]);
    let names = ["orders", "net_revenue", "contribution_margin", "net_profit"];
    rows.map(|row| names.map(|name| row[name].clone()).into_iter().collect()).collect()
}

fn json(shop: &Shop, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let said = shop.run(&all);
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    said.json()
}

#[test]
fn s24_after_an_erasure_no_byte_of_the_buyer_is_left_and_the_figures_stand() {
    let shop = seeded();
    let data = shop.folder.path().join("data");
    let (hash, before) = (buyers_hash(&shop), figures(&shop));
    assert!(count_bytes(&data, BUYER.as_bytes()) > 0 && count_bytes(&data, &hash) > 0);
    let held = json(&shop, &["privacy", "request", "--customer", BUYER]);
    assert_eq!(held["orders"].as_array().unwrap().len(), 3, "{held}");
    assert_eq!(held["documents"].as_array().unwrap().len(), 3, "{held}");
    assert!(held["texts"].as_array().unwrap().len() >= 6, "{held}");
    // The order that changed is told with what was known before.
    let facts = |order: &Value| order["facts"].as_array().unwrap().len();
    assert!(held["orders"].as_array().unwrap().iter().any(|order| facts(order) == 2), "{held}");
    let done = json(&shop, &["privacy", "erase", "--customer", BUYER]);
    assert_eq!((&done["orders"], &done["documents"]), (&3.into(), &3.into()), "{done}");
    assert_eq!(done["rewritten"], true);
    assert_eq!(count_bytes(&data, BUYER.as_bytes()), 0);
    assert_eq!(count_bytes(&data, b"wren.marker"), 0);
    assert_eq!(count_bytes(&data, &hash), 0);
    // Of raw documents, which lie packed, only that of somebody else is left.
    assert_eq!(number(&shop, "select count(*) from documents"), 1);
    assert_eq!(number(&shop, "select count(*) from documents where external_id = 'o-1002'"), 1);
    assert_eq!(figures(&shop), before);
    assert_eq!(json(&shop, &["verify"])["faults"], serde_json::json!([]));
    assert_eq!(json(&shop, &["privacy", "request", "--customer", BUYER])["found"], false);
    assert_eq!(json(&shop, &["privacy", "request", "--customer", OTHER])["found"], true);
    // The same order again is nobody's still.
    take_in(&shop, "shop", "again.jsonl", &order("1003", BUYER, "Mug"));
    assert_eq!(json(&shop, &["privacy", "request", "--customer", BUYER])["found"], false);
    assert_eq!(count_bytes(&data, &hash), 0);
}

#[test]
fn s23_what_was_done_for_a_buyer_is_on_record_without_them() {
    let shop = seeded();
    json(&shop, &["privacy", "request", "--customer", "1003"]);
    json(&shop, &["privacy", "erase", "--customer", "#1003"]);
    let entries = "select count(*) from privacy_requests
        where account_name = '' and done_at is not null and outcome = 'done' and orders = 3";
    assert_eq!(number(&shop, entries), 2);
    let logged = "select count(*) from audit_log where subject = 'privacy erase'
        and after like 'orders 3,%'";
    assert_eq!(number(&shop, logged), 1);
    let naming = format!(
        "select count(*) from audit_log where instr(lower(subject || coalesce(before, '')
            || coalesce(after, '')), '{BUYER}') > 0 or subject like '%1003%'"
    );
    assert_eq!(number(&shop, &naming), 0);
    assert_eq!(number(&shop, "select count(*) from privacy_marks"), 0);
}

#[test]
fn s19_a_restored_backup_forgets_the_erased_again_before_it_is_used() {
    let shop = Shop::new();
    take_in(&shop, "shop", "orders.jsonl", &order("1003", BUYER, "Mug"));
    take_in(&shop, "shop", "other.jsonl", &order("1004", OTHER, "Mug"));
    let (hash, file) = (buyers_hash(&shop), shop.folder.path().join("all.backup"));
    let file = file.to_str().unwrap();
    assert_eq!(shop.run(&["backup", file]).code, 0);
    json(&shop, &["privacy", "erase", "--customer", BUYER]);
    let restored = shop.run(&["restore", file, "--yes", "--json"]);
    assert_eq!(restored.code, 0, "{}", restored.err);
    assert_eq!(json(&shop, &["privacy", "request", "--customer", BUYER])["found"], false);
    assert_eq!(json(&shop, &["privacy", "request", "--customer", OTHER])["found"], true);
    assert_eq!(count_bytes(&shop.folder.path().join("data"), &hash), 0);
    // 2 × (12.00 − 5.00 − 1.00), the goods at no known cost.
    assert_eq!(number(&shop, "select count(*) from orders"), 2);
}

#[test]
fn a_number_of_several_orders_erases_nobody_until_the_store_is_named() {
    let shop = seeded();
    let refused = shop.run(&["privacy", "erase", "--customer", "1002"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("Name the store"), "{}", refused.err);
    let done = json(&shop, &["privacy", "erase", "--customer", "1002", "--store", "second"]);
    // The same person bought in both stores.
    assert_eq!(done["orders"], 2);
    let nobody = json(&shop, &["privacy", "erase", "--customer", "nobody@example.test"]);
    assert_eq!((&nobody["orders"], &nobody["documents"]), (&0.into(), &0.into()));
    let wrong = shop.run(&["privacy", "erase", "--customer", "1001", "--store", "third"]);
    assert!(wrong.code == 1 && wrong.err.contains("no store"), "{}", wrong.err);
}

#[test]
fn a_restricted_buyer_counts_in_the_books_and_in_no_analysis_of_customers() {
    let shop = seeded();
    let before = figures(&shop);
    let new = |shop: &Shop| {
        let days = ["--from", "2026-11-01", "--to", "2026-11-30"];
        let customers = json(shop, &[["report", "customers"].as_slice(), &days].concat());
        let cohorts = json(shop, &[["report", "cohorts"].as_slice(), &days].concat());
        let net = customers["total"]["net_revenue"].clone();
        (customers["total"]["new_customers"].clone(), cohorts["total"]["customers"].clone(), net)
    };
    let (customers, in_cohorts, net) = new(&shop);
    assert_eq!((customers, in_cohorts), (2.into(), 2.into()));
    let done = json(&shop, &["privacy", "restrict", "--customer", BUYER]);
    assert_eq!(done["changed"], true);
    assert_eq!(new(&shop), (1.into(), 1.into(), net.clone()));
    assert_eq!(figures(&shop), before);
    assert_eq!(json(&shop, &["privacy", "request", "--customer", BUYER])["restricted"], true);
    json(&shop, &["privacy", "unrestrict", "--customer", BUYER]);
    assert_eq!(new(&shop), (2.into(), 2.into(), net));
}

#[test]
fn retention_shows_what_would_go_throws_away_no_more_and_keeps_a_record() {
    let shop = seeded();
    let day = 86_400_000_000_i64;
    // Seconds of the system are coarse enough: every age is a day from its limit.
    let ago = |days: i64| purser::base::Clock::System.now().0 - days * day;
    execute(
        &shop,
        &format!(
            "update imports set finished_at = {} where id <> 900;
             update imports set finished_at = {} where id = 900;
             update accounts set state = 'disconnected', disconnected_at = {};
             update notes set state = 'closed', closed_at = {};
             insert into notes (id, title, state, author, created_at, changed_at, closed_at)
             values (2, 'old', 'closed', 'ann', 1, 1, {});
             insert into calls_out (day, host, port, account_id, purpose, calls, failed, bytes_out,
                bytes_in, first_at, last_at) values (1, 'a', 443, 0, 'x', 1, 0, 1, 1, 1, {});",
            ago(300),
            ago(366),
            ago(31),
            ago(700),
            ago(770),
            ago(401),
        ),
    );
    let seen = json(&shop, &["retention", "apply", "--dry-run"]);
    let rows = |answer: &Value, rule: &str| {
        let rules = answer["rules"].as_array().unwrap();
        rules.iter().find(|one| one["rule"] == rule).map(|one| one["rows"].clone())
    };
    let expected = [("disconnected", 5), ("refused", 2), ("notes", 1), ("calls", 1), ("mails", 0)];
    for (rule, count) in expected {
        assert_eq!(rows(&seen, rule), Some(count.into()), "{rule}: {seen}");
    }
    assert_eq!(number(&shop, "select count(*) from documents"), 4);
    let done = json(&shop, &["retention", "apply"]);
    for (rule, count) in expected {
        let went = rows(&done, rule).unwrap_or_else(|| 0.into());
        // Raw documents of an ended connection may be beyond their own time as well.
        if rule != "disconnected" {
            assert_eq!(went, count, "{rule}: {done}");
        }
    }
    assert_eq!(number(&shop, "select count(*) from documents"), 0);
    assert_eq!(number(&shop, "select count(*) from notes"), 1);
    assert_eq!(number(&shop, "select count(*) from refused_rows"), 0);
    assert_eq!(number(&shop, "select count(*) from retention_runs where rule = 'notes'"), 1);
    let again = json(&shop, &["retention", "apply"]);
    assert_eq!(again["rules"], serde_json::json!([]));
    assert_eq!(number(&shop, "select count(*) from retention_runs where rule = ''"), 1);
}
