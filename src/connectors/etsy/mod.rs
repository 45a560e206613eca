//! Etsy. What is peculiar here: three files tell one order (its items, its totals, and the rows of
//! a statement that only name it), and a statement's rows have no id (MAPPING.md).
#![doc = include_str!("MAPPING.md")]

mod orders;
mod statement;

#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat, Rows, Seen};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "etsy"
    }

    fn label(&self) -> &'static str {
        "Etsy"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}

static FILES: [FileFormat; 3] = [
    FileFormat {
        name: "etsy-orders",
        label: "Etsy sold order items",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: orders::recognise_items,
        read: orders::read_items,
    },
    FileFormat {
        name: "etsy-orders",
        label: "Etsy sold orders",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: orders::recognise_totals,
        read: orders::read_totals,
    },
    FileFormat {
        name: "etsy-statement",
        label: "Etsy monthly statement",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: statement::recognises,
        read: statement::read,
    },
];

/// The platform's name in customers' marks, payments and ad spend.
const SLUG: &str = "etsy";
/// The line of a source that knows none.
const BARE_LINE: &str = "order";
