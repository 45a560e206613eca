//! What was bought to be sold: lines of receipts, and what it cost to land them.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal, Money};

/// One line of a purchase order that was received. A row replaces an earlier one with the same
/// reference, received, sku and line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purchase {
    /// The purchase order: `PO-17`.
    pub reference: String,
    /// The units can be sold from the start of this day.
    pub received: Day,
    pub sku: String,
    /// Tells lines of one SKU in one receipt apart.
    pub line: Option<String>,
    pub quantity: i64,
    /// Without freight and duty.
    pub unit_cost: Decimal,
    pub currency: Currency,
    pub supplier: Option<String>,
    /// Of one unit.
    pub weight_grams: Option<i64>,
}

impl Purchase {
    /// What tells one row from another.
    pub fn key(&self) -> (&str, Day, &str, Option<&str>) {
        (&self.reference, self.received, &self.sku, self.line.as_deref())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LandedKind {
    Freight,
    Duty,
    Other,
}

impl LandedKind {
    pub const ALL: [Self; 3] = [Self::Freight, Self::Duty, Self::Other];

    pub fn name(self) -> &'static str {
        match self {
            Self::Freight => "freight",
            Self::Duty => "duty",
            Self::Other => "other",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// By what a landed cost is split over the lines of its purchase order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitBy {
    Value,
    Weight,
    Quantity,
}

impl SplitBy {
    pub const ALL: [Self; 3] = [Self::Value, Self::Weight, Self::Quantity];

    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Weight => "weight",
            Self::Quantity => "quantity",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// Freight, duty or another cost of a whole purchase order. A row replaces an earlier one with
/// the same reference, kind, currency, day and bill. Negative is a credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandedCost {
    pub reference: String,
    pub kind: LandedKind,
    pub amount: Money,
    pub by: SplitBy,
    /// Of the bill, where it is known.
    pub day: Option<Day>,
    /// The bill's own number, which tells two of one day apart.
    pub bill: Option<String>,
}

impl LandedCost {
    /// What tells one row from another.
    pub fn key(&self) -> (&str, LandedKind, Currency, Option<Day>, Option<&str>) {
        (&self.reference, self.kind, self.amount.currency, self.day, self.bill.as_deref())
    }
}

/// What a person changes of purchases by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseChange {
    /// A purchase order that goes, with what landed it.
    pub gone: Option<String>,
    /// A landed cost that goes, by its number.
    pub landed_gone: Option<i64>,
    pub put: Vec<Purchase>,
    pub landed: Vec<LandedCost>,
}

impl PurchaseChange {
    /// All purchases and landed costs as they would be.
    pub fn apply(&self, purchases: &mut Vec<(i64, Purchase)>, landed: &mut Vec<(i64, LandedCost)>) {
        purchases.retain(|(_, one)| Some(&one.reference) != self.gone.as_ref());
        landed.retain(|(id, one)| {
            Some(&one.reference) != self.gone.as_ref() && Some(*id) != self.landed_gone
        });
        for put in &self.put {
            purchases.retain(|(_, one)| one.key() != put.key());
            purchases.push((0, put.clone()));
        }
        for put in &self.landed {
            landed.retain(|(_, one)| one.key() != put.key());
            landed.push((0, put.clone()));
        }
    }
}
