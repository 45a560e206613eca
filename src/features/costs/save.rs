//! A cost is typed: first its effect is shown, then it is saved, and it can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::base::Zone;
use crate::domain::record::Cost;
use crate::features::feature::{desk_of, seen, told_done};
use crate::reports::preview::{CostChange, Edit};
use crate::store::changes::By;
use crate::store::{organisation, stores};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::ask::{PageAsk, write_href};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let panelled = read_entry(&state, entry).await?;
    let is_seen = |entry: &Entry| match entry.what.as_str() {
        "delete" => true,
        // What is saved is what was shown; anything typed since is shown first.
        "save" => entry.seen == mark_of(entry),
        _ => false,
    };
    match (&panelled.change, &panelled.entry) {
        (Some(changed), Some(entry)) if is_seen(entry) => {
            let by = who.by(&entry.why);
            change(&state, &tools, (&who, by), &request, changed.clone()).await
        }
        _ => answer(&state, site, who, &request, panelled).await,
    }
}

/// What an address asks to be shown, such as a look that goes on.
pub async fn read_address(
    state: &Shared,
    who: &Who,
    request: &HttpRequest,
) -> Result<Panelled, AppError> {
    let asked = web::Query::<Entry>::from_query(request.query_string());
    match asked.map(web::Query::into_inner) {
        Ok(entry) if entry.what == "show" && Permission::EditCosts.allows(who.role) => {
            read_entry(state, entry).await
        }
        _ => Ok(Panelled::default()),
    }
}

/// The change that an entry asks for, or what is wrong with it.
async fn read_entry(state: &Shared, entry: Entry) -> Result<Panelled, AppError> {
    let names = read(state, |reader| {
        Ok(stores::list_stores(reader)?.into_iter().map(|store| store.name).collect())
    });
    let names: Vec<String> = names.await?;
    let read = entry.read(&known_stores(names, &entry));
    let is_delete = entry.what == "delete";
    let entry = Some(entry);
    Ok(match read {
        Ok(cost) => {
            let change = if is_delete { CostChange::Remove(cost) } else { CostChange::Put(cost) };
            Panelled { entry, change: Some(change), ..Panelled::default() }
        }
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Panelled { entry, wrong: *wrong, change: None, status }
        }
    })
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
    (who, by): (&Who, By),
    request: &HttpRequest,
    change: CostChange,
) -> Result<HttpResponse, AppError> {
    let (working, desk, now) = (tools.clone(), desk_of(request)?, state.clock.now());
    let done = off_thread(move || {
        // The effect is that of this very moment, before the change is in.
        let organisation = working.db.read(|reader| organisation::find(reader.conn()))?;
        let today = now.day_in(&organisation.time_zone.unwrap_or_else(Zone::utc));
        let effect = desk.find_done(&working.db, &Edit::Cost(change.clone()), today);
        let by = By { seen: effect.as_deref().map(seen), ..by };
        match &change {
            CostChange::Put(cost) => edit::save_cost(&working, cost, &by).map(|_| ())?,
            CostChange::Remove(cost) => edit::delete_cost(&working, cost, &by)?,
        }
        Ok::<_, AppError>(((effect, organisation.locale), change))
    });
    let ((effect, locale), change) = done.await??;
    let word = match change {
        CostChange::Put(_) => Word::CostSaved,
        CostChange::Remove(_) => Word::CostDeleted,
    };
    let text = told_done(words::text(word), effect.as_deref(), &locale);
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&undo_path(change.cost())),
        csrf: String::new(),
    };
    state.flashes.put(who, Flash::toast(Toast { text, undo: Some(undo) }));
    Ok(back(state, request))
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
    let by = who.by("");
    off_thread(move || edit::undo_cost(&tools, &cost, &by)).await??;
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
