//! The list as a file, in the columns that the format `listing-links` takes in again.

use actix_web::{HttpRequest, HttpResponse, web};

use super::choice::asked_of;
use crate::reports::listings as report;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, read};

pub async fn csv(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let asked = asked_of(&page);
    // A negative limit is none.
    let (rows, _) = read(&state, move |reader| report::list(reader, &asked, (-1, 0))).await?;
    let header = report::COLUMNS.map(str::to_owned);
    let rows: Vec<Vec<String>> = rows.iter().map(report::file_row).collect();
    let body = csv::write(&header, &rows).into_bytes();
    let name = format!("listing-links-{}.csv", page.today);
    Ok(csv::file(&name, csv::MEDIA, body))
}
