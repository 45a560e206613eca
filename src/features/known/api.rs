//! `GET /api/v1/reports/changes-since`.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};

use super::ask::{Since, find_changes, read_month};
use super::json;
use crate::base::{Day, DayRange};
use crate::domain::ask::Basis;
use crate::features::feature::refuse;
use crate::reports::known::ChangesAsk;
use crate::store::{dirty, stores};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::known::{self, Known};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::known as told;

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/changes-since",
    summary: "What changed since the end of a day, or since a month was closed: then, today, and \
              the causes, which add up to the difference exactly.",
    parameters: &[
        parameter("as_known", "The day to look back to, YYYY-MM-DD, before today", &[]),
        parameter("closing", "Instead: a closed month, YYYY-MM; its days, since its closing", &[]),
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it all days before to", &[]),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it the day looked back to", &[]),
        parameter("store", "Name of one store", &[]),
        parameter("basis", "The day under which refunds are counted", &["event", "order"]),
    ],
    answers: &[
        (200, "The changes; then + causes = now, for every component."),
        (202, "Being made; ask again after Retry-After seconds."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store or closed month, or nothing to report yet."),
        (503, "They could not be made; the sentence says why."),
    ],
};

const fn parameter(
    name: &'static str,
    text: &'static str,
    one_of: &'static [&'static str],
) -> Parameter {
    Parameter { name, place: Place::Query, text, one_of }
}

pub async fn report(
    state: Shared,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    let get = |wanted: &str| {
        let found = pairs.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    };
    let wrong = |name: &str, wanted: &str| AppError::BadRequest(format!("{name}: {wanted}"));
    let day = |name: &str| match get(name) {
        None => Ok(None),
        Some(text) => {
            Day::parse(text).map(Some).map_err(|_| wrong(name, "give a day such as 2026-11-20."))
        }
    };
    let (zone, today) = known::find_today(&state).await?;
    let since = match (day("as_known")?, get("closing")) {
        (Some(day), _) if day >= today => {
            return Err(AppError::BadRequest(told::api_still_to_come(&day.to_string())));
        }
        (Some(day), _) => Since::Day(day),
        (None, Some(text)) => Since::Closing(
            read_month(text).ok_or_else(|| wrong("closing", "give a month such as 2026-05."))?,
        ),
        (None, None) => return Err(wrong("as_known", "say which day to look back to.")),
    };
    let basis = match get("basis") {
        None => Basis::default(),
        Some(text) => Basis::parse(text).ok_or_else(|| wrong("basis", "give event or order."))?,
    };
    let range = match (since.range(), since) {
        (Some(range), _) => range,
        (None, Since::Day(last)) => {
            DayRange { from: day("from")?.unwrap_or(Day(0)), to: day("to")?.unwrap_or(last) }
        }
        (None, Since::Closing(month)) => DayRange { from: month, to: month },
    };
    if range.from > range.to {
        return Err(wrong("from", "the days are not in order."));
    }
    let store = match get("store").map(str::to_owned) {
        None => None,
        Some(name) => {
            let found = read(&state, move |reader| stores::find_store(reader, &name)).await?;
            Some(found.filter(|one| who.scope.allows(one.id)).ok_or(AppError::NotFound)?.id)
        }
    };
    let ask = ChangesAsk { range, basis, store, scope: who.scope.clone() };
    let (at, version) = {
        let (state, zone) = (Shared::clone(&state), zone.clone());
        let found = off_thread(move || {
            let at = since.find_at(&state.db, &zone)?;
            Ok((at, state.db.read(dirty::find_version)?))
        });
        found.await?.map_err(refuse)?
    };
    let at = at.ok_or(AppError::NotFound)?;
    let copy = match known::want(&state, at, Some(version)).await? {
        Known::Ready(copy) => copy,
        known => {
            state.known.try_again(at);
            return Ok(known::answer_waiting(&known));
        }
    };
    let books = state.db.clone();
    let changes = off_thread(move || find_changes(&books, &copy, &ask, today)).await?;
    Ok(match changes.map_err(refuse)? {
        Some(changes) => {
            let named = match since {
                Since::Day(day) => ("as_known", day.to_string()),
                Since::Closing(month) => ("closing", month.month_text()),
            };
            let value = json::changes(&changes, (named.0, &named.1));
            answer::json(StatusCode::OK, &value)
        }
        None => known::answer_waiting(&Known::Building(0, 1)),
    })
}
