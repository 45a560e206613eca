//! The place for files, and what was taken in so far.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::{PATH, SLUG, result, view};
use crate::store::imports::{self, Import};
use crate::store::jobs::{self, Job};
use crate::store::{StoreError, organisation};
use crate::sync::ctx::Tools;
use crate::sync::import_job::IMPORT;
use crate::sync::spool::Waiting;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind, Field};
use crate::web::format::{self, Locale};
use crate::web::layout::Frame;
use crate::web::notice::{Drop, Empty, Notice, Progress, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead, StateMark};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{self, Word, say};

const IMPORTS_PER_PAGE: i64 = 100;
/// Bars that are shown; more files are told by the bar of all.
const BARS_MAX: usize = 20;
/// Digits of a hash that tell two files apart at a glance.
const HASH_SHOWN: usize = 8;

#[derive(Template)]
#[template(path = "import/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    drop: Drop,
    running: Vec<Progress>,
    section: SectionHead,
    empty: Option<Empty>,
    table: Table,
}

pub async fn show(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let flash = state.flashes.take(&who);
    let page = page::open(&state, site, who, &request).await?;
    let number = i64::from(page.ask.page);
    let found = read(&state, move |reader| {
        let total = imports::count_imports(reader)?;
        let last = (total - 1).max(0) / IMPORTS_PER_PAGE;
        let skipped = (number - 1).clamp(0, last) * IMPORTS_PER_PAGE;
        let imports = imports::list_imports(reader, (skipped, IMPORTS_PER_PAGE))?;
        let running = imports::list_running(reader)?;
        let bars: Result<Vec<(Import, Option<Job>)>, _> = running
            .into_iter()
            .take(BARS_MAX)
            .map(|import| {
                let job = jobs::find_job_of(reader, IMPORT.name, ("import", import.id.0))?;
                Ok::<_, StoreError>((import, job))
            })
            .collect();
        Ok((total, imports, bars?))
    });
    let (total, imports, running) = found.await?;
    let mut notices = flash.notices;
    notices.extend(tools.spool.list_waiting().iter().map(|file| waits(&page, file)));
    let mut bars: Vec<Progress> = running
        .iter()
        .map(|(import, job)| result::progress_of(&page, import, job.as_ref()))
        .collect();
    if bars.len() > 1 {
        bars.insert(0, all_of(&page));
    }
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PageImport), SLUG, None, flash.toast),
        head: PageHead {
            title: words::text(Word::PageImport).to_owned(),
            answer: words::text(Word::ImportAnswer).to_owned(),
            ..PageHead::default()
        },
        notices,
        drop: drop_area(&page),
        running: bars,
        section: SectionHead::new("imports", words::text(Word::ImportList)),
        empty: imports.is_empty().then(|| Empty {
            sentence: words::text(Word::ImportEmpty).to_owned(),
            why: words::text(Word::ImportEmptyWhy).to_owned(),
            ..Empty::default()
        }),
        table: table_of(&page, &imports, total),
    };
    html(StatusCode::OK, &view)
}

/// The bar over those of the single files.
fn all_of(page: &Page) -> Progress {
    Progress {
        id: "import-all".to_owned(),
        title: words::text(Word::ImportAll).to_owned(),
        beside: None,
        done: 0,
        total: 1,
        shown: String::new(),
        note: words::text(Word::ImportMayLeave).to_owned(),
        poll: Some(page.url(&format!("{PATH}/progress"))),
        stop: None,
    }
}

/// How far all files are that are being taken in, and those that came after the first of them.
pub async fn progress(state: Shared) -> Result<HttpResponse, AppError> {
    let found = read(&state, |reader| {
        let running = imports::list_running(reader)?;
        let since = running.first().map(|import| import.id);
        let count = imports::count_imports(reader)?;
        let listed = match since {
            Some(since) => {
                let newest = imports::list_imports(reader, (0, count))?;
                newest.into_iter().filter(|import| import.id >= since).collect()
            }
            None => Vec::new(),
        };
        let mut sums = (0_i64, 0_i64, 0_i64);
        for import in &listed {
            let (done, total) = match import.state.as_str() {
                "running" => {
                    let job = jobs::find_job_of(reader, IMPORT.name, ("import", import.id.0))?;
                    result::how_far(import, job.as_ref())
                }
                _ => (import.file_bytes, import.file_bytes),
            };
            let rows = import.accepted + import.unchanged + import.refused;
            sums = (sums.0 + done, sums.1 + total, sums.2 + rows);
        }
        Ok((sums, running.len(), organisation::find(reader.conn())?.locale))
    });
    let ((done, total, rows), running, locale) = found.await?;
    let locale = Locale::find(&locale).unwrap_or_default();
    Ok(HttpResponse::Ok().json(json!({
        "done": done,
        "total": total.max(1),
        "shown": format::share(done, total.max(1), locale),
        "rows": say::rows(rows, &format::quantity(rows, locale)),
        "state": if running > 0 { "running" } else { "done" },
        "result_url": state.url(PATH),
    })))
}

fn waits(page: &Page, (name, waiting): &(String, Waiting)) -> Notice {
    let href = page.url(&format!("{PATH}/waiting/{name}"));
    let file = &waiting.request.file_name;
    let (title, label) = match waiting.look {
        Some(_) => (say::file_waits_for_a_look(file), words::text(Word::ImportLook)),
        None => (say::file_waits(file), words::text(Word::ImportNameStore)),
    };
    Notice {
        weight: Weight::Late,
        title,
        text: words::text(Word::ImportNothingYet).to_owned(),
        buttons: vec![Button::link(label, ButtonKind::Plain, href)],
        link: None,
    }
}

fn drop_area(page: &Page) -> Drop {
    let new_store = Field::text("new_store", words::text(Word::ImportNewStore), "")
        .with_help(words::text(Word::ImportNewStoreHelp));
    let further = vec![new_store, view::currency_field(page), view::format_field()];
    let fields = match page.stores.is_empty() {
        true => Vec::new(),
        false => vec![view::store_field(page, words::text(Word::ImportAskStore))],
    };
    Drop {
        id: "files".to_owned(),
        action: page.url(PATH),
        csrf: String::new(),
        hidden: Vec::new(),
        text: words::text(Word::ImportDropText).to_owned(),
        fields,
        further: Some((words::text(Word::ImportFurther).to_owned(), further)),
    }
}

fn table_of(page: &Page, imports: &[Import], total: i64) -> Table {
    let mut table = Table::new("imports-table", words::text(Word::ImportList));
    table.columns = vec![
        Column::words(words::text(Word::ImportFile)),
        Column::words(words::text(Word::ImportKind)).wide(),
        Column::words(words::text(Word::ImportWhen)).wide(),
        Column::words(words::text(Word::ImportWho)).wide(),
        Column::words(words::text(Word::ImportHash)).wide(),
        Column::figures(words::text(Word::ImportAccepted)),
        Column::figures(words::text(Word::ImportKnown)).wide(),
        Column::figures(words::text(Word::ImportRefused)).wide(),
        Column::words(words::text(Word::ImportState)).wide(),
    ];
    table.rows = imports.iter().map(|import| row_of(page, import)).collect();
    if total > IMPORTS_PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, total, IMPORTS_PER_PAGE, page.locale));
    }
    table
}

fn row_of(page: &Page, import: &Import) -> Row {
    let quantity = |count| Cell::figure(Figure::text(format::quantity(count, page.locale)));
    let (state, word) = view::state_of(import);
    let file = Words {
        text: import.file_name.clone(),
        href: Some(page.url(&format!("{PATH}/{}", import.id))),
        line: Some(StateMark::new(state, word)),
        ..Words::default()
    };
    let who = import.user.clone().unwrap_or_else(|| words::text(Word::ImportByCommand).to_owned());
    Row::new(vec![
        Cell::Words(file),
        Cell::quiet(view::kind_of(import)),
        Cell::quiet(view::moment(page, import.started_at)),
        Cell::quiet(who),
        import.hash.as_ref().map_or(Cell::Blank, hash_cell),
        quantity(import.accepted),
        quantity(import.unchanged),
        quantity(import.refused),
        Cell::State(StateMark::new(state, word)),
    ])
}

fn hash_cell(hash: &[u8; 32]) -> Cell {
    let text = words::imports::hash_text(hash);
    let short = text.chars().take(HASH_SHOWN).collect();
    Cell::Words(Words { text: short, title: Some(text), mono: true, ..Words::default() })
}
