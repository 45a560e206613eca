//! Google Ads. What is peculiar here: a title and a range of days before the header, several
//! totals after the rows, and dashes where there is no figure (MAPPING.md).

mod file;
#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "google-ads",
    label: "Google Ads report",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises: file::recognises,
    read: file::read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "google-ads"
    }

    fn label(&self) -> &'static str {
        "Google Ads"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
