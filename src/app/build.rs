//! Opens everything in the order that can lose nothing: folders, lock, database, vault. Used by
//! the server, by commands without a server, and by tests.

use std::sync::Arc;

use anyhow::{Context, bail};

use crate::app::chosen::Chosen;
use crate::app::control::Tools;
use crate::app::keyring;
use crate::app::lock::{self, Lock, Taken};
use crate::app::paths::Paths;
use crate::base::Clock;
use crate::store::backup::restore;
use crate::store::backup::swap::{self, Outcome};
use crate::store::place::{self, Drive};
use crate::store::vault::Vault;
use crate::store::vault::openers::Openers;
use crate::store::{Db, StoreError};
use crate::web::words::diagnostics as told;

/// Another process holds the data folder.
#[derive(Debug, thiserror::Error)]
#[error("another purser works on this data folder ({}){}", data.display(), at(.holder))]
pub struct Held {
    pub data: std::path::PathBuf,
    pub holder: Option<lock::Holder>,
}

fn at(holder: &Option<lock::Holder>) -> String {
    holder.as_ref().map_or_else(String::new, |holder| {
        format!(": process {}, at {}", holder.pid, holder.url("/"))
    })
}

/// The data folder, opened for writing. The lock goes last.
pub struct Opened {
    pub tools: Tools,
    pub lock: Lock,
}

/// What may open the vault here.
pub fn openers(paths: &Paths) -> Openers {
    Openers::of_key_file(&paths.key_file()).with_keyring(keyring::of_system())
}

/// # Errors
/// `Held` (as the error's own type) when another process is at work here; what opening gave.
pub fn open(paths: &Paths, clock: Clock) -> anyhow::Result<Opened> {
    check_drive(paths)?;
    paths.make()?;
    let lock = match lock::take(&paths.lock())? {
        Taken::Ours(lock) => lock,
        Taken::Held(holder) => return Err(Held { data: paths.data.clone(), holder }.into()),
    };
    let path = paths.database();
    finish_restore(&path)?;
    let db = Db::open(&path, clock)
        .with_context(|| format!("the database {} was not opened", path.display()))?;
    let openers = openers(paths).with_passphrase(paths.passphrase.clone());
    let vault = Vault::open_with(&openers, &db).context("the vault was not opened")?;
    if let Some(reason) = vault.locked() {
        tracing::warn!("{reason}");
    }
    let vault = Arc::new(vault);
    let sync = crate::sync::ctx::Tools::new(db.clone(), Arc::clone(&vault));
    Ok(Opened { tools: Tools { db, vault, sync, is_served: false }, lock })
}

/// Locks of other machines' drives do not hold, so nothing is made there without the owner's word.
fn check_drive(paths: &Paths) -> anyhow::Result<()> {
    if let Some(program) = place::sync_folder(&paths.data) {
        let folder = paths.data.display();
        tracing::warn!("{folder} lies in a folder of {program}. {}", told::PLACE_SYNCED);
    }
    match place::find_drive(&paths.data) {
        Drive::Network(kind) if !Chosen::read(&paths.config)?.allow_network_drive => {
            bail!(told::network_refused(&paths.data.display().to_string(), kind))
        }
        _ => Ok(()),
    }
}

/// A restore that was decided, or broke off: finished or taken back before anything is opened.
fn finish_restore(database: &std::path::Path) -> Result<(), StoreError> {
    match swap::finish(database)? {
        Outcome::Nothing => {}
        Outcome::Restored { before } => {
            tracing::info!("A backup was restored; what was there is kept as {}", before.display());
        }
        Outcome::Reverted => {
            tracing::warn!(
                "A backup was not restored: its copy was not whole; nothing was changed"
            );
        }
    }
    restore::sweep(database);
    Ok(())
}
