//! The suppliers, and beside them the panel of a new one.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::{PATH, SLUG};
use crate::base::{Currency, Money};
use crate::domain::purchase::lead::LeadTime;
use crate::domain::purchase::supplier::Archived;
use crate::features::feature::refuse;
use crate::reports::purchasing::{self, SupplierRow};
use crate::web::answer::html;
use crate::web::dossier::{Dossier, asked};
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Wrong};
use crate::web::format;
use crate::web::notice::Empty;
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, purchasing as told};

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
    let found = read(state, move |reader| Ok(purchasing::list_suppliers(reader, today)));
    let rows = found.await?.map_err(refuse)?;
    let may = Permission::EditCosts.allows(page.who.role);
    let status = match again {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let is_new = asked(&page, "id") == Some("new");
    let own = page.organisation.currency.unwrap_or(Currency::EUR).code().to_owned();
    let (entry, wrong) = again
        .or_else(|| is_new.then(|| (Entry { currency: own, ..Entry::default() }, Wrong::new())))
        .filter(|_| may)
        .unzip();
    let title = words::text(Word::PageSuppliers);
    let frame = page.frame_with_toast(title, SLUG, None, flash.toast);
    let mut view = Dossier::new(frame, head(&page, &rows, may));
    view.panel = entry.map(|entry| panel(&page, &entry, &wrong.unwrap_or_default()));
    view.tables.push((None, table(&page, &rows, may)));
    html(status, &view)
}

fn add_button(page: &Page) -> Button {
    let to = page.url("/suppliers?id=new");
    Button::link(told::SUPPLIER_ADD, ButtonKind::Main, to)
}

fn head(page: &Page, rows: &[SupplierRow], may: bool) -> PageHead {
    let quantity = |count: usize| format::quantity(count as i64, page.locale);
    let open = rows.iter().filter(|row| row.open_units > 0).count();
    let is_told = !rows.is_empty();
    PageHead {
        title: words::text(Word::PageSuppliers).to_owned(),
        answer: match is_told {
            true => told::suppliers_answer(&quantity(rows.len()), &quantity(open)),
            false => String::new(),
        },
        buttons: if may && is_told { vec![add_button(page)] } else { Vec::new() },
        ..PageHead::default()
    }
}

fn table(page: &Page, rows: &[SupplierRow], may: bool) -> Table {
    let mut table = Table::new("suppliers-table", told::SUPPLIER_TABLE);
    table.columns = vec![
        Column::words(told::NAME),
        Column::figures(told::LEAD_TIME),
        Column::figures(told::PRODUCTS).wide(),
        Column::figures(told::OPEN_ORDERS).wide(),
        Column::figures(told::OPEN_UNITS),
        Column::figures(told::MINIMUM).wide(),
        Column::words(told::TERMS).wide(),
    ];
    for row in rows {
        let supplier = &row.supplier;
        let count = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
        let minimum = supplier.minimum_minor.map(|minor| Money::new(minor, supplier.currency));
        let minimum = minimum.map_or_else(Figure::unknown, |money| money_text(page, money));
        let name = Words {
            text: supplier.name.clone(),
            href: Some(page.url(&format!("{PATH}/{}", row.id))),
            under: (supplier.archived == Archived::Yes).then(|| told::ARCHIVED.to_owned()),
            ..Words::default()
        };
        table.rows.push(Row::new(vec![
            Cell::Words(name),
            Cell::figure(lead_figure(page, (supplier.lead_days, row.lead))),
            count(row.products),
            count(row.open_orders),
            count(row.open_units),
            Cell::figure(minimum),
            Cell::quiet(&supplier.terms),
        ]));
    }
    table.note = (!rows.is_empty()).then(|| told::LEAD_NOTE.to_owned());
    table.empty = Some(Empty {
        sentence: told::SUPPLIER_EMPTY.to_owned(),
        why: told::SUPPLIER_EMPTY_WHY.to_owned(),
        button: may.then(|| add_button(page)),
        link: None,
    });
    table
}

pub fn money_text(page: &Page, money: Money) -> Figure {
    Figure::text(format!("{} {}", money.currency.code(), format::amount(money, page.locale)))
}

/// As the seller says, which goes before what was measured.
pub fn lead_figure(page: &Page, (said, measured): (Option<i64>, Option<LeadTime>)) -> Figure {
    let days = |days| format::quantity(days, page.locale);
    match (said, measured) {
        (Some(said), _) => Figure::text(told::lead(&days(said), "", "")),
        (None, Some(lead)) => {
            let (early, late) = (days(lead.early_days), days(lead.late_days));
            Figure::text(told::lead(&days(lead.median_days), &early, &late))
        }
        (None, None) => Figure::unknown(),
    }
}

/// The panel of a new supplier, or of one that is changed.
pub fn panel(page: &Page, entry: &Entry, wrong: &Wrong) -> Panel {
    let back = match entry.id.as_str() {
        "" => page.url(PATH),
        id => page.url(&format!("{PATH}/{id}")),
    };
    let days = Field::text("lead_days", told::LEAD_DAYS, &entry.lead_days);
    let fields = vec![
        Field::text("name", told::NAME, &entry.name).needed(),
        Field::currency("currency", told::CURRENCY, &entry.currency),
        Field::text("terms", told::TERMS, &entry.terms),
        Field::amount("minimum", told::MINIMUM, &entry.minimum, &entry.currency),
        days.with_help(told::LEAD_DAYS_HELP),
        Field { entry: crate::web::form::Entry::Text { rows: 3 }, ..note(entry) },
        Field::check("archived", told::ARCHIVED, entry.archived == "yes"),
    ];
    Panel {
        title: match entry.id.as_str() {
            "" => told::SUPPLIER_NEW.to_owned(),
            _ => entry.name.clone(),
        },
        lead: told::SUPPLIER_LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), back.clone()),
        form: Form {
            action: page.url(PATH),
            method: "post",
            hidden: vec![("id".to_owned(), entry.id.clone())],
            fields: fields.into_iter().map(|field| field.told(wrong)).collect(),
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

fn note(entry: &Entry) -> Field {
    Field::text("note", told::NOTE, &entry.note)
}
