//! The history as JSON, for programs and the command.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::Money;
use crate::store::changes::{self, Change, ChangeKind};
use crate::sync::undo;
use crate::web::answer;
use crate::web::error::AppError;
use crate::web::permission::{ApiDoc, Parameter, Place};
use crate::web::state::{Shared, read};

/// Changes that one answer holds at most.
pub const LIST_MAX: i64 = 1_000;

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/changes",
    summary: "Every edit and import, the newest first: who, when, why, what, with which effect.",
    parameters: &[
        Parameter {
            name: "kind",
            place: Place::Query,
            text: "Only changes of this kind",
            one_of: &[
                "cost",
                "expense",
                "purchase",
                "rules",
                "rate",
                "organisation",
                "import",
                "links",
            ],
        },
        Parameter {
            name: "before",
            place: Place::Query,
            text: "Only changes with a smaller id, to go on from the last answer",
            one_of: &[],
        },
    ],
    answers: &[
        (200, "At most 1,000 changes; money as decimal strings."),
        (400, "A parameter is wrong; the sentence says which."),
    ],
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    before: String,
}

pub async fn api(state: Shared, asked: web::Query<Asked>) -> Result<HttpResponse, AppError> {
    let wrong = |name: &str| AppError::BadRequest(format!("{name}: this is not one of them."));
    let kind = match asked.kind.as_str() {
        "" => None,
        name => Some(ChangeKind::parse(name).ok_or_else(|| wrong("kind"))?),
    };
    let before = match asked.before.as_str() {
        "" => None,
        text => Some(text.parse::<i64>().map_err(|_| wrong("before"))?),
    };
    let listed = read(&state, move |reader| {
        let list = changes::list_before(reader, kind, before, LIST_MAX)?;
        let told =
            list.iter().map(|change| Ok(told(change, undo::can_undo(reader.conn(), change)?)));
        told.collect::<Result<Vec<Value>, crate::store::StoreError>>()
    });
    Ok(answer::json(StatusCode::OK, &json!({ "changes": listed.await? })))
}

pub fn told(change: &Change, can_undo: bool) -> Value {
    let read = |text: &Option<String>| -> Value {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    let effect = change.by.seen.map(|seen| {
        let money = |minor| Money::new(minor, seen.currency).to_decimal_text();
        json!({
            "orders": seen.orders,
            "before": money(seen.before_minor),
            "after": money(seen.after_minor),
            "currency": seen.currency.code(),
        })
    });
    json!({
        "id": change.id.0,
        "at": change.at.to_string(),
        "kind": change.kind.name(),
        "source": change.by.source.name(),
        "by": change.by.name,
        "why": change.by.why,
        "subject": change.subject,
        "before": read(&change.before),
        "after": read(&change.after),
        "import": change.import.map(|import| import.0),
        "effect": effect,
        "undoes": change.undoes.map(|id| id.0),
        "undone_by": change.undone_by.map(|id| id.0),
        "can_undo": can_undo,
    })
}
