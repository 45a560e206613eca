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
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let finished = Connection::open_with_flags(finished, flags).unwrap();
    let tables = list_schema(&finished, "table");
    let indexes = list_schema(&finished, "index");
    let all: Vec<Rows> = tables.iter().map(|(name, _)| read_rows(&finished, name)).collect();
    drop(finished);

    let mut conn = Connection::open(copy).unwrap();
    conn.execute_batch(PRAGMAS).unwrap();
    for (_, sql) in &tables {
        conn.execute_batch(sql).unwrap();
    }
    let watch = Watch::start();
    let transaction = conn.transaction().unwrap();
    // Rows that point at each other wait for the end; nothing else may ask for an order.
    transaction.execute_batch("PRAGMA defer_foreign_keys = ON").unwrap();
    for rows in &all {
        insert_rows(&transaction, rows);
    }
    for (_, sql) in &indexes {
        transaction.execute_batch(sql).unwrap();
    }
    transaction.commit().unwrap();
    conn.close().unwrap();
    watch.tell();
    let count = all.iter().map(|rows| rows.values.len() / rows.columns).sum::<usize>();
    tell("rows", count as i64);
}

fn list_schema(conn: &Connection, kind: &str) -> Vec<(String, String)> {
    let sql = "select name, sql from sqlite_schema
               where type = ? and sql is not null and name not like 'sqlite_%' order by rowid";
    let mut statement = conn.prepare(sql).unwrap();
    let rows = statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
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
