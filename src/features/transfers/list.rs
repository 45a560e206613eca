//! The transfers, the newest first, and beside them the panel of a new one or of a new place.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::{PATH, SLUG, place};
use crate::features::feature::refuse;
use crate::reports::transfers::{self, TransferRow};
use crate::store::stock::locations::{self, Location, LocationKind};
use crate::web::answer::html;
use crate::web::dossier::{Dossier, asked};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Pick, Wrong};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{self, Word, transfer as told};

const PER_PAGE: i64 = 50;

/// A panel whose entry was wrong.
pub enum Again {
    Transfer(Entry, Wrong),
    Place(place::Entry, Wrong),
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, None).await
}

/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Option<Again>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let found =
        read(state, |reader| Ok((transfers::list(reader), locations::list_locations(reader)?)));
    let (rows, places) = found.await?;
    let rows = rows.map_err(refuse)?;
    let may = Permission::EditStock.allows(page.who.role);
    let status = match again {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let title = words::text(Word::PageTransfers);
    let frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, &rows, may));
    let fresh = match (asked(&page, "id"), asked(&page, "place")) {
        (Some("new"), _) => {
            let number = next_number(&rows);
            Some(Again::Transfer(Entry { number, ..Entry::default() }, Wrong::new()))
        }
        (_, Some("new")) => Some(Again::Place(place::Entry::default(), Wrong::new())),
        _ => None,
    };
    view.panel = again.or(fresh).filter(|_| may).map(|shown| match shown {
        Again::Transfer(entry, wrong) => panel(&page, &entry, (&wrong, &places)),
        Again::Place(entry, wrong) => place::panel(&page, &entry, &wrong),
    });
    view.tables.push((None, table(&page, &rows, may)));
    html(status, &view)
}

fn next_number(rows: &[TransferRow]) -> String {
    let number_of = |row: &TransferRow| {
        let digits = row.transfer.number.strip_prefix("T-")?;
        digits.parse::<i64>().ok()
    };
    let last = rows.iter().filter_map(number_of).max().unwrap_or_default();
    format!("T-{}", last.saturating_add(1))
}

fn add_button(page: &Page) -> Button {
    Button::link(told::ADD, ButtonKind::Main, page.url("/transfers?id=new"))
}

fn head(page: &Page, rows: &[TransferRow], may: bool) -> PageHead {
    let open = || rows.iter().filter(|row| row.open != 0);
    let units: i64 = open().map(|row| row.open).sum();
    let quantity = |count| format::quantity(count, page.locale);
    let add_place = page.url("/transfers?place=new");
    let mut buttons = vec![Button::link(told::PLACE_ADD, ButtonKind::Plain, add_place)];
    if !rows.is_empty() {
        buttons.push(add_button(page));
    }
    PageHead {
        title: words::text(Word::PageTransfers).to_owned(),
        answer: match rows.is_empty() {
            true => String::new(),
            false => told::list_answer(&quantity(open().count() as i64), &quantity(units)),
        },
        buttons: if may { buttons } else { Vec::new() },
        ..PageHead::default()
    }
}

fn table(page: &Page, rows: &[TransferRow], may: bool) -> Table {
    let mut table = Table::new("transfers-table", told::TABLE);
    table.columns = vec![
        Column::words(told::NUMBER),
        Column::words(told::STATE),
        Column::words(told::REFERENCE).wide(),
        Column::figures(told::SENT).wide(),
        Column::figures(told::RECEIVED).wide(),
        Column::figures(told::IN_TRANSIT),
    ];
    let pages = (rows.len() as i64 - 1).max(0) / PER_PAGE + 1;
    let first = (i64::from(page.ask.page).clamp(1, pages) - 1) * PER_PAGE;
    let count = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
    for row in rows.iter().skip(first as usize).take(PER_PAGE as usize) {
        let name = Words {
            text: row.transfer.number.clone(),
            href: Some(page.url(&format!("{PATH}/{}", row.id))),
            under: Some(told::answer(&row.from, &row.to)),
            ..Words::default()
        };
        table.rows.push(Row::new(vec![
            Cell::Words(name),
            Cell::text(told::state(row.state)),
            Cell::quiet(&row.transfer.reference),
            count(row.sent),
            count(row.received),
            count(row.open),
        ]));
    }
    if rows.len() as i64 > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, rows.len() as i64, PER_PAGE, page.locale));
    }
    table.empty = Some(Empty {
        sentence: told::EMPTY.to_owned(),
        why: told::EMPTY_WHY.to_owned(),
        button: may.then(|| add_button(page)),
        link: None,
    });
    table
}

/// The panel of a draft, new or changed.
pub fn panel(page: &Page, entry: &Entry, (wrong, places): (&Wrong, &[Location])) -> Panel {
    let back = match entry.id.as_str() {
        "" => page.url(PATH),
        id => page.url(&format!("{PATH}/{id}")),
    };
    let can =
        |place: &&Location| place.closed_at.is_none() && place.kind != LocationKind::InTransit;
    let picks: Vec<Pick> = places
        .iter()
        .filter(can)
        .map(|place| Pick::new(place.id.to_string(), place.name.clone()))
        .collect();
    let number = match entry.id.as_str() {
        "" => Some(Field::text("number", told::NUMBER, &entry.number).needed()),
        _ => None,
    };
    let rest = [
        Field::select("from", told::FROM, &entry.from, picks.clone()),
        Field::select("to", told::TO, &entry.to, picks),
        Field::text("reference", told::REFERENCE, &entry.reference).with_help(told::REFERENCE_HELP),
        Field::lines("lines", told::LINES, &entry.lines).needed().with_help(told::LINES_HELP),
        Field::text("note", told::NOTE, &entry.note),
    ];
    let mut hidden = vec![("id".to_owned(), entry.id.clone())];
    if !entry.id.is_empty() {
        hidden.push(("number".to_owned(), entry.number.clone()));
    }
    Panel {
        title: match entry.id.as_str() {
            "" => told::ADD.to_owned(),
            _ => told::title(&entry.number),
        },
        lead: told::LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), back.clone()),
        form: Form {
            action: page.url(PATH),
            method: "post",
            hidden,
            fields: number.into_iter().chain(rest).map(|field| field.told(wrong)).collect(),
            buttons: vec![
                Button::submit(told::SAVE, ButtonKind::Main),
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
