//! From what is told to the bytes of a message: plain text and the same as HTML. Words stand in
//! `web/words/mail.rs`; the subject and the addresses are single lines by their types.

use std::time::{Duration, UNIX_EPOCH};

use askama::Template;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Address, Message as Letter};

use crate::base::{Instant, Zone};
use crate::domain::mail::{Line, MailAddress, Message};
use crate::store::StoreError;
use crate::store::mail::MailServer;
use crate::web::format::Locale;
use crate::web::words::mail::{self as words, Told};

/// How the reader's days and hours are written.
#[derive(Clone)]
pub struct Manner {
    pub zone: Zone,
    pub locale: Locale,
    /// The organisation's name; a person may get mail of several.
    pub organisation: String,
}

#[derive(Template)]
#[template(path = "mail/body.txt")]
struct Text<'a> {
    told: &'a Told,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "mail/body.html")]
struct Html<'a> {
    told: &'a Told,
    link: &'a str,
}

/// Who writes to whom, when, and under which mark.
pub struct Head<'a> {
    pub server: &'a MailServer,
    pub to: &'a MailAddress,
    pub message_id: &'a str,
    pub at: Instant,
}

/// The addresses of the envelope and the message itself.
pub struct Composed {
    pub from: Address,
    pub to: Address,
    pub bytes: Vec<u8>,
}

/// # Errors
/// `Internal` where the message cannot be made; nothing in it was wrong by its types.
pub fn compose(
    head: &Head<'_>,
    manner: &Manner,
    message: &Message,
) -> Result<Composed, StoreError> {
    let told = words::tell(message, manner.zone.clone(), manner.locale, &manner.organisation);
    let link = message.link().map_or("", |link| link.expose());
    let failed = |fault: &dyn std::fmt::Display| StoreError::Internal(fault.to_string());
    let text = Text { told: &told, link }.render().map_err(|fault| failed(&fault))?;
    let html = Html { told: &told, link }.render().map_err(|fault| failed(&fault))?;
    let address = |one: &MailAddress| one.as_str().parse::<Address>();
    let from = address(&head.server.from).map_err(|fault| failed(&fault))?;
    let to = address(head.to).map_err(|fault| failed(&fault))?;
    let name = head.server.from_name.as_str().to_owned();
    let seconds = u64::try_from(head.at.seconds()).unwrap_or_default();
    let automatic = HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    );
    let letter = Letter::builder()
        .from(Mailbox::new(Some(name), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(Line::of(&told.subject).as_str())
        .message_id(Some(head.message_id.to_owned()))
        .date(UNIX_EPOCH + Duration::from_secs(seconds))
        .raw_header(automatic)
        .multipart(MultiPart::alternative_plain_html(text, html))
        .map_err(|fault| failed(&fault))?;
    Ok(Composed { from, to, bytes: letter.formatted() })
}

#[cfg(test)]
mod tests;
