//! Restoring in the browser: what the backup holds beside what there is, and the decision. The
//! program then starts again, and puts the one in the place of the other before anything is opened.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::{done, field, wrong};
use super::page::answer;
use super::shown::{Part, View, notice, post};
use super::{PATH, SLUG};
use crate::base::Secret;
use crate::store::StoreError;
use crate::store::backup::restore::{self, Content, Preview};
use crate::store::backup::{Keys, swap};
use crate::sync::ctx::Tools;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::backup as told;

type Fields = web::Form<HashMap<String, String>>;

/// One backup is looked into at a time: there is one place for it.
static AT_WORK: Mutex<()> = Mutex::new(());

pub async fn look(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let (file, code) = (field(&form, "file"), field(&form, "code"));
    let staged = match PathBuf::from(&file) {
        path if path.is_absolute() => {
            let code = (!code.is_empty()).then(|| Secret::new(code));
            off_thread(move || stage(&tools, &path, code.as_ref())).await?
        }
        _ => Err(StoreError::Refused(told::FILE_MISSING.to_owned())),
    };
    match staged {
        Ok(preview) => {
            let page = page::open(&state, site, who, &request).await?;
            html(StatusCode::OK, &view(&page, &preview))
        }
        Err(fault @ (StoreError::Internal(_) | StoreError::Sqlite(_))) => Err(fault.into()),
        Err(fault) => {
            let mut again = wrong("file", &fault.to_string());
            again.file = Some(file);
            answer(&state, site, who, &request, again).await
        }
    }
}

fn stage(
    tools: &Tools,
    source: &std::path::Path,
    code: Option<&Secret>,
) -> Result<Preview, StoreError> {
    let Ok(_turn) = AT_WORK.try_lock() else {
        return Err(StoreError::Refused(told::BUSY.to_owned()));
    };
    let database = tools.db.path();
    if swap::is_marked(database) {
        return Err(StoreError::Refused(told::BUSY.to_owned()));
    }
    let keys = Keys { openers: tools.vault.openers(), code };
    let clock = tools.db.clock();
    restore::stage(source, (database, Some(&tools.db)), keys, clock, &|_, _| true)
}

fn view(page: &Page, preview: &Preview) -> View {
    let mut notices: Vec<Notice> = Vec::new();
    let mut say = |text: String| notices.push(notice(Weight::Late, told::RESTORE, text));
    if preview.here.is_some() && !preview.is_same {
        say(told::OTHER.to_owned());
    }
    if preview.is_stopped {
        say(told::STOPPED.to_owned());
    }
    if preview.erased > 0 {
        say(told::erased(preview.erased));
    }
    if preview.waits_for_passphrase {
        say(told::LOCKED.to_owned());
    }
    let mut part = Part::new("compared", preview.source.to_string_lossy());
    part.table = Some(compare(page, preview));
    part.posts = vec![
        post(page, told::RESTORE_NOW, "/settings/backup/restore/confirm"),
        post(page, told::RESTORE_KEEP, "/settings/backup/restore/keep"),
    ];
    View {
        frame: page.frame(told::RESTORE_TITLE, SLUG, None),
        head: PageHead {
            trail: vec![Link::new(told::TITLE, page.url(PATH))],
            place: told::RESTORE.to_owned(),
            title: told::RESTORE_TITLE.to_owned(),
            answer: told::RESTORE_ANSWER.to_owned(),
            buttons: Vec::new(),
        },
        notices,
        parts: vec![part],
    }
}

fn compare(page: &Page, preview: &Preview) -> Table {
    let unknown = || format::UNKNOWN.to_owned();
    let moment = |at: crate::base::Instant| {
        format!("{} {}", format::day(at.day_in(&page.zone), page.locale), at.time_in(&page.zone))
    };
    let mut table = Table::new("compared-table", told::RESTORE_TITLE);
    table.columns =
        vec![Column::words(told::WHAT), Column::figures(told::THERE), Column::figures(told::HERE)];
    let figure = |text: String| Cell::figure(Figure::text(text));
    let words = |what: &str, there: String, here: String| {
        Row::new(vec![Cell::text(what), figure(there), figure(here)])
    };
    let both = |what: &str, pick: &dyn Fn(&Content) -> String| {
        words(what, pick(&preview.there), preview.here.as_ref().map_or_else(unknown, pick))
    };
    let count = |count: i64| format::quantity(count, page.locale);
    table.rows = vec![
        words(told::MADE, preview.made_at.map_or_else(unknown, moment), String::new()),
        words(
            told::VERSION,
            preview.app.clone().unwrap_or_else(unknown),
            env!("CARGO_PKG_VERSION").to_owned(),
        ),
        both(told::ORGANISATION, &|it| it.organisation.clone()),
        both(told::ORDERS, &|it| count(it.orders)),
        both(told::LAST_ORDER, &|it| it.last_order_at.map_or_else(unknown, moment)),
        both(told::STORES, &|it| count(it.stores)),
        both(told::PRODUCTS, &|it| count(it.products)),
        both(told::CONNECTIONS, &|it| count(it.connections)),
        both(told::USERS, &|it| count(it.users)),
        both(told::SIZE, &|it| told::size(it.bytes)),
    ];
    table
}

/// The decision; from here on a crash ends with the restored data as well.
pub async fn confirm(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let marking = tools.clone();
    let marked = off_thread(move || {
        let Ok(_turn) = AT_WORK.try_lock() else {
            return Err(StoreError::Refused(told::BUSY.to_owned()));
        };
        swap::mark(marking.db.path(), marking.db.clock().now())
    });
    if let Err(fault) = marked.await? {
        let again = wrong("file", &fault.to_string());
        return answer(&state, site, who, &request, again).await;
    }
    let page = page::open(&state, site, who, &request).await?;
    let button = Button::link(told::RESTORING_LINK, ButtonKind::Main, page.url("/"));
    let head = PageHead {
        title: told::RESTORING.to_owned(),
        answer: told::RESTORING_WHY.to_owned(),
        buttons: vec![button],
        ..PageHead::default()
    };
    let frame = page.frame(told::RESTORING, SLUG, None);
    let shown = html(StatusCode::OK, &View { frame, head, notices: Vec::new(), parts: Vec::new() });
    // The page is on its way; whoever looks after the server stops it in order and starts anew.
    tools.wants_restart.store(true, Ordering::Relaxed);
    shown
}

pub async fn keep(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    off_thread(move || match swap::is_marked(tools.db.path()) {
        true => Ok(()),
        false => restore::discard(tools.db.path()),
    })
    .await??;
    Ok(done(&state, &who, told::RESTORE_KEPT, PATH))
}
