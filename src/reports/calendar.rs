//! `calendar`: net profit of each day.
//!
//! Reads the rollups by day and what stands beside the lines, as `profit` by day does; no line.

use super::catalogue::{Obeys, Question, Span, Spec};
use super::hours::WEEKDAYS;
use super::{ReportError, cells, profit};
use crate::base::{Day, DayRange};
use crate::domain::ask::Key;
use crate::domain::chart::{Chart, Days};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::table::{Cell, Column, Grain, Kind, Table, TableAsk, To, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "calendar",
    question: Question::Times,
    choices: &[],
    obeys: Obeys::BASIS,
    usual: Span::Months12,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("day", Kind::Time(Grain::Day)),
        Column::new("weekday", Kind::Word),
        // An order is sold on one day, so here orders add up.
        Column { adds: true, ..Column::of(Measure::Orders) },
        Column::of(Measure::subtotal(Subtotal::NetRevenue)),
        Column::of(Measure::subtotal(Subtotal::ContributionMargin)),
        Column::of(Measure::component(Component::AdSpend)),
        Column::of(Measure::subtotal(Subtotal::NetProfit)).kept(),
        Column::of(Measure::Quotient(Quotient::NetMargin)),
    ]
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let report = profit::run(reader, &ask.ask.clone().by(&[Key::Day]), ask.today)?;
    let columns = columns();
    let mut table = Table::new(report.currency, report.range, report.basis);
    let mut days = Vec::with_capacity(report.rows.len());
    for found in &report.rows {
        let Some(day) = found.key("day").and_then(|text| Day::parse(text).ok()) else { continue };
        let mut row = cells::row(&columns, &found.figures);
        row[0] = Cell::of(Value::Day(day)).to(To::Orders(DayRange { from: day, to: day }));
        row[1] = Cell::word(WEEKDAYS[day.weekday() as usize % 7]);
        table.rows.push(row);
        days.push((day, found.figures.net_profit()));
    }
    table.chart = Some(Chart::Calendar(Days {
        measure: Subtotal::NetProfit.name(),
        range: report.range,
        days,
        open: Some(ask.today).filter(|today| report.range.contains(*today)),
    }));
    table.coverage = report.total.coverage_cogs();
    table.unallocated = cells::unallocated(&columns, &report.unallocated);
    table.total = Some(cells::row(&columns, &report.total));
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}
