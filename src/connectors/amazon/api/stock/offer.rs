//! One listing of the seller, whichever way Amazon tells it, and the records that it makes. Pure.

use serde::{Deserialize, Serialize};

use super::catalogue::Known;
use super::listings::OWN_CHANNEL;
use crate::base::Money;
use crate::connectors::amazon::api::region::Place as Market;
use crate::connectors::contract::{Document, Problem};
use crate::domain::record::{Listing, Record, StockLevel, StockState, Stocked};

/// The seller's own units, which all marketplaces of the region sell.
pub const OWN_PLACE: &str = "FBM";

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub sku: String,
    pub asin: Option<String>,
    pub title: Option<String>,
    pub price: Option<Money>,
    /// Whether Amazon sends it.
    pub by_amazon: bool,
    /// Units that the seller sends himself, where he does.
    pub own_units: Option<i64>,
    /// Amazon's own words, in lower case.
    pub status: Option<String>,
}

/// One listing as far as it was understood.
pub struct Told {
    pub offer: Option<Offer>,
    pub problems: Vec<Problem>,
}

impl Told {
    /// `is_kept` says whether its marketplace is the one whose listings are kept: a SKU is one for
    /// all marketplaces of a region.
    pub fn document(&self, market: &Market, is_kept: bool, known: Option<&Known>) -> Document {
        let problems = self.problems.clone();
        let Some(offer) = &self.offer else {
            let key = "a listing without a shape".to_owned();
            return Document { key, problems, ..Document::default() };
        };
        let key = format!("{}/{}", market.name, offer.sku);
        let mut records = Vec::new();
        if is_kept {
            records.push(Record::Listing(Box::new(Listing {
                key: offer.sku.clone(),
                sku: Some(offer.sku.clone()),
                title: offer.title.clone(),
                product: None,
                barcode: known.and_then(|it| it.barcode.clone()),
                catalogue_id: offer.asin.clone(),
                price: offer.price,
                weight_grams: known.and_then(|it| it.weight_grams),
                status: offer.status.clone(),
                channel_id: Some(offer.sku.clone()),
                counted_at: None,
                stocked: match (offer.by_amazon, offer.own_units) {
                    (true, _) => Stocked::ByChannel,
                    (false, Some(_)) => Stocked::Counted,
                    (false, None) => Stocked::Unknown,
                },
            })));
        }
        records.extend(offer.own_units.map(|quantity| {
            Record::Stock(StockLevel {
                sku: offer.sku.clone(),
                location: OWN_PLACE.to_owned(),
                state: StockState::Available,
                quantity,
                at: None,
                reason: None,
                listing: Some((offer.sku.clone(), OWN_CHANNEL.to_owned())),
            })
        }));
        Document { key, records, problems, ..Document::default() }
    }
}
