//! Rotation, recovery and the check, on two accounts.

use super::*;
use crate::store::vault::recovery::{make_code, recover};
use crate::store::vault::testing::World;

#[test]
fn new_keys_open_what_the_old_ones_closed() {
    let world = World::new();
    let running = world.vault();
    let before = World::hash(&running);
    let sealed =
        |world: &World| world.db.read(|reader| list_keys(reader.conn())).unwrap().remove(0).sealed;
    let old = sealed(&world);
    assert!(rotate_key(&world.db, &running, &world.openers()).unwrap().is_none());
    assert_ne!(sealed(&world), old);
    assert_eq!(rotate_data(&world.db, &running).unwrap(), 2);
    // The vault at work and one opened anew agree.
    for vault in [running, world.vault()] {
        assert_eq!(world.secrets(&vault), ["secret 1", "secret 2"]);
        assert_eq!(World::hash(&vault), before, "buyers are known again");
        // The buyers' key, the log's, the program's own, and one of each account.
        let all = Verified { keys: 5, secrets: 2, damaged: 0, has_recovery: false };
        assert_eq!(world.verified(&vault), all);
    }
}

#[test]
fn a_lost_key_file_is_made_up_for_by_the_code_alone() {
    let world = World::new();
    let code = make_code(&world.db, &world.openers()).unwrap();
    let refused = recover(&world.db, &world.openers(), &code);
    assert!(refused.is_err(), "the key file is there");
    std::fs::remove_file(world.key_file()).unwrap();
    for wrong in ["", "0000-0000-0000-0000-0000-0000-0000-0000", "no code"] {
        let wrong = Secret::new(wrong.to_owned());
        assert!(recover(&world.db, &world.openers(), &wrong).is_err());
        assert!(!world.key_file().exists());
    }
    let typed = Secret::new(code.expose().to_lowercase().replace('-', " "));
    recover(&world.db, &world.openers(), &typed).unwrap();
    assert_eq!(world.secrets(&world.vault()), ["secret 1", "secret 2"]);
    // A rotation gives a new code, and the old one is none any more.
    let vault = world.vault();
    let new = rotate_key(&world.db, &vault, &world.openers()).unwrap().unwrap();
    assert!(world.verified(&vault).has_recovery);
    std::fs::remove_file(world.key_file()).unwrap();
    assert!(recover(&world.db, &world.openers(), &code).is_err());
    recover(&world.db, &world.openers(), &new).unwrap();
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
    assert!(rotate_key(&world.db, &vault, &world.openers()).is_err());
    assert!(Vault::open(&world.key_file(), &world.db).unwrap().vault().is_some());
}
