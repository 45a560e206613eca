//! Choices and small facts of this installation, by key.

use rusqlite::{Connection, OptionalExtension};

use crate::store::audit::{self, Kind, Note};
use crate::store::{Db, Lane, StoreError, Tx, crypt};

/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection, key: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM settings WHERE key = ?1";
    Ok(conn.prepare_cached(sql)?.query_row([key], |row| row.get(0)).optional()?)
}

/// No secret is a setting: the audit log tells both values.
///
/// # Errors
/// What SQLite said.
pub fn upsert(tx: &Tx<'_>, key: &str, value: &str) -> Result<(), StoreError> {
    let before = find(tx.conn(), key)?;
    if before.as_deref() == Some(value) {
        return Ok(());
    }
    tx.conn().execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) \
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    let (kind, before, after) = (Kind::Setting, before.as_deref(), Some(value));
    audit::note(tx, Note { kind, subject: key, before, after })
}

/// Tells this installation from others on the same machine: browsers do not separate cookies by
/// port, so the names of ours bear it. Made at the first start.
///
/// # Errors
/// What SQLite said.
pub fn instance_id(db: &Db) -> Result<String, StoreError> {
    const KEY: &str = "instance_id";
    if let Some(id) = db.read(|reader| find(reader.conn(), KEY))? {
        return Ok(id);
    }
    let id = crypt::to_hex(&crypt::random::<4>()?);
    let made = id.clone();
    db.write(Lane::Interactive, move |tx| upsert(tx, KEY, &made))?;
    Ok(id)
}
