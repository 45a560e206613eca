//! E-mail and password → a session. Unknown people cost as much as known ones, and hear the same.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::base::{Instant, Secret};
use crate::store::attempts::{self, Bucket};
use crate::store::password::Verdict;
use crate::store::sessions::{self, Origin};
use crate::store::users::{self, Email, User};
use crate::store::{Lane, StoreError};
use crate::sync::mail;
use crate::web::answer::html;
use crate::web::door::{self, Door};
use crate::web::error::AppError;
use crate::web::form as web_form;
use crate::web::notice::Notice;
use crate::web::session::{Who, address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, write};
use crate::web::words::{Word, door as words};

#[derive(Template)]
#[template(path = "sign_in/page.html")]
struct Page {
    door: Door,
    form: web_form::Form,
    fault: Option<Notice>,
}

/// A `code` of a second factor may come along; there is none yet.
#[derive(Deserialize)]
pub struct Form {
    email: String,
    password: String,
}

enum Outcome {
    In(Secret),
    Wrong,
    Wait { until: Instant },
}

pub async fn show(state: Shared) -> Result<HttpResponse, AppError> {
    form(&state, StatusCode::OK, "", None)
}

pub async fn sign_in(
    state: Shared,
    request: HttpRequest,
    form_sent: web::Form<Form>,
) -> Result<HttpResponse, AppError> {
    let Form { email, password } = form_sent.into_inner();
    let password = Secret::new(password);
    let (address, agent) = (address_of(&request), agent_of(&request));
    let (shared, typed) = (Arc::clone(&state), email.clone());
    let tried = off_thread(move || {
        let origin = Origin { address: &address, agent: &agent };
        try_sign_in(&shared, &typed, &password, origin)
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
        Outcome::Wrong => form(&state, StatusCode::UNAUTHORIZED, &email, Some(words::WRONG)),
        Outcome::Wait { until } => {
            let seconds = until.seconds() - state.clock.now().seconds();
            let fault = words::wait((seconds + 59) / 60);
            let mut answer = form(&state, StatusCode::TOO_MANY_REQUESTS, &email, Some(&fault))?;
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.max(1).into());
            Ok(answer)
        }
    }
}

pub async fn sign_out(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    if let (Some(user), Some(session)) = (who.user, who.session) {
        write(&state, move |tx| sessions::delete(tx, user, session)).await?;
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, state.url("/sign-in")))
        .cookie(state.ended_cookie())
        .finish())
}

fn try_sign_in(
    state: &State,
    typed: &str,
    password: &Secret,
    origin: Origin<'_>,
) -> Result<Outcome, StoreError> {
    let account = Bucket::account(typed);
    let address = Bucket::address(origin.address);
    let buckets = [account.clone(), address.clone()];
    let blocked = state.db.write_local(Lane::Interactive, |tx| attempts::begin(tx, &buckets))?;
    if let Some(until) = blocked {
        return Ok(Outcome::Wait { until });
    }
    let (user, stored) = find_user(state, typed)?;
    let verdict = state.passwords.verify(stored.as_deref(), password)?;
    let Some(user) = user.filter(|user| !user.disabled && verdict != Verdict::Wrong) else {
        return Ok(Outcome::Wrong);
    };
    let better = match verdict {
        Verdict::RightButOld => Some(state.passwords.hash(password)?),
        Verdict::Right | Verdict::Wrong => None,
    };
    let session = state.db.write_local(Lane::Interactive, |tx| {
        attempts::forgive(tx, &account, &address)?;
        if let Some(better) = &better {
            users::update_password(tx, user.id, better)?;
        }
        mail::note_sign_in(tx, user.id, (origin.address, origin.agent))?;
        sessions::begin(tx, user.id, origin)
    })?;
    Ok(Outcome::In(session))
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

fn form(
    state: &State,
    status: StatusCode,
    email: &str,
    fault: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let fields = vec![door::email_field(email), door::password_field("current-password")];
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
