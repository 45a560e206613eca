//! `purser vault`: new keys for old, another opener, the recovery code, and the check that
//! everything opens.

use std::io::IsTerminal;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};

use crate::app::build::{self, Held};
use crate::app::control::{self, Tools};
use crate::app::lock::{self, Taken};
use crate::app::passphrase;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::base::secret::Secret;
use crate::store::Db;
use crate::store::vault::moves::{self, To};
use crate::store::vault::slots::Kind;
use crate::store::vault::{Vault, recovery, rotate};
use crate::sync::unlock;

#[derive(Clone, Copy, PartialEq, Eq, clap::Subcommand)]
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
    /// Open the vault by a passphrase from now on, or by another one; the key file goes
    Passphrase,
    /// Open the vault by a key file from now on
    KeyFile,
    /// Open the vault by the system's keyring from now on; the key file goes
    Keyring,
    /// Unlock the vault of a running server
    Unlock,
}

impl VaultCommand {
    fn name(self) -> &'static str {
        match self {
            Self::RotateKey => "rotate-key",
            Self::RotateData => "rotate-data",
            Self::Verify => "verify",
            Self::Recovery => "recovery",
            Self::Recover => "recover",
            Self::Passphrase => "passphrase",
            Self::KeyFile => "key-file",
            Self::Keyring => "keyring",
            Self::Unlock => "unlock",
        }
    }

    /// Whether it needs the passphrase itself, also where the vault is open already.
    fn needs_passphrase(self) -> bool {
        match self {
            Self::RotateKey
            | Self::Recovery
            | Self::Passphrase
            | Self::KeyFile
            | Self::Keyring
            | Self::Unlock => true,
            // A server that is unlocked has the keys; without one it is asked for there.
            Self::RotateData | Self::Verify | Self::Recover => false,
        }
    }
}

/// # Errors
/// What the store said; a vault that is locked or damaged.
pub fn vault(paths: &Paths, command: VaultCommand, json: bool) -> anyhow::Result<()> {
    if command == VaultCommand::Recover {
        return recover(paths, json);
    }
    let is_asked = command.needs_passphrase() && is_by_passphrase(paths);
    let said = match (is_asked, &paths.passphrase) {
        (false, _) => None,
        (true, Some(said)) => Some(said.clone()),
        (true, None) => Some(passphrase::ask("The passphrase of the vault")?),
    };
    let new = match command {
        VaultCommand::Passphrase => Some(passphrase::ask_new()?),
        _ => None,
    };
    let input = json!({
        "what": command.name(),
        "passphrase": said.as_ref().map(Secret::expose),
        "new": new.as_ref().map(Secret::expose),
    });
    let done = control::run(paths, Clock::System, "vault", &input)?.value;
    print(&if json { done.to_string() } else { tell(command, &done) })
}

fn is_by_passphrase(paths: &Paths) -> bool {
    let db = Db::open_read_only(&paths.database(), Clock::System).ok();
    db.and_then(|db| passphrase::find_kind(&db)) == Some(Kind::Passphrase)
}

fn tell(command: VaultCommand, done: &Value) -> String {
    let code = done["recovery_code"].as_str();
    let moved = |text: &str| match done["left"].as_str() {
        Some(left) => format!("{text}\n{left}"),
        None => text.to_owned(),
    };
    match command {
        VaultCommand::RotateKey => match code {
            Some(code) => format!("The key was changed. The new recovery code is\n{code}"),
            None => "The key was changed.".to_owned(),
        },
        VaultCommand::RotateData => format!("{} connections have new keys.", done["accounts"]),
        VaultCommand::Verify => {
            format!("{} keys and {} credentials open.", done["keys"], done["secrets"])
        }
        VaultCommand::Recovery => {
            let code = code.unwrap_or_default();
            format!("{code}\nWrite it down and keep it elsewhere; it is not kept on this machine.")
        }
        VaultCommand::Passphrase => moved(
            "The vault is opened by the passphrase from now on, and nobody can tell it to you: \
             have a recovery code at hand (`purser vault recovery`). A server that starts without \
             it starts locked. Copies of the database made before open as they did then.",
        ),
        VaultCommand::KeyFile => moved("The vault is opened by the key file from now on."),
        VaultCommand::Keyring => moved("The vault is opened by the system's keyring from now on."),
        VaultCommand::Unlock => "The vault is open.".to_owned(),
        VaultCommand::Recover => String::new(),
    }
}

/// As the control channel runs it.
pub fn run(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let text = |key: &str| input[key].as_str().map(|text| Secret::new(text.to_owned()));
    let db = &tools.db;
    let openers = tools.vault.openers().clone().with_passphrase(text("passphrase"));
    let what = input["what"].as_str().unwrap_or_default();
    if what == "unlock" {
        return match unlock::unlock(&tools.sync, openers.passphrase.as_ref())? {
            None => Ok(json!({ "unlocked": true })),
            Some(reason) => bail!("{reason}"),
        };
    }
    if let Some(reason) = tools.vault.locked()
        && openers.passphrase.is_none()
    {
        bail!("{reason}");
    }
    let left = |left: Option<String>| Ok(json!({ "left": left }));
    match what {
        "rotate-key" => {
            let code = rotate::rotate_key(db, opened(tools, &openers.passphrase)?, &openers)?;
            Ok(json!({ "recovery_code": code.map(|code| code.expose().to_owned()) }))
        }
        "rotate-data" => {
            let vault = opened(tools, &openers.passphrase)?;
            Ok(json!({ "accounts": rotate::rotate_data(db, vault)? }))
        }
        "recovery" => {
            let code = recovery::make_code(db, &openers)?;
            Ok(json!({ "recovery_code": code.expose() }))
        }
        "verify" => verify(db, opened(tools, &openers.passphrase)?),
        "passphrase" => {
            let new = text("new").ok_or_else(|| anyhow!("no new passphrase was given"))?;
            let kept = moves::move_to(db, &openers, To::Passphrase(&new))?;
            opened(tools, &Some(new))?;
            left(kept)
        }
        "key-file" | "keyring" => {
            let to = if what == "keyring" { To::Keyring } else { To::KeyFile };
            let kept = moves::move_to(db, &openers, to)?;
            // A server that was locked goes on with what opens it now.
            opened(tools, &None)?;
            left(kept)
        }
        other => Err(anyhow!("the vault knows no {other:?}")),
    }
}

/// The vault; one that is locked is unlocked by what was said.
fn opened<'a>(tools: &'a Tools, said: &Option<Secret>) -> anyhow::Result<&'a Vault> {
    if let Some(reason) = unlock::unlock(&tools.sync, said.as_ref())? {
        bail!("{reason}");
    }
    tools.vault.vault().ok_or_else(|| anyhow!("the vault is locked"))
}

fn verify(db: &Db, vault: &Vault) -> anyhow::Result<Value> {
    let found = db.read(|reader| rotate::verify(reader, vault))?;
    if found.damaged > 0 {
        bail!(
            "{} of {} keys and credentials do not open: they were altered. Connect those accounts \
             again.",
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

/// Without a server: one that runs holds a vault that is locked, and must begin anew.
fn recover(paths: &Paths, json: bool) -> anyhow::Result<()> {
    paths.make()?;
    let _lock = match lock::take(&paths.lock())? {
        Taken::Ours(lock) => lock,
        Taken::Held(holder) => {
            return Err(Held { data: paths.data.clone(), holder }.into());
        }
    };
    let code = passphrase::ask("The recovery code")?;
    let code = Secret::new(code.expose().trim().to_owned());
    let db = Db::open(&paths.database(), Clock::System)?;
    recovery::recover(&db, &build::openers(paths), &code)?;
    let path = paths.key_file();
    let text = format!("A new key file was written: {}", path.display());
    print(&if json { json!({ "key_file": path }).to_string() } else { text })
}

/// Asks at a terminal for the passphrase of a vault that a command without a server needs.
///
/// # Errors
/// What the terminal or the store said; a passphrase that opens nothing.
pub fn ask_where_locked(tools: &Tools) -> anyhow::Result<()> {
    let is_asked = tools.vault.locked().is_some_and(|reason| moves::asks_for_passphrase(&reason));
    if !is_asked || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    let said = passphrase::ask("The passphrase of the vault")?;
    match tools.vault.unlock(&tools.db, Some(&said))? {
        None => Ok(()),
        Some(reason) => bail!("{reason}"),
    }
}
