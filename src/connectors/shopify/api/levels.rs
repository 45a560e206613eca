//! Stock: how much of each SKU there is at which location, as the shop counts it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Shop, Trouble};
use super::orders::parse;
use super::spec::{DAY_S, ORDERS_OVERLAP_S};
use super::walk::{Depth, Pace, Walk};
use super::{documents, scrub, wire};
use crate::connectors::contract::{Cursor, Document, Kept, Page, Problem, UnknownKind};
use crate::connectors::fault::Fault;
use crate::connectors::kit::decode;
use crate::connectors::kit::roll::{Entry, Roll};
use crate::connectors::shopify::products::ONLY_PLACE;
use crate::domain::record::{Record, StockLevel, StockState};

const VERSION: u32 = 1;
static PACE: Pace = Pace {
    overlap_s: ORDERS_OVERLAP_S,
    deep_every_s: DAY_S,
    deep_back_s: Pace::EVERYTHING,
    span_s: 0,
    size: 50,
};
/// The name of the files in which it is noted which levels there are.
const ROLL: &str = "levels";
/// Missing levels that are asked for at once.
const MISSING_PER_PAGE: usize = 20;
const LOCATIONS_PAGE: u32 = 50;
const LOCATION_PAGES_MAX: u32 = 20;
/// What Shopify counts, and what that is to us; several of its counts may be one of ours.
const STATES: [(&str, StockState); 8] = [
    ("available", StockState::Available),
    ("on_hand", StockState::OnHand),
    ("committed", StockState::Reserved),
    ("reserved", StockState::Reserved),
    ("incoming", StockState::Inbound),
    ("damaged", StockState::Unfulfillable),
    ("quality_control", StockState::Unfulfillable),
    ("safety_stock", StockState::Unfulfillable),
];

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    walk: Walk,
    /// Those that are still to be read in this turn, the current one first.
    locations: Vec<(String, String)>,
    #[serde(default)]
    roll: Roll,
    /// Levels of the last whole turn that this one did not find; `None` until they are looked for.
    #[serde(default)]
    missing: Option<Vec<Entry>>,
}

/// What is remembered of a level, so that its end can be told.
#[derive(Debug, Serialize, Deserialize)]
struct Known {
    id: String,
    sku: String,
    location: String,
    #[serde(default)]
    listing: Option<(String, String)>,
}

/// What a level does not say of its place; an older version kept the name alone.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Beside {
    Named(String),
    Place { id: String, name: String },
}

/// A place of the shop: its mark, and the name under which its stock stands.
#[derive(Clone, Copy)]
struct At<'a> {
    id: Option<&'a str>,
    name: &'a str,
}

/// # Errors
/// A fault of the way.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let place = from.read::<Place>(VERSION)?;
    let (walk, locations, roll) = match place {
        Some(Place { missing: Some(missing), walk, roll, .. }) => {
            return look_for(shop, (walk, roll), missing);
        }
        Some(place) => (Some(place.walk), place.locations, place.roll),
        None => (None, Vec::new(), Roll::default()),
    };
    let walk = PACE.resume(walk, shop.ctx);
    let locations = match locations.is_empty() {
        true => list_locations(shop)?,
        false => locations,
    };
    let Some((id, name)) = locations.first().cloned() else {
        let is_whole = walk.is_whole();
        let (walk, more) = PACE.step(walk, &wire::PageInfo::default(), (0, Depth::Unknown))?;
        let place = Place { walk, locations, roll, missing: None };
        return finish(shop, place, (Vec::new(), is_whole, more));
    };
    read_location(shop, Place { walk, locations, roll, missing: None }, (&id, &name))
}

/// The page; after the last one of a whole turn what is missing is looked for.
fn finish(
    shop: &Shop<'_, '_>,
    mut place: Place,
    (documents, is_whole, mut more): (Vec<Document>, bool, bool),
) -> Result<Page, Fault> {
    if is_whole && !more {
        let found = place.roll.list_missing(shop.ctx.spool, ROLL, &|_| true)?;
        place.missing = (!found.is_empty()).then_some(found);
        more = place.missing.is_some();
        if !more {
            place.roll.close();
        }
    }
    let next = Cursor::write(VERSION, &place)?;
    Ok(Page { documents, next, more, ..Page::default() })
}

/// What became of levels that were not named again: one that is there is read, of any other nothing
/// is left at that place.
fn look_for(
    shop: &Shop<'_, '_>,
    (walk, mut roll): (Walk, Roll),
    mut missing: Vec<Entry>,
) -> Result<Page, Fault> {
    let n_taken = missing.len().min(MISSING_PER_PAGE);
    let known: Vec<Known> =
        missing.drain(..n_taken).filter_map(|(_, text)| serde_json::from_str(&text).ok()).collect();
    let places = list_locations(shop)?;
    let ids: Vec<&str> = known.iter().map(|it| it.id.as_str()).collect();
    let cost = 3 * MISSING_PER_PAGE as u32;
    let variables = json!({ "ids": ids });
    let reply = shop.ask::<wire::goods::Nodes>("stock", documents::LEVELS_BY_ID, variables, cost);
    let nodes = reply.map_err(Trouble::into_fault)?.data.nodes;
    let mut documents = Vec::new();
    for Known { id, sku, location, listing } in known {
        let node = nodes.iter().flatten().find(|node| node["id"].as_str() == Some(&id));
        let node = node.filter(|node| node["isActive"] == true);
        let found = node.and_then(|node| {
            let (id, name) = places.iter().find(|(id, _)| node["location"]["id"] == **id)?;
            Some(read(node, At { id: Some(id), name }))
        });
        let is_there = found.as_ref().and_then(level_of).is_some_and(|level| {
            (level.sku.as_str(), level.location.as_str()) == (sku.as_str(), location.as_str())
        });
        if !is_there {
            documents.push(nothing_left(&sku, &location, listing.as_ref()));
        }
        documents.extend(found);
    }
    let more = !missing.is_empty();
    if !more {
        roll.close();
    }
    let missing = more.then_some(missing);
    let next = Cursor::write(VERSION, &Place { walk, locations: Vec::new(), roll, missing })?;
    Ok(Page { documents, next, more, ..Page::default() })
}

fn level_of(document: &Document) -> Option<&StockLevel> {
    document.records.iter().find_map(|record| match record {
        Record::Stock(level) => Some(level),
        _ => None,
    })
}

/// Nothing of a SKU at a place, in any of the states that Shopify counts.
fn nothing_left(sku: &str, location: &str, listing: Option<&(String, String)>) -> Document {
    let mut states: Vec<StockState> = STATES.iter().map(|(_, state)| *state).collect();
    states.dedup();
    let level = |state| StockLevel {
        sku: sku.to_owned(),
        location: location.to_owned(),
        state,
        quantity: 0,
        at: None,
        reason: None,
        listing: listing.filter(|_| state == StockState::Available).cloned(),
    };
    let records = states.into_iter().map(|state| Record::Stock(level(state))).collect();
    Document { key: format!("{sku} no longer at {location}"), records, ..Document::default() }
}

fn entry_of(node: &Value, document: &Document) -> Option<Entry> {
    let StockLevel { sku, location, .. } = level_of(document)?.clone();
    let id = node["id"].as_str().unwrap_or_default().to_owned();
    let key = serde_json::to_string(&(&sku, &location)).ok()?;
    let mut addressed = document.records.iter().filter_map(|record| match record {
        Record::Stock(level) => level.listing.clone(),
        _ => None,
    });
    let listing = addressed.next();
    Some((key, serde_json::to_string(&Known { id, sku, location, listing }).ok()?))
}

fn read_location(
    shop: &Shop<'_, '_>,
    Place { mut walk, mut locations, mut roll, .. }: Place,
    (id, name): (&str, &str),
) -> Result<Page, Fault> {
    let reply = walk.ask(|walk| {
        let variables = json!({
            "id": id, "first": walk.size, "after": walk.window.page, "q": walk.search("updated_at")
        });
        shop.ask::<wire::goods::OneLocation>("stock", documents::LEVELS, variables, 2 * walk.size)
    });
    let list = match reply.map_err(Trouble::into_fault)?.data.location {
        Some(location) => location.inventory_levels,
        // Closed since we were told of it.
        None => wire::List::default(),
    };
    let mut nodes = list.nodes;
    nodes.sort_by(|left, right| left["id"].as_str().cmp(&right["id"].as_str()));
    nodes.dedup_by(|left, right| left["id"] == right["id"]);
    let documents: Vec<Document> =
        nodes.iter().map(|node| read(node, At { id: Some(id), name })).collect();
    let is_whole = walk.is_whole();
    if is_whole {
        let named: Vec<Entry> =
            nodes.iter().zip(&documents).filter_map(|(node, it)| entry_of(node, it)).collect();
        roll.note(shop.ctx.spool, ROLL, &named)?;
    }
    let is_last_page = !list.page_info.has_next_page;
    let more;
    if is_last_page && locations.len() > 1 {
        locations.remove(0);
        (walk.window.page, more) = (None, true);
    } else {
        (walk, more) = PACE.step(walk, &list.page_info, (nodes.len(), Depth::Unknown))?;
        if !more {
            locations.clear();
        }
    }
    let place = Place { walk, locations, roll, missing: None };
    finish(shop, place, (documents, is_whole, more))
}

/// The number and the name of each; a shop's only one bears the name that its exports mean.
fn list_locations(shop: &Shop<'_, '_>) -> Result<Vec<(String, String)>, Fault> {
    let (mut found, mut after): (Vec<(String, String)>, Option<String>) = (Vec::new(), None);
    for _ in 0..LOCATION_PAGES_MAX {
        let variables = json!({ "first": LOCATIONS_PAGE, "after": after });
        let reply =
            shop.ask::<wire::goods::Locations>("locations", documents::LOCATIONS, variables, 55);
        let list = reply.map_err(Trouble::into_fault)?.data.locations;
        found.extend(list.nodes.into_iter().map(|location| (location.id, location.name)));
        after = list.page_info.end_cursor.filter(|_| list.page_info.has_next_page);
        if after.is_none() {
            break;
        }
    }
    found.sort_by_key(|(id, _)| wire::rank_of(id));
    found.dedup();
    if let [(_, name)] = found.as_mut_slice() {
        ONLY_PLACE.clone_into(name);
    }
    Ok(found)
}

/// # Errors
/// `Drift` where the place was not kept.
pub fn replay(kept: &Kept<'_>) -> Result<Document, Fault> {
    let node = kept.read()?;
    Ok(match &kept.read_beside()? {
        Beside::Named(name) => read(&node, At { id: None, name }),
        Beside::Place { id, name } => read(&node, At { id: Some(id), name }),
    })
}

fn read(node: &Value, place: At<'_>) -> Document {
    let key = node["id"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let name = place.name.to_owned();
    let beside = match place.id {
        Some(id) => Beside::Place { id: id.to_owned(), name },
        None => Beside::Named(name),
    };
    let raw = Some(scrub::raw(node).beside(&beside));
    let mut problems = Vec::new();
    let records = parse::<wire::goods::Level>(node).and_then(|level| {
        let read = normalise(&level, place, &mut problems);
        read.map_err(|what| Problem::Unread { path: level.id, what })
    });
    let records = records.unwrap_or_else(|problem| {
        problems.push(problem);
        Vec::new()
    });
    Document { key: key.to_owned(), raw, records, problems }
}

/// One level for each of our states; none for what bears no SKU or is not counted.
fn normalise(
    level: &wire::goods::Level,
    place: At<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Record>, String> {
    let sku = level.item.sku.as_deref().and_then(decode::some);
    let Some(sku) = sku.filter(|_| level.item.tracked) else { return Ok(Vec::new()) };
    let at = level.updated_at.as_deref().map(wire::instant).transpose()?;
    let number = |gid: &str| wire::number_of(gid).to_owned();
    let listing = level.item.id.as_deref().zip(place.id);
    let listing = listing.map(|(item, place)| (number(item), number(place)));
    let mut levels: Vec<StockLevel> = Vec::new();
    for counted in &level.quantities {
        let known = STATES.iter().find(|(name, _)| *name == counted.name);
        let Some((_, state)) = known else {
            let name = counted.name.chars().take(40).collect();
            problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
            continue;
        };
        match levels.iter_mut().find(|level| level.state == *state) {
            Some(level) => level.quantity += counted.quantity,
            None => levels.push(StockLevel {
                sku: sku.clone(),
                location: place.name.to_owned(),
                state: *state,
                quantity: counted.quantity,
                at,
                reason: None,
                listing: listing.clone().filter(|_| *state == StockState::Available),
            }),
        }
    }
    Ok(levels.into_iter().map(Record::Stock).collect())
}
