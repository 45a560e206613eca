//! A purchase order: its lines, what it comes to, and how far it has come. Its state is never
//! set: it follows of what was ordered and what was received.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::{LocationId, SupplierId};
use crate::base::{Currency, Day, Decimal, Money};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseOrder {
    pub number: String,
    pub supplier: SupplierId,
    pub currency: Currency,
    /// Where it shall come in.
    pub location: LocationId,
    pub stage: Stage,
    pub ordered: Option<Day>,
    pub expected: Option<Day>,
    pub note: String,
    pub lines: Vec<OrderLine>,
}

/// A SKU stands in one line of an order only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub sku: String,
    /// What the supplier calls it.
    pub code: String,
    pub quantity: i64,
    pub pack: i64,
    /// Without freight and duty, in the order's currency.
    pub unit_cost: Decimal,
    /// Of one unit.
    pub weight_grams: Option<i64>,
}

/// What the seller did with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Draft,
    Ordered,
    Cancelled,
}

impl Stage {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ordered => "ordered",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Draft, Self::Ordered, Self::Cancelled].into_iter().find(|one| one.name() == name)
    }
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderState {
    Draft,
    Ordered,
    PartlyReceived,
    Received,
    Cancelled,
}

impl OrderState {
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::Ordered, Self::PartlyReceived, Self::Received, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ordered => "ordered",
            Self::PartlyReceived => "partly_received",
            Self::Received => "received",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Units that came, by SKU, the damaged ones too.
pub type Received = BTreeMap<String, i64>;

impl OrderLine {
    /// In minor units, rounded once; `None` beyond 64 bits.
    pub fn total_minor(&self, currency: Currency) -> Option<i64> {
        self.unit_cost.times(self.quantity, currency.digits())
    }

    /// Units that are still to come.
    pub fn open(&self, received: &Received) -> i64 {
        (self.quantity - received.get(&self.sku).copied().unwrap_or_default()).max(0)
    }
}

impl PurchaseOrder {
    /// `None` beyond 64 bits.
    pub fn total(&self) -> Option<Money> {
        let minor = self
            .lines
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.total_minor(self.currency)?))?;
        Some(Money::new(minor, self.currency))
    }

    /// What is still to come, at the order's prices; `None` beyond 64 bits.
    pub fn open_total(&self, received: &Received) -> Option<Money> {
        let digits = self.currency.digits();
        let minor = self.lines.iter().try_fold(0_i64, |sum, line| {
            sum.checked_add(line.unit_cost.times(line.open(received), digits)?)
        })?;
        Some(Money::new(minor, self.currency))
    }

    pub fn units(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    pub fn open_units(&self, received: &Received) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.open(received)))
    }

    pub fn find_line(&self, sku: &str) -> Option<&OrderLine> {
        self.lines.iter().find(|line| line.sku == sku)
    }

    /// A cancelled order of which something came is received: the rest is called off.
    pub fn state(&self, received: &Received) -> OrderState {
        let any = received.values().any(|units| *units > 0);
        match (self.stage, any) {
            (Stage::Draft, _) => OrderState::Draft,
            (Stage::Ordered, false) => OrderState::Ordered,
            (Stage::Ordered, true) if self.open_units(received) > 0 => OrderState::PartlyReceived,
            (Stage::Ordered | Stage::Cancelled, true) => OrderState::Received,
            (Stage::Cancelled, false) => OrderState::Cancelled,
        }
    }
}

/// What came of one line at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub sku: String,
    pub good: i64,
    /// Paid for, but not to be sold as it is.
    pub damaged: i64,
    /// Its code and when it expires.
    pub lot: Option<(String, Option<Day>)>,
}

impl Arrival {
    pub fn units(&self) -> i64 {
        self.good.saturating_add(self.damaged)
    }
}

/// A line of which more came than was ordered, and how many more.
pub fn find_over(
    order: &PurchaseOrder,
    received: &Received,
    arrivals: &[Arrival],
) -> Vec<(String, i64)> {
    let over = |arrival: &Arrival| {
        let open = order.find_line(&arrival.sku).map_or(0, |line| line.open(received));
        (arrival.units() > open).then(|| (arrival.sku.clone(), arrival.units() - open))
    };
    arrivals.iter().filter_map(over).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(stage: Stage, lines: &[(&str, i64, &str)]) -> PurchaseOrder {
        let line = |(sku, quantity, cost): &(&str, i64, &str)| OrderLine {
            sku: (*sku).to_owned(),
            code: String::new(),
            quantity: *quantity,
            pack: 1,
            unit_cost: Decimal::parse(cost).unwrap(),
            weight_grams: None,
        };
        PurchaseOrder {
            number: "PO-1".into(),
            supplier: SupplierId(1),
            currency: Currency::EUR,
            location: LocationId(1),
            stage,
            ordered: None,
            expected: None,
            note: String::new(),
            lines: lines.iter().map(line).collect(),
        }
    }

    fn came(units: &[(&str, i64)]) -> Received {
        units.iter().map(|(sku, units)| ((*sku).to_owned(), *units)).collect()
    }

    #[test]
    fn the_state_follows_of_what_came() {
        let lines = [("MUG", 10, "4"), ("BOX", 5, "0.5")];
        let check = |stage: Stage, units: &[(&str, i64)], expected: OrderState| {
            assert_eq!(order(stage, &lines).state(&came(units)), expected, "{stage:?} {units:?}");
        };
        check(Stage::Draft, &[], OrderState::Draft);
        check(Stage::Ordered, &[], OrderState::Ordered);
        check(Stage::Ordered, &[("MUG", 4)], OrderState::PartlyReceived);
        check(Stage::Ordered, &[("MUG", 12)], OrderState::PartlyReceived);
        check(Stage::Ordered, &[("MUG", 10), ("BOX", 5)], OrderState::Received);
        check(Stage::Ordered, &[("MUG", 12), ("BOX", 5)], OrderState::Received);
        check(Stage::Cancelled, &[], OrderState::Cancelled);
        check(Stage::Cancelled, &[("MUG", 4)], OrderState::Received);
    }

    #[test]
    fn each_line_is_rounded_once_and_the_total_adds_up() {
        // 3 × 0.335 is 1.005: half to even, 1.00. 7 × 1.25 is 8.75.
        let order = order(Stage::Ordered, &[("A", 3, "0.335"), ("B", 7, "1.25")]);
        assert_eq!(order.total(), Some(Money::new(9_75, Currency::EUR)));
        assert_eq!(order.units(), 10);
        // 1 × 0.335 is 0.335: 0.34; of B more came than was ordered.
        let received = came(&[("A", 2), ("B", 8)]);
        assert_eq!(order.open_total(&received), Some(Money::new(34, Currency::EUR)));
        assert_eq!(order.open_units(&received), 1);
    }

    #[test]
    fn more_than_was_ordered_is_told() {
        let order = order(Stage::Ordered, &[("MUG", 10, "4")]);
        let arrival = |good, damaged| Arrival { sku: "MUG".into(), good, damaged, lot: None };
        let over = |received: &[(&str, i64)], arrival: Arrival| {
            find_over(&order, &came(received), &[arrival])
        };
        assert_eq!(over(&[], arrival(10, 0)), []);
        assert_eq!(over(&[], arrival(9, 2)), [("MUG".to_owned(), 1)]);
        assert_eq!(over(&[("MUG", 8)], arrival(5, 0)), [("MUG".to_owned(), 3)]);
    }
}
