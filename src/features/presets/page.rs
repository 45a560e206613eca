//! The page, its file and its JSON: the same presets over the same days.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{json, view};
use crate::base::{Day, Zone};
use crate::domain::ask::{Ask, Basis};
use crate::domain::preset::{PRESETS, Preset};
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::preset::{self, PresetReports};
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

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/reports/preset",
    summary: "Our figures by the definitions of other tools, each difference named.",
    parameters: &[
        parameter("preset", "Name such as shopify-net-sales; without it all of them", &[]),
        parameter("from", "First day, YYYY-MM-DD, inclusive; without it the first event", &[]),
        parameter("to", "Last day, YYYY-MM-DD, inclusive; without it today", &[]),
        parameter("store", "Name of one store", &[]),
        parameter("basis", "The day under which refunds are counted", &["event", "order"]),
        parameter("as_known", "The figures as they were known at the end of this day", &[]),
    ],
    answers: &[
        (200, "The presets; money as decimal strings, theirs + differences = ours."),
        (202, "As known on that day: being made; ask again after Retry-After seconds."),
        (400, "A parameter is wrong; the sentence says which."),
        (404, "There is no such store or preset, or nothing to report yet."),
    ],
};

const fn parameter(
    name: &'static str,
    text: &'static str,
    one_of: &'static [&'static str],
) -> Parameter {
    Parameter { name, place: Place::Query, text, one_of }
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (page, reports) = look(&state, site, who, &request).await?;
    let missing = reports.as_ref().map(|all| all.missing_rates.clone()).unwrap_or_default();
    let standing = standing::open(&state, &page, &missing).await?;
    html(StatusCode::OK, &view::View::new(&page, reports.as_ref(), standing))
}

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (_, reports) = look(&state, site, who, &request).await?;
    let text = reports.as_ref().map(json::csv).unwrap_or_default();
    Ok(file::file("presets.csv", file::MEDIA, text.into_bytes()))
}

/// The tool that the page is asked for, by its name in small letters.
pub fn find_tool(page: &Page) -> Option<&str> {
    let named = page.ask.rest.iter().find(|(name, _)| name == "tool");
    named.map(|(_, value)| value.as_str())
}

async fn look(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<(Page, Option<PresetReports>), AppError> {
    let page = page::open_as_known(state, site, who, request).await?;
    let tool = find_tool(&page).map(str::to_owned);
    let is_wanted = |preset: &&'static Preset| {
        let name = preset.tool.name();
        tool.as_deref().is_none_or(|tool| tool.eq_ignore_ascii_case(name))
    };
    let presets: Vec<&'static Preset> = PRESETS.iter().filter(is_wanted).collect();
    let (ask, today) = (page.report_ask(), page.today);
    let reports = page.read(state, move |reader| Ok(preset::run(reader, &ask, &presets, today)));
    match reports.await? {
        Ok(reports) => Ok((page, Some(reports))),
        Err(ReportError::Nothing) => Ok((page, None)),
        Err(fault) => Err(refuse(fault)),
    }
}

/// Strict where the page is lenient: a program must not take another answer for its own.
pub async fn api(state: Shared, who: Who, request: HttpRequest) -> Result<HttpResponse, AppError> {
    let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    let mut ask = Ask::all(who.scope.clone());
    let mut presets: Vec<&'static Preset> = Vec::new();
    let (mut named, mut known_on) = (None, None);
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let day = || {
            Day::parse(&value).map(Some).map_err(|fault| {
                AppError::BadRequest(format!("{name}: {fault}. Give a day such as 2026-11-20."))
            })
        };
        match name.as_str() {
            "preset" => presets.push(Preset::find(&value).ok_or(AppError::NotFound)?),
            "from" => ask.from = day()?,
            "to" => ask.to = day()?,
            "store" => named = Some(value),
            "as_known" => known_on = Some(value),
            "basis" => {
                let wrong = || AppError::BadRequest("Give event or order as basis.".to_owned());
                ask.basis = Basis::parse(&value).ok_or_else(wrong)?;
            }
            _ => {}
        }
    }
    if presets.is_empty() {
        presets = PRESETS.iter().collect();
    }
    let (books, as_known) = match known::find_asked(&state, known_on.as_deref()).await? {
        Asked::Books(books) => (books, None),
        Asked::AsKnown(copy, day) => (copy, Some(day)),
        Asked::Answer(response) => return Ok(response),
    };
    let now = state.clock.now();
    let reports = read_of(&books, move |reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        if let Some(named) = &named {
            let all = stores::list_stores(reader)?;
            let known = all.iter().filter(|store| who.scope.allows(store.id));
            let found = known.into_iter().find(|store| store.name == *named);
            ask.store = Some(found.ok_or(StoreError::Missing)?.id);
        }
        let today = as_known.unwrap_or_else(|| now.day_in(&zone));
        Ok(preset::run(reader, &ask, &presets, today))
    });
    let reports = reports.await?.map_err(refuse)?;
    let mut value = json::reports(&reports);
    if let Some(day) = as_known {
        value["as_known"] = day.to_string().into();
    }
    Ok(answer::json(StatusCode::OK, &value))
}
