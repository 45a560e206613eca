//! The form for the owner's e-mail and password. Looking at it uses nothing up; sending it does.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::base::Secret;
use crate::store::audit::{self, Entry, Kind};
use crate::store::links::{self, Purpose};
use crate::store::password;
use crate::store::sessions::{self, Origin};
use crate::store::users::{self, Email, NewUser, Role};
use crate::store::{Lane, StoreError};
use crate::web::answer::html;
use crate::web::door::{self, Door};
use crate::web::error::AppError;
use crate::web::form as web_form;
use crate::web::notice::Notice;
use crate::web::session::{address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, read};
use crate::web::words::{Word, door as words, say};

#[derive(Template)]
#[template(path = "setup/page.html")]
struct Page {
    door: Door,
    form: web_form::Form,
    fault: Option<Notice>,
}

#[derive(Template)]
#[template(path = "setup/over.html")]
struct Over {
    door: Door,
}

#[derive(Deserialize)]
pub struct Form {
    email: String,
    password: String,
}

pub async fn show(state: Shared, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let asked = token.clone();
    let purpose = read(&state, move |reader| links::find(reader.conn(), &asked, now)).await?;
    if purpose != Some(Purpose::SetUp) {
        return over(&state);
    }
    form(&state, &token, "", None)
}

pub async fn make_owner(
    state: Shared,
    request: HttpRequest,
    token: web::Path<String>,
    form_sent: web::Form<Form>,
) -> Result<HttpResponse, AppError> {
    let Form { email: typed, password } = form_sent.into_inner();
    let password = Secret::new(password);
    let Ok(email) = Email::parse(&typed) else {
        return form(&state, &token, &typed, Some(words::EMAIL_WRONG));
    };
    if let Err(weak) = password::check(password.expose(), email.as_str()) {
        let fault = say::sentence(&weak.to_string());
        return form(&state, &token, &typed, Some(&fault));
    }
    let (address, agent) = (address_of(&request), agent_of(&request));
    let (shared, token) = (Arc::clone(&state), token.into_inner());
    let made = off_thread(move || {
        let origin = Origin { address: &address, agent: &agent };
        make(&shared, &token, &email, &password, origin)
    });
    match made.await?? {
        Some(session) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, state.url("/")))
            .cookie(state.session_cookie(&session))
            .finish()),
        None => over(&state),
    }
}

/// `None` when the link is over, or there is somebody already.
fn make(
    state: &State,
    token: &str,
    email: &Email,
    password: &Secret,
    origin: Origin<'_>,
) -> Result<Option<Secret>, StoreError> {
    let now = state.clock.now();
    // Nobody makes us compute without a link that is good.
    if state.db.read(|reader| links::find(reader.conn(), token, now))? != Some(Purpose::SetUp) {
        return Ok(None);
    }
    let password_hash = state.passwords.hash(password)?;
    state.db.write_local(Lane::Interactive, |tx| {
        let is_good = links::take(tx, token)? == Some(Purpose::SetUp);
        if !is_good || users::count(tx.conn())? > 0 {
            return Ok(None);
        }
        let password_hash = Some(password_hash.as_str());
        let owner = NewUser { email, name: "", role: Role::Owner, password_hash };
        let id = users::insert(tx, &owner)?;
        let (who, kind, subject) = (email.as_str(), Kind::SignedIn, "by link");
        let (before, after) = (None, Some("first owner"));
        let entry = Entry { who, origin: origin.address, kind, subject, before, after };
        audit::append(tx, &entry)?;
        sessions::begin(tx, id, origin).map(Some)
    })
}

fn form(
    state: &State,
    token: &str,
    email: &str,
    fault: Option<&str>,
) -> Result<HttpResponse, AppError> {
    let action = state.url(&format!("/setup/{token}"));
    let status = fault.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let password = door::password_field("new-password").with_help(words::PASSWORD_HINT);
    let form = web_form::Form {
        action,
        method: "post",
        fields: vec![door::email_field(email), password],
        buttons: door::main_button(words::SET_UP_BUTTON),
        ..web_form::Form::default()
    };
    let door = Door::new(&state.base_path, words::SET_UP, words::SET_UP_TEXT);
    html(status, &Page { door, form, fault: fault.map(door::fault) })
}

fn over(state: &State) -> Result<HttpResponse, AppError> {
    let door = Door::new(&state.base_path, words::SET_UP, words::LINK_OVER);
    html(StatusCode::GONE, &Over { door })
}
