//! `/api/v1/openapi.json`: drawn from the routes themselves, so that it cannot promise another API.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::web::answer;
use crate::web::page::Site;
use crate::web::permission::{ApiDoc, Parameter, Place};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/openapi.json",
    summary: "This description.",
    parameters: &[],
    answers: &[(200, "An OpenAPI 3.1 document.")],
};

pub async fn show(site: web::Data<Site>) -> HttpResponse {
    answer::json(StatusCode::OK, &describe(&site.api))
}

fn describe(docs: &[ApiDoc]) -> Value {
    let paths: Map<String, Value> =
        docs.iter().map(|doc| (doc.path.to_owned(), json!({ "get": operation(doc) }))).collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Purser", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": {
                "Error": {
                    "type": "object",
                    "required": ["error"],
                    "properties": { "error": { "type": "string" } },
                },
            },
        },
        "security": [{ "token": [] }],
    })
}

fn operation(doc: &ApiDoc) -> Value {
    let known = [(401, "There is no valid token."), (403, "The token's role does not allow this.")];
    let answers: Map<String, Value> = doc
        .answers
        .iter()
        .chain(&known)
        .map(|(status, text)| (status.to_string(), answer(*status, text)))
        .collect();
    json!({
        "summary": doc.summary,
        "parameters": doc.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "responses": answers,
    })
}

fn answer(status: u16, text: &str) -> Value {
    let schema = match status {
        200 | 202 => json!({ "type": "object" }),
        _ => json!({ "$ref": "#/components/schemas/Error" }),
    };
    json!({ "description": text, "content": { "application/json": { "schema": schema } } })
}

fn parameter(parameter: &Parameter) -> Value {
    let mut schema = json!({ "type": "string" });
    if !parameter.one_of.is_empty() {
        schema["enum"] = json!(parameter.one_of);
    }
    json!({
        "name": parameter.name,
        "in": match parameter.place { Place::Query => "query", Place::Path => "path" },
        "required": parameter.place == Place::Path,
        "description": parameter.text,
        "schema": schema,
    })
}
