//! What a press of a button does with a channel, a listing, or all of them.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::form::{Typed, read_choices, read_rules};
use super::{PATH, one};
use crate::base::id::{AccountId, StockActionId, StockListingId};
use crate::reports::pushed;
use crate::store::accounts::AccountRow;
use crate::store::stock::channels::PushState;
use crate::store::stock::listings::find_listing;
use crate::store::stock::variants::Mode;
use crate::store::{StoreError, stock};
use crate::sync::ctx::Tools;
use crate::sync::stock::ask;
use crate::sync::stock::steer::{self, Said};
use crate::web::ask::write_path;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Notice, Post, Toast, Weight};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, channels as told};

pub fn said(who: &Who, typed: &Typed) -> Said {
    Said { by: who.by(typed.get("why").map_or("", String::as_str)), user: who.user }
}

/// The account of that name, if its store may be seen.
///
/// # Errors
/// `NotFound` where there is none.
pub async fn find(state: &Shared, who: &Who, name: &str) -> Result<AccountRow, AppError> {
    let rows = read(state, pushed::list_accounts).await?;
    let may_see = |row: &AccountRow| row.store.is_none_or(|store| who.scope.allows(store));
    let row = rows.into_iter().find(|row| row.name == name).filter(may_see);
    row.ok_or(AppError::NotFound)
}

/// Back to a page with a word of what was done, and Undo where it was a setting.
pub fn done(
    (state, who, to): (&Shared, &Who, &str),
    made: Result<Option<StockActionId>, StoreError>,
    text: &str,
) -> Result<HttpResponse, AppError> {
    let undo = |action: StockActionId| Post {
        label: words::text(Word::Undo).to_owned(),
        action: format!("{}?undo={action}", state.url(PATH)),
        csrf: String::new(),
    };
    match made {
        Ok(action) => {
            let toast = Toast { text: text.to_owned(), undo: action.map(undo) };
            state.flashes.put(who, Flash::toast(toast));
        }
        // A page says it where it was asked, a program gets it as its answer.
        Err(StoreError::Refused(why)) if who.session.is_some() => {
            let (title, text) = match why.split_once(". ") {
                Some((title, text)) => (format!("{title}."), text.to_owned()),
                None => (why, String::new()),
            };
            let weight = Weight::Broken;
            let notice = Notice { weight, title, text, buttons: Vec::new(), link: None };
            state.flashes.put(who, Flash { toast: None, notices: vec![notice] });
        }
        Err(StoreError::Refused(why)) => return Err(AppError::Unprocessable(why)),
        Err(fault) => return Err(fault.into()),
    }
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(to))).finish())
}

#[derive(Deserialize)]
pub struct Asked {
    undo: Option<i64>,
}

/// The kill switch, and undo.
pub async fn all(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Asked>,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, AppError> {
    let said = said(&who, &typed);
    if let Some(action) = asked.undo.map(StockActionId) {
        let made = off_thread(move || steer::undo(&tools, action, &said)).await?;
        return done((&state, &who, PATH), made.map(|()| None), told::UNDONE);
    }
    let text = match typed.get("do").map(String::as_str) {
        Some("stop") => told::STOPPED_DONE,
        Some("allow") => told::ALLOWED_DONE,
        _ => return Err(AppError::NotFound),
    };
    let is_stop = text == told::STOPPED_DONE;
    let made = off_thread(move || match is_stop {
        true => steer::stop_all(&tools.db, &tools.gate, &said),
        false => steer::allow_all(&tools, &said),
    });
    done((&state, &who, PATH), made.await?.map(|()| None), text)
}

pub async fn one(
    state: Shared,
    (site, tools): (web::Data<Site>, web::Data<Tools>),
    who: Who,
    request: HttpRequest,
    name: web::Path<String>,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, AppError> {
    let row = find(&state, &who, &name).await?;
    let (account, said) = (row.id, said(&who, &typed));
    let to = write_path(&["channels", &row.name]);
    let at = (&state, &who, to.as_str());
    match typed.get("do").map_or("", String::as_str) {
        "watch" => {
            let asking = tools.clone();
            let places = off_thread(move || ask::list_places(&asking, account)).await?;
            let places = match places {
                Ok(places) => places,
                Err(fault) => return done(at, Err(fault), ""),
            };
            let chosen = typed.get("place");
            let place = match places.as_slice() {
                [only] if chosen.is_none() => Some(only),
                several => several.iter().find(|place| Some(&place.id) == chosen),
            };
            let Some(place) = place.cloned() else {
                let looked = (who.clone(), &request);
                return one::answer(&state, (site, tools), looked, (&row.name, places)).await;
            };
            let made =
                off_thread(move || steer::watch(&tools, (account, &place.id, &place.name), &said));
            done(at, made.await?, told::WATCH_NOTE)
        }
        "rules" => {
            let Some(rules) = read_rules(&typed) else {
                return done(at, not_a_number(), "");
            };
            let made = off_thread(move || steer::set_rules(&tools, account, &rules, &said)).await?;
            done_or_unchanged(at, made)
        }
        "let_go" => {
            let made = off_thread(move || steer::let_go(&tools, account, &said)).await?;
            done(at, made.map(|()| None), told::LET_GO_DONE)
        }
        name => {
            let state = PushState::parse(name).ok_or(AppError::NotFound)?;
            let made = off_thread(move || steer::set_state(&tools, account, state, &said));
            done(at, made.await?, &told::done_state(state.name()))
        }
    }
}

fn not_a_number() -> Result<Option<StockActionId>, StoreError> {
    Err(StoreError::Refused(told::NOT_A_NUMBER.to_owned()))
}

fn done_or_unchanged(
    at: (&Shared, &Who, &str),
    made: Result<Option<StockActionId>, StoreError>,
) -> Result<HttpResponse, AppError> {
    let text = if let Ok(None) = made { told::UNCHANGED } else { told::SAVED };
    done(at, made, text)
}

pub async fn listing(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    path: web::Path<(String, String)>,
    typed: web::Form<Typed>,
) -> Result<HttpResponse, AppError> {
    let (name, id) = path.into_inner();
    let row = find(&state, &who, &name).await?;
    let id = StockListingId(id.parse().map_err(|_| AppError::NotFound)?);
    let skus = read(&state, move |reader| is_of(reader, row.id, id)).await?;
    let skus = skus.ok_or(AppError::NotFound)?;
    let said = said(&who, &typed);
    let to = write_path(&["channels", &row.name, "listings", &id.to_string()]);
    let at = (&state, &who, to.as_str());
    match typed.get("do").map_or("", String::as_str) {
        "save" => {
            let Some(choices) = read_choices(&typed) else {
                return done(at, not_a_number(), "");
            };
            let made = off_thread(move || steer::set_listing(&tools, id, &choices, &said)).await?;
            done_or_unchanged(at, made)
        }
        "mode" => {
            let is_strict = typed.get("strict").is_some_and(|on| on == "yes");
            let mode = if is_strict { Mode::Strict } else { Mode::Mirror };
            let made = off_thread(move || steer::set_modes(&tools, (&skus, mode), &said)).await?;
            done_or_unchanged(at, made)
        }
        "release" => {
            let made = off_thread(move || steer::release(&tools, id, &said)).await?;
            done(at, made.map(|()| None), told::RELEASED)
        }
        _ => Err(AppError::NotFound),
    }
}

/// What the listing sells; `None` where it is none of the account's.
fn is_of(
    reader: &crate::store::Reader<'_>,
    account: AccountId,
    id: StockListingId,
) -> Result<Option<Vec<String>>, StoreError> {
    let listing = find_listing(reader.conn(), id)?;
    match listing.filter(|listing| listing.account == account) {
        Some(_) => {
            let sold = stock::listings::list_sold(reader.conn(), id)?;
            Ok(Some(sold.into_iter().map(|(sku, _)| sku).collect()))
        }
        None => Ok(None),
    }
}
