//! What advertising cost: per day, campaign and, where told, store and product.

use serde::{Deserialize, Serialize};

use crate::base::{Day, Money};

/// A row replaces an earlier one with the same day, platform, campaign, store, sku and country.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdSpend {
    pub day: Day,
    pub platform: String,
    pub campaign: String,
    /// Positive for a cost.
    pub amount: Money,
    /// The amount is all that the campaign spent that day, its products' rows included. Where rows
    /// of products are there too, whatever file told them, this one counts for the rest alone.
    #[serde(default)]
    pub whole_campaign: bool,
    pub store: Option<String>,
    pub sku: Option<String>,
    pub country: Option<String>,
    pub impressions: Option<i64>,
    pub clicks: Option<i64>,
    /// Platforms count halves: kept as the text of a decimal.
    pub conversions: Option<String>,
    pub conversion_value: Option<String>,
}
