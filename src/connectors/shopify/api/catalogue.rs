//! Products: what is sold under which SKU, and what the seller noted there that it costs. As the
//! products export tells it, so that both are one.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Shop, Trouble};
use super::orders::{parse, sort_out};
use super::spec::{DAY_S, ORDERS_OVERLAP_S};
use super::walk::{Depth, Pace, Walk};
use super::{documents, scrub, wire};
use crate::base::{Currency, Decimal, Money};
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, UnknownKind};
use crate::connectors::ctx::Account;
use crate::connectors::fault::Fault;
use crate::connectors::kit::decode;
use crate::connectors::kit::roll::{Entry, Roll};
use crate::connectors::shopify::products::STATUSES;
use crate::domain::record::{ListedCost, Listing, Record, Stocked};

const VERSION: u32 = 2;
/// The name of the files in which it is noted which variants there are.
const ROLL: &str = "variants";
/// Missing variants that are asked for at once.
const MISSING_PER_PAGE: usize = 20;
/// Our own word for the state of what is no more.
const DELETED: &str = "deleted";
/// A cost that changes may not move the variant's own time, so all is read again once a day.
static PACE: Pace = Pace {
    overlap_s: ORDERS_OVERLAP_S,
    deep_every_s: DAY_S,
    deep_back_s: Pace::EVERYTHING,
    span_s: 0,
    size: 80,
};
const ONLY_OPTION: &str = "Default Title";

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    walk: Walk,
    roll: Roll,
    /// Listings of the last whole turn that this one did not find; `None` until they are looked
    /// for.
    missing: Option<Vec<Entry>>,
}

/// What is remembered of a listing, so that its end can be told.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    id: String,
    listing: Listing,
}

/// # Errors
/// A fault of the way.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let ctx = shop.ctx;
    let place = from.read::<Place>(VERSION)?;
    let (walk, mut roll, missing) = match place {
        Some(place) => (Some(place.walk), place.roll, place.missing),
        None => (None, Roll::default(), None),
    };
    if let (Some(walk), Some(mut missing)) = (&walk, missing) {
        let n_taken = missing.len().min(MISSING_PER_PAGE);
        let taken: Vec<Entry> = missing.drain(..n_taken).collect();
        let documents = look_for(shop, &taken)?;
        let more = !missing.is_empty();
        if !more {
            roll.close();
        }
        let place = Place { walk: walk.clone(), roll, missing: more.then_some(missing) };
        return Ok(Page {
            documents,
            next: Cursor::write(VERSION, &place)?,
            more,
            ..Page::default()
        });
    }
    let mut walk = PACE.resume(walk, ctx);
    let reply = walk.ask(|walk| {
        let variables = json!({
            "first": walk.size, "after": walk.window.page, "q": walk.search("updated_at")
        });
        shop.ask::<wire::goods::Variants>("products", documents::VARIANTS, variables, 4 * walk.size)
    });
    let list = reply.map_err(Trouble::into_fault)?.data.product_variants;
    let count = list.nodes.len();
    let nodes = sort_out(list.nodes);
    let id_of = |node: &Value| node["id"].as_str().map_or(0, wire::rank_of);
    let last = nodes.iter().map(id_of).max().unwrap_or(0);
    let documents: Vec<Document> =
        nodes.iter().map(|node| read(node, ctx.account.currency)).collect();
    let is_whole = walk.is_whole();
    let (walk, mut more) = PACE.step(walk, &list.page_info, (count, Depth::Number(last)))?;
    let mut missing = None;
    if is_whole {
        let named: Vec<Entry> =
            nodes.iter().zip(&documents).filter_map(|(node, it)| entry_of(node, it)).collect();
        roll.note(ctx.spool, ROLL, &named)?;
        if !more {
            let found = roll.list_missing(ctx.spool, ROLL, &|_| true)?;
            missing = (!found.is_empty()).then_some(found);
            more = missing.is_some();
            if !more {
                roll.close();
            }
        }
    }
    let next = Cursor::write(VERSION, &Place { walk, roll, missing })?;
    Ok(Page { documents, next, more, ..Page::default() })
}

fn listing_of(document: &Document) -> Option<&Listing> {
    document.records.iter().find_map(|record| match record {
        Record::Listing(listing) => Some(&**listing),
        _ => None,
    })
}

fn entry_of(node: &Value, document: &Document) -> Option<Entry> {
    let listing = listing_of(document)?;
    let id = node["id"].as_str().unwrap_or_default().to_owned();
    let known = serde_json::to_string(&Known { id, listing: listing.clone() }).ok()?;
    Some((listing.key.clone(), known))
}

/// What became of listings that were not named again: those that are there are read, the others
/// are told to be no more, under the name that they had.
fn look_for(shop: &Shop<'_, '_>, missing: &[Entry]) -> Result<Vec<Document>, Fault> {
    let known: Vec<Known> =
        missing.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    let ids: Vec<&str> = known.iter().map(|it| it.id.as_str()).collect();
    let variables = json!({ "ids": ids });
    let cost = 4 * MISSING_PER_PAGE as u32;
    let reply =
        shop.ask::<wire::goods::Nodes>("products", documents::VARIANTS_BY_ID, variables, cost);
    let nodes = reply.map_err(Trouble::into_fault)?.data.nodes;
    let mut documents = Vec::new();
    for (index, Known { id, listing }) in known.into_iter().enumerate() {
        let node = nodes.iter().flatten().find(|node| node["id"].as_str() == Some(&id));
        let found = node.map(|node| read(node, shop.ctx.account.currency));
        let is_same = found.as_ref().and_then(listing_of).is_some_and(|it| it.key == listing.key);
        if !is_same {
            let status = Some(DELETED.to_owned());
            let records = vec![Record::Listing(Box::new(Listing { status, ..listing }))];
            let key = format!("{} {index} {DELETED}", wire::number_of(&id));
            documents.push(Document { key, records, ..Document::default() });
        }
        documents.extend(found);
    }
    Ok(documents)
}

/// # Errors
/// `Drift` where what was kept is no JSON.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    Ok(read(&kept.read()?, account.currency))
}

fn read(node: &Value, currency: Option<Currency>) -> Document {
    let key = wire::number_of(node["id"].as_str().unwrap_or_default()).to_owned();
    let raw = Some(scrub::raw(node));
    let mut problems = Vec::new();
    let records = parse::<wire::goods::Variant>(node).and_then(|variant| {
        let read = normalise(&variant, currency, &mut problems);
        read.map_err(|what| Problem::Unread { path: key.clone(), what })
    });
    let records = records.unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    Document { key, raw, records, problems }
}

fn normalise(
    variant: &wire::goods::Variant,
    currency: Option<Currency>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Record>, String> {
    let sku = variant.sku.as_deref().and_then(decode::some);
    let options: Vec<&str> =
        variant.selected_options.iter().map(|chosen| chosen.value.as_str()).collect();
    let named: &[&str] = if options == [ONLY_OPTION] { &[] } else { &options };
    let title: Vec<&str> =
        variant.product.title.as_deref().into_iter().chain(named.iter().copied()).collect();
    let status = variant.product.status.as_deref().map(str::to_lowercase);
    if let Some(name) = status.as_deref().filter(|status| !STATUSES.contains(status)) {
        let name = name.chars().take(40).collect();
        problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
    }
    let price = match (&variant.price, currency) {
        (Some(text), Some(currency)) => {
            Some(Money::new(decode::minor_or_zero(text, currency)?, currency))
        }
        _ => None,
    };
    let item = variant.inventory_item.as_ref();
    let listing = Listing {
        key: sku
            .clone()
            .unwrap_or_else(|| format!("{}/{}", variant.product.handle, options.join("/"))),
        title: (!title.is_empty()).then(|| title.join(", ")),
        product: Some(variant.product.handle.clone()),
        barcode: variant.barcode.as_deref().and_then(decode::some),
        catalogue_id: None,
        price,
        weight_grams: item
            .and_then(|item| item.measurement.as_ref()?.weight.as_ref())
            .map(|weight| grams(weight, problems))
            .transpose()?
            .flatten(),
        status,
        sku,
        channel_id: item
            .and_then(|item| item.id.as_deref())
            .map(|id| wire::number_of(id).to_owned()),
        counted_at: None,
        stocked: stocked(variant),
    };
    let cost = item.and_then(|item| item.unit_cost.as_ref());
    let cost = cost.map(|cost| read_cost(cost, currency)).transpose()?.flatten();
    let mut records = Vec::with_capacity(2);
    match (&listing.sku, cost) {
        (Some(sku), Some((unit_cost, currency))) => {
            records.push(Record::ListedCost(ListedCost { sku: sku.clone(), unit_cost, currency }));
        }
        (None, Some(_)) => {
            let what = "A variant bears a cost but no SKU, so no order's line can be given it. \
                        Enter a SKU in Shopify.";
            problems.push(Problem::Doubt { what: what.to_owned() });
        }
        (_, None) => {}
    }
    records.insert(0, Record::Listing(Box::new(listing)));
    Ok(records)
}

/// Whether the shop counts its units, and stops selling when there are none.
fn stocked(variant: &wire::goods::Variant) -> Stocked {
    let tracked = variant.inventory_item.as_ref().and_then(|item| item.tracked);
    match (tracked, variant.inventory_policy.as_deref()) {
        (Some(false), _) => Stocked::Uncounted,
        (Some(true), Some("DENY")) => Stocked::Counted,
        (Some(true), Some("CONTINUE")) => Stocked::Oversold,
        _ => Stocked::Unknown,
    }
}

/// A cost may be finer than the currency.
fn read_cost(
    cost: &wire::Money,
    currency: Option<Currency>,
) -> Result<Option<(Decimal, Currency)>, String> {
    let Some(currency) = cost.currency()?.or(currency) else { return Ok(None) };
    let unit_cost = Decimal::parse(cost.amount()).map_err(|fault| fault.to_string())?;
    match unit_cost.is_negative() {
        true => Err("a cost cannot be below 0".to_owned()),
        false => Ok(Some((unit_cost, currency))),
    }
}

/// Whole grams, half to even; nothing where the unit is not known.
fn grams(weight: &wire::goods::Weight, problems: &mut Vec<Problem>) -> Result<Option<i64>, String> {
    let per_unit = match weight.unit.as_str() {
        "GRAMS" => "1",
        "KILOGRAMS" => "1000",
        "OUNCES" => "28.349523125",
        "POUNDS" => "453.59237",
        other => {
            let name = other.chars().take(40).collect();
            problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
            return Ok(None);
        }
    };
    let value = Decimal::parse(&weight.value.to_string()).map_err(|fault| fault.to_string())?;
    let per_unit = Decimal::parse(per_unit).map_err(|fault| fault.to_string())?;
    let grams = value.checked_mul(per_unit).and_then(|grams| grams.to_minor(0));
    match grams.filter(|grams| *grams >= 0) {
        Some(grams) => Ok(Some(grams)),
        None => Err("a weight is none".to_owned()),
    }
}
