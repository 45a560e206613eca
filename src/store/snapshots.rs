//! Copies of the books as they were known at an instant, beside the database: private, without
//! secrets, made under a name of their own and put in place when they are whole.
//!
//! What was known never changes, so a copy holds for as long as the program makes the same books;
//! a few are kept, none longer than 30 days.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::base::Instant;
use crate::store::{Db, StoreError, crypt, files, migrate};

/// Copies that lie beside the database at the same time; each may be as large as it.
const KEPT_MAX: usize = 4;
const AGE_S_MAX: i64 = 30 * 86_400;
/// After this nobody works on an unfinished copy any more.
const PART_AGE_S_MAX: i64 = 86_400;
const START: &str = "as-known-";
const END: &str = ".db";
/// What the figures of a copy depend on besides its facts: the program that made them.
const MADE_BY: &str = env!("PURSER_BOOKS");

/// A copy that lies there, by its name: `as-known-<instant>-<made at>-<made by>.db`.
#[derive(Clone, Debug)]
struct Named {
    at: Instant,
    made_at: i64,
    made_by: String,
    is_part: bool,
    path: PathBuf,
}

/// A copy that is being made; goes away unless it is finished.
pub struct Staged {
    // Closed before its file goes.
    pub db: Db,
    unfinished: Unfinished,
    target: PathBuf,
}

fn folder_of(database: &Path) -> PathBuf {
    database.with_file_name("snapshots")
}

/// The newest copy of an instant that this very program made.
pub fn find(database: &Path, at: Instant) -> Option<PathBuf> {
    let mut named = list(&folder_of(database));
    named.retain(|one| !one.is_part && one.at == at && one.made_by == MADE_BY);
    named.into_iter().max_by_key(|one| one.made_at).map(|one| one.path)
}

/// Opens a copy for reading.
///
/// # Errors
/// As `Db::open_read_only`.
pub fn open(path: &Path, books: &Db) -> Result<Db, StoreError> {
    Db::open_read_only(path, books.clock().clone())
}

/// Copies the books as they are now, to be taken back.
///
/// # Errors
/// `DiskFull`, `File`; then nothing is left behind.
pub fn begin(books: &Db, at: Instant) -> Result<Staged, StoreError> {
    let folder = folder_of(books.path());
    files::make_private_folder(&folder)?;
    let now = books.clock().now();
    sweep(books.path(), now);
    let made_at = now.0;
    let target = folder.join(format!("{START}{}-{made_at}-{MADE_BY}{END}", at.0));
    // Two programs may make the same copy at once; each has a file of its own.
    let path = part_of(&target, &crypt::to_hex(&crypt::random::<4>()?));
    let unfinished = Unfinished(path);
    migrate::snapshot_into(books.path(), &unfinished.0)?;
    let db = Db::open(&unfinished.0, books.clock().clone())?;
    Ok(Staged { db, unfinished, target })
}

fn part_of(target: &Path, mark: &str) -> PathBuf {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{mark}.part"));
    PathBuf::from(name)
}

impl Staged {
    /// Puts the copy in place, as one file that nobody writes any more. Gives where it lies.
    ///
    /// # Errors
    /// `DiskFull`, `File`, `Busy`.
    pub fn finish(self) -> Result<PathBuf, StoreError> {
        let Self { db, unfinished, target } = self;
        db.checkpoint()?;
        // Closed, so that the log can go.
        drop(db);
        let path = &unfinished.0;
        let conn = Connection::open(path)?;
        let mode: String = conn.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))?;
        conn.close().map_err(|(_, error)| error)?;
        if mode != "delete" {
            return Err(StoreError::Busy);
        }
        files::put_in_place(path, &target)?;
        Ok(target)
    }
}

/// Removes a file and what SQLite lays beside it, unless it got its name.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        remove_all_of(&self.0);
    }
}

fn remove_all_of(path: &Path) {
    for ending in ["", "-wal", "-shm", "-journal", ".part"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        remove(Path::new(&name));
    }
}

fn remove(path: &Path) {
    if let Err(error) = files::remove_if_there(path) {
        tracing::warn!(%error, "a copy of the books stays where it is");
    }
}

/// Removes copies that are old, too many, of another program, or were never finished.
pub fn sweep(database: &Path, now: Instant) {
    let mut named = list(&folder_of(database));
    named.sort_by_key(|one| std::cmp::Reverse(one.made_at));
    let age_s = |one: &Named| now.seconds() - Instant(one.made_at).seconds();
    let mut kept: Vec<Instant> = Vec::new();
    for one in named {
        let is_new = !kept.contains(&one.at) && kept.len() < KEPT_MAX - 1;
        let stays = match one.is_part {
            true => age_s(&one) <= PART_AGE_S_MAX,
            false => age_s(&one) <= AGE_S_MAX && one.made_by == MADE_BY && is_new,
        };
        if stays && !one.is_part {
            kept.push(one.at);
        }
        if !stays {
            remove(&one.path);
        }
    }
}

/// Removes every copy: what is erased from the books must not stand in them.
pub fn remove_all(database: &Path) {
    list(&folder_of(database)).iter().for_each(|one| remove(&one.path));
}

fn list(folder: &Path) -> Vec<Named> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| read_name(entry.path())).collect()
}

fn read_name(path: PathBuf) -> Option<Named> {
    let name = path.file_name()?.to_str()?.strip_prefix(START)?.to_owned();
    let (stem, rest) = name.split_once(END)?;
    let mut parts = stem.splitn(3, '-');
    let at = Instant(parts.next()?.parse().ok()?);
    let made_at = parts.next()?.parse().ok()?;
    let made_by = parts.next()?.to_owned();
    Some(Named { at, made_at, made_by, is_part: !rest.is_empty(), path })
}
