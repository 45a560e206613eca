//! What the terminal is told of files that were taken in: each with its counts, what nobody knew
//! in it, what was refused, and the sum.

use std::io::Write;

use anyhow::Context;
use serde_json::{Value, json};

use crate::domain::understood::Understood;
use crate::store::imports::Import;
use crate::web::format::Locale;
use crate::web::words;

/// How the answers are shown.
pub struct Show {
    pub json: bool,
    pub dry_run: bool,
}

/// Results on stdout; faults and refused rows on stderr, one line first, then details.
///
/// # Errors
/// Where a stream cannot be written.
pub fn report(files: &[Value], show: &Show) -> anyhow::Result<()> {
    if show.json {
        print_json(files)?;
    } else {
        for file in files {
            print_file(file, show.dry_run)?;
        }
        print_sum(files)?;
    }
    files.iter().try_for_each(complain)
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
            let refused: Vec<&Value> =
                files.iter().filter_map(|f| f["refused"].as_array()).flatten().collect();
            json!({
                "format": shown.first().map_or(Value::Null, |file| file["format"].clone()),
                "accepted": sum(files, "accepted"),
                "unchanged": sum(files, "unchanged"),
                "refused": refused,
                "files": files,
            })
        }
    };
    print(&document.to_string())
}

fn sum(files: &[Value], name: &str) -> i64 {
    files.iter().filter_map(|file| file[name].as_i64()).sum()
}

fn print_file(file: &Value, dry_run: bool) -> anyhow::Result<()> {
    if let Some(left_out) = file["left_out"].as_str() {
        return print(left_out);
    }
    if !file["format"].is_string() {
        return Ok(());
    }
    if file["understood"].is_object() {
        match dry_run {
            true => show_understood(file, &mut std::io::stdout().lock())?,
            false => show_understood(file, &mut std::io::stderr().lock())?,
        }
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
    for unknown in file["unknowns"].as_array().into_iter().flatten() {
        let text = |name: &str| unknown[name].as_str().unwrap_or_default();
        let number = |name: &str| unknown[name].as_i64().unwrap_or(0);
        let told = words::imports::unknown(text("kind"), text("name"), number("times"));
        print(&format!("  line {}: {told}", number("line")))?;
    }
    for notice in file["notices"].as_array().into_iter().flatten() {
        let what = notice["what"].as_str().unwrap_or_default();
        match notice["line"].as_i64().unwrap_or(0) {
            0 => print(&format!("  {what}"))?,
            line => print(&format!("  line {line}: {what}"))?,
        }
    }
    Ok(())
}

fn print_sum(files: &[Value]) -> anyhow::Result<()> {
    if files.len() < 2 {
        return Ok(());
    }
    let failed = files.iter().filter(|f| f["fault"].is_string() || f["usage"].is_string()).count();
    print(&format!(
        "{} files: {} taken in, {} known already, {} refused; {failed} files were not taken in",
        files.len(),
        sum(files, "accepted"),
        sum(files, "unchanged"),
        sum(files, "refused_count"),
    ))
}

/// What was understood of a file, line by line.
///
/// # Errors
/// Where `out` cannot be written.
pub fn show_understood(file: &Value, out: &mut dyn Write) -> anyhow::Result<()> {
    let understood: Understood = serde_json::from_value(file["understood"].clone())?;
    let name = file["file"].as_str().unwrap_or_default();
    let is_seen = file["seen"].as_bool().unwrap_or(true);
    writeln!(out, "{name}: {}", words::imports::understood_head(is_seen))?;
    for told in words::imports::understood(&understood, Locale::default()) {
        writeln!(out, "  {}: {}", told.name, told.text)?;
    }
    Ok(())
}

fn complain(file: &Value) -> anyhow::Result<()> {
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

/// One import of the history.
pub fn import_json(import: &Import) -> Value {
    json!({
        "id": import.id.0,
        "format": import.format,
        "file": import.file_name,
        "sha256": import.hash.as_ref().map(words::imports::hash_text),
        "store": import.store,
        "state": import.state,
        "user": import.user,
        "retry_of": import.parent.map(|parent| parent.0),
        "started_at": import.started_at.to_string(),
        "accepted": import.accepted,
        "unchanged": import.unchanged,
        "refused": import.refused,
    })
}

pub fn import_line(import: &Import) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{} taken in, {} known already, {} refused\t{}",
        import.id,
        import.started_at,
        import.format,
        import.file_name,
        import.accepted,
        import.unchanged,
        import.refused,
        import.state
    )
}

/// # Errors
/// Where stdout cannot be written.
pub fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").context("write to stdout")
}
