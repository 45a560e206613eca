//! The page: server, test, who gets what, outbox.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::save::Entry;
use super::{PATH, SLUG};
use crate::domain::mail::{MailKind, Security};
use crate::store::mail::outbox::{self, Mail};
use crate::store::mail::{self, MailServer, Wisher};
use crate::web::answer::html;
use crate::web::error::AppError;
use crate::web::figure::Link;
use crate::web::form::{Button, ButtonKind, Field, Form, Pick, Wrong};
use crate::web::format;
use crate::web::layout::Frame;
use crate::web::notice::{Empty, Notice, Weight};
use crate::web::page::{self, Page, Site};
use crate::web::parts::{PageHead, SectionHead};
use crate::web::session::Who;
use crate::web::state::{Shared, read};
use crate::web::table::{Cell, Column, Row, Table};
use crate::web::words::{self, Word, mail as told};

const MAILS_MAX: i64 = 50;

#[derive(Template)]
#[template(path = "mail/page.html")]
struct View {
    frame: Frame,
    head: PageHead,
    notices: Vec<Notice>,
    parts: Vec<Part>,
}

#[derive(Default)]
struct Part {
    head: SectionHead,
    notice: Option<Notice>,
    table: Option<Table>,
    forms: Vec<Form>,
}

/// What is shown again after a form that failed.
#[derive(Default)]
pub struct Again {
    pub entry: Option<(Entry, Wrong)>,
    /// To whom, and what was wrong.
    pub test: Option<(String, String)>,
    pub status: StatusCode,
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
    let known = read(state, |reader| {
        let conn = reader.conn();
        let mails = outbox::list_mails(reader, MAILS_MAX)?;
        Ok((mail::find_server(conn)?, mail::list_wishers(conn)?, mails))
    });
    let (server, wishers, mails) = known.await?;
    let flash = state.flashes.take(&page.who);
    let answer = match &server {
        Some(server) => told::answer_on(server.host.as_str(), server.from.as_str()),
        None => told::ANSWER_OFF.to_owned(),
    };
    let mut parts = vec![server_part(&page, server.as_ref(), again.entry.as_ref())];
    if server.is_some() {
        parts.push(test_part(&page, again.test.as_ref()));
    }
    parts.push(wishes_part(&page, &wishers));
    parts.push(outbox_part(&page, &mails));
    let view = View {
        frame: page.frame_with_toast(told::PAGE, SLUG, None, flash.toast),
        head: PageHead {
            trail: vec![Link::new(words::text(Word::PageSettings), page.url("/settings"))],
            place: told::PAGE.to_owned(),
            title: told::PAGE.to_owned(),
            answer,
            ..PageHead::default()
        },
        notices: flash.notices,
        parts,
    };
    html(again.status, &view)
}

fn server_part(page: &Page, server: Option<&MailServer>, again: Option<&(Entry, Wrong)>) -> Part {
    let mut head = SectionHead::new("server", told::SERVER);
    head.note = Some(told::SERVER_NOTE.to_owned());
    let (entry, wrong) = match again {
        Some((entry, wrong)) => (entry.clone(), wrong.clone()),
        None => (server.map(Entry::of).unwrap_or_default(), Wrong::new()),
    };
    let form = Form {
        action: page.url(PATH),
        method: "post",
        fields: fields(&entry, &wrong, server.is_some_and(|server| server.has_password)),
        buttons: vec![Button::submit(told::SAVE, ButtonKind::Main)],
        ..Form::default()
    };
    let mut forms = vec![form];
    if server.is_some() {
        forms.push(Form {
            action: page.url("/settings/mail/remove"),
            method: "post",
            buttons: vec![Button::submit(told::REMOVE, ButtonKind::Danger)],
            ..Form::default()
        });
    }
    Part { head, forms, ..Part::default() }
}

fn fields(entry: &Entry, wrong: &Wrong, has_password: bool) -> Vec<Field> {
    let example = |field: Field, text: &str| Field { example: Some(text.to_owned()), ..field };
    let label = |security: Security| match security {
        Security::StartTls => told::STARTTLS,
        Security::Tls => told::TLS,
    };
    let picks = Security::ALL.map(|one| Pick::new(one.name(), label(one))).to_vec();
    let kept = if has_password { told::PASSWORD_KEPT } else { told::PASSWORD_NEW };
    let fields = vec![
        example(Field::text("host", told::HOST, &entry.host), told::HOST_EXAMPLE).needed(),
        Field::select("security", told::SECURITY, &entry.security, picks),
        Field::text("port", told::PORT, &entry.port).with_help(told::PORT_HELP),
        Field::text("user", told::USER, &entry.user).with_help(told::USER_HELP),
        Field::secret("password", told::PASSWORD).with_help(kept),
        example(Field::text("from", told::FROM, &entry.from), told::FROM_EXAMPLE).needed(),
        Field::text("from_name", told::FROM_NAME, &entry.from_name),
        Field::check("private", told::PRIVATE, !entry.private.is_empty())
            .with_help(told::PRIVATE_HELP),
        Field::lines("root", told::ROOT, &entry.root).with_help(told::ROOT_HELP),
    ];
    fields.into_iter().map(|field| field.told(wrong)).collect()
}

fn test_part(page: &Page, again: Option<&(String, String)>) -> Part {
    let mut head = SectionHead::new("test", told::TEST);
    head.note = Some(told::TEST_NOTE.to_owned());
    let to = again.map_or(page.who.name.as_str(), |(to, _)| to.as_str());
    let form = Form {
        action: page.url("/settings/mail/test"),
        method: "post",
        fields: vec![Field::text("to", told::TEST_TO, to).needed()],
        buttons: vec![Button::submit(told::TEST_SEND, ButtonKind::Main)],
        ..Form::default()
    };
    let notice = again.map(|(_, fault)| Notice {
        weight: Weight::Broken,
        title: told::TEST_WRONG.to_owned(),
        text: fault.clone(),
        buttons: Vec::new(),
        link: None,
    });
    Part { head, notice, forms: vec![form], ..Part::default() }
}

fn wishes_part(page: &Page, wishers: &[Wisher]) -> Part {
    let mut head = SectionHead::new("wishes", told::WISHES);
    head.note = Some(told::WISHES_NOTE.to_owned());
    let form = |wisher: &Wisher| {
        let check = |kind: MailKind| {
            let label = format!("{}: {}", wisher.email, told::kind(kind));
            let mut field = Field::check(kind.name(), label, wisher.wanted.contains(&kind));
            field.id = format!("wish-{}-{}", wisher.user, kind.name());
            field
        };
        Form {
            action: page.url("/settings/mail/wishes"),
            method: "post",
            hidden: vec![("user".to_owned(), wisher.user.to_string())],
            fields: MailKind::WISHED.map(check).to_vec(),
            buttons: vec![Button::submit(told::SAVE, ButtonKind::Plain)],
            ..Form::default()
        }
    };
    Part { head, forms: wishers.iter().map(form).collect(), ..Part::default() }
}

fn outbox_part(page: &Page, mails: &[Mail]) -> Part {
    let mut head = SectionHead::new("outbox", told::OUTBOX);
    head.note = Some(told::OUTBOX_NOTE.to_owned());
    let mut table = Table::new("outbox-table", told::OUTBOX);
    table.columns = vec![
        Column::words(told::KIND),
        Column::words(told::TO),
        Column::words(told::STATE),
        Column::words(told::QUEUED).wide(),
        Column::words(told::SAID).wide(),
    ];
    let row = |mail: &Mail| {
        let day = format::day_short(mail.created_at.day_in(&page.zone), page.locale);
        let when = format!("{day} {}", mail.created_at.time_in(&page.zone));
        Row::new(vec![
            Cell::text(told::kind(mail.kind)),
            Cell::text(&mail.to),
            Cell::text(told::state(&mail.state)),
            Cell::quiet(when),
            Cell::quiet(if mail.answer.is_empty() { "–" } else { mail.answer.as_str() }),
        ])
    };
    table.rows = mails.iter().map(row).collect();
    table.empty = Some(Empty {
        sentence: told::OUTBOX_EMPTY.to_owned(),
        why: told::OUTBOX_EMPTY_WHY.to_owned(),
        ..Empty::default()
    });
    let act = |mail: &Mail, path: &str, label: String| Form {
        action: page.url(path),
        method: "post",
        hidden: vec![("id".to_owned(), mail.id.to_string())],
        buttons: vec![Button::submit(label, ButtonKind::Link)],
        ..Form::default()
    };
    let forms = mails.iter().filter(|mail| mail.state == "dead").flat_map(|mail| {
        [
            act(mail, "/settings/mail/again", told::again_for(&mail.to)),
            act(mail, "/settings/mail/dismiss", told::dismiss_for(&mail.to)),
        ]
    });
    Part { head, forms: forms.collect(), table: Some(table), ..Part::default() }
}
