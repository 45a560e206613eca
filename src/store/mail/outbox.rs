//! The one outbox: due, being handed over, sent, dead. Handing over is noted before it happens, so
//! that a start after a crash knows which message may have gone already; such a one is handed over
//! once more and never a third time.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::base::Instant;
use crate::base::id::MailId;
use crate::domain::mail::{MailAddress, MailKind, Message};
use crate::store::vault::Vault;
use crate::store::vault::own::Spot;
use crate::store::{Reader, StoreError, Tx, crypt};

/// Handed over so often without hearing what became of it, a message is given up.
pub const UNHEARD_MAX: i64 = 2;

#[derive(Clone, Debug)]
pub struct Mail {
    pub id: MailId,
    pub message_id: String,
    pub kind: MailKind,
    pub to: String,
    pub facts: String,
    pub state: String,
    pub attempts: i64,
    pub unheard: i64,
    pub answer: String,
    pub created_at: Instant,
    pub due_at: Instant,
    pub finished_at: Option<Instant>,
}

const COLUMNS: &str = "id, message_id, kind, to_address, facts, state, attempts, unheard, answer, \
    created_at, due_at, finished_at";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Mail> {
    let kind: String = row.get(2)?;
    Ok(Mail {
        id: row.get(0)?,
        message_id: row.get(1)?,
        kind: MailKind::parse(&kind).ok_or(rusqlite::Error::InvalidQuery)?,
        to: row.get(3)?,
        facts: row.get(4)?,
        state: row.get(5)?,
        attempts: row.get(6)?,
        unheard: row.get(7)?,
        answer: row.get(8)?,
        created_at: row.get(9)?,
        due_at: row.get(10)?,
        finished_at: row.get(11)?,
    })
}

/// Puts a message in. One that bears a link needs the vault.
///
/// # Errors
/// `Refused` for a link while the vault is locked.
pub fn insert_mail(
    tx: &Tx<'_>,
    vault: Option<&Vault>,
    (message, to, from): (&Message, &MailAddress, &MailAddress),
) -> Result<MailId, StoreError> {
    let message_id = format!("<{}@{}>", crypt::to_hex(&crypt::random::<16>()?), from.host());
    tx.conn().execute(
        "insert into mails (message_id, kind, to_address, facts, state, created_at, due_at)
         values (?1, ?2, ?3, ?4, 'due', ?5, ?5)",
        params![
            message_id,
            message.kind().name(),
            to.as_str(),
            message.facts().to_string(),
            tx.now
        ],
    )?;
    let id = MailId(tx.conn().last_insert_rowid());
    if let Some(link) = message.link() {
        let locked = || {
            StoreError::Refused(
                "No message was queued: it bears a link, and the vault that seals it is locked. \
                 Unlock the vault under Connections and try again."
                    .to_owned(),
            )
        };
        let row = id.to_string();
        let sealed = vault.ok_or_else(locked)?.seal_own(tx, spot(&row), link)?;
        tx.conn()
            .execute("update mails set link_sealed = ?2 where id = ?1", params![id, sealed])?;
    }
    Ok(id)
}

fn spot(row: &str) -> Spot<'_> {
    Spot { table: "mails", column: "link_sealed", row }
}

/// # Errors
/// What SQLite said.
pub fn find_mail(conn: &Connection, id: MailId) -> Result<Option<Mail>, StoreError> {
    let sql = format!("select {COLUMNS} from mails where id = ?");
    Ok(conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?)
}

/// What a message of the outbox says.
///
/// # Errors
/// `Damaged` for one that cannot be read; `Refused` while the vault is locked that holds its link.
pub fn read_message(
    conn: &Connection,
    vault: Option<&Vault>,
    mail: &Mail,
) -> Result<Message, StoreError> {
    let sql = "select link_sealed from mails where id = ?";
    let sealed: Option<Vec<u8>> = conn.query_row(sql, [mail.id], |row| row.get(0))?;
    let row = mail.id.to_string();
    let link = match (sealed, vault) {
        (None, _) => None,
        (Some(sealed), Some(vault)) => Some(vault.open_own(conn, spot(&row), &sealed)?),
        (Some(_), None) => {
            return Err(StoreError::Refused("it waits until the vault is unlocked".to_owned()));
        }
    };
    let facts = serde_json::from_str(&mail.facts).unwrap_or_default();
    let what = || "a message of the outbox cannot be read".to_owned();
    Message::read(mail.kind, &facts, link).ok_or_else(|| StoreError::Damaged { what: what() })
}

/// It is tried once more.
///
/// # Errors
/// What SQLite said.
pub fn begin_try(tx: &Tx<'_>, id: MailId) -> Result<(), StoreError> {
    tx.conn().execute("update mails set attempts = attempts + 1 where id = ?", [id])?;
    Ok(())
}

/// From here on the server may have it.
///
/// # Errors
/// What SQLite said.
pub fn begin_sending(tx: &Tx<'_>, id: MailId) -> Result<(), StoreError> {
    tx.conn().execute("update mails set state = 'sending' where id = ?", [id])?;
    Ok(())
}

/// Whether somebody was told the same since then; `facts` of `None` stands for whatever was told.
///
/// # Errors
/// What SQLite said.
pub fn is_told(
    conn: &Connection,
    (kind, facts): (MailKind, Option<&str>),
    (to, since): (&MailAddress, Instant),
) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from mails where kind = ?1 and to_address = ?2
        and created_at >= ?3 and state <> 'dead' and facts = coalesce(?4, facts))";
    let mut statement = conn.prepare_cached(sql)?;
    let asked = params![kind.name(), to.as_str(), since, facts];
    Ok(statement.query_row(asked, |row| row.get(0))?)
}

/// Nobody heard what became of it; it is due once more, or given up.
///
/// # Errors
/// What SQLite said.
pub fn note_unheard(tx: &Tx<'_>, id: MailId, answer: &str) -> Result<bool, StoreError> {
    tx.conn().execute(
        "update mails set unheard = unheard + 1, state = 'due', answer = ?2 where id = ?1",
        params![id, answer],
    )?;
    let sql = "select unheard from mails where id = ?";
    let unheard: i64 = tx.conn().query_row(sql, [id], |row| row.get(0))?;
    Ok(unheard < UNHEARD_MAX)
}

/// The link of a message that is sent is kept no longer.
///
/// # Errors
/// What SQLite said.
pub fn finish_sent(tx: &Tx<'_>, id: MailId, answer: &str) -> Result<(), StoreError> {
    tx.conn().execute(
        "update mails set state = 'sent', answer = ?2, finished_at = ?3, link_sealed = null
         where id = ?1",
        params![id, answer, tx.now],
    )?;
    Ok(())
}

/// # Errors
/// What SQLite said.
pub fn finish_dead(tx: &Tx<'_>, id: MailId, answer: &str) -> Result<(), StoreError> {
    tx.conn().execute(
        "update mails set state = 'dead', answer = ?2, finished_at = ?3 where id = ?1",
        params![id, answer, tx.now],
    )?;
    Ok(())
}

/// Tried again later.
///
/// # Errors
/// What SQLite said.
pub fn wait(tx: &Tx<'_>, id: MailId, answer: &str, due_at: Instant) -> Result<(), StoreError> {
    tx.conn().execute(
        "update mails set state = 'due', answer = ?2, due_at = ?3 where id = ?1",
        params![id, answer, due_at],
    )?;
    Ok(())
}

/// Somebody wants it tried again from the beginning. Gives whether there is such a message.
///
/// # Errors
/// What SQLite said.
pub fn revive(tx: &Tx<'_>, id: MailId) -> Result<bool, StoreError> {
    let changed = tx.conn().execute(
        "update mails set state = 'due', attempts = 0, unheard = 0, finished_at = null, due_at = ?2
         where id = ?1 and state = 'dead'",
        params![id, tx.now],
    )?;
    Ok(changed > 0)
}

/// Somebody has seen that it was not sent.
///
/// # Errors
/// What SQLite said.
pub fn delete_dead(tx: &Tx<'_>, id: MailId) -> Result<(), StoreError> {
    tx.conn().execute("delete from mails where id = ? and state = 'dead'", [id])?;
    Ok(())
}

/// Messages that are not finished, by what is due first.
///
/// # Errors
/// What SQLite said.
pub fn list_open(conn: &Connection) -> Result<Vec<(MailId, Instant)>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, due_at from mails where state in ('due', 'sending') order by due_at, id",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Those that are given up first, then the newest.
///
/// # Errors
/// What SQLite said.
pub fn list_mails(reader: &Reader<'_>, limit: i64) -> Result<Vec<Mail>, StoreError> {
    let sql = format!("select {COLUMNS} from mails order by state <> 'dead', id desc limit ?");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    Ok(statement.query_map([limit], from_row)?.collect::<Result<_, _>>()?)
}

/// How many were given up and wait for somebody to look.
///
/// # Errors
/// What SQLite said.
pub fn count_dead(reader: &Reader<'_>) -> Result<i64, StoreError> {
    let sql = "select count(*) from mails where state = 'dead'";
    Ok(reader.conn().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
