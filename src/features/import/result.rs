//! What became of one file: how far it is, what was taken in, what was refused and why.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::{PATH, SLUG, view};
use crate::base::id::ImportId;
use crate::base::{Currency, Money};
use crate::reports::ReportError;
use crate::reports::imported::{self, Touched};
use crate::store::imports::{self, Import, RefusedRow};
use crate::store::jobs::{self, Job};
use crate::store::{StoreError, organisation};
use crate::sync::import_job::{BOOKS_JOB, IMPORT};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind};
use crate::web::format::{self, Locale};
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Post, Progress};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{PageHead, SectionHead, Stat, Stats};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table};
use crate::web::words::{self, Word, say};

const REFUSED_PER_PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "import/result.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    notices: Vec<Notice>,
    stats: Option<Stats>,
    touched: Option<Brought>,
    unknowns: Option<(SectionHead, Table)>,
    refused: Option<(SectionHead, Table)>,
    /// Tries all refused rows again.
    try_all: Option<Post>,
    tries: Option<(SectionHead, Table)>,
    told: Option<(SectionHead, Table)>,
    forget: Option<Post>,
}

/// "The 804 orders in it bring 1,186.42 net profit."
struct Brought {
    before: String,
    figure: Figure,
    link: Link,
}

struct Known {
    import: Import,
    job: Option<Job>,
    refused: Vec<RefusedRow>,
    notices: Vec<(i64, String)>,
    unknowns: Vec<(String, String, i64, i64)>,
    tries: Vec<Import>,
    parent: Option<Import>,
    touched: Option<Touched>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let import = parse_id(&id)?;
    let known = read(&state, move |reader| {
        let import = imports::find_import(reader, import)?.ok_or(StoreError::Missing)?;
        Ok(Known {
            job: jobs::find_job_of(reader, IMPORT.name, ("import", import.id.0))?,
            refused: imports::list_refused(reader, import.id, imports::REFUSED_KEPT_MAX)?,
            notices: imports::list_notices(reader, import.id)?,
            unknowns: imports::list_unknowns(reader, import.id)?,
            tries: imports::list_tries(reader, import.id)?,
            parent: match import.parent {
                Some(parent) => imports::find_import(reader, parent)?,
                None => None,
            },
            touched: imported::find_touched(reader, import.id).map_err(store_fault)?,
            import,
        })
    });
    let known = known.await?;
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let import = &known.import;
    let is_over = import.state != "running";
    let mut notices = flash.notices;
    if let Some(fault) = &import.fault {
        notices.push(view::not_taken_in(&import.file_name, fault));
    }
    let done = import.state == "done";
    if done && known.unknowns.iter().any(|(kind, ..)| view::is_alarming(kind)) {
        let text = words::text(Word::ImportUnknownText).to_owned();
        notices.push(view::warning(words::text(Word::ImportUnknownTitle).to_owned(), text));
    }
    let told: Vec<(i64, &str)> =
        known.notices.iter().map(|(line, what)| (*line, what.as_str())).collect();
    let view = View {
        frame: page.frame_with_toast(&import.file_name, SLUG, None, flash.toast),
        head: head_of(&page, import, known.parent.as_ref()),
        progress: if is_over {
            page.recounting(&format!("{PATH}/{}/progress?books=1", import.id))
        } else {
            Some(progress_of(&page, import, known.job.as_ref()))
        },
        notices,
        stats: (done || import.state == "undone").then(|| stats_of(&page, import)),
        touched: known.touched.filter(|_| done).and_then(|found| brought(&page, &found)),
        refused: (!known.refused.is_empty()).then(|| refused_of(&page, import, &known.refused)),
        try_all: (done && !known.refused.is_empty()).then(|| Post {
            label: words::text(Word::ImportTryAll).to_owned(),
            action: page.url(&format!("{PATH}/{}/retry", import.id)),
            csrf: String::new(),
        }),
        unknowns: view::unknowns(&page, &known.unknowns),
        tries: tries_of(&page, &known.tries),
        told: view::told(&page, &told),
        forget: (import.state == "failed").then(|| Post {
            label: words::text(Word::ImportForget).to_owned(),
            action: page.url(&format!("{PATH}/{}/forget", import.id)),
            csrf: String::new(),
        }),
    };
    html(StatusCode::OK, &view)
}

/// What the bar of a file follows; with `books` that of the figures after it.
pub async fn progress(
    state: Shared,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = parse_id(&id)?;
    let result_url = state.url(&format!("{PATH}/{id}"));
    if request.query_string().contains("books=1") {
        let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
        return Ok(HttpResponse::Ok().json(recount.json(&result_url)));
    }
    let found = read(&state, move |reader| {
        let import = imports::find_import(reader, id)?.ok_or(StoreError::Missing)?;
        let job = jobs::find_job_of(reader, IMPORT.name, ("import", id.0))?;
        Ok((import, job, organisation::find(reader.conn())?.locale))
    });
    let (import, job, locale) = found.await?;
    let (done, total) = how_far(&import, job.as_ref());
    let locale = Locale::find(&locale).unwrap_or_default();
    let rows = import.accepted + import.unchanged + import.refused;
    let now = match (import.state.as_str(), job.map(|job| job.state).as_deref()) {
        ("running", Some("due")) => "waiting",
        ("running", _) => "running",
        _ => "done",
    };
    Ok(HttpResponse::Ok().json(json!({
        "done": done,
        "total": total,
        "shown": format::share(done, total, locale),
        "state": now,
        "rows": say::rows(rows, &format::quantity(rows, locale)),
        // For a queue of files: what became of this one, and whether it needs nobody.
        "outcome": view::state_of(&import).1,
        "calm": import.state == "done" && import.refused == 0,
        "result_url": result_url,
    })))
}

pub fn parse_id(text: &str) -> Result<ImportId, AppError> {
    text.parse().map(ImportId).map_err(|_| AppError::NotFound)
}

pub fn store_fault(fault: ReportError) -> StoreError {
    match fault {
        ReportError::Store(fault) => fault,
        other => StoreError::Internal(other.to_string()),
    }
}

pub fn how_far(import: &Import, job: Option<&Job>) -> (i64, i64) {
    let total = job.and_then(|job| job.progress_total).unwrap_or(import.file_bytes);
    (job.map_or(0, |job| job.progress_done).min(total), total.max(1))
}

/// The bar of a file that is being read.
pub fn progress_of(page: &Page, import: &Import, job: Option<&Job>) -> Progress {
    let (done, total) = how_far(import, job);
    Progress {
        id: format!("import-{}", import.id),
        title: import.file_name.clone(),
        beside: Some(view::kind_of(import)),
        done,
        total,
        shown: format::share(done, total, page.locale),
        note: words::text(Word::ImportMayLeave).to_owned(),
        poll: Some(page.url(&format!("{PATH}/{}/progress", import.id))),
        stop: None,
    }
}

fn head_of(page: &Page, import: &Import, parent: Option<&Import>) -> PageHead {
    let moment = view::moment(page, import.finished_at.unwrap_or(import.started_at));
    let mut answer = format!("{}, {moment}", view::kind_of(import));
    if let Some(user) = &import.user {
        answer.push_str(&format!(", {user}"));
    }
    let mut buttons = Vec::new();
    if import.state == "done" {
        let href = page.url(&format!("{PATH}/{}/undo", import.id));
        buttons.push(Button::link(words::text(Word::ImportUndo), ButtonKind::Plain, href));
    }
    if import.state == "undone" {
        answer = format!("{} {answer}", words::text(Word::ImportWasUndone));
    }
    let mut trail = vec![Link::new(words::text(Word::PageImport), page.url(PATH))];
    if let Some(parent) = parent {
        let href = page.url(&format!("{PATH}/{}", parent.id));
        trail.push(Link::new(parent.file_name.as_str(), href));
    }
    PageHead {
        trail,
        place: view::state_of(import).1.to_owned(),
        title: import.file_name.clone(),
        answer,
        buttons,
    }
}

fn stats_of(page: &Page, import: &Import) -> Stats {
    let stat = |count: i64, word, asks| Stat {
        figure: format::quantity(count, page.locale),
        name: words::text(word).to_owned(),
        asks,
    };
    Stats {
        stats: vec![
            stat(import.accepted, Word::ImportRowsAccepted, false),
            stat(import.unchanged, Word::ImportRowsKnown, false),
            stat(import.refused, Word::ImportRowsRefused, import.refused > 0),
        ],
    }
}

fn brought(page: &Page, found: &Touched) -> Option<Brought> {
    let currency: Currency = page.organisation.currency?;
    let orders = format::quantity(found.orders, page.locale);
    let orders = say::counted(found.orders, &orders, Word::Order, Word::Orders);
    let range = format::day_range(found.range, page.locale);
    let href = format!("/?from={}&to={}", found.range.from, found.range.to);
    Some(Brought {
        before: say::orders_bring(&orders, &range, currency.code()),
        figure: Figure::result(Money::new(found.net_profit_minor, currency), page.locale),
        link: Link::new(words::text(Word::ImportSeeFigures), page.url(&href)),
    })
}

fn refused_of(page: &Page, import: &Import, rows: &[RefusedRow]) -> (SectionHead, Table) {
    let mut head = SectionHead::new("refused", words::text(Word::ImportRefusedRows));
    head.beside = Some(words::text(Word::ImportRefusedKept).to_owned());
    let mut table = Table::new("refused-table", words::text(Word::ImportRefusedRows));
    table.columns = vec![
        Column::words(words::text(Word::ImportRow)),
        Column::words(words::text(Word::ImportColumn)).wide(),
        Column::words(words::text(Word::ImportWhy)),
        Column::words(words::text(Word::ImportAsItStood)).wide(),
    ];
    let pager = Pager::new(&page.ask, rows.len() as i64, REFUSED_PER_PAGE, page.locale);
    let last = (rows.len() as i64).saturating_sub(1).max(0) / REFUSED_PER_PAGE;
    let skipped = (i64::from(page.ask.page) - 1).clamp(0, last) * REFUSED_PER_PAGE;
    let shown = rows.iter().skip(skipped as usize).take(REFUSED_PER_PAGE as usize);
    table.rows = shown
        .map(|row| {
            let raw: String = row.raw.chars().take(120).collect();
            let line = format::quantity(row.line, page.locale);
            let href = page.url(&format!("{PATH}/{}/row/{}", import.id, row.id));
            Row::new(vec![
                if import.state == "done" { Cell::link(line, href) } else { Cell::quiet(line) },
                Cell::text(&row.column),
                Cell::text(&row.reason),
                Cell::mono(raw),
            ])
        })
        .collect();
    if rows.len() as i64 > REFUSED_PER_PAGE {
        table.pager = Some(pager);
    }
    if import.refused > rows.len() as i64 {
        let kept = format::quantity(rows.len() as i64, page.locale);
        table.cut = Some(say::first_rows_only(&kept));
    }
    (head, table)
}

/// The imports in which refused rows of this one were tried again.
fn tries_of(page: &Page, tries: &[Import]) -> Option<(SectionHead, Table)> {
    if tries.is_empty() {
        return None;
    }
    let head = SectionHead::new("tries", words::text(Word::ImportTries));
    let mut table = Table::new("tries-table", words::text(Word::ImportTries));
    table.columns = vec![
        Column::words(words::text(Word::ImportFile)),
        Column::words(words::text(Word::ImportWhen)),
        Column::figures(words::text(Word::ImportAccepted)),
        Column::figures(words::text(Word::ImportRefused)),
    ];
    let quantity = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let row = |import: &Import| {
        let href = page.url(&format!("{PATH}/{}", import.id));
        Row::new(vec![
            Cell::link(&import.file_name, href),
            Cell::quiet(view::moment(page, import.started_at)),
            quantity(import.accepted),
            quantity(import.refused),
        ])
    };
    table.rows = tries.iter().map(row).collect();
    Some((head, table))
}
