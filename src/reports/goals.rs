//! `goals`: what each month was to reach, what it did, and where the open month ends at its pace.
//!
//! The pace is that of the days that are over: the figure so far times the days of the month, by
//! the days that are over. Reads the rollups by day and what stands beside the lines, as `profit`
//! by month does; no line.

use std::collections::BTreeMap;

use super::catalogue::{Obeys, Question, Span, Spec};
use super::{ReportError, cells, profit};
use crate::base::rate::mul_div_half_even;
use crate::base::{Day, DayRange};
use crate::domain::ask::{Ask, Key, Scope};
use crate::domain::chart::{Chart, Progress, ProgressRow};
use crate::domain::goal::{Goal, GoalFigure};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Grain, Kind, Row, Table, TableAsk, To, Value};
use crate::store::{Reader, goals, stores};

pub const SPEC: Spec = Spec {
    name: "goals",
    question: Question::Profit,
    choices: &[],
    obeys: Obeys::BASIS,
    usual: Span::Months12,
    columns,
    run,
};

/// Names of the columns of a figure: its goal, how much of it is reached, the outlook.
fn names(figure: GoalFigure) -> [&'static str; 3] {
    match figure {
        GoalFigure::NetProfit => ["net_profit_goal", "net_profit_reached", "net_profit_outlook"],
        GoalFigure::NetRevenue => {
            ["net_revenue_goal", "net_revenue_reached", "net_revenue_outlook"]
        }
        GoalFigure::Orders => ["orders_goal", "orders_reached", "orders_outlook"],
    }
}

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::key("month", Kind::Time(Grain::Month))];
    for figure in GoalFigure::ALL {
        let [goal, reached, outlook] = names(figure);
        let kind = if figure.is_money() { Kind::Money } else { Kind::Count };
        columns.extend([
            Column { adds: false, ..Column::of(figure.measure()) }.kept(),
            Column::new(goal, kind).optional(),
            Column::new(reached, Kind::Share).optional(),
            Column::new(outlook, kind).optional(),
        ]);
    }
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let picked = profit::find_range(reader, &ask.ask, ask.today)?;
    // A goal is one of a whole month, so months are read whole, as far as they have come.
    let last = picked.to.first_of_month().plus_months(1).plus(-1);
    let from = picked.from.first_of_month();
    let range = DayRange { from, to: last.min(ask.today.max(from)) };
    let goals = list_goals(reader, &ask.ask)?;
    let by_month = ask.ask.clone().over(range).by(&[Key::Month]);
    let mut asks = vec![by_month];
    let over = days_over(ask.today).filter(|over| range.contains(over.to));
    asks.extend(over.map(|over| ask.ask.clone().over(over).by(&[])));
    let mut reports = profit::run_each(reader, &asks, ask.today)?.into_iter();
    let report = reports.next().ok_or(ReportError::Nothing)?;
    let so_far = over.zip(reports.next().map(|report| report.total));

    let mut months: BTreeMap<Day, Figures> = BTreeMap::new();
    for first in Grain::Month.list_firsts(range) {
        months.insert(first, Figures::default());
    }
    for row in &report.rows {
        let month = row.key("month").and_then(|text| Day::parse(&format!("{text}-01")).ok());
        if let Some(month) = month {
            months.insert(month, row.figures);
        }
    }
    let ahead = goals.iter().map(|goal| goal.month).filter(|month| *month > range.to);
    let ahead: Vec<Day> = ahead.filter(|_| picked.to >= ask.today).collect();
    let columns = columns();
    let mut table = Table::new(report.currency, range, report.basis);
    let mut progress = Vec::new();
    for month in months.keys().copied().chain(ahead) {
        if table.rows.last().is_some_and(|row: &Row| row[0].value == Value::Day(month)) {
            continue;
        }
        let figures = months.get(&month);
        let of_month: Vec<&Goal> = goals.iter().filter(|goal| goal.month == month).collect();
        let pace = so_far.as_ref().filter(|(over, _)| over.from == month);
        let month = Month { first: month, figures, goals: &of_month, pace };
        table.rows.push(month.row(&columns, report.currency, range));
        progress.extend(month.progress(report.currency));
    }
    progress.reverse();
    progress.truncate(ROWS_DRAWN_MAX);
    table.chart = (!progress.is_empty()).then_some(Chart::Progress(Progress { rows: progress }));
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}

const ROWS_DRAWN_MAX: usize = 18;

/// A goal of all stores is held against nothing where only some of them may be seen.
fn list_goals(reader: &Reader<'_>, ask: &Ask) -> Result<Vec<Goal>, ReportError> {
    let Some(store) = ask.store else {
        let sees_all = ask.scope == Scope::All;
        return Ok(if sees_all { goals::list_goals(reader, None)? } else { Vec::new() });
    };
    let found = stores::list_stores(reader)?.into_iter().find(|one| one.id == store);
    Ok(match found {
        Some(store) => goals::list_goals(reader, Some(&store.name))?,
        None => Vec::new(),
    })
}

/// The days of the open month that are over; none on its first.
fn days_over(today: Day) -> Option<DayRange> {
    let first = today.first_of_month();
    (today > first).then(|| DayRange { from: first, to: today.plus(-1) })
}

/// A figure at the pace of the days that are over.
pub fn outlook(so_far: i64, over: DayRange) -> Option<i64> {
    let first = over.from.first_of_month();
    let days = first.plus_months(1).0 - first.0;
    mul_div_half_even(so_far.into(), days.into(), over.days().into())
}

struct Month<'a> {
    first: Day,
    /// `None` for a month to come.
    figures: Option<&'a Figures>,
    goals: &'a [&'a Goal],
    /// The days of it that are over, where it is the open one.
    pace: Option<&'a (DayRange, Figures)>,
}

impl Month<'_> {
    fn amount(&self, figure: GoalFigure, reporting: crate::base::Currency) -> Option<i64> {
        let goal = self.goals.iter().find(|goal| goal.figure == figure)?;
        goal.amount_in(reporting)
    }

    fn outlook(&self, figure: GoalFigure) -> Option<i64> {
        let (over, so_far) = self.pace?;
        outlook(figure.measure().of(so_far).number(), *over)
    }

    fn row(&self, columns: &[Column], reporting: crate::base::Currency, range: DayRange) -> Row {
        let mut row = match self.figures {
            Some(figures) => cells::row(columns, figures),
            None => columns.iter().map(|_| Cell::default()).collect(),
        };
        let days = DayRange {
            from: self.first,
            to: self.first.plus_months(1).plus(-1).min(range.to.max(self.first)),
        };
        row[0] = Cell::of(Value::Day(self.first)).to(To::Orders(days));
        for figure in GoalFigure::ALL {
            let value = |number| match figure.is_money() {
                true => Value::Money(number),
                false => Value::Count(number),
            };
            let [goal_name, reached, outlook] = names(figure);
            let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
            let Some(goal) = self.amount(figure, reporting) else { continue };
            put(goal_name, Cell::of(value(goal)));
            if let Some(figures) = self.figures {
                let actual = figure.measure().of(figures).number();
                let is_at_most = figure == GoalFigure::NetProfit && figures.is_at_most();
                let share = Cell::ratio(Ratio::of(actual, goal));
                put(reached, Cell { is_at_most, ..share });
            }
            if let Some(number) = self.outlook(figure) {
                put(outlook, Cell::of(value(number)).estimated());
            }
        }
        row
    }

    fn progress(&self, reporting: crate::base::Currency) -> Vec<ProgressRow> {
        // The table is turned round for the picture, so figures go backwards here.
        let figures = GoalFigure::ALL.into_iter().rev();
        let row = |figure: GoalFigure| {
            Some(ProgressRow {
                month: self.first,
                measure: figure.name(),
                kind: if figure.is_money() { Kind::Money } else { Kind::Count },
                actual: self.figures.map(|figures| figure.measure().of(figures).number()),
                goal: self.amount(figure, reporting)?,
                outlook: self.outlook(figure),
            })
        };
        figures.filter_map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_that_of_the_days_that_are_over() {
        let day = |text: &str| Day::parse(text).unwrap();
        let over = days_over(day("2026-11-20")).unwrap();
        assert_eq!((over.from, over.to), (day("2026-11-01"), day("2026-11-19")));
        // 190.00 in 19 of 30 days.
        assert_eq!(outlook(190_00, over), Some(300_00));
        assert_eq!(outlook(-1, over), Some(-2), "1.58 is nearer to 2");
        assert_eq!(days_over(day("2026-11-01")), None, "the first day has no pace yet");
    }
}
