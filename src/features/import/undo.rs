//! Taking an import back, with what goes and what stays said before.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::result::{parse_id, store_fault};
use super::upload::see;
use super::{PATH, SLUG};
use crate::reports::imported::{self, Contents};
use crate::store::{Lane, StoreError, imports};
use crate::sync::ctx::Tools;
use crate::sync::import_job;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Confirm, Post, Toast};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, say};

#[derive(Template)]
#[template(path = "import/undo.html")]
struct View {
    frame: Frame,
    head: PageHead,
    confirm: Confirm,
}

pub async fn ask(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = parse_id(&id)?;
    let found = read(&state, move |reader| {
        let import = imports::find_import(reader, id)?.ok_or(StoreError::Missing)?;
        Ok((import, imported::find_contents(reader, id).map_err(store_fault)?))
    });
    let (import, contents) = found.await?;
    if import.state != "done" {
        return Ok(see(&state, &format!("{PATH}/{id}")));
    }
    let page = page::open(&state, site, who, &request).await?;
    let here = page.url(&format!("{PATH}/{id}"));
    let title = say::take_back(&import.file_name);
    let view = View {
        frame: page.frame(title.as_str(), SLUG, None),
        head: PageHead {
            trail: vec![
                Link::new(words::text(Word::PageImport), page.url(PATH)),
                Link::new(import.file_name.as_str(), here.as_str()),
            ],
            place: words::text(Word::ImportUndo).to_owned(),
            title: words::text(Word::ImportUndo).to_owned(),
            ..PageHead::default()
        },
        confirm: Confirm {
            title,
            text: what_goes(&page, &contents),
            danger: Post {
                label: words::text(Word::ImportTakeBack).to_owned(),
                action: format!("{here}/undo"),
                csrf: String::new(),
            },
            keep: Button::link(words::text(Word::KeepIt), ButtonKind::Plain, here).focused(),
        },
    };
    html(StatusCode::OK, &view)
}

fn what_goes(page: &Page, contents: &Contents) -> String {
    let counted = |count: i64, one, many| {
        (count > 0).then(|| say::counted(count, &format::quantity(count, page.locale), one, many))
    };
    let goes = [
        counted(contents.orders, Word::Order, Word::Orders),
        counted(contents.rows, Word::ImportOtherRow, Word::ImportOtherRows),
        contents.rules.then(|| words::text(Word::ImportTheRules).to_owned()),
    ];
    let goes: Vec<String> = goes.into_iter().flatten().collect();
    let changed = counted(contents.orders_shared, Word::Order, Word::Orders);
    say::what_goes(&goes.join(", "), changed.as_deref())
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = parse_id(&id)?;
    let import =
        read(&state, move |reader| imports::find_import(reader, id)?.ok_or(StoreError::Missing));
    let import = import.await?;
    off_thread(move || import_job::undo(&tools, id)).await?.map_err(|fault| match fault {
        StoreError::Refused(text) => AppError::Conflict(text),
        other => other.into(),
    })?;
    let text = say::was_taken_back(&import.file_name);
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state, &format!("{PATH}/{id}")))
}

/// A file that was refused whole leaves the list; it wrote nothing.
pub async fn forget(
    state: Shared,
    tools: web::Data<Tools>,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = parse_id(&id)?;
    let forgotten = off_thread(move || {
        tools.db.write_local(Lane::Interactive, |tx| imports::delete_failed_import(tx, id))
    });
    forgotten.await??;
    Ok(see(&state, PATH))
}
