//! What was read from files: each import with its counts, the rows that it refused and what the
//! user should know of it.

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{ImportId, StoreId, UserId};
use crate::store::fact::FactTable;
use crate::store::{
    Reader, StoreError, Tx, channel_listings, charges, costs, labels, listing_links, listings,
    purchases, stock_levels,
};

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
    pub hash: Option<[u8; 32]>,
    /// The import whose refused rows this one tried again.
    pub parent: Option<ImportId>,
}

pub struct NewImport<'a> {
    pub format: &'a str,
    pub file_name: &'a str,
    pub file_hash: Option<[u8; 32]>,
    pub file_bytes: i64,
    pub store: Option<StoreId>,
    pub user: Option<UserId>,
    pub parent: Option<ImportId>,
}

/// The tables of facts that an import may write, orders and rules aside.
pub static FACTS: [&FactTable; 17] = [
    &costs::COSTS,
    &purchases::PURCHASES,
    &purchases::LANDED_COSTS,
    &costs::EXPENSES,
    &costs::AD_SPEND,
    &costs::FX_RATES,
    &charges::CHARGES,
    &charges::PAYOUTS,
    &charges::STATED_TOTALS,
    &listings::LISTINGS,
    &listings::LISTED_COSTS,
    &listings::FEE_ESTIMATES,
    &stock_levels::STOCK_LEVELS,
    &stock_levels::STOCK_MOVEMENTS,
    &labels::LABELS,
    &channel_listings::CHANNEL_LISTINGS,
    &listing_links::LISTING_LINKS,
];

/// What stands in the books by one import alone, and goes with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Orders that nothing else tells of: they go.
    pub orders: i64,
    /// Orders that something else tells of too: they stay, as they were before.
    pub orders_shared: i64,
    /// Facts of each kind, kinds without any left out.
    pub facts: Vec<FactsOf>,
    pub rules: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactsOf {
    /// The name of their table.
    pub table: &'static str,
    pub goes: i64,
    /// Of what they replaced.
    pub comes_back: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// 0 where it is not kept.
    pub id: i64,
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
    finished_at, accepted, unchanged, refused, fault, users.email, file_hash, parent_id";
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
        hash: row.get(13)?,
        parent: row.get(14)?,
    })
}

pub fn insert_import(tx: &Tx<'_>, new: &NewImport<'_>) -> Result<ImportId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into imports
                (format, file_name, file_hash, file_bytes, store_id, user_id, parent_id, state,
                started_at)
             values (?, ?, ?, ?, ?, ?, ?, 'running', ?)",
        )?
        .execute(params![
            new.format,
            new.file_name,
            new.file_hash.as_ref().map(|hash| hash.as_slice()),
            new.file_bytes,
            new.store,
            new.user,
            new.parent,
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

/// What became of refused rows that were tried again: those that went in leave the import they
/// were refused by, the others bear their new reason there. `rows` names them by the line on
/// which they began in the second file, in order.
pub fn settle_refused(
    tx: &Tx<'_>,
    child: ImportId,
    (parent, rows): (ImportId, &[(i64, i64)]),
) -> Result<(), StoreError> {
    let mut again = 0;
    for (index, (line, id)) in rows.iter().enumerate() {
        let until = rows.get(index + 1).map_or(i64::MAX, |(next, _)| *next);
        let refused = tx
            .conn()
            .prepare_cached(
                "select column_name, reason, raw from refused_rows
                 where import_id = ?1 and line >= ?2 and line < ?3 order by line, id limit 1",
            )?
            .query_row(params![child, line, until], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
            })
            .optional()?;
        match refused {
            Some((column, reason, raw)) => {
                again += 1;
                tx.conn()
                    .prepare_cached(
                        "update refused_rows set column_name = ?3, reason = ?4,
                            raw = case ?5 when '' then raw else ?5 end
                         where id = ?1 and import_id = ?2",
                    )?
                    .execute(params![id, parent, column, reason, raw])?;
            }
            None => {
                tx.conn()
                    .prepare_cached("delete from refused_rows where id = ? and import_id = ?")?
                    .execute(params![id, parent])?;
            }
        }
    }
    let gone = rows.len() as i64 - again;
    tx.conn()
        .prepare_cached("update imports set refused = max(refused - ?2, 0) where id = ?1")?
        .execute(params![parent, gone])?;
    tx.conn().prepare_cached("delete from refused_rows where import_id = ?")?.execute([child])?;
    tx.conn()
        .prepare_cached("update imports set refused = ?2 where id = ?1")?
        .execute(params![child, again,])?;
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

/// What a connected account brought is shown with the account, as long as it is connected.
const NO_ACCOUNTS: &str = "imports.id not in (
    select import_id from accounts where accounts.state <> 'disconnected')";

/// Newest first, `skipped` of them left out.
pub fn list_imports(
    reader: &Reader<'_>,
    (skipped, limit): (i64, i64),
) -> Result<Vec<Import>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from {FROM} where {NO_ACCOUNTS}
         order by imports.id desc limit ? offset ?"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([limit, skipped], from_row)?.collect::<Result<_, _>>()?)
}

pub fn count_imports(reader: &Reader<'_>) -> Result<i64, StoreError> {
    let sql = format!("select count(*) from imports where {NO_ACCOUNTS}");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

/// Those that are being taken in or wait for it, in the order of their coming.
pub fn list_running(reader: &Reader<'_>) -> Result<Vec<Import>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} where state = 'running' order by imports.id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([], from_row)?.collect::<Result<_, _>>()?)
}

/// Those that tried the refused rows of another again, newest first.
pub fn list_tries(reader: &Reader<'_>, parent: ImportId) -> Result<Vec<Import>, StoreError> {
    let sql = format!("select {COLUMNS} from {FROM} where parent_id = ? order by imports.id desc");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([parent], from_row)?.collect::<Result<_, _>>()?)
}

pub fn list_refused(
    reader: &Reader<'_>,
    import: ImportId,
    limit: i64,
) -> Result<Vec<RefusedRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, line, column_name, reason, raw from refused_rows where import_id = ?
         order by line, id limit ?",
    )?;
    let rows = statement.query_map(params![import, limit], refused_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn find_refused(
    reader: &Reader<'_>,
    import: ImportId,
    id: i64,
) -> Result<Option<RefusedRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select id, line, column_name, reason, raw from refused_rows
         where import_id = ? and id = ?",
    )?;
    Ok(statement.query_row(params![import, id], refused_from_row).optional()?)
}

fn refused_from_row(row: &Row<'_>) -> rusqlite::Result<RefusedRow> {
    Ok(RefusedRow {
        id: row.get(0)?,
        line: row.get(1)?,
        column: row.get(2)?,
        reason: row.get(3)?,
        raw: row.get(4)?,
    })
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
