//! `countries`: what each country that was shipped to brought, with its shares.
//!
//! Reads `profit` by country: the lines of the days and their orders.

use super::catalogue::{Obeys, Question, Span, Spec};
use super::{ReportError, cells, profit};
use crate::domain::ask::Key;
use crate::domain::chart::{Chart, World};
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Kind, Row, Table, TableAsk, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "countries",
    question: Question::Sales,
    choices: &[],
    obeys: Obeys::BORNE,
    usual: Span::Months12,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("country", Kind::Name),
        Column::of(Measure::Orders),
        Column::of(Measure::Units),
        Column::of(Measure::subtotal(Subtotal::NetRevenue)),
        Column::new("share_of_net_revenue", Kind::Share),
        Column::of(Measure::subtotal(Subtotal::ContributionMargin)),
        Column::of(Measure::component(Component::AdSpend)),
        Column::of(Measure::subtotal(Subtotal::NetProfit)).kept(),
        Column::of(Measure::Quotient(Quotient::NetMargin)),
        Column::of(Measure::Quotient(Quotient::Aov)),
    ]
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let report = profit::run(reader, &ask.ask.clone().by(&[Key::Country]), ask.today)?;
    let columns = columns();
    let whole = report.total.net_revenue();
    let row_of = |figures: &Figures| {
        let mut row = cells::row(&columns, figures);
        let share = Cell::ratio(Ratio::of(figures.net_revenue(), whole));
        cells::put(&columns, &mut row, "share_of_net_revenue", share);
        row
    };
    let mut found: Vec<(Option<&str>, &Figures)> =
        report.rows.iter().map(|row| (row.key("country"), &row.figures)).collect();
    // The most first; of equals by their codes, what is unknown last.
    found.sort_by_key(|(code, figures)| {
        (std::cmp::Reverse(figures.net_profit()), code.is_none(), code.unwrap_or_default())
    });
    let mut table = Table::new(report.currency, report.range, report.basis);
    let row = |(code, figures): &(Option<&str>, &Figures)| -> Row {
        let mut row = row_of(figures);
        row[0] = Cell::of(Value::text(*code));
        row
    };
    table.rows = found.iter().map(row).collect();
    table.chart = Some(Chart::World(World {
        measure: Subtotal::NetProfit.name(),
        countries: found
            .iter()
            .map(|(code, figures)| (code.map(str::to_owned), figures.net_profit()))
            .collect(),
    }));
    table.bars = Some(Subtotal::NetProfit.name());
    table.coverage = report.total.coverage_cogs();
    table.unallocated = cells::unallocated(&columns, &report.unallocated);
    table.total = Some(row_of(&report.total));
    table.missing_rates = report.missing_rates;
    table.columns = columns;
    Ok(table)
}
