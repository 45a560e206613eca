//! The months as JSON: one shape for the API and the command.

use serde_json::{Map, Value, json};

use crate::base::Currency;
use crate::base::money::decimal_text;
use crate::domain::ask::BooksView;
use crate::domain::profit::component::{COMPONENTS, Component, Step, ladder};
use crate::domain::profit::figures::{Amounts, Figures};
use crate::reports::months::{Adjustment, MonthRow, Months};

const MEMOS: [Component; 3] =
    [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff];

/// All months of a view; each row's steps and adjustments add up to its `net_profit`.
pub fn months(months: &Months, view: BooksView) -> Value {
    let currency = months.currency;
    let rows: Vec<Value> = months.rows.iter().map(|row| month(row, view, currency)).collect();
    let (mut own, mut adjustments) = ([0; COMPONENTS], [0; COMPONENTS]);
    for row in &months.rows {
        let (of_row, adjusted) = amounts_of(row, view);
        own.iter_mut().zip(of_row).for_each(|(sum, minor)| *sum += minor);
        adjustments.iter_mut().zip(adjusted).for_each(|(sum, minor)| *sum += minor);
    }
    json!({
        "currency": currency.code(),
        "basis": months.basis.name(),
        "books": view.name(),
        "months": rows,
        "total": figures(&own, &adjustments, currency),
    })
}

/// A month's own figures, and what it takes over.
fn amounts_of(row: &MonthRow, view: BooksView) -> (Amounts, Amounts) {
    match view {
        BooksView::Open => (row.today, [0; COMPONENTS]),
        BooksView::Closed => (row.own, row.adjustments),
    }
}

fn month(row: &MonthRow, view: BooksView, currency: Currency) -> Value {
    let (own, adjustments) = amounts_of(row, view);
    let mut object = Map::new();
    object.insert("month".to_owned(), json!(row.first.month_text()));
    let state = if row.closed.is_some() { "closed" } else { "open" };
    object.insert("state".to_owned(), json!(state));
    if let Some(closing) = &row.closed {
        object.insert("closed_at".to_owned(), json!(closing.closed_at.to_string()));
        object.insert("closed_by".to_owned(), json!(closing.closed_by));
    }
    if let Some(closing) = &row.suspended {
        object.insert("closed_in_currency".to_owned(), json!(closing.currency.code()));
    }
    object.extend(figures(&own, &adjustments, currency));
    let sources: Vec<Value> = match view {
        BooksView::Open => Vec::new(),
        BooksView::Closed => row.sources.iter().map(|one| source(one, currency)).collect(),
    };
    object.insert("adjustments_of".to_owned(), Value::Array(sources));
    Value::Object(object)
}

fn source(one: &Adjustment, currency: Currency) -> Value {
    let mut object = Map::new();
    object.insert("month".to_owned(), json!(one.month.month_text()));
    let open = one.since.is_some();
    object.insert("taken_over_by_a_closing".to_owned(), json!(!open));
    object.extend(steps(&one.amounts, currency));
    Value::Object(object)
}

/// Own figures under the names of the ladder; `net_profit` with the adjustments, which stand
/// under a name of their own.
fn figures(own: &Amounts, adjustments: &Amounts, currency: Currency) -> Map<String, Value> {
    let profit =
        |amounts: &Amounts| Figures { amounts: *amounts, ..Figures::default() }.net_profit();
    let mut object = steps(own, currency);
    let money = |minor| json!(decimal_text(minor, currency.digits()));
    object.insert("adjustments".to_owned(), money(profit(adjustments)));
    object.insert("net_profit".to_owned(), money(profit(own) + profit(adjustments)));
    object
}

fn steps(amounts: &Amounts, currency: Currency) -> Map<String, Value> {
    let figures = Figures { amounts: *amounts, ..Figures::default() };
    let steps = ladder().into_iter().chain(MEMOS.map(Step::Component));
    let money = |minor| json!(decimal_text(minor, currency.digits()));
    steps.map(|step| (step.name().to_owned(), money(figures.step(step)))).collect()
}
