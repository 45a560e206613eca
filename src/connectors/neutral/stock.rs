//! How many units a place holds, as the seller counted them.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::base::money::MINOR_LIMIT;
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{Record, StockLevel, StockState};

pub const STOCK: FileFormat = FileFormat {
    name: "stock",
    label: "Stock counts",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["sku", "location", "quantity"],
    optional: &["reason"],
    number: "quantity",
    record,
};

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    Ok(Record::Stock(StockLevel {
        sku: cells.text("sku")?,
        location: cells.text("location")?,
        state: StockState::Available,
        quantity: parse_units(&cells.text("quantity")?)?,
        at: None,
        reason: cells.find("reason"),
        listing: None,
    }))
}

/// Whole units; fewer than none where more was sold than there was.
fn parse_units(text: &str) -> Result<i64, CellFault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let units = text.parse().ok().filter(|units: &i64| plain && units.abs() < MINOR_LIMIT);
    units.ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        CellFault::new("quantity", format!("{text:?} is not a whole number of units such as 12."))
    })
}
