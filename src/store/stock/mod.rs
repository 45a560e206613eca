//! The stock ledger and what follows of it. The rules are pure and stand in `domain/stock`.
//!
//! | tables | file |
//! | --- | --- |
//! | variants, variant_settings · locations, lots | `variants.rs` · `locations.rs` |
//! | stock_actions, stock_events, on_hand | `ledger.rs`, read by `on_hand.rs` |

pub mod ledger;
pub mod locations;
pub mod on_hand;
pub mod variants;
