//! What is where, who has a claim on it, and what each channel may offer (pure).
//!
//! | question | file |
//! | --- | --- |
//! | what events say that there is | `event.rs`, `fold.rs` |
//! | what an order has a claim on | `claim.rs` |
//! | how many units a channel may offer at most | `rule.rs` |
//! | what is written next, and what can still be sold meanwhile | `plan.rs` |
//! | what a reading of a channel means | `observe.rs` |
//! | whether a first push is so much that it wants a word | `arm.rs` |

pub mod arm;
pub mod claim;
pub mod event;
pub mod fold;
pub mod observe;
pub mod plan;
pub mod rule;
