//! A locked vault: what that means, and the form that unlocks it. Guarded as at the door: somebody
//! may have found an open browser.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};

use super::act::done;
use super::page;
use super::shown::Part;
use crate::base::Instant;
use crate::base::secret::Secret;
use crate::store::attempts::{self, Bucket};
use crate::store::vault::{Locked, moves};
use crate::store::{Lane, StoreError};
use crate::sync::ctx::Tools;
use crate::sync::unlock;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::notice::{Notice, Weight};
use crate::web::page::{Page, Site};
use crate::web::permission::Permission;
use crate::web::session::{Who, address_of};
use crate::web::state::{Shared, State, off_thread};
use crate::web::words::{connection as told, door};

/// Why the vault is locked, and the way to open it; `None` where it is open.
pub fn part(page: &Page, reason: Option<&Locked>, wrong: Option<String>) -> Option<Part> {
    let reason = reason?;
    let mut part = Part::new("vault", told::VAULT);
    part.notices.push(Notice {
        weight: Weight::Broken,
        title: told::LOCKED.to_owned(),
        text: told::sentence(&reason.to_string()),
        buttons: Vec::new(),
        link: None,
    });
    if !Permission::ManageSettings.allows(page.who.role) {
        part.note = Some(told::LOCKED_ASK.to_owned());
        return Some(part);
    }
    let is_by_passphrase = moves::asks_for_passphrase(reason);
    let mut fields = Vec::new();
    if is_by_passphrase {
        let mut field = Field::secret("passphrase", told::PASSPHRASE);
        field.autocomplete = "current-password";
        field.required = true;
        field.error = wrong;
        fields.push(field);
    }
    let button = if is_by_passphrase { told::UNLOCK } else { told::LOOK_AGAIN };
    part.form = Some(Form {
        action: page.url("/connections/unlock"),
        method: "post",
        fields,
        buttons: vec![Button::submit(button, ButtonKind::Main)],
        ..Form::default()
    });
    Some(part)
}

enum Outcome {
    Open,
    Locked(Locked),
    Wait { until: Instant },
}

pub async fn unlock(
    state: Shared,
    site: web::Data<Site>,
    tools: web::Data<Tools>,
    who: Who,
    request: HttpRequest,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let said = form.into_inner().remove("passphrase").unwrap_or_default();
    let said = (!said.is_empty()).then(|| Secret::new(said));
    let (shared, address) = (Arc::clone(&state), address_of(&request));
    let tried = off_thread(move || try_unlock(&shared, &tools, &address, said.as_ref()));
    let wrong = match tried.await?? {
        Outcome::Open => return Ok(done(&state, &who, told::UNLOCKED)),
        // What is lacking besides a passphrase stands on the page.
        Outcome::Locked(Locked::NoPassphrase) => told::sentence(told::PASSPHRASE_MISSING),
        Outcome::Locked(reason) => told::sentence(&reason.to_string()),
        Outcome::Wait { until } => {
            let seconds = (until.seconds() - state.clock.now().seconds()).max(1);
            let text = door::wait((seconds + 59) / 60);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut answer =
                page::answer(&state, site, who, &request, (status, Some(text))).await?;
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            return Ok(answer);
        }
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page::answer(&state, site, who, &request, (status, Some(wrong))).await
}

fn try_unlock(
    state: &State,
    tools: &Tools,
    address: &str,
    said: Option<&Secret>,
) -> Result<Outcome, StoreError> {
    let (vault, address) = (Bucket::vault(), Bucket::address(address));
    let buckets = [vault.clone(), address.clone()];
    let blocked = state.db.write_local(Lane::Interactive, |tx| attempts::begin(tx, &buckets))?;
    if let Some(until) = blocked {
        return Ok(Outcome::Wait { until });
    }
    let reason = unlock::unlock(tools, said)?;
    // Only a passphrase that was wrong counts as a try.
    if reason != Some(Locked::WrongPassphrase) {
        let forgive = |tx: &crate::store::Tx<'_>| attempts::forgive(tx, &vault, &address);
        state.db.write_local(Lane::Interactive, forgive)?;
    }
    Ok(reason.map_or(Outcome::Open, Outcome::Locked))
}
