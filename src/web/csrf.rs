//! Did a page of ours ask? Judged by what browsers say of themselves and pages cannot forge:
//! `Sec-Fetch-Site` first, then `Origin`. There are no tokens in forms.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header;

use crate::web::error::AppError;
use crate::web::host;
use crate::web::state::State;

/// # Errors
/// `Foreign` when another site, or another port of this machine, asks.
pub fn check(state: &State, request: &HttpRequest) -> Result<(), AppError> {
    let site = header_of(request, "sec-fetch-site");
    if is_safe(request.method()) {
        return check_reading(request, site);
    }
    match site {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(AppError::Foreign("Open Purser and do it there.")),
        None => {}
    }
    if request.headers().contains_key(header::ORIGIN) {
        let own = format!("{}://{}", state.door.scheme(), host::host_of(request)?);
        let same = header_of(request, "origin") == Some(own.as_str());
        return same.then_some(()).ok_or(AppError::Foreign("Open Purser and do it there."));
    }
    // Neither header: not a browser of today. It may show a token; what it must not have is the
    // standing of somebody who is signed in.
    let has_token = header_of(request, "authorization").is_some_and(|v| v.starts_with("Bearer "));
    let has_session = request.cookie(&state.cookie_name()).is_some();
    if has_token || !has_session {
        return Ok(());
    }
    Err(AppError::Foreign("Programs use a token: run `purser token add`."))
}

/// Other sites may send a person here, but may not fetch anything for themselves.
fn check_reading(request: &HttpRequest, site: Option<&str>) -> Result<(), AppError> {
    if !matches!(site, Some("cross-site" | "same-site")) {
        return Ok(());
    }
    let is_person = header_of(request, "sec-fetch-mode") == Some("navigate")
        && header_of(request, "sec-fetch-dest") == Some("document")
        && *request.method() == Method::GET;
    let is_data = request.path().contains("/api/");
    if is_person && !is_data {
        return Ok(());
    }
    Err(AppError::Foreign("Open Purser itself."))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The value of a header that is there once; twice is as good as forged.
fn header_of<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let mut values = request.headers().get_all(name);
    let first = values.next()?;
    match values.next() {
        None => Some(first.to_str().unwrap_or("")),
        Some(_) => Some(""),
    }
}
