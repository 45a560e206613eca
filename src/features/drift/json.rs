//! The drifts as JSON.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

use super::page::{ENDED_MAX, OPEN_MAX};
use crate::reports::drifts::{self, DriftRow};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::ApiDoc;
use crate::web::session::Who;
use crate::web::state::{Shared, read};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/drift",
    summary: "Numbers on channels that nothing explains: those to be decided, and the last others.",
    parameters: &[],
    answers: &[(200, "Open ones, the oldest first, and ended ones, the newest first.")],
};

pub async fn api(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    let looked = read(&state, |reader| {
        Ok((drifts::list_open(reader, OPEN_MAX)?, drifts::list_ended(reader, ENDED_MAX)?))
    });
    let (mut open, mut ended) = looked.await?;
    let may_see = |row: &DriftRow| row.store.is_none_or(|store| who.scope.allows(store));
    open.retain(may_see);
    ended.retain(may_see);
    let all = |rows: &[DriftRow]| rows.iter().map(row).collect::<Vec<_>>();
    let value = json!({ "open": all(&open), "ended": all(&ended) });
    Ok(answer::json(StatusCode::OK, &value))
}

fn row(row: &DriftRow) -> Value {
    json!({
        "id": row.id.0,
        "connection": row.account,
        "sku": row.name,
        "title": row.title,
        "expected": row.expected,
        "seen": row.seen,
        "since": row.first_at.to_string(),
        "last": row.last_at.to_string(),
        "readings": row.readings,
        "state": row.state,
        "cause": row.cause,
        "decision": row.decision,
        "by": row.by,
        "ended_at": row.ended_at.map(|at| at.to_string()),
        "listing_stopped": (!row.stopped.is_empty()).then_some(&row.stopped),
    })
}
