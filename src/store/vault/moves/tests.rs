//! From each opener to each other, and what is refused on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::store::vault::openers::testing::InMemory;
use crate::store::vault::recovery::{make_code, recover};
use crate::store::vault::rotate::{rotate_data, rotate_key};
use crate::store::vault::testing::World;
use crate::store::vault::{Vault, find_opener};

const PHRASE: &str = "seven quiet herons wading";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn say(world: &World, text: &str) -> Openers {
    world.openers().with_passphrase(Some(secret(text)))
}

fn reason(world: &World, openers: &Openers) -> Option<Locked> {
    Vault::open_with(openers, &world.db).unwrap().locked()
}

/// The bytes of the database and its log.
fn bytes(world: &World) -> Vec<u8> {
    let files = ["purser.db", "purser.db-wal"].map(|name| world.folder.file(name));
    files.iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_passphrase_takes_the_key_files_place_and_gives_it_back() {
    let world = World::new();
    let before = World::hash(&world.vault());
    let old_file = std::fs::read(world.key_file()).unwrap();
    move_to(&world.db, &world.openers(), To::Passphrase(&secret(PHRASE))).unwrap();
    assert!(!world.key_file().exists());
    assert!(!holds(&bytes(&world), PHRASE));
    assert_eq!(find_opener(&world.db).unwrap(), Some(Kind::Passphrase));
    assert_eq!(reason(&world, &world.openers()), Some(Locked::NoPassphrase));
    assert!(!world.key_file().exists(), "no new key is made in silence");
    assert_eq!(reason(&world, &say(&world, "another one")), Some(Locked::WrongPassphrase));
    assert!(world.is_whole(&say(&world, PHRASE)));
    assert_eq!(World::hash(&world.vault_by(&say(&world, PHRASE))), before);
    // Neither the former file nor nobody moves it back.
    std::fs::write(world.key_file(), &old_file).unwrap();
    assert_eq!(reason(&world, &world.openers()), Some(Locked::NoPassphrase));
    assert!(move_to(&world.db, &world.openers(), To::KeyFile).is_err());
    std::fs::remove_file(world.key_file()).unwrap();
    assert!(move_to(&world.db, &say(&world, "another one"), To::KeyFile).is_err());
    assert!(!world.key_file().exists());
    move_to(&world.db, &say(&world, PHRASE), To::KeyFile).unwrap();
    assert!(world.is_whole(&world.openers()));
    assert_ne!(std::fs::read(world.key_file()).unwrap(), old_file);
    assert!(move_to(&world.db, &world.openers(), To::KeyFile).is_err(), "it is there already");
}

#[test]
fn the_cost_of_a_passphrase_stands_with_its_slot_and_cannot_ask_for_everything() {
    let world = World::new();
    move_to(&world.db, &world.openers(), To::Passphrase(&secret(PHRASE))).unwrap();
    let params = || -> String {
        let find = |reader: &crate::store::Reader<'_>| {
            let sql = "select params from key_slots where kind = 'passphrase'";
            Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)
        };
        world.db.read(find).unwrap()
    };
    assert_eq!(params(), "argon2id$v=19$m=65536,t=3,p=1");
    for wrong in ["argon2id$v=19$m=99999999,t=3,p=1", "argon2id$v=19$m=8,t=1,p=1", ""] {
        let set = format!("update key_slots set params = '{wrong}' where kind = 'passphrase'");
        world.db.write_local(Lane::Interactive, |tx| Ok(tx.conn().execute(&set, [])?)).unwrap();
        assert_eq!(reason(&world, &say(&world, PHRASE)), Some(Locked::WrongPassphrase), "{wrong}");
    }
}

#[test]
fn a_passphrase_that_is_guessed_at_once_is_refused() {
    let world = World::new();
    for weak in ["", "short", "passwordpassword"] {
        let refused = move_to(&world.db, &world.openers(), To::Passphrase(&secret(weak)));
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("passphrase") && text.contains("Nothing was changed"), "{text}");
    }
    assert!(world.is_whole(&world.openers()));
}

#[test]
fn rotation_recovery_and_a_new_passphrase_work_under_a_passphrase() {
    let world = World::new();
    move_to(&world.db, &world.openers(), To::Passphrase(&secret(PHRASE))).unwrap();
    let vault = world.vault_by(&say(&world, PHRASE));
    assert!(make_code(&world.db, &world.openers()).is_err(), "it needs the passphrase itself");
    let code = make_code(&world.db, &say(&world, PHRASE)).unwrap();
    assert!(rotate_key(&world.db, &vault, &world.openers()).is_err());
    assert!(rotate_key(&world.db, &vault, &say(&world, "another one")).is_err());
    let code_2 = rotate_key(&world.db, &vault, &say(&world, PHRASE)).unwrap().unwrap();
    assert_eq!(rotate_data(&world.db, &vault).unwrap(), 2);
    assert!(world.is_whole(&say(&world, PHRASE)));
    let next = "eight louder herons wading";
    move_to(&world.db, &say(&world, PHRASE), To::Passphrase(&secret(next))).unwrap();
    assert_eq!(reason(&world, &say(&world, PHRASE)), Some(Locked::WrongPassphrase));
    assert!(world.is_whole(&say(&world, next)));
    // The passphrase is forgotten: the code makes a key file, and the passphrase opens no more.
    assert!(recover(&world.db, &world.openers(), &code).is_err(), "a former code");
    recover(&world.db, &world.openers(), &code_2).unwrap();
    assert!(world.is_whole(&world.openers()));
    assert_eq!(find_opener(&world.db).unwrap(), Some(Kind::KeyFile));
}

#[test]
fn a_locked_vault_is_unlocked_for_everybody_who_holds_it() {
    let world = World::new();
    move_to(&world.db, &world.openers(), To::Passphrase(&secret(PHRASE))).unwrap();
    let state = Arc::new(Vault::open_with(&world.openers(), &world.db).unwrap());
    let other = Arc::clone(&state);
    let wrong = state.unlock(&world.db, Some(&secret("another one"))).unwrap();
    assert_eq!(wrong, Some(Locked::WrongPassphrase));
    assert_eq!(other.locked(), Some(Locked::NoPassphrase));
    assert_eq!(state.unlock(&world.db, Some(&secret(PHRASE))).unwrap(), None);
    assert!(other.vault().is_some() && other.locked().is_none());
    assert!(other.openers().passphrase.is_none(), "nobody keeps it");
}

#[test]
fn a_keyring_takes_the_key_and_gives_it_back() {
    let world = World::new();
    let ring = Arc::new(InMemory::default());
    let openers = world.openers().with_keyring(ring.clone());
    move_to(&world.db, &openers, To::Keyring).unwrap();
    assert!(!world.key_file().exists());
    assert!(world.is_whole(&openers));
    let held = ring.held.lock().unwrap().values().next().unwrap().clone();
    assert!(!holds(&bytes(&world), held.trim()));
    // Without the keyring it is locked and says so; nothing is lost.
    ring.is_gone.store(true, Ordering::SeqCst);
    let Some(Locked::NoKeyring { what }) = reason(&world, &openers) else { panic!() };
    assert!(what.contains("nobody holds a keyring"), "{what}");
    assert!(move_to(&world.db, &openers, To::KeyFile).is_err());
    ring.is_gone.store(false, Ordering::SeqCst);
    let vault = world.vault_by(&openers);
    rotate_key(&world.db, &vault, &openers).unwrap();
    assert!(world.is_whole(&openers));
    move_to(&world.db, &openers, To::KeyFile).unwrap();
    assert!(ring.held.lock().unwrap().is_empty());
    assert!(world.is_whole(&world.openers()));
}

#[test]
fn where_there_is_no_keyring_the_key_file_stays() {
    let world = World::new();
    let kept = std::fs::read(world.key_file()).unwrap();
    let refused = move_to(&world.db, &world.openers(), To::Keyring).unwrap_err().to_string();
    assert!(refused.contains("without the system's keyring"), "{refused}");
    assert!(refused.contains("opens as before"), "{refused}");
    assert_eq!(std::fs::read(world.key_file()).unwrap(), kept);
    assert!(world.is_whole(&world.openers()));
}

#[test]
fn a_keyring_that_was_lost_is_made_up_for_by_the_code() {
    let world = World::new();
    let ring = Arc::new(InMemory::default());
    let openers = world.openers().with_keyring(ring.clone());
    move_to(&world.db, &openers, To::Keyring).unwrap();
    let code = make_code(&world.db, &openers).unwrap();
    ring.held.lock().unwrap().clear();
    assert!(matches!(reason(&world, &openers), Some(Locked::NoKeyring { .. })));
    recover(&world.db, &openers, &code).unwrap();
    assert!(world.is_whole(&world.openers()));
}

#[test]
fn a_move_that_died_is_made_good_by_the_next() {
    let world = World::new();
    move_to(&world.db, &world.openers(), To::Passphrase(&secret(PHRASE))).unwrap();
    // Died after the file was made, before its slot was: it opens nothing, and is used later.
    openers::make_key_file(&world.key_file()).unwrap();
    assert_eq!(reason(&world, &world.openers()), Some(Locked::NoPassphrase));
    assert!(world.is_whole(&say(&world, PHRASE)));
    move_to(&world.db, &say(&world, PHRASE), To::KeyFile).unwrap();
    assert!(world.is_whole(&world.openers()));
}
