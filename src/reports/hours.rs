//! `hours`: what orders brought by the weekday and the hour at which they were placed, in the
//! zone of the books.
//!
//! The hour is the order's, so all of an order counts there, on whatever day a refund of it falls;
//! the basis only decides which lines lie within the days. Reads the lines of the days and their
//! orders once (`bought.rs`): no rollup knows hours.

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::{ReportError, bought, cells, profit};
use crate::domain::chart::{Chart, Heat, HeatRow};
use crate::domain::profit::component::Subtotal;
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::table::{Cell, Column, Kind, Table, TableAsk, Value};
use crate::store::Reader;
use crate::store::policy::find_terms;

pub const SPEC: Spec = Spec {
    name: "hours",
    question: Question::Times,
    choices: &[Choice { name: "show", values: &["contribution_margin", "net_revenue", "orders"] }],
    obeys: Obeys::BASIS,
    usual: Span::Months12,
    columns,
    run,
};

/// Monday first, as days count.
pub const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const HOURS: usize = 24;

fn columns() -> Vec<Column> {
    let mut columns = vec![Column::key("hour", Kind::Name), Column::key("weekday", Kind::Word)];
    // An order is placed once, so here orders add up.
    columns.push(Column { adds: true, ..Column::of(Measure::Orders) }.kept());
    columns.extend([
        Column::of(Measure::Units),
        Column::of(Measure::subtotal(Subtotal::NetRevenue)),
        Column::of(Measure::subtotal(Subtotal::ContributionMargin)).kept(),
        Column::of(Measure::Quotient(Quotient::ContributionMarginPct)),
        Column::of(Measure::Quotient(Quotient::Aov)),
    ]);
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let known = find_terms(reader)?.ok_or(ReportError::Nothing)?;
    let whole = profit::run(reader, &ask.ask.clone().by(&[]), ask.today)?;
    let range = whole.range;
    let zone = &known.policy.zone;
    let mut sums = [[Figures::default(); HOURS]; 7];
    let mut total = Figures::default();
    bought::each(reader, &ask.ask, range, |line| {
        let (weekday, hour) = line.placed_at.weekday_and_hour_in(zone);
        sums[weekday as usize % 7][hour as usize % HOURS].add(&line.figures);
        total.add(&line.figures);
    })?;
    let columns = columns();
    let mut table = Table::new(whole.currency, range, whole.basis);
    for hour in 0..HOURS {
        for (weekday, hours) in sums.iter().enumerate().filter(|(_, of)| !of[hour].is_empty()) {
            let mut row = cells::row(&columns, &hours[hour]);
            row[0] = Cell::text(hour_text(hour));
            row[1] = Cell::word(WEEKDAYS[weekday]);
            table.rows.push(row);
        }
    }
    table.chart = Some(Chart::Heat(heat(ask, &sums)));
    table.coverage = total.coverage_cogs();
    table.total = Some(cells::row(&columns, &total));
    table.missing_rates = whole.missing_rates;
    table.columns = columns;
    Ok(table)
}

fn hour_text(hour: usize) -> String {
    format!("{hour:02}:00")
}

fn heat(ask: &TableAsk, sums: &[[Figures; HOURS]; 7]) -> Heat {
    let shown = Measure::find(ask.choice("show"));
    let measure = shown.unwrap_or(Measure::subtotal(Subtotal::ContributionMargin));
    let row = |hour: usize| {
        let cell = |weekday: &[Figures; HOURS]| {
            let figures = &weekday[hour];
            (!figures.is_empty()).then(|| (measure.of(figures).number(), false))
        };
        HeatRow {
            name: Value::Text(hour_text(hour)),
            beside: None,
            cells: sums.iter().map(cell).collect(),
        }
    };
    Heat {
        measure: measure.name(),
        kind: measure.kind(),
        is_sum: true,
        rows_are: "hour",
        columns: WEEKDAYS.map(Value::Word).to_vec(),
        rows: (0..HOURS).map(row).collect(),
    }
}
