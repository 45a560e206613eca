//! European Central Bank.

use super::contract::{Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "ecb"
    }

    fn label(&self) -> &'static str {
        "European Central Bank"
    }

    fn files(&self) -> &'static [FileFormat] {
        &[]
    }
}
