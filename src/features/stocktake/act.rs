//! A stocktake is begun, counted, entered or dropped.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::take::{Typed, answer};
use crate::base::id::StocktakeId;
use crate::features::feature::{see, stock_done, told_refused};
use crate::store::stock::locations::{USUAL, find_usual_location};
use crate::store::{Lane, StoreError};
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::stocktake::{self, Counting};
use crate::sync::stock_edit::{Doer, Done};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Notice, Toast, Weight};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::words::stock as told;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Begun {
    place: String,
    note: String,
}

pub async fn begin(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    form: web::Form<Begun>,
) -> Result<HttpResponse, AppError> {
    let begun = form.into_inner();
    let doer = Doer { user: who.user, note: begun.note.clone() };
    let outcome = off_thread(move || {
        if begun.place.trim() == USUAL {
            // The shelf that every shop has is made when it is first used.
            tools.db.write_local(Lane::Interactive, |tx| find_usual_location(tx).map(|_| ()))?;
        }
        stocktake::begin(&tools, &begun.place, &doer)
    });
    match told_refused(outcome.await?)? {
        Ok(id) => Ok(see(&state.url(&format!("{PATH}/{id}")))),
        Err(sentence) => {
            state.flashes.put(&who, notice(sentence));
            Ok(see(&state.url(PATH)))
        }
    }
}

fn notice(title: String) -> Flash {
    let (weight, text) = (Weight::Broken, String::new());
    let notice = Notice { weight, title, text, buttons: Vec::new(), link: None };
    Flash { notices: vec![notice], ..Flash::default() }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Taken {
    /// `count`, `enter`, `drop`.
    act: String,
    code: String,
    units: String,
    lot: String,
}

enum What {
    Counted(String),
    Entered(Done),
    Dropped,
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    (id, form): (web::Path<i64>, web::Form<Taken>),
) -> Result<HttpResponse, AppError> {
    let (id, taken) = (StocktakeId(id.into_inner()), form.into_inner());
    let (asked, doer) = (taken.clone(), Doer { user: who.user, ..Doer::default() });
    let outcome = off_thread(move || run(&tools, (id, &asked), &doer)).await?;
    let here = state.url(&format!("{PATH}/{id}"));
    match told_refused(outcome)? {
        Ok(What::Counted(sku)) => {
            let text = told::counted_so_far(&sku);
            state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
            Ok(see(&here))
        }
        Ok(What::Entered(done)) => {
            stock_done(&state, &who, done);
            Ok(see(&state.url(PATH)))
        }
        Ok(What::Dropped) => {
            let text = told::DROPPED.to_owned();
            state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
            Ok(see(&state.url(PATH)))
        }
        Err(wrong) => {
            let Taken { code, units, lot, .. } = taken;
            let typed = Typed { code, units, lot, wrong: Some(wrong) };
            answer(&state, site, who, &request, (id, typed)).await
        }
    }
}

fn run(tools: &Tools, (id, taken): (StocktakeId, &Taken), doer: &Doer) -> Result<What, StoreError> {
    match taken.act.as_str() {
        "enter" => stocktake::enter(tools, id, doer).map(What::Entered),
        "drop" => stocktake::drop_take(tools, id).map(|()| What::Dropped),
        "count" => {
            let counting = match taken.units.trim() {
                "" => Counting::More(1),
                units => {
                    let wrong = |_| StoreError::Refused(told::TYPE_UNITS.to_owned());
                    Counting::InAll(units.parse().map_err(wrong)?)
                }
            };
            let asked = (id, taken.code.as_str(), taken.lot.as_str());
            stocktake::put(tools, asked, counting).map(What::Counted)
        }
        _ => Err(StoreError::Missing),
    }
}
