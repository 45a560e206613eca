//! Taking an import back, with what goes and what stays said before.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::result::{parse_id, store_fault};
use super::upload::see;
use super::{PATH, SLUG};
use crate::base::{Day, Money};
use crate::reports::imported;
use crate::store::{Lane, StoreError, imports};
use crate::sync::ctx::Tools;
use crate::sync::take_back;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Confirm, Post, Toast};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, say};

#[derive(Template)]
#[template(path = "import/undo.html")]
struct View {
    frame: Frame,
    head: PageHead,
    confirm: Confirm,
    months: Option<(SectionHead, Table)>,
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
        let contents = imported::find_contents(reader, id).map_err(store_fault)?;
        let months = imported::list_months(reader, id).map_err(store_fault)?;
        Ok((import, contents, months))
    });
    let (import, contents, months) = found.await?;
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
            text: words::imports::what_goes(&contents, page.locale),
            danger: Post {
                label: words::text(Word::ImportTakeBack).to_owned(),
                action: format!("{here}/undo"),
                csrf: String::new(),
            },
            keep: Button::link(words::text(Word::KeepIt), ButtonKind::Plain, here).focused(),
        },
        months: months_of(&page, &months),
    };
    html(StatusCode::OK, &view)
}

/// The months of the orders in it; empty where there is none.
fn months_of(page: &Page, months: &[(Day, i64)]) -> Option<(SectionHead, Table)> {
    let currency = page.organisation.currency.filter(|_| !months.is_empty())?;
    let head = SectionHead::new("months", words::text(Word::ImportMonths));
    let mut table = Table::new("months-table", words::text(Word::ImportMonths));
    table.columns = vec![
        Column::words(words::text(Word::ImportMonth)),
        Column::figures(words::text(Word::ImportNetProfit)),
    ];
    let row = |(month, minor): &(Day, i64)| {
        let amount = Money::new(*minor, currency);
        Row::new(vec![
            Cell::text(format::month(*month, page.locale)),
            Cell::figure(Figure::result(amount, page.locale)),
        ])
    };
    table.rows = months.iter().map(row).collect();
    table.note = Some(currency.code().to_owned());
    Some((head, table))
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
    let by = who.by("");
    off_thread(move || take_back::undo(&tools, id, &by)).await?.map_err(|fault| match fault {
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
