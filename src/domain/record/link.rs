//! What the seller says that a listing sells.

use serde::{Deserialize, Serialize};

/// A row of a list of links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    pub store: String,
    /// The channel's own mark of the listing, where there is one.
    pub listing: Option<String>,
    /// The SKU that the listing bears.
    pub listing_sku: Option<String>,
    pub to: LinkTo,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkTo {
    /// The row says nothing of it, and what holds goes on.
    AsItIs,
    /// It is sold from no stock of ours.
    Nothing,
    Variant {
        sku: String,
        units: i64,
    },
}
