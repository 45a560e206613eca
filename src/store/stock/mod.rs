//! The stock ledger and what follows of it. The rules are pure and stand in `domain/stock`.
//!
//! | tables | file |
//! | --- | --- |
//! | variants, variant_settings · locations, lots | `variants.rs` · `locations.rs` |
//! | whether stock is kept at all | `began.rs` |
//! | reservations, unlinked_lines, dirty_claims | `claims.rs`; left to a channel: `sold.rs` |
//! | stock_actions, stock_events, on_hand | `ledger.rs`, read by `on_hand.rs` |
//! | variant_settings_past · stocktakes, stocktake_lines | `settings_past.rs` · `stocktakes.rs` |

pub mod began;
pub mod claims;
pub mod ledger;
pub mod locations;
pub mod on_hand;
pub mod settings_past;
mod sold;
pub mod stocktakes;
#[cfg(test)]
mod tests;
pub mod variants;
