//! The job that sees one message through: tried again with growing waits, given up after the last
//! one and told of in the list of what needs somebody. Where the program dies, or the line does,
//! between handing over and hearing of it, the message goes once more, under the same mark: at
//! most one repeat, and never silence.

use serde::Deserialize;

use super::compose::{self, Composed, Head, Manner};
use super::smtp::{self, Parcel};
use crate::base::id::{AccountId, MailId};
use crate::base::{Secret, Zone};
use crate::connectors::kit::http::watched::Called;
use crate::domain::mail::{MailAddress, Message, SendFault};
use crate::jobs::{JobFault, JobKind, Lease};
use crate::store::mail::outbox::{self, Mail};
use crate::store::mail::{self, MailServer};
use crate::store::{Lane, Reader, StoreError, crypt, organisation};
use crate::sync::ctx::Tools;
use crate::web::format::Locale;
use crate::web::words::mail as words;

pub static MAIL: JobKind<Tools> = JobKind { name: "mail", run: run_job };

/// It waits for others, so it runs beside the work of this machine, as accounts do.
pub const LANE: &str = "account:mail";

/// Waits after the first try, the second and so on: together a little more than a day.
const WAITS_S: [i64; 7] = [60, 300, 900, 3_600, 10_800, 21_600, 43_200];
/// While the vault is locked, which is nobody's fault.
const LOCKED_WAIT_S: i64 = 300;
/// Days for which the page shows what was sent and what was given up.

#[derive(Deserialize)]
struct Payload {
    mail: MailId,
}

/// Queues what waits and has no job, such as after a restore.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| {
        for (id, _) in outbox::list_open(tx.conn())? {
            super::push(tx, id)?;
        }
        Ok(())
    })
}

/// Sends the test message at once; gives what the server said.
///
/// # Errors
/// `StoreError` of the database; the inner one is the server's.
pub fn send_test(tools: &Tools, to: &MailAddress) -> Result<Result<String, SendFault>, StoreError> {
    let found = tools.db.read(|reader| Ok((mail::find_server(reader.conn())?, manner(reader)?)))?;
    let (Some(server), manner) = found else { return Err(StoreError::Missing) };
    let password = match password_of(tools, &server)? {
        Ok(password) => password,
        Err(locked) => return Err(StoreError::Refused(locked)),
    };
    let mark = crypt::to_hex(&crypt::random::<16>()?);
    let message_id = format!("<{mark}@{}>", server.from.host());
    let at = tools.db.clock().now();
    let head = Head { server: &server, to, message_id: &message_id, at };
    let composed = compose::compose(&head, &manner, &Message::Test)?;
    note_call(tools, &server, &composed);
    Ok(smtp::send(&server, password.as_ref(), &parcel(&composed), &mut || true))
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let found = tools.db.read(|reader| outbox::find_mail(reader.conn(), payload.mail))?;
    let Some(mut mail) = found.filter(|mail| mail.finished_at.is_none()) else { return Ok(()) };
    if mail.state == "sending" {
        // The last try was cut off by the program's own end.
        if !note_unheard(tools, mail.id)? {
            return give_up(tools, mail.id, words::UNHEARD_TWICE);
        }
        mail.unheard += 1;
    }
    let known = tools.db.read(|reader| Ok((mail::find_server(reader.conn())?, manner(reader)?)))?;
    let (Some(server), manner) = known else {
        return give_up(tools, mail.id, words::NO_SERVER);
    };
    let vault = tools.vault.vault();
    let read = tools.db.read(|reader| outbox::read_message(reader.conn(), vault, &mail));
    let message = match read {
        Ok(message) => message,
        Err(StoreError::Refused(what)) => {
            return Err(JobFault::Again { wait_s: LOCKED_WAIT_S, what });
        }
        Err(StoreError::Damaged { what }) => return give_up(tools, mail.id, &what),
        Err(fault) => return Err(fault.into()),
    };
    let password = match password_of(tools, &server)? {
        Ok(password) => password,
        Err(what) => return Err(JobFault::Again { wait_s: LOCKED_WAIT_S, what }),
    };
    let Ok(to) = MailAddress::parse(&mail.to) else {
        return give_up(tools, mail.id, words::NO_ADDRESS);
    };
    let at = mail.created_at;
    let head = Head { server: &server, to: &to, message_id: &mail.message_id, at };
    let composed = compose::compose(&head, &manner, &message)?;
    try_once(tools, &mail, (&server, password.as_ref()), &composed)
}

fn try_once(
    tools: &Tools,
    mail: &Mail,
    (server, password): (&MailServer, Option<&Secret>),
    composed: &Composed,
) -> Result<(), JobFault> {
    let id = mail.id;
    tools.db.write_local(Lane::Background, |tx| outbox::begin_try(tx, id))?;
    let mut before = || {
        let noted = tools.db.write_local(Lane::Background, |tx| outbox::begin_sending(tx, id));
        noted.is_ok()
    };
    note_call(tools, server, composed);
    let sent = smtp::send(server, password, &parcel(composed), &mut before);
    let fault = match sent {
        Ok(said) => {
            tools.db.write_local(Lane::Background, |tx| outbox::finish_sent(tx, id, &said))?;
            return Ok(());
        }
        Err(fault) => fault,
    };
    let what = words::fault(&fault, server.host.as_str());
    if matches!(fault, SendFault::Refused { .. }) {
        return give_up(tools, id, &what);
    }
    if fault == SendFault::Unheard && !note_unheard(tools, id)? {
        return give_up(tools, id, words::UNHEARD_TWICE);
    }
    let tries = usize::try_from(mail.attempts).unwrap_or(usize::MAX);
    let Some(wait_s) = WAITS_S.get(tries).copied() else {
        return give_up(tools, id, &what);
    };
    tools.db.write_local(Lane::Background, |tx| {
        outbox::wait(tx, id, &what, tx.now.plus_seconds(wait_s))
    })?;
    Err(JobFault::Again { wait_s, what })
}

/// Before the call: nothing leaves that is not listed.
fn note_call(tools: &Tools, server: &MailServer, composed: &Composed) {
    let called = Called {
        host: server.host.as_str().to_owned(),
        port: server.port,
        account: AccountId(0),
        purpose: "mail",
    };
    tools.egress.note(&called, composed.bytes.len() as u64);
}

/// Gives whether it may be tried once more.
fn note_unheard(tools: &Tools, id: MailId) -> Result<bool, StoreError> {
    tools.db.write_local(Lane::Background, |tx| outbox::note_unheard(tx, id, words::UNHEARD_ONCE))
}

fn give_up(tools: &Tools, id: MailId, what: &str) -> Result<(), JobFault> {
    tools.db.write_local(Lane::Background, |tx| outbox::finish_dead(tx, id, what))?;
    Err(JobFault::Dead(what.to_owned()))
}

fn parcel(composed: &Composed) -> Parcel<'_> {
    Parcel { from: &composed.from, to: &composed.to, bytes: &composed.bytes }
}

/// The inner error says that the vault is locked.
fn password_of(
    tools: &Tools,
    server: &MailServer,
) -> Result<Result<Option<Secret>, String>, StoreError> {
    if !server.has_password {
        return Ok(Ok(None));
    }
    let Some(vault) = tools.vault.vault() else { return Ok(Err(words::LOCKED.to_owned())) };
    tools.db.read(|reader| mail::find_password(reader.conn(), vault)).map(Ok)
}

fn manner(reader: &Reader<'_>) -> Result<Manner, StoreError> {
    let found = organisation::find(reader.conn())?;
    Ok(Manner {
        zone: found.time_zone.unwrap_or_else(Zone::utc),
        locale: Locale::find(&found.locale).unwrap_or_default(),
        organisation: found.name,
    })
}
