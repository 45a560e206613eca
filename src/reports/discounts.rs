//! `discounts`: what was given away, where, and what it did to the margin: orders with a discount
//! beside orders without, by how deep it was, or by month, product and store.
//!
//! By month and store it reads the rollups, by product what `profit` reads; with and without, and
//! by depth, it reads the lines of the days once.

use std::collections::BTreeMap;

use rusqlite::params;

use super::catalogue::{Choice, Obeys, Question, Span, Spec};
use super::lines::{self, Wanted};
use super::{ReportError, cells, profit};
use crate::base::Day;
use crate::base::id::OrderId;
use crate::domain::ask::Key;
use crate::domain::profit::component::{Component, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::{Measure, Quotient};
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::Report;
use crate::domain::table::{Cell, Column, Grain, Headline, Kind, Row, Table, TableAsk, Value};
use crate::store::Reader;
use crate::store::profit::{LineKind, StoredLine};

pub const SPEC: Spec = Spec {
    name: "discounts",
    question: Question::Costs,
    choices: &[Choice { name: "by", values: &["order", "depth", "month", "product", "store"] }],
    obeys: Obeys { fully_loaded: false, ..Obeys::BORNE },
    usual: Span::Days30,
    columns: list_columns,
    run,
};

/// By how much of gross sales was given away: the name, and the percent at which it ends.
const DEPTHS: [(&str, i128); 5] = [
    ("depth_none", 0),
    ("depth_to_5", 5),
    ("depth_to_10", 10),
    ("depth_to_20", 20),
    ("depth_beyond", i128::MAX),
];

fn list_columns() -> Vec<Column> {
    let mut columns = columns("order");
    for by in ["depth", "month", "product", "store"] {
        columns.push(key(by));
    }
    columns
}

fn key(by: &str) -> Column {
    match by {
        "depth" => Column::key("depth", Kind::Word),
        "month" => Column::key("month", Kind::Time(Grain::Month)),
        "product" => Column::key("product", Kind::Name),
        "store" => Column::key("store", Kind::Name),
        _ => Column::key("discounted", Kind::Word),
    }
}

fn columns(by: &str) -> Vec<Column> {
    let mut columns = vec![key(by)];
    columns.push(Column::of(Measure::Orders));
    columns.push(Column::of(Measure::Units).for_files());
    columns.push(Column::of(Measure::component(Component::GrossSales)));
    columns.push(Column::of(Measure::component(Component::Discounts)).kept());
    columns.push(Column::new("discount_share", Kind::Share).kept());
    let after = [
        Measure::subtotal(Subtotal::NetRevenue),
        Measure::Quotient(Quotient::Aov),
        Measure::subtotal(Subtotal::ContributionMargin),
        Measure::Quotient(Quotient::ContributionMarginPct),
        Measure::subtotal(Subtotal::ContributionAfterAds),
    ];
    columns.extend(after.map(Column::of));
    columns
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let by = ask.choice("by");
    let columns = columns(by);
    let keys: &[Key] = match by {
        "month" => &[Key::Month],
        "product" => &[Key::Product],
        "store" => &[Key::Store],
        _ => &[],
    };
    let report = profit::run(reader, &ask.ask.clone().by(keys), ask.today)?;
    let full = |figures: &Figures| -> Row {
        let mut cells = cells::row(&columns, figures);
        cells::put(&columns, &mut cells, "discount_share", Cell::ratio(share(figures)));
        cells
    };
    let mut table = Table::new(report.currency, report.range, report.basis);
    table.coverage = report.total.coverage_cogs();
    table.missing_rates.clone_from(&report.missing_rates);
    table.total = Some(full(&report.total));
    let mut unallocated = report.unallocated;
    if keys.is_empty() {
        let classes = sum_classes(reader, ask, &report)?;
        unallocated = cells::rest(&report.total, classes.values());
        let names: Vec<&'static str> = match by {
            "depth" => DEPTHS.iter().map(|(name, _)| *name).collect(),
            _ => vec!["with_discount", "without_discount"],
        };
        for name in names {
            let Some(figures) = classes.get(name) else { continue };
            let mut cells = full(figures);
            cells[0] = Cell::word(name);
            table.rows.push(cells);
        }
    } else {
        let mut rows: Vec<_> = report.rows.iter().collect();
        if keys != [Key::Month] {
            rows.sort_by_key(|row| row.figures.get(Component::Discounts));
        }
        for row in rows {
            let mut cells = full(&row.figures);
            cells[0] = name(row.keys[0].1.as_deref(), row.title.as_deref(), by);
            table.rows.push(cells);
        }
    }
    table.unallocated = cells::unallocated(&columns, &unallocated);
    table.headlines = vec![
        Headline {
            name: "discounts",
            kind: Kind::Money,
            cell: Cell::money(report.total.get(Component::Discounts)),
        },
        Headline {
            name: "discount_share",
            kind: Kind::Share,
            cell: Cell::ratio(share(&report.total)),
        },
    ];
    table.bars = Some("discounts");
    table.columns = columns;
    Ok(table)
}

fn name(value: Option<&str>, title: Option<&str>, by: &str) -> Cell {
    match by {
        "month" => {
            let first = value.and_then(|month| Day::parse(&format!("{month}-01")).ok());
            Cell::of(first.map_or(Value::None, Value::Day))
        }
        _ => Cell {
            value: Value::text(value),
            beside: title.filter(|title| Some(*title) != value).map(str::to_owned),
            ..Cell::default()
        },
    }
}

/// Discounts over gross sales.
fn share(figures: &Figures) -> Option<Ratio> {
    Ratio::of(-figures.get(Component::Discounts), figures.get(Component::GrossSales))
}

/// The figures of each class of orders; by depth or by whether there was a discount at all.
fn sum_classes(
    reader: &Reader<'_>,
    ask: &TableAsk,
    report: &Report,
) -> Result<BTreeMap<&'static str, Figures>, ReportError> {
    let mut classes: BTreeMap<&'static str, Figures> = BTreeMap::new();
    let mut held: Vec<StoredLine> = Vec::new();
    let by_depth = ask.choice("by") == "depth";
    let mut close = |lines: &mut Vec<StoredLine>| -> Result<(), ReportError> {
        let Some(first) = lines.first() else { return Ok(()) };
        let sold = sold_of(reader, first.order, lines)?;
        let figures = classes.entry(class_of(sold, by_depth)).or_default();
        let mut is_counted = false;
        for line in lines.drain(..) {
            let mut one = profit::line_figures(&line, ask.ask.ads);
            // An order counts once, whichever of its lines is read first.
            one.orders = i64::from(one.orders > 0 && !is_counted);
            is_counted |= one.orders > 0;
            figures.add(&one);
        }
        Ok(())
    };
    lines::each(reader, (&ask.ask, report.range), Wanted::All, &mut |line, _| {
        if held.first().is_some_and(|first| first.order != line.order) {
            close(&mut held)?;
        }
        held.push(*line);
        Ok(())
    })?;
    close(&mut held)?;
    Ok(classes)
}

/// Gross sales and discounts of the order's sale. One on a day outside the report is looked up.
fn sold_of(
    reader: &Reader<'_>,
    order: OrderId,
    lines: &[StoredLine],
) -> Result<(i64, i64), ReportError> {
    let mut sold = lines.iter().filter(|line| line.kind == LineKind::Sale).peekable();
    if sold.peek().is_some() {
        return Ok(sold.fold((0, 0), |(gross, discounts), line| {
            (gross + line.amounts[0], discounts + line.amounts[1])
        }));
    }
    let mut statement = reader.conn().prepare_cached(
        "select sum(gross_sales_minor), sum(discounts_minor) from profit_lines
         where order_id = ? and kind = 0",
    )?;
    let sums = statement.query_row(params![order], |row| {
        let (gross, discounts): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok((gross.unwrap_or(0), discounts.unwrap_or(0)))
    });
    Ok(sums?)
}

fn class_of((gross, discounts): (i64, i64), by_depth: bool) -> &'static str {
    if !by_depth {
        return if discounts < 0 { "with_discount" } else { "without_discount" };
    }
    let given = -i128::from(discounts) * 100;
    let is_within = |percent: i128| match percent {
        i128::MAX => true,
        percent => given <= percent * i128::from(gross.max(0)),
    };
    let found = DEPTHS.iter().find(|(_, percent)| is_within(*percent));
    found.map_or("depth_beyond", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_falls_into_the_first_depth_that_holds_it() {
        let check = |gross: i64, discounts: i64, expected: &str| {
            assert_eq!(class_of((gross, discounts), true), expected, "{gross} {discounts}");
        };
        check(10_000, 0, "depth_none");
        check(10_000, -500, "depth_to_5");
        check(10_000, -501, "depth_to_10");
        check(10_000, -2_000, "depth_to_20");
        check(10_000, -2_001, "depth_beyond");
        check(0, -1, "depth_beyond");
        assert_eq!(class_of((100, -1), false), "with_discount");
        assert_eq!(class_of((100, 0), false), "without_discount");
    }
}
