//! Amazon ads. What is peculiar here: two generations of reports, by campaign and by advertised
//! product, that tell the same spend (MAPPING.md).

mod file;
#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "amazon-ads",
    label: "Amazon Ads console report",
    needs_store: false,
    seen: Seen::NotYet,
    rows: Rows::Table,
    recognises: file::recognises,
    read: file::read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "amazon-ads"
    }

    fn label(&self) -> &'static str {
        "Amazon Ads"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
