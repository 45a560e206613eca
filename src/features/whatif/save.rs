//! Scenarios are kept, deleted with a way back, and counted in the background. Nothing of the
//! books changes.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::asked::Asked;
use super::edit::{Edited, LETTERS};
use super::page::{REPLAY_MAX, go, know, open, read_form, see};
use super::{PATH, job};
use crate::base::Day;
use crate::base::id::ScenarioId;
use crate::domain::ask::Ask;
use crate::domain::scenario::Scenario;
use crate::features::feature::refuse;
use crate::reports::whatif::{self, ORDERS_AT_ONCE};
use crate::reports::{ReportError, profit};
use crate::store::{Lane, Reader, StoreError, scenarios};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read, write};
use crate::web::words::{self, Word, whatif as told};

#[derive(Deserialize)]
pub struct Which {
    /// The letter of the column.
    #[serde(default)]
    column: String,
    /// Also where it is saved already.
    #[serde(default)]
    anew: bool,
}

pub async fn save(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    which: web::Query<Which>,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let page = open(&state, site, who, &request).await?;
    let (columns, id) = keep(&state, &page, &which, &form).await?;
    if let Some(id) = id {
        keep_result(&state, &page, id).await?;
        tell(&state, &page.who, told::SAVED, None);
    }
    let (_, saved) = know(&state).await?;
    go(&state, page, columns, &saved).await
}

/// Saves one column of a form; gives all of them, with its number.
async fn keep(
    state: &Shared,
    page: &Page,
    which: &Which,
    form: &HashMap<String, String>,
) -> Result<(Vec<Edited>, Option<ScenarioId>), AppError> {
    let (terms, _) = know(state).await?;
    let terms = terms.ok_or(AppError::NotFound)?;
    let mut columns = read_form(form, &terms);
    let index = LETTERS.iter().position(|letter| *letter == which.column);
    let column = index.and_then(|index| columns.get_mut(index)).ok_or(AppError::NotFound)?;
    let Some(scenario) = column.scenario.as_mut() else { return Ok((columns, None)) };
    if scenario.name.is_empty() {
        told::NAMELESS.clone_into(&mut scenario.name);
        told::NAMELESS.clone_into(&mut column.name);
    }
    let definition =
        serde_json::to_string(scenario).map_err(|fault| AppError::Internal(fault.to_string()))?;
    let (name, by) = (scenario.name.clone(), page.who.name.clone());
    let former = column.saved.filter(|_| !which.anew);
    let id = write(state, move |tx| match former {
        Some(id) => match scenarios::update_scenario(tx, id, (&name, &definition), &by) {
            // It was deleted meanwhile, so it is a new one.
            Err(StoreError::Missing) => scenarios::insert_scenario(tx, (&name, &definition), &by),
            updated => updated.map(|()| id),
        },
        None => scenarios::insert_scenario(tx, (&name, &definition), &by),
    });
    let id = id.await?;
    column.saved = Some(id);
    Ok((columns, Some(id)))
}

/// What a scenario comes to on the days of the page is kept with it, where it is quickly told.
async fn keep_result(state: &Shared, page: &Page, id: ScenarioId) -> Result<(), AppError> {
    let (ask, today, db) = (page.report_ask(), page.today, state.db.clone());
    let counted = off_thread(move || {
        db.read_within(REPLAY_MAX, |reader| {
            let Some(saved) = scenarios::find_scenario(reader, id)? else { return Ok(None) };
            let counted = count_now(reader, &saved.definition, (&ask, today));
            Ok(Some((saved.definition, counted)))
        })
    });
    let Some((definition, counted)) = counted.await?? else { return Ok(()) };
    if let Some((asked, result, version)) = counted.map_err(refuse)? {
        write(state, move |tx| {
            scenarios::update_result(tx, (id, &definition), (&asked, &result, version))
        })
        .await?;
    }
    Ok(())
}

/// Ask, result and version as they are kept; `None` for more orders than are counted at once.
fn count_now(
    reader: &Reader<'_>,
    definition: &str,
    (ask, today): (&Ask, Day),
) -> Result<Option<(String, String, i64)>, ReportError> {
    let Ok(scenario) = Scenario::parse(definition) else { return Ok(None) };
    if whatif::count_orders(reader, ask, today)? > ORDERS_AT_ONCE {
        return Ok(None);
    }
    let asked = Asked::new(ask, profit::find_range(reader, ask, today)?);
    let counted = whatif::run(reader, (ask, &[scenario]), today, &|_, _| true)?;
    let Some(counted) = counted else { return Ok(None) };
    let Some(column) = counted.columns.first() else { return Ok(None) };
    Ok(Some((asked.to_json(), job::write(column)?, counted.version)))
}

/// Saves a column and lets it be counted in the background.
pub async fn count(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    which: web::Query<Which>,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let page = open(&state, site, who, &request).await?;
    let (columns, id) = keep(&state, &page, &which, &form).await?;
    if let Some(id) = id {
        let (ask, today): (Ask, _) = (page.report_ask(), page.today);
        let asked = read(&state, move |reader| {
            let range = profit::find_range(reader, &ask, today);
            Ok(range.map(|range| Asked::new(&ask, range)))
        });
        let asked = asked.await?.map_err(refuse)?;
        write(&state, move |tx| job::enqueue(tx, id, &asked)).await?;
        tools.signal.wake();
    }
    let (_, saved) = know(&state).await?;
    go(&state, page, columns, &saved).await
}

#[derive(Deserialize)]
pub struct Number {
    id: i64,
    /// The rest of the address to go back to.
    #[serde(default)]
    back: String,
}

pub async fn delete(
    state: Shared,
    who: Who,
    number: web::Query<Number>,
) -> Result<HttpResponse, AppError> {
    let id = ScenarioId(number.id);
    write(&state, move |tx| scenarios::update_deleted(tx, id, true)).await?;
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&format!("/what-if/undo?id={id}")),
        csrf: String::new(),
    };
    tell(&state, &who, told::DELETED, Some(undo));
    Ok(see(&state.url(PATH)))
}

pub async fn undo(
    state: Shared,
    who: Who,
    number: web::Query<Number>,
) -> Result<HttpResponse, AppError> {
    let id = ScenarioId(number.id);
    write(&state, move |tx| scenarios::update_deleted(tx, id, false)).await?;
    tell(&state, &who, told::PUT_BACK, None);
    Ok(see(&format!("{}?a={id}", state.url(PATH))))
}

/// Stops the count of a scenario; the job ends at its next look.
pub async fn stop(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    number: web::Query<Number>,
) -> Result<HttpResponse, AppError> {
    let id = ScenarioId(number.id);
    let stopped = tools.clone();
    off_thread(move || {
        stopped.db.write_local(Lane::Interactive, |tx| scenarios::update_wanted(tx, id, None))
    })
    .await??;
    tell(&state, &who, told::STOPPED, None);
    let back = number.back.strip_prefix('?').unwrap_or_default();
    Ok(see(&format!("{}?{back}", state.url(PATH))))
}

fn tell(state: &Shared, who: &Who, text: &str, undo: Option<Post>) {
    state.flashes.put(who, Flash::toast(Toast { text: text.to_owned(), undo }));
}
