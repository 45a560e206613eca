//! What it costs to compute everything again, and the bare update that a changed cost is held
//! against: a program that does the least that has to be done to the same rows, in the same run.

use std::path::Path;

use purser::app::build;
use purser::base::{Clock, DayRange};
use purser::domain::ask::{Ask, Basis, Key, Scope};
use purser::reports::profit;
use purser::store::dirty;
use purser::store::touched::Touched;
use purser::sync::ctx::Tools;
use rusqlite::{Connection, params};

use crate::process::{Measured, Watch, memory_kb, tell};
use crate::server;
use crate::shop;
use crate::table::{Table, megabytes, seconds};

/// `1.41`.
pub fn ratio(ours: i64, bare: i64) -> String {
    let times = ours * 100 / bare.max(1);
    format!("{}.{:02}", times / 100, times % 100)
}

/// Everything again from the facts, and whether it came out the same.
pub fn recompute(data: &Path) {
    let opened = build::open(&server::paths(data), Clock::System).unwrap();
    let tools = &opened.tools.sync;
    let before = totals(tools);
    tools
        .db
        .write_local(purser::store::Lane::Background, |tx| {
            let mark = dirty::bump_version(tx)?;
            Touched::all().mark(tx, mark)
        })
        .unwrap();
    let watch = Watch::start();
    purser::books::profit_job::run(&tools.db, &|_, _| true).unwrap();
    watch.tell();
    assert_eq!(before, totals(tools), "the books are not what they were");
    let watch = Watch::start();
    let verified = tools.db.read_within(std::time::Duration::from_secs(3_600), |reader| {
        Ok(purser::books::verify::verify(reader).unwrap())
    });
    tell("verify_us", watch.us());
    tell("verify_peak_kb", memory_kb("self", "VmHWM:").unwrap_or(0));
    assert_eq!(verified.unwrap().faults, Vec::<String>::new());
}

pub fn report_recompute(table: &mut Table, found: &Measured, bare: &Measured) {
    table.add(
        "everything computed again from the facts",
        seconds(found["wall_us"]),
        format!(
            "{} of processor time, {} at most; bare {}, {}x; goal 5 s for 1,000,000 orders, \
             twice the bare of a smaller model; the same figures",
            seconds(found["cpu_ms"] * 1_000),
            megabytes(found["peak_kb"]),
            seconds(bare["wall_us"]),
            ratio(found["wall_us"], bare["wall_us"]),
        ),
    );
    let peak = megabytes(found["verify_peak_kb"]);
    table.add("purser verify", seconds(found["verify_us"]), format!("{peak} at most; no fault"));
}

fn totals(tools: &Tools) -> Vec<String> {
    let range = DayRange { from: shop::first_day(), to: shop::last_day() };
    let ask = |keys: &[Key], basis| Ask { basis, ..Ask::all(Scope::All).over(range).by(keys) };
    let asks = [
        ask(&[Key::Month], Basis::Event),
        ask(&[Key::Product], Basis::Order),
        ask(&[Key::Country], Basis::Event),
    ];
    let reports = tools.db.read(|reader| Ok(profit::run_each(reader, &asks, range.to).unwrap()));
    let show = |report| format!("{report:?}");
    reports.unwrap().iter().map(show).collect()
}

/// The bare program for a changed cost: the rows that such a change touches are written again,
/// by their keys, in one transaction, in a copy of the database.
pub fn bare_update(data: &Path, sku: &str) -> i64 {
    let copy = data.join("bare-update.db");
    std::fs::copy(server::paths(data).database(), &copy).unwrap();
    let us = update(&copy, sku);
    std::fs::remove_file(&copy).unwrap();
    us
}

fn update(database: &Path, sku: &str) -> i64 {
    let conn = Connection::open(database).unwrap();
    conn.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
    let one = "variant_id = (select id from variants where sku = ?1)";
    let all = "?1 = ?1";
    let which = if sku.is_empty() { all } else { one };
    let lines: Vec<(i64, i64, i64)> = {
        let sql = format!("select order_id, event_no, line_no from profit_lines where {which}");
        let mut statement = conn.prepare(&sql).unwrap();
        let rows =
            statement.query_map([sku], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    type Cell = (i64, i64, i64, i64, i64, i64, Vec<u8>);
    let cells: Vec<Cell> = {
        let only = if sku.is_empty() {
            ""
        } else {
            "where dim = 0 or (dim = 1 and key = (select id from variants where sku = ?1))"
        };
        let sql = format!(
            "select dim, basis, span, first_day, key, store_id, measures from rollups {only}"
        );
        let mut statement = conn.prepare(&sql).unwrap();
        let values: &[&dyn rusqlite::ToSql] = if sku.is_empty() { &[] } else { &[&sku] };
        let rows = statement
            .query_map(values, |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                    row.get(6)?,
                ))
            })
            .unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    let watch = Watch::start();
    conn.execute_batch("begin immediate").unwrap();
    let mut line = conn
        .prepare(
            "update profit_lines set cogs_minor = cogs_minor - 1
             where order_id = ? and event_no = ? and line_no = ?",
        )
        .unwrap();
    for key in &lines {
        line.execute(params![key.0, key.1, key.2]).unwrap();
    }
    let mut cell = conn
        .prepare(
            "update rollups set measures = ?7 where dim = ?1 and basis = ?2 and span = ?3
                and first_day = ?4 and key = ?5 and store_id = ?6",
        )
        .unwrap();
    for (dim, basis, span, day, key, store, measures) in &cells {
        let mut other = measures.clone();
        if let Some(last) = other.last_mut() {
            *last ^= 2;
        }
        cell.execute(params![dim, basis, span, day, key, store, other]).unwrap();
    }
    drop((line, cell));
    conn.execute_batch("commit").unwrap();
    watch.us()
}
