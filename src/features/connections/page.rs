//! All connections, and one of them with its problems, its history and what can be done with it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::hooks;
use super::shown::{self, Part};
use super::{PATH, SLUG, kept, vault};
use crate::base::id::AccountId;
use crate::connectors;
use crate::store::documents;
use crate::sync::ctx::Tools;
use crate::sync::health::{self, AccountHealth, Health};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::words::{self, Word, connection as told};

#[derive(Template)]
#[template(path = "connections/page.html")]
pub struct View {
    pub frame: Frame,
    pub head: PageHead,
    pub notices: Vec<Notice>,
    pub empty: Option<Empty>,
    pub parts: Vec<Part>,
}

pub async fn list(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, (StatusCode::OK, None)).await
}

/// The list, with what was wrong about a passphrase.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    (status, wrong): (StatusCode, Option<String>),
) -> Result<HttpResponse, AppError> {
    compose((state, site, who, request), status, Wrong { passphrase: wrong, days: None }).await
}

/// The list, with what was wrong about the days.
///
/// # Errors
/// What the store said.
pub async fn answer_kept(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    (status, wrong): (StatusCode, &str),
) -> Result<HttpResponse, AppError> {
    let wrong = Wrong { passphrase: None, days: Some(wrong.to_owned()) };
    compose((state, site, who, request), status, wrong).await
}

#[derive(Default)]
struct Wrong {
    passphrase: Option<String>,
    days: Option<String>,
}

async fn compose(
    (state, site, who, request): (&Shared, web::Data<Site>, Who, &HttpRequest),
    status: StatusCode,
    wrong: Wrong,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let now = state.clock.now();
    let looked = read(state, move |reader| {
        let requests = hooks::list_requests(reader, None)?;
        Ok((health::list_health(reader, now)?, requests, documents::find_kept_days(reader)?))
    });
    let (found, requests, days) = looked.await?;
    let flash = state.flashes.take(&page.who);
    let title = words::text(Word::PageConnections);
    let mut frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    if found.iter().any(|account| account.health == Health::Loading) {
        frame.refresh = Some(page.url(PATH));
    }
    let locked = state.vault.locked();
    let mut parts: Vec<Part> =
        vault::part(&page, locked.as_ref(), wrong.passphrase).into_iter().collect();
    parts.extend(found.iter().map(|account| shown::account(&page, account, now)));
    // Also of connections that are gone.
    parts.extend(hooks::requests(&page, &requests));
    parts.push(platforms(&page, &found));
    parts.extend(kept::part(&page, days, wrong.days));
    let empty = found.is_empty().then(|| Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        ..Empty::default()
    });
    let head = PageHead {
        title: title.to_owned(),
        answer: told::ANSWER.to_owned(),
        ..PageHead::default()
    };
    html(status, &View { frame, head, notices: flash.notices, empty, parts })
}

/// What can be connected: those that ask for nothing by one press, the others by a form.
fn platforms(page: &Page, found: &[AccountHealth]) -> Part {
    let mut part = Part::new("connect", told::CONNECT_MORE);
    part.note = Some(format!("{} {}", told::CONNECT_NOTE, told::OTHER));
    let mut rows = Vec::new();
    for connector in connectors::ALL {
        let Some(api) = connector.api() else { continue };
        let spec = api.spec();
        let path = page.url(&format!("{PATH}/new/{}", connector.slug()));
        let is_switch = spec.fields.is_empty() && !spec.needs_store;
        let is_on = found.iter().any(|account| account.row.platform == connector.slug());
        if is_switch && !is_on {
            part.posts.push(shown::post(
                page,
                &format!("{}: {}", connector.label(), told::SWITCH_ON),
                &format!("{PATH}/new/{}", connector.slug()),
            ));
        }
        rows.push((connector.label(), spec.about, (!is_switch).then_some(path)));
    }
    part.tables.push(shown::platforms(&rows));
    part
}

pub async fn show(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id: i64 = id.parse().map_err(|_| AppError::NotFound)?;
    let page = page::open(&state, site, who, &request).await?;
    let now = state.clock.now();
    let looked = read(&state, move |reader| {
        let requests = hooks::list_requests(reader, Some(AccountId(id)))?;
        Ok((health::list_health(reader, now)?, requests))
    });
    let (found, requests) = looked.await?;
    let account = found.into_iter().find(|account| account.row.id.0 == id);
    let account = account.ok_or(AppError::NotFound)?;
    let flash = state.flashes.take(&page.who);
    let frame = page.frame_with_toast(account.row.name.clone(), SLUG, None, flash.toast);
    let head = PageHead {
        trail: vec![Link::new(told::ALL, page.url(PATH))],
        place: account.row.name.clone(),
        title: account.row.name.clone(),
        answer: account.row.external_label.clone(),
        ..PageHead::default()
    };
    let mut parts = vec![shown::account(&page, &account, now)];
    parts.extend(shown::problems(&page, &account));
    parts.extend(hooks::requests(&page, &requests));
    if let Some(known) = hooks::find(tools, account.row.clone()).await? {
        parts.push(hooks::part(&page, (&account.row, &known), now));
    }
    parts.push(shown::history(&page, &account));
    parts.push(shown::anew(&page, &account));
    parts.push(shown::end(&page, &account));
    html(StatusCode::OK, &View { frame, head, notices: flash.notices, empty: None, parts })
}
