//! A change is taken back, as long as what it wrote still stands.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::look::Back;
use crate::base::id::ChangeId;
use crate::store::StoreError;
use crate::store::changes::{self, ChangeKind};
use crate::sync::ctx::Tools;
use crate::sync::undo;
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::notice::Toast;
use crate::web::permission::Permission;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read};
use crate::web::words::change as told;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Reason {
    why: String,
}

pub async fn undo(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    id: web::Path<String>,
    back: web::Query<Back>,
    reason: Option<web::Form<Reason>>,
) -> Result<HttpResponse, AppError> {
    let id = ChangeId(id.parse().map_err(|_| AppError::NotFound)?);
    let change = read(&state, move |reader| changes::find(reader.conn(), id)).await?;
    let change = change.ok_or(AppError::NotFound)?;
    // Whoever may edit costs may not yet edit everything.
    let needed = match change.kind {
        ChangeKind::Organisation => Permission::ManageSettings,
        ChangeKind::Import => Permission::Import,
        ChangeKind::Links => Permission::EditStock,
        ChangeKind::Cost
        | ChangeKind::Expense
        | ChangeKind::Purchase
        | ChangeKind::Rules
        | ChangeKind::Rate => Permission::EditCosts,
    };
    if !needed.allows(who.role) {
        return Err(AppError::Forbidden);
    }
    let why = reason.map(|reason| reason.into_inner().why).unwrap_or_default();
    let by = who.by(&why);
    off_thread(move || undo::undo(&tools, id, &by)).await?.map_err(|fault| match fault {
        StoreError::Refused(text) => AppError::Conflict(text),
        other => other.into(),
    })?;
    let toast = Toast { text: told::DONE.to_owned(), undo: None };
    state.flashes.put(&who, Flash::toast(toast));
    let to = back.path(&state, super::PATH);
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish())
}
