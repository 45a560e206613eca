//! What the engine is given beside the order itself: everything that the seller decided or
//! entered, as of a moment.

use std::collections::HashMap;

use super::convert::Rates;
use crate::base::{Currency, Day, Decimal, Zone};
use crate::domain::record::Cost;
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
}

/// Unit costs by SKU.
#[derive(Clone, Debug, Default)]
pub struct CostBook {
    by_sku: HashMap<String, Vec<Cost>>,
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
        Self { by_sku }
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

    /// Of the costs in force on the day the most specific (store + country, country, store,
    /// plain), then the latest (PROFIT, section 13).
    pub fn find(&self, ask: CostAsk<'_>) -> Option<&Cost> {
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
