//! A change of the rules is saved once its effect was shown, and can be undone; the set in force
//! goes out as the file that comes in.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::change::Values;
use super::form::Asked;
use super::page::{Panelled, answer, changed};
use crate::base::Zone;
use crate::features::feature::{desk_of, seen, told_done};
use crate::reports::preview::desk::Desk;
use crate::reports::preview::{Edit, Preview};
use crate::store::changes::By;
use crate::store::{costs, organisation, rules as sets};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::csv;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word};

/// Sets among which the one to put back is found.
const SETS_MAX: i64 = 1_000;

/// What became of a change.
enum Done {
    /// With its effect, and the locale to tell it in.
    Saved(Option<Arc<Preview>>, String),
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
    let why = wanted("why").to_owned();
    let mut panelled = Panelled { asked: Some(asked.clone()), why, ..Panelled::default() };
    if wanted("do") == "save" {
        let (seen, by) = (wanted("seen").to_owned(), who.by(wanted("why")));
        let (working, now, desk) = (tools.clone(), state.clock.now(), desk_of(&request)?);
        let done = off_thread(move || save((&working, &desk), &asked, &seen, (by, now)));
        match done.await?? {
            Done::Saved(effect, locale) => {
                let done = words::text(Word::RulesSaved);
                let text = told_done(done, effect.as_deref(), &locale);
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
    (tools, desk): (&Tools, &Desk),
    asked: &Asked,
    shown: &str,
    (by, now): (By, crate::base::Instant),
) -> Result<Done, AppError> {
    let (rules, former) = tools
        .db
        .read(|reader| Ok((costs::find_rules(reader)?, sets::list_sets(reader, SETS_MAX)?)))?;
    // What is saved is what was shown; anything typed since is shown first.
    if shown != asked.mark(&rules) {
        let mut others = former.iter().filter(|set| set.past.is_some());
        let meanwhile = !shown.is_empty() && others.any(|set| asked.mark(&set.rules) == shown);
        return Ok(Done::NotShown { meanwhile });
    }
    let Ok(Some(put)) = changed(&rules, &former, asked) else {
        return Ok(Done::NotShown { meanwhile: false });
    };
    // The effect is that of this very moment, before the change is in.
    let organisation = tools.db.read(|reader| organisation::find(reader.conn()))?;
    let today = now.day_in(&organisation.time_zone.unwrap_or_else(Zone::utc));
    let effect = desk.find_done(&tools.db, &Edit::Rules(Box::new(put.clone())), today);
    let by = By { seen: effect.as_deref().map(seen), ..by };
    match edit::save_rules(tools, (&rules, &put), &by)? {
        true => Ok(Done::Saved(effect, organisation.locale)),
        false => Ok(Done::NotShown { meanwhile: true }),
    }
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
) -> Result<HttpResponse, AppError> {
    let by = who.by("");
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
