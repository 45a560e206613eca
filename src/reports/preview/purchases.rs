//! A receipt or a freight bill tried: the SKUs that it touches are folded again over what they
//! cost then, and the orders of which a line would draw otherwise are booked under both.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::Currency;
use crate::base::id::OrderId;
use crate::domain::profit::layers::{CostMethod, OrderDraws};
use crate::domain::record::PurchaseChange;
use crate::reports::ReportError;
use crate::store::layers::{self, Revalued};
use crate::store::policy::find_policy;
use crate::store::{Reader, purchases};

/// What a change would make of goods that were sold already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PurchasePreview {
    pub currency: Currency,
    pub method: CostMethod,
    /// `None`: no unit that was sold costs anything else.
    pub revalued: Option<Revalued>,
}

/// # Errors
/// `Nothing` before the first store; `Store`.
pub fn run(reader: &Reader<'_>, change: &PurchaseChange) -> Result<PurchasePreview, ReportError> {
    let policy = find_policy(reader)?.ok_or(ReportError::Nothing)?.policy;
    let method = layers::find_method(reader)?;
    let mut preview = PurchasePreview { currency: policy.reporting, method, revalued: None };
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
    Ok(preview)
}
