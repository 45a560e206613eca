//! The picture of a report as data: what is drawn, without how. Each kind is one variant; the
//! face that can draw (`features/reports/chart.rs`) matches them all. Bars of one column need no
//! variant: `Table::bars` puts them into the rows.

use super::ask::Against;
use super::table::Grain;
use crate::base::Day;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chart {
    /// A bar for each time from zero, the former period as a line.
    Times(Times),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// The name of the column that is drawn.
    pub measure: &'static str,
    /// The bars are what a cost comes to, positive, and no result.
    pub is_cost: bool,
    pub grain: Grain,
    pub bars: Vec<TimeBar>,
    /// The same times of the period before, or a year ago; empty without a comparison.
    pub former: Vec<i64>,
    pub against: Against,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeBar {
    pub first: Day,
    /// Minor units.
    pub minor: i64,
    /// The time is not over.
    pub is_open: bool,
}
