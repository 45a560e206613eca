//! How much room the disk has, below which mark work that fills it pauses, and the ballast: a file
//! beside the database that is freed when a write finds the disk full. Without it nothing could be
//! written then, not even what would make room.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::store::{StoreError, files};

/// The mark is never lower than this, nor than twice the database: copying it takes as much again.
pub const MARK_BYTES_MIN: u64 = 500 * 1024 * 1024;
pub const BALLAST_BYTES: u64 = 64 * 1024 * 1024;
const BALLAST: &str = "purser.ballast";
const PIECE: usize = 1024 * 1024;

/// What was last seen of the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// `None` where the system does not tell.
    pub free: Option<u64>,
    pub mark: u64,
}

impl Room {
    pub fn is_low(&self) -> bool {
        self.free.is_some_and(|free| free < self.mark)
    }
}

/// The room as everybody who works on the database sees it.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Room>);

impl Seen {
    pub fn get(&self) -> Room {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives what was seen before.
    pub fn set(&self, room: Room) -> Room {
        std::mem::replace(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner), room)
    }
}

/// Below so many free bytes syncs and imports pause.
pub fn mark_of(database_bytes: u64) -> u64 {
    MARK_BYTES_MIN.max(database_bytes.saturating_mul(2))
}

/// The file that is freed when the disk is full.
pub fn ballast_of(database: &Path) -> PathBuf {
    database.with_file_name(BALLAST)
}

/// Lays the ballast down, of just so many bytes; every one is written, so that the disk has them.
/// Whether there was something to do.
///
/// # Errors
/// `DiskFull`, `File`; then there is none.
pub fn lay_ballast(database: &Path, bytes: u64) -> Result<bool, StoreError> {
    let path = ballast_of(database);
    if std::fs::metadata(&path).is_ok_and(|file| file.len() == bytes) {
        return Ok(false);
    }
    files::remove_if_there(&path)?;
    if bytes == 0 {
        return Ok(false);
    }
    fill(&path, bytes).inspect_err(|_| {
        let _ = files::remove_if_there(&path);
        let _ = files::remove_if_there(&files::part_of(&path));
    })?;
    Ok(true)
}

/// Not zeros, and no piece like another: some disks keep those in no room at all.
fn fill(path: &Path, bytes: u64) -> Result<(), StoreError> {
    let part = files::part_of(path);
    let mut file = files::open_private(&part)?;
    let (mut left, mut word) = (bytes, 0x9e37_79b9_7f4a_7c15_u64);
    let mut piece = vec![0_u8; PIECE];
    while left > 0 {
        for place in piece.chunks_exact_mut(8) {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            place.copy_from_slice(&word.to_le_bytes());
        }
        let now = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        file.write_all(&piece[..now]).map_err(|error| StoreError::file(path, &error))?;
        left -= now as u64;
    }
    drop(file);
    files::put_in_place(&part, path)
}

/// Frees the ballast, so that what must be written can be.
pub fn free_ballast(database: &Path) {
    let path = ballast_of(database);
    match std::fs::remove_file(&path) {
        Ok(()) => tracing::error!(
            "The disk is full; the ballast of the data folder was freed so that what is being \
             done can be written down"
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => tracing::error!(%error, "the disk is full, and its ballast cannot be freed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn threat_29_the_mark_is_500_mb_or_twice_the_database() {
        assert_eq!(mark_of(0), 524_288_000);
        assert_eq!(mark_of(262_144_000), 524_288_000);
        assert_eq!(mark_of(300_000_000), 600_000_000);
        let room = |free| Room { free, mark: 100 };
        assert!(room(Some(99)).is_low() && !room(Some(100)).is_low() && !room(None).is_low());
    }

    #[cfg(unix)]
    #[test]
    fn threat_29_the_ballast_takes_real_room_and_is_its_owners_alone() {
        use std::os::unix::fs::MetadataExt;
        let folder = Folder::new();
        let database = folder.file("purser.db");
        let bytes = 3 * 1024 * 1024 + 17;
        assert!(lay_ballast(&database, bytes).unwrap());
        assert!(!lay_ballast(&database, bytes).unwrap(), "it lies there");
        let file = std::fs::metadata(ballast_of(&database)).unwrap();
        assert_eq!(file.len(), bytes);
        assert!(file.blocks() * 512 >= bytes, "{} blocks", file.blocks());
        assert_eq!(file.mode() & 0o777, 0o600);
        free_ballast(&database);
        assert!(!ballast_of(&database).exists());
        free_ballast(&database);
    }
}
