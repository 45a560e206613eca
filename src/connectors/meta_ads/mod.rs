//! Meta ads. What is peculiar here: the amount's column bears the currency in its name, in the
//! language of the person who exported, and any breakdown may stand beside it (MAPPING.md).

mod file;
#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "meta-ads",
    label: "Meta Ads Manager export",
    needs_store: false,
    seen: Seen::NotYet,
    rows: Rows::Table,
    recognises: file::recognises,
    read: file::read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "meta-ads"
    }

    fn label(&self) -> &'static str {
        "Meta Ads"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
