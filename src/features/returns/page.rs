//! Units to decide of, what waits in quarantine, and the panel in which it is decided.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PATH, SLUG};
use crate::features::feature::{see, stock_done, told_refused};
use crate::reports::ReportError;
use crate::reports::stock::returns::{self, Back, Waiting};
use crate::store::StoreError;
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::units::{Fate, UnitsAt, decide_return};
use crate::sync::stock_edit::{Doer, Done};
use crate::web::answer::html;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, stock as told};

const ROWS_MAX: i64 = 200;
/// Refunds older than so many months are not asked about any more.
const MONTHS: i32 = 6;

#[derive(Template)]
#[template(path = "returns/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    open: (SectionHead, Table),
    waiting: (SectionHead, Table),
    panel: Option<Panel>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    sku: String,
    units: String,
    fate: String,
    reference: String,
    place: String,
    note: String,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, None).await
}

async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    wrong: Option<(Entry, String)>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let from = page.today.plus_months(-MONTHS);
    let known = read(state, move |reader| {
        let open = returns::list(reader, (from, ROWS_MAX)).map_err(store_fault)?;
        Ok((open, returns::list_waiting(reader).map_err(store_fault)?))
    });
    let (open, waiting) = known.await?;
    let own = |name: &str| {
        let found = page.ask.rest.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let may = Permission::EditStock.allows(page.who.role);
    let asked = (!own("sku").is_empty() || !own("act").is_empty()).then(|| Entry {
        sku: own("sku"),
        units: own("units"),
        reference: own("order"),
        ..Entry::default()
    });
    let (entry, sentence) = match wrong {
        Some((entry, sentence)) => (Some(entry), Some(sentence)),
        None => (asked.filter(|_| may), None),
    };
    let status = match sentence {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let by_hand = Button::link(
        told::RETURN_BY_HAND,
        ButtonKind::Plain,
        page.ask.href_with(&[("act", Some("new")), ("sku", None), ("order", None)]),
    );
    let view = View {
        frame: page.frame_with_toast(told::RETURNS, SLUG, None, flash.toast),
        head: PageHead {
            title: told::RETURNS.to_owned(),
            answer: told::RETURNS_LEAD.to_owned(),
            buttons: if may { vec![by_hand] } else { Vec::new() },
            ..PageHead::default()
        },
        open: (SectionHead::new("open", told::RETURN_OPEN), open_table(&page, &open, may)),
        waiting: (
            SectionHead::new("waiting", told::QUARANTINE),
            waiting_table(&page, &waiting, may),
        ),
        panel: entry.map(|entry| panel_of(&page, &entry, sentence)),
    };
    html(status, &view)
}

fn store_fault(fault: ReportError) -> StoreError {
    match fault {
        ReportError::Store(fault) => fault,
        other => StoreError::Refused(other.to_string()),
    }
}

fn open_table(page: &Page, open: &[Back], may: bool) -> Table {
    let mut table = Table::new("returns-open", told::RETURN_OPEN);
    table.columns = vec![
        Column::words(told::PRODUCT),
        Column::words(told::ORDER),
        Column::figures(told::UNITS),
        Column::words(told::REFUNDED_ON).wide(),
        Column::words(told::DECIDE),
    ];
    let sees = Permission::SeeFigures.allows(page.who.role);
    for one in open {
        let left = one.refunded - one.decided;
        let units = left.to_string();
        let ask = [
            ("sku", Some(one.sku.as_str())),
            ("units", Some(units.as_str())),
            ("order", Some(one.number.as_str())),
        ];
        let decide = Link::new(told::DECIDE, page.ask.href_with(&ask));
        let order = sees.then(|| page.url(&format!("/orders/{}", one.order)));
        table.rows.push(Row::new(vec![
            name(one.title.as_deref(), &one.sku),
            Cell::Words(Words { text: one.number.clone(), href: order, ..Words::default() }),
            Cell::figure(Figure::text(format::quantity(left, page.locale))),
            Cell::quiet(format::day(one.day, page.locale)),
            if may { Cell::Links(vec![decide]) } else { Cell::Blank },
        ]));
    }
    table.empty = Some(Empty { sentence: told::RETURN_NONE.to_owned(), ..Empty::default() });
    table
}

fn name(title: Option<&str>, sku: &str) -> Cell {
    let title = title.filter(|title| !title.is_empty());
    Cell::Words(Words {
        text: title.unwrap_or(sku).to_owned(),
        under: title.map(|_| sku.to_owned()),
        ..Words::default()
    })
}

fn waiting_table(page: &Page, waiting: &[Waiting], may: bool) -> Table {
    let mut table = Table::new("returns-waiting", told::QUARANTINE);
    table.columns = vec![
        Column::words(told::PRODUCT),
        Column::words(told::PLACE),
        Column::figures(told::UNITS),
        Column::words(told::DECIDE),
    ];
    for one in waiting {
        let to = |act: &str| {
            let pairs = [("act", act), ("sku", one.sku.as_str()), ("place", one.place.as_str())];
            let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
            write_href(&page.url("/stock"), pairs.into_iter())
        };
        let links = vec![Link::new(told::MOVE, to("move")), Link::new(told::ADJUST, to("adjust"))];
        table.rows.push(Row::new(vec![
            name(one.title.as_deref(), &one.sku),
            Cell::text(one.place.clone()),
            Cell::figure(Figure::text(format::quantity(one.units, page.locale))),
            if may { Cell::Links(links) } else { Cell::Blank },
        ]));
    }
    let is_empty = waiting.is_empty();
    let note = if is_empty { told::RETURN_NONE } else { told::QUARANTINE_NOTE };
    table.note = Some(note.to_owned());
    table
}

fn panel_of(page: &Page, entry: &Entry, wrong: Option<String>) -> Panel {
    let mut sku = Field::text("sku", told::SKU, &entry.sku);
    (sku.required, sku.error) = (true, wrong);
    let mut units = Field::text("units", told::UNITS, &entry.units);
    units.entry = Input::Input { kind: "text", mode: "numeric" };
    units.required = true;
    let fates = Fate::ALL.map(|fate| Pick {
        value: fate.name().to_owned(),
        label: told::fate(fate.name()).to_owned(),
    });
    let close = page.url(PATH);
    Panel {
        title: told::DECIDE.to_owned(),
        lead: String::new(),
        close: Link::new(words::text(Word::Close), close.clone()),
        form: Form {
            action: page.url(PATH),
            method: "post",
            fields: vec![
                sku,
                units,
                Field::select("fate", told::FATE, &entry.fate, fates.to_vec()),
                Field::text("reference", told::ORDER_NUMBER, &entry.reference),
                Field::text("note", told::NOTE_FIELD, &entry.note),
            ],
            buttons: vec![
                Button::submit(told::DECIDE, ButtonKind::Main),
                Button::link(words::text(Word::Cancel), ButtonKind::Plain, close),
            ],
            note: Some(told::CAN_UNDO.to_owned()),
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let (asked, doer) = (entry.clone(), Doer { user: who.user, note: entry.note.clone() });
    let outcome = off_thread(move || run(&tools, &asked, &doer)).await?;
    match told_refused(outcome)? {
        Ok(done) => {
            stock_done(&state, &who, done);
            Ok(see(&state.url(PATH)))
        }
        Err(sentence) => answer(&state, site, who, &request, Some((entry, sentence))).await,
    }
}

fn run(tools: &Tools, entry: &Entry, doer: &Doer) -> Result<Done, StoreError> {
    let wrong = |_| StoreError::Refused(told::TYPE_UNITS.to_owned());
    let line = UnitsAt {
        sku: entry.sku.trim().to_owned(),
        place: entry.place.trim().to_owned(),
        units: entry.units.trim().parse().map_err(wrong)?,
        ..UnitsAt::default()
    };
    let fate = Fate::parse(&entry.fate).unwrap_or(Fate::Inspect);
    decide_return(tools, (&line, fate), &entry.reference, doer)
}
