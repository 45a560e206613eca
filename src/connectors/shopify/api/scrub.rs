//! What is kept of Shopify's answers: what we asked for, without the buyer's number. Names, e-mails
//! and streets are never asked for; an unknown member is dropped all the same.

use serde_json::Value;

use crate::connectors::contract::Raw;

/// Members that may stand in what is kept, wherever they stand.
const KEPT: &[&str] = &[
    "additionalFees",
    "allocatedAmountSet",
    "amount",
    "amountSet",
    "associatedOrder",
    "associatedPayout",
    "barcode",
    "billingAddress",
    "cancelReason",
    "cancelledAt",
    "channelLiable",
    "countryCodeV2",
    "createdAt",
    "currencyCode",
    "discountAllocations",
    "discountedPriceSet",
    "displayFinancialStatus",
    "duties",
    "endCursor",
    "fee",
    "fees",
    "fulfillments",
    "gateway",
    "handle",
    "hasNextPage",
    "id",
    "inventoryItem",
    "inventoryPolicy",
    "isActive",
    "isGiftCard",
    "isRemoved",
    "issuedAt",
    "item",
    "kind",
    "lineItem",
    "lineItems",
    "measurement",
    "name",
    "net",
    "netPaymentSet",
    "nodes",
    "orderAdjustments",
    "originalPriceSet",
    "originalTotalDutiesSet",
    "originalUnitPriceSet",
    "pageInfo",
    "price",
    "priceSet",
    "processedAt",
    "product",
    "provinceCode",
    "quantities",
    "quantity",
    "refundLineItems",
    "refundShippingLines",
    "refunds",
    "requiresShipping",
    "restockType",
    "restocked",
    "selectedOptions",
    "shippingAddress",
    "shippingLines",
    "shopMoney",
    "sku",
    "status",
    "subtotalAmountSet",
    "subtotalSet",
    "summary",
    "taxAmountSet",
    "taxLines",
    "taxesIncluded",
    "test",
    "title",
    "totalOutstandingSet",
    "totalPriceSet",
    "totalTaxSet",
    "totalTipReceivedSet",
    "tracked",
    "transactionDate",
    "transactionType",
    "transactions",
    "type",
    "unfulfilledQuantity",
    "unit",
    "unitCost",
    "updatedAt",
    "value",
    "variant",
    "weight",
];
/// Of addresses only this.
const OF_ADDRESS: [&str; 2] = ["countryCodeV2", "provinceCode"];
const DEPTH_MAX: u32 = 16;

/// What is kept of one thing.
pub fn raw(value: &Value) -> Raw {
    Raw::json(keep(value, DEPTH_MAX).to_string().into_bytes())
}

/// A thing without what must not be written down; its buyer's number stays for our reading alone.
pub fn spooled(value: &Value) -> Value {
    let mut kept = keep(value, DEPTH_MAX);
    let customer = value.pointer("/customer/id").and_then(Value::as_str);
    if let (Some(members), Some(id)) = (kept.as_object_mut(), customer) {
        members.insert("customer".to_owned(), serde_json::json!({ "id": id }));
    }
    kept
}

fn keep(value: &Value, depth: u32) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) if depth == 0 => Value::Null,
        Value::Array(items) => items.iter().map(|item| keep(item, depth - 1)).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| is_kept(name));
            let kept = kept.map(|(name, value)| (name.clone(), keep_as(name, value, depth - 1)));
            Value::Object(kept.collect())
        }
        plain => plain.clone(),
    }
}

fn is_kept(name: &str) -> bool {
    let is_summed = name.ends_with("Gross")
        || name.ends_with("Fee")
        || name.ends_with("Fees")
        || name.ends_with("CreditAmount");
    KEPT.contains(&name) || is_summed
}

fn keep_as(name: &str, value: &Value, depth: u32) -> Value {
    if !matches!(name, "shippingAddress" | "billingAddress") {
        return keep(value, depth);
    }
    let mut value = value.clone();
    match value.as_object_mut() {
        Some(members) => {
            members.retain(|name, value| OF_ADDRESS.contains(&name.as_str()) && !value.is_object());
            value
        }
        None => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_of_the_buyer_is_kept() {
        let order = json!({
            "id": "gid://shopify/Order/1", "name": "#1001", "email": "private", "note": "private",
            "customer": { "id": "gid://shopify/Customer/777", "email": "private" },
            "shippingAddress": { "countryCodeV2": "DE", "provinceCode": "BY", "name": "private",
                "address1": "private", "phone": "private" },
            "billingAddress": "private",
            "refunds": [{ "id": "gid://shopify/Refund/2", "note": "private" }],
        });
        let kept = String::from_utf8(raw(&order).bytes).unwrap();
        assert!(!kept.contains("private") && !kept.contains("777"), "{kept}");
        for part in ["\"DE\"", "\"BY\"", "#1001", "Refund/2"] {
            assert!(kept.contains(part), "{part} in {kept}");
        }
        let spooled = spooled(&order).to_string();
        assert!(!spooled.contains("private") && spooled.contains("Customer/777"), "{spooled}");
    }
}
