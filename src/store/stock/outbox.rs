//! What is to be written on channels, and what became of it. A listing has at most one number in
//! flight and one that waits; a newer plan takes the place of one that was not sent.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{AccountId, PushId, StockListingId};
use crate::domain::stock::plan::Why;
use crate::store::{StoreError, Tx, crypt};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushFate {
    Planned,
    /// Written down before the call: what came of it is not known.
    Sent,
    Accepted,
    /// A live reading showed it.
    Confirmed,
    Superseded,
    Stale,
    Failed,
    Skipped,
    /// Would have been written.
    Dry,
}

impl PushFate {
    pub const ALL: [Self; 9] = [
        Self::Planned,
        Self::Sent,
        Self::Accepted,
        Self::Confirmed,
        Self::Superseded,
        Self::Stale,
        Self::Failed,
        Self::Skipped,
        Self::Dry,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sent => "sent",
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
            Self::Superseded => "superseded",
            Self::Stale => "stale",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Dry => "dry",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fate| fate.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushRow {
    pub id: PushId,
    pub listing: StockListingId,
    pub from: Option<i64>,
    pub to: i64,
    pub expected: Option<i64>,
    pub key: String,
    pub why: String,
    pub fate: PushFate,
    pub attempts: i64,
    pub sold: i64,
    pub submission: String,
    pub fault: String,
    pub live: Option<i64>,
    pub planned_at: Instant,
    pub sent_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    pub ended_at: Option<Instant>,
}

const COLUMNS: &str = "pushes.id, listing_id, from_units, to_units, expected, key, why,
    pushes.state, attempts, sold, submission, fault, live, planned_at, sent_at, answered_at,
    ended_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<PushRow> {
    let fate: String = row.get(7)?;
    Ok(PushRow {
        id: row.get(0)?,
        listing: row.get(1)?,
        from: row.get(2)?,
        to: row.get(3)?,
        expected: row.get(4)?,
        key: row.get(5)?,
        why: row.get(6)?,
        fate: PushFate::parse(&fate).unwrap_or(PushFate::Failed),
        attempts: row.get(8)?,
        sold: row.get(9)?,
        submission: row.get(10)?,
        fault: row.get(11)?,
        live: row.get(12)?,
        planned_at: row.get(13)?,
        sent_at: row.get(14)?,
        answered_at: row.get(15)?,
        ended_at: row.get(16)?,
    })
}

/// Plans a number in the place of whatever waited. Gives whether anything changed.
///
/// # Errors
/// `StoreError` of the database, or of the system's randomness.
pub fn plan_push(
    tx: &Tx<'_>,
    listing: StockListingId,
    (from, to): (i64, i64),
    why: Why,
) -> Result<bool, StoreError> {
    let waiting: Option<(PushId, i64, Option<i64>)> = tx
        .conn()
        .prepare_cached(
            "select id, to_units, from_units from pushes
             where listing_id = ? and state = 'planned'",
        )?
        .query_row([listing], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if let Some((id, known_to, known_from)) = waiting {
        if (known_from, known_to) == (Some(from), to) {
            return Ok(false);
        }
        end_push(tx, id, (PushFate::Superseded, ""))?;
    }
    tx.conn()
        .prepare_cached(
            "insert into pushes (listing_id, from_units, to_units, key, why, state, planned_at)
             values (?, ?, ?, ?, ?, 'planned', ?)",
        )?
        .execute(params![listing, from, to, new_key()?, why.name(), tx.now])?;
    Ok(true)
}

/// A new plan does not want what waited.
pub fn drop_planned(tx: &Tx<'_>, listing: StockListingId) -> Result<bool, StoreError> {
    let ended = tx
        .conn()
        .prepare_cached(
            "update pushes set state = 'superseded', ended_at = ?
             where listing_id = ? and state = 'planned'",
        )?
        .execute(params![tx.now, listing])?;
    Ok(ended > 0)
}

/// The kill switch: nothing that waits is sent any more.
pub fn drop_all_planned(tx: &Tx<'_>, why: &str) -> Result<usize, StoreError> {
    let ended = tx.conn().execute(
        "update pushes set state = 'skipped', fault = ?, ended_at = ? where state = 'planned'",
        params![why, tx.now],
    )?;
    Ok(ended)
}

/// Another for each push, the same for each attempt of it: a version 4 UUID.
fn new_key() -> Result<String, StoreError> {
    let mut bytes: [u8; 16] = crypt::random()?;
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(parts.join("-"))
}

/// What waits or is in flight, of one account.
pub fn list_open(conn: &Connection, account: AccountId) -> Result<Vec<PushRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from pushes
         join stock_listings on stock_listings.id = listing_id
         where account_id = ? and pushes.state in ('planned', 'sent', 'accepted')
         order by to_units > coalesce(from_units, 0), pushes.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([account], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was written on a listing, the newest first.
pub fn list_of_listing(
    conn: &Connection,
    listing: StockListingId,
    limit: i64,
) -> Result<Vec<PushRow>, StoreError> {
    let sql = format!("select {COLUMNS} from pushes where listing_id = ? order by id desc limit ?");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map(params![listing, limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Before the call: from here on it may have taken effect. `false` where it was superseded.
pub fn mark_sent(tx: &Tx<'_>, id: PushId, expected: i64) -> Result<bool, StoreError> {
    let changed = tx
        .conn()
        .prepare_cached(
            "update pushes set state = 'sent', expected = ?2, sent_at = ?3,
                attempts = attempts + 1
             where id = ?1 and state = 'planned'",
        )?
        .execute(params![id, expected, tx.now])?;
    Ok(changed > 0)
}

pub fn mark_accepted(tx: &Tx<'_>, id: PushId, submission: &str) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update pushes set state = 'accepted', submission = ?2, answered_at = ?3
             where id = ?1 and state = 'sent'",
        )?
        .execute(params![id, submission, tx.now])?;
    Ok(())
}

/// How it ended, in words where it did not end well.
pub fn end_push(
    tx: &Tx<'_>,
    id: PushId,
    (fate, fault): (PushFate, &str),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update pushes set state = ?2, fault = ?3, ended_at = ?4 where id = ?1
                and state in ('planned', 'sent', 'accepted')",
        )?
        .execute(params![id, fate.name(), fault, tx.now])?;
    Ok(())
}

/// A live reading showed it.
pub fn confirm_push(tx: &Tx<'_>, id: PushId, live: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update pushes set state = 'confirmed', live = ?2, ended_at = ?3 where id = ?1
                and state in ('sent', 'accepted')",
        )?
        .execute(params![id, live, tx.now])?;
    Ok(())
}
