//! Searching the audit log.

use rusqlite::{Connection, named_params};

use super::Kind;
use crate::base::Instant;
use crate::store::StoreError;

/// One row as a reader sees it.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: i64,
    pub at: Instant,
    pub who: String,
    pub origin: String,
    /// `None` for a kind that a later version wrote.
    pub kind: Option<Kind>,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// What is searched for; empty is everything.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub who: Option<String>,
    pub kind: Option<Kind>,
    /// Part of what was done, of what stood or of what stands.
    pub text: String,
    pub from: Option<Instant>,
    /// The first moment that is not searched any more.
    pub to: Option<Instant>,
}

const CONDITION: &str = "(:who is null or who = :who) and (:kind is null or kind = :kind)
    and (:from is null or at >= :from) and (:to is null or at < :to)
    and (:text = '' or instr(lower(subject), :text) > 0
        or instr(lower(coalesce(before, '')), :text) > 0
        or instr(lower(coalesce(after, '')), :text) > 0)";

/// The newest first.
///
/// # Errors
/// What SQLite said.
pub fn list(
    conn: &Connection,
    wanted: &Wanted,
    (skipped, limit): (i64, i64),
) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "select id, at, who, origin, kind, subject, before, after from audit_log
         where {CONDITION} order by id desc limit :limit offset :skipped"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(
        named_params! {
            ":who": wanted.who,
            ":kind": wanted.kind.map(Kind::name),
            ":from": wanted.from,
            ":to": wanted.to,
            ":text": wanted.text.to_lowercase(),
            ":limit": limit,
            ":skipped": skipped,
        },
        |row| {
            let kind: String = row.get(4)?;
            Ok(Listed {
                id: row.get(0)?,
                at: row.get(1)?,
                who: row.get(2)?,
                origin: row.get(3)?,
                kind: Kind::parse(&kind),
                subject: row.get(5)?,
                before: row.get(6)?,
                after: row.get(7)?,
            })
        },
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// # Errors
/// What SQLite said.
pub fn count(conn: &Connection, wanted: &Wanted) -> Result<i64, StoreError> {
    let sql = format!("select count(*) from audit_log where {CONDITION}");
    let mut statement = conn.prepare_cached(&sql)?;
    Ok(statement.query_row(
        named_params! {
            ":who": wanted.who,
            ":kind": wanted.kind.map(Kind::name),
            ":from": wanted.from,
            ":to": wanted.to,
            ":text": wanted.text.to_lowercase(),
        },
        |row| row.get(0),
    )?)
}

/// Everybody of whom the log tells.
///
/// # Errors
/// What SQLite said.
pub fn list_people(conn: &Connection) -> Result<Vec<String>, StoreError> {
    let sql = "select distinct who from audit_log where who <> '' order by who";
    let mut statement = conn.prepare(sql)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
