//! `products`: what each product or group brought, its share of net revenue, its class by that
//! share, and how much of it came back.
//!
//! Reads what `profit` by product reads.

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::{ReportError, cells, profit};
use crate::domain::ask::Key;
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::ReportRow;
use crate::domain::table::{Cell, Column, Headline, Kind, Table, TableAsk, To, Value};
use crate::store::Reader;

pub const SPEC: Spec = Spec {
    name: "products",
    question: Question::Sales,
    choices: &[Choice { name: "by", values: &["product", "group"] }],
    obeys: Obeys::BORNE,
    usual: Span::Days30,
    columns: list_columns,
    run,
};

/// The products that bring the first 80 % of net revenue are A, those up to 95 % B.
const A_PERCENT: i128 = 80;
const B_PERCENT: i128 = 95;

fn list_columns() -> Vec<Column> {
    let mut columns = columns(Key::Product);
    columns.extend(keys(Key::Group));
    columns
}

fn keys(key: Key) -> Vec<Column> {
    match key {
        Key::Group => vec![Column::key("group", Kind::Name)],
        _ => vec![
            Column::key("title", Kind::Name),
            Column { is_kept: false, ..Column::key("product", Kind::Name) },
        ],
    }
}

fn columns(key: Key) -> Vec<Column> {
    let mut columns = keys(key);
    columns.push(Column::new("class", Kind::Name));
    columns.push(Column::of(Measure::Units));
    columns.push(Column::of(Measure::Orders).for_files());
    columns.push(Column::of(Measure::subtotal(Subtotal::NetRevenue)));
    columns.push(Column::new("revenue_share", Kind::Share).for_files());
    columns.push(Column::new("refund_rate", Kind::Share));
    let after = [
        Measure::component(Component::Cogs),
        Measure::subtotal(Subtotal::ContributionMargin),
        Measure::component(Component::AdSpend),
        Measure::subtotal(Subtotal::NetProfit),
        Measure::Quotient(Quotient::NetMargin),
    ];
    columns.extend(after.map(Column::of));
    for column in &mut columns {
        column.is_kept |= column.name == "net_profit";
        column.is_for_files |= column.name == "contribution_margin";
    }
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let key = if ask.choice("by") == "group" { Key::Group } else { Key::Product };
    let report = profit::run(reader, &ask.ask.clone().by(&[key]), ask.today)?;
    let columns = columns(key);
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.coverage = report.total.coverage_cogs();
    table.missing_rates.clone_from(&report.missing_rates);
    let mut rows: Vec<&ReportRow> = report.rows.iter().collect();
    let classes = list_classes(&rows);
    let mut classed: Vec<(&ReportRow, &str)> = rows.drain(..).zip(classes).collect();
    classed.sort_by_key(|(row, _)| std::cmp::Reverse(row.figures.net_profit()));
    for (row, class) in &classed {
        let mut cells = cells::row(&columns, &row.figures);
        let value = row.key(key.name());
        let to = value.map(|sku| To::Product(sku.to_owned())).filter(|_| key == Key::Product);
        let title = row.title.as_deref().filter(|title| !title.is_empty()).or(value);
        let name = if key == Key::Product { "title" } else { "group" };
        let named = Cell { value: Value::text(title), to, ..Cell::default() };
        cells::put(&columns, &mut cells, name, named);
        cells::put(&columns, &mut cells, "product", Cell::of(Value::text(value)));
        cells::put(&columns, &mut cells, "class", Cell::text(*class));
        put_shares(&columns, &mut cells, &row.figures, &report.total);
        table.rows.push(cells);
    }
    table.unallocated = cells::unallocated(&columns, &report.unallocated);
    let mut total = cells::row(&columns, &report.total);
    put_shares(&columns, &mut total, &report.total, &report.total);
    table.total = Some(total);
    let lost = report.rows.iter().map(|row| row.figures.net_profit()).filter(|minor| *minor < 0);
    table.headlines = vec![
        Headline {
            name: "rows_sold",
            kind: Kind::Count,
            cell: Cell::count(report.rows.len() as i64),
        },
        Headline {
            name: "losing",
            kind: Kind::Count,
            cell: Cell::count(lost.clone().count() as i64),
        },
        Headline { name: "lost", kind: Kind::Result, cell: Cell::money(lost.sum()) },
    ];
    table.bars = Some("net_profit");
    table.columns = columns;
    Ok(table)
}

/// The share of net revenue, and how much of what was sold came back.
pub fn put_shares(columns: &[Column], cells: &mut [Cell], figures: &Figures, total: &Figures) {
    let share = Ratio::of(figures.net_revenue(), total.net_revenue());
    cells::put(columns, cells, "revenue_share", Cell::ratio(share));
    cells::put(columns, cells, "refund_rate", Cell::ratio(refund_rate(figures)));
}

/// Returns over gross sales less discounts.
pub fn refund_rate(figures: &Figures) -> Option<Ratio> {
    let sold = figures.get(Component::GrossSales) + figures.get(Component::Discounts);
    Ratio::of(-figures.get(Component::Returns), sold)
}

/// A, B or C for each row: by net revenue from the largest on, the class in which the share
/// reached before it lies. What brought nothing is C.
fn list_classes(rows: &[&ReportRow]) -> Vec<&'static str> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    let revenue = |index: usize| i128::from(rows[index].figures.net_revenue().max(0));
    order.sort_by_key(|index| std::cmp::Reverse(revenue(*index)));
    let whole: i128 = order.iter().map(|index| revenue(*index)).sum();
    let mut classes = vec!["C"; rows.len()];
    let mut reached = 0;
    for index in order {
        let own = revenue(index);
        if own > 0 && reached * 100 < whole * A_PERCENT {
            classes[index] = "A";
        } else if own > 0 && reached * 100 < whole * B_PERCENT {
            classes[index] = "B";
        }
        reached += own;
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(minor: i64) -> ReportRow {
        let mut figures = Figures::default();
        figures.put(Component::GrossSales, minor);
        ReportRow { keys: Vec::new(), figures, order: None, store: None, title: None }
    }

    #[test]
    fn classes_follow_the_share_that_was_reached_before() {
        let check = |amounts: &[i64], expected: &[&str], why: &str| {
            let rows: Vec<ReportRow> = amounts.iter().map(|minor| row(*minor)).collect();
            assert_eq!(list_classes(&rows.iter().collect::<Vec<_>>()), expected, "{why}");
        };
        check(&[5, 80, 15], &["C", "A", "B"], "80, then 15 from 80 on, then 5 from 95 on");
        check(&[100], &["A"], "all of it");
        check(&[70, 20, 10], &["A", "A", "B"], "the second begins below 80");
        check(&[0, -5, 10], &["C", "C", "A"], "what brought nothing");
        check(&[], &[], "nothing");
    }
}
