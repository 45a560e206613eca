//! The report as JSON and CSV: one shape for the API, the command and the tool
//! (CONTRACT, "Reports").

use serde_json::{Map, Value, json};

use crate::base::Currency;
use crate::base::money::decimal_text;
use crate::domain::profit::component::{Component, Quality, Step, ladder};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::ratio::Ratio;
use crate::domain::report::Report;

/// The whole report.
pub fn report(report: &Report) -> Value {
    let currency = report.currency;
    let rows: Vec<Value> = report
        .rows
        .iter()
        .map(|row| {
            let mut object = Map::new();
            for (name, value) in &row.keys {
                object.insert((*name).to_owned(), value.clone().map_or(Value::Null, Value::from));
            }
            if let Some(title) = &row.title {
                object.insert("title".to_owned(), Value::from(title.clone()));
            }
            object.extend(figures(&row.figures, currency));
            Value::Object(object)
        })
        .collect();
    json!({
        "currency": currency.code(),
        "from": report.range.from.to_string(),
        "to": report.range.to.to_string(),
        "basis": report.basis.name(),
        "ads": report.ads.name(),
        "by": report.by.iter().map(|key| key.name()).collect::<Vec<_>>(),
        "rows": rows,
        "total": figures(&report.total, currency),
        "unallocated": unallocated(&report.unallocated, currency),
    })
}

/// Every component and subtotal under its own name, counts and ratios.
pub fn figures(figures: &Figures, currency: Currency) -> Map<String, Value> {
    let money = |minor| Value::from(decimal_text(minor, currency.digits()));
    let mut object = Map::new();
    for step in ladder() {
        object.insert(step.name().to_owned(), money(figures.step(step)));
    }
    for component in [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff] {
        object.insert(component.name().to_owned(), money(figures.get(component)));
    }
    object.insert("orders".to_owned(), Value::from(figures.orders));
    object.insert("units".to_owned(), Value::from(figures.units));
    for (name, ratio) in ratios(figures) {
        let text = ratio.map(Ratio::to_decimal_text);
        object.insert(name.to_owned(), text.map_or(Value::Null, Value::from));
    }
    for (name, minor) in [("aov", figures.aov()), ("cac", figures.cac())] {
        object.insert(name.to_owned(), minor.map_or(Value::Null, money));
    }
    object.insert("quality".to_owned(), quality(figures));
    object
}

/// The ratios of a row, by name.
pub fn ratios(figures: &Figures) -> [(&'static str, Option<Ratio>); 10] {
    [
        ("gross_margin", figures.gross_margin()),
        ("contribution_margin_pct", figures.contribution_margin_pct()),
        ("net_margin", figures.net_margin()),
        ("roas", figures.roas()),
        ("mer", figures.mer()),
        ("acos", figures.acos()),
        ("poas", figures.poas()),
        ("break_even_roas", figures.break_even_roas()),
        ("roi", figures.roi()),
        ("coverage_cogs", figures.coverage_cogs()),
    ]
}

fn quality(figures: &Figures) -> Value {
    let mut object = Map::new();
    for component in Component::ALL {
        match Quality::of(component, figures.estimated, figures.missing) {
            Quality::Actual => {}
            other => {
                object.insert(component.name().to_owned(), Value::from(other.name()));
            }
        }
    }
    Value::Object(object)
}

/// Always ad spend and operating expenses, and every other component that no row bears.
fn unallocated(figures: &Figures, currency: Currency) -> Value {
    let mut object = Map::new();
    for component in Component::ALL {
        let always = matches!(component, Component::AdSpend | Component::OperatingExpenses);
        if always || figures.get(component) != 0 {
            let text = decimal_text(figures.get(component), currency.digits());
            object.insert(component.name().to_owned(), Value::from(text));
        }
    }
    Value::Object(object)
}

/// The names of the columns of a table of this report.
pub fn columns(report: &Report) -> Vec<String> {
    let mut names: Vec<String> = match report.rows.first() {
        Some(row) => row.keys.iter().map(|(name, _)| (*name).to_owned()).collect(),
        None => report.by.iter().map(|key| key.name().to_owned()).collect(),
    };
    names.extend(ladder().into_iter().map(|step| Step::name(step).to_owned()));
    names.extend(
        ["tax_collected", "duties_collected", "written_off", "orders", "units"].map(str::to_owned),
    );
    names.extend(ratios(&Figures::default()).map(|(name, _)| name.to_owned()));
    names.extend(["aov", "cac", "estimated", "missing"].map(str::to_owned));
    names
}

/// The cells of a row of figures, in the order of `columns`; keys go before.
pub fn cells(figures: &Figures, currency: Currency) -> Vec<String> {
    let money = |minor| decimal_text(minor, currency.digits());
    let mut cells: Vec<String> =
        ladder().into_iter().map(|step| money(figures.step(step))).collect();
    for component in [Component::TaxCollected, Component::DutiesCollected, Component::WrittenOff] {
        cells.push(money(figures.get(component)));
    }
    cells.push(figures.orders.to_string());
    cells.push(figures.units.to_string());
    for (_, ratio) in ratios(figures) {
        cells.push(ratio.map(Ratio::to_decimal_text).unwrap_or_default());
    }
    cells.push(figures.aov().map(money).unwrap_or_default());
    cells.push(figures.cac().map(money).unwrap_or_default());
    let marked = |wanted: Quality| {
        Component::ALL
            .into_iter()
            .filter(|c| Quality::of(*c, figures.estimated, figures.missing) == wanted)
            .map(Component::name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    cells.push(marked(Quality::Estimated));
    cells.push(marked(Quality::Missing));
    cells
}

/// The report as rows of text: the rows, what no row bears, the total.
pub fn table(report: &Report) -> (Vec<String>, Vec<Vec<String>>) {
    let header = columns(report);
    let n_keys = header.len() - cells(&Figures::default(), report.currency).len();
    let mut rows = Vec::with_capacity(report.rows.len() + 2);
    for row in &report.rows {
        let mut line: Vec<String> =
            row.keys.iter().map(|(_, value)| value.clone().unwrap_or_default()).collect();
        line.extend(cells(&row.figures, report.currency));
        rows.push(line);
    }
    for (name, figures) in [("unallocated", &report.unallocated), ("total", &report.total)] {
        let mut line = vec![String::new(); n_keys];
        if let Some(first) = line.first_mut() {
            name.clone_into(first);
        }
        line.extend(cells(figures, report.currency));
        rows.push(line);
    }
    (header, rows)
}

/// How many of the columns hold figures; the keys stand before them.
pub fn figure_columns() -> usize {
    cells(&Figures::default(), Currency::EUR).len()
}
