//! Receipts with what a unit of each line cost, landed, and what is left of it.

use std::collections::HashMap;

use crate::base::Day;
use crate::domain::profit::layers::{CostMethod, UnitCost};
use crate::domain::record::{LandedCost, Purchase};
use crate::reports::ReportError;
use crate::store::policy::find_policy;
use crate::store::{Reader, layers, purchases};

/// One purchase order.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub reference: String,
    pub lines: Vec<ReceiptLine>,
    pub landed: Vec<(i64, LandedCost)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReceiptLine {
    pub purchase: Purchase,
    /// Landed, without recoverable VAT; `None` before the first store.
    pub unit: Option<Vec<UnitCost>>,
    /// `None` where the cost method draws on no layers.
    pub left: Option<i64>,
}

impl Receipt {
    /// The day of its first line.
    pub fn received(&self) -> Option<Day> {
        self.lines.iter().map(|line| line.purchase.received).min()
    }
}

/// All purchase orders, the newest first; those of which only a bill is known before all.
///
/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>) -> Result<(CostMethod, Vec<Receipt>), ReportError> {
    let method = layers::find_method(reader)?;
    let left = layers::list_left(reader)?;
    let mut units: HashMap<i64, Vec<UnitCost>> = HashMap::new();
    let known = find_policy(reader)?;
    if let Some(known) = &known {
        for layer in layers::list_layers(reader, &known.policy)?.into_values().flatten() {
            units.insert(layer.id, layer.unit);
        }
    }
    let mut receipts: HashMap<String, Receipt> = HashMap::new();
    let mut entry = |reference: &str, line: Option<ReceiptLine>, bill: Option<_>| {
        let empty =
            || Receipt { reference: reference.to_owned(), lines: Vec::new(), landed: Vec::new() };
        let receipt = receipts.entry(reference.to_owned()).or_insert_with(empty);
        receipt.lines.extend(line);
        receipt.landed.extend(bill);
    };
    for (id, purchase) in purchases::list_purchases(reader)? {
        // One that was never sold was never folded.
        let left = left.get(&id).copied().unwrap_or(purchase.quantity);
        let left = (method != CostMethod::Dated).then_some(left);
        let reference = purchase.reference.clone();
        entry(&reference, Some(ReceiptLine { purchase, unit: units.remove(&id), left }), None);
    }
    for (id, bill) in purchases::list_landed(reader)? {
        let reference = bill.reference.clone();
        entry(&reference, None, Some((id, bill)));
    }
    let mut receipts: Vec<Receipt> = receipts.into_values().collect();
    receipts.sort_by(|a, b| {
        let newest = |one: &Receipt| std::cmp::Reverse(one.received().unwrap_or(Day(i32::MAX)));
        newest(a).cmp(&newest(b)).then_with(|| a.reference.cmp(&b.reference))
    });
    Ok((method, receipts))
}
