//! A report of the list as a page, and as a view to print.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::{ask, view};
use crate::domain::table::{Table, TableAsk};
use crate::features::feature::refuse;
use crate::reports::ReportError;
use crate::reports::catalogue::Spec;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

/// The parameter that asks for another view of the same, and its value for paper.
pub const VIEW: &str = "view";
pub const PRINT: &str = "print";

/// What a handler of a report works from.
pub struct Opened {
    pub page: Page,
    pub spec: &'static Spec,
    pub ask: TableAsk,
    pub answer: Result<Table, ReportError>,
}

/// Reads the address and runs its report.
///
/// # Errors
/// `NotFound` where the list has no such report; what the store said.
pub async fn open(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Opened, AppError> {
    let spec = ask::find_spec(request).ok_or(AppError::NotFound)?;
    let mut page = page::open_as_known(state, site, who, request).await?;
    page.mean(request, ask::usual(spec));
    let ask = ask::of_page(spec, &page);
    let asked = ask.clone();
    let answer = page.read(state, move |reader| Ok(spec.answer(reader, &asked))).await?;
    Ok(Opened { page, spec, ask, answer })
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let Opened { page, spec, ask, answer } = open(&state, site, who, &request).await?;
    let table = match answer {
        Ok(table) => table,
        Err(ReportError::Nothing) => return html(StatusCode::OK, &view::nothing(&page, spec)),
        Err(error) => return Err(refuse(error)),
    };
    let standing = standing::open(&state, &page, &table.missing_rates).await?;
    let is_print = page.ask.rest.iter().any(|(name, value)| name == VIEW && value == PRINT);
    let shown = view::Shown { page: &page, spec, ask: &ask, table: &table, is_print };
    html(StatusCode::OK, &shown.view(standing))
}
