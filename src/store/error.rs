//! What can go wrong with the database, in words for the person in front of it.

use std::path::PathBuf;

use rusqlite::ErrorCode;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database could not do this: {0}")]
    Sqlite(rusqlite::Error),
    #[error(
        "the database was written by a newer version of purser (it is at step {found}, this \
         program knows {known}); nothing was changed. Start the newer version{}",
        snapshot_hint(.snapshot)
    )]
    NewerDatabase { found: i64, known: i64, snapshot: Option<PathBuf> },
    #[error(
        "the database is of an older version (step {found}, this program needs {known}); \
             start `purser serve` once, it brings the database up to date"
    )]
    OlderDatabase { found: i64, known: i64 },
    #[error("{path} is not a database of purser; nothing was changed")]
    NotOurs { path: PathBuf },
    #[error("there is no database at {path}")]
    NoDatabase { path: PathBuf },
    #[error("the disk is full; nothing was changed. Free some space and try again")]
    DiskFull,
    #[error("the database is busy; nothing was changed. Try again in a moment")]
    Busy,
    #[error("this took too long and was stopped; ask for a shorter period")]
    TooSlow,
    #[error("the database was opened for reading only")]
    ReadOnly,
    #[error("the database is damaged ({what}); nothing was changed. Restore the last backup")]
    Damaged { what: String },
    #[error("this contradicts what is already there; nothing was changed")]
    Conflict,
    #[error("there is no such record")]
    Missing,
    #[error("the file {path} could not be read or written: {what}")]
    File { path: PathBuf, what: String },
    /// Something the caller asked for cannot be; the text says why and what to do.
    #[error("{0}")]
    Refused(String),
    #[error("something went wrong inside purser ({0}); nothing was changed")]
    Internal(String),
}

fn snapshot_hint(snapshot: &Option<PathBuf>) -> String {
    snapshot.as_ref().map_or_else(String::new, |path| {
        format!(", or go back to the copy made before the upgrade: {}", path.display())
    })
}

impl StoreError {
    pub fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::DiskFull;
        }
        Self::File { path: path.to_owned(), what: error.to_string() }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if matches!(error, rusqlite::Error::QueryReturnedNoRows) {
            return Self::Missing;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::OperationInterrupted) => Self::TooSlow,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { what: error.to_string() }
            }
            Some(ErrorCode::ConstraintViolation) if is_unique(&error) => Self::Conflict,
            _ => Self::Sqlite(error),
        }
    }
}

fn is_unique(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi;
    matches!(
        error.sqlite_error().map(|inner| inner.extended_code),
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_FOREIGNKEY
        )
    )
}
