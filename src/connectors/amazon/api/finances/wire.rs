//! A transaction as `listTransactions` (2024-06-19) writes it. Amounts are JSON numbers and are
//! read as they are written.

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::connectors::amazon::api::wire::{Amount, Text};
use crate::connectors::kit::json::{self, Keep};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireTransaction {
    pub transaction_type: Option<String>,
    pub transaction_id: Option<String>,
    pub transaction_status: Option<String>,
    pub posted_date: Option<String>,
    pub related_identifiers: Option<Vec<Related>>,
    pub total_amount: Option<Amount>,
    pub marketplace_details: Option<Marketplace>,
    pub items: Option<Vec<WireItem>>,
    pub breakdowns: Breakdowns,
}

/// A list, or (in Amazon's own example) an object that holds the list.
#[derive(Debug, Default)]
pub struct Breakdowns(pub Vec<Breakdown>);

impl<'de> Deserialize<'de> for Breakdowns {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = match Value::deserialize(deserializer)? {
            Value::Object(mut wrapper) => wrapper.remove("breakdowns").unwrap_or_default(),
            other => other,
        };
        if list.is_null() {
            return Ok(Self::default());
        }
        serde_json::from_value(list).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Related {
    pub related_identifier_name: String,
    pub related_identifier_value: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Marketplace {
    pub marketplace_id: Option<String>,
    pub marketplace_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireItem {
    pub total_amount: Option<Amount>,
    pub breakdowns: Breakdowns,
    pub contexts: Option<Vec<Context>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Breakdown {
    pub breakdown_type: Option<String>,
    pub breakdown_amount: Option<Amount>,
    pub breakdowns: Breakdowns,
}

/// Of the many contexts only the product's is read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Context {
    pub sku: Option<String>,
    pub quantity_shipped: Option<Text>,
}

impl WireTransaction {
    pub fn related(&self, name: &str) -> Option<&str> {
        let list = self.related_identifiers.as_deref().unwrap_or_default();
        let found = list.iter().find(|related| related.related_identifier_name == name)?;
        found.related_identifier_value.as_deref().map(str::trim).filter(|value| !value.is_empty())
    }

    /// In capitals, as most of Amazon's texts write it.
    pub fn status(&self) -> String {
        self.transaction_status.as_deref().unwrap_or_default().trim().to_ascii_uppercase()
    }

    pub fn kind(&self) -> &str {
        self.transaction_type.as_deref().unwrap_or_default().trim()
    }
}

impl WireItem {
    pub fn product(&self) -> Option<&Context> {
        let contexts = self.contexts.as_deref().unwrap_or_default();
        contexts.iter().find(|context| context.sku.is_some())
    }
}

/// What is kept of a transaction as it came; of unknown fields the name alone.
pub fn scrub(text: &str) -> Vec<u8> {
    json::redact(text, text.len(), keep).into_bytes()
}

fn keep(key: &str) -> Keep {
    const READ: &[&str] = &[
        "transactionType",
        "transactionId",
        "transactionStatus",
        "postedDate",
        "relatedIdentifiers",
        "relatedIdentifierName",
        "relatedIdentifierValue",
        "itemRelatedIdentifierName",
        "itemRelatedIdentifierValue",
        "totalAmount",
        "currencyCode",
        "currencyAmount",
        "marketplaceDetails",
        "marketplaceId",
        "marketplaceName",
        "items",
        "breakdowns",
        "breakdownType",
        "breakdownAmount",
        "contexts",
        "contextType",
        "asin",
        "sku",
        "quantityShipped",
        "fulfillmentNetwork",
        "deferralReason",
        "maturityDate",
    ];
    if READ.contains(&key) { Keep::Value } else { Keep::Name }
}
