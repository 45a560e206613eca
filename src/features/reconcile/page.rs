//! The page, its file and its JSON: the same bridges under the same filter.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{json, view};
use crate::base::{Day, DayRange, Zone};
use crate::domain::report::Bridge;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::reconcile::{self, BridgeAsk};
use crate::store::{Reader, StoreError, organisation, stores};
use crate::web::answer::{self, html};
use crate::web::csv as file;
use crate::web::error::AppError;
use crate::web::known::{self, Asked};
use crate::web::page::{self, Page, Site};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, read_of};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/reconcile",
    summary: "Our figures against what platforms' own files state, each difference named.",
    parameters: &[
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it from the beginning"),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it without an end"),
        parameter("store", "Name of one store"),
        parameter("as_known", "The figures as they were known at the end of this day"),
    ],
    answers: &[
        (200, "The bridges; money as decimal strings, rows + unexplained = theirs."),
        (202, "As known on that day: being made; ask again after Retry-After seconds."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store."),
    ],
};

const fn parameter(name: &'static str, text: &'static str) -> Parameter {
    Parameter { name, place: Place::Query, text, one_of: &[] }
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (page, bridges) = look(&state, site, who, &request).await?;
    let standing = standing::open(&state, &page, &[]).await?;
    html(StatusCode::OK, &view::View::new(&page, &bridges, standing))
}

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, bridges) = look(&state, site, who, &request).await?;
    Ok(file::file("reconcile.csv", file::MEDIA, json::csv(&bridges).into_bytes()))
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
    let (from, to) = (day("from")?, day("to")?);
    // Days beyond all that a file may name.
    let (first, last) = (Day(-1_000_000), Day(1_000_000));
    let range = (from.is_some() || to.is_some())
        .then(|| DayRange { from: from.unwrap_or(first), to: to.unwrap_or(last) });
    let (books, as_known) = match known::find_asked(&state, get("as_known").as_deref()).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let (named, scope, now) = (get("store"), who.scope.clone(), state.clock.now());
    let bridges = read_of(&books, move |reader| {
        let stores = stores::list_stores(reader)?;
        let store = match &named {
            None => None,
            Some(name) => {
                let found = stores.iter().find(|store| store.name == *name);
                Some(found.ok_or(StoreError::Missing)?.id)
            }
        };
        let ask = BridgeAsk { store, range };
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        let bridges = list(reader, &ask, today);
        let allowed =
            |name: &str| stores.iter().any(|store| store.name == name && scope.allows(store.id));
        Ok(bridges.map(|mut bridges| {
            bridges.retain(|bridge| allowed(&bridge.store));
            bridges
        }))
    });
    let bridges = bridges.await?.map_err(refuse)?;
    let mut value = json::bridges(&bridges);
    if let Some(day) = as_known {
        value["as_known"] = day.to_string().into();
    }
    Ok(answer::json(StatusCode::OK, &value))
}

/// What the accounts paid out, then every statement.
fn list(reader: &Reader<'_>, ask: &BridgeAsk, today: Day) -> Result<Vec<Bridge>, ReportError> {
    let mut bridges = reconcile::list_account_bridges(reader, ask, today)?;
    bridges.extend(reconcile::list_bridges(reader, ask)?);
    Ok(bridges)
}

async fn look(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<(Page, Vec<Bridge>), AppError> {
    let page = page::open_as_known(state, site, who, request).await?;
    let ask = BridgeAsk { store: page.report_ask().store, range: page.ask.range() };
    let scope = page.who.scope.clone();
    let allowed: Vec<String> = page
        .stores
        .iter()
        .filter(|store| scope.allows(store.id))
        .map(|store| store.name.clone())
        .collect();
    let today = page.today;
    let bridges = page.read(state, move |reader| Ok(list(reader, &ask, today))).await?;
    let mut bridges = bridges.map_err(refuse)?;
    // Where nothing of theirs is held there is nothing to tie out with.
    bridges.retain(|bridge| bridge.stated_minor.is_some() && allowed.contains(&bridge.store));
    Ok((page, bridges))
}
