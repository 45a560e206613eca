//! What a first push of a channel would change, whichever number is chosen for the truth of each
//! item (STOCK.md, step G). The page, the refusal and the counts that are written read it here.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};

use crate::base::id::{AccountId, StoreId, VariantId};
use crate::base::{Currency, Instant, Money};
use crate::domain::stock::arm::{Risk, Step};
use crate::store::StoreError;
use crate::store::stock::groups::{FactsByAccount, LoadedGroup, load_groups};
use crate::store::stock::listings::{ListingStatus, StockListing};

/// Which number of an item is true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// The lowest that any channel shows.
    #[default]
    Lowest,
    Channel(AccountId),
    /// What Purser knows already.
    Mine,
    /// Nobody's: it is counted first.
    Count,
}

impl Truth {
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "lowest" => Some(Self::Lowest),
            "mine" => Some(Self::Mine),
            "count" => Some(Self::Count),
            _ => {
                let id = name.strip_prefix("channel-")?;
                id.parse().ok().map(|id| Self::Channel(AccountId(id)))
            }
        }
    }

    pub fn name(self) -> String {
        match self {
            Self::Lowest => "lowest".to_owned(),
            Self::Mine => "mine".to_owned(),
            Self::Count => "count".to_owned(),
            Self::Channel(account) => format!("channel-{account}"),
        }
    }
}

/// For all items, and for those for which it was said otherwise, by SKU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truths {
    pub all: Truth,
    pub items: BTreeMap<String, Truth>,
}

impl Truths {
    pub fn of(&self, sku: &str) -> Truth {
        self.items.get(sku).copied().unwrap_or(self.all)
    }
}

/// One item that the channel sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstItem {
    pub sku: String,
    pub variant: VariantId,
    pub mine: i64,
    /// What each channel can still sell of it, in units of the item.
    pub shown: Vec<(AccountId, i64)>,
    pub truth: Truth,
    /// Units that may be sold from then on; `None` where that is still to be counted, or the
    /// channel that was chosen shows none of it.
    pub becomes: Option<i64>,
}

impl FirstItem {
    /// Whether anybody says something else than another.
    pub fn is_in_doubt(&self) -> bool {
        self.shown.iter().any(|(_, units)| *units != self.mine)
    }
}

/// One listing that would be written.
#[derive(Clone, Debug)]
pub struct FirstChange {
    pub listing: StockListing,
    pub title: String,
    pub sku: String,
    pub step: Step,
    pub price: Option<Money>,
}

#[derive(Clone, Debug, Default)]
pub struct First {
    pub items: Vec<FirstItem>,
    /// Of this channel, and of others that sell the same and are written already.
    pub changes: Vec<FirstChange>,
    /// Of the channel itself.
    pub risk: Risk,
}

impl First {
    /// Of how many items nobody knows the number yet.
    pub fn count_open(&self) -> usize {
        self.items.iter().filter(|item| item.truth == Truth::Count).count()
    }

    /// What the units that go would have sold for, by currency.
    pub fn at_risk(&self) -> BTreeMap<Currency, i64> {
        let mut sums = BTreeMap::new();
        for change in &self.changes {
            let Some(price) = change.price.filter(|_| change.step.lost() > 0) else { continue };
            let sum: &mut i64 = sums.entry(price.currency).or_default();
            *sum = sum.saturating_add(price.minor.saturating_mul(change.step.lost()));
        }
        sums
    }
}

/// # Errors
/// `StoreError` of the database.
pub fn find_first(
    conn: &Connection,
    (account, truths): (AccountId, &Truths),
    (facts, now): (&FactsByAccount, Instant),
) -> Result<First, StoreError> {
    let mut first = First::default();
    let offers = list_offered(conn)?;
    let (mut steps, mut active) = (Vec::new(), 0);
    for mut loaded in load_groups(conn, None, (facts, now))? {
        if !loaded.listings.iter().any(|one| one.listing.account == account) {
            continue;
        }
        let items = items_of(&loaded, account, truths);
        for (resource, item) in items {
            if let Some(units) = item.becomes {
                loaded.group.resources[resource].available = units;
            }
            first.items.push(item);
        }
        loaded.allow(account);
        let desired = loaded.group.desired();
        for (index, one) in loaded.listings.iter().enumerate() {
            let offer = &loaded.group.offers[index];
            if !offer.is_writable {
                continue;
            }
            let step = Step { from: offer.sellable.unwrap_or(0), to: desired[index] };
            if one.listing.account == account {
                active += 1;
                steps.push(step);
            }
            if step.from == step.to {
                continue;
            }
            let key = (one.listing.store, one.listing.listing.clone());
            let offered = offers.get(&key).cloned().unwrap_or_default();
            let drawn = offer.built.or_else(|| offer.uses.first().copied());
            let sku = drawn.map(|(resource, _)| loaded.skus[resource].clone()).unwrap_or_default();
            let listing = one.listing.clone();
            let (title, price) = offered;
            first.changes.push(FirstChange { listing, title, sku, step, price });
        }
    }
    first.risk = Risk::of(&steps, active);
    first.items.sort_by(|one, other| {
        (!one.is_in_doubt(), &one.sku).cmp(&(!other.is_in_doubt(), &other.sku))
    });
    // What goes first, and the most of it.
    first.changes.sort_by_key(|change| {
        (change.step.to > change.step.from, -change.step.lost(), change.listing.id.0)
    });
    Ok(first)
}

/// Items that listings of the channel sell by themselves; the parts of kits are told by theirs.
fn items_of(loaded: &LoadedGroup, account: AccountId, truths: &Truths) -> Vec<(usize, FirstItem)> {
    let mut items = Vec::new();
    for (resource, sku) in loaded.skus.iter().enumerate() {
        let mut shown: BTreeMap<AccountId, i64> = BTreeMap::new();
        let mut is_sold = false;
        for (offer, one) in loaded.group.offers.iter().zip(&loaded.listings) {
            let [(used, units)] = offer.uses.as_slice() else { continue };
            if *used != resource || offer.built.is_some() {
                continue;
            }
            is_sold |= one.listing.account == account;
            let is_told = one.listing.status == ListingStatus::Active;
            let Some(sellable) = offer.sellable.filter(|_| is_told) else { continue };
            let told = sellable.max(0).saturating_mul(*units);
            let least = shown.entry(one.listing.account).or_insert(told);
            *least = told.min(*least);
        }
        if !is_sold {
            continue;
        }
        let mine = loaded.group.resources[resource].available;
        let truth = truths.of(sku);
        let becomes = match truth {
            Truth::Mine => Some(mine),
            Truth::Count => None,
            Truth::Lowest => shown.values().min().copied(),
            Truth::Channel(chosen) => shown.get(&chosen).copied(),
        };
        let (sku, variant) = (sku.clone(), loaded.variants[resource]);
        let shown = shown.into_iter().collect();
        items.push((resource, FirstItem { sku, variant, mine, shown, truth, becomes }));
    }
    items
}

type Offered = (String, Option<Money>);

/// Title and price of every listing.
fn list_offered(conn: &Connection) -> Result<HashMap<(StoreId, String), Offered>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select store_id, channel_id, title, price_minor, currency from channel_listings",
    )?;
    let rows = statement.query_map(params![], |row| {
        let (minor, currency): (Option<i64>, String) = (row.get(3)?, row.get(4)?);
        let price = minor.zip(Currency::parse(&currency).ok());
        let price = price.map(|(minor, currency)| Money::new(minor, currency));
        Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, price)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The units to be counted at a place, without a lot, for so many to be free to sell: beside them
/// is what lies elsewhere, and orders hold some. `None` where there are more elsewhere.
pub fn find_count(
    conn: &Connection,
    (variant, location): (VariantId, crate::base::id::LocationId),
    free: i64,
) -> Result<Option<i64>, StoreError> {
    let (elsewhere, held): (i64, i64) = conn
        .prepare_cached(
            "select (select coalesce(sum(units), 0) from on_hand
                    join locations on locations.id = location_id
                    where variant_id = ?1 and pushable = 1 and closed_at is null
                        and not (location_id = ?2 and lot_id = 0)),
                (select coalesce(sum(held), 0) from reservations
                    where variant_id = ?1 and held > 0)",
        )?
        .query_row(params![variant, location], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let count = free.saturating_add(held).saturating_sub(elsewhere);
    Ok((count >= 0).then_some(count))
}
