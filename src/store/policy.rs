//! The seller's settings, costs, rules and rates, as the engine takes them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::{Currency, Zone};
use crate::domain::profit::facts::{CostBook, Links, Policy};
use crate::domain::record::Cost;
use crate::store::{Reader, StoreError, costs, listing_parts, listings};

/// A policy and the number of the last change that it knows.
#[derive(Clone, Debug)]
pub struct KnownPolicy {
    pub version: i64,
    /// Of costs, rules, rates and settings alone.
    pub policy_version: i64,
    pub policy: Arc<Policy>,
}

/// What terms rest on: the number of the last change of costs, rules, rates and settings, and the
/// settings that a first store may set.
pub type TermsOf = (i64, Option<Currency>, Option<String>, bool);

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
    let policy = Arc::make_mut(&mut known.policy);
    policy.costs = CostBook::new(own).with_listed(listed.collect());
    policy.fee_estimates = listings::list_fee_estimates(reader)?;
    policy.links = Links::new(listing_parts::list_by_name(reader)?);
    Ok(Some(known))
}

/// As `find_policy`, but without unit costs, links and estimates of fees: all that is needed to
/// read lines that are booked, and quick whatever the number of products.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_terms(reader: &Reader<'_>) -> Result<Option<KnownPolicy>, StoreError> {
    let sql = "select books_version, policy_version, currency, time_zone, vat_registered
        from organisation";
    let (version, of): (i64, TermsOf) =
        reader.conn().prepare_cached(sql)?.query_row([], |row| {
            Ok((row.get(0)?, (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        })?;
    reader.know_version(version);
    let (policy_version, currency, ref zone, vat_registered) = of;
    let Some(reporting) = currency else { return Ok(None) };
    if let Some(policy) = reader.find_kept_terms(&of) {
        return Ok(Some(KnownPolicy { version, policy_version, policy }));
    }
    let zone = zone.as_deref().map(Zone::parse).transpose();
    let zone = zone.map_err(|fault| StoreError::Damaged { what: fault.to_string() })?;
    let policy = Arc::new(Policy {
        reporting,
        zone: zone.unwrap_or_else(Zone::utc),
        vat_registered,
        rules: costs::find_rules(reader)?,
        costs: CostBook::default(),
        rates: reader.rates()?,
        fee_estimates: HashMap::new(),
        links: Links::default(),
    });
    reader.keep_terms(of, &policy);
    Ok(Some(KnownPolicy { version, policy_version, policy }))
}
