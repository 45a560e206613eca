//! The checks and the calls as JSON.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Value, json};

use super::Home;
use super::checks::Check;
use super::page::{CALLS_MAX, look_now};
use crate::store::egress::{self, CallRow};
use crate::sync::ctx::Tools;
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::ApiDoc;
use crate::web::state::{Shared, read};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/diagnostics",
    summary: "The program's look at itself: each check with its state, what it means, what to do.",
    parameters: &[],
    answers: &[(200, "The checks, in the order in which the page shows them.")],
};

pub const CALLS: ApiDoc = ApiDoc {
    path: "/api/v1/diagnostics/calls",
    summary: "Every host that was called, by day: for which connection and purpose, how often.",
    parameters: &[],
    answers: &[(200, "The newest days first.")],
};

pub async fn api(
    state: Shared,
    home: web::Data<Home>,
    tools: web::Data<Tools>,
) -> Result<HttpResponse, AppError> {
    let checks = look_now(&state, &home, &tools).await?;
    Ok(answer::json(StatusCode::OK, &checks_json(&checks)))
}

pub async fn calls(state: Shared, tools: web::Data<Tools>) -> Result<HttpResponse, AppError> {
    let rows = list_calls(&state, &tools).await?;
    let rows: Vec<Value> = rows.iter().map(call).collect();
    Ok(answer::json(StatusCode::OK, &json!({ "calls": rows })))
}

/// Written down first, so that the list is whole.
pub async fn list_calls(
    state: &Shared,
    tools: &web::Data<Tools>,
) -> Result<Vec<CallRow>, AppError> {
    let egress = tools.egress.clone();
    crate::web::state::off_thread(move || egress.flush()).await??;
    read(state, |reader| egress::list_calls(reader, CALLS_MAX)).await
}

pub fn checks_json(checks: &[Check]) -> Value {
    let list: Vec<Value> = checks
        .iter()
        .map(|check| {
            json!({
                "check": check.slug,
                "state": check.state.name(),
                "found": check.found,
                "means": check.means,
            })
        })
        .collect();
    json!({ "checks": list })
}

fn call(row: &CallRow) -> Value {
    json!({
        "day": row.day.to_string(),
        "host": row.host,
        "port": row.port,
        "connection": row.connection,
        "purpose": row.purpose,
        "calls": row.calls,
        "failed": row.failed,
        "bytes_out": row.bytes_out,
        "bytes_in": row.bytes_in,
        "first_at": row.first_at.to_string(),
        "last_at": row.last_at.to_string(),
    })
}
