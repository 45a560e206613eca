//! What draws on the same units, as the plan needs it: the variants that kits tie together, and
//! all listings of them on all channels.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::{Connection, params};

use crate::base::Instant;
use crate::base::id::{AccountId, StoreId, VariantId};
use crate::domain::rules::Rules;
use crate::domain::stock::plan::{Group, InFlight, Offer, Resource, Tool};
use crate::domain::stock::rule::risk_units;
use crate::store::StoreError;
use crate::store::stock::channels::{PushState, StockChannel, list_channels};
use crate::store::stock::claims::NO_STOCK;
use crate::store::stock::listings::{
    LISTING_COLUMNS, LISTING_FROM, ListingStatus, StockListing, listing_from_row,
};
use crate::store::stock::margins::{Margins, weigh};
use crate::store::stock::variants::Mode;

/// What only the connector knows of an account.
#[derive(Clone, Copy, Debug)]
pub struct ChannelFacts {
    pub tool: Tool,
    /// For how long at most we do not see what it sells, in seconds.
    pub blind_s: i64,
}

pub type FactsByAccount = HashMap<AccountId, ChannelFacts>;

/// A group with what it was made of; `offers[i]` is of `listings[i]`.
#[derive(Clone, Debug)]
pub struct LoadedGroup {
    pub variants: Vec<VariantId>,
    pub skus: Vec<String>,
    pub group: Group,
    pub listings: Vec<LoadedListing>,
}

#[derive(Clone, Debug)]
pub struct LoadedListing {
    pub listing: StockListing,
    /// What holds for it: its own, else its channel's.
    pub state: PushState,
    /// Why it is not written; the first reason that stands, what is easiest to lift the last.
    pub why_not: Option<WhyNot>,
}

/// What keeps a listing from being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// Ended, uncounted, selling on at nothing, or held by the channel itself.
    Status(ListingStatus),
    /// We no longer write it, because somebody else does or the channel refused.
    Stopped,
    /// It shows a number that nothing of ours explains.
    Doubted,
    /// Its platform's stock cannot be set.
    NoTarget,
    /// Its account is paused or no longer let in.
    Closed,
    /// Its channel does not answer.
    Unreached,
    /// Switched off, or only watched.
    NotAsked(PushState),
    /// Its channel's plan waits for its user.
    Held,
}

impl WhyNot {
    pub fn name(self) -> &'static str {
        match self {
            Self::Status(status) => status.name(),
            Self::Stopped => "stopped",
            Self::Doubted => "drift",
            Self::NoTarget => "no_target",
            Self::Closed => "closed",
            Self::Unreached => "unreached",
            Self::NotAsked(state) => state.name(),
            Self::Held => "held",
        }
    }
}

impl LoadedGroup {
    /// As if some listings could be written that only their user keeps from it: a plan that is
    /// held, a channel that is only watched.
    pub fn allow(&mut self, account: AccountId) {
        for (offer, one) in self.group.offers.iter_mut().zip(&self.listings) {
            let is_own = one.listing.account == account && one.listing.state.is_none();
            offer.is_writable |= is_own && one.is_for_its_user();
        }
    }
}

impl LoadedListing {
    /// Whether nothing but its user's word keeps it from being written.
    pub fn is_for_its_user(&self) -> bool {
        matches!(self.why_not, None | Some(WhyNot::NotAsked(_) | WhyNot::Held))
    }
}

/// Demand of the last so many seconds is looked at.
const LONG_S: i64 = 30 * 86_400;
const SHORT_S: i64 = 3_600;
const DEPTH_MAX: u32 = 64;

/// All groups, or those of some SKUs.
///
/// # Errors
/// `StoreError` of the database.
pub fn load_groups(
    conn: &Connection,
    only: Option<&BTreeSet<String>>,
    (facts, now): (&FactsByAccount, Instant),
) -> Result<Vec<LoadedGroup>, StoreError> {
    let rules = crate::store::rules::find_rules_in(conn)?;
    let ties = Ties::new(&rules);
    let only = only.map(|skus| ties.close(skus));
    let filter = only.as_ref().map(to_json).transpose()?;
    let filter = filter.as_deref();
    let listings = list_listings(conn, filter)?;
    let listed = filter.map(|_| {
        let both = listings.iter().flat_map(|(listing, sku, _)| [&listing.sku, sku]);
        both.filter(|sku| !sku.is_empty()).cloned().collect::<BTreeSet<String>>()
    });
    let shop = Shop {
        channels: list_channels(conn)?.into_iter().map(|one| (one.account, one)).collect(),
        active: list_active(conn)?,
        variants: list_variants(conn, filter)?,
        sold: if filter.is_none() { Some(list_sold(conn, now)?) } else { None },
        margins: Margins::load(conn, listed.as_ref(), now)?,
        in_flight: list_in_flight(conn)?,
        doubted: list_doubted(conn)?,
    };
    let mut members: BTreeMap<String, Vec<(StockListing, String, i64)>> = BTreeMap::new();
    for (listing, sku, units) in listings {
        members.entry(ties.root(&sku).to_owned()).or_default().push((listing, sku, units));
    }
    let mut groups = Vec::new();
    for (_, members) in members {
        groups.push(shop.group(conn, members, (&rules, facts, now))?);
    }
    Ok(groups)
}

fn to_json(skus: &BTreeSet<String>) -> Result<String, StoreError> {
    serde_json::to_string(skus).map_err(|fault| StoreError::Internal(fault.to_string()))
}

/// Which SKUs kits tie together.
struct Ties<'a> {
    rules: &'a Rules,
    root: HashMap<&'a str, &'a str>,
}

impl<'a> Ties<'a> {
    fn new(rules: &'a Rules) -> Self {
        let mut root: HashMap<&str, &str> = HashMap::new();
        fn find<'b>(root: &HashMap<&'b str, &'b str>, mut sku: &'b str) -> &'b str {
            while let Some(next) = root.get(sku).filter(|next| **next != sku) {
                sku = next;
            }
            sku
        }
        for bundle in &rules.bundles {
            for part in &bundle.components {
                let (one, other) = (find(&root, &bundle.sku), find(&root, &part.sku));
                // The lesser is the root, so that it does not depend on the order.
                let (low, high) = if one <= other { (one, other) } else { (other, one) };
                root.insert(low, low);
                root.insert(high, low);
            }
        }
        let flat = root.keys().map(|sku| (*sku, find(&root, sku))).collect();
        Self { rules, root: flat }
    }

    fn root<'b>(&self, sku: &'b str) -> &'b str
    where
        'a: 'b,
    {
        self.root.get(sku).copied().unwrap_or(sku)
    }

    /// With everything that they are tied to.
    fn close(&self, skus: &BTreeSet<String>) -> BTreeSet<String> {
        let mut closed = skus.clone();
        if self.root.is_empty() {
            return closed;
        }
        let roots: BTreeSet<&str> = skus.iter().map(|sku| self.root(sku)).collect();
        for bundle in &self.rules.bundles {
            if roots.contains(self.root(&bundle.sku)) {
                closed.insert(bundle.sku.clone());
                closed.extend(bundle.components.iter().map(|part| part.sku.clone()));
            }
        }
        closed
    }
}

struct Shop {
    channels: HashMap<AccountId, StockChannel>,
    active: BTreeSet<AccountId>,
    variants: HashMap<String, VariantRow>,
    /// `None`: asked one by one.
    sold: Option<HashMap<(StoreId, String), i64>>,
    margins: Margins,
    in_flight: HashMap<i64, InFlight>,
    /// What a reading showed that nobody explains yet.
    doubted: HashMap<i64, i64>,
}

#[derive(Clone, Copy)]
struct VariantRow {
    id: VariantId,
    available: i64,
    mode: Mode,
}

impl Shop {
    fn why_not(
        &self,
        listing: &StockListing,
        (state, has_target): (PushState, bool),
    ) -> Option<WhyNot> {
        let channel = self.channels.get(&listing.account);
        let reasons = [
            (listing.status != ListingStatus::Active, WhyNot::Status(listing.status)),
            (!listing.stopped.is_empty(), WhyNot::Stopped),
            (self.doubted.contains_key(&listing.id.0), WhyNot::Doubted),
            (!has_target || channel.is_none(), WhyNot::NoTarget),
            (!self.active.contains(&listing.account), WhyNot::Closed),
            (channel.is_some_and(|one| one.unreached_at.is_some()), WhyNot::Unreached),
            (state < PushState::DryRun, WhyNot::NotAsked(state)),
            (channel.is_some_and(|one| !one.held.is_empty()), WhyNot::Held),
        ];
        reasons.into_iter().find(|(stands, _)| *stands).map(|(_, why)| why)
    }

    fn group(
        &self,
        conn: &Connection,
        members: Vec<(StockListing, String, i64)>,
        (rules, facts, now): (&Rules, &FactsByAccount, Instant),
    ) -> Result<LoadedGroup, StoreError> {
        let mut making = Making { shop: self, rules, skus: Vec::new(), variants: Vec::new() };
        let mut group = Group::default();
        let mut listings = Vec::new();
        let mut brings = Vec::new();
        let mut blind_s = 0;
        for (listing, sku, units) in members {
            let channel = self.channels.get(&listing.account);
            let known = facts.get(&listing.account);
            let (mut uses, mut built) = (BTreeMap::new(), None);
            making.draw(&sku, units, (&mut uses, &mut built), 0);
            if let Some(known) = known {
                blind_s = blind_s.max(known.blind_s);
            }
            let state = listing.state.or(channel.map(|one| one.state)).unwrap_or_default();
            let why_not = self.why_not(&listing, (state, known.is_some()));
            let is_writable = why_not.is_none();
            let share = listing.own.share.or(channel.map(|one| one.share)).unwrap_or(100);
            let sold = match &self.sold {
                Some(sold) => {
                    sold.get(&(listing.store, listing.listing.clone())).copied().unwrap_or(0)
                }
                None => count_sold(conn, &listing, now)?,
            };
            // A listing is known by its own SKU, or by what it sells so many of.
            let margin = self.margins.of_unit(listing.store, &listing.sku).or_else(|| {
                let of_one = self.margins.of_unit(listing.store, &sku)?;
                Some(of_one.saturating_mul(units))
            });
            let sold = share.saturating_mul(sold.max(0).saturating_add(1));
            brings.push((sold, margin));
            group.offers.push(Offer {
                id: listing.id.0,
                uses: uses.into_iter().collect(),
                built,
                sellable: match listing.status {
                    // What the channel holds itself is no matter of our shelves.
                    ListingStatus::ByChannel | ListingStatus::Gone => Some(0),
                    _ if listing.confirmed_at.is_none() => {
                        listing.seen.zip(listing.sellable).map(|(seen, known)| seen.max(known))
                    }
                    _ => listing.sellable.max(self.doubted.get(&listing.id.0).copied()),
                },
                in_flight: self.in_flight.get(&listing.id.0).copied(),
                tool: known.map_or(Tool::PlainSet, |known| known.tool),
                is_settled: listing.waiting.is_none()
                    && listing.confirmed_at.is_some()
                    && !self.doubted.contains_key(&listing.id.0),
                is_writable,
                rule: listing.own.over(channel.map(|one| one.rule).unwrap_or_default()),
                weight: sold,
                is_pinned: listing.pinned,
            });
            listings.push(LoadedListing { listing, state, why_not });
        }
        for (offer, weight) in group.offers.iter_mut().zip(weigh(&brings)) {
            offer.weight = weight;
        }
        let Making { skus, variants, .. } = making;
        for row in &variants {
            group.resources.push(Resource {
                available: row.available,
                is_strict: row.mode == Mode::Strict,
                risk_units: risk_units(find_mean(conn, row.id, (now, blind_s))?),
            });
        }
        let variants = variants.iter().map(|row| row.id).collect();
        Ok(LoadedGroup { variants, skus, group, listings })
    }
}

struct Making<'a> {
    shop: &'a Shop,
    rules: &'a Rules,
    skus: Vec<String>,
    variants: Vec<VariantRow>,
}

impl Making<'_> {
    fn resource(&mut self, sku: &str) -> usize {
        if let Some(index) = self.skus.iter().position(|known| known == sku) {
            return index;
        }
        let unknown = VariantRow { id: VariantId(0), available: 0, mode: Mode::Mirror };
        self.skus.push(sku.to_owned());
        self.variants.push(self.shop.variants.get(sku).copied().unwrap_or(unknown));
        self.skus.len() - 1
    }

    /// What one unit of a listing takes: of a kit its built ones and its parts.
    fn draw(
        &mut self,
        sku: &str,
        units: i64,
        (uses, built): (&mut BTreeMap<usize, i64>, &mut Option<(usize, i64)>),
        depth: u32,
    ) {
        let resource = self.resource(sku);
        let bundle = self.rules.find_bundle(sku).filter(|_| depth < DEPTH_MAX);
        let Some(bundle) = bundle else {
            let sum = uses.entry(resource).or_insert(0);
            *sum = sum.saturating_add(units);
            return;
        };
        if depth == 0 {
            *built = Some((resource, units));
        }
        for part in &bundle.components {
            let units = units.saturating_mul(part.quantity);
            self.draw(&part.sku, units, (&mut *uses, &mut *built), depth + 1);
        }
    }
}

/// Listings with the SKU of the variant that they sell, and how many units of it.
fn list_listings(
    conn: &Connection,
    filter: Option<&str>,
) -> Result<Vec<(StockListing, String, i64)>, StoreError> {
    let only = match filter {
        None => "where ?1 is null",
        Some(_) => {
            "where stock_listings.id in (
                select listed.id from listing_links
                    join accounts on accounts.store_id = listing_links.store_id
                    join stock_listings listed on listed.account_id = accounts.id
                        and listed.listing = listing_links.listing
                    where listing_links.sku in (select value from json_each(?1))
                union select listed.id from listing_links
                    join channel_listings sold on sold.store_id = listing_links.store_id
                        and listing_links.listing = 'sku:' || sold.sku
                    join accounts on accounts.store_id = sold.store_id
                    join stock_listings listed on listed.account_id = accounts.id
                        and listed.listing = sold.channel_id
                    where listing_links.sku in (select value from json_each(?1))
                union select listed.id from channel_listings sold
                    join accounts on accounts.store_id = sold.store_id
                    join stock_listings listed on listed.account_id = accounts.id
                        and listed.listing = sold.channel_id
                    where sold.sku in (select value from json_each(?1)))"
        }
    };
    let sql = format!(
        "select {LISTING_COLUMNS}, coalesce(own.sku, by_sku.sku, channel_listings.sku, ''),
            coalesce(own.units, by_sku.units, 1)
         from {LISTING_FROM}
         left join listing_links own on own.store_id = accounts.store_id
            and own.listing = stock_listings.listing
         left join listing_links by_sku on by_sku.store_id = accounts.store_id
            and by_sku.listing = 'sku:' || channel_listings.sku
         {only} order by stock_listings.id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([filter], |row| {
        let (sku, units): (String, i64) = (row.get(23)?, row.get(24)?);
        Ok((listing_from_row(row)?, sku, units))
    })?;
    let mut listings: Vec<(StockListing, String, i64)> = rows.collect::<Result<_, _>>()?;
    // Without a SKU, or linked to nothing, it draws on no shelf.
    listings.retain(|(_, sku, _)| !sku.is_empty() && sku != NO_STOCK);
    Ok(listings)
}

fn list_variants(
    conn: &Connection,
    filter: Option<&str>,
) -> Result<HashMap<String, VariantRow>, StoreError> {
    let sums = match filter {
        None => {
            "left join (select variant_id, sum(units) as units from on_hand
                    join locations on locations.id = location_id
                    where pushable = 1 and closed_at is null group by variant_id) there
                on there.variant_id = variants.id
             left join (select variant_id, sum(held) as units from reservations
                    where held > 0 group by variant_id) held
                on held.variant_id = variants.id
             where ?1 is null"
        }
        Some(_) => "where sku in (select value from json_each(?1))",
    };
    let available = match filter {
        None => "coalesce(there.units, 0) - coalesce(held.units, 0)",
        Some(_) => {
            "(select coalesce(sum(units), 0) from on_hand
                join locations on locations.id = location_id
                where variant_id = variants.id and pushable = 1 and closed_at is null)
             - (select coalesce(sum(held), 0) from reservations
                where variant_id = variants.id and held > 0)"
        }
    };
    let sql = format!(
        "select sku, variants.id, {available}, coalesce(mode, 'mirror') from variants
         left join variant_settings on variant_settings.variant_id = variants.id {sums}"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let rows = statement.query_map([filter], |row| {
        let mode: String = row.get(3)?;
        let mode = Mode::parse(&mode).unwrap_or_default();
        Ok((row.get(0)?, VariantRow { id: row.get(1)?, available: row.get(2)?, mode }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_active(conn: &Connection) -> Result<BTreeSet<AccountId>, StoreError> {
    let mut statement =
        conn.prepare_cached("select id from accounts where state = 'active' order by id")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_in_flight(conn: &Connection) -> Result<HashMap<i64, InFlight>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select listing_id, to_units, sold from pushes where state in ('sent', 'accepted')",
    )?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, InFlight { to: row.get(1)?, sold: row.get(2)? })))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_doubted(conn: &Connection) -> Result<HashMap<i64, i64>, StoreError> {
    let mut statement = conn
        .prepare_cached("select listing_id, seen from drifts where state in ('watched', 'open')")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_sold(
    conn: &Connection,
    now: Instant,
) -> Result<HashMap<(StoreId, String), i64>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select store_id, listing, sum(listing_units) from reservations
         where placed_at >= ? and listing <> '' group by store_id, listing",
    )?;
    let rows = statement.query_map([now.plus_seconds(-LONG_S)], |row| {
        Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn count_sold(conn: &Connection, listing: &StockListing, now: Instant) -> Result<i64, StoreError> {
    let sold = conn
        .prepare_cached(
            "select coalesce(sum(listing_units), 0) from reservations
             where store_id = ? and listing = ? and placed_at >= ?",
        )?
        .query_row(params![listing.store, listing.listing, now.plus_seconds(-LONG_S)], |row| {
            row.get(0)
        })?;
    Ok(sold)
}

/// Units that are asked for while we see nothing, in millionths: by the last month or the last
/// hour, whichever was busier.
fn find_mean(
    conn: &Connection,
    variant: VariantId,
    (now, blind_s): (Instant, i64),
) -> Result<i64, StoreError> {
    let (long, short): (i64, i64) = conn
        .prepare_cached(
            "select coalesce(sum(ordered), 0),
                coalesce(sum(case when placed_at >= ?3 then ordered end), 0)
             from reservations where variant_id = ?1 and placed_at >= ?2",
        )?
        .query_row(
            params![variant, now.plus_seconds(-LONG_S), now.plus_seconds(-SHORT_S)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    let mean = |units: i64, span_s: i64| {
        let mean = i128::from(units) * i128::from(blind_s) * 1_000_000 / i128::from(span_s);
        i64::try_from(mean).unwrap_or(i64::MAX)
    };
    Ok(mean(long, LONG_S).max(mean(short, SHORT_S)))
}
