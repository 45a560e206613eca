//! A change of expenses, month by month: expenses are spread when figures are read, so only the
//! days of the rows that go and come are looked at.

use std::collections::BTreeMap;

use crate::base::{Currency, Day, DayRange};
use crate::domain::ask::{Ask, Key, Scope};
use crate::domain::profit::convert::{Converter, MissingRate};
use crate::domain::profit::expenses::list_days;
use crate::domain::record::{Every, Expense};
use crate::domain::report::MonthChange;
use crate::reports::{ReportError, profit};
use crate::store::Reader;
use crate::store::policy::find_policy;

/// How far ahead of its start an expense is shown at most.
const DAYS_AHEAD_MAX: i32 = 365;

/// Rows that end, and the one that comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpenseChange {
    pub gone: Vec<Expense>,
    pub put: Option<Expense>,
}

/// Minor units of the reporting currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpensePreview {
    pub currency: Currency,
    pub change_minor: i64,
    /// The months that change: net profit of everything, all stores.
    pub months: Vec<MonthChange>,
    /// The days that are looked at.
    pub range: DayRange,
    /// Amounts that no rate converts; they stay out on both sides.
    pub missing_rates: Vec<MissingRate>,
}

/// # Errors
/// `Nothing` before the first store; `Overflow` where a figure would leave 64 bits.
pub fn run(
    reader: &Reader<'_>,
    change: &ExpenseChange,
    today: Day,
) -> Result<ExpensePreview, ReportError> {
    let policy = find_policy(reader)?.ok_or(ReportError::Nothing)?.policy;
    let range = find_days(change, today);
    let mut converter = Converter::new(&policy.rates, policy.reporting);
    let mut changes: BTreeMap<Day, i64> = BTreeMap::new();
    let gone = change.gone.iter().map(|expense| (expense, 1));
    for (expense, sign) in gone.chain(change.put.iter().map(|expense| (expense, -1))) {
        for (day, minor) in list_days(expense, range, policy.input_vat()) {
            let converted = converter.convert(minor, expense.amount.currency, day)?;
            let sum = changes.entry(day.first_of_month()).or_default();
            *sum += sign * converted.unwrap_or_default();
        }
    }
    changes.retain(|_, minor| *minor != 0);
    let ask = Ask::all(Scope::All).over(range).by(&[Key::Month]);
    let report = profit::run(reader, &ask, today)?;
    let before_of = |first: Day| {
        let month = first.month_text();
        let row = report.rows.iter().find(|row| row.key("month") == Some(&month));
        row.map_or(0, |row| row.figures.net_profit())
    };
    let month = |(first, change): (&Day, &i64)| {
        let before_minor = before_of(*first);
        MonthChange { first: *first, before_minor, after_minor: before_minor + change }
    };
    Ok(ExpensePreview {
        currency: policy.reporting,
        change_minor: changes.values().sum(),
        months: changes.iter().map(month).collect(),
        range,
        missing_rates: converter.missing.iter().copied().collect(),
    })
}

/// Whole months, from the first that bears any to this one; of what begins or ends later a year
/// at most.
fn find_days(change: &ExpenseChange, today: Day) -> DayRange {
    let rows = || change.gone.iter().chain(&change.put);
    let first = rows().map(|expense| expense.from).min().unwrap_or(today);
    let begins = rows().map(|expense| expense.from).max().unwrap_or(today);
    let open = |expense: &Expense| match expense.every {
        Every::Once => expense.from,
        _ => today.max(expense.from),
    };
    let ends = rows().map(|expense| expense.to.unwrap_or_else(|| open(expense))).max();
    let ahead = today.max(begins).plus(DAYS_AHEAD_MAX);
    let last = ends.unwrap_or(today).min(ahead).max(today);
    let to = last.first_of_month().plus_months(1).plus(-1);
    DayRange { from: first.first_of_month(), to }
}
