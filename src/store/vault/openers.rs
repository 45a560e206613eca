//! What opens the vault from outside: the key file, the system's keyring, a passphrase. Knows
//! nothing of what they open.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::base::secret::Secret;
use crate::store::crypt::{self, Key};
use crate::store::{StoreError, files};

const KEY_HEAD: &str = "purser-key-1 ";

/// All that is at hand to open a vault; which of them does is told by the vault's own slot.
#[derive(Clone)]
pub struct Openers {
    pub key_file: PathBuf,
    pub keyring: Arc<dyn Keyring>,
    /// What somebody said; `None` where nobody was asked.
    pub passphrase: Option<Secret>,
}

impl Openers {
    /// A key file and nothing else.
    pub fn of_key_file(path: &Path) -> Self {
        Self { key_file: path.to_owned(), keyring: Arc::new(NoKeyring), passphrase: None }
    }

    #[must_use]
    pub fn with_keyring(self, keyring: Arc<dyn Keyring>) -> Self {
        Self { keyring, ..self }
    }

    #[must_use]
    pub fn with_passphrase(self, passphrase: Option<Secret>) -> Self {
        Self { passphrase, ..self }
    }
}

/// The place where the system keeps secrets for programs.
pub trait Keyring: Send + Sync {
    /// `None` where nothing lies there under this name.
    ///
    /// # Errors
    /// Why the keyring cannot be asked.
    fn find(&self, name: &str) -> Result<Option<Secret>, KeyringFault>;
    /// Keeps it in the place of the former one.
    ///
    /// # Errors
    /// Why it was not kept.
    fn keep(&self, name: &str, secret: &Secret) -> Result<(), KeyringFault>;
    /// # Errors
    /// Why it may still be there.
    fn remove(&self, name: &str) -> Result<(), KeyringFault>;
}

/// Why the system's keyring cannot be used, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeyringFault(pub String);

/// Of a program that was built without one.
pub struct NoKeyring;

impl NoKeyring {
    fn fault<T>() -> Result<T, KeyringFault> {
        Err(KeyringFault("this program was built without the system's keyring".to_owned()))
    }
}

impl Keyring for NoKeyring {
    fn find(&self, _: &str) -> Result<Option<Secret>, KeyringFault> {
        Self::fault()
    }

    fn keep(&self, _: &str, _: &Secret) -> Result<(), KeyringFault> {
        Self::fault()
    }

    fn remove(&self, _: &str) -> Result<(), KeyringFault> {
        Self::fault()
    }
}

/// Under which name the key of one installation lies in the keyring of a person who has several.
pub fn keyring_name(instance: &str) -> String {
    format!("vault {instance}")
}

/// # Errors
/// `File` for a file that cannot be read, or is no key file.
pub fn read_key_file(path: &Path) -> Result<Option<Key>, StoreError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file(path, &error)),
    };
    parse_key(&text).map(Some).ok_or_else(|| StoreError::File {
        path: path.to_owned(),
        what: "it is not a key file of purser".to_owned(),
    })
}

/// # Errors
/// `File` where it cannot be written.
pub fn make_key_file(path: &Path) -> Result<Key, StoreError> {
    let key = crypt::random_key()?;
    files::write_private(path, write_key(&key).expose().as_bytes())?;
    Ok(key)
}

/// As it stands in a key file and in the keyring.
pub fn write_key(key: &Key) -> Secret {
    Secret::new(format!("{KEY_HEAD}{}\n", crypt::to_hex(key.as_slice())))
}

pub fn parse_key(text: &str) -> Option<Key> {
    let hex = text.strip_prefix(KEY_HEAD)?.trim_end();
    crypt::from_hex(hex).map(Key::new)
}

#[cfg(test)]
pub mod testing {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::*;

    /// A keyring that lives as long as its test, and can be gone.
    #[derive(Default)]
    pub struct InMemory {
        pub held: Mutex<HashMap<String, String>>,
        pub is_gone: std::sync::atomic::AtomicBool,
    }

    impl InMemory {
        fn open<T>(
            &self,
            work: impl FnOnce(&mut HashMap<String, String>) -> T,
        ) -> Result<T, KeyringFault> {
            match self.is_gone.load(std::sync::atomic::Ordering::SeqCst) {
                true => Err(KeyringFault("nobody holds a keyring here".to_owned())),
                false => Ok(work(&mut self.held.lock().unwrap())),
            }
        }
    }

    impl Keyring for InMemory {
        fn find(&self, name: &str) -> Result<Option<Secret>, KeyringFault> {
            self.open(|held| held.get(name).cloned().map(Secret::new))
        }

        fn keep(&self, name: &str, secret: &Secret) -> Result<(), KeyringFault> {
            self.open(|held| {
                held.insert(name.to_owned(), secret.expose().to_owned());
            })
        }

        fn remove(&self, name: &str) -> Result<(), KeyringFault> {
            self.open(|held| {
                held.remove(name);
            })
        }
    }
}
