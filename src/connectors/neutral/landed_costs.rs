//! What it cost to land purchase orders: freight, duty and other, a bill a row.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{LandedCost, LandedKind, Record, SplitBy};

pub const LANDED_COSTS: FileFormat = FileFormat {
    name: "landed-costs",
    label: "Landed costs of purchases",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["reference", "kind", "amount", "currency", "by"],
    optional: &["day", "bill"],
    number: "amount",
    record,
};

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    let kind = LandedKind::parse(&cells.text("kind")?).ok_or_else(|| {
        let names = LandedKind::ALL.map(LandedKind::name).join(", ");
        CellFault::new("kind", format!("This is none of {names}."))
    })?;
    let by = SplitBy::parse(&cells.text("by")?).ok_or_else(|| {
        let names = SplitBy::ALL.map(SplitBy::name).join(", ");
        CellFault::new("by", format!("This is none of {names}."))
    })?;
    let currency = cells.currency("currency")?;
    Ok(Record::Landed(LandedCost {
        reference: cells.text("reference")?,
        kind,
        amount: cells.money("amount", currency)?,
        by,
        day: cells.find_day("day")?,
        bill: cells.find("bill"),
    }))
}
