//! E-mail and password → a session. Unknown people cost as much as known ones, and hear the same.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::base::{Instant, Secret};
use crate::store::attempts::{self, Bucket};
use crate::store::audit::{self, Entry, Kind};
use crate::store::password::Verdict;
use crate::store::sessions::{self, Origin};
use crate::store::users::{self, Email, User};
use crate::store::{Lane, StoreError, Tx, totp};
use crate::sync::mail;
use crate::web::answer::html;
use crate::web::door::{self, Door};
use crate::web::error::AppError;
use crate::web::form as web_form;
use crate::web::notice::Notice;
use crate::web::session::{Who, address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, read, write};
use crate::web::words::{Word, door as words};

#[derive(Template)]
#[template(path = "sign_in/page.html")]
struct Page {
    door: Door,
    form: web_form::Form,
    fault: Option<Notice>,
}

#[derive(Deserialize)]
pub struct Form {
    email: String,
    password: String,
    /// Of the second factor, or a recovery code.
    #[serde(default)]
    code: String,
}

enum Outcome {
    In(Secret),
    Wrong,
    Wait { until: Instant },
}

pub async fn show(state: Shared) -> Result<HttpResponse, AppError> {
    form(&state, StatusCode::OK, "", None).await
}

pub async fn sign_in(
    state: Shared,
    request: HttpRequest,
    form_sent: web::Form<Form>,
) -> Result<HttpResponse, AppError> {
    let Form { email, password, code } = form_sent.into_inner();
    let said = Said { password: Secret::new(password), code: Secret::new(code) };
    let (address, agent) = (address_of(&request), agent_of(&request));
    let (shared, typed) = (Arc::clone(&state), email.clone());
    let tried = off_thread(move || {
        let origin = Origin { address: &address, agent: &agent };
        try_sign_in(&shared, &typed, &said, origin)
    });
    let outcome = tried.await??;
    match outcome {
        Outcome::In(session) => {
            // Whoever was in here before, under whatever cookie, is not any more.
            end_session(&state, &request).await?;
            Ok(HttpResponse::SeeOther()
                .insert_header((header::LOCATION, state.url("/")))
                .cookie(state.session_cookie(&session))
                .finish())
        }
        Outcome::Wrong => {
            let fault = match asks_for_code(&state).await? {
                true => words::WRONG_WITH_CODE,
                false => words::WRONG,
            };
            form(&state, StatusCode::UNAUTHORIZED, &email, Some(fault)).await
        }
        Outcome::Wait { until } => {
            let seconds = until.seconds() - state.clock.now().seconds();
            let fault = words::wait((seconds + 59) / 60);
            let status = StatusCode::TOO_MANY_REQUESTS;
            let mut answer = form(&state, status, &email, Some(&fault)).await?;
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
            Ok(answer)
        }
    }
}

pub async fn sign_out(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    if let (Some(user), Some(session)) = (who.user, who.session) {
        write(&state, move |tx| {
            sessions::delete(tx, user, session)?;
            let (kind, subject) = (Kind::SignedOut, "");
            audit::note(tx, audit::Note { kind, subject, before: None, after: None })
        })
        .await?;
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, state.url("/sign-in")))
        .cookie(state.ended_cookie())
        .finish())
}

/// What somebody who knows it all would say.
struct Said {
    password: Secret,
    code: Secret,
}

fn try_sign_in(
    state: &State,
    typed: &str,
    said: &Said,
    origin: Origin<'_>,
) -> Result<Outcome, StoreError> {
    let account = Bucket::account(typed);
    let address = Bucket::address(origin.address);
    let buckets = [account.clone(), address.clone()];
    let (user, stored) = find_user(state, typed)?;
    let known = user.as_ref().map_or("", |user| user.email.as_str()).to_owned();
    let blocked = state.db.write_local(Lane::Interactive, |tx| {
        let blocked = attempts::begin(tx, &buckets)?;
        if blocked.is_some() {
            tell(tx, Kind::SignInLocked, &known, origin)?;
        }
        Ok(blocked)
    })?;
    if let Some(until) = blocked {
        return Ok(Outcome::Wait { until });
    }
    let verdict = state.passwords.verify(stored.as_deref(), &said.password)?;
    let is_right = |user: &User| !user.disabled && verdict != Verdict::Wrong;
    let Some(user) = user.filter(is_right) else {
        return refuse(state, &known, origin);
    };
    let better = match verdict {
        Verdict::RightButOld => Some(state.passwords.hash(&said.password)?),
        Verdict::Right | Verdict::Wrong => None,
    };
    let session = state.db.write_local(Lane::Interactive, |tx| {
        if user.has_second_factor && !take_code(state, tx, &user, said.code.expose())? {
            return Ok(None);
        }
        attempts::forgive(tx, &account, &address)?;
        if let Some(better) = &better {
            users::update_password_hash(tx, user.id, better)?;
        }
        tell(tx, Kind::SignedIn, &user.email, origin)?;
        mail::note_sign_in(tx, user.id, (origin.address, origin.agent))?;
        sessions::begin(tx, user.id, origin).map(Some)
    })?;
    match session {
        Some(session) => Ok(Outcome::In(session)),
        None => refuse(state, &known, origin),
    }
}

/// Uses up what somebody showed: six digits of their authenticator, or a recovery code.
fn take_code(state: &State, tx: &Tx<'_>, user: &User, code: &str) -> Result<bool, StoreError> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.is_empty() || code.bytes().any(|byte| !byte.is_ascii_digit()) {
        return totp::take_recovery(tx, user.id, &code);
    }
    // While the vault is locked only a recovery code can be looked at; the page says so.
    let Some(vault) = state.vault.vault() else { return Ok(false) };
    let Some(secret) = totp::find(tx.conn(), vault, user.id)? else { return Ok(false) };
    match totp::find_step(&secret, &code, tx.now) {
        Some(step) => totp::take_step(tx, user.id, step),
        None => Ok(false),
    }
}

fn refuse(state: &State, known: &str, origin: Origin<'_>) -> Result<Outcome, StoreError> {
    let tell = |tx: &Tx<'_>| tell(tx, Kind::SignInRefused, known, origin);
    state.db.write_local(Lane::Interactive, tell)?;
    Ok(Outcome::Wrong)
}

/// `known` is the address of somebody who is here; what else is typed may be a password.
fn tell(tx: &Tx<'_>, kind: Kind, known: &str, origin: Origin<'_>) -> Result<(), StoreError> {
    let (who, origin, subject) = (known, origin.address, "");
    audit::append(tx, &Entry { who, origin, kind, subject, before: None, after: None })
}

/// Whether anybody here has a second factor: then everybody is asked for a code.
async fn asks_for_code(state: &Shared) -> Result<bool, AppError> {
    read(state, |reader| totp::is_any(reader.conn())).await
}

fn find_user(state: &State, typed: &str) -> Result<(Option<User>, Option<String>), StoreError> {
    let Ok(email) = Email::parse(typed) else { return Ok((None, None)) };
    state.db.read(|reader| {
        let Some(user) = users::find_by_email(reader.conn(), &email)? else {
            return Ok((None, None));
        };
        let stored = users::find_password_hash(reader.conn(), user.id)?;
        Ok((Some(user), stored))
    })
}

async fn end_session(state: &Shared, request: &HttpRequest) -> Result<(), AppError> {
    let Some(cookie) = request.cookie(&state.cookie_name()) else { return Ok(()) };
    let token = cookie.value().to_owned();
    write(state, move |tx| sessions::delete_by_token(tx, &token)).await
}

async fn form(
    state: &Shared,
    status: StatusCode,
    email: &str,
    fault: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let mut fields = vec![door::email_field(email), door::password_field("current-password")];
    if asks_for_code(state).await? {
        fields.push(door::code_field().with_help(match state.vault.vault() {
            Some(_) => words::CODE_HELP,
            None => words::CODE_HELP_LOCKED,
        }));
    }
    let form = web_form::Form {
        action: state.url("/sign-in"),
        method: "post",
        fields,
        buttons: door::main_button(words::SIGN_IN),
        ..web_form::Form::default()
    };
    let door = Door::new(&state.base_path, words::SIGN_IN, words::SIGN_IN_LEAD);
    html(status, &Page { door, form, fault: fault.map(door::fault) })
}
