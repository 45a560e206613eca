//! What the buttons of the page do: the schedule, a backup now, a recovery code.

use std::collections::HashMap;
use std::path::PathBuf;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::page::{Again, answer};
use crate::store::StoreError;
use crate::store::vault::recovery;
use crate::sync::backup_job;
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::Toast;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::backup as told;

type Fields = web::Form<HashMap<String, String>>;

/// Back to the page, with a word of what was done.
pub fn done(state: &Shared, who: &Who, text: &str, path: &str) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text: text.to_owned(), undo: None }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(path))).finish()
}

pub fn field(form: &HashMap<String, String>, name: &str) -> String {
    form.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// What was refused, beside its field.
pub fn wrong(name: &str, what: &str) -> Again {
    let text = what.trim_end_matches('.');
    Again {
        wrong: [(name.to_owned(), format!("{text}."))].into(),
        status: StatusCode::UNPROCESSABLE_ENTITY,
        ..Again::default()
    }
}

pub async fn save(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let (folder, hour) = (field(&form, "folder"), field(&form, "hour"));
    let chosen = (!folder.is_empty()).then(|| PathBuf::from(&folder));
    let at = hour.parse().ok().filter(|hour: &u32| *hour < 24).unwrap_or(0);
    let is_end = chosen.is_none();
    let set = off_thread(move || {
        backup_job::set_schedule(&tools, chosen.as_deref().map(|chosen| (chosen, at)))
    });
    match set.await? {
        Ok(()) => Ok(done(&state, &who, if is_end { told::ENDED } else { told::SAVED }, PATH)),
        Err(fault @ (StoreError::Refused(_) | StoreError::File { .. })) => {
            let mut again = wrong("folder", &fault.to_string());
            (again.folder, again.hour) = (Some(folder), Some(hour));
            answer(&state, site, who, &request, again).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn make_now(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    match off_thread(move || backup_job::make_now(&tools)).await? {
        Ok(()) => Ok(done(&state, &who, told::QUEUED, PATH)),
        Err(StoreError::Refused(what)) => {
            answer(&state, site, who, &request, wrong("folder", &what)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn make_code(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let made = off_thread(move || recovery::make_code(&tools.db, tools.vault.openers()));
    let again = match made.await? {
        // Not by a redirect: the code is kept nowhere, so it is shown in this very answer.
        Ok(code) => Again { code: Some(code.expose().to_owned()), ..Again::default() },
        Err(StoreError::Refused(what)) => wrong("folder", &what),
        Err(fault) => return Err(fault.into()),
    };
    answer(&state, site, who, &request, again).await
}
