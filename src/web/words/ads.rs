//! Sentences of the page of ad spend.

/// What advertising came to in the days.
pub fn answer(amount: &str, currency: &str, campaigns: &str) -> String {
    format!("{amount} {currency} for {campaigns}.")
}

/// And what of it no order bears.
pub fn unallocated(amount: &str) -> String {
    format!("{amount} of it no order could bear.")
}

pub fn title(campaign: &str) -> String {
    format!("What “{campaign}” is for")
}

/// `meta, 120.00 in these days.`
pub fn spent(platform: &str, amount: &str, currency: &str) -> String {
    format!("{platform}, {amount} {currency} in these days.")
}

/// Ends before the figure: `This moves the ad spend of 12 orders; net profit changes by`.
pub fn this_moves(orders: &str) -> String {
    format!("This moves ad spend on {orders}; the profit of all changes by")
}

pub fn target(kind: &str, name: &str) -> String {
    format!("{kind} {name}")
}

/// A row of a platform.
pub fn all_of(platform: &str) -> String {
    format!("{platform}, all campaigns")
}
