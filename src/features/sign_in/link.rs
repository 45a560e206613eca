//! A one-time link: a page with one button. Only the button uses it up, so that neither a preview
//! nor the browser's own guessing does. An invitation and a reset ask for a password beside it.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::base::Secret;
use crate::base::id::UserId;
use crate::store::audit::{self, Entry, Kind};
use crate::store::behalf::{self, Behalf};
use crate::store::links::{self, Purpose};
use crate::store::password;
use crate::store::sessions::{self, Origin};
use crate::store::users::{self, User};
use crate::store::{Lane, StoreError, Tx, attempts, people};
use crate::sync::mail;
use crate::web::answer::html;
use crate::web::door::{self, Door};
use crate::web::error::AppError;
use crate::web::form::Form;
use crate::web::notice::Notice;
use crate::web::session::{address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, read};
use crate::web::words::{Word, door as words, say};

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct Page {
    door: Door,
    /// `None` when the link is over.
    form: Option<Form>,
    fault: Option<Notice>,
}

/// What a link asks for; one that only signs in asks for nothing.
#[derive(Deserialize)]
pub struct Sent {
    #[serde(default)]
    password: String,
}

pub async fn show(state: Shared, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let found = find(&state, &token).await?;
    match found {
        Some((purpose, email)) => form(&state, &token, (purpose, &email), None),
        None => over(&state),
    }
}

pub async fn take(
    state: Shared,
    request: HttpRequest,
    token: web::Path<String>,
    sent: Option<web::Form<Sent>>,
) -> Result<HttpResponse, AppError> {
    let Some((purpose, email)) = find(&state, &token).await? else { return over(&state) };
    let password = Secret::new(sent.map(|sent| sent.into_inner().password).unwrap_or_default());
    if asks_for_password(purpose)
        && let Err(weak) = password::check(password.expose(), &email)
    {
        let fault = say::sentence(&weak.to_string());
        return form(&state, &token, (purpose, &email), Some(&fault));
    }
    let (address, agent) = (address_of(&request), agent_of(&request));
    let (shared, token) = (Arc::clone(&state), token.into_inner());
    let entered = off_thread(move || {
        let origin = Origin { address: &address, agent: &agent };
        enter(&shared, (&token, purpose), &password, origin)
    });
    let leads_to = |path: &str| (header::LOCATION, state.url(path));
    Ok(match entered.await?? {
        Entered::In(session) => HttpResponse::SeeOther()
            .insert_header(leads_to("/"))
            .cookie(state.session_cookie(&session))
            .finish(),
        Entered::AtTheDoor => HttpResponse::SeeOther().insert_header(leads_to("/sign-in")).finish(),
        Entered::Over => over(&state)?,
    })
}

enum Entered {
    In(Secret),
    /// The new password is asked for there, and the second factor beside it.
    AtTheDoor,
    Over,
}

fn asks_for_password(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Invite(_) | Purpose::Reset(_))
}

fn user_of(purpose: Purpose) -> Option<UserId> {
    match purpose {
        Purpose::SetUp => None,
        Purpose::SignIn(user) | Purpose::Invite(user) | Purpose::Reset(user) => Some(user),
    }
}

/// What the link is for, and the address of whom; `None` when it is over.
async fn find(state: &Shared, token: &str) -> Result<Option<(Purpose, String)>, AppError> {
    let (now, asked) = (state.clock.now(), token.to_owned());
    let found = read(state, move |reader| {
        let Some(purpose) = links::find(reader.conn(), &asked, now)? else { return Ok(None) };
        let Some(user) = user_of(purpose) else { return Ok(None) };
        let user = users::find(reader.conn(), user)?.filter(|user| !user.disabled);
        Ok(user.map(|user| (purpose, user.email)))
    });
    found.await
}

fn enter(
    state: &State,
    (token, purpose): (&str, Purpose),
    password: &Secret,
    origin: Origin<'_>,
) -> Result<Entered, StoreError> {
    let hash = match asks_for_password(purpose) {
        true => Some(state.passwords.hash(password)?),
        false => None,
    };
    let work = |tx: &Tx<'_>| {
        if links::take(tx, token)? != Some(purpose) {
            return Ok(Entered::Over);
        }
        let found = user_of(purpose).map(|user| users::find(tx.conn(), user)).transpose()?;
        let Some(user) = found.flatten().filter(|user| !user.disabled) else {
            return Ok(Entered::Over);
        };
        enter_as(tx, &user, (purpose, hash.as_deref()), origin)
    };
    let name = state.db.read(|reader| match user_of(purpose) {
        Some(user) => Ok(users::find(reader.conn(), user)?.map(|user| user.email)),
        None => Ok(None),
    })?;
    let behalf = Behalf::new(&name.unwrap_or_default(), origin.address, "/link");
    behalf::run(Some(behalf), || state.db.write_local(Lane::Interactive, work))
}

fn enter_as(
    tx: &Tx<'_>,
    user: &User,
    (purpose, hash): (Purpose, Option<&str>),
    origin: Origin<'_>,
) -> Result<Entered, StoreError> {
    if let Some(hash) = hash {
        people::set_password(tx, user, hash)?;
    }
    match purpose {
        Purpose::SetUp => return Ok(Entered::Over),
        Purpose::Reset(_) => return Ok(Entered::AtTheDoor),
        // Whoever holds it stood at the machine itself; a lock-out ends here.
        Purpose::SignIn(_) => attempts::delete_all(tx)?,
        Purpose::Invite(_) => {}
    }
    let (who, kind, subject) = (user.email.as_str(), Kind::SignedIn, "by link");
    let (before, after) = (None, None);
    let origin_told = origin.address;
    audit::append(tx, &Entry { who, origin: origin_told, kind, subject, before, after })?;
    mail::note_sign_in(tx, user.id, (origin.address, origin.agent))?;
    sessions::begin(tx, user.id, origin).map(Entered::In)
}

fn form(
    state: &State,
    token: &str,
    (purpose, email): (Purpose, &str),
    fault: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let (title, lead, button) = match purpose {
        Purpose::SetUp | Purpose::SignIn(_) => (words::LINK, words::LINK_TEXT, words::SIGN_IN),
        Purpose::Invite(_) => (words::INVITED, words::INVITED_TEXT, words::INVITED_BUTTON),
        Purpose::Reset(_) => (words::RESET, words::RESET_TEXT, words::RESET_BUTTON),
    };
    let fields = if asks_for_password(purpose) {
        let mut name = door::email_field(email);
        // It is shown so that the browser keeps the password under it; what is sent is not read.
        name.name = "shown".to_owned();
        let password = door::password_field("new-password").with_help(words::PASSWORD_HINT);
        vec![name, password]
    } else {
        Vec::new()
    };
    let form = Form {
        action: state.url(&format!("/link/{token}")),
        method: "post",
        fields,
        buttons: door::main_button(button),
        ..Form::default()
    };
    let status = fault.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let door = Door::new(&state.base_path, title, lead);
    html(status, &Page { door, form: Some(form), fault: fault.map(door::fault) })
}

fn over(state: &State) -> Result<HttpResponse, AppError> {
    let door = Door::new(&state.base_path, words::LINK, words::INVITE_OVER);
    html(StatusCode::GONE, &Page { door, form: None, fault: None })
}
