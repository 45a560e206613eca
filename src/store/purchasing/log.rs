//! Every edit of a supplier, a price list, an order or a transfer: who, when, what stood and what
//! stands. What came and what was moved is told by receipts and steps.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::PurchasingLogId;
use crate::store::audit::{self, Kind, Note};
use crate::store::changes::By;
use crate::store::{StoreError, Tx};

/// What was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogKind {
    Supplier,
    Prices,
    Order,
    Transfer,
}

impl LogKind {
    const ALL: [Self; 4] = [Self::Supplier, Self::Prices, Self::Order, Self::Transfer];

    pub fn name(self) -> &'static str {
        match self {
            Self::Supplier => "supplier",
            Self::Prices => "prices",
            Self::Order => "order",
            Self::Transfer => "transfer",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

pub struct NewEntry<'a> {
    pub kind: LogKind,
    pub subject: i64,
    /// `made`, `edited`, `ordered`, `cancelled`, ...
    pub what: &'a str,
    pub before: Option<String>,
    pub after: Option<String>,
    pub undoes: Option<PurchasingLogId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: PurchasingLogId,
    pub kind: LogKind,
    pub subject: i64,
    pub what: String,
    pub at: Instant,
    pub by_name: String,
    pub why: String,
    /// JSON; `None` where nothing stood or stands.
    pub before: Option<String>,
    pub after: Option<String>,
    pub undone_by: Option<PurchasingLogId>,
}

/// Writes an entry, and notes on the one that it takes back that it did.
pub fn append(tx: &Tx<'_>, new: &NewEntry<'_>, by: &By) -> Result<PurchasingLogId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into purchasing_log (kind, subject_id, what, at, by_name, source, why, before,
                after, undoes)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.kind.name(),
            new.subject,
            new.what,
            tx.now,
            by.name,
            by.source.name(),
            by.why,
            new.before,
            new.after,
            new.undoes,
        ])?;
    let id = PurchasingLogId(tx.conn().last_insert_rowid());
    if let Some(undone) = new.undoes {
        mark_undone(tx, undone, id)?;
    }
    let subject = format!("{} {}: {}", new.kind.name(), new.subject, new.what);
    let (kind, before, after) = (Kind::Purchasing, new.before.as_deref(), new.after.as_deref());
    audit::note_of(tx, &by.name, Note { kind, subject: &subject, before, after })?;
    Ok(id)
}

fn mark_undone(tx: &Tx<'_>, entry: PurchasingLogId, by: PurchasingLogId) -> Result<(), StoreError> {
    let sql = "update purchasing_log set undone_by = ? where id = ?";
    tx.conn().prepare_cached(sql)?.execute(params![by, entry])?;
    Ok(())
}

const COLUMNS: &str = "id, kind, subject_id, what, at, by_name, why, before, after, undone_by";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let kind: String = row.get(1)?;
    Ok(Entry {
        id: row.get(0)?,
        // The column's own check admits no other names.
        kind: LogKind::parse(&kind).unwrap_or(LogKind::Supplier),
        subject: row.get(2)?,
        what: row.get(3)?,
        at: row.get(4)?,
        by_name: row.get(5)?,
        why: row.get(6)?,
        before: row.get(7)?,
        after: row.get(8)?,
        undone_by: row.get(9)?,
    })
}

pub fn find(conn: &Connection, id: PurchasingLogId) -> Result<Option<Entry>, StoreError> {
    let sql = format!("select {COLUMNS} from purchasing_log where id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// The newest first.
pub fn list(
    conn: &Connection,
    (kind, subject): (LogKind, i64),
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from purchasing_log where kind = ? and subject_id = ?
         order by id desc limit ?"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![kind.name(), subject, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
