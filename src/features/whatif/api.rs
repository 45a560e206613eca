//! `GET /api/v1/reports/what-if` and `GET /api/v1/scenarios`. Strict where the page is lenient.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};

use super::asked::Asked;
use super::{job, json};
use crate::base::id::ScenarioId;
use crate::base::{Day, Zone};
use crate::domain::ask::{Ask, Basis};
use crate::domain::scenario::Scenario;
use crate::features::feature::refuse;
use crate::reports::whatif::{self, Column, ORDERS_AT_ONCE, SCENARIOS_MAX};
use crate::reports::{ReportError, profit};
use crate::store::{Reader, StoreError, organisation, scenarios, stores};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::known as told;

pub const LIST: ApiDoc = ApiDoc {
    path: "/api/v1/scenarios",
    summary: "The saved scenarios with their definitions.",
    parameters: &[],
    answers: &[(200, "The scenarios, the last changed first.")],
};

pub const RUN: ApiDoc = ApiDoc {
    path: "/api/v1/reports/what-if",
    summary: "Real orders replayed under one to three scenarios, beside what was.",
    parameters: &[
        parameter("scenario", "Number of a saved scenario; may be given several times", &[]),
        parameter("definition", "A scenario as JSON; may be given several times", &[]),
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it the first event", &[]),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it today", &[]),
        parameter("store", "Name of one store", &[]),
        parameter("basis", "The day under which refunds are counted", &["event", "order"]),
    ],
    answers: &[
        (200, "As it was, each scenario and its change; money as decimal strings."),
        (400, "A parameter is wrong, or there are too many orders; the sentence says which."),
        (404, "There is no such store or scenario, or nothing to report yet."),
    ],
};

const REPLAY_MAX: Duration = Duration::from_secs(25);

const fn parameter(
    name: &'static str,
    text: &'static str,
    one_of: &'static [&'static str],
) -> Parameter {
    Parameter { name, place: Place::Query, text, one_of }
}

pub async fn list(state: Shared) -> Result<HttpResponse, AppError> {
    let saved = read(&state, scenarios::list_scenarios).await?;
    Ok(answer::json(StatusCode::OK, &json::saved(&saved)))
}

enum Refused {
    Wrong(String),
    Unknown,
    Report(ReportError),
}

impl From<ReportError> for Refused {
    fn from(fault: ReportError) -> Self {
        Self::Report(fault)
    }
}

impl From<StoreError> for Refused {
    fn from(fault: StoreError) -> Self {
        Self::Report(fault.into())
    }
}

pub async fn run(state: Shared, who: Who, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    if pairs.iter().any(|(name, value)| name == "as_known" && !value.is_empty()) {
        return Err(AppError::BadRequest(told::api_not_as_known("what-if")));
    }
    let (now, db) = (state.clock.now(), state.db.clone());
    let answered = off_thread(move || {
        db.read_within(REPLAY_MAX, |reader| {
            let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
            Ok(answer_pairs(reader, &pairs, &who, now.day_in(&zone)))
        })
    });
    match answered.await?? {
        Ok(value) => Ok(answer::json(StatusCode::OK, &value)),
        Err(Refused::Wrong(sentence)) => Err(AppError::BadRequest(sentence)),
        Err(Refused::Unknown) => Err(AppError::NotFound),
        Err(Refused::Report(fault)) => Err(refuse(fault)),
    }
}

fn answer_pairs(
    reader: &Reader<'_>,
    pairs: &[(String, String)],
    who: &Who,
    today: Day,
) -> Result<serde_json::Value, Refused> {
    let ask = read_ask(reader, pairs, who)?;
    // Each with what was kept of it.
    let mut wanted: Vec<(Scenario, Option<scenarios::CountedScenario>)> = Vec::new();
    for (name, value) in pairs {
        match name.as_str() {
            "scenario" => {
                let id = value.parse().map(ScenarioId).map_err(|_| Refused::Unknown)?;
                let found = scenarios::find_scenario(reader, id)?.ok_or(Refused::Unknown)?;
                let scenario = Scenario::parse(&found.definition).map_err(Refused::Wrong)?;
                wanted.push((scenario, found.counted));
            }
            "definition" => wanted.push((Scenario::parse(value).map_err(Refused::Wrong)?, None)),
            _ => {}
        }
    }
    if wanted.is_empty() || wanted.len() > SCENARIOS_MAX {
        return Err(Refused::Wrong(format!("Give one to {SCENARIOS_MAX} scenarios.")));
    }
    let scenarios: Vec<Scenario> = wanted.iter().map(|(scenario, _)| scenario.clone()).collect();
    let orders = whatif::count_orders(reader, &ask, today)?;
    let at_once: &[Scenario] = if orders <= ORDERS_AT_ONCE { &scenarios } else { &[] };
    let counted = whatif::run(reader, (&ask, at_once), today, &|_, _| true)?;
    let mut counted = counted.ok_or(ReportError::Nothing)?;
    let mut is_old = vec![false; scenarios.len()];
    if at_once.is_empty() {
        let asked = Asked::new(&ask, profit::find_range(reader, &ask, today)?).to_json();
        for (index, (_, kept)) in wanted.iter().enumerate() {
            let kept = kept.as_ref().filter(|kept| kept.asked == asked);
            let column: Option<Column> = kept.and_then(|kept| job::read(&kept.result));
            let (Some(column), Some(kept)) = (column, kept) else {
                return Err(Refused::Wrong(format!(
                    "{orders} orders are more than are counted at once. Let the scenario be \
                     counted in the background, or run `purser whatif run`."
                )));
            };
            is_old[index] = kept.version != counted.version;
            counted.columns.push(column);
        }
    }
    Ok(json::whatif(&counted, &scenarios, &is_old))
}

fn read_ask(reader: &Reader<'_>, pairs: &[(String, String)], who: &Who) -> Result<Ask, Refused> {
    let mut ask = Ask::all(who.scope.clone());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        let day = || {
            let wrong = |fault| format!("{name}: {fault}. Give a day such as 2026-11-20.");
            Day::parse(value).map(Some).map_err(|fault| Refused::Wrong(wrong(fault)))
        };
        match name.as_str() {
            "from" => ask.from = day()?,
            "to" => ask.to = day()?,
            "store" => {
                let all = stores::list_stores(reader)?;
                let known = all.iter().filter(|store| who.scope.allows(store.id));
                let found = known.into_iter().find(|store| store.name == *value);
                ask.store = Some(found.ok_or(Refused::Unknown)?.id);
            }
            "basis" => {
                let wrong = || Refused::Wrong("Give event or order as basis.".to_owned());
                ask.basis = Basis::parse(value).ok_or_else(wrong)?;
            }
            _ => {}
        }
    }
    Ok(ask)
}
