//! The people: who may sign in, in which role, with which stores; inviting, changing, shutting
//! out, helping those who are; and what holds for everybody.

use std::sync::Arc;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::SLUG;
use super::page::{Part, post};
use super::tokens::role_word;
use crate::base::Secret;
use crate::base::id::UserId;
use crate::domain::ask::Scope;
use crate::domain::mail::{Line, MailAddress, Message};
use crate::store::stores::Store;
use crate::store::users::{self, Email, Role, User};
use crate::store::{Reader, StoreError, audit, organisation, people, scopes, sessions};
use crate::sync::mail;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick};
use crate::web::host;
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Toast, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::PageHead;
use crate::web::session::Who;
use crate::web::state::{Shared, read, write};
use crate::web::table::{Cell, Column, Row, Table, Words};
use crate::web::words::{self, Word, people as told};

pub const PATH: &str = "/settings/people";
const IDLE_MINUTES: [i64; 8] = [5, 15, 30, 60, 120, 240, 480, 720];
const KEPT_MONTHS: [i64; 5] = [13, 25, 37, 61, 120];

#[derive(Template)]
#[template(path = "settings/parts.html")]
pub struct View {
    pub frame: Frame,
    pub head: PageHead,
    pub notices: Vec<Notice>,
    pub parts: Vec<Part>,
}

/// A form with a box for each store has names of its own.
type Sent = web::Form<Vec<(String, String)>>;

/// What is shown again, or once.
#[derive(Default)]
struct Again {
    /// Whose sections are open.
    chosen: Option<UserId>,
    fault: Option<String>,
    email: String,
    email_wrong: Option<String>,
    stores_wrong: Option<String>,
    /// A link, and what it is good for.
    link: Option<(String, &'static str)>,
    status: StatusCode,
}

struct Known {
    people: Vec<(User, Scope, String)>,
    is_factor_required: bool,
    idle_minutes: i64,
    kept_months: i64,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    let asked = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let pairs = asked.map(web::Query::into_inner).unwrap_or_default();
    let chosen = find(&pairs, "user").and_then(|id| id.parse().ok()).map(UserId);
    answer(&state, site, who, &request, Again { chosen, ..Again::default() }).await
}

pub async fn invite(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, AppError> {
    let typed = find(&sent, "email").unwrap_or_default().to_owned();
    let again = Again { email: typed.clone(), ..Again::default() };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Ok(email) = Email::parse(&typed) else {
        let email_wrong = Some(told::EMAIL_WRONG.to_owned());
        let again = Again { email_wrong, status: wrong, ..again };
        return answer(&state, site, who, &request, again).await;
    };
    let role = find(&sent, "role").and_then(Role::parse).unwrap_or(Role::Viewer);
    let Some(scope) = scope_of(&sent, role) else {
        let stores_wrong = Some(told::STORES_WRONG.to_owned());
        let again = Again { stores_wrong, status: wrong, ..again };
        return answer(&state, site, who, &request, again).await;
    };
    let by = who.name.clone();
    let made = write(&state, move |tx| people::invite(tx, &email, (role, &scope))).await;
    let again = match told_refused(made)? {
        Ok((_, link)) => {
            let href = link_href(&state, &request, &link)?;
            let message = |organisation: &str| Message::Invitation {
                organisation: Line::of(organisation),
                by: Line::of(&by),
                link: Secret::new(href.clone()),
            };
            let is_sent = send(&state, typed, message).await?;
            let told = if is_sent { told::INVITE_MAILED } else { told::INVITE_LINK };
            Again { link: Some((href, told)), ..Again::default() }
        }
        Err(fault) => Again { email_wrong: Some(fault), status: wrong, ..again },
    };
    answer(&state, site, who, &request, again).await
}

pub async fn change(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    id: web::Path<i64>,
    sent: Sent,
) -> Result<HttpResponse, AppError> {
    let id = UserId(id.into_inner());
    let found = read(&state, move |reader| users::find(reader.conn(), id)).await?;
    let user = found.ok_or(AppError::NotFound)?;
    let what = find(&sent, "do").unwrap_or_default().to_owned();
    let role = find(&sent, "role").and_then(Role::parse).unwrap_or(user.role);
    let again = Again { chosen: Some(id), ..Again::default() };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(scope) = scope_of(&sent, role) else {
        let stores_wrong = Some(told::STORES_WRONG.to_owned());
        let again = Again { stores_wrong, status: wrong, ..again };
        return answer(&state, site, who, &request, again).await;
    };
    let email = user.email.clone();
    let done = write(&state, move |tx| {
        match what.as_str() {
            "change" => {
                people::set_role(tx, &user, role)?;
                people::set_scope(tx, &User { role, ..user }, &scope)?;
            }
            "disable" => people::set_disabled(tx, &user, true)?,
            "enable" => people::set_disabled(tx, &user, false)?,
            "reset-factor" => people::reset_second_factor(tx, &user)?,
            "password-link" => {
                let told = if user.has_password { told::RESET_LINK } else { told::INVITE_LINK };
                return people::make_reset_link(tx, &user).map(|link| Some((link, told)));
            }
            _ => return Err(StoreError::Missing),
        }
        Ok(None)
    });
    let again = match told_refused(done.await)? {
        Ok(None) => return Ok(saved(&state, &who, &told::done(&email))),
        Ok(Some((link, told))) => {
            let href = link_href(&state, &request, &link)?;
            let message = |_: &str| Message::PasswordReset { link: Secret::new(href.clone()) };
            let is_sent = told == told::RESET_LINK && send(&state, email, message).await?;
            let told = if is_sent { told::RESET_MAILED } else { told };
            Again { link: Some((href, told)), ..again }
        }
        Err(fault) => Again { fault: Some(fault), status: wrong, ..again },
    };
    answer(&state, site, who, &request, again).await
}

pub async fn save_rules(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, AppError> {
    let is_required = find(&sent, "factor").is_some();
    let number = |name: &str| find(&sent, name).and_then(|text| text.parse::<i64>().ok());
    let (idle, kept) = (number("idle"), number("kept"));
    let done = write(&state, move |tx| {
        people::require_factor(tx, is_required)?;
        if let Some(minutes) = idle {
            sessions::set_idle_minutes(tx, minutes)?;
        }
        match kept {
            Some(months) => audit::set_kept_months(tx, months),
            None => Ok(()),
        }
    });
    match told_refused(done.await)? {
        Ok(()) => Ok(saved(&state, &who, told::RULES_SAVED)),
        Err(fault) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let again = Again { fault: Some(fault), status, ..Again::default() };
            answer(&state, site, who, &request, again).await
        }
    }
}

fn saved(state: &Shared, who: &Who, text: &str) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text: text.to_owned(), undo: None }));
    HttpResponse::SeeOther().insert_header((header::LOCATION, state.url(PATH))).finish()
}

/// The sentence of a refusal; every other fault stays one.
fn told_refused<T>(outcome: Result<T, AppError>) -> Result<Result<T, String>, AppError> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(AppError::Store(StoreError::Refused(sentence))) => Ok(Err(sentence)),
        Err(fault) => Err(fault),
    }
}

fn find<'a>(sent: &'a [(String, String)], name: &str) -> Option<&'a str> {
    sent.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
}

/// The stores that were chosen; `None` where some were meant and none was ticked. An owner sees
/// all.
fn scope_of(sent: &[(String, String)], role: Role) -> Option<Scope> {
    if role == Role::Owner || find(sent, "sees") != Some("some") {
        return Some(Scope::All);
    }
    let ticked = sent.iter().filter_map(|(name, _)| name.strip_prefix("store-")?.parse().ok());
    let stores: Vec<_> = ticked.map(crate::base::id::StoreId).collect();
    (!stores.is_empty()).then_some(Scope::Stores(stores))
}

/// As somebody else opens it: with the name under which the owner reached us.
/// Sends a link by mail, where a server is set up; the page shows it all the same.
async fn send(
    state: &Shared,
    to: String,
    message: impl FnOnce(&str) -> Message,
) -> Result<bool, AppError> {
    let Ok(to) = MailAddress::parse(&to) else { return Ok(false) };
    let name = read(state, |reader| Ok(organisation::find(reader.conn())?.name)).await?;
    let (message, shared) = (message(&name), Arc::clone(state));
    let queued = write(state, move |tx| mail::queue_to(tx, shared.vault.vault(), &to, &message));
    match queued.await {
        // A link is never kept in plain form: while the vault is locked it is only shown.
        Err(AppError::Store(StoreError::Refused(_))) => Ok(false),
        other => other,
    }
}

fn link_href(state: &Shared, request: &HttpRequest, link: &Secret) -> Result<String, AppError> {
    let scheme = if request.app_config().secure() { "https" } else { "http" };
    let host = host::host_of(request)?;
    Ok(format!("{scheme}://{host}{}", state.url(&format!("/link/{}", link.expose()))))
}

async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Again,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take(&page.who);
    let known = read(state, known).await?;
    let mut parts = vec![list_part(&page, &known)];
    let chosen = known.people.iter().find(|(user, ..)| Some(user.id) == again.chosen);
    if let Some(one) = chosen {
        parts.push(change_part(&page, one, &again));
        parts.push(access_part(&page, &one.0));
    }
    parts.push(invite_part(&page, &again));
    parts.push(rules_part(&page, &known));
    if let Some((link, title)) = &again.link
        && let Some(first) = parts.first_mut()
    {
        first.secret = Some(link.clone());
        first.secret_title = *title;
    }
    let notices = again.fault.iter().map(|fault| Notice {
        weight: Weight::Broken,
        title: told::NOT_DONE.to_owned(),
        text: fault.clone(),
        buttons: Vec::new(),
        link: None,
    });
    let view = View {
        frame: page.frame_with_toast(told::PEOPLE, SLUG, None, flash.toast),
        head: head(&page, told::PEOPLE, told::PEOPLE_ANSWER),
        notices: notices.collect(),
        parts,
    };
    html(again.status, &view)
}

/// Of a page under Settings.
pub fn head(page: &Page, title: &str, answer: &str) -> PageHead {
    PageHead {
        trail: vec![Link::new(words::text(Word::PageSettings), page.url(super::PATH))],
        place: title.to_owned(),
        title: title.to_owned(),
        answer: answer.to_owned(),
        ..PageHead::default()
    }
}

fn known(reader: &Reader<'_>) -> Result<Known, StoreError> {
    let conn = reader.conn();
    let mut people = Vec::new();
    for user in users::list(conn)? {
        let scope = scopes::find_of_user(conn, user.id)?;
        let stores = match scope {
            Scope::All => told::ALL_STORES.to_owned(),
            Scope::Stores(_) => scopes::describe(conn, &scope)?,
        };
        people.push((user, scope, stores));
    }
    Ok(Known {
        people,
        is_factor_required: people::is_factor_required(conn)?,
        idle_minutes: sessions::find_idle_s(conn)? / 60,
        kept_months: audit::find_kept_months(conn)?,
    })
}

fn list_part(page: &Page, known: &Known) -> Part {
    let mut part = Part::titled("people", told::PEOPLE);
    let mut table = Table::new("people-table", told::PEOPLE);
    table.columns = vec![
        Column::words(told::EMAIL),
        Column::words(words::text(Word::SetRole)),
        Column::words(told::SEES).wide(),
        Column::words(told::FACTOR).wide(),
        Column::words(told::STATE),
    ];
    let row = |(user, _, stores): &(User, Scope, String)| {
        let name = Words {
            text: user.email.clone(),
            href: Some(page.url(&format!("{PATH}?user={}", user.id))),
            ..Words::default()
        };
        let factor = if user.has_second_factor { told::YES } else { told::NO };
        let state = match (user.disabled, user.has_password) {
            (true, _) => told::DISABLED,
            (false, true) => told::ACTIVE,
            (false, false) => told::INVITED,
        };
        Row::new(vec![
            Cell::Words(name),
            Cell::text(role_word(user.role)),
            Cell::quiet(stores),
            Cell::quiet(factor),
            Cell::text(state),
        ])
    };
    table.rows = known.people.iter().map(row).collect();
    part.table = Some(table);
    part
}

fn role_field(id: &str, role: Role) -> Field {
    let roles = [Role::Viewer, Role::Analyst, Role::Fulfilment, Role::Manager, Role::Owner];
    let picks = roles.map(|role| Pick::new(role.name(), role_word(role))).to_vec();
    let field = Field::select("role", words::text(Word::SetRole), role.name(), picks);
    Field { id: id.to_owned(), ..field }
}

/// All stores or those ticked, and a box for each.
fn store_fields(id: &str, stores: &[Store], scope: &Scope, wrong: Option<&String>) -> Vec<Field> {
    let picks = vec![Pick::new("all", told::ALL_STORES), Pick::new("some", told::TICKED_STORES)];
    let sees = if *scope == Scope::All { "all" } else { "some" };
    let field = Field::select("sees", told::SEES, sees, picks).with_help(told::SEES_HELP);
    let field = Field { id: format!("{id}-sees"), error: wrong.cloned(), ..field };
    let boxes = stores.iter().map(|store| {
        let on = *scope != Scope::All && scope.allows(store.id);
        let field = Field::check(&format!("store-{}", store.id), &store.name, on);
        Field { id: format!("{id}-store-{}", store.id), ..field }
    });
    std::iter::once(field).chain(boxes).collect()
}

fn change_part(page: &Page, (user, scope, _): &(User, Scope, String), again: &Again) -> Part {
    let mut part = Part::titled("change", &user.email);
    part.head.note = Some(told::ROLE_AND_STORES.to_owned());
    let mut fields = vec![role_field("change-role", user.role)];
    fields.extend(store_fields("change", &page.stores, scope, again.stores_wrong.as_ref()));
    let save = Button::submit(told::SAVE, ButtonKind::Main).sending("do", "change");
    part.form = Some(Form {
        action: page.url(&format!("{PATH}/{}", user.id)),
        method: "post",
        fields,
        buttons: vec![save],
        note: Some(told::ROLE_NOTE.to_owned()),
        ..Form::default()
    });
    part
}

fn access_part(page: &Page, user: &User) -> Part {
    let mut part = Part::titled("access", told::ACCESS);
    let mut acts = Vec::new();
    match user.disabled {
        true => acts.push((told::ENABLE, "enable")),
        false => {
            acts.push((told::DISABLE, "disable"));
            let label = if user.has_password { told::PASSWORD_LINK } else { told::INVITE_AGAIN };
            acts.push((label, "password-link"));
        }
    }
    if user.has_second_factor {
        acts.push((told::RESET_FACTOR, "reset-factor"));
    }
    let path = format!("{PATH}/{}", user.id);
    let act =
        |(label, what): (&str, &str)| (post(page, label, &path), "do".to_owned(), what.to_owned());
    part.posts = acts.into_iter().map(act).collect();
    part
}

fn invite_part(page: &Page, again: &Again) -> Part {
    let mut part = Part::titled("invite", told::INVITE);
    let mut email = Field::text("email", told::EMAIL, &again.email);
    email.id = "invite-email".to_owned();
    email.error = again.email_wrong.clone();
    email.required = true;
    let mut fields = vec![email, role_field("invite-role", Role::Viewer)];
    let wrong = again.stores_wrong.as_ref().filter(|_| again.chosen.is_none());
    fields.extend(store_fields("invite", &page.stores, &Scope::All, wrong));
    part.form = Some(Form {
        action: page.url(PATH),
        method: "post",
        fields,
        buttons: vec![Button::submit(told::INVITE_BUTTON, ButtonKind::Plain)],
        note: Some(told::INVITE_NOTE.to_owned()),
        ..Form::default()
    });
    part
}

fn rules_part(page: &Page, known: &Known) -> Part {
    let mut part = Part::titled("rules", told::RULES);
    let picks = |values: &[i64], now: i64, name: fn(i64) -> String| -> Vec<Pick> {
        let mut values = values.to_vec();
        values.push(now);
        values.sort_unstable();
        values.dedup();
        values.into_iter().map(|value| Pick::new(value.to_string(), name(value))).collect()
    };
    let (idle, kept) = (known.idle_minutes, known.kept_months);
    let idle_picks = picks(&IDLE_MINUTES, idle, told::minutes);
    let kept_picks = picks(&KEPT_MONTHS, kept, told::months);
    part.form = Some(Form {
        action: page.url("/settings/people/rules"),
        method: "post",
        fields: vec![
            Field::check("factor", told::REQUIRE_FACTOR, known.is_factor_required)
                .with_help(told::REQUIRE_HELP),
            Field::select("idle", told::IDLE, idle.to_string(), idle_picks),
            Field::select("kept", told::KEPT, kept.to_string(), kept_picks),
        ],
        buttons: vec![Button::submit(told::SAVE, ButtonKind::Plain)],
        ..Form::default()
    });
    part
}
