//! Units: how many a place holds as somebody told it, and what moved them.

use serde::{Deserialize, Serialize};

use crate::base::{Day, Instant};

/// What may be done with the units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StockState {
    /// Free to be sold.
    Available,
    /// On the shelf, promised units among them.
    OnHand,
    /// Promised to orders, or on the way between warehouses.
    Reserved,
    /// On the way to the place.
    Inbound,
    /// Damaged, expired, or otherwise not to be sold.
    Unfulfillable,
    /// Being looked for.
    Researching,
}

impl StockState {
    pub const ALL: [Self; 6] = [
        Self::Available,
        Self::OnHand,
        Self::Reserved,
        Self::Inbound,
        Self::Unfulfillable,
        Self::Researching,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::OnHand => "on_hand",
            Self::Reserved => "reserved",
            Self::Inbound => "inbound",
            Self::Unfulfillable => "unfulfillable",
            Self::Researching => "researching",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How many units a place holds, as a count or a channel tells it. A row replaces an earlier one
/// with the same SKU, location and state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    pub sku: String,
    /// `Main`, `FBA US`.
    pub location: String,
    pub state: StockState,
    /// May be negative where a channel sold more than there was.
    pub quantity: i64,
    /// Of when the number is, where the source tells.
    pub at: Option<Instant>,
    pub reason: Option<String>,
    /// The listing whose number it is, `Listing::channel_id`, and the channel's own mark of the
    /// place, where a platform told it through its interface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<(String, String)>,
}

/// Units that came or went, as a warehouse's own ledger tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockMovement {
    /// Unique within the store.
    pub key: String,
    pub day: Day,
    pub sku: String,
    pub location: String,
    /// The source's own word: `Receipts`, `Adjustments`.
    pub kind: String,
    /// Signed.
    pub quantity: i64,
    /// The condition of the units in the source's words: `SELLABLE`.
    pub disposition: Option<String>,
    pub reason: Option<String>,
    pub reference: Option<String>,
}
