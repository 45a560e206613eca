//! A refused row mended by hand and tried again, or all of them after something else changed.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::result::parse_id;
use super::upload::see;
use super::{PATH, SLUG};
use crate::base::id::JobId;
use crate::store::StoreError;
use crate::store::imports::{self, Import, RefusedRow};
use crate::store::jobs;
use crate::sync::ctx::Tools;
use crate::sync::import_job::{self, ImportFault, Request};
use crate::sync::retry::{self, NoPaper, Paper};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Entry, Field, Form};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Toast, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, say};

/// How long the page waits for one row to be taken in before it says that it is on its way.
const WAIT_MAX: Duration = Duration::from_secs(3);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Lines of the field that holds a record.
const JSON_LINES: u32 = 16;
/// The name of the field that holds a record; cells are `c0`, `c1`, row by row.
const JSON_FIELD: &str = "json";

#[derive(Template)]
#[template(path = "import/row.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    form: Option<Form>,
}

struct Known {
    import: Import,
    row: RefusedRow,
    paper: Result<Paper, NoPaper>,
}

async fn find(state: &Shared, (id, row): (&str, &str)) -> Result<Known, AppError> {
    let id = parse_id(id)?;
    let row: i64 = row.parse().map_err(|_| AppError::NotFound)?;
    let found = read(state, move |reader| {
        let import = imports::find_import(reader, id)?.ok_or(StoreError::Missing)?;
        let row = imports::find_refused(reader, id, row)?.ok_or(StoreError::Missing)?;
        let paper = Paper::of(&import, &row);
        Ok(Known { import, row, paper })
    });
    found.await
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let known = find(&state, (&path.0, &path.1)).await?;
    let page = page::open(&state, site, who, &request).await?;
    let (column, reason) = (known.row.column.clone(), known.row.reason.clone());
    html(StatusCode::OK, &view_of(&page, &known, (&column, &reason)))
}

pub async fn mend(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let mut known = find(&state, (&path.0, &path.1)).await?;
    let Ok(paper) = known.paper.clone() else {
        return Ok(see(&state, &format!("{PATH}/{}/row/{}", known.import.id, known.row.id)));
    };
    let mended = mended(paper, &form);
    known.paper = Ok(mended.clone());
    let working = tools.clone();
    let (import, row) = (known.import.clone(), known.row.clone());
    let tried = off_thread(move || try_one(&working, &import, (&row, mended))).await??;
    let line = known.row.line.to_string();
    let text = match tried {
        Tried::Refused(column, reason) => {
            let page = page::open(&state, site, who, &request).await?;
            let view = view_of(&page, &known, (&column, &reason));
            return html(StatusCode::UNPROCESSABLE_ENTITY, &view);
        }
        Tried::Taken => say::row_mended(&line),
        Tried::OnItsWay => say::row_on_its_way(&line),
    };
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state, &format!("{PATH}/{}", known.import.id)))
}

/// All rows that were kept, as they stand.
pub async fn try_all(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = parse_id(&id)?;
    let (import, refused) = read(&state, move |reader| {
        let import = imports::find_import(reader, id)?.ok_or(StoreError::Missing)?;
        Ok((import, imports::list_refused(reader, id, imports::REFUSED_KEPT_MAX)?))
    })
    .await?;
    let user = who.user;
    let queued = off_thread(move || {
        let papers: Vec<(i64, Paper)> = refused
            .iter()
            .filter_map(|row| Some((row.id, Paper::of(&import, row).ok()?)))
            .collect();
        if papers.is_empty() {
            return Err(ImportFault::Usage(words::text(Word::ImportNone).to_owned()));
        }
        let name = words::imports::rows_again(&import.file_name);
        let request = retry::prepare(&tools, &import, (&papers, name))?;
        queue(&tools, Request { user, ..request })
    });
    match queued.await? {
        Ok((child, _)) => Ok(see(&state, &format!("{PATH}/{child}"))),
        Err(ImportFault::Store(fault)) => Err(fault.into()),
        Err(fault) => Err(AppError::Conflict(fault.to_string())),
    }
}

type Queued = (crate::base::id::ImportId, JobId);

fn queue(tools: &Tools, request: Request) -> Result<Queued, ImportFault> {
    let path = request.path.clone();
    import_job::enqueue(tools, request).inspect_err(|_| tools.spool.remove(&path))
}

enum Tried {
    Taken,
    OnItsWay,
    /// The column, where one is to blame, and the reason.
    Refused(String, String),
}

/// Runs the row dry, and only when it would go in for good.
fn try_one(
    tools: &Tools,
    import: &Import,
    (row, paper): (&RefusedRow, Paper),
) -> Result<Tried, AppError> {
    let name = words::imports::row_again(&import.file_name, row.line);
    let refused = |fault: ImportFault| match fault {
        ImportFault::Store(fault) => Err(AppError::from(fault)),
        // The name of the small file says nothing to whoever looks at one row.
        ImportFault::File { fault, .. } => Ok(Tried::Refused(String::new(), fault.to_string())),
        ImportFault::Usage(text) => Ok(Tried::Refused(String::new(), text)),
    };
    let request = match retry::prepare(tools, import, (&[(row.id, paper)], name)) {
        Ok(request) => request,
        Err(fault) => return refused(fault),
    };
    let looked = import_job::dry_run(tools, &request);
    let first = looked.map(|(outcome, _)| outcome.refused.into_iter().next());
    match first {
        Ok(None) => {}
        Ok(Some(again)) => {
            tools.spool.remove(&request.path);
            return Ok(Tried::Refused(again.column, again.reason));
        }
        Err(fault) => {
            tools.spool.remove(&request.path);
            return refused(fault);
        }
    }
    let (_, job) = match queue(tools, request) {
        Ok(queued) => queued,
        Err(fault) => return refused(fault),
    };
    for _ in 0..(WAIT_MAX.as_millis() / LOOK_AGAIN.as_millis()) {
        let found = tools.db.read(|reader| jobs::find_job(reader, job))?;
        if found.is_none_or(|job| job.state == "done") {
            return Ok(Tried::Taken);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(Tried::OnItsWay)
}

fn mended(paper: Paper, form: &[(String, String)]) -> Paper {
    let sent = |name: &str| form.iter().find(|(other, _)| other == name);
    match paper {
        Paper::Json(kept) => Paper::Json(sent(JSON_FIELD).map_or(kept, |(_, text)| text.clone())),
        Paper::Table { columns, rows } => {
            let cells = columns.len() * rows.len();
            let texts: Vec<String> = (0..cells)
                .map(|at| sent(&format!("c{at}")).map(|(_, text)| text.clone()).unwrap_or_default())
                .collect();
            Paper::Table { columns, rows }.with_cells(texts.into_iter())
        }
    }
}

fn view_of(page: &Page, known: &Known, (column, reason): (&str, &str)) -> View {
    let Known { import, row, paper } = known;
    let here = format!("{PATH}/{}", import.id);
    let title = words::text(Word::ImportMend);
    let (answer, form) = match paper {
        Ok(paper) => (Word::ImportMendWhy, Some(form_of(page, known, (paper, column, reason)))),
        Err(NoPaper::WholeFile) => (Word::ImportMendWhole, None),
        Err(NoPaper::NotKept) => (Word::ImportMendNotKept, None),
    };
    let is_named = form.as_ref().is_some_and(|form| form.fields.iter().any(|f| f.error.is_some()));
    let notice = Notice {
        weight: Weight::Broken,
        title: if column.is_empty() { String::new() } else { format!("{column}: ") } + reason,
        text: String::new(),
        buttons: Vec::new(),
        link: None,
    };
    let line = format::quantity(row.line, page.locale);
    View {
        frame: page.frame(title, SLUG, None),
        head: PageHead {
            trail: vec![
                Link::new(words::text(Word::PageImport), page.url(PATH)),
                Link::new(import.file_name.as_str(), page.url(&here)),
            ],
            place: title.to_owned(),
            title: say::row_of(&line, &import.file_name),
            answer: words::text(answer).to_owned(),
            buttons: vec![Button::link(
                words::text(Word::ImportBack),
                ButtonKind::Plain,
                page.url(&here),
            )],
        },
        notices: if is_named { Vec::new() } else { vec![notice] },
        form,
    }
}

fn form_of(page: &Page, known: &Known, (paper, column, reason): (&Paper, &str, &str)) -> Form {
    let fields = match paper {
        Paper::Json(json) => {
            let field = Field::text(JSON_FIELD, words::text(Word::ImportJson), json);
            vec![Field { entry: Entry::Text { rows: JSON_LINES }, ..field }]
        }
        Paper::Table { columns, rows } => {
            let cells = rows.iter().flat_map(|row| columns.iter().zip(row));
            let mut blamed = false;
            let field = |(at, (name, cell)): (usize, (&String, &String))| {
                let field = Field::text(&format!("c{at}"), name, cell);
                // Of several rows the first may be right; the reason is told once.
                match name == column && !std::mem::replace(&mut blamed, true) {
                    true => field.with_error(reason),
                    false => field,
                }
            };
            cells.enumerate().map(field).collect()
        }
    };
    Form {
        action: page.url(&format!("{PATH}/{}/row/{}", known.import.id, known.row.id)),
        method: "post",
        fields,
        buttons: vec![Button::submit(words::text(Word::ImportTryAgain), ButtonKind::Main)],
        ..Form::default()
    }
}
