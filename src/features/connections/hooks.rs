//! What to enter at a platform so that it calls, what came of its calls, and what it asked on
//! behalf of buyers. No person is on these pages.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::page::View;
use super::shown::{Part, post};
use super::{PATH, SLUG};
use crate::base::id::{AccountId, RequestId};
use crate::base::{Instant, Secret};
use crate::connectors;
use crate::connectors::contract::{WebhookSecret, WebhookSource};
use crate::store::accounts::AccountRow;
use crate::store::hooks::{self, Tally};
use crate::store::privacy::{self, Finding, Kind, Outcome, RequestRow};
use crate::store::{Reader, StoreError, credentials};
use crate::sync::ctx::Tools;
use crate::sync::webhook;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::format;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{connection, hook as told};

/// Requests that are shown, of one connection or of all.
const REQUESTS_SHOWN_MAX: i64 = 100;

/// What a connection's page shows of calls.
pub struct Known {
    source: &'static dyn WebhookSource,
    listener: Option<String>,
    tally: Tally,
    has_secret: bool,
    /// One that we made, for its owner to enter at the platform.
    secret: Option<Secret>,
}

/// `None` where the platform calls nobody.
///
/// # Errors
/// Those of the database and of the vault.
pub async fn find(tools: web::Data<Tools>, row: AccountRow) -> Result<Option<Known>, AppError> {
    let Some(source) = connectors::find(&row.platform).and_then(|known| known.webhooks()) else {
        return Ok(None);
    };
    let (WebhookSecret::Field(name) | WebhookSecret::Made(name)) = source.spec().secret;
    let found = off_thread(move || {
        let (tally, names) = tools.db.read(|reader| {
            let tally = hooks::find_tally(reader, row.id)?;
            Ok((tally, credentials::list_names(reader, row.id)?))
        })?;
        let has_secret = names.iter().any(|known| known == name);
        let listener = tools.inbox.address().map(|address| address.to_string());
        let secret = webhook::find_secret(&tools, &row)?;
        Ok::<_, StoreError>(Known { source, listener, tally, has_secret, secret })
    });
    Ok(Some(found.await??))
}

/// The section of a connection's page.
pub fn part(page: &Page, (row, known): (&AccountRow, &Known), now: Instant) -> Part {
    let mut part = Part::new("webhooks", told::TITLE);
    let Some(listener) = &known.listener else {
        part.note = Some(told::POLLING.to_owned());
        return part;
    };
    let spec = known.source.spec();
    part.note = Some(match known.has_secret {
        true => format!("{} {}", spec.setup, told::NUDGE),
        false => format!("{} {}", told::NO_SECRET, told::NUDGE),
    });
    let address = told::address(&format!("/hooks/{}/{}", row.platform, row.id));
    let ago = |at: Option<Instant>| {
        at.map_or_else(
            || connection::NEVER.to_owned(),
            |at| connection::ago(now.seconds() - at.seconds()),
        )
    };
    let count = |count| format::quantity(count, page.locale);
    let mut rows = vec![
        (told::ADDRESS, Cell::mono(address)),
        (told::LISTENER, Cell::mono(listener.clone())),
        (told::TOPICS, Cell::text(spec.topics.join(", "))),
    ];
    if let Some(secret) = &known.secret {
        rows.push((told::SECRET, Cell::mono(secret.expose())));
        let path = format!("{PATH}/{}/hook-secret", row.id);
        part.posts.push(post(page, told::NEW_SECRET, &path));
    }
    rows.push((told::LAST, Cell::text(ago(known.tally.taken_at))));
    rows.push((told::TAKEN, Cell::text(count(known.tally.taken))));
    rows.push((told::REPEATED, Cell::text(count(known.tally.repeated))));
    rows.push((told::REFUSED, Cell::text(count(known.tally.refused))));
    if known.tally.refused_at.is_some() {
        rows.push((told::LAST_REFUSED, Cell::text(ago(known.tally.refused_at))));
    }
    let mut table = Table::new("webhooks-table", told::TITLE);
    table.columns = vec![Column::words(told::WHAT), Column::words(told::VALUE)];
    table.rows =
        rows.into_iter().map(|(what, cell)| Row::new(vec![Cell::quiet(what), cell])).collect();
    part.tables.push(table);
    part
}

/// # Errors
/// `StoreError` of the database.
pub fn list_requests(
    reader: &Reader<'_>,
    account: Option<AccountId>,
) -> Result<Vec<RequestRow>, StoreError> {
    privacy::list_requests(reader, account, REQUESTS_SHOWN_MAX)
}

/// What was asked on behalf of buyers; `None` where nothing was.
pub fn requests(page: &Page, requests: &[RequestRow]) -> Option<Part> {
    if requests.is_empty() {
        return None;
    }
    let mut part = Part::new("requests", told::REQUESTS);
    part.note = Some(told::REQUESTS_NOTE.to_owned());
    let mut table = Table::new("requests-table", told::REQUESTS);
    table.columns = vec![
        Column::words(told::RECEIVED),
        Column::words(told::CONNECTION).wide(),
        Column::words(told::ASKED),
        Column::words(told::DONE),
        Column::figures(told::ORDERS).wide(),
        Column::figures(told::DOCUMENTS).wide(),
        Column::words(told::DUE).wide(),
    ];
    let day = |at: Instant| format::day(at.day_in(&page.zone), page.locale);
    let count = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let row = |request: &RequestRow| {
        let outcome = request.done.map(|(_, outcome)| outcome.name());
        let done = told::done(request.kind.name(), outcome);
        let has_list = request.kind == Kind::Tell
            && request.done.is_some_and(|(_, outcome)| outcome == Outcome::Done);
        let done = match has_list {
            true => Cell::link(done, page.url(&format!("{PATH}/requests/{}", request.id))),
            false => Cell::text(done),
        };
        Row::new(vec![
            Cell::quiet(day(request.received_at)),
            Cell::quiet(&request.account_name),
            Cell::text(told::asked(request.kind.name())),
            done,
            count(request.orders),
            count(request.documents),
            Cell::quiet(day(request.due_at)),
        ])
    };
    table.rows = requests.iter().map(row).collect();
    part.tables.push(table);
    Some(part)
}

/// What is held of a buyer who asked, for the owner's answer.
pub async fn found(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = RequestId(id.parse().map_err(|_| AppError::NotFound)?);
    let page = page::open(&state, site, who, &request).await?;
    let looked = read(&state, move |reader| {
        Ok((privacy::find_request(reader, id)?, privacy::list_findings(reader, id)?))
    });
    let (asked, findings) = looked.await?;
    let asked = asked.filter(|asked| asked.kind == Kind::Tell).ok_or(AppError::NotFound)?;
    let due = format::day(asked.due_at.day_in(&page.zone), page.locale);
    let answer = match (asked.done, findings.is_empty()) {
        (None, _) => told::FOUND_WAITS.to_owned(),
        (Some((_, Outcome::Done)), true) => told::FOUND_GONE.to_owned(),
        (Some(_), true) => told::FOUND_NONE.to_owned(),
        (Some(_), false) => told::found(&due),
    };
    let head = PageHead {
        trail: vec![Link::new(connection::ALL, page.url(PATH))],
        place: asked.account_name.clone(),
        title: told::FOUND_TITLE.to_owned(),
        answer,
        ..PageHead::default()
    };
    let parts = if findings.is_empty() { Vec::new() } else { vec![list(&page, &findings)] };
    let frame = page.frame(told::FOUND_TITLE.to_owned(), SLUG, None);
    let view = View { frame, head, notices: Vec::new(), empty: None, parts };
    crate::web::answer::html(StatusCode::OK, &view)
}

fn list(page: &Page, findings: &[Finding]) -> Part {
    let mut part = Part::new("found", told::ORDERS);
    let mut table = Table::new("found-table", told::ORDERS);
    table.columns = vec![
        Column::words(told::ORDER),
        Column::words(told::DAY),
        Column::words(told::COUNTRY),
        Column::words(told::REGION),
    ];
    let row = |found: &Finding| {
        Row::new(vec![
            Cell::text(&found.name),
            Cell::quiet(format::day(found.day, page.locale)),
            Cell::quiet(found.country.as_deref().unwrap_or_default()),
            Cell::quiet(found.region.as_deref().unwrap_or_default()),
        ])
    };
    table.rows = findings.iter().map(row).collect();
    part.tables.push(table);
    part
}
