//! A scenario: what a seller assumes instead of what was. The real orders go through the very
//! engine under it; nothing real changes. Pure: what is assumed, what it makes of an order and of
//! the seller's own terms, and where it breaks even.
//!
//! | question | file |
//! | --- | --- |
//! | what can be assumed, and how it is written | `mod.rs`, `check.rs` |
//! | what an order becomes | `order.rs`, then `follow.rs` for what follows from prices |
//! | what costs, rules, rates and spend become | `terms.rs` |
//! | when a guess of the sales breaks even | `even.rs` |

pub mod check;
pub mod even;
mod follow;
mod order;
mod terms;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Day, Decimal};
use crate::domain::profit::facts::Policy;
use crate::domain::rules::{HandlingCostRule, PaymentFeeRule, Rules, ShippingCostRule, day_text};

/// The way in which definitions are written now.
pub const VERSION: u32 = 1;

/// A list of assumptions, taken one after the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    #[serde(default = "newest")]
    pub version: u32,
    #[serde(default)]
    pub name: String,
    pub assumptions: Vec<Assumption>,
}

fn newest() -> u32 {
    VERSION
}

impl Default for Scenario {
    fn default() -> Self {
        Self { version: VERSION, name: String::new(), assumptions: Vec::new() }
    }
}

/// Percentages are changes: `8` is 8 % more, `-20` is 20 % less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Assumption {
    /// What goods cost, from a day on.
    Cost {
        of: Goods,
        change: Change,
        #[serde(default, with = "day_text", skip_serializing_if = "Option::is_none")]
        from: Option<Day>,
    },
    /// What they are sold for, before discounts, as the shop writes its prices.
    Price {
        of: Goods,
        change: Change,
        #[serde(default, with = "day_text", skip_serializing_if = "Option::is_none")]
        from: Option<Day>,
    },
    /// Orders whose goods come to this pay no shipping.
    FreeShipping {
        from: Amount,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
    },
    /// What orders are charged for shipping: a change of what they were charged, or one amount
    /// for every order that sends goods.
    ShippingCharge {
        change: Change,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        country: Option<String>,
    },
    /// Payments that one of these rules fits cost what it says, whatever they really cost.
    PaymentFees {
        rules: Vec<PaymentFeeRule>,
    },
    /// What a channel takes of what the buyer pays for goods and shipping. With a store all its
    /// orders; without one those on which a commission was taken.
    Commission {
        percent: Decimal,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        store: Option<String>,
    },
    /// What sending costs: labels, stated costs and rules alike, or other rules for the orders
    /// that they fit.
    ShippingCost {
        costs: Costs<ShippingCostRule>,
    },
    HandlingCost {
        costs: Costs<HandlingCostRule>,
    },
    AdSpend {
        percent: Decimal,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        platform: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        campaign: Option<String>,
    },
    /// Never sold: its lines go, the order's rest stays.
    Drop {
        of: Goods,
    },
    /// One unit of a currency in the reporting currency.
    Rate {
        currency: Currency,
        change: RateChange,
    },
    Expenses {
        percent: Decimal,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// A guess: so much more or less of it is sold. Each of its lines weighs that much.
    Volume {
        of: Goods,
        percent: Decimal,
    },
    /// A guess: so many more orders like those that sold some of it.
    MoreOrders {
        count: i64,
        #[serde(default)]
        of: Goods,
    },
}

/// Which products are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goods {
    #[default]
    All,
    /// A group of the rules.
    Group(String),
    Sku(String),
}

impl Goods {
    pub fn means(&self, sku: Option<&str>, rules: &Rules) -> bool {
        match self {
            Self::All => true,
            Self::Group(name) => sku.and_then(|sku| rules.find_group(sku)) == Some(name.as_str()),
            Self::Sku(wanted) => sku == Some(wanted.as_str()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    Percent(Decimal),
    To(Amount),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    pub amount: Decimal,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Costs<R> {
    Percent(Decimal),
    Rules(Vec<R>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RateChange {
    Percent(Decimal),
    Fixed(Decimal),
}

impl Assumption {
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cost { .. } => "cost",
            Self::Price { .. } => "price",
            Self::FreeShipping { .. } => "free_shipping",
            Self::ShippingCharge { .. } => "shipping_charge",
            Self::PaymentFees { .. } => "payment_fees",
            Self::Commission { .. } => "commission",
            Self::ShippingCost { .. } => "shipping_cost",
            Self::HandlingCost { .. } => "handling_cost",
            Self::AdSpend { .. } => "ad_spend",
            Self::Drop { .. } => "drop",
            Self::Rate { .. } => "rate",
            Self::Expenses { .. } => "expenses",
            Self::Volume { .. } => "volume",
            Self::MoreOrders { .. } => "more_orders",
        }
    }
}

/// A guess of how much of some goods is sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Guess {
    pub of: Goods,
    /// 0 where nothing was guessed, but a break-even can be told.
    pub percent: Decimal,
}

impl Scenario {
    /// The guesses of sales, the first that fits a line winning. Without any, the goods whose
    /// price or cost changes: how many fewer of them may be sold is then the question.
    pub fn list_guesses(&self) -> Vec<Guess> {
        let guesses = self.assumptions.iter().filter_map(|assumption| match assumption {
            Assumption::Volume { of, percent } => Some(Guess { of: of.clone(), percent: *percent }),
            _ => None,
        });
        let mut guesses: Vec<Guess> = guesses.collect();
        if guesses.is_empty() {
            let changed = self.assumptions.iter().find_map(|assumption| match assumption {
                Assumption::Price { of, .. } | Assumption::Cost { of, .. } => Some(of.clone()),
                _ => None,
            });
            guesses.extend(changed.map(|of| Guess { of, percent: Decimal::ZERO }));
        }
        guesses
    }
}

/// A scenario with the terms that hold under it.
#[derive(Debug)]
pub struct Assumed<'a> {
    pub scenario: &'a Scenario,
    real: &'a Policy,
    /// What the engine reckons with.
    pub policy: Policy,
}

/// What one assumption touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touched {
    pub orders: i64,
    pub units: i64,
}
