//! `GET /api/v1/orders/{id}/explain` (CONTRACT, "Shapes of --json").

use actix_web::http::StatusCode;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use crate::features::feature::refuse;
use crate::features::orders::{json, query};
use crate::reports::ReportError;
use crate::reports::explain::{Explained, explain};
use crate::store::{Reader, stores};
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::known::{self, Asked};
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::session::Who;
use crate::web::state::{Shared, read_of};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/orders/{id}/explain",
    summary: "Each component of an order with its parts, sources, rules and arithmetic.",
    parameters: &[
        Parameter { name: "id", place: Place::Path, text: "The order's number or id", one_of: &[] },
        Parameter {
            name: "store",
            place: Place::Query,
            text: "Name of its store, where several have such an order",
            one_of: &[],
        },
        Parameter {
            name: "as_known",
            place: Place::Query,
            text: "The trail as it was known at the end of this day",
            one_of: &[],
        },
    ],
    answers: &[
        (200, "The trail; what could not be converted stands in missing_rates."),
        (202, "As known on that day: being made; ask again after Retry-After seconds."),
        (400, "Several stores have such an order; name one."),
        (404, "There is no such order or store."),
    ],
};

pub async fn explain_order(
    state: Shared,
    who: Who,
    request: HttpRequest,
    wanted: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map_err(|_| AppError::BadRequest("The address could not be read.".to_owned()))?
        .into_inner();
    let get = |wanted: &str| {
        let found = pairs.iter().find(|(name, value)| name == wanted && !value.is_empty());
        found.map(|(_, value)| value.clone())
    };
    let books = match known::find_asked(&state, get("as_known").as_deref()).await? {
        Asked::Books(books) | Asked::AsKnown(books, _) => books,
        Asked::Answer(response) => return Ok(response),
    };
    let store = get("store");
    let wanted = wanted.into_inner();
    let found = read_of(&books, move |reader| Ok(find(reader, &who, &wanted, store.as_deref())));
    match found.await? {
        Ok(explained) => Ok(answer::json(StatusCode::OK, &json::explained(&explained))),
        Err(Refused::Unknown(sentence)) => {
            Ok(answer::json(StatusCode::NOT_FOUND, &json!({ "error": sentence })))
        }
        Err(Refused::Several(sentence)) => Err(AppError::BadRequest(sentence)),
        Err(Refused::Report(error)) => Err(refuse(error)),
    }
}

enum Refused {
    Unknown(String),
    Several(String),
    Report(ReportError),
}

impl<E: Into<ReportError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Report(error.into())
    }
}

fn find(
    reader: &Reader<'_>,
    who: &Who,
    wanted: &str,
    store: Option<&str>,
) -> Result<Explained, Refused> {
    let store = match store {
        Some(name) => {
            let known = stores::find_store(reader, name)?;
            let known = known.filter(|store| who.scope.allows(store.id));
            let unknown = || Refused::Unknown(format!("There is no store {name:?}."));
            Some(known.ok_or_else(unknown)?.id)
        }
        None => None,
    };
    let meant = query::find_meant(reader, wanted, store, &who.scope)?;
    match meant.as_slice() {
        [order] => Ok(explain(reader, *order)?),
        [] => Err(Refused::Unknown(format!("There is no order {wanted:?}."))),
        _ => Err(Refused::Several(format!(
            "Several stores have an order {wanted:?}. Name the store with store=."
        ))),
    }
}
