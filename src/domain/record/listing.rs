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
    /// As the platform's own interface addresses it when stock is written, where we speak that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<String>,
    /// The `channel_id` under which its number stands, where it shares one with others
    /// (WooCommerce's variations whose product counts for all of them).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<String>,
    /// What the channel does with its stock.
    #[serde(default)]
    pub stocked: Stocked,
}

/// How a channel treats the stock of a listing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stocked {
    /// The source does not say.
    #[default]
    Unknown,
    /// It counts units and stops selling at nothing.
    Counted,
    /// It goes on selling at nothing (back-orders, "continue selling").
    Oversold,
    /// It does not count units.
    Uncounted,
    /// The channel holds and sends the units itself (FBA).
    ByChannel,
}

impl Stocked {
    pub const ALL: [Self; 5] =
        [Self::Unknown, Self::Counted, Self::Oversold, Self::Uncounted, Self::ByChannel];

    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Counted => "counted",
            Self::Oversold => "oversold",
            Self::Uncounted => "uncounted",
            Self::ByChannel => "by_channel",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
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
