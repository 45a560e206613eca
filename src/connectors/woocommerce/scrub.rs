//! What is kept of a refused order or refund: the members that are read, but no buyer's.

use serde_json::{Map, Value};

use super::wire::META_KEYS;

const ELEMENT: &[&str] = &[
    "id",
    "parent_id",
    "number",
    "status",
    "currency",
    "date_created_gmt",
    "date_modified_gmt",
    "date_paid_gmt",
    "date_completed_gmt",
    "total",
    "total_tax",
    "shipping_total",
    "shipping_tax",
    "payment_method",
    "amount",
    "billing",
    "shipping",
    "line_items",
    "shipping_lines",
    "fee_lines",
    "refunds",
    "meta_data",
    "gift_cards",
    // Of lines, addresses and meta data.
    "name",
    "sku",
    "product_id",
    "variation_id",
    "quantity",
    "subtotal",
    "country",
    "state",
    "key",
    "value",
    "_links",
    "up",
    "href",
];
/// Deeper than any member that is read.
const DEPTH_MAX: u32 = 12;

/// The element with nothing but what the format reads; empty where it is no JSON, because then
/// nothing tells a buyer's name from an amount.
pub fn raw(text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => keep(value, DEPTH_MAX).to_string(),
        Err(_) => String::new(),
    }
}

/// As `raw`, of an order with the refund objects themselves in the place of their summaries.
pub fn order(text: &str, refunds: Option<&str>) -> String {
    let Ok(mut order) = serde_json::from_str::<Value>(text) else { return String::new() };
    let refunds = refunds.and_then(|refunds| serde_json::from_str::<Value>(refunds).ok());
    if let (Some(members), Some(refunds)) = (order.as_object_mut(), refunds) {
        members.insert("refunds".to_owned(), refunds);
    }
    keep(order, DEPTH_MAX).to_string()
}

/// A product with nothing but what is asked of it; shops may send more.
pub fn product(text: &str) -> String {
    let Ok(mut product) = serde_json::from_str::<Value>(text) else { return String::new() };
    if let Some(members) = product.as_object_mut() {
        members.retain(|name, _| super::product::FIELDS.split(',').any(|field| field == name));
    }
    product.to_string()
}

fn keep(value: Value, depth: u32) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) if depth == 0 => Value::Null,
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| keep(item, depth - 1)).collect())
        }
        Value::Object(members) => Value::Object(keep_members(members, depth - 1)),
        plain => plain,
    }
}

fn keep_members(members: Map<String, Value>, depth: u32) -> Map<String, Value> {
    let key = members.get("key").and_then(Value::as_str);
    if key.is_some_and(|key| !META_KEYS.contains(&key)) {
        return Map::new();
    }
    members
        .into_iter()
        .filter(|(name, _)| ELEMENT.contains(&name.as_str()))
        .map(|(name, value)| {
            let value = match name.as_str() {
                "billing" | "shipping" => keep_address(value),
                "gift_cards" => keep_amounts(value),
                _ => keep(value, depth),
            };
            (name, value)
        })
        .collect()
}

fn keep_address(value: Value) -> Value {
    match value {
        Value::Object(mut members) => {
            members.retain(|name, value| {
                matches!(name.as_str(), "country" | "state") && value.is_string()
            });
            Value::Object(members)
        }
        _ => Value::Null,
    }
}

/// A gift card's code is worth money; only its amount is read.
fn keep_amounts(value: Value) -> Value {
    match value {
        Value::Array(cards) => cards.into_iter().map(keep_amounts).collect(),
        Value::Object(mut members) => {
            members.retain(|name, value| name == "amount" && !value.is_object());
            Value::Object(members)
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_buyer_is_kept() {
        let order = r#"{"id":7,"total":"12.345","customer_id":9,"customer_note":"private",
            "billing":{"first_name":"private","country":"DE","state":"BY","email":"private"},
            "shipping":["private"],
            "meta_data":[{"key":"_stripe_fee","value":"1"},{"key":"_phone","value":"private"}],
            "gift_cards":[{"code":"private","amount":"5"}],
            "line_items":[{"id":1,"name":"Mug","taxes":["private"],
                           "meta_data":[{"key":"engraving","value":"private"}]}]}"#;
        let kept = raw(order);
        assert!(!kept.contains("private") && !kept.contains('9'), "{kept}");
        for part in ["\"total\":\"12.345\"", "\"country\":\"DE\"", "_stripe_fee", "Mug"] {
            assert!(kept.contains(part), "{part} in {kept}");
        }
        assert_eq!(raw("{\"email\":\"private\""), "");
    }
}
