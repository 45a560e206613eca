//! What the forms do. A buyer is named in the body of a request only, never in an address, and is
//! written nowhere.

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::page::{Again, Asked, answer};
use crate::store::StoreError;
use crate::store::retention::{self, Rule};
use crate::sync::ctx::Tools;
use crate::sync::erasure::{self, Reference};
use crate::sync::retention_job;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::Toast;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, write};
use crate::web::words::privacy as told;

type Fields = web::Form<HashMap<String, String>>;

fn field(form: &HashMap<String, String>, name: &str) -> String {
    form.get(name).map(|text| text.trim().to_owned()).unwrap_or_default()
}

fn asked_of(form: &HashMap<String, String>) -> Asked {
    Asked { reference: field(form, "reference"), store: field(form, "store"), found: None }
}

fn reference_of(asked: &Asked) -> Result<Reference, StoreError> {
    Reference::parse(&asked.reference, Some(&asked.store))
}

/// Back to the page, with a word of what was done.
fn done(state: &Shared, who: &Who, text: String) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text, undo: None }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(PATH))).finish()
}

fn wrong(asked: Asked, name: &str, what: &str) -> Again {
    Again {
        asked: Some(asked),
        wrong: [(name.to_owned(), what.to_owned())].into(),
        status: StatusCode::UNPROCESSABLE_ENTITY,
    }
}

pub async fn look(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let mut asked = asked_of(&form);
    let named = asked.clone();
    let found = off_thread(move || erasure::find(&tools, &reference_of(&named)?));
    let again = match found.await? {
        Ok(found) => {
            asked.found = Some((&found).into());
            Again { asked: Some(asked), ..Again::default() }
        }
        Err(StoreError::Refused(what)) => wrong(asked, "reference", &what),
        Err(fault) => return Err(fault.into()),
    };
    answer(&state, site, who, &request, again).await
}

pub async fn tell(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let asked = asked_of(&form);
    let named = asked.clone();
    match off_thread(move || erasure::tell(&tools, &reference_of(&named)?)).await? {
        Ok(held) => Ok(csv::file("buyer.json", "application/json", held.to_string().into_bytes())),
        Err(StoreError::Refused(what)) => {
            answer(&state, site, who, &request, wrong(asked, "reference", &what)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn erase(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let mut asked = asked_of(&form);
    let (named, is_confirmed) = (asked.clone(), field(&form, "confirm") == told::CONFIRM_WORD);
    let outcome = off_thread(move || {
        let reference = reference_of(&named)?;
        match is_confirmed {
            true => erasure::erase(&tools, &reference).map(Ok),
            false => erasure::find(&tools, &reference).map(Err),
        }
    });
    let again = match outcome.await? {
        Ok(Ok(end)) => {
            let erasure::Done { erased, is_rewritten } = end;
            let (orders, documents) = (erased.orders, erased.documents);
            let text = told::erased(orders, documents, erased.texts, is_rewritten);
            return Ok(done(&state, &who, text));
        }
        Ok(Err(found)) => {
            asked.found = Some((&found).into());
            wrong(asked, "confirm", told::CONFIRM_WRONG)
        }
        Err(StoreError::Refused(what)) => wrong(asked, "reference", &what),
        Err(fault) => return Err(fault.into()),
    };
    answer(&state, site, who, &request, again).await
}

pub async fn restrict(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let (asked, is_on) = (asked_of(&form), field(&form, "on") == "yes");
    let named = asked.clone();
    match off_thread(move || erasure::restrict(&tools, &reference_of(&named)?, is_on)).await? {
        Ok(_) => {
            let text = if is_on { told::RESTRICTED } else { told::UNRESTRICTED };
            Ok(done(&state, &who, text.to_owned()))
        }
        Err(StoreError::Refused(what)) => {
            answer(&state, site, who, &request, wrong(asked, "reference", &what)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn save(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: Fields,
) -> Result<HttpResponse, AppError> {
    let rule = Rule::parse(&field(&form, "rule")).ok_or(AppError::NotFound)?;
    let Ok(kept) = field(&form, "kept").parse::<i64>() else {
        let again = wrong(Asked::default(), "kept", told::VALUE_WRONG);
        return answer(&state, site, who, &request, again).await;
    };
    let set = write(&state, move |tx| match retention::set_kept(tx, rule, kept) {
        Err(StoreError::Refused(what)) => Ok(Some(what)),
        other => other.map(|()| None),
    });
    match set.await? {
        None => Ok(done(&state, &who, told::SAVED.to_owned())),
        Some(what) => {
            answer(&state, site, who, &request, wrong(Asked::default(), "kept", &what)).await
        }
    }
}

pub async fn apply(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let signal = tools.signal.clone();
    let gone = off_thread(move || retention_job::apply(&tools, &|| signal.is_stopped())).await??;
    let rows = gone.unwrap_or_default().iter().map(|due| due.rows).sum();
    Ok(done(&state, &who, told::applied(rows)))
}
