//! `purser verify [FILE]`: the file, its structure, the vault and the books; of the data at work,
//! or of a backup or a copy of a database, which is opened beside it and changed in nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::backup::{Shown, open_vault};
use crate::app::build;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::app::restore::read_code;
use crate::base::Clock;
use crate::books::verify::Verified;
use crate::store::backup::check::{self, CHECKS};
use crate::store::backup::{Keys, make};
use crate::store::vault::{Vault, rotate};
use crate::store::{Db, audit};
use crate::web::words::people;

/// Computing a million orders again takes a while.
const VERIFY_MAX: Duration = Duration::from_secs(3_600);

#[derive(clap::Args)]
pub struct VerifyArgs {
    /// A backup, or a copy of a database; without it, the data at work
    file: Option<PathBuf>,
    /// Read the recovery code of the backup from stdin
    #[arg(long, requires = "file")]
    recovery_code_stdin: bool,
}

/// # Errors
/// What does not agree, or cannot be opened.
pub fn verify(paths: &Paths, args: &VerifyArgs, json: bool) -> anyhow::Result<()> {
    match &args.file {
        None => verify_live(paths, json),
        Some(file) => verify_file(paths, file, args.recovery_code_stdin, json),
    }
}

fn verify_live(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let counts = check::run(&paths.database())?;
    // A vault that is locked is no damage; it is told, and the rest is looked at.
    let state = open_vault(paths, &db).ok();
    let open = state.as_ref().and_then(|state| state.vault());
    let vault = open.map(|vault| verify_vault(&db, vault)).transpose()?;
    let audited = verify_audit(&db, open)?;
    let books = verify_books(&db)?;
    let value = to_json(&books, vault.as_ref(), (&audited, counts.rows()));
    tell(&value, &books, (vault.is_some(), &audited), json)
}

fn verify_file(paths: &Paths, file: &Path, asks_for_code: bool, json: bool) -> anyhow::Result<()> {
    paths.make()?;
    let code = asks_for_code.then(read_code).transpose()?;
    let openers = build::openers(paths).with_passphrase(paths.passphrase.clone());
    let keys = Keys { openers: &openers, code: code.as_ref() };
    let staging = make::Staging::beside(&paths.database())?;
    let shown = Shown::default();
    let header = make::unpack(file, keys, &staging.0, &|done, total| {
        shown.tell("opening", done, total);
        true
    });
    shown.end();
    let header = header?;
    let counts = check::run(&staging.0)?;
    let db = Db::open(&staging.0, Clock::System)?;
    let state = Vault::open_with(&openers, &db)?;
    let vault = state.vault().map(|vault| verify_vault(&db, vault)).transpose()?;
    let audited = verify_audit(&db, state.vault())?;
    let books = verify_books(&db)?;
    drop(state);
    drop(db);
    let mut value = to_json(&books, vault.as_ref(), (&audited, counts.rows()));
    value["file"] = json!(file);
    value["made_at"] = json!(header.as_ref().map(|header| header.made_at.to_string()));
    value["version"] = json!(header.as_ref().map(|header| header.app.clone()));
    value["opens_by"] = json!(header.as_ref().map(|header| header.opens_by()));
    tell(&value, &books, (vault.is_some(), &audited), json)
}

/// The log of what people did; its tags too, where the vault is open.
fn verify_audit(db: &Db, vault: Option<&Vault>) -> anyhow::Result<audit::Verified> {
    let key = vault.map(Vault::audit_key);
    let audited = db.read_within(VERIFY_MAX, |reader| audit::verify(reader.conn(), key))?;
    match audited.fault {
        Some(_) => bail!("{}", people::verified(&audited)),
        None => Ok(audited),
    }
}

fn verify_vault(db: &Db, vault: &Vault) -> anyhow::Result<rotate::Verified> {
    let found = db.read(|reader| rotate::verify(reader, vault))?;
    if found.damaged > 0 {
        bail!("{} keys or credentials do not open: they were altered", found.damaged);
    }
    Ok(found)
}

fn verify_books(db: &Db) -> anyhow::Result<Verified> {
    db.read_within(VERIFY_MAX, |reader| Ok(crate::books::verify::verify(reader)))?
        .context("the books could not be computed again")
}

fn to_json(
    books: &Verified,
    vault: Option<&rotate::Verified>,
    (audited, rows): (&audit::Verified, i64),
) -> Value {
    json!({
        "audit_rows": audited.rows,
        "audit_with_key": audited.with_key,
        "orders": books.orders,
        "lines": books.lines,
        "waiting_orders": books.waiting.0,
        "waiting_days": books.waiting.1,
        "faults": books.faults,
        "rows": rows,
        "checks": CHECKS.iter().map(|check| check.name).collect::<Vec<_>>(),
        "vault": vault.map(|found| json!({ "keys": found.keys, "secrets": found.secrets })),
    })
}

fn tell(
    value: &Value,
    books: &Verified,
    (is_open, audited): (bool, &audit::Verified),
    json: bool,
) -> anyhow::Result<()> {
    if !books.faults.is_empty() {
        if json {
            print(&value.to_string())?;
        }
        bail!("the books do not agree with their facts:\n{}", books.faults.join("\n"));
    }
    let vault = match is_open {
        true => "Everything sealed opens.",
        false => "The vault is locked, so what is sealed was not looked at.",
    };
    let text = format!(
        "The file is sound. {vault} {} orders with {} lines were computed again: the same, bit for \
         bit, and the days are their sums. {}",
        books.orders,
        books.lines,
        people::verified(audited)
    );
    print(&if json { value.to_string() } else { text })
}
