//! The start page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::features::feature::refuse;
use crate::features::overview::query::{self, Answer, Asked};
use crate::features::overview::view;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::kept::Kept;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

static KEPT: Kept<Asked, Answer> = Kept::new();

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(&state, site, who, &request).await?;
    let asked =
        Asked { ask: page.report_ask(), former: page.ask.against_range(), today: page.today };
    let answer = page.read_kept(&state, (&KEPT, asked), query::run);
    let Some(answer) = answer.await?.map_err(refuse)? else {
        return html(StatusCode::OK, &view::nothing(&page));
    };
    let standing = standing::open(&state, &page, &answer.days.missing_rates).await?;
    if answer.days.total.is_empty() {
        return html(StatusCode::OK, &view::quiet(&page, &answer, standing));
    }
    html(StatusCode::OK, &view::Overview::new(&page, &answer, standing))
}
