//! Backups: a copy of the database in an encrypted container, and the way back from one.
//!
//! A container opens by whatever opened the vault when it was made: it bears the slots of that
//! vault, never the content of a key file. It is read as a stranger's until its key says otherwise.
//!
//! `header.rs` is what stands before the content, `stream.rs` the content in sealed pieces,
//! `make.rs` makes one and opens it again, `check.rs` is what every copy goes through before it is
//! trusted,
//! `folder.rs` the folder of the schedule, `restore.rs` a copy made ready beside the live data,
//! `swap.rs` how it takes its place, `erased.rs` what was erased since and must stay so.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::base::Secret;
use crate::store::StoreError;
use crate::store::vault::openers::Openers;

pub mod check;
mod erased;
pub mod folder;
pub mod header;
pub mod make;
pub mod restore;
mod stream;
pub mod swap;

/// What may open a container.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    pub openers: &'a Openers,
    pub code: Option<&'a Secret>,
}

/// Told how many of how many bytes are done; an answer of `false` stops the work.
pub type Progress<'a> = &'a dyn Fn(u64, u64) -> bool;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Container,
    /// A copy of the database file itself.
    Database,
}

/// # Errors
/// `Refused` for a file that is neither; `File` for one that cannot be read.
pub fn tell(path: &Path) -> Result<Form, StoreError> {
    let failed = |error: std::io::Error| StoreError::file(path, &error);
    let mut start = Vec::new();
    File::open(path).map_err(failed)?.take(16).read_to_end(&mut start).map_err(failed)?;
    if start.starts_with(header::MAGIC) {
        Ok(Form::Container)
    } else if start.starts_with(b"SQLite format 3\0") {
        Ok(Form::Database)
    } else {
        Err(StoreError::Refused(format!(
            "{} is neither a backup nor a database of purser. Nothing was changed",
            path.display()
        )))
    }
}

/// What is wrong with a container, for the person who needs it.
fn unsound(what: &str) -> StoreError {
    StoreError::Refused(format!(
        "This backup cannot be trusted: {what}. Nothing was changed; take another backup"
    ))
}

fn stopped() -> StoreError {
    StoreError::Refused("It was stopped. Nothing was changed".to_owned())
}

#[cfg(test)]
mod tests;
