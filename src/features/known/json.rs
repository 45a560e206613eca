//! The changes as JSON, CSV and text: one shape for the API and the command.

use serde_json::{Map, Value, json};

use crate::base::Currency;
use crate::base::money::decimal_text;
use crate::domain::profit::component::{COMPONENTS, Component, Step, ladder};
use crate::domain::profit::figures::{Amounts, Figures};
use crate::reports::known::{CauseRow, Changes};

const MEMOS: [Component; 3] =
    [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff];

/// Every step of the ladder, and what stands beside it.
pub fn amounts(amounts: &Amounts, currency: Currency) -> Map<String, Value> {
    let steps = ladder().into_iter().chain(MEMOS.map(Step::Component));
    steps.map(|step| (step.name().to_owned(), money(step_of(amounts, step), currency))).collect()
}

pub fn step_of(amounts: &Amounts, step: Step) -> i64 {
    Figures { amounts: *amounts, ..Figures::default() }.step(step)
}

pub fn difference(changes: &Changes) -> Amounts {
    let mut change = [0; COMPONENTS];
    for (index, change) in change.iter_mut().enumerate() {
        *change = changes.now[index] - changes.then[index];
    }
    change
}

fn money(minor: i64, currency: Currency) -> Value {
    Value::from(decimal_text(minor, currency.digits()))
}

/// The whole answer; `as_known` is the day or the closed month that was asked for.
pub fn changes(changes: &Changes, as_known: (&str, &str)) -> Value {
    let currency = changes.currency;
    let causes: Vec<Value> = changes.causes.iter().map(|row| cause(changes, row)).collect();
    let mut value = json!({
        "currency": currency.code(),
        "from": changes.range.from.to_string(),
        "to": changes.range.to.to_string(),
        "basis": changes.basis.name(),
        "then": amounts(&changes.then, currency),
        "now": amounts(&changes.now, currency),
        "change": amounts(&difference(changes), currency),
        "causes": causes,
    });
    value[as_known.0] = json!(as_known.1);
    if let Some(then) = changes.then_currency {
        value["currency_then"] = json!(then.code());
    }
    value
}

fn cause(changes: &Changes, row: &CauseRow) -> Value {
    let orders: Vec<Value> = row
        .orders
        .iter()
        .map(|order| {
            let store = changes.stores.iter().find(|(id, _)| *id == order.store);
            json!({
                "order": order.name,
                "store": store.map(|(_, name)| name.clone()),
                "contribution_margin": money(order.minor, changes.currency),
            })
        })
        .collect();
    let records: Vec<Value> = row
        .records
        .iter()
        .map(|record| {
            let some = |text: &String| (!text.is_empty()).then(|| text.clone());
            json!({
                "kind": record.kind,
                "label": record.label,
                "was": some(&record.was),
                "now": some(&record.now),
            })
        })
        .collect();
    json!({
        "cause": row.cause.name(),
        "change": amounts(&row.amounts, changes.currency),
        "orders": orders,
        "more_orders": row.more_orders,
        "records": records,
        "more_records": row.more_records,
    })
}

/// A row for each step: then, each cause, now.
pub fn table(changes: &Changes) -> (Vec<String>, Vec<Vec<String>>) {
    let mut header = vec!["figure".to_owned(), "then".to_owned()];
    header.extend(changes.causes.iter().map(|row| row.cause.name().to_owned()));
    header.push("now".to_owned());
    let digits = changes.currency.digits();
    let row = |step: Step| {
        let shown = |amounts: &Amounts| decimal_text(step_of(amounts, step), digits);
        let mut cells = vec![step.name().to_owned(), shown(&changes.then)];
        cells.extend(changes.causes.iter().map(|row| shown(&row.amounts)));
        cells.push(shown(&changes.now));
        cells
    };
    let steps = ladder().into_iter().chain(MEMOS.map(Step::Component));
    (header, steps.map(row).collect())
}
