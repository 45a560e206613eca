//! The page: one section for each thing, those that the person may change.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{PATH, SLUG, audit, organisation, own, people, stores, tokens};
use crate::features::feature::{look, sight};
use crate::store::sessions::{self, Listed};
use crate::store::tokens as token_store;
use crate::store::tokens::ApiToken;
use crate::sync::import_job::BOOKS_JOB;
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::flash::Flash;
use crate::web::form::{Button, ButtonKind, Effect, Form};
use crate::web::layout::Frame;
use crate::web::notice::{Notice, Post, Progress, Toast};
use crate::web::page::{self, Page, Recount, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::permission::{FACTOR_PATH, Permission};
use crate::web::qr::Qr;
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::Table;
use crate::web::words::{self, Word, backup, mail, note, people as told, privacy, say, security};

#[derive(Template)]
#[template(path = "settings/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    progress: Option<Progress>,
    notices: Vec<Notice>,
    parts: Vec<Part>,
    sign_out: Post,
}

/// One section.
pub struct Part {
    pub head: SectionHead,
    pub notice: Option<Notice>,
    /// The effect of what was chosen, or how far the look at it is.
    pub progress: Option<Progress>,
    pub effect: Option<Effect>,
    pub note: Option<String>,
    pub table: Option<Table>,
    pub form: Option<Form>,
    /// Shown once, to be copied, such as a new token.
    pub secret: Option<String>,
    pub secret_title: &'static str,
    pub qr: Option<Qr>,
    /// Shown once, to be written down.
    pub codes: Vec<String>,
    /// Buttons under the table, each posting one name.
    pub posts: Vec<(Post, String, String)>,
}

impl Part {
    pub fn new(id: &str, title: Word) -> Self {
        Self::titled(id, words::text(title))
    }

    pub fn titled(id: &str, title: &str) -> Self {
        Self {
            head: SectionHead::new(id, title),
            notice: None,
            progress: None,
            effect: None,
            note: None,
            table: None,
            form: None,
            secret: None,
            secret_title: words::text(Word::SetTokenOnce),
            qr: None,
            codes: Vec::new(),
            posts: Vec::new(),
        }
    }
}

/// What a failed form shows again.
#[derive(Default)]
pub struct Again {
    pub organisation: Option<organisation::Shown>,
    pub store: Option<stores::Shown>,
    pub token: Option<tokens::Shown>,
    pub password: Option<own::Shown>,
    pub status: StatusCode,
}

/// What the sections are made of.
pub struct Known {
    pub n_orders: i64,
    pub sessions: Vec<Listed>,
    pub tokens: Vec<ApiToken>,
}

pub async fn show(
    state: Shared,
    site: web::Data<Site>,
    who: Who,
    request: HttpRequest,
) -> Result<HttpResponse, AppError> {
    answer(&state, site, who, &request, Again::default()).await
}

/// # Errors
/// What the store said.
pub async fn answer(
    state: &Shared,
    site: web::Data<Site>,
    who: Who,
    request: &HttpRequest,
    again: Again,
) -> Result<HttpResponse, AppError> {
    let page = page::open(state, site, who, request).await?;
    let flash = state.flashes.take_beside(&page.who, page.waiting != (0, 0));
    let (user, role) = (page.who.user, page.who.role);
    let known = read(state, move |reader| {
        let sql = "select count(*) from orders";
        Ok(Known {
            n_orders: reader.conn().query_row(sql, [], |row| row.get(0))?,
            sessions: match user {
                Some(user) => sessions::list_of_user(reader.conn(), user)?,
                None => Vec::new(),
            },
            tokens: match Permission::ManageUsers.allows(role) {
                true => token_store::list(reader.conn())?,
                false => Vec::new(),
            },
        })
    });
    let known = known.await?;
    let mut again = again;
    if again.organisation.is_none() && Permission::ManageSettings.allows(page.who.role) {
        again.organisation = organisation::shown_by(request, &page.organisation);
    }
    let edit = again.organisation.as_ref().and_then(organisation::Shown::edit);
    let looked = look(state, request, edit, page.today).await?;
    let here = again.organisation.as_ref().map(|shown| shown.href(&page));
    let sight = sight(&page, looked.as_ref(), &here.unwrap_or_default());
    let refresh = sight.refresh.clone();
    let may = |permission: Permission| permission.allows(page.who.role);
    let mut parts = Vec::new();
    if may(Permission::ManageSettings) {
        parts.push(organisation::part(&page, &known, again.organisation.as_ref(), sight));
    }
    if may(Permission::ManageStores) {
        parts.push(stores::part(&page, again.store.as_ref()));
    }
    if may(Permission::ManageUsers) {
        parts.push(tokens::part(&page, &known, again.token.as_ref()));
    }
    if page.who.user.is_some() {
        parts.push(own::password_part(&page, again.password.as_ref()));
        parts.push(own::sessions_part(&page, &known));
        parts.push(factor_part(&page));
    }
    if may(Permission::ManageUsers) {
        parts.push(lead_part(&page, told::PEOPLE, told::PEOPLE_LEAD, people::PATH));
        parts.push(lead_part(&page, told::AUDIT, told::AUDIT_LEAD, audit::PATH));
    }
    let mut frame = page.frame_with_toast(words::text(Word::PageSettings), SLUG, None, flash.toast);
    frame.refresh = refresh;
    let view = View {
        frame,
        head: PageHead {
            title: words::text(Word::PageSettings).to_owned(),
            answer: say::signed_in_as(&page.who.name),
            buttons: links(&page),
            ..PageHead::default()
        },
        progress: page.recounting("/settings/progress"),
        notices: flash.notices,
        parts,
        sign_out: post(&page, words::text(Word::SignOut), "/sign-out"),
    };
    html(again.status, &view)
}

/// Settings with a page of their own.
fn links(page: &Page) -> Vec<Button> {
    let mut links = Vec::new();
    let mut add = |label: &str, path: &str| {
        links.push(Button::link(label, ButtonKind::Plain, page.url(path)));
    };
    if Permission::ManageSettings.allows(page.who.role) {
        add(backup::TITLE, "/settings/backup");
        add(mail::PAGE, "/settings/mail");
        add(privacy::PAGE, "/settings/privacy");
        add(security::PAGE, "/settings/security");
        add(words::text(Word::PageDiagnostics), "/settings/diagnostics");
    }
    if page.who.user.is_some() {
        add(note::PAGE, "/settings/notes");
    }
    links
}

/// A section that leads to a page of its own.
fn lead_part(page: &Page, title: &str, lead: &str, path: &str) -> Part {
    let id = path.rsplit('/').next().unwrap_or_default();
    let mut part = Part::titled(&format!("{id}-lead"), title);
    part.head.link = Some(Link::new(told::OPEN, page.url(path)));
    part.note = Some(lead.to_owned());
    part
}

fn factor_part(page: &Page) -> Part {
    lead_part(page, told::FACTOR, told::FACTOR_LEAD, FACTOR_PATH)
}

/// Follows the recount after a change.
pub async fn progress(state: Shared) -> Result<HttpResponse, AppError> {
    let recount = read(&state, |reader| Recount::find(reader, BOOKS_JOB)).await?;
    Ok(HttpResponse::Ok().json(recount.json(&state.url(PATH))))
}

pub fn post(page: &Page, label: &str, path: &str) -> Post {
    Post { label: label.to_owned(), action: page.url(path), csrf: String::new() }
}

/// Back to the page, with a word of what was done.
pub fn done(state: &Shared, who: &Who, text: impl Into<String>) -> HttpResponse {
    state.flashes.put(who, Flash::toast(Toast { text: text.into(), undo: None }));
    let to = (header::LOCATION, state.url(PATH));
    HttpResponse::SeeOther().insert_header(to).finish()
}
