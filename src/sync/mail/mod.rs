//! Messages to people: queued within the transaction of what they tell of, composed and sent by a
//! job. Nothing is queued where no mail server is set up.
//!
//! `queue` tells everybody who wants a kind, `queue_to` one person; `compose.rs` makes the message,
//! `smtp.rs` hands it over, `send_job.rs` sees it through.

pub mod compose;
pub mod send_job;
pub mod smtp;

use serde_json::json;

use crate::base::id::{MailId, UserId};
use crate::connectors;
use crate::domain::mail::{Attention, Line, MailAddress, MailKind, Message};
use crate::jobs::runner;
use crate::store::accounts::AccountRow;
use crate::store::mail::{self, Origin, outbox};
use crate::store::vault::Vault;
use crate::store::{StoreError, Tx, users};

/// The same is told once in so long; what goes on is seen on its page.
const AGAIN_S_MIN: i64 = 86_400;

/// Tells everybody who wants to be told of such things. Gives how many messages were queued.
///
/// # Errors
/// `StoreError` of the database; `Refused` for a message with a link, which goes to one person.
pub fn queue(tx: &Tx<'_>, message: &Message) -> Result<usize, StoreError> {
    if !mail::is_set_up(tx.conn())? {
        return Ok(0);
    }
    let mut queued = 0;
    for wisher in mail::list_wishers(tx.conn())? {
        let Ok(to) = MailAddress::parse(&wisher.email) else { continue };
        let facts = message.facts().to_string();
        // Of a disk that fills up, the figure is another one each time.
        let facts = (message.kind() != MailKind::LowDisk).then_some(facts.as_str());
        let told = (message.kind(), facts);
        let since = tx.now.plus_seconds(-AGAIN_S_MIN);
        if wisher.wanted.contains(&message.kind())
            && !outbox::is_told(tx.conn(), told, (&to, since))?
        {
            queued += usize::from(queue_to(tx, None, &to, message)?);
        }
    }
    Ok(queued)
}

/// Tells one person, whatever they wished for. `false` where no mail server is set up.
///
/// # Errors
/// `Refused` for a message with a link while the vault is locked.
pub fn queue_to(
    tx: &Tx<'_>,
    vault: Option<&Vault>,
    to: &MailAddress,
    message: &Message,
) -> Result<bool, StoreError> {
    let Some(server) = mail::find_server(tx.conn())? else { return Ok(false) };
    let id = outbox::insert_mail(tx, vault, (message, to, &server.from))?;
    push(tx, id)?;
    Ok(true)
}

/// Puts a message that waits before the job.
///
/// # Errors
/// `StoreError` of the database.
pub fn push(tx: &Tx<'_>, id: MailId) -> Result<(), StoreError> {
    let payload = json!({ "mail": id }).to_string();
    let (name, key) = (send_job::MAIL.name, id.to_string());
    runner::push(tx, name, send_job::LANE, &payload, Some(&key)).map(|_| ())
}

/// Somebody came in. Tells them where it was from an address or with a program that was not seen
/// before; the very first one is no news.
///
/// # Errors
/// `StoreError` of the database.
pub fn note_sign_in(
    tx: &Tx<'_>,
    user: UserId,
    (address, agent): (&str, &str),
) -> Result<(), StoreError> {
    if mail::note_origin(tx, user, (address, agent))? != Origin::New {
        return Ok(());
    }
    let Some(user) = users::find(tx.conn(), user)? else { return Ok(()) };
    let Ok(to) = MailAddress::parse(&user.email) else { return Ok(()) };
    if !mail::wants(tx.conn(), (user.id, user.role), MailKind::NewSignIn)? {
        return Ok(());
    }
    let message =
        Message::NewSignIn { address: Line::of(address), agent: Line::of(agent), at: tx.now };
    queue_to(tx, None, &to, &message).map(|_| ())
}

/// A connection does not go on without somebody.
///
/// # Errors
/// `StoreError` of the database.
pub fn note_attention(tx: &Tx<'_>, account: &AccountRow, why: Attention) -> Result<(), StoreError> {
    let label = connectors::find(&account.platform)
        .map_or(account.platform.as_str(), |known| known.label());
    let message = Message::SyncAttention {
        platform: Line::of(label),
        connection: Line::of(&account.name),
        why,
    };
    queue(tx, &message).map(|_| ())
}
