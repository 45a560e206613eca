//! Where somebody stands after the door, until a better start page takes this address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::door as words;

#[derive(Template)]
#[template(path = "sign_in/home.html")]
struct Home<'a> {
    name: &'a str,
    sign_out: String,
}

pub async fn show(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    html(StatusCode::OK, &Home { name: &who.name, sign_out: state.url("/sign-out") })
}
