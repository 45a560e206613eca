//! For how many days what platforms send is kept as it came, without persons.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::done;
use super::page;
use super::shown::Part;
use crate::store::documents::KEPT_DAYS_MAX;
use crate::sync::ctx::Tools;
use crate::sync::upkeep_job;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::page::{Page, Site};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::connection as told;

/// `None` for who may not change it. `wrong` is said of the number.
pub fn part(page: &Page, days: Option<u32>, wrong: Option<String>) -> Option<Part> {
    if !Permission::ManageSettings.allows(page.who.role) {
        return None;
    }
    let mut part = Part::new("kept", told::KEPT);
    part.note = Some(told::KEPT_NOTE.to_owned());
    let days = days.map_or_else(String::new, |days| days.to_string());
    let mut field = Field::text("days", told::KEPT_DAYS, days).with_help(told::KEPT_HELP);
    field.required = true;
    field.error = wrong;
    part.form = Some(Form {
        action: page.url("/connections/kept"),
        method: "post",
        fields: vec![field],
        buttons: vec![Button::submit(told::KEPT_BUTTON, ButtonKind::Plain)],
        ..Form::default()
    });
    Some(part)
}

pub async fn save(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let text = form.get("days").map_or("", |text| text.trim());
    let Some(days) = text.parse().ok().filter(|days: &u32| *days <= KEPT_DAYS_MAX) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page::answer_kept(&state, site, who, &request, (status, told::KEPT_WRONG)).await;
    };
    off_thread(move || upkeep_job::keep_documents(&tools, days)).await??;
    Ok(done(&state, &who, told::KEPT_DONE))
}
