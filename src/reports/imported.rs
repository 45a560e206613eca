//! What an import brought, and what would go if it were taken back.

use rusqlite::params;

use super::ReportError;
use crate::base::id::ImportId;
use crate::base::{Day, DayRange};
use crate::store::imports::{self, Contents, FactsOf};
use crate::store::{Reader, fact};

/// What a line brings, in the reporting currency.
const NET_PROFIT: &str = "gross_sales_minor + discounts_minor + returns_minor \
    + shipping_income_minor + service_income_minor + cogs_minor + shipping_cost_minor \
    + handling_cost_minor + payment_fees_minor + channel_fees_minor + other_income_minor \
    + ad_matched_minor + ad_blended_minor";

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
    let sql = format!(
        "select count(distinct order_id), min(order_day), max(order_day),
            coalesce(sum({NET_PROFIT}), 0)
         from profit_lines
         where order_id in (select order_id from order_facts where import_id = ?)"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let found: (i64, Option<Day>, Option<Day>, i64) = statement
        .query_row([import], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(match found {
        (orders, Some(from), Some(to), net_profit_minor) => {
            Some(Touched { orders, range: DayRange { from, to }, net_profit_minor })
        }
        _ => None,
    })
}

/// The net profit of the orders that an import told of, by the month of each order: the month's
/// first day, minor units of the reporting currency.
///
/// # Errors
/// `Store`.
pub fn list_months(reader: &Reader<'_>, import: ImportId) -> Result<Vec<(Day, i64)>, ReportError> {
    let sql = format!(
        "select min(order_day), sum({NET_PROFIT}) from profit_lines
         where order_id in (select order_id from order_facts where import_id = ?)
         group by strftime('%Y-%m', order_day * 86400, 'unixepoch') order by 1"
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([import], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let months: Vec<(Day, i64)> = rows.collect::<Result<_, _>>()?;
    Ok(months.into_iter().map(|(day, minor)| (day.first_of_month(), minor)).collect())
}

/// What would go if the import were taken back.
///
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
    let mut facts = Vec::new();
    for table in imports::FACTS {
        let (goes, comes_back) = fact::count_import(reader, table, import)?;
        if goes > 0 {
            facts.push(FactsOf { table: table.name, goes, comes_back });
        }
    }
    let sql = "select exists (select 1 from rules where import_id = ?)";
    let rules = reader.conn().query_row(sql, params![import], |row| row.get(0))?;
    Ok(Contents { orders: all - shared, orders_shared: shared, facts, rules })
}
