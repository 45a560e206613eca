//! `ladder`: from gross sales to net profit, component by component, with the running sum.
//!
//! Reads the rollups by day and what stands beside the lines, as `profit` does; no line.

use super::catalogue::{Obeys, Question, Span, Spec};
use super::{ReportError, cells, profit};
use crate::domain::chart::Chart;
use crate::domain::profit::component::{Component, Step, ladder};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::Measure;
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Kind, Row, Table, TableAsk};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "ladder",
    question: Question::Profit,
    choices: &[],
    obeys: Obeys::BASIS,
    usual: Span::Days30,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("step", Kind::Word),
        Column::new("amount", Kind::Money).adding().kept(),
        Column::new("of_net_revenue", Kind::Share),
        Column::new("running_sum", Kind::Result).kept(),
    ]
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let report = profit::run(reader, &ask.ask.clone().by(&[]), ask.today)?;
    let total = &report.total;
    let mut table = Table::new(report.currency, report.range, report.basis);
    let mut running = 0;
    for component in list_components(total) {
        running += total.get(component);
        table.rows.push(row(total, component, running));
    }
    table.total = Some(vec![
        Cell::default(),
        Cell { is_at_most: total.is_at_most(), ..Cell::money(total.net_profit()) },
        Cell::ratio(Ratio::of(total.net_profit(), total.net_revenue())),
        Cell { is_at_most: total.is_at_most(), ..Cell::money(running) },
    ]);
    let is_shown = |step: &Step| match step {
        Step::Component(component) => list_components(total).any(|other| other == *component),
        Step::Subtotal(_) => true,
    };
    let steps = ladder().into_iter().filter(is_shown);
    let step_of = |step| (step, cells::cell(total, Measure::Step(step)));
    table.chart = Some(Chart::Waterfall(steps.map(step_of).collect()));
    table.coverage = total.coverage_cogs();
    table.missing_rates = report.missing_rates;
    table.columns = columns();
    Ok(table)
}

/// The components of the ladder in which there is anything, or of which something is missing.
fn list_components(total: &Figures) -> impl Iterator<Item = Component> {
    let of_ladder = ladder().into_iter().filter_map(|step| match step {
        Step::Component(component) => Some(component),
        Step::Subtotal(_) => None,
    });
    of_ladder.filter(|component| {
        let is_in_doubt = (total.missing | total.estimated) & component.bit() != 0;
        total.get(*component) != 0 || is_in_doubt
    })
}

fn row(total: &Figures, component: Component, running: i64) -> Row {
    let cell = cells::cell(total, Measure::component(component));
    let is_at_most = component >= Component::Cogs && total.is_at_most();
    vec![
        Cell::word(component.name()),
        cell,
        Cell::ratio(Ratio::of(total.get(component), total.net_revenue())),
        Cell { is_at_most, ..Cell::money(running) },
    ]
}
