//! Makes a backup: a copy of the live database, sealed, and then opened again and counted before it
//! gets its name. At any time, beside a server that writes.

use std::fs::File;
use std::io::{BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::check::{self, Counts};
use super::header::{self, About};
use super::{Form, Progress, stream};
use crate::base::Instant;
use crate::store::vault::{Vault, slots};
use crate::store::{Db, StoreError, crypt, files, migrate, settings};

const STAGING_END: &str = ".staging";

/// A backup that was opened again and found whole.
#[derive(Clone, Debug)]
pub struct Made {
    pub path: PathBuf,
    pub made_at: Instant,
    /// Of the container, and of the database in it.
    pub bytes: u64,
    pub content_bytes: u64,
    pub counts: Counts,
    /// Whether it opens on another machine.
    pub is_portable: bool,
}

/// What the work is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Copying,
    Sealing,
    Verifying,
}

/// Makes a backup at `target`, in the place of a former one that may lie there.
///
/// # Errors
/// `Refused` where another file lies there, or it was stopped; `DiskFull`, `File`. Then nothing is
/// left behind, and what lay there is as it was.
pub fn make(
    db: &Db,
    vault: &Vault,
    target: &Path,
    progress: &dyn Fn(Stage, u64, u64) -> bool,
) -> Result<Made, StoreError> {
    check_target(db, target)?;
    let made_at = db.clock().now();
    let staging = Staging::beside(db.path())?;
    progress(Stage::Copying, 0, 0);
    migrate::snapshot_into(db.path(), &staging.0)?;
    let part = Part(files::part_of(target));
    files::remove_if_there(&part.0)?;
    let sealing = |done, total| progress(Stage::Sealing, done, total);
    let (key, counts, content_bytes) = seal(vault, made_at, (&staging.0, &part.0), &sealing)?;
    // The copy made room for the one that is opened out of the container.
    files::remove_if_there(&staging.0)?;
    let verifying = |done, total| progress(Stage::Verifying, done, total);
    let (bytes, is_portable) = verify(&part.0, key, (&staging.0, &counts), &verifying)?;
    files::put_in_place(&part.0, target)?;
    let path = target.to_owned();
    Ok(Made { path, made_at, bytes, content_bytes, counts, is_portable })
}

/// Another file of somebody is never written over.
fn check_target(db: &Db, target: &Path) -> Result<(), StoreError> {
    let refuse = |what: &str| {
        Err(StoreError::Refused(format!("{} {what}. Nothing was made", target.display())))
    };
    if target == db.path() {
        return refuse("is the database itself; name another file");
    }
    if target.is_dir() {
        return refuse("is a folder; name a file in it");
    }
    match target.exists() && !matches!(super::tell(target), Ok(Form::Container)) {
        true => refuse("is a file already, and no backup; name another one"),
        false => Ok(()),
    }
}

/// Seals the copy. Gives the key, what it holds and how long it is.
fn seal(
    vault: &Vault,
    made_at: Instant,
    (copy, part): (&Path, &Path),
    progress: Progress<'_>,
) -> Result<(crypt::Key, Counts, u64), StoreError> {
    let read = |error: std::io::Error| StoreError::file(copy, &error);
    let conn = check::open_copy(copy)?;
    let (counts, slots) = (check::count(&conn)?, slots::list_slots(&conn)?);
    let instance = settings::find(&conn, "instance_id")?.unwrap_or_default();
    let mut from = File::open(copy).map_err(read)?;
    let bytes = from.metadata().map_err(read)?.len();
    let about = About { step: migrate::known_step(), made_at, instance: &instance, bytes };
    vault.expect_keys_of(&conn)?;
    let (opened, head) = header::make(&about, slots, |salt| vault.backup_key(salt))?;
    drop(conn);
    let failed = |error: std::io::Error| StoreError::file(part, &error);
    let mut to = files::open_private(part)?;
    to.write_all(&head).map_err(failed)?;
    stream::seal(&opened, &mut from, &mut to, &failed, progress)?;
    to.sync_all().map_err(failed)?;
    Ok((opened.key, counts, bytes))
}

/// Opens the container again into `copy`: whole, sound, and with as many rows as were put in.
fn verify(
    part: &Path,
    key: crypt::Key,
    (copy, counts): (&Path, &Counts),
    progress: Progress<'_>,
) -> Result<(u64, bool), StoreError> {
    let failed = |error: std::io::Error| StoreError::file(part, &error);
    let mut from = BufReader::new(File::open(part).map_err(failed)?);
    let opened = header::read(&mut from)?.open_with(key)?;
    let mut to = files::open_private(copy)?;
    stream::open(&opened, &mut from, &mut to, &|e| StoreError::file(copy, &e), progress)?;
    drop(to);
    let found = check::run(copy)?;
    if found != *counts {
        let what = "a backup that was just made does not hold what was put into it";
        return Err(StoreError::Internal(what.to_owned()));
    }
    Ok((from.into_inner().metadata().map_err(failed)?.len(), opened.header.is_portable()))
}

/// Opens a container, or copies a database, into a private file.
///
/// # Errors
/// `Refused` for what cannot be opened or trusted; `DiskFull`, `File`.
pub fn unpack(
    source: &Path,
    keys: super::Keys<'_>,
    target: &Path,
    progress: Progress<'_>,
) -> Result<Option<header::Header>, StoreError> {
    unpack_by(source, (keys, None), target, progress)
}

/// As `unpack`, also by a vault that is open.
///
/// # Errors
/// As `unpack`.
pub fn unpack_by(
    source: &Path,
    (keys, vault): (super::Keys<'_>, Option<&Vault>),
    target: &Path,
    progress: Progress<'_>,
) -> Result<Option<header::Header>, StoreError> {
    let failed = |error: std::io::Error| StoreError::file(source, &error);
    let written = |error: std::io::Error| StoreError::file(target, &error);
    let form = super::tell(source)?;
    let mut from = BufReader::new(File::open(source).map_err(failed)?);
    files::remove_if_there(target)?;
    let (header, mut to) = match form {
        Form::Container => {
            let opened = header::read(&mut from)?.open(keys, vault)?;
            let mut to = files::open_private(target)?;
            stream::open(&opened, &mut from, &mut to, &written, progress)?;
            (Some(opened.header), to)
        }
        Form::Database => {
            check_log(source)?;
            let total = from.get_ref().metadata().map_err(failed)?.len();
            let mut to = files::open_private(target)?;
            copy(&mut from, &mut to, (total, progress), &written)?;
            (None, to)
        }
    };
    to.flush().map_err(written)?;
    to.rewind().map_err(written)?;
    to.sync_all().map_err(written)?;
    Ok(header)
}

/// A database whose log lies beside it was copied while a program wrote.
fn check_log(source: &Path) -> Result<(), StoreError> {
    let mut log = source.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(PathBuf::from(log)).is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::Refused(format!(
            "{} is of a program that runs or did not end cleanly: its log lies beside it. Start \
             and stop that program, or make a backup with `purser backup`. Nothing was changed",
            source.display()
        )));
    }
    Ok(())
}

fn copy(
    from: &mut impl Read,
    to: &mut File,
    (total, progress): (u64, Progress<'_>),
    failed: &dyn Fn(std::io::Error) -> StoreError,
) -> Result<(), StoreError> {
    let (mut piece, mut done) = (vec![0_u8; stream::PIECE], 0);
    loop {
        let length = from.read(&mut piece).map_err(failed)?;
        if length == 0 {
            return Ok(());
        }
        to.write_all(&piece[..length]).map_err(failed)?;
        done += length as u64;
        if !progress(done, total) {
            return Err(super::stopped());
        }
    }
}

/// A plain copy on its way into or out of a container, beside the database, where it is as private
/// as that; goes away with this value.
pub struct Staging(pub PathBuf);

impl Staging {
    /// # Errors
    /// `Internal` where the system gives no random bytes.
    pub fn beside(database: &Path) -> Result<Self, StoreError> {
        let mark = crypt::to_hex(&crypt::random::<6>()?);
        Ok(Self(database.with_file_name(format!("backup-{mark}{STAGING_END}"))))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        for ending in ["", ".part", "-wal", "-shm", "-journal"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(ending);
            remove(Path::new(&name));
        }
    }
}

/// The unfinished container.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        remove(&self.0);
    }
}

fn remove(path: &Path) {
    if let Err(error) = files::remove_if_there(path) {
        tracing::warn!(%error, "an unfinished copy stays where it is");
    }
}

/// Removes copies that a program left behind which died. The caller holds the instance lock.
pub fn sweep(database: &Path) {
    let Some(entries) = database.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("backup-") && name.contains(STAGING_END) {
            remove(&entry.path());
        }
    }
}
