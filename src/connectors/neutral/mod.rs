//! The program's own file formats, for channels without a connector and for what only the
//! seller knows: orders, unit costs, purchases and what landed them, expenses, ad spend, exchange
//! rates, stock, links of listings, rules. Files only.
#![doc = include_str!("MAPPING.md")]

mod ad_spend;
mod costs;
mod expenses;
mod fx;
mod landed_costs;
mod listing_links;
mod normalise;
mod orders;
mod purchases;
mod rules;
mod stock;
mod table;
mod wire;

#[cfg(test)]
mod tests;

use super::contract::{Connector, FileFormat};

pub static CONNECTOR: Channel = Channel;

pub struct Channel;

static FILES: [FileFormat; 10] = [
    orders::ORDERS,
    costs::COSTS,
    purchases::PURCHASES,
    landed_costs::LANDED_COSTS,
    expenses::EXPENSES,
    ad_spend::AD_SPEND,
    fx::FX,
    stock::STOCK,
    listing_links::LISTING_LINKS,
    rules::RULES,
];

impl Connector for Channel {
    fn slug(&self) -> &'static str {
        "neutral"
    }

    fn label(&self) -> &'static str {
        "Own lists"
    }

    fn files(&self) -> &'static [FileFormat] {
        &FILES
    }
}
