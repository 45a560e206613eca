//! Amazon.

use super::contract::{Connector, FileFormat};

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
        &[]
    }
}
