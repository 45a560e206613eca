//! A change of the rules is saved once its effect was shown, and can be undone; the set in force
//! goes out as the file that comes in.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::change::Values;
use super::form::Asked;
use super::page::{Panelled, answer, changed};
use crate::base::{Money, Zone};
use crate::reports::preview::rules::{self as preview, Trial};
use crate::store::{costs, organisation, rules as sets};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::format::{self, Locale};
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, rule as told, say};

/// Sets among which the one to put back is found.
const SETS_MAX: i64 = 1_000;

/// What became of a change.
enum Done {
    /// With its effect, and the locale to tell it in.
    Saved(Box<Option<Trial>>, String),
    /// It has to be shown first: it was not, or not on the rules in force.
    NotShown { meanwhile: bool },
}

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Values>,
) -> Result<HttpResponse, AppError> {
    let form = form.into_inner();
    let asked = Asked::parse(&form).ok_or(AppError::NotFound)?;
    let wanted = |name: &str| form.get(name).map_or("", String::as_str);
    let mut panelled = Panelled { asked: Some(asked.clone()), ..Panelled::default() };
    if wanted("do") == "save" {
        let (seen, by) = (wanted("seen").to_owned(), who.name.clone());
        let (working, now) = (tools.clone(), state.clock.now());
        let done = off_thread(move || save(&working, &asked, &seen, (&by, now)));
        match done.await?? {
            Done::Saved(trial, locale) => {
                let text = told_done((*trial).as_ref(), &locale);
                let undo = Post {
                    label: words::text(Word::Undo).to_owned(),
                    action: state.url("/rules/undo"),
                    csrf: String::new(),
                };
                state.flashes.put(&who, Flash::toast(Toast { text, undo: Some(undo) }));
                return Ok(see(&state.url(PATH)));
            }
            Done::NotShown { meanwhile } => {
                panelled.meanwhile = meanwhile;
                panelled.status = if meanwhile { StatusCode::CONFLICT } else { StatusCode::OK };
            }
        }
    }
    answer(&state, site, who, &request, panelled).await
}

fn save(
    tools: &Tools,
    asked: &Asked,
    seen: &str,
    (by, now): (&str, crate::base::Instant),
) -> Result<Done, AppError> {
    let (rules, former) = tools
        .db
        .read(|reader| Ok((costs::find_rules(reader)?, sets::list_sets(reader, SETS_MAX)?)))?;
    // What is saved is what was shown; anything typed since is shown first.
    if seen != asked.mark(&rules) {
        let mut others = former.iter().filter(|set| set.past.is_some());
        let meanwhile = !seen.is_empty() && others.any(|set| asked.mark(&set.rules) == seen);
        return Ok(Done::NotShown { meanwhile });
    }
    let Ok(Some(put)) = changed(&rules, &former, asked) else {
        return Ok(Done::NotShown { meanwhile: false });
    };
    // The effect is that of this very moment, before the change is in.
    let (trial, locale) = tools.db.read(|reader| {
        let organisation = organisation::find(reader.conn())?;
        let today = now.day_in(&organisation.time_zone.unwrap_or_else(Zone::utc));
        let days = preview::find_days(reader, today);
        let trial = days.and_then(|days| preview::run(reader, &put, days)).ok();
        Ok((trial, organisation.locale))
    })?;
    match edit::save_rules(tools, (&rules, &put), by)? {
        true => Ok(Done::Saved(Box::new(trial), locale)),
        false => Ok(Done::NotShown { meanwhile: true }),
    }
}

fn told_done(trial: Option<&Trial>, locale: &str) -> String {
    let done = words::text(Word::RulesSaved);
    let Some(trial) = trial.filter(|trial| trial.orders > 0) else { return done.to_owned() };
    let locale = Locale::find(locale).unwrap_or_default();
    let orders = format::quantity(trial.orders, locale);
    let orders = say::counted(trial.orders, &orders, Word::Order, Word::Orders);
    let money = Money::new(trial.change_minor(), trial.currency);
    let amount = format::change(money.minor, money.currency.digits(), locale);
    told::done(done, &orders, &format::day_range(trial.range, locale), &amount)
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let by = who.name.clone();
    off_thread(move || edit::undo_rules(&tools, &by)).await??;
    let text = words::text(Word::RulesUndone).to_owned();
    state.flashes.put(&who, Flash::toast(Toast { text, undo: None }));
    Ok(see(&state.url(PATH)))
}

/// The set in force as a file that `purser import rules` takes.
pub async fn json(state: Shared) -> Result<HttpResponse, AppError> {
    let rules = read(&state, costs::find_rules).await?;
    let body =
        serde_json::to_vec_pretty(&rules).map_err(|fault| AppError::Internal(fault.to_string()))?;
    Ok(csv::file("rules.json", "application/json", body))
}

fn see(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, to.to_owned())).finish()
}
