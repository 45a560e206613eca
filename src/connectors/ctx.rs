//! What a connector is given to work with: the account, its opened secrets, the way out, the
//! clock, and a place for results too large for memory.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicU32, Ordering};

use super::fault::Fault;
use super::kit::http::Http;
use super::spec::{ALLOW_PRIVATE_NETWORK, AUTH_URL, BASE_URL, Spec};
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::base::{Clock, Currency, Instant, Zone};

pub struct Ctx<'a> {
    pub account: &'a Account,
    pub secrets: &'a dyn Secrets,
    /// The only way out.
    pub http: Http<'a>,
    pub clock: &'a Clock,
    /// From when on the user wants to know; a stream at its beginning starts here.
    pub since: Instant,
    pub spool: &'a dyn Spool,
}

/// A connected account, without its secrets.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    /// As its owner calls it.
    pub name: String,
    /// The store that its records belong to, where they belong to one.
    pub store: Option<String>,
    /// The store's.
    pub currency: Option<Currency>,
    /// The store's, which reads time stamps that bear none.
    pub zone: Zone,
    /// By the keys of the spec's fields, secrets left out.
    pub settings: BTreeMap<String, String>,
}

impl Account {
    /// A setting that was given and is not empty.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.settings.get(key).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    pub fn is_on(&self, key: &str) -> bool {
        matches!(self.setting(key), Some("yes" | "true" | "1" | "on"))
    }

    /// The platform's address, without a slash at its end: the setting, or what is usual.
    pub fn base_url(&self, usual: &str) -> String {
        self.setting(BASE_URL).unwrap_or(usual).trim_end_matches('/').to_owned()
    }

    /// As `base_url`, of the host that hands out tokens.
    pub fn auth_url(&self, usual: &str) -> String {
        self.setting(AUTH_URL).unwrap_or(usual).trim_end_matches('/').to_owned()
    }

    pub fn allows_private_network(&self) -> bool {
        self.is_on(ALLOW_PRIVATE_NETWORK)
    }
}

/// The sealed secrets of one account, and its access tokens, which live in memory only.
pub trait Secrets: Send + Sync {
    fn find(&self, key: &str) -> Option<Secret>;
    /// Seals a secret in the place of the former one. When this returns, it survives a crash.
    ///
    /// # Errors
    /// `Transient` where it could not be written: then it must not be used either.
    fn seal(&self, key: &str, secret: &Secret) -> Result<(), Fault>;
    fn find_token(&self, name: &str) -> Option<Token>;
    fn keep_token(&self, name: &str, token: Token);
    fn forget_token(&self, name: &str);
}

#[derive(Clone, Debug)]
pub struct Token {
    pub secret: Secret,
    pub expires_at: Instant,
}

/// Files of one account for results that are fetched whole and read in pages. Only what was
/// scrubbed is written there.
pub trait Spool: Send + Sync {
    /// Begins a file anew.
    ///
    /// # Errors
    /// What the system said.
    fn create(&self, name: &str) -> io::Result<Box<dyn Write + Send>>;
    /// Opens it at an offset; `None` where it is not there.
    ///
    /// # Errors
    /// What the system said.
    fn open(&self, name: &str, offset: u64) -> io::Result<Option<Box<dyn BufRead + Send>>>;
    /// A file that is not there is no fault.
    fn remove(&self, name: &str);
}

/// What one turn may use up.
#[derive(Debug)]
pub struct Budget {
    calls: AtomicU32,
    until: Instant,
}

impl Budget {
    pub fn new(calls: u32, until: Instant) -> Self {
        Self { calls: AtomicU32::new(calls), until }
    }

    /// Takes one call.
    ///
    /// # Errors
    /// `Stopped` where there is none left, or the time is over.
    pub fn take(&self, now: Instant) -> Result<(), Fault> {
        let taken = self.calls.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            if now < self.until { left.checked_sub(1) } else { None }
        });
        taken.map(|_| ()).map_err(|_| Fault::Stopped)
    }

    /// Whether another page may be asked for.
    pub fn is_left(&self, now: Instant) -> bool {
        now < self.until && self.calls.load(Ordering::SeqCst) > 0
    }
}

impl Ctx<'_> {
    /// A secret that the form asks for.
    ///
    /// # Errors
    /// `Auth` where it was not given or does not open.
    pub fn secret(&self, key: &str) -> Result<Secret, Fault> {
        self.secrets.find(key).ok_or_else(|| {
            Fault::auth(format!("The credential \"{key}\" is missing. Connect the account again."))
        })
    }

    /// A setting that the form asks for.
    ///
    /// # Errors
    /// `Auth` where it was not given.
    pub fn setting(&self, key: &str) -> Result<&str, Fault> {
        self.account.setting(key).ok_or_else(|| {
            Fault::auth(format!("The setting \"{key}\" is missing. Connect the account again."))
        })
    }
}

/// What is wrong with what a user gave for a spec, by the field; empty when nothing is.
pub fn list_missing(
    spec: &Spec,
    settings: &BTreeMap<String, String>,
    secrets: &[&str],
) -> Vec<&'static str> {
    let is_given = |key: &str| {
        secrets.contains(&key) || settings.get(key).is_some_and(|text| !text.trim().is_empty())
    };
    let lacking = spec.fields.iter().filter(|field| field.required && !is_given(field.key));
    lacking.map(|field| field.key).collect()
}
