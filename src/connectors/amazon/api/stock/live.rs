//! What buyers can buy of one listing right now. A listing says its number twice: as it was
//! submitted, among its attributes, and as it is live. Only the latter is read.

use serde::Deserialize;

use super::listings::{AMAZON_CHANNEL, Availability, OWN_CHANNEL};
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::contract::Reading;
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Method, address};

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Item {
    summaries: Option<Vec<Summary>>,
    fulfillment_availability: Option<Vec<Availability>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Summary {
    marketplace_id: String,
    status: Option<Vec<String>>,
}

/// A listing as it was found.
pub struct Live {
    pub reading: Reading,
    /// Whether Amazon holds and sends it.
    pub by_amazon: bool,
    /// Where it is offered; a number that is set there holds for the whole region.
    pub market: Option<&'static Market>,
}

impl Live {
    fn gone(what: &str) -> Self {
        Self { reading: Reading::Gone(what.to_owned()), by_amazon: false, market: None }
    }
}

pub fn path(seller: &Seller<'_>, sku: &str) -> String {
    let (seller, sku) = (address::encode(seller.id), address::encode(sku));
    format!("/listings/2021-08-01/items/{seller}/{sku}")
}

/// Looks in one marketplace after the other, until the listing is found.
///
/// # Errors
/// As `call::send`.
pub fn look(ctx: &Ctx<'_>, seller: &Seller<'_>, sku: &str) -> Result<Live, Fault> {
    let mut found = Live::gone("Amazon knows no such listing of yours any more.");
    if sku.trim().is_empty() {
        return Ok(found);
    }
    for market in &seller.places {
        let request = call::request(ctx, (Method::Get, "listing"), &path(seller, sku))?
            .query("marketplaceIds", market.id)
            .query("includedData", "summaries,fulfillmentAvailability");
        let item: Item = match call::send(ctx, request) {
            Ok(mut answer) => answer.json()?,
            Err(Fault::Refused { status: 404, .. }) => continue,
            Err(fault) => return Err(fault),
        };
        let live = understand(&item, market);
        // One that is not offered here may be offered elsewhere.
        match live.reading {
            Reading::Gone(_) => found = live,
            _ => return Ok(live),
        }
    }
    Ok(found)
}

fn understand(item: &Item, market: &'static Market) -> Live {
    let summaries = item.summaries.as_deref().unwrap_or_default();
    let Some(summary) = summaries.iter().find(|it| it.marketplace_id == market.id) else {
        return Live::gone("It is not offered in any of the marketplaces that are connected.");
    };
    if summary.status.as_ref().is_none_or(Vec::is_empty) {
        // Out of stock it can still be found; one that was closed cannot even be that.
        return Live::gone("It is inactive in Seller Central: closed, or held back by Amazon.");
    }
    let channels = item.fulfillment_availability.as_deref().unwrap_or_default();
    let is_amazons = |it: &&Availability| it.fulfillment_channel_code.starts_with(AMAZON_CHANNEL);
    let by_amazon = channels.iter().any(|it| is_amazons(&it));
    let own = channels.iter().find(|it| it.fulfillment_channel_code == OWN_CHANNEL);
    let reading = match own.and_then(|it| it.quantity) {
        Some(units) if !by_amazon => Reading::Live(units),
        _ => Reading::Uncounted,
    };
    Live { reading, by_amazon, market: Some(market) }
}
