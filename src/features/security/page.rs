//! The page.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use super::chapters::{CHAPTERS, Chapter};
use super::claims::{self, Asked, Claim, Stands};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::layout::Frame;
use crate::web::page::{self, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, security as told};

#[derive(Template)]
#[template(path = "security/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    parts: Vec<Part>,
}

struct Part {
    head: SectionHead,
    note: &'static str,
    table: Table,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let of = state.clone();
    let claims = read(&state, move |reader| {
        let asked =
            Asked { door: of.door, vault: &of.vault, database: of.db.path(), now: of.clock.now() };
        claims::look(reader, &asked)
    });
    let claims = claims.await?;
    let view = View {
        frame: page.frame(told::PAGE, SLUG, None),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::PageSettings), page.url("/settings"))],
            place: told::PAGE.to_owned(),
            title: told::PAGE.to_owned(),
            answer: told::ANSWER.to_owned(),
            ..PageHead::default()
        },
        parts: vec![now(&claims), chapters()],
    };
    html(StatusCode::OK, &view)
}

fn now(claims: &[Claim]) -> Part {
    let mut table = Table::new("claims", told::NOW);
    table.columns =
        vec![Column::words(told::WHAT), Column::words(told::STANDS), Column::words(told::HOW)];
    let row = |claim: &Claim| {
        let stands = match &claim.stands {
            Stands::Always => Cell::quiet(told::ALWAYS),
            Stands::Good(text) => Cell::text(format!("{}{text}", told::GOOD)),
            Stands::Act(text) => Cell::text(format!("{}{text}", told::ACT)),
        };
        Row::new(vec![Cell::text(claim.what), stands, Cell::quiet(claim.how)])
    };
    table.rows = claims.iter().map(row).collect();
    Part { head: SectionHead::new("now", told::NOW), note: told::NOW_NOTE, table }
}

fn chapters() -> Part {
    let mut table = Table::new("chapters-table", told::CHAPTERS);
    table.columns = vec![Column::words(told::CHAPTER), Column::words(told::TESTS)];
    let row = |chapter: &Chapter| {
        let words = Words { text: chapter.tests.join(", "), quiet: true, ..Words::default() };
        let title = format!("{} {}", chapter.number, chapter.title);
        Row::new(vec![Cell::text(title), Cell::Words(words)])
    };
    table.rows = CHAPTERS.iter().map(row).collect();
    let note = told::CHAPTERS_NOTE;
    Part { head: SectionHead::new("chapters", told::CHAPTERS), note, table }
}
