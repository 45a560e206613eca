//! A month is closed or reopened by its owner, who saw what that means.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::close::{self, CloseError, read_month};
use crate::features::feature::refuse;
use crate::store::{Db, organisation};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format::{self, Locale};
use crate::web::notice::Toast;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, months as told};

#[derive(Deserialize)]
pub struct Entry {
    #[serde(default)]
    month: String,
}

pub async fn close(
    state: Shared,
    who: Who,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    act(state, who, &form.month, close::close, told::closed).await
}

pub async fn reopen(
    state: Shared,
    who: Who,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    act(state, who, &form.month, close::reopen, told::reopened).await
}

async fn act(
    state: Shared,
    who: Who,
    month: &str,
    run: fn(&Db, crate::base::Day, &str) -> Result<(), CloseError>,
    tell: fn(&str) -> String,
) -> Result<HttpResponse, AppError> {
    let nothing = || AppError::BadRequest(words::text(Word::MonthNoMonth).to_owned());
    let month = read_month(month).ok_or_else(nothing)?;
    let (db, by) = (state.db.clone(), who.name.clone());
    off_thread(move || run(&db, month, &by)).await?.map_err(refused)?;
    let locale = read(&state, |reader| Ok(organisation::find(reader.conn())?.locale)).await?;
    let locale = Locale::find(&locale).unwrap_or_default();
    let text = tell(&format::month(month, locale));
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    let to = state.url(&format!("{PATH}?books=closed"));
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish())
}

fn refused(fault: CloseError) -> AppError {
    let sentence = |word: Word| AppError::Conflict(words::text(word).to_owned());
    match fault {
        CloseError::Report(fault) => refuse(fault),
        CloseError::Store(fault) => fault.into(),
        CloseError::NotOver(_) => sentence(Word::MonthNotOverYet),
        CloseError::Closed(_) => sentence(Word::MonthIsClosed),
        CloseError::Open(_) => sentence(Word::MonthIsOpen),
        CloseError::Computing => sentence(Word::MonthRecounting),
    }
}
