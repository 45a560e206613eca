//! Sums of profit lines as cells of a table: each measure under its own name, with how sure it is.

use crate::domain::profit::component::{Component, Quality, Step, Subtotal};
use crate::domain::profit::figures::Figures;
use crate::domain::profit::measure::Measure;
use crate::domain::table::{Cell, Column, Row, To, Value};

/// A cell for each column that names a measure; the others are left empty.
pub fn row(columns: &[Column], figures: &Figures) -> Row {
    let cell = |column: &Column| match Measure::find(column.name) {
        Some(measure) if !column.is_key => self::cell(figures, measure),
        _ => Cell::default(),
    };
    columns.iter().map(cell).collect()
}

/// As `row`, for what no row bears: it has neither orders nor ratios. `None` where the columns
/// hold nothing of it.
pub fn unallocated(columns: &[Column], figures: &Figures) -> Option<Row> {
    let amount = |column: &Column| match Measure::find(column.name) {
        Some(measure @ Measure::Step(_)) if !column.is_key => Cell::of(measure.of(figures)),
        Some(Measure::Units) => Cell::count(figures.units),
        _ => Cell::default(),
    };
    let row: Row = columns.iter().map(amount).collect();
    row.iter().any(|cell| cell.value.number() != 0).then_some(row)
}

/// Puts a cell under a name; nothing happens where there is no such column.
pub fn put(columns: &[Column], row: &mut [Cell], name: &str, cell: Cell) {
    let index = columns.iter().position(|column| column.name == name);
    if let Some(place) = index.and_then(|index| row.get_mut(index)) {
        *place = cell;
    }
}

/// What the total holds and none of the parts.
pub fn rest<'a>(total: &Figures, parts: impl Iterator<Item = &'a Figures>) -> Figures {
    let mut sum = Figures::default();
    parts.for_each(|part| sum.add(part));
    let mut rest = Figures { estimated: total.estimated, ..Figures::default() };
    for component in Component::ALL {
        rest.put(component, total.get(component) - sum.get(component));
    }
    rest.units = total.units - sum.units;
    rest
}

pub fn cell(figures: &Figures, measure: Measure) -> Cell {
    let cell = Cell::of(measure.of(figures));
    match measure {
        Measure::Step(Step::Component(component)) => {
            let quality = Quality::of(component, figures.estimated, figures.missing);
            let is_gap = component == Component::Cogs && quality == Quality::Missing;
            Cell { quality, to: is_gap.then_some(To::MissingCosts), ..cell }
        }
        Measure::Step(Step::Subtotal(subtotal)) => {
            let is_after_cogs = subtotal.mask() & Component::Cogs.bit() != 0;
            Cell { is_at_most: is_after_cogs && figures.is_at_most(), ..cell }
        }
        Measure::Quotient(quotient) => {
            let is_after_cogs = |name: &str| {
                let found = Subtotal::ALL.into_iter().find(|subtotal| subtotal.name() == name);
                found.is_some_and(|subtotal| subtotal.mask() & Component::Cogs.bit() != 0)
            };
            // A margin of the most that it can be is the most that it can be.
            let is_at_most = is_after_cogs(quotient.terms().0.name()) && figures.is_at_most();
            let is_at_most = is_at_most && cell.value != Value::None;
            Cell { is_at_most, ..cell }
        }
        Measure::Orders | Measure::Units | Measure::NewCustomers => cell,
    }
}
