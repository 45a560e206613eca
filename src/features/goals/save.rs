//! A goal is set or taken away. No figure depends on it, so there is no effect to show first; it
//! can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::domain::goal::Goal;
use crate::store::{Lane, Reader, StoreError, goals, organisation, snapshots};
use crate::sync::ctx::Tools;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    if entry.what == "delete" {
        return change(&state, &tools, &who, &entry, None, Word::GoalRemoved).await;
    }
    let currency = read(&state, |reader| Ok(organisation::find(reader.conn())?.currency)).await?;
    // Before the first store there is nothing that a goal could be held against.
    let currency = currency.ok_or(AppError::NotFound)?;
    match entry.read(currency) {
        Ok(goal) => change(&state, &tools, &who, &entry, Some(goal), Word::GoalSaved).await,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { entry: Some(entry), wrong, status };
            answer(&state, site, who, &request, panelled).await
        }
    }
}

/// What stood there before, out of the address of the button.
pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    former: web::Query<Entry>,
) -> Result<HttpResponse, AppError> {
    let former = former.into_inner();
    let currency = read(&state, |reader| Ok(organisation::find(reader.conn())?.currency)).await?;
    let goal = match (former.amount.is_empty(), currency) {
        (true, _) => None,
        (false, Some(currency)) => {
            let wrong = || AppError::BadRequest(words::text(Word::GoalFigureWrong).to_owned());
            Some(former.read(currency).map_err(|_| wrong())?)
        }
        (false, None) => return Err(AppError::NotFound),
    };
    change(&state, &tools, &who, &former, goal, Word::GoalUndone).await
}

/// Puts a goal, or takes away the one that `entry` names.
async fn change(
    state: &Shared,
    tools: &web::Data<Tools>,
    who: &Who,
    entry: &Entry,
    goal: Option<Goal>,
    word: Word,
) -> Result<HttpResponse, AppError> {
    let (month, figure) = entry.key().ok_or(AppError::NotFound)?;
    let (store, by, tools) = (entry.store.clone(), who.name.clone(), tools.clone());
    let changed = off_thread(move || {
        let store = Some(store.as_str()).filter(|name| !name.is_empty());
        let is_same = |one: &Goal| (one.month, one.figure) == (month, figure);
        let former = tools.db.read(|reader: &Reader<'_>| {
            Ok(goals::list_goals(reader, store)?.into_iter().find(is_same))
        })?;
        tools.db.write_local(Lane::Interactive, |tx| match &goal {
            Some(goal) => goals::upsert_goal(tx, goal, &by),
            None => goals::delete_goal(tx, month, store, figure).map(|_| ()),
        })?;
        // A goal is no fact, so a copy of the books as known holds that of the day it was made.
        snapshots::remove_all(tools.db.path());
        Ok::<_, StoreError>(former)
    });
    let former = changed.await??;
    let undo = (word != Word::GoalUndone).then(|| {
        let amount = former.as_ref().map(|goal| Entry::of(goal).amount).unwrap_or_default();
        let pairs = [
            ("month", entry.month.as_str()),
            ("figure", entry.figure.as_str()),
            ("store", entry.store.as_str()),
            ("amount", amount.as_str()),
        ];
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Post {
            label: words::text(Word::Undo).to_owned(),
            action: write_href(&state.url("/goals/undo"), pairs.into_iter()),
            csrf: String::new(),
        }
    });
    state.flashes.put(who, Flash::toast(Toast { text: words::text(word).to_owned(), undo }));
    let store = [("store".to_owned(), entry.store.clone())].into_iter();
    let to = write_href(&state.url(PATH), store.filter(|(_, name)| !name.is_empty()));
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish())
}
