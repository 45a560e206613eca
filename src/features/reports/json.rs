//! A table as JSON: a row names its columns, `rows` + `unallocated` = `total` where a column adds
//! up; money is a decimal string, a ratio one with four decimals, what is not known `null`.

use serde_json::{Map, Value as Json, json};

use super::grid::{self, Grid};
use crate::base::{Currency, DayRange};
use crate::domain::profit::component::Quality;
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::{Cell, Column, Kind, Row, Table, TableAsk, Value};
use crate::reports::catalogue::Spec;

pub fn table(spec: &Spec, ask: &TableAsk, table: &Table) -> Json {
    let mut object = Map::new();
    let mut put = |name: &str, value: Json| object.insert(name.to_owned(), value);
    put("report", Json::from(spec.name));
    put("currency", Json::from(table.currency.code()));
    put("from", Json::from(table.range.from.to_string()));
    put("to", Json::from(table.range.to.to_string()));
    put("basis", Json::from(table.basis.name()));
    if spec.obeys.against {
        let days = |range: DayRange| json!([range.from.to_string(), range.to.to_string()]);
        put("against", table.against.map_or(Json::Null, days));
    }
    if spec.obeys.ads {
        put("ads", Json::from(ask.ask.ads.name()));
    }
    if spec.obeys.fully_loaded {
        put("fully_loaded", Json::from(ask.ask.fully_loaded));
    }
    for (name, value) in &ask.choices {
        put(name, Json::from(*value));
    }
    for headline in &table.headlines {
        put(headline.name, value(headline.kind, &headline.cell, table.currency));
    }
    let row = |one: &Row| self::row(&table.columns, one, table.currency, false);
    put("rows", table.rows.iter().map(row).collect());
    let part = |one: &Option<Row>| match one {
        Some(one) => self::row(&table.columns, one, table.currency, true),
        None => json!({}),
    };
    put("unallocated", part(&table.unallocated));
    put("total", part(&table.total));
    if !table.beside.is_empty() {
        let beside = table.beside.iter().map(|beside| {
            let row = self::row(&table.columns, &beside.cells, table.currency, true);
            (beside.name.to_owned(), row)
        });
        put("beside", Json::Object(beside.collect()));
    }
    put("coverage_cogs", table.coverage.map(Ratio::to_decimal_text).into());
    Json::Object(object)
}

/// `is_sum`: the row has no keys.
fn row(columns: &[Column], row: &Row, currency: Currency, is_sum: bool) -> Json {
    let mut object = Map::new();
    let mut quality = Map::new();
    for (column, cell) in columns.iter().zip(row).filter(|(one, _)| !(is_sum && one.is_key)) {
        object.insert(column.name.to_owned(), value(column.kind, cell, currency));
        match cell.quality {
            Quality::Actual if cell.is_at_most => {
                quality.insert(column.name.to_owned(), Json::from("at_most"));
            }
            Quality::Actual => {}
            other => {
                quality.insert(column.name.to_owned(), Json::from(other.name()));
            }
        }
    }
    object.insert("quality".to_owned(), Json::Object(quality));
    Json::Object(object)
}

fn value(kind: Kind, cell: &Cell, currency: Currency) -> Json {
    match &cell.value {
        Value::None => Json::Null,
        Value::Count(count) => Json::from(*count),
        _ => Json::from(grid::plain(kind, cell, currency)),
    }
}

/// Every row and every column.
pub fn csv(table: &Table) -> String {
    let rows: Vec<&Row> = table.rows.iter().collect();
    let (heads, lines) = grid::texts(&Grid::new(table, &rows, true), table.currency);
    crate::web::csv::write(&heads, &lines)
}

/// For a terminal: names left, figures right.
pub fn text(table: &Table) -> String {
    let rows: Vec<&Row> = table.rows.iter().collect();
    let grid = Grid::new(table, &rows, false);
    let (heads, lines) = grid::texts(&grid, table.currency);
    let is_figure = |index: usize| {
        let figures = grid.lines.iter().filter_map(|line| line.cells.get(index));
        index > 0 && figures.clone().any(|(kind, _)| kind.is_figure())
    };
    let all: Vec<Vec<String>> = std::iter::once(heads).chain(lines).collect();
    let width_of = |index: usize| all.iter().map(|line| line[index].chars().count()).max();
    let count = grid.heads.len();
    let widths: Vec<usize> = (0..count).map(|index| width_of(index).unwrap_or(0)).collect();
    let right: Vec<bool> = (0..count).map(is_figure).collect();
    let mut text = format!(
        "{}, {} to {}, by {}\n",
        table.currency,
        table.range.from,
        table.range.to,
        table.basis.name()
    );
    for line in &all {
        for (index, cell) in line.iter().enumerate() {
            let width = widths[index];
            let cell =
                if right[index] { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            text.push_str(&cell);
            text.push_str("  ");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}
