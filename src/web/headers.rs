//! The outermost ring: what every request must pass and every answer bears.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest};

use crate::web::state::{Shared, State};
use crate::web::{csrf, error};

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                   img-src 'self' data:; font-src 'self'; connect-src 'self'; \
                   form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// As it stands on the one page that may use the camera.
pub const CAMERA: (&str, &str) =
    ("permissions-policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()");

const ALWAYS: [(&str, &str); 7] = [
    ("content-security-policy", CSP),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Host, then origin, then the routes; words for errors and headers for all on the way out.
///
/// # Errors
/// None of ours: the guards of routes make answers of errors.
pub async fn guard_all(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // No second handle on the request may live while the routes look at it.
    let answered = match check(request.request()) {
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => request.error_response(error),
    };
    let (asked, response) = answered.into_parts();
    let home = state_of(&asked).map_or("/", |state| state.base_path.as_str());
    let mut response = error::present(&asked, response, home);
    put(response.headers_mut());
    if state_of(&asked).is_some_and(|state| is_told_of_tls(state, &asked)) {
        response.headers_mut().insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    Ok(ServiceResponse::new(asked, response))
}

fn check(request: &HttpRequest) -> Result<(), Error> {
    let Some(state) = state_of(request) else {
        return Err(error::AppError::Internal("no state".to_owned()).into());
    };
    state.hosts.check(request)?;
    // Platforms call at a listener of their own. Whoever leads a tunnel here learns it by a plain
    // answer, and not by one that speaks of sign-ins.
    let inner = request.path().strip_prefix(state.base_path.trim_end_matches('/'));
    if inner.is_some_and(|inner| inner == "/hooks" || inner.starts_with("/hooks/")) {
        return Err(error::AppError::NotFound.into());
    }
    Ok(csrf::check(state, request)?)
}

/// Whether the browser is to ask for this name over TLS only. Not for `localhost`: that would bind
/// every other program of the machine.
fn is_told_of_tls(state: &State, request: &HttpRequest) -> bool {
    let host = crate::web::host::host_of(request).unwrap_or("localhost");
    state.door.is_closed() && !host.starts_with("localhost")
}

fn state_of(request: &HttpRequest) -> Option<&State> {
    request.app_data::<Shared>().map(|state| state.get_ref())
}

fn put(headers: &mut HeaderMap) {
    let looks = headers.get(CAMERA.0).is_some_and(|value| value == CAMERA.1);
    for (name, value) in ALWAYS {
        if looks && name == CAMERA.0 {
            continue;
        }
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    // Embedded files say for themselves how long they may be kept.
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
