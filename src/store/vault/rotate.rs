//! New keys for old, and the check that everything sealed opens. Each is one transaction: whatever
//! dies in its midst, every record opens with the keys before or after it.

use rusqlite::Connection;

use super::openers::Openers;
use super::{Vault, account_key_id, damaged, moves, own, recovery, slots, wrap_key};
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::store::crypt::{self, Place};
use crate::store::{Db, Lane, Reader, StoreError};

/// What a check found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    pub keys: i64,
    pub secrets: i64,
    /// Keys and secrets that do not open.
    pub damaged: i64,
    pub has_recovery: bool,
}

/// A data key as it lies in its row.
struct Row {
    name: String,
    key_id: u32,
    sealed: Vec<u8>,
}

impl Row {
    fn place(&self) -> Place<'_> {
        let (table, column, connection) = ("sealed_keys", "sealed", "");
        Place { key_id: self.key_id, table, column, row: &self.name, connection }
    }
}

/// Makes a new key-encryption key and seals every data key under it. A recovery code opens the
/// former one only; where there was one, a new one is given.
///
/// # Errors
/// `Damaged` where a data key does not open; then nothing was changed. `Refused` without the opener
/// in force.
pub fn rotate_key(db: &Db, vault: &Vault, openers: &Openers) -> Result<Option<Secret>, StoreError> {
    let (kind, old_kek) = super::open_kek(db, openers)?.or_else(recovery::refuse_locked)?;
    let (new_kek, old_wrap) = (crypt::random_key()?, vault.wrap());
    let new_wrap = wrap_key(&new_kek)?;
    let slot = moves::seal_again(db, (kind, openers), &new_kek)?;
    let code = db.write_local(Lane::Interactive, |tx| {
        moves::expect_kek(tx.conn(), &old_kek)?;
        for row in list_keys(tx.conn())? {
            let plain = crypt::open(&old_wrap, row.place(), &row.sealed).ok_or_else(damaged)?;
            let sealed = crypt::seal(&new_wrap, row.place(), &plain)?;
            tx.conn().execute(
                "update sealed_keys set sealed = ?2 where name = ?1",
                (&row.name, &sealed),
            )?;
        }
        let had_code = recovery::has_code(tx.conn())?;
        tx.conn().execute("delete from key_slots", [])?;
        slots::insert_slot(tx, &slot)?;
        if had_code { recovery::insert_code(tx, &new_kek).map(Some) } else { Ok(None) }
    })?;
    vault.replace_wrap(new_wrap);
    Ok(code)
}

/// Gives every account a new key and seals its secrets under it. The key of the buyers' hashes
/// stays: they would no longer be known again.
///
/// # Errors
/// `Damaged` where a secret does not open; that account was not changed then.
pub fn rotate_data(db: &Db, vault: &Vault) -> Result<i64, StoreError> {
    let accounts: Vec<AccountId> = db.read(|reader| list_accounts(reader.conn()))?;
    for account in &accounts {
        db.write_local(Lane::Interactive, |tx| {
            let secrets = list_secrets(tx.conn(), *account)?;
            let mut opened = Vec::new();
            for (name, sealed) in secrets {
                let secret = vault.open_secret(tx.conn(), (*account, &name), &sealed)?;
                opened.push((name, secret));
            }
            let id = account_key_id(*account);
            tx.conn().execute("delete from sealed_keys where key_id = ?", [id])?;
            vault.make_account_key(tx, *account)?;
            for (name, secret) in opened {
                let sealed = vault.seal_secret(tx.conn(), (*account, &name), &secret)?;
                tx.conn().execute(
                    "update account_secrets set sealed = ?3, sealed_at = ?4
                     where account_id = ?1 and name = ?2",
                    (account, &name, &sealed, tx.now),
                )?;
            }
            Ok(())
        })?;
    }
    db.write_local(Lane::Interactive, |tx| own::rotate(tx, vault))?;
    Ok(accounts.len() as i64)
}

/// Opens everything that is sealed.
///
/// # Errors
/// `StoreError` of the database; what does not open is counted.
pub fn verify(reader: &Reader<'_>, vault: &Vault) -> Result<Verified, StoreError> {
    let (conn, wrap) = (reader.conn(), vault.wrap());
    let mut found = Verified { has_recovery: recovery::has_code(conn)?, ..Verified::default() };
    for row in list_keys(conn)? {
        found.keys += 1;
        found.damaged += i64::from(crypt::open(&wrap, row.place(), &row.sealed).is_none());
    }
    for account in list_accounts(conn)? {
        for (name, sealed) in list_secrets(conn, account)? {
            found.secrets += 1;
            let opened = vault.open_secret(conn, (account, &name), &sealed);
            found.damaged += i64::from(opened.is_err());
        }
    }
    let (secrets, broken) = own::verify(conn, vault)?;
    found.secrets += secrets;
    found.damaged += broken;
    Ok(found)
}

fn list_keys(conn: &Connection) -> Result<Vec<Row>, StoreError> {
    let mut statement =
        conn.prepare("select name, key_id, sealed from sealed_keys order by name")?;
    let rows = statement.query_map([], |row| {
        Ok(Row { name: row.get(0)?, key_id: row.get(1)?, sealed: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_accounts(conn: &Connection) -> Result<Vec<AccountId>, StoreError> {
    let mut statement =
        conn.prepare("select distinct account_id from account_secrets order by account_id")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn list_secrets(
    conn: &Connection,
    account: AccountId,
) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let mut statement = conn
        .prepare("select name, sealed from account_secrets where account_id = ? order by name")?;
    let rows = statement.query_map([account], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
