//! ShipStation: what a label really cost. What is peculiar here: it is a source of costs and never
//! of sales, and the merchant chooses the export's columns.
#![doc = include_str!("MAPPING.md")]

mod shipments;

#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "shipstation-shipments",
    label: "ShipStation shipments export",
    needs_store: true,
    seen: Seen::NotYet,
    rows: Rows::Table,
    recognises: shipments::recognises,
    read: shipments::read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "shipstation"
    }

    fn label(&self) -> &'static str {
        "ShipStation"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
