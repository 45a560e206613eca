//! What there is to sell: units in Amazon's warehouses, listings with the seller's own stock, and
//! what Amazon expects to take for each.

mod all_listings;
mod catalogue;
pub mod fba;
pub mod fees;
pub mod listings;
mod live;
mod offer;
mod set;
pub mod target;
