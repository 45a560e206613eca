//! Which hosts were called, by day: one row for each host, account and purpose.

use rusqlite::params;

use crate::base::id::AccountId;
use crate::base::{Day, Instant};
use crate::store::{Reader, StoreError, Tx};

/// What was called on a day, for one account and purpose.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallKey {
    pub day: Day,
    pub host: String,
    pub port: u16,
    pub account: AccountId,
    pub purpose: &'static str,
}

/// How often and how much since it was last written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallCount {
    pub calls: i64,
    pub failed: i64,
    pub bytes_out: i64,
    pub bytes_in: i64,
    pub first_at: Instant,
    pub last_at: Instant,
}

/// One row as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRow {
    pub day: Day,
    pub host: String,
    pub port: i64,
    /// The connection's name; `None` while it was being made, or where it is gone.
    pub connection: Option<String>,
    pub purpose: String,
    pub calls: i64,
    pub failed: i64,
    pub bytes_out: i64,
    pub bytes_in: i64,
    pub first_at: Instant,
    pub last_at: Instant,
}

/// Adds to what is known of the day.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_calls(tx: &Tx<'_>, key: &CallKey, count: &CallCount) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into calls_out (day, host, port, account_id, purpose, calls, failed,
                bytes_out, bytes_in, first_at, last_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             on conflict (day, host, port, account_id, purpose) do update set
                calls = calls + excluded.calls, failed = failed + excluded.failed,
                bytes_out = bytes_out + excluded.bytes_out,
                bytes_in = bytes_in + excluded.bytes_in,
                first_at = min(first_at, excluded.first_at),
                last_at = max(last_at, excluded.last_at)",
        )?
        .execute(params![
            key.day,
            key.host,
            i64::from(key.port),
            key.account,
            key.purpose,
            count.calls,
            count.failed,
            count.bytes_out,
            count.bytes_in,
            count.first_at,
            count.last_at,
        ])?;
    Ok(())
}

/// The newest days first, then by host.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_calls(reader: &Reader<'_>, limit: i64) -> Result<Vec<CallRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select day, host, port, accounts.name, purpose, calls, failed, bytes_out, bytes_in,
            first_at, last_at
         from calls_out left join accounts on accounts.id = account_id
         order by day desc, host, port, account_id, purpose limit ?",
    )?;
    let rows = statement.query_map([limit], |row| {
        Ok(CallRow {
            day: row.get(0)?,
            host: row.get(1)?,
            port: row.get(2)?,
            connection: row.get(3)?,
            purpose: row.get(4)?,
            calls: row.get(5)?,
            failed: row.get(6)?,
            bytes_out: row.get(7)?,
            bytes_in: row.get(8)?,
            first_at: row.get(9)?,
            last_at: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
