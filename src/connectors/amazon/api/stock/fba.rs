//! Units in Amazon's warehouses, one pool after the other: all of them now and then, in between
//! only those that changed. A page's mark lives thirty seconds; where it is lost, the scan begins
//! again.

use serde::{Deserialize, Serialize};

use super::listings::AMAZON_CHANNEL;
use crate::base::Instant;
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::amazon::api::wire::{instant, some};
use crate::connectors::amazon::fba::location;
use crate::connectors::contract::{Cursor, Document, Page};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::domain::record::{Record, StockLevel, StockState};

const PATH: &str = "/fba/inventory/v1/summaries";
/// Units on their way are no change to Amazon, so all is read again after so long.
const WHOLE_S: u64 = 6 * 3_600;
const OVERLAP_S: i64 = 3_600;
const PLACE_VERSION: u32 = 1;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// Which pool is being read.
    pool: usize,
    page: Option<String>,
    /// When the scan that is under way began, and whether it is of everything.
    begun: Option<Instant>,
    /// Changes since then; `None` for everything.
    changed: Option<Instant>,
    /// When the last scan began, and the last one of everything.
    last: Option<Instant>,
    whole: Option<Instant>,
}

#[derive(Deserialize)]
struct Answer {
    payload: Option<Payload>,
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "inventorySummaries", default)]
    summaries: Vec<Summary>,
}

#[derive(Deserialize)]
struct Pagination {
    #[serde(rename = "nextToken")]
    next_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Summary {
    seller_sku: Option<String>,
    last_updated_time: Option<String>,
    inventory_details: Option<Details>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Details {
    fulfillable_quantity: Option<i64>,
    inbound_working_quantity: Option<i64>,
    inbound_shipped_quantity: Option<i64>,
    inbound_receiving_quantity: Option<i64>,
    reserved_quantity: Option<Reserved>,
    researching_quantity: Option<Researching>,
    unfulfillable_quantity: Option<Unfulfillable>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Reserved {
    total_reserved_quantity: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Researching {
    total_researching_quantity: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Unfulfillable {
    total_unfulfillable_quantity: Option<i64>,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let now = ctx.clock.now();
    let place = begin(from.read(PLACE_VERSION)?.unwrap_or_default(), now);
    let pools = seller.pools();
    let Some(market) = pools.get(place.pool) else {
        // There are fewer than there were.
        return Err(Fault::Stale { restart: Cursor::start() });
    };
    let mut request = call::request(ctx, (Method::Get, "stock"), PATH)?
        .query("details", "true")
        .query("granularityType", "Marketplace")
        .query("granularityId", market.id)
        .query("marketplaceIds", market.id);
    if let Some(changed) = place.changed {
        request = request.query("startDateTime", &changed.to_string());
    }
    if let Some(page) = &place.page {
        request = request.query("nextToken", page);
    }
    let restart = || Cursor::write(PLACE_VERSION, &Place { page: None, ..place.clone() });
    let mut answer = match place.page {
        Some(_) => call::send_page(ctx, request, restart)?,
        None => call::send(ctx, request)?,
    };
    let wire: Answer = answer.json()?;
    let of = (location_of(&pools, market), format!("{AMAZON_CHANNEL}_{}", market.pool));
    let summaries = wire.payload.map(|payload| payload.summaries).unwrap_or_default();
    let documents = summaries.iter().filter_map(|summary| document(summary, &of)).collect();
    let token = wire.pagination.and_then(|pagination| pagination.next_token);
    let next = go_on(&place, token.filter(|token| !token.is_empty()), pools.len());
    let more = next.begun.is_some();
    Ok(Page { documents, next: Cursor::write(PLACE_VERSION, &next)?, more, ..Page::default() })
}

/// One pool is `FBA`, as in the report; several bear the pool's name.
fn location_of(pools: &[&Market], market: &Market) -> String {
    location((pools.len() > 1).then(|| market.pool.to_owned()))
}

fn begin(place: Place, now: Instant) -> Place {
    if place.begun.is_some() {
        return place;
    }
    let is_due = place.whole.is_none_or(|at| now.since(at).as_secs() >= WHOLE_S);
    let changed = place.last.filter(|_| !is_due).map(|at| at.plus_seconds(-OVERLAP_S));
    Place { pool: 0, page: None, begun: Some(now), changed, ..place }
}

fn go_on(place: &Place, token: Option<String>, pools: usize) -> Place {
    let next = place.clone();
    if token.is_some() {
        return Place { page: token, ..next };
    }
    if place.pool + 1 < pools {
        return Place { page: None, pool: place.pool + 1, ..next };
    }
    let whole = if place.changed.is_none() { place.begun } else { place.whole };
    Place { page: None, pool: 0, begun: None, changed: None, last: place.begun, whole }
}

/// `place` is our mark of the pool: it begins as the channel codes do by which Amazon sends.
fn document(summary: &Summary, (location, place): &(String, String)) -> Option<Document> {
    let sku = some(summary.seller_sku.as_ref())?;
    let details = summary.inventory_details.as_ref()?;
    let inbound = [
        details.inbound_working_quantity,
        details.inbound_shipped_quantity,
        details.inbound_receiving_quantity,
    ];
    let inbound: Vec<i64> = inbound.into_iter().flatten().collect();
    let inbound = (!inbound.is_empty()).then(|| inbound.iter().sum());
    let reserved = details.reserved_quantity.as_ref().and_then(|it| it.total_reserved_quantity);
    let lost = details.researching_quantity.as_ref().and_then(|it| it.total_researching_quantity);
    let broken = details.unfulfillable_quantity.as_ref();
    let levels = [
        (StockState::Available, details.fulfillable_quantity),
        (StockState::Reserved, reserved),
        (StockState::Unfulfillable, broken.and_then(|it| it.total_unfulfillable_quantity)),
        (StockState::Inbound, inbound),
        (StockState::Researching, lost),
    ];
    let at = instant(summary.last_updated_time.as_deref());
    let record = |state, quantity| {
        let listing = (sku.clone(), place.clone());
        Record::Stock(StockLevel {
            sku: sku.clone(),
            location: location.clone(),
            state,
            quantity,
            at,
            reason: None,
            listing: (state == StockState::Available).then_some(listing),
        })
    };
    // What is not told makes no level of 0.
    let told = levels.into_iter().filter_map(|(state, quantity)| Some((state, quantity?)));
    let records = told.map(|(state, quantity)| record(state, quantity)).collect();
    Some(Document { key: format!("{location}/{sku}"), records, ..Document::default() })
}
