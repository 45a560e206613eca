//! Buying of suppliers: what an order is and how far it has come, what a supplier asks for, how
//! much must be ordered at once, and how long it takes to come.
//!
//! | question | file |
//! | --- | --- |
//! | how many must be ordered to have so many | `quantity.rs` |
//! | what a unit costs of whom | `supplier.rs` |
//! | what an order comes to, and its state | `order.rs` |
//! | how long it takes to come | `lead.rs` |

pub mod lead;
pub mod order;
pub mod quantity;
pub mod supplier;

pub use quantity::round_order;
