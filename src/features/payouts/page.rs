//! The pages, their files and their JSON: the same payouts under the same filter.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{json, view};
use crate::base::id::PayoutId;
use crate::base::{Day, DayRange, Zone};
use crate::domain::payouts::{PayoutDetail, Payouts};
use crate::features::feature::refuse;
use crate::reports::payouts::{self, PayoutAsk};
use crate::store::{StoreError, organisation, stores};
use crate::web::answer::{self, html};
use crate::web::csv as file;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, read};
use crate::web::xlsx as sheet;

const MEDIA_XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/payouts",
    summary: "Every account's open, travelling, reserved and paid money, and every payout.",
    parameters: &[
        parameter("from", Place::Query, "First day, YYYY-MM-DD, inclusive"),
        parameter("to", Place::Query, "Last day, YYYY-MM-DD, inclusive"),
        parameter("store", Place::Query, "Name of one store"),
    ],
    answers: &[
        (200, "Accounts and payouts; money as decimal strings, expected + unexplained = deposit."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store."),
    ],
};

pub const DOC_ONE: ApiDoc = ApiDoc {
    path: "/api/v1/payouts/{id}",
    summary: "One payout with its orders and charges.",
    parameters: &[parameter("id", Place::Path, "The payout's id, as the report gives it")],
    answers: &[(200, "The payout; orders + charges = ledger."), (404, "There is no such payout.")],
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
    let page = page::open(&state, site, who, &request).await?;
    let ask =
        PayoutAsk { store: None, scope: page.who.scope.clone(), range: None, today: page.today };
    let Some(detail) = find(&state, &wanted, ask).await? else { return Err(AppError::NotFound) };
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
    let (named, scope, now) = (get("store"), who.scope.clone(), state.clock.now());
    let answer = read(&state, move |reader| {
        let known = stores::list_stores(reader)?;
        let store = match &named {
            None => None,
            Some(name) => {
                let mut seen = known.iter().filter(|store| scope.allows(store.id));
                Some(seen.find(|store| store.name == *name).ok_or(StoreError::Missing)?.id)
            }
        };
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let ask = PayoutAsk { store, scope, range, today: now.day_in(&zone) };
        Ok(payouts::list(reader, &ask))
    });
    let payouts = answer.await?.map_err(refuse)?;
    Ok(answer::json(StatusCode::OK, &json::payouts(&payouts)))
}

pub async fn api_one(
    state: Shared,
    who: Who,
    wanted: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let (scope, now) = (who.scope.clone(), state.clock.now());
    let today = read(&state, move |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        Ok(now.day_in(&zone))
    });
    let ask = PayoutAsk { store: None, scope, range: None, today: today.await? };
    match find(&state, &wanted, ask).await? {
        Some(detail) => Ok(answer::json(StatusCode::OK, &json::detail(&detail))),
        None => Err(AppError::NotFound),
    }
}

/// From the beginning or without an end, where only one of the days is given.
pub fn range_of(from: Option<Day>, to: Option<Day>) -> Option<DayRange> {
    let (first, last) = (Day(-1_000_000), Day(1_000_000));
    (from.is_some() || to.is_some())
        .then(|| DayRange { from: from.unwrap_or(first), to: to.unwrap_or(last) })
}

async fn find(
    state: &Shared,
    wanted: &str,
    ask: PayoutAsk,
) -> Result<Option<PayoutDetail>, AppError> {
    let Ok(id) = wanted.parse::<i64>() else { return Ok(None) };
    let found = read(state, move |reader| Ok(payouts::find(reader, PayoutId(id), &ask)));
    found.await?.map_err(refuse)
}

async fn look(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<(Page, Payouts), AppError> {
    let page = page::open(state, site, who, request).await?;
    let ask = PayoutAsk {
        store: page.report_ask().store,
        scope: page.who.scope.clone(),
        range: page.ask.range(),
        today: page.today,
    };
    let payouts = read(state, move |reader| Ok(payouts::list(reader, &ask))).await?;
    Ok((page, payouts.map_err(refuse)?))
}
