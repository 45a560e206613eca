//! Numbers on channels that nothing of ours explains: those that wait for a decision, and what
//! became of the others.

use rusqlite::Row;

use crate::base::Instant;
use crate::base::id::{DriftId, StockListingId, StoreId};
use crate::store::{Reader, StoreError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftRow {
    pub id: DriftId,
    pub listing: StockListingId,
    pub account: String,
    pub store: Option<StoreId>,
    /// Its SKU, else the channel's own mark.
    pub name: String,
    pub title: String,
    pub expected: i64,
    pub seen: i64,
    pub first_at: Instant,
    pub last_at: Instant,
    pub readings: i64,
    pub state: String,
    pub cause: String,
    pub decision: String,
    /// Who decided; empty where a rule did, or a program.
    pub by: String,
    pub ended_at: Option<Instant>,
    /// Whether we no longer write the listing, in words.
    pub stopped: String,
}

const SELECT: &str = "select drifts.id, listing_id, accounts.name, accounts.store_id,
        coalesce(nullif(channel_listings.sku, ''), stock_listings.listing),
        coalesce(channel_listings.title, ''), expected, drifts.seen, first_at, last_at, readings,
        drifts.state, cause, decision, coalesce(users.email, ''), ended_at, stopped
    from drifts
    join stock_listings on stock_listings.id = listing_id
    join accounts on accounts.id = account_id
    left join channel_listings on channel_listings.store_id = accounts.store_id
        and channel_id = stock_listings.listing
    left join users on users.id = drifts.user_id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<DriftRow> {
    Ok(DriftRow {
        id: row.get(0)?,
        listing: row.get(1)?,
        account: row.get(2)?,
        store: row.get(3)?,
        name: row.get(4)?,
        title: row.get(5)?,
        expected: row.get(6)?,
        seen: row.get(7)?,
        first_at: row.get(8)?,
        last_at: row.get(9)?,
        readings: row.get(10)?,
        state: row.get(11)?,
        cause: row.get(12)?,
        decision: row.get(13)?,
        by: row.get(14)?,
        ended_at: row.get(15)?,
        stopped: row.get(16)?,
    })
}

/// Those that wait for a decision, the oldest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_open(reader: &Reader<'_>, limit: i64) -> Result<Vec<DriftRow>, StoreError> {
    let sql = format!("{SELECT} where drifts.state = 'open' order by first_at, drifts.id limit ?");
    list(reader, &sql, limit)
}

/// Those that were decided or explained, the newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_ended(reader: &Reader<'_>, limit: i64) -> Result<Vec<DriftRow>, StoreError> {
    let sql = format!(
        "{SELECT} where drifts.state in ('decided', 'explained') and drifts.cause <> ''
         order by ended_at desc, drifts.id desc limit ?"
    );
    list(reader, &sql, limit)
}

fn list(reader: &Reader<'_>, sql: &str, limit: i64) -> Result<Vec<DriftRow>, StoreError> {
    let mut statement = reader.conn().prepare_cached(sql)?;
    let rows = statement.query_map([limit], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
