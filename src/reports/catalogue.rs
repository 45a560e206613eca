//! Every report that answers with a typed table: its name, the question it belongs to, what may
//! be chosen, its columns and the function that runs it. Pages, files, the API and the command
//! are made from this list; a new report is a file beside this one and an entry here.
//!
//! `profit`, `reconcile` and the page of ad spend are older than the list and have shapes of
//! their own; they stand in their features.

use super::{
    ReportError, ads, calendar, channels, cohorts, countries, customers, discounts, fees, goals,
    hours, ladder, pnl, products, refunds, replenish, stock, valuation,
};
use crate::domain::table::{Column, Table, TableAsk};
use crate::store::Reader;

/// A report of the list.
pub struct Spec {
    /// Its name in addresses, files and commands.
    pub name: &'static str,
    pub question: Question,
    pub choices: &'static [Choice],
    pub obeys: Obeys,
    /// The days that a page shows where its address names none.
    pub usual: Span,
    /// Every column that it may have.
    pub columns: fn() -> Vec<Column>,
    pub run: fn(&Reader<'_>, &TableAsk) -> Result<Table, ReportError>,
}

/// One thing of a report's own that may be chosen; the first value is the usual one.
pub struct Choice {
    pub name: &'static str,
    pub values: &'static [&'static str],
}

/// Which of the common controls the report obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obeys {
    /// Days; without them it is of this very moment.
    pub days: bool,
    pub stores: bool,
    pub basis: bool,
    pub against: bool,
    pub ads: bool,
    pub fully_loaded: bool,
}

impl Obeys {
    pub const ALL: Self = Self {
        days: true,
        stores: true,
        basis: true,
        against: true,
        ads: true,
        fully_loaded: true,
    };
    pub const BASIS: Self = Self { against: false, ads: false, fully_loaded: false, ..Self::ALL };
    pub const BORNE: Self = Self { against: false, ..Self::ALL };
    pub const NOTHING: Self = Self { basis: false, ..Self::BASIS };
    /// The end of the days alone.
    pub const UNTIL: Self = Self { stores: false, ..Self::NOTHING };
    pub const NOW: Self = Self { days: false, ..Self::UNTIL };
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Days30,
    /// This month and the five before it.
    Months6,
    /// This month and the eleven before it.
    Months12,
}

/// What a seller wants to know; the list of reports is grouped by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// What is left?
    Profit,
    /// What sells, and where?
    Sales,
    /// What does it cost?
    Costs,
    /// Who buys?
    Customers,
    /// When?
    Times,
    /// What is there, and what is it worth?
    Stock,
    /// Do the books tie out, and do they stay as they were?
    Books,
}

impl Question {
    pub const ALL: [Self; 7] = [
        Self::Profit,
        Self::Sales,
        Self::Costs,
        Self::Customers,
        Self::Times,
        Self::Stock,
        Self::Books,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Profit => "profit",
            Self::Sales => "sales",
            Self::Costs => "costs",
            Self::Customers => "customers",
            Self::Times => "times",
            Self::Stock => "stock",
            Self::Books => "books",
        }
    }
}

pub static ALL: &[Spec] = &[
    pnl::SPEC,
    ladder::SPEC,
    goals::SPEC,
    products::SPEC,
    channels::SPEC,
    countries::SPEC,
    fees::SPEC,
    discounts::SPEC,
    refunds::SPEC,
    ads::table::SPEC,
    customers::SPEC,
    cohorts::SPEC,
    hours::SPEC,
    calendar::SPEC,
    stock::table::SPEC,
    valuation::SPEC,
    replenish::SPEC,
];

pub fn find(name: &str) -> Option<&'static Spec> {
    ALL.iter().find(|spec| spec.name == name)
}

impl Spec {
    pub fn find_choice(&self, name: &str) -> Option<&'static Choice> {
        self.choices.iter().find(|choice| choice.name == name)
    }

    /// The choices at their usual values.
    pub fn usual_choices(&self) -> Vec<(&'static str, &'static str)> {
        self.choices.iter().map(|choice| (choice.name, choice.values[0])).collect()
    }

    /// Answers the ask, which names only what the report obeys.
    ///
    /// # Errors
    /// As the report's own function.
    pub fn answer(&self, reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
        let table = (self.run)(reader, ask)?;
        debug_assert_eq!(table.list_gaps(), Vec::<&str>::new(), "{}", self.name);
        Ok(table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_is_found_by_a_plain_name_of_its_own() {
        for (index, spec) in ALL.iter().enumerate() {
            assert!(spec.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
            assert_eq!(ALL.iter().position(|other| other.name == spec.name), Some(index));
            assert!(find(spec.name).is_some());
            assert!((spec.columns)().iter().any(|column| column.is_key), "{}", spec.name);
            assert!(spec.choices.iter().all(|choice| !choice.values.is_empty()));
        }
        assert!(find("nothing").is_none());
    }
}
