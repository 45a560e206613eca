//! The audit log: who did what, when and from where, what stood and what stands. Rows are only
//! appended, each in the transaction of what it tells, and bear the digest of the row before, so
//! that one altered, taken out or put in breaks the chain (`audit/verify.rs`); tags under a key of
//! the vault keep whoever has the file from mending it. `audit/read.rs` searches.
//!
//! A write on somebody's behalf that nobody noted is noted by `Db` with what was asked for.

use std::sync::{Arc, OnceLock};

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::Instant;
use crate::store::crypt::{self, Key};
use crate::store::{Db, Lane, StoreError, Tx, settings};

pub mod read;
pub mod verify;

pub use verify::{Verified, verify};

/// Of a value, at most; the rules of a whole shop are longer than a line.
const VALUE_CHARS_MAX: usize = 8_000;
const SUBJECT_CHARS_MAX: usize = 300;
/// Months for which rows are kept, unless the owner chose more.
pub const KEPT_MONTHS_MIN: i64 = 13;
pub const KEPT_MONTHS_MAX: i64 = 120;
const KEPT_MONTHS: &str = "audit_months";

/// The vault's key for tags; `None` inside until the vault is open.
pub type Seal = Arc<OnceLock<Key>>;

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    SignedIn,
    SignInRefused,
    SignInLocked,
    SignedOut,
    People,
    Token,
    Setting,
    Store,
    Connection,
    Vault,
    /// Costs, rules, rates, expenses and other edits of the books.
    Change,
    Stock,
    Purchasing,
    /// Whatever else was asked for and changed something.
    Action,
    /// The log itself.
    Audit,
}

impl Kind {
    pub const ALL: [Self; 15] = [
        Self::SignedIn,
        Self::SignInRefused,
        Self::SignInLocked,
        Self::SignedOut,
        Self::People,
        Self::Token,
        Self::Setting,
        Self::Store,
        Self::Connection,
        Self::Vault,
        Self::Change,
        Self::Stock,
        Self::Purchasing,
        Self::Action,
        Self::Audit,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SignInLocked => "sign_in_locked",
            Self::SignedOut => "signed_out",
            Self::People => "people",
            Self::Token => "token",
            Self::Setting => "setting",
            Self::Store => "store",
            Self::Connection => "connection",
            Self::Vault => "vault",
            Self::Change => "change",
            Self::Stock => "stock",
            Self::Purchasing => "purchasing",
            Self::Action => "action",
            Self::Audit => "audit",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is written; a secret or a buyer's name has no place in it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    pub who: &'a str,
    pub origin: &'a str,
    pub kind: Kind,
    pub subject: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

/// What was done, by whoever this transaction is of.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    pub kind: Kind,
    pub subject: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

impl<'a> Note<'a> {
    /// Where nothing better is known than what was asked for.
    pub(super) fn of_request(what: &'a str) -> Self {
        Self { kind: Kind::Action, subject: what, before: None, after: None }
    }
}

/// Tells of this transaction what was done. What a job does of its own accord is nobody's.
///
/// # Errors
/// What SQLite said.
pub fn note(tx: &Tx<'_>, note: Note<'_>) -> Result<(), StoreError> {
    note_of(tx, "", note)
}

/// As `note`, of something that a job carries out: `name` asked for it.
///
/// # Errors
/// What SQLite said.
pub fn note_of(tx: &Tx<'_>, name: &str, note: Note<'_>) -> Result<(), StoreError> {
    let Note { kind, subject, before, after } = note;
    let (who, origin) = match tx.behalf() {
        Some(behalf) => (behalf.who.as_str(), behalf.origin.as_str()),
        None if name.is_empty() => return Ok(()),
        None => (name, ""),
    };
    append(tx, &Entry { who, origin, kind, subject, before, after })
}

/// # Errors
/// What SQLite said.
pub fn append(tx: &Tx<'_>, entry: &Entry<'_>) -> Result<(), StoreError> {
    tx.set_noted();
    let (last, before) = find_head(tx.conn())?.unwrap_or((0, [0; 32]));
    let row = Row {
        id: last + 1,
        at: tx.now,
        who: short(entry.who, SUBJECT_CHARS_MAX),
        origin: short(entry.origin, SUBJECT_CHARS_MAX),
        kind: entry.kind.name().to_owned(),
        subject: short(entry.subject, SUBJECT_CHARS_MAX),
        before: entry.before.map(|value| short(value, VALUE_CHARS_MAX)),
        after: entry.after.map(|value| short(value, VALUE_CHARS_MAX)),
    };
    let hash = row.hash(&before);
    let mac = tx.seal().get().map(|key| tag(key, Tag::Row, row.id, &hash));
    tx.conn()
        .prepare_cached(
            "insert into audit_log (id, at, who, origin, kind, subject, before, after, hash, mac)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            row.id,
            row.at,
            row.who,
            row.origin,
            row.kind,
            row.subject,
            row.before,
            row.after,
            hash,
            mac
        ])?;
    upsert_head(tx, row.id, &hash)
}

/// Every row as it is bound into the chain.
pub(super) struct Row {
    pub id: i64,
    pub at: Instant,
    pub who: String,
    pub origin: String,
    pub kind: String,
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Row {
    fn hash(&self, before: &[u8; 32]) -> [u8; 32] {
        let mut bytes = Vec::new();
        let mut part = |part: &[u8]| {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        };
        part(b"purser audit 1");
        part(before);
        part(&self.id.to_be_bytes());
        part(&self.at.0.to_be_bytes());
        for text in [&self.who, &self.origin, &self.kind, &self.subject] {
            part(text.as_bytes());
        }
        for value in [&self.before, &self.after] {
            part(&[u8::from(value.is_some())]);
            part(value.as_deref().unwrap_or_default().as_bytes());
        }
        crypt::sha256(&bytes)
    }
}

/// What a tag is of; one of a kind is none of another.
#[derive(Clone, Copy)]
enum Tag {
    Row,
    Head,
    Anchor,
}

fn tag(key: &Key, tag: Tag, id: i64, hash: &[u8; 32]) -> [u8; 32] {
    let name: &[u8] = match tag {
        Tag::Row => b"row",
        Tag::Head => b"head",
        Tag::Anchor => b"anchor",
    };
    crypt::hmac_parts(key, &[name, &id.to_be_bytes(), hash])
}

fn find_head(conn: &Connection) -> Result<Option<(i64, [u8; 32])>, StoreError> {
    let sql = "select row_id, hash from audit_head";
    let mut statement = conn.prepare_cached(sql)?;
    Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

fn upsert_head(tx: &Tx<'_>, id: i64, hash: &[u8; 32]) -> Result<(), StoreError> {
    let mac = tx.seal().get().map(|key| tag(key, Tag::Head, id, hash));
    tx.conn()
        .prepare_cached(
            "insert into audit_head (id, row_id, hash, mac) values (1, ?1, ?2, ?3)
             on conflict (id) do update set
                row_id = excluded.row_id, hash = excluded.hash, mac = excluded.mac",
        )?
        .execute(params![id, hash, mac])?;
    Ok(())
}

fn short(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// From now on rows are tagged. Those that were written while the vault was locked are covered by
/// one that says how many they are.
///
/// # Errors
/// `StoreError` of the database.
pub fn begin_sealing(db: &Db, key: &Key) -> Result<(), StoreError> {
    if !db.set_seal(key.clone()) || db.is_read_only() {
        return Ok(());
    }
    let count = "select count(*) from audit_log
        where id > coalesce((select max(id) from audit_log where mac is not null), 0)";
    let open: i64 =
        db.read(|reader| Ok(reader.conn().query_row(count, [], |row| row.get(0))?))?;
    if open == 0 {
        return Ok(());
    }
    let rows = open.to_string();
    db.write_local(Lane::Interactive, |tx| {
        let (who, origin, subject) = ("", "", "sealed");
        let (before, after) = (None, Some(rows.as_str()));
        append(tx, &Entry { who, origin, kind: Kind::Audit, subject, before, after })
    })
}

/// For how many months rows are kept.
///
/// # Errors
/// What SQLite said.
pub fn find_kept_months(conn: &Connection) -> Result<i64, StoreError> {
    let chosen = settings::find(conn, KEPT_MONTHS)?.and_then(|months| months.parse().ok());
    Ok(chosen.unwrap_or(KEPT_MONTHS_MIN).clamp(KEPT_MONTHS_MIN, KEPT_MONTHS_MAX))
}

/// # Errors
/// `Refused` for fewer or more months than may be.
pub fn set_kept_months(tx: &Tx<'_>, months: i64) -> Result<(), StoreError> {
    if !(KEPT_MONTHS_MIN..=KEPT_MONTHS_MAX).contains(&months) {
        return Err(StoreError::Refused(format!(
            "Nothing was changed: the log is kept for {KEPT_MONTHS_MIN} to {KEPT_MONTHS_MAX} \
             months."
        )));
    }
    settings::upsert(tx, KEPT_MONTHS, &months.to_string())
}

/// Takes away the oldest rows, those from before `before`, and anchors the rest where they ended.
/// Gives how many.
///
/// # Errors
/// What SQLite said.
pub fn prune(tx: &Tx<'_>, before: Instant) -> Result<i64, StoreError> {
    let sql = "select id, hash from audit_log
        where id < coalesce((select min(id) from audit_log where at >= ?1),
            (select max(id) + 1 from audit_log))
        order by id desc limit 1";
    let found: Option<(i64, [u8; 32])> =
        tx.conn().query_row(sql, [before], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((id, hash)) = found else { return Ok(0) };
    let mac = tx.seal().get().map(|key| tag(key, Tag::Anchor, id, &hash));
    tx.conn().execute(
        "insert into audit_anchor (id, row_id, at, hash, mac) values (1, ?1, ?2, ?3, ?4)
         on conflict (id) do update set row_id = excluded.row_id, at = excluded.at,
            hash = excluded.hash, mac = excluded.mac",
        params![id, tx.now, hash, mac],
    )?;
    let gone = tx.conn().execute("delete from audit_log where id <= ?", [id])?;
    let gone = i64::try_from(gone).unwrap_or(i64::MAX);
    let rows = gone.to_string();
    let (who, origin, subject) = ("", "", "removed");
    let (before, after) = (Some(rows.as_str()), None);
    append(tx, &Entry { who, origin, kind: Kind::Audit, subject, before, after })?;
    Ok(gone)
}

#[cfg(test)]
mod tests;
