//! `pnl`: the ladder by week, month, quarter or year, its sum, its share of net revenue, and the
//! change against the period before or the same days a year ago.
//!
//! Reads the rollups by day and what stands beside the lines, as `profit` by month does; no line.

use std::collections::BTreeMap;

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
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
    choices: &[Choice { name: "by", values: &["month", "week", "quarter", "year"] }],
    obeys: Obeys { fully_loaded: false, ads: false, ..Obeys::ALL },
    usual: Span::Months6,
    columns: list_columns,
    run,
};

/// More columns than anybody reads; a longer time wants a coarser grain.
const PERIODS_MAX: usize = 400;

fn list_columns() -> Vec<Column> {
    columns(Grain::Month)
}

fn columns(grain: Grain) -> Vec<Column> {
    let mut columns = vec![
        Column::key("period", Kind::Time(grain)),
        // Whether the month is closed (PROFIT, section 11); empty while none can be.
        Column::new("state", Kind::Word).optional(),
    ];
    columns.extend(Measure::ladder().map(Column::of));
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
    let range = profit::find_range(reader, &ask.ask, ask.today)?;
    if grain.list_firsts(range).len() > PERIODS_MAX {
        return Err(ReportError::Asked(format!(
            "More than {PERIODS_MAX} columns nobody reads. Ask for fewer days or a longer period."
        )));
    }
    let key = if grain == Grain::Week { Key::Week } else { Key::Month };
    let of = |range: DayRange| Ask { ads: Default::default(), ..ask.ask.clone().over(range) };
    let former = ask.against.range(range);
    let mut asks = vec![of(range).by(&[key])];
    asks.extend(former.map(|former| of(former).by(&[key])));
    let mut reports = profit::run_each(reader, &asks, ask.today)?.into_iter();
    let now = reports.next().ok_or(ReportError::Nothing)?;
    let columns = columns(grain);
    let mut table = Table::new(now.currency, range, now.basis);
    table.against = former;
    table.is_turned = true;
    table.coverage = now.total.coverage_cogs();
    table.missing_rates.clone_from(&now.missing_rates);
    let periods = fold(&now, grain);
    table.rows = periods
        .iter()
        .map(|(first, figures)| {
            let mut row = cells::row(&columns, figures);
            let days = DayRange {
                from: (*first).max(range.from),
                to: grain.next(*first).plus(-1).min(range.to),
            };
            row[0] = Cell::of(Value::Day(*first)).to(To::Orders(days));
            row
        })
        .collect();
    table.unallocated = cells::unallocated(&columns, &now.unallocated);
    table.total = Some(cells::row(&columns, &now.total));
    table.beside.push(Beside {
        name: "of_net_revenue",
        kind: Some(Kind::Share),
        cells: shares(&columns, &now.total),
    });
    // Before the books begin nothing is known, so nothing is compared with it.
    let first = profit::find_range(reader, &Ask::all(ask.ask.scope.clone()), ask.today)?.from;
    let is_known = former.is_some_and(|former| former.from >= first);
    let former = reports.next().filter(|_| is_known);
    table.against = table.against.filter(|_| is_known);
    if let Some(former) = &former {
        table.beside.extend(compare(&columns, ask.against, (&now.total, &former.total)));
        table.missing_rates.extend(former.missing_rates.iter().copied());
        table.missing_rates.sort();
        table.missing_rates.dedup();
    }
    table.chart = Some(chart(ask, grain, &periods, former.as_ref()));
    table.columns = columns;
    Ok(table)
}

/// By the first day of each period. An order is sold in one period only, so all of it adds up.
fn fold(report: &Report, grain: Grain) -> BTreeMap<Day, Figures> {
    let mut periods: BTreeMap<Day, Figures> = BTreeMap::new();
    for first in grain.list_firsts(report.range) {
        periods.insert(first, Figures::default());
    }
    for row in &report.rows {
        let text = row.keys.first().and_then(|(_, value)| value.as_deref()).unwrap_or_default();
        let day = Day::parse(text).or_else(|_| Day::parse(&format!("{text}-01")));
        if let Ok(day) = day {
            periods.entry(grain.first(day)).or_default().add(&row.figures);
        }
    }
    periods
}

/// What each amount is of a hundred of net revenue.
fn shares(columns: &[Column], total: &Figures) -> Row {
    let share = |column: &Column| match Measure::find(column.name) {
        Some(Measure::Step(step)) => Cell::ratio(Ratio::of(total.step(step), total.net_revenue())),
        _ => Cell::default(),
    };
    columns.iter().map(share).collect()
}

/// The former period, the change and the change in percent of what it was.
fn compare(
    columns: &[Column],
    against: Against,
    (now, former): (&Figures, &Figures),
) -> Vec<Beside> {
    let (before, change, pct) = match against {
        Against::Before => ("period_before", "change", "change_pct"),
        Against::Year => ("year_before", "change_on_year", "change_on_year_pct"),
        Against::Nothing => return Vec::new(),
    };
    let was = cells::row(columns, former);
    let is = cells::row(columns, now);
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
    periods: &BTreeMap<Day, Figures>,
    former: Option<&Report>,
) -> Chart {
    let net_profit = Step::Subtotal(Subtotal::NetProfit);
    let bar = |(first, figures): (&Day, &Figures)| TimeBar {
        first: *first,
        minor: figures.step(net_profit),
        is_open: grain.next(*first) > ask.today,
    };
    // A former period of other length has no bar to stand over.
    let former: Vec<i64> = former
        .map(|report| fold(report, grain).values().map(|f| f.step(net_profit)).collect())
        .filter(|former: &Vec<i64>| former.len() == periods.len())
        .unwrap_or_default();
    Chart::Times(Times {
        measure: net_profit.name(),
        is_cost: false,
        grain,
        bars: periods.iter().map(bar).collect(),
        former,
        against: ask.against,
    })
}
