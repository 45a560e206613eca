//! What an import brought, and what would go if it were taken back.

use rusqlite::params;

use super::ReportError;
use crate::base::id::ImportId;
use crate::base::{Day, DayRange};
use crate::store::Reader;

/// The orders that an import told of, as the books count them now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    pub orders: i64,
    pub range: DayRange,
    /// Minor units of the reporting currency.
    pub net_profit_minor: i64,
}

/// `None` where it told of no order that counts.
///
/// # Errors
/// `Store`.
pub fn find_touched(reader: &Reader<'_>, import: ImportId) -> Result<Option<Touched>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select count(distinct order_id), min(order_day), max(order_day),
            coalesce(sum(gross_sales_minor + discounts_minor + returns_minor
            + shipping_income_minor + service_income_minor + cogs_minor + shipping_cost_minor
            + handling_cost_minor + payment_fees_minor + channel_fees_minor + other_income_minor
            + ad_matched_minor + ad_blended_minor), 0)
         from profit_lines
         where order_id in (select order_id from order_facts where import_id = ?)",
    )?;
    let found: (i64, Option<Day>, Option<Day>, i64) = statement
        .query_row([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(match found {
        (orders, Some(from), Some(to), net_profit_minor) => {
            Some(Touched { orders, range: DayRange { from, to }, net_profit_minor })
        }
        _ => None,
    })
}

/// What stands in the books by this import alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Orders that nothing else tells of: they go.
    pub orders: i64,
    /// Orders that something else tells of too: they stay, as they were before.
    pub orders_shared: i64,
    /// Costs, expenses, ad spend, rates, fees and payouts.
    pub rows: i64,
    pub rules: bool,
}

/// # Errors
/// `Store`.
pub fn find_contents(reader: &Reader<'_>, import: ImportId) -> Result<Contents, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "with ours as (select distinct order_id from order_facts where import_id = ?1)
         select count(*), coalesce(sum(exists (
                select 1 from order_facts other where other.order_id = ours.order_id
                    and other.import_id is not ?1)
            or exists (
                select 1 from order_facts_past past where past.order_id = ours.order_id
                    and past.until_import_id = ?1 and past.import_id is not ?1)), 0)
         from ours",
    )?;
    let (all, shared): (i64, i64) =
        statement.query_row([import], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut contents =
        Contents { orders: all - shared, orders_shared: shared, ..Contents::default() };
    for table in ["costs", "expenses", "ad_spend", "fx_rates", "charges", "payouts"] {
        let sql = format!("select count(*) from {table} where import_id = ?");
        let rows: i64 =
            reader.conn().prepare_cached(&sql)?.query_row([import], |row| row.get(0))?;
        contents.rows += rows;
    }
    let sql = "select exists (select 1 from rules where import_id = ?)";
    contents.rules = reader.conn().query_row(sql, params![import], |row| row.get(0))?;
    Ok(contents)
}
