//! The bundle for support: a zip of what was checked, versions, settings, the end of the log, how
//! the jobs stand, the schema and how many rows each table has. Only what is listed here goes in,
//! and nothing of it is a secret or a customer's.

use std::io::{Cursor, Write};
use std::path::Path;

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Home;
use super::checks::Check;
use super::json::checks_json;
use crate::reports::machine;
use crate::store::{Db, Reader, StoreError, migrate, organisation, settings};

/// Lines of the log that go along, the newest.
const LOG_LINES_MAX: usize = 2_000;
/// How much of the log's files is read for that.
const LOG_BYTES_MAX: usize = 20 * 1024 * 1024;
/// Settings that say how the program behaves. A new one is a decision, so it is written here.
const SETTINGS: [&str; 4] = ["shortcuts", "documents_kept_days", "clock_seen", "clock_jumped"];
const MASK: &str = "[address]";

/// The whole zip.
///
/// # Errors
/// A sentence, where it cannot be put together.
pub fn write(home: &Home, db: Option<&Db>, checks: &[Check]) -> Result<Vec<u8>, String> {
    let mut parts = vec![
        ("doctor.json", pretty(&checks_json(checks))),
        ("versions.json", pretty(&versions())),
        ("log.txt", log_lines(&home.logs).join("\n") + "\n"),
    ];
    match db.map(|db| db.read(read_parts)) {
        Some(Ok(read)) => parts.extend(read),
        Some(Err(fault)) => parts.push(("database.txt", fault.to_string())),
        None => {}
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let write = |zip: &mut ZipWriter<Cursor<Vec<u8>>>| -> Result<(), Box<dyn std::error::Error>> {
        for (name, text) in &parts {
            zip.start_file(*name, SimpleFileOptions::default())?;
            zip.write_all(text.as_bytes())?;
        }
        Ok(())
    };
    write(&mut zip).map_err(|fault| fault.to_string())?;
    Ok(zip.finish().map_err(|fault| fault.to_string())?.into_inner())
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn versions() -> Value {
    json!({
        "purser": env!("CARGO_PKG_VERSION"),
        "sqlite": rusqlite::version(),
        "step": migrate::known_step(),
        "system": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
    })
}

fn read_parts(reader: &Reader<'_>) -> Result<Vec<(&'static str, String)>, StoreError> {
    let mut chosen = serde_json::Map::new();
    for key in SETTINGS {
        if let Some(value) = settings::find(reader.conn(), key)? {
            chosen.insert(key.to_owned(), json!(value));
        }
    }
    let organisation = organisation::find(reader.conn())?;
    let zone = organisation.time_zone.as_ref().map(|zone| zone.name().to_owned());
    chosen.insert("time_zone".to_owned(), json!(zone));
    chosen.insert("locale".to_owned(), json!(organisation.locale));
    let jobs: Vec<Value> = machine::jobs(reader)?
        .into_iter()
        .map(|(kind, state, count)| json!({ "kind": kind, "state": state, "count": count }))
        .collect();
    let rows: serde_json::Map<String, Value> =
        machine::rows(reader)?.into_iter().map(|(name, count)| (name, json!(count))).collect();
    let schema: Vec<String> =
        machine::schema(reader)?.into_iter().map(|(_, sql)| format!("{sql};\n")).collect();
    Ok(vec![
        ("settings.json", pretty(&Value::Object(chosen))),
        ("jobs.json", pretty(&json!(jobs))),
        ("tables.json", pretty(&Value::Object(rows))),
        ("schema.sql", schema.concat()),
    ])
}

/// The newest lines of all files of the log, the oldest first.
fn log_lines(folder: &Path) -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .map(|listed| listed.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    let age = |path: &Path| std::fs::metadata(path).and_then(|file| file.modified()).ok();
    paths.sort_by_key(|path: &std::path::PathBuf| std::cmp::Reverse(age(path)));
    let (mut lines, mut left): (Vec<String>, usize) = (Vec::new(), LOG_BYTES_MAX);
    for path in paths {
        if lines.len() >= LOG_LINES_MAX || left == 0 {
            break;
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let end = &bytes[bytes.len().saturating_sub(left)..];
        left -= end.len();
        let older: Vec<String> = String::from_utf8_lossy(end).lines().map(mask).collect();
        lines.splice(0..0, older);
    }
    lines.drain(..lines.len().saturating_sub(LOG_LINES_MAX));
    lines
}

/// What looks like an e-mail address or a long secret is not given out, though no line of ours
/// should hold one.
fn mask(line: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "\"'<>()[]{},;=\\".contains(c);
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        let word = rest.split(is_edge).next().unwrap_or_default();
        let is_secret = is_address(word) || is_long_secret(word);
        masked.push_str(if is_secret { MASK } else { word });
        rest = &rest[word.len()..];
        let edge: usize = rest.chars().take_while(|c| is_edge(*c)).map(char::len_utf8).sum();
        masked.push_str(&rest[..edge]);
        rest = &rest[edge..];
    }
    masked
}

fn is_address(word: &str) -> bool {
    word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

/// As long as our shortest token, of the letters that tokens are made of, and not of one kind.
fn is_long_secret(word: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+');
    word.len() >= 32
        && word.chars().all(is_plain)
        && word.chars().any(|c| c.is_ascii_digit())
        && word.chars().any(|c| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn what_looks_like_an_address_or_a_secret_is_masked_and_the_line_stays() {
        let line = r#"{"level":"WARN","message":"mail to ann@shop.example failed","n":7}"#;
        let expected = r#"{"level":"WARN","message":"mail to [address] failed","n":7}"#;
        assert_eq!(mask(line), expected);
        let token = "a1".repeat(20);
        assert_eq!(mask(&format!("token={token};")), "token=[address];");
        for kept in ["purser::sync::pull_job", "2026-11-20T12:00:00Z", "user@", "/a/b/c1"] {
            assert_eq!(mask(kept), kept);
        }
    }

    #[test]
    fn the_newest_two_thousand_lines_of_all_files_go_along() {
        let folder = Folder::new();
        let write = |name: &str, from: usize, to: usize| {
            let text: String = (from..to).map(|n| format!("line {n}\n")).collect();
            std::fs::write(folder.file(name), text).unwrap();
            // So that the files differ in age.
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        write("purser.2.log", 0, 500);
        write("purser.1.log", 500, 1_500);
        write("purser.log", 1_500, 2_300);
        let lines = log_lines(folder.path());
        assert_eq!(lines.len(), 2_000);
        assert_eq!((lines[0].as_str(), lines[1_999].as_str()), ("line 300", "line 2299"));
    }
}
