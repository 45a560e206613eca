//! What the engine is given beside the order itself: everything that the seller decided or
//! entered, as of a moment.

use std::collections::{BTreeSet, HashMap};

use super::convert::Rates;
use super::input_vat::InputVat;
use crate::base::{Currency, Day, Decimal, Zone};
use crate::domain::record::{Cost, FeeEstimate};
use crate::domain::rules::Rules;

/// The seller's own settings, costs, rules and rates.
#[derive(Clone, Debug)]
pub struct Policy {
    pub reporting: Currency,
    pub zone: Zone,
    pub vat_registered: bool,
    pub rules: Rules,
    pub costs: CostBook,
    pub rates: Rates,
    /// What marketplaces say that they will take, by store and SKU.
    pub fee_estimates: HashMap<(String, String), FeeEstimate>,
    pub links: Links,
}

impl Policy {
    pub fn input_vat(&self) -> InputVat<'_> {
        InputVat::new(&self.rules.input_vat, self.vat_registered)
    }

    /// What a SKU is made of in the end, with the units of each in one of it: itself where it is
    /// no bundle, has a cost of its own, or `has_own` says so; else the sum of its components.
    pub fn list_leaves<'a>(
        &'a self,
        ask: CostAsk<'a>,
        has_own: &dyn Fn(&str) -> bool,
    ) -> Vec<(&'a str, i64)> {
        let mut leaves = Vec::new();
        let (sku, units) = self.find_link(ask, has_own).unwrap_or((ask.sku, 1));
        self.add_leaves(CostAsk { sku, ..ask }, has_own, (units, 0), &mut leaves);
        leaves
    }

    /// What a line of a linked listing is a sale of: the variant, and how many units of it. A SKU
    /// with a cost or receipts of its own keeps them, and a bundle of the seller's goes before;
    /// several units of the very SKU cost that many times its own.
    pub fn find_link<'a>(
        &'a self,
        ask: CostAsk<'_>,
        has_own: &dyn Fn(&str) -> bool,
    ) -> Option<(&'a str, i64)> {
        let (sku, units) = self.links.find(ask.store, ask.sku)?;
        let keeps_own = || {
            has_own(ask.sku)
                || self.costs.find(ask).is_some()
                || self.rules.find_bundle(ask.sku).is_some()
        };
        (sku == ask.sku || !keeps_own()).then_some((sku, units))
    }

    /// The SKU and everything that is made of it: bundles, and listings linked to any of them.
    pub fn list_holders(&self, sku: &str) -> Vec<String> {
        let mut holders = self.rules.list_holders(sku);
        let linked = self.links.list_skus_of(&holders);
        holders.extend(linked);
        holders.sort();
        holders.dedup();
        holders
    }

    fn add_leaves<'a>(
        &'a self,
        ask: CostAsk<'a>,
        has_own: &dyn Fn(&str) -> bool,
        (units, depth): (i64, u32),
        leaves: &mut Vec<(&'a str, i64)>,
    ) {
        let bundle = self.rules.find_bundle(ask.sku).filter(|_| {
            depth < BUNDLE_DEPTH_MAX && !has_own(ask.sku) && self.costs.find(ask).is_none()
        });
        let Some(bundle) = bundle else {
            match leaves.iter_mut().find(|(sku, _)| *sku == ask.sku) {
                Some((_, known)) => *known = known.saturating_add(units),
                None => leaves.push((ask.sku, units)),
            }
            return;
        };
        for part in &bundle.components {
            let ask = CostAsk { sku: &part.sku, ..ask };
            let units = units.saturating_mul(part.quantity);
            self.add_leaves(ask, has_own, (units, depth + 1), leaves);
        }
    }
}

/// What is sold under a SKU in a store, where links say that it is another product or several
/// units of one: a bundle that no rule names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    by_store: HashMap<String, HashMap<String, (String, i64)>>,
}

impl Links {
    /// Of the store's name and the SKU: the variant, and the units of it.
    pub fn new(links: impl IntoIterator<Item = (String, String, (String, i64))>) -> Self {
        let mut all = Self::default();
        for (store, sku, part) in links {
            all.by_store.entry(store).or_default().insert(sku, part);
        }
        all
    }

    pub fn is_empty(&self) -> bool {
        self.by_store.is_empty()
    }

    fn find(&self, store: &str, sku: &str) -> Option<(&str, i64)> {
        let (part, units) = self.by_store.get(store)?.get(sku)?;
        Some((part.as_str(), *units))
    }

    fn list_skus_of(&self, parts: &[String]) -> Vec<String> {
        let linked = self.by_store.values().flatten();
        let of = linked.filter(|(_, (part, _))| parts.contains(part));
        of.map(|(sku, _)| sku.clone()).collect()
    }
}

/// The rules hold no cycle; should they, this ends it.
const BUNDLE_DEPTH_MAX: u32 = 64;

/// Unit costs by SKU: the seller's own, and those noted beside listings.
#[derive(Clone, Debug, Default)]
pub struct CostBook {
    by_sku: HashMap<String, Vec<Cost>>,
    listed: HashMap<String, Vec<Cost>>,
}

/// A cost that is in force.
#[derive(Clone, Copy, Debug)]
pub struct KnownCost<'a> {
    pub cost: &'a Cost,
    /// The store beside whose listing it is noted.
    pub listed_in: Option<&'a str>,
}

impl KnownCost<'_> {
    /// Where it is from, for a trail.
    pub fn source(&self) -> String {
        let Cost { sku, valid_from, .. } = self.cost;
        match self.listed_in {
            Some(store) => format!("unit cost of {sku} noted at its listing in {store}"),
            None => format!("unit cost of {sku} in force since {valid_from}"),
        }
    }
}

/// Where a line was sold, for the choice of its cost.
#[derive(Clone, Copy, Debug)]
pub struct CostAsk<'a> {
    pub sku: &'a str,
    pub store: &'a str,
    pub country: Option<&'a str>,
    pub day: Day,
}

impl CostBook {
    pub fn new(costs: Vec<Cost>) -> Self {
        let mut by_sku: HashMap<String, Vec<Cost>> = HashMap::new();
        for cost in costs {
            by_sku.entry(cost.sku.clone()).or_default().push(cost);
        }
        Self { by_sku, listed: HashMap::new() }
    }

    /// With the costs noted beside listings, of which each names its store.
    pub fn with_listed(mut self, costs: Vec<Cost>) -> Self {
        for cost in costs {
            self.listed.entry(cost.sku.clone()).or_default().push(cost);
        }
        self
    }

    /// Puts a row in, in place of the one with its key.
    pub fn put(&mut self, cost: Cost) {
        let costs = self.by_sku.entry(cost.sku.clone()).or_default();
        costs.retain(|other| other.key() != cost.key());
        costs.push(cost);
    }

    /// Takes the row with the key of `cost` out.
    pub fn remove(&mut self, cost: &Cost) {
        if let Some(costs) = self.by_sku.get_mut(&cost.sku) {
            costs.retain(|other| other.key() != cost.key());
        }
    }

    /// Every SKU of which a cost is known, in order.
    pub fn list_skus(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.by_sku.keys().chain(self.listed.keys()).collect();
        all.into_iter().cloned().collect()
    }

    /// Puts other rows in place of all of a SKU: its own, and those noted beside its listings.
    pub fn replace_all(
        &mut self,
        sku: &str,
        change: impl FnOnce(Vec<Cost>, Vec<Cost>) -> (Vec<Cost>, Vec<Cost>),
    ) {
        let own = self.by_sku.remove(sku).unwrap_or_default();
        let listed = self.listed.remove(sku).unwrap_or_default();
        let (own, listed) = change(own, listed);
        self.by_sku.insert(sku.to_owned(), own);
        self.listed.insert(sku.to_owned(), listed);
    }

    /// Of the seller's own costs in force on the day the most specific (store + country, country,
    /// store, plain), then the latest (PROFIT, section 13). Without one, what is noted beside the
    /// listing: in the store of the sale, else in any.
    pub fn find(&self, ask: CostAsk<'_>) -> Option<KnownCost<'_>> {
        let own = self.find_own(ask).map(|cost| KnownCost { cost, listed_in: None });
        own.or_else(|| {
            let noted = self.listed.get(ask.sku)?.iter().filter(|cost| cost.valid_from <= ask.day);
            let name = |cost: &Cost| cost.store.clone().unwrap_or_default();
            let cost = noted.min_by_key(|cost| {
                let elsewhere = cost.store.as_deref() != Some(ask.store);
                (elsewhere, name(cost), std::cmp::Reverse(cost.valid_from))
            })?;
            Some(KnownCost { cost, listed_in: cost.store.as_deref() })
        })
    }

    fn find_own(&self, ask: CostAsk<'_>) -> Option<&Cost> {
        self.by_sku
            .get(ask.sku)?
            .iter()
            .filter(|cost| cost.valid_from <= ask.day)
            .filter(|cost| cost.store.as_deref().is_none_or(|store| store == ask.store))
            .filter(|cost| cost.country.is_none() || cost.country.as_deref() == ask.country)
            .max_by_key(|cost| {
                let rank = 2 * i32::from(cost.country.is_some()) + i32::from(cost.store.is_some());
                (rank, cost.valid_from)
            })
    }
}

/// `quantity × unit_cost` in minor units of the cost's currency; `None` beyond 64 bits.
pub fn line_cost(quantity: i64, unit_cost: Decimal, currency: Currency) -> Option<i64> {
    unit_cost.times(quantity, currency.digits())
}
