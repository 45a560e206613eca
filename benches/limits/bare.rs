//! The bare limit: the very rows of a finished database, held in memory, put into the same tables
//! by raw statements in one transaction, the indexes last. Nothing is read, computed or checked
//! that the schema itself does not check.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::process::{Watch, tell};

/// As `store/db.rs` sets them.
pub const PRAGMAS: &str = "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; \
    PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -49152; \
    PRAGMA wal_autocheckpoint = 16000; PRAGMA journal_size_limit = 67108864;";

struct Rows {
    table: String,
    columns: usize,
    /// Row after row.
    values: Vec<Value>,
}

pub fn store(finished: &Path, copy: &Path) {
    let finished = open(finished);
    let watch = write(&finished, copy, &|_| true);
    watch.tell();
}

/// The bare limit of computing everything again: every fact read, every line and every sum written
/// down.
pub fn again(finished: &Path, copy: &Path) {
    let finished = open(finished);
    let watch = Watch::start();
    let mut statement = finished.prepare("select body from order_facts").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        bytes += row.get_ref(0).unwrap().as_str().unwrap().len();
    }
    let read_us = watch.us();
    assert!(bytes > 0, "no facts");
    drop(rows);
    let watch = write(&finished, copy, &|table| matches!(table, "profit_lines" | "rollups"));
    tell("wall_us", read_us + watch.us());
}

fn open(database: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(database, flags).unwrap()
}

/// The rows of some tables into a new database; what is told is the time of the writing.
fn write(finished: &Connection, copy: &Path, wanted: &dyn Fn(&str) -> bool) -> Watch {
    let mut tables = list_schema(finished, "table");
    tables.retain(|table| wanted(&table.name));
    let mut indexes = list_schema(finished, "index");
    indexes.retain(|index| wanted(&index.table));
    let all: Vec<Rows> = tables.iter().map(|table| read_rows(finished, &table.name)).collect();

    let mut conn = Connection::open(copy).unwrap();
    conn.execute_batch(PRAGMAS).unwrap();
    if !wanted("orders") {
        // What some rows point at is not there.
        conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    }
    for table in &tables {
        conn.execute_batch(&table.sql).unwrap();
    }
    let watch = Watch::start();
    let transaction = conn.transaction().unwrap();
    // Rows that point at each other wait for the end; nothing else may ask for an order.
    transaction.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
    for rows in &all {
        insert_rows(&transaction, rows);
    }
    for index in &indexes {
        transaction.execute_batch(&index.sql).unwrap();
    }
    transaction.commit().unwrap();
    conn.close().unwrap();
    let count = all.iter().map(|rows| rows.values.len() / rows.columns).sum::<usize>();
    tell("rows", count as i64);
    watch
}

struct Made {
    name: String,
    /// Of an index: that which it is of.
    table: String,
    sql: String,
}

fn list_schema(conn: &Connection, kind: &str) -> Vec<Made> {
    let sql = "select name, tbl_name, sql from sqlite_schema
               where type = ? and sql is not null and name not like 'sqlite_%' order by rowid";
    let mut statement = conn.prepare(sql).unwrap();
    let made = |row: &rusqlite::Row<'_>| {
        Ok(Made { name: row.get(0)?, table: row.get(1)?, sql: row.get(2)? })
    };
    let rows = statement.query_map([kind], made).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn read_rows(conn: &Connection, table: &str) -> Rows {
    let mut statement = conn.prepare(&format!("select * from {table}")).unwrap();
    let columns = statement.column_count();
    let mut values = Vec::new();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        values.extend((0..columns).map(|column| row.get::<_, Value>(column).unwrap()));
    }
    Rows { table: table.to_owned(), columns, values }
}

fn insert_rows(conn: &Connection, rows: &Rows) {
    let marks = vec!["?"; rows.columns].join(", ");
    let sql = format!("insert into {} values ({marks})", rows.table);
    let mut statement = conn.prepare(&sql).unwrap();
    for row in rows.values.chunks_exact(rows.columns) {
        for (index, value) in row.iter().enumerate() {
            statement.raw_bind_parameter(index + 1, value).unwrap();
        }
        statement.raw_execute().unwrap();
    }
}
