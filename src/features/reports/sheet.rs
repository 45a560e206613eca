//! A table as a spreadsheet: numbers as numbers, days as days, names as strings, and a second
//! sheet that says what the columns mean.

use super::grid::{Grid, Head, plain};
use crate::base::Currency;
use crate::domain::table::{Cell as Held, Grain, Kind, Row, Table, Value};
use crate::reports::catalogue::Spec;
use crate::web::words::definitions;
use crate::web::xlsx::{self, Cell, Sheet, XlsxError};

/// # Errors
/// What the writer gave.
pub fn xlsx(spec: &Spec, table: &Table) -> Result<Vec<u8>, XlsxError> {
    let rows: Vec<&Row> = table.rows.iter().collect();
    let grid = Grid::new(table, &rows, true);
    let cell = |(kind, held): &(Kind, Held)| self::cell(*kind, held, table.currency);
    let head = |head: &Head| match head {
        Head::Column(column) => Cell::Text(column.name.to_owned()),
        Head::Name(name) => Cell::Text((*name).to_owned()),
        Head::Row(kind, held) => self::cell(*kind, held, table.currency),
    };
    let is_key = |head: &&Head| matches!(head, Head::Column(column) if column.is_key);
    let n_keys = grid.heads.iter().take_while(is_key).count().max(1);
    let figures = Sheet {
        name: spec.name.to_owned(),
        header: grid.heads.iter().map(head).collect(),
        rows: grid.lines.iter().map(|line| line.cells.iter().map(cell).collect()).collect(),
        n_keys,
    };
    xlsx::write(&[figures, meanings(table)])
}

fn cell(kind: Kind, held: &Held, currency: Currency) -> Cell {
    let text = plain(kind, held, currency);
    match (&held.value, kind) {
        (Value::None, _) => Cell::Blank,
        (Value::Day(day), Kind::Time(Grain::Month)) => Cell::Month(*day),
        (Value::Day(_), Kind::Time(Grain::Quarter | Grain::Year)) => Cell::Text(text),
        (Value::Day(day), _) => Cell::Day(*day),
        (Value::Count(_), _) => Cell::Count(text),
        (Value::Money(_), _) => Cell::Money { text, digits: currency.digits() },
        (Value::Ratio(_), Kind::Times) => Cell::Times(text),
        (Value::Ratio(_), _) => Cell::Share(text),
        (Value::Text(_) | Value::Word(_), _) => Cell::Text(text),
    }
}

fn meanings(table: &Table) -> Sheet {
    let text = |text: &str| Cell::Text(text.to_owned());
    let columns = table.columns.iter().map(|column| column.name);
    let names = columns.chain(table.beside.iter().map(|beside| beside.name));
    let row = |definition: definitions::Definition| {
        let formula = definition.formula_in_names().unwrap_or_default();
        vec![text(definition.name), text(definition.label), text(definition.text), text(&formula)]
    };
    Sheet {
        name: "definitions".to_owned(),
        header: ["name", "label", "definition", "formula"].map(text).to_vec(),
        rows: names.filter_map(definitions::find).map(row).collect(),
        n_keys: 1,
    }
}
