//! Listings and their links as JSON, for programs and the command.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::choice::asked_of;
use crate::domain::catalogue::Suggestion;
use crate::reports::listings::{self as report, Counts, ListingRow, State};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::words::listing as told;

/// Listings that one answer holds at most.
pub const LIST_MAX: i64 = 1_000;

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/listings",
    summary: "What every channel sells, and which product each listing is linked to.",
    parameters: &[
        Parameter {
            name: "store",
            place: Place::Query,
            text: "Only listings of the store with this name",
            one_of: &[],
        },
        Parameter {
            name: "state",
            place: Place::Query,
            text: "Only listings in this state",
            one_of: &["all", "unlinked", "blank", "duplicate", "suggested", "linked", "apart"],
        },
        Parameter {
            name: "q",
            place: Place::Query,
            text: "Only listings with this in their SKU, title, barcode or catalogue id",
            one_of: &[],
        },
        Parameter {
            name: "page",
            place: Place::Query,
            text: "Which thousand of them, from 1 on",
            one_of: &[],
        },
    ],
    answers: &[
        (200, "At most 1,000 listings, how many there are, and how many in each state."),
        (400, "A parameter is wrong; the sentence says which."),
    ],
};

pub async fn api(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let asked = asked_of(&page);
    let named = page.ask.rest.iter().find(|(name, _)| name == "state").map(|(_, name)| name);
    if named.is_some_and(|name| State::parse(name).is_none()) {
        return Err(AppError::BadRequest("state: this is not one of them.".to_owned()));
    }
    if page.ask.store.is_some() && asked.store.is_none() {
        return Err(AppError::BadRequest("store: there is none of this name.".to_owned()));
    }
    let offset = (i64::from(page.ask.page) - 1) * LIST_MAX;
    let found = read(&state, move |reader| {
        let counts = report::count(reader, &asked.scope, asked.store)?;
        Ok((report::list(reader, &asked, (LIST_MAX, offset))?, counts))
    });
    let ((rows, total), counts) = found.await?;
    Ok(answer::json(StatusCode::OK, &told(&rows, total, &counts)))
}

pub fn told(rows: &[ListingRow], total: i64, counts: &Counts) -> Value {
    let counts: serde_json::Map<String, Value> = State::ALL
        .into_iter()
        .map(|state| (state.name().to_owned(), json!(counts.of(state))))
        .collect();
    let rows: Vec<Value> = rows.iter().map(row).collect();
    json!({ "listings": rows, "total": total, "counts": counts })
}

fn row(row: &ListingRow) -> Value {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let units = row.variant.is_some().then_some(row.units);
    json!({
        "store": row.store_name,
        "listing": row.listing,
        "listing_sku": some(&row.sku),
        "title": some(&row.title),
        "barcode": some(&row.barcode),
        "catalogue_id": some(&row.catalogue_id),
        "price": row.price.map(|price| price.to_decimal_text()),
        "currency": row.price.map(|price| price.currency.code().to_owned()),
        "status": some(&row.status),
        "sku": row.variant,
        "units": units,
        "linked_by": some(&row.how),
        "from_no_stock": row.is_apart,
        "duplicate_sku": row.is_duplicate,
        "suggestions": row.suggestions.iter().map(suggestion).collect::<Vec<_>>(),
        "desired": row.shown.desired,
        "live": row.shown.live,
        "confirmed_at": row.shown.confirmed_at.map(|at| at.to_string()),
    })
}

fn suggestion(of: &Suggestion) -> Value {
    json!({
        "sku": of.sku,
        "units": of.units,
        "score": of.score,
        "reasons": of.reasons.iter().map(|reason| told::reason(*reason)).collect::<Vec<_>>(),
    })
}
