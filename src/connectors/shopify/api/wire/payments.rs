//! Shopify's shapes of what Shopify Payments moved and paid out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{List, Money};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payments<T> {
    pub shopify_payments_account: Option<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    pub balance_transactions: List<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BalanceRow {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: String,
    #[serde(default)]
    pub test: bool,
    pub transaction_date: String,
    pub amount: Money,
    pub fee: Money,
    pub net: Money,
    pub associated_order: Option<OrderName>,
    pub associated_payout: Option<PayoutOf>,
}

#[derive(Deserialize)]
pub struct OrderName {
    pub name: String,
}

#[derive(Deserialize)]
pub struct PayoutOf {
    pub id: Option<String>,
    pub status: Option<String>,
}

#[derive(Deserialize)]
pub struct Payouts {
    pub payouts: List<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayoutDay {
    pub issued_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payout {
    pub issued_at: String,
    pub status: String,
    pub net: Money,
    pub summary: BTreeMap<String, Option<Money>>,
}
