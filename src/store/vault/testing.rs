//! A world with two accounts and a secret each, for tests of the vault.

use super::openers::Openers;
use super::rotate::{self, Verified};
use super::{Customer, Vault};
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::store::accounts::{self, NewAccount};
use crate::store::testing::{Folder, open};
use crate::store::{Db, Lane, Reader, credentials};

pub struct World {
    pub folder: Folder,
    pub db: Db,
}

impl World {
    /// Two accounts with a secret each.
    pub fn new() -> Self {
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

    pub fn key_file(&self) -> std::path::PathBuf {
        self.folder.file("purser.key")
    }

    pub fn openers(&self) -> Openers {
        Openers::of_key_file(&self.key_file())
    }

    pub fn vault(&self) -> Vault {
        self.vault_by(&self.openers())
    }

    pub fn vault_by(&self, openers: &Openers) -> Vault {
        let state = Vault::open_with(openers, &self.db).unwrap();
        state.vault().unwrap_or_else(|| panic!("{:?}", state.locked())).clone()
    }

    /// Whether both secrets open and buyers are known again.
    pub fn is_whole(&self, openers: &Openers) -> bool {
        self.secrets(&self.vault_by(openers)) == ["secret 1", "secret 2"]
    }

    pub fn hash(vault: &Vault) -> [u8; 32] {
        vault.customer_hash(&Customer::Email("ann@example.test"))
    }

    pub fn secrets(&self, vault: &Vault) -> Vec<String> {
        let find = |id: i64| {
            let found = |reader: &Reader<'_>| {
                credentials::find_secret(reader, vault, (AccountId(id), "key"))
            };
            self.db.read(found).unwrap().unwrap().expose().to_owned()
        };
        vec![find(1), find(2)]
    }

    pub fn verified(&self, vault: &Vault) -> Verified {
        self.db.read(|reader| rotate::verify(reader, vault)).unwrap()
    }
}
