//! The profit of a period by one key, as a page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::domain::ask::{Ask, Key};
use crate::features::feature::refuse;
use crate::features::profit::view;
use crate::reports::{self, ReportError};
use crate::web::answer::html;
use crate::web::ask::PageAsk;
use crate::web::error::AppError;
use crate::web::page::{self, Page, Site};
use crate::web::session::Who;
use crate::web::standing;
use crate::web::state::Shared;

/// The keys of the page; orders have a page of their own.
pub const KEYS: [Key; 10] = [
    Key::Product,
    Key::Variant,
    Key::Group,
    Key::Store,
    Key::Country,
    Key::Channel,
    Key::Campaign,
    Key::Day,
    Key::Week,
    Key::Month,
];

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open_as_known(&state, site, who, &request).await?;
    let key = find_key(&page.ask);
    let (ask, today) = (ask(&page, key), page.today);
    let report = page.read(&state, move |reader| Ok(reports::profit::run(reader, &ask, today)));
    match report.await? {
        Ok(report) => {
            let standing = standing::open(&state, &page, &report.missing_rates).await?;
            html(StatusCode::OK, &view::Profit::new(&page, key, &report, standing))
        }
        Err(ReportError::Nothing) => html(StatusCode::OK, &view::nothing(&page)),
        Err(error) => Err(refuse(error)),
    }
}

/// What the address says of the key; by product where it says nothing that fits.
pub fn find_key(ask: &PageAsk) -> Key {
    let named = ask.rest.iter().find(|(name, _)| name == "by").map(|(_, value)| value.as_str());
    named.and_then(Key::parse).filter(|key| KEYS.contains(key)).unwrap_or(Key::Product)
}

pub fn ask(page: &Page, key: Key) -> Ask {
    page.report_ask().by(&[key])
}
