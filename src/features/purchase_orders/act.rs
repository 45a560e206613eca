//! A draft is saved, an order is ordered, cancelled or copied, a bill is entered, and each of it
//! is taken back.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::entry::{Entry, Known};
use super::{PATH, list, one};
use crate::base::id::{LocationId, PurchaseOrderId, PurchasingLogId, SupplierId};
use crate::base::{Day, Money};
use crate::domain::purchase::order::{PurchaseOrder, Stage};
use crate::domain::record::{LandedCost, LandedKind, PurchaseChange, SplitBy};
use crate::store::changes::By;
use crate::store::purchasing::log::LogKind;
use crate::store::purchasing::{orders, suppliers};
use crate::store::stock::locations;
use crate::store::{Lane, StoreError, organisation};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::sync::purchasing::{self, OrderAct};
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::form::Wrong;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, purchasing as told, say};

pub async fn put(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let id = entry.id.trim().parse().ok().map(PurchaseOrderId);
    let (working, typed, by) = (tools.clone(), entry.clone(), who.by(""));
    let now = state.clock.now();
    let put = off_thread(move || -> Result<_, StoreError> {
        let Some(known) = find_known(&working, &typed, now)? else {
            return Ok(Err(one_wrong("supplier", told::CHOOSE)));
        };
        let (supplier, currency, location, prices, today) = known;
        let known = Known { currency, supplier, location, prices: &prices, today };
        let order = match typed.read(&known) {
            Ok(order) => order,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let order = keep(&working, id, order)?;
        match purchasing::put_order(&working, id, &order, &by) {
            Ok(done) => Ok(Ok(done)),
            Err(StoreError::Refused(what)) => Ok(Err(one_wrong("number", &what))),
            Err(fault) => Err(fault),
        }
    });
    match (put.await??, id) {
        (Ok((id, log)), _) => Ok(done(&state, &who, (told::DONE_SAVED, Some(log)), id)),
        (Err(wrong), Some(id)) => {
            let shown = one::Shown { edit: Some((entry, wrong)), ..one::Shown::default() };
            one::answer(&state, site, who, (&request, id), shown).await
        }
        (Err(wrong), None) => list::answer(&state, site, who, &request, Some((entry, wrong))).await,
    }
}

fn one_wrong(field: &str, what: &str) -> Wrong {
    Wrong::from([(field.to_owned(), what.to_owned())])
}

/// What the page does not type stays: weights of lines that stay, and the number.
fn keep(
    tools: &Tools,
    id: Option<PurchaseOrderId>,
    order: PurchaseOrder,
) -> Result<PurchaseOrder, StoreError> {
    let Some(id) = id else { return Ok(order) };
    let known = tools.db.read(|reader| orders::find_order(reader.conn(), id))?;
    let known = known.ok_or(StoreError::Missing)?;
    let mut order = PurchaseOrder { number: known.number.clone(), ..order };
    for line in &mut order.lines {
        line.weight_grams = known.find_line(&line.sku).and_then(|former| former.weight_grams);
    }
    Ok(order)
}

type Found = (
    SupplierId,
    crate::base::Currency,
    LocationId,
    Vec<crate::domain::purchase::supplier::SupplierPrice>,
    Day,
);

fn find_known(
    tools: &Tools,
    entry: &Entry,
    now: crate::base::Instant,
) -> Result<Option<Found>, StoreError> {
    let Ok(supplier) = entry.supplier.trim().parse().map(SupplierId) else { return Ok(None) };
    let place = entry.location.trim().parse().ok().map(LocationId);
    tools.db.write_local(Lane::Interactive, |tx| {
        let Some(known) = suppliers::find_supplier(tx.conn(), supplier)? else { return Ok(None) };
        let place = match place {
            Some(place) => locations::find_location_by_id(tx.conn(), place)?.map(|one| one.id),
            None => None,
        };
        let place = match place {
            Some(place) => place,
            None => locations::find_usual_location(tx)?,
        };
        let zone = organisation::find_zone(tx.conn())?;
        let prices = suppliers::list_prices(tx.conn(), supplier)?;
        Ok(Some((supplier, known.currency, place, prices, now.day_in(&zone))))
    })
}

fn done(
    state: &Shared,
    who: &Who,
    (text, log): (&str, Option<PurchasingLogId>),
    id: PurchaseOrderId,
) -> HttpResponse {
    let undo = log.map(|log| format!("{PATH}/undo?entry={log}"));
    flash::done(state, who, (text.to_owned(), undo), &format!("{PATH}/{id}"))
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Acted {
    pub act: String,
    pub day: String,
    pub kind: String,
    pub amount: String,
    pub by: String,
    pub bill: String,
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    form: web::Form<Acted>,
) -> Result<HttpResponse, AppError> {
    let id = PurchaseOrderId(id.parse().map_err(|_| AppError::NotFound)?);
    let (acted, by) = (form.into_inner(), who.by(""));
    let act = match acted.act.as_str() {
        "order" => match Day::parse(acted.day.trim()) {
            Ok(day) => OrderAct::Order(day),
            Err(_) => {
                let wrong = one_wrong("day", &say::day_wrong(acted.day.trim()));
                let shown = one::Shown { ordering: Some(wrong), ..one::Shown::default() };
                return one::answer(&state, site, who, (&request, id), shown).await;
            }
        },
        "cancel" => OrderAct::Cancel,
        "duplicate" => return duplicate(&state, &tools, &who, id).await,
        "bill" => return enter_bill(&state, &tools, site, who, (&request, id), acted).await,
        _ => return Err(AppError::NotFound),
    };
    let acting = move || purchasing::act_on_order(&tools, id, act, &by);
    let log = off_thread(acting).await??;
    let text = match act {
        OrderAct::Order(_) => told::DONE_ORDERED,
        OrderAct::Cancel => told::DONE_CANCELLED,
    };
    Ok(done(&state, &who, (text, Some(log)), id))
}

/// Copies an order as a draft under the next number that is free.
async fn duplicate(
    state: &Shared,
    tools: &web::Data<Tools>,
    who: &Who,
    id: PurchaseOrderId,
) -> Result<HttpResponse, AppError> {
    const TRIES_MAX: i64 = 1_000;
    let (tools, by) = (tools.clone(), who.by(""));
    let copied = off_thread(move || {
        let (order, numbers) = tools.db.read(|reader| {
            let order = orders::find_order(reader.conn(), id)?.ok_or(StoreError::Missing)?;
            Ok((order, orders::list_numbers(reader)?))
        })?;
        let names = (2..TRIES_MAX).map(|n| told::copy_of(&order.number, n));
        let number = names.into_iter().find(|name| !numbers.contains_key(name));
        let number = number.ok_or(StoreError::Conflict)?;
        let (stage, ordered, expected) = (Stage::Draft, None, None);
        let copy = PurchaseOrder { number, stage, ordered, expected, ..order };
        purchasing::put_order(&tools, None, &copy, &by)
    });
    let (id, log) = copied.await??;
    Ok(done(state, who, (told::DONE_DUPLICATED, Some(log)), id))
}

async fn enter_bill(
    state: &Shared,
    tools: &web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (&HttpRequest, PurchaseOrderId),
    acted: Acted,
) -> Result<HttpResponse, AppError> {
    let found = read(state, move |reader| orders::find_order(reader.conn(), id)).await?;
    let order = found.ok_or(AppError::NotFound)?;
    let bill = match read_bill(&order, &acted) {
        Ok(bill) => bill,
        Err(wrong) => {
            let Acted { kind, amount, by, day, bill, .. } = acted;
            let typed = [kind, amount, by, day, bill];
            let shown = one::Shown { bill: Some((typed, wrong)), ..one::Shown::default() };
            return one::answer(state, site, who, (request, id), shown).await;
        }
    };
    let (tools, by): (_, By) = (tools.clone(), who.by(""));
    let change = PurchaseChange { landed: vec![bill], ..PurchaseChange::default() };
    let at = off_thread(move || edit::change_purchases(&tools, &change, &by)).await??;
    let undo = Some(format!("/purchases/undo?at={}", at.0));
    let to = format!("{PATH}/{id}");
    Ok(flash::done(state, &who, (told::DONE_BILL.to_owned(), undo), &to))
}

fn read_bill(order: &PurchaseOrder, acted: &Acted) -> Result<LandedCost, Wrong> {
    let mut wrong = Wrong::new();
    let amount = Money::parse(acted.amount.trim(), order.currency);
    if amount.is_err() {
        wrong.insert("amount".to_owned(), told::AMOUNT_WRONG.to_owned());
    }
    let text = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let day = text(&acted.day).map(|day| Day::parse(&day));
    if let Some(Err(_)) = day {
        wrong.insert("day".to_owned(), say::day_wrong(acted.day.trim()));
    }
    let (kind, by) = (LandedKind::parse(&acted.kind), SplitBy::parse(&acted.by));
    for (field, is_known) in [("kind", kind.is_some()), ("by", by.is_some())] {
        if !is_known {
            wrong.insert(field.to_owned(), words::text(Word::PurchaseKindWrong).to_owned());
        }
    }
    match (kind, amount, by) {
        (Some(kind), Ok(amount), Some(by)) if wrong.is_empty() => {
            let (day, bill) = (day.and_then(Result::ok), text(&acted.bill));
            Ok(LandedCost { reference: order.number.clone(), kind, amount, by, day, bill })
        }
        _ => Err(wrong),
    }
}

#[derive(Deserialize)]
pub struct Undone {
    entry: i64,
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Undone>,
) -> Result<HttpResponse, AppError> {
    let (id, by) = (PurchasingLogId(asked.entry), who.by(""));
    let entry =
        off_thread(move || purchasing::undo(&tools, (id, &[LogKind::Order]), &by)).await??;
    let to = match &entry.before {
        None => PATH.to_owned(),
        Some(_) => format!("{PATH}/{}", entry.subject),
    };
    Ok(flash::done(&state, &who, (told::UNDONE.to_owned(), None), &to))
}
