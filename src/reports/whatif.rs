//! What if: the real orders of some days go through the very engine under other terms, and the
//! P&L stands beside the real one. Nothing is written. One thread reads the orders, another books
//! them under each scenario; then the day's ad spend, charges and expenses as the books do it.

mod beside;
mod replay;
mod sums;

use std::collections::BTreeSet;

use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::ReportError;
use super::profit;
use super::rows::Names;
use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::{Ask, Basis, Key};
use crate::domain::profit::convert::MissingRate;
use crate::domain::profit::figures::Figures;
use crate::domain::report::Report;
use crate::domain::scenario::even::Line;
use crate::domain::scenario::{Assumed, Goods, Scenario, Touched};
use crate::store::policy::find_policy;
use crate::store::{Reader, profit as stored};

/// Scenarios that stand side by side.
pub const SCENARIOS_MAX: usize = 3;
/// Orders that are replayed while somebody waits; more is work for the background.
pub const ORDERS_AT_ONCE: i64 = 20_000;
/// Winners and losers that are told.
const PRODUCTS_MAX: usize = 10;

/// Told how many orders are done of how many; answers whether to go on.
pub type Progress<'a> = &'a dyn Fn(i64, i64) -> bool;

/// As it was, and under each scenario.
#[derive(Clone, Debug)]
pub struct WhatIf {
    pub currency: Currency,
    pub range: DayRange,
    pub basis: Basis,
    /// The change of the books that all of it knows.
    pub version: i64,
    /// As it was, by month.
    pub real: Report,
    pub columns: Vec<Column>,
}

/// What one scenario makes of the days. Kept as it is by `store/scenarios.rs`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    pub total: Figures,
    /// Net profit as it was.
    pub real_minor: i64,
    /// By month and store, ascending; they add up to the total. Without a store: what names none.
    pub cells: Vec<Cell>,
    /// Products whose net profit changes most, the losers last.
    pub products: Vec<Product>,
    /// By assumption.
    pub touched: Vec<Touched>,
    pub guess: Option<Guessed>,
    pub more: Option<More>,
    pub missing_rates: Vec<(Currency, Day)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The first day of the month.
    pub month: Day,
    pub store: Option<String>,
    pub figures: Figures,
}

/// Net profit of one product as it was and under the scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// `None`: lines without a SKU.
    pub sku: Option<String>,
    pub title: Option<String>,
    pub was_minor: i64,
    pub becomes_minor: i64,
}

/// The first guess of sales, or the goods about which one can be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guessed {
    pub of: Goods,
    /// `6` for 6 % fewer; 0 where nothing was guessed.
    pub fewer_percent: String,
    /// The change against what was, without this guess.
    pub start_minor: i64,
    /// What all lines of the goods bring.
    pub whole_minor: i64,
    pub units: i64,
}

impl Guessed {
    pub fn line(&self) -> Line {
        Line { start_minor: self.start_minor, whole_minor: self.whole_minor }
    }
}

/// The guess of more orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    pub count: i64,
    /// The orders that they are like, and what these bring.
    pub like_orders: i64,
    pub like_minor: i64,
    /// So many are needed until nothing is lost; `None` where nothing is, or they bring nothing.
    pub needed: Option<i64>,
}

/// How many orders a replay would go through.
///
/// # Errors
/// `Nothing` before the first store, `Asked` for days in the wrong order.
pub fn count_orders(reader: &Reader<'_>, ask: &Ask, today: Day) -> Result<i64, ReportError> {
    let range = profit::find_range(reader, ask, today)?;
    let sql = format!("select count(*) from ({})", orders_sql(ask.basis));
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_row(params![range.from, range.to], |row| row.get(0))?)
}

/// Replays the orders of the ask under each scenario; its keys are not looked at, ad spend is
/// blended and nothing fully loaded. `None` where `progress` said to stop.
///
/// # Errors
/// As `profit::run`; `Overflow` where a figure would leave 64 bits.
pub fn run(
    reader: &Reader<'_>,
    (ask, scenarios): (&Ask, &[Scenario]),
    today: Day,
    progress: Progress<'_>,
) -> Result<Option<WhatIf>, ReportError> {
    let known = find_policy(reader)?.ok_or(ReportError::Nothing)?;
    let range = profit::find_range(reader, ask, today)?;
    let plain = Ask { ads: Default::default(), fully_loaded: false, ..ask.clone() };
    let real = profit::run(reader, &plain.clone().by(&[Key::Month]), today)?;
    let mut whatif = WhatIf {
        currency: known.policy.reporting,
        range,
        basis: ask.basis,
        version: known.version,
        real,
        columns: Vec::new(),
    };
    if scenarios.is_empty() {
        return Ok(Some(whatif));
    }
    let by_product = profit::run(reader, &plain.clone().by(&[Key::Product]), today)?;
    let names = Names::load(reader, &known.policy.rules, true)?;
    let skus: Vec<String> =
        stored::list_variants(reader.conn())?.into_iter().map(|(_, sku, _)| sku).collect();
    let assumed = scenarios
        .iter()
        .map(|scenario| Assumed::new(scenario, &known.policy, &skus))
        .collect::<Result<Vec<_>, _>>()?;
    let days = beside::Days::load(reader, ask.basis, range)?;
    let scope = replay::Scope { ask: &plain, range, days: &days };
    let orders = list_orders(reader, ask.basis, range)?;
    let Some(replayed) = replay::run(reader, (&assumed, &orders), &scope, progress)? else {
        return Ok(None);
    };
    for (assumed, replayed) in assumed.iter().zip(replayed) {
        let around = beside::Around { reader, known: &known, names: &names, scope: &scope };
        let sums = around.close(assumed, replayed)?;
        whatif.columns.push(sums.column(&whatif.real.total, &by_product, &names));
    }
    Ok(Some(whatif))
}

/// One order to be replayed.
pub(super) struct Listed {
    pub id: OrderId,
    pub store: StoreId,
    pub store_name: String,
}

/// The orders with anything on the days, and all that share a day's ad spend with them.
fn orders_sql(basis: Basis) -> &'static str {
    match basis {
        Basis::Event => {
            "select distinct order_id from profit_lines where event_day between ?1 and ?2"
        }
        Basis::Order => {
            "select distinct order_id from profit_lines where order_day between ?1 and ?2
                or event_day in (select event_day from profit_lines
                    where order_day between ?1 and ?2 and kind in (0, 1))"
        }
    }
}

/// In the order in which money is split over several orders.
fn list_orders(
    reader: &Reader<'_>,
    basis: Basis,
    range: DayRange,
) -> Result<Vec<Listed>, ReportError> {
    let sql = format!(
        "select orders.id, stores.id, stores.name from orders
         join stores on stores.id = store_id
         where orders.id in ({})
         order by placed_at, stores.name, external_id",
        orders_sql(basis)
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map(params![range.from, range.to], |row| {
        Ok(Listed { id: row.get(0)?, store: row.get(1)?, store_name: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Column {
    pub fn change_minor(&self) -> i64 {
        self.total.net_profit() - self.real_minor
    }
}

/// The rates that a column lacks, as reports tell them.
pub fn list_missing(columns: &[Column]) -> Vec<MissingRate> {
    let all: BTreeSet<MissingRate> = columns
        .iter()
        .flat_map(|column| &column.missing_rates)
        .map(|(currency, day)| MissingRate { currency: *currency, day: *day })
        .collect();
    all.into_iter().collect()
}
