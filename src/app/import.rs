//! `purser import` at the terminal: files, folders and archives in, the history, rows tried again,
//! an import taken back.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::app::control;
use crate::app::paths::Paths;
use crate::app::report::{self, print};
use crate::app::taken::ImportAsk;
use crate::app::walk;
use crate::base::id::ImportId;
use crate::base::{Clock, Currency};
use crate::connectors;
use crate::connectors::contract::{FileFormat, Seen};
use crate::reports::imported;
use crate::store::{Db, imports};
use crate::web::format::Locale;
use crate::web::words;

#[derive(clap::Args)]
pub struct ImportArgs {
    /// [FORMAT|auto] FILE|FOLDER|ZIP..., or list, or undo ID, or retry ID
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
    /// Do not ask; without a terminal nothing is ever asked
    #[arg(long)]
    yes: bool,
}

const DONE: u8 = 0;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const SOME_REFUSED: u8 = 3;
/// Files that are handed to the server at once; the figures follow after each lot.
const LOT: usize = 200;

/// # Errors
/// What kept the command from running at all; what happened to the files is in the exit code.
pub fn import(paths: &Paths, args: &ImportArgs, json: bool) -> anyhow::Result<ExitCode> {
    match args.words.as_slice() {
        [word] if word == "list" => list(paths, json).map(|()| ExitCode::from(DONE)),
        [word] if word == "formats" => list_formats(json).map(|()| ExitCode::from(DONE)),
        [word, id] if word == "undo" => undo(paths, args, (id, json)),
        [word, id] if word == "retry" => retry(paths, id, json),
        words => import_files(paths, args, words, json),
    }
}

/// Every format that can be read, by name.
fn list_formats(json: bool) -> anyhow::Result<()> {
    let mut formats: Vec<&FileFormat> = connectors::list_formats().map(|(_, it)| it).collect();
    formats.sort_by_key(|format| (format.name, format.label));
    if json {
        let rows = formats.iter().map(|format| {
            json!({
                "format": format.name,
                "label": format.label,
                "needs_store": format.needs_store,
                "seen": format.seen == Seen::InTheWild,
            })
        });
        return print(&Value::Array(rows.collect()).to_string());
    }
    for format in formats {
        let seen = match format.seen {
            Seen::InTheWild => "",
            Seen::NotYet => "\tnot yet seen in the wild",
        };
        print(&format!("{}\t{}{seen}", format.name, format.label))?;
    }
    Ok(())
}

fn is_asked(args: &ImportArgs) -> bool {
    !args.yes && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on the terminal; anything but a yes is a no.
fn ask(question: &str) -> anyhow::Result<bool> {
    let mut out = std::io::stderr().lock();
    write!(out, "{question} [y/N] ")?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn import_files(
    paths: &Paths,
    args: &ImportArgs,
    words: &[String],
    json: bool,
) -> anyhow::Result<ExitCode> {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let is_format = first == "auto" || !connectors::find_formats(first).is_empty();
    let (format, named) = match words {
        [_, files @ ..] if is_format && !files.is_empty() => (Some(first.to_owned()), files),
        files => (None, files),
    };
    let is_asked = is_asked(args) && !args.dry_run;
    let form = ImportAsk {
        format,
        store: args.store.clone(),
        currency: args.currency,
        time_zone: args.time_zone.clone(),
        dry_run: args.dry_run,
        hold: is_asked,
        ..ImportAsk::default()
    };
    let paths_of_files = walk::list_files(named)?;
    let shows_progress = !json && paths_of_files.len() > 1 && std::io::stderr().is_terminal();
    let lot = if shows_progress { 1 } else { LOT };
    let mut files: Vec<Value> = Vec::new();
    for (index, some) in paths_of_files.chunks(lot).enumerate() {
        if shows_progress {
            let name = some[0].file_name().unwrap_or_default().to_string_lossy();
            let total = paths_of_files.len();
            writeln!(std::io::stderr().lock(), "{} of {total}: {name}", index + 1)?;
        }
        for answer in hand_over(paths, &form, some)? {
            match answer["held"].as_bool() {
                Some(true) => files.extend(ask_and_book(paths, &form, &answer)?),
                _ => files.push(answer),
            }
        }
    }
    report::report(&files, &report::Show { json, dry_run: args.dry_run })?;
    let code = files.iter().map(exit_code).max_by_key(|code| rank(*code)).unwrap_or(DONE);
    Ok(ExitCode::from(code))
}

fn hand_over(paths: &Paths, form: &ImportAsk, files: &[PathBuf]) -> anyhow::Result<Vec<Value>> {
    let ask = ImportAsk { files: files.to_vec(), ..form.clone() };
    let mut answer = control::run(paths, Clock::System, "import", &ask)?.value;
    match answer["files"].take() {
        Value::Array(files) => Ok(files),
        _ => bail!("the answer names no file"),
    }
}

/// A file of a format that no genuine file was held against: shown first, then booked or not.
fn ask_and_book(paths: &Paths, form: &ImportAsk, held: &Value) -> anyhow::Result<Vec<Value>> {
    report::show_understood(held, &mut std::io::stderr().lock())?;
    let name = held["file"].as_str().unwrap_or_default();
    if !ask(&words::imports::book_it(name))? {
        let left = words::imports::left_out(name);
        return Ok(vec![json!({ "file": name, "left_out": left })]);
    }
    let path = held["path"].as_str().unwrap_or_default();
    let form = ImportAsk { hold: false, only: Some(name.to_owned()), ..form.clone() };
    let mut booked = hand_over(paths, &form, &[PathBuf::from(path)])?;
    // It was shown already.
    for file in &mut booked {
        file["understood"] = Value::Null;
    }
    Ok(booked)
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

fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let db = Db::open_read_only(&paths.database(), Clock::System)?;
    let listed = db.read(|reader| imports::list_imports(reader, (0, 10_000)))?;
    if json {
        let rows: Vec<Value> = listed.iter().map(report::import_json).collect();
        return print(&json!({ "imports": rows }).to_string());
    }
    listed.iter().try_for_each(|import| print(&report::import_line(import)))
}

fn parse_id(id: &str) -> anyhow::Result<ImportId> {
    let id: i64 = id.parse().with_context(|| format!("{id:?} is not the number of an import"))?;
    Ok(ImportId(id))
}

fn undo(paths: &Paths, args: &ImportArgs, (id, json): (&str, bool)) -> anyhow::Result<ExitCode> {
    let id = parse_id(id)?;
    if !json {
        let db = Db::open_read_only(&paths.database(), Clock::System)?;
        let found = db.read(|reader| {
            let import = imports::find_import(reader, id)?;
            Ok((import, imported::find_contents(reader, id)))
        })?;
        if let (Some(import), contents) = found
            && import.state == "done"
        {
            let goes = words::imports::what_goes(&contents?, Locale::default());
            writeln!(std::io::stderr().lock(), "{}: {goes}", import.file_name)?;
            if is_asked(args) && !ask(&words::say::take_back(&import.file_name))? {
                print(words::text(words::Word::NothingChanged))?;
                return Ok(ExitCode::from(DONE));
            }
        }
    }
    let answer = control::run(paths, Clock::System, "import-undo", &json!({ "id": id.0 }))?.value;
    print(&if json { answer.to_string() } else { format!("Import {id} was taken back.") })?;
    Ok(ExitCode::from(DONE))
}

/// Tries the refused rows of an import again, all of them.
fn retry(paths: &Paths, id: &str, json: bool) -> anyhow::Result<ExitCode> {
    let id = parse_id(id)?;
    let answer = control::run(paths, Clock::System, "import-retry", &json!({ "id": id.0 }))?.value;
    let files = [answer];
    report::report(&files, &report::Show { json, dry_run: false })?;
    Ok(ExitCode::from(exit_code(&files[0])))
}
