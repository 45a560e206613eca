//! `pnl`: the ladder by week, month, quarter or year, its sum, its share of net revenue, and the
//! change against the period before or the same days a year ago.
//!
//! Reads the rollups by day and what stands beside the lines, as `profit` by month does; no line.
//! Closed months stand as they are known today, or as they were closed (`closed.rs`).

mod closed;

use std::collections::BTreeMap;

use self::closed::Taken;
use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::months::MonthRow;
use super::{ReportError, cells, profit};
use crate::base::{Day, DayRange};
use crate::domain::ask::{Against, Ask, Key};
use crate::domain::chart::{Chart, TimeBar, Times};
use crate::domain::profit::component::{Component, Step, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::Report;
use crate::domain::table::{Beside, Cell, Column, Grain, Kind, Row, Table, TableAsk, To, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "pnl",
    question: Question::Profit,
    choices: &[
        Choice { name: "by", values: &["month", "week", "quarter", "year"] },
        Choice { name: "books", values: &["open", "closed"] },
    ],
    obeys: Obeys { fully_loaded: false, ads: false, ..Obeys::ALL },
    usual: Span::Months6,
    columns: list_columns,
    run,
};

const NET_PROFIT: Measure = Measure::Step(Step::Subtotal(Subtotal::NetProfit));
const ADJUSTMENTS: &str = "adjustments";
const MARGIN: &str = "net_margin";

/// More columns than anybody reads; a longer time wants a coarser grain.
const PERIODS_MAX: usize = 400;

fn list_columns() -> Vec<Column> {
    columns(Grain::Month)
}

fn columns(grain: Grain) -> Vec<Column> {
    let mut columns = vec![
        Column::key("period", Kind::Time(grain)),
        // Whether the month is closed (PROFIT, section 11); empty while none is.
        Column::new("state", Kind::Word).optional(),
    ];
    for measure in Measure::ladder() {
        if measure == NET_PROFIT {
            // Of the closed view alone: what the net profit takes over from closed months.
            columns.push(Column::new(ADJUSTMENTS, Kind::Money).adding().optional());
        }
        columns.push(Column::of(measure));
    }
    let after = [
        Measure::Quotient(Quotient::NetMargin),
        Measure::Orders,
        Measure::Units,
        Measure::component(Component::TaxCollected),
    ];
    columns.extend(after.map(Column::of));
    // An order is sold on one day, so here the orders of the periods add up too.
    if let Some(orders) = columns.iter_mut().find(|column| column.name == "orders") {
        orders.adds = true;
    }
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let grain = Grain::parse(ask.choice("by")).unwrap_or(Grain::Month);
    let months = match grain {
        Grain::Day | Grain::Week => None,
        Grain::Month | Grain::Quarter | Grain::Year => closed::find(reader, ask)?,
    };
    let view = months.as_ref().filter(|_| closed::is_asked(ask));
    let mut range = profit::find_range(reader, &ask.ask, ask.today)?;
    if view.is_some() {
        range = closed::whole(range, ask.today);
    }
    if grain.list_firsts(range).len() > PERIODS_MAX {
        return Err(ReportError::Asked(format!(
            "More than {PERIODS_MAX} columns nobody reads. Ask for fewer days or a longer period."
        )));
    }
    let key = if grain == Grain::Week { Key::Week } else { Key::Month };
    let of = |range: DayRange| Ask { ads: Default::default(), ..ask.ask.clone().over(range) };
    // Where closed months stand as closed, parts of months cannot stand beside them.
    let is_comparable = |days: &DayRange| view.is_none() || days.whole_months().is_some();
    let former = ask.against.range(range).filter(is_comparable);
    let mut asks = vec![of(range).by(&[key])];
    asks.extend(former.map(|former| of(former).by(&[key])));
    let mut reports = profit::run_each(reader, &asks, ask.today)?.into_iter();
    let mut now = reports.next().ok_or(ReportError::Nothing)?;
    let taken = view.map(|months| closed::put(&mut now, months));
    let columns = columns(grain);
    let mut table = Table::new(now.currency, range, now.basis);
    table.against = former;
    table.is_turned = true;
    table.coverage = now.total.coverage_cogs();
    table.missing_rates.clone_from(&now.missing_rates);
    let periods = fold(&now, grain, taken.as_ref());
    let total = sum(&now, taken.as_ref());
    table.rows = periods
        .iter()
        .map(|(first, period)| {
            let mut row = row_of(&columns, period);
            let days = DayRange {
                from: (*first).max(range.from),
                to: grain.next(*first).plus(-1).min(range.to),
            };
            row[0] = Cell::of(Value::Day(*first)).to(To::Orders(days));
            if let (Grain::Month, Some(months)) = (grain, &months) {
                let month = months.rows.iter().find(|month| month.first == *first);
                cells::put(&columns, &mut row, "state", state(month));
            }
            row
        })
        .collect();
    table.unallocated = cells::unallocated(&columns, &now.unallocated);
    table.total = Some(row_of(&columns, &total));
    table.beside.push(Beside {
        name: "of_net_revenue",
        kind: Some(Kind::Share),
        cells: shares(&columns, &total),
    });
    // Before the books begin nothing is known, so nothing is compared with it.
    let first = profit::find_range(reader, &Ask::all(ask.ask.scope.clone()), ask.today)?.from;
    let is_known = former.is_some_and(|former| former.from >= first);
    let mut former = reports.next().filter(|_| is_known);
    table.against = table.against.filter(|_| is_known);
    let taken = former.as_mut().zip(view).map(|(former, months)| closed::put(former, months));
    if let Some(former) = &former {
        let before = sum(former, taken.as_ref());
        table.beside.extend(compare(&columns, ask.against, (&total, &before)));
        table.missing_rates.extend(former.missing_rates.iter().copied());
        table.missing_rates.sort();
        table.missing_rates.dedup();
    }
    let former = former.map(|former| fold(&former, grain, taken.as_ref()));
    table.chart = Some(chart(ask, grain, &periods, former));
    table.columns = columns;
    Ok(table)
}

/// What stands in the column of a month's state.
fn state(month: Option<&MonthRow>) -> Cell {
    let name = month.map_or("month_open", closed::state);
    let cell = Cell::word(name);
    match (name, month) {
        ("month_changed", Some(month)) => cell.to(To::SinceClosing(month.first)),
        _ => cell,
    }
}

/// The cells of a time; what it takes over stands in its net profit, and under its own name.
fn row_of(columns: &[Column], taken: &Taken) -> Row {
    let mut row = cells::row(columns, &taken.figures);
    if let Some(adjustments) = taken.adjustments {
        let profit = taken.net_profit();
        let margin = Ratio::of(profit, taken.figures.net_revenue());
        let margin = Cell { value: Cell::ratio(margin).value, ..at(columns, &row, MARGIN) };
        let profit = Cell { value: Value::Money(profit), ..at(columns, &row, NET_PROFIT.name()) };
        cells::put(columns, &mut row, ADJUSTMENTS, Cell::of(Value::Money(adjustments)));
        cells::put(columns, &mut row, NET_PROFIT.name(), profit);
        cells::put(columns, &mut row, MARGIN, margin);
    }
    row
}

fn at(columns: &[Column], row: &[Cell], name: &str) -> Cell {
    let found = columns.iter().zip(row).find(|(column, _)| column.name == name);
    found.map(|(_, cell)| cell.clone()).unwrap_or_default()
}

/// All of a report, with what its months take over.
fn sum(report: &Report, taken: Option<&BTreeMap<Day, i64>>) -> Taken {
    let adjustments = taken.map(|taken| taken.values().sum());
    Taken { figures: report.total, adjustments }
}

/// By the first day of each period. An order is sold in one period only, so all of it adds up.
fn fold(report: &Report, grain: Grain, taken: Option<&BTreeMap<Day, i64>>) -> BTreeMap<Day, Taken> {
    let none = || Taken { figures: Figures::default(), adjustments: taken.map(|_| 0) };
    let firsts = grain.list_firsts(report.range);
    let mut periods: BTreeMap<Day, Taken> =
        firsts.into_iter().map(|first| (first, none())).collect();
    for row in &report.rows {
        let text = row.keys.first().and_then(|(_, value)| value.as_deref()).unwrap_or_default();
        let day = Day::parse(text).or_else(|_| Day::parse(&format!("{text}-01")));
        if let Ok(day) = day {
            let taken = taken.map(|taken| taken.get(&day).copied().unwrap_or(0));
            periods.entry(grain.first(day)).or_default().add(&row.figures, taken);
        }
    }
    periods
}

/// What each amount is of a hundred of net revenue.
fn shares(columns: &[Column], total: &Taken) -> Row {
    let share = |(column, cell): (&Column, &Cell)| match (column.kind, &cell.value) {
        (Kind::Money | Kind::Result, Value::Money(minor)) => {
            Cell::ratio(Ratio::of(*minor, total.figures.net_revenue()))
        }
        _ => Cell::default(),
    };
    columns.iter().zip(&row_of(columns, total)).map(share).collect()
}

/// The former period, the change and the change in percent of what it was.
fn compare(columns: &[Column], against: Against, (now, former): (&Taken, &Taken)) -> Vec<Beside> {
    let (before, change, pct) = match against {
        Against::Before => ("period_before", "change", "change_pct"),
        Against::Year => ("year_before", "change_on_year", "change_on_year_pct"),
        Against::Nothing => return Vec::new(),
    };
    let was = row_of(columns, former);
    let is = row_of(columns, now);
    let moved = |(is, was): (&Cell, &Cell)| {
        let value = match (&is.value, &was.value) {
            (Value::Money(is), Value::Money(was)) => Value::Money(is - was),
            (Value::Count(is), Value::Count(was)) => Value::Count(is - was),
            (Value::Ratio(is), Value::Ratio(was)) => Value::Ratio(Ratio(is.0 - was.0)),
            _ => Value::None,
        };
        Cell::of(value)
    };
    let share = |(is, was): (&Cell, &Cell)| match (&is.value, &was.value) {
        (Value::Money(is), Value::Money(was)) | (Value::Count(is), Value::Count(was)) => {
            Cell::ratio(Ratio::of(is - was, was.abs()))
        }
        _ => Cell::default(),
    };
    let changes = is.iter().zip(&was).map(moved).collect();
    let shares = is.iter().zip(&was).map(share).collect();
    vec![
        Beside { name: before, kind: None, cells: was },
        Beside { name: change, kind: None, cells: changes },
        Beside { name: pct, kind: Some(Kind::Share), cells: shares },
    ]
}

fn chart(
    ask: &TableAsk,
    grain: Grain,
    periods: &BTreeMap<Day, Taken>,
    former: Option<BTreeMap<Day, Taken>>,
) -> Chart {
    let bar = |(first, period): (&Day, &Taken)| TimeBar {
        first: *first,
        minor: period.net_profit(),
        is_open: grain.next(*first) > ask.today,
    };
    // A former period of other length has no bar to stand over.
    let former: Vec<i64> = former
        .map(|former| former.values().map(Taken::net_profit).collect())
        .filter(|former: &Vec<i64>| former.len() == periods.len())
        .unwrap_or_default();
    Chart::Times(Times {
        measure: NET_PROFIT.name(),
        is_cost: false,
        grain,
        bars: periods.iter().map(bar).collect(),
        former,
        against: ask.against,
    })
}
