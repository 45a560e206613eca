//! One stocktake: a field for codes, what was counted with the difference, and its end.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::page::store_fault;
use super::{PATH, SLUG};
use crate::base::id::StocktakeId;
use crate::reports::stock::take::{self, Line};
use crate::store::StoreError;
use crate::store::stock::locations::find_location_by_id;
use crate::store::stock::stocktakes::{Stocktake, find_stocktake};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link, Tone};
use crate::web::form::{Button, ButtonKind, Entry as Input, Field, Form};
use crate::web::format;
use crate::web::headers::CAMERA;
use crate::web::layout::Frame;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{Word, stock as told};

#[derive(Template)]
#[template(path = "stocktake/take.html")]
struct View {
    frame: Frame,
    head: PageHead,
    /// Nothing can be counted any more where it is none.
    scan: Option<Form>,
    open: &'static str,
    stop: &'static str,
    none: &'static str,
    table: Table,
    ends: Vec<Form>,
}

/// What was typed and not taken.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub code: String,
    pub units: String,
    pub lot: String,
    pub wrong: Option<String>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<i64>,
) -> Result<HttpResponse, AppError> {
    let id = StocktakeId(id.into_inner());
    answer(&state, site, who, &request, (id, Typed::default())).await
}

/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    (id, typed): (StocktakeId, Typed),
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let known = read(state, move |reader| {
        let take = find_stocktake(reader.conn(), id)?.ok_or(StoreError::Missing)?;
        let place = find_location_by_id(reader.conn(), take.location)?;
        let lines = take::list(reader, (id, take.location)).map_err(store_fault)?;
        Ok((take, place.map(|place| place.name).unwrap_or_default(), lines))
    });
    let (take, place, lines) = known.await?;
    let status = match typed.wrong {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let title = told::stocktake_at(&place);
    let view = View {
        frame: page.frame_with_toast(&title, SLUG, None, flash.toast),
        head: PageHead {
            trail: vec![Link::new(told::TAKE, page.url(PATH))],
            place,
            title,
            answer: told::lines(&format::quantity(lines.len() as i64, page.locale)),
            ..PageHead::default()
        },
        scan: take.is_open.then(|| scan_form(&page, &take, &typed)),
        open: told::SCAN,
        stop: told::SCAN_STOP,
        none: told::SCAN_NONE,
        table: table_of(&page, &take, &lines),
        ends: if take.is_open { ends(&page, &take) } else { Vec::new() },
    };
    let mut response = html(status, &view)?;
    // The only page that may look.
    response
        .headers_mut()
        .insert(HeaderName::from_static(CAMERA.0), HeaderValue::from_static(CAMERA.1));
    Ok(response)
}

fn path_of(page: &Page, take: &Stocktake) -> String {
    page.url(&format!("{PATH}/{}", take.id))
}

fn scan_form(page: &Page, take: &Stocktake, typed: &Typed) -> Form {
    let mut code = Field::text("code", told::CODE, &typed.code).with_help(told::CODE_HELP);
    code.error.clone_from(&typed.wrong);
    code.required = true;
    let mut units = Field::text("units", told::IN_ALL, &typed.units).with_help(told::IN_ALL_HELP);
    units.entry = Input::Input { kind: "text", mode: "numeric" };
    Form {
        action: path_of(page, take),
        method: "post",
        hidden: vec![("act".to_owned(), "count".to_owned())],
        fields: vec![code, units, Field::text("lot", told::LOT, &typed.lot)],
        buttons: vec![Button::submit(told::COUNT, ButtonKind::Main)],
        ..Form::default()
    }
}

fn table_of(page: &Page, take: &Stocktake, lines: &[Line]) -> Table {
    let mut table = Table::new("stocktake-lines", told::COUNTED);
    table.columns = vec![
        Column::words(told::PRODUCT),
        Column::figures(told::COUNTED),
        Column::figures(told::FORMER).wide(),
        Column::figures(told::EXPECTED),
        Column::figures(told::DIFFERENCE),
        Column::words(told::WHEN).wide(),
    ];
    let quantity = |units| Figure::text(format::quantity(units, page.locale));
    for line in lines {
        let difference = line.difference();
        let tone = if difference < 0 { Tone::Loss } else { Tone::Ink };
        let difference =
            Figure { tone, ..Figure::text(format::change(difference, 0, page.locale)) };
        let name = Words {
            text: line.sku.clone(),
            mono: true,
            beside: line.lot_code.clone(),
            under: line.title.clone().filter(|title| *title != line.sku),
            ..Words::default()
        };
        // Once it is entered, the ledger itself says what was counted.
        let is_open = take.is_open;
        let only_open = |figure: Figure| if is_open { figure } else { Figure::unknown() };
        table.rows.push(Row::new(vec![
            Cell::Words(name),
            Cell::figure(quantity(line.units)),
            Cell::figure(line.former_units.map_or_else(Figure::unknown, quantity)),
            Cell::figure(only_open(quantity(line.expected))),
            Cell::figure(only_open(difference)),
            Cell::quiet(line.counted_at.time_in(&page.zone)),
        ]));
    }
    table.note = lines.is_empty().then(|| told::NOTHING_COUNTED.to_owned());
    table
}

fn ends(page: &Page, take: &Stocktake) -> Vec<Form> {
    let form = |act: &str, button: Button, note: Option<&str>| Form {
        action: path_of(page, take),
        method: "post",
        hidden: vec![("act".to_owned(), act.to_owned())],
        buttons: vec![button],
        note: note.map(str::to_owned),
        ..Form::default()
    };
    let enter = Button::submit(told::ENTER, ButtonKind::Main);
    let drop_it = Button::submit(told::DROP, ButtonKind::Danger);
    vec![form("enter", enter, Some(told::ENTER_NOTE)), form("drop", drop_it, None)]
}
