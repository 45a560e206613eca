//! The European Central Bank's euro reference rates, from the files that it publishes: dropped in
//! by hand, or fetched.
#![doc = include_str!("MAPPING.md")]

mod file;
mod pull;
mod rates;
mod table;
mod xml;

#[cfg(test)]
mod tests;

use super::contract::{Api, Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 1] = [file::FX];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "ecb"
    }

    fn label(&self) -> &'static str {
        "European Central Bank"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }

    fn api(&self) -> Option<&dyn Api> {
        Some(self)
    }
}
