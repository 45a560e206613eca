//! One-time links: 256 bits, one use; a quarter of an hour, an invitation seven days. Only their
//! SHA-256 is kept.

use rusqlite::{Connection, OptionalExtension};

use crate::base::id::UserId;
use crate::base::{Instant, Secret};
use crate::store::{StoreError, Tx, sessions};

pub const LIFE_S: i64 = 15 * 60;
pub const INVITE_LIFE_S: i64 = 7 * 86_400;
pub const RESET_LIFE_S: i64 = 86_400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Makes the first owner.
    SetUp,
    SignIn(UserId),
    /// Somebody new chooses a password.
    Invite(UserId),
    /// Somebody who forgot it chooses another.
    Reset(UserId),
}

impl Purpose {
    fn columns(self) -> (&'static str, Option<UserId>) {
        match self {
            Self::SetUp => ("set_up", None),
            Self::SignIn(user_id) => ("sign_in", Some(user_id)),
            Self::Invite(user_id) => ("invite", Some(user_id)),
            Self::Reset(user_id) => ("reset", Some(user_id)),
        }
    }

    fn life_s(self) -> i64 {
        match self {
            Self::SetUp | Self::SignIn(_) => LIFE_S,
            Self::Invite(_) => INVITE_LIFE_S,
            Self::Reset(_) => RESET_LIFE_S,
        }
    }

    fn from_columns(name: &str, user_id: Option<UserId>) -> Option<Self> {
        match (name, user_id) {
            ("set_up", None) => Some(Self::SetUp),
            ("sign_in", Some(user_id)) => Some(Self::SignIn(user_id)),
            ("invite", Some(user_id)) => Some(Self::Invite(user_id)),
            ("reset", Some(user_id)) => Some(Self::Reset(user_id)),
            _ => None,
        }
    }
}

/// A fresh link; those made before stay until they run out, but for invitations and resets, of
/// which only the last is good.
///
/// # Errors
/// What SQLite said.
pub fn create(tx: &Tx<'_>, purpose: Purpose) -> Result<Secret, StoreError> {
    let token = sessions::new_token()?;
    delete_expired(tx)?;
    if let (name @ ("invite" | "reset"), Some(user_id)) = purpose.columns() {
        let sql = "DELETE FROM one_time_links WHERE purpose = ?1 AND user_id = ?2";
        tx.conn().execute(sql, (name, user_id))?;
    }
    insert(tx, &sessions::hash_of(token.expose()), purpose)?;
    Ok(token)
}

/// Looks at a link without using it up.
///
/// # Errors
/// What SQLite said.
pub fn find(conn: &Connection, token: &str, now: Instant) -> Result<Option<Purpose>, StoreError> {
    let sql = "SELECT purpose, user_id FROM one_time_links \
               WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2";
    let found = conn.query_row(sql, (sessions::hash_of(token), now), |row| {
        Ok(Purpose::from_columns(&row.get::<_, String>(0)?, row.get(1)?))
    });
    Ok(found.optional()?.flatten())
}

/// Uses it up. Of two at the same time one wins, for writes come one after the other.
///
/// # Errors
/// What SQLite said.
pub fn take(tx: &Tx<'_>, token: &str) -> Result<Option<Purpose>, StoreError> {
    let sql = "UPDATE one_time_links SET used_at = ?2 \
               WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2 \
               RETURNING purpose, user_id";
    let taken = tx.conn().query_row(sql, (sessions::hash_of(token), tx.now), |row| {
        Ok(Purpose::from_columns(&row.get::<_, String>(0)?, row.get(1)?))
    });
    Ok(taken.optional()?.flatten())
}

/// After a change of password or access.
///
/// # Errors
/// What SQLite said.
pub fn delete_of_user(tx: &Tx<'_>, user_id: UserId) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM one_time_links WHERE user_id = ?1", [user_id])?;
    Ok(())
}

fn insert(tx: &Tx<'_>, token_hash: &[u8; 32], purpose: Purpose) -> Result<(), StoreError> {
    let (name, user_id) = purpose.columns();
    tx.conn().execute(
        "INSERT INTO one_time_links (token_hash, purpose, user_id, created_at, expires_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (token_hash, name, user_id, tx.now, tx.now.plus_seconds(purpose.life_s())),
    )?;
    Ok(())
}

fn delete_expired(tx: &Tx<'_>) -> Result<(), StoreError> {
    tx.conn().execute("DELETE FROM one_time_links WHERE expires_at <= ?1", [tx.now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};
    use crate::store::{Db, Lane};

    fn take_it(db: &Db, token: &Secret) -> Option<Purpose> {
        db.write_local(Lane::Interactive, |tx| take(tx, token.expose())).unwrap()
    }

    #[test]
    fn a_link_works_once_and_for_a_quarter_of_an_hour() {
        let folder = Folder::new();
        let db = open(&folder);
        let make = |db: &Db| db.write(Lane::Interactive, |tx| create(tx, Purpose::SetUp)).unwrap();
        let link = make(&db);
        let now = db.clock().now();
        let look = || db.read(|reader| find(reader.conn(), link.expose(), now)).unwrap();
        assert_eq!((look(), look()), (Some(Purpose::SetUp), Some(Purpose::SetUp)));
        assert_eq!((take_it(&db, &link), take_it(&db, &link)), (Some(Purpose::SetUp), None));
        assert_eq!(look(), None);
        let late = make(&db);
        db.clock().advance_seconds(LIFE_S);
        assert_eq!(take_it(&db, &late), None);
    }
}
