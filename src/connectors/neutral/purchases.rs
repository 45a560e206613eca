//! Purchase orders as they were received, a line a row.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{Purchase, Record};

pub const PURCHASES: FileFormat = FileFormat {
    name: "purchases",
    label: "Purchases received",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

/// Units in one line; more is a slip of the pen, and would not be kept exactly.
const UNITS_MAX: i64 = 1_000_000_000;

const SHAPE: Shape = Shape {
    required: &["reference", "received", "sku", "quantity", "unit_cost", "currency"],
    optional: &["supplier", "weight_grams", "line"],
    number: "unit_cost",
    record,
};

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    let unit_cost = cells.decimal("unit_cost")?;
    if unit_cost.is_negative() {
        return Err(CellFault::new("unit_cost", "A unit cost is not negative; write it as 4.25."));
    }
    cells.text("quantity")?;
    let quantity = cells.find_count("quantity")?.filter(|units| (1..=UNITS_MAX).contains(units));
    let quantity = quantity.ok_or_else(|| {
        let reason = "A line that was received holds at least one unit, and no more than 10^9.";
        CellFault::new("quantity", reason)
    })?;
    Ok(Record::Purchase(Box::new(Purchase {
        reference: cells.text("reference")?,
        received: cells.day("received")?,
        sku: cells.text("sku")?,
        line: cells.find("line"),
        quantity,
        unit_cost,
        currency: cells.currency("currency")?,
        supplier: cells.find("supplier"),
        weight_grams: weight(cells)?,
    })))
}

/// Of one unit. A negative one counts as 0 where it is split by.
fn weight(cells: &Cells<'_>) -> Result<Option<i64>, CellFault> {
    let Some(text) = cells.find("weight_grams") else { return Ok(None) };
    let grams = text.parse().ok().filter(|grams: &i64| grams.abs() <= UNITS_MAX);
    grams.map(Some).ok_or_else(|| {
        CellFault::new("weight_grams", "A weight is a whole number of grams such as 350.")
    })
}
