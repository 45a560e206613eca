//! eBay. What is peculiar here: the orders report tells what was bought and never what it cost,
//! the transaction report tells both, in one row for each movement of money; a row names its
//! order, and none has a number of its own (MAPPING.md).
#![doc = include_str!("MAPPING.md")]

mod orders;
mod transactions;

#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "ebay"
    }

    fn label(&self) -> &'static str {
        "eBay"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}

static FILES: [FileFormat; 2] = [
    FileFormat {
        name: "ebay-orders",
        label: "eBay orders report",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Table,
        recognises: orders::recognises,
        read: orders::read,
    },
    FileFormat {
        name: "ebay-transactions",
        label: "eBay transaction report",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Table,
        recognises: transactions::recognises,
        read: transactions::read,
    },
];

/// The platform's name in customers' marks, payments and ad spend.
const SLUG: &str = "ebay";
