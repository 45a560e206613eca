//! Whose number holds.

use std::collections::HashMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::PATH;
use crate::base::id::DriftId;
use crate::store::StoreError;
use crate::sync::ctx::Tools;
use crate::sync::stock::steer::{self, Decision, Said};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Notice, Toast, Weight};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::drift as told;

pub async fn decide(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
    typed: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let id = DriftId(id.parse().map_err(|_| AppError::NotFound)?);
    let decision = match typed.get("do").map(String::as_str) {
        Some("hub") => Decision::Hub,
        Some("channel") => Decision::Channel,
        _ => return Err(AppError::NotFound),
    };
    let said = Said { by: who.by(""), user: who.user };
    let made = off_thread(move || steer::decide(&tools, id, decision, &said)).await?;
    match made {
        Ok(()) => {
            let toast = Toast { text: told::DECIDED_DONE.to_owned(), undo: None };
            state.flashes.put(&who, Flash::toast(toast));
        }
        Err(StoreError::Refused(why)) if who.session.is_some() => {
            let (title, text) = match why.split_once(". ") {
                Some((title, text)) => (format!("{title}."), text.to_owned()),
                None => (why, String::new()),
            };
            let weight = Weight::Broken;
            let notice = Notice { weight, title, text, buttons: Vec::new(), link: None };
            state.flashes.put(&who, Flash { toast: None, notices: vec![notice] });
        }
        Err(StoreError::Refused(why)) => return Err(AppError::Unprocessable(why)),
        Err(fault) => return Err(fault.into()),
    }
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(PATH))).finish())
}
