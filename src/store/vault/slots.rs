//! Slots: each holds the same key-encryption key, sealed for another opener. One opener is in force
//! at a time; beside it there may be a recovery code.

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::Locked;
use super::openers::{self, Openers};
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key, Place};
use crate::store::password::{self, Cost};
use crate::store::{StoreError, Tx};

const SLOT_KEY_ID: u32 = 0;

/// Which opener a slot is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    KeyFile,
    Keyring,
    Passphrase,
    Recovery,
}

impl Kind {
    const ALL: [Self; 4] = [Self::KeyFile, Self::Keyring, Self::Passphrase, Self::Recovery];

    pub fn name(self) -> &'static str {
        match self {
            Self::KeyFile => "key_file",
            Self::Keyring => "keyring",
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
        }
    }

    pub(in crate::store) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    fn place(self) -> Place<'static> {
        let (table, column, connection) = ("key_slots", "sealed", "");
        Place { key_id: SLOT_KEY_ID, table, column, row: self.name(), connection }
    }

    fn wrap(self, key: &Key, salt: &[u8]) -> Result<Key, StoreError> {
        crypt::derive(key, salt, &format!("purser slot {} 1", self.name()))
    }
}

pub struct Slot {
    pub kind: Kind,
    pub(in crate::store) params: Option<String>,
    pub(in crate::store) salt: [u8; 16],
    pub(in crate::store) sealed: Vec<u8>,
    pub key_check: Vec<u8>,
}

impl Slot {
    /// Seals the key-encryption key for a key of 256 random bits, or of a random code.
    ///
    /// # Errors
    /// `Internal` where the system gives no random bytes.
    pub fn of_key(kind: Kind, key: &Key, kek: &Key) -> Result<Self, StoreError> {
        Self::seal(kind, (key, crypt::random()?), kek, None)
    }

    /// Seals it for a passphrase, stretched at today's cost, which is kept with the slot.
    ///
    /// # Errors
    /// `Internal`.
    pub fn of_passphrase(passphrase: &Secret, kek: &Key) -> Result<Self, StoreError> {
        let (salt, cost) = (crypt::random()?, Cost::NOW);
        let key = password::stretch(passphrase, &salt, cost)?;
        Self::seal(Kind::Passphrase, (&key, salt), kek, Some(cost.to_string()))
    }

    fn seal(
        kind: Kind,
        (key, salt): (&Key, [u8; 16]),
        kek: &Key,
        params: Option<String>,
    ) -> Result<Self, StoreError> {
        let sealed = crypt::seal(&*kind.wrap(key, &salt)?, kind.place(), kek.as_slice())?;
        Ok(Self { kind, params, salt, sealed, key_check: crypt::key_check(kek).to_vec() })
    }

    /// The key-encryption key; `None` for a key that opens nothing here.
    pub fn open(&self, key: &Key) -> Option<Key> {
        let wrap = self.kind.wrap(key, &self.salt).ok()?;
        let kek = to_key(&crypt::open(&wrap, self.kind.place(), &self.sealed)?)?;
        crypt::same(&crypt::key_check(&kek), &self.key_check).then_some(kek)
    }

    /// Whether opening it asks for no more than we give; told without deriving anything.
    pub(in crate::store) fn is_affordable(&self) -> bool {
        match (self.kind, self.params.as_deref()) {
            (Kind::Passphrase, Some(params)) => Cost::parse(params).is_some(),
            (Kind::Passphrase, None) => false,
            (_, params) => params.is_none(),
        }
    }

    /// As `open`, by a passphrase; one whose slot asks for more than may be is refused unstretched.
    ///
    /// # Errors
    /// `Internal`.
    fn open_by_passphrase(&self, passphrase: &Secret) -> Result<Option<Key>, StoreError> {
        let Some(cost) = self.params.as_deref().and_then(Cost::parse) else { return Ok(None) };
        Ok(self.open(&password::stretch(passphrase, &self.salt, cost)?))
    }
}

/// The slot in force, opened by what is at hand; or why it stays closed.
///
/// # Errors
/// `File` for a key file that cannot be read or is none.
pub fn open_slot(
    slot: &Slot,
    openers: &Openers,
    keyring_name: &str,
) -> Result<Result<Key, Locked>, StoreError> {
    let path = || openers.key_file.clone();
    Ok(match slot.kind {
        Kind::KeyFile => match openers::read_key_file(&openers.key_file)? {
            None => Err(Locked::NoKeyFile { path: path() }),
            Some(key) => slot.open(&key).ok_or_else(|| Locked::WrongKeyFile { path: path() }),
        },
        Kind::Keyring => match openers.keyring.find(keyring_name) {
            Err(fault) => Err(Locked::NoKeyring { what: fault.to_string() }),
            Ok(found) => {
                let key = found.and_then(|text| openers::parse_key(text.expose()));
                let kek = key.and_then(|key| slot.open(&key));
                kek.ok_or_else(|| Locked::NoKeyring {
                    what: "it holds no key of this database".to_owned(),
                })
            }
        },
        Kind::Passphrase => match &openers.passphrase {
            None => Err(Locked::NoPassphrase),
            Some(passphrase) => slot.open_by_passphrase(passphrase)?.ok_or(Locked::WrongPassphrase),
        },
        // No opener in force.
        Kind::Recovery => Err(Locked::NoKeyFile { path: path() }),
    })
}

/// # Errors
/// `StoreError` of the database; `Damaged` for a slot that is none.
pub fn list_slots(conn: &Connection) -> Result<Vec<Slot>, StoreError> {
    let damaged = || StoreError::Damaged { what: "a slot of the vault".to_owned() };
    let mut statement =
        conn.prepare("select kind, params, salt, sealed, key_check from key_slots order by id")?;
    let mut rows = statement.query([])?;
    let mut slots = Vec::new();
    while let Some(row) = rows.next()? {
        let (kind, salt): (String, Vec<u8>) = (row.get(0)?, row.get(2)?);
        slots.push(Slot {
            kind: Kind::parse(&kind).ok_or_else(damaged)?,
            params: row.get(1)?,
            salt: salt.try_into().map_err(|_| damaged())?,
            sealed: row.get(3)?,
            key_check: row.get(4)?,
        });
    }
    Ok(slots)
}

/// The slot that is opened at a start: the one that is not the recovery code's.
pub fn find_in_force(slots: &[Slot]) -> Option<&Slot> {
    slots.iter().find(|slot| slot.kind != Kind::Recovery)
}

/// # Errors
/// `StoreError` of the database.
pub fn insert_slot(tx: &Tx<'_>, slot: &Slot) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into key_slots (kind, params, salt, sealed, key_check, created_at)
         values (?1, ?2, ?3, ?4, ?5, ?6)",
        (slot.kind.name(), &slot.params, &slot.salt, &slot.sealed, &slot.key_check, tx.now),
    )?;
    Ok(())
}

/// Puts a slot in the place of the one in force; the recovery code's stays.
///
/// # Errors
/// `StoreError` of the database.
pub fn replace_slot(tx: &Tx<'_>, slot: &Slot) -> Result<(), StoreError> {
    tx.conn().execute("delete from key_slots where kind <> 'recovery'", [])?;
    insert_slot(tx, slot)
}

pub fn to_key(bytes: &[u8]) -> Option<Key> {
    <[u8; crypt::KEY_LEN]>::try_from(bytes).ok().map(Zeroizing::new)
}
