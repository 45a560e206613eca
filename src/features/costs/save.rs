//! A cost is typed: first its effect is shown, then it is saved, and it can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::base::{Money, Zone};
use crate::domain::record::Cost;
use crate::reports::preview::{self, CostChange, Preview};
use crate::store::{organisation, stores};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::ask::{PageAsk, write_href};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format::{self, Locale};
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, say};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let names = read(&state, |reader| {
        Ok(stores::list_stores(reader)?.into_iter().map(|store| store.name).collect())
    });
    let names: Vec<String> = names.await?;
    let cost = match entry.read(&known_stores(names, &entry)) {
        Ok(cost) => cost,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { entry: Some(entry), wrong: *wrong, change: None, status };
            return answer(&state, site, who, &request, panelled).await;
        }
    };
    match entry.what.as_str() {
        "delete" => change(&state, &tools, &who, &request, CostChange::Remove(cost)).await,
        // What is saved is what was shown; anything typed since is shown first.
        "save" if entry.seen == mark_of(&entry) => {
            change(&state, &tools, &who, &request, CostChange::Put(cost)).await
        }
        _ => {
            let change = Some(CostChange::Put(cost));
            let panelled = Panelled { entry: Some(entry), change, ..Panelled::default() };
            answer(&state, site, who, &request, panelled).await
        }
    }
}

/// A row for a store that is gone can still be deleted.
fn known_stores(mut names: Vec<String>, entry: &Entry) -> Vec<String> {
    if entry.what == "delete" {
        names.push(entry.store.clone());
    }
    names
}

/// Tells one entry from another.
pub fn mark_of(entry: &Entry) -> String {
    let Entry { sku, unit_cost, currency, valid_from, store, country, .. } = entry;
    let parts = [sku, unit_cost, currency, valid_from, store, country];
    parts.map(|part| part.trim()).join("|")
}

async fn change(
    state: &Shared,
    tools: &web::Data<Tools>,
    who: &Who,
    request: &HttpRequest,
    change: CostChange,
) -> Result<HttpResponse, AppError> {
    let working = tools.clone();
    let done = off_thread(move || {
        // The effect is that of this very moment, before the change is in.
        let effect = working.db.read(|reader| {
            let locale = organisation::find(reader.conn())?.locale;
            Ok((preview::run(reader, &change).ok(), locale))
        })?;
        match &change {
            CostChange::Put(cost) => edit::save_cost(&working, cost).map(|_| ())?,
            CostChange::Remove(cost) => edit::delete_cost(&working, cost)?,
        }
        Ok::<_, AppError>((effect, change))
    });
    let ((effect, locale), change) = done.await??;
    let word = match change {
        CostChange::Put(_) => Word::CostSaved,
        CostChange::Remove(_) => Word::CostDeleted,
    };
    let text = told(words::text(word), effect.as_ref(), &locale);
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&undo_path(change.cost())),
        csrf: String::new(),
    };
    state.flashes.put(who, Flash::toast(Toast { text, undo: Some(undo) }));
    Ok(back(state, request))
}

fn told(done: &str, effect: Option<&Preview>, locale: &str) -> String {
    let Some(effect) = effect.filter(|effect| effect.orders > 0) else { return done.to_owned() };
    let locale = Locale::find(locale).unwrap_or_default();
    let money = Money::new(effect.change_minor, effect.currency);
    let amount = format::change(money.minor, money.currency.digits(), locale);
    let orders = format::quantity(effect.orders, locale);
    let orders = say::counted(effect.orders, &orders, Word::Order, Word::Orders);
    say::cost_done(done, &orders, &amount)
}

fn undo_path(cost: &Cost) -> String {
    let entry = Entry::of(cost);
    let params = [
        ("sku", entry.sku),
        ("unit_cost", entry.unit_cost),
        ("currency", entry.currency),
        ("valid_from", entry.valid_from),
        ("store", entry.store),
        ("country", entry.country),
    ];
    write_href("/costs/undo", params.map(|(name, value)| (name.to_owned(), value)).into_iter())
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = asked.into_inner();
    let cost = entry.read(std::slice::from_ref(&entry.store));
    let cost = cost.map_err(|_| AppError::NotFound)?;
    off_thread(move || edit::undo_cost(&tools, &cost)).await??;
    let text = words::text(Word::CostUndone).to_owned();
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    let chosen = [("sku".to_owned(), entry.sku)].into_iter();
    Ok(see(&write_href(&state.url(PATH), chosen)))
}

/// To the page as it stood, the panel closed.
fn back(state: &Shared, request: &HttpRequest) -> HttpResponse {
    let today = state.clock.now().day_in(&Zone::utc());
    let ask = PageAsk::parse(request.path(), request.query_string(), today);
    see(&ask.href_with(&[("delete", None)]))
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
