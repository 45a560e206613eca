//! `purser restore`: shows what a backup holds beside what there is, and puts it in its place. All
//! checks come before anything is touched, and what was there is kept.

use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::backup::Shown;
use crate::app::build::{self, Held};
use crate::app::lock::{self, Taken};
use crate::app::passphrase;
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::{Clock, Secret};
use crate::store::Db;
use crate::store::backup::Keys;
use crate::store::backup::restore::{self, Content, Preview};
use crate::store::backup::swap::{self, Outcome};

#[derive(clap::Args)]
pub struct RestoreArgs {
    /// A backup, or a copy of the database file itself
    file: PathBuf,
    /// Read the recovery code from stdin
    #[arg(long)]
    recovery_code_stdin: bool,
    /// Restore without asking
    #[arg(long)]
    yes: bool,
}

/// # Errors
/// `Held` while a server runs; what the checks said. Then nothing was changed.
pub fn restore(paths: &Paths, args: &RestoreArgs, json: bool) -> anyhow::Result<()> {
    let source = std::path::absolute(&args.file)
        .with_context(|| format!("{} is no path to a file", args.file.display()))?;
    paths.make()?;
    let _lock = match lock::take(&paths.lock())? {
        Taken::Ours(lock) => lock,
        Taken::Held(holder) => return Err(Held { data: paths.data.clone(), holder }.into()),
    };
    let database = paths.database();
    swap::finish(&database)?;
    restore::sweep(&database);
    let code = args.recovery_code_stdin.then(read_code).transpose()?;
    let openers = build::openers(paths).with_passphrase(paths.passphrase.clone());
    // One that cannot be read is no reason not to restore; it is kept as it is.
    let live = Db::open_read_only(&database, Clock::System).ok();
    let shown = Shown::default();
    let keys = Keys { openers: &openers, code: code.as_ref() };
    let preview = restore::stage(
        &source,
        (&database, live.as_ref()),
        keys,
        &Clock::System,
        &|done, total| {
            shown.tell("opening", done, total);
            true
        },
    );
    shown.end();
    let preview = preview.map_err(|fault| explain(fault, args))?;
    if !args.yes && !is_wanted(&preview)? {
        restore::discard(&database)?;
        bail!("nothing was restored, and nothing was changed. Say --yes to restore it");
    }
    drop(live);
    swap::mark(&database, Clock::System.now())?;
    let before = match swap::finish(&database)? {
        Outcome::Restored { before } => before,
        Outcome::Nothing | Outcome::Reverted => {
            bail!("the copy was altered while it waited. Nothing was changed; try again")
        }
    };
    // Opened as a start opens it, so that what it holds is told of what will be served.
    let content = restore::find_content(&Db::open(&database, Clock::System)?, &database)?;
    let kept = before.exists().then_some(before);
    let mut value = preview_json(&preview);
    value["restored"] = json!(true);
    value["before"] = json!(kept);
    value["orders"] = json!(content.orders);
    let text = match kept {
        Some(kept) => format!(
            "Restored: {} orders. What was there before is kept as {}.",
            content.orders,
            kept.display()
        ),
        None => format!("Restored: {} orders.", content.orders),
    };
    let text = match preview.is_stopped {
        true => format!(
            "{text}\nThe writing of stock is stopped: what is known of it is old. Look at \
             Channels, then `purser push allow`."
        ),
        false => text,
    };
    print(&if json { value.to_string() } else { text })
}

/// A code from standard input, which a terminal does not show.
///
/// # Errors
/// Where it cannot be read.
pub fn read_code() -> anyhow::Result<Secret> {
    let said = passphrase::ask("The recovery code")?;
    Ok(Secret::new(said.expose().trim().to_owned()))
}

fn explain(fault: crate::store::StoreError, args: &RestoreArgs) -> anyhow::Error {
    let text = fault.to_string();
    match !args.recovery_code_stdin && text.contains("recovery code") {
        true => anyhow::anyhow!("{text} (--recovery-code-stdin)"),
        false => fault.into(),
    }
}

fn is_wanted(preview: &Preview) -> anyhow::Result<bool> {
    let mut err = std::io::stderr();
    writeln!(err, "{}", tell(preview))?;
    if !std::io::stdin().is_terminal() {
        return Ok(false);
    }
    write!(err, "Put it in the place of what there is now? What there is now is kept. (yes/no) ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// The two side by side.
fn tell(preview: &Preview) -> String {
    let made = preview.made_at.map_or_else(|| "–".to_owned(), |at| at.to_string());
    let app = preview.app.as_deref().unwrap_or("–");
    let mut lines = vec![
        format!("made\t{made}, by version {app}, structure {}", preview.step),
        format!("\tin the backup\tnow\torganisation {}", preview.there.organisation),
    ];
    let figures = |it: &Content| [it.orders, it.stores, it.products, it.connections, it.users];
    let here = preview.here.as_ref().map(figures);
    let names = ["orders", "stores", "products", "connections", "users"];
    for (at, (name, there)) in names.into_iter().zip(figures(&preview.there)).enumerate() {
        let now = here.map_or_else(|| "–".to_owned(), |here| here[at].to_string());
        lines.push(format!("{name}\t{there}\t{now}"));
    }
    if preview.here.is_some() && !preview.is_same {
        lines.push("It is of another installation than the one here.".to_owned());
    }
    if preview.erased > 0 {
        let erased = preview.erased;
        lines.push(format!("{erased} orders whose buyers were erased since are erased again."));
    }
    lines.join("\n")
}

fn content_json(content: &Content) -> Value {
    json!({
        "organisation": content.organisation,
        "orders": content.orders,
        "stores": content.stores,
        "products": content.products,
        "connections": content.connections,
        "users": content.users,
        "last_order_at": content.last_order_at.map(|at| at.to_string()),
        "bytes": content.bytes,
    })
}

fn preview_json(preview: &Preview) -> Value {
    json!({
        "file": preview.source,
        "made_at": preview.made_at.map(|at| at.to_string()),
        "version": preview.app,
        "structure": preview.step,
        "same_installation": preview.is_same,
        "erased_again": preview.erased,
        "stock_writing_stopped": preview.is_stopped,
        "locked_until_passphrase": preview.waits_for_passphrase,
        "in_backup": content_json(&preview.there),
        "before_restore": preview.here.as_ref().map(content_json),
    })
}
