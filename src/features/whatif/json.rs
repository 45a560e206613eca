//! Scenarios beside what was, as JSON and as text for a terminal.

use serde_json::{Map, Value, json};

use crate::base::Currency;
use crate::base::money::decimal_text;
use crate::domain::profit::component::{Component, ladder};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::ratio::Ratio;
use crate::domain::scenario::{Assumption, Goods, Scenario};
use crate::reports::whatif::{Column, WhatIf};
use crate::store::scenarios::SavedScenario;

/// All of it; `changed_since` says of each column that the figures are others by now.
pub fn whatif(whatif: &WhatIf, scenarios: &[Scenario], changed_since: &[bool]) -> Value {
    let columns = whatif.columns.iter().zip(scenarios).enumerate().map(|(index, (one, what))| {
        let mut value = column(whatif, one, what);
        let is_old = changed_since.get(index).copied().unwrap_or(false);
        value["changed_since"] = Value::from(is_old);
        value
    });
    json!({
        "currency": whatif.currency.code(),
        "from": whatif.range.from.to_string(),
        "to": whatif.range.to.to_string(),
        "basis": whatif.basis.name(),
        "as_it_was": figures(&whatif.real.total, whatif.currency),
        "scenarios": columns.collect::<Vec<_>>(),
    })
}

fn column(whatif: &WhatIf, column: &Column, scenario: &Scenario) -> Value {
    let currency = whatif.currency;
    let money = |minor| decimal_text(minor, currency.digits());
    let cells: Vec<Value> = column
        .cells
        .iter()
        .map(|cell| {
            let mut row = figures(&cell.figures, currency);
            row.insert("month".to_owned(), Value::from(cell.month.month_text()));
            row.insert("store".to_owned(), cell.store.clone().map_or(Value::Null, Value::from));
            Value::Object(row)
        })
        .collect();
    let products: Vec<Value> = column
        .products
        .iter()
        .map(|product| {
            json!({
                "product": product.sku,
                "title": product.title,
                "as_it_was": money(product.was_minor),
                "net_profit": money(product.becomes_minor),
                "change": money(product.becomes_minor - product.was_minor),
            })
        })
        .collect();
    let touched = scenario.assumptions.iter().zip(&column.touched).map(|(assumption, touched)| {
        json!({ "kind": assumption.kind(), "orders": touched.orders, "units": touched.units })
    });
    let fewer = column.guess.as_ref().map(|guess| {
        json!({
            "of": goods(&guess.of),
            "fewer_percent": guess.fewer_percent,
            "change_without": money(guess.start_minor),
            "they_bring": money(guess.whole_minor),
            "even_at": guess.line().even().map(Ratio::to_decimal_text),
        })
    });
    let more = column.more.as_ref().map(|more| {
        json!({
            "count": more.count,
            "like_orders": more.like_orders,
            "they_bring": money(more.like_minor),
            "needed": more.needed,
        })
    });
    json!({
        "name": scenario.name,
        "definition": scenario,
        "total": figures(&column.total, currency),
        "change": change(&column.total, &whatif.real.total, currency),
        "rows": cells,
        "products": products,
        "touched": touched.collect::<Vec<_>>(),
        "sells_fewer": fewer,
        "more_orders": more,
    })
}

fn goods(of: &Goods) -> Value {
    serde_json::to_value(of).unwrap_or(Value::Null)
}

/// Every component and subtotal under its own name.
fn figures(figures: &Figures, currency: Currency) -> Map<String, Value> {
    let mut object = amounts(figures, currency);
    object.insert("orders".to_owned(), Value::from(figures.orders));
    object.insert("units".to_owned(), Value::from(figures.units));
    let margin = figures.net_margin().map(Ratio::to_decimal_text);
    object.insert("net_margin".to_owned(), margin.map_or(Value::Null, Value::from));
    object
}

fn amounts(figures: &Figures, currency: Currency) -> Map<String, Value> {
    let money = |minor| Value::from(decimal_text(minor, currency.digits()));
    let mut object = Map::new();
    for step in ladder() {
        object.insert(step.name().to_owned(), money(figures.step(step)));
    }
    for component in [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff] {
        object.insert(component.name().to_owned(), money(figures.get(component)));
    }
    object
}

fn change(now: &Figures, was: &Figures, currency: Currency) -> Map<String, Value> {
    let mut moved = *now;
    for (mine, theirs) in moved.amounts.iter_mut().zip(was.amounts) {
        *mine -= theirs;
    }
    amounts(&moved, currency)
}

pub fn saved(list: &[SavedScenario]) -> Value {
    let list: Vec<Value> = list
        .iter()
        .map(|saved| {
            let definition = serde_json::from_str::<Value>(&saved.definition);
            json!({
                "id": saved.id.0,
                "name": saved.name,
                "definition": definition.unwrap_or(Value::Null),
                "changed_at": saved.changed_at.to_string(),
                "changed_by": saved.changed_by,
            })
        })
        .collect();
    json!({ "scenarios": list })
}

/// The ladder for a terminal: as it was, then each scenario with its change.
pub fn text(whatif: &WhatIf, scenarios: &[Scenario]) -> String {
    let money = |minor| decimal_text(minor, whatif.currency.digits());
    let name = |index: usize, scenario: &Scenario| match scenario.name.as_str() {
        "" => format!("scenario {}", index + 1),
        name => name.chars().take(14).collect(),
    };
    let mut text = format!(
        "{}, {} to {}, by {}\n{:<26} {:>14}",
        whatif.currency,
        whatif.range.from,
        whatif.range.to,
        whatif.basis.name(),
        "",
        "as it was"
    );
    for (index, scenario) in scenarios.iter().enumerate() {
        text.push_str(&format!(" {:>14} {:>14}", name(index, scenario), "change"));
    }
    text.push('\n');
    for step in ladder() {
        let was = whatif.real.total.step(step);
        text.push_str(&format!("{:<26} {:>14}", step.name(), money(was)));
        for column in &whatif.columns {
            let now = column.total.step(step);
            text.push_str(&format!(" {:>14} {:>14}", money(now), money(now - was)));
        }
        text.push('\n');
    }
    for (column, scenario) in whatif.columns.iter().zip(scenarios) {
        for (assumption, touched) in scenario.assumptions.iter().zip(&column.touched) {
            if !is_beside(assumption) {
                text.push_str(&format!(
                    "{}: {} units in {} orders\n",
                    assumption.kind(),
                    touched.units,
                    touched.orders
                ));
            }
        }
    }
    text
}

/// About no order.
fn is_beside(assumption: &Assumption) -> bool {
    match assumption {
        Assumption::AdSpend { .. }
        | Assumption::Expenses { .. }
        | Assumption::HandlingCost { .. } => true,
        Assumption::Cost { .. }
        | Assumption::Price { .. }
        | Assumption::FreeShipping { .. }
        | Assumption::ShippingCharge { .. }
        | Assumption::PaymentFees { .. }
        | Assumption::Commission { .. }
        | Assumption::ShippingCost { .. }
        | Assumption::Drop { .. }
        | Assumption::Rate { .. }
        | Assumption::Volume { .. }
        | Assumption::MoreOrders { .. } => false,
    }
}
