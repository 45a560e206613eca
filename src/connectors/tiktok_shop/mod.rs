//! TikTok Shop. What is peculiar here: a discount of the platform's is paid to the seller and no
//! discount of ours, statuses come in the seller's language, and settlements change their columns
//! every few months (MAPPING.md).
#![doc = include_str!("MAPPING.md")]

mod orders;
mod settlement;

use super::contract::{Connector, FileFormat, Rows, Seen};

/// As rules write the gateway; what TikTok takes stands in its fees.
const GATEWAY: &str = "tiktok_shop";
const CHANNEL: &str = "tiktok-shop";

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 2] = [
    FileFormat {
        name: "tiktok-orders",
        label: "TikTok Shop orders export",
        needs_store: true,
        seen: Seen::InTheWild,
        rows: Rows::Table,
        recognises: orders::recognises,
        read: orders::read,
    },
    FileFormat {
        name: "tiktok-settlement",
        label: "TikTok Shop settlement",
        needs_store: true,
        seen: Seen::NotYet,
        rows: Rows::Whole,
        recognises: settlement::recognises,
        read: settlement::read,
    },
];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "tiktok-shop"
    }

    fn label(&self) -> &'static str {
        "TikTok Shop"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
