//! While a copy of the books is made: how far it is, and on from there when it is done. Without
//! script the page asks again by itself.

use actix_web::http::{StatusCode, header};
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::{PROGRESS_PATH, SLUG};
use crate::base::Instant;
use crate::web::answer::{self, html};
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::format;
use crate::web::known::{self, Known};
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Progress, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::{self, Word, known as told};

/// How long a browser without script waits until it looks again.
const REFRESH_S: u32 = 3;

#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    at: Option<i64>,
    next: Option<String>,
    again: Option<String>,
}

impl Asked {
    /// No copy is made of an instant that is still to come.
    fn find_at(&self, state: &Shared) -> Option<Instant> {
        let at = Instant(self.at?);
        (at <= state.clock.now().plus_seconds(1)).then_some(at)
    }

    /// Only a page of ours; anything else leads home.
    fn next(&self, base: &str) -> String {
        let home = format!("{base}/");
        let next = self.next.clone().unwrap_or_default();
        let inner = next.strip_prefix(&home);
        let is_ours = inner.is_some_and(|inner| !inner.starts_with(['/', '\\']))
            && !next.chars().any(char::is_control);
        if is_ours { next } else { home }
    }
}

#[derive(Template)]
#[template(path = "known/wait.html")]
struct View {
    frame: Frame,
    head: PageHead,
    refresh_s: Option<u32>,
    progress: Option<Progress>,
    notice: Option<Notice>,
    next: Link,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    asked: Query<Asked>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let next = asked.next(&page.base);
    let at = asked.find_at(&state).ok_or(AppError::NotFound)?;
    if asked.again.is_some() {
        state.known.try_again(at);
        return Ok(see(&known::wait_href(&page.base, at, &next)));
    }
    match known::want(&state, at, None).await? {
        Known::Ready(_) => Ok(see(&next)),
        known => html(StatusCode::OK, &view(&page, at, &next, &known)),
    }
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}

fn view(page: &Page, at: Instant, next: &str, known: &Known) -> View {
    let day = format::day(Instant(at.0 - 1).day_in(&page.zone), page.locale);
    let params = || [("at".to_owned(), at.0.to_string()), ("next".to_owned(), next.to_owned())];
    let progress = match known {
        Known::Building(done, total) => Some(Progress {
            id: "known-progress".to_owned(),
            title: words::text(Word::KnownMaking).to_owned(),
            beside: None,
            done: *done,
            total: (*total).max(1),
            shown: told::percent_done(percent(*done, *total)),
            note: words::text(Word::KnownMakingNote).to_owned(),
            poll: Some(write_href(&page.url(PROGRESS_PATH), params().into_iter())),
            stop: None,
        }),
        Known::Ready(_) | Known::Failed(_) => None,
    };
    let again = params().into_iter().chain([("again".to_owned(), "yes".to_owned())]);
    let again = write_href(&page.url(known::WAIT_PATH), again);
    let notice = match known {
        Known::Failed(fault) => Some(Notice {
            weight: Weight::Broken,
            title: words::text(Word::KnownFailedTitle).to_owned(),
            text: told::failed(fault),
            buttons: Vec::new(),
            link: Some(Link::new(words::text(Word::KnownTryAgain), again)),
        }),
        Known::Ready(_) | Known::Building(..) => None,
    };
    View {
        frame: page.frame(told::title(&day), SLUG, None),
        head: PageHead { title: told::title(&day), ..PageHead::default() },
        refresh_s: progress.is_some().then_some(REFRESH_S),
        progress,
        notice,
        next: Link::new(words::text(Word::KnownGoOn), next),
    }
}

fn percent(done: i64, total: i64) -> i64 {
    (done.saturating_mul(100)).checked_div(total).unwrap_or(0).clamp(0, 100)
}

/// How far it is, as `static/js/progress.js` reads it.
pub async fn progress(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    asked: Query<Asked>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let at = asked.find_at(&state).ok_or(AppError::NotFound)?;
    let next = asked.next(&page.base);
    let value = match state.known.want(&state.db, at, None)? {
        Known::Ready(_) => json!({ "done": 1, "total": 1, "state": "done", "result_url": next }),
        Known::Building(done, total) => json!({
            "done": done,
            "total": total,
            "shown": told::percent_done(percent(done, total)),
            "state": "running",
        }),
        Known::Failed(_) => {
            let here = known::wait_href(&page.base, at, &next);
            json!({ "done": 0, "total": 1, "state": "failed", "result_url": here })
        }
    };
    Ok(answer::json(StatusCode::OK, &value))
}
