//! `purser vault`: new keys for old, the recovery code, and the check that everything opens.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::app::build::Held;
use crate::app::control::{self, Tools};
use crate::app::lock::{self, Taken};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::base::secret::Secret;
use crate::store::Db;
use crate::store::vault::{Vault, rotate};

#[derive(Clone, Copy, clap::Subcommand)]
pub enum VaultCommand {
    /// A new key over all others; where there was a recovery code, a new one is printed
    RotateKey,
    /// New keys for the credentials of every connection
    RotateData,
    /// Open everything that is sealed, and count what does not open
    Verify,
    /// Print a new recovery code, once; the former one opens nothing any more
    Recovery,
    /// Write a new key file with the recovery code, read from stdin
    Recover,
}

/// # Errors
/// What the store said; a vault that is locked or damaged.
pub fn vault(paths: &Paths, command: VaultCommand, json: bool) -> anyhow::Result<()> {
    let (name, text): (&str, fn(&Value) -> String) = match command {
        VaultCommand::Recover => return recover(paths, json),
        VaultCommand::RotateKey => ("rotate-key", |done| match done["recovery_code"].as_str() {
            Some(code) => format!("The key was changed. The new recovery code is\n{code}"),
            None => "The key was changed.".to_owned(),
        }),
        VaultCommand::RotateData => {
            ("rotate-data", |done| format!("{} connections have new keys.", done["accounts"]))
        }
        VaultCommand::Verify => ("verify", |done| {
            format!("{} keys and {} credentials open.", done["keys"], done["secrets"])
        }),
        VaultCommand::Recovery => ("recovery", |done| {
            let code = done["recovery_code"].as_str().unwrap_or_default();
            format!("{code}\nWrite it down and keep it elsewhere; it is not kept on this machine.")
        }),
    };
    let input = json!({ "what": name, "key_file": paths.key_file() });
    let done = control::run(paths, Clock::System, "vault", &input)?.value;
    print(&if json { done.to_string() } else { text(&done) })
}

/// As the control channel runs it.
pub fn run(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let key_file = input["key_file"].as_str().context("no key file was named")?;
    let key_file = std::path::Path::new(key_file);
    let locked = || anyhow!("the vault is locked: its key file is missing or another one");
    let vault: &Vault = tools.vault.vault().ok_or_else(locked)?;
    let db = &tools.db;
    match input["what"].as_str().unwrap_or_default() {
        "rotate-key" => {
            let code = rotate::rotate_key(db, vault, key_file)?;
            Ok(json!({ "recovery_code": code.map(|code| code.expose().to_owned()) }))
        }
        "rotate-data" => Ok(json!({ "accounts": rotate::rotate_data(db, vault)? })),
        "recovery" => {
            let code = rotate::make_code(db, key_file)?;
            Ok(json!({ "recovery_code": code.expose() }))
        }
        "verify" => {
            let found = db.read(|reader| rotate::verify(reader, vault))?;
            if found.damaged > 0 {
                bail!(
                    "{} of {} keys and credentials do not open: they were altered. Connect those \
                     accounts again.",
                    found.damaged,
                    found.keys + found.secrets
                );
            }
            Ok(json!({
                "keys": found.keys,
                "secrets": found.secrets,
                "has_recovery": found.has_recovery,
            }))
        }
        other => Err(anyhow!("the vault knows no {other:?}")),
    }
}

/// Without a server: one that runs holds a vault that is locked, and must begin anew.
fn recover(paths: &Paths, json: bool) -> anyhow::Result<()> {
    paths.make()?;
    let _lock = match lock::take(&paths.lock())? {
        Taken::Ours(lock) => lock,
        Taken::Held(holder) => {
            return Err(Held { data: paths.data.clone(), holder }.into());
        }
    };
    if std::io::stdin().is_terminal() {
        print("The recovery code:")?;
    }
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().lock().read_line(&mut line)?;
    let db = Db::open(&paths.database(), Clock::System)?;
    rotate::recover(&db, &paths.key_file(), &Secret::new(line.trim().to_owned()))?;
    let path = paths.key_file();
    let text = format!("A new key file was written: {}", path.display());
    print(&if json { json!({ "key_file": path }).to_string() } else { text })
}
