//! A draft is saved, a transfer is sent, received, closed or cancelled, and each of it is taken
//! back.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::entry::Entry;
use super::{PATH, list, one};
use crate::base::Day;
use crate::base::id::{PurchasingLogId, TransferId, TransferStepId};
use crate::store::StoreError;
use crate::store::purchasing::log::LogKind;
use crate::store::stock::variants;
use crate::sync::ctx::Tools;
use crate::sync::purchasing as edits;
use crate::sync::transfers::{self, Act};
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::form::Wrong;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{purchasing, say, transfer as told};

pub async fn put(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let id = entry.id.trim().parse().ok().map(TransferId);
    let (typed, by) = (entry.clone(), who.by(""));
    let made = read(&state, move |reader| {
        let is_known =
            |sku: &str| matches!(variants::find_variant(reader.conn(), sku), Ok(Some(_)));
        Ok(typed.read(&is_known))
    });
    let wrong = match made.await? {
        Ok(typed) => {
            let put = move || transfers::put(&tools, id, &typed, &by);
            match off_thread(put).await? {
                Ok((id, log)) => {
                    let undo = Some(format!("{PATH}/undo?entry={log}"));
                    let text = (told::DONE_SAVED.to_owned(), undo);
                    return Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")));
                }
                Err(StoreError::Refused(what)) => Wrong::from([("number".to_owned(), what)]),
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(wrong) => wrong,
    };
    match id {
        Some(id) => {
            let again = Some(one::Again::Draft(entry, wrong));
            one::answer(&state, site, who, (&request, id), again).await
        }
        None => {
            let again = Some(list::Again::Transfer(entry, wrong));
            list::answer(&state, site, who, &request, again).await
        }
    }
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    (request, id): (HttpRequest, web::Path<String>),
    form: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, AppError> {
    let id = TransferId(id.parse().map_err(|_| AppError::NotFound)?);
    let fields: BTreeMap<String, String> = form.into_inner().into_iter().collect();
    let get = |name: &str| fields.get(name).map(|text| text.trim()).unwrap_or_default();
    let (act, by) = (get("act").to_owned(), who.by(""));
    if act == "cancel" {
        let log = off_thread(move || transfers::cancel(&tools, id, &by)).await??;
        let undo = Some(format!("{PATH}/undo?entry={log}"));
        let text = (told::DONE_CANCELLED.to_owned(), undo);
        return Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")));
    }
    let (what, text) = match act.as_str() {
        "send" => (Ok(Act::Send), told::DONE_SENT),
        "receive" => (read_units(&fields).map(Act::Receive), told::DONE_RECEIVED),
        "close" => (Ok(Act::Close), told::DONE_CLOSED),
        _ => return Err(AppError::NotFound),
    };
    let day = Day::parse(get("day"));
    let wrong = match (what, day) {
        (Ok(what), Ok(day)) => {
            let acting = move || transfers::act(&tools, id, (&what, day), &by);
            match off_thread(acting).await? {
                Ok(step) => {
                    let undo = Some(format!("{PATH}/{id}/steps/{step}/undo"));
                    let text = (text.to_owned(), undo);
                    return Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")));
                }
                Err(StoreError::Refused(what)) => Wrong::from([("day".to_owned(), what)]),
                Err(fault) => return Err(fault.into()),
            }
        }
        (Err(wrong), _) => wrong,
        (Ok(_), Err(_)) => Wrong::from([("day".to_owned(), say::day_wrong(get("day")))]),
    };
    one::answer(&state, site, who, (&request, id), Some(one::Again::Act(act, wrong))).await
}

fn read_units(fields: &BTreeMap<String, String>) -> Result<Vec<(i64, i64)>, Wrong> {
    let mut wrong = Wrong::new();
    let mut units = Vec::new();
    for (name, text) in fields {
        let Some(line) = name.strip_prefix("units-").and_then(|no| no.parse::<i64>().ok()) else {
            continue;
        };
        match text.trim() {
            "" => {}
            text => match text.parse::<i64>().ok().filter(|units| *units >= 0) {
                Some(count) => units.push((line, count)),
                None => {
                    wrong.insert(name.clone(), purchasing::UNITS_WRONG.to_owned());
                }
            },
        }
    }
    if wrong.is_empty() { Ok(units) } else { Err(wrong) }
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
    let entry = off_thread(move || edits::undo(&tools, (id, &[LogKind::Transfer]), &by)).await??;
    let to = match &entry.before {
        None => PATH.to_owned(),
        Some(_) => format!("{PATH}/{}", entry.subject),
    };
    Ok(flash::done(&state, &who, (purchasing::UNDONE.to_owned(), None), &to))
}

pub async fn undo_step(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, AppError> {
    let (id, step) = path.into_inner();
    let number = |text: String| text.parse::<i64>().map_err(|_| AppError::NotFound);
    let (id, step) = (TransferId(number(id)?), TransferStepId(number(step)?));
    let by = who.by("");
    off_thread(move || transfers::undo_step(&tools, id, step, &by)).await??;
    let text = (told::UNDONE.to_owned(), None);
    Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")))
}
