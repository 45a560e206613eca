//! The place for files, and what was taken in so far.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG, result, view};
use crate::store::imports::{self, Import};
use crate::store::jobs::{self, Job};
use crate::sync::ctx::Tools;
use crate::sync::import_job::IMPORT;
use crate::sync::spool::Waiting;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Figure;
use crate::web::form::{Button, ButtonKind, Field};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Drop, Empty, Notice, Progress, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead, StateMark};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, say};

/// Imports that are listed; older ones are counted.
const LISTED_MAX: i64 = 200;

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
    let found = read(&state, |reader| {
        let imports = imports::list_imports(reader, LISTED_MAX)?;
        imports
            .into_iter()
            .map(|import| {
                let is_running = import.state == "running";
                let job = match is_running {
                    true => jobs::find_job_of(reader, IMPORT.name, ("import", import.id.0))?,
                    false => None,
                };
                Ok((import, job))
            })
            .collect::<Result<Vec<(Import, Option<Job>)>, _>>()
    });
    let found = found.await?;
    let mut notices = flash.notices;
    notices.extend(tools.spool.list_waiting().iter().map(|file| waits(&page, file)));
    let imports: Vec<&Import> = found.iter().map(|(import, _)| import).collect();
    let running = found.iter().filter(|(import, _)| import.state == "running");
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PageImport), SLUG, None, flash.toast),
        head: PageHead {
            title: words::text(Word::PageImport).to_owned(),
            answer: words::text(Word::ImportAnswer).to_owned(),
            ..PageHead::default()
        },
        notices,
        drop: drop_area(&page),
        running: running
            .map(|(import, job)| result::progress_of(&page, import, job.as_ref()))
            .collect(),
        section: SectionHead::new("imports", words::text(Word::ImportList)),
        empty: imports.is_empty().then(|| Empty {
            sentence: words::text(Word::ImportEmpty).to_owned(),
            why: words::text(Word::ImportEmptyWhy).to_owned(),
            ..Empty::default()
        }),
        table: table_of(&page, &imports),
    };
    html(StatusCode::OK, &view)
}

fn waits(page: &Page, (name, waiting): &(String, Waiting)) -> Notice {
    let href = page.url(&format!("{PATH}/waiting/{name}"));
    let label = words::text(Word::ImportNameStore);
    Notice {
        weight: Weight::Late,
        title: say::file_waits(&waiting.request.file_name),
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

fn table_of(page: &Page, imports: &[&Import]) -> Table {
    let mut table = Table::new("imports-table", words::text(Word::ImportList));
    table.columns = vec![
        Column::words(words::text(Word::ImportFile)),
        Column::words(words::text(Word::ImportKind)).wide(),
        Column::words(words::text(Word::ImportWhen)).wide(),
        Column::words(words::text(Word::ImportWho)).wide(),
        Column::figures(words::text(Word::ImportAccepted)),
        Column::figures(words::text(Word::ImportKnown)).wide(),
        Column::figures(words::text(Word::ImportRefused)).wide(),
        Column::words(words::text(Word::ImportState)).wide(),
    ];
    table.rows = imports.iter().map(|import| row_of(page, import)).collect();
    if imports.len() as i64 == LISTED_MAX {
        table.cut = Some(say::newest_only(&format::quantity(LISTED_MAX, page.locale)));
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
        quantity(import.accepted),
        quantity(import.unchanged),
        quantity(import.refused),
        Cell::State(StateMark::new(state, word)),
    ])
}
