//! A receipt or a bill is typed: first its effect is shown, then it is saved, and it can be
//! undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::base::{Instant, Zone};
use crate::domain::record::PurchaseChange;
use crate::domain::report::MonthChange;
use crate::reports::preview::purchases::{self as preview, PurchasePreview};
use crate::store::changes::{By, Seen};
use crate::store::organisation;
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format::{self, Locale};
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::{self, Word, purchase as told, say};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    match entry.act.as_str() {
        "delete" => {
            let gone = Some(entry.reference.trim().to_owned());
            let gone = PurchaseChange { gone, ..PurchaseChange::default() };
            return change(&state, &tools, (&who, &entry.why), (gone, Word::PurchaseDeleted)).await;
        }
        "unland" => {
            let id = entry.id.trim().parse().map_err(|_| AppError::NotFound)?;
            let gone = PurchaseChange { landed_gone: Some(id), ..PurchaseChange::default() };
            return change(&state, &tools, (&who, &entry.why), (gone, Word::PurchaseBillGone))
                .await;
        }
        _ => {}
    }
    let put = match entry.read() {
        Ok(put) => put,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { entry: Some(entry), wrong, change: None, status };
            return answer(&state, site, who, &request, panelled).await;
        }
    };
    // What is saved is what was shown; anything typed since is shown first.
    if entry.what == "save" && entry.seen == entry.mark() {
        let word = match entry.act.as_str() {
            "bill" => Word::PurchaseBillSaved,
            _ => Word::PurchaseSaved,
        };
        return change(&state, &tools, (&who, &entry.why), (put, word)).await;
    }
    let panelled = Panelled { entry: Some(entry), change: Some(put), ..Panelled::default() };
    answer(&state, site, who, &request, panelled).await
}

async fn change(
    state: &Shared,
    tools: &web::Data<Tools>,
    (who, why): (&Who, &str),
    (change, done): (PurchaseChange, Word),
) -> Result<HttpResponse, AppError> {
    let (working, by, now) = (tools.clone(), who.by(why), state.clock.now());
    let made = off_thread(move || {
        // The effect is that of this very moment, before the change is in.
        let (effect, locale) = working.db.read(|reader| {
            let organisation = organisation::find(reader.conn())?;
            let zone = organisation.time_zone.unwrap_or_else(Zone::utc);
            let effect = preview::run(reader, &change, now.day_in(&zone)).ok();
            Ok((effect, organisation.locale))
        })?;
        let by = By { seen: effect.as_ref().and_then(seen), ..by };
        let at = edit::change_purchases(&working, &change, &by)?;
        Ok::<_, AppError>((effect, locale, at))
    });
    let (effect, locale, at) = made.await??;
    let text = told_done(words::text(done), effect.as_ref(), &locale);
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&format!("/purchases/undo?at={}", at.0)),
        csrf: String::new(),
    };
    state.flashes.put(who, Flash::toast(Toast { text, undo: Some(undo) }));
    Ok(see(&state.url(PATH)))
}

/// The profit moves by what the goods that were sold cost more or less.
fn seen(effect: &PurchasePreview) -> Option<Seen> {
    let revalued = effect.revalued.as_ref()?;
    let sum = |of: fn(&MonthChange) -> i64| effect.months.iter().map(of).sum();
    Some(Seen {
        orders: revalued.orders,
        before_minor: sum(|month| month.before_minor),
        after_minor: sum(|month| month.after_minor),
        currency: effect.currency,
    })
}

fn told_done(done: &str, effect: Option<&PurchasePreview>, locale: &str) -> String {
    let Some((effect, revalued)) =
        effect.and_then(|effect| Some((effect, effect.revalued.as_ref()?)))
    else {
        return done.to_owned();
    };
    let locale = Locale::find(locale).unwrap_or_default();
    let quantity = |count| format::quantity(count, locale);
    let (units, orders) = (revalued.units, revalued.orders);
    told::done(
        done,
        &say::counted(units, &quantity(units), Word::UnitSmall, Word::UnitsSmall),
        &say::counted(orders, &quantity(orders), Word::Order, Word::Orders),
        &format::day(revalued.since, locale),
        &format::change(revalued.change_minor, effect.currency.digits(), locale),
    )
}

#[derive(Deserialize)]
pub struct Undone {
    at: i64,
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    asked: web::Query<Undone>,
) -> Result<HttpResponse, AppError> {
    let at = Instant(asked.at);
    let by = who.by("");
    off_thread(move || edit::undo_purchases(&tools, at, &by)).await??;
    let text = words::text(Word::PurchaseUndone).to_owned();
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state.url(PATH)))
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
