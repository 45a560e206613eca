//! The page: what its address assumes is replayed while somebody waits, or shown as it was counted
//! in the background. What is typed becomes the next address.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::asked::Asked;
use super::edit::{Edited, LETTERS, list_values};
use super::row::{Row, Terms};
use super::{PATH, job, view};
use crate::base::id::ScenarioId;
use crate::base::{Currency, Day};
use crate::domain::ask::Ask;
use crate::domain::scenario::Scenario;
use crate::features::feature::refuse;
use crate::reports::whatif::{self, Column, ORDERS_AT_ONCE, WhatIf};
use crate::reports::{ReportError, profit as profit_report};
use crate::store::jobs::{self, Job};
use crate::store::policy::find_terms;
use crate::store::scenarios::SavedScenario;
use crate::store::{Reader, StoreError, profit, scenarios};
use crate::web::answer::{self, html};
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, off_thread, read};

/// How long a replay may take while somebody waits; a request may take a little longer.
pub const REPLAY_MAX: Duration = Duration::from_secs(25);

/// What a column comes to.
#[derive(Clone, Debug)]
pub enum Shown {
    /// Nothing is assumed yet.
    Empty,
    /// Something is not understood.
    Wrong,
    Counted {
        column: Box<Column>,
        is_old: bool,
    },
    /// More orders than are counted at once; the job that counts them, if one does.
    TooMany {
        job: Option<Box<Job>>,
    },
}

/// All that the page shows.
pub struct Looked {
    pub columns: Vec<(Edited, Shown)>,
    /// `None` before the first store.
    pub whatif: Option<WhatIf>,
    pub orders: i64,
    pub saved: Vec<SavedScenario>,
    pub terms: Option<Terms>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = open(&state, site, who, &request).await?;
    let values = list_values(request.query_string());
    answer(&state, page, From::Address(values), StatusCode::OK).await
}

/// Where the columns come from.
pub enum From {
    Address(Vec<(&'static str, String)>),
    Form(Vec<Edited>),
}

/// What was typed, as the address that shows it.
pub async fn take(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let page = open(&state, site, who, &request).await?;
    let (terms, saved) = know(&state).await?;
    let Some(terms) = terms else { return Ok(see(&page.url(PATH))) };
    let mut columns = read_form(&form, &terms);
    let order = form.get("do").map(String::as_str).unwrap_or_default();
    obey(order, &form, &mut columns, &terms);
    go(&state, page, columns, &saved).await
}

/// To the address of the columns, or the form again where something is wrong.
pub async fn go(
    state: &Shared,
    page: Page,
    columns: Vec<Edited>,
    saved: &[SavedScenario],
) -> Result<HttpResponse, AppError> {
    let values: Option<Vec<String>> = columns.iter().map(|one| one.to_value(saved)).collect();
    match values {
        Some(values) => Ok(see(&href_of(&page, &values))),
        None => answer(state, page, From::Form(columns), StatusCode::UNPROCESSABLE_ENTITY).await,
    }
}

/// The address of the page with these columns.
pub fn href_of(page: &Page, values: &[String]) -> String {
    let change =
        |(index, letter): (usize, &'static str)| (letter, values.get(index).map(String::as_str));
    let changes: Vec<(&str, Option<&str>)> = LETTERS.into_iter().enumerate().map(change).collect();
    page.ask.href_with(&changes)
}

/// The columns of the form, in order.
pub fn read_form(form: &HashMap<String, String>, terms: &Terms) -> Vec<Edited> {
    LETTERS.iter().filter_map(|letter| Edited::from_form(form, letter, terms)).collect()
}

/// Does what the pressed button says: `add:a`, `remove:a:1`, `close:b`, `more`.
fn obey(order: &str, form: &HashMap<String, String>, columns: &mut Vec<Edited>, terms: &Terms) {
    let mut words = order.split(':');
    let (verb, letter) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let index = LETTERS.iter().position(|one| *one == letter).filter(|at| *at < columns.len());
    match (verb, index) {
        ("add", Some(index)) => {
            let kind = form.get(&format!("{letter}_add")).map_or("price", String::as_str);
            columns[index].rows.push(fresh(kind));
        }
        ("remove", Some(index)) => {
            let row = words.next().and_then(|row| row.parse::<usize>().ok());
            if let Some(row) = row.filter(|row| *row < columns[index].rows.len()) {
                columns[index].rows.remove(row);
            }
        }
        ("close", Some(index)) => {
            columns.remove(index);
        }
        ("more", _) if columns.len() < LETTERS.len() => columns.push(Edited::default()),
        _ => {}
    }
    for column in columns {
        column.read(terms);
    }
}

/// A new row with something in it that is understood.
fn fresh(kind: &str) -> Row {
    let mut row = Row::new(kind);
    let (value, text) = match kind {
        "free_shipping" => ("50", ""),
        "payment_fees" => ("1.5", ""),
        "commission" => ("15", ""),
        "ad_spend" => ("-20", ""),
        "rate" => ("5", "USD"),
        "volume" => ("5", ""),
        "more_orders" => ("10", ""),
        _ => ("5", ""),
    };
    (row.value, row.text) = (value.to_owned(), text.to_owned());
    row
}

/// The page with the whole of its scenarios in its links.
pub async fn open(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Page, AppError> {
    let mut page = page::open(state, site, who, request).await?;
    // The kit keeps only the beginning of a long parameter.
    page.ask.rest.retain(|(name, _)| !LETTERS.contains(&name.as_str()));
    let values = list_values(request.query_string());
    page.ask.rest.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
    page.ask.path = page.url(PATH);
    Ok(page)
}

/// What words of a row may mean, and what is saved.
pub async fn know(state: &Shared) -> Result<(Option<Terms>, Vec<SavedScenario>), AppError> {
    read(state, |reader| Ok((find_words(reader)?, scenarios::list_scenarios(reader)?))).await
}

fn find_words(reader: &Reader<'_>) -> Result<Option<Terms>, StoreError> {
    let Some(known) = find_terms(reader)? else { return Ok(None) };
    let variants = profit::list_variants(reader.conn())?;
    Ok(Some(Terms {
        reporting: known.policy.reporting,
        groups: known.policy.rules.groups.iter().map(|group| group.name.clone()).collect(),
        skus: variants.into_iter().map(|(_, sku, _)| sku).collect(),
    }))
}

async fn answer(
    state: &Shared,
    page: Page,
    from: From,
    status: StatusCode,
) -> Result<HttpResponse, AppError> {
    let flash = state.flashes.take(&page.who);
    let (ask, today, db) = (page.report_ask(), page.today, state.db.clone());
    let looked = off_thread(move || {
        db.read_within(REPLAY_MAX, |reader| Ok(look(reader, &ask, today, from)))
    });
    let looked = looked.await??.map_err(refuse)?;
    let missing = looked.whatif.as_ref().map(|whatif| whatif.real.missing_rates.clone());
    let standing = standing::open(state, &page, &missing.unwrap_or_default()).await?;
    html(status, &view::View::new(&page, &looked, (standing, flash)))
}

fn look(reader: &Reader<'_>, ask: &Ask, today: Day, from: From) -> Result<Looked, ReportError> {
    let saved = scenarios::list_scenarios(reader)?;
    let Some(terms) = find_words(reader)? else {
        let columns = Vec::new();
        return Ok(Looked { columns, whatif: None, orders: 0, saved, terms: None });
    };
    let edited: Vec<Edited> = match from {
        From::Form(columns) => columns,
        From::Address(values) => {
            let parse = |(_, value): &(&str, String)| Edited::parse(value, &saved, &terms);
            values.iter().filter_map(parse).collect()
        }
    };
    let range = profit_report::find_range(reader, ask, today)?;
    let asked = Asked::new(ask, range);
    let orders = whatif::count_orders(reader, ask, today)?;
    let is_at_once = orders <= ORDERS_AT_ONCE;
    let wanted: Vec<Scenario> = edited
        .iter()
        .filter(|one| is_at_once && one.has_assumptions())
        .filter_map(|one| one.scenario.clone())
        .collect();
    let counted = whatif::run(reader, (ask, &wanted), today, &|_, _| true)?;
    let Some(mut counted) = counted else { return Err(ReportError::Nothing) };
    let mut columns = Vec::new();
    let mut fresh = std::mem::take(&mut counted.columns).into_iter();
    for one in edited {
        let shown = match &one.scenario {
            None => Shown::Wrong,
            Some(_) if !one.has_assumptions() => Shown::Empty,
            Some(_) if is_at_once => match fresh.next() {
                Some(column) => Shown::Counted { column: Box::new(column), is_old: false },
                None => Shown::Wrong,
            },
            Some(_) => find_kept(reader, (&one, &saved), &asked, counted.version)?,
        };
        columns.push((one, shown));
    }
    Ok(Looked { columns, whatif: Some(counted), orders, saved, terms: Some(terms) })
}

/// What was counted in the background for the same ask, or the job that does.
fn find_kept(
    reader: &Reader<'_>,
    (one, saved): (&Edited, &[SavedScenario]),
    asked: &Asked,
    version: i64,
) -> Result<Shown, StoreError> {
    let found = one.saved.filter(|_| !one.is_changed);
    let Some(found) = found.and_then(|id| saved.iter().find(|saved| saved.id == id)) else {
        return Ok(Shown::TooMany { job: None });
    };
    let asked = asked.to_json();
    if found.wanted.as_deref() == Some(asked.as_str()) {
        let job = jobs::find_job_of(reader, job::COUNT.name, ("scenario", found.id.0))?;
        return Ok(Shown::TooMany { job: job.filter(page::is_open).map(Box::new) });
    }
    let kept = found.counted.as_ref().filter(|counted| counted.asked == asked);
    Ok(match kept.and_then(|kept| Some((job::read(&kept.result)?, kept.version))) {
        Some((column, known)) => {
            Shown::Counted { column: Box::new(column), is_old: known != version }
        }
        None => Shown::TooMany { job: None },
    })
}

#[derive(Deserialize)]
pub struct Followed {
    id: i64,
    #[serde(default)]
    back: String,
}

/// How far the count of a scenario is, as `static/js/progress.js` reads it.
pub async fn progress(
    state: Shared,
    asked: web::Query<Followed>,
) -> Result<HttpResponse, AppError> {
    let id = ScenarioId(asked.id);
    let found =
        read(&state, move |reader| jobs::find_job_of(reader, job::COUNT.name, ("scenario", id.0)));
    let found = found.await?.ok_or(AppError::NotFound)?;
    let is_open = page::is_open(&found);
    // Only ever a page of ours.
    let back = asked.back.strip_prefix('?').unwrap_or_default();
    Ok(answer::json(
        StatusCode::OK,
        &json!({
            "done": found.progress_done,
            "total": found.progress_total.unwrap_or(1).max(1),
            "state": if is_open { "running" } else { "done" },
            "result_url": format!("{}?{back}", state.url(PATH)),
        }),
    ))
}

pub fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}

/// The currency in which amounts are typed.
pub fn currency(looked: &Looked) -> Currency {
    looked.terms.as_ref().map_or(Currency::EUR, |terms| terms.reporting)
}
