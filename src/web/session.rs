//! Who is asking: by the cookie of a session or by a token of a program.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::base::id::UserId;
use crate::base::{Instant, Secret};
use crate::domain::ask::Scope;
use crate::store::changes::{By, Source};
use crate::store::sessions::{self, Session};
use crate::store::users::Role;
use crate::store::{Lane, Reader, StoreError, people, scopes, tokens};
use crate::web::error::AppError;
use crate::web::state::{Shared, State, off_thread};

/// Whoever passed the guard of a route. Handlers take it as an argument.
#[derive(Clone, Debug)]
pub struct Who {
    /// `None` for a program with a token.
    pub user: Option<UserId>,
    /// The address of the person, or the name of the token.
    pub name: String,
    pub role: Role,
    pub scope: Scope,
    pub session: Option<i64>,
    /// A second factor is required of everybody, and this person has none yet.
    pub lacks_factor: bool,
}

/// A reason is a sentence, not a letter.
const WHY_CHARS_MAX: usize = 500;

impl Who {
    fn of(session: Session, is_factor_required: bool) -> Self {
        Self {
            user: Some(session.user_id),
            name: session.email,
            role: session.role,
            scope: session.scope,
            session: Some(session.id),
            lacks_factor: is_factor_required && !session.has_second_factor,
        }
    }

    pub fn sees_all_stores(&self) -> bool {
        self.scope == Scope::All
    }

    /// Who edits, for the history of changes; `why` as it was typed.
    pub fn by(&self, why: &str) -> By {
        let source = if self.user.is_some() { Source::Page } else { Source::Api };
        let why = why.trim().chars().take(WHY_CHARS_MAX).collect();
        By { name: self.name.clone(), source, why, seen: None }
    }
}

impl FromRequest for Who {
    type Error = AppError;
    type Future = Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        // Only the guard puts it there, so a public route has none.
        ready(request.extensions().get::<Self>().cloned().ok_or(AppError::SignInNeeded))
    }
}

impl State {
    /// Bears the installation's own id: browsers do not separate cookies by port. Over TLS its name
    /// says to the browser that it was set there, and by nobody else's name.
    pub fn cookie_name(&self) -> String {
        let prefix = match (self.door.is_closed(), self.base_path.as_str()) {
            (false, _) => "",
            (true, "/") => "__Host-",
            (true, _) => "__Secure-",
        };
        format!("{prefix}purser_{}", self.instance_id)
    }

    /// The cookie that keeps somebody in; it goes when the browser closes.
    pub fn session_cookie(&self, token: &Secret) -> Cookie<'static> {
        // Lax, not Strict: a shop sends the person back here after a connection was granted.
        Cookie::build(self.cookie_name(), token.expose().to_owned())
            .path(self.base_path.clone())
            .http_only(true)
            .secure(self.door.is_closed())
            .same_site(SameSite::Lax)
            .finish()
    }

    pub fn ended_cookie(&self) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.cookie_name(), "")
            .path(self.base_path.clone())
            .http_only(true)
            .secure(self.door.is_closed())
            .same_site(SameSite::Lax)
            .finish();
        cookie.make_removal();
        cookie
    }
}

/// `None` for nobody, or somebody whose session or token is over.
///
/// # Errors
/// What the store said.
pub async fn find_who(state: &Shared, request: &HttpRequest) -> Result<Option<Who>, AppError> {
    if let Some(token) = bearer_of(request) {
        let state = Arc::clone(state);
        return Ok(off_thread(move || by_token(&state, &token)).await??);
    }
    let Some(cookie) = request.cookie(&state.cookie_name()) else { return Ok(None) };
    let token = Secret::new(cookie.value().to_owned());
    let now = state.clock.now();
    match state.db.read_now(|reader| find_session(reader, &token, now)) {
        Ok(Ok(None)) => return Ok(None),
        Ok(Ok(Some((session, is_required)))) if !session.is_seen_long_ago(now) => {
            return Ok(Some(Who::of(session, is_required)));
        }
        // It has to be noted as seen, or waited for.
        Ok(_) | Err(_) => {}
    }
    let state = Arc::clone(state);
    Ok(off_thread(move || by_session(&state, &token)).await??)
}

/// The token of `Authorization: Bearer`.
pub fn bearer_of(request: &HttpRequest) -> Option<Secret> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| Secret::new(token.trim().to_owned()))
}

/// What is kept of where a session began.
pub fn address_of(request: &HttpRequest) -> String {
    request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default()
}

pub fn agent_of(request: &HttpRequest) -> String {
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    agent.unwrap_or_default().to_owned()
}

fn by_token(state: &State, token: &Secret) -> Result<Option<Who>, StoreError> {
    let now = state.clock.now();
    let found = state.db.read(|reader| {
        let Some(token) = tokens::find(reader.conn(), token.expose(), now)? else {
            return Ok(None);
        };
        let scope = scopes::find_of_token(reader.conn(), token.id)?;
        Ok(Some((token, scope)))
    })?;
    let Some((token, scope)) = found else { return Ok(None) };
    if token.is_used_long_ago(now) {
        let id = token.id;
        state.db.write(Lane::Interactive, move |tx| tokens::touch(tx, id))?;
    }
    Ok(Some(Who {
        user: None,
        name: token.name,
        role: token.role,
        scope,
        session: None,
        // Programs have no second factor; their token is made by somebody who has one.
        lacks_factor: false,
    }))
}

/// The session of a token, and whether everybody needs a second factor.
fn find_session(
    reader: &Reader<'_>,
    token: &Secret,
    now: Instant,
) -> Result<Option<(Session, bool)>, StoreError> {
    let idle_s = sessions::find_idle_s(reader.conn())?;
    let found = sessions::find(reader.conn(), token.expose(), now, idle_s)?;
    let Some(session) = found else { return Ok(None) };
    Ok(Some((session, people::is_factor_required(reader.conn())?)))
}

fn by_session(state: &State, token: &Secret) -> Result<Option<Who>, StoreError> {
    let now = state.clock.now();
    let found = state.db.read(|reader| find_session(reader, token, now))?;
    let Some((session, is_required)) = found else { return Ok(None) };
    if session.is_seen_long_ago(now) {
        let id = session.id;
        state.db.write(Lane::Interactive, move |tx| sessions::touch(tx, id))?;
    }
    Ok(Some(Who::of(session, is_required)))
}
