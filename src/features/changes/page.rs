//! The history as a page, and beside it the panel of one change.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG, describe};
use crate::base::Money;
use crate::base::id::ChangeId;
use crate::store::changes::{self, Change, ChangeKind};
use crate::sync::import_job::BOOKS_JOB;
use crate::sync::undo;
use crate::web::answer::html;
use crate::web::effect;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Form, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Progress};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{Chip, ChipKind, PageHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, change as told, say};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "changes/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    chips: Vec<Chip>,
    table: Table,
    panel: Option<Panel>,
}

struct Known {
    listed: Vec<(Change, bool)>,
    total: i64,
    chosen: Option<(Change, bool)>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let kind = own(&page, "kind").and_then(|name| ChangeKind::parse(&name));
    let id = own(&page, "id").and_then(|id| id.parse().ok()).map(ChangeId);
    let offset = (i64::from(page.ask.page) - 1) * PER_PAGE;
    let known = read(&state, move |reader| {
        let with = |change: Change| {
            let can_undo = undo::can_undo(reader.conn(), &change)?;
            Ok::<_, crate::store::StoreError>((change, can_undo))
        };
        let listed = changes::list(reader, kind, (PER_PAGE, offset))?;
        let chosen = match id {
            Some(id) => changes::find(reader.conn(), id)?,
            None => None,
        };
        Ok(Known {
            listed: listed.into_iter().map(with).collect::<Result<_, _>>()?,
            total: changes::count(reader, kind)?,
            chosen: chosen.map(with).transpose()?,
        })
    });
    let known = known.await?;
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PageChanges), SLUG, None, flash.toast),
        head: PageHead {
            title: words::text(Word::PageChanges).to_owned(),
            answer: told::ANSWER.to_owned(),
            ..PageHead::default()
        },
        progress: page.recounting("/changes/progress"),
        chips: chips(&page, kind),
        table: table_of(&page, &known),
        panel: known.chosen.as_ref().map(|(change, can)| panel(&page, change, *can)),
    };
    html(StatusCode::OK, &view)
}

/// Follows the recount after a change.
pub async fn progress(state: Shared) -> Result<HttpResponse, AppError> {
    let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
    Ok(HttpResponse::Ok().json(recount.json(&state.url(PATH))))
}

fn own(page: &Page, name: &str) -> Option<String> {
    let (_, value) = page.ask.rest.iter().find(|(other, _)| other == name)?;
    (!value.trim().is_empty()).then(|| value.trim().to_owned())
}

fn chips(page: &Page, chosen: Option<ChangeKind>) -> Vec<Chip> {
    let chip = |label: &str, kind: Option<ChangeKind>| Chip {
        label: label.to_owned(),
        count: None,
        kind: if kind == chosen { ChipKind::Chosen } else { ChipKind::Plain },
        href: page.ask.href_with(&[("kind", kind.map(ChangeKind::name)), ("id", None)]),
    };
    let all = std::iter::once(chip(told::ALL_KINDS, None));
    all.chain(ChangeKind::ALL.map(|kind| chip(told::kind(kind.name()), Some(kind)))).collect()
}

fn table_of(page: &Page, known: &Known) -> Table {
    let mut table = Table::new("changes-table", told::TABLE);
    let is_beside = known.chosen.is_some();
    table.columns = vec![
        Column::words(told::WHEN),
        Column::words(told::WHAT),
        Column::words(told::FROM_TO).wide(),
        Column::words(told::BY).wide(),
    ];
    if !is_beside {
        table.columns.push(Column::figures(told::EFFECT));
        table.columns.push(Column::words(told::UNDO));
    }
    table.rows = known
        .listed
        .iter()
        .map(|(change, can_undo)| {
            let mut cells = cells(page, change);
            if !is_beside {
                cells.push(effect_cell(page, change));
                cells.push(undo_cell(page, change, *can_undo));
            }
            let is_chosen = known.chosen.as_ref().is_some_and(|(chosen, _)| chosen.id == change.id);
            Row::of(if is_chosen { RowKind::Chosen } else { RowKind::Plain }, cells)
        })
        .collect();
    if known.total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, known.total, PER_PAGE, page.locale));
    }
    table.empty = Some(Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        button: None,
        link: None,
    });
    table
}

fn href(page: &Page, change: &Change) -> String {
    page.ask.href_with(&[("id", Some(&change.id.to_string()))])
}

fn when(page: &Page, change: &Change) -> String {
    let (day, time) = (change.at.day_in(&page.zone), change.at.time_in(&page.zone));
    format!("{}, {time}", format::day(day, page.locale))
}

/// What was changed, by its name; lists of rules in words.
fn subject(change: &Change) -> String {
    match change.kind {
        ChangeKind::Rules => describe::titles(&change.subject),
        _ => change.subject.clone(),
    }
}

fn by(change: &Change) -> String {
    match change.by.name.as_str() {
        "" => words::text(Word::ImportByCommand).to_owned(),
        name => format!("{name}, {}", told::source(change.by.source.name())),
    }
}

fn cells(page: &Page, change: &Change) -> Vec<Cell> {
    let kind = told::kind(change.kind.name());
    let what = Words {
        text: told::told_of(kind, &subject(change)),
        href: Some(href(page, change)),
        under: Some(change.by.why.clone()).filter(|why| !why.is_empty()),
        ..Words::default()
    };
    let mut lines = describe::lines(change, page.locale).into_iter();
    let from_to = Words {
        text: lines.next().unwrap_or_default(),
        under: Some(lines.collect::<Vec<_>>().join(" ")).filter(|rest| !rest.is_empty()),
        quiet: true,
        ..Words::default()
    };
    vec![
        Cell::text(when(page, change)),
        Cell::Words(what),
        Cell::Words(from_to),
        Cell::quiet(by(change)),
    ]
}

/// The change of profit as it was previewed, with the orders that it touched beside it.
fn effect_cell(page: &Page, change: &Change) -> Cell {
    let Some(seen) = change.by.seen else { return Cell::figure(Figure::unknown()) };
    let moved = Money::new(seen.after_minor - seen.before_minor, seen.currency);
    Cell::figure(effect::change(moved, page.locale))
}

fn undo_cell(page: &Page, change: &Change, can_undo: bool) -> Cell {
    if change.undone_by.is_some() {
        return Cell::quiet(told::UNDONE);
    }
    if can_undo && may_undo(page, change.kind) {
        return Cell::Links(vec![Link::new(told::UNDO, href(page, change))]);
    }
    match change.undoes {
        Some(id) => Cell::quiet(told::undoes(&id.to_string())),
        None => Cell::Blank,
    }
}

fn may_undo(page: &Page, kind: ChangeKind) -> bool {
    let needed = match kind {
        ChangeKind::Organisation => Permission::ManageSettings,
        ChangeKind::Import => Permission::Import,
        ChangeKind::Links => Permission::EditStock,
        ChangeKind::Cost
        | ChangeKind::Expense
        | ChangeKind::Purchase
        | ChangeKind::Rules
        | ChangeKind::Rate => Permission::EditCosts,
    };
    needed.allows(page.who.role)
}

fn panel(page: &Page, change: &Change, can_undo: bool) -> Panel {
    let kind = told::kind(change.kind.name());
    let close = page.ask.href_with(&[("id", None)]);
    let lead = format!("{} {}", when(page, change), by(change));
    let is_open = can_undo && may_undo(page, change.kind);
    let mut form = Form { method: "get", ..Form::default() };
    if is_open {
        let submit = Button::submit(told::UNDO, ButtonKind::Main);
        let keep = Button::link(told::KEEP, ButtonKind::Plain, close.clone());
        form = Form {
            action: page.url(&format!("{PATH}/{}/undo", change.id)),
            method: "post",
            fields: vec![effect::why("")],
            buttons: vec![submit, keep],
            note: Some(words::text(Word::CostCanUndo).to_owned()),
            ..Form::default()
        };
    }
    let mut table = Table::new("change-lines", told::DETAILS);
    table.dense = true;
    table.columns = vec![Column::words(told::FROM_TO)];
    let lines = describe::lines(change, page.locale).into_iter();
    let why = Some(change.by.why.clone()).filter(|why| !why.is_empty());
    let why = why.map(|why| format!("{}: {why}", told::WHY));
    table.rows = lines.chain(why).chain(told_effect(page, change)).map(row).collect();
    if let Some(import) = change.import {
        let to = page.url(&format!("/import/{import}"));
        table.rows.push(Row::new(vec![Cell::link(&change.subject, to)]));
    }
    Panel {
        title: told::told_of(kind, &subject(change)),
        lead,
        close: Link::new(words::text(Word::Close), close),
        form,
        progress: None,
        effect: None,
        months: None,
        history: Some((told::DETAILS.to_owned(), table)),
    }
}

fn row(line: String) -> Row {
    Row::new(vec![Cell::text(line)])
}

fn told_effect(page: &Page, change: &Change) -> Option<String> {
    let seen = change.by.seen?;
    let orders = format::quantity(seen.orders, page.locale);
    let orders = say::counted(seen.orders, &orders, Word::Order, Word::Orders);
    let moved = seen.after_minor - seen.before_minor;
    let amount = format::change(moved, seen.currency.digits(), page.locale);
    let told = told::effect(&orders, &amount, seen.currency.code());
    Some(format!("{}: {told}", told::EFFECT))
}
