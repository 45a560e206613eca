//! Shopify's shapes of products, locations and stock.

use serde::Deserialize;
use serde_json::{Number, Value};

use super::{Id, List, Money, UserError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variants {
    pub product_variants: List<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Variant {
    pub sku: Option<String>,
    pub barcode: Option<String>,
    pub price: Option<String>,
    pub inventory_policy: Option<String>,
    #[serde(default)]
    pub selected_options: Vec<Chosen>,
    pub product: Product,
    pub inventory_item: Option<Item>,
}

#[derive(Deserialize)]
pub struct Chosen {
    pub value: String,
}

#[derive(Deserialize)]
pub struct Product {
    pub handle: String,
    pub title: Option<String>,
    pub status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub id: Option<String>,
    pub tracked: Option<bool>,
    pub unit_cost: Option<Money>,
    pub measurement: Option<Measurement>,
}

#[derive(Deserialize)]
pub struct Measurement {
    pub weight: Option<Weight>,
}

#[derive(Deserialize)]
pub struct Weight {
    pub value: Number,
    pub unit: String,
}

#[derive(Deserialize)]
pub struct Locations {
    pub locations: List<Location>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    pub id: String,
    pub name: String,
    pub is_active: Option<bool>,
    #[serde(default)]
    pub fulfills_online_orders: bool,
}

#[derive(Deserialize)]
pub struct OneLocation {
    pub location: Option<Levels>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Levels {
    pub inventory_levels: List<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Level {
    pub id: String,
    pub updated_at: Option<String>,
    pub item: LevelItem,
    pub quantities: Vec<Counted>,
}

#[derive(Deserialize)]
pub struct LevelItem {
    pub id: Option<String>,
    pub sku: Option<String>,
    #[serde(default)]
    pub tracked: bool,
}

#[derive(Deserialize)]
pub struct Counted {
    pub name: String,
    pub quantity: i64,
}

/// Things that were asked for by their ids, in that order.
#[derive(Deserialize)]
pub struct Nodes {
    pub nodes: Vec<Option<Value>>,
}

/// An item as buyers meet it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sellable {
    pub id: String,
    #[serde(default)]
    pub tracked: bool,
    pub inventory_level: Option<SellableLevel>,
    #[serde(default)]
    pub variants: List<SellableVariant>,
}

#[derive(Deserialize)]
pub struct SellableLevel {
    #[serde(default)]
    pub quantities: Vec<Counted>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SellableVariant {
    pub inventory_policy: Option<String>,
    pub product: Option<SellableProduct>,
}

#[derive(Deserialize)]
pub struct SellableProduct {
    pub status: Option<String>,
}

/// What came of numbers that we set; `None` where the app may not.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockSet {
    pub inventory_set_quantities: Option<StockAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StockAnswer {
    pub inventory_adjustment_group: Option<Id>,
    #[serde(default)]
    pub user_errors: Vec<UserError>,
}
