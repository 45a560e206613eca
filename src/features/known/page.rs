//! The page of what changed since a day, or since a month was closed.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::ask::{Since, find_changes, read_month};
use super::view;
use crate::base::{Day, DayRange};
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::known::ChangesAsk;
use crate::store::dirty;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::known::{self, Known};
use crate::web::page::{self, Page, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::{Shared, off_thread};

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open_since(&state, site, who, &request).await?;
    let standing = standing::open_without_known(&state, &page).await?;
    let Some(since) = find_since(&page) else {
        return html(StatusCode::OK, &view::nothing_asked(&page, standing));
    };
    let today = state.clock.now().day_in(&page.zone);
    let report = page.report_ask();
    let ask = ChangesAsk {
        range: since.range().unwrap_or_else(|| days_of(&page)),
        basis: report.basis,
        store: report.store,
        scope: report.scope,
    };
    let (looked, zone) = (Shared::clone(&state), page.zone.clone());
    let found = off_thread(move || {
        let at = since.find_at(&looked.db, &zone)?;
        Ok::<_, ReportError>((at, looked.db.read(dirty::find_version)?))
    });
    let (at, version) = match found.await? {
        Err(ReportError::Nothing) => {
            return html(StatusCode::OK, &view::nothing_asked(&page, standing));
        }
        found => found.map_err(refuse)?,
    };
    let Some(at) = at else {
        return html(StatusCode::OK, &view::nothing_asked(&page, standing));
    };
    // While figures are on their way there is nothing to hold against each other.
    if page.waiting != (0, 0) {
        return html(StatusCode::OK, &view::on_its_way(&page, standing));
    }
    let copy = match known::want(&state, at, Some(version)).await? {
        Known::Ready(copy) => copy,
        Known::Building(..) | Known::Failed(_) => {
            let to = known::wait_href(&page.base, at, &page.ask.href_with(&[]));
            return Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish());
        }
    };
    let books = state.db.clone();
    let changes = off_thread(move || find_changes(&books, &copy, &ask, today)).await?;
    match changes {
        Ok(Some(changes)) => {
            html(StatusCode::OK, &view::View::new(&page, since, &changes, standing))
        }
        Ok(None) => html(StatusCode::OK, &view::on_its_way(&page, standing)),
        Err(ReportError::Nothing) => html(StatusCode::OK, &view::nothing_asked(&page, standing)),
        Err(fault) => Err(refuse(fault)),
    }
}

fn find_since(page: &Page) -> Option<Since> {
    let closing = page.ask.rest.iter().find(|(name, _)| name == "closing");
    match closing.and_then(|(_, text)| read_month(text)) {
        Some(month) => Some(Since::Closing(month)),
        None => page.ask.as_known.map(Since::Day),
    }
}

fn days_of(page: &Page) -> DayRange {
    page.ask.range().unwrap_or(DayRange { from: Day(0), to: page.ask.today })
}
