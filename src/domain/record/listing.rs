//! What a channel sells under which name, and what the seller noted there that it costs.

use serde::{Deserialize, Serialize};

use crate::base::{Currency, Decimal, Money};

/// One thing that is sold on one channel. A later one with the same key replaces it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Unique within the store: the channel's own id of the variant, else its SKU.
    pub key: String,
    pub sku: Option<String>,
    /// What it is called, its options included: `Mug, blue`.
    pub title: Option<String>,
    /// The channel's mark of the product that it is a variant of (a handle, a parent).
    pub product: Option<String>,
    /// EAN, UPC, ISBN.
    pub barcode: Option<String>,
    /// What the channel's catalogue calls it: an ASIN, an item number.
    pub catalogue_id: Option<String>,
    /// Asked of the buyer.
    pub price: Option<Money>,
    pub weight_grams: Option<i64>,
    /// The channel's own word: `active`, `draft`.
    pub status: Option<String>,
}

/// A unit cost that stands beside a listing and bears no date. The first one that is learned of
/// a SKU holds for all its days; one that differs later, from the day on which it was learned.
/// The seller's own dated costs win over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedCost {
    pub sku: String,
    pub unit_cost: Decimal,
    pub currency: Currency,
}

/// What a marketplace says that it will take for one unit of a SKU, until a settlement says what
/// it took. The newest of a SKU counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeEstimate {
    pub sku: String,
    /// The price on which `share_minor` was worked out.
    pub price: Money,
    /// Commission, which grows with the price; in the price's currency.
    pub share_minor: i64,
    /// Fulfilment and whatever else is the same at any price.
    pub fixed_minor: i64,
}
