//! What is where, who has a claim on it, and what each channel may offer (pure).
//!
//! | question | file |
//! | --- | --- |
//! | what events say that there is | `event.rs`, `fold.rs` |
//! | what an order has a claim on | `claim.rs`, with kits by `kit.rs` |
//! | how many units a channel shall offer | `rule.rs`, `split.rs` |
//! | what is written next, and what can still be sold meanwhile | `plan.rs`, `exposure.rs` |
//! | what a reading of a channel means | `observe.rs` |

pub mod event;
pub mod fold;
pub mod plan;
pub mod rule;
