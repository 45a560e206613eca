//! A goal: what the seller means to reach in a month.

use crate::base::{Currency, Day};
use crate::domain::profit::component::{Step, Subtotal};
use crate::domain::profit::measure::Measure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GoalFigure {
    NetProfit,
    NetRevenue,
    Orders,
}

impl GoalFigure {
    pub const ALL: [Self; 3] = [Self::NetProfit, Self::NetRevenue, Self::Orders];

    /// The name of the figure everywhere.
    pub fn name(self) -> &'static str {
        self.measure().name()
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|figure| figure.name() == name)
    }

    pub fn measure(self) -> Measure {
        match self {
            Self::NetProfit => Measure::Step(Step::Subtotal(Subtotal::NetProfit)),
            Self::NetRevenue => Measure::Step(Step::Subtotal(Subtotal::NetRevenue)),
            Self::Orders => Measure::Orders,
        }
    }

    pub fn is_money(self) -> bool {
        match self {
            Self::NetProfit | Self::NetRevenue => true,
            Self::Orders => false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The first day.
    pub month: Day,
    /// `None` is all stores together.
    pub store: Option<String>,
    pub figure: GoalFigure,
    /// Minor units of `currency`, or a count; above 0.
    pub amount: i64,
    /// Of money only. A goal in another currency than the books' is shown, and held against
    /// nothing: a total is never converted.
    pub currency: Option<Currency>,
}

impl Goal {
    /// Its amount where the books are in its currency.
    pub fn amount_in(&self, reporting: Currency) -> Option<i64> {
        self.currency.is_none_or(|currency| currency == reporting).then_some(self.amount)
    }
}
