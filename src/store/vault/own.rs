//! What is sealed that belongs to no account: the mail server's password, and links in the outbox.
//! One key of its own, made when it is first needed.

use rusqlite::Connection;

use super::{Vault, damaged, find_data_key, insert_data_key};
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key, Place};
use crate::store::{StoreError, Tx};

const NAME: &str = "mail";
const KEY_ID: u32 = 33;

const KEY_PLACE: Place<'_> =
    Place { key_id: KEY_ID, table: "sealed_keys", column: "sealed", row: NAME, connection: "" };

/// Where something sealed stands; moved elsewhere it does not open.
#[derive(Clone, Copy)]
pub struct Spot<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub row: &'a str,
}

impl<'a> Spot<'a> {
    fn place(self) -> Place<'a> {
        let Self { table, column, row } = self;
        Place { key_id: KEY_ID, table, column, row, connection: "" }
    }
}

impl Vault {
    /// # Errors
    /// `StoreError` of the database; `Internal` where the system gives no random bytes.
    pub fn seal_own(
        &self,
        tx: &Tx<'_>,
        spot: Spot<'_>,
        secret: &Secret,
    ) -> Result<Vec<u8>, StoreError> {
        let key = match find_data_key(tx.conn(), &self.wrap(), KEY_PLACE)? {
            Some(key) => key,
            None => self.make_own_key(tx)?,
        };
        crypt::seal(&key, spot.place(), secret.expose().as_bytes())
    }

    /// # Errors
    /// `Damaged` where the record was altered or moved.
    pub fn open_own(
        &self,
        conn: &Connection,
        spot: Spot<'_>,
        sealed: &[u8],
    ) -> Result<Secret, StoreError> {
        let key = find_data_key(conn, &self.wrap(), KEY_PLACE)?.ok_or_else(damaged)?;
        let plain = crypt::open(&key, spot.place(), sealed);
        let plain = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        plain.map(Secret::new).ok_or_else(damaged)
    }

    fn make_own_key(&self, tx: &Tx<'_>) -> Result<Key, StoreError> {
        let key = crypt::random_key()?;
        insert_data_key(tx, &self.wrap(), KEY_PLACE, &key)?;
        Ok(key)
    }
}

/// Seals everything under a new key.
///
/// # Errors
/// `Damaged` where something does not open; nothing was changed then.
pub(super) fn rotate(tx: &Tx<'_>, vault: &Vault) -> Result<(), StoreError> {
    let mut opened = Vec::new();
    for (table, column, row, sealed) in list_sealed(tx.conn())? {
        let secret = vault.open_own(tx.conn(), Spot { table, column, row: &row }, &sealed)?;
        opened.push((table, column, row, secret));
    }
    tx.conn().execute("delete from sealed_keys where name = ?", [NAME])?;
    for (table, column, row, secret) in opened {
        let sealed = vault.seal_own(tx, Spot { table, column, row: &row }, &secret)?;
        let sql = format!("update {table} set {column} = ?2 where id = ?1");
        tx.conn().execute(&sql, (row, &sealed))?;
    }
    Ok(())
}

/// How much is sealed so, and how much of it does not open.
pub(super) fn verify(conn: &Connection, vault: &Vault) -> Result<(i64, i64), StoreError> {
    let (mut secrets, mut broken) = (0, 0);
    for (table, column, row, sealed) in list_sealed(conn)? {
        secrets += 1;
        let opened = vault.open_own(conn, Spot { table, column, row: &row }, &sealed);
        broken += i64::from(opened.is_err());
    }
    Ok((secrets, broken))
}

type Sealed = (&'static str, &'static str, String, Vec<u8>);

fn list_sealed(conn: &Connection) -> Result<Vec<Sealed>, StoreError> {
    let mut found = Vec::new();
    for (table, column) in [("mail_server", "password_sealed"), ("mails", "link_sealed")] {
        let sql = format!(
            "select cast(id as text), {column} from {table} where {column} is not null order by id"
        );
        let mut statement = conn.prepare(&sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        for row in rows {
            let (row, sealed) = row?;
            found.push((table, column, row, sealed));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::rotate;
    use super::*;
    use crate::domain::mail::{Line, MailAddress, MailHost, Security};
    use crate::store::Lane;
    use crate::store::mail::{self, MailServer};
    use crate::store::testing::{Folder, open};

    #[test]
    fn what_is_sealed_opens_after_new_keys_and_nowhere_else() {
        let folder = Folder::new();
        let db = open(&folder);
        let state = Vault::open(&folder.file("purser.key"), &db).unwrap();
        let vault = state.vault().unwrap();
        let server = MailServer {
            host: MailHost::parse("smtp.example.com").unwrap(),
            port: 587,
            security: Security::StartTls,
            user_name: "ann".to_owned(),
            has_password: true,
            from: MailAddress::parse("a@example.com").unwrap(),
            from_name: Line::of("a"),
            root_pem: String::new(),
            private_network: false,
        };
        let secret = Secret::new("canary-word".to_owned());
        db.write_local(Lane::Interactive, |tx| {
            mail::upsert_server(tx, &server)?;
            mail::set_password(tx, vault, &secret)
        })
        .unwrap();
        let find = || db.read(|reader| mail::find_password(reader.conn(), vault)).unwrap();
        assert_eq!(find().unwrap().expose(), "canary-word");
        let key = || {
            let sql = "select hex(sealed) from sealed_keys where name = 'mail'";
            db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get::<_, String>(0))?))
                .unwrap()
        };
        let before = key();
        rotate::rotate_data(&db, vault).unwrap();
        assert_ne!(key(), before);
        assert_eq!(find().unwrap().expose(), "canary-word");
        let verified = db.read(|reader| rotate::verify(reader, vault)).unwrap();
        assert_eq!((verified.secrets, verified.damaged), (1, 0));
        let sealed: Vec<u8> = db
            .read(|reader| {
                let sql = "select password_sealed from mail_server";
                Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)
            })
            .unwrap();
        let elsewhere = Spot { table: "mails", column: "link_sealed", row: "1" };
        let moved = db.read(|reader| vault.open_own(reader.conn(), elsewhere, &sealed));
        assert!(moved.is_err());
    }
}
