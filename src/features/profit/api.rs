//! `GET /api/v1/reports/profit` (CONTRACT, "Reports" and "HTTP").

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::base::Day;
use crate::base::time::Zone;
use crate::domain::ask::{AdsMode, Ask, Basis, KEYS_MAX, Key};
use crate::domain::profit::convert::MissingRate;
use crate::features::feature::refuse;
use crate::features::profit::json;
use crate::reports::{self, ReportError};
use crate::store::stores::Store;
use crate::store::{organisation, stores};
use crate::web::error::AppError;
use crate::web::format::Locale;
use crate::web::known::{self, Asked};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::standing::list_rates;
use crate::web::state::{Shared, read_of};
use crate::web::words::tell;

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/profit",
    summary: "The profit of a period by up to two keys: every component, subtotal and ratio.",
    parameters: &[
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it the first event", &[]),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it today", &[]),
        parameter(
            "by",
            "One key or two with a comma: order, line, day, week, month, store, product, variant, \
             country, channel, campaign, group",
            &[],
        ),
        parameter("store", "Name of one store", &[]),
        parameter("basis", "The day under which refunds are counted", &["event", "order"]),
        parameter("ads", "Which ad spend lines bear", &["blended", "matched"]),
        parameter("fully_loaded", "Whether lines bear operating expenses", &["true", "false"]),
        parameter("as_known", "The figures as they were known at the end of this day", &[]),
    ],
    answers: &[
        (200, "The report; money as decimal strings, rows + unallocated = total."),
        (202, "As known on that day: being made; ask again after Retry-After seconds."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store, or nothing to report yet."),
        (409, "Exchange rates are missing; they are listed."),
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
    let named = pairs.iter().find(|(name, _)| name == "as_known").map(|(_, day)| day.as_str());
    let (books, as_known) = match known::find_asked(&state, named).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let now = state.clock.now();
    let answer = read_of(&books, move |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        let stores = stores::list_stores(reader)?;
        let ask = match read_ask(&pairs, &who, &stores) {
            Ok(ask) => ask,
            Err(error) => return Ok(Err(error)),
        };
        Ok(reports::profit::run(reader, &ask, today).map_err(|error| match error {
            ReportError::Nothing => Refused::Unknown(error.to_string()),
            error => Refused::Report(error),
        }))
    });
    match answer.await? {
        Ok(report) if report.missing_rates.is_empty() => {
            let mut value = json::report(&report);
            if let Some(day) = as_known {
                value["as_known"] = json!(day.to_string());
            }
            Ok(answer_json(StatusCode::OK, &value))
        }
        Ok(report) => Ok(answer_json(StatusCode::CONFLICT, &rates_missing(&report.missing_rates))),
        Err(Refused::Wrong(sentence)) => Err(AppError::BadRequest(sentence)),
        Err(Refused::Unknown(sentence)) => {
            Ok(answer_json(StatusCode::NOT_FOUND, &json!({ "error": sentence })))
        }
        Err(Refused::Report(error)) => Err(refuse(error)),
    }
}

enum Refused {
    Wrong(String),
    Unknown(String),
    Report(ReportError),
}

/// Strict where the page is lenient: a program must not take another answer for its own.
fn read_ask(pairs: &[(String, String)], who: &Who, stores: &[Store]) -> Result<Ask, Refused> {
    let mut ask = Ask::all(who.scope.clone());
    for (name, value) in pairs {
        let wrong = |wanted: &str| {
            let value: String = value.chars().take(60).collect();
            Refused::Wrong(format!("{name}={value:?} is not understood. {wanted}"))
        };
        let day =
            || Day::parse(value).map(Some).map_err(|_| wrong("Give a day such as 2026-11-20."));
        match name.as_str() {
            _ if value.is_empty() => {}
            "from" => ask.from = day()?,
            "to" => ask.to = day()?,
            "by" => ask.by = read_keys(value).map_err(|wanted| wrong(&wanted))?,
            "store" => {
                let known = stores.iter().filter(|store| who.scope.allows(store.id));
                let found = known.into_iter().find(|store| store.name == *value);
                let unknown = || Refused::Unknown(format!("There is no store {value:?}."));
                ask.store = Some(found.ok_or_else(unknown)?.id);
            }
            "basis" => {
                ask.basis = Basis::parse(value).ok_or_else(|| wrong("Give event or order."))?;
            }
            "ads" => {
                ask.ads = AdsMode::parse(value).ok_or_else(|| wrong("Give blended or matched."))?;
            }
            "fully_loaded" => {
                ask.fully_loaded = match value.as_str() {
                    "true" | "yes" | "1" => true,
                    "false" | "no" | "0" => false,
                    _ => return Err(wrong("Give true or false.")),
                };
            }
            _ => {}
        }
    }
    Ok(ask)
}

fn read_keys(text: &str) -> Result<Vec<Key>, String> {
    let names: Vec<&str> = Key::ALL.into_iter().map(Key::name).collect();
    let keys: Option<Vec<Key>> = text.split(',').map(|name| Key::parse(name.trim())).collect();
    let keys = keys.ok_or_else(|| format!("The keys are {}.", names.join(", ")))?;
    if keys.len() > KEYS_MAX {
        return Err(format!("At most {KEYS_MAX} keys can be joined."));
    }
    Ok(keys)
}

fn rates_missing(missing: &[MissingRate]) -> Value {
    let list: Vec<Value> = missing
        .iter()
        .map(|rate| json!({ "currency": rate.currency.code(), "day": rate.day.to_string() }))
        .collect();
    let sentence = tell::rates_refuse_api(&list_rates(missing, Locale::En));
    json!({ "error": sentence, "missing_rates": list })
}

fn answer_json(status: StatusCode, value: &Value) -> HttpResponse {
    crate::web::answer::json(status, value)
}
