//! One transfer: its lines, what happened to it, and what a marketplace says came of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::list::panel as draft_panel;
use super::{PATH, SLUG};
use crate::base::id::TransferId;
use crate::domain::transfer::TransferState;
use crate::features::feature::refuse;
use crate::reports::transfers::{self, LineRow, TransferDetail};
use crate::store::stock::locations::LocationKind;
use crate::web::answer::html;
use crate::web::dossier::{self, Dossier, Undo, asked};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form, Panel, Wrong};
use crate::web::format;
use crate::web::notice::{Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, purchasing, transfer as told};

/// A panel whose entry was wrong.
pub enum Again {
    Draft(Entry, Wrong),
    Act(String, Wrong),
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = TransferId(id.parse().map_err(|_| AppError::NotFound)?);
    answer(&state, site, who, (&request, id), None).await
}

/// # Errors
/// `NotFound`, what the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    (request, id): (&HttpRequest, TransferId),
    again: Option<Again>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let found = read(state, move |reader| Ok(transfers::find(reader, id)));
    let detail = found.await?.map_err(refuse)?;
    let status = match again {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let title = told::title(&detail.row.transfer.number);
    let frame = page.frame_with_toast(&title, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, &detail));
    view.notices = notices(&page, &detail);
    view.tables.push((None, lines(&page, &detail)));
    view.add("steps", told::STEPS, steps(&page, &detail));
    view.add("history-head", told::HISTORY, history(&page, &detail));
    let may = Permission::EditStock.allows(page.who.role);
    view.panel = Some(()).filter(|()| may).and_then(|()| panel_of(&page, &detail, again));
    html(status, &view)
}

fn here(page: &Page, detail: &TransferDetail) -> String {
    page.url(&format!("{PATH}/{}", detail.row.id))
}

fn is_open(detail: &TransferDetail) -> bool {
    matches!(detail.row.state, TransferState::Sent | TransferState::PartlyReceived)
}

fn is_fba(detail: &TransferDetail) -> bool {
    let to = detail.places.iter().find(|place| place.id == detail.row.transfer.to);
    to.is_some_and(|place| place.kind == LocationKind::Fba)
}

fn head(page: &Page, detail: &TransferDetail) -> PageHead {
    let row = &detail.row;
    let act = |label: &str, kind, act: &str| {
        Button::link(label, kind, format!("{}?act={act}", here(page, detail)))
    };
    let mut buttons = Vec::new();
    if row.state == TransferState::Draft {
        buttons.push(act(told::CANCEL, ButtonKind::Plain, "cancel"));
        buttons.push(act(told::EDIT, ButtonKind::Plain, "edit"));
        buttons.push(act(told::SEND, ButtonKind::Main, "send"));
    }
    if is_open(detail) {
        buttons.push(act(told::CLOSE, ButtonKind::Plain, "close"));
        buttons.push(act(told::RECEIVE, ButtonKind::Main, "receive"));
    }
    let title = told::title(&row.transfer.number);
    let parts = [
        told::answer(&row.from, &row.to),
        format!("{}.", told::state(row.state)),
        row.transfer.reference.clone(),
        row.transfer.note.clone(),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    PageHead {
        trail: vec![Link::new(words::text(Word::PageTransfers), page.url(PATH))],
        place: row.transfer.number.clone(),
        title,
        answer: parts.join(" "),
        buttons: if Permission::EditStock.allows(page.who.role) { buttons } else { Vec::new() },
    }
}

fn notices(page: &Page, detail: &TransferDetail) -> Vec<Notice> {
    let quantity = |count| format::quantity(count, page.locale);
    let is_short = |line: &&LineRow| line.at_hand.is_none_or(|units| units < line.quantity);
    let mut notices = Vec::new();
    let mut tell = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            notices.push(Notice {
                weight: Weight::Late,
                title: title.to_owned(),
                text: lines.join(" "),
                buttons: Vec::new(),
                link: None,
            });
        }
    };
    if detail.row.state == TransferState::Draft {
        let short = detail.lines.iter().filter(is_short);
        let told = short.filter_map(|line| {
            let there = quantity(line.at_hand?);
            Some(told::short(&line.sku, &there, &quantity(line.quantity)))
        });
        tell(told::SHORT_TITLE, told.collect());
    }
    if is_open(detail) || detail.row.state == TransferState::Received {
        let told = detail.lines.iter().filter(|line| line.proposed > 0);
        let told = told.map(|line| told::told(&line.sku, &quantity(line.proposed)));
        tell(told::TOLD_TITLE, told.collect());
    }
    notices
}

fn lines(page: &Page, detail: &TransferDetail) -> Table {
    let mut table = Table::new("lines-table", told::LINES_TABLE);
    let is_draft = detail.row.state == TransferState::Draft;
    table.columns = vec![
        Column::words(told::PRODUCT),
        Column::words(told::LOT).wide(),
        Column::figures(told::UNITS),
        Column::figures(if is_draft { told::AT_HAND } else { told::RECEIVED }),
    ];
    if !is_draft {
        table.columns.push(Column::figures(told::IN_TRANSIT));
    }
    let count = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
    for line in &detail.lines {
        let mut cells = vec![Cell::text(&line.sku), Cell::quiet(&line.lot), count(line.quantity)];
        match (is_draft, line.at_hand) {
            (true, Some(units)) => cells.push(count(units)),
            (true, None) => cells.push(Cell::figure(Figure::unknown())),
            (false, _) => {
                let open = if is_open(detail) { line.quantity - line.received } else { 0 };
                cells.extend([count(line.received), count(open)]);
            }
        }
        table.rows.push(Row::new(cells));
    }
    table.note = is_fba(detail).then(|| told::FBA_NOTE.to_owned());
    table
}

fn steps(page: &Page, detail: &TransferDetail) -> Table {
    let may = Permission::EditStock.allows(page.who.role);
    let last = detail.steps.iter().rev().find(|step| step.undone_at.is_none());
    let entries = detail.steps.iter().rev().map(|step| {
        let units: i64 = step.step.units.iter().map(|(_, units)| units).sum();
        let is_last = last.is_some_and(|last| last.id == step.id);
        let day = format::day(step.day, page.locale);
        dossier::Entry {
            at: step.at,
            what: told::step(step.step.kind, &format::quantity(units, page.locale)),
            by: step.by_name.clone(),
            why: day,
            undo: match (step.undone_at, is_last && may) {
                (Some(_), _) => Undo::Done,
                (None, true) => Undo::At(format!("{}?unstep={}", here(page, detail), step.id)),
                (None, false) => Undo::Not,
            },
        }
    });
    Table { id: "steps-table".to_owned(), ..dossier::history(page, entries.collect()) }
}

fn history(page: &Page, detail: &TransferDetail) -> Table {
    let may = Permission::EditStock.allows(page.who.role);
    let is_draft = matches!(detail.row.state, TransferState::Draft | TransferState::Cancelled);
    let entry = |entry: &crate::store::purchasing::log::Entry| dossier::Entry {
        at: entry.at,
        what: purchasing::done(entry.kind.name(), &entry.what),
        by: entry.by_name.clone(),
        why: entry.why.clone(),
        undo: match (entry.undone_by, may && is_draft) {
            (Some(_), _) => Undo::Done,
            (None, true) => Undo::At(format!("{}?undo={}", here(page, detail), entry.id)),
            (None, false) => Undo::Not,
        },
    };
    dossier::history(page, detail.log.iter().map(entry).collect())
}

fn panel_of(page: &Page, detail: &TransferDetail, again: Option<Again>) -> Option<Panel> {
    let id = |name: &str| asked(page, name).and_then(|id| id.parse::<i64>().ok());
    let back = here(page, detail);
    let (act, wrong) = match again {
        Some(Again::Draft(entry, wrong)) => {
            return Some(draft_panel(page, &entry, (&wrong, &detail.places)));
        }
        Some(Again::Act(act, wrong)) => (act, wrong),
        None => {
            if let Some(entry) = id("undo") {
                let action = page.url(&format!("{PATH}/undo?entry={entry}"));
                let asked = (purchasing::UNDO_ASK, purchasing::UNDO_LEAD.to_owned());
                return Some(dossier::question(asked, (action, &[]), purchasing::UNDO, back));
            }
            if let Some(step) = id("unstep") {
                let action = format!("{back}/steps/{step}/undo");
                let asked = (told::STEP_ASK, told::STEP_LEAD.to_owned());
                return Some(dossier::question(asked, (action, &[]), purchasing::UNDO, back));
            }
            (asked(page, "act")?.to_owned(), Wrong::new())
        }
    };
    let is_draft = detail.row.state == TransferState::Draft;
    match act.as_str() {
        "edit" if is_draft => {
            let entry = Entry::of(detail.row.id.0, &detail.row.transfer);
            Some(draft_panel(page, &entry, (&wrong, &detail.places)))
        }
        "cancel" if is_draft => {
            let asked = (told::CANCEL_ASK, told::CANCEL_LEAD.to_owned());
            let action = (format!("{back}/act"), &[("act", "cancel")][..]);
            Some(dossier::question(asked, action, told::CANCEL, back))
        }
        "send" if is_draft => {
            Some(acting(page, detail, ("send", told::SEND, told::SEND_ON, ""), &wrong))
        }
        "close" if is_open(detail) => {
            let words = ("close", told::CLOSE, told::CLOSE_ON, told::CLOSE_LEAD);
            Some(acting(page, detail, words, &wrong))
        }
        "receive" if !is_draft => {
            let lead = match detail.lines.iter().any(|line| line.proposed > 0) {
                true => told::RECEIVE_LEAD_TOLD,
                false => told::RECEIVE_LEAD,
            };
            Some(acting(page, detail, ("receive", told::RECEIVE, told::RECEIVE_ON, lead), &wrong))
        }
        _ => None,
    }
}

fn acting(
    page: &Page,
    detail: &TransferDetail,
    (act, label, day, lead): (&str, &str, &str, &str),
    wrong: &Wrong,
) -> Panel {
    let mut fields = vec![Field::day("day", day, page.today.to_string()).needed()];
    if act == "receive" {
        let is_told = detail.lines.iter().any(|line| line.proposed > 0);
        for line in &detail.lines {
            let open = (line.quantity - line.received).max(0);
            let units = if is_told { line.proposed } else { open };
            let label = told::receive_line(&line.sku, &format::quantity(open, page.locale));
            fields.push(Field {
                entry: Input::Input { kind: "text", mode: "numeric" },
                ..Field::text(&format!("units-{}", line.line_no), label, units.to_string())
            });
        }
    }
    let back = here(page, detail);
    Panel {
        title: label.to_owned(),
        lead: lead.to_owned(),
        close: Link::new(words::text(Word::Close), back.clone()),
        form: Form {
            action: format!("{back}/act"),
            method: "post",
            hidden: vec![("act".to_owned(), act.to_owned())],
            fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
            buttons: vec![
                Button::submit(label, ButtonKind::Main),
                Button::link(words::text(Word::Cancel), ButtonKind::Plain, back),
            ],
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}
