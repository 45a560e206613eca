//! One variant: every event with what it left, who has a claim, what each channel shows, its lots,
//! and the course of its level.

use std::collections::{HashMap, HashSet};

use crate::base::id::{LocationId, LotId, OrderId, VariantId};
use crate::base::{Day, Instant, Zone};
use crate::domain::stock::event::EventKind;
use crate::reports::ReportError;
use crate::store::Reader;

/// An event as the ledger tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: i64,
    pub kind: EventKind,
    pub at: Instant,
    pub recorded_at: Instant,
    pub place: String,
    pub lot: Option<String>,
    /// What it changed; `None` of one that was undone, and of what undoes.
    pub change: Option<i64>,
    /// So many were counted.
    pub counted: Option<i64>,
    /// On hand in all places after it.
    pub balance: i64,
    pub reason: String,
    pub reference: String,
    pub order: Option<OrderId>,
    pub note: String,
    pub user: Option<String>,
    pub is_undone: bool,
}

const EVENTS: &str = "
    select event.id, event.kind, occurred_at, recorded_at, location_id, lot_id, locations.name,
        lots.code,
        delta, counted, reason, reference, order_id, coalesce(action.note, ''), users.email,
        reverses_id
    from stock_events event
    join locations on locations.id = location_id
    left join lots on lots.id = lot_id
    left join stock_actions action on action.id = action_id
    left join users on users.id = action.user_id
    where event.variant_id = ? order by occurred_at, event.id";

struct Raw {
    entry: Entry,
    cell: (LocationId, Option<LotId>),
    delta: Option<i64>,
    reverses: Option<i64>,
}

/// The ledger of a variant, the oldest first.
///
/// # Errors
/// `Store`.
pub fn list_entries(reader: &Reader<'_>, variant: VariantId) -> Result<Vec<Entry>, ReportError> {
    let mut statement = reader.conn().prepare_cached(EVENTS)?;
    let rows = statement.query_map([variant], |row| {
        let kind: String = row.get(1)?;
        let entry = Entry {
            id: row.get(0)?,
            kind: EventKind::parse(&kind).unwrap_or(EventKind::Adjusted),
            at: row.get(2)?,
            recorded_at: row.get(3)?,
            place: row.get(6)?,
            lot: row.get(7)?,
            change: None,
            counted: row.get(9)?,
            balance: 0,
            reason: row.get(10)?,
            reference: row.get(11)?,
            order: row.get(12)?,
            note: row.get(13)?,
            user: row.get(14)?,
            is_undone: false,
        };
        let cell = (row.get(4)?, row.get(5)?);
        Ok(Raw { entry, cell, delta: row.get(8)?, reverses: row.get(15)? })
    })?;
    let raws: Vec<Raw> = rows.collect::<Result<_, _>>()?;
    let undone: HashSet<i64> = raws.iter().filter_map(|raw| raw.reverses).collect();
    let (mut levels, mut balance) = (HashMap::new(), 0_i64);
    let mut entries = Vec::with_capacity(raws.len());
    for raw in raws {
        let mut entry = raw.entry;
        entry.is_undone = undone.contains(&entry.id);
        if !entry.is_undone && raw.reverses.is_none() {
            let level: &mut i64 = levels.entry(raw.cell).or_default();
            let change = match entry.counted {
                Some(counted) => counted.saturating_sub(*level),
                None => raw.delta.unwrap_or_default(),
            };
            *level = level.saturating_add(change);
            balance = balance.saturating_add(change);
            entry.change = Some(change);
        }
        entry.balance = balance;
        entries.push(entry);
    }
    Ok(entries)
}

/// On hand in all places at the end of each day, for so many days up to `today`; `None` before
/// anything was written.
pub fn course(
    entries: &[Entry],
    (today, days): (Day, i32),
    zone: &Zone,
) -> Vec<(Day, Option<i64>)> {
    let mut entries = entries.iter().peekable();
    let mut level = None;
    let mut course = Vec::new();
    for back in (0..days).rev() {
        let day = today.plus(-back);
        while let Some(entry) = entries.next_if(|entry| entry.at.day_in(zone) <= day) {
            level = Some(entry.balance);
        }
        course.push((day, level));
    }
    course
}

/// What an order holds, or has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    pub order: OrderId,
    pub number: String,
    pub store: String,
    pub placed_at: Instant,
    pub ordered: i64,
    pub held: i64,
    pub shipped: i64,
    pub released: i64,
    pub returned: i64,
}

/// Orders with a claim on a variant, those that still hold something first.
///
/// # Errors
/// `Store`.
pub fn list_claims(
    reader: &Reader<'_>,
    variant: VariantId,
    limit: i64,
) -> Result<Vec<Claimed>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select order_id, coalesce(orders.number, orders.external_id, ''), stores.name,
            reservations.placed_at, sum(ordered), sum(held), sum(shipped), sum(released),
            sum(returned)
         from reservations
         left join orders on orders.id = order_id
         join stores on stores.id = reservations.store_id
         where variant_id = ?1 group by order_id
         order by sum(held) = 0, reservations.placed_at desc, order_id desc limit ?2",
    )?;
    let rows = statement.query_map(rusqlite::params![variant, limit], |row| {
        Ok(Claimed {
            order: row.get(0)?,
            number: row.get(1)?,
            store: row.get(2)?,
            placed_at: row.get(3)?,
            ordered: row.get(4)?,
            held: row.get(5)?,
            shipped: row.get(6)?,
            released: row.get(7)?,
            returned: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What one channel is told and shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub store: String,
    pub title: String,
    /// Units that one of it takes.
    pub units: i64,
    /// What it was told last, or shall be.
    pub desired: Option<i64>,
    pub push: Option<String>,
    pub live: Option<i64>,
    pub read_at: Option<Instant>,
    /// What it can still sell by the last reading that is sure.
    pub confirmed: Option<i64>,
    pub confirmed_at: Option<Instant>,
    pub status: Option<String>,
    /// Why it is not told any more.
    pub stopped: String,
}

/// Listings that sell a SKU: linked, or by its very SKU.
///
/// # Errors
/// `Store`.
pub fn list_shown(reader: &Reader<'_>, sku: &str) -> Result<Vec<Shown>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "with mine as (
            select store_id, listing, units from listing_links where sku = ?1
            union all
            select store_id, channel_id, 1 from channel_listings one where sku = ?1
                and not exists (select 1 from listing_links link
                    where link.store_id = one.store_id and link.listing = one.channel_id)
         )
         select stores.name, coalesce(nullif(channel_listings.title, ''), mine.listing),
            mine.units,
            (select to_units from pushes where listing_id = told.id
                and state in ('planned', 'sent', 'accepted', 'confirmed')
                order by id desc limit 1),
            (select state from pushes where listing_id = told.id order by id desc limit 1),
            told.seen, told.seen_at, told.sellable, told.confirmed_at, told.status,
            coalesce(told.stopped, '')
         from mine join stores on stores.id = mine.store_id
         left join channel_listings on channel_listings.store_id = mine.store_id
            and channel_id = mine.listing
         left join accounts on accounts.store_id = mine.store_id
            and accounts.state <> 'disconnected'
         left join stock_listings as told on told.account_id = accounts.id
            and told.listing = mine.listing
         order by stores.name, mine.listing",
    )?;
    let rows = statement.query_map([sku], |row| {
        Ok(Shown {
            store: row.get(0)?,
            title: row.get(1)?,
            units: row.get(2)?,
            desired: row.get(3)?,
            push: row.get(4)?,
            live: row.get(5)?,
            read_at: row.get(6)?,
            confirmed: row.get(7)?,
            confirmed_at: row.get(8)?,
            status: row.get(9)?,
            stopped: row.get(10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units in one place and lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lying {
    pub place: String,
    pub kind: String,
    pub pushable: bool,
    pub lot: Option<String>,
    pub expires: Option<Day>,
    pub units: i64,
}

/// Where units lie, those that expire first in front.
///
/// # Errors
/// `Store`.
pub fn list_lying(reader: &Reader<'_>, variant: VariantId) -> Result<Vec<Lying>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select name, kind, pushable, code, expires_day, units
         from on_hand join locations on locations.id = location_id
         left join lots on lots.id = lot_id and lot_id <> 0
         where on_hand.variant_id = ? and (units <> 0 or lot_id = 0)
         order by location_id, expires_day is null, expires_day, lot_id",
    )?;
    let rows = statement.query_map([variant], |row| {
        Ok(Lying {
            place: row.get(0)?,
            kind: row.get(1)?,
            pushable: row.get(2)?,
            lot: row.get(3)?,
            expires: row.get(4)?,
            units: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
