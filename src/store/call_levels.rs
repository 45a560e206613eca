//! How much of a slow limit each account has left, so that a restart forgives nothing.

use rusqlite::{OptionalExtension, params};

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::{Reader, StoreError, Tx};

/// What one bucket held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallLevel {
    /// Calls, in thousandths.
    pub level_thousandths: i64,
    pub filled_at: Instant,
    pub closed_until_at: Option<Instant>,
}

/// # Errors
/// `StoreError` of the database.
pub fn find_call_level(
    reader: &Reader<'_>,
    (account, operation): (AccountId, &str),
) -> Result<Option<CallLevel>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select level_thousandths, filled_at, closed_until_at from call_levels
         where account_id = ? and operation = ?",
    )?;
    let found = statement.query_row(params![account, operation], |row| {
        Ok(CallLevel {
            level_thousandths: row.get(0)?,
            filled_at: row.get(1)?,
            closed_until_at: row.get(2)?,
        })
    });
    Ok(found.optional()?)
}

/// Of an account that is not saved yet nothing is kept.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_call_level(
    tx: &Tx<'_>,
    (account, operation): (AccountId, &str),
    level: CallLevel,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into call_levels
                 (account_id, operation, level_thousandths, filled_at, closed_until_at)
             select id, ?2, ?3, ?4, ?5 from accounts where id = ?1
             on conflict (account_id, operation) do update
             set level_thousandths = excluded.level_thousandths, filled_at = excluded.filled_at,
                 closed_until_at = excluded.closed_until_at",
        )?
        .execute(params![
            account,
            operation,
            level.level_thousandths,
            level.filled_at,
            level.closed_until_at
        ])?;
    Ok(())
}
