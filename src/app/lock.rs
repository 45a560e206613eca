//! One process per data folder. The lock file says where the one that holds it can be reached,
//! so that commands hand it their work.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::base::Secret;
use crate::store::files;

const CONTENT_MAX: u64 = 4096;

/// Held as long as this value lives; the system frees it when the process dies.
pub struct Lock {
    /// On Windows a locked file cannot be read by others, so another one is locked there.
    _guard: Option<File>,
    file: File,
}

/// Who holds the folder.
#[derive(Clone, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    pub address: SocketAddr,
    pub base_path: String,
    /// How a browser asks for us, where that is another address than that of commands.
    #[serde(default)]
    pub origin: Option<String>,
    token: String,
}

impl Holder {
    pub fn new(address: SocketAddr, base_path: &str, token: &Secret) -> Self {
        Self {
            pid: std::process::id(),
            address,
            base_path: base_path.to_owned(),
            origin: None,
            token: token.expose().to_owned(),
        }
    }

    /// As it is, asked for by browsers elsewhere.
    #[must_use]
    pub fn at(self, origin: Option<String>) -> Self {
        Self { origin, ..self }
    }

    /// How a browser asks for a path of ours; `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        let base = self.base_path.trim_end_matches('/');
        match &self.origin {
            Some(origin) => format!("{origin}{base}{path}"),
            None => format!("http://{}{base}{path}", self.address),
        }
    }

    pub fn token(&self) -> Secret {
        Secret::new(self.token.clone())
    }
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} at {}", self.pid, self.address)
    }
}

pub enum Taken {
    Ours(Lock),
    /// `None` when it has not said yet where it can be reached.
    Held(Option<Holder>),
}

/// # Errors
/// When the file cannot be made or locked for another reason than that somebody holds it.
pub fn take(path: &Path) -> anyhow::Result<Taken> {
    let file = files::open_private(path)?;
    let guard = if cfg!(windows) { Some(files::open_private(&guard_of(path))?) } else { None };
    match guard.as_ref().unwrap_or(&file).try_lock() {
        Ok(()) => {
            // What a process left that died is not true any more.
            file.set_len(0).context("empty the lock file")?;
            Ok(Taken::Ours(Lock { _guard: guard, file }))
        }
        Err(std::fs::TryLockError::WouldBlock) => Ok(Taken::Held(read_holder(file))),
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("lock {}", path.display()))
        }
    }
}

impl Lock {
    /// # Errors
    /// When it cannot be written.
    pub fn announce(&mut self, holder: &Holder) -> anyhow::Result<()> {
        let text = serde_json::to_string(holder)?;
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes()).context("write the lock file")?;
        self.file.flush().context("write the lock file")
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The token is of no use any more; it need not lie about.
        let _ = self.file.set_len(0);
    }
}

fn guard_of(path: &Path) -> PathBuf {
    path.with_extension("held")
}

fn read_holder(file: File) -> Option<Holder> {
    let mut text = String::new();
    file.take(CONTENT_MAX).read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    #[test]
    fn threat_30_the_second_one_hears_who_holds_the_folder() {
        let folder = Folder::new();
        let path = folder.file("purser.lock");
        let Taken::Ours(mut lock) = take(&path).unwrap() else { panic!("should be ours") };
        assert!(matches!(take(&path).unwrap(), Taken::Held(None)));
        let address = "127.0.0.1:7373".parse().unwrap();
        let token = Secret::new("t".repeat(64));
        lock.announce(&Holder::new(address, "/", &token)).unwrap();
        let Taken::Held(Some(holder)) = take(&path).unwrap() else { panic!("should be held") };
        assert_eq!((holder.address, holder.token().expose()), (address, token.expose()));
        assert!(!format!("{holder:?}").contains("ttt"));
        drop(lock);
        assert_eq!(std::fs::read(&path).unwrap(), b"");
        assert!(matches!(take(&path).unwrap(), Taken::Ours(_)));
    }
}
