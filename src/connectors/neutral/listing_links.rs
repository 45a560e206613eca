//! Which product each listing sells, and how many units of it at once, as the seller wrote it
//! down; the same columns as our own list of listings has.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{LinkRow, LinkTo, Record};

pub const LISTING_LINKS: FileFormat = FileFormat {
    name: "listing-links",
    label: "Links of listings to products",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["store", "listing", "listing_sku", "sku"],
    optional: &["units"],
    number: "units",
    record,
};

/// Written for a listing that is sold from no stock.
const NOTHING: &str = "-";
/// Before the SKU of a listing that has no mark of its channel's.
const BY_SKU: &str = "sku:";
const UNITS_MAX: i64 = 1_000_000;

fn recognises(head: &Head<'_>) -> Match {
    SHAPE.recognises(head)
}

fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    SHAPE.read(source, emit)
}

fn record(cells: &Cells<'_>) -> Result<Record, CellFault> {
    let named = cells.find("listing");
    let by_sku = named.as_deref().and_then(|mark| mark.strip_prefix(BY_SKU)).map(str::to_owned);
    let listing = named.filter(|_| by_sku.is_none());
    let listing_sku = cells.find("listing_sku").or(by_sku);
    if listing.is_none() && listing_sku.is_none() {
        let what = "A listing is known by its mark or by its SKU; the row has neither.";
        return Err(CellFault::new("listing", what));
    }
    let units = cells.find_count("units")?.unwrap_or(1);
    if !(1..=UNITS_MAX).contains(&units) {
        let what = format!("{units} is no number of units; write 1 to 1000000, or nothing for 1.");
        return Err(CellFault::new("units", what));
    }
    let to = match cells.find("sku") {
        None => LinkTo::AsItIs,
        Some(sku) if sku == NOTHING => LinkTo::Nothing,
        Some(sku) => LinkTo::Variant { sku, units },
    };
    let store = cells.text("store")?;
    Ok(Record::Link(Box::new(LinkRow { store, listing, listing_sku, to })))
}
