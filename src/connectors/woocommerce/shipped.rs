//! What an order means to the stock: which product each line sold, and how many units left. Pure.

use super::leaf::parse_instant;
use super::normalise::status_of;
use super::wire::{Element, Item, Text};
use crate::base::Instant;

/// `PRODUCT`, or `PRODUCT/VARIATION`: as the shop's own addresses are made of them.
pub fn channel_id(product: u64, variation: Option<u64>) -> String {
    match variation {
        Some(variation) => format!("{product}/{variation}"),
        None => product.to_string(),
    }
}

/// `None` for a product that is no more.
pub fn listing_of(item: &Item) -> Option<String> {
    let id = |text: &Text| text.get()?.parse::<u64>().ok().filter(|id| *id != 0);
    Some(channel_id(id(&item.product_id)?, id(&item.variation_id)))
}

/// Units of a line that left. The shop knows of no parcels: an order is completed, or it is not.
/// One that was given back may have been sent before, and a plugin's own state may mean anything.
pub fn count(element: &Element<'_>, quantity: i64) -> Option<i64> {
    match status_of(element) {
        "completed" => Some(quantity),
        "pending" | "processing" | "on-hold" | "cancelled" | "failed" | "trash" | "draft"
        | "auto-draft" | "checkout-draft" | "new" => Some(0),
        _ => None,
    }
}

/// When it was completed, while it is.
pub fn at(element: &Element<'_>) -> Option<Instant> {
    parse_instant(&element.date_completed_gmt).filter(|_| status_of(element) == "completed")
}
