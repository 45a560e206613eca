//! What was done to stock, the newest first, and the way back of each.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::page::{own, store_fault};
use super::{ACTIONS, PATH, SLUG, rows};
use crate::base::id::StockActionId;
use crate::features::feature::{see, told_refused};
use crate::reports::stock::history::{self, Action};
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::{self, Doer};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Form, Panel};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice, Toast, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Pager, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, stock as told};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "stock/actions.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    table: Table,
    panel: Option<Panel>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    let flash = state.flashes.take(&page.who);
    let offset = (i64::from(page.ask.page) - 1) * PER_PAGE;
    let known = read(&state, move |reader| {
        let listed = history::list(reader, (PER_PAGE, offset)).map_err(store_fault)?;
        Ok((listed, history::count(reader).map_err(store_fault)?))
    });
    let (listed, total) = known.await?;
    let chosen = own(&page, "undo").and_then(|id| id.parse().ok()).map(StockActionId);
    let may = Permission::EditStock.allows(page.who.role);
    let chosen = listed.iter().find(|one| Some(one.id) == chosen && one.can_undo() && may);
    let view = View {
        frame: page.frame_with_toast(told::ACTIONS, SLUG, None, flash.toast),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::NavStock), page.url(PATH))],
            place: told::HISTORY.to_owned(),
            title: told::ACTIONS.to_owned(),
            answer: told::ACTIONS_LEAD.to_owned(),
            ..PageHead::default()
        },
        notices: flash.notices,
        table: table_of(&page, (&listed, total), (chosen, may)),
        panel: chosen.map(|action| panel_of(&page, action)),
    };
    html(StatusCode::OK, &view)
}

fn table_of(
    page: &Page,
    (listed, total): (&[Action], i64),
    (chosen, may): (Option<&Action>, bool),
) -> Table {
    let mut table = Table::new("stock-actions", told::ACTIONS);
    table.columns = vec![
        Column::words(told::WHEN),
        Column::words(told::WHAT),
        Column::figures(told::PRODUCTS),
        Column::figures(told::CHANGE).wide(),
        Column::words(told::NOTE_FIELD).wide(),
        Column::words(told::WHO).wide(),
        Column::words(words::text(Word::Undo)),
    ];
    for one in listed {
        let kind = match chosen.is_some_and(|chosen| chosen.id == one.id) {
            true => RowKind::Chosen,
            false => RowKind::Plain,
        };
        table.rows.push(Row::of(kind, cells_of(page, one, may)));
    }
    table.empty = Some(Empty { sentence: told::NO_ACTIONS.to_owned(), ..Empty::default() });
    if total > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, total, PER_PAGE, page.locale));
    }
    table
}

fn cells_of(page: &Page, one: &Action, may: bool) -> Vec<Cell> {
    let day = format::day(one.at.day_in(&page.zone), page.locale);
    let figure = |units: i64, text: String| match units {
        0 => Cell::figure(Figure::unknown()),
        _ => Cell::figure(Figure::text(text)),
    };
    let undone = one.undone_by.is_some() || one.undoes.is_some();
    let name = match one.undoes {
        Some(_) => format!("{}: {}", words::text(Word::Undo), told::action(&one.kind)),
        None => told::action(&one.kind).to_owned(),
    };
    let only = one.first.as_deref().filter(|_| one.products == 1);
    let undo = page.ask.href_with(&[("undo", Some(&one.id.to_string()))]);
    vec![
        Cell::quiet(format!("{day} {}", one.at.time_in(&page.zone))),
        Cell::Words(Words {
            text: name,
            href: only.map(|sku| rows::item_href(page, sku)),
            beside: only.map(str::to_owned),
            quiet: undone,
            ..Words::default()
        }),
        figure(one.products, format::quantity(one.products, page.locale)),
        figure(one.units, format::change(one.units, 0, page.locale)),
        Cell::text(one.note.clone()),
        Cell::quiet(one.user.clone().unwrap_or_else(|| told::BY_COMMAND.to_owned())),
        match (one.undone_by.is_some(), one.can_undo() && may) {
            (true, _) => Cell::quiet(told::TAKEN_BACK),
            (false, true) => Cell::Links(vec![Link::new(words::text(Word::Undo), undo)]),
            (false, false) => Cell::Blank,
        },
    ]
}

fn panel_of(page: &Page, action: &Action) -> Panel {
    let close = page.ask.href_with(&[("undo", None)]);
    let keep = Button::link(told::KEEP, ButtonKind::Plain, close.clone());
    let action_path = page.url(&format!("/stock/actions/undo?id={}", action.id));
    Panel {
        title: told::take_back_title(told::action(&action.kind)),
        lead: told::TAKE_BACK_LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), close),
        form: Form {
            action: action_path,
            method: "post",
            buttons: vec![Button::submit(told::TAKE_BACK, ButtonKind::Main), keep],
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}

#[derive(Deserialize)]
pub struct Undone {
    id: i64,
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Undone>,
) -> Result<HttpResponse, AppError> {
    let (id, doer) = (StockActionId(asked.id), Doer { user: who.user, ..Doer::default() });
    let outcome = off_thread(move || stock_edit::undo(&tools, id, &doer)).await?;
    let flash = match told_refused(outcome)? {
        Ok(_) => Flash::toast(Toast { text: told::DONE_UNDONE.to_owned(), undo: None }),
        Err(sentence) => Flash {
            notices: vec![Notice {
                weight: Weight::Broken,
                title: sentence,
                text: String::new(),
                buttons: Vec::new(),
                link: None,
            }],
            ..Flash::default()
        },
    };
    state.flashes.put(&who, flash);
    Ok(see(&state.url(ACTIONS)))
}
