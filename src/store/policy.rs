//! The seller's settings, costs, rules and rates, as the engine takes them.

use std::collections::HashMap;

use crate::base::{Currency, Zone};
use crate::domain::profit::facts::{CostBook, Policy};
use crate::domain::record::Cost;
use crate::store::{Reader, StoreError, costs, dirty, listings};

/// A policy and the number of the last change that it knows.
#[derive(Clone, Debug)]
pub struct KnownPolicy {
    pub version: i64,
    /// Of costs, rules, rates and settings alone.
    pub policy_version: i64,
    pub policy: Policy,
}

/// `None` until the organisation has a currency, which its first store gives it.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_policy(reader: &Reader<'_>) -> Result<Option<KnownPolicy>, StoreError> {
    let Some(mut known) = find_terms(reader)? else { return Ok(None) };
    let own = costs::list_costs(reader)?.into_iter().map(|(_, cost)| cost).collect();
    let listed = listings::list_listed_costs(reader)?.into_iter().map(|(store, from, cost)| Cost {
        sku: cost.sku,
        valid_from: from,
        unit_cost: cost.unit_cost,
        currency: cost.currency,
        store: Some(store),
        country: None,
    });
    known.policy.costs = CostBook::new(own).with_listed(listed.collect());
    known.policy.fee_estimates = listings::list_fee_estimates(reader)?;
    Ok(Some(known))
}

/// As `find_policy`, but without unit costs and estimates of fees: all that is needed to read
/// lines that are booked, and quick whatever the number of products.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_terms(reader: &Reader<'_>) -> Result<Option<KnownPolicy>, StoreError> {
    let (currency, zone, vat_registered): (Option<Currency>, Option<Zone>, bool) = reader
        .conn()
        .prepare_cached("select currency, time_zone, vat_registered from organisation")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let Some(reporting) = currency else { return Ok(None) };
    let policy = Policy {
        reporting,
        zone: zone.unwrap_or_else(Zone::utc),
        vat_registered,
        rules: costs::find_rules(reader)?,
        costs: CostBook::default(),
        rates: reader.rates()?,
        fee_estimates: HashMap::new(),
    };
    Ok(Some(KnownPolicy {
        version: dirty::find_version(reader)?,
        policy_version: dirty::find_policy_version(reader.conn())?,
        policy,
    }))
}
