//! The seller's own exchange rates; they beat the ECB's of the same day.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::base::Decimal;
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::rate::RateSource;
use crate::domain::record::{ExchangeRate, Record};

pub const FX: FileFormat = FileFormat {
    name: "fx",
    label: "Own exchange rates",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape =
    Shape { required: &["day", "base", "quote", "rate"], optional: &[], number: "rate", record };

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    let (base, quote) = (cells.currency("base")?, cells.currency("quote")?);
    let rate = cells.decimal("rate")?;
    if !rate.is_positive() {
        return Err(CellFault::new("rate", "A rate is above 0: 1 base is worth rate quote."));
    }
    // Some tables list a currency against itself, which says nothing but does no harm.
    if base == quote && rate != Decimal::ONE {
        return Err(CellFault::new("rate", "A currency is worth exactly 1 of itself."));
    }
    let day = cells.day("day")?;
    Ok(Record::Rate(ExchangeRate { day, base, quote, rate, source: RateSource::Own }))
}
