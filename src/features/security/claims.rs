//! What is looked at now: each sentence of the page with how it stands.

use std::path::Path;

use crate::base::Instant;
use crate::reports::backups;
use crate::store::vault::{VaultState, recovery};
use crate::store::{Reader, StoreError, egress, people, second_factor};
use crate::web::state::Door;
use crate::web::words::security as told;

/// Calls that are looked through for hosts.
const CALLS_MAX: i64 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stands {
    /// By how it is built; there is nothing to look at.
    Always,
    Good(String),
    /// Somebody should do something.
    Act(String),
}

pub struct Claim {
    pub what: &'static str,
    pub how: &'static str,
    pub stands: Stands,
}

/// What the claims are looked at with.
pub struct Asked<'a> {
    pub door: Door,
    pub vault: &'a VaultState,
    pub database: &'a Path,
    pub now: Instant,
}

/// # Errors
/// `StoreError` of the database.
pub fn look(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Vec<Claim>, StoreError> {
    let claim = |(what, how): (&'static str, &'static str), stands| Claim { what, how, stands };
    Ok(vec![
        claim(told::DOOR, door(asked.door)),
        claim(told::FACTOR, factor(reader)?),
        claim(told::PASSWORDS, Stands::Always),
        claim(told::KEYS, keys(asked.vault)),
        claim(told::FILE, is_private(asked.database, told::FILE_PRIVATE, told::FILE_OPEN)),
        claim(told::BACKUPS, backup(reader, asked.now)?),
        claim(told::CODE, code(reader)?),
        claim(told::LEAVES, leaves(reader)?),
        claim(told::LOG, Stands::Always),
        claim(told::BUYERS, Stands::Always),
    ])
}

fn good(text: &str) -> Stands {
    Stands::Good(text.to_owned())
}

fn act(text: &str) -> Stands {
    Stands::Act(text.to_owned())
}

fn door(door: Door) -> Stands {
    good(match door {
        Door::Loopback => told::DOOR_LOOPBACK,
        Door::Closed => told::DOOR_CLOSED,
        Door::Network => told::DOOR_NETWORK,
    })
}

fn factor(reader: &Reader<'_>) -> Result<Stands, StoreError> {
    let is_ready = second_factor::second_factor_ready(reader.conn())?;
    let is_required = people::is_factor_required(reader.conn())?;
    Ok(match (is_ready, is_required) {
        (false, _) => act(told::FACTOR_LACKS),
        (true, false) => good(told::FACTOR_OWNERS),
        (true, true) => good(told::FACTOR_ALL),
    })
}

fn keys(vault: &VaultState) -> Stands {
    let file = &vault.openers().key_file;
    match (vault.locked(), file.exists()) {
        (Some(_), _) => act(told::VAULT_LOCKED),
        (None, false) => good(told::VAULT_PASSPHRASE),
        (None, true) => is_private(file, told::KEY_PRIVATE, told::KEY_OPEN),
    }
}

#[cfg(unix)]
fn is_private(path: &Path, private: &str, open: &str) -> Stands {
    use std::os::unix::fs::PermissionsExt;
    match std::fs::metadata(path) {
        Ok(file) if file.permissions().mode() & 0o077 == 0 => good(private),
        Ok(_) => act(open),
        Err(_) => act(told::UNSEEN),
    }
}

#[cfg(not(unix))]
fn is_private(_: &Path, _: &str, _: &str) -> Stands {
    act(told::UNSEEN)
}

fn backup(reader: &Reader<'_>, now: Instant) -> Result<Stands, StoreError> {
    Ok(match backups::find_standing(reader, now)? {
        Some(standing) if standing.verified_at.is_some() && !standing.asks() => {
            good(told::BACKUP_GOOD)
        }
        Some(_) => act(told::BACKUP_LATE),
        None => act(told::BACKUP_NONE),
    })
}

fn code(reader: &Reader<'_>) -> Result<Stands, StoreError> {
    let has_code = recovery::has_code(reader.conn())?;
    Ok(if has_code { good(told::CODE_THERE) } else { act(told::CODE_NONE) })
}

fn leaves(reader: &Reader<'_>) -> Result<Stands, StoreError> {
    let calls = egress::list_calls(reader, CALLS_MAX)?;
    let mut hosts: Vec<&str> = calls.iter().map(|call| call.host.as_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let none = || told::NO_CALLS.to_owned();
    let told = if hosts.is_empty() { none() } else { told::called(hosts.len()) };
    Ok(Stands::Good(told))
}
