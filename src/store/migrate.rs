//! Brings a database up to date, or refuses it, in the order that can lose nothing: look without
//! writing, check the history, copy, migrate in one transaction, check the result.

use std::io::Read;
use std::path::{Path, PathBuf};

use ring::digest;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::base::Instant;
use crate::store::{StoreError, files, profit, rollups};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// "PuRs": tells our files from all other SQLite files.
pub const APPLICATION_ID: i32 = 0x5075_5273;
/// Raised when an old program must not even look at the history table.
pub const FORMAT_EPOCH: i32 = 1;

const SNAPSHOT_AGE_S_MAX: i64 = 30 * 86_400;
const MIGRATIONS_MAX: i64 = 10_000;

/// What stands in the file before anything was written to it.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    Nothing,
    Ours { step: i64 },
}

/// The step to which this program migrates.
pub fn known_step() -> i64 {
    let runner = embedded::migrations::runner();
    runner.get_migrations().iter().map(|step| i64::from(step.version())).max().unwrap_or(0)
}

/// Whether a program died while it made this file: the first transaction, before the log, is the
/// only one that leaves a journal behind.
pub fn is_half_created(path: &Path) -> bool {
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    std::fs::metadata(journal).is_ok_and(|journal| journal.len() > 0)
}

/// Takes back what a program that died left half made. Somebody else's file is left alone; the
/// look that follows refuses it. The caller holds the instance lock.
///
/// # Errors
/// What reading or SQLite gave.
pub fn roll_back_creation(path: &Path) -> Result<(), StoreError> {
    if !is_half_created(path) {
        return Ok(());
    }
    let mut header = [0_u8; 100];
    match std::fs::File::open(path) {
        Ok(file) => read_up_to(file, &mut header).map_err(|e| StoreError::file(path, &e))?,
        Err(_) => return Ok(()),
    };
    let id = i32::from_be_bytes([header[68], header[69], header[70], header[71]]);
    // The first page of ours is written with our mark or not at all.
    if header.starts_with(b"SQLite format 3\0") && id != APPLICATION_ID {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    // Any read makes SQLite play the journal back; a read-only connection could not.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

/// Looks at the file without changing it.
///
/// # Errors
/// `NotOurs`, `NewerDatabase`, `Damaged`, or what reading gave.
pub fn inspect(path: &Path) -> Result<Found, StoreError> {
    let mut header = [0_u8; 100];
    let length = match std::fs::File::open(path) {
        Ok(file) => read_up_to(file, &mut header).map_err(|e| StoreError::file(path, &e))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(StoreError::file(path, &error)),
    };
    if length == 0 {
        return Ok(Found::Nothing);
    }
    let number = |at: usize| {
        i32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    let is_sqlite = length == header.len() && header.starts_with(b"SQLite format 3\0");
    if !is_sqlite || number(68) != APPLICATION_ID {
        return Err(StoreError::NotOurs { path: path.to_owned() });
    }
    let known = known_step();
    if number(60) > FORMAT_EPOCH {
        let snapshot = newest_snapshot(path);
        return Err(StoreError::NewerDatabase { found: i64::from(number(60)), known, snapshot });
    }
    // Read-only, so that closing it does not fold the log into the file either.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(std::time::Duration::from_secs(5))?;
    let step = check_history(&conn)?;
    if step > known {
        let snapshot = newest_snapshot(path);
        return Err(StoreError::NewerDatabase { found: step, known, snapshot });
    }
    Ok(Found::Ours { step })
}

/// Applies what is lacking. The caller holds the instance lock.
///
/// # Errors
/// `Damaged` when the history or the structure is not what this program makes.
pub fn migrate(conn: &mut Connection, path: &Path, now: Instant) -> Result<(), StoreError> {
    let step = check_history(conn)?;
    let known = known_step();
    if 0 < step && step < known {
        let snapshot = snapshot_path(path, step, now);
        snapshot_into(path, &snapshot)?;
        tracing::info!(from = step, to = known, "database copied before the upgrade");
    }
    run_all(conn)?;
    check_structure(conn)?;
    remove_old_snapshots(path, now);
    Ok(())
}

/// A consistent copy of a live database, made on a connection of its own.
///
/// # Errors
/// `DiskFull`, `File`, or what SQLite said.
pub fn snapshot_into(source: &Path, target: &Path) -> Result<(), StoreError> {
    let part = files::part_of(target);
    files::remove_if_there(&part)?;
    // VACUUM INTO takes an empty file, so the copy is private from its first byte.
    drop(files::open_private(&part)?);
    // No deadline and no query_only, which would refuse it.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let copied = Connection::open_with_flags(source, flags).and_then(|conn| {
        conn.busy_timeout(std::time::Duration::from_secs(5))?;
        conn.execute("VACUUM INTO ?1", [part.to_string_lossy()])
    });
    if let Err(error) = copied {
        files::remove_if_there(&part)?;
        return Err(error.into());
    }
    files::put_in_place(&part, target)
}

fn run_all(conn: &mut Connection) -> Result<(), StoreError> {
    embedded::migrations::runner()
        // One transaction for all: a crash leaves the old state or the new one.
        .set_grouped(true)
        .set_abort_divergent(true)
        .set_abort_missing(true)
        .run(conn)
        .map(|_report| ())
        .map_err(|error| explain(&error))
}

fn explain(error: &refinery::Error) -> StoreError {
    let mut what = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if let Some(inner) = inner.downcast_ref::<rusqlite::Error>()
            && inner.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)
        {
            return StoreError::DiskFull;
        }
        what = format!("{what}: {inner}");
        source = inner.source();
    }
    StoreError::Damaged { what }
}

/// The last step applied, 0 for an empty file. The migration library panics on rows that it does
/// not understand, so they are looked at here first.
fn check_history(conn: &Connection) -> Result<i64, StoreError> {
    let damaged = |what: &str| StoreError::Damaged { what: what.to_owned() };
    let table = "SELECT type FROM sqlite_schema WHERE name = 'refinery_schema_history'";
    match conn.query_row(table, [], |row| row.get::<_, String>(0)).optional()? {
        None => return Ok(0),
        Some(kind) if kind == "table" => {}
        Some(_) => return Err(damaged("its list of upgrades is not a table")),
    }
    let mut statement = conn.prepare(
        "SELECT version, name, applied_on, checksum FROM refinery_schema_history ORDER BY version",
    )?;
    let mut rows = statement.query([])?;
    let mut last = 0_i64;
    while let Some(row) = rows.next()? {
        let wrong = |_| damaged("a row of its list of upgrades cannot be read");
        let version: i64 = row.get(0).map_err(wrong)?;
        let _name: String = row.get(1).map_err(wrong)?;
        let applied_on: String = row.get(2).map_err(wrong)?;
        let checksum: String = row.get(3).map_err(wrong)?;
        let plain = |text: &str| text.is_ascii() && text.len() <= 40;
        let readable = plain(&applied_on)
            && Instant::parse(&applied_on).is_ok()
            && checksum.parse::<u64>().is_ok()
            && (1..=MIGRATIONS_MAX).contains(&version);
        if !readable {
            return Err(damaged("a row of its list of upgrades makes no sense"));
        }
        last = last.max(version);
    }
    Ok(last)
}

/// The step of a copy whose structure must be the very one of a new database at that step.
///
/// # Errors
/// `Damaged` where it is not; `NewerDatabase` where this program does not know it.
pub fn check_copy(conn: &Connection) -> Result<i64, StoreError> {
    let (step, known) = (check_history(conn)?, known_step());
    if step > known {
        return Err(StoreError::NewerDatabase { found: step, known, snapshot: None });
    }
    if step == known {
        return check_structure(conn).map(|()| step);
    }
    let mut fresh = Connection::open_in_memory()?;
    let target = refinery::Target::Version(step.try_into().unwrap_or_default());
    let runner = embedded::migrations::runner().set_grouped(true).set_target(target);
    runner.run(&mut fresh).map_err(|error| explain(&error))?;
    compare_structure(conn, &fresh)?;
    Ok(step)
}

/// The structure must be the very one that a new database has: no trigger or view was planted,
/// nothing is lacking. The program may have ended while very many first orders came in: then the
/// indexes of lines are made with the sums, by the books.
fn check_structure(conn: &Connection) -> Result<(), StoreError> {
    let mut fresh = Connection::open_in_memory()?;
    run_all(&mut fresh)?;
    compare_structure(conn, &fresh)
}

fn compare_structure(conn: &Connection, fresh: &Connection) -> Result<(), StoreError> {
    let lacking = list_lacking(conn)?;
    let is_same = structure_digest(conn, &[])? == structure_digest(fresh, &lacking)?;
    if is_same && !has_stranger(conn)? {
        return Ok(());
    }
    Err(StoreError::Damaged { what: "its structure is not the one that purser makes".to_owned() })
}

/// Whether something bears a name that SQLite keeps for itself, and is not what SQLite makes.
fn has_stranger(conn: &Connection) -> Result<bool, StoreError> {
    Ok(conn.query_row(
        "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name LIKE 'sqlite\\_%' ESCAPE '\\'
            AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4', 'sqlite_sequence'))
            AND NOT (type = 'index' AND sql IS NULL
                AND name LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\'))",
        [],
        |row| row.get(0),
    )?)
}

/// The indexes of lines that are not there because nobody keeps them for now.
fn list_lacking(conn: &Connection) -> Result<Vec<&'static str>, StoreError> {
    let mut lacking = Vec::new();
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rollups_behind'";
    let is_known = conn.query_row(table, [], |_| Ok(())).optional()?.is_some();
    if is_known && rollups::find_behind(conn)?.is_some() {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?1";
        for (name, _) in profit::INDEXES {
            if conn.query_row(sql, [name], |_| Ok(())).optional()?.is_none() {
                lacking.push(name);
            }
        }
    }
    Ok(lacking)
}

fn structure_digest(conn: &Connection, left_out: &[&str]) -> Result<Vec<u8>, StoreError> {
    // `sqlite_stat1` and the like come and go with statistics.
    let mut statement = conn.prepare(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema \
         WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )?;
    let mut rows = statement.query([])?;
    let mut context = digest::Context::new(&digest::SHA256);
    while let Some(row) = rows.next()? {
        let named: String = row.get(1)?;
        if left_out.contains(&named.as_str()) {
            continue;
        }
        for column in 0..4 {
            let text: String = row.get(column)?;
            context.update(&(text.len() as u64).to_be_bytes());
            context.update(text.as_bytes());
        }
    }
    Ok(context.finish().as_ref().to_vec())
}

/// `purser.db` at step 7 → `purser-before-upgrade-7-1795000000.snapshot`; the number at the end
/// is the time in seconds, by which it is removed later.
fn snapshot_path(path: &Path, step: i64, now: Instant) -> PathBuf {
    let name = format!("{}{step}-{}{SNAPSHOT_END}", snapshot_start(path), now.seconds());
    path.with_file_name(name)
}

const SNAPSHOT_END: &str = ".snapshot";

fn snapshot_start(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    format!("{}-before-upgrade-", stem.unwrap_or_default())
}

fn list_snapshots(path: &Path) -> Vec<(i64, PathBuf)> {
    let start = snapshot_start(path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return Vec::new();
    };
    let mut snapshots: Vec<(i64, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let rest = name.strip_prefix(&start)?.strip_suffix(SNAPSHOT_END)?;
            let made_at = rest.rsplit('-').next()?.parse().ok()?;
            Some((made_at, entry.path()))
        })
        .collect();
    snapshots.sort();
    snapshots
}

fn newest_snapshot(path: &Path) -> Option<PathBuf> {
    list_snapshots(path).pop().map(|(_, snapshot)| snapshot)
}

fn remove_old_snapshots(path: &Path, now: Instant) {
    for (made_at, snapshot) in list_snapshots(path) {
        if now.seconds() - made_at > SNAPSHOT_AGE_S_MAX
            && let Err(error) = files::remove_if_there(&snapshot)
        {
            tracing::warn!(%error, "an old copy of the database stays where it is");
        }
    }
}

fn read_up_to(mut file: std::fs::File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..])? {
            0 => break,
            read => length += read,
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
