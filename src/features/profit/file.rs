//! The same report as a file, with every column.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::report::Report;
use crate::features::feature::refuse;
use crate::features::profit::json;
use crate::features::profit::page::{ask, find_key};
use crate::reports;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::standing::list_rates;
use crate::web::state::Shared;
use crate::web::words::tell;
use crate::web::xlsx;

const MEDIA_XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let report = run(&state, site, who, &request).await?;
    let (header, rows) = json::table(&report);
    let body = csv::write(&header, &rows).into_bytes();
    Ok(csv::file(&file_name(&report, "csv"), csv::MEDIA, body))
}

pub async fn xlsx(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let report = run(&state, site, who, &request).await?;
    let (header, rows) = json::table(&report);
    let n_keys = header.len() - json::figure_columns();
    let body = xlsx::table(&header, &rows, n_keys)
        .map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(csv::file(&file_name(&report, "xlsx"), MEDIA_XLSX, body))
}

/// A file leaves the notices of the page behind, so it is whole or none.
async fn run(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
) -> Result<Report, AppError> {
    let page = page::open_as_known(state, site, who, request).await?;
    let (ask, today) = (ask(&page, find_key(&page.ask)), page.today);
    let report = page.read(state, move |reader| Ok(reports::profit::run(reader, &ask, today)));
    let report = report.await?.map_err(refuse)?;
    if report.missing_rates.is_empty() {
        return Ok(report);
    }
    let list = list_rates(&report.missing_rates, page.locale);
    Err(AppError::Conflict(tell::rates_refuse(&list)))
}

/// Names the key and the days; all of it ours, so no name of a shop stands in a header.
fn file_name(report: &Report, ending: &str) -> String {
    let by: Vec<&str> = report.by.iter().map(|key| key.name()).collect();
    let (from, to) = (report.range.from, report.range.to);
    format!("profit-by-{}-{from}-{to}.{ending}", by.join("-"))
}
