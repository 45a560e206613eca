//! The picture of a report as data: what is drawn, without how. Each kind is one variant; the
//! face that can draw (`features/reports/chart.rs`) matches them all. Bars of one column need no
//! variant: `Table::bars` puts them into the rows.

use super::ask::Against;
use super::profit::component::Step;
use super::table::{Cell, Grain, Kind, Value};
use crate::base::{Day, DayRange};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chart {
    /// A bar for each time from zero, the former period as a line.
    Times(Times),
    /// Values by two keys.
    Heat(Heat),
    /// Days as squares.
    Calendar(Days),
    /// Countries on a map.
    World(World),
    /// Lines over time.
    Course(Course),
    /// Goals, and how far they are reached.
    Progress(Progress),
    /// From the first sum to the last, each step floating where the one before ended.
    Waterfall(Vec<(Step, Cell)>),
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

/// Values by two keys. Amounts in minor units, or counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heat {
    pub measure: &'static str,
    pub kind: Kind,
    /// The cells add up: their cents stand in the table alone.
    pub is_sum: bool,
    /// The column whose values name the rows.
    pub rows_are: &'static str,
    pub columns: Vec<Value>,
    pub rows: Vec<HeatRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeatRow {
    pub name: Value,
    /// How many the row stands for.
    pub beside: Option<i64>,
    /// With whether more may come; `None` where nothing is.
    pub cells: Vec<Option<(i64, bool)>>,
}

/// A square for each day with anything on it, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Days {
    pub measure: &'static str,
    pub range: DayRange,
    pub days: Vec<(Day, i64)>,
    /// The day that is not over.
    pub open: Option<Day>,
}

/// Amounts by ISO 3166 code; `None` is an unknown country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    pub measure: &'static str,
    pub countries: Vec<(Option<String>, i64)>,
}

/// Figures over time as lines, by the names of their columns; `None` is a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub measure: &'static str,
    pub kind: Kind,
    pub grain: Grain,
    pub times: Vec<Day>,
    pub lines: Vec<(&'static str, Vec<Option<i64>>)>,
}

/// How far goals are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    pub rows: Vec<ProgressRow>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgressRow {
    pub month: Day,
    pub measure: &'static str,
    pub kind: Kind,
    pub actual: Option<i64>,
    pub goal: i64,
    /// Where it ends at this pace.
    pub outlook: Option<i64>,
}
