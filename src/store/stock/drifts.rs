//! Numbers on channels that nothing of ours explains, and what the seller should see at once.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{DriftId, StockListingId, UserId, VariantId};
use crate::store::{StoreError, Tx};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DriftState {
    /// Seen once; a second reading must show the same.
    Watched,
    Open,
    Decided,
    /// Something of ours explained it after all.
    Explained,
}

impl DriftState {
    pub const ALL: [Self; 4] = [Self::Watched, Self::Open, Self::Decided, Self::Explained];

    pub fn name(self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::Open => "open",
            Self::Decided => "decided",
            Self::Explained => "explained",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    pub id: DriftId,
    pub listing: StockListingId,
    pub expected: i64,
    pub seen: i64,
    pub first_at: Instant,
    pub last_at: Instant,
    pub readings: i64,
    pub state: DriftState,
    pub cause: String,
    pub decision: String,
    pub ended_at: Option<Instant>,
}

const COLUMNS: &str = "id, listing_id, expected, seen, first_at, last_at, readings, state, cause,
    decision, ended_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Drift> {
    let state: String = row.get(7)?;
    Ok(Drift {
        id: row.get(0)?,
        listing: row.get(1)?,
        expected: row.get(2)?,
        seen: row.get(3)?,
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        readings: row.get(6)?,
        state: DriftState::parse(&state).unwrap_or(DriftState::Open),
        cause: row.get(8)?,
        decision: row.get(9)?,
        ended_at: row.get(10)?,
    })
}

/// The one that is watched or open.
pub fn find_open(conn: &Connection, listing: StockListingId) -> Result<Option<Drift>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from drifts where listing_id = ? and state in ('watched', 'open')"
    );
    Ok(conn.prepare_cached(&sql)?.query_row([listing], from_row).optional()?)
}

pub fn find_drift(conn: &Connection, id: DriftId) -> Result<Option<Drift>, StoreError> {
    let sql = format!("select {COLUMNS} from drifts where id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

pub fn insert_drift(
    tx: &Tx<'_>,
    listing: StockListingId,
    (expected, seen): (i64, i64),
) -> Result<DriftId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into drifts (listing_id, expected, seen, first_at, last_at, state)
             values (?, ?, ?, ?, ?, 'watched')",
        )?
        .execute(params![listing, expected, seen, tx.now, tx.now])?;
    Ok(DriftId(tx.conn().last_insert_rowid()))
}

/// Another reading of the same number; or of another, which begins the watch anew.
pub fn note_reading(
    tx: &Tx<'_>,
    drift: &Drift,
    (expected, seen): (i64, i64),
) -> Result<(), StoreError> {
    let is_same = (drift.expected, drift.seen) == (expected, seen);
    let (readings, first_at) = match is_same {
        true => (drift.readings + 1, drift.first_at),
        false => (1, tx.now),
    };
    tx.conn()
        .prepare_cached(
            "update drifts set expected = ?2, seen = ?3, readings = ?4, first_at = ?5, last_at = ?6
             where id = ?1",
        )?
        .execute(params![drift.id, expected, seen, readings, first_at, tx.now])?;
    Ok(())
}

/// It is no slip of one reading.
pub fn open_drift(tx: &Tx<'_>, id: DriftId, cause: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update drifts set state = 'open', cause = ? where id = ?")?
        .execute(params![cause, id])?;
    Ok(())
}

pub fn end_drift(
    tx: &Tx<'_>,
    id: DriftId,
    (state, decision, user): (DriftState, &str, Option<UserId>),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update drifts set state = ?, decision = ?, user_id = ?, ended_at = ? where id = ?
                and state in ('watched', 'open')",
        )?
        .execute(params![state.name(), decision, user, tx.now, id])?;
    Ok(())
}

/// How often a listing was changed by somebody else since an instant.
pub fn count_since(
    conn: &Connection,
    listing: StockListingId,
    since: Instant,
) -> Result<i64, StoreError> {
    let count = conn
        .prepare_cached(
            "select count(*) from drifts where listing_id = ? and first_at >= ?
                and state in ('open', 'decided')",
        )?
        .query_row(params![listing, since], |row| row.get(0))?;
    Ok(count)
}

/// What the seller should see; told once while it stands.
#[derive(Clone, Copy, Debug)]
pub struct NewAlert<'a> {
    pub kind: &'a str,
    /// What it is about, the same while it stands.
    pub subject: &'a str,
    pub what: &'a str,
    pub variant: Option<VariantId>,
    pub listing: Option<StockListingId>,
}

/// Gives whether it is new.
pub fn raise_alert(tx: &Tx<'_>, new: &NewAlert<'_>) -> Result<bool, StoreError> {
    let written = tx
        .conn()
        .prepare_cached(
            "insert into stock_alerts (kind, subject, what, variant_id, listing_id, at)
             values (?, ?, ?, ?, ?, ?)
             on conflict (kind, subject) where ended_at is null do nothing",
        )?
        .execute(params![new.kind, new.subject, new.what, new.variant, new.listing, tx.now])?;
    Ok(written > 0)
}

/// It stands no longer.
pub fn end_alert(tx: &Tx<'_>, kind: &str, subject: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_alerts set ended_at = ?
             where kind = ? and subject = ? and ended_at is null",
        )?
        .execute(params![tx.now, kind, subject])?;
    Ok(())
}
