//! `GET /api/v1/reports/months`.

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};

use super::json;
use crate::base::{Day, DayRange};
use crate::domain::ask::{Basis, BooksView};
use crate::features::feature::refuse;
use crate::reports::months::{self, MonthsAsk};
use crate::store::stores;
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::known::find_today;
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::words::known as told;

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/months",
    summary: "The months, open and closed; what became known later about closed ones is counted \
              as adjustments of the next open month, and both views add up to the same.",
    parameters: &[
        parameter("books", "As known today, or closed months as closed", &["open", "closed"]),
        parameter("from", "A day of the first month, YYYY-MM-DD", &[]),
        parameter("to", "A day of the last month, YYYY-MM-DD", &[]),
        parameter("store", "Name of one store", &[]),
        parameter("basis", "The day under which refunds are counted", &["event", "order"]),
    ],
    answers: &[
        (200, "The months; net_profit holds the adjustments."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store, or nothing to report yet."),
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
    if get("as_known").is_some() {
        // Closings keep what was known of a month; there is no earlier state of them.
        return Err(AppError::BadRequest(told::api_not_as_known("months")));
    }
    let (_, today) = find_today(&state).await?;
    let (from, to) = (day("from")?, day("to")?);
    let range = (from.is_some() || to.is_some())
        .then(|| DayRange { from: from.unwrap_or(Day(0)), to: to.unwrap_or(today) });
    let basis = match get("basis") {
        None => Basis::default(),
        Some(text) => Basis::parse(text).ok_or_else(|| wrong("basis", "give event or order."))?,
    };
    let view = match get("books") {
        None => BooksView::default(),
        Some(text) => {
            BooksView::parse(text).ok_or_else(|| wrong("books", "give open or closed."))?
        }
    };
    let store = match get("store").map(str::to_owned) {
        None => None,
        Some(name) => {
            let found = read(&state, move |reader| stores::find_store(reader, &name)).await?;
            Some(found.filter(|one| who.scope.allows(one.id)).ok_or(AppError::NotFound)?.id)
        }
    };
    let ask = MonthsAsk { range, basis, store, scope: who.scope.clone() };
    let months = read(&state, move |reader| Ok(months::run(reader, &ask, today))).await?;
    let months = months.map_err(refuse)?;
    Ok(answer::json(StatusCode::OK, &json::months(&months, view)))
}
