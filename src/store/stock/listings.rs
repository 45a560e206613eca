//! The listings of connected channels as the push knows them: what each was seen to have, what it
//! can still sell at most, and what its user says of it.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{AccountId, StockListingId, StoreId};
use crate::domain::stock::rule::Rule;
use crate::store::stock::channels::PushState;
use crate::store::{StoreError, Tx};

/// What a listing is to its channel, as it was seen last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ListingStatus {
    #[default]
    Active,
    Uncounted,
    Oversold,
    Gone,
    ByChannel,
}

impl ListingStatus {
    pub const ALL: [Self; 5] =
        [Self::Active, Self::Uncounted, Self::Oversold, Self::Gone, Self::ByChannel];

    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Uncounted => "uncounted",
            Self::Oversold => "oversold",
            Self::Gone => "gone",
            Self::ByChannel => "by_channel",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A listing of an account as the push knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockListing {
    pub id: StockListingId,
    pub account: AccountId,
    pub store: StoreId,
    /// `ChannelListing::channel_id`.
    pub listing: String,
    pub sku: String,
    /// `None`: as its channel.
    pub state: Option<PushState>,
    pub own: OwnRule,
    pub pinned: bool,
    pub seen: Option<i64>,
    pub seen_at: Option<Instant>,
    /// The most that it can sell before it is read again.
    pub sellable: Option<i64>,
    pub confirmed_at: Option<Instant>,
    /// A reading that waits until all orders made before it are here.
    pub waiting: Option<Waiting>,
    pub status: ListingStatus,
    /// Why we no longer write it; empty where all is well.
    pub stopped: String,
    /// Units called off since it was confirmed.
    pub called_off: i64,
    /// By how much `sellable` may be too many.
    pub slop: i64,
}

impl StockListing {
    /// What a person knows it by.
    pub fn name(&self) -> &str {
        if self.sku.is_empty() { &self.listing } else { &self.sku }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub units: i64,
    pub at: Instant,
    /// Of another run of the program, or before the clock was set, it says nothing any more.
    pub epoch: i64,
}

/// What a listing has of its own; `None` is its channel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnRule {
    pub percent: Option<i64>,
    pub buffer: Option<i64>,
    pub cap: Option<i64>,
    pub end_when: Option<i64>,
    pub share: Option<i64>,
}

impl OwnRule {
    /// Laid over the channel's.
    pub fn over(&self, channel: Rule) -> Rule {
        Rule {
            percent: self.percent.unwrap_or(channel.percent),
            buffer: self.buffer.unwrap_or(channel.buffer),
            cap: self.cap.or(channel.cap),
            end_when: self.end_when.unwrap_or(channel.end_when),
        }
    }
}

pub(super) const LISTING_COLUMNS: &str = "stock_listings.id, account_id, accounts.store_id,
    stock_listings.listing, coalesce(channel_listings.sku, ''), stock_listings.state, percent,
    buffer, cap, end_when, share, pinned, seen, seen_at, sellable, confirmed_at, waiting,
    waiting_at, waiting_epoch, stock_listings.status, stopped, called_off, slop";

pub(super) const LISTING_FROM: &str = "stock_listings
    join accounts on accounts.id = account_id
    left join channel_listings on channel_listings.store_id = accounts.store_id
        and channel_id = stock_listings.listing";

pub(super) fn listing_from_row(row: &Row<'_>) -> rusqlite::Result<StockListing> {
    let (state, status): (Option<String>, String) = (row.get(5)?, row.get(19)?);
    let waiting: (Option<i64>, Option<Instant>, Option<i64>) =
        (row.get(16)?, row.get(17)?, row.get(18)?);
    let waiting = match waiting {
        (Some(units), Some(at), Some(epoch)) => Some(Waiting { units, at, epoch }),
        _ => None,
    };
    Ok(StockListing {
        id: row.get(0)?,
        account: row.get(1)?,
        store: row.get(2)?,
        listing: row.get(3)?,
        sku: row.get(4)?,
        state: state.and_then(|state| PushState::parse(&state)),
        own: OwnRule {
            percent: row.get(6)?,
            buffer: row.get(7)?,
            cap: row.get(8)?,
            end_when: row.get(9)?,
            share: row.get(10)?,
        },
        pinned: row.get(11)?,
        seen: row.get(12)?,
        seen_at: row.get(13)?,
        sellable: row.get(14)?,
        confirmed_at: row.get(15)?,
        waiting,
        status: ListingStatus::parse(&status).unwrap_or_default(),
        stopped: row.get(20)?,
        called_off: row.get(21)?,
        slop: row.get(22)?,
    })
}

/// Of an account, by their own numbers.
pub fn list_listings(
    conn: &Connection,
    account: AccountId,
) -> Result<Vec<StockListing>, StoreError> {
    let sql = format!(
        "select {LISTING_COLUMNS} from {LISTING_FROM} where account_id = ?
         order by stock_listings.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([account], listing_from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn find_listing(
    conn: &Connection,
    id: StockListingId,
) -> Result<Option<StockListing>, StoreError> {
    let sql = format!("select {LISTING_COLUMNS} from {LISTING_FROM} where stock_listings.id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], listing_from_row).optional()?)
}

/// How many listings of an account are ours to set, and how many of them were never read.
pub fn count_unread(conn: &Connection, account: AccountId) -> Result<(i64, i64), StoreError> {
    let counts = conn
        .prepare_cached(
            "select count(*), count(*) - count(seen_at) from stock_listings
             where account_id = ? and status <> 'by_channel'",
        )?
        .query_row([account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(counts)
}

/// How many of an account can be sold.
pub fn count_active(conn: &Connection, account: AccountId) -> Result<usize, StoreError> {
    let count: i64 = conn
        .prepare_cached(
            "select count(*) from stock_listings where account_id = ? and status = 'active'",
        )?
        .query_row([account], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Takes up what the account's store sells and is not known to the push yet. Gives how many. One
/// that shares its number with others is left alone: no number of one variant would be right.
pub fn insert_new_listings(tx: &Tx<'_>, account: AccountId) -> Result<usize, StoreError> {
    let written = tx.conn().execute(
        "insert into stock_listings (account_id, listing, state, status)
         select accounts.id, channel_id,
            case when counted_at not in ('', channel_id) then 'off' end,
            case when stocked in ('by_channel', 'uncounted', 'oversold') then stocked
                else 'active' end
         from accounts join channel_listings on channel_listings.store_id = accounts.store_id
         where accounts.id = ?1
            and channel_listings.import_id = accounts.import_id
            and not exists (select 1 from stock_listings known
                where known.account_id = accounts.id and known.listing = channel_id)
         order by channel_id",
        [account],
    )?;
    Ok(written)
}

/// What the seller says of one listing.
pub fn update_choices(
    tx: &Tx<'_>,
    id: StockListingId,
    (state, own, pinned): (Option<PushState>, OwnRule, bool),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_listings set state = ?2, percent = ?3, buffer = ?4, cap = ?5,
                end_when = ?6, share = ?7, pinned = ?8 where id = ?1",
        )?
        .execute(params![
            id,
            state.map(PushState::name),
            own.percent,
            own.buffer,
            own.cap,
            own.end_when,
            own.share,
            pinned,
        ])?;
    Ok(())
}

/// Has what a listing sells be planned again.
pub fn mark_listing(tx: &Tx<'_>, id: StockListingId) -> Result<(), StoreError> {
    for (sku, _) in list_sold(tx.conn(), id)? {
        if let Some(variant) = super::variants::find_variant(tx.conn(), &sku)? {
            super::variants::mark_dirty(tx, variant)?;
        }
    }
    Ok(())
}

/// The SKU of the variant that a listing sells, and how many units one of it takes; none where
/// nothing is known.
pub fn list_sold(conn: &Connection, id: StockListingId) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select coalesce(own.sku, by_sku.sku, channel_listings.sku),
            coalesce(own.units, by_sku.units, 1) from stock_listings
         join accounts on accounts.id = account_id
         left join channel_listings on channel_listings.store_id = accounts.store_id
            and channel_id = stock_listings.listing
         left join listing_links own on own.store_id = accounts.store_id
            and own.listing = stock_listings.listing
         left join listing_links by_sku on by_sku.store_id = accounts.store_id
            and by_sku.listing = 'sku:' || channel_listings.sku
         where stock_listings.id = ?1
            and coalesce(own.sku, by_sku.sku, channel_listings.sku, '') not in ('', '-')",
    )?;
    let rows = statement.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a reading told, and what of it waits.
pub fn update_seen(
    tx: &Tx<'_>,
    id: StockListingId,
    (seen, status): (Option<i64>, ListingStatus),
    waiting: Option<Waiting>,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_listings set seen = coalesce(?2, seen), seen_at = ?3, status = ?4,
                waiting = ?5, waiting_at = ?6, waiting_epoch = ?7
             where id = ?1",
        )?
        .execute(params![
            id,
            seen,
            tx.now,
            status.name(),
            waiting.map(|waiting| waiting.units),
            waiting.map(|waiting| waiting.at),
            waiting.map(|waiting| waiting.epoch),
        ])?;
    Ok(())
}

/// The first reading: until it has settled, nobody knows how much of it was sold meanwhile.
pub fn begin_sellable(tx: &Tx<'_>, id: StockListingId, units: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update stock_listings set sellable = ? where id = ? and sellable is null")?
        .execute(params![units, id])?;
    Ok(())
}

/// A reading has settled: so many can it sell, and by how much that may be too many.
pub fn update_sellable(
    tx: &Tx<'_>,
    id: StockListingId,
    (sellable, slop): (i64, i64),
    confirmed_at: Instant,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_listings set sellable = ?2, slop = ?3, confirmed_at = ?4,
                called_off = 0, waiting = null, waiting_at = null, waiting_epoch = null
             where id = ?1",
        )?
        .execute(params![id, sellable, slop, confirmed_at])?;
    Ok(())
}

/// The reading that waited says nothing any more.
pub fn clear_waiting(tx: &Tx<'_>, id: StockListingId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_listings set waiting = null, waiting_at = null, waiting_epoch = null
             where id = ?",
        )?
        .execute([id])?;
    Ok(())
}

/// Whether a reading waits for orders.
pub fn is_any_waiting(conn: &Connection, account: AccountId) -> Result<bool, StoreError> {
    let is_any = conn
        .prepare_cached(
            "select exists (select 1 from stock_listings
                where account_id = ? and waiting is not null)",
        )?
        .query_row([account], |row| row.get(0))?;
    Ok(is_any)
}

/// We no longer write it, or do again (an empty text).
pub fn update_stopped(tx: &Tx<'_>, id: StockListingId, why: &str) -> Result<(), StoreError> {
    let at = (!why.is_empty()).then_some(tx.now);
    tx.conn()
        .prepare_cached("update stock_listings set stopped = ?2, stopped_at = ?3 where id = ?1")?
        .execute(params![id, why, at])?;
    Ok(())
}

/// Units of a listing that orders took which were first seen since an instant.
pub fn count_seen_since(
    conn: &Connection,
    (store, listing): (StoreId, &str),
    since: Instant,
) -> Result<i64, StoreError> {
    // A kit has a row for each component: of each line one.
    let seen = conn
        .prepare_cached(
            "select coalesce(sum(units), 0) from (
                select max(listing_units) as units from reservations
                where store_id = ?1 and listing = ?2 and first_seen_at >= ?3
                group by order_id, line)",
        )?
        .query_row(params![store, listing, since], |row| row.get(0))?;
    Ok(seen)
}
