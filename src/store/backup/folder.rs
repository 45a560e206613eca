//! The folder of the schedule. A file in it says that it is the one that was chosen: a disk that is
//! not mounted leaves an empty folder in its place, and nothing is ever written there.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::header::{self, Header};
use crate::base::Instant;
use crate::store::{StoreError, files};

const MARKER: &str = ".purser-backups";
const START: &str = "purser-";
const END: &str = ".backup";

/// A backup of this installation that lies in the folder.
pub struct Kept {
    pub path: PathBuf,
    pub bytes: u64,
    pub made_at: Instant,
}

/// Makes a folder the one of the schedule.
///
/// # Errors
/// `Refused` where it is none, or lies with the data; `File` where it cannot be written.
pub fn choose(folder: &Path, database: &Path) -> Result<(), StoreError> {
    let refuse = |what: &str| {
        Err(StoreError::Refused(format!("{} {what}. Nothing was changed", folder.display())))
    };
    if !folder.is_absolute() {
        return refuse("does not begin at the root; write the whole path");
    }
    if !folder.is_dir() {
        return refuse("is no folder, or is not there now: mount the disk, or make the folder");
    }
    let real = folder.canonicalize().map_err(|error| StoreError::file(folder, &error))?;
    let data = database.parent().and_then(|data| data.canonicalize().ok());
    if data.is_some_and(|data| real.starts_with(data)) {
        return refuse("lies with the data itself, and would be lost with it");
    }
    files::write_private(&folder.join(MARKER), b"Backups of Purser lie here.\n")
}

/// Whether it is the folder that was chosen, and not what is seen while its disk is away.
pub fn is_there(folder: &Path) -> bool {
    folder.join(MARKER).is_file()
}

/// What a backup of this installation is called.
pub fn name_of(instance: &str, made_at: Instant) -> String {
    let time = made_at.to_string().replace([':', '-'], "");
    format!("{START}{time}-{instance}{END}")
}

/// The backups of this installation, the newest first; their heads are read, their content is not.
/// Files of others, also of another installation, are passed over.
pub fn list(folder: &Path, instance: &str) -> Vec<Kept> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut kept: Vec<Kept> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_name()?.to_str()?;
            let end = format!("-{instance}{END}");
            name.strip_prefix(START)?.strip_suffix(&end)?;
            let header = look(&path).ok()?;
            let bytes = entry.metadata().ok()?.len();
            Some(Kept { bytes, made_at: header.made_at, path })
        })
        .collect();
    kept.sort_by(|one, other| other.made_at.cmp(&one.made_at).then(other.path.cmp(&one.path)));
    kept
}

/// What a container says of itself, before anything of it is believed.
///
/// # Errors
/// `Refused` for what is none.
pub fn look(path: &Path) -> Result<Header, StoreError> {
    let file = File::open(path).map_err(|error| StoreError::file(path, &error))?;
    Ok(header::read(&mut BufReader::new(file))?.header)
}
