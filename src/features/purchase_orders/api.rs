//! `GET /api/v1/purchase-orders` and `/api/v1/purchase-orders/{number}`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::json;

use super::json;
use crate::features::feature::refuse;
use crate::reports::purchasing;
use crate::store::organisation;
use crate::store::purchasing::orders;
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::state::{Shared, read};

pub const LIST: ApiDoc = ApiDoc {
    path: "/api/v1/purchase-orders",
    summary: "All purchase orders with their state, what they come to and what is still to come.",
    parameters: &[],
    answers: &[(200, "The orders, the newest first.")],
};

pub const ONE: ApiDoc = ApiDoc {
    path: "/api/v1/purchase-orders/{number}",
    summary: "One purchase order with its lines, receipts and landed costs.",
    parameters: &[Parameter {
        name: "number",
        place: Place::Path,
        text: "The number of the order",
        one_of: &[],
    }],
    answers: &[(200, "The order."), (404, "There is no such order.")],
};

pub async fn list(state: Shared) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let found = read(&state, move |reader| {
        let today = now.day_in(&organisation::find_zone(reader.conn())?);
        Ok(purchasing::list_orders(reader, today))
    });
    Ok(answer::json(StatusCode::OK, &json::list(&found.await?.map_err(refuse)?)))
}

pub async fn one(state: Shared, number: web::Path<String>) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let number = number.into_inner();
    let wanted = number.clone();
    let found = read(&state, move |reader| {
        let Some(id) = orders::find_order_id(reader.conn(), &wanted)? else { return Ok(None) };
        let today = now.day_in(&organisation::find_zone(reader.conn())?);
        Ok(Some(purchasing::find_order(reader, id, today)))
    });
    match found.await? {
        Some(detail) => Ok(answer::json(StatusCode::OK, &json::detail(&detail.map_err(refuse)?))),
        None => {
            let what = json!({ "error": format!("There is no purchase order {number:?}.") });
            Ok(answer::json(StatusCode::NOT_FOUND, &what))
        }
    }
}
