//! The list of orders, and the lines of one, as files.

use actix_web::{HttpResponse, web};

use super::json;
use crate::base::id::PurchaseOrderId;
use crate::features::feature::refuse;
use crate::reports::purchasing;
use crate::store::organisation;
use crate::web::csv as text;
use crate::web::error::AppError;
use crate::web::state::{Shared, read};

pub async fn list(state: Shared) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let found = read(&state, move |reader| {
        let today = now.day_in(&organisation::find_zone(reader.conn())?);
        Ok(purchasing::list_orders(reader, today))
    });
    let rows = found.await?.map_err(refuse)?;
    let body = json::list_csv(&rows).into_bytes();
    Ok(text::file("purchase-orders.csv", text::MEDIA, body))
}

pub async fn order(state: Shared, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = PurchaseOrderId(id.parse().map_err(|_| AppError::NotFound)?);
    let now = state.clock.now();
    let found = read(&state, move |reader| {
        let today = now.day_in(&organisation::find_zone(reader.conn())?);
        Ok(purchasing::find_order(reader, id, today))
    });
    let detail = found.await?.map_err(refuse)?;
    let body = json::order_csv(&detail).into_bytes();
    Ok(text::file(&format!("purchase-order-{id}.csv"), text::MEDIA, body))
}
