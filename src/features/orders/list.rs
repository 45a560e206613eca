//! The orders of a period, newest first.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::features::orders::query::{self, Asked, Listed};
use crate::features::orders::view::list::OrderList;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::kept::Kept;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

static KEPT: Kept<Asked, Listed> = Kept::new();

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
    let listed = page.read_kept(&state, (&KEPT, asked), query::list).await??.unwrap_or_default();
    let standing = standing::open(&state, &page, &[]).await?;
    html(StatusCode::OK, &OrderList::new(&page, wanted.as_deref(), &listed, standing))
}
