//! Keys that never lie in the database in plain form, and what they are good for.
//!
//! The key file (outside the data folder) opens a slot; the slot holds the key-encryption key;
//! that one opens the data keys. A database without its key file opens locked: it is read, but
//! nothing sealed is opened and no new key is made in silence.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use crate::store::crypt::{self, Key, Place};
use crate::store::{Db, Lane, StoreError, Tx, files};

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
            return db.write_local(Lane::Interactive, |tx| make(tx, &file_key)).map(unlocked);
        }
        let Some(file_key) = file_key else {
            return Ok(VaultState::Locked { reason: Locked::NoKeyFile { path: path() } });
        };
        let Some(kek) = slots.iter().find_map(|slot| slot.open(&file_key)) else {
            return Ok(VaultState::Locked { reason: Locked::WrongKeyFile { path: path() } });
        };
        db.read(|reader| open_customer_key(reader.conn(), &kek)).map(unlocked)
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

fn unlocked(customer: Key) -> VaultState {
    VaultState::Unlocked(Vault { customer: Arc::new(customer) })
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

impl Slot {
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
fn make(tx: &Tx<'_>, file_key: &Key) -> Result<Key, StoreError> {
    let (kek, customer) = (crypt::random_key()?, crypt::random_key()?);
    let salt = crypt::random::<16>()?;
    let wrap = crypt::derive(file_key, &salt, "purser slot key_file 1")?;
    let sealed = crypt::seal(&wrap, SLOT_PLACE, kek.as_slice())?;
    let slot = Slot { salt: salt.to_vec(), sealed, key_check: crypt::key_check(&kek).to_vec() };
    insert_slot(tx, &slot)?;
    let sealed = crypt::seal(&*wrap_key(&kek)?, CUSTOMER_PLACE, customer.as_slice())?;
    insert_customer_key(tx, &sealed, &crypt::key_check(&customer))?;
    Ok(customer)
}

fn open_customer_key(conn: &Connection, kek: &Key) -> Result<Key, StoreError> {
    let damaged = || StoreError::Damaged { what: "a sealed key does not open".to_owned() };
    let (sealed, key_check) = find_customer_key(conn)?.ok_or_else(damaged)?;
    let plain = crypt::open(&*wrap_key(kek)?, CUSTOMER_PLACE, &sealed);
    let customer = plain.and_then(|plain| to_key(&plain)).ok_or_else(damaged)?;
    if crypt::same(&crypt::key_check(&customer), &key_check) {
        Ok(customer)
    } else {
        Err(damaged())
    }
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

type SealedKey = (Vec<u8>, Vec<u8>);

fn find_customer_key(conn: &Connection) -> Result<Option<SealedKey>, StoreError> {
    let sql = "SELECT sealed, key_check FROM sealed_keys WHERE name = ?1 AND key_id = ?2";
    let found =
        conn.query_row(sql, (CUSTOMER_KEY, CUSTOMER_KEY_ID), |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

fn insert_customer_key(tx: &Tx<'_>, sealed: &[u8], key_check: &[u8]) -> Result<(), StoreError> {
    tx.conn().execute(
        "INSERT INTO sealed_keys (name, key_id, sealed, key_check, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        (CUSTOMER_KEY, CUSTOMER_KEY_ID, sealed, key_check, tx.now),
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
