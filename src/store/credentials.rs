//! The sealed secrets of connected accounts. Each account has a key of its own: where that is
//! gone, so are they, in every copy of the file.

use rusqlite::{OptionalExtension, params};

use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::store::vault::{self, Vault};
use crate::store::{Reader, StoreError, Tx};

/// Seals a secret in the place of the former one.
///
/// # Errors
/// `StoreError` of the database and of the vault.
pub fn upsert_secret(
    tx: &Tx<'_>,
    vault: &Vault,
    (account, name): (AccountId, &str),
    secret: &Secret,
) -> Result<(), StoreError> {
    let sealed = vault.seal_secret(tx.conn(), (account, name), secret)?;
    tx.conn()
        .prepare_cached(
            "insert into account_secrets (account_id, name, sealed, sealed_at)
             values (?1, ?2, ?3, ?4)
             on conflict (account_id, name) do update
             set sealed = excluded.sealed, sealed_at = excluded.sealed_at",
        )?
        .execute(params![account, name, sealed, tx.now])?;
    Ok(())
}

/// # Errors
/// `Damaged` for a record that was altered.
pub fn find_secret(
    reader: &Reader<'_>,
    vault: &Vault,
    (account, name): (AccountId, &str),
) -> Result<Option<Secret>, StoreError> {
    let sealed: Option<Vec<u8>> = reader
        .conn()
        .prepare_cached("select sealed from account_secrets where account_id = ? and name = ?")?
        .query_row(params![account, name], |row| row.get(0))
        .optional()?;
    sealed.map(|sealed| vault.open_secret(reader.conn(), (account, name), &sealed)).transpose()
}

/// The names of what is sealed, for a form that shows what it holds.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_names(reader: &Reader<'_>, account: AccountId) -> Result<Vec<String>, StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select name from account_secrets where account_id = ? order by name")?;
    let rows = statement.query_map([account], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes an account's secrets and the key under which they were sealed.
///
/// # Errors
/// `StoreError` of the database.
pub fn delete_secrets(tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
    tx.conn().execute("delete from account_secrets where account_id = ?", [account])?;
    let name = vault::account_key_name(account);
    tx.conn().execute("delete from sealed_keys where name = ?", [name])?;
    Ok(())
}
