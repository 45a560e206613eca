//! A file that lies in the spool and waits for an answer: which store is it of? Or, for a format
//! that no genuine file was held against: is this what it says?

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::upload::{Arrived, Asking, arrive_one, see};
use super::{PATH, SLUG, view};
use crate::base::Currency;
use crate::sync::ctx::Tools;
use crate::sync::import_job::Request;
use crate::sync::spool::{Look, Waiting};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Notice;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, say};

#[derive(Template)]
#[template(path = "import/waiting.html")]
struct View {
    frame: Frame,
    head: PageHead,
    form: Form,
}

#[derive(Template)]
#[template(path = "import/look.html")]
struct LookView {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    form: Form,
    understood: (SectionHead, Table),
    unknowns: Option<(SectionHead, Table)>,
    told: Option<(SectionHead, Table)>,
}

#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    store: String,
    #[serde(default)]
    new_store: String,
    #[serde(default)]
    currency: String,
    #[serde(rename = "do")]
    what: Option<String>,
}

pub async fn show(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let waiting = tools.spool.find(&name).ok_or(AppError::NotFound)?;
    let page = page::open(&state, site, who, &request).await?;
    match &waiting.look {
        Some(look) => html(StatusCode::OK, &look_of(&page, &name, (&waiting, look))),
        None => html(StatusCode::OK, &view_of(&page, &name, &waiting, None)),
    }
}

pub async fn answer(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    name: web::Path<String>,
    form: web::Form<Answer>,
) -> Result<HttpResponse, AppError> {
    let waiting = tools.spool.find(&name).ok_or(AppError::NotFound)?;
    if form.what.as_deref() == Some("drop") {
        tools.spool.remove(&waiting.request.path);
        return Ok(see(&state, PATH));
    }
    if waiting.look.is_some() {
        let is_booked = form.what.as_deref() == Some("book");
        let path = format!("{PATH}/waiting/{name}");
        return match is_booked {
            true => go_on(&state, &tools, (&who, waiting.request, Asking::OnlyTheStore)).await,
            false => Ok(see(&state, &path)),
        };
    }
    let chosen = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let Some(store) = chosen(&form.new_store).or_else(|| chosen(&form.store)) else {
        let page = page::open(&state, site, who, &request).await?;
        let fault = words::text(Word::ImportStoreNeeded);
        let view = view_of(&page, &name, &waiting, Some(fault));
        return html(StatusCode::UNPROCESSABLE_ENTITY, &view);
    };
    let mut asked = waiting.request;
    asked.store = Some(store);
    asked.currency = Currency::parse(&form.currency).ok();
    go_on(&state, &tools, (&who, asked, Asking::Everything)).await
}

/// The file goes its way; its answer may be another question.
async fn go_on(
    state: &Shared,
    tools: &web::Data<Tools>,
    (who, request, asking): (&Who, Request, Asking),
) -> Result<HttpResponse, AppError> {
    let working = tools.clone();
    let arrived = off_thread(move || {
        let name = request.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        working.spool.release(&name);
        arrive_one(&working, request, asking)
    });
    match arrived.await?? {
        Arrived::Queued(id) => Ok(see(state, &format!("{PATH}/{id}"))),
        Arrived::Asked(name) => Ok(see(state, &format!("{PATH}/waiting/{name}"))),
        Arrived::Refused(notice) => {
            state.flashes.put(who, Flash { toast: None, notices: vec![notice] });
            Ok(see(state, PATH))
        }
    }
}

fn look_of(page: &Page, name: &str, (waiting, look): (&Waiting, &Look)) -> LookView {
    let file = &waiting.request.file_name;
    let title = words::text(Word::ImportUnderstood);
    let mut table = Table::new("understood-table", title);
    table.columns = vec![
        Column::words(words::text(Word::ImportWhat)),
        Column::words(words::text(Word::ImportUnderstood)),
    ];
    let told = words::imports::understood(&look.understood, page.locale);
    table.rows = told
        .into_iter()
        .map(|told| Row::new(vec![Cell::text(told.name), Cell::text(told.text)]))
        .collect();
    let mut notices = Vec::new();
    if look.refused > 0 {
        let count = format::quantity(look.refused, page.locale);
        notices.push(view::warning(say::refused_too(&count), String::new()));
    }
    let refused: Vec<(i64, &str)> = look
        .first_refused
        .iter()
        .map(|(line, _, reason)| (*line, reason.as_str()))
        .chain(look.notices.iter().map(|(line, what)| (*line, what.as_str())))
        .collect();
    let book = Button::submit(words::text(Word::ImportBook), ButtonKind::Main);
    let discard = Button::submit(words::text(Word::ImportDiscard), ButtonKind::Plain);
    LookView {
        frame: page.frame(title, SLUG, None),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::PageImport), page.url(PATH))],
            place: file.clone(),
            title: say::file_is_new(file, &waiting.label),
            answer: words::text(Word::ImportUnseen).to_owned(),
            buttons: Vec::new(),
        },
        notices,
        form: Form {
            action: page.url(&format!("{PATH}/waiting/{name}")),
            method: "post",
            buttons: vec![book.sending("do", "book"), discard.sending("do", "drop")],
            note: Some(words::text(Word::ImportNothingYet).to_owned()),
            ..Form::default()
        },
        understood: (SectionHead::new("understood", title), table),
        unknowns: view::unknowns(page, &look.unknowns),
        told: view::told(page, &refused),
    }
}

fn view_of(page: &Page, name: &str, waiting: &Waiting, fault: Option<&str>) -> View {
    let file = &waiting.request.file_name;
    let mut fields = Vec::new();
    if !page.stores.is_empty() {
        let mut store = view::store_field(page, words::text(Word::ImportChooseStore));
        store.error = fault.map(str::to_owned);
        fields.push(store);
    }
    let mut new_store = Field::text("new_store", words::text(Word::ImportNewStore), "")
        .with_help(words::text(Word::ImportNewStoreHelp));
    if page.stores.is_empty() {
        new_store.error = fault.map(str::to_owned);
    }
    fields.push(new_store);
    fields.push(view::currency_field(page));
    let drop = Button::submit(words::text(Word::ImportLeaveOut), ButtonKind::Plain);
    View {
        frame: page.frame(words::text(Word::ImportWhichStore), SLUG, None),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::PageImport), page.url(PATH))],
            place: file.clone(),
            title: words::text(Word::ImportWhichStore).to_owned(),
            answer: say::file_of_one_store(file, &waiting.label),
            buttons: Vec::new(),
        },
        form: Form {
            action: page.url(&format!("{PATH}/waiting/{name}")),
            method: "post",
            fields,
            buttons: vec![
                Button::submit(words::text(Word::ImportTakeThisIn), ButtonKind::Main),
                drop.sending("do", "drop"),
            ],
            note: Some(words::text(Word::ImportNothingYet).to_owned()),
            ..Form::default()
        },
    }
}
