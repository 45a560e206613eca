//! The list of definitions as a page and as JSON.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use crate::web::answer::{self, html};
use crate::web::error::AppError;
use crate::web::layout::Frame;
use crate::web::page::{self, Site};
use crate::web::parts::PageHead;
use crate::web::permission::ApiDoc;
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::{self, Word, definitions};

pub const DOC: ApiDoc = ApiDoc {
    path: "/api/v1/definitions",
    summary: "What every figure means, with formulas drawn from the code.",
    parameters: &[],
    answers: &[(200, "Name, label, definition and formula of each.")],
};

pub async fn api() -> HttpResponse {
    answer::json(StatusCode::OK, &super::json())
}

#[derive(Template)]
#[template(path = "definitions/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    list: Vec<Shown>,
}

struct Shown {
    name: &'static str,
    label: &'static str,
    text: &'static str,
    formula: Option<String>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let title = words::text(Word::PageDefinitions);
    let shown = |definition: definitions::Definition| Shown {
        name: definition.name,
        label: definition.label,
        text: definition.text,
        formula: definition.formula_in_words(),
    };
    let view = View {
        frame: page.frame(title, SLUG, None),
        head: PageHead {
            title: title.to_owned(),
            answer: words::text(Word::DefinitionsAnswer).to_owned(),
            ..PageHead::default()
        },
        list: definitions::list().into_iter().map(shown).collect(),
    };
    html(StatusCode::OK, &view)
}
