//! How connected accounts are told of stock: as a whole, and each listing of theirs.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::{AccountId, StockListingId, StoreId};
use crate::domain::stock::rule::Rule;
use crate::store::{Reader, StoreError, Tx};

/// How far we go with a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushState {
    #[default]
    Off,
    /// Read and compared, nothing planned.
    Observe,
    /// Planned and shown, never written.
    DryRun,
    Armed,
}

impl PushState {
    pub const ALL: [Self; 4] = [Self::Off, Self::Observe, Self::DryRun, Self::Armed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::DryRun => "dry_run",
            Self::Armed => "armed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Who wins where somebody else changed the channel's number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wins {
    #[default]
    Hub,
    Ask,
    Channel,
}

impl Wins {
    pub const ALL: [Self; 3] = [Self::Hub, Self::Ask, Self::Channel];

    pub fn name(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Ask => "ask",
            Self::Channel => "channel",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wins| wins.name() == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockChannel {
    pub account: AccountId,
    pub state: PushState,
    /// The platform's mark of the place whose number we set, and its name.
    pub place: String,
    pub place_name: String,
    pub rule: Rule,
    /// Its part where units are shared out.
    pub share: i64,
    pub wins: Wins,
    /// Measured, in ms.
    pub order_lag_ms: Option<i64>,
    pub apply_lag_ms: Option<i64>,
    /// When the last pull of orders that came to its end was begun.
    pub orders_asked_at: Option<Instant>,
    /// In which epoch that was.
    pub orders_epoch: Option<i64>,
    pub epoch: Option<i64>,
    pub swept_at: Option<Instant>,
    /// Since when it did not answer.
    pub unreached_at: Option<Instant>,
    /// Why nothing is pushed until its user says so; empty where all is well.
    pub held: String,
    pub held_at: Option<Instant>,
}

impl StockChannel {
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            state: PushState::Off,
            place: String::new(),
            place_name: String::new(),
            rule: Rule::default(),
            share: 100,
            wins: Wins::Hub,
            order_lag_ms: None,
            apply_lag_ms: None,
            orders_asked_at: None,
            orders_epoch: None,
            epoch: None,
            swept_at: None,
            unreached_at: None,
            held: String::new(),
            held_at: None,
        }
    }
}

const COLUMNS: &str = "account_id, state, place, place_name, percent, buffer, cap, end_when, \
    share, wins, order_lag_ms, apply_lag_ms, orders_asked_at, swept_at, held, held_at, \
    unreached_at, orders_epoch, epoch";

fn from_row(row: &Row<'_>) -> rusqlite::Result<StockChannel> {
    let (state, wins): (String, String) = (row.get(1)?, row.get(9)?);
    Ok(StockChannel {
        account: row.get(0)?,
        state: PushState::parse(&state).unwrap_or_default(),
        place: row.get(2)?,
        place_name: row.get(3)?,
        rule: Rule {
            percent: row.get(4)?,
            buffer: row.get(5)?,
            cap: row.get(6)?,
            end_when: row.get(7)?,
        },
        share: row.get(8)?,
        wins: Wins::parse(&wins).unwrap_or_default(),
        order_lag_ms: row.get(10)?,
        apply_lag_ms: row.get(11)?,
        orders_asked_at: row.get(12)?,
        swept_at: row.get(13)?,
        held: row.get(14)?,
        held_at: row.get(15)?,
        unreached_at: row.get(16)?,
        orders_epoch: row.get(17)?,
        epoch: row.get(18)?,
    })
}

pub fn find_channel(
    conn: &Connection,
    account: AccountId,
) -> Result<Option<StockChannel>, StoreError> {
    let sql = format!("select {COLUMNS} from stock_channels where account_id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([account], from_row).optional()?)
}

pub fn list_channels(conn: &Connection) -> Result<Vec<StockChannel>, StoreError> {
    let sql = format!("select {COLUMNS} from stock_channels order by account_id");
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes how an account is told of stock. What of its listings is planned is looked at again.
pub fn upsert_channel(tx: &Tx<'_>, channel: &StockChannel) -> Result<(), StoreError> {
    let armed_at = (channel.state == PushState::Armed).then_some(tx.now);
    tx.conn()
        .prepare_cached(
            "insert into stock_channels (account_id, state, place, place_name, percent, buffer,
                cap, end_when, share, wins, order_lag_ms, apply_lag_ms, orders_asked_at, swept_at,
                held, held_at, armed_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
             on conflict (account_id) do update set state = ?2, place = ?3, place_name = ?4,
                percent = ?5, buffer = ?6, cap = ?7, end_when = ?8, share = ?9, wins = ?10,
                order_lag_ms = ?11, apply_lag_ms = ?12, orders_asked_at = ?13, swept_at = ?14,
                held = ?15, held_at = ?16,
                armed_at = case when ?17 is null then null else coalesce(armed_at, ?17) end",
        )?
        .execute(params![
            channel.account,
            channel.state.name(),
            channel.place,
            channel.place_name,
            channel.rule.percent,
            channel.rule.buffer,
            channel.rule.cap,
            channel.rule.end_when,
            channel.share,
            channel.wins.name(),
            channel.order_lag_ms,
            channel.apply_lag_ms,
            channel.orders_asked_at,
            channel.swept_at,
            channel.held,
            channel.held_at,
            armed_at,
        ])?;
    mark_account(tx, channel.account)
}

/// Has the variants of all listings of an account be planned again.
pub fn mark_account(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert or replace into dirty_stock (variant_id, mark)
         select distinct variants.id, ?2 from stock_listings
         join accounts on accounts.id = account_id
         left join channel_listings on channel_listings.store_id = accounts.store_id
            and channel_id = stock_listings.listing
         left join listing_links on listing_links.store_id = accounts.store_id
            and listing_links.listing = stock_listings.listing
         join variants on variants.sku = coalesce(listing_links.sku, channel_listings.sku)
         where account_id = ?1",
        params![account, tx.now],
    )?;
    Ok(())
}

/// Has what a listing sells be planned again.
pub fn mark_listing(tx: &Tx<'_>, id: StockListingId) -> Result<(), StoreError> {
    for sku in list_skus_of(tx.conn(), id)? {
        if let Some(variant) = super::variants::find_variant(tx.conn(), &sku)? {
            super::variants::mark_dirty(tx, variant)?;
        }
    }
    Ok(())
}

/// The SKU of the variant that a listing sells; none where nothing is known.
pub fn list_skus_of(conn: &Connection, id: StockListingId) -> Result<Vec<String>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select coalesce(own.sku, by_sku.sku, channel_listings.sku) from stock_listings
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
    let rows = statement.query_map([id], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Notes that all orders up to this instant were asked for, and are here.
pub fn note_orders_asked(
    tx: &Tx<'_>,
    account: AccountId,
    (asked_at, epoch): (Instant, i64),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_channels set orders_asked_at = ?, orders_epoch = ? where account_id = ?",
        )?
        .execute(params![asked_at, epoch, account])?;
    Ok(())
}

/// Another run, or another clock: what was sent before counts as sent now, since nobody knows for
/// how long it has been on its way.
pub fn begin_epoch(tx: &Tx<'_>, account: AccountId, epoch: i64) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update stock_channels set epoch = ? where account_id = ?")?
        .execute(params![epoch, account])?;
    tx.conn()
        .prepare_cached(
            "update pushes set sent_at = ?1 where state in ('sent', 'accepted')
                and listing_id in (select id from stock_listings where account_id = ?2)",
        )?
        .execute(params![tx.now, account])?;
    Ok(())
}

/// Whether the channel answers; what it can sell stays as it was known.
pub fn update_reached(
    tx: &Tx<'_>,
    account: AccountId,
    is_reached: bool,
) -> Result<bool, StoreError> {
    let sql = if is_reached {
        "update stock_channels set unreached_at = null
         where account_id = ?1 and unreached_at is not null and ?2 = ?2"
    } else {
        "update stock_channels set unreached_at = ?2 where account_id = ?1 and unreached_at is null"
    };
    let changed = tx.conn().prepare_cached(sql)?.execute(params![account, tx.now])? > 0;
    if changed {
        mark_account(tx, account)?;
    }
    Ok(changed)
}

/// Nothing is written until its user says so; an empty text lets it go on.
pub fn update_held(tx: &Tx<'_>, account: AccountId, why: &str) -> Result<(), StoreError> {
    let at = (!why.is_empty()).then_some(tx.now);
    tx.conn()
        .prepare_cached("update stock_channels set held = ?2, held_at = ?3 where account_id = ?1")?
        .execute(params![account, why, at])?;
    mark_account(tx, account)
}

/// Its user looked at the plan that was held and let it go: what follows of it is not held again.
pub fn let_go(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update stock_channels set let_go_at = ? where account_id = ?")?
        .execute(params![tx.now, account])?;
    update_held(tx, account, "")
}

/// Another place has other numbers: all that was read is of no use there.
pub fn forget_readings(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn().execute(
        "update stock_listings set seen = null, seen_at = null, sellable = null,
            confirmed_at = null, called_off = 0, waiting = null, waiting_at = null,
            waiting_epoch = null
         where account_id = ?",
        [account],
    )?;
    tx.conn()
        .execute("update stock_channels set swept_at = null where account_id = ?", [account])?;
    Ok(())
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

/// All of its listings were read.
pub fn note_swept(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached("update stock_channels set swept_at = ? where account_id = ?")?
        .execute(params![tx.now, account])?;
    Ok(())
}

/// Lags are the worst that was measured; in ms.
pub fn note_lag(
    tx: &Tx<'_>,
    account: AccountId,
    (order_ms, apply_ms): (Option<i64>, Option<i64>),
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "update stock_channels set order_lag_ms = nullif(max(coalesce(order_lag_ms, 0),
                    coalesce(?2, 0)), 0),
                apply_lag_ms = nullif(max(coalesce(apply_lag_ms, 0), coalesce(?3, 0)), 0)
             where account_id = ?1",
        )?
        .execute(params![account, order_ms, apply_ms])?;
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

/// All accounts that the push is about.
pub fn list_pushed(reader: &Reader<'_>) -> Result<Vec<StockChannel>, StoreError> {
    let channels = list_channels(reader.conn())?;
    Ok(channels.into_iter().filter(|channel| channel.state != PushState::Off).collect())
}
