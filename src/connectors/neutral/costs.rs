//! Unit costs with the day from which they hold.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{Cost, Record};

pub const COSTS: FileFormat = FileFormat {
    name: "costs",
    label: "Unit costs",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["sku", "valid_from", "unit_cost", "currency"],
    optional: &["store", "country"],
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
    Ok(Record::Cost(Cost {
        sku: cells.text("sku")?,
        valid_from: cells.day("valid_from")?,
        unit_cost,
        currency: cells.currency("currency")?,
        store: cells.find("store"),
        country: cells.find_country("country")?,
    }))
}
