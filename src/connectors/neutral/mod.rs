//! Own lists.

use super::contract::{Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "neutral"
    }

    fn label(&self) -> &'static str {
        "Own lists"
    }

    fn files(&self) -> &'static [FileFormat] {
        &[]
    }
}
