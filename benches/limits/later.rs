//! What comes in later, page by page: orders with their profit and every sum, all indexes live,
//! beside putting the very rows into the same tables by raw statements.

use std::path::Path;
use std::sync::OnceLock;

use purser::app::build;
use purser::base::{Clock, Zone};
use purser::connectors::contract::{Found, Head, ReadCtx};
use purser::connectors::find_format;
use purser::domain::record::Record;
use purser::store::booked::{Terms, Writing};
use purser::store::rollups::Deltas;
use purser::store::{Lane, stores};
use purser::sync::ctx::Tools;
use purser::sync::ingest::Ingest;
use purser::sync::prepare::Preparing;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::bare::PRAGMAS;
use crate::process::{Measured, Watch, tell};
use crate::server;
use crate::shop;
use crate::table::{Table, seconds};

/// Orders of a page, as platforms give them, and of each store.
const PAGE: usize = 250;
const ORDERS: usize = 2_000;

/// In a process of its own, on copies of the database.
pub fn sync(data: &Path, files: &Path) {
    let ours = data.join("later");
    let (paths, before) = (server::paths(&ours), data.join("before.db"));
    std::fs::create_dir_all(&paths.data).unwrap();
    std::fs::copy(server::paths(data).database(), paths.database()).unwrap();
    std::fs::copy(server::paths(data).database(), &before).unwrap();
    let opened = build::open(&paths, Clock::System).unwrap();
    let tools = opened.tools.sync.clone();
    let pages: Vec<(&str, Vec<Vec<Record>>)> = shop::files()
        .into_iter()
        .filter_map(|(name, store)| {
            store.map(|store| (store, read_pages(&files.join(name), store)))
        })
        .collect();
    let orders: usize = pages.iter().flat_map(|(_, pages)| pages).map(Vec::len).sum();
    let watch = Watch::start();
    for (store, pages) in pages {
        take(&tools, store, pages);
    }
    tell("ours_us", watch.us());
    tell("orders", orders as i64);
    drop((tools, opened));
    let changed = list_changed(&paths.database(), &before);
    let watch = put(&before, &changed);
    tell("bare_us", watch.us());
    tell("rows", changed.iter().map(|(_, rows)| rows.len() as i64).sum());
    std::fs::remove_dir_all(&ours).unwrap();
    std::fs::remove_file(&before).unwrap();
}

/// The last orders of a file under new ids.
fn read_pages(file: &Path, store: &str) -> Vec<Vec<Record>> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = text.lines().rev().take(ORDERS).collect();
    let later = lines.join("\n").replace(r#"{"id":"o"#, r#"{"id":"later"#);
    let head = Head { text: &later, bytes: later.as_bytes(), whole: true, file_name: "a" };
    let (_, format) = find_format("orders", &head).unwrap();
    let zone = Zone::utc();
    let ctx = ReadCtx { currency: None, zone, store: Some(store.to_owned()) };
    let mut records = Vec::new();
    let read = (format.read)(&mut later.as_bytes(), &ctx, &mut |found| {
        match found {
            Found::Records { records: more, .. } => records.extend(more),
            other => panic!("{other:?}"),
        }
        Ok(())
    });
    assert!(read.is_ok());
    let mut pages = Vec::new();
    while !records.is_empty() {
        pages.push(records.split_off(records.len().saturating_sub(PAGE)));
    }
    pages
}

/// As a page of a platform is taken in: one transaction, on the disk when it is done.
fn take(tools: &Tools, store: &str, pages: Vec<Vec<Record>>) {
    let store = tools.db.read(|reader| stores::find_store(reader, store)).unwrap().unwrap();
    let terms = OnceLock::new();
    let _ = terms.set(tools.db.read(|reader| Terms::find(reader, &store)).unwrap().unwrap());
    let mut writing = Writing::load(&tools.db, Deltas::default()).unwrap();
    let zone = Zone::utc();
    let preparing = Preparing {
        zone: &zone,
        store: &store.name,
        currency: Some(store.currency),
        hash: &tools.customer_hash,
        terms: &terms,
    };
    for page in pages {
        let mut prepared: Vec<_> =
            page.into_iter().map(|record| preparing.prepare(record).unwrap()).collect();
        tools
            .db
            .write_local(Lane::Background, |tx| {
                let mut ingest = Ingest::begin(tx, Some(&store), (None, &zone))?;
                let known = terms.get().unwrap();
                ingest.book_at_once(known, &mut writing, prepared.len() as i64)?;
                for one in &mut prepared {
                    ingest.take(one)?;
                }
                ingest.finish().map(|_| ())
            })
            .unwrap();
    }
}

/// Tables, with what tells their new rows, and how many of them a page has.
const TABLES: [(&str, &str); 6] = [
    ("customers", "id > (select max(id) from old.customers)"),
    ("leans", "id > (select max(id) from old.leans)"),
    ("orders", "id > (select max(id) from old.orders)"),
    ("order_facts", "order_id > (select max(id) from old.orders)"),
    ("profit_lines", "order_id > (select max(id) from old.orders)"),
    (
        "rollups",
        "not exists (select 1 from old.rollups o where o.dim = n.dim and o.basis = n.basis
            and o.span = n.span and o.first_day = n.first_day and o.key = n.key
            and o.store_id = n.store_id and o.measures = n.measures)",
    ),
];

type Changed = Vec<(&'static str, Vec<Vec<Value>>)>;

fn list_changed(ours: &Path, before: &Path) -> Changed {
    let conn = Connection::open(ours).unwrap();
    conn.execute("attach ? as old", [before.to_str().unwrap()]).unwrap();
    let list = |(table, is_new): (&'static str, &str)| {
        let sql = format!("select * from main.{table} n where {is_new}");
        let mut statement = conn.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        let rows: Result<Vec<Vec<Value>>, _> = statement.query_map([], row).unwrap().collect();
        (table, rows.unwrap())
    };
    TABLES.into_iter().map(list).collect()
}

/// The same rows in as many transactions; sums once each, though ours writes some of them anew
/// with every page.
fn put(before: &Path, changed: &Changed) -> Watch {
    let conn = Connection::open(before).unwrap();
    conn.execute_batch(PRAGMAS).unwrap();
    // The parts of a page are cut by count, so a row may come before what it points at.
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    let n_orders = changed.iter().find(|(table, _)| *table == "orders").unwrap().1.len();
    let pages = n_orders.div_ceil(PAGE).max(1);
    let watch = Watch::start();
    for page in 0..pages {
        conn.execute_batch("begin immediate").unwrap();
        for (table, rows) in changed {
            let part = |page: usize| rows.len() * page / pages;
            let Some(first) = rows.first() else { continue };
            let marks = vec!["?"; first.len()].join(", ");
            let sql = format!("insert or replace into {table} values ({marks})");
            let mut statement = conn.prepare_cached(&sql).unwrap();
            for row in &rows[part(page)..part(page + 1)] {
                statement.execute(rusqlite::params_from_iter(row)).unwrap();
            }
        }
        conn.execute_batch("commit").unwrap();
    }
    watch
}

pub fn report(table: &mut Table, found: &Measured) {
    let (ours, bare) = (found["ours_us"], found["bare_us"]);
    let times = ours * 100 / bare.max(1);
    let each = |us: i64| found["orders"] * 1_000_000 / us.max(1);
    table.add(
        format!("{} later orders in pages of {PAGE}", found["orders"]),
        seconds(ours),
        format!(
            "{} orders/s; bare {}, {} orders/s, {} rows, {}.{:02}x; goal 2x",
            each(ours),
            seconds(bare),
            each(bare),
            found["rows"],
            times / 100,
            times % 100,
        ),
    );
}
