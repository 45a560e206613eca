//! WooCommerce. What is peculiar here: all amounts are without tax, whatever the shop's prices
//! are; refunds are told twice, as a summary in the order and as objects of their own; fees hide
//! in the meta data of whichever gateway plugin wrote them; and every shop is an installation of
//! its own, with its own way in (MAPPING.md).

mod basket;
mod client;
mod document;
mod fees;
mod file;
mod leaf;
mod list;
mod normalise;
mod product;
mod pull;
mod refund;
mod report;
mod scrub;
mod set;
mod shipped;
mod spec;
mod stock;
mod text;
mod webhook;
mod wire;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use super::contract::{Api, Connector, FileFormat, Rows, Seen, StockTarget, WebhookSource};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 2] = [
    FileFormat {
        name: "woocommerce-orders",
        label: "WooCommerce orders or refunds (REST)",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Json,
        recognises: file::recognise_orders,
        read: file::read_orders,
    },
    FileFormat {
        name: "woocommerce-report",
        label: "WooCommerce sales report (REST)",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Json,
        recognises: report::recognise_report,
        read: report::read_report,
    },
];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "woocommerce"
    }

    fn label(&self) -> &'static str {
        "WooCommerce"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }

    fn api(&self) -> Option<&dyn Api> {
        Some(self)
    }

    fn webhooks(&self) -> Option<&dyn WebhookSource> {
        Some(self)
    }

    fn stock(&self) -> Option<&dyn StockTarget> {
        Some(self)
    }
}
