//! The orders, the newest first, and beside them the panel of a new one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::tables::money_figure;
use super::{PATH, SLUG, panel};
use crate::domain::purchase::order::OrderState;
use crate::features::feature::refuse;
use crate::reports::purchasing::{self, OrderRow};
use crate::store::purchasing::suppliers;
use crate::store::stock::locations;
use crate::web::answer::html;
use crate::web::dossier::{Dossier, asked};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Wrong};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::{Chip, ChipKind, PageHead};
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Pager, Row, Table, Words};
use crate::web::words::{self, Word, purchasing as told};

const PER_PAGE: i64 = 50;

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, None).await
}

/// The page; with an entry that was wrong, its panel.
///
/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Option<(Entry, Wrong)>,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let today = page.today;
    let found = read(state, move |reader| {
        let known = (suppliers::list_suppliers(reader)?, locations::list_locations(reader)?);
        Ok((purchasing::list_orders(reader, today), known))
    });
    let (rows, known) = found.await?;
    let rows = rows.map_err(refuse)?;
    let may = Permission::EditCosts.allows(page.who.role);
    let status = match again {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let is_new = asked(&page, "id") == Some("new");
    let fresh = || {
        let supplier = asked(&page, "supplier").unwrap_or_default().to_owned();
        let number = next_number(&rows);
        (Entry { supplier, number, ..Entry::default() }, Wrong::new())
    };
    let shown = again.or_else(|| is_new.then(fresh)).filter(|_| may);
    let title = words::text(Word::PagePurchaseOrders);
    let frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, &rows, may));
    view.panel = shown.map(|(entry, wrong)| panel::order(&page, &entry, (&wrong, &known)));
    view.chips = if rows.is_empty() { Vec::new() } else { chips(&page, &rows) };
    view.tables.push((None, table(&page, &rows, may)));
    html(status, &view)
}

/// `PO-18` after `PO-17`: the number after the greatest that ends in one.
fn next_number(rows: &[OrderRow]) -> String {
    let number_of = |row: &OrderRow| {
        let digits = row.order.number.strip_prefix("PO-")?;
        digits.parse::<i64>().ok()
    };
    let last = rows.iter().filter_map(number_of).max().unwrap_or_default();
    format!("PO-{}", last.saturating_add(1))
}

fn add_button(page: &Page) -> Button {
    Button::link(told::ORDER_ADD, ButtonKind::Main, page.url("/purchase-orders?id=new"))
}

fn head(page: &Page, rows: &[OrderRow], may: bool) -> PageHead {
    let open = || rows.iter().filter(|row| row.open_units > 0);
    let units = open().fold(0_i64, |sum, row| sum.saturating_add(row.open_units));
    let quantity = |count| format::quantity(count, page.locale);
    PageHead {
        title: words::text(Word::PagePurchaseOrders).to_owned(),
        answer: match rows.is_empty() {
            true => String::new(),
            false => told::orders_answer(&quantity(open().count() as i64), &quantity(units)),
        },
        buttons: if may && !rows.is_empty() { vec![add_button(page)] } else { Vec::new() },
        ..PageHead::default()
    }
}

fn chips(page: &Page, rows: &[OrderRow]) -> Vec<Chip> {
    let chosen = asked(page, "state").and_then(OrderState::parse);
    let chip = |state: Option<OrderState>| {
        let of_it = rows.iter().filter(|row| state.is_none_or(|state| row.state == state));
        Chip {
            label: state.map_or(told::ALL, told::state).to_owned(),
            count: Some(format::quantity(of_it.count() as i64, page.locale)),
            kind: if chosen == state { ChipKind::Chosen } else { ChipKind::Plain },
            href: page.ask.href_with(&[("state", state.map(OrderState::name))]),
        }
    };
    std::iter::once(None).chain(OrderState::ALL.map(Some)).map(chip).collect()
}

fn table(page: &Page, rows: &[OrderRow], may: bool) -> Table {
    let has_figures = Permission::SeeFigures.allows(page.who.role);
    let mut table = Table::new("purchase-orders-table", told::ORDER_TABLE);
    table.columns = vec![
        Column::words(told::NUMBER),
        Column::words(told::STATE),
        Column::figures(told::TO_COME),
        Column::words(told::ORDERED).wide(),
        Column::words(told::EXPECTED).wide(),
        Column::words(told::DELIVER_TO).wide(),
    ];
    if has_figures {
        table.columns.push(Column::figures(told::TOTAL));
        table.columns.push(Column::figures(told::OPEN_VALUE).wide());
        table.files = vec![Link::new(words::text(Word::Csv), page.url("/purchase-orders.csv"))];
    }
    let chosen = asked(page, "state").and_then(OrderState::parse);
    let shown: Vec<&OrderRow> =
        rows.iter().filter(|row| chosen.is_none_or(|state| row.state == state)).collect();
    let pages = (shown.len() as i64 - 1).max(0) / PER_PAGE + 1;
    let first = (i64::from(page.ask.page).clamp(1, pages) - 1) * PER_PAGE;
    for row in shown.iter().skip(first as usize).take(PER_PAGE as usize) {
        let day = |day: Option<crate::base::Day>| {
            Cell::quiet(day.map(|day| format::day(day, page.locale)).unwrap_or_default())
        };
        let name = Words {
            text: row.order.number.clone(),
            href: Some(page.url(&format!("{PATH}/{}", row.id))),
            under: Some(row.supplier.clone()),
            ..Words::default()
        };
        let state = Words {
            text: told::state(row.state).to_owned(),
            beside: row.is_late.then(|| told::LATE.to_owned()),
            ..Words::default()
        };
        let mut cells = vec![
            Cell::Words(name),
            Cell::Words(state),
            Cell::figure(Figure::text(format::quantity(row.open_units, page.locale))),
            day(row.order.ordered),
            day(row.order.expected),
            Cell::quiet(&row.location),
        ];
        if has_figures {
            cells.push(Cell::figure(money_figure(page, row.total)));
            cells.push(Cell::figure(money_figure(page, row.open)));
        }
        table.rows.push(Row::new(cells));
    }
    if shown.len() as i64 > PER_PAGE {
        table.pager = Some(Pager::new(&page.ask, shown.len() as i64, PER_PAGE, page.locale));
    }
    table.empty = Some(Empty {
        sentence: told::ORDER_EMPTY.to_owned(),
        why: told::ORDER_EMPTY_WHY.to_owned(),
        button: may.then(|| add_button(page)),
        link: None,
    });
    table
}
