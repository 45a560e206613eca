//! Something is done to stock: what was refused stays typed, what was done can be undone.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::entry::Entry;
use super::page::{Panelled, answer};
use super::{ITEM, PATH};
use crate::features::feature::{see, stock_done, told_refused};
use crate::store::StoreError;
use crate::store::stock::variants::{find_settings, find_variant};
use crate::sync::ctx::Tools;
use crate::sync::stock_edit::{Doer, Done, settings, units};
use crate::web::ask::write_href;
use crate::web::error::AppError;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};

pub async fn take(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    // What many products become is shown before it is done.
    let is_shown = entry.act != "many" || entry.what == "save" && entry.seen == entry.mark();
    if !is_shown {
        let wrong = entry.edit().err();
        let panelled = Panelled { looks: wrong.is_none(), wrong, entry: Some(entry) };
        return answer(&state, site, who, &request, (panelled, StatusCode::OK)).await;
    }
    let doer = Doer { user: who.user, note: entry.note.clone() };
    let (working, asked) = (tools.clone(), entry.clone());
    let outcome = off_thread(move || run(&working, &asked, &doer)).await?;
    match told_refused(outcome)? {
        Ok(done) => {
            stock_done(&state, &who, done);
            let to = match entry.back.as_str() {
                "item" => write_href(
                    &state.url(ITEM),
                    std::iter::once(("sku".to_owned(), entry.sku.trim().to_owned())),
                ),
                _ => state.url(PATH),
            };
            Ok(see(&to))
        }
        Err(wrong) => {
            let panelled = Panelled { wrong: Some(wrong), entry: Some(entry), looks: false };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            answer(&state, site, who, &request, (panelled, status)).await
        }
    }
}

fn run(tools: &Tools, entry: &Entry, doer: &Doer) -> Result<Done, StoreError> {
    let wrong = StoreError::Refused;
    match entry.act.as_str() {
        "adjust" => {
            let line = entry.units_at().map_err(wrong)?;
            units::adjust(tools, &[line], (&entry.reason, &entry.reference), doer)
        }
        "move" => units::transfer(tools, (&[entry.units_at().map_err(wrong)?], &entry.to), doer),
        "build" => units::build(tools, &entry.units_at().map_err(wrong)?, doer),
        "new" | "settings" => {
            let sku = entry.sku.clone();
            let before = tools.db.read(|reader| match find_variant(reader.conn(), &sku)? {
                Some(variant) => find_settings(reader.conn(), variant),
                None => Ok(Default::default()),
            })?;
            let now = tools.db.clock().now();
            let settings = entry.settings(&before, now).map_err(wrong)?;
            settings::save(tools, (&entry.sku, &settings), doer)
        }
        "many" => {
            let edit = entry.edit().map_err(wrong)?;
            settings::edit_many(tools, (&entry.list_skus(), &edit), doer)
        }
        "count" => units::count(tools, (&[entry.units_at().map_err(wrong)?], None), doer),
        _ => Err(StoreError::Missing),
    }
}
