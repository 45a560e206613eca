//! The server through which mail goes, who wants which message, and from where people came in
//! before. `mail/outbox.rs` is what waits to be sent.

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::Secret;
use crate::base::id::UserId;
use crate::domain::mail::{Line, MailAddress, MailHost, MailKind, Security};
use crate::store::users::Role;
use crate::store::vault::Vault;
use crate::store::vault::own::Spot;
use crate::store::{StoreError, Tx, crypt};

pub mod outbox;

/// Origins that were not seen for so long are new again.
const ORIGIN_S_MAX: i64 = 400 * 86_400;

/// The server as its owner described it; its password is not among this.
#[derive(Clone, Debug)]
pub struct MailServer {
    pub host: MailHost,
    pub port: u16,
    pub security: Security,
    /// Empty for a server that asks for none.
    pub user_name: String,
    pub has_password: bool,
    pub from: MailAddress,
    pub from_name: Line,
    /// In PEM form; empty for those that browsers believe.
    pub root_pem: String,
    pub private_network: bool,
}

const PASSWORD: Spot<'_> = Spot { table: "mail_server", column: "password_sealed", row: "1" };

/// `None` until somebody described one.
///
/// # Errors
/// `Damaged` for a row that no version of ours wrote.
pub fn find_server(conn: &Connection) -> Result<Option<MailServer>, StoreError> {
    let sql = "select host, port, security, user_name, password_sealed is not null, from_address,
        from_name, root_pem, private_network from mail_server";
    let found = conn.prepare_cached(sql)?.query_row([], |row| {
        let texts: [String; 4] = [row.get(0)?, row.get(2)?, row.get(5)?, row.get(6)?];
        Ok((texts, row.get(1)?, row.get(3)?, row.get(4)?, row.get(7)?, row.get(8)?))
    });
    let Some((texts, port, user_name, has_password, root_pem, private_network)) =
        found.optional()?
    else {
        return Ok(None);
    };
    let [host, security, from, from_name] = &texts;
    let server = || {
        Some(MailServer {
            host: MailHost::parse(host).ok()?,
            port,
            security: Security::parse(security)?,
            user_name,
            has_password,
            from: MailAddress::parse(from).ok()?,
            from_name: Line::parse(from_name).ok()?,
            root_pem,
            private_network,
        })
    };
    let what = || "the mail server's description cannot be read".to_owned();
    server().map(Some).ok_or_else(|| StoreError::Damaged { what: what() })
}

/// Whether messages can be sent at all.
///
/// # Errors
/// What SQLite said.
pub fn is_set_up(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row("select exists (select 1 from mail_server)", [], |row| row.get(0))?)
}

/// # Errors
/// `Damaged` for a record that was altered.
pub fn find_password(conn: &Connection, vault: &Vault) -> Result<Option<Secret>, StoreError> {
    let sql = "select password_sealed from mail_server where password_sealed is not null";
    let sealed: Option<Vec<u8>> = conn.query_row(sql, [], |row| row.get(0)).optional()?;
    sealed.map(|sealed| vault.open_own(conn, PASSWORD, &sealed)).transpose()
}

/// Describes the server anew. The password stays as it is; `set_password` changes it.
///
/// # Errors
/// What SQLite said.
pub fn upsert_server(tx: &Tx<'_>, server: &MailServer) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into mail_server (id, host, port, security, user_name, from_address, from_name,
            root_pem, private_network, updated_at)
         values (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         on conflict (id) do update set host = ?1, port = ?2, security = ?3, user_name = ?4,
            from_address = ?5, from_name = ?6, root_pem = ?7, private_network = ?8,
            updated_at = ?9",
        params![
            server.host.as_str(),
            server.port,
            server.security.name(),
            server.user_name,
            server.from.as_str(),
            server.from_name.as_str(),
            server.root_pem,
            server.private_network,
            tx.now,
        ],
    )?;
    Ok(())
}

/// Seals the password in the place of the former one.
///
/// # Errors
/// `StoreError` of the database and of the vault.
pub fn set_password(tx: &Tx<'_>, vault: &Vault, password: &Secret) -> Result<(), StoreError> {
    let sealed = vault.seal_own(tx, PASSWORD, password)?;
    tx.conn().execute("update mail_server set password_sealed = ?", [sealed])?;
    Ok(())
}

/// # Errors
/// What SQLite said.
pub fn clear_password(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn().execute("update mail_server set password_sealed = null", [])?;
    Ok(())
}

/// Nothing is sent any more; what waits is given up.
///
/// # Errors
/// What SQLite said.
pub fn delete_server(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn().execute("delete from mail_server", [])?;
    Ok(())
}

/// One person and the kinds that they get.
#[derive(Clone, Debug)]
pub struct Wisher {
    pub user: UserId,
    pub email: String,
    pub role: Role,
    pub wanted: Vec<MailKind>,
}

/// Everybody who may come in.
///
/// # Errors
/// What SQLite said.
pub fn list_wishers(conn: &Connection) -> Result<Vec<Wisher>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, email, role from users where disabled = 0 order by role <> 'owner', email",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (user, email, role) = row?;
        let mut wanted = Vec::new();
        for kind in MailKind::WISHED {
            if wants(conn, (user, role), kind)? {
                wanted.push(kind);
            }
        }
        found.push(Wisher { user, email, role, wanted });
    }
    Ok(found)
}

/// What somebody chose; else owners are told of the machine, and everybody of their own door.
///
/// # Errors
/// What SQLite said.
pub fn wants(
    conn: &Connection,
    (user, role): (UserId, Role),
    kind: MailKind,
) -> Result<bool, StoreError> {
    let sql = "select is_wanted from mail_wishes where user_id = ? and kind = ?";
    let mut statement = conn.prepare_cached(sql)?;
    let chosen = statement.query_row(params![user, kind.name()], |row| row.get(0)).optional()?;
    Ok(chosen.unwrap_or(kind == MailKind::NewSignIn || role == Role::Owner))
}

/// # Errors
/// What SQLite said.
pub fn upsert_wish(
    tx: &Tx<'_>,
    user: UserId,
    (kind, is_wanted): (MailKind, bool),
) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into mail_wishes (user_id, kind, is_wanted) values (?1, ?2, ?3)
         on conflict (user_id, kind) do update set is_wanted = ?3",
        params![user, kind.name(), is_wanted],
    )?;
    Ok(())
}

/// How new it is that somebody comes from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody came in under this name before.
    First,
    Known,
    /// An address or a program that was not seen before.
    New,
}

/// Notes from where somebody came in, and with what.
///
/// # Errors
/// What SQLite said.
pub fn note_origin(
    tx: &Tx<'_>,
    user: UserId,
    (address, agent): (&str, &str),
) -> Result<Origin, StoreError> {
    let before = tx.now.plus_seconds(-ORIGIN_S_MAX);
    tx.conn().execute("delete from sign_in_origins where seen_at < ?", [before])?;
    let sql = "select count(*) from sign_in_origins where user_id = ?";
    let n_known: i64 = tx.conn().query_row(sql, [user], |row| row.get(0))?;
    // Another version of the same browser is nothing new.
    let agent: String = agent.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    let mut is_new = false;
    for (what, value) in [("address", address), ("agent", agent.as_str())] {
        let digest = crypt::sha256(format!("{user}\n{what}\n{value}").as_bytes());
        let sql = "update sign_in_origins set seen_at = ?3 where user_id = ?1 and digest = ?2";
        if tx.conn().execute(sql, params![user, digest, tx.now])? == 0 {
            is_new = true;
            let sql = "insert into sign_in_origins (user_id, digest, seen_at) values (?, ?, ?)";
            tx.conn().execute(sql, params![user, digest, tx.now])?;
        }
    }
    Ok(match (n_known, is_new) {
        (0, _) => Origin::First,
        (_, true) => Origin::New,
        (_, false) => Origin::Known,
    })
}
