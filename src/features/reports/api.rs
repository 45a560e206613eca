//! `GET /api/v1/reports/NAME` for every report of the list, described from the list itself.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::ask::{self, Refused};
use super::json as shape;
use crate::base::time::Zone;
use crate::domain::profit::convert::MissingRate;
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::catalogue::{self, Spec};
use crate::store::{organisation, stores};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::format::Locale;
use crate::web::known::{self, Asked};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::standing::list_rates;
use crate::web::state::{Shared, read_of};
use crate::web::words::{reports, tell};

/// The texts that descriptions of routes point into.
struct Told {
    path: String,
    summary: String,
    parameters: Vec<Parameter>,
}

static TOLD: LazyLock<Vec<Told>> = LazyLock::new(|| catalogue::ALL.iter().map(tell_of).collect());

const ANSWERS: &[(u16, &str)] = &[
    (200, "The report; money as decimal strings, rows + unallocated = total."),
    (202, "As known on that day: being made; ask again after Retry-After seconds."),
    (400, "A parameter is wrong; the sentence says which."),
    (404, "There is no such store, or nothing to report yet."),
    (409, "Exchange rates are missing; they are listed."),
];

pub fn docs() -> impl Iterator<Item = ApiDoc> {
    TOLD.iter().map(|told| ApiDoc {
        path: &told.path,
        summary: &told.summary,
        parameters: &told.parameters,
        answers: ANSWERS,
    })
}

fn tell_of(spec: &'static Spec) -> Told {
    let parameter = |name: &'static str, text: &'static str, one_of: &'static [&'static str]| {
        Parameter { name, place: Place::Query, text, one_of }
    };
    let mut parameters = vec![
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it the first event", &[]),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it today", &[]),
        parameter("store", "Name of one store", &[]),
        parameter("as_known", "The figures as they were known at the end of this day", &[]),
    ];
    let mut add = |obeys: bool, one: Parameter| parameters.extend(obeys.then_some(one));
    let basis = "The day under which refunds are counted";
    add(spec.obeys.basis, parameter("basis", basis, &["event", "order"]));
    let against = "What it is compared with";
    add(spec.obeys.against, parameter("against", against, &["before", "year", "nothing"]));
    let ads = "Which ad spend lines bear";
    add(spec.obeys.ads, parameter("ads", ads, &["blended", "matched"]));
    let loaded = "Whether lines bear operating expenses";
    add(spec.obeys.fully_loaded, parameter("fully_loaded", loaded, &["true", "false"]));
    for choice in spec.choices {
        let text = "A choice of this report; the first is usual";
        parameters.push(parameter(choice.name, text, choice.values));
    }
    Told {
        path: format!("/api/v1/reports/{}", spec.name),
        summary: reports::api_summary(spec.name),
        parameters,
    }
}

enum Answer {
    Done(Value),
    RatesMissing(Vec<MissingRate>),
    Refused(Refused),
    Failed(ReportError),
}

pub async fn report(
    state: Shared,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let spec = ask::find_spec(&request).ok_or(AppError::NotFound)?;
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    let named = pairs.iter().find(|(name, _)| name == "as_known").map(|(_, day)| day.as_str());
    let (books, as_known) = match known::find_asked(&state, named).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let now = state.clock.now();
    let answer = read_of(&books, move |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let stores = stores::list_stores(reader)?;
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        let ask = match ask::of_pairs(spec, &pairs, (&who.scope, &stores), today) {
            Ok(ask) => ask,
            Err(refused) => return Ok(Answer::Refused(refused)),
        };
        Ok(match spec.answer(reader, &ask) {
            Ok(table) if table.missing_rates.is_empty() => {
                Answer::Done(shape::table(spec, &ask, &table))
            }
            Ok(table) => Answer::RatesMissing(table.missing_rates),
            Err(error) => Answer::Failed(error),
        })
    });
    let not_found =
        |sentence: String| answer::json(StatusCode::NOT_FOUND, &json!({ "error": sentence }));
    match answer.await? {
        Answer::Done(mut value) => {
            if let Some(day) = as_known {
                value["as_known"] = json!(day.to_string());
            }
            Ok(answer::json(StatusCode::OK, &value))
        }
        Answer::RatesMissing(missing) => {
            Ok(answer::json(StatusCode::CONFLICT, &rates_missing(&missing)))
        }
        Answer::Refused(Refused::Wrong(sentence)) => Err(AppError::BadRequest(sentence)),
        Answer::Refused(Refused::Unknown(sentence)) => Ok(not_found(sentence)),
        Answer::Failed(error @ ReportError::Nothing) => Ok(not_found(error.to_string())),
        Answer::Failed(error) => Err(refuse(error)),
    }
}

fn rates_missing(missing: &[MissingRate]) -> Value {
    let list: Vec<Value> = missing
        .iter()
        .map(|rate| json!({ "currency": rate.currency.code(), "day": rate.day.to_string() }))
        .collect();
    let sentence = tell::rates_refuse_api(&list_rates(missing, Locale::En));
    json!({ "error": sentence, "missing_rates": list })
}
