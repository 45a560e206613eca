//! The recovery code: 160 random bits for the drawer, shown once. It opens the vault where its
//! opener is lost, and writes a new key file.

use rusqlite::Connection;

use super::openers::Openers;
use super::slots::{self, Kind, Slot};
use super::{Locked, Vault};
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key};
use crate::store::{Db, Lane, StoreError, Tx};

/// Letters that are not mistaken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 160 bits, five to a letter.
const CODE_BYTES: usize = 20;
const CODE_LETTERS: usize = 32;
const GROUP: usize = 4;

/// Makes a recovery code in the place of the former one; it is shown once and not kept.
///
/// # Errors
/// `Refused` without the opener in force.
pub fn make_code(db: &Db, openers: &Openers) -> Result<Secret, StoreError> {
    let (_, kek) = super::open_kek(db, openers)?.or_else(refuse_locked)?;
    db.write_local(Lane::Interactive, |tx| {
        super::moves::expect_kek(tx.conn(), &kek)?;
        tx.conn().execute("delete from key_slots where kind = 'recovery'", [])?;
        insert_code(tx, &kek)
    })
}

/// Opens the vault by its recovery code, and writes a new key file in the place of what is lost: a
/// key file, a passphrase, a keyring.
///
/// # Errors
/// `Refused` for a code that opens nothing, and where a key file lies there that works.
pub fn recover(db: &Db, openers: &Openers, code: &Secret) -> Result<(), StoreError> {
    match Vault::open_with(openers, db)?.locked() {
        None => return refuse("The vault opens without it. Nothing was changed."),
        Some(Locked::WrongKeyFile { .. }) => {
            return refuse(
                "Another key file lies in its place. Move it away first; it may be needed for \
                 another database.",
            );
        }
        Some(
            Locked::NoKeyFile { .. }
            | Locked::NoPassphrase
            | Locked::WrongPassphrase
            | Locked::NoKeyring { .. },
        ) => {}
    }
    adopt(db, openers, code)
}

/// Opens the vault of a copy by its recovery code, and seals it for the key file of this machine,
/// which is made where there is none.
///
/// # Errors
/// `Refused` for a code that opens nothing.
pub fn adopt(db: &Db, openers: &Openers, code: &Secret) -> Result<(), StoreError> {
    let slots = db.read(|reader| slots::list_slots(reader.conn()))?;
    let codes = slots.iter().filter(|slot| slot.kind == Kind::Recovery);
    let Some(kek) = codes.into_iter().find_map(|slot| open_slot(slot, code)) else {
        return refuse("This code does not open the vault. Nothing was changed.");
    };
    // The file first: without its slot it opens nothing, and the code still does.
    let file_key = super::moves::find_or_make_key_file(openers)?;
    let slot = Slot::of_key(Kind::KeyFile, &file_key, &kek)?;
    db.write_local(Lane::Interactive, |tx| slots::replace_slot(tx, &slot))
}

/// The key-encryption key of a code's slot; `None` for a code that is none, or another's.
pub(in crate::store) fn open_slot(slot: &Slot, code: &Secret) -> Option<Key> {
    slot.open(&key_of(&read_code(code.expose())?))
}

pub(super) fn refuse<T>(what: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(what.to_owned()))
}

/// What a command says that needs the opener itself, whatever is open already.
pub(super) fn refuse_locked<T>(reason: Locked) -> Result<T, StoreError> {
    let what = match reason {
        Locked::NoKeyFile { .. } | Locked::WrongKeyFile { .. } => {
            "The key file is missing or another one. Nothing was changed.".to_owned()
        }
        Locked::NoPassphrase => {
            "This needs the passphrase of the vault. Nothing was changed.".to_owned()
        }
        Locked::WrongPassphrase => {
            "This passphrase does not open the vault. Nothing was changed.".to_owned()
        }
        Locked::NoKeyring { what } => {
            format!("The system's keyring does not give the key: {what}. Nothing was changed.")
        }
    };
    Err(StoreError::Refused(what))
}

pub(super) fn insert_code(tx: &Tx<'_>, kek: &Key) -> Result<Secret, StoreError> {
    let bytes = crypt::random::<CODE_BYTES>()?;
    slots::insert_slot(tx, &Slot::of_key(Kind::Recovery, &key_of(&bytes), kek)?)?;
    Ok(Secret::new(write_code(&bytes)))
}

/// A code of 160 random bits needs no slow derivation.
fn key_of(code: &[u8; CODE_BYTES]) -> Key {
    Key::new(crypt::sha256(code))
}

/// `1A2B-3C4D-…`, eight groups of four.
fn write_code(bytes: &[u8; CODE_BYTES]) -> String {
    let mut letters = Vec::with_capacity(CODE_LETTERS);
    for chunk in bytes.chunks(5) {
        let bits = chunk.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        letters.extend((0..8).map(|at| LETTERS[(bits >> (35 - 5 * at) & 31) as usize]));
    }
    let groups = letters.chunks(GROUP).map(|group| String::from_utf8_lossy(group).into_owned());
    groups.collect::<Vec<_>>().join("-")
}

/// Small letters, blanks, and letters that look like a figure are forgiven.
fn read_code(text: &str) -> Option<[u8; CODE_BYTES]> {
    let mut digits = Vec::new();
    for letter in text.chars().filter(|letter| !matches!(letter, '-' | ' ')) {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let found = LETTERS.iter().position(|known| char::from(*known) == letter)?;
        digits.push(found as u64);
    }
    if digits.len() != CODE_LETTERS {
        return None;
    }
    let mut bytes = [0_u8; CODE_BYTES];
    for (chunk, into) in digits.chunks(8).zip(bytes.chunks_mut(5)) {
        let bits = chunk.iter().fold(0_u64, |bits, digit| bits << 5 | digit);
        into.copy_from_slice(&bits.to_be_bytes()[3..]);
    }
    Some(bytes)
}

/// Whether there is a recovery code.
///
/// # Errors
/// `StoreError` of the database.
pub fn has_code(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from key_slots where kind = 'recovery')";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_read_as_it_was_written(bytes in any::<[u8; CODE_BYTES]>()) {
            let text = write_code(&bytes);
            prop_assert_eq!(text.len(), CODE_LETTERS + CODE_LETTERS / GROUP - 1);
            prop_assert_eq!(read_code(&text), Some(bytes));
        }
    }
}
