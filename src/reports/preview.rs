//! What a change would do, before it is saved: the orders that it touches are booked under what
//! holds and under what would hold, by the engine that makes the books, and nothing is written.
//! Here a unit cost; beside it a set of rules, an expense and a purchase.

pub mod expenses;
pub mod purchases;
pub mod rules;

use std::collections::{BTreeMap, HashMap};

use rusqlite::params;

use super::ReportError;
use crate::base::id::{OrderId, StoreId};
use crate::base::{Currency, Day};
use crate::domain::profit::component::Subtotal;
use crate::domain::profit::convert::Converter;
use crate::domain::profit::engine::{Booked, Booking, book};
use crate::domain::profit::facts::Policy;
use crate::domain::record::{Cost, Order};
use crate::domain::report::MonthChange;
use crate::store::policy::find_policy;
use crate::store::{Reader, StoreError, layers, stores, united};

/// The change that is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostChange {
    /// Entered, or put in place of the row with its key.
    Put(Cost),
    /// The row with its key goes.
    Remove(Cost),
}

impl CostChange {
    pub fn cost(&self) -> &Cost {
        match self {
            Self::Put(cost) | Self::Remove(cost) => cost,
        }
    }
}

/// Minor units of the reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    pub currency: Currency,
    /// Orders whose figures change.
    pub orders: i64,
    /// Units sold in them under the SKU.
    pub units: i64,
    pub change_minor: i64,
    /// By the first day of each month that changes: net profit of all orders that sold the SKU.
    pub months: Vec<MonthChange>,
}

impl Preview {
    pub fn before_minor(&self) -> i64 {
        self.months.iter().map(|month| month.before_minor).sum()
    }

    pub fn after_minor(&self) -> i64 {
        self.months.iter().map(|month| month.after_minor).sum()
    }
}

/// Computes the effect of a change by the same engine that computes the books.
///
/// # Errors
/// `Nothing` before the first store; `Overflow` where a figure would leave 64 bits.
pub fn run(reader: &Reader<'_>, change: &CostChange) -> Result<Preview, ReportError> {
    let known = find_policy(reader)?.ok_or(ReportError::Nothing)?;
    let before = known.policy;
    let after = changed(&before, change);
    let sku = &change.cost().sku;
    let mut preview = Preview {
        currency: before.reporting,
        orders: 0,
        units: 0,
        change_minor: 0,
        months: Vec::new(),
    };
    let mut changes: BTreeMap<Day, i64> = BTreeMap::new();
    let skus = skus_with(&before, sku)?;
    let touched = list_touched(reader, change.cost(), &skus)?;
    // A cost of its own keeps a bundle from moving its components.
    let is_alike = before.rules.find_bundle(sku).is_none();
    rebook(reader, (&before, &after, is_alike), &touched, &mut |changed| {
        preview.orders += 1;
        preview.units += units_of(changed.order, &changed.new, &before.rules.list_holders(sku));
        add_changes(&changed.old, &changed.new, &mut changes);
    })?;
    preview.change_minor = changes.values().sum();
    let stored = sum_stored(reader, change.cost(), &skus)?;
    preview.months = changes
        .into_iter()
        .map(|(first, change)| {
            let before_minor = stored.get(&first).copied().unwrap_or_default();
            MonthChange { first, before_minor, after_minor: before_minor + change }
        })
        .collect();
    Ok(preview)
}

/// An order whose figures a change moves, booked without it and with it.
struct Rebooked<'a> {
    id: OrderId,
    order: &'a Order,
    old: Booked,
    new: Booked,
}

/// Books orders under both policies and hands over those that differ. `is_alike`: lines draw on
/// the same layers under both.
fn rebook(
    reader: &Reader<'_>,
    (before, after, is_alike): (&Policy, &Policy, bool),
    orders: &[(OrderId, StoreId)],
    each: &mut dyn FnMut(Rebooked<'_>),
) -> Result<(), ReportError> {
    let method = layers::find_method(reader)?;
    // Where the layers may be others, all is drawn again; else what is noted holds.
    let drawn = match is_alike {
        true => None,
        false => Some(layers::draw_all(reader, after, method)?),
    };
    let names: HashMap<StoreId, String> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store.name)).collect();
    let mut was = Converter::new(&before.rates, before.reporting);
    let mut becomes = Converter::new(&after.rates, after.reporting);
    for (id, store) in orders {
        let Some(order) = united::find_united(reader, *id)?.order else { continue };
        let store = names.get(store).map_or("", String::as_str);
        let noted = layers::find_draws(reader, method, *id)?;
        let booking = |policy, draws| Booking { order: &order, store, policy, draws, trail: false };
        let old = book(&booking(before, noted.as_ref()), &mut was)?;
        let draws = drawn.as_ref().map_or(noted.as_ref(), |drawn| drawn.of(*id));
        let new = book(&booking(after, draws), &mut becomes)?;
        if old.lines != new.lines {
            each(Rebooked { id: *id, order: &order, old, new });
        }
    }
    Ok(())
}

fn changed(policy: &Policy, change: &CostChange) -> Policy {
    let mut policy = policy.clone();
    match change {
        CostChange::Put(cost) => policy.costs.put(cost.clone()),
        CostChange::Remove(cost) => policy.costs.remove(cost),
    }
    policy
}

/// The SKU and the bundles that hold it, as a JSON list.
fn skus_with(policy: &Policy, sku: &str) -> Result<String, ReportError> {
    let list = serde_json::to_string(&policy.rules.list_holders(sku));
    Ok(list.map_err(|fault| StoreError::Internal(fault.to_string()))?)
}

/// The orders that saving would mark (`store/dirty.rs`).
fn list_touched(
    reader: &Reader<'_>,
    cost: &Cost,
    skus: &str,
) -> Result<Vec<(OrderId, StoreId)>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select distinct order_id, store_id from profit_lines
         where variant_id in (
            select id from variants where sku in (select value from json_each(?)))
            and order_day >= ?",
    )?;
    let rows = statement
        .query_map(params![skus, cost.valid_from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Net profit by month, as the books hold it, of every order that sold the SKU.
fn sum_stored(
    reader: &Reader<'_>,
    cost: &Cost,
    skus: &str,
) -> Result<BTreeMap<Day, i64>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select event_day, sum(gross_sales_minor + discounts_minor + returns_minor
            + shipping_income_minor + service_income_minor + cogs_minor + shipping_cost_minor
            + handling_cost_minor + payment_fees_minor + channel_fees_minor + other_income_minor
            + ad_matched_minor + ad_blended_minor)
         from profit_lines where order_id in (
            select order_id from profit_lines
            where variant_id in (
                select id from variants where sku in (select value from json_each(?)))
                and order_day >= ?)
         group by event_day",
    )?;
    let rows = statement
        .query_map(params![skus, cost.valid_from], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut months: BTreeMap<Day, i64> = BTreeMap::new();
    for row in rows {
        let (day, minor): (Day, i64) = row?;
        *months.entry(day.first_of_month()).or_default() += minor;
    }
    Ok(months)
}

/// Adds up per month, only where something changes.
fn add_changes(old: &Booked, new: &Booked, changes: &mut BTreeMap<Day, i64>) {
    let mask = Subtotal::NetProfit.mask();
    let profit = |amounts: &[i64]| -> i64 {
        let within = |(index, minor): (usize, &i64)| (mask & (1 << index) != 0).then_some(*minor);
        amounts.iter().enumerate().filter_map(within).sum()
    };
    for (booked, sign) in [(old, -1), (new, 1)] {
        for line in &booked.lines {
            let day = booked.events[line.event].day;
            *changes.entry(day.first_of_month()).or_default() += sign * profit(&line.amounts);
        }
    }
}

fn units_of(order: &Order, booked: &Booked, skus: &[String]) -> i64 {
    let is_own = |sku: Option<&str>| sku.is_some_and(|sku| skus.iter().any(|own| own == sku));
    let sold = booked
        .lines
        .iter()
        .filter(|line| line.units > 0 && is_own(order.lines[line.line].sku.as_deref()));
    sold.map(|line| line.units).sum()
}
