//! One product: its figures, its course, its ledger, and what is done to it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::ITEM;
use super::item_view::{self, Known};
use super::page::{find_paces, find_worth, own, store_fault};
use crate::features::feature::see;
use crate::reports::stock::{self as stock_report, age, one};
use crate::store::StoreError;
use crate::store::stock::locations::list_locations;
use crate::store::stock::variants::{find_settings, find_variant};
use crate::web::answer::html;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::page::{self, Site};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};

const CLAIMS_MAX: i64 = 50;

/// `/stock/SKU` leads to the page of the SKU, whatever stands in it.
pub async fn lead(state: Shared, sku: web::Path<String>) -> HttpResponse {
    let sku = ("sku".to_owned(), sku.into_inner());
    see(&write_href(&state.url(ITEM), std::iter::once(sku)))
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take(&page.who);
    let Some(sku) = own(&page, "sku") else { return Err(AppError::NotFound) };
    let (today, now) = (page.today, state.clock.now());
    let has_figures = Permission::SeeFigures.allows(page.who.role);
    let known = read(&state, move |reader| {
        let Some(variant) = find_variant(reader.conn(), &sku)? else {
            return Err(StoreError::Missing);
        };
        let paces = find_paces(reader, today).map_err(store_fault)?;
        let stocked = stock_report::find(reader, variant, &paces).map_err(store_fault)?;
        let since = age::list(reader, &[variant]).map_err(store_fault)?;
        let worth =
            if has_figures { find_worth(reader, today).map_err(store_fault)? } else { None };
        Ok(Known {
            stocked: stocked.ok_or(StoreError::Missing)?,
            settings: find_settings(reader.conn(), variant)?,
            entries: one::list_entries(reader, variant).map_err(store_fault)?,
            claims: one::list_claims(reader, variant, CLAIMS_MAX).map_err(store_fault)?,
            shown: one::list_shown(reader, &sku).map_err(store_fault)?,
            lying: one::list_lying(reader, variant).map_err(store_fault)?,
            places: list_locations(reader)?,
            age: since.get(&variant).map(|since| age::days(*since, now)),
            worth,
        })
    });
    let known = known.await?;
    html(StatusCode::OK, &item_view::view(&page, &known, flash.toast))
}
