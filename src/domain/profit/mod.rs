//! The profit engine: facts in, lines with a trail out. Pure and total.

pub mod ads;
pub mod cogs;
pub mod component;
pub mod convert;
pub mod engine;
pub mod expenses;
pub mod facts;
pub mod fees;
pub mod figures;
pub mod input_vat;
pub mod layers;
pub mod leans;
pub mod measure;
pub mod payout;
pub mod ratio;
pub mod sales;
mod sheet;
pub mod shipping;
pub mod tax;
pub mod trail;

#[cfg(test)]
mod tests;
