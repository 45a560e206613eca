//! `purser import`, `store`, `org` at the terminal.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::commands::{ImportAsk, OrgSet, StoreAdd, store_json};
use crate::app::control;
use crate::app::paths::Paths;
use crate::base::id::ImportId;
use crate::base::{Clock, Currency};
use crate::connectors;
use crate::store::{Db, imports, stores};

#[derive(clap::Args)]
pub struct ImportArgs {
    /// [FORMAT|auto] FILE..., or list, or undo ID
    #[arg(required = true, value_name = "FORMAT|FILE")]
    words: Vec<String>,
    /// The store that the file belongs to; a new name makes a new store
    #[arg(long, value_name = "NAME")]
    store: Option<String>,
    /// Of a new store, where it is not the file's
    #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
    currency: Option<Currency>,
    /// Reads time stamps that bear no zone
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Say what would happen and keep nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(clap::Subcommand)]
pub enum StoreCommand {
    /// Make a store
    Add {
        name: String,
        #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
        currency: Currency,
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
    },
    /// List the stores
    List,
    /// Remove a store that holds nothing
    Rm { name: String },
}

#[derive(clap::Subcommand)]
pub enum OrgCommand {
    /// Change the organisation; everything that follows from it is computed again
    Set {
        #[arg(long, value_parser = Currency::parse, value_name = "CODE")]
        currency: Option<Currency>,
        #[arg(long, value_name = "ZONE")]
        time_zone: Option<String>,
        #[arg(long, value_parser = ["dated", "fifo", "average"])]
        cost_method: Option<String>,
        #[arg(long, value_parser = ["yes", "no"])]
        vat_registered: Option<String>,
    },
}

const DONE: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const SOME_REFUSED: u8 = 3;

/// # Errors
/// What kept the command from running at all; what happened to the files is in the exit code.
pub fn import(paths: &Paths, args: &ImportArgs, json: bool) -> anyhow::Result<ExitCode> {
    match args.words.as_slice() {
        [word] if word == "list" => list(paths, json).map(|()| ExitCode::from(DONE)),
        [word, id] if word == "undo" => undo(paths, id, json).map(|()| ExitCode::from(DONE)),
        words => import_files(paths, args, words, json),
    }
}

fn import_files(
    paths: &Paths,
    args: &ImportArgs,
    words: &[String],
    json: bool,
) -> anyhow::Result<ExitCode> {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let is_format = first == "auto" || !connectors::find_formats(first).is_empty();
    let (format, files) = match words {
        [_, files @ ..] if is_format && !files.is_empty() => (Some(first.to_owned()), files),
        files => (None, files),
    };
    // The server may stand in another folder.
    let files: std::io::Result<Vec<PathBuf>> = files.iter().map(std::path::absolute).collect();
    let ask = ImportAsk {
        format,
        files: files?,
        store: args.store.clone(),
        currency: args.currency,
        time_zone: args.time_zone.clone(),
        dry_run: args.dry_run,
    };
    let answer = control::run(paths, Clock::System, "import", &ask)?.value;
    let empty = Vec::new();
    let files = answer["files"].as_array().unwrap_or(&empty);
    let code = files.iter().map(exit_code).max_by_key(|code| rank(*code)).unwrap_or(DONE);
    if json {
        print_json(files)?;
    } else {
        for file in files {
            print_file(file, args.dry_run)?;
        }
    }
    for file in files {
        complain(file)?;
    }
    Ok(ExitCode::from(code))
}

/// Usage outranks failure outranks refused rows.
fn rank(code: u8) -> u8 {
    match code {
        USAGE => 3,
        FAILED => 2,
        SOME_REFUSED => 1,
        _ => 0,
    }
}

fn exit_code(file: &Value) -> u8 {
    if file["usage"].is_string() {
        USAGE
    } else if file["fault"].is_string() {
        FAILED
    } else if file["refused_count"].as_i64().unwrap_or(0) > 0 {
        SOME_REFUSED
    } else {
        DONE
    }
}

/// One document for one file, a list in an object for several.
fn print_json(files: &[Value]) -> anyhow::Result<()> {
    let shown: Vec<&Value> = files.iter().filter(|file| file["format"].is_string()).collect();
    let document = match (files, shown.as_slice()) {
        ([_], [one]) => (*one).clone(),
        ([one], []) => {
            let fault = one["fault"].as_str().or(one["usage"].as_str()).unwrap_or_default();
            json!({ "format": null, "accepted": 0, "unchanged": 0, "refused": [],
                "fault": fault })
        }
        _ => {
            let sum = |name: &str| -> i64 { files.iter().filter_map(|f| f[name].as_i64()).sum() };
            let refused: Vec<&Value> =
                files.iter().filter_map(|f| f["refused"].as_array()).flatten().collect();
            json!({
                "format": shown.first().map_or(Value::Null, |file| file["format"].clone()),
                "accepted": sum("accepted"),
                "unchanged": sum("unchanged"),
                "refused": refused,
                "files": files,
            })
        }
    };
    print(&document.to_string())
}

fn print_file(file: &Value, dry_run: bool) -> anyhow::Result<()> {
    if !file["format"].is_string() {
        return Ok(());
    }
    let text = |name: &str| file[name].as_str().unwrap_or_default().to_owned();
    let number = |name: &str| file[name].as_i64().unwrap_or(0);
    let would = if dry_run { " (dry run, nothing was kept)" } else { "" };
    print(&format!(
        "{}: {}, {} taken in, {} known already, {} refused{would}",
        text("file"),
        text("format"),
        number("accepted"),
        number("unchanged"),
        number("refused_count"),
    ))?;
    for notice in file["notices"].as_array().into_iter().flatten() {
        let line = notice["line"].as_i64().unwrap_or(0);
        print(&format!("  line {line}: {}", notice["what"].as_str().unwrap_or_default()))?;
    }
    Ok(())
}

/// Faults and refused rows, on stderr: one line first, then details.
fn complain(file: &Value) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = std::io::stderr().lock();
    if let Some(text) = file["usage"].as_str().or(file["fault"].as_str()) {
        writeln!(out, "purser: {text}")?;
        return Ok(());
    }
    let count = file["refused_count"].as_i64().unwrap_or(0);
    if count == 0 {
        return Ok(());
    }
    let name = file["file"].as_str().unwrap_or_default();
    writeln!(out, "purser: {count} rows of {name} were refused; the rest went in")?;
    for row in file["refused"].as_array().into_iter().flatten() {
        writeln!(
            out,
            "{name}, line {}, {}: {}",
            row["line"].as_i64().unwrap_or(0),
            row["column"].as_str().unwrap_or_default(),
            row["reason"].as_str().unwrap_or_default()
        )?;
    }
    Ok(())
}

fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let listed = db.read(|reader| imports::list_imports(reader, 10_000))?;
    let rows: Vec<Value> = listed
        .iter()
        .map(|import| {
            json!({
                "id": import.id.0,
                "format": import.format,
                "file": import.file_name,
                "store": import.store,
                "state": import.state,
                "started_at": import.started_at.to_string(),
                "accepted": import.accepted,
                "unchanged": import.unchanged,
                "refused": import.refused,
            })
        })
        .collect();
    if json {
        return print(&json!({ "imports": rows }).to_string());
    }
    for import in listed {
        print(&format!(
            "{}\t{}\t{}\t{}\t{} taken in, {} known already, {} refused\t{}",
            import.id,
            import.started_at,
            import.format,
            import.file_name,
            import.accepted,
            import.unchanged,
            import.refused,
            import.state
        ))?;
    }
    Ok(())
}

fn undo(paths: &Paths, id: &str, json: bool) -> anyhow::Result<()> {
    let id: i64 = id.parse().with_context(|| format!("{id:?} is not the number of an import"))?;
    let answer = control::run(paths, Clock::System, "import-undo", &json!({ "id": id }))?.value;
    let text = format!("Import {} was taken back.", ImportId(id));
    print(&if json { answer.to_string() } else { text })
}

/// # Errors
/// What the store said.
pub fn store(paths: &Paths, command: &StoreCommand, json: bool) -> anyhow::Result<()> {
    match command {
        StoreCommand::Add { name, currency, time_zone } => {
            let add =
                StoreAdd { name: name.clone(), currency: *currency, time_zone: time_zone.clone() };
            let made = control::run(paths, Clock::System, "store-add", &add)?.value;
            let text = format!("The store {name:?} was made.");
            print(&if json { made.to_string() } else { text })
        }
        StoreCommand::Rm { name } => {
            let input = json!({ "name": name });
            let gone = control::run(paths, Clock::System, "store-rm", &input)?.value;
            let text = format!("The store {name:?} was removed.");
            print(&if json { gone.to_string() } else { text })
        }
        StoreCommand::List => {
            let db = Db::open_read_only(&paths.database(), Clock::System)?;
            let listed = db.read(stores::list_stores)?;
            if json {
                let rows: Vec<Value> = listed.iter().map(store_json).collect();
                return print(&json!({ "stores": rows }).to_string());
            }
            for store in listed {
                print(&format!("{}\t{}\t{}", store.name, store.currency, store.zone.name()))?;
            }
            Ok(())
        }
    }
}

/// # Errors
/// What the store said; nothing to change.
pub fn org(paths: &Paths, command: &OrgCommand, json: bool) -> anyhow::Result<()> {
    let OrgCommand::Set { currency, time_zone, cost_method, vat_registered } = command;
    let set = OrgSet {
        currency: *currency,
        time_zone: time_zone.clone(),
        cost_method: cost_method.clone(),
        vat_registered: vat_registered.as_deref().map(|word| word == "yes"),
    };
    let nothing = set.currency.is_none()
        && set.time_zone.is_none()
        && set.cost_method.is_none()
        && set.vat_registered.is_none();
    if nothing {
        bail!("say what to set: --currency, --time-zone, --cost-method or --vat-registered");
    }
    let now = control::run(paths, Clock::System, "org-set", &set)?.value;
    print(&if json { now.to_string() } else { "Set; the figures were computed again.".to_owned() })
}

fn print(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    writeln!(std::io::stdout().lock(), "{text}").context("write to stdout")
}
