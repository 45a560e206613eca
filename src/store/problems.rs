//! What connected accounts sent and we did not understand: counted by its name, shown.

use rusqlite::{Row, params};

use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::{Reader, StoreError, Tx};

/// Different problems of one stream that are kept by name; what comes beyond is not.
pub const PROBLEMS_MAX: i64 = 500;
/// Letters of a name.
pub const NAME_LETTERS_MAX: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemRow {
    pub account: AccountId,
    pub stream: String,
    pub kind: String,
    pub name: String,
    pub what: String,
    /// The document in which it was last seen.
    pub key: String,
    pub times: i64,
    pub first_at: Instant,
    pub last_at: Instant,
}

pub struct NewProblem<'a> {
    pub kind: &'a str,
    pub name: &'a str,
    pub what: &'a str,
    pub key: &'a str,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ProblemRow> {
    Ok(ProblemRow {
        account: row.get(0)?,
        stream: row.get(1)?,
        kind: row.get(2)?,
        name: row.get(3)?,
        what: row.get(4)?,
        key: row.get(5)?,
        times: row.get(6)?,
        first_at: row.get(7)?,
        last_at: row.get(8)?,
    })
}

/// Counts a problem.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_problem(
    tx: &Tx<'_>,
    (account, stream): (AccountId, &str),
    problem: &NewProblem<'_>,
) -> Result<(), StoreError> {
    let short = |text: &str| text.chars().take(NAME_LETTERS_MAX).collect::<String>();
    tx.conn()
        .prepare_cached(
            "insert into problems
                (account_id, stream, kind, name, what, external_id, times, first_at, last_at)
             select ?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7
             where exists (select 1 from problems
                    where account_id = ?1 and stream = ?2 and kind = ?3 and name = ?4)
                or (select count(*) from problems where account_id = ?1 and stream = ?2) < ?8
             on conflict (account_id, stream, kind, name) do update
             set times = times + 1, what = excluded.what, external_id = excluded.external_id,
                last_at = excluded.last_at",
        )?
        .execute(params![
            account,
            stream,
            problem.kind,
            short(problem.name),
            short(problem.what),
            short(problem.key),
            tx.now,
            PROBLEMS_MAX,
        ])?;
    Ok(())
}

/// The documents of a stream of which something is told.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_keys(
    tx: &Tx<'_>,
    (account, stream): (AccountId, &str),
) -> Result<Vec<String>, StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "select distinct external_id from problems
         where account_id = ? and stream = ? and kind in ('unread', 'doubt')",
    )?;
    let rows = statement.query_map(params![account, stream], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes what stood in a document, before it is read again: what is still there is counted
/// anew, what was mended is gone.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_of_document(
    tx: &Tx<'_>,
    (account, stream): (AccountId, &str),
    key: &str,
) -> Result<(), StoreError> {
    let key: String = key.chars().take(NAME_LETTERS_MAX).collect();
    tx.conn()
        .prepare_cached(
            "delete from problems where account_id = ? and stream = ? and external_id = ?
                and kind in ('unread', 'doubt')",
        )?
        .execute(params![account, stream, key])?;
    Ok(())
}

/// Those of an account, the most frequent first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_problems(
    reader: &Reader<'_>,
    account: AccountId,
    limit: i64,
) -> Result<Vec<ProblemRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select account_id, stream, kind, name, what, external_id, times, first_at, last_at
         from problems where account_id = ? order by times desc, stream, kind, name limit ?",
    )?;
    let rows = statement.query_map(params![account, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How many different ones each stream of an account has.
///
/// # Errors
/// `StoreError` of the database.
pub fn count_by_stream(
    reader: &Reader<'_>,
    account: AccountId,
) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select stream, count(*) from problems where account_id = ? group by stream",
    )?;
    let rows = statement.query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
