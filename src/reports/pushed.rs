//! What channels are told of stock: how each of them stands, what it should show and shows, what
//! would be written now, what was written.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, params};

use crate::base::Instant;
use crate::base::id::{AccountId, StockListingId};
use crate::connectors;
use crate::domain::stock::plan::Group;
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::stock::channels::{self, PushState, StockChannel};
use crate::store::stock::drifts;
use crate::store::stock::groups::{FactsByAccount, LoadedGroup, WhyNot, load_groups};
use crate::store::stock::listings::{self, ListingStatus, StockListing, find_listing};
use crate::store::stock::outbox::{self, PushFate, PushRow};
use crate::store::{Reader, StoreError};

/// All channels whose stock can be set.
#[derive(Clone, Debug, Default)]
pub struct Pushed {
    /// Whether everything is stopped.
    pub is_stopped: bool,
    pub channels: Vec<PushedChannel>,
    pub exposure: Exposure,
}

/// Units that can be sold beyond what there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exposure {
    pub units: i64,
    /// Variants that have some.
    pub variants: i64,
    /// Variants of which it is not known: a listing of theirs was never read.
    pub unknown: i64,
}

#[derive(Clone, Debug)]
pub struct PushedChannel {
    pub account: AccountRow,
    pub channel: StockChannel,
    /// Ours to set, and how many of them were never read.
    pub listings: i64,
    pub unread: i64,
    /// Of those: linked to a variant, in strict mode.
    pub linked: i64,
    pub strict: i64,
    pub stopped: i64,
    pub doubted: i64,
    pub in_flight: i64,
    /// How many show another number than they should.
    pub off: i64,
    /// Units that it can still sell, of the listings that were read.
    pub on_sale: i64,
}

/// # Errors
/// `StoreError` of the database.
pub fn run(
    reader: &Reader<'_>,
    (facts, now): (&FactsByAccount, Instant),
) -> Result<Pushed, StoreError> {
    let conn = reader.conn();
    let groups = load_groups(conn, None, (facts, now))?;
    let mut pushed = Pushed { is_stopped: outbox::is_stopped(conn)?, ..Pushed::default() };
    for group in &groups {
        add_exposure(&mut pushed.exposure, &group.group);
    }
    for account in list_accounts(reader)? {
        let channel = channels::find_channel(conn, account.id)?;
        let channel = channel.unwrap_or_else(|| StockChannel::new(account.id));
        let (listings, unread) = listings::count_unread(conn, account.id)?;
        let stopped = "select count(*) from stock_listings where account_id = ? and stopped <> ''";
        let doubted = "select count(*) from drifts
            join stock_listings on stock_listings.id = listing_id
            where account_id = ? and drifts.state = 'open'";
        let in_flight = "select count(*) from pushes
            join stock_listings on stock_listings.id = listing_id
            where account_id = ? and pushes.state in ('sent', 'accepted')";
        let count = |sql: &str| -> Result<i64, StoreError> {
            Ok(conn.prepare_cached(sql)?.query_row([account.id], |row| row.get(0))?)
        };
        let mut one = PushedChannel {
            listings,
            unread,
            linked: 0,
            strict: 0,
            stopped: count(stopped)?,
            doubted: count(doubted)?,
            in_flight: count(in_flight)?,
            off: 0,
            on_sale: 0,
            account,
            channel,
        };
        for group in &groups {
            one.add(group);
        }
        pushed.channels.push(one);
    }
    Ok(pushed)
}

/// Accounts of platforms whose stock can be set, by their names.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_accounts(reader: &Reader<'_>) -> Result<Vec<AccountRow>, StoreError> {
    let can_set = |row: &AccountRow| {
        let stock = connectors::find(&row.platform).and_then(|connector| connector.stock());
        stock.is_some() && row.state != AccountState::Disconnected
    };
    Ok(accounts::list_accounts(reader)?.into_iter().filter(can_set).collect())
}

fn add_exposure(exposure: &mut Exposure, group: &Group) {
    for over in group.excess() {
        match over {
            None => exposure.unknown += 1,
            Some(0) => {}
            Some(units) => {
                exposure.variants += 1;
                exposure.units = exposure.units.saturating_add(units);
            }
        }
    }
}

impl PushedChannel {
    fn add(&mut self, loaded: &LoadedGroup) {
        let desired = loaded.group.desired();
        for (index, one) in loaded.listings.iter().enumerate() {
            if one.listing.account != self.account.id {
                continue;
            }
            let offer = &loaded.group.offers[index];
            let mut drawn = offer.uses.iter().chain(offer.built.as_ref());
            self.linked += 1;
            self.strict +=
                i64::from(drawn.any(|(used, _)| loaded.group.resources[*used].is_strict));
            let sellable = one.listing.sellable.map(|units| units.max(0));
            self.on_sale = self.on_sale.saturating_add(sellable.unwrap_or(0));
            self.off += i64::from(
                one.listing.status == ListingStatus::Active && sellable != Some(desired[index]),
            );
        }
    }
}

/// One listing of a channel.
#[derive(Clone, Debug)]
pub struct PushedListing {
    pub listing: StockListing,
    pub title: String,
    /// The variant that it sells; `None` where it is linked to none.
    pub sku: Option<String>,
    pub is_strict: bool,
    /// What it should show, and how many there would be for it alone.
    pub desired: Option<i64>,
    pub why_not: Option<WhyNot>,
    /// Written and not yet read back; waiting to be written.
    pub in_flight: Option<PushRow>,
    pub planned: Option<PushRow>,
}

#[derive(Clone, Debug)]
pub struct ListingsAsk {
    pub account: AccountId,
    /// In SKU or title; empty for all.
    pub text: String,
    pub offset: i64,
    pub limit: i64,
}

/// Some listings of a channel, and how many there are in all; what is stopped stands first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_listings(
    reader: &Reader<'_>,
    ask: &ListingsAsk,
    known: (&FactsByAccount, Instant),
) -> Result<(Vec<PushedListing>, i64), StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select stock_listings.id, count(*) over () from stock_listings
         join accounts on accounts.id = account_id
         left join channel_listings on channel_listings.store_id = accounts.store_id
            and channel_id = stock_listings.listing
         where account_id = ?1 and (?2 = '' or instr(lower(coalesce(sku, '')), lower(?2)) > 0
            or instr(lower(coalesce(title, '')), lower(?2)) > 0)
         order by stopped = '', sku, stock_listings.id limit ?3 offset ?4",
    )?;
    let rows = statement
        .query_map(params![ask.account, ask.text, ask.limit, ask.offset], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<Vec<(StockListingId, i64)>, _>>()?;
    let total = rows.first().map_or(0, |(_, total)| *total);
    let ids: Vec<StockListingId> = rows.into_iter().map(|(id, _)| id).collect();
    Ok((look(reader.conn(), &ids, known)?, total))
}

/// # Errors
/// `StoreError` of the database.
pub fn find_one(
    reader: &Reader<'_>,
    id: StockListingId,
    known: (&FactsByAccount, Instant),
) -> Result<Option<PushedListing>, StoreError> {
    Ok(look(reader.conn(), &[id], known)?.into_iter().next())
}

fn look(
    conn: &Connection,
    ids: &[StockListingId],
    known: (&FactsByAccount, Instant),
) -> Result<Vec<PushedListing>, StoreError> {
    let mut skus = BTreeSet::new();
    let mut list = Vec::new();
    for id in ids {
        let Some(listing) = find_listing(conn, *id)? else { continue };
        let sold = listings::list_sold(conn, *id)?.into_iter().map(|(sku, _)| sku);
        let sold: Vec<String> = sold.collect();
        let title = conn
            .prepare_cached(
                "select coalesce(max(title), '') from channel_listings
                 where store_id = ? and channel_id = ?",
            )?
            .query_row(params![listing.store, listing.listing], |row| row.get(0))?;
        let open = outbox::list_of_listing(conn, *id, 3)?;
        let is_sent = |fate| matches!(fate, PushFate::Sent | PushFate::Accepted);
        let sku = sold.first().cloned();
        skus.extend(sold);
        list.push(PushedListing {
            in_flight: open.iter().find(|push| is_sent(push.fate)).cloned(),
            planned: open.into_iter().find(|push| push.fate == PushFate::Planned),
            listing,
            title,
            sku,
            is_strict: false,
            desired: None,
            why_not: None,
        });
    }
    let groups = load_groups(conn, Some(&skus), known)?;
    let mut places: HashMap<StockListingId, (usize, usize)> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (index, one) in group.listings.iter().enumerate() {
            places.insert(one.listing.id, (number, index));
        }
    }
    for one in &mut list {
        let Some((number, index)) = places.get(&one.listing.id).copied() else { continue };
        let loaded = &groups[number];
        let offer = &loaded.group.offers[index];
        let mut drawn = offer.uses.iter().chain(offer.built.as_ref());
        one.is_strict = drawn.any(|(used, _)| loaded.group.resources[*used].is_strict);
        one.desired = Some(loaded.group.desired()[index]);
        one.why_not = loaded.listings[index].why_not;
    }
    Ok(list)
}

/// One number that would be written now.
#[derive(Clone, Debug)]
pub struct PlannedPush {
    pub account: AccountId,
    pub account_name: String,
    /// Whether it would be written, or only shown.
    pub state: PushState,
    pub is_held: bool,
    pub listing: StockListing,
    pub from: i64,
    pub to: i64,
    pub why: &'static str,
}

/// What would be written now on channels that are planned for, as if nothing were held: the next
/// step of each listing, decreases first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_planned(
    reader: &Reader<'_>,
    only: Option<AccountId>,
    (facts, now): (&FactsByAccount, Instant),
) -> Result<Vec<PlannedPush>, StoreError> {
    let names: HashMap<AccountId, String> =
        list_accounts(reader)?.into_iter().map(|row| (row.id, row.name)).collect();
    let channels: HashMap<AccountId, StockChannel> = channels::list_channels(reader.conn())?
        .into_iter()
        .filter(|channel| channel.state >= PushState::DryRun)
        .map(|channel| (channel.account, channel))
        .collect();
    let mut list = Vec::new();
    for mut loaded in load_groups(reader.conn(), None, (facts, now))? {
        for account in channels.keys() {
            loaded.allow(*account);
        }
        for push in loaded.group.plan() {
            let one = &loaded.listings[push.offer];
            let account = one.listing.account;
            let Some(channel) = channels.get(&account) else { continue };
            if only.is_some_and(|only| only != account) {
                continue;
            }
            list.push(PlannedPush {
                account,
                account_name: names.get(&account).cloned().unwrap_or_default(),
                state: one.state,
                is_held: !channel.held.is_empty(),
                listing: one.listing.clone(),
                from: one.listing.sellable.unwrap_or(push.from),
                to: push.to,
                why: push.why.name(),
            });
        }
    }
    list.sort_by(|one, other| {
        let key = |push: &PlannedPush| (push.to > push.from, push.listing.id.0);
        (&one.account_name, key(one)).cmp(&(&other.account_name, key(other)))
    });
    Ok(list)
}

/// What was written since an instant, and what became of it.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_written(
    reader: &Reader<'_>,
    (only, since): (Option<AccountId>, Instant),
) -> Result<Vec<(String, StockListing, PushRow)>, StoreError> {
    let conn = reader.conn();
    let names: HashMap<AccountId, String> =
        list_accounts(reader)?.into_iter().map(|row| (row.id, row.name)).collect();
    let mut statement = conn.prepare_cached(
        "select distinct listing_id from pushes
         join stock_listings on stock_listings.id = listing_id
         where sent_at >= ?1 and (?2 is null or account_id = ?2) order by listing_id",
    )?;
    let ids = statement
        .query_map(params![since, only], |row| row.get(0))?
        .collect::<Result<Vec<StockListingId>, _>>()?;
    let mut list = Vec::new();
    for id in ids {
        let Some(listing) = find_listing(conn, id)? else { continue };
        let name = names.get(&listing.account).cloned().unwrap_or_default();
        let rows = outbox::list_of_listing(conn, id, 100)?;
        for row in rows.into_iter().filter(|row| row.sent_at.is_some_and(|at| at >= since)) {
            list.push((name.clone(), listing.clone(), row));
        }
    }
    Ok(list)
}

/// How many things of the push need a person: drifts that are open, plans that are held.
pub fn count_open(reader: &Reader<'_>) -> Option<i64> {
    let count = reader.conn().prepare_cached("select count(*) from drifts where state = 'open'");
    count.ok()?.query_row([], |row| row.get(0)).ok()
}

/// The drift of a listing that waits for a decision or is watched.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_drift(
    reader: &Reader<'_>,
    id: StockListingId,
) -> Result<Option<drifts::Drift>, StoreError> {
    drifts::find_open(reader.conn(), id)
}
