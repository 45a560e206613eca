//! A receipt or a freight bill tried: the SKUs that it touches are folded again over what they
//! cost then, and the orders of which a line would draw otherwise are booked under both.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::id::OrderId;
use crate::base::{Currency, Day};
use crate::domain::ask::{Ask, Key, Scope};
use crate::domain::profit::layers::{CostMethod, OrderDraws};
use crate::domain::record::PurchaseChange;
use crate::domain::report::MonthChange;
use crate::reports::{ReportError, profit};
use crate::store::layers::{self, Revalued};
use crate::store::policy::find_policy;
use crate::store::{Reader, purchases};

/// What a change would make of goods that were sold already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurchasePreview {
    pub currency: Currency,
    pub method: CostMethod,
    /// `None`: no unit that was sold costs anything else.
    pub revalued: Option<Revalued>,
    /// The months that change: net profit of everything, all stores.
    pub months: Vec<MonthChange>,
}

/// # Errors
/// `Nothing` before the first store; `Store`.
pub fn run(
    reader: &Reader<'_>,
    change: &PurchaseChange,
    today: Day,
) -> Result<PurchasePreview, ReportError> {
    let policy = find_policy(reader)?.ok_or(ReportError::Nothing)?.policy;
    let method = layers::find_method(reader)?;
    let mut preview =
        PurchasePreview { currency: policy.reporting, method, revalued: None, months: Vec::new() };
    if method == CostMethod::Dated {
        return Ok(preview);
    }
    let mut bought = purchases::list_purchases(reader)?;
    let mut landed = purchases::list_landed(reader)?;
    let mut references: BTreeSet<&str> = change.gone.as_deref().into_iter().collect();
    references.extend(change.put.iter().map(|one| one.reference.as_str()));
    references.extend(change.landed.iter().map(|one| one.reference.as_str()));
    let unlanded = landed.iter().find(|(id, _)| Some(*id) == change.landed_gone).cloned();
    references.extend(unlanded.as_ref().map(|(_, one)| one.reference.as_str()));
    let of_these = bought.iter().filter(|(_, one)| references.contains(one.reference.as_str()));
    let mut skus: BTreeSet<String> = of_these.map(|(_, one)| one.sku.clone()).collect();
    skus.extend(change.put.iter().map(|one| one.sku.clone()));
    change.apply(&mut bought, &mut landed);
    let by_sku = layers::land_by_sku(&bought, &landed, &policy)?;
    let mut changed: BTreeMap<OrderId, (OrderDraws, OrderDraws)> = BTreeMap::new();
    for sku in skus {
        let own = by_sku.get(&sku).map_or(&[][..], Vec::as_slice);
        for ((order, line), leaf) in layers::fold_sku(reader, method, (&sku, own))?.lines {
            let both = match changed.remove(&order) {
                Some(both) => both,
                None => {
                    let noted = layers::find_draws(reader, method, order)?.unwrap_or_default();
                    (noted.clone(), noted)
                }
            };
            let (old, mut new) = both;
            let leaves = new.entry(line).or_default();
            match leaves.iter_mut().find(|one| one.sku == leaf.sku) {
                Some(one) => *one = leaf,
                None => leaves.push(leaf),
            }
            changed.insert(order, (old, new));
        }
    }
    changed.retain(|_, (old, new)| old != new);
    preview.revalued = layers::revalue(reader, &policy, &changed)?;
    let months = preview.revalued.as_ref().map(|revalued| &revalued.months);
    if let Some(months) = months.filter(|months| !months.is_empty()) {
        preview.months = list_months(reader, months, today)?;
    }
    Ok(preview)
}

/// Net profit of the months as it is, and with what the goods that were sold in them cost more or
/// less.
fn list_months(
    reader: &Reader<'_>,
    changes: &BTreeMap<Day, i64>,
    today: Day,
) -> Result<Vec<MonthChange>, ReportError> {
    let report = profit::run(reader, &Ask::all(Scope::All).by(&[Key::Month]), today)?;
    let before_of = |first: Day| {
        let month = first.month_text();
        let row = report.rows.iter().find(|row| row.key("month") == Some(&month));
        row.map_or(0, |row| row.figures.net_profit())
    };
    let month = |(first, change): (&Day, &i64)| {
        let before_minor = before_of(*first);
        MonthChange { first: *first, before_minor, after_minor: before_minor + change }
    };
    Ok(changes.iter().map(month).collect())
}
