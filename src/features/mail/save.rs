//! Describing the server, wishes, and what is done about messages that were given up.

use std::collections::HashMap;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::PATH;
use super::page::{Again, answer};
use crate::base::Secret;
use crate::base::id::{MailId, UserId};
use crate::domain::mail::{Line, MailAddress, MailHost, MailKind, Security, SendFault};
use crate::store::mail::{self, MailServer, outbox};
use crate::store::{Lane, StoreError, users};
use crate::sync::ctx::Tools;
use crate::sync::mail::{push, smtp};
use crate::web::error::AppError;
use crate::web::flash::Flash;
use crate::web::form::Wrong;
use crate::web::notice::Toast;
use crate::web::page::Site;
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread, read, write};
use crate::web::words::mail as told;

const PASSWORD_BYTES_MAX: usize = 1_024;
const ROOT_BYTES_MAX: usize = 64 * 1024;

/// The form as it was sent; its password is taken out before it is shown again.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    pub host: String,
    pub port: String,
    pub security: String,
    pub user: String,
    password: String,
    pub from: String,
    pub from_name: String,
    pub root: String,
    pub private: String,
}

impl Entry {
    pub fn of(server: &MailServer) -> Self {
        Self {
            host: server.host.as_str().to_owned(),
            port: server.port.to_string(),
            security: server.security.name().to_owned(),
            user: server.user_name.clone(),
            password: String::new(),
            from: server.from.as_str().to_owned(),
            from_name: server.from_name.as_str().to_owned(),
            root: server.root_pem.clone(),
            private: if server.private_network { "yes".to_owned() } else { String::new() },
        }
    }

    /// What was typed, as a server; else what is wrong with it.
    fn server(&self) -> Result<MailServer, Wrong> {
        let mut wrong = Wrong::new();
        let mut say = |field: &str, what: &str| {
            wrong.insert(field.to_owned(), what.to_owned());
        };
        let security = Security::parse(&self.security).unwrap_or_default();
        let host = MailHost::parse(&self.host).map_err(|_| say("host", told::HOST_WRONG));
        let port = match self.port.trim() {
            "" => Ok(security.usual_port()),
            text => text.parse().ok().filter(|port| *port > 0).ok_or(()),
        };
        let port = port.map_err(|()| say("port", told::PORT_WRONG));
        let from = MailAddress::parse(&self.from).map_err(|_| say("from", told::FROM_WRONG));
        let name = if self.from_name.trim().is_empty() { "Purser" } else { &self.from_name };
        let from_name = Line::parse(name).map_err(|_| say("from_name", told::FROM_NAME_WRONG));
        let user = self.user.trim_matches(' ');
        if !user.is_empty() && Line::parse(user).is_err() {
            say("user", told::USER_WRONG);
        }
        let (Ok(host), Ok(port), Ok(from), Ok(from_name)) = (host, port, from, from_name) else {
            return Err(wrong);
        };
        let server = MailServer {
            host,
            port,
            security,
            user_name: user.to_owned(),
            has_password: false,
            from,
            from_name,
            root_pem: self.root.trim().to_owned(),
            private_network: !self.private.is_empty(),
        };
        let is_root = server.root_pem.len() <= ROOT_BYTES_MAX
            && smtp::tls_of(&server).err() != Some(SendFault::Root);
        if !is_root {
            wrong.insert("root".to_owned(), told::ROOT_WRONG.to_owned());
        }
        if wrong.is_empty() { Ok(server) } else { Err(wrong) }
    }
}

pub async fn save(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let mut entry = form.into_inner();
    let password = Secret::new(std::mem::take(&mut entry.password));
    let typed = !password.expose().is_empty();
    let known = read(&state, |reader| mail::find_server(reader.conn())).await?;
    let checked = entry.server().and_then(|server| {
        // A password is told to the server for which it was given, and to no other.
        let goes_elsewhere = known.as_ref().is_some_and(|known| {
            known.has_password
                && (&known.host, known.port, &known.user_name)
                    != (&server.host, server.port, &server.user_name)
        });
        let one = |text: &str| Wrong::from([("password".to_owned(), text.to_owned())]);
        if goes_elsewhere && !typed && !server.user_name.is_empty() {
            return Err(one(told::PASSWORD_AGAIN));
        }
        if password.expose().len() > PASSWORD_BYTES_MAX
            || password.expose().chars().any(char::is_control)
        {
            return Err(one(told::USER_WRONG));
        }
        if typed && tools.vault.vault().is_none() {
            return Err(one(told::LOCKED));
        }
        Ok(server)
    });
    let server = match checked {
        Ok(server) => server,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let again = Again { entry: Some((entry, wrong)), status, ..Again::default() };
            return answer(&state, site, who, &request, again).await;
        }
    };
    let saved = off_thread(move || {
        tools.db.write_local(Lane::Interactive, |tx| {
            mail::upsert_server(tx, &server)?;
            match tools.vault.vault() {
                _ if server.user_name.is_empty() => mail::clear_password(tx),
                Some(vault) if typed => mail::set_password(tx, vault, &password),
                _ => Ok(()),
            }
        })
    });
    saved.await??;
    Ok(back(&state, &who, told::SAVED.to_owned()))
}

pub async fn remove(state: Shared, who: Who) -> Result<HttpResponse, AppError> {
    write(&state, |tx| {
        for (id, _) in outbox::list_open(tx.conn())? {
            outbox::finish_dead(tx, id, told::NO_SERVER)?;
        }
        mail::delete_server(tx)
    })
    .await?;
    Ok(back(&state, &who, told::REMOVED.to_owned()))
}

/// Everything that one person gets; what is not in the form is not wanted.
pub async fn wish(
    state: Shared,
    who: Who,
    form: web::Form<HashMap<String, String>>,
) -> Result<HttpResponse, AppError> {
    let user = form.get("user").and_then(|text| text.parse().ok()).map(UserId);
    let user = user.ok_or(AppError::NotFound)?;
    let wanted = MailKind::WISHED.map(|kind| (kind, form.contains_key(kind.name())));
    let saved = write(&state, move |tx| {
        users::find(tx.conn(), user)?.ok_or(StoreError::Missing)?;
        wanted.into_iter().try_for_each(|wish| mail::upsert_wish(tx, user, wish))
    });
    match saved.await {
        Ok(()) => Ok(back(&state, &who, told::WISHES_SAVED.to_owned())),
        Err(AppError::Store(StoreError::Missing)) => Err(AppError::NotFound),
        Err(fault) => Err(fault),
    }
}

#[derive(Deserialize)]
pub struct Chosen {
    #[serde(default)]
    id: String,
}

pub async fn again(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    form: web::Form<Chosen>,
) -> Result<HttpResponse, AppError> {
    let id = MailId(form.id.parse().map_err(|_| AppError::NotFound)?);
    let revived = write(&state, move |tx| {
        let is_there = outbox::revive(tx, id)?;
        if is_there {
            push(tx, id)?;
        }
        Ok(is_there)
    });
    if !revived.await? {
        return Err(AppError::NotFound);
    }
    tools.signal.wake();
    Ok(back(&state, &who, told::AGAIN_DONE.to_owned()))
}

pub async fn dismiss(
    state: Shared,
    who: Who,
    form: web::Form<Chosen>,
) -> Result<HttpResponse, AppError> {
    let id = MailId(form.id.parse().map_err(|_| AppError::NotFound)?);
    write(&state, move |tx| outbox::delete_dead(tx, id)).await?;
    Ok(back(&state, &who, told::DISMISSED.to_owned()))
}

pub fn back(state: &Shared, who: &Who, text: String) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text, undo: None }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(PATH))).finish()
}
