//! The system's keyring: Credential Manager, Keychain, Secret Service. Only in a program that was
//! built with the feature `keyring`.

use std::sync::Arc;

use crate::store::vault::openers::Keyring;
#[cfg(not(feature = "keyring"))]
use crate::store::vault::openers::NoKeyring;

/// What this program has.
pub fn of_system() -> Arc<dyn Keyring> {
    #[cfg(feature = "keyring")]
    return Arc::new(system::System { open: system::open });
    #[cfg(not(feature = "keyring"))]
    Arc::new(NoKeyring)
}

#[cfg(feature = "keyring")]
mod system {
    use keyring_core::{Entry, Error};

    use crate::base::secret::Secret;
    use crate::store::vault::openers::{Keyring, KeyringFault};

    const SERVICE: &str = "purser";

    /// `open` gives the entry of a name.
    pub struct System {
        pub open: fn(&str) -> keyring_core::Result<Entry>,
    }

    pub fn open(name: &str) -> keyring_core::Result<Entry> {
        keyring::Entry::new(SERVICE, name).map(|entry| entry.inner)
    }

    /// The words of a fault may hold what the keyring gave; only what kind it is is told.
    fn fault(fault: &Error) -> KeyringFault {
        let what = match fault {
            Error::NoDefaultStore | Error::PlatformFailure(_) => {
                "this system has no keyring that answers; on Linux one needs a desktop's Secret \
                 Service"
            }
            Error::NoStorageAccess(_) => "the keyring is locked",
            Error::Ambiguous(_) => "it holds more than one key of this name",
            _ => "the keyring did not understand us",
        };
        KeyringFault(what.to_owned())
    }

    impl Keyring for System {
        fn find(&self, name: &str) -> Result<Option<Secret>, KeyringFault> {
            match (self.open)(name).and_then(|entry| entry.get_password()) {
                Ok(text) => Ok(Some(Secret::new(text))),
                Err(Error::NoEntry) => Ok(None),
                Err(error) => Err(fault(&error)),
            }
        }

        fn keep(&self, name: &str, secret: &Secret) -> Result<(), KeyringFault> {
            let kept = (self.open)(name).and_then(|entry| entry.set_password(secret.expose()));
            kept.map_err(|error| fault(&error))
        }

        fn remove(&self, name: &str) -> Result<(), KeyringFault> {
            match (self.open)(name).and_then(|entry| entry.delete_credential()) {
                Ok(()) | Err(Error::NoEntry) => Ok(()),
                Err(error) => Err(fault(&error)),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_kept_is_found_and_removed_and_where_there_is_no_keyring_it_says_so() {
            keyring_core::set_default_store(keyring_core::mock::Store::new().unwrap());
            let ring = System { open: |name| Entry::new(SERVICE, name) };
            assert!(ring.find("vault 1").unwrap().is_none());
            ring.keep("vault 1", &Secret::new("a key".to_owned())).unwrap();
            assert_eq!(ring.find("vault 1").unwrap().unwrap().expose(), "a key");
            assert!(ring.find("vault 2").unwrap().is_none());
            ring.remove("vault 1").unwrap();
            ring.remove("vault 1").unwrap();
            assert!(ring.find("vault 1").unwrap().is_none());
            let none = System { open: |_| Err(Error::NoDefaultStore) };
            let told = none.keep("vault 1", &Secret::new("a key".to_owned())).unwrap_err();
            assert!(told.to_string().contains("no keyring"), "{told}");
        }
    }
}
