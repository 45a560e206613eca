//! What Amazon expects to take for one unit of each listing at its present price; kept as an
//! estimate and never booked as a fee.

use serde::Deserialize;

use super::listings::{Place, list};
use super::offer::Offer;
use crate::base::{Currency, Money};
use crate::connectors::amazon::api::call;
use crate::connectors::amazon::api::region::{Place as Market, Seller};
use crate::connectors::amazon::api::wire::{Amount, unread};
use crate::connectors::contract::{Cursor, Document, Page, Problem, UnknownKind};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::domain::record::{FeeEstimate, Record};

const PATH: &str = "/products/fees/v0/feesEstimate";
/// The name of the file in which all listings are kept while they are read.
const FILE: &str = "fee-listings";
const PLACE_VERSION: u32 = 1;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Estimate {
    status: String,
    fees_estimate_identifier: Identifier,
    fees_estimate: Option<Fees>,
    error: Option<Failure>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Identifier {
    seller_input_identifier: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Fees {
    total_fees_estimate: Option<Amount>,
    fee_detail_list: Option<Vec<Detail>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Detail {
    fee_type: String,
    final_fee: Option<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Failure {
    code: String,
}

/// What was asked, in the order of asking.
struct Asked {
    sku: String,
    price: Money,
    by_amazon: bool,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    // An estimate is one for a SKU: the first marketplace's is the one kept.
    let first = Seller { places: seller.places.iter().take(1).copied().collect(), ..*seller };
    let place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let (market, listed) = list(ctx, &first, (&place, FILE))?;
    // What is told of the listings is told by their own stream.
    let offers = listed.listings.iter().filter_map(|told| told.offer.as_ref());
    let asked: Vec<Asked> = offers.filter_map(asked).collect();
    let documents = match asked.is_empty() {
        true => Vec::new(),
        false => ask(ctx, market, &asked)?,
    };
    Ok(Page {
        documents,
        next: Cursor::write(PLACE_VERSION, &listed.next)?,
        more: listed.more,
        wait: listed.wait,
        ..Page::default()
    })
}

fn asked(offer: &Offer) -> Option<Asked> {
    let price = offer.price.filter(|price| price.minor > 0)?;
    Some(Asked { sku: offer.sku.clone(), price, by_amazon: offer.by_amazon })
}

fn ask(ctx: &Ctx<'_>, market: &Market, asked: &[Asked]) -> Result<Vec<Document>, Fault> {
    let mut wanted = Vec::with_capacity(asked.len());
    for one in asked {
        // Exact as written: a number of the price's own digits.
        let text = one.price.to_decimal_text();
        let amount: serde_json::Value = serde_json::from_str(&text)
            .map_err(|fault| Fault::drift("price", fault.to_string()))?;
        wanted.push(serde_json::json!({
            "IdType": "SellerSKU",
            "IdValue": one.sku,
            "FeesEstimateRequest": {
                "MarketplaceId": market.id,
                "IsAmazonFulfilled": one.by_amazon,
                "Identifier": one.sku,
                "PriceToEstimateFees": {
                    "ListingPrice": {
                        "CurrencyCode": one.price.currency.code(), "Amount": amount,
                    },
                },
            },
        }));
    }
    let body = serde_json::Value::Array(wanted);
    let request = call::request(ctx, (Method::Post, "fee estimates"), PATH)?.json(&body);
    let estimates: Vec<Estimate> = call::send(ctx, request)?.json()?;
    let of = |one: &Asked| {
        let mut all = estimates.iter();
        all.find(|it| it.fees_estimate_identifier.seller_input_identifier == one.sku)
    };
    Ok(asked.iter().map(|one| document(one, of(one))).collect())
}

fn document(asked: &Asked, estimate: Option<&Estimate>) -> Document {
    let mut document = Document { key: asked.sku.clone(), ..Document::default() };
    let Some(estimate) = estimate else {
        document.problems.push(unread("FeesEstimate", "Amazon gave no answer for it."));
        return document;
    };
    match read(asked, estimate, &mut document.problems) {
        Ok(record) => document.records.push(record),
        Err(problem) => document.problems.push(problem),
    }
    document
}

fn read(
    asked: &Asked,
    estimate: &Estimate,
    problems: &mut Vec<Problem>,
) -> Result<Record, Problem> {
    let fees = estimate.fees_estimate.as_ref().filter(|_| estimate.status == "Success");
    let Some(fees) = fees else {
        let code = estimate.error.as_ref().map_or("", |it| it.code.as_str());
        let what = format!("Amazon estimates no fees for it ({} {code}).", estimate.status);
        return Err(unread("FeesEstimate", what));
    };
    let currency: Currency = asked.price.currency;
    let minor = |amount: &Amount| amount.minor(currency, "FeeDetailList");
    let (mut share_minor, mut fixed_minor) = (0, 0);
    for detail in fees.fee_detail_list.as_deref().unwrap_or_default() {
        let Some(fee) = &detail.final_fee else { continue };
        match detail.fee_type.as_str() {
            "ReferralFee" => share_minor += minor(fee)?,
            "FBAFees" | "VariableClosingFee" | "PerItemFee" | "FixedClosingFee" => {
                fixed_minor += minor(fee)?;
            }
            other => {
                fixed_minor += minor(fee)?;
                let (kind, name) = (UnknownKind::Fee, format!("estimate {other}"));
                problems.push(Problem::Unknown { kind, name });
            }
        }
    }
    let total = fees.total_fees_estimate.as_ref().map(minor).transpose()?;
    match total {
        Some(total) if total != share_minor + fixed_minor => {
            Err(unread("TotalFeesEstimate", "The fees do not add up to their total."))
        }
        None => Err(unread("TotalFeesEstimate", "Amazon names no total.")),
        Some(_) => Ok(Record::FeeEstimate(FeeEstimate {
            sku: asked.sku.clone(),
            price: asked.price,
            share_minor,
            fixed_minor,
        })),
    }
}
