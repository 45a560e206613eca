//! How a copy takes the place of the database. A marker says that it must; every step behind it can
//! be repeated, so that whoever died in between goes on from wherever that was, or goes back.

use std::io::Read;
use std::path::{Path, PathBuf};

use ring::digest;
use serde::{Deserialize, Serialize};

use super::restore::{discard, folder_of, staged_of};
use crate::base::Instant;
use crate::store::{StoreError, crypt, files};

const MARKER: &str = "purser.restore";
const BYTES_MAX: u64 = 4096;
/// What SQLite lays beside a database.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What stands in the marker.
#[derive(Debug, Serialize, Deserialize)]
struct Marker {
    /// Of the copy that was made ready.
    sha256: String,
    /// The name that the present database gets.
    before: String,
}

/// What a start found to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Nothing,
    /// The copy stands in the place of the database, which lies there under this name if there was
    /// one.
    Restored {
        before: PathBuf,
    },
    /// The copy was not whole, and the database stayed.
    Reverted,
}

/// The steps of a swap, each of which a crash may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Marked,
    OldAside,
    LogAside,
    NewInPlace,
    FolderGone,
    MarkerGone,
}

impl Step {
    pub const ALL: [Self; 6] = [
        Self::Marked,
        Self::OldAside,
        Self::LogAside,
        Self::NewInPlace,
        Self::FolderGone,
        Self::MarkerGone,
    ];
}

fn marker_of(database: &Path) -> PathBuf {
    database.with_file_name(MARKER)
}

/// Whether a copy is to take the place of the database at the next start.
pub fn is_marked(database: &Path) -> bool {
    marker_of(database).exists()
}

/// Decides: from here on the copy that was made ready takes the place of the database, at the next
/// start at the latest. Gives the name that the present one will bear.
///
/// # Errors
/// `Refused` where nothing was made ready; `File`.
pub fn mark(database: &Path, now: Instant) -> Result<PathBuf, StoreError> {
    let staged = staged_of(database);
    if !staged.exists() {
        let what = "There is nothing to restore any more. Choose the backup again";
        return Err(StoreError::Refused(what.to_owned()));
    }
    let before = free_name(database, now);
    let failed = |error: std::io::Error| StoreError::file(&staged, &error);
    std::fs::File::open(&staged).and_then(|file| file.sync_all()).map_err(failed)?;
    sync_folder(&folder_of(database))?;
    let marker = Marker { sha256: digest_of(&staged)?, before: before.clone() };
    let text = serde_json::to_vec(&marker).map_err(|e| StoreError::Internal(e.to_string()))?;
    files::write_private(&marker_of(database), &text)?;
    Ok(database.with_file_name(before))
}

/// A name of the moment that nothing bears yet.
fn free_name(database: &Path, now: Instant) -> String {
    let name = database.file_name().map(|name| name.to_string_lossy().into_owned());
    let time = now.to_string().replace([':', '-'], "");
    let first = format!("{}.before-restore-{time}", name.unwrap_or_default());
    let mut free = first.clone();
    for number in 2..1_000 {
        if !database.with_file_name(&free).exists() {
            break;
        }
        free = format!("{first}-{number}");
    }
    free
}

/// Does what the marker says, from wherever it was left. The caller holds the instance lock, and
/// nobody has the database open.
///
/// # Errors
/// `Refused`, `File`; then the next start tries again.
pub fn finish(database: &Path) -> Result<Outcome, StoreError> {
    finish_until(database, &mut |_| Ok(()))
}

/// As `finish`, and tells each step that it has done; an error stops it there, as a crash would.
///
/// # Errors
/// As `finish`, and what `done` said.
pub fn finish_until(
    database: &Path,
    done: &mut dyn FnMut(Step) -> Result<(), StoreError>,
) -> Result<Outcome, StoreError> {
    let marker_path = marker_of(database);
    if !marker_path.exists() {
        return Ok(Outcome::Nothing);
    }
    done(Step::Marked)?;
    let staged = staged_of(database);
    let marker = read_marker(&marker_path);
    let Some(marker) = marker else { return revert(database) };
    let before = database.with_file_name(&marker.before);
    if staged.exists() {
        if digest_of(&staged)? != marker.sha256 {
            take_back(database, &before)?;
            return revert(database);
        }
        put_aside(database, &before, done)?;
        rename(&staged, database)?;
        sync_folder(&folder_of(database))?;
        done(Step::NewInPlace)?;
    }
    discard(database)?;
    done(Step::FolderGone)?;
    remove_marker(&marker_path)?;
    done(Step::MarkerGone)?;
    Ok(Outcome::Restored { before })
}

/// The present database, and only then its log, so that the two are never taken apart for good.
fn put_aside(
    database: &Path,
    before: &Path,
    done: &mut dyn FnMut(Step) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    if database.exists() {
        if before.exists() {
            return Err(StoreError::Refused(format!(
                "{} is there already, so the present database was not put aside. Move it away and \
                 start again; nothing is lost",
                before.display()
            )));
        }
        rename(database, before)?;
    }
    done(Step::OldAside)?;
    for ending in BESIDE {
        let log = with_ending(database, ending);
        if log.exists() {
            rename(&log, &with_ending(before, ending))?;
        }
    }
    done(Step::LogAside)
}

/// Puts the database back that was put aside already, and its log.
fn take_back(database: &Path, before: &Path) -> Result<(), StoreError> {
    if database.exists() || !before.exists() {
        return Ok(());
    }
    for ending in BESIDE {
        let log = with_ending(before, ending);
        if log.exists() {
            rename(&log, &with_ending(database, ending))?;
        }
    }
    rename(before, database)
}

/// The copy is not what was made ready: the database stays.
fn revert(database: &Path) -> Result<Outcome, StoreError> {
    discard(database)?;
    remove_marker(&marker_of(database))?;
    Ok(Outcome::Reverted)
}

fn read_marker(path: &Path) -> Option<Marker> {
    let mut text = String::new();
    std::fs::File::open(path).ok()?.take(BYTES_MAX).read_to_string(&mut text).ok()?;
    let marker: Marker = serde_json::from_str(&text).ok()?;
    // A name, and no way to elsewhere.
    let is_name = marker.before.contains(".before-restore-")
        && !marker.before.contains(['/', '\\'])
        && !marker.before.contains("..");
    is_name.then_some(marker)
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    std::fs::rename(from, to).map_err(|error| StoreError::file(to, &error))?;
    to.parent().map_or(Ok(()), sync_folder)
}

fn remove_marker(path: &Path) -> Result<(), StoreError> {
    files::remove_if_there(path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Windows cannot open a folder as a file; there renames are journalled.
    #[cfg(unix)]
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::file(folder, &error))?;
    let _ = folder;
    Ok(())
}

fn digest_of(path: &Path) -> Result<String, StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut context = digest::Context::new(&digest::SHA256);
    let mut piece = vec![0_u8; 1024 * 1024];
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(crypt::to_hex(context.finish().as_ref())),
            length => context.update(&piece[..length]),
        }
    }
}
