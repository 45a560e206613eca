//! What it comes to that lines already sold draw otherwise than before: a late freight bill, a
//! receipt entered after its goods were sold.

use std::collections::{BTreeMap, HashMap};

use crate::base::Day;
use crate::base::id::{OrderId, StoreId};
use crate::domain::profit::component::Component;
use crate::domain::profit::convert::{Converter, Overflow};
use crate::domain::profit::engine::{Booking, book};
use crate::domain::profit::facts::Policy;
use crate::domain::profit::layers::OrderDraws;
use crate::store::{Reader, StoreError, orders, stores, united};

/// Units sold whose cost changed; amounts in minor units of the reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revalued {
    pub units: i64,
    pub orders: i64,
    /// The day of the first of these orders.
    pub since: Day,
    /// Of the cost of goods: negative where it grew.
    pub change_minor: i64,
    /// Orders of these that then lack a cost, and did not before: their change is none.
    pub uncosted: i64,
    /// The change by the first day of each month in which it falls, by event.
    pub months: BTreeMap<Day, i64>,
}

/// The effect of draws that changed, by order: as they were, and as they are. `None` where no
/// order that is counted is touched.
///
/// # Errors
/// `StoreError` of the database; `Internal` where a figure leaves its range.
pub fn revalue(
    reader: &Reader<'_>,
    policy: &Policy,
    changed: &BTreeMap<OrderId, (OrderDraws, OrderDraws)>,
) -> Result<Option<Revalued>, StoreError> {
    let names: HashMap<StoreId, String> =
        stores::list_stores(reader)?.into_iter().map(|store| (store.id, store.name)).collect();
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let mut sum: Option<Revalued> = None;
    for (id, (old, new)) in changed {
        let units = count_units(old, new);
        let Some(order) = united::find_united(reader, *id)?.order.filter(|_| units > 0) else {
            continue;
        };
        let row = orders::find_order(reader, *id)?;
        let store = row.as_ref().and_then(|row| names.get(&row.store)).map_or("", String::as_str);
        let day = order.placed_at.day_in(&policy.zone);
        let mut cogs = |draws| {
            let booking =
                Booking { order: &order, store, policy, draws: Some(draws), trail: false };
            let booked = book(&booking, &mut converter)?;
            let is_known =
                booked.lines.iter().all(|line| line.missing & Component::Cogs.bit() == 0);
            let mut months: BTreeMap<Day, i64> = BTreeMap::new();
            for line in &booked.lines {
                let day = booked.events.get(line.event).map_or(day, |event| event.day);
                let month = months.entry(day.first_of_month()).or_default();
                *month += line.amounts[Component::Cogs.index()];
            }
            Ok((months, is_known))
        };
        let both = cogs(old).and_then(|old| Ok((old, cogs(new)?)));
        let ((was, was_known), (is, is_known)) =
            both.map_err(|fault: Overflow| StoreError::Internal(fault.to_string()))?;
        let sum = sum.get_or_insert_with(|| Revalued {
            units: 0,
            orders: 0,
            since: day,
            change_minor: 0,
            uncosted: 0,
            months: BTreeMap::new(),
        });
        sum.units += units;
        sum.orders += 1;
        sum.since = sum.since.min(day);
        sum.uncosted += i64::from(was_known && !is_known);
        for (months, sign) in [(&is, 1), (&was, -1)] {
            for (month, minor) in months {
                sum.change_minor += sign * minor;
                *sum.months.entry(*month).or_default() += sign * minor;
            }
        }
    }
    if let Some(sum) = &mut sum {
        sum.months.retain(|_, minor| *minor != 0);
    }
    Ok(sum)
}

/// Units of the lines whose draws are others than before.
fn count_units(old: &OrderDraws, new: &OrderDraws) -> i64 {
    let leaves = new.iter().flat_map(|(line, leaves)| leaves.iter().map(move |leaf| (line, leaf)));
    let changed = leaves.filter(|(line, leaf)| {
        let before = old.get(line).into_iter().flatten().find(|one| one.sku == leaf.sku);
        before != Some(leaf)
    });
    changed.map(|(_, leaf)| leaf.units).sum()
}
