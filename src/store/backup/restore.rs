//! A backup made ready beside the live data, in a folder of its own: opened, checked, brought up to
//! date, its vault sealed for this machine, and what was erased since erased again. Nothing of the
//! live data is touched here; `swap.rs` does that.

use std::path::{Path, PathBuf};

use super::{Keys, Progress, check, erased, header, make};
use crate::base::{Clock, Instant};
use crate::store::stock::channels::{self, PushState};
use crate::store::stock::outbox;
use crate::store::vault::openers::Openers;
use crate::store::vault::{Locked, Vault, moves, recovery};
use crate::store::{Db, Lane, Reader, StoreError, files, migrate, settings};

/// The folder beside the database, and the file in it.
const FOLDER: &str = "restore";
const FILE: &str = "purser.db";

/// What a database holds, for who compares two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub organisation: String,
    pub orders: i64,
    pub stores: i64,
    pub users: i64,
    pub products: i64,
    pub connections: i64,
    /// When its newest order was placed.
    pub last_order_at: Option<Instant>,
    pub bytes: u64,
}

/// What is to be restored, and what there is now.
#[derive(Clone, Debug)]
pub struct Preview {
    pub source: PathBuf,
    /// `None` for a copy of the database file itself, which does not say.
    pub made_at: Option<Instant>,
    pub app: Option<String>,
    /// The step of its structure, before it was brought up to date.
    pub step: i64,
    pub there: Content,
    /// `None` where there is no live database, or none that can be read.
    pub here: Option<Content>,
    /// Whether it is of the very installation that it would replace.
    pub is_same: bool,
    /// Orders whose buyers were erased since, and are erased again.
    pub erased: i64,
    /// Whether the writing of stock was stopped in it.
    pub is_stopped: bool,
    /// Whether the vault waits for its passphrase.
    pub waits_for_passphrase: bool,
}

/// The folder of what is being restored.
pub fn folder_of(database: &Path) -> PathBuf {
    database.with_file_name(FOLDER)
}

/// The copy that is to take the place of the database.
pub fn staged_of(database: &Path) -> PathBuf {
    folder_of(database).join(FILE)
}

/// Makes a backup ready to be restored.
///
/// # Errors
/// `Refused`, `NotOurs`, `NewerDatabase`, `Damaged` where it cannot be opened or trusted. Then the
/// folder is empty and the live data as it was.
pub fn stage(
    source: &Path,
    (database, live): (&Path, Option<&Db>),
    keys: Keys<'_>,
    clock: &Clock,
    progress: Progress<'_>,
) -> Result<Preview, StoreError> {
    discard(database)?;
    let staged = stage_into(source, (database, live), keys, clock, progress);
    if staged.is_err() {
        discard(database)?;
    }
    staged
}

fn stage_into(
    source: &Path,
    (database, live): (&Path, Option<&Db>),
    keys: Keys<'_>,
    clock: &Clock,
    progress: Progress<'_>,
) -> Result<Preview, StoreError> {
    files::make_private_folder(&folder_of(database))?;
    let path = staged_of(database);
    let header = make::unpack(source, keys, &path, progress)?;
    let (content, step) = look(&path)?;
    let db = Db::open(&path, clock.clone())?;
    let waits_for_passphrase = seal_for_here(&db, keys, header.as_ref())?;
    let since = header.as_ref().map(|header| header.made_at);
    let erased = match live {
        Some(live) if is_same(live, &db) => erased::carry_over(live, &db)?,
        _ => 0,
    };
    if erased > 0 {
        // Whoever was forgotten in the copy leaves no byte in it either.
        db.vacuum()?;
    }
    let is_stopped = stop_writing(&db)?;
    let here = live.map(|live| find_content(live, database)).transpose()?;
    let is_same = live.is_some_and(|live| is_same(live, &db));
    db.checkpoint()?;
    drop(db);
    Ok(Preview {
        source: source.to_owned(),
        made_at: since,
        app: header.map(|header| header.app),
        step,
        there: content,
        here,
        is_same,
        erased,
        is_stopped,
        waits_for_passphrase,
    })
}

/// Checks a copy and counts it, before anything is written to it.
fn look(path: &Path) -> Result<(Content, i64), StoreError> {
    let counts = check::run(path)?;
    let conn = check::open_copy(path)?;
    let step = migrate::check_copy(&conn)?;
    let mut content = Content {
        orders: counts.of("orders"),
        stores: counts.of("stores"),
        users: counts.of("users"),
        products: counts.of("variants"),
        connections: counts.of("accounts"),
        bytes: length_of(path),
        ..Content::default()
    };
    content.organisation =
        conn.query_row("SELECT name FROM organisation", [], |row| row.get(0)).unwrap_or_default();
    if content.orders > 0 {
        let sql = "SELECT max(placed_at) FROM orders";
        content.last_order_at = conn.query_row(sql, [], |row| row.get(0))?;
    }
    Ok((content, step))
}

fn length_of(path: &Path) -> u64 {
    std::fs::metadata(path).map(|file| file.len()).unwrap_or_default()
}

/// # Errors
/// `StoreError` of the database.
pub fn find_content(db: &Db, path: &Path) -> Result<Content, StoreError> {
    let bytes = length_of(path);
    db.read(|reader| {
        let count = |table: &str| {
            let sql = format!("SELECT count(*) FROM {table}");
            reader.conn().query_row(&sql, [], |row| row.get::<_, i64>(0))
        };
        let organisation = "SELECT coalesce((SELECT name FROM organisation), '')";
        let last = "SELECT max(placed_at) FROM orders";
        Ok(Content {
            organisation: reader.conn().query_row(organisation, [], |row| row.get(0))?,
            orders: count("orders")?,
            stores: count("stores")?,
            users: count("users")?,
            products: count("variants")?,
            connections: count("accounts")?,
            last_order_at: reader.conn().query_row(last, [], |row| row.get(0))?,
            bytes,
        })
    })
}

/// Whether two databases are of one installation.
fn is_same(one: &Db, other: &Db) -> bool {
    let find =
        |db: &Db| db.read(|reader: &Reader<'_>| settings::find(reader.conn(), "instance_id"));
    matches!((find(one), find(other)), (Ok(Some(one)), Ok(Some(other))) if one == other)
}

/// Leaves a vault that opens on this machine. Gives whether it still wants its passphrase.
fn seal_for_here(
    db: &Db,
    keys: Keys<'_>,
    header: Option<&header::Header>,
) -> Result<bool, StoreError> {
    let reason = match Vault::open_with(keys.openers, db)?.locked() {
        None => return Ok(false),
        Some(reason) => reason,
    };
    if let Some(code) = keys.code {
        recovery::adopt(db, keys.openers, code)?;
        return match Vault::open_with(keys.openers, db)?.locked() {
            None => Ok(false),
            Some(reason) => Err(StoreError::Refused(reason.to_string())),
        };
    }
    match (reason, header) {
        (Locked::NoPassphrase, _) => Ok(true),
        (reason, _) if moves::asks_for_passphrase(&reason) => {
            Err(StoreError::Refused(reason.to_string()))
        }
        _ => Err(StoreError::Refused(
            "The key of this machine does not open the vault in it. Say the recovery code that was \
             in force when it was made. Nothing was changed"
                .to_owned(),
        )),
    }
}

/// What it knows of stock is old: nothing is written on a channel before somebody says so.
fn stop_writing(db: &Db) -> Result<bool, StoreError> {
    db.write_local(Lane::Interactive, |tx| {
        let known = channels::list_channels(tx.conn())?;
        let is_armed = known.iter().any(|channel| channel.state == PushState::Armed);
        if is_armed {
            outbox::set_stopped(tx, true)?;
        }
        Ok(is_armed)
    })
}

/// Removes what was made ready, or what is left of it.
///
/// # Errors
/// `File`.
pub fn discard(database: &Path) -> Result<(), StoreError> {
    let folder = folder_of(database);
    match std::fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::file(&folder, &error))
        }
        _ => Ok(()),
    }
}

/// A rehearsal: a copy opened in a folder of its own beside the live data, which is not touched.
pub struct Rehearsal {
    // Closed before its folder goes.
    pub db: Db,
    pub content: Content,
    pub made_at: Option<Instant>,
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "a rehearsed copy stays where it is");
        }
    }
}

/// The folder of a rehearsal; swept like the other.
pub fn rehearsal_of(database: &Path) -> PathBuf {
    database.with_file_name("rehearsal")
}

/// Restores a backup into a folder beside the live data, with every check, and opens it.
///
/// # Errors
/// As `stage`.
pub fn rehearse(
    source: &Path,
    database: &Path,
    (openers, vault): (&Openers, Option<&Vault>),
    clock: &Clock,
) -> Result<Rehearsal, StoreError> {
    let folder = rehearsal_of(database);
    let _ = std::fs::remove_dir_all(&folder);
    files::make_private_folder(&folder)?;
    let folder = Folder(folder);
    let path = folder.0.join(FILE);
    let keys = Keys { openers, code: None };
    let header = make::unpack_by(source, (keys, vault), &path, &|_, _| true)?;
    let (content, _) = look(&path)?;
    let db = Db::open(&path, clock.clone())?;
    let made_at = header.map(|header| header.made_at);
    Ok(Rehearsal { db, content, made_at, _folder: folder })
}

/// Removes what a program left behind which died. The caller holds the instance lock.
pub fn sweep(database: &Path) {
    make::sweep(database);
    let left = discard(database);
    let rehearsal = rehearsal_of(database);
    if let Err(error) = left {
        tracing::warn!(%error, "a copy that was not restored stays where it is");
    }
    if rehearsal.exists()
        && let Err(error) = std::fs::remove_dir_all(&rehearsal)
    {
        tracing::warn!(%error, "a rehearsed copy stays where it is");
    }
}
