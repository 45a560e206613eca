//! Amazon: the settlement flat files that sellers have on disk.
#![doc = include_str!("MAPPING.md")]

mod encoding;
mod file;
mod normalise;
mod settlement;
mod value;
mod vocabulary;
mod wire;

#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "amazon"
    }

    fn label(&self) -> &'static str {
        "Amazon"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}

static FILES: [FileFormat; 1] = [FileFormat {
    name: "amazon-settlement",
    label: "Amazon settlement report (flat file)",
    needs_store: true,
    seen: Seen::InTheWild,
    rows: Rows::Whole,
    recognises: file::recognises,
    read: file::read,
}];
