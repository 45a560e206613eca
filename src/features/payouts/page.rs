//! The pages, their files and their JSON: the same payouts under the same filter.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::Value;

use super::{json, view};
use crate::base::id::PayoutId;
use crate::base::{Day, DayRange, Zone};
use crate::domain::payouts::Payouts;
use crate::features::feature::refuse;
use crate::reports::payouts::{self, PayoutAsk};
use crate::store::{StoreError, organisation, stores};
use crate::web::answer::{self, html};
use crate::web::csv as file;
use crate::web::error::AppError;
use crate::web::known::{self, Asked};
use crate::web::page::{self, Page, Site};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, read_of};
use crate::web::xlsx as sheet;

const MEDIA_XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const AS_KNOWN: &str = "As it was known at the end of this day";
const BEING_MADE: &str = "As known on that day: being made; ask again after Retry-After seconds.";

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/payouts",
    summary: "Every account's open, travelling, reserved and paid money, and every payout.",
    parameters: &[
        parameter("from", Place::Query, "First day, YYYY-MM-DD, inclusive"),
        parameter("to", Place::Query, "Last day, YYYY-MM-DD, inclusive"),
        parameter("store", Place::Query, "Name of one store"),
        parameter("as_known", Place::Query, AS_KNOWN),
    ],
    answers: &[
        (200, "Accounts and payouts; money as decimal strings, expected + unexplained = deposit."),
        (202, BEING_MADE),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store."),
    ],
};

pub const DOC_ONE: ApiDoc = ApiDoc {
    path: "/api/v1/payouts/{id}",
    summary: "One payout with its orders and charges.",
    parameters: &[
        parameter("id", Place::Path, "The payout's id, as the report gives it"),
        parameter("as_known", Place::Query, AS_KNOWN),
    ],
    answers: &[
        (200, "The payout; orders + charges = ledger."),
        (202, BEING_MADE),
        (404, "There is no such payout."),
    ],
};

const fn parameter(name: &'static str, place: Place, text: &'static str) -> Parameter {
    Parameter { name, place, text, one_of: &[] }
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (page, payouts) = look(&state, site, who, &request).await?;
    let standing = standing::open(&state, &page, &[]).await?;
    html(StatusCode::OK, &view::list::View::new(&page, &payouts, standing))
}

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, payouts) = look(&state, site, who, &request).await?;
    let (header, rows) = json::table(&payouts);
    Ok(file::file("payouts.csv", file::MEDIA, file::write(&header, &rows).into_bytes()))
}

pub async fn xlsx(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, payouts) = look(&state, site, who, &request).await?;
    let (header, rows) = json::table(&payouts);
    let body = sheet::table(&header, &rows, json::NAMES)
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(file::file("payouts.xlsx", MEDIA_XLSX, body))
}

/// One payout, with all that it is made of.
pub async fn one(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    wanted: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(&state, site, who, &request).await?;
    let ask =
        PayoutAsk { store: None, scope: page.who.scope.clone(), range: None, today: page.today };
    let Some(id) = read_id(&wanted) else { return Err(AppError::NotFound) };
    let found = page.read(&state, move |reader| Ok(payouts::find(reader, id, &ask)));
    let Some(detail) = found.await?.map_err(refuse)? else { return Err(AppError::NotFound) };
    let standing = standing::open(&state, &page, &[]).await?;
    html(StatusCode::OK, &view::one::View::new(&page, &detail, standing))
}

/// Strict where the page is lenient: a program must not take another answer for its own.
pub async fn api(state: Shared, who: Who, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    let get = |wanted: &str| {
        let found = pairs.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.clone())
    };
    let day = |name: &str| match get(name) {
        None => Ok(None),
        Some(value) => Day::parse(&value).map(Some).map_err(|fault| {
            AppError::BadRequest(format!("{name}: {fault}. Give a day such as 2026-11-20."))
        }),
    };
    let range = range_of(day("from")?, day("to")?);
    let (books, as_known) = match known::find_asked(&state, get("as_known").as_deref()).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let (named, scope, now) = (get("store"), who.scope.clone(), state.clock.now());
    let answer = read_of(&books, move |reader| {
        let known = stores::list_stores(reader)?;
        let store = match &named {
            None => None,
            Some(name) => {
                let mut seen = known.iter().filter(|store| scope.allows(store.id));
                Some(seen.find(|store| store.name == *name).ok_or(StoreError::Missing)?.id)
            }
        };
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        Ok(payouts::list(reader, &PayoutAsk { store, scope, range, today }))
    });
    let payouts = answer.await?.map_err(refuse)?;
    Ok(answer::json(StatusCode::OK, &dated(json::payouts(&payouts), as_known)))
}

pub async fn api_one(
    state: Shared,
    who: Who,
    wanted: web::Path<String>,
    asked: web::Query<OneAsked>,
) -> Result<HttpResponse, AppError> {
    let (books, as_known) = match known::find_asked(&state, asked.as_known.as_deref()).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let Some(id) = read_id(&wanted) else { return Err(AppError::NotFound) };
    let (scope, now) = (who.scope.clone(), state.clock.now());
    let found = read_of(&books, move |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        let ask = PayoutAsk { store: None, scope, range: None, today };
        Ok(payouts::find(reader, id, &ask))
    });
    match found.await?.map_err(refuse)? {
        Some(detail) => Ok(answer::json(StatusCode::OK, &dated(json::detail(&detail), as_known))),
        None => Err(AppError::NotFound),
    }
}

#[derive(Debug, Deserialize)]
pub struct OneAsked {
    as_known: Option<String>,
}

/// Names the day on which it was known so.
fn dated(mut value: Value, as_known: Option<Day>) -> Value {
    if let Some(day) = as_known {
        value["as_known"] = day.to_string().into();
    }
    value
}

/// From the beginning or without an end, where only one of the days is given.
pub fn range_of(from: Option<Day>, to: Option<Day>) -> Option<DayRange> {
    let (first, last) = (Day(-1_000_000), Day(1_000_000));
    (from.is_some() || to.is_some())
        .then(|| DayRange { from: from.unwrap_or(first), to: to.unwrap_or(last) })
}

fn read_id(wanted: &str) -> Option<PayoutId> {
    wanted.parse().ok().map(PayoutId)
}

async fn look(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<(Page, Payouts), AppError> {
    let page = page::open_as_known(state, site, who, request).await?;
    let ask = PayoutAsk {
        store: page.report_ask().store,
        scope: page.who.scope.clone(),
        range: page.ask.range(),
        today: page.today,
    };
    let payouts = page.read(state, move |reader| Ok(payouts::list(reader, &ask))).await?;
    Ok((page, payouts.map_err(refuse)?))
}
