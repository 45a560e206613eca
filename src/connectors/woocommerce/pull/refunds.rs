//! Refunds that leave their order's day of change as it was: on old shops every partial one, on
//! new ones those of some payment plugins. Newer shops list all refunds; on older ones the orders
//! of the last weeks are looked through for a refund that was not there before. The order that one
//! belongs to is then read whole.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::client::{Shop, parse_value, stamp};
use super::super::document::{self, FIELDS, Glance};
use super::super::list::{self, Listed, Walk};
use super::super::spec::{ORDERS, REFUNDS};
use crate::base::Instant;
use crate::connectors::contract::{Cursor, Document, Page};
use crate::connectors::fault::Fault;

const PLACE_VERSION: u32 = 1;
const OVERLAP_S: i64 = 15 * 60;
/// The first version that lists the refunds of all orders.
const LISTING_VERSION: (u32, u32) = (9, 0);
/// Seconds after which the shop's version is looked at again.
const VERSION_EVERY_S: i64 = 86_400;
/// How far back orders are looked through, and how often, where the shop does not list refunds.
const LOOK_BACK_S: i64 = 30 * 86_400;
const LOOK_EVERY_S: i64 = 15 * 60;
/// Orders that are read whole on one page.
const ORDERS_PER_PAGE: usize = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    done_at: Option<Instant>,
    /// Whether the shop lists refunds, and when it was asked.
    lists: bool,
    version_at: Option<Instant>,
    /// The highest id of a refund that was seen; ids only rise.
    newest: u64,
    turn: Option<Turn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    begun_at: Instant,
    /// What came to be after it is looked at.
    after: Instant,
    /// `None`: looked through.
    walk: Option<Walk>,
    newest: u64,
    /// Orders to be read.
    orders: Vec<u64>,
}

/// # Errors
/// What the shop says.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let mut place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let now = shop.ctx.clock.now();
    let turn = match place.turn.take() {
        Some(turn) => Some(turn),
        None => begin(shop, &mut place, now)?,
    };
    let Some(mut turn) = turn else {
        return Ok(Page { next: Cursor::write(PLACE_VERSION, &place)?, ..Page::default() });
    };
    let mut documents = Vec::new();
    if !turn.orders.is_empty() {
        documents = read_orders(shop, &mut turn.orders)?;
    } else if let Some(walk) = turn.walk.take() {
        turn.walk = look(shop, &mut place, (&mut turn, &walk))?;
    }
    let more = turn.walk.is_some() || !turn.orders.is_empty();
    if more {
        place.turn = Some(turn);
    } else {
        place.done_at = Some(turn.begun_at);
        place.newest = place.newest.max(turn.newest);
    }
    let next = Cursor::write(PLACE_VERSION, &place)?;
    Ok(Page { documents, next, more, ..Page::default() })
}

/// `None` where it is too early.
fn begin(shop: &Shop<'_, '_>, place: &mut Place, now: Instant) -> Result<Option<Turn>, Fault> {
    if place.version_at.is_none_or(|at| now >= at.plus_seconds(VERSION_EVERY_S)) {
        let query = [
            ("per_page", "1".to_owned()),
            ("orderby", "id".to_owned()),
            ("order", "desc".to_owned()),
            ("_fields", "id,version".to_owned()),
        ];
        let version = super::read_version(&shop.get(ORDERS, "orders", &query)?.text);
        place.lists = version.is_some_and(|version| version >= LISTING_VERSION);
        place.version_at = Some(now);
    }
    let is_early = place.done_at.is_some_and(|at| now < at.plus_seconds(LOOK_EVERY_S));
    if is_early && !place.lists {
        return Ok(None);
    }
    let after = match place.done_at.filter(|_| place.lists) {
        Some(at) => at.plus_seconds(-OVERLAP_S),
        None => now.plus_seconds(-LOOK_BACK_S),
    };
    let walk = Some(Walk::default());
    Ok(Some(Turn { begun_at: now, after, walk, newest: place.newest, orders: Vec::new() }))
}

/// One page of the list; what it tells is noted in the turn.
fn look(
    shop: &Shop<'_, '_>,
    place: &mut Place,
    (turn, walk): (&mut Turn, &Walk),
) -> Result<Option<Walk>, Fault> {
    let mut filter = vec![("after", stamp(turn.after)), ("dates_are_gmt", "true".to_owned())];
    let listed = if place.lists {
        filter.push(("_fields", "id,parent_id".to_owned()));
        match list::fetch(shop, (REFUNDS, "refunds"), &filter, walk) {
            // Its orders tell a version that the shop no longer has.
            Err(refused) if refused.is_missing() => {
                place.lists = false;
                turn.after = turn.begun_at.plus_seconds(-LOOK_BACK_S);
                return Ok(Some(Walk::default()));
            }
            listed => note_refunds(listed?, turn)?,
        }
    } else {
        filter.push(("_fields", "id,status,refunds".to_owned()));
        let listed = list::fetch(shop, (ORDERS, "orders"), &filter, walk)?;
        note_orders(listed, place.newest, turn)
    };
    if *walk == Walk::default() {
        turn.begun_at = listed.at;
    }
    turn.orders.sort_unstable();
    turn.orders.dedup();
    Ok(listed.next)
}

fn note_refunds(listed: Listed, turn: &mut Turn) -> Result<Listed, Fault> {
    for item in &listed.items {
        let refund = parse_value(item.text.get())?;
        turn.newest = turn.newest.max(item.id);
        turn.orders.extend(parent_of(&refund));
    }
    Ok(listed)
}

fn parent_of(refund: &Value) -> Option<u64> {
    let parent = &refund["parent_id"];
    let id = parent.as_u64().or_else(|| parent.as_str().and_then(|text| text.parse().ok()));
    id.filter(|id| *id != 0)
}

fn note_orders(listed: Listed, newest: u64, turn: &mut Turn) -> Listed {
    for item in &listed.items {
        let refunds = Glance::of(item).refunds.map(|list| list.0).unwrap_or_default();
        let ids = refunds.iter().filter_map(|refund| refund.id.get()?.parse::<u64>().ok());
        let highest = ids.max().unwrap_or(0);
        if highest > newest {
            turn.orders.push(item.id);
        }
        turn.newest = turn.newest.max(highest);
    }
    listed
}

/// Reads some of the orders, which leave the list.
fn read_orders(shop: &Shop<'_, '_>, orders: &mut Vec<u64>) -> Result<Vec<Document>, Fault> {
    let n_taken = orders.len().min(ORDERS_PER_PAGE);
    let ids: Vec<String> = orders.drain(..n_taken).map(|id| id.to_string()).collect();
    let query = [
        ("include", ids.join(",")),
        ("per_page", ids.len().to_string()),
        ("_fields", FIELDS.to_owned()),
    ];
    let reply = shop.get(ORDERS, "orders", &query)?;
    let items = list::read_items(&reply.text)?;
    let (documents, _) = document::read_orders(shop, &items, ORDERS_PER_PAGE as u32)?;
    Ok(documents)
}
