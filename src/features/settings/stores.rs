//! The stores: which there are, a new one, an empty one taken away.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, Part, answer, done, post};
use crate::base::{Currency, Zone};
use crate::store::{Lane, StoreError, organisation, stores};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, say};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    name: String,
    currency: String,
}

pub struct Shown {
    entry: Entry,
    fault: String,
    /// About a store that stays, not about a new one.
    is_removal: bool,
}

pub async fn add(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let name = entry.name.trim().to_owned();
    let Ok(currency) = Currency::parse(&entry.currency) else {
        let fault = words::text(Word::CostCurrencyWrong).to_owned();
        return again(&state, site, who, &request, (entry, fault, false)).await;
    };
    let made = off_thread(move || {
        tools.db.write_local(Lane::Interactive, |tx| {
            let zone = organisation::find(tx.conn())?.time_zone;
            stores::insert_store(tx, &name, currency, &zone.unwrap_or_else(Zone::system))
        })
    });
    match made.await? {
        Ok(store) => Ok(done(&state, &who, say::store_added(&store.name))),
        Err(StoreError::Refused(fault)) => {
            again(&state, site, who, &request, (entry, fault, false)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

pub async fn remove(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let name = entry.name.clone();
    let removed = off_thread(move || {
        tools.db.write_local(Lane::Interactive, |tx| stores::delete_store(tx, &name))
    });
    match removed.await? {
        Ok(()) => Ok(done(&state, &who, say::store_removed(&entry.name))),
        Err(StoreError::Refused(fault)) => {
            again(&state, site, who, &request, (entry, fault, true)).await
        }
        Err(fault) => Err(fault.into()),
    }
}

async fn again(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    (entry, fault, is_removal): (Entry, String, bool),
) -> Result<HttpResponse, AppError> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let store = Some(Shown { entry, fault, is_removal });
    answer(state, site, who, request, Again { store, status, ..Again::default() }).await
}

pub fn part(page: &Page, shown: Option<&Shown>) -> Part {
    let mut part = Part::new("stores", Word::Stores);
    let mut table = Table::new("stores-table", words::text(Word::Stores));
    table.columns = vec![
        Column::words(words::text(Word::CostStore)),
        Column::words(words::text(Word::CostCurrency)),
        Column::words(words::text(Word::SetZone)).wide(),
    ];
    let row = |store: &stores::Store| {
        Row::new(vec![
            Cell::text(&store.name),
            Cell::text(store.currency.code()),
            Cell::quiet(store.zone.name()),
        ])
    };
    table.rows = page.stores.iter().map(row).collect();
    table.empty = Some(Empty {
        sentence: words::text(Word::SetNoStores).to_owned(),
        why: words::text(Word::SetNoStoresWhy).to_owned(),
        ..Empty::default()
    });
    part.table = Some(table);
    let removal = shown.filter(|shown| shown.is_removal);
    part.notice = removal.map(|shown| Notice {
        weight: Weight::Broken,
        title: say::store_not_removed(&shown.entry.name),
        text: shown.fault.clone(),
        buttons: Vec::new(),
        link: None,
    });
    part.posts = page
        .stores
        .iter()
        .map(|store| {
            let label = say::remove_store(&store.name);
            let post = post(page, &label, "/settings/stores/remove");
            (post, "name".to_owned(), store.name.clone())
        })
        .collect();
    let adding = shown.filter(|shown| !shown.is_removal);
    let entry = adding.map(|shown| shown.entry.clone()).unwrap_or_default();
    let own = page.organisation.currency.unwrap_or(Currency::EUR).code().to_owned();
    let currency = if entry.currency.is_empty() { own } else { entry.currency };
    let pick = |one: &Currency| Pick { value: one.code().into(), label: one.code().into() };
    let mut name = Field::text("name", words::text(Word::ImportNewStore), entry.name);
    name.id = "store-name".to_owned();
    name.error = adding.map(|shown| shown.fault.clone());
    name.required = true;
    let picks = Currency::list().iter().map(pick).collect();
    let mut its = Field::select("currency", words::text(Word::ImportItsCurrency), currency, picks);
    its.id = "store-currency".to_owned();
    part.form = Some(Form {
        action: page.url("/settings/stores"),
        method: "post",
        fields: vec![name, its],
        buttons: vec![Button::submit(words::text(Word::SetAddStore), ButtonKind::Plain)],
        ..Form::default()
    });
    part
}
