//! Shopify.

use super::contract::{Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "shopify"
    }

    fn label(&self) -> &'static str {
        "Shopify"
    }

    fn files(&self) -> &'static [FileFormat] {
        &[]
    }
}
