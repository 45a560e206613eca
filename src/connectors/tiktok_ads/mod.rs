//! TikTok ads. What is peculiar here: columns are chosen freely, and what credits paid for is
//! taken out where the file tells it (MAPPING.md).

mod file;
#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [FileFormat {
    name: "tiktok-ads",
    label: "TikTok Ads Manager export",
    needs_store: false,
    seen: Seen::NotYet,
    rows: Rows::Table,
    recognises: file::recognises,
    read: file::read,
}];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "tiktok-ads"
    }

    fn label(&self) -> &'static str {
        "TikTok Ads"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
