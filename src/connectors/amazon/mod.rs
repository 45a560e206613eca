//! Amazon: the settlements, order reports and reports of its warehouses that sellers download, and
//! the same by its Selling Partner API.
#![doc = include_str!("MAPPING.md")]

mod api;
mod encoding;
mod fba;
mod file;
mod marketplace;
mod normalise;
mod orders;
mod rows;
mod settlement;
mod value;
mod vocabulary;
mod wire;

#[cfg(test)]
mod tests;

use super::contract::{Api, Connector, FileFormat, Rows, Seen, StockTarget};
use fba::{estimated_fees, inventory, ledger, reimbursements, returns, storage};

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
        &FILES
    }

    fn api(&self) -> Option<&dyn Api> {
        Some(self)
    }

    fn stock(&self) -> Option<&dyn StockTarget> {
        Some(self)
    }
}

static FILES: [FileFormat; 9] = [
    FileFormat {
        name: "amazon-settlement",
        label: "Amazon settlement report (flat file)",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Whole,
        recognises: file::recognises,
        read: file::read,
    },
    FileFormat {
        recognises: orders::recognises,
        read: orders::read,
        ..report("amazon-orders", "Amazon All Orders report")
    },
    FileFormat {
        recognises: inventory::recognises,
        read: inventory::read,
        ..report("amazon-fba-inventory", "Amazon FBA inventory")
    },
    FileFormat {
        recognises: returns::recognises,
        read: returns::read,
        ..report("amazon-fba-returns", "Amazon FBA customer returns")
    },
    FileFormat {
        recognises: reimbursements::recognises,
        read: reimbursements::read,
        ..report("amazon-fba-reimbursements", "Amazon FBA reimbursements")
    },
    FileFormat {
        recognises: storage::recognises_monthly,
        read: storage::read_monthly,
        ..report("amazon-fba-storage-fees", "Amazon FBA monthly storage fees")
    },
    FileFormat {
        recognises: storage::recognises_long_term,
        read: storage::read_long_term,
        ..report("amazon-fba-longterm-storage-fees", "Amazon FBA long-term storage fees")
    },
    FileFormat {
        recognises: estimated_fees::recognises,
        read: estimated_fees::read,
        ..report("amazon-fba-estimated-fees", "Amazon FBA fee preview")
    },
    FileFormat {
        recognises: ledger::recognises,
        read: ledger::read,
        ..report("amazon-fba-ledger", "Amazon inventory ledger")
    },
];

/// A report of rows under a header, of which no genuine file has been seen.
const fn report(name: &'static str, label: &'static str) -> FileFormat {
    FileFormat {
        name,
        label,
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Table,
        recognises: orders::recognises,
        read: orders::read,
    }
}
