//! What became known since an earlier day, by cause; and the figures by day and store in which
//! two states of the books are held against each other (PROFIT, section 11).

use std::collections::BTreeMap;

use super::ask::Basis;
use super::profit::component::{COMPONENTS, Component};
use super::profit::figures::Amounts;
use crate::base::Day;
use crate::base::id::StoreId;

/// Why a figure is another one than it was. Each is taken back by itself, in this order, so that
/// what they come to adds up to the whole difference, whatever hangs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// Orders that were not known, or that were and no longer are.
    Orders,
    /// Refunds and returns of orders that were known.
    Refunds,
    /// Fees and payments that were settled or told since.
    Fees,
    /// Whatever else of an order that was known changed: edited, cancelled, better told.
    OrdersEdited,
    Labels,
    AdSpend,
    /// Fees of the period, and what payouts were really converted at.
    Charges,
    Costs,
    Rates,
    Rules,
    Expenses,
    Settings,
}

impl Cause {
    pub const ALL: [Self; 12] = [
        Self::Orders,
        Self::Refunds,
        Self::Fees,
        Self::OrdersEdited,
        Self::Labels,
        Self::AdSpend,
        Self::Charges,
        Self::Costs,
        Self::Rates,
        Self::Rules,
        Self::Expenses,
        Self::Settings,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Refunds => "refunds",
            Self::Fees => "fees",
            Self::OrdersEdited => "orders_edited",
            Self::Labels => "labels",
            Self::AdSpend => "ad_spend",
            Self::Charges => "charges",
            Self::Costs => "costs",
            Self::Rates => "rates",
            Self::Rules => "rules",
            Self::Expenses => "expenses",
            Self::Settings => "settings",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.name() == name)
    }

    /// Under which cause a table of facts falls; those of listings and stock are in no figure, and
    /// what is not named here is a kind of cost.
    pub fn of_table(name: &str) -> Self {
        match name {
            "labels" => Self::Labels,
            "ad_spend" => Self::AdSpend,
            "charges" | "payouts" | "stated_totals" => Self::Charges,
            "fx_rates" => Self::Rates,
            "expenses" => Self::Expenses,
            _ => Self::Costs,
        }
    }
}

/// The day and the store of some amounts, on one basis; without a store, of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DayPlace {
    pub basis: Basis,
    pub day: Day,
    pub store: Option<StoreId>,
}

/// All components of all days and stores, on both bases. Places without any amount are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayFigures {
    by_place: BTreeMap<DayPlace, Amounts>,
}

impl DayFigures {
    pub fn add(&mut self, place: DayPlace, amounts: &Amounts) {
        self.add_times(place, amounts, 1);
    }

    pub fn take(&mut self, place: DayPlace, amounts: &Amounts) {
        self.add_times(place, amounts, -1);
    }

    pub fn put(&mut self, place: DayPlace, component: Component, minor: i64) {
        self.by_place.entry(place).or_insert([0; COMPONENTS])[component.index()] += minor;
    }

    /// These less those.
    pub fn less(mut self, other: &Self) -> Self {
        for (place, amounts) in &other.by_place {
            self.add_times(*place, amounts, -1);
        }
        self.by_place.retain(|_, amounts| amounts.iter().any(|minor| *minor != 0));
        self
    }

    /// These and those.
    pub fn plus(mut self, other: &Self) -> Self {
        for (place, amounts) in &other.by_place {
            self.add(*place, amounts);
        }
        self.by_place.retain(|_, amounts| amounts.iter().any(|minor| *minor != 0));
        self
    }

    pub fn iter(&self) -> impl Iterator<Item = (&DayPlace, &Amounts)> {
        self.by_place.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.by_place.values().all(|amounts| amounts.iter().all(|minor| *minor == 0))
    }

    /// What the places that are wanted add up to.
    pub fn sum(&self, wants: impl Fn(&DayPlace) -> bool) -> Amounts {
        let mut sum = [0; COMPONENTS];
        for (_, amounts) in self.by_place.iter().filter(|(place, _)| wants(place)) {
            for (mine, theirs) in sum.iter_mut().zip(amounts) {
                *mine += theirs;
            }
        }
        sum
    }

    /// Those of the places that are wanted.
    pub fn only(&self, wants: impl Fn(&DayPlace) -> bool) -> Self {
        let wanted = self.by_place.iter().filter(|(place, _)| wants(place));
        Self { by_place: wanted.map(|(place, amounts)| (*place, *amounts)).collect() }
    }

    fn add_times(&mut self, place: DayPlace, amounts: &Amounts, sign: i64) {
        let mine = self.by_place.entry(place).or_insert([0; COMPONENTS]);
        for (mine, theirs) in mine.iter_mut().zip(amounts) {
            *mine += sign * theirs;
        }
    }
}
