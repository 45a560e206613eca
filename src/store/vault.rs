//! Keys that never lie in the database in plain form, and what they are good for.
//!
//! The key file (outside the data folder) opens a slot; the slot holds the key-encryption key;
//! that one opens the data keys. A database without its key file opens locked: it is read, but
//! nothing sealed is opened and no new key is made in silence.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key, Place};
use crate::store::{Db, Lane, StoreError, Tx, files};

pub mod rotate;

const CUSTOMER_KEY: &str = "customer";
const KEY_FILE_HEAD: &str = "purser-key-1 ";
const SLOT_KEY_ID: u32 = 0;
const CUSTOMER_KEY_ID: u32 = 1;

pub enum VaultState {
    Unlocked(Vault),
    Locked { reason: Locked },
}

/// Why nothing sealed can be opened, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Locked {
    #[error(
        "the key file {path} is not there. Figures can be read, but stored credentials stay \
         closed and new orders cannot be matched to customers. Put the key file back and start \
         again"
    )]
    NoKeyFile { path: PathBuf },
    #[error(
        "the key file {path} does not belong to this database. Figures can be read, but stored \
         credentials stay closed. Put the right key file there and start again"
    )]
    WrongKeyFile { path: PathBuf },
}

/// Cheap to clone; the keys are wiped when the last one goes.
#[derive(Clone)]
pub struct Vault {
    customer: Arc<Key>,
    /// Opens and closes data keys; another one after a rotation.
    wrap: Arc<RwLock<Arc<Key>>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[vault]")
    }
}

impl VaultState {
    pub fn vault(&self) -> Option<&Vault> {
        match self {
            Self::Unlocked(vault) => Some(vault),
            Self::Locked { .. } => None,
        }
    }
}

impl Vault {
    /// Opens the vault, or makes it at the first start.
    ///
    /// # Errors
    /// `Damaged` when a sealed key does not open although the key file is right.
    pub fn open(key_file: &Path, db: &Db) -> Result<VaultState, StoreError> {
        let slots = db.read(|reader| list_slots(reader.conn()))?;
        let path = || key_file.to_owned();
        let file_key = read_key_file(key_file)?;
        if slots.is_empty() {
            let file_key = match file_key {
                Some(key) => key,
                None => make_key_file(key_file)?,
            };
            let made = db.write_local(Lane::Interactive, |tx| make(tx, &file_key));
            return made.map(VaultState::Unlocked);
        }
        let Some(file_key) = file_key else {
            return Ok(VaultState::Locked { reason: Locked::NoKeyFile { path: path() } });
        };
        let Some(kek) = slots.iter().find_map(|slot| slot.open(&file_key)) else {
            return Ok(VaultState::Locked { reason: Locked::WrongKeyFile { path: path() } });
        };
        db.read(|reader| open_keys(reader.conn(), &kek)).map(VaultState::Unlocked)
    }

    fn of(customer: Key, wrap: Key) -> Self {
        Self { customer: Arc::new(customer), wrap: Arc::new(RwLock::new(Arc::new(wrap))) }
    }

    fn wrap(&self) -> Arc<Key> {
        Arc::clone(&self.wrap.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every clone of this vault goes on with the new key.
    fn replace_wrap(&self, wrap: Key) {
        *self.wrap.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(wrap);
    }

    /// Makes the key under which one account's secrets are sealed.
    ///
    /// # Errors
    /// `StoreError` of the database; `Internal` where the system gives no random bytes.
    pub fn make_account_key(&self, tx: &Tx<'_>, account: AccountId) -> Result<(), StoreError> {
        let (key, name) = (crypt::random_key()?, account_key_name(account));
        insert_data_key(tx, &self.wrap(), account_key_place(account, &name), &key)
    }

    /// Seals a secret for its row of `account_secrets`.
    ///
    /// # Errors
    /// `Damaged` where the account has no key that opens.
    pub fn seal_secret(
        &self,
        conn: &Connection,
        (account, name): (AccountId, &str),
        secret: &Secret,
    ) -> Result<Vec<u8>, StoreError> {
        let key = self.account_key(conn, account)?;
        let connection = account.to_string();
        let place = secret_place(account, name, &connection);
        crypt::seal(&key, place, secret.expose().as_bytes())
    }

    /// # Errors
    /// `Damaged` where the record was altered or moved, or is another key's.
    pub fn open_secret(
        &self,
        conn: &Connection,
        (account, name): (AccountId, &str),
        sealed: &[u8],
    ) -> Result<Secret, StoreError> {
        let key = self.account_key(conn, account)?;
        let connection = account.to_string();
        let plain = crypt::open(&key, secret_place(account, name, &connection), sealed);
        let plain = plain.and_then(|plain| String::from_utf8(plain.to_vec()).ok());
        let what = || "a sealed credential does not open: it was altered".to_owned();
        plain.map(Secret::new).ok_or_else(|| StoreError::Damaged { what: what() })
    }

    fn account_key(&self, conn: &Connection, account: AccountId) -> Result<Key, StoreError> {
        let name = account_key_name(account);
        find_data_key(conn, &self.wrap(), account_key_place(account, &name))?.ok_or_else(damaged)
    }

    /// HMAC-SHA256 under the organisation's customer key. The plain value is never stored.
    pub fn customer_hash(&self, customer: &Customer<'_>) -> [u8; 32] {
        match customer {
            Customer::Email(email) => {
                let email = Zeroizing::new(email.trim().to_lowercase());
                crypt::hmac_parts(&self.customer, &[b"email", email.as_bytes()])
            }
            Customer::Reference(reference) => {
                crypt::hmac_parts(&self.customer, &[b"reference", reference.as_bytes()])
            }
            Customer::Platform { platform, store, id } => crypt::hmac_parts(
                &self.customer,
                &[b"platform", platform.as_bytes(), store.as_bytes(), id.as_bytes()],
            ),
        }
    }
}

/// By what a buyer is known again.
#[derive(Clone, Copy)]
pub enum Customer<'a> {
    Email(&'a str),
    /// `customer_ref` of the neutral format.
    Reference(&'a str),
    Platform {
        platform: &'a str,
        store: &'a str,
        id: &'a str,
    },
}

struct Slot {
    salt: Vec<u8>,
    sealed: Vec<u8>,
    key_check: Vec<u8>,
}

const SLOT_PLACE: Place<'_> = Place {
    key_id: SLOT_KEY_ID,
    table: "key_slots",
    column: "sealed",
    row: "key_file",
    connection: "",
};

const CUSTOMER_PLACE: Place<'_> = Place {
    key_id: CUSTOMER_KEY_ID,
    table: "sealed_keys",
    column: "sealed",
    row: CUSTOMER_KEY,
    connection: "",
};

/// Numbers of the keys of accounts follow those that we may need ourselves.
const ACCOUNT_KEY_ID_FIRST: u32 = 1_000;

/// The row of an account's key; without it, nothing of the account opens any more.
pub(super) fn account_key_name(account: AccountId) -> String {
    format!("account {account}")
}

fn account_key_id(account: AccountId) -> u32 {
    ACCOUNT_KEY_ID_FIRST.saturating_add(u32::try_from(account.0).unwrap_or(u32::MAX))
}

fn account_key_place(account: AccountId, name: &str) -> Place<'_> {
    Place {
        key_id: account_key_id(account),
        table: "sealed_keys",
        column: "sealed",
        row: name,
        connection: "",
    }
}

fn secret_place<'a>(account: AccountId, name: &'a str, connection: &'a str) -> Place<'a> {
    Place {
        key_id: account_key_id(account),
        table: "account_secrets",
        column: "sealed",
        row: name,
        connection,
    }
}

impl Slot {
    fn of_key_file(file_key: &Key, kek: &Key) -> Result<Self, StoreError> {
        let salt = crypt::random::<16>()?;
        let wrap = crypt::derive(file_key, &salt, "purser slot key_file 1")?;
        let sealed = crypt::seal(&wrap, SLOT_PLACE, kek.as_slice())?;
        Ok(Self { salt: salt.to_vec(), sealed, key_check: crypt::key_check(kek).to_vec() })
    }

    fn open(&self, file_key: &Key) -> Option<Key> {
        let wrap = crypt::derive(file_key, &self.salt, "purser slot key_file 1").ok()?;
        let kek = to_key(&crypt::open(&wrap, SLOT_PLACE, &self.sealed)?)?;
        crypt::same(&crypt::key_check(&kek), &self.key_check).then_some(kek)
    }
}

fn to_key(bytes: &[u8]) -> Option<Key> {
    <[u8; crypt::KEY_LEN]>::try_from(bytes).ok().map(Key::new)
}

/// The key under which data keys are sealed.
fn wrap_key(kek: &Key) -> Result<Key, StoreError> {
    crypt::derive(kek, &[], "purser data keys 1")
}

/// The first start: a key-encryption key, its slot and the customer key, in one transaction.
fn make(tx: &Tx<'_>, file_key: &Key) -> Result<Vault, StoreError> {
    let (kek, customer) = (crypt::random_key()?, crypt::random_key()?);
    insert_slot(tx, &Slot::of_key_file(file_key, &kek)?)?;
    let data_wrap = wrap_key(&kek)?;
    insert_data_key(tx, &data_wrap, CUSTOMER_PLACE, &customer)?;
    Ok(Vault::of(customer, data_wrap))
}

fn open_keys(conn: &Connection, kek: &Key) -> Result<Vault, StoreError> {
    let wrap = wrap_key(kek)?;
    let customer = find_data_key(conn, &wrap, CUSTOMER_PLACE)?.ok_or_else(damaged)?;
    Ok(Vault::of(customer, wrap))
}

fn damaged() -> StoreError {
    StoreError::Damaged { what: "a sealed key does not open".to_owned() }
}

fn list_slots(conn: &Connection) -> Result<Vec<Slot>, StoreError> {
    let mut statement =
        conn.prepare("SELECT salt, sealed, key_check FROM key_slots WHERE kind = 'key_file'")?;
    let slots = statement.query_map([], |row| {
        Ok(Slot { salt: row.get(0)?, sealed: row.get(1)?, key_check: row.get(2)? })
    })?;
    Ok(slots.collect::<Result<_, _>>()?)
}

fn insert_slot(tx: &Tx<'_>, slot: &Slot) -> Result<(), StoreError> {
    tx.conn().execute(
        "INSERT INTO key_slots (kind, salt, sealed, key_check, created_at) \
         VALUES ('key_file', ?1, ?2, ?3, ?4)",
        (&slot.salt, &slot.sealed, &slot.key_check, tx.now),
    )?;
    Ok(())
}

/// The data key of a place, opened; `None` where there is none.
fn find_data_key(
    conn: &Connection,
    wrap: &Key,
    place: Place<'_>,
) -> Result<Option<Key>, StoreError> {
    let sql = "SELECT sealed, key_check FROM sealed_keys WHERE name = ?1 AND key_id = ?2";
    let found: Option<(Vec<u8>, Vec<u8>)> = conn
        .query_row(sql, (place.row, place.key_id), |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((sealed, key_check)) = found else { return Ok(None) };
    let key = crypt::open(wrap, place, &sealed).and_then(|plain| to_key(&plain));
    let key = key.ok_or_else(damaged)?;
    if crypt::same(&crypt::key_check(&key), &key_check) { Ok(Some(key)) } else { Err(damaged()) }
}

fn insert_data_key(tx: &Tx<'_>, wrap: &Key, place: Place<'_>, key: &Key) -> Result<(), StoreError> {
    let sealed = crypt::seal(wrap, place, key.as_slice())?;
    tx.conn().execute(
        "INSERT INTO sealed_keys (name, key_id, sealed, key_check, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (place.row, place.key_id, &sealed, crypt::key_check(key), tx.now),
    )?;
    Ok(())
}

fn read_key_file(path: &Path) -> Result<Option<Key>, StoreError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file(path, &error)),
    };
    let key = text.strip_prefix(KEY_FILE_HEAD).and_then(|rest| crypt::from_hex(rest.trim_end()));
    match key {
        Some(key) => Ok(Some(Key::new(key))),
        None => Err(StoreError::File {
            path: path.to_owned(),
            what: "it is not a key file of purser".to_owned(),
        }),
    }
}

fn make_key_file(path: &Path) -> Result<Key, StoreError> {
    let key = crypt::random_key()?;
    let text = Zeroizing::new(format!("{KEY_FILE_HEAD}{}\n", crypt::to_hex(key.as_slice())));
    files::write_private(path, text.as_bytes())?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};

    fn unlock(folder: &Folder, db: &Db) -> VaultState {
        Vault::open(&folder.file("purser.key"), db).unwrap()
    }

    fn reason(state: VaultState) -> Locked {
        match state {
            VaultState::Locked { reason } => reason,
            VaultState::Unlocked(_) => panic!("should be locked"),
        }
    }

    fn hash(state: &VaultState, email: &str) -> [u8; 32] {
        state.vault().unwrap().customer_hash(&Customer::Email(email))
    }

    #[test]
    fn a_customer_is_the_same_after_a_restart_and_another_in_another_vault() {
        let folder = Folder::new();
        let db = open(&folder);
        let first = hash(&unlock(&folder, &db), "Ann@Example.test ");
        assert_eq!(hash(&unlock(&folder, &db), "ann@example.test"), first);
        let other = Folder::new();
        let other_db = open(&other);
        assert_ne!(hash(&unlock(&other, &other_db), "ann@example.test"), first);
    }

    #[test]
    fn kinds_of_customers_never_meet() {
        let folder = Folder::new();
        let state = unlock(&folder, &open(&folder));
        let vault = state.vault().unwrap();
        let hashes = [
            vault.customer_hash(&Customer::Email("a")),
            vault.customer_hash(&Customer::Reference("a")),
            vault.customer_hash(&Customer::Platform { platform: "a", store: "bc", id: "d" }),
            vault.customer_hash(&Customer::Platform { platform: "ab", store: "c", id: "d" }),
        ];
        let distinct: std::collections::BTreeSet<_> = hashes.iter().collect();
        assert_eq!(distinct.len(), hashes.len());
    }

    #[test]
    fn threat_09_without_its_key_file_a_vault_opens_locked_and_makes_no_new_key() {
        let folder = Folder::new();
        let db = open(&folder);
        unlock(&folder, &db);
        let kept = std::fs::read(folder.file("purser.key")).unwrap();
        std::fs::remove_file(folder.file("purser.key")).unwrap();
        assert!(matches!(reason(unlock(&folder, &db)), Locked::NoKeyFile { .. }));
        assert!(!folder.file("purser.key").exists());
        make_key_file(&folder.file("purser.key")).unwrap();
        assert!(matches!(reason(unlock(&folder, &db)), Locked::WrongKeyFile { .. }));
        std::fs::write(folder.file("purser.key"), kept).unwrap();
        assert!(unlock(&folder, &db).vault().is_some());
    }

    #[test]
    fn threat_09_the_database_holds_no_key_in_plain_form() {
        let folder = Folder::new();
        let db = open(&folder);
        let state = unlock(&folder, &db);
        let customer = state.vault().unwrap().customer.clone();
        let file_key = read_key_file(&folder.file("purser.key")).unwrap().unwrap();
        db.checkpoint().unwrap();
        let bytes = std::fs::read(folder.file("purser.db")).unwrap();
        for key in [customer.as_slice(), file_key.as_slice()] {
            assert!(!bytes.windows(key.len()).any(|window| window == key));
        }
    }

    #[test]
    fn a_key_file_left_from_a_start_that_died_is_used() {
        let folder = Folder::new();
        make_key_file(&folder.file("purser.key")).unwrap();
        let before = std::fs::read(folder.file("purser.key")).unwrap();
        assert!(unlock(&folder, &open(&folder)).vault().is_some());
        assert_eq!(std::fs::read(folder.file("purser.key")).unwrap(), before);
    }

    #[test]
    fn a_key_file_that_is_none_is_refused_and_kept() {
        let folder = Folder::new();
        std::fs::write(folder.file("purser.key"), "something else").unwrap();
        let refused = Vault::open(&folder.file("purser.key"), &open(&folder));
        assert!(matches!(refused, Err(StoreError::File { .. })));
        assert_eq!(std::fs::read(folder.file("purser.key")).unwrap(), b"something else");
    }
}
