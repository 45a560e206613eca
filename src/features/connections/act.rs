//! What a press of a button does with a connection.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::PATH;
use crate::base::Day;
use crate::store::accounts::{self, AccountRow};
use crate::sync::connect;
use crate::sync::ctx::Tools;
use crate::sync::webhook;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::Toast;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{connection as told, hook};

type Fields = web::Form<HashMap<String, String>>;

async fn find(state: &Shared, id: &str) -> Result<AccountRow, AppError> {
    let id: i64 = id.parse().map_err(|_| AppError::NotFound)?;
    let found =
        read(state, move |reader| accounts::find_account(reader, crate::base::id::AccountId(id)));
    found.await?.ok_or(AppError::NotFound)
}

/// Back to the list, with a word of what was done.
pub fn done(state: &Shared, who: &Who, text: impl Into<String>) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text: text.into(), undo: None }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(PATH))).finish()
}

pub async fn pause(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    off_thread(move || connect::pause(&tools, row.id)).await??;
    Ok(done(&state, &who, told::PAUSED))
}

pub async fn resume(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    off_thread(move || connect::resume(&tools, row.id)).await??;
    Ok(done(&state, &who, told::RESUMED))
}

pub async fn pull(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    off_thread(move || connect::pull_now(&tools, row.id, None)).await??;
    Ok(done(&state, &who, told::ASKED))
}

pub async fn anew(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    let given = form.get("from").map_or("", |text| text.trim());
    let from = match given {
        "" => None,
        text => Some(Day::parse(text).map_err(|fault| AppError::BadRequest(fault.to_string()))?),
    };
    off_thread(move || connect::pull_now(&tools, row.id, Some(from))).await??;
    Ok(done(&state, &who, told::ASKED))
}

pub async fn make_secret(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    off_thread(move || webhook::make_secret(&tools, &row, true)).await??;
    Ok(done(&state, &who, hook::SECRET_MADE))
}

pub async fn disconnect(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &id).await?;
    // Only the very word takes anything out of the books.
    let keeps_data = form.get("data").map(String::as_str) != Some("delete");
    off_thread(move || connect::disconnect(&tools, &row, keeps_data)).await??;
    Ok(done(&state, &who, told::ENDED))
}
