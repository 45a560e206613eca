//! WooCommerce's own calls: signed with a secret of the hook's own, over the bytes as they came.
//! The mark of a delivery is made of the hook and the second, so two orders of one second share
//! it; a call is known by its body instead.

use super::spec::{ORDERS, PRODUCTS, REFUNDS};
use crate::connectors::contract::{
    Delivery, Nudge, WebhookCall, WebhookSecret, WebhookSource, WebhookSpec,
};
use crate::connectors::fault::Fault;
use crate::connectors::kit::sign;

/// Under which the secret that we make is sealed.
const SECRET: &str = "webhook_secret";
const SIGNATURE: &str = "x-wc-webhook-signature";
const TOPIC: &str = "x-wc-webhook-topic";
/// What a shop sends when a hook is saved, unsigned: its number.
const PING: &[u8] = b"webhook_id=";
const PING_DIGITS_MAX: usize = 20;

static SPEC: WebhookSpec = WebhookSpec {
    setup: "In WordPress: WooCommerce, Settings, Advanced, Webhooks, Add webhook. Make one for \
        each topic below, status Active, with the address and the secret below as its delivery \
        URL and secret, API version 3. WordPress reaches public addresses only, at ports 80, 443 \
        and 8080.",
    topics: &[
        "order.created",
        "order.updated",
        "order.deleted",
        "order.restored",
        "product.created",
        "product.updated",
        "product.deleted",
        "product.restored",
    ],
    secret: WebhookSecret::Made(SECRET),
};

impl WebhookSource for super::Channel {
    fn spec(&self) -> &'static WebhookSpec {
        &SPEC
    }

    fn verify(&self, call: &WebhookCall<'_>) -> Result<Delivery, Fault> {
        // Any other answer shows in the shop as a fault of the hook and may leave it switched off.
        if call.header(SIGNATURE).is_none() && is_ping(call.body) {
            return Ok(Delivery { keys: Vec::new(), nudge: Nudge::Nothing });
        }
        let forged = || Fault::auth("the call is not signed with the hook's secret");
        let secret = call.secrets.find(SECRET).filter(|known| !known.expose().is_empty());
        let secret = secret.ok_or_else(forged)?;
        let tag = call.header(SIGNATURE).unwrap_or_default();
        if !sign::is_genuine_base64(&secret, call.body, tag) {
            return Err(forged());
        }
        let nudge = match call.header(TOPIC).and_then(|topic| topic.split('.').next()) {
            // A refund does not move the order's time; it comes as an update of its order.
            Some("order") => Nudge::Pull(&[ORDERS, REFUNDS]),
            Some("product") => Nudge::Pull(&[PRODUCTS]),
            Some(_) | None => Nudge::Nothing,
        };
        let keys = match &nudge {
            Nudge::Nothing => Vec::new(),
            Nudge::Pull(_) | Nudge::Privacy(_) => vec![sign::fingerprint(call.body)],
        };
        Ok(Delivery { keys, nudge })
    }
}

fn is_ping(body: &[u8]) -> bool {
    body.strip_prefix(PING).is_some_and(|number| {
        (1..=PING_DIGITS_MAX).contains(&number.len()) && number.iter().all(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests;
