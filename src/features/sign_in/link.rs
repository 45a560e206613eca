//! A one-time link: a page with one button. Only the button uses it up, so that neither a preview
//! nor the browser's own guessing does.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::store::links::{self, Purpose};
use crate::store::sessions::{self, Origin};
use crate::store::{attempts, users};
use crate::sync::mail;
use crate::web::answer::html;
use crate::web::door::{self, Door};
use crate::web::error::AppError;
use crate::web::form::Form;
use crate::web::session::{address_of, agent_of};
use crate::web::state::{Shared, State, read, write};
use crate::web::words::{Word, door as words};

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct Page {
    door: Door,
    /// `None` when the link is over.
    form: Option<Form>,
}

pub async fn show(state: Shared, token: web::Path<String>) -> Result<HttpResponse, AppError> {
    let now = state.clock.now();
    let asked = token.clone();
    let purpose = read(&state, move |reader| links::find(reader.conn(), &asked, now)).await?;
    match purpose {
        Some(Purpose::SignIn(_)) => {
            let form = Form {
                action: state.url(&format!("/link/{token}")),
                method: "post",
                buttons: door::main_button(words::SIGN_IN),
                ..Form::default()
            };
            let door = Door::new(&state.base_path, words::LINK, words::LINK_TEXT);
            html(StatusCode::OK, &Page { door, form: Some(form) })
        }
        Some(Purpose::SetUp) | None => over(&state),
    }
}

pub async fn take(
    state: Shared,
    request: HttpRequest,
    token: web::Path<String>,
) -> Result<HttpResponse, AppError> {
    let (address, agent) = (address_of(&request), agent_of(&request));
    let entered = write(&state, move |tx| {
        let Some(Purpose::SignIn(user_id)) = links::take(tx, &token)? else { return Ok(None) };
        let Some(user) = users::find(tx.conn(), user_id)?.filter(|user| !user.disabled) else {
            return Ok(None);
        };
        // Whoever holds the link stood at the machine itself; a lock-out ends here.
        attempts::delete_all(tx)?;
        mail::note_sign_in(tx, user.id, (&address, &agent))?;
        sessions::begin(tx, user.id, Origin { address: &address, agent: &agent }).map(Some)
    });
    match entered.await? {
        Some(session) => Ok(HttpResponse::SeeOther()
            .insert_header((header::LOCATION, state.url("/")))
            .cookie(state.session_cookie(&session))
            .finish()),
        None => over(&state),
    }
}

fn over(state: &State) -> Result<HttpResponse, AppError> {
    let door = Door::new(&state.base_path, words::LINK, words::LINK_OVER);
    html(StatusCode::GONE, &Page { door, form: None })
}
