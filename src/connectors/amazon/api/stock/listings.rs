//! Listings of the seller, twenty a page, with the units that he sends himself, and what the
//! catalogue knows of each: its barcode and its weight.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::base::{Decimal, Money};
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::amazon::api::wire::{Amount, Text, read, some, unread};
use crate::connectors::contract::{Cursor, Document, Page, Problem};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, address};
use crate::domain::record::{Listing, Record, StockLevel, StockState};

const CATALOGUE: &str = "/catalog/2022-04-01/items";
const PAGE_SIZE: &str = "20";
/// Amazon hands out no more than these, however often one asks.
const LISTED_MAX: i64 = 1_000;
const PLACE_VERSION: u32 = 1;

/// The channel by which the seller sends by himself.
const OWN_CHANNEL: &str = "DEFAULT";

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Place {
    /// Which marketplace is being read.
    pub market: usize,
    pub page: Option<String>,
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
pub struct WireListing {
    pub sku: String,
    pub summaries: Option<Vec<Summary>>,
    pub offers: Option<Vec<Offer>>,
    pub fulfillment_availability: Option<Vec<Availability>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    marketplace_id: String,
    asin: Option<String>,
    status: Option<Vec<String>>,
    item_name: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Offer {
    marketplace_id: String,
    offer_type: String,
    price: Option<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Availability {
    fulfillment_channel_code: String,
    quantity: Option<i64>,
}

/// A page of listings, understood or not.
pub struct Listed {
    pub listings: Vec<Result<WireListing, Problem>>,
    pub next: Place,
    pub more: bool,
    /// How many there are in all.
    total: i64,
}

impl WireListing {
    pub fn price(&self, market: &Market) -> Option<&Amount> {
        let offers = self.offers.as_deref().unwrap_or_default();
        let own = offers.iter().filter(|offer| offer.marketplace_id == market.id);
        own.filter(|offer| offer.offer_type == "B2C").find_map(|offer| offer.price.as_ref())
    }

    pub fn is_by_amazon(&self) -> bool {
        let channels = self.fulfillment_availability.as_deref().unwrap_or_default();
        channels.iter().any(|channel| channel.fulfillment_channel_code.starts_with("AMAZON"))
    }

    fn summary(&self, market: &Market) -> Option<&Summary> {
        let summaries = self.summaries.as_deref().unwrap_or_default();
        summaries.iter().find(|it| it.marketplace_id == market.id).or(summaries.first())
    }
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let (market, listed) = list(ctx, seller, &place)?;
    let asins: Vec<&str> = listed
        .listings
        .iter()
        .flatten()
        .filter_map(|listing| listing.summary(market)?.asin.as_deref())
        .collect();
    let catalogue = look_up(ctx, market, &asins)?;
    let mut documents: Vec<Document> = Vec::new();
    for listing in &listed.listings {
        documents.push(match listing {
            Ok(listing) => document(listing, (market, seller), &catalogue),
            Err(problem) => {
                let key = "a listing without a shape".to_owned();
                Document { key, problems: vec![problem.clone()], ..Document::default() }
            }
        });
    }
    if listed.total > LISTED_MAX && place.page.is_none() {
        let what = format!(
            "Amazon hands out {LISTED_MAX} of your {} listings on {}; the others are known by \
             their orders and stock alone.",
            listed.total, market.name
        );
        let (key, problems) = (market.name.to_owned(), vec![Problem::Doubt { what }]);
        documents.push(Document { key, problems, ..Document::default() });
    }
    Ok(Page {
        documents,
        next: Cursor::write(PLACE_VERSION, &listed.next)?,
        more: listed.more,
        ..Page::default()
    })
}

/// One page of listings, and the marketplace that it is of.
///
/// # Errors
/// As `call::send`.
pub fn list(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    place: &Place,
) -> Result<(&'static Market, Listed), Fault> {
    let Some(market) = seller.places.get(place.market).copied() else {
        return Err(Fault::Stale { restart: Cursor::start() });
    };
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
    let token = wire.pagination.and_then(|pagination| pagination.next_token);
    let token = token.filter(|token| !token.is_empty());
    let is_last = token.is_none() && place.market + 1 >= seller.places.len();
    let next = match (&token, is_last) {
        (Some(_), _) => Place { market: place.market, page: token },
        (None, false) => Place { market: place.market + 1, page: None },
        (None, true) => Place::default(),
    };
    let listings = wire.items.iter().map(|raw| read(raw)).collect();
    Ok((market, Listed { listings, next, more: !is_last, total: wire.number_of_results }))
}

fn document(
    wire: &WireListing,
    (market, seller): (&Market, &Seller<'_>),
    catalogue: &HashMap<String, Known>,
) -> Document {
    let sku = wire.sku.trim().to_owned();
    let mut document = Document { key: format!("{}/{sku}", market.name), ..Document::default() };
    if sku.is_empty() {
        document.problems.push(unread("items.sku", "The listing has no SKU."));
        return document;
    }
    let price = wire.price(market).and_then(|amount| {
        let price = amount
            .currency()
            .and_then(|currency| Ok(Money::new(amount.minor(currency, "offers")?, currency)));
        price.map_err(|problem| document.problems.push(problem)).ok()
    });
    let summary = wire.summary(market);
    let asin = summary.and_then(|it| some(it.asin.as_ref()));
    let known = asin.as_ref().and_then(|asin| catalogue.get(asin));
    let status = summary.and_then(|it| it.status.as_ref()).map(|words| words.join(", "));
    // A SKU is one for all marketplaces of a region: the first one's listing is the one kept.
    if seller.places.first().is_some_and(|first| first.id == market.id) {
        document.records.push(Record::Listing(Box::new(Listing {
            key: sku.clone(),
            sku: Some(sku.clone()),
            title: summary.and_then(|it| some(it.item_name.as_ref())),
            product: None,
            barcode: known.and_then(|it| it.barcode.clone()),
            catalogue_id: asin,
            price,
            weight_grams: known.and_then(|it| it.weight_grams),
            status: status.filter(|status| !status.is_empty()).map(|it| it.to_lowercase()),
        })));
    }
    for channel in wire.fulfillment_availability.as_deref().unwrap_or_default() {
        if channel.fulfillment_channel_code != OWN_CHANNEL {
            continue;
        }
        let Some(quantity) = channel.quantity else { continue };
        document.records.push(Record::Stock(StockLevel {
            sku: sku.clone(),
            location: "FBM".to_owned(),
            state: StockState::Available,
            quantity,
            at: None,
            reason: None,
        }));
    }
    document
}

/// What the catalogue knows of an ASIN.
#[derive(Default)]
struct Known {
    barcode: Option<String>,
    weight_grams: Option<i64>,
}

#[derive(Deserialize)]
struct CatalogueAnswer {
    #[serde(default)]
    items: Vec<CatalogueItem>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct CatalogueItem {
    asin: String,
    identifiers: Option<Vec<Identifiers>>,
    dimensions: Option<Vec<Dimensions>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Identifiers {
    marketplace_id: String,
    identifiers: Option<Vec<Identifier>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Identifier {
    identifier_type: String,
    identifier: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Dimensions {
    marketplace_id: String,
    item: Option<Measures>,
    package: Option<Measures>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Measures {
    weight: Option<Weight>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Weight {
    unit: Option<String>,
    value: Option<Text>,
}

fn look_up(
    ctx: &Ctx<'_>,
    market: &Market,
    asins: &[&str],
) -> Result<HashMap<String, Known>, Fault> {
    let mut asins: Vec<&str> = asins.to_vec();
    asins.sort_unstable();
    asins.dedup();
    if asins.is_empty() {
        return Ok(HashMap::new());
    }
    let request = call::request(ctx, (Method::Get, "catalogue"), CATALOGUE)?
        .query("identifiers", &asins.join(","))
        .query("identifiersType", "ASIN")
        .query("marketplaceIds", market.id)
        .query("includedData", "identifiers,dimensions")
        .query("pageSize", PAGE_SIZE);
    let wire: CatalogueAnswer = match call::send(ctx, request) {
        Ok(mut answer) => answer.json()?,
        // A listing stands without what the catalogue would add.
        Err(Fault::Refused { .. }) => return Ok(HashMap::new()),
        Err(fault) => return Err(fault),
    };
    Ok(wire.items.into_iter().map(|item| (item.asin.clone(), known(&item, market))).collect())
}

fn known(item: &CatalogueItem, market: &Market) -> Known {
    let lists = item.identifiers.as_deref().unwrap_or_default();
    let own = lists.iter().filter(|it| it.marketplace_id == market.id);
    let all: Vec<&Identifier> =
        own.flat_map(|it| it.identifiers.as_deref().unwrap_or_default()).collect();
    let barcode = ["EAN", "UPC", "GTIN", "JAN", "ISBN"].into_iter().find_map(|kind| {
        let found = all.iter().find(|it| it.identifier_type == kind)?;
        some(Some(&found.identifier))
    });
    let dimensions = item.dimensions.as_deref().unwrap_or_default();
    let own = dimensions.iter().find(|it| it.marketplace_id == market.id);
    let weight = own.and_then(|it| {
        let measures = [it.package.as_ref(), it.item.as_ref()];
        measures.into_iter().flatten().find_map(|measures| measures.weight.as_ref())
    });
    Known { barcode, weight_grams: weight.and_then(grams) }
}

/// Whole grams; `None` for a unit that we do not know.
fn grams(weight: &Weight) -> Option<i64> {
    let factor = match weight.unit.as_deref()?.to_ascii_lowercase().as_str() {
        "grams" => "1",
        "kilograms" => "1000",
        "pounds" => "453.59237",
        "ounces" => "28.349523125",
        _ => return None,
    };
    let value = Decimal::parse(&weight.value.as_ref()?.0).ok()?;
    value.checked_mul(Decimal::parse(factor).ok()?)?.to_minor(0).filter(|grams| *grams >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_become_grams() {
        let weight = |unit: &str, value: &str| {
            let (unit, value) = (Some(unit.to_owned()), Some(Text(value.to_owned())));
            grams(&Weight { unit, value })
        };
        assert_eq!(weight("pounds", "1.5"), Some(680));
        assert_eq!(weight("kilograms", "0.25"), Some(250));
        assert_eq!(weight("Ounces", "1"), Some(28));
        assert_eq!(weight("stones", "1"), None);
    }
}
