//! The stock ledger and what follows of it. The rules are pure and stand in `domain/stock`.
//!
//! | tables | file |
//! | --- | --- |
//! | variants, variant_settings · locations, lots | `variants.rs` · `locations.rs` |
//! | whether stock is kept at all | `began.rs` |
//! | reservations, unlinked_lines, dirty_claims | `claims.rs` |
//! | what is left to a channel to sell · what came back | `sold.rs` · `back.rs` |
//! | stock_channels · stock_listings | `channels.rs` · `listings.rs` |
//! | pushes · drifts, stock_alerts | `outbox.rs` · `drifts.rs` |
//! | what draws on the same units, as the plan needs it | `groups.rs` |
//! | what a unit earns on each channel | `margins.rs` |
//! | what a first push would change · stock_steerings | `first.rs` · `steering.rs` |
//! | stock_actions, stock_events, on_hand | `ledger.rs`, read by `on_hand.rs` |
//! | variant_settings_past · stocktakes, stocktake_lines | `settings_past.rs` · `stocktakes.rs` |

mod back;
pub mod began;
pub mod channels;
pub mod claims;
pub mod drifts;
pub mod first;
pub mod groups;
pub mod ledger;
pub mod listings;
pub mod locations;
pub mod margins;
pub mod on_hand;
pub mod outbox;
pub mod settings_past;
mod sold;
pub mod steering;
pub mod stocktakes;
#[cfg(test)]
mod tests;
pub mod variants;
