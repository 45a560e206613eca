//! Tokens for programs: a name, a role, an end; the token itself is shown once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::page::{Again, Known, Part, answer, done, post};
use crate::domain::ask::Scope;
use crate::store::users::Role;
use crate::store::{Lane, Reader, StoreError, stores, tokens};
use crate::sync::ctx::Tools;
use crate::web::error::AppError;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::format;
use crate::web::page::{Page, Site};
use crate::web::session::Who;
use crate::web::state::{Shared, off_thread};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, people as told, say};

const NAME_CHARS_MAX: usize = 60;
const DAYS: [&str; 4] = ["30", "90", "365", ""];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    name: String,
    role: String,
    days: String,
    /// The store that it may see; all where none is named.
    store: String,
}

pub struct Shown {
    entry: Entry,
    fault: Option<String>,
    secret: Option<String>,
}

pub async fn add(
    state: Shared,
    tools: web::Data<Tools>,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let entry = form.into_inner();
    let name = entry.name.trim().to_owned();
    let is_name = !name.is_empty()
        && name.chars().count() <= NAME_CHARS_MAX
        && !name.chars().any(char::is_control);
    let (role, days) = (Role::parse(&entry.role), entry.days.parse::<u32>().ok());
    let (true, Some(role)) = (is_name, role) else {
        let fault = Some(words::text(Word::SetTokenNameWrong).to_owned());
        return again(&state, site, who, &request, Shown { entry, fault, secret: None }).await;
    };
    let wanted = entry.store.clone();
    let made = off_thread(move || {
        let scope = tools.db.read(|reader| scope_of(reader, &wanted))?;
        tools.db.write_local(Lane::Interactive, |tx| {
            let expires_at = days.map(|days| tx.now.plus_seconds(i64::from(days) * 86_400));
            tokens::create_for(tx, &name, (role, &scope), expires_at)
        })
    });
    let shown = match made.await? {
        // Not by a redirect: the token is kept nowhere, so it is shown in this very answer.
        Ok(token) => {
            Shown { entry: Entry::default(), fault: None, secret: Some(token.expose().to_owned()) }
        }
        Err(StoreError::Conflict) => {
            let fault = Some(words::text(Word::SetTokenTaken).to_owned());
            Shown { entry, fault, secret: None }
        }
        Err(fault) => return Err(fault.into()),
    };
    again(&state, site, who, &request, shown).await
}

async fn again(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    shown: Shown,
) -> Result<HttpResponse, AppError> {
    let status = match shown.fault {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let again = Again { token: Some(shown), status, ..Again::default() };
    answer(state, site, who, request, again).await
}

pub async fn revoke(
    state: Shared,
    tools: web::Data<Tools>,
    who: Who,
    form: web::Form<Entry>,
) -> Result<HttpResponse, AppError> {
    let name = form.name.clone();
    off_thread(move || tools.db.write_local(Lane::Interactive, |tx| tokens::revoke(tx, &name)))
        .await??;
    Ok(done(&state, &who, say::token_revoked(&form.name)))
}

/// One store by its name, or all.
fn scope_of(reader: &Reader<'_>, name: &str) -> Result<Scope, StoreError> {
    if name.is_empty() {
        return Ok(Scope::All);
    }
    let stores = stores::list_stores(reader)?;
    let store = stores.iter().find(|store| store.name == name).ok_or(StoreError::Missing)?;
    Ok(Scope::Stores(vec![store.id]))
}

pub fn role_word(role: Role) -> &'static str {
    words::text(match role {
        Role::Owner => Word::RoleOwner,
        Role::Manager => Word::RoleManager,
        Role::Analyst => Word::RoleAnalyst,
        Role::Fulfilment => Word::RoleFulfilment,
        Role::Viewer => Word::RoleViewer,
    })
}

pub fn part(page: &Page, known: &Known, shown: Option<&Shown>) -> Part {
    let mut part = Part::new("tokens", Word::SetTokens);
    part.head.beside = Some(words::text(Word::SetTokensNote).to_owned());
    part.secret = shown.and_then(|shown| shown.secret.clone());
    let in_force: Vec<_> = known.tokens.iter().filter(|one| one.revoked_at.is_none()).collect();
    if !in_force.is_empty() {
        let mut table = Table::new("tokens-table", words::text(Word::SetTokens));
        table.columns = vec![
            Column::words(words::text(Word::SetTokenName)),
            Column::words(words::text(Word::SetRole)),
            Column::words(words::text(Word::SetMadeOn)).wide(),
            Column::words(words::text(Word::SetEndsOn)),
            Column::words(told::LAST_USED).wide(),
        ];
        let day = |at: crate::base::Instant| format::day(at.day_in(&page.zone), page.locale);
        table.rows = in_force
            .iter()
            .map(|token| {
                let never = || words::text(Word::SetNever).to_owned();
                Row::new(vec![
                    Cell::Words(Words {
                        text: token.name.clone(),
                        beside: token.is_limited.then(|| told::SOME_STORES.to_owned()),
                        ..Words::default()
                    }),
                    Cell::text(role_word(token.role)),
                    Cell::quiet(day(token.created_at)),
                    Cell::quiet(token.expires_at.map_or_else(never, day)),
                    Cell::quiet(token.used_at.map_or_else(never, day)),
                ])
            })
            .collect();
        part.table = Some(table);
    }
    part.posts = in_force
        .iter()
        .map(|token| {
            let post = post(page, &say::revoke_token(&token.name), "/settings/tokens/revoke");
            (post, "name".to_owned(), token.name.clone())
        })
        .collect();
    part.form = Some(form(page, shown));
    part
}

fn form(page: &Page, shown: Option<&Shown>) -> Form {
    let entry = shown.map(|shown| shown.entry.clone()).unwrap_or_default();
    let mut name = Field::text("name", words::text(Word::SetTokenName), &entry.name);
    name.id = "token-name".to_owned();
    name.error = shown.and_then(|shown| shown.fault.clone());
    name.required = true;
    let roles = [Role::Viewer, Role::Analyst, Role::Fulfilment, Role::Manager, Role::Owner];
    let pick = |value: &str, label: &str| Pick { value: value.to_owned(), label: label.to_owned() };
    let roles = roles.map(|role| pick(role.name(), role_word(role))).to_vec();
    let role = if entry.role.is_empty() { Role::Viewer.name().to_owned() } else { entry.role };
    let days = DAYS.map(|days| match days {
        "" => pick("", words::text(Word::SetNever)),
        days => pick(days, &say::in_days(days)),
    });
    let chosen =
        if shown.is_some_and(|shown| shown.fault.is_some()) { entry.days } else { "90".into() };
    let mut picks = vec![pick("", told::ALL_STORES)];
    picks.extend(page.stores.iter().map(|store| pick(&store.name, &store.name)));
    let store = Field::select("store", told::SEES, entry.store, picks);
    Form {
        action: page.url("/settings/tokens"),
        method: "post",
        fields: vec![
            name,
            Field::select("role", words::text(Word::SetRole), role, roles),
            Field::select("days", words::text(Word::SetEndsOn), chosen, days.to_vec()),
            Field { id: "token-store".to_owned(), ..store },
        ],
        buttons: vec![Button::submit(words::text(Word::SetAddToken), ButtonKind::Plain)],
        ..Form::default()
    }
}
