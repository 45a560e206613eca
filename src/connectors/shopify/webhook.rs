//! Shopify's own calls: signed with the app's client secret, over the bytes as they came. Headers
//! are not signed, so they decide nothing but which stream is looked at; what a privacy topic is
//! about is told by the signed body alone.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::api::{CLIENT_SECRET, SHOP, host_of};
use crate::base::secret::Secret;
use crate::connectors::contract::{
    Buyer, Delivery, Nudge, PrivacyRequest, WebhookCall, WebhookSecret, WebhookSource, WebhookSpec,
};
use crate::connectors::fault::Fault;
use crate::connectors::kit::sign;

const SIGNATURE: &str = "x-shopify-hmac-sha256";
const TOPIC: &str = "x-shopify-topic";
const DOMAIN: &str = "x-shopify-shop-domain";
const ID: &str = "x-shopify-webhook-id";
/// Orders of one buyer that a call may name.
const NAMED_MAX: usize = 10_000;

static SPEC: WebhookSpec = WebhookSpec {
    setup: "In the Dev Dashboard, in the app whose client ID and secret you gave here: Versions, \
        Webhooks. Give the address below for the topics below, format JSON, and for the three \
        compliance topics. They are signed with the app's client secret, so a connection by an \
        access token alone takes none.",
    topics: &[
        "orders/create",
        "orders/updated",
        "orders/edited",
        "orders/cancelled",
        "refunds/create",
        "order_transactions/create",
        "disputes/create",
        "disputes/update",
        "products/create",
        "products/update",
        "products/delete",
        "inventory_items/update",
        "inventory_levels/update",
        "bulk_operations/finish",
        "app/uninstalled",
        "customers/data_request",
        "customers/redact",
        "shop/redact",
    ],
    secret: WebhookSecret::Field(CLIENT_SECRET),
};

impl WebhookSource for super::Channel {
    fn spec(&self) -> &'static WebhookSpec {
        &SPEC
    }

    fn verify(&self, call: &WebhookCall<'_>) -> Result<Delivery, Fault> {
        let forged = || Fault::auth("the call is not signed with the app's client secret");
        let secret = call.secrets.find(CLIENT_SECRET).filter(|known| !known.expose().is_empty());
        let secret = secret.ok_or_else(forged)?;
        let tag = call.header(SIGNATURE).unwrap_or_default();
        if !sign::is_genuine_base64(&secret, call.body, tag) {
            return Err(forged());
        }
        let shop = host_of(call.account.setting(SHOP).unwrap_or_default())?;
        // One app may be installed in several shops, and signs for all of them alike.
        if !call.header(DOMAIN).is_some_and(|told| told.eq_ignore_ascii_case(&shop)) {
            return Err(Fault::refused(0, "the call is about another shop"));
        }
        let topic = call.header(TOPIC).unwrap_or_default();
        let nudge = match topic {
            "customers/data_request" | "customers/redact" | "shop/redact" => {
                Nudge::Privacy(read_privacy(topic, call.body, &shop)?)
            }
            _ => match streams_of(topic) {
                [] => Nudge::Nothing,
                streams => Nudge::Pull(streams),
            },
        };
        // The mark of a call is not signed. The body is, but a shop that comes back and leaves
        // again says the very same.
        let body = sign::fingerprint(call.body);
        let own = call.header(ID).filter(|id| !id.trim().is_empty());
        let keys = match (own, &nudge) {
            (_, Nudge::Nothing) => Vec::new(),
            (Some(id), Nudge::Privacy(PrivacyRequest::ForgetShop)) => vec![id.to_owned()],
            (Some(id), _) => vec![id.to_owned(), body],
            (None, _) => vec![body],
        };
        Ok(Delivery { keys, nudge })
    }
}

fn streams_of(topic: &str) -> &'static [&'static str] {
    match topic {
        "order_transactions/create" => &["orders", "fees"],
        // Who is no longer let in learns it from the answer to the next question.
        "app/uninstalled" | "bulk_operations/finish" | "refunds/create" => &["orders"],
        _ => match topic.split('/').next().unwrap_or_default() {
            "orders" => &["orders"],
            "disputes" => &["fees"],
            "products" => &["products"],
            "inventory_levels" => &["stock"],
            "inventory_items" => &["products", "stock"],
            _ => &[],
        },
    }
}

#[derive(Deserialize)]
struct OfBuyer<'a> {
    shop_domain: String,
    #[serde(default)]
    customer: OfCustomer,
    #[serde(borrow)]
    data_request: Option<&'a RawValue>,
    orders_requested: Option<Vec<Value>>,
    orders_to_redact: Option<Vec<Value>>,
}

/// Its phone is not read: nobody is known by it.
#[derive(Default, Deserialize)]
struct OfCustomer {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfShop<'a> {
    shop_domain: String,
    #[serde(borrow)]
    #[allow(dead_code, reason = "named so that a body with any other member is another topic's")]
    shop_id: &'a RawValue,
}

/// The topic is a header and not signed: a body of another topic is refused, lest somebody who
/// holds one genuine call makes a worse one of it.
fn read_privacy(topic: &str, body: &[u8], shop: &str) -> Result<PrivacyRequest, Fault> {
    let other = || Fault::refused(0, "the call's body is not of its topic");
    let is_ours = |told: &str| told.eq_ignore_ascii_case(shop);
    if topic == "shop/redact" {
        let told: OfShop<'_> = serde_json::from_slice(body).map_err(|_| other())?;
        return if is_ours(&told.shop_domain) {
            Ok(PrivacyRequest::ForgetShop)
        } else {
            Err(other())
        };
    }
    let told: OfBuyer<'_> = serde_json::from_slice(body).map_err(|_| other())?;
    if !is_ours(&told.shop_domain) {
        return Err(other());
    }
    let buyer = |orders: Option<Vec<Value>>| Buyer {
        id: number(&told.customer.id).map(Secret::new),
        email: told.customer.email.clone().filter(|text| !text.trim().is_empty()).map(Secret::new),
        orders: orders.iter().flatten().filter_map(number).take(NAMED_MAX).collect(),
    };
    match (topic, told.data_request.is_some(), told.orders_to_redact) {
        ("customers/data_request", true, None) => {
            Ok(PrivacyRequest::Tell(buyer(told.orders_requested)))
        }
        ("customers/redact", false, Some(orders)) => {
            Ok(PrivacyRequest::Forget(buyer(Some(orders))))
        }
        _ => Err(other()),
    }
}

fn number(value: &Value) -> Option<String> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.rsplit('/').next().unwrap_or_default().to_owned(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests;
