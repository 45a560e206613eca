//! What channels sell, the unit costs noted there, and what a marketplace says it will take.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use crate::base::id::{ImportId, StoreId};
use crate::base::{Day, Decimal, Money};
use crate::domain::record::{FeeEstimate, ListedCost, Listing};
use crate::store::fact::{FactTable, Upserted, upsert_fact};
use crate::store::{Reader, StoreError, Tx};

pub const LISTINGS: FactTable = FactTable {
    name: "listings",
    key: &["store_id", "key"],
    values: &[
        "sku",
        "title",
        "product",
        "barcode",
        "catalogue_id",
        "price_minor",
        "currency",
        "weight_grams",
        "status",
    ],
};

pub const LISTED_COSTS: FactTable = FactTable {
    name: "listed_costs",
    key: &["store_id", "sku", "valid_from_day"],
    values: &["unit_cost", "currency"],
};

pub const FEE_ESTIMATES: FactTable = FactTable {
    name: "fee_estimates",
    key: &["store_id", "sku"],
    values: &["price_minor", "share_minor", "fixed_minor", "currency"],
};

/// The first cost that is learned of a SKU holds from here on.
const SINCE_ALWAYS: Day = Day(0);

fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

pub fn upsert_listing(
    tx: &Tx<'_>,
    store: StoreId,
    listing: &Listing,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    let code = listing.price.map(|price| price.currency.code().to_owned());
    upsert_fact(
        tx,
        &LISTINGS,
        (
            &[&store, &listing.key],
            &[
                &text(&listing.sku),
                &text(&listing.title),
                &text(&listing.product),
                &text(&listing.barcode),
                &text(&listing.catalogue_id),
                &listing.price.map(|price| price.minor),
                &text(&code),
                &listing.weight_grams,
                &text(&listing.status),
            ],
        ),
        import,
    )
}

/// Writes a cost unless it is the one in force; gives the day from which it holds.
pub fn upsert_listed_cost(
    tx: &Tx<'_>,
    store: StoreId,
    cost: &ListedCost,
    (today, import): (Day, Option<ImportId>),
) -> Result<(Upserted, Day), StoreError> {
    let latest: Option<(Decimal, crate::base::Currency)> = tx
        .conn()
        .prepare_cached(
            "select unit_cost, currency from listed_costs where store_id = ? and sku = ?
             order by valid_from_day desc limit 1",
        )?
        .query_row(params![store, cost.sku], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let from = match latest {
        None => SINCE_ALWAYS,
        Some(known) if known == (cost.unit_cost, cost.currency) => {
            return Ok((Upserted::Unchanged, today));
        }
        Some(_) => today,
    };
    let written = upsert_fact(
        tx,
        &LISTED_COSTS,
        (&[&store, &cost.sku, &from], &[&cost.unit_cost, &cost.currency]),
        import,
    )?;
    Ok((written, from))
}

/// Store's name, day from which it holds, cost.
pub fn list_listed_costs(
    reader: &Reader<'_>,
) -> Result<Vec<(String, Day, ListedCost)>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select name, valid_from_day, sku, unit_cost, listed_costs.currency from listed_costs
         join stores on stores.id = store_id order by name, sku, valid_from_day",
    )?;
    let rows = statement.query_map([], |row| {
        let cost = ListedCost { sku: row.get(2)?, unit_cost: row.get(3)?, currency: row.get(4)? };
        Ok((row.get(0)?, row.get(1)?, cost))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn upsert_fee_estimate(
    tx: &Tx<'_>,
    store: StoreId,
    estimate: &FeeEstimate,
    import: Option<ImportId>,
) -> Result<Upserted, StoreError> {
    upsert_fact(
        tx,
        &FEE_ESTIMATES,
        (
            &[&store, &estimate.sku],
            &[
                &estimate.price.minor,
                &estimate.share_minor,
                &estimate.fixed_minor,
                &estimate.price.currency,
            ],
        ),
        import,
    )
}

/// By store's name and SKU.
pub fn list_fee_estimates(
    reader: &Reader<'_>,
) -> Result<HashMap<(String, String), FeeEstimate>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select name, sku, price_minor, fee_estimates.currency, share_minor, fixed_minor
         from fee_estimates join stores on stores.id = store_id",
    )?;
    let rows = statement.query_map([], |row| {
        let (store, sku): (String, String) = (row.get(0)?, row.get(1)?);
        let estimate = FeeEstimate {
            sku: sku.clone(),
            price: Money::new(row.get(2)?, row.get(3)?),
            share_minor: row.get(4)?,
            fixed_minor: row.get(5)?,
        };
        Ok(((store, sku), estimate))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
