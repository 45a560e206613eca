//! The page: the checks, the hosts that were called, the bundle.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::checks::{self, Asked, Check};
use super::json::list_calls;
use super::{Home, PATH, SLUG, bundle};
use crate::store::egress::CallRow;
use crate::sync::ctx::Tools;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead, State, StateMark};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, diagnostics as told};

/// Rows of calls that are shown.
pub const CALLS_MAX: i64 = 500;

#[derive(Template)]
#[template(path = "diagnostics/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    checks: Table,
    bundle_note: &'static str,
    calls_head: SectionHead,
    calls_note: &'static str,
    calls: Option<Table>,
    empty: Option<Empty>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    home: web::Data<Home>,
    tools: web::Data<Tools>,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let checks = look_now(&state, &home, &tools).await?;
    let calls = list_calls(&state, &tools).await?;
    let title = words::text(Word::PageDiagnostics);
    let bad = checks.iter().filter(|check| check.state == checks::State::Bad).count();
    let bundle = page.url(&format!("{PATH}/bundle"));
    let head = PageHead {
        title: title.to_owned(),
        answer: told::answer(bad, checks.len()),
        buttons: vec![Button::link(told::BUNDLE, ButtonKind::Plain, bundle)],
        ..PageHead::default()
    };
    let empty = calls.is_empty().then(|| Empty {
        sentence: told::EMPTY_CALLS.to_owned(),
        why: told::EMPTY_CALLS_WHY.to_owned(),
        ..Empty::default()
    });
    let view = View {
        frame: page.frame(title, SLUG, None),
        head,
        checks: table_of_checks(&checks),
        bundle_note: told::BUNDLE_NOTE,
        calls_head: SectionHead::new("calls", told::CALLS),
        calls_note: told::CALLS_NOTE,
        calls: (!calls.is_empty()).then(|| table_of_calls(&page, &calls)),
        empty,
    };
    html(StatusCode::OK, &view)
}

/// The zip, to be saved.
pub async fn bundle(
    state: Shared,
    home: web::Data<Home>,
    tools: web::Data<Tools>,
) -> Result<HttpResponse, AppError> {
    let checks = look_now(&state, &home, &tools).await?;
    let (db, home) = (state.db.clone(), Arc::clone(&home));
    let made = off_thread(move || bundle::write(&home, Some(&db), &checks)).await?;
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"purser-support.zip\"");
    let answer = HttpResponse::Ok()
        .insert_header(name)
        .content_type("application/zip")
        .body(made.map_err(AppError::Internal)?);
    Ok(answer)
}

/// What the checks say now.
pub async fn look_now(
    state: &Shared,
    home: &web::Data<Home>,
    tools: &web::Data<Tools>,
) -> Result<Vec<Check>, AppError> {
    let (state, home, tools) = (Arc::clone(state), Arc::clone(home), Arc::clone(tools));
    off_thread(move || {
        if let Err(fault) = tools.egress.flush() {
            tracing::warn!(%fault, "which hosts were called could not be written down");
        }
        let locked = state.vault.locked().map(|why| why.to_string());
        let asked = Asked { is_whole: false, locked: locked.as_deref(), clock: &state.clock };
        checks::look(&home, Ok(&state.db), &asked)
    })
    .await
}

fn table_of_checks(checks: &[Check]) -> Table {
    let mut table = Table::new("checks", told::CHECKS);
    table.columns = vec![
        Column::words(told::CHECK),
        Column::words(told::STATE),
        Column::words(told::FOUND).wide(),
        Column::words(told::MEANS),
    ];
    let row = |check: &Check| {
        let state = match check.state {
            checks::State::Ok => State::Fresh,
            checks::State::Unknown => State::Off,
            checks::State::Warn => State::Late,
            checks::State::Bad => State::Broken,
        };
        Row::new(vec![
            Cell::text(check.name),
            Cell::State(StateMark::new(state, check.state.word())),
            Cell::text(check.found.clone()),
            Cell::quiet(check.means.clone()),
        ])
    };
    table.rows = checks.iter().map(row).collect();
    table
}

fn table_of_calls(page: &Page, calls: &[CallRow]) -> Table {
    let mut table = Table::new("calls-table", told::CALLS);
    table.columns = vec![
        Column::words(told::HOST),
        Column::words(told::DAY),
        Column::words(told::CONNECTION).wide(),
        Column::words(told::PURPOSE).wide(),
        Column::figures(told::TIMES),
        Column::figures(told::FAILED),
        Column::figures(told::SENT).wide(),
        Column::figures(told::RECEIVED).wide(),
        Column::words(told::LAST).wide(),
    ];
    let count = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let bytes = |bytes: i64| Cell::figure(Figure::text(told::bytes(bytes.unsigned_abs())));
    let row = |row: &CallRow| {
        let host = Words { text: format!("{}:{}", row.host, row.port), ..Words::default() };
        Row::new(vec![
            Cell::Words(host),
            Cell::text(format::day_short(row.day, page.locale)),
            Cell::text(row.connection.clone().unwrap_or_else(|| format::UNKNOWN.to_owned())),
            Cell::quiet(row.purpose.clone()),
            count(row.calls),
            count(row.failed),
            bytes(row.bytes_out),
            bytes(row.bytes_in),
            Cell::quiet(row.last_at.time_in(&page.zone)),
        ])
    };
    table.rows = calls.iter().map(row).collect();
    table
}
