//! `purser backup`: a whole backup in one file, at any time, also while a server writes.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::json;

use crate::app::build;
use crate::app::passphrase;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::Clock;
use crate::store::Db;
use crate::store::backup::make::{self, Stage};
use crate::store::vault::{Vault, VaultState, moves};

#[derive(clap::Args)]
pub struct BackupArgs {
    /// Where the backup is to lie; a former backup there is replaced
    file: PathBuf,
}

/// # Errors
/// What the store said; a vault that is locked, because nothing could seal the backup.
pub fn backup(paths: &Paths, args: &BackupArgs, json: bool) -> anyhow::Result<()> {
    let target = std::path::absolute(&args.file)
        .with_context(|| format!("{} is no path to a file", args.file.display()))?;
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let state = open_vault(paths, &db)?;
    let Some(vault) = state.vault() else { bail!("the vault is locked. Nothing was made") };
    let shown = Shown::default();
    let made = make::make(&db, vault, &target, &|stage, done, total| {
        shown.tell(name_of(stage), done, total);
        true
    })?;
    shown.end();
    let orders = made.counts.of("orders");
    if !made.is_portable {
        let mut err = std::io::stderr();
        writeln!(
            err,
            "purser: without a recovery code this backup opens only with the key of this machine. \
             Make one with `purser vault recovery`, and a new backup after it"
        )?;
    }
    let value = json!({
        "file": made.path,
        "made_at": made.made_at.to_string(),
        "bytes": made.bytes,
        "database_bytes": made.content_bytes,
        "orders": orders,
        "rows": made.counts.rows(),
        "verified": true,
        "portable": made.is_portable,
    });
    let text = format!(
        "{}: {orders} orders, {} bytes; opened again and found whole.",
        made.path.display(),
        made.bytes
    );
    print(&if json { value.to_string() } else { text })
}

/// The vault of a database that is only read; asks for its passphrase where there is a terminal.
///
/// # Errors
/// Why it stays locked.
pub fn open_vault(paths: &Paths, db: &Db) -> anyhow::Result<VaultState> {
    let openers = build::openers(paths).with_passphrase(paths.passphrase.clone());
    let state = Vault::open_with(&openers, db)?;
    let Some(reason) = state.locked() else { return Ok(state) };
    if moves::asks_for_passphrase(&reason) && std::io::stdin().is_terminal() {
        let said = passphrase::ask("The passphrase of the vault")?;
        match state.unlock(db, Some(&said))? {
            None => return Ok(state),
            Some(reason) => bail!("{reason}"),
        }
    }
    bail!("{reason}")
}

fn name_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Copying => "copying",
        Stage::Sealing => "sealing",
        Stage::Verifying => "verifying",
    }
}

/// How far the work is, on a terminal only.
#[derive(Default)]
pub struct Shown {
    last: Cell<Option<(&'static str, u64)>>,
}

impl Shown {
    pub fn tell(&self, what: &'static str, done: u64, total: u64) {
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or_default();
        let is_news = self.last.replace(Some((what, percent))) != Some((what, percent));
        let mut err = std::io::stderr();
        if is_news && err.is_terminal() {
            let _ = write!(err, "\r{what} {percent} %   ").and_then(|()| err.flush());
        }
    }

    pub fn end(&self) {
        let mut err = std::io::stderr();
        if self.last.get().is_some() && err.is_terminal() {
            let _ = writeln!(err);
        }
    }
}
