//! A report as a typed table: what is asked of it, its columns by their machine names, its rows,
//! what no row bears, the total, and the picture that goes with it. Knows no word that a reader
//! sees and no face; what a name means stands in `web/words/definitions/`.

use super::ask::{Against, Ask, Basis};
use super::chart::Chart;
use super::profit::component::Quality;
use super::profit::convert::MissingRate;
use super::profit::measure::Measure;
use super::profit::ratio::Ratio;
use crate::base::id::OrderId;
use crate::base::{Currency, Day, DayRange};

/// How long a time a row or a bar stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grain {
    #[default]
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

const DAYS_BY_DAY_MAX: i32 = 92;
const DAYS_BY_WEEK_MAX: i32 = 371;

impl Grain {
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| grain.name() == name)
    }

    /// What a bar stands for where long periods would be a fur of hairs.
    pub fn of(range: DayRange) -> Self {
        match range.days() {
            days if days <= DAYS_BY_DAY_MAX => Self::Day,
            days if days <= DAYS_BY_WEEK_MAX => Self::Week,
            _ => Self::Month,
        }
    }

    /// The first day of the time that holds `day`.
    pub fn first(self, day: Day) -> Day {
        let month = day.first_of_month();
        let number = day.civil().1 as i32 - 1;
        match self {
            Self::Day => day,
            Self::Week => day.monday(),
            Self::Month => month,
            Self::Quarter => month.plus_months(-(number % 3)),
            Self::Year => month.plus_months(-number),
        }
    }

    /// The first day of the time after the one that begins with `first`.
    pub fn next(self, first: Day) -> Day {
        match self {
            Self::Day => first.plus(1),
            Self::Week => first.plus(7),
            Self::Month => first.plus_months(1),
            Self::Quarter => first.plus_months(3),
            Self::Year => first.plus_months(12),
        }
    }

    /// Every first day whose time touches the range.
    pub fn list_firsts(self, range: DayRange) -> Vec<Day> {
        let mut first = self.first(range.from);
        let mut firsts = Vec::new();
        while first <= range.to {
            firsts.push(first);
            first = self.next(first);
        }
        firsts
    }

    /// As files and programs read it: `2026-11-20`, `2026-11`, `2026-Q4`, `2026`; a week is its
    /// Monday.
    pub fn text(self, first: Day) -> String {
        let (year, month, _) = first.civil();
        match self {
            Self::Day | Self::Week => first.to_string(),
            Self::Month => first.month_text(),
            Self::Quarter => format!("{year:04}-Q{}", (month - 1) / 3 + 1),
            Self::Year => format!("{year:04}"),
        }
    }
}

/// What is asked of a report: the days, stores and basis of every one, and its own choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableAsk {
    pub ask: Ask,
    pub against: Against,
    /// The report's own choices by name; one that is not here stands at its first value.
    pub choices: Vec<(&'static str, &'static str)>,
    pub today: Day,
}

impl TableAsk {
    /// The chosen value; empty where the report has no such choice.
    pub fn choice(&self, name: &str) -> &'static str {
        self.choices.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
    }
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name of the seller's: a product, a store, a campaign.
    Name,
    /// A machine word of ours, which each face says in its own way.
    Word,
    /// A day, or the first of a longer time.
    Time(Grain),
    Count,
    Money,
    /// Money that is a result: a loss is marked.
    Result,
    /// A fraction, shown as a percent.
    Share,
    /// A fraction, shown as a number with two decimals: ROAS.
    Times,
}

impl Kind {
    /// Figures stand right and sort the largest first.
    pub fn is_figure(self) -> bool {
        match self {
            Self::Name | Self::Word | Self::Time(_) => false,
            Self::Count | Self::Money | Self::Result | Self::Share | Self::Times => true,
        }
    }

    pub fn is_money(self) -> bool {
        matches!(self, Self::Money | Self::Result)
    }
}

/// How a column stands where rows and columns change places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    #[default]
    Plain,
    Subtotal,
    Total,
    /// Under the total, such as a margin.
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its machine name, which also names its definition.
    pub name: &'static str,
    pub kind: Kind,
    /// Tells the rows apart.
    pub is_key: bool,
    /// The rows and what no row bears add up to the total.
    pub adds: bool,
    /// Stays on a phone; the others are in the files and on wider screens.
    pub is_kept: bool,
    /// Left out on a page where every cell is empty.
    pub is_optional: bool,
    /// In files and JSON only.
    pub is_for_files: bool,
    pub weight: Weight,
}

impl Column {
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            is_key: false,
            adds: false,
            is_kept: false,
            is_optional: false,
            is_for_files: false,
            weight: Weight::Plain,
        }
    }

    /// What tells the rows apart; always shown.
    pub const fn key(name: &'static str, kind: Kind) -> Self {
        Self { is_key: true, is_kept: true, ..Self::new(name, kind) }
    }

    /// A figure of the ladder or a ratio of it, under its own name.
    pub fn of(measure: Measure) -> Self {
        let column = Self::new(measure.name(), measure.kind());
        Self { adds: measure.adds(), weight: measure.weight(), ..column }
    }

    /// The rows and what no row bears add up to the total.
    pub const fn adding(self) -> Self {
        Self { adds: true, ..self }
    }

    pub const fn kept(self) -> Self {
        Self { is_kept: true, ..self }
    }

    /// In files and JSON only, where a page has no room for it.
    pub const fn for_files(self) -> Self {
        Self { is_for_files: true, ..self }
    }

    pub const fn optional(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value {
    /// Not known, or without a meaning here: "–", `null`, an empty cell.
    #[default]
    None,
    Text(String),
    Word(&'static str),
    Day(Day),
    Count(i64),
    /// Minor units of the table's currency.
    Money(i64),
    Ratio(Ratio),
}

impl Value {
    pub fn ratio(ratio: Option<Ratio>) -> Self {
        ratio.map_or(Self::None, Self::Ratio)
    }

    pub fn money(minor: Option<i64>) -> Self {
        minor.map_or(Self::None, Self::Money)
    }

    pub fn text(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::None, |text| Self::Text(text.into()))
    }

    /// What a sum of several rows needs; 0 of what is no number.
    pub fn number(&self) -> i64 {
        match self {
            Self::Count(number) | Self::Money(number) => *number,
            Self::Ratio(ratio) => ratio.0,
            Self::None | Self::Text(_) | Self::Word(_) | Self::Day(_) => 0,
        }
    }
}

/// Where a cell leads; each face makes an address of it, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    Order(OrderId),
    /// The orders of some days.
    Orders(DayRange),
    /// The orders that sold a SKU.
    Product(String),
    /// What there is of a SKU.
    Variant(String),
    /// All figures of a store.
    Store(String),
    /// The list of costs that are missing.
    MissingCosts,
    /// What became known of a month since it was closed; by its first day.
    SinceClosing(Day),
    /// Another report over some days, with its own choices.
    Report {
        name: &'static str,
        range: Option<DayRange>,
        choices: Vec<(&'static str, String)>,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    pub value: Value,
    pub quality: Quality,
    /// A missing cost touches it: the most that it can be.
    pub is_at_most: bool,
    pub to: Option<To>,
    /// Behind the value, such as the SKU of a named product.
    pub beside: Option<String>,
}

impl Cell {
    pub fn of(value: Value) -> Self {
        Self { value, ..Self::default() }
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Value::Text(text.into()))
    }

    pub fn word(word: &'static str) -> Self {
        Self::of(Value::Word(word))
    }

    pub fn money(minor: i64) -> Self {
        Self::of(Value::Money(minor))
    }

    pub fn count(count: i64) -> Self {
        Self::of(Value::Count(count))
    }

    pub fn ratio(ratio: Option<Ratio>) -> Self {
        Self::of(Value::ratio(ratio))
    }

    pub fn estimated(self) -> Self {
        Self { quality: Quality::Estimated, ..self }
    }

    pub fn to(self, to: To) -> Self {
        Self { to: Some(to), ..self }
    }
}

/// A row has a cell for each column, in their order.
pub type Row = Vec<Cell>;

/// A row under its own name beside the total, such as the period before. Its cells may be of
/// another kind than their columns: `kind` says which, where it is one for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    pub name: &'static str,
    pub kind: Option<Kind>,
    pub cells: Row,
}

/// A figure that answers the report's question by itself, over the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    pub name: &'static str,
    pub kind: Kind,
    pub cell: Cell,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub currency: Currency,
    pub range: DayRange,
    pub basis: Basis,
    /// The days that it is compared with.
    pub against: Option<DayRange>,
    pub columns: Vec<Column>,
    /// In the report's own order.
    pub rows: Vec<Row>,
    /// What no row bears.
    pub unallocated: Option<Row>,
    pub total: Option<Row>,
    pub beside: Vec<Beside>,
    pub headlines: Vec<Headline>,
    pub chart: Option<Chart>,
    /// People read it with the rows as columns: a column of time for each row.
    pub is_turned: bool,
    /// The column whose amounts stand as bars in the rows.
    pub bars: Option<&'static str>,
    /// Share of net sales with a known cost.
    pub coverage: Option<Ratio>,
    /// Amounts that are left out because no rate converts them.
    pub missing_rates: Vec<MissingRate>,
}

impl Table {
    pub fn new(currency: Currency, range: DayRange, basis: Basis) -> Self {
        Self {
            currency,
            range,
            basis,
            against: None,
            columns: Vec::new(),
            rows: Vec::new(),
            unallocated: None,
            total: None,
            beside: Vec::new(),
            headlines: Vec::new(),
            chart: None,
            is_turned: false,
            bars: None,
            coverage: None,
            missing_rates: Vec::new(),
        }
    }

    pub fn index(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    pub fn cell<'a>(&self, row: &'a Row, name: &str) -> Option<&'a Cell> {
        self.index(name).and_then(|index| row.get(index))
    }

    /// Columns in which rows and what no row bears do not add up to the total: none, in a table
    /// that is right.
    pub fn list_gaps(&self) -> Vec<&'static str> {
        let Some(total) = &self.total else { return Vec::new() };
        let adding = self.columns.iter().enumerate().filter(|(_, column)| column.adds);
        let off = adding.filter(|(index, _)| {
            let of = |row: &Row| i128::from(row[*index].value.number());
            let rows: i128 = self.rows.iter().map(of).sum();
            rows + self.unallocated.as_ref().map_or(0, of) != of(total)
        });
        off.map(|(_, column)| column.name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_begin_and_are_named_as_the_calendar_has_them() {
        let day = |text: &str| Day::parse(text).unwrap();
        let check = |grain: Grain, first: &str, text: &str, next: &str| {
            let found = grain.first(day("2026-11-20"));
            assert_eq!((found, grain.text(found)), (day(first), text.to_owned()), "{grain:?}");
            assert_eq!(grain.next(found), day(next), "{grain:?}");
        };
        check(Grain::Day, "2026-11-20", "2026-11-20", "2026-11-21");
        check(Grain::Week, "2026-11-16", "2026-11-16", "2026-11-23");
        check(Grain::Month, "2026-11-01", "2026-11", "2026-12-01");
        check(Grain::Quarter, "2026-10-01", "2026-Q4", "2027-01-01");
        check(Grain::Year, "2026-01-01", "2026", "2027-01-01");
        let range = DayRange { from: day("2025-12-31"), to: day("2026-04-01") };
        assert_eq!(Grain::Quarter.list_firsts(range).len(), 3);
    }

    #[test]
    fn a_table_whose_rows_do_not_add_up_says_where() {
        let range = DayRange { from: Day(0), to: Day(1) };
        let mut table = Table::new(Currency::EUR, range, Basis::Event);
        table.columns =
            vec![Column::key("store", Kind::Name), Column::new("x", Kind::Money).adding()];
        table.rows = vec![vec![Cell::text("a"), Cell::money(2)]];
        table.unallocated = Some(vec![Cell::default(), Cell::money(1)]);
        table.total = Some(vec![Cell::default(), Cell::money(3)]);
        assert!(table.list_gaps().is_empty());
        table.total = Some(vec![Cell::default(), Cell::money(4)]);
        assert_eq!(table.list_gaps(), ["x"]);
    }
}
