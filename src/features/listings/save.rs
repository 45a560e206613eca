//! Listings are chosen: first it is shown what changes, then it is saved, and it can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::choice::{self, Form, asked_of};
use super::page::{Panelled, answer, list_href};
use crate::base::id::ChangeId;
use crate::store::changes::{self, ChangeKind};
use crate::store::{Lane, StoreError};
use crate::sync::ctx::Tools;
use crate::sync::{links, match_job, undo as history};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format;
use crate::web::notice::{Post, Toast};
use crate::web::page::{Site, open};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, listing as told};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    fields: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let form = Form::read(fields.into_inner());
    let page = open(&state, site, who, &request).await?;
    let (asked, scope, wanted) = (asked_of(&page), page.who.scope.clone(), form.clone());
    let planned =
        read(&state, move |reader| choice::plan(reader, &wanted, (&asked, &scope))).await?;
    let planned = match planned {
        Ok(planned) => planned,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { form, wrong: Some(wrong), planned: None, status };
            return answer(&state, page, panelled).await;
        }
    };
    if form.what != "save" {
        let panelled = Panelled { form, planned: Some(planned), ..Panelled::default() };
        return answer(&state, page, panelled).await;
    }
    let (edits, by) = (planned.edits(), page.who.by(&form.why));
    let working = tools.clone();
    let made = off_thread(move || links::save(&working, &edits, &by)).await?;
    let made = made.map_err(|fault| match fault {
        StoreError::Refused(text) => AppError::Conflict(text),
        other => other.into(),
    })?;
    let count = planned.steps.len() as i64;
    let text = told::done(count, &format::quantity(count, page.locale));
    let undo = made.map(|id| Post {
        label: words::text(Word::Undo).to_owned(),
        action: page.url(&format!("/listings/undo?id={id}")),
        csrf: String::new(),
    });
    state.flashes.put(&page.who, Flash::toast(Toast { text, undo }));
    Ok(see(&list_href(&page)))
}

#[derive(Deserialize)]
pub struct Undone {
    id: i64,
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Undone>,
) -> Result<HttpResponse, AppError> {
    let id = ChangeId(asked.id);
    let change = read(&state, move |reader| changes::find(reader.conn(), id)).await?;
    // Other changes are undone where they are made.
    let is_ours = change.is_some_and(|change| change.kind == ChangeKind::Links);
    if !is_ours {
        return Err(AppError::NotFound);
    }
    let by = who.by("");
    off_thread(move || history::undo(&tools, id, &by)).await?.map_err(|fault| match fault {
        StoreError::Refused(text) => AppError::Conflict(text),
        other => other.into(),
    })?;
    state.flashes.put(&who, Flash::toast(Toast { text: told::UNDONE.to_owned(), undo: None }));
    Ok(see(&state.url(PATH)))
}

pub async fn match_again(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let working = tools.clone();
    off_thread(move || working.db.write_local(Lane::Interactive, match_job::queue)).await??;
    tools.signal.wake();
    state.flashes.put(&who, Flash::toast(Toast { text: told::MATCHED.to_owned(), undo: None }));
    Ok(see(&state.url(PATH)))
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
