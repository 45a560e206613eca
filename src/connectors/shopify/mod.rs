//! Shopify. What is peculiar here: the orders export spreads one order over several rows, states
//! tax per order only and never says whether prices include it; the identities of its totals
//! decide (MAPPING.md). The shop's own interface (`api`) tells all of it, under the same keys.

mod api;
mod basket;
mod cell;
mod file;
mod normalise;
mod payouts;
mod products;
mod totals;
mod transactions;
mod webhook;
mod wire;

use super::contract::{Api, Connector, FileFormat, Rows, Seen, StockTarget, WebhookSource};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 4] = [
    FileFormat {
        name: "shopify-orders",
        label: "Shopify orders export",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Table,
        recognises: file::recognise_orders,
        read: file::read_orders,
    },
    FileFormat {
        name: "shopify-products",
        label: "Shopify products export",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: products::recognises,
        read: products::read,
    },
    FileFormat {
        name: "shopify-payments",
        label: "Shopify Payments transactions export",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Table,
        recognises: transactions::recognises,
        read: transactions::read,
    },
    FileFormat {
        name: "shopify-payments",
        label: "Shopify Payments payouts export",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: payouts::recognises,
        read: payouts::read,
    },
];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "shopify"
    }

    fn label(&self) -> &'static str {
        "Shopify"
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
