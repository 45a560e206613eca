//! One supplier: its prices, its orders, its lead times, and what was changed of it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::list::{lead_figure, money_text, panel};
use super::prices;
use super::{PATH, SLUG};
use crate::base::Money;
use crate::base::id::SupplierId;
use crate::features::feature::refuse;
use crate::reports::purchasing::{self, SupplierDetail};
use crate::web::answer::html;
use crate::web::dossier::{self, Dossier, Undo, Upload, asked};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Panel, Wrong};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, purchasing as told};

/// What the page is asked to show besides.
#[derive(Default)]
pub struct Shown {
    pub entry: Option<(Entry, Wrong)>,
    /// A price list that was looked at.
    pub prices: Option<prices::Look>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    answer(&state, site, who, (&request, SupplierId(id)), Shown::default()).await
}

/// # Errors
/// `NotFound`, what the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    (request, id): (&HttpRequest, SupplierId),
    shown: Shown,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let today = page.today;
    let found = read(state, move |reader| Ok(purchasing::find_supplier(reader, id, today)));
    let detail = found.await?.map_err(refuse)?;
    let is_wrong = shown.entry.is_some() || shown.prices.as_ref().is_some_and(|look| look.is_wrong);
    let status = if is_wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let frame = page.frame_with_toast(&detail.supplier.name, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, id, &detail));
    view.add("prices", told::PRICES, price_table(&page, id, &detail));
    view.add("leads", told::LEADS, lead_table(&page, &detail));
    view.add("orders", told::ORDERS_OF, order_table(&page, &detail));
    view.add("history-head", told::HISTORY, history(&page, id, &detail));
    let may = Permission::EditCosts.allows(page.who.role);
    view.upload = (may && asked(&page, "act") == Some("prices")).then(|| Upload {
        action: page.url(&format!("{PATH}/{id}/prices/file")),
        label: told::PRICES_FILE,
        button: Button::submit(told::PRICES_FILE_SEND, ButtonKind::Plain),
    });
    view.panel = Some(()).filter(|()| may).and_then(|()| panel_of(&page, id, &detail, shown));
    html(status, &view)
}

fn panel_of(page: &Page, id: SupplierId, detail: &SupplierDetail, shown: Shown) -> Option<Panel> {
    if let Some((entry, wrong)) = shown.entry {
        return Some(panel(page, &entry, &wrong));
    }
    if let Some(look) = shown.prices {
        return Some(prices::panel(page, id, &look));
    }
    let here = page.url(&format!("{PATH}/{id}"));
    match (asked(page, "act"), asked(page, "undo")) {
        (Some("edit"), _) => {
            Some(panel(page, &Entry::of(id.0, &detail.supplier), &Wrong::default()))
        }
        (Some("prices"), _) => Some(prices::panel(page, id, &prices::Look::of(&detail.prices))),
        (_, Some(entry)) => {
            let action = page.url(&format!("/suppliers/undo?entry={}", entry.parse::<i64>().ok()?));
            let asked = (told::UNDO_ASK, told::UNDO_LEAD.to_owned());
            Some(dossier::question(asked, (action, &[]), told::UNDO, here))
        }
        _ => None,
    }
}

fn head(page: &Page, id: SupplierId, detail: &SupplierDetail) -> PageHead {
    let supplier = &detail.supplier;
    let minimum = supplier.minimum_minor.map(|minor| Money::new(minor, supplier.currency));
    let minimum =
        minimum.map(|money| format!("{} {}", told::MINIMUM, money_text(page, money).text));
    let lead = lead_figure(page, (supplier.lead_days, detail.leads.whole));
    let lead = format!("{} {}", told::LEAD_TIME, lead.text);
    let parts = [Some(supplier.terms.clone()), minimum, Some(lead), Some(supplier.note.clone())];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let here = |act: &str| page.url(&format!("{PATH}/{id}?act={act}"));
    let may = Permission::EditCosts.allows(page.who.role);
    let order = page.url(&format!("/purchase-orders?id=new&supplier={id}"));
    let buttons = vec![
        Button::link(told::SUPPLIER_EDIT, ButtonKind::Plain, here("edit")),
        Button::link(told::PRICES_EDIT, ButtonKind::Plain, here("prices")),
        Button::link(told::ORDER_ADD, ButtonKind::Main, order),
    ];
    PageHead {
        trail: vec![Link::new(words::text(Word::PageSuppliers), page.url(PATH))],
        place: supplier.name.clone(),
        title: supplier.name.clone(),
        answer: format!("{}.", parts.join(" · ")),
        buttons: if may { buttons } else { Vec::new() },
    }
}

fn nothing() -> Option<Empty> {
    Some(Empty { sentence: told::NONE_HERE.to_owned(), ..Empty::default() })
}

fn price_table(page: &Page, id: SupplierId, detail: &SupplierDetail) -> Table {
    let mut table = Table::new("prices-table", told::PRICES);
    table.columns = prices::columns();
    table.rows = detail.prices.iter().map(|price| prices::row(page, price)).collect();
    table.empty = nothing();
    let file = page.url(&format!("{PATH}/{id}/prices.csv"));
    table.files = vec![Link::new(told::PRICES_CSV, file)];
    table
}

fn lead_table(page: &Page, detail: &SupplierDetail) -> Table {
    let mut table = Table::new("leads-table", told::LEADS_TABLE);
    table.dense = true;
    table.columns = vec![
        Column::words(told::SKU),
        Column::figures(told::LEAD_TIME),
        Column::words(told::RESTS_ON).wide(),
    ];
    let quantity = |count| format::quantity(count, page.locale);
    for (sku, lead) in &detail.leads.by_sku {
        table.rows.push(Row::new(vec![
            Cell::text(sku),
            Cell::figure(lead_figure(page, (None, Some(*lead)))),
            Cell::quiet(told::lead_of(&quantity(lead.receipts as i64), &quantity(lead.units))),
        ]));
    }
    table.empty = nothing();
    table
}

fn order_table(page: &Page, detail: &SupplierDetail) -> Table {
    let mut table = Table::new("orders-table", told::ORDERS_OF);
    table.columns = vec![
        Column::words(told::NUMBER),
        Column::words(told::STATE),
        Column::words(told::ORDERED).wide(),
        Column::figures(told::TOTAL),
        Column::figures(told::OPEN_UNITS),
    ];
    for row in &detail.orders {
        let ordered = row.order.ordered.map(|day| format::day(day, page.locale));
        let total = row.total.map_or_else(Figure::unknown, |money| money_text(page, money));
        table.rows.push(Row::new(vec![
            Cell::link(&row.order.number, page.url(&format!("/purchase-orders/{}", row.id))),
            Cell::text(told::state(row.state)),
            Cell::quiet(ordered.unwrap_or_default()),
            Cell::figure(total),
            Cell::figure(Figure::text(format::quantity(row.open_units, page.locale))),
        ]));
    }
    table.empty = nothing();
    table
}

fn history(page: &Page, id: SupplierId, detail: &SupplierDetail) -> Table {
    let may = Permission::EditCosts.allows(page.who.role);
    let entry = |entry: &crate::store::purchasing::log::Entry| dossier::Entry {
        at: entry.at,
        what: told::done(entry.kind.name(), &entry.what),
        by: entry.by_name.clone(),
        why: entry.why.clone(),
        undo: match (entry.undone_by, may) {
            (Some(_), _) => Undo::Done,
            (None, true) => Undo::At(page.url(&format!("{PATH}/{id}?undo={}", entry.id))),
            (None, false) => Undo::Not,
        },
    };
    dossier::history(page, detail.log.iter().map(entry).collect())
}
