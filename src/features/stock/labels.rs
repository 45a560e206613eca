//! Labels to print: a code for each unit, its name and SKU.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::page::own;
use super::{LABELS, PATH, SLUG};
use crate::store::stock::variants::{find_settings, find_variant};
use crate::web::answer::html;
use crate::web::barcode::Barcode;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form};
use crate::web::layout::Frame;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::words::{self, Word, stock as told};

const SKUS_MAX: usize = 100;
const EACH_MAX: usize = 500;
const LABELS_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "stock/labels.html")]
struct View {
    frame: Frame,
    head: PageHead,
    form: Form,
    labels: Vec<Label>,
    note: &'static str,
}

struct Label {
    title: String,
    text: String,
    code: Option<Barcode>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let asked = own(&page, "sku").unwrap_or_default();
    let each = own(&page, "each").and_then(|each| each.parse().ok()).unwrap_or(1);
    let each = usize::clamp(each, 1, EACH_MAX);
    let skus: Vec<String> = asked
        .lines()
        .map(str::trim)
        .filter(|sku| !sku.is_empty())
        .take(SKUS_MAX)
        .map(str::to_owned)
        .collect();
    let found = read(&state, move |reader| {
        let mut found = Vec::new();
        for sku in skus {
            if let Some(variant) = find_variant(reader.conn(), &sku)? {
                let settings = find_settings(reader.conn(), variant)?;
                found.push((sku, settings.title, settings.barcode));
            }
        }
        Ok(found)
    });
    let mut labels = Vec::new();
    for (sku, title, barcode) in found.await? {
        let text = if barcode.is_empty() { sku.clone() } else { barcode };
        let title = if title.is_empty() { sku } else { title };
        for _ in 0..each.min(LABELS_MAX.saturating_sub(labels.len())) {
            let (title, text) = (title.clone(), text.clone());
            labels.push(Label { title, code: Barcode::of(&text), text });
        }
    }
    html(StatusCode::OK, &view(&page, (&asked, each), labels))
}

fn view(page: &Page, (asked, each): (&str, usize), labels: Vec<Label>) -> View {
    let skus = Field { entry: Input::Text { rows: 4 }, ..Field::text("sku", told::SKUS, asked) };
    let form = Form {
        action: page.url(LABELS),
        method: "get",
        fields: vec![skus, Field::text("each", told::LABELS_EACH, each.to_string())],
        buttons: vec![Button::submit(told::LABELS_SHOW, ButtonKind::Main)],
        ..Form::default()
    };
    View {
        frame: page.frame(told::LABELS, SLUG, None),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::NavStock), page.url(PATH))],
            place: told::LABELS.to_owned(),
            title: told::LABELS.to_owned(),
            answer: told::LABELS_LEAD.to_owned(),
            ..PageHead::default()
        },
        form,
        labels,
        note: told::LABELS_PRINT,
    }
}
