//! The inbox: what waits for a decision, each with its ways out, and what became of the others.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG};
use crate::base::Instant;
use crate::reports::drifts::{self, DriftRow};
use crate::web::answer::html;
use crate::web::ask::write_path;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Form};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, drift as told};

pub const OPEN_MAX: i64 = 50;
pub const ENDED_MAX: i64 = 50;

#[derive(Template)]
#[template(path = "drift/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    empty: Option<Empty>,
    parts: Vec<Part>,
}

#[derive(Default)]
struct Part {
    head: SectionHead,
    notices: Vec<Notice>,
    notes: Vec<String>,
    forms: Vec<Form>,
    tables: Vec<Table>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let looked = read(&state, |reader| {
        Ok((drifts::list_open(reader, OPEN_MAX)?, drifts::list_ended(reader, ENDED_MAX)?))
    });
    let (mut open, mut ended) = looked.await?;
    let may_see = |row: &DriftRow| row.store.is_none_or(|store| page.who.scope.allows(store));
    open.retain(may_see);
    ended.retain(may_see);
    let flash = state.flashes.take(&page.who);
    let title = words::text(Word::PageDrift);
    let frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    let head = PageHead {
        title: title.to_owned(),
        answer: told::ANSWER.to_owned(),
        ..PageHead::default()
    };
    let empty = open.is_empty().then(|| Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        ..Empty::default()
    });
    let may_edit = Permission::EditStock.allows(page.who.role);
    let mut parts: Vec<Part> = open.iter().map(|row| one(&page, row, may_edit)).collect();
    if let Some(last) = parts.last_mut() {
        last.notes.push(told::STRICT_NOTE.to_owned());
    }
    if !ended.is_empty() {
        parts.push(history(&page, &ended));
    }
    html(StatusCode::OK, &View { frame, head, notices: flash.notices, empty, parts })
}

fn when(page: &Page, at: Instant) -> String {
    let day = format::day_short(at.day_in(&page.zone), page.locale);
    format!("{day} {}", at.time_in(&page.zone))
}

fn one(page: &Page, row: &DriftRow, may_edit: bool) -> Part {
    let quantity = |units| format::quantity(units, page.locale);
    let (seen, expected) = (quantity(row.seen), quantity(row.expected));
    let title = told::title(&row.account, &seen, &row.name, &expected);
    let mut part =
        Part { head: SectionHead::new(format!("drift-{}", row.id), title), ..Part::default() };
    let listing =
        ["channels", &row.account, "listings", &row.listing.to_string()].map(str::to_owned);
    let listing: Vec<&str> = listing.iter().map(String::as_str).collect();
    part.head.link = Some(Link::new(told::LISTING, page.url(&write_path(&listing))));
    let (first, last) = (when(page, row.first_at), when(page, row.last_at));
    part.notes.push(told::note(&quantity(row.readings), &first, &last, &row.cause));
    if !row.stopped.is_empty() {
        part.notes.push(row.stopped.clone());
    }
    if may_edit {
        let press = |label: String, kind, what| Button::submit(label, kind).sending("do", what);
        part.forms.push(Form {
            action: page.url(&format!("{PATH}/{}", row.id)),
            method: "post",
            buttons: vec![
                press(told::hub(&expected), ButtonKind::Main, "hub"),
                press(told::channel(&seen), ButtonKind::Plain, "channel"),
                Button::link(told::COUNT, ButtonKind::Link, page.url("/stocktake")),
            ],
            ..Form::default()
        });
    }
    part
}

fn history(page: &Page, ended: &[DriftRow]) -> Part {
    let mut part = Part { head: SectionHead::new("history", told::HISTORY), ..Part::default() };
    let mut table = Table::new("drift-history", told::HISTORY);
    table.columns = vec![
        Column::words(told::LISTING),
        Column::words(told::CHANNEL).wide(),
        Column::figures(told::EXPECTED),
        Column::figures(told::SEEN),
        Column::words(told::CAUSE).wide(),
        Column::words(told::SINCE).wide(),
        Column::words(told::DECIDED),
    ];
    let figure = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
    let row = |row: &DriftRow| {
        let name = Words {
            text: row.name.clone(),
            under: Some(row.title.clone()).filter(|title| !title.is_empty()),
            ..Words::default()
        };
        let outcome = told::outcome(&row.state, &row.decision);
        Row::new(vec![
            Cell::Words(name),
            Cell::text(row.account.clone()),
            figure(row.expected),
            figure(row.seen),
            Cell::quiet(row.cause.clone()),
            Cell::quiet(when(page, row.first_at)),
            Cell::text(told::by(outcome, &row.by)),
        ])
    };
    table.rows = ended.iter().map(row).collect();
    part.tables.push(table);
    part
}
