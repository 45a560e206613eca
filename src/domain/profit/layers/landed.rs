//! Receipts with what it cost to land them: each line is a layer, with the exact cost of a unit.

use std::collections::BTreeMap;

use super::UnitCost;
use crate::base::rate::Fraction;
use crate::base::split::Split;
use crate::base::{Currency, Day};
use crate::domain::profit::convert::Overflow;
use crate::domain::profit::input_vat::{InputVat, VatAsk};
use crate::domain::record::{LandedCost, Purchase, SplitBy};
use crate::domain::rules::VatSource;

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Of the purchase that it is.
    pub id: i64,
    pub sku: String,
    pub reference: String,
    pub received: Day,
    pub line: String,
    pub quantity: i64,
    /// Landed; one for each currency.
    pub unit: Vec<UnitCost>,
    /// What landing adds to the whole line, in minor units.
    pub landed: Vec<(Currency, i64)>,
}

impl Layer {
    /// The order in which layers are used up.
    pub fn key(&self) -> (Day, &str, &str, &str) {
        (self.received, &self.reference, &self.line, &self.sku)
    }
}

/// The layers of all receipts: a purchase order's landed costs over all its lines, also those
/// received on different days. Costs of an order that nothing was received of wait for it.
///
/// # Errors
/// `Overflow` where an amount leaves its range.
pub fn land(
    purchases: &[(i64, Purchase)],
    landed: &[LandedCost],
    vat: InputVat<'_>,
) -> Result<Vec<Layer>, Overflow> {
    let mut by_reference: BTreeMap<&str, Vec<&(i64, Purchase)>> = BTreeMap::new();
    for one in purchases {
        by_reference.entry(&one.1.reference).or_default().push(one);
    }
    let mut costs: BTreeMap<&str, Vec<&LandedCost>> = BTreeMap::new();
    for one in landed {
        costs.entry(&one.reference).or_default().push(one);
    }
    let mut layers = Vec::with_capacity(purchases.len());
    for (reference, mut lines) in by_reference {
        lines.sort_by(|(_, a), (_, b)| {
            (a.received, &a.line, &a.sku).cmp(&(b.received, &b.line, &b.sku))
        });
        let mut added: Vec<BTreeMap<Currency, i64>> = vec![BTreeMap::new(); lines.len()];
        for cost in costs.get(reference).into_iter().flatten() {
            add_landed(&lines, cost, vat, &mut added)?;
        }
        for ((id, purchase), added) in lines.into_iter().zip(added) {
            layers.push(layer(*id, purchase, added, vat)?);
        }
    }
    Ok(layers)
}

fn add_landed(
    lines: &[&(i64, Purchase)],
    cost: &LandedCost,
    vat: InputVat<'_>,
    added: &mut [BTreeMap<Currency, i64>],
) -> Result<(), Overflow> {
    let Some((_, first)) = lines.first() else { return Ok(()) };
    let currency = cost.amount.currency;
    let ask = VatAsk::new(VatSource::LandedCosts, cost.day.unwrap_or(first.received), currency);
    let whole = vat.net(cost.amount.minor, ask).ok_or(Overflow)?;
    let quantities: Vec<i64> = lines.iter().map(|(_, line)| line.quantity).collect();
    let weights = weigh(lines, cost.by)?.unwrap_or_else(|| quantities.clone());
    let split = Split { whole, weights: &weights, quantities: &quantities };
    for (added, part) in added.iter_mut().zip(split.parts()) {
        let sum = added.entry(currency).or_default();
        *sum = sum.checked_add(part).ok_or(Overflow)?;
    }
    Ok(())
}

/// `None` where it goes by quantity: that was asked for, a weight is not known, or values are in
/// several currencies and cannot be held against each other.
fn weigh(lines: &[&(i64, Purchase)], by: SplitBy) -> Result<Option<Vec<i64>>, Overflow> {
    let mut weights = Vec::with_capacity(lines.len());
    for (_, line) in lines {
        weights.push(match by {
            SplitBy::Quantity => return Ok(None),
            SplitBy::Value if line.currency != lines[0].1.currency => return Ok(None),
            SplitBy::Value => {
                line.unit_cost.times(line.quantity, line.currency.digits()).ok_or(Overflow)?
            }
            SplitBy::Weight => {
                let Some(grams) = line.weight_grams else { return Ok(None) };
                grams.max(0).checked_mul(line.quantity).ok_or(Overflow)?
            }
        });
    }
    Ok(Some(weights))
}

fn layer(
    id: i64,
    purchase: &Purchase,
    added: BTreeMap<Currency, i64>,
    vat: InputVat<'_>,
) -> Result<Layer, Overflow> {
    let mut own = Fraction::from_decimal(purchase.unit_cost);
    let ask = VatAsk::new(VatSource::Purchases, purchase.received, purchase.currency);
    if let Some(share) = vat.find(ask) {
        own = share.net_of(&own).ok_or(Overflow)?;
    }
    let mut unit: BTreeMap<Currency, Fraction> = BTreeMap::from([(purchase.currency, own)]);
    for (currency, minor) in &added {
        let whole = i128::from(purchase.quantity).checked_mul(10_i128.pow(currency.digits()));
        let share = Fraction::new(i128::from(*minor), whole.ok_or(Overflow)?);
        if let Some(share) = share.filter(|share| !share.is_zero()) {
            let sum = match unit.get(currency) {
                Some(own) => own.plus(&share),
                None => share.reduced(),
            };
            unit.insert(*currency, sum);
        }
    }
    let unit = unit.into_iter().map(|(currency, cost)| UnitCost { currency, cost: cost.reduced() });
    Ok(Layer {
        id,
        sku: purchase.sku.clone(),
        reference: purchase.reference.clone(),
        received: purchase.received,
        line: purchase.line.clone().unwrap_or_default(),
        quantity: purchase.quantity,
        unit: unit.collect(),
        landed: added.into_iter().filter(|(_, minor)| *minor != 0).collect(),
    })
}
