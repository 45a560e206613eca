//! What things cost: unit costs with their dates, and the running expenses of the shop.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal, Money};

/// A row replaces an earlier one with the same sku, valid_from, store and country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub sku: String,
    pub valid_from: Day,
    pub unit_cost: Decimal,
    pub currency: Currency,
    pub store: Option<String>,
    pub country: Option<String>,
}

impl Cost {
    /// What tells one row from another.
    pub fn key(&self) -> (&str, Day, Option<&str>, Option<&str>) {
        (&self.sku, self.valid_from, self.store.as_deref(), self.country.as_deref())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    Once,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Every {
    pub const ALL: [Self; 6] =
        [Self::Once, Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|every| every.name() == name)
    }
}

/// A row replaces an earlier one with the same name, from and store. The amount is positive
/// for a cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expense {
    pub name: String,
    pub amount: Money,
    pub from: Day,
    /// The last day that bears any.
    pub to: Option<Day>,
    pub every: Every,
    pub store: Option<String>,
    pub category: Option<String>,
}
