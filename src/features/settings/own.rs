//! A person's own password and the places where they are signed in.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, Known, Part, answer, done, post};
use crate::base::Secret;
use crate::base::id::UserId;
use crate::store::attempts::{self, Bucket};
use crate::store::audit::{self, Kind, Note};
use crate::store::password::{self, Verdict};
use crate::store::sessions::{self, Origin};
use crate::store::{Lane, StoreError, users};
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form};
use crate::web::format;
use crate::web::page::{Page, Site};
use crate::web::session::{Who, address_of, agent_of};
use crate::web::state::{Shared, State, off_thread, write};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, people as told, say};

#[derive(Deserialize)]
pub struct Entry {
    #[serde(default)]
    password: String,
    #[serde(default)]
    new_password: String,
}

#[derive(Default)]
pub struct Shown {
    password_wrong: Option<String>,
    new_wrong: Option<String>,
}

pub async fn change_password(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    // A program has no password.
    let user = who.user.ok_or(AppError::NotFound)?;
    let Entry { password, new_password } = form.into_inner();
    let mut shown = Shown::default();
    if let Err(weak) = password::check(&new_password, &who.name) {
        shown.new_wrong = Some(say::sentence(&weak.to_string()));
    } else {
        let (shared, name) = (Arc::clone(&state), who.name.clone());
        let (address, agent) = (address_of(&request), agent_of(&request));
        let (old, new) = (Secret::new(password), Secret::new(new_password));
        let changed = off_thread(move || {
            let origin = Origin { address: &address, agent: &agent };
            change(&shared, (user, &name), (&old, &new), origin)
        });
        match changed.await?? {
            Changed::Done(session) => {
                let mut answer = done(&state, &who, words::text(Word::SetPasswordChanged));
                let cookie = state.session_cookie(&session);
                answer.add_cookie(&cookie).map_err(|e| AppError::Internal(e.to_string()))?;
                return Ok(answer);
            }
            Changed::Wrong => {
                shown.password_wrong = Some(words::text(Word::SetPasswordWrong).to_owned());
            }
            Changed::Wait => {
                shown.password_wrong = Some(words::text(Word::SetPasswordWait).to_owned());
            }
        }
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let again = Again { password: Some(shown), status, ..Again::default() };
    answer(&state, site, who, &request, again).await
}

enum Changed {
    /// Everybody else under this name is out; the person goes on in a new session.
    Done(Secret),
    Wrong,
    Wait,
}

/// The old password is guarded as at the door: somebody may have found an open browser.
fn change(
    state: &State,
    (user, name): (UserId, &str),
    (old, new): (&Secret, &Secret),
    origin: Origin<'_>,
) -> Result<Changed, StoreError> {
    let (account, address) = (Bucket::account(name), Bucket::address(origin.address));
    let buckets = [account.clone(), address.clone()];
    if state.db.write_local(Lane::Interactive, |tx| attempts::begin(tx, &buckets))?.is_some() {
        return Ok(Changed::Wait);
    }
    let stored = state.db.read(|reader| users::find_password_hash(reader.conn(), user))?;
    // Who came by a link and has none yet sets the first one.
    if stored.is_some() && state.passwords.verify(stored.as_deref(), old)? == Verdict::Wrong {
        return Ok(Changed::Wrong);
    }
    let hash = state.passwords.hash(new)?;
    state.db.write_local(Lane::Interactive, |tx| {
        attempts::forgive(tx, &account, &address)?;
        users::update_password(tx, user, &hash)?;
        let subject = format!("{name}: password");
        let (before, after) = (None, None);
        audit::note(tx, Note { kind: Kind::People, subject: &subject, before, after })?;
        sessions::delete_of_user(tx, user)?;
        sessions::begin(tx, user, origin).map(Changed::Done)
    })
}

#[derive(Deserialize)]
pub struct Ended {
    #[serde(default)]
    session: String,
}

pub async fn end_session(
    state: Shared,
    who: Who,
    form: web::Form<Ended>,
) -> Result<HttpResponse, AppError> {
    let user = who.user.ok_or(AppError::NotFound)?;
    let id: i64 = form.session.parse().map_err(|_| AppError::NotFound)?;
    write(&state, move |tx| sessions::delete(tx, user, id)).await?;
    Ok(done(&state, &who, words::text(Word::SetSessionEnded)))
}

pub async fn end_others(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    let (Some(user), Some(session)) = (who.user, who.session) else {
        return Err(AppError::NotFound);
    };
    write(&state, move |tx| {
        let ended = sessions::delete_others(tx, user, session)?.to_string();
        let (kind, subject) = (Kind::SignedOut, "elsewhere");
        let note = Note { kind, subject, before: Some(&ended), after: None };
        audit::note(tx, note)
    })
    .await?;
    Ok(done(&state, &who, told::OTHERS_ENDED))
}

pub fn password_part(page: &Page, shown: Option<&Shown>) -> Part {
    let mut part = Part::new("password", Word::SetPassword);
    let mut old = Field::secret("password", words::text(Word::SetPasswordNow));
    old.autocomplete = "current-password";
    old.required = true;
    old.error = shown.and_then(|shown| shown.password_wrong.clone());
    let mut new = Field::secret("new_password", words::text(Word::SetPasswordNew))
        .with_help(words::door::PASSWORD_HINT);
    new.autocomplete = "new-password";
    new.required = true;
    new.error = shown.and_then(|shown| shown.new_wrong.clone());
    part.form = Some(Form {
        action: page.url("/settings/password"),
        method: "post",
        fields: vec![old, new],
        buttons: vec![Button::submit(words::text(Word::SetPasswordChange), ButtonKind::Plain)],
        note: Some(words::text(Word::SetPasswordNote).to_owned()),
        ..Form::default()
    });
    part
}

/// `Firefox, Linux`: enough to know one's own browser again.
fn browser(agent: &str) -> String {
    // Chrome names Safari, and Edge names both; the first that fits is it.
    let browsers =
        [("Firefox/", "Firefox"), ("Edg", "Edge"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (first(&browsers), first(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if agent.is_empty() => words::text(Word::SetUnknownBrowser).to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

pub fn sessions_part(page: &Page, known: &Known) -> Part {
    let mut part = Part::new("sessions", Word::SetSessions);
    let mut table = Table::new("sessions-table", words::text(Word::SetSessions));
    table.columns = vec![
        Column::words(words::text(Word::SetBrowser)),
        Column::words(words::text(Word::SetAddress)).wide(),
        Column::words(told::BEGUN).wide(),
        Column::words(words::text(Word::SetSeen)),
    ];
    let moment = |at: crate::base::Instant| {
        let day = format::day(at.day_in(&page.zone), page.locale);
        format!("{day}, {}", at.time_in(&page.zone))
    };
    table.rows = known
        .sessions
        .iter()
        .map(|session| {
            let mut cell = crate::web::table::Words {
                text: browser(&session.agent),
                ..crate::web::table::Words::default()
            };
            if Some(session.id) == page.who.session {
                cell.beside = Some(words::text(Word::SetThisOne).to_owned());
            }
            Row::new(vec![
                Cell::Words(cell),
                Cell::quiet(&session.address),
                Cell::quiet(moment(session.created_at)),
                Cell::quiet(moment(session.seen_at)),
            ])
        })
        .collect();
    part.table = Some(table);
    let others = known.sessions.iter().filter(|one| Some(one.id) != page.who.session);
    part.posts = others
        .map(|session| {
            let label = say::end_session(&moment(session.seen_at));
            let post = post(page, &label, "/settings/sessions");
            (post, "session".to_owned(), session.id.to_string())
        })
        .collect();
    if part.posts.len() > 1 {
        let post = post(page, told::END_OTHERS, "/settings/sessions/others");
        part.posts.push((post, "session".to_owned(), "others".to_owned()));
    }
    part
}
