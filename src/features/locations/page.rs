//! The places with what lies in them, and beside them the panel of a new one or of one's end.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::{PATH, SLUG};
use crate::base::id::LocationId;
use crate::features::feature::{see, told_refused};
use crate::reports::{ReportError, stock as stock_report};
use crate::store::StoreError;
use crate::store::stock::locations::{Location, LocationKind, list_locations};
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::places::{self, PlaceEdit};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Toast};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, RowKind, Table, Words};
use crate::web::words::{self, Word, stock as told};

/// Kinds that a person names; the others come of themselves.
const KINDS: [LocationKind; 4] =
    [LocationKind::Own, LocationKind::ThreePl, LocationKind::Quarantine, LocationKind::InTransit];

#[derive(Template)]
#[template(path = "locations/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    table: Table,
    panel: Option<Panel>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `add`, `offer`, `keep`, `close`, `reopen`.
    act: String,
    id: String,
    name: String,
    kind: String,
    offered: String,
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
    let known = read(state, |reader| {
        let units = stock_report::list_by_place(reader).map_err(|fault| match fault {
            ReportError::Store(fault) => fault,
            other => StoreError::Refused(other.to_string()),
        })?;
        Ok((list_locations(reader)?, units))
    });
    let (places, units) = known.await?;
    let may = Permission::EditStock.allows(page.who.role);
    let own = |name: &str| {
        let found = page.ask.rest.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone())
    };
    let typed = wrong.as_ref().map(|(entry, _)| entry.id.clone());
    let id = own("id").or(typed).filter(|_| may).unwrap_or_default();
    let chosen = places.iter().find(|place| place.id.to_string() == id);
    let is_new = id == "new" || wrong.as_ref().is_some_and(|(entry, _)| entry.act == "add");
    let panel = match chosen {
        Some(place) => Some(panel_of(&page, place, wrong.as_ref())),
        None => is_new.then(|| new_panel(&page, wrong.as_ref())),
    };
    let add = Button::link(
        told::ADD_PLACE,
        ButtonKind::Plain,
        page.ask.href_with(&[("id", Some("new"))]),
    );
    let status = match wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let view = View {
        frame: page.frame_with_toast(words::text(Word::PageLocations), SLUG, None, flash.toast),
        head: PageHead {
            title: told::PLACES.to_owned(),
            answer: told::PLACES_LEAD.to_owned(),
            buttons: if may { vec![add] } else { Vec::new() },
            ..PageHead::default()
        },
        table: table_of(&page, (&places, &units), (chosen, may)),
        panel,
    };
    html(status, &view)
}

fn table_of(
    page: &Page,
    (places, units): (&[Location], &HashMap<LocationId, i64>),
    (chosen, may): (Option<&Location>, bool),
) -> Table {
    let mut table = Table::new("places-table", told::PLACES);
    table.columns = vec![
        Column::words(told::PLACE),
        Column::words(told::KIND).wide(),
        Column::words(told::STATE),
        Column::figures(told::UNITS),
    ];
    for place in places {
        let href = page.ask.href_with(&[("id", Some(&place.id.to_string()))]);
        let state = match (place.closed_at.is_some(), place.pushable) {
            (true, _) => told::CLOSED,
            (false, true) => told::OFFERED,
            (false, false) => told::NOT_OFFERED,
        };
        let lying = units.get(&place.id).copied().unwrap_or(0);
        let kind = match chosen.is_some_and(|chosen| chosen.id == place.id) {
            true => RowKind::Chosen,
            false => RowKind::Plain,
        };
        let name = Words {
            text: place.name.clone(),
            href: may.then_some(href),
            quiet: place.closed_at.is_some(),
            ..Words::default()
        };
        table.rows.push(Row::of(
            kind,
            vec![
                Cell::Words(name),
                Cell::quiet(told::place_kind(place.kind.name())),
                Cell::text(state),
                Cell::figure(Figure::text(format::quantity(lying, page.locale))),
            ],
        ));
    }
    table.empty = Some(Empty { sentence: told::NOT_COUNTED.to_owned(), ..Empty::default() });
    table
}

fn panel(page: &Page, title: String, form: Form) -> Panel {
    let close = Link::new(words::text(Word::Close), page.url(PATH));
    Panel {
        title,
        lead: told::PLACES_LEAD.to_owned(),
        close,
        form: Form { action: page.url(PATH), method: "post", ..form },
        progress: None,
        effect: None,
        months: None,
        history: None,
    }
}

fn new_panel(page: &Page, wrong: Option<&(Entry, String)>) -> Panel {
    let entry = wrong.map(|(entry, _)| entry.clone()).unwrap_or_default();
    let mut name = Field::text("name", told::NAME, entry.name);
    name.error = wrong.map(|(_, sentence)| sentence.clone());
    name.required = true;
    let kinds = KINDS.map(|kind| Pick {
        value: kind.name().to_owned(),
        label: told::place_kind(kind.name()).to_owned(),
    });
    let is_offered = wrong.is_none() || entry.offered == "yes";
    let form = Form {
        hidden: vec![("act".to_owned(), "add".to_owned())],
        fields: vec![
            name,
            Field::select("kind", told::KIND, entry.kind, kinds.to_vec()),
            Field::check("offered", told::PLACE_OFFERED, is_offered),
        ],
        buttons: vec![Button::submit(told::SAVE_PLACE, ButtonKind::Main)],
        ..Form::default()
    };
    panel(page, told::ADD_PLACE.to_owned(), form)
}

fn panel_of(page: &Page, place: &Location, wrong: Option<&(Entry, String)>) -> Panel {
    let button =
        |label: &str, act: &str| Button::submit(label, ButtonKind::Plain).sending("act", act);
    let mut buttons = Vec::new();
    if place.closed_at.is_some() {
        buttons.push(button(told::REOPEN, "reopen"));
    } else if place.kind != LocationKind::Fba {
        match place.pushable {
            true => buttons.push(button(told::OFFER_NOT, "keep")),
            false if place.kind.is_usually_pushable() => {
                buttons.push(button(told::OFFER, "offer"));
            }
            false => {}
        }
        buttons.push(button(told::CLOSE, "close"));
    }
    let form = Form {
        hidden: vec![("id".to_owned(), place.id.to_string())],
        buttons,
        note: wrong.map(|(_, sentence)| sentence.clone()),
        ..Form::default()
    };
    panel(page, place.name.clone(), form)
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
    let asked = entry.clone();
    let outcome = off_thread(move || run(&tools, &asked)).await?;
    match told_refused(outcome)? {
        Ok(()) => {
            let text = told::PLACE_SAVED.to_owned();
            state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
            Ok(see(&state.url(PATH)))
        }
        Err(sentence) => answer(&state, site, who, &request, Some((entry, sentence))).await,
    }
}

fn run(tools: &Tools, entry: &Entry) -> Result<(), StoreError> {
    let edit = match entry.act.as_str() {
        "add" => {
            let kind = LocationKind::parse(&entry.kind).unwrap_or(LocationKind::Own);
            let offered = entry.offered == "yes" && kind.is_usually_pushable();
            return places::add(tools, (&entry.name, kind), offered).map(|_| ());
        }
        "offer" => PlaceEdit::Offer(true),
        "keep" => PlaceEdit::Offer(false),
        "close" => PlaceEdit::Close(true),
        "reopen" => PlaceEdit::Close(false),
        _ => return Err(StoreError::Missing),
    };
    let id = entry.id.trim().parse().map_err(|_| StoreError::Missing)?;
    places::edit(tools, LocationId(id), edit)
}
