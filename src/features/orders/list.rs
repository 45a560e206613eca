//! The orders of a period, newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::features::orders::query::{self, Asked};
use crate::features::orders::view::list::OrderList;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(&state, site, who, &request).await?;
    let named = page.ask.rest.iter().find(|(name, _)| name == "q");
    let wanted = named.map(|(_, value)| value.trim().to_owned()).filter(|q| !q.is_empty());
    let asked = Asked::new(page.report_ask(), wanted.clone(), page.ask.page);
    let listed = page.read(&state, move |reader| query::list(reader, &asked)).await?;
    let standing = standing::open(&state, &page, &[]).await?;
    html(StatusCode::OK, &OrderList::new(&page, wanted.as_deref(), &listed, standing))
}
