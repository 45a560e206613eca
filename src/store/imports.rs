//! What was read from files: each import with its counts, the rows that it refused and what the
//! user should know of it.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{ImportId, StoreId, UserId};
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug)]
pub struct Import {
    pub id: ImportId,
    pub format: String,
    pub file_name: String,
    pub file_bytes: i64,
    pub store: Option<String>,
    pub state: String,
    pub started_at: Instant,
    pub finished_at: Option<Instant>,
    pub accepted: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub fault: Option<String>,
    /// The address of whoever gave the file; `None` for a command.
    pub user: Option<String>,
}

pub struct NewImport<'a> {
    pub format: &'a str,
    pub file_name: &'a str,
    pub file_hash: Option<[u8; 32]>,
    pub file_bytes: i64,
    pub store: Option<StoreId>,
    pub user: Option<UserId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    pub line: i64,
    pub column: String,
    pub reason: String,
    pub raw: String,
}

/// Refused rows of one import that are kept; the count goes on.
pub const REFUSED_KEPT_MAX: i64 = 10_000;
/// Different unknown things of one import that are kept by name.
pub const UNKNOWNS_MAX: usize = 500;
/// Letters of such a name.
pub const UNKNOWN_NAME_MAX: usize = 200;
/// Notices of one import that are kept.
pub const NOTICES_KEPT_MAX: i64 = 200;

const COLUMNS: &str = "imports.id, format, file_name, file_bytes, stores.name, state, started_at, \
    finished_at, accepted, unchanged, refused, fault, users.email";
const FROM: &str = "imports left join stores on stores.id = store_id \
    left join users on users.id = user_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Import> {
    Ok(Import {
        id: row.get(0)?,
        format: row.get(1)?,
        file_name: row.get(2)?,
        file_bytes: row.get(3)?,
        store: row.get(4)?,
        state: row.get(5)?,
        started_at: row.get(6)?,
        finished_at: row.get(7)?,
        accepted: row.get(8)?,
        unchanged: row.get(9)?,
        refused: row.get(10)?,
        fault: row.get(11)?,
        user: row.get(12)?,
    })
}

pub fn insert_import(tx: &Tx<'_>, new: &NewImport<'_>) -> Result<ImportId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into imports
                (format, file_name, file_hash, file_bytes, store_id, user_id, state, started_at)
             values (?, ?, ?, ?, ?, ?, 'running', ?)",
        )?
        .execute(params![
            new.format,
            new.file_name,
            new.file_hash.as_ref().map(|hash| hash.as_slice()),
            new.file_bytes,
            new.store,
            new.user,
            tx.now,
        ])?;
    Ok(ImportId(tx.conn().last_insert_rowid()))
}

/// Adds to an import's counts.
pub fn update_counts(
    tx: &Tx<'_>,
    import: ImportId,
    (accepted, unchanged, refused): (i64, i64, i64),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update imports set accepted = accepted + ?2, unchanged = unchanged + ?3,
                refused = refused + ?4 where id = ?1",
        )?
        .execute(params![import, accepted, unchanged, refused])?;
    Ok(())
}

/// An import begins again from its first row, after the program died in its midst.
pub fn restart_import(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    tx.conn().execute("delete from refused_rows where import_id = ?", [import])?;
    tx.conn().execute("delete from import_notices where import_id = ?", [import])?;
    tx.conn().execute("delete from import_unknowns where import_id = ?", [import])?;
    tx.conn().execute(
        "update imports set state = 'running', accepted = 0, unchanged = 0, refused = 0,
            fault = null, finished_at = null where id = ?",
        [import],
    )?;
    Ok(())
}

pub fn finish_import(tx: &Tx<'_>, import: ImportId, fault: Option<&str>) -> Result<(), StoreError> {
    let state = if fault.is_some() { "failed" } else { "done" };
    tx.conn()
        .prepare_cached(
            "update imports set state = ?2, finished_at = ?3, fault = ?4 where id = ?1",
        )?
        .execute(params![import, state, tx.now, fault])?;
    Ok(())
}

/// Removes every trace of an import that wrote nothing.
pub fn delete_import(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    tx.conn().execute("delete from imports where id = ?", [import])?;
    Ok(())
}

/// As `delete_import`, for one that was refused whole.
///
/// # Errors
/// `Missing` where there is none of that number that failed.
pub fn delete_failed_import(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    let sql = "delete from imports where id = ? and state = 'failed'";
    match tx.conn().execute(sql, [import])? {
        0 => Err(StoreError::Missing),
        _ => Ok(()),
    }
}

pub fn set_store(tx: &Tx<'_>, import: ImportId, store: StoreId) -> Result<(), StoreError> {
    tx.conn().execute("update imports set store_id = ? where id = ?", params![store, import])?;
    Ok(())
}

pub fn mark_undone(tx: &Tx<'_>, import: ImportId) -> Result<(), StoreError> {
    tx.conn().execute("update imports set state = 'undone' where id = ?", [import])?;
    Ok(())
}

pub fn append_refused(tx: &Tx<'_>, import: ImportId, row: &RefusedRow) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into refused_rows (import_id, line, column_name, reason, raw)
             values (?, ?, ?, ?, ?)",
        )?
        .execute(params![import, row.line, row.column, row.reason, row.raw])?;
    Ok(())
}

pub fn append_notice(
    tx: &Tx<'_>,
    import: ImportId,
    line: i64,
    what: &str,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("insert into import_notices (import_id, line, what) values (?, ?, ?)")?
        .execute(params![import, line, what])?;
    Ok(())
}

/// Counts something that no table of ours names.
pub fn count_unknown(
    tx: &Tx<'_>,
    import: ImportId,
    (line, kind, name): (i64, &str, &str),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into import_unknowns (import_id, kind, name, first_line, times)
             select ?1, ?2, ?3, ?4, 1 where exists (
                select 1 from import_unknowns
                where import_id = ?1 and kind = ?2 and name = ?3)
                or (select count(*) from import_unknowns where import_id = ?1) < ?5
             on conflict (import_id, kind, name) do update set times = times + 1",
        )?
        .execute(params![import, kind, name, line, UNKNOWNS_MAX as i64])?;
    Ok(())
}

/// Kind, name, first line and count, the most frequent first.
pub fn list_unknowns(
    reader: &Reader<'_>,
    import: ImportId,
) -> Result<Vec<(String, String, i64, i64)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select kind, name, first_line, times from import_unknowns where import_id = ?
         order by kind, times desc, name",
    )?;
    let rows = statement
        .query_map([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn find_import(reader: &Reader<'_>, id: ImportId) -> Result<Option<Import>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} where imports.id = ?");
    Ok(reader.conn().prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// Newest first.
pub fn list_imports(reader: &Reader<'_>, limit: i64) -> Result<Vec<Import>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} order by imports.id desc limit ?");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([limit], from_row)?.collect::<Result<_, _>>()?)
}

pub fn list_refused(
    reader: &Reader<'_>,
    import: ImportId,
    limit: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select line, column_name, reason, raw from refused_rows where import_id = ?
         order by line, id limit ?",
    )?;
    let rows = statement.query_map(params![import, limit], |row| {
        Ok(RefusedRow {
            line: row.get(0)?,
            column: row.get(1)?,
            reason: row.get(2)?,
            raw: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn list_notices(
    reader: &Reader<'_>,
    import: ImportId,
) -> Result<Vec<(i64, String)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select line, what from import_notices where import_id = ? order by line, id",
    )?;
    let rows = statement.query_map([import], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
