//! Where each stream of each account stands, and how it fares.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{AccountId, StreamId};
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamRow {
    pub id: StreamId,
    pub account: AccountId,
    pub stream: String,
    /// The connector's own text.
    pub cursor: String,
    pub generation: i64,
    pub since: Option<Instant>,
    pub success_at: Option<Instant>,
    pub tried_at: Option<Instant>,
    pub loaded_at: Option<Instant>,
    pub documents: i64,
    pub records: i64,
    pub progress: Option<(i64, Option<i64>)>,
    pub fault: Option<StreamFault>,
    pub failures: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamFault {
    /// What happens next, in a word.
    pub kind: String,
    pub what: String,
}

/// What a page changes of its stream.
pub struct Advance<'a> {
    pub cursor: &'a str,
    pub documents: i64,
    pub records: i64,
    pub progress: Option<(i64, Option<i64>)>,
    /// Whether the present was reached.
    pub is_end: bool,
}

const COLUMNS: &str = "id, account_id, stream, cursor, generation, since_at, success_at, tried_at, \
    loaded_at, documents, records, progress_done, progress_total, fault_kind, fault, failures";

fn from_row(row: &Row<'_>) -> rusqlite::Result<StreamRow> {
    let (done, total): (Option<i64>, Option<i64>) = (row.get(11)?, row.get(12)?);
    let (kind, what): (Option<String>, Option<String>) = (row.get(13)?, row.get(14)?);
    Ok(StreamRow {
        id: row.get(0)?,
        account: row.get(1)?,
        stream: row.get(2)?,
        cursor: row.get(3)?,
        generation: row.get(4)?,
        since: row.get(5)?,
        success_at: row.get(6)?,
        tried_at: row.get(7)?,
        loaded_at: row.get(8)?,
        documents: row.get(9)?,
        records: row.get(10)?,
        progress: done.map(|done| (done, total)),
        fault: kind.map(|kind| StreamFault { kind, what: what.unwrap_or_default() }),
        failures: row.get(15)?,
    })
}

/// Makes the streams of an account that are not there yet; those that are stay as they are.
///
/// # Errors
/// `StoreError` of the database.
pub fn insert_streams(tx: &Tx<'_>, account: AccountId, names: &[&str]) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into streams (account_id, stream) values (?, ?)
         on conflict (account_id, stream) do nothing",
    )?;
    for name in names {
        statement.execute(params![account, name])?;
    }
    Ok(())
}

/// Moves a stream on; `false` where it began anew meanwhile, and nothing may be kept.
///
/// # Errors
/// `StoreError` of the database.
pub fn advance(
    tx: &Tx<'_>,
    (stream, generation): (StreamId, i64),
    advance: &Advance<'_>,
) -> Result<bool, StoreError> {
    let (done, total) = advance.progress.map_or((None, None), |(done, total)| (Some(done), total));
    let changed = tx
        .conn()
        .prepare_cached(
            "update streams set cursor = ?3, documents = documents + ?4, records = records + ?5,
                progress_done = ?6, progress_total = ?7, tried_at = ?8,
                success_at = iif(?9, ?8, success_at),
                loaded_at = iif(?9, coalesce(loaded_at, ?8), loaded_at),
                fault_kind = null, fault = null, failures = 0
             where id = ?1 and generation = ?2",
        )?
        .execute(params![
            stream,
            generation,
            advance.cursor,
            advance.documents,
            advance.records,
            done,
            total,
            tx.now,
            advance.is_end,
        ])?;
    Ok(changed > 0)
}

/// Notes that a turn failed; gives how often it has in a row.
///
/// # Errors
/// `StoreError` of the database.
pub fn note_fault(tx: &Tx<'_>, stream: StreamId, fault: &StreamFault) -> Result<i64, StoreError> {
    let failures = tx
        .conn()
        .prepare_cached(
            "update streams set fault_kind = ?2, fault = ?3, failures = failures + 1, tried_at = ?4
             where id = ?1 returning failures",
        )?
        .query_row(params![stream, fault.kind, fault.what, tx.now], |row| row.get(0))
        .optional()?;
    Ok(failures.unwrap_or_default())
}

/// A stream begins anew: at its account's beginning, or from another time on.
///
/// # Errors
/// `StoreError` of the database.
pub fn restart(
    tx: &Tx<'_>,
    stream: StreamId,
    (cursor, since): (&str, Option<Instant>),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update streams set cursor = ?2, since_at = coalesce(?3, since_at),
                generation = generation + 1, progress_done = null, progress_total = null,
                fault_kind = null, fault = null, failures = 0
             where id = ?1",
        )?
        .execute(params![stream, cursor, since])?;
    Ok(())
}

/// Takes the faults of an account's streams away, after somebody mended it.
///
/// # Errors
/// `StoreError` of the database.
pub fn clear_faults(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn().execute(
        "update streams set fault_kind = null, fault = null, failures = 0 where account_id = ?",
        [account],
    )?;
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn delete_streams(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn().execute("delete from streams where account_id = ?", [account])?;
    Ok(())
}

/// # Errors
/// `StoreError` of the database.
pub fn list_streams(reader: &Reader<'_>, account: AccountId) -> Result<Vec<StreamRow>, StoreError> {
    list_from(reader.conn(), account)
}

/// # Errors
/// `StoreError` of the database.
pub fn list_streams_for_write(
    tx: &Tx<'_>,
    account: AccountId,
) -> Result<Vec<StreamRow>, StoreError> {
    list_from(tx.conn(), account)
}

fn list_from(
    conn: &rusqlite::Connection,
    account: AccountId,
) -> Result<Vec<StreamRow>, StoreError> {
    let sql = format!("select {COLUMNS} from streams where account_id = ? order by id");
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_map([account], from_row)?.collect::<Result<_, _>>()?)
}

/// # Errors
/// `StoreError` of the database.
pub fn find_stream(reader: &Reader<'_>, id: StreamId) -> Result<Option<StreamRow>, StoreError> {
    let sql = format!("select {COLUMNS} from streams where id = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}
