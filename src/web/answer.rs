//! From a value to an answer that a browser shows.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::web::error::AppError;

/// # Errors
/// `Internal` when the template fails.
pub fn html(status: StatusCode, page: &impl Template) -> Result<HttpResponse, AppError> {
    let body = page.render().map_err(|error| AppError::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body))
}

pub fn json(status: StatusCode, value: &serde_json::Value) -> HttpResponse {
    HttpResponse::build(status).content_type("application/json").body(value.to_string())
}
