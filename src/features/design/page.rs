//! The page of parts over HTTP, in the reader's own theme and locale.

use actix_web::{HttpRequest, HttpResponse, web};

use super::view;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::state::Shared;

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let html = view::render(page.locale, page.theme, &page.base)
        .map_err(|fault| AppError::Internal(fault.to_string()))?;
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html))
}
