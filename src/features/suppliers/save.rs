//! A supplier is saved, and an edit of it or of its prices is taken back.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::entry::Entry;
use super::{PATH, list, one};
use crate::base::id::{PurchasingLogId, SupplierId};
use crate::store::StoreError;
use crate::store::purchasing::log::LogKind;
use crate::sync::ctx::Tools;
use crate::sync::purchasing;
use crate::web::error::AppError;
use crate::web::flash;
use crate::web::form::Wrong;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::purchasing as told;

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let id = entry.id.trim().parse().ok().map(SupplierId);
    let wrong = match entry.read() {
        Ok(supplier) => {
            let by = who.by("");
            let put = move || purchasing::put_supplier(&tools, id, &supplier, &by);
            match off_thread(put).await? {
                Ok((id, log)) => {
                    let undo = Some(format!("/suppliers/undo?entry={log}"));
                    let text = (told::SUPPLIER_SAVED.to_owned(), undo);
                    return Ok(flash::done(&state, &who, text, &format!("{PATH}/{id}")));
                }
                Err(StoreError::Refused(what)) => Wrong::from([("name".to_owned(), what)]),
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(wrong) => wrong,
    };
    match id {
        Some(id) => {
            let shown = one::Shown { entry: Some((entry, wrong)), ..one::Shown::default() };
            one::answer(&state, site, who, (&request, id), shown).await
        }
        None => list::answer(&state, site, who, &request, Some((entry, wrong))).await,
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
    let entry = off_thread(move || {
        purchasing::undo(&tools, (id, &[LogKind::Supplier, LogKind::Prices]), &by)
    })
    .await??;
    // One that was just made is gone again.
    let to = match (entry.kind.name(), &entry.before) {
        ("supplier", None) => PATH.to_owned(),
        _ => format!("{PATH}/{}", entry.subject),
    };
    Ok(flash::done(&state, &who, (told::UNDONE.to_owned(), None), &to))
}
