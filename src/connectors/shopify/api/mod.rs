//! Shopify's own interface (GraphQL Admin): who we are there, and which stream is read how. The
//! streams' own words stand in `wire`, what they mean to us in the file of each.

mod balance;
mod bulk;
mod catalogue;
mod client;
mod documents;
mod levels;
mod order;
mod orders;
mod payouts;
mod refund;
mod scrub;
mod set;
mod shipped;
mod spec;
mod stock;
mod walk;
mod wire;

use serde_json::json;

use self::client::{Shop, Trouble};
use crate::base::Currency;
use crate::connectors::contract::{Api, Cursor, Document, Identity, Kept, Page};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::spec::{Spec, Stream};

pub use client::host_of;
pub use spec::{CLIENT_SECRET, SHOP, SPEC};

/// What the app must be allowed, and what is lacking without it.
const SCOPES: [(&str, &str); 6] = [
    ("read_orders", "orders, refunds and fees are not read"),
    ("read_all_orders", "orders older than 60 days are not read"),
    ("read_products", "products and their costs are not read"),
    ("read_inventory", "stock levels are not read"),
    ("read_locations", "stock levels are not read"),
    ("write_inventory", "everything is read all the same, but no stock can be set from here"),
];
/// One of these lets the payouts be read.
const PAYOUT_SCOPES: [&str; 2] = ["read_shopify_payments", "read_shopify_payments_payouts"];

impl Api for super::Channel {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault> {
        let shop = Shop::open(ctx)?;
        let reply = shop.ask::<wire::Me>("shop", documents::ME, json!({}), 10);
        let me = reply.map_err(Trouble::into_fault)?.data;
        let granted: Vec<&str> =
            me.current_app_installation.iter().flat_map(|app| app.handles()).collect();
        Ok(Identity {
            id: me.shop.myshopify_domain,
            label: me.shop.name,
            currency: Currency::parse(&me.shop.currency_code).ok(),
            time_zone: Some(me.shop.iana_timezone),
            told: list_missing(&granted),
        })
    }

    fn pull(&self, ctx: &Ctx<'_>, stream: &Stream, from: &Cursor) -> Result<Page, Fault> {
        let shop = Shop::open(ctx)?;
        let mut page = match stream.slug {
            "orders" => orders::pull(&shop, from),
            "orders-again" => orders::pull_again(&shop, from),
            "products" => catalogue::pull(&shop, from),
            "stock" => levels::pull(&shop, from),
            "payouts" => payouts::pull(&shop, from),
            "fees" => balance::pull(&shop, from),
            other => Err(Fault::refused(0, format!("Shopify has no stream {other:?}."))),
        }?;
        page.documents.extend(shop.list_notes());
        Ok(page)
    }

    fn replay(
        &self,
        account: &Account,
        stream: &Stream,
        kept: &Kept<'_>,
    ) -> Result<Document, Fault> {
        match stream.slug {
            "orders" | "orders-again" => orders::replay(kept),
            "products" => catalogue::replay(account, kept),
            "stock" => levels::replay(kept),
            "payouts" => payouts::replay(account, kept),
            "fees" => balance::replay(account, kept),
            other => Err(Fault::refused(0, format!("Shopify has no stream {other:?}."))),
        }
    }
}

/// What the app may not do, in words.
fn list_missing(granted: &[&str]) -> Vec<String> {
    let tell = |scope: &str, lack: &str| {
        format!("The app lacks the permission {scope}: {lack}. Add it to the app in Shopify.")
    };
    let lacking = SCOPES.iter().filter(|(scope, _)| !allows(granted, scope));
    let mut told: Vec<String> = lacking.map(|(scope, lack)| tell(scope, lack)).collect();
    if !PAYOUT_SCOPES.iter().any(|scope| granted.contains(scope)) {
        told.push(tell(PAYOUT_SCOPES[0], "payouts and the fees in them are not read"));
    }
    told
}

/// Who may write may read.
fn allows(granted: &[&str], scope: &str) -> bool {
    let writing = scope.strip_prefix("read_").map(|what| format!("write_{what}"));
    granted.contains(&scope) || writing.is_some_and(|scope| granted.contains(&scope.as_str()))
}

#[cfg(test)]
mod tests;
