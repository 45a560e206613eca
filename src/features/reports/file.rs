//! A report of the list as a file: every row, every column, exact.

use actix_web::{HttpRequest, HttpResponse, web};

use super::page::{Opened, open};
use super::{json, sheet};
use crate::domain::table::Table;
use crate::features::feature::refuse;
use crate::reports::catalogue::Spec;
use crate::web::csv as text;
use crate::web::error::AppError;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::standing::list_rates;
use crate::web::state::Shared;
use crate::web::words::tell;
use crate::web::xlsx::MEDIA;

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (spec, table) = run(&state, site, who, &request).await?;
    let body = json::csv(&table).into_bytes();
    Ok(text::file(&file_name(spec, &table, "csv"), text::MEDIA, body))
}

pub async fn xlsx(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let (spec, table) = run(&state, site, who, &request).await?;
    let body = sheet::xlsx(spec, &table).map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(text::file(&file_name(spec, &table, "xlsx"), MEDIA, body))
}

/// A file leaves the notices of the page behind, so it is whole or none.
async fn run(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<(&'static Spec, Table), AppError> {
    let Opened { page, spec, answer, .. } = open(state, site, who, request).await?;
    let table = answer.map_err(refuse)?;
    if table.missing_rates.is_empty() {
        return Ok((spec, table));
    }
    let list = list_rates(&table.missing_rates, page.locale);
    Err(AppError::Conflict(tell::rates_refuse(&list)))
}

/// Names the report and the days; all of it ours, so no name of a shop stands in a header.
fn file_name(spec: &Spec, table: &Table, ending: &str) -> String {
    format!("{}-{}-{}.{ending}", spec.name, table.range.from, table.range.to)
}
