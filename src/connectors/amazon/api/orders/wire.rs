//! An order as `searchOrders` (2026-01-01) writes it; of buyer and recipient nothing is asked
//! for, and nothing is read.

use serde::Deserialize;

use crate::connectors::amazon::api::wire::Amount;
use crate::connectors::kit::json::{self, Keep};

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireOrder {
    pub order_id: String,
    pub order_aliases: Option<Vec<Alias>>,
    pub created_time: String,
    pub last_updated_time: Option<String>,
    pub associated_orders: Option<Vec<Associated>>,
    pub sales_channel: SalesChannel,
    pub proceeds: Option<Proceeds>,
    pub fulfillment: Option<Fulfillment>,
    pub order_items: Vec<WireItem>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Alias {
    pub alias_id: String,
    pub alias_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Associated {
    pub association_type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SalesChannel {
    pub channel_name: String,
    pub marketplace_id: Option<String>,
    pub marketplace_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Proceeds {
    /// `grandTotal` of an order, `proceedsTotal` of an item.
    #[serde(alias = "grandTotal", alias = "proceedsTotal")]
    pub total: Option<Amount>,
    pub breakdowns: Option<Vec<Breakdown>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Breakdown {
    #[serde(rename = "type")]
    pub kind: String,
    pub subtotal: Amount,
    pub detailed_breakdowns: Option<Vec<Detail>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Detail {
    pub subtype: String,
    pub value: Amount,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Fulfillment {
    pub fulfillment_status: String,
    pub fulfilled_by: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireItem {
    pub order_item_id: String,
    pub quantity_ordered: i64,
    pub product: Product,
    pub proceeds: Option<Proceeds>,
    pub fulfillment: Option<ItemFulfillment>,
    pub cancellation: Option<Cancellation>,
    pub tax: Option<ItemTax>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Product {
    pub title: Option<String>,
    pub seller_sku: Option<String>,
    pub price: Option<Price>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Price {
    pub unit_price: Option<Amount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ItemFulfillment {
    pub quantity_fulfilled: Option<i64>,
    pub quantity_unfulfilled: Option<i64>,
}

/// What a buyer asked for is not read.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cancellation {
    pub cancellation_execution: Option<Execution>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Execution {
    pub cancelled_by: Option<String>,
    pub cancel_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ItemTax {
    pub tax_collections: Option<Vec<Collection>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Collection {
    pub model: Option<String>,
    pub responsible_party: Option<String>,
}

/// What is kept of an order as it came: what is read above, in the names of both interfaces. A
/// field that we do not know keeps its name alone.
pub fn scrub(text: &str) -> Vec<u8> {
    json::redact(text, text.len(), keep).into_bytes()
}

/// Why a buyer wants to be rid of an order is in his own words.
const BUYERS_WISH: &str = "cancellationRequest";

fn keep(key: &str) -> Keep {
    const READ: &[&str] = &[
        "orderId",
        "orderAliases",
        "aliasId",
        "aliasType",
        "createdTime",
        "lastUpdatedTime",
        "associatedOrders",
        "associationType",
        "salesChannel",
        "channelName",
        "marketplaceId",
        "marketplaceName",
        "proceeds",
        "grandTotal",
        "proceedsTotal",
        "breakdowns",
        "type",
        "status",
        "subtotal",
        "detailedBreakdowns",
        "subtype",
        "value",
        "amount",
        "currencyCode",
        "fulfillment",
        "fulfillmentStatus",
        "fulfilledBy",
        "orderItems",
        "orderItemId",
        "quantityOrdered",
        "product",
        "asin",
        "sellerSku",
        "title",
        "price",
        "unitPrice",
        "quantityFulfilled",
        "quantityUnfulfilled",
        "cancellation",
        "cancellationExecution",
        "cancelledBy",
        "cancelReason",
        "tax",
        "taxCollections",
        "model",
        "responsibleParty",
        "AmazonOrderId",
        "SellerOrderId",
        "PurchaseDate",
        "LastUpdateDate",
        "OrderStatus",
        "FulfillmentChannel",
        "SalesChannel",
        "OrderTotal",
        "CurrencyCode",
        "Amount",
        "MarketplaceId",
        "IsReplacementOrder",
    ];
    // Of a buyer not even that something was said.
    const HIDDEN: &[&str] =
        &["buyer", "recipient", "BuyerInfo", "ShippingAddress", "payment", BUYERS_WISH];
    match key {
        key if READ.contains(&key) => Keep::Value,
        key if HIDDEN.contains(&key) => Keep::Nothing,
        _ => Keep::Name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_buyer_is_kept_wherever_it_stands() {
        let text = r#"{"orderId":"302-1","buyer":{"buyerName":"Ann Smith","buyerEmail":"a@b.c"},
            "recipient":{"deliveryAddress":{"name":"Ann Smith","city":"Ulm"}},
            "orderItems":[{"orderItemId":"1","product":{"customization":{"customizedUrl":"u"},
            "title":"Mug"},"fulfillment":{"packing":{"giftOption":{"giftMessage":"Dear Ann"}}}}]}"#;
        let kept = String::from_utf8(scrub(text)).unwrap();
        for hidden in ["Ann", "Smith", "a@b.c", "Ulm", "Dear", "\"u\""] {
            assert!(!kept.contains(hidden), "{hidden} in {kept}");
        }
        assert!(kept.contains(r#""title":"Mug""#), "{kept}");
    }
}
