//! WooCommerce.

use super::contract::{Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "woocommerce"
    }

    fn label(&self) -> &'static str {
        "WooCommerce"
    }

    fn files(&self) -> &'static [FileFormat] {
        &[]
    }
}
