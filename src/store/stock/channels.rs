//! How connected accounts are told of stock: as a whole, and each listing of theirs.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::AccountId;
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

/// Whether somebody armed it, or let a plan of it go, since an instant.
pub fn was_looked_at_since(
    conn: &Connection,
    account: AccountId,
    since: Instant,
) -> Result<bool, StoreError> {
    let was = conn
        .prepare_cached(
            "select exists (select 1 from stock_channels
                where account_id = ?1 and (armed_at >= ?2 or let_go_at >= ?2))",
        )?
        .query_row(params![account, since], |row| row.get(0))?;
    Ok(was)
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

/// All accounts that the push is about.
pub fn list_pushed(reader: &Reader<'_>) -> Result<Vec<StockChannel>, StoreError> {
    let channels = list_channels(reader.conn())?;
    Ok(channels.into_iter().filter(|channel| channel.state != PushState::Off).collect())
}
