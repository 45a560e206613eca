//! The test message: sent while somebody waits, and what the server says is told as it is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, answer};
use super::save::back;
use crate::domain::mail::MailAddress;
use crate::store::{StoreError, mail};
use crate::sync::ctx::Tools;
use crate::sync::mail::send_job;
use crate::web::error::AppError;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::mail as told;

#[derive(Deserialize)]
pub struct Entry {
    #[serde(default)]
    to: String,
}

pub async fn send(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let typed = form.into_inner().to;
    let fault = match MailAddress::parse(&typed) {
        Err(_) => told::FROM_WRONG.to_owned(),
        Ok(to) => match off_thread(move || send_job::send_test(&tools, &to)).await? {
            Ok(Ok(said)) => return Ok(back(&state, &who, told::test_sent(&said))),
            Ok(Err(fault)) => {
                let host = read(&state, |reader| mail::find_server(reader.conn())).await?;
                told::fault(&fault, host.as_ref().map_or("–", |server| server.host.as_str()))
            }
            Err(StoreError::Refused(why)) => why,
            Err(fault) => return Err(fault.into()),
        },
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let again = Again { test: Some((typed, fault)), status, ..Again::default() };
    answer(&state, site, who, &request, again).await
}
