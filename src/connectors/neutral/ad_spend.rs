//! What advertising cost, per day and campaign.

use std::io::BufRead;

use super::table::{CellFault, Cells, Shape};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::domain::record::{AdSpend, Record};

pub const AD_SPEND: FileFormat = FileFormat {
    name: "ad-spend",
    label: "Ad spend",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

const SHAPE: Shape = Shape {
    required: &["day", "platform", "campaign", "amount", "currency"],
    optional: &[
        "store",
        "sku",
        "country",
        "impressions",
        "clicks",
        "conversions",
        "conversion_value",
    ],
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
    let currency = cells.currency("currency")?;
    let as_text =
        |column| cells.find_decimal(column).map(|number| number.map(|number| number.to_string()));
    Ok(Record::AdSpend(AdSpend {
        day: cells.day("day")?,
        platform: cells.text("platform")?,
        campaign: cells.text("campaign")?,
        amount: cells.money("amount", currency)?,
        whole_campaign: false,
        store: cells.find("store"),
        sku: cells.find("sku"),
        country: cells.find_country("country")?,
        impressions: cells.find_count("impressions")?,
        clicks: cells.find_count("clicks")?,
        conversions: as_text("conversions")?,
        conversion_value: as_text("conversion_value")?,
    }))
}
