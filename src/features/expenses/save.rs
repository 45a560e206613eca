//! An expense is typed: first its effect is shown, then it is saved, and it can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::base::id::ExpenseId;
use crate::base::{Instant, Money};
use crate::domain::record::Expense;
use crate::domain::report::MonthChange;
use crate::reports::preview::expenses::{self as preview, ExpenseChange, ExpensePreview};
use crate::store::changes::{By, Seen};
use crate::store::{StoreError, costs, expenses, organisation, stores};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format::{self, Locale};
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, expense as told, say};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let id = entry.id.trim().parse().ok().map(ExpenseId);
    if entry.what == "delete" {
        return change(&state, &tools, (&who, &entry.why), (id, None)).await;
    }
    let names = read(&state, move |reader| {
        let stores = stores::list_stores(reader)?.into_iter().map(|store| store.name);
        let own = costs::list_expenses(reader)?.into_iter().filter(|(other, _)| Some(*other) == id);
        let mut names: Vec<String> = stores.collect();
        names.extend(own.filter_map(|(_, expense)| expense.store));
        Ok(names)
    });
    let expense = match entry.read(&names.await?) {
        Ok(expense) => expense,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { entry: Some(entry), wrong: *wrong, change: None, status };
            return answer(&state, site, who, &request, panelled).await;
        }
    };
    // What is saved is what was shown; anything typed since is shown first.
    if entry.what == "save" && entry.seen == entry.mark() {
        return change(&state, &tools, (&who, &entry.why), (id, Some(expense))).await;
    }
    let put = expense.clone();
    let gone =
        read(&state, move |reader| expenses::list_replaced(reader.conn(), id, Some(&put))).await?;
    let change = Some(ExpenseChange { gone, put: Some(expense) });
    let panelled = Panelled { entry: Some(entry), change, ..Panelled::default() };
    answer(&state, site, who, &request, panelled).await
}

async fn change(
    state: &Shared,
    tools: &web::Data<Tools>,
    (who, why): (&Who, &str),
    (id, put): (Option<ExpenseId>, Option<Expense>),
) -> Result<HttpResponse, AppError> {
    let working = tools.clone();
    let (now, by) = (state.clock.now(), who.by(why));
    let word = if put.is_some() { Word::ExpenseSaved } else { Word::ExpenseDeleted };
    let done = off_thread(move || {
        // The effect is that of this very moment, before the change is in.
        let (effect, locale) = working.db.read(|reader| {
            let organisation = organisation::find(reader.conn())?;
            let zone = organisation.time_zone.unwrap_or_else(crate::base::Zone::utc);
            let gone = expenses::list_replaced(reader.conn(), id, put.as_ref())?;
            if gone.is_empty() && put.is_none() {
                return Err(StoreError::Missing);
            }
            let change = ExpenseChange { gone, put: put.clone() };
            let effect = preview::run(reader, &change, now.day_in(&zone)).ok();
            Ok((effect, organisation.locale))
        })?;
        let by = By { seen: effect.as_ref().map(seen), ..by };
        let at = edit::change_expense(&working, id, put.as_ref(), &by)?;
        Ok::<_, AppError>((effect, locale, at))
    });
    let (effect, locale, at) = done.await??;
    let text = told_done(words::text(word), effect.as_ref(), &locale);
    let undo = Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&format!("/expenses/undo?at={}", at.0)),
        csrf: String::new(),
    };
    state.flashes.put(who, Flash::toast(Toast { text, undo: Some(undo) }));
    Ok(see(&state.url(PATH)))
}

/// Expenses belong to no order.
fn seen(effect: &ExpensePreview) -> Seen {
    let sum = |of: fn(&MonthChange) -> i64| effect.months.iter().map(of).sum();
    Seen {
        orders: 0,
        before_minor: sum(|month| month.before_minor),
        after_minor: sum(|month| month.after_minor),
        currency: effect.currency,
    }
}

fn told_done(done: &str, effect: Option<&ExpensePreview>, locale: &str) -> String {
    let Some(effect) = effect.filter(|effect| !effect.months.is_empty()) else {
        return done.to_owned();
    };
    let locale = Locale::find(locale).unwrap_or_default();
    let money = Money::new(effect.change_minor, effect.currency);
    let amount = format::change(money.minor, money.currency.digits(), locale);
    let count = effect.months.len() as i64;
    let shown = format::quantity(count, locale);
    told::done(done, &say::counted(count, &shown, Word::Month, Word::Months), &amount)
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
    off_thread(move || edit::undo_expense(&tools, at, &by)).await??;
    let text = words::text(Word::ExpenseUndone).to_owned();
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state.url(PATH)))
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
