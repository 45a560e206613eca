//! Listings of the seller, with the units that he sends himself, and what the catalogue knows of
//! each. They are searched, twenty a page; where there are more than the search hands out, a
//! report tells all of them (`all_listings.rs`).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::all_listings::{self, Came};
use super::catalogue;
use super::offer::{Offer, Told};
use crate::base::Money;
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::amazon::api::wire::{Amount, read, some, unread};
use crate::connectors::contract::{Cursor, Document, Page, Problem};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, address};

const PAGE_SIZE: &str = "20";
/// Amazon's search hands out no more than these, however often one asks.
const LISTED_MAX: i64 = 1_000;
/// The name of the file in which all listings are kept while they are read.
const FILE: &str = "listings";
const PLACE_VERSION: u32 = 1;

/// The channel by which the seller sends by himself.
pub const OWN_CHANNEL: &str = "DEFAULT";
/// How those begin by which Amazon sends.
pub const AMAZON_CHANNEL: &str = "AMAZON";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Which marketplace is being read.
    pub market: usize,
    pub page: Option<String>,
    /// Where the report of all listings stands, where one is needed.
    #[serde(default)]
    pub report: Option<all_listings::Place>,
    /// Whether Amazon would not make it, and what the search hands out must do.
    #[serde(default)]
    pub without_report: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    number_of_results: i64,
    pagination: Option<Pagination>,
    #[serde(default)]
    items: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination {
    next_token: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireListing {
    sku: String,
    summaries: Option<Vec<Summary>>,
    offers: Option<Vec<WireOffer>>,
    fulfillment_availability: Option<Vec<Availability>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Summary {
    marketplace_id: String,
    asin: Option<String>,
    status: Option<Vec<String>>,
    item_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct WireOffer {
    marketplace_id: String,
    offer_type: String,
    price: Option<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Availability {
    pub fulfillment_channel_code: String,
    pub quantity: Option<i64>,
}

/// Some listings of one marketplace, at most twenty.
#[derive(Default)]
pub struct Listed {
    pub listings: Vec<Told>,
    pub next: Place,
    pub more: bool,
    /// Amazon is at work on its report; asked again after so long.
    pub wait: Option<Duration>,
    /// What is told of all of them.
    pub beside: Vec<Document>,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let (market, listed) = list(ctx, seller, (&place, FILE))?;
    let offers = listed.listings.iter().filter_map(|told| told.offer.as_ref());
    let asins: Vec<&str> = offers.filter_map(|offer| offer.asin.as_deref()).collect();
    let catalogue = catalogue::look_up(ctx, market, &asins)?;
    let is_kept = seller.places.first().is_some_and(|first| first.id == market.id);
    let mut documents = listed.beside;
    documents.extend(listed.listings.iter().map(|told| {
        let asin = told.offer.as_ref().and_then(|offer| offer.asin.as_ref());
        told.document(market, is_kept, asin.and_then(|asin| catalogue.get(asin)))
    }));
    Ok(Page {
        documents,
        next: Cursor::write(PLACE_VERSION, &listed.next)?,
        more: listed.more,
        wait: listed.wait,
        ..Page::default()
    })
}

/// Some listings, and the marketplace that they are of; `file` is where a report is kept meanwhile.
///
/// # Errors
/// As `call::send`.
pub fn list(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (place, file): (&Place, &str),
) -> Result<(&'static Market, Listed), Fault> {
    let Some(market) = seller.places.get(place.market).copied() else {
        return Err(Fault::Stale { restart: Cursor::start() });
    };
    let after = match place.market + 1 < seller.places.len() {
        true => Some(Place { market: place.market + 1, ..Place::default() }),
        false => None,
    };
    let listed = match &place.report {
        None => search(ctx, (seller, market), (place, after))?,
        Some(report) => {
            let one = Seller { places: vec![market], ..*seller };
            report_on(all_listings::go_on(ctx, &one, (report, file))?, (place, after))
        }
    };
    Ok((market, listed))
}

fn report_on(came: Came, (place, after): (&Place, Option<Place>)) -> Listed {
    let on = |report| Place { report: Some(report), ..place.clone() };
    match came {
        Came::Not { next, wait } => {
            Listed { next: on(next), more: true, wait, ..Listed::default() }
        }
        Came::Some { listings, next: Some(next), beside } => {
            Listed { listings, next: on(next), more: true, beside, wait: None }
        }
        Came::Some { listings, next: None, beside } => {
            let (more, next) = (after.is_some(), after.unwrap_or_default());
            Listed { listings, next, more, beside, wait: None }
        }
        Came::Never { beside } => {
            let next = Place { report: None, without_report: true, ..place.clone() };
            Listed { next, more: true, beside, ..Listed::default() }
        }
    }
}

fn search(
    ctx: &Ctx<'_>,
    (seller, market): (&Seller<'_>, &'static Market),
    (place, after): (&Place, Option<Place>),
) -> Result<Listed, Fault> {
    let path = format!("/listings/2021-08-01/items/{}", address::encode(seller.id));
    let mut request = call::request(ctx, (Method::Get, "listings"), &path)?
        .query("marketplaceIds", market.id)
        .query("includedData", "summaries,offers,fulfillmentAvailability")
        .query("sortBy", "sku")
        .query("sortOrder", "ASC")
        .query("pageSize", PAGE_SIZE);
    if let Some(page) = &place.page {
        request = request.query("pageToken", page);
    }
    let restart = || Cursor::write(PLACE_VERSION, &Place { page: None, ..place.clone() });
    let mut answer = match place.page {
        Some(_) => call::send_page(ctx, request, restart)?,
        None => call::send(ctx, request)?,
    };
    let wire: Answer = answer.json()?;
    let total = wire.number_of_results;
    let is_capped = total > LISTED_MAX && place.page.is_none();
    if is_capped && !place.without_report {
        let report = Some(all_listings::Place::default());
        let next = Place { report, ..place.clone() };
        return Ok(Listed { next, more: true, ..Listed::default() });
    }
    let mut beside = Vec::new();
    if is_capped {
        let what = format!(
            "Amazon hands out {LISTED_MAX} of your {total} listings on {}, and did not make its \
             report of all of them; the others are known by their orders and stock alone. The \
             report is asked for again with the next turn.",
            market.name
        );
        let (key, problems) = (market.name.to_owned(), vec![Problem::Doubt { what }]);
        beside.push(Document { key, problems, ..Document::default() });
    }
    let token = wire.pagination.and_then(|pagination| pagination.next_token);
    let token = token.filter(|token| !token.is_empty());
    let more = token.is_some() || after.is_some();
    let next = match token {
        Some(_) => Place { page: token, ..place.clone() },
        None => after.unwrap_or_default(),
    };
    let listings = wire.items.iter().map(|raw| understand(raw, market)).collect();
    Ok(Listed { listings, next, more, beside, wait: None })
}

fn understand(raw: &RawValue, market: &Market) -> Told {
    let wire: WireListing = match read(raw) {
        Ok(wire) => wire,
        Err(problem) => return Told { offer: None, problems: vec![problem] },
    };
    let mut problems = Vec::new();
    let sku = wire.sku.trim().to_owned();
    if sku.is_empty() {
        problems.push(unread("items.sku", "The listing has no SKU."));
        return Told { offer: None, problems };
    }
    let summaries = wire.summaries.as_deref().unwrap_or_default();
    let own = summaries.iter().find(|it| it.marketplace_id == market.id);
    let summary = own.or(summaries.first());
    let status = summary.and_then(|it| it.status.as_ref()).map(|words| words.join(", "));
    let channels = wire.fulfillment_availability.as_deref().unwrap_or_default();
    let code = |channel: &Availability| channel.fulfillment_channel_code.clone();
    let offer = Offer {
        sku,
        asin: summary.and_then(|it| some(it.asin.as_ref())),
        title: summary.and_then(|it| some(it.item_name.as_ref())),
        price: price_of(&wire, market, &mut problems),
        by_amazon: channels.iter().any(|it| code(it).starts_with(AMAZON_CHANNEL)),
        own_units: channels.iter().find(|it| code(it) == OWN_CHANNEL).and_then(|it| it.quantity),
        status: status.filter(|status| !status.is_empty()).map(|it| it.to_lowercase()),
    };
    Told { offer: Some(offer), problems }
}

/// What a consumer pays there.
fn price_of(wire: &WireListing, market: &Market, problems: &mut Vec<Problem>) -> Option<Money> {
    let offers = wire.offers.as_deref().unwrap_or_default();
    let own = offers.iter().filter(|offer| offer.marketplace_id == market.id);
    let amount = own.filter(|offer| offer.offer_type == "B2C").find_map(|it| it.price.as_ref())?;
    let price = amount
        .currency()
        .and_then(|currency| Ok(Money::new(amount.minor(currency, "offers")?, currency)));
    price.map_err(|problem| problems.push(problem)).ok()
}
