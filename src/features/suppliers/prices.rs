//! A price list edited or pasted: looked at first, then saved; and the list as a file.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::rows::{read_list, write_list};
use super::{PATH, one};
use crate::base::id::SupplierId;
use crate::domain::purchase::supplier::{Merged, SupplierPrice, merge};
use crate::store::purchasing::suppliers;
use crate::store::{StoreError, organisation};
use crate::sync::ctx::Tools;
use crate::sync::purchasing;
use crate::web::csv as text;
use crate::web::error::AppError;
use crate::web::figure::{Figure, Link};
use crate::web::flash;
use crate::web::form::{Button, ButtonKind, Field, Form, Panel, Wrong};
use crate::web::format;
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, purchasing as told};

/// Changes that are shown one by one.
const SHOWN_MAX: usize = 100;

/// A list as it was typed, and what it would do.
#[derive(Clone, Debug, Default)]
pub struct Look {
    text: String,
    goes: bool,
    fault: Option<String>,
    change: Option<(Merged, Vec<SupplierPrice>)>,
    pub is_wrong: bool,
}

impl Look {
    pub fn of(prices: &[SupplierPrice]) -> Self {
        Self { text: write_list(prices), ..Self::default() }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub text: String,
    /// `yes`: rows that are not named go.
    pub goes: String,
    #[serde(rename = "do")]
    pub what: String,
    /// The text whose effect was shown.
    pub seen: String,
}

impl Typed {
    /// Tells one text from another, whatever line ends a browser sends.
    fn mark(&self) -> String {
        format!("{}|{}", self.goes, self.text.replace("\r\n", "\n").trim())
    }
}

/// What the rows would do to the list in force.
fn change_of(now: &[SupplierPrice], put: &[SupplierPrice], goes: bool) -> Change {
    let merged = merge(now, put);
    let is_named = |one: &SupplierPrice| put.iter().any(|other| other.key() == one.key());
    let (stay, gone): (Vec<_>, Vec<_>) =
        merged.list.iter().cloned().partition(|one| !goes || is_named(one));
    (Merged { list: stay, ..merged }, gone)
}

type Change = (Merged, Vec<SupplierPrice>);

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    form: web::Form<Typed>,
) -> Result<HttpResponse, AppError> {
    let id = SupplierId(id.parse().map_err(|_| AppError::NotFound)?);
    look(&state, &tools, site, who, (&request, id), form.into_inner()).await
}

/// Shows what a list would do, or puts it in force where that was seen.
///
/// # Errors
/// `NotFound`, what the store said.
pub async fn look(
    state: &Shared,
    tools: &web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (&HttpRequest, SupplierId),
    typed: Typed,
) -> Result<HttpResponse, AppError> {
    let known = read(state, move |reader| {
        let supplier = suppliers::find_supplier(reader.conn(), id)?.ok_or(StoreError::Missing)?;
        let zone = organisation::find_zone(reader.conn())?;
        Ok((supplier, suppliers::list_prices(reader.conn(), id)?, zone))
    });
    let (supplier, now, zone) = known.await?;
    let today = state.clock.now().day_in(&zone);
    let goes = typed.goes == "yes";
    let mut shown = Look { text: typed.text.clone(), goes, ..Look::default() };
    match read_list(&typed.text, (supplier.currency, today)) {
        Err(fault) => (shown.fault, shown.is_wrong) = (Some(fault), true),
        Ok(put) => {
            let change = change_of(&now, &put, goes);
            let is_nothing = change.0.is_nothing() && change.1.is_empty();
            if typed.what == "save" && typed.seen == typed.mark() && !is_nothing {
                let (tools, by) = (tools.clone(), who.by(""));
                let list = change.0.list;
                let put = move || purchasing::put_prices(&tools, id, (&now, &list), &by);
                let log = off_thread(put).await??;
                let undo = Some(format!("/suppliers/undo?entry={log}"));
                let text = (told::PRICES_SAVED.to_owned(), undo);
                return Ok(flash::done(state, &who, text, &format!("{PATH}/{id}")));
            }
            shown.change = Some(change);
        }
    }
    let shown = one::Shown { prices: Some(shown), entry: None };
    one::answer(state, site, who, (request, id), shown).await
}

pub async fn file(state: Shared, id: web::Path<String>) -> Result<HttpResponse, AppError> {
    let id = SupplierId(id.parse().map_err(|_| AppError::NotFound)?);
    let known = read(&state, move |reader| {
        suppliers::find_supplier(reader.conn(), id)?.ok_or(StoreError::Missing)?;
        suppliers::list_prices(reader.conn(), id)
    });
    let body = write_list(&known.await?).into_bytes();
    Ok(text::file(&format!("prices-{id}.csv"), text::MEDIA, body))
}

pub fn columns() -> Vec<Column> {
    vec![
        Column::words(told::SKU),
        Column::figures(told::UNIT_COST),
        Column::figures(told::FROM_QUANTITY),
        Column::figures(told::MOQ).wide(),
        Column::figures(told::PACK).wide(),
        Column::words(told::CODE).wide(),
        Column::words(told::VALID_FROM).wide(),
    ]
}

pub fn row(page: &Page, price: &SupplierPrice) -> Row {
    let count = |units| Cell::figure(Figure::text(format::quantity(units, page.locale)));
    Row::new(vec![
        Cell::text(&price.sku),
        Cell::figure(Figure::text(cost_text(page, price))),
        count(price.from_quantity),
        count(price.moq),
        count(price.pack),
        Cell::quiet(&price.code),
        Cell::quiet(format::day(price.valid_from, page.locale)),
    ])
}

fn cost_text(page: &Page, price: &SupplierPrice) -> String {
    let cost = format::decimal(price.unit_cost, price.currency.digits(), page.locale);
    format!("{} {cost}", price.currency.code())
}

pub fn panel(page: &Page, id: SupplierId, look: &Look) -> Panel {
    let here = page.url(&format!("{PATH}/{id}"));
    let goes = if look.goes { "yes" } else { "" }.to_owned();
    let typed = Typed { text: look.text.clone(), goes, ..Typed::default() };
    let is_ready = look
        .change
        .as_ref()
        .is_some_and(|(merged, gone)| !(merged.is_nothing() && gone.is_empty()));
    let mut wrong = Wrong::new();
    wrong.extend(look.fault.clone().map(|fault| ("text".to_owned(), fault)));
    let show = |kind| Button::submit(told::PRICES_LOOK, kind).sending("do", "show");
    let buttons = match is_ready {
        true => vec![
            Button::submit(told::SAVE, ButtonKind::Main).sending("do", "save"),
            show(ButtonKind::Plain),
        ],
        false => vec![
            show(ButtonKind::Main),
            Button::link(words::text(Word::Cancel), ButtonKind::Plain, here.clone()),
        ],
    };
    Panel {
        title: told::PRICES.to_owned(),
        lead: told::PRICES_LEAD.to_owned(),
        close: Link::new(words::text(Word::Close), here.clone()),
        form: Form {
            action: format!("{here}/prices"),
            method: "post",
            hidden: vec![("seen".to_owned(), typed.mark())],
            fields: vec![
                Field::lines("text", told::PRICES_TEXT, &look.text).needed().told(&wrong),
                Field::check("goes", told::PRICES_GO, look.goes),
            ],
            buttons,
            ..Form::default()
        },
        progress: None,
        effect: None,
        months: None,
        history: look.change.as_ref().map(|change| effect_of(page, change)),
    }
}

fn effect_of(page: &Page, (merged, gone): &Change) -> (String, Table) {
    let quantity = |count: usize| format::quantity(count as i64, page.locale);
    let (added, changed) = (quantity(merged.added.len()), quantity(merged.changed.len()));
    let told =
        told::prices_effect(&added, &changed, &quantity(merged.unchanged), &quantity(gone.len()));
    let mut table = Table::new("prices-change", told::PRICES);
    table.dense = true;
    table.columns = vec![
        Column::words(told::SKU),
        Column::figures(told::FROM_QUANTITY),
        Column::figures(told::UNIT_COST),
        Column::words(told::WHAT),
    ];
    let row = |price: &SupplierPrice, what: String| {
        Row::new(vec![
            Cell::text(&price.sku),
            Cell::figure(Figure::text(format::quantity(price.from_quantity, page.locale))),
            Cell::figure(Figure::text(cost_text(page, price))),
            Cell::quiet(what),
        ])
    };
    let added = merged.added.iter().map(|price| row(price, told::ADDED.to_owned()));
    let changed = merged.changed.iter();
    let changed = changed.map(|(was, is)| row(is, told::price_was(&cost_text(page, was))));
    let gone = gone.iter().map(|price| row(price, told::GONE.to_owned()));
    table.rows = added.chain(changed).chain(gone).take(SHOWN_MAX).collect();
    if table.rows.is_empty() {
        table.note = Some(told::PRICES_NOTHING.to_owned());
    }
    (told, table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Currency, Day};

    fn read_it(list: &str) -> Result<Vec<SupplierPrice>, String> {
        read_list(list, (Currency::EUR, Day::parse("2026-11-20").unwrap()))
    }

    #[test]
    fn rows_that_are_not_named_stay_or_go_as_asked() {
        let now = read_it("sku,unit_cost\nA,1\nB,2").unwrap();
        let put = read_it("sku,unit_cost\nA,3").unwrap();
        let (stays, gone) = change_of(&now, &put, false);
        assert_eq!((stays.list.len(), gone.len()), (2, 0));
        let (goes, gone) = change_of(&now, &put, true);
        assert_eq!((goes.list.len(), gone.len(), goes.changed.len()), (1, 1, 1));
    }
}
