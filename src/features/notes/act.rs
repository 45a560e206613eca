//! Writing notes and setting their states.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, answer_list};
use super::{PATH, files, whose};
use crate::base::id::{NoteId, UserId};
use crate::domain::mail::Line;
use crate::store::notes::{self, NewNote, NoteState, TEXT_CHARS_MAX};
use crate::store::users;
use crate::store::{StoreError, Tx};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::form::Wrong;
use crate::web::notice::{Notice, Toast, Weight};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, write};
use crate::web::words::note as told;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    title: String,
    text: String,
    helper: String,
    state: String,
}

pub async fn add(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    whose(&who)?;
    let entry = form.into_inner();
    let title = Line::parse(&entry.title);
    let text = text_of(&entry.text);
    let (Ok(title), Some(text)) = (title.clone(), text.clone()) else {
        let mut wrong = Wrong::new();
        if title.is_err() {
            wrong.insert("title".to_owned(), told::TITLE_WRONG.to_owned());
        }
        if text.is_none() {
            wrong.insert("text".to_owned(), told::TEXT_WRONG.to_owned());
        }
        let again = Again { title: entry.title, text: entry.text, helper: entry.helper, wrong };
        let failed = (StatusCode::UNPROCESSABLE_ENTITY, again);
        return answer_list(&state, site, who, &request, failed).await;
    };
    let (author, name) = (who.user, who.name.clone());
    let helper = entry.helper.parse().ok().map(UserId);
    let id = write(&state, move |tx| {
        let helper = match helper {
            Some(id) => users::find(tx.conn(), id)?.filter(|user| !user.disabled),
            None => None,
        };
        let helper = helper.as_ref().map(|user| (user.id, user.email.as_str()));
        let new = NewNote { title: &title, text: &text, author: (author, &name), helper };
        notes::insert_note(tx, &new)
    })
    .await?;
    Ok(done(&state, &who, id, told::ADDED))
}

/// What was written, within its length; `None` for nothing or too much.
fn text_of(text: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let is_text = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = text.trim().chars().filter(|letter| is_text(*letter)).collect();
    let fits = !text.is_empty() && text.chars().count() <= TEXT_CHARS_MAX;
    fits.then_some(text)
}

pub async fn write_entry(
    state: &Shared,
    who: &Who,
    id: NoteId,
    change: impl FnOnce(&Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), AppError> {
    let whose = whose(who)?;
    let found = write(state, move |tx| {
        let is_there = notes::find_note(tx.conn(), whose, id)?.is_some();
        if is_there {
            change(tx)?;
        }
        Ok(is_there)
    });
    if found.await? { Ok(()) } else { Err(AppError::NotFound) }
}

pub async fn append(
    state: Shared,
    who: Who,
    id: web::Path<String>,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let Some(text) = text_of(&form.text) else {
        // Whether the note is ours is said first.
        write_entry(&state, &who, id, |_| Ok(())).await?;
        return Ok(refused(&state, &who, id, told::TEXT_WRONG));
    };
    let name = who.name.clone();
    let change = move |tx: &Tx<'_>| notes::append_entry(tx, id, (&name, "text", &text));
    write_entry(&state, &who, id, change).await?;
    Ok(done(&state, &who, id, told::WRITTEN))
}

pub async fn set_state(
    state: Shared,
    who: Who,
    id: web::Path<String>,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let chosen = NoteState::parse(&form.state).ok_or(AppError::NotFound)?;
    let name = who.name.clone();
    let change = move |tx: &Tx<'_>| notes::set_state(tx, id, (&name, chosen));
    write_entry(&state, &who, id, change).await?;
    Ok(done(&state, &who, id, told::STATE_SET))
}

pub async fn attach_bundle(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id_of(&id)?;
    let name = who.name.clone();
    let bundle = files::diagnostic_bundle(&tools)?;
    let Some(bytes) = bundle else {
        write_entry(&state, &who, id, |_| Ok(())).await?;
        return Ok(refused(&state, &who, id, told::BUNDLE_NONE));
    };
    let change = move |tx: &Tx<'_>| {
        notes::append_file(tx, id, (&name, files::BUNDLE_NAME, &bytes)).map(|_| ())
    };
    write_entry(&state, &who, id, change).await?;
    Ok(done(&state, &who, id, told::ATTACHED))
}

/// # Errors
/// `NotFound` for what is no number.
pub fn id_of(text: &str) -> Result<NoteId, AppError> {
    text.parse().map(NoteId).map_err(|_| AppError::NotFound)
}

/// Back to the note, with a word of what was done.
pub fn done(state: &Shared, who: &Who, id: NoteId, text: &str) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text: text.to_owned(), undo: None }));
    to_note(state, id)
}

/// Back to the note, with why nothing was done.
pub fn refused(state: &Shared, who: &Who, id: NoteId, text: &str) -> HttpResponse {
    let notice = Notice {
        weight: Weight::Broken,
        title: text.to_owned(),
        text: String::new(),
        buttons: Vec::new(),
        link: None,
    };
    state.flashes.put(who, Flash { toast: None, notices: vec![notice] });
    to_note(state, id)
}

fn to_note(state: &Shared, id: NoteId) -> HttpResponse {
    let to = (header::LOCATION, state.url(&format!("{PATH}/{id}")));
    HttpResponse::SeeOther().insert_header(to).finish()
}
