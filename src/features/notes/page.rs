//! The list of notes, and one of them with its history.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG, whose};
use crate::base::Instant;
use crate::base::id::NoteId;
use crate::store::notes::{self, Note, NoteEntry, NoteFile, NoteState};
use crate::store::users::{self, Role, User};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick, Wrong};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, note as told};

const NOTES_MAX: i64 = 500;

#[derive(Template)]
#[template(path = "notes/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    parts: Vec<Part>,
    empty: Option<Empty>,
}

#[derive(Default)]
struct Part {
    head: SectionHead,
    note: String,
    table: Option<Table>,
    forms: Vec<Form>,
    /// Address and label of a form that brings files.
    upload: Option<(String, &'static str)>,
}

/// A form that is shown again.
#[derive(Default)]
pub struct Again {
    pub title: String,
    pub text: String,
    pub helper: String,
    pub wrong: Wrong,
}

pub async fn list(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer_list(&state, site, who, &request, (StatusCode::OK, Again::default())).await
}

/// # Errors
/// What the store said.
pub async fn answer_list(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    (status, again): (StatusCode, Again),
) -> Result<HttpResponse, AppError> {
    let whose = whose(&who)?;
    let page = page::open(state, site, who, request).await?;
    let (notes, people) = read(state, move |reader| {
        Ok((notes::list_notes(reader, whose, NOTES_MAX)?, users::list(reader.conn())?))
    })
    .await?;
    let flash = state.flashes.take(&page.who);
    let frame = page.frame_with_toast(told::PAGE, SLUG, None, flash.toast);
    let head = PageHead {
        title: told::PAGE.to_owned(),
        answer: told::ANSWER.to_owned(),
        trail: vec![settings_link(&page)],
        place: told::PAGE.to_owned(),
        ..PageHead::default()
    };
    let empty = notes.is_empty().then(|| Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        ..Empty::default()
    });
    let mut parts = Vec::new();
    if !notes.is_empty() {
        parts.push(Part {
            head: SectionHead::new("notes", told::PAGE),
            table: Some(table_of(&page, &notes)),
            ..Part::default()
        });
    }
    parts.push(Part {
        head: SectionHead::new("new", told::NEW),
        forms: vec![new_form(&page, &people, &again)],
        ..Part::default()
    });
    html(status, &View { frame, head, notices: flash.notices, parts, empty })
}

fn settings_link(page: &Page) -> Link {
    Link::new(words::text(Word::PageSettings), page.url("/settings"))
}

fn when(page: &Page, at: Instant) -> String {
    let day = format::day(at.day_in(&page.zone), page.locale);
    format!("{day} {}", at.time_in(&page.zone))
}

fn table_of(page: &Page, notes: &[Note]) -> Table {
    let mut table = Table::new("notes-table", told::PAGE);
    table.columns = vec![
        Column::words(told::TITLE),
        Column::words(told::STATE),
        Column::words(told::BY).wide(),
        Column::words(told::HELPER).wide(),
        Column::words(told::CHANGED),
    ];
    let row = |note: &Note| {
        Row::new(vec![
            Cell::link(&note.title, page.url(&format!("{PATH}/{}", note.id))),
            Cell::text(told::state(note.state.name())),
            Cell::quiet(&note.author),
            Cell::quiet(if note.helper.is_empty() { "–" } else { note.helper.as_str() }),
            Cell::quiet(when(page, note.changed_at)),
        ])
    };
    table.rows = notes.iter().map(row).collect();
    table
}

fn new_form(page: &Page, people: &[User], again: &Again) -> Form {
    let own = page.who.user;
    // Who is no owner hears of owners only: a list of all addresses is nobody's business.
    let is_shown = |one: &&User| {
        !one.disabled
            && Some(one.id) != own
            && (page.who.role == Role::Owner || one.role == Role::Owner)
    };
    let mut picks = vec![Pick::new("", told::HELPER_NONE)];
    picks.extend(
        people.iter().filter(is_shown).map(|one| Pick::new(one.id.to_string(), &one.email)),
    );
    Form {
        action: page.url(PATH),
        method: "post",
        fields: vec![
            Field::text("title", told::TITLE, &again.title).needed().told(&again.wrong),
            Field::lines("text", told::TEXT, &again.text).needed().told(&again.wrong),
            Field::select("helper", told::HELPER, &again.helper, picks)
                .with_help(told::HELPER_HELP),
        ],
        buttons: vec![Button::submit(told::ADD, ButtonKind::Main)],
        ..Form::default()
    }
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
) -> Result<HttpResponse, AppError> {
    let id = NoteId(id.parse().map_err(|_| AppError::NotFound)?);
    let whose = whose(&who)?;
    let page = page::open(&state, site, who, &request).await?;
    let found = read(&state, move |reader| {
        let Some(note) = notes::find_note(reader.conn(), whose, id)? else { return Ok(None) };
        Ok(Some((note, notes::list_entries(reader, id)?, notes::list_files(reader, id)?)))
    });
    let (note, entries, files) = found.await?.ok_or(AppError::NotFound)?;
    let flash = state.flashes.take(&page.who);
    let frame = page.frame_with_toast(&note.title, SLUG, None, flash.toast);
    let export = page.url(&format!("{PATH}/{id}/text"));
    let head = PageHead {
        trail: vec![settings_link(&page), Link::new(told::PAGE, page.url(PATH))],
        place: note.title.clone(),
        title: note.title.clone(),
        answer: told::written(&note.author, &note.helper),
        buttons: vec![Button::link(told::EXPORT, ButtonKind::Plain, export)],
    };
    let parts = vec![
        history(&page, &note, &entries),
        writing(&page, &note),
        files_part(&page, &note, &files),
    ];
    html(StatusCode::OK, &View { frame, head, notices: flash.notices, parts, empty: None })
}

fn history(page: &Page, note: &Note, entries: &[NoteEntry]) -> Part {
    let mut table = Table::new("entries", told::ENTRIES);
    table.columns =
        vec![Column::words(told::CHANGED), Column::words(told::BY), Column::words(told::TEXT)];
    let row = |entry: &NoteEntry| {
        Row::new(vec![
            Cell::quiet(when(page, entry.at)),
            Cell::quiet(&entry.who),
            Cell::text(told::entry(&entry.kind, &entry.text)),
        ])
    };
    table.rows = entries.iter().map(row).collect();
    let closed = note.state == NoteState::Closed;
    let mut head = SectionHead::new("history", told::ENTRIES);
    head.beside = Some(told::state(note.state.name()).to_owned());
    Part {
        head,
        note: if closed { told::CLOSED_NOTE.to_owned() } else { String::new() },
        table: Some(table),
        forms: vec![states(page, note)],
        ..Part::default()
    }
}

fn states(page: &Page, note: &Note) -> Form {
    let others = NoteState::ALL.into_iter().filter(|state| *state != note.state);
    let button = |state: NoteState| {
        Button::submit(told::set_state(state.name()), ButtonKind::Plain)
            .sending("state", state.name())
    };
    Form {
        action: page.url(&format!("{PATH}/{}/state", note.id)),
        method: "post",
        buttons: others.map(button).collect(),
        ..Form::default()
    }
}

fn writing(page: &Page, note: &Note) -> Part {
    let form = Form {
        action: page.url(&format!("{PATH}/{}", note.id)),
        method: "post",
        fields: vec![Field::lines("text", told::TEXT, "").needed()],
        buttons: vec![Button::submit(told::WRITE_SUBMIT, ButtonKind::Main)],
        ..Form::default()
    };
    Part { head: SectionHead::new("write", told::WRITE), forms: vec![form], ..Part::default() }
}

fn files_part(page: &Page, note: &Note, files: &[NoteFile]) -> Part {
    let mut table = Table::new("files", told::FILES);
    table.columns = vec![
        Column::words(told::FILE),
        Column::figures(told::SIZE),
        Column::words(told::BY).wide(),
        Column::words(told::CHANGED).wide(),
    ];
    let row = |file: &NoteFile| {
        let href = page.url(&format!("{PATH}/{}/files/{}", note.id, file.id));
        Row::new(vec![
            Cell::link(&file.name, href),
            Cell::text(told::megabytes(file.size_bytes)),
            Cell::quiet(&file.who),
            Cell::quiet(when(page, file.added_at)),
        ])
    };
    table.rows = files.iter().map(row).collect();
    let bundle = Form {
        action: page.url(&format!("{PATH}/{}/bundle", note.id)),
        method: "post",
        buttons: vec![Button::submit(told::BUNDLE, ButtonKind::Plain)],
        note: Some(told::BUNDLE_NOTE.to_owned()),
        ..Form::default()
    };
    Part {
        head: SectionHead::new("files-head", told::FILES),
        note: told::FILES_NOTE.to_owned(),
        table: (!files.is_empty()).then_some(table),
        forms: if Permission::ManageSettings.allows(page.who.role) {
            vec![bundle]
        } else {
            Vec::new()
        },
        upload: Some((page.url(&format!("{PATH}/{}/files", note.id)), told::ATTACH)),
    }
}
