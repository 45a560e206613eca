//! `channels`: what each platform or store brought, what it took in fees, and what stayed.
//!
//! By store it reads the rollups, by channel the lines of the days, as `profit` by channel does.

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::products::put_shares;
use super::{ReportError, cells, profit};
use crate::domain::ask::Key;
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::ReportRow;
use crate::domain::table::{Cell, Column, Kind, Row, Table, TableAsk, To, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "channels",
    question: Question::Sales,
    choices: &[Choice { name: "by", values: &["channel", "store"] }],
    obeys: Obeys::BORNE,
    usual: Span::Days30,
    columns: list_columns,
    run,
};

fn list_columns() -> Vec<Column> {
    let mut columns = columns(Key::Channel);
    columns.push(Column::key("store", Kind::Name));
    columns
}

fn columns(key: Key) -> Vec<Column> {
    let mut columns = vec![Column::key(key.name(), Kind::Name)];
    columns.extend([Measure::Orders, Measure::Quotient(Quotient::Aov)].map(Column::of));
    columns.push(Column::of(Measure::subtotal(Subtotal::NetRevenue)));
    columns.push(Column::new("revenue_share", Kind::Share));
    columns.push(Column::of(Measure::Quotient(Quotient::GrossMargin)));
    columns.push(Column::of(Measure::component(Component::PaymentFees)));
    columns.push(Column::of(Measure::component(Component::ChannelFees)));
    columns.push(Column::new("fee_rate", Kind::Share));
    columns.push(Column::new("refund_rate", Kind::Share));
    columns.push(Column::of(Measure::component(Component::AdSpend)));
    columns.push(Column::of(Measure::subtotal(Subtotal::NetProfit)).kept());
    columns.push(Column::of(Measure::Quotient(Quotient::NetMargin)));
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let key = if ask.choice("by") == "store" { Key::Store } else { Key::Channel };
    let report = profit::run(reader, &ask.ask.clone().by(&[key]), ask.today)?;
    let columns = columns(key);
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.coverage = report.total.coverage_cogs();
    table.missing_rates.clone_from(&report.missing_rates);
    let full = |figures: &Figures| {
        let mut cells: Row = cells::row(&columns, figures);
        put_shares(&columns, &mut cells, figures, &report.total);
        cells::put(&columns, &mut cells, "fee_rate", Cell::ratio(fee_rate(figures)));
        cells
    };
    let mut rows: Vec<&ReportRow> = report.rows.iter().collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.figures.net_profit()));
    for row in rows {
        let mut cells = full(&row.figures);
        let value = row.key(key.name());
        let to = value.map(|name| To::Store(name.to_owned())).filter(|_| key == Key::Store);
        cells[0] = Cell { value: Value::text(value), to, ..Cell::default() };
        table.rows.push(cells);
    }
    table.unallocated = cells::unallocated(&columns, &report.unallocated);
    table.total = Some(full(&report.total));
    table.bars = Some("net_profit");
    table.columns = columns;
    Ok(table)
}

/// Fees of payments and channels over net revenue.
fn fee_rate(figures: &Figures) -> Option<Ratio> {
    let fees = figures.get(Component::PaymentFees) + figures.get(Component::ChannelFees);
    Ratio::of(-fees, figures.net_revenue())
}
