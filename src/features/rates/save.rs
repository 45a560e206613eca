//! A rate is typed: first its effect is shown, then it is saved, and it can be undone.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::PATH;
use super::entry::Entry;
use super::page::{Panelled, answer};
use crate::base::Zone;
use crate::domain::record::ExchangeRate;
use crate::features::feature::{desk_of, seen, told_done};
use crate::reports::preview::Edit;
use crate::store::changes::{self, By, ChangeKind};
use crate::store::{organisation, rates};
use crate::sync::ctx::Tools;
use crate::sync::edit;
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::{Post, Toast};
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::{self, Word, change as told};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let gone = find_gone(&state, &entry).await?;
    if entry.what == "delete" {
        let gone = gone.ok_or(AppError::NotFound)?;
        return change(&state, &tools, (&who, &entry), &request, (Some(gone), None)).await;
    }
    let rate = match entry.read() {
        Ok(rate) => rate,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let panelled = Panelled { entry: Some(entry), wrong: *wrong, edit: None, status };
            return answer(&state, site, who, &request, panelled).await;
        }
    };
    // What is saved is what was shown; anything typed since is shown first.
    if entry.what == "save" && entry.seen == entry.mark() {
        return change(&state, &tools, (&who, &entry), &request, (gone, Some(rate))).await;
    }
    let edit = Some(Edit::Rate { gone, put: Some(rate) });
    let panelled = Panelled { entry: Some(entry), edit, ..Panelled::default() };
    answer(&state, site, who, &request, panelled).await
}

/// The own rate that the entry is to take the place of.
pub async fn find_gone(state: &Shared, entry: &Entry) -> Result<Option<ExchangeRate>, AppError> {
    let Some(key) = entry.key() else { return Ok(None) };
    read(state, move |reader| rates::find_own(reader.conn(), &key)).await
}

async fn change(
    state: &Shared,
    tools: &web::Data<Tools>,
    (who, entry): (&Who, &Entry),
    request: &HttpRequest,
    (gone, put): (Option<ExchangeRate>, Option<ExchangeRate>),
) -> Result<HttpResponse, AppError> {
    let (working, desk, now) = (tools.clone(), desk_of(request)?, state.clock.now());
    let (by, pair) = (who.by(&entry.why), (entry.base.clone(), entry.quote.clone()));
    let word = if put.is_some() { told::RATE_SAVED } else { told::RATE_DELETED };
    let done = off_thread(move || {
        let organisation = working.db.read(|reader| organisation::find(reader.conn()))?;
        let today = now.day_in(&organisation.time_zone.unwrap_or_else(Zone::utc));
        let edit = Edit::Rate { gone: gone.clone(), put: put.clone() };
        let effect = desk.find_done(&working.db, &edit, today);
        let by = By { seen: effect.as_deref().map(seen), ..by };
        edit::change_rate(&working, (gone.as_ref(), put.as_ref()), &by)?;
        let last = working
            .db
            .read(|reader| changes::find_last(reader.conn(), ChangeKind::Rate, None, |_| true))?;
        Ok::<_, AppError>((effect, organisation.locale, last))
    });
    let (effect, locale, last) = done.await??;
    let text = told_done(word, effect.as_deref(), &locale);
    let undo = last.map(|last| Post {
        label: words::text(Word::Undo).to_owned(),
        action: state.url(&write_href(
            &format!("/changes/{}/undo", last.id),
            [("back".to_owned(), state.url(PATH))].into_iter(),
        )),
        csrf: String::new(),
    });
    state.flashes.put(who, Flash::toast(Toast { text, undo }));
    let shown = [("base".to_owned(), pair.0), ("quote".to_owned(), pair.1)].into_iter();
    let to = write_href(&state.url(PATH), shown);
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish())
}
