//! New keys for old, the recovery code, and the check that everything sealed opens. Each is one
//! transaction: whatever dies in its midst, every record opens with the keys before or after it.

use std::path::Path;

use rusqlite::Connection;

use super::{
    Locked, SLOT_KEY_ID, Slot, Vault, VaultState, account_key_id, damaged, make_key_file,
    read_key_file, wrap_key,
};
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::store::crypt::{self, Key, Place};
use crate::store::{Db, Lane, Reader, StoreError, Tx};

/// Letters that are not mistaken for one another.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 160 bits, five to a letter.
const CODE_BYTES: usize = 20;
const CODE_LETTERS: usize = 32;
const GROUP: usize = 4;

const RECOVERY_PLACE: Place<'_> = Place {
    key_id: SLOT_KEY_ID,
    table: "key_slots",
    column: "sealed",
    row: "recovery",
    connection: "",
};

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
/// `Damaged` where a data key does not open; then nothing was changed. `Refused` without the key
/// file.
pub fn rotate_key(db: &Db, vault: &Vault, key_file: &Path) -> Result<Option<Secret>, StoreError> {
    let file_key = read_key_file(key_file)?.ok_or_else(no_key_file)?;
    let (new_kek, old_wrap) = (crypt::random_key()?, vault.wrap());
    let new_wrap = wrap_key(&new_kek)?;
    let code = db.write_local(Lane::Interactive, |tx| {
        for row in list_keys(tx.conn())? {
            let plain = crypt::open(&old_wrap, row.place(), &row.sealed).ok_or_else(damaged)?;
            let sealed = crypt::seal(&new_wrap, row.place(), &plain)?;
            tx.conn().execute(
                "update sealed_keys set sealed = ?2 where name = ?1",
                (&row.name, &sealed),
            )?;
        }
        let had_code = has_recovery(tx.conn())?;
        tx.conn().execute("delete from key_slots", [])?;
        super::insert_slot(tx, &Slot::of_key_file(&file_key, &new_kek)?)?;
        if had_code { insert_code(tx, &new_kek).map(Some) } else { Ok(None) }
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
    Ok(accounts.len() as i64)
}

/// Opens everything that is sealed.
///
/// # Errors
/// `StoreError` of the database; what does not open is counted.
pub fn verify(reader: &Reader<'_>, vault: &Vault) -> Result<Verified, StoreError> {
    let (conn, wrap) = (reader.conn(), vault.wrap());
    let mut found = Verified { has_recovery: has_recovery(conn)?, ..Verified::default() };
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
    Ok(found)
}

/// Makes a recovery code in the place of the former one; it is shown once and not kept.
///
/// # Errors
/// `Refused` without the key file.
pub fn make_code(db: &Db, key_file: &Path) -> Result<Secret, StoreError> {
    let file_key = read_key_file(key_file)?.ok_or_else(no_key_file)?;
    db.write_local(Lane::Interactive, |tx| {
        let slots = super::list_slots(tx.conn())?;
        let kek = slots.iter().find_map(|slot| slot.open(&file_key)).ok_or_else(no_key_file)?;
        tx.conn().execute("delete from key_slots where kind = 'recovery'", [])?;
        insert_code(tx, &kek)
    })
}

/// Opens the vault by its recovery code, and writes a new key file in the place of the lost one.
///
/// # Errors
/// `Refused` for a code that opens nothing, and where a key file lies there that works.
pub fn recover(db: &Db, key_file: &Path, code: &Secret) -> Result<(), StoreError> {
    let state = Vault::open(key_file, db)?;
    match state {
        VaultState::Unlocked(_) => return refuse("The key file is there and opens the vault."),
        VaultState::Locked { reason: Locked::WrongKeyFile { .. } } => {
            return refuse(
                "Another key file lies in its place. Move it away first; it may be needed for \
                 another database.",
            );
        }
        VaultState::Locked { reason: Locked::NoKeyFile { .. } } => {}
    }
    let wrong = "This code does not open the vault. Nothing was changed.";
    let Some(code) = read_code(code.expose()) else { return refuse(wrong) };
    let slots = db.read(|reader| list_recovery(reader.conn()))?;
    let Some(kek) = slots.iter().find_map(|slot| open_by_code(slot, &code)) else {
        return refuse(wrong);
    };
    // The file first: without its slot it opens nothing, and the code still does.
    let file_key = make_key_file(key_file)?;
    db.write_local(Lane::Interactive, |tx| {
        tx.conn().execute("delete from key_slots where kind = 'key_file'", [])?;
        super::insert_slot(tx, &Slot::of_key_file(&file_key, &kek)?)
    })
}

fn refuse<T>(what: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(what.to_owned()))
}

fn no_key_file() -> StoreError {
    StoreError::Refused("The key file is missing or another one. Nothing was changed.".to_owned())
}

fn insert_code(tx: &Tx<'_>, kek: &Key) -> Result<Secret, StoreError> {
    let bytes = crypt::random::<CODE_BYTES>()?;
    let salt = crypt::random::<16>()?;
    let sealed = crypt::seal(&*code_key(&bytes, &salt)?, RECOVERY_PLACE, kek.as_slice())?;
    tx.conn().execute(
        "insert into key_slots (kind, salt, sealed, key_check, created_at)
         values ('recovery', ?1, ?2, ?3, ?4)",
        (&salt, &sealed, crypt::key_check(kek), tx.now),
    )?;
    Ok(Secret::new(write_code(&bytes)))
}

/// A code of 160 random bits needs no slow derivation.
fn code_key(code: &[u8; CODE_BYTES], salt: &[u8]) -> Result<Key, StoreError> {
    let key = Key::new(crypt::sha256(code));
    crypt::derive(&key, salt, "purser slot recovery 1")
}

fn open_by_code(slot: &Slot, code: &[u8; CODE_BYTES]) -> Option<Key> {
    let wrap = code_key(code, &slot.salt).ok()?;
    let kek = super::to_key(&crypt::open(&wrap, RECOVERY_PLACE, &slot.sealed)?)?;
    crypt::same(&crypt::key_check(&kek), &slot.key_check).then_some(kek)
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

fn has_recovery(conn: &Connection) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from key_slots where kind = 'recovery')";
    Ok(conn.query_row(sql, [], |row| row.get(0))?)
}

fn list_recovery(conn: &Connection) -> Result<Vec<Slot>, StoreError> {
    let mut statement =
        conn.prepare("select salt, sealed, key_check from key_slots where kind = 'recovery'")?;
    let slots = statement.query_map([], |row| {
        Ok(Slot { salt: row.get(0)?, sealed: row.get(1)?, key_check: row.get(2)? })
    })?;
    Ok(slots.collect::<Result<_, _>>()?)
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::accounts::{self, NewAccount};
    use crate::store::credentials;
    use crate::store::testing::{Folder, open};
    use crate::store::vault::Customer;

    struct World {
        folder: Folder,
        db: Db,
    }

    impl World {
        /// Two accounts with a secret each.
        fn new() -> Self {
            let folder = Folder::new();
            let db = open(&folder);
            let world = Self { folder, db };
            let vault = world.vault();
            for number in 1..=2 {
                world
                    .db
                    .write_local(Lane::Interactive, |tx| {
                        let name = format!("shop {number}");
                        let settings = Default::default();
                        let new = NewAccount {
                            platform: "made",
                            name: &name,
                            store: None,
                            external_id: "",
                            external_label: "",
                            settings: &settings,
                            since: None,
                        };
                        let id = accounts::insert_account(tx, &new)?;
                        vault.make_account_key(tx, id)?;
                        let secret = Secret::new(format!("secret {number}"));
                        credentials::upsert_secret(tx, &vault, (id, "key"), &secret)
                    })
                    .unwrap();
            }
            world
        }

        fn key_file(&self) -> std::path::PathBuf {
            self.folder.file("purser.key")
        }

        fn vault(&self) -> Vault {
            match Vault::open(&self.key_file(), &self.db).unwrap() {
                VaultState::Unlocked(vault) => vault,
                VaultState::Locked { reason } => panic!("{reason}"),
            }
        }

        fn secrets(&self, vault: &Vault) -> Vec<String> {
            let find = |id: i64| {
                let found = |reader: &Reader<'_>| {
                    credentials::find_secret(reader, vault, (AccountId(id), "key"))
                };
                self.db.read(found).unwrap().unwrap().expose().to_owned()
            };
            vec![find(1), find(2)]
        }

        fn verified(&self, vault: &Vault) -> Verified {
            self.db.read(|reader| verify(reader, vault)).unwrap()
        }
    }

    #[test]
    fn new_keys_open_what_the_old_ones_closed() {
        let world = World::new();
        let (running, hash) = (world.vault(), |vault: &Vault| {
            vault.customer_hash(&Customer::Email("ann@example.test"))
        });
        let before = hash(&running);
        let sealed = |world: &World| {
            world.db.read(|reader| list_keys(reader.conn())).unwrap().remove(0).sealed
        };
        let old = sealed(&world);
        assert!(rotate_key(&world.db, &running, &world.key_file()).unwrap().is_none());
        assert_ne!(sealed(&world), old);
        assert_eq!(rotate_data(&world.db, &running).unwrap(), 2);
        // The vault at work and one opened anew agree.
        for vault in [running, world.vault()] {
            assert_eq!(world.secrets(&vault), ["secret 1", "secret 2"]);
            assert_eq!(hash(&vault), before, "buyers are known again");
            let all = Verified { keys: 3, secrets: 2, damaged: 0, has_recovery: false };
            assert_eq!(world.verified(&vault), all);
        }
    }

    #[test]
    fn a_lost_key_file_is_made_up_for_by_the_code_alone() {
        let world = World::new();
        let code = make_code(&world.db, &world.key_file()).unwrap();
        let refused = recover(&world.db, &world.key_file(), &code);
        assert!(refused.is_err(), "the key file is there");
        std::fs::remove_file(world.key_file()).unwrap();
        for wrong in ["", "0000-0000-0000-0000-0000-0000-0000-0000", "no code"] {
            let wrong = Secret::new(wrong.to_owned());
            assert!(recover(&world.db, &world.key_file(), &wrong).is_err());
            assert!(!world.key_file().exists());
        }
        let typed = Secret::new(code.expose().to_lowercase().replace('-', " "));
        recover(&world.db, &world.key_file(), &typed).unwrap();
        assert_eq!(world.secrets(&world.vault()), ["secret 1", "secret 2"]);
        // A rotation gives a new code, and the old one is none any more.
        let vault = world.vault();
        let new = rotate_key(&world.db, &vault, &world.key_file()).unwrap().unwrap();
        assert!(world.verified(&vault).has_recovery);
        std::fs::remove_file(world.key_file()).unwrap();
        assert!(recover(&world.db, &world.key_file(), &code).is_err());
        recover(&world.db, &world.key_file(), &new).unwrap();
        assert_eq!(world.secrets(&world.vault()), ["secret 1", "secret 2"]);
    }

    #[test]
    fn a_check_counts_what_does_not_open_and_a_rotation_refuses_it() {
        let world = World::new();
        let vault = world.vault();
        let alter = |sql: &'static str| {
            world.db.write_local(Lane::Interactive, |tx| Ok(tx.conn().execute(sql, [])?)).unwrap();
        };
        alter("update account_secrets set sealed = zeroblob(60) where account_id = 1");
        assert_eq!(world.verified(&vault).damaged, 1);
        assert!(rotate_data(&world.db, &vault).is_err());
        assert_eq!(world.verified(&vault).damaged, 1, "the other one still opens");
        alter("update sealed_keys set sealed = zeroblob(60) where name = 'account 2'");
        assert_eq!(world.verified(&vault).damaged, 3);
        assert!(rotate_key(&world.db, &vault, &world.key_file()).is_err());
        assert!(matches!(
            Vault::open(&world.key_file(), &world.db).unwrap(),
            VaultState::Unlocked(_)
        ));
    }

    proptest! {
        #[test]
        fn a_code_is_read_as_it_was_written(bytes in any::<[u8; CODE_BYTES]>()) {
            let text = write_code(&bytes);
            prop_assert_eq!(text.len(), CODE_LETTERS + CODE_LETTERS / GROUP - 1);
            prop_assert_eq!(read_code(&text), Some(bytes));
        }
    }
}
