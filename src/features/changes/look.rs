//! A look that goes on in the background: how far it is, and its end before its time.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::reports::preview::desk::{Desk, Look};
use crate::store::organisation;
use crate::web::error::AppError;
use crate::web::format::{self, Locale};
use crate::web::state::{Shared, read};
use crate::web::words::change as told;

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Back {
    /// The page that asked.
    pub back: String,
}

impl Back {
    /// Only ever a page of ours.
    pub fn path(&self, state: &Shared, usual: &str) -> String {
        let base = state.url("/");
        let is_ours = self.back.starts_with(&base)
            && !self.back.starts_with("//")
            && !self.back.contains(['\\', '\r', '\n']);
        if is_ours { self.back.clone() } else { state.url(usual) }
    }
}

/// As `static/js/progress.js` reads it.
pub async fn follow(
    state: Shared,
    desk: web::Data<Desk>,
    key: web::Path<String>,
    back: web::Query<Back>,
) -> Result<HttpResponse, AppError> {
    let look = parse(&key).and_then(|key| desk.follow(key)).ok_or(AppError::NotFound)?;
    let organisation = read(&state, |reader| organisation::find(reader.conn())).await?;
    let locale = Locale::find(&organisation.locale).unwrap_or_default();
    let quantity = |count| format::quantity(count, locale);
    let (done, total, word) = match look {
        Look::Running { done, total, .. } => (done, total, "running"),
        Look::Done(_) | Look::Stopped { .. } | Look::Failed(_) => (1, 1, "done"),
    };
    Ok(HttpResponse::Ok().json(json!({
        "done": done,
        "total": total,
        "shown": told::looking_at(&quantity(done), &quantity(total)),
        "state": word,
        "result_url": back.path(&state, super::PATH),
    })))
}

pub async fn stop(
    state: Shared,
    desk: web::Data<Desk>,
    key: web::Path<String>,
    back: web::Query<Back>,
) -> Result<HttpResponse, AppError> {
    desk.stop(parse(&key).ok_or(AppError::NotFound)?);
    let to = back.path(&state, super::PATH);
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish())
}

fn parse(key: &str) -> Option<u64> {
    u64::from_str_radix(key, 16).ok()
}
