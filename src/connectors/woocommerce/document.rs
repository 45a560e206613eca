//! One order of the shop with its refunds, as a document: what it means, what is kept of it as it
//! came, and what is odd about it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::client::{Refused, Shop};
use super::leaf::Problem as Leaf;
use super::list::Item;
use super::normalise::{self, Origin};
use super::spec::REFUNDS;
use super::wire::{Element, List, Text};
use super::{list, scrub};
use crate::connectors::contract::{Document, Kept, Problem, Raw, ReadCtx, UnknownKind};
use crate::connectors::ctx::Account;
use crate::connectors::fault::Fault;

/// What is asked of an order: what normalising reads, and nothing else of the buyer.
pub const FIELDS: &str = "id,parent_id,number,status,currency,version,date_created_gmt,\
    date_modified_gmt,date_paid_gmt,date_completed_gmt,total,total_tax,shipping_total,shipping_tax,customer_id,\
    payment_method,billing,shipping,line_items,shipping_lines,fee_lines,refunds,meta_data,\
    gift_cards";
/// Carts that somebody is still filling; no orders yet.
const CARTS: [&str; 2] = ["checkout-draft", "auto-draft"];
/// Refunds of one order that are read.
const REFUND_PAGES_MAX: u32 = 20;
const REFUND_PAGE: u32 = 100;

/// What decides whether an order's refunds are asked for.
#[derive(Deserialize)]
pub struct Glance {
    #[serde(default)]
    pub status: Text,
    #[serde(default)]
    pub refunds: Option<List<Refund>>,
}

#[derive(Deserialize)]
pub struct Refund {
    #[serde(default)]
    pub id: Text,
}

impl Glance {
    /// What cannot be read is told when it is normalised.
    pub fn of(item: &Item) -> Self {
        let nothing = Self { status: Text::default(), refunds: None };
        serde_json::from_str(item.text.get()).unwrap_or(nothing)
    }

    /// Some versions leave the list of refunds empty; the status tells then.
    pub fn has_refunds(&self) -> bool {
        self.refunds.as_ref().is_some_and(|refunds| !refunds.0.is_empty())
            || self.status.get() == Some("refunded")
    }

    pub fn is_cart(&self) -> bool {
        self.status.get().is_some_and(|status| CARTS.contains(&status))
    }
}

/// The documents of orders from the first on, until `calls` of them have had their refunds asked
/// for; and how many orders were taken.
///
/// # Errors
/// What the shop says.
pub fn read_orders(
    shop: &Shop<'_, '_>,
    items: &[Item],
    mut calls: u32,
) -> Result<(Vec<Document>, usize), Fault> {
    let mut documents = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let glance = Glance::of(item);
        if glance.is_cart() {
            continue;
        }
        let mut refunds = None;
        if glance.has_refunds() && item.id != 0 {
            if calls == 0 {
                return Ok((documents, index));
            }
            calls -= 1;
            refunds = fetch_refunds(shop, item.id)?;
        }
        documents.push(read_order(shop.ctx.account, item, refunds.as_deref()));
    }
    Ok((documents, items.len()))
}

/// All refunds of an order as one JSON list; `None` where the order is gone meanwhile.
fn fetch_refunds(shop: &Shop<'_, '_>, order: u64) -> Result<Option<Box<RawValue>>, Fault> {
    let path = format!("orders/{order}/refunds");
    let mut whole: Vec<Item> = Vec::new();
    for page in 1..=REFUND_PAGES_MAX {
        let query = [("per_page", REFUND_PAGE.to_string()), ("page", page.to_string())];
        let reply = match shop.get(REFUNDS, &path, &query) {
            Ok(reply) => reply,
            Err(refused) if refused.is_missing() => return Ok(None),
            Err(refused) => return Err(refused.into()),
        };
        let items = list::read_items(&reply.text)?;
        let n_read = whole.len();
        whole.extend(items);
        let is_end = match reply.total {
            Some(total) => u64::from(page) * u64::from(REFUND_PAGE) >= total,
            None => whole.len() - n_read < REFUND_PAGE as usize,
        };
        if is_end {
            break;
        }
    }
    whole.sort_by_key(|item| item.id);
    whole.dedup_by_key(|item| item.id);
    let texts: Vec<&str> = whole.iter().map(|item| item.text.get()).collect();
    let joined = RawValue::from_string(format!("[{}]", texts.join(",")));
    joined.map(Some).map_err(|_| Fault::drift("refunds", "a refund is no JSON"))
}

/// One order; `refunds` are the refund objects themselves, in the place of the order's summaries.
pub fn read_order(account: &Account, item: &Item, refunds: Option<&RawValue>) -> Document {
    let text = item.text.get();
    let key = if item.id == 0 { "unnamed".to_owned() } else { item.id.to_string() };
    let mut document = Document { key, ..Document::default() };
    let bytes = scrub::order(text, refunds.map(RawValue::get)).into_bytes();
    document.raw = (!bytes.is_empty()).then_some(Raw::json(bytes));
    let ctx = ReadCtx {
        currency: account.currency,
        zone: account.zone.clone(),
        store: account.store.clone(),
    };
    let normalised = match serde_json::from_str::<Element<'_>>(text) {
        Ok(mut element) => {
            element.refunds = refunds.or(element.refunds);
            normalise::normalise(&element, Origin::Api, &ctx)
        }
        Err(_) => Err(Leaf::new("", "it is no order as WooCommerce writes it")),
    };
    match normalised {
        Ok(found) => {
            document.records.push(found.record);
            let doubts = found.notices.into_iter().map(|what| Problem::Doubt { what });
            document.problems.extend(doubts);
            let unknown = found.unknown_status.map(|name| (UnknownKind::Status, name));
            let unknown = unknown.map(|(kind, name)| Problem::Unknown { kind, name });
            document.problems.extend(unknown);
        }
        Err(Leaf { path, reason }) => {
            let what = format!("Order {} was not taken in: {reason}.", document.key);
            document.problems.push(Problem::Unread { path, what });
        }
    }
    document
}

/// # Errors
/// `Drift` where what was kept is no JSON.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    Ok(read_order(account, &Item::of_kept(kept)?, None))
}

/// One order by its id; `None` where it is gone for good.
///
/// # Errors
/// What the shop says.
pub fn fetch_order(shop: &Shop<'_, '_>, id: u64) -> Result<Option<Document>, Fault> {
    let query = [("_fields", FIELDS.to_owned())];
    let reply = match shop.get(super::spec::ORDERS, &format!("orders/{id}"), &query) {
        Ok(reply) => reply,
        Err(refused) if is_gone(&refused) => return Ok(None),
        Err(refused) => return Err(refused.into()),
    };
    let text = RawValue::from_string(reply.text);
    let text = text.map_err(|_| Fault::drift("", "an order is no JSON"))?;
    let (documents, _) = read_orders(shop, &[Item { id, text }], 1)?;
    Ok(documents.into_iter().next())
}

/// Said by WooCommerce itself: a route that is not there, or a page of the host, proves nothing.
fn is_gone(refused: &Refused) -> bool {
    refused.is_missing() && refused.code.starts_with("woocommerce_rest_")
}
