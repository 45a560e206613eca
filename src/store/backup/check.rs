//! What every copy goes through before it is trusted, be it out of a container of ours or a file
//! that somebody brought. A new check is a new line of the list.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::{StoreError, audit, migrate};

/// One check: its name, and what it says of a copy that fails it.
pub struct Check {
    pub name: &'static str,
    pub run: fn(&Connection) -> Result<(), StoreError>,
}

/// In this order: what a later one reads, an earlier one has found sound.
pub static CHECKS: &[Check] = &[
    Check { name: "structure", run: check_structure },
    Check { name: "file", run: check_file },
    Check { name: "references", run: check_references },
    Check { name: "audit", run: check_audit },
];

/// How many rows each table holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(Vec<(String, i64)>);

impl Counts {
    /// 0 for a table that its version did not have.
    pub fn of(&self, table: &str) -> i64 {
        self.0.iter().find(|(name, _)| name == table).map_or(0, |(_, count)| *count)
    }

    pub fn rows(&self) -> i64 {
        self.0.iter().map(|(_, count)| count).sum()
    }
}

/// A connection that believes nothing of the file and writes nothing to it.
///
/// # Errors
/// `StoreError` of the database.
pub fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;
         PRAGMA query_only = ON;",
    )?;
    Ok(conn)
}

/// Runs every check, then counts.
///
/// # Errors
/// `NotOurs`, `NewerDatabase`, `Damaged`, with the first that fails.
pub fn run(path: &Path) -> Result<Counts, StoreError> {
    migrate::inspect(path)?;
    let conn = open_copy(path)?;
    for check in CHECKS {
        (check.run)(&conn)?;
    }
    count(&conn)
}

fn check_structure(conn: &Connection) -> Result<(), StoreError> {
    migrate::check_copy(conn).map(|_| ())
}

fn check_file(conn: &Connection) -> Result<(), StoreError> {
    let verdict: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { what: verdict }) }
}

fn check_references(conn: &Connection) -> Result<(), StoreError> {
    let mut statement = conn.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0)?;
            let what = format!("a row of {table} names another one that is not there");
            Err(StoreError::Damaged { what })
        }
    }
}

/// The log of what people did, as far as it can be seen without the vault's key.
fn check_audit(conn: &Connection) -> Result<(), StoreError> {
    // A copy of an earlier version has none.
    if !has_table(conn, "audit_log")? {
        return Ok(());
    }
    match audit::verify(conn, None)?.fault {
        None => Ok(()),
        Some(fault) => {
            let what = format!("row {} of the log of what people did was altered", fault.row);
            Err(StoreError::Damaged { what })
        }
    }
}

fn has_table(conn: &Connection, name: &str) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?)";
    Ok(conn.query_row(sql, [name], |row| row.get(0))?)
}

/// # Errors
/// `StoreError` of the database.
pub fn count(conn: &Connection) -> Result<Counts, StoreError> {
    let mut statement = conn.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table'
            AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    let mut counts = Vec::new();
    for name in names {
        let sql = format!("SELECT count(*) FROM \"{}\"", name.replace('"', "\"\""));
        counts.push((name, conn.query_row(&sql, [], |row| row.get(0))?));
    }
    Ok(Counts(counts))
}
