//! Keys that never lie in the database in plain form, and what they are good for.
//!
//! An opener outside the data folder (the key file, the system's keyring, a passphrase) opens a
//! slot; the slot holds the key-encryption key; that one opens the data keys. A database without
//! its opener opens locked: it is read, but nothing sealed is opened and no new key is made in
//! silence.
//!
//! `openers.rs` is what opens from outside, `slots.rs` how it is kept, `moves.rs` from one opener
//! to another, `rotate.rs` new keys for old, `recovery.rs` the code for the drawer, `own.rs` what
//! is sealed that belongs to no account.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension};
use zeroize::Zeroizing;

use self::openers::Openers;
use self::slots::{Kind, Slot, to_key};
use crate::base::id::{AccountId, UserId};
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key, Place};
use crate::store::{Db, Lane, StoreError, Tx, audit, settings};

pub mod moves;
pub mod openers;
pub mod own;
pub mod recovery;
pub mod rotate;
pub mod slots;
#[cfg(test)]
mod testing;

const CUSTOMER_KEY: &str = "customer";
const CUSTOMER_KEY_ID: u32 = 1;
const AUDIT_KEY: &str = "audit";
const AUDIT_KEY_ID: u32 = 2;
const PEOPLE_KEY: &str = "people";
const PEOPLE_KEY_ID: u32 = 3;

/// The vault of a running program: open, or locked until somebody unlocks it. It never locks again
/// by itself.
pub struct VaultState {
    opened: OnceLock<Vault>,
    reason: Mutex<Locked>,
    /// Without the passphrase, which nobody keeps.
    openers: Openers,
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
    #[error(
        "the vault is locked until its passphrase is said. Figures can be read, but no platform is \
         asked and new orders cannot be matched to customers. Unlock it under Connections, or with \
         `purser vault unlock`"
    )]
    NoPassphrase,
    #[error("this passphrase does not open the vault; nothing was changed. Try again")]
    WrongPassphrase,
    #[error(
        "the system's keyring does not give the key: {what}. Figures can be read, but stored \
         credentials stay closed. Open the keyring and start again, or write a new key file with \
         the recovery code: `purser vault recover`"
    )]
    NoKeyring { what: String },
}

/// Cheap to clone; the keys are wiped when the last one goes.
#[derive(Clone)]
pub struct Vault {
    customer: Arc<Key>,
    /// Makes the tags of the audit log.
    audit: Arc<Key>,
    /// Seals the secrets of second factors.
    people: Arc<Key>,
    /// Opens and closes data keys; another one after a rotation.
    wrap: Arc<RwLock<Arc<Key>>>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[vault]")
    }
}

impl VaultState {
    /// `None` while it is locked.
    pub fn vault(&self) -> Option<&Vault> {
        self.opened.get()
    }

    /// Why it is locked; `None` where it is open.
    pub fn locked(&self) -> Option<Locked> {
        match self.opened.get() {
            Some(_) => None,
            None => Some(self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()),
        }
    }

    /// What may open it, but for the passphrase.
    pub fn openers(&self) -> &Openers {
        &self.openers
    }

    /// Tries again with what is at hand now; everybody who holds this state has the vault then.
    /// Gives why it stays locked.
    ///
    /// # Errors
    /// `Damaged` when a sealed key does not open although its opener is right.
    pub fn unlock(
        &self,
        db: &Db,
        passphrase: Option<&Secret>,
    ) -> Result<Option<Locked>, StoreError> {
        if self.opened.get().is_some() {
            return Ok(None);
        }
        let openers = self.openers.clone().with_passphrase(passphrase.cloned());
        match Vault::try_open(&openers, db)? {
            Ok(vault) => {
                audit::begin_sealing(db, &vault.audit)?;
                let _ = self.opened.set(vault);
                Ok(None)
            }
            Err(reason) => {
                // A try that failed is no reason to say next time that it failed.
                if reason != Locked::WrongPassphrase {
                    *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = reason.clone();
                }
                Ok(Some(reason))
            }
        }
    }
}

impl Vault {
    /// Opens the vault by its key file, or makes it at the first start.
    ///
    /// # Errors
    /// As `open_with`.
    pub fn open(key_file: &Path, db: &Db) -> Result<VaultState, StoreError> {
        Self::open_with(&Openers::of_key_file(key_file), db)
    }

    /// Opens the vault by the opener that its slot names, or makes it at the first start, with a
    /// key file.
    ///
    /// # Errors
    /// `Damaged` when a sealed key does not open although its opener is right.
    pub fn open_with(openers: &Openers, db: &Db) -> Result<VaultState, StoreError> {
        let opened = OnceLock::new();
        let reason = match Self::try_open(openers, db)? {
            Ok(vault) => {
                audit::begin_sealing(db, &vault.audit)?;
                let _ = opened.set(vault);
                Locked::NoPassphrase
            }
            Err(reason) => reason,
        };
        let openers = openers.clone().with_passphrase(None);
        Ok(VaultState { opened, reason: Mutex::new(reason), openers })
    }

    fn try_open(openers: &Openers, db: &Db) -> Result<Result<Self, Locked>, StoreError> {
        let slots = db.read(|reader| slots::list_slots(reader.conn()))?;
        if slots.is_empty() {
            let file_key = match openers::read_key_file(&openers.key_file)? {
                Some(key) => key,
                None => openers::make_key_file(&openers.key_file)?,
            };
            return db.write_local(Lane::Interactive, |tx| make(tx, &file_key)).map(Ok);
        }
        match open_kek(db, openers)? {
            Ok((_, kek)) => open_keys(db, &kek).map(Ok),
            Err(reason) => Ok(Err(reason)),
        }
    }

    fn of(keys: Keys, wrap: Key) -> Self {
        Self {
            customer: Arc::new(keys.customer),
            audit: Arc::new(keys.audit),
            people: Arc::new(keys.people),
            wrap: Arc::new(RwLock::new(Arc::new(wrap))),
        }
    }

    /// Under which the audit log is tagged; whoever checks the log asks for it.
    pub fn audit_key(&self) -> &Key {
        &self.audit
    }

    /// Seals the secret of somebody's second factor for their row.
    ///
    /// # Errors
    /// `Internal` where the system gives no random bytes.
    pub fn seal_factor(&self, user: UserId, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        crypt::seal(&self.people, factor_place(&user.to_string()), secret)
    }

    /// # Errors
    /// `Damaged` where it was altered, or is somebody else's.
    pub fn open_factor(
        &self,
        user: UserId,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let what = || "a sealed second factor does not open: it was altered".to_owned();
        crypt::open(&self.people, factor_place(&user.to_string()), sealed)
            .ok_or_else(|| StoreError::Damaged { what: what() })
    }

    fn wrap(&self) -> Arc<Key> {
        Arc::clone(&self.wrap.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Every clone of this vault goes on with the new key.
    fn replace_wrap(&self, wrap: Key) {
        *self.wrap.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(wrap);
    }

    /// Whether the slots of a copy open this very vault.
    ///
    /// # Errors
    /// `Refused` where the keys were changed by another command since this vault was opened.
    pub(in crate::store) fn expect_keys_of(&self, copy: &Connection) -> Result<(), StoreError> {
        if find_data_key(copy, &self.wrap(), CUSTOMER_PLACE).is_ok() {
            return Ok(());
        }
        let what = "The keys of the vault were just changed. Nothing was made; try again";
        Err(StoreError::Refused(what.to_owned()))
    }

    /// The key under which the key of a backup is sealed.
    pub(in crate::store) fn backup_key(&self, salt: &[u8; 16]) -> Result<Key, StoreError> {
        crypt::derive(&self.wrap(), salt, "purser backup 1")
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

/// The keys that outlive every rotation.
struct Keys {
    customer: Key,
    audit: Key,
    people: Key,
}

const CUSTOMER_PLACE: Place<'_> = own_place(CUSTOMER_KEY_ID, CUSTOMER_KEY);
const AUDIT_PLACE: Place<'_> = own_place(AUDIT_KEY_ID, AUDIT_KEY);
const PEOPLE_PLACE: Place<'_> = own_place(PEOPLE_KEY_ID, PEOPLE_KEY);

const fn own_place(key_id: u32, row: &str) -> Place<'_> {
    Place { key_id, table: "sealed_keys", column: "sealed", row, connection: "" }
}

fn factor_place(user: &str) -> Place<'_> {
    let (table, column, connection) = ("users", "totp", "");
    Place { key_id: PEOPLE_KEY_ID, table, column, row: user, connection }
}

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

/// The key under which the key of a backup is sealed.
pub(in crate::store) fn backup_key_of(kek: &Key, salt: &[u8; 16]) -> Result<Key, StoreError> {
    crypt::derive(&*wrap_key(kek)?, salt, "purser backup 1")
}

/// The key under which data keys are sealed.
fn wrap_key(kek: &Key) -> Result<Key, StoreError> {
    crypt::derive(kek, &[], "purser data keys 1")
}

/// The first start: a key-encryption key, its slot and our own keys, in one transaction.
fn make(tx: &Tx<'_>, file_key: &Key) -> Result<Vault, StoreError> {
    let (kek, customer) = (crypt::random_key()?, crypt::random_key()?);
    slots::insert_slot(tx, &Slot::of_key(Kind::KeyFile, file_key, &kek)?)?;
    let data_wrap = wrap_key(&kek)?;
    insert_data_key(tx, &data_wrap, CUSTOMER_PLACE, &customer)?;
    let audit = make_data_key(tx, &data_wrap, AUDIT_PLACE)?;
    let people = make_data_key(tx, &data_wrap, PEOPLE_PLACE)?;
    Ok(Vault::of(Keys { customer, audit, people }, data_wrap))
}

/// The key-encryption key by the opener in force, or why not.
fn open_kek(db: &Db, openers: &Openers) -> Result<Result<(Kind, Key), Locked>, StoreError> {
    let slots = db.read(|reader| slots::list_slots(reader.conn()))?;
    let Some(slot) = slots::find_in_force(&slots) else {
        return Ok(Err(Locked::NoKeyFile { path: openers.key_file.clone() }));
    };
    let name = openers::keyring_name(&settings::instance_id(db)?);
    Ok(slots::open_slot(slot, openers, &name)?.map(|kek| (slot.kind, kek)))
}

/// Which opener is in force; `None` before the first start.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_opener(db: &Db) -> Result<Option<Kind>, StoreError> {
    let slots = db.read(|reader| slots::list_slots(reader.conn()))?;
    Ok(slots::find_in_force(&slots).map(|slot| slot.kind))
}

fn open_keys(db: &Db, kek: &Key) -> Result<Vault, StoreError> {
    let wrap = wrap_key(kek)?;
    let find = |place: Place<'_>| db.read(|reader| find_data_key(reader.conn(), &wrap, place));
    let customer = find(CUSTOMER_PLACE)?.ok_or_else(damaged)?;
    // A vault of an earlier version has only the first.
    let find_or_make = |place: Place<'_>| match find(place)? {
        Some(key) => Ok(key),
        None => db.write_local(Lane::Interactive, |tx| make_data_key(tx, &wrap, place)),
    };
    let (audit, people) = (find_or_make(AUDIT_PLACE)?, find_or_make(PEOPLE_PLACE)?);
    Ok(Vault::of(Keys { customer, audit, people }, wrap))
}

fn make_data_key(tx: &Tx<'_>, wrap: &Key, place: Place<'_>) -> Result<Key, StoreError> {
    let key = crypt::random_key()?;
    insert_data_key(tx, wrap, place, &key)?;
    Ok(key)
}

fn damaged() -> StoreError {
    StoreError::Damaged { what: "a sealed key does not open".to_owned() }
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

#[cfg(test)]
mod tests {
    use super::openers::{make_key_file, read_key_file};
    use super::*;
    use crate::store::testing::{Folder, open};

    fn unlock(folder: &Folder, db: &Db) -> VaultState {
        Vault::open(&folder.file("purser.key"), db).unwrap()
    }

    fn reason(state: VaultState) -> Locked {
        state.locked().expect("should be locked")
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
