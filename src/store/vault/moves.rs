//! From one opener to another: key file, keyring, passphrase. The new one is made and tried before
//! the slot of the former goes, in one transaction; only then the former itself is removed. What
//! dies in between leaves a vault that opens by the one that its slot names.

use rusqlite::Connection;

use super::openers::{self, Openers, keyring_name};
use super::slots::{self, Kind, Slot};
use super::{Locked, recovery};
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key};
use crate::store::password;
use crate::store::{Db, Lane, StoreError, files, settings};

/// What the vault is to be opened by from now on.
pub enum To<'a> {
    KeyFile,
    Keyring,
    Passphrase(&'a Secret),
}

/// Puts another opener in force. Gives what could not be removed of the former, if anything.
///
/// # Errors
/// `Refused` where the opener in force is not at hand, the new one cannot be used, or it is the one
/// in force already; then nothing was changed.
pub fn move_to(db: &Db, openers: &Openers, to: To<'_>) -> Result<Option<String>, StoreError> {
    let (from, kek) = super::open_kek(db, openers)?.or_else(recovery::refuse_locked)?;
    let slot = match to {
        To::KeyFile if from == Kind::KeyFile => {
            return recovery::refuse("The vault is opened by its key file already.");
        }
        To::Keyring if from == Kind::Keyring => {
            return recovery::refuse("The vault is opened by the system's keyring already.");
        }
        To::KeyFile => Slot::of_key(Kind::KeyFile, &find_or_make_key_file(openers)?, &kek)?,
        To::Keyring => Slot::of_key(Kind::Keyring, &keep_in_keyring(db, openers)?, &kek)?,
        To::Passphrase(passphrase) => {
            check_passphrase(passphrase)?;
            Slot::of_passphrase(passphrase, &kek)?
        }
    };
    let is_other = slot.kind != from;
    db.write_local(Lane::Interactive, |tx| {
        expect_kek(tx.conn(), &kek)?;
        slots::replace_slot(tx, &slot)
    })?;
    if is_other { remove(db, from, openers) } else { Ok(None) }
}

/// Whether a passphrase is hard enough to guess: the database alone lets one try without end.
///
/// # Errors
/// `Refused`, with the reason.
pub fn check_passphrase(passphrase: &Secret) -> Result<(), StoreError> {
    let checked = password::check(passphrase.expose(), "");
    checked.map_err(|weak| {
        let what = weak.to_string().replace("the password", "the passphrase");
        StoreError::Refused(format!("Nothing was changed: {what}."))
    })
}

/// A slot of the same opener for another key-encryption key.
pub(super) fn seal_again(
    db: &Db,
    (kind, openers): (Kind, &Openers),
    kek: &Key,
) -> Result<Slot, StoreError> {
    let missing = || StoreError::Refused("The opener is gone. Nothing was changed.".to_owned());
    match kind {
        Kind::Passphrase => {
            Slot::of_passphrase(openers.passphrase.as_ref().ok_or_else(missing)?, kek)
        }
        Kind::Keyring => {
            let name = keyring_name(&settings::instance_id(db)?);
            let held = openers.keyring.find(&name).ok().flatten();
            let key = held.and_then(|text| openers::parse_key(text.expose()));
            Slot::of_key(kind, &key.ok_or_else(missing)?, kek)
        }
        Kind::KeyFile | Kind::Recovery => {
            let key = openers::read_key_file(&openers.key_file)?.ok_or_else(missing)?;
            Slot::of_key(Kind::KeyFile, &key, kek)
        }
    }
}

/// One that lies there already is of a move that died, or of another database of the same person.
pub(super) fn find_or_make_key_file(openers: &Openers) -> Result<Key, StoreError> {
    match openers::read_key_file(&openers.key_file)? {
        Some(key) => Ok(key),
        None => openers::make_key_file(&openers.key_file),
    }
}

/// Another command may have changed the keys since the slot was opened.
pub(super) fn expect_kek(conn: &Connection, kek: &Key) -> Result<(), StoreError> {
    let slots = slots::list_slots(conn)?;
    let check = crypt::key_check(kek);
    let is_same = slots::find_in_force(&slots)
        .is_some_and(|slot| crypt::same(&slot.key_check, check.as_slice()));
    if is_same { Ok(()) } else { Err(StoreError::Conflict) }
}

/// A key of its own in the keyring; read back, because some keyrings forget.
fn keep_in_keyring(db: &Db, openers: &Openers) -> Result<Key, StoreError> {
    let name = keyring_name(&settings::instance_id(db)?);
    let key = crypt::random_key()?;
    let text = openers::write_key(&key);
    let refused = |what: String| {
        StoreError::Refused(format!(
            "The system's keyring cannot be used: {what}. Nothing was changed; the vault opens as \
             before."
        ))
    };
    openers.keyring.keep(&name, &text).map_err(|fault| refused(fault.to_string()))?;
    let held = openers.keyring.find(&name).map_err(|fault| refused(fault.to_string()))?;
    let held = held.and_then(|held| openers::parse_key(held.expose()));
    match held.is_some_and(|held| crypt::same(held.as_slice(), key.as_slice())) {
        true => Ok(key),
        false => Err(refused("it did not keep the key".to_owned())),
    }
}

/// The slot is gone, so what is left opens nothing; a copy of the database made before still does.
fn remove(db: &Db, from: Kind, openers: &Openers) -> Result<Option<String>, StoreError> {
    let left = match from {
        Kind::KeyFile | Kind::Recovery => match files::remove_if_there(&openers.key_file) {
            Ok(()) => None,
            Err(fault) => Some(fault.to_string()),
        },
        Kind::Keyring => {
            let name = keyring_name(&settings::instance_id(db)?);
            openers.keyring.remove(&name).err().map(|fault| fault.to_string())
        }
        Kind::Passphrase => None,
    };
    Ok(left
        .map(|what| format!("The former key opens nothing any more, but is still there: {what}")))
}

/// Whether there is anything that `purser vault unlock` could do.
pub fn asks_for_passphrase(reason: &Locked) -> bool {
    matches!(reason, Locked::NoPassphrase | Locked::WrongPassphrase)
}

#[cfg(test)]
mod tests;
