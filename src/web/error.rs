//! What went wrong → a status and a sentence, as a page or as JSON, whichever was asked for.
//! Pages of internal errors bear a number and nothing of the inside; the log has the rest.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::store::{StoreError, crypt};
use crate::web::words::door as words;

#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("This page does not exist.")]
    NotFound,
    #[error("{0}")]
    BadRequest(String),
    #[error("Sign in first.")]
    SignInNeeded,
    #[error("Your role does not allow this. Ask the owner.")]
    Forbidden,
    #[error(
        "You may see some stores only, and this is about all of them. Nothing was changed. Ask \
         the owner."
    )]
    OtherStores,
    #[error("Set up a second factor first: the owner requires it of everybody.")]
    FactorNeeded,
    /// Another page or another address asks in our name.
    #[error("This request did not come from Purser's own page, so nothing was done. {0}")]
    Foreign(&'static str),
    #[error("This is not an address of Purser. Open the one that it printed at its start.")]
    WrongHost,
    #[error("{0}")]
    Conflict(String),
    #[error("{0}")]
    Unprocessable(String),
    #[error("{0}")]
    TooMany(String),
    #[error("This is larger than Purser takes here. Nothing was changed.")]
    TooLarge,
    #[error("This took too long and was stopped. Nothing was changed.")]
    TimeOut,
    /// The answer stands elsewhere; the address is one of ours.
    #[error("See {0}")]
    SeeOther(String),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Internal(String),
}

/// What of an error may be seen.
#[derive(Clone, Debug)]
struct Shown {
    sentence: String,
    id: Option<String>,
}

impl AppError {
    fn is_internal(&self) -> bool {
        match self {
            Self::Store(error) => matches!(
                error,
                StoreError::Sqlite(_)
                    | StoreError::Internal(_)
                    | StoreError::File { .. }
                    | StoreError::NotOurs { .. }
                    | StoreError::NoDatabase { .. }
                    | StoreError::Damaged { .. }
            ),
            Self::Internal(_) => true,
            _ => false,
        }
    }

    fn shown(&self) -> Shown {
        if !self.is_internal() {
            return Shown { sentence: sentence_of(&self.to_string()), id: None };
        }
        let id = crypt::random::<4>().map_or_else(|_| "0".to_owned(), |id| crypt::to_hex(&id));
        // Debug escapes line ends, so nobody writes lines of their own into the log.
        tracing::error!(id, error = ?self.to_string(), "a request failed");
        Shown { sentence: sentence_of_status(self.status_code()).to_owned(), id: Some(id) }
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SeeOther(_) => StatusCode::SEE_OTHER,
            Self::NotFound | Self::Store(StoreError::Missing) => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::Foreign(_) | Self::OtherStores | Self::FactorNeeded => {
                StatusCode::FORBIDDEN
            }
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
            Self::Conflict(_) | Self::Store(StoreError::Conflict | StoreError::Refused(_)) => {
                StatusCode::CONFLICT
            }
            Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TimeOut => StatusCode::REQUEST_TIMEOUT,
            Self::Store(StoreError::DiskFull) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(StoreError::Busy | StoreError::TooSlow) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        if let Self::SeeOther(href) = self {
            let location = (header::LOCATION, href.as_str());
            return HttpResponse::SeeOther().insert_header(location).finish();
        }
        // The words are put in by `present`, which knows what the asker can read.
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.shown());
        response
    }
}

#[derive(Template)]
#[template(path = "_error.html")]
struct Page<'a> {
    status: u16,
    sentence: &'a str,
    id: Option<&'a str>,
    home: &'a str,
}

/// Gives a failed answer its body. Answers that a handler wrote itself (a form with its faults,
/// JSON) stay as they are.
pub fn present(request: &HttpRequest, response: HttpResponse, home: &str) -> HttpResponse {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let shown = response.extensions().get::<Shown>().cloned();
    if shown.is_none() && is_written(&response) {
        return response;
    }
    let sentence = || Shown { sentence: sentence_of_status(status).to_owned(), id: None };
    let shown = shown.unwrap_or_else(sentence);
    let (media, body) = if wants_json(request) {
        let body = serde_json::json!({ "error": shown.sentence, "id": shown.id });
        ("application/json", body.to_string())
    } else {
        let (sentence, id) = (shown.sentence.as_str(), shown.id.as_deref());
        let page = Page { status: status.as_u16(), sentence, id, home };
        match page.render() {
            Ok(body) => ("text/html; charset=utf-8", body),
            Err(_) => ("text/plain; charset=utf-8", shown.sentence),
        }
    };
    let (mut response, _replaced) = response.set_body(()).into_parts();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.set_body(BoxBody::new(body))
}

/// JSON for the API and for whoever asks for it by name.
pub fn wants_json(request: &HttpRequest) -> bool {
    let path = request.path();
    let is_program_s = ["/mcp", "/metrics"].iter().any(|end| path.ends_with(end));
    if path.contains("/api/") || path.contains("/control/") || is_program_s {
        return true;
    }
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("application/json") && !accept.contains("html"))
}

fn is_written(response: &HttpResponse) -> bool {
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media.is_some_and(|media| media.starts_with("text/html") || media.contains("json"))
}

fn sentence_of_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        404 => "This page does not exist.",
        405 => "This page cannot be used in this way.",
        408 => "The request took too long to arrive. Nothing was changed.",
        413 => "This is larger than Purser takes here. Nothing was changed.",
        415 => "Purser cannot read this kind of content here. Nothing was changed.",
        400..=499 => "Purser could not read this request. Nothing was changed.",
        _ => "Something went wrong inside Purser. What was saved before is safe; try again.",
    }
}

/// Store errors are written for the command line, in the middle of a line.
fn sentence_of(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}
