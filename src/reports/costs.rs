//! What is known of the cost of every product that was ever sold or entered: the cost in force,
//! and what is counted without one.

use std::collections::HashMap;

use rusqlite::params;

use super::ReportError;
use crate::base::Day;
use crate::base::id::VariantId;
use crate::domain::profit::component::Component;
use crate::domain::record::Cost;
use crate::store::{Reader, costs, profit};

/// One product; amounts in minor units of the reporting currency.
#[derive(Clone, Debug)]
pub struct Product {
    pub sku: String,
    pub title: Option<String>,
    /// The cost that holds everywhere today; else the latest of a store or country.
    pub cost: Option<Cost>,
    /// Rows of its own for stores, countries, or days to come.
    pub further: i64,
    pub units: i64,
    pub net_sales_minor: i64,
    /// Orders whose lines of it have no known cost, and the net sales of those.
    pub missing_orders: i64,
    pub missing_minor: i64,
    /// Whether a rule guesses the cost of these lines.
    pub is_guessed: bool,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    units: i64,
    net_sales_minor: i64,
    missing_orders: i64,
    missing_minor: i64,
    is_guessed: bool,
}

/// Every product, those without a cost first, by money at stake. Sums are over orders since
/// `from`.
///
/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>, from: Day, today: Day) -> Result<Vec<Product>, ReportError> {
    let sums = sum_by_variant(reader, from)?;
    let mut by_sku: HashMap<String, Vec<Cost>> = HashMap::new();
    for (_, cost) in costs::list_costs(reader)? {
        by_sku.entry(cost.sku.clone()).or_default().push(cost);
    }
    let mut products = Vec::new();
    for (id, sku, title) in profit::list_variants(reader.conn())? {
        let costs = by_sku.remove(&sku).unwrap_or_default();
        let sums = sums.get(&id).copied().unwrap_or_default();
        products.push(product(sku, title, &costs, sums, today));
    }
    let unsold = by_sku.into_iter();
    products.extend(unsold.map(|(sku, costs)| product(sku, None, &costs, Sums::default(), today)));
    products.sort_by(|a, b| {
        let rank = |one: &Product| (one.missing_orders > 0, one.missing_minor, one.net_sales_minor);
        rank(b).cmp(&rank(a)).then_with(|| a.sku.cmp(&b.sku))
    });
    Ok(products)
}

fn sum_by_variant(reader: &Reader<'_>, from: Day) -> Result<HashMap<VariantId, Sums>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select variant_id, sum(case when kind = 2 then 0 else units end),
            sum(gross_sales_minor + discounts_minor + returns_minor),
            count(distinct case when cost_known = 0 then order_id end),
            sum(case when cost_known = 0
                then gross_sales_minor + discounts_minor + returns_minor else 0 end),
            max(cost_known = 0 and estimated & ?1 <> 0)
         from profit_lines where order_day >= ?2 and variant_id is not null
         group by variant_id",
    )?;
    let rows = statement.query_map(params![Component::Cogs.bit(), from], |row| {
        let sums = Sums {
            units: row.get(1)?,
            net_sales_minor: row.get(2)?,
            missing_orders: row.get(3)?,
            missing_minor: row.get(4)?,
            is_guessed: row.get(5)?,
        };
        Ok((row.get(0)?, sums))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn product(sku: String, title: Option<String>, costs: &[Cost], sums: Sums, today: Day) -> Product {
    let plain = |cost: &&Cost| cost.store.is_none() && cost.country.is_none();
    let in_force = || costs.iter().filter(|cost| cost.valid_from <= today);
    let latest = in_force().filter(plain).max_by_key(|cost| cost.valid_from);
    let cost = latest.or_else(|| in_force().max_by_key(|cost| cost.valid_from));
    let further = costs.iter().filter(|cost| !plain(cost) || cost.valid_from > today);
    let further = further.filter(|other| cost.is_none_or(|cost| cost.key() != other.key()));
    Product {
        sku,
        title,
        further: further.count() as i64,
        cost: cost.cloned(),
        units: sums.units,
        net_sales_minor: sums.net_sales_minor,
        missing_orders: sums.missing_orders,
        missing_minor: sums.missing_minor,
        is_guessed: sums.is_guessed,
    }
}
