//! Where files wait until they were read: private, under names that nobody chose, and gone
//! again afterwards.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::understood::Understood;
use crate::store::{Db, StoreError, files, jobs};

use super::import_job::{IMPORT, Request};

/// Beside the database.
const FOLDER: &str = "spool";

#[derive(Clone, Debug)]
pub struct Spool {
    folder: PathBuf,
}

/// A file that waits for an answer of its owner: which store it is of, or whether what was
/// understood of it is right.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Waiting {
    pub request: Request,
    pub label: String,
    /// What was understood, where that is what is asked about.
    #[serde(default)]
    pub look: Option<Look>,
}

/// What a dry run of a file said.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Look {
    pub understood: Understood,
    pub refused: i64,
    /// Line, column and reason of the first that were refused.
    pub first_refused: Vec<(i64, String, String)>,
    /// Kind, name, first line and count.
    pub unknowns: Vec<(String, String, i64, i64)>,
    pub notices: Vec<(i64, String)>,
}

impl Spool {
    pub fn beside(database: &Path) -> Self {
        let parent = database.parent().unwrap_or(Path::new("."));
        Self { folder: parent.join(FOLDER) }
    }

    /// A new empty file, for its owner only.
    ///
    /// # Errors
    /// `File`, `DiskFull`.
    pub fn create(&self) -> Result<(PathBuf, File), StoreError> {
        files::make_private_folder(&self.folder)?;
        let path = self.folder.join(Uuid::now_v7().simple().to_string());
        let file = files::open_private(&path)?;
        Ok((path, file))
    }

    /// Notes what is known of a file that waits; gives the name under which it is found again.
    ///
    /// # Errors
    /// `File`, `DiskFull`.
    pub fn keep(&self, waiting: &Waiting) -> Result<String, StoreError> {
        let name = waiting.request.path.file_name().unwrap_or_default().to_string_lossy();
        let note =
            serde_json::to_vec(waiting).map_err(|fault| StoreError::Internal(fault.to_string()))?;
        files::write_private(&self.note_of(&name), &note)?;
        Ok(name.into_owned())
    }

    /// `None` for a name that is none, or whose file is gone.
    pub fn find(&self, name: &str) -> Option<Waiting> {
        Uuid::try_parse(name).ok()?;
        let note = fs::read(self.note_of(name)).ok()?;
        let waiting: Waiting = serde_json::from_slice(&note).ok()?;
        waiting.request.path.is_file().then_some(waiting)
    }

    /// The files that wait, with their names, the oldest first.
    pub fn list_waiting(&self) -> Vec<(String, Waiting)> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| !name.ends_with(".json")).collect();
        names.sort_unstable();
        let found = names.into_iter().map(|name| (self.find(&name), name));
        found.filter_map(|(waiting, name)| Some((name, waiting?))).collect()
    }

    /// The file no longer waits; it itself stays.
    pub fn release(&self, name: &str) {
        if Uuid::try_parse(name).is_ok() {
            let _ = fs::remove_file(self.note_of(name));
        }
    }

    /// Removes a file and what was noted of it.
    pub fn remove(&self, path: &Path) {
        if let Some(name) = path.file_name() {
            self.release(&name.to_string_lossy());
        }
        // What cannot be removed now is found at the next start.
        let _ = fs::remove_file(path);
    }

    /// Removes what no open import will read: leftovers of a program that was killed. Only for
    /// who holds the lock, before anything is taken in.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn sweep(&self, db: &Db) -> Result<(), StoreError> {
        let payloads = db.read(|reader| jobs::list_open_payloads(reader, IMPORT.name))?;
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if !payloads.iter().any(|payload| payload.contains(&name)) {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    fn note_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }
}
