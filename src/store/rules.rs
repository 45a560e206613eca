//! The sets of rules that held, one after the other, and who made each (`costs.rs` writes them).

use rusqlite::{OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::ImportId;
use crate::domain::rules::Rules;
use crate::store::fact::Upserted;
use crate::store::{Reader, StoreError, Tx, costs};

/// One set of rules and how it came to be.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSet {
    /// `None` for the one in force.
    pub past: Option<i64>,
    pub rules: Rules,
    pub from: Instant,
    pub until: Option<Instant>,
    /// The address or token of whoever changed it by hand or gave the file; empty for a command.
    pub by: String,
    /// The file that brought it.
    pub import: Option<(ImportId, String)>,
}

/// Replaces all rules by hand.
pub fn replace_by_hand(tx: &Tx<'_>, rules: &Rules, by: &str) -> Result<Upserted, StoreError> {
    let upserted = costs::replace_rules(tx, rules, None)?;
    if upserted.is_written() {
        tx.conn().execute("update rules set changed_by = ?", [by])?;
    }
    Ok(upserted)
}

pub fn find_rules_for_write(tx: &Tx<'_>) -> Result<Rules, StoreError> {
    find_rules_in(tx.conn())
}

pub fn find_rules_in(conn: &rusqlite::Connection) -> Result<Rules, StoreError> {
    let body: Option<String> =
        conn.query_row("select body from rules where id = 1", [], |row| row.get(0)).optional()?;
    body.map_or_else(|| Ok(Rules::default()), |body| parse(&body))
}

/// What held before the rules in force; `None` where these are the first.
pub fn find_former(tx: &Tx<'_>) -> Result<Option<Rules>, StoreError> {
    let body: Option<String> = tx
        .conn()
        .query_row("select body from rules_past order by id desc limit 1", [], |row| row.get(0))
        .optional()?;
    body.map(|body| parse(&body)).transpose()
}

const COLUMNS: &str = "body, known_from_at, import_id, changed_by, file_name, users.email";
const JOINED: &str =
    "left join imports on imports.id = import_id left join users on users.id = imports.user_id";

/// The set in force first, then those before it, the newest first.
pub fn list_sets(reader: &Reader<'_>, limit: i64) -> Result<Vec<RuleSet>, StoreError> {
    let sql = format!("select {COLUMNS}, null, null from rules {JOINED}");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut sets: Vec<_> = statement.query_map([], from_row)?.collect::<Result<_, _>>()?;
    let sql = format!(
        "select {COLUMNS}, rules_past.id, known_until_at from rules_past {JOINED}
         order by rules_past.id desc limit ?"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let past: Vec<_> = statement.query_map(params![limit], from_row)?.collect::<Result<_, _>>()?;
    sets.extend(past);
    sets.into_iter().map(|(body, set)| Ok(RuleSet { rules: parse(&body)?, ..set })).collect()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<(String, RuleSet)> {
    let (import, file): (Option<ImportId>, Option<String>) = (row.get(2)?, row.get(4)?);
    let (by_hand, reader): (String, Option<String>) = (row.get(3)?, row.get(5)?);
    let set = RuleSet {
        past: row.get(6)?,
        rules: Rules::default(),
        from: row.get(1)?,
        until: row.get(7)?,
        by: if by_hand.is_empty() { reader.unwrap_or_default() } else { by_hand },
        import: import.zip(file),
    };
    Ok((row.get(0)?, set))
}

fn parse(body: &str) -> Result<Rules, StoreError> {
    serde_json::from_str(body).map_err(|fault| StoreError::Internal(fault.to_string()))
}
