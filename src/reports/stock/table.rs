//! `stock`: every variant with what there is of it, as a report.

use std::collections::HashMap;

use super::{Standing, Stocked, age, list, pace};
use crate::base::id::VariantId;
use crate::base::{DayRange, Instant, Zone};
use crate::domain::ask::Basis;
use crate::domain::profit::component::Quality;
use crate::domain::table::{Cell, Column, Headline, Kind, Row, Table, TableAsk, To, Value};
use crate::reports::catalogue::{Choice, Obeys, Question, Span, Spec};
use crate::reports::{ReportError, cells, valuation};
use crate::store::{Reader, organisation};

pub const SPEC: Spec = Spec {
    name: "stock",
    question: Question::Stock,
    choices: &[Choice {
        name: "show",
        values: &["all", "stocked", "stock_low", "stock_out", "stock_oversold", "stock_negative"],
    }],
    obeys: Obeys::NOW,
    usual: Span::Days30,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    vec![
        Column::key("product", Kind::Name),
        Column::new("title", Kind::Name),
        Column::new("standing", Kind::Word),
        Column::new("on_hand", Kind::Count).adding(),
        Column::new("held", Kind::Count).adding(),
        Column::new("available", Kind::Count).adding().kept(),
        Column::new("incoming", Kind::Count).adding(),
        Column::new("velocity", Kind::Times),
        Column::new("days_of_cover", Kind::Count).kept(),
        Column::new("stock_age_days", Kind::Count),
        Column::new("stock_value", Kind::Money),
    ]
}

/// Whether a choice shows a variant.
pub fn is_shown(one: &Stocked, show: &str) -> bool {
    let standing = one.standing();
    match show {
        "stocked" => one.on_hand > 0,
        "stock_negative" => one.is_negative,
        "stock_low" => standing == Standing::Low,
        "stock_out" => standing == Standing::Out,
        "stock_oversold" => standing == Standing::Oversold,
        "stock_unlinked" => one.is_unlinked,
        _ => true,
    }
}

fn run(reader: &Reader<'_>, ask: &TableAsk) -> Result<Table, ReportError> {
    let paces = pace::list(reader, ask.today)?;
    let mut stocked = list(reader, &paces)?;
    let show = ask.choice("show");
    stocked.retain(|one| !one.is_archived && is_shown(one, show));
    let organisation = organisation::find(reader.conn())?;
    let worth = valuation::worth(reader, ask.today)?;
    let ages = age::list(reader, &[])?;
    let zone = organisation.time_zone.unwrap_or_else(Zone::utc);
    let now = Instant::start_of(ask.today.plus(1), &zone);
    let columns = columns();
    // It is of this moment, whatever days were named.
    let to = ask.ask.to.unwrap_or(ask.today);
    let range = DayRange { from: ask.ask.from.unwrap_or(to).min(to), to };
    let Some(currency) = organisation.currency else { return Err(ReportError::Nothing) };
    let mut table = Table::new(currency, range, Basis::default());
    let mut sums: HashMap<&'static str, i64> = HashMap::new();
    for one in &stocked {
        let row = row(&columns, one, (&worth, ages.get(&VariantId(one.variant)), now));
        for (column, cell) in columns.iter().zip(&row).filter(|(column, _)| is_summed(column)) {
            let sum = sums.entry(column.name).or_default();
            *sum = sum.saturating_add(cell.value.number());
        }
        table.rows.push(row);
    }
    let mut total: Row = columns.iter().map(|_| Cell::default()).collect();
    for column in columns.iter().filter(|column| is_summed(column)) {
        let sum = sums.get(column.name).copied().unwrap_or(0);
        let cell = if column.kind.is_money() { Cell::money(sum) } else { Cell::count(sum) };
        cells::put(&columns, &mut total, column.name, cell);
    }
    let of = |standing| stocked.iter().filter(|one| one.standing() == standing).count() as i64;
    let headline = |name, count| Headline { name, kind: Kind::Count, cell: Cell::count(count) };
    table.headlines = vec![
        headline("stock_low", of(Standing::Low)),
        headline("stock_out", of(Standing::Out)),
        headline("stock_oversold", of(Standing::Oversold)),
    ];
    table.total = Some(total);
    table.missing_rates = worth.missing_rates;
    table.columns = columns;
    Ok(table)
}

/// What nobody knows the value of is in no sum, and its row says so.
fn is_summed(column: &Column) -> bool {
    column.adds || column.name == "stock_value"
}

fn row(
    columns: &[Column],
    one: &Stocked,
    (worth, since, now): (&valuation::Worth, Option<&Instant>, Instant),
) -> Row {
    let mut row: Row = columns.iter().map(|_| Cell::default()).collect();
    let mut put = |name, cell| cells::put(columns, &mut row, name, cell);
    put("product", Cell::text(one.sku.clone()).to(To::Variant(one.sku.clone())));
    put("title", Cell::of(Value::text(one.title.clone())));
    put("held", Cell::count(one.held));
    put("available", Cell::count(one.available));
    if !one.is_unkept {
        put("standing", Cell::word(one.standing().name()));
        put("on_hand", Cell::count(one.on_hand));
        put("incoming", Cell::count(one.incoming));
        put("stock_value", value_cell(worth, one));
    }
    let is_guess = one.pace.is_some_and(pace::Pace::is_guess);
    let guessed = |cell: Cell| if is_guess { cell.estimated() } else { cell };
    put("velocity", guessed(Cell::ratio(one.pace.and_then(pace::Pace::ratio))));
    if let Some(cover) = one.cover() {
        put("days_of_cover", guessed(Cell::count(cover)));
    }
    if let Some(since) = since {
        put("stock_age_days", Cell::count(age::days(*since, now)));
    }
    row
}

/// What a variant is worth; missing where nobody knows what it cost.
pub fn value_cell(worth: &valuation::Worth, one: &Stocked) -> Cell {
    match worth.find(&one.sku, one.on_hand + one.incoming) {
        Some(minor) => Cell::money(minor),
        None => Cell { quality: Quality::Missing, to: Some(To::MissingCosts), ..Cell::default() },
    }
}
