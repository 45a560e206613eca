//! The page: what a buyer asks, for how long things are kept, what is held, what was done.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use crate::base::Instant;
use crate::store::privacy::{self, RequestRow};
use crate::store::retention::held::{self, Kind};
use crate::store::retention::{self, Rule, Run};
use crate::store::stores;
use crate::sync::erasure::Found;
use crate::sync::retention_job::{self, Due};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Pick, Wrong};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, privacy as told};

const ENTRIES_MAX: i64 = 30;

#[derive(Template)]
#[template(path = "privacy/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    parts: Vec<Part>,
}

struct Part {
    head: SectionHead,
    note: Option<String>,
    table: Option<Table>,
    forms: Vec<Form>,
}

impl Part {
    fn new(id: &str, title: &str, note: &str) -> Self {
        let note = (!note.is_empty()).then(|| note.to_owned());
        Self { head: SectionHead::new(id, title), note, table: None, forms: Vec::new() }
    }
}

/// What was found of a buyer, in numbers.
#[derive(Clone)]
pub struct Sum {
    orders: usize,
    documents: usize,
    texts: i64,
    is_restricted: bool,
    is_known: bool,
}

impl From<&Found> for Sum {
    fn from(found: &Found) -> Self {
        Self {
            orders: found.buyer.orders.len(),
            documents: found.documents.len(),
            texts: found.texts.iter().map(|(_, count)| count).sum(),
            is_restricted: found.is_restricted,
            is_known: !found.buyer.customers.is_empty(),
        }
    }
}

/// A buyer as they were asked for; in this one answer only.
#[derive(Clone, Default)]
pub struct Asked {
    pub reference: String,
    pub store: String,
    pub found: Option<Sum>,
}

#[derive(Default)]
pub struct Again {
    pub asked: Option<Asked>,
    pub wrong: Wrong,
    pub status: StatusCode,
}

struct Known {
    stores: Vec<String>,
    held: Vec<(Kind, i64, bool)>,
    requests: Vec<RequestRow>,
    runs: Vec<Run>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Again::default()).await
}

/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Again,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let known = read(state, |reader| {
        let names = stores::list_names(reader)?.into_iter().map(|(_, name)| name);
        Ok(Known {
            stores: names.collect(),
            held: held::count(reader)?,
            requests: privacy::list_requests(reader, None, ENTRIES_MAX)?,
            runs: retention::list_runs(reader, ENTRIES_MAX)?,
        })
    });
    let known = known.await?;
    let db = state.db.clone();
    let dues = off_thread(move || retention_job::look(&db)).await??;
    let parts = vec![
        buyer(&page, &known.stores, &again),
        kept(&page, &dues, &again.wrong),
        everything(&page, &known.held),
        register(&page, &known.requests),
        runs(&page, &known.runs),
    ];
    let view = View {
        frame: page.frame_with_toast(told::PAGE, SLUG, None, flash.toast),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::PageSettings), page.url("/settings"))],
            place: told::PAGE.to_owned(),
            title: told::PAGE.to_owned(),
            answer: told::ANSWER.to_owned(),
            ..PageHead::default()
        },
        notices: flash.notices,
        parts,
    };
    html(again.status, &view)
}

fn moment(page: &Page, at: Instant) -> String {
    let day = format::day_short(at.day_in(&page.zone), page.locale);
    format!("{day} {}", at.time_in(&page.zone))
}

fn buyer(page: &Page, names: &[String], again: &Again) -> Part {
    let mut part = Part::new("buyer", told::BUYER, told::BUYER_NOTE);
    let asked = again.asked.clone().unwrap_or_default();
    let mut picks = vec![Pick::new("", told::ANY_STORE)];
    picks.extend(names.iter().map(|name| Pick::new(name, name)));
    part.forms.push(Form {
        action: page.url("/settings/privacy/look"),
        method: "post",
        fields: vec![
            Field::text("reference", told::REFERENCE, &asked.reference).needed().told(&again.wrong),
            Field::select("store", told::STORE, asked.store.clone(), picks),
        ],
        buttons: vec![Button::submit(told::LOOK, ButtonKind::Main)],
        ..Form::default()
    });
    if let Some(sum) = &asked.found {
        let is_nothing = sum.orders == 0 && sum.documents == 0 && sum.texts == 0;
        part.head.beside = Some(if is_nothing {
            told::NOTHING.to_owned()
        } else {
            told::found(sum.orders, sum.documents, sum.texts)
        });
        if !is_nothing {
            part.forms.extend(acts(page, &asked, (sum, &again.wrong)));
        }
    }
    part
}

/// What can be done with whoever was found.
fn acts(page: &Page, asked: &Asked, (sum, wrong): (&Sum, &Wrong)) -> Vec<Form> {
    let form = |path: &str, label: &str, kind: ButtonKind| Form {
        action: page.url(path),
        method: "post",
        hidden: vec![
            ("reference".to_owned(), asked.reference.clone()),
            ("store".to_owned(), asked.store.clone()),
        ],
        buttons: vec![Button::submit(label, kind)],
        ..Form::default()
    };
    let mut forms = vec![form("/settings/privacy/request", told::DOWNLOAD, ButtonKind::Plain)];
    if sum.is_known {
        let is_on = !sum.is_restricted;
        let label = if is_on { told::RESTRICT } else { told::UNRESTRICT };
        let mut restrict = form("/settings/privacy/restrict", label, ButtonKind::Plain);
        let value = if is_on { "yes" } else { "no" };
        restrict.hidden.push(("on".to_owned(), value.to_owned()));
        forms.push(restrict);
    }
    let mut erase = form("/settings/privacy/erase", told::ERASE, ButtonKind::Danger);
    let confirm = Field::text("confirm", told::CONFIRM, "").with_help(told::ERASE_NOTE);
    erase.fields = vec![confirm.needed().told(wrong)];
    forms.push(erase);
    forms
}

fn kept(page: &Page, dues: &[Due], wrong: &Wrong) -> Part {
    let mut part = Part::new("retention", told::KEPT, told::KEPT_NOTE);
    let mut table = Table::new("retention-table", told::KEPT);
    table.columns = vec![
        Column::words(told::RULE),
        Column::words(told::TIME),
        Column::figures(told::BEYOND),
        Column::words(told::OLDEST).wide(),
    ];
    let row = |due: &Due| {
        let bounds = due.rule.bounds();
        let time = match bounds.is_open() {
            true => told::kept(bounds.unit, due.kept),
            false => told::OWN_END.to_owned(),
        };
        let oldest = due.oldest_at.map_or_else(|| "–".to_owned(), |at| moment(page, at));
        Row::new(vec![
            Cell::text(told::rule(due.rule)),
            Cell::text(time),
            Cell::figure(Figure::text(format::quantity(due.rows, page.locale))),
            Cell::quiet(oldest),
        ])
    };
    table.rows = dues.iter().map(row).collect();
    part.table = Some(table);
    let open = Rule::ALL.into_iter().filter(|rule| rule.bounds().is_open());
    let picks = open.map(|rule| Pick::new(rule.name(), told::rule(rule))).collect();
    part.forms.push(Form {
        action: page.url("/settings/privacy/retention"),
        method: "post",
        fields: vec![
            Field::select("rule", told::CHOOSE, Rule::Documents.name().to_owned(), picks),
            Field::text("kept", told::VALUE, "").needed().told(wrong),
        ],
        buttons: vec![Button::submit(told::SAVE, ButtonKind::Plain)],
        ..Form::default()
    });
    part.forms.push(Form {
        action: page.url("/settings/privacy/retention/apply"),
        method: "post",
        buttons: vec![Button::submit(told::APPLY, ButtonKind::Plain)],
        ..Form::default()
    });
    part
}

fn everything(page: &Page, counts: &[(Kind, i64, bool)]) -> Part {
    let mut part = Part::new("held", told::HELD, told::HELD_NOTE);
    let mut table = Table::new("held-table", told::HELD);
    table.columns = vec![
        Column::words(told::KIND),
        Column::figures(told::ROWS),
        Column::words(told::WHY),
        Column::words(told::TABLES).wide(),
    ];
    let row = |(kind, rows, is_more): &(Kind, i64, bool)| {
        let (what, why) = told::held(*kind);
        let count = format::quantity(*rows, page.locale);
        let count = if *is_more { told::at_least(&count) } else { count };
        let tables = Words { text: kind.tables().join(", "), quiet: true, ..Words::default() };
        Row::new(vec![
            Cell::text(what),
            Cell::figure(Figure::text(count)),
            Cell::quiet(why),
            Cell::Words(tables),
        ])
    };
    table.rows = counts.iter().map(row).collect();
    part.table = Some(table);
    part
}

fn register(page: &Page, requests: &[RequestRow]) -> Part {
    let mut part = Part::new("register", told::REGISTER, told::REGISTER_NOTE);
    let mut table = Table::new("register-table", told::REGISTER);
    table.columns =
        vec![Column::words(told::WHEN), Column::words(told::WHAT), Column::words(told::CAME_OF_IT)];
    let row = |request: &RequestRow| {
        let outcome = request.done.map(|(_, outcome)| outcome);
        Row::new(vec![
            Cell::text(moment(page, request.received_at)),
            Cell::text(told::asked(request.kind, &request.account_name)),
            Cell::quiet(told::came_of(outcome, request.orders, request.documents)),
        ])
    };
    table.rows = requests.iter().map(row).collect();
    table.empty = Some(Empty {
        sentence: told::REGISTER_EMPTY.to_owned(),
        why: told::REGISTER_WHY.to_owned(),
        ..Empty::default()
    });
    part.table = Some(table);
    part
}

fn runs(page: &Page, runs: &[Run]) -> Part {
    let mut part = Part::new("runs", told::RUNS, "");
    let mut table = Table::new("runs-table", told::RUNS);
    table.columns =
        vec![Column::words(told::WHEN), Column::words(told::WHAT), Column::figures(told::ROWS)];
    let row = |run: &Run| {
        Row::new(vec![
            Cell::text(moment(page, run.ran_at)),
            Cell::text(run.rule.map_or(told::NO_ROWS, told::rule)),
            Cell::figure(Figure::text(format::quantity(run.gone, page.locale))),
        ])
    };
    table.rows = runs.iter().map(row).collect();
    table.empty = Some(Empty {
        sentence: told::RUNS_EMPTY.to_owned(),
        why: told::RUNS_WHY.to_owned(),
        ..Empty::default()
    });
    part.table = Some(table);
    part
}
