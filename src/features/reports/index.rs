//! All reports, grouped by the question that they answer.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG};
use crate::reports::catalogue::{self, Question};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind};
use crate::web::layout::Frame;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::Shared;
use crate::web::words::{self, Word, reports};

/// Reports with shapes and pages of their own.
const ELSEWHERE: [(&str, &str, Question); 7] = [
    ("profit", "/profit", Question::Profit),
    ("what-if", "/what-if", Question::Profit),
    ("months", "/months", Question::Books),
    ("changes-since", "/changes-since", Question::Books),
    ("reconcile", "/reconcile", Question::Books),
    ("payouts", "/payouts", Question::Books),
    ("preset", "/presets", Question::Books),
];

#[derive(Template)]
#[template(path = "reports/index.html")]
struct Index {
    frame: Frame,
    head: PageHead,
    groups: Vec<Group>,
}

struct Group {
    head: SectionHead,
    reports: Vec<Report>,
}

struct Report {
    title: String,
    about: &'static str,
    href: String,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let title = words::text(Word::PageReports);
    let definitions = Button::link(
        words::text(Word::ReportDefinitions),
        ButtonKind::Plain,
        page.url("/definitions"),
    );
    let index = Index {
        frame: page.frame(title, SLUG, None),
        head: PageHead {
            title: title.to_owned(),
            answer: words::text(Word::ReportsAnswer).to_owned(),
            buttons: vec![definitions],
            ..PageHead::default()
        },
        groups: Question::ALL.iter().filter_map(|question| group(&page, *question)).collect(),
    };
    html(StatusCode::OK, &index)
}

fn group(page: &Page, question: Question) -> Option<Group> {
    let report = |name: &str, path: &str| Report {
        title: reports::title(name).to_owned(),
        about: reports::about(name),
        href: page.url(path),
    };
    let own = catalogue::ALL.iter().filter(|spec| spec.question == question);
    let own = own.map(|spec| report(spec.name, &format!("{PATH}/{}", spec.name)));
    let others = ELSEWHERE.iter().filter(|(.., of)| *of == question);
    let others = others.map(|(name, path, _)| report(name, path));
    let reports: Vec<Report> = own.chain(others).collect();
    let head = SectionHead::new(question.name(), reports::question(question.name()));
    (!reports.is_empty()).then_some(Group { head, reports })
}
