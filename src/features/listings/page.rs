//! The listings, a row each, and what can be done with several of them at once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::choice::{ACTS, Form, Planned, asked_of, key_of};
use super::panel::{self, name_of};
use super::{PATH, SLUG};
use crate::reports::listings::{self as report, Counts, ListingRow, State};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Panel, Pick};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::strip::{Choice, Menu, Strip, stores_menu};
use crate::web::table::{Cell, Column, Pager, Pick as Chosen, Row, Table, Words};
use crate::web::words::{self, Word, listing as told};

const PER_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "listings/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    search: Search,
    action: String,
    table: Table,
    /// `None` for whoever may only look, and where there is nothing to choose.
    bulk: Option<Bulk>,
    panel: Option<Panel>,
}

struct Search {
    action: String,
    hidden: Vec<(String, String)>,
    value: String,
    clear: Option<Link>,
}

/// What is done with the chosen ones.
struct Bulk {
    fields: Vec<Field>,
    button: Button,
    match_action: String,
}

/// What the page shows beside the list.
#[derive(Clone, Debug, Default)]
pub struct Panelled {
    pub form: Form,
    pub wrong: Option<String>,
    pub planned: Option<Planned>,
    pub status: StatusCode,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let page = page::open(&state, site, who, &request).await?;
    answer(&state, page, Panelled::default()).await
}

/// The page with what was asked of it.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    page: Page,
    panelled: Panelled,
) -> Result<HttpResponse, AppError> {
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let asked = asked_of(&page);
    let (wanted, current) = (asked.wanted.clone(), asked.state);
    let first = i64::from(page.ask.page).saturating_sub(1).saturating_mul(PER_PAGE);
    let found = read(state, move |reader| {
        let counts = report::count(reader, &asked.scope, asked.store)?;
        Ok((report::list(reader, &asked, (PER_PAGE, first))?, counts))
    });
    let ((rows, total), counts) = found.await?;
    let may = Permission::EditStock.allows(page.who.role);
    let is_panelled = panelled.planned.is_some();
    let listed = Listed { rows: &rows, total, wanted: &wanted, state: current };
    let clear = page.ask.href_with(&[("q", None)]);
    let names: Vec<String> = page.stores.iter().map(|store| store.name.clone()).collect();
    let strip = Strip {
        stores: Some(stores_menu(&page.ask, &names, page.locale)),
        menus: vec![state_menu(&page, current, &counts)],
        ..Strip::default()
    };
    let title = words::text(Word::PageListings);
    let view = View {
        frame: page.frame_with_toast(title, SLUG, Some(strip), flash.toast),
        head: head_of(&page, &counts),
        search: Search {
            action: page.ask.path.clone(),
            hidden: page.ask.hidden_without(&["q"]),
            value: wanted.clone(),
            clear: (!wanted.is_empty()).then(|| Link::new(told::CLEAR, clear)),
        },
        action: list_href(&page),
        table: table_of(&page, &listed, (may && !is_panelled, is_panelled)),
        bulk: (may && !rows.is_empty() && !is_panelled).then(|| bulk(&page, &panelled)),
        panel: panelled.planned.as_ref().map(|plan| panel::panel(&page, &panelled.form, plan)),
    };
    html(panelled.status, &view)
}

struct Listed<'a> {
    rows: &'a [ListingRow],
    total: i64,
    wanted: &'a str,
    state: State,
}

/// The list as it is asked for.
pub fn list_href(page: &Page) -> String {
    page.ask.href_of(&page.url(PATH))
}

fn state_menu(page: &Page, current: State, counts: &Counts) -> Menu {
    let label = |state: State| {
        let count = format::quantity(counts.of(state), page.locale);
        format!("{} ({count})", told::state(state.name()))
    };
    let choice = |state: State| {
        let name = (state != State::All).then_some(state.name());
        let href = page.ask.href_with(&[("state", name), ("page", None)]);
        Choice::new(label(state), href, state == current)
    };
    Menu {
        before: None,
        name: told::STATE.to_owned(),
        label: told::state(current.name()).to_owned(),
        choices: State::ALL.into_iter().map(choice).collect(),
    }
}

fn head_of(page: &Page, counts: &Counts) -> PageHead {
    let quantity = |count| format::quantity(count, page.locale);
    let answer = told::answer(
        &quantity(counts.all),
        &quantity(counts.unlinked),
        &quantity(counts.blank),
        &quantity(counts.duplicate),
    );
    let import = Permission::Import.allows(page.who.role);
    let import = import.then(|| Button::link(told::IMPORT, ButtonKind::Plain, page.url("/import")));
    PageHead {
        title: words::text(Word::PageListings).to_owned(),
        answer: if counts.all > 0 { answer } else { String::new() },
        buttons: import.filter(|_| counts.all > 0).into_iter().collect(),
        ..PageHead::default()
    }
}

fn table_of(page: &Page, listed: &Listed<'_>, (chooses, is_narrow): (bool, bool)) -> Table {
    let mut table = Table::new("listings-table", told::TABLE);
    let figures = |label: &str| Column::figures(label);
    table.columns = vec![
        Column::words(told::LISTING),
        Column::words(told::PRODUCT),
        Column::words(told::SUGGESTED).wide(),
    ];
    if !is_narrow {
        table.columns.insert(1, Column::words(told::STORE).wide());
        table.columns.extend([
            figures(told::DESIRED).wide(),
            figures(told::LIVE).wide(),
            figures(told::CONFIRMED).wide(),
        ]);
    }
    if chooses {
        table.columns.push(Column::words(told::CHOOSE));
    }
    let rows = listed.rows.iter();
    table.rows = rows.map(|row| Row::new(cells_of(page, row, (chooses, is_narrow)))).collect();
    let is_filtered = !listed.wanted.is_empty() || listed.state != State::All;
    table.empty = Some(Empty {
        sentence: told::EMPTY.to_owned(),
        why: if is_filtered { told::EMPTY_SEARCH_WHY } else { told::EMPTY_WHY }.to_owned(),
        button: None,
        link: is_filtered.then(|| Link::new(told::ALL, page.url(PATH))),
    });
    if listed.total > 0 {
        table.note = Some(told::NOTE.to_owned());
        table.pager = Some(Pager::new(&page.ask, listed.total, PER_PAGE, page.locale));
        let file = page.ask.href_of(&page.url("/listings.csv"));
        table.files = vec![Link::new(told::EXPORT, file)];
    }
    table
}

fn cells_of(page: &Page, row: &ListingRow, (chooses, is_narrow): (bool, bool)) -> Vec<Cell> {
    let beside = row.is_duplicate.then(|| told::state("duplicate").to_owned());
    let text = match row.sku.is_empty() {
        true => told::BLANK_SKU.to_owned(),
        false => row.sku.clone(),
    };
    let under = [&row.title, &row.listing].into_iter().find(|text| !text.is_empty());
    let listing = Words { text, beside, under: under.cloned(), ..Words::default() };
    let count = |units: Option<i64>| match units {
        Some(units) => Figure::text(format::quantity(units, page.locale)),
        None => Figure::unknown(),
    };
    let best = row.suggestions.first();
    let suggested = best.map_or(Cell::Blank, |best| {
        Cell::Words(Words {
            text: told::units_of(best.units, &best.sku),
            under: Some(told::score(best.score, &best.reasons)),
            ..Words::default()
        })
    });
    let mut cells = vec![Cell::Words(listing), product(row), suggested];
    if !is_narrow {
        cells.insert(1, Cell::quiet(row.store_name.clone()));
        cells.push(Cell::figure(count(row.shown.desired)));
        cells.push(Cell::figure(count(row.shown.live)));
        let confirmed = row.shown.confirmed_at.map(|at| at.day_in(&page.zone));
        let confirmed = confirmed.map(|day| Figure::text(format::day(day, page.locale)));
        cells.push(Cell::figure(confirmed.unwrap_or_else(Figure::unknown)));
    }
    if chooses {
        let key = key_of(row);
        let accept = best.map(|best| {
            let label = told::accept(&told::units_of(best.units, &best.sku));
            Button::submit(label, ButtonKind::Link).sending("accept", &key)
        });
        cells.push(Cell::Pick(Box::new(Chosen {
            name: "choose".to_owned(),
            label: told::choose(&name_of(row)),
            value: key,
            button: accept,
        })));
    }
    cells
}

/// What it sells and by what; what is not known is said.
fn product(row: &ListingRow) -> Cell {
    let (text, under) = match (&row.variant, row.is_apart) {
        (Some(sku), _) => (told::units_of(row.units, sku), told::how(&row.how)),
        (None, true) => (told::NO_STOCK.to_owned(), told::how(&row.how)),
        (None, false) => (told::how("").to_owned(), ""),
    };
    let under = (!under.is_empty()).then(|| under.to_owned());
    Cell::Words(Words { text, under, quiet: row.variant.is_none(), ..Words::default() })
}

fn bulk(page: &Page, panelled: &Panelled) -> Bulk {
    let form = &panelled.form;
    let pick = |name: &str| Pick { value: name.to_owned(), label: told::act(name).to_owned() };
    let act = if form.act.is_empty() { ACTS[0] } else { &form.act };
    let units = Field::amount("units", told::UNITS, form.units.as_str(), "");
    let mut act = Field::select("act", told::ACT, act, ACTS.map(pick).to_vec());
    act.error.clone_from(&panelled.wrong);
    let fields = vec![
        act,
        Field::text("sku", told::SKU, form.sku.as_str()),
        Field { unit: None, ..units }.with_help(told::UNITS_HELP),
        Field::check("every", told::EVERY, form.every),
    ];
    Bulk {
        fields,
        button: Button::submit(told::SHOW, ButtonKind::Main).sending("do", "show"),
        match_action: page.url("/listings/match"),
    }
}
