//! An account that stands in memory, to try a connector without database and network.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufRead, Cursor, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::http::{Http, Reach, Transport};
use super::limit::Limiter;
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::base::{Clock, Currency, Instant, Zone};
use crate::connectors::contract::{Api, Cursor as Place, Document};
use crate::connectors::ctx::{Account, Budget, Ctx, Secrets, Spool, Token};
use crate::connectors::fault::Fault;

/// Pages that one stream may have here; a stream that never ends is a fault.
const PAGES_MAX: usize = 10_000;

/// All that a `Ctx` borrows.
pub struct Stage {
    pub account: Account,
    pub secrets: InMemory,
    pub clock: Clock,
    pub since: Instant,
    pub limiter: Limiter,
    pub budget: Budget,
    pub spool: Files,
}

impl Stage {
    /// On 1 November 2026, for a store in euro and UTC, with three years of history wanted.
    pub fn new() -> Self {
        let now = Instant::from_seconds(1_793_491_200);
        let until = now.plus_seconds(365 * 86_400);
        Self {
            account: Account {
                id: AccountId(1),
                name: "stage".to_owned(),
                store: Some("shop".to_owned()),
                currency: Currency::parse("EUR").ok(),
                zone: Zone::utc(),
                settings: BTreeMap::new(),
            },
            secrets: InMemory::default(),
            clock: Clock::set_at(now),
            since: now.plus_seconds(-3 * 365 * 86_400),
            limiter: Limiter::default(),
            budget: Budget::new(1_000_000, until),
            spool: Files::default(),
        }
    }

    #[must_use]
    pub fn setting(mut self, key: &str, value: &str) -> Self {
        self.account.settings.insert(key.to_owned(), value.to_owned());
        self
    }

    #[must_use]
    pub fn secret(self, key: &str, value: &str) -> Self {
        self.secrets.put(key, Secret::new(value.to_owned()));
        self
    }

    pub fn ctx<'a>(&'a self, api: &dyn Api, transport: &'a dyn Transport) -> Ctx<'a> {
        Ctx {
            account: &self.account,
            secrets: &self.secrets,
            http: Http {
                transport,
                limiter: &self.limiter,
                spec: api.spec(),
                account: self.account.id,
                reach: Reach::of(api.spec(), &self.account),
                budget: &self.budget,
                clock: &self.clock,
                should_stop: &|| false,
            },
            clock: &self.clock,
            since: self.since,
            spool: &self.spool,
        }
    }

    /// Everything of one stream from a place on, and the place where it ended.
    ///
    /// # Errors
    /// The first fault; `Refused` for a stream without end or that the spec does not name.
    pub fn drain(
        &self,
        (api, transport): (&dyn Api, &dyn Transport),
        stream: &str,
        from: Place,
    ) -> Result<(Vec<Document>, Place), Fault> {
        let Some(stream) = api.spec().find_stream(stream) else {
            return Err(Fault::refused(0, format!("there is no stream {stream:?}")));
        };
        let (mut documents, mut place) = (Vec::new(), from);
        for _ in 0..PAGES_MAX {
            let page = api.pull(&self.ctx(api, transport), stream, &place)?;
            #[cfg(test)]
            super::reread::expect_same(api, (&self.account, stream), &page);
            documents.extend(page.documents);
            place = page.next;
            if let Some(wait) = page.wait {
                self.clock.pause(wait);
            } else if !page.more {
                return Ok((documents, place));
            }
        }
        Err(Fault::refused(0, "the stream does not end"))
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// Secrets in memory.
#[derive(Debug, Default)]
pub struct InMemory {
    sealed: Mutex<HashMap<String, Secret>>,
    tokens: Mutex<HashMap<String, Token>>,
}

impl InMemory {
    /// Everything that is sealed, by its key.
    pub fn list(&self) -> Vec<(String, Secret)> {
        let sealed = lock(&self.sealed);
        sealed.iter().map(|(key, secret)| (key.clone(), secret.clone())).collect()
    }

    pub fn put(&self, key: &str, secret: Secret) {
        lock(&self.sealed).insert(key.to_owned(), secret);
    }
}

impl Secrets for InMemory {
    fn find(&self, key: &str) -> Option<Secret> {
        lock(&self.sealed).get(key).cloned()
    }

    fn seal(&self, key: &str, secret: &Secret) -> Result<(), Fault> {
        self.put(key, secret.clone());
        Ok(())
    }

    fn find_token(&self, name: &str) -> Option<Token> {
        lock(&self.tokens).get(name).cloned()
    }

    fn keep_token(&self, name: &str, token: Token) {
        lock(&self.tokens).insert(name.to_owned(), token);
    }

    fn forget_token(&self, name: &str) {
        lock(&self.tokens).remove(name);
    }
}

/// A spool in memory.
#[derive(Debug, Default)]
pub struct Files(Arc<Mutex<HashMap<String, Vec<u8>>>>);

impl Spool for Files {
    fn create(&self, name: &str) -> io::Result<Box<dyn Write + Send>> {
        lock(&self.0).insert(name.to_owned(), Vec::new());
        Ok(Box::new(Appending { files: Arc::clone(&self.0), name: name.to_owned() }))
    }

    fn open(&self, name: &str, offset: u64) -> io::Result<Option<Box<dyn BufRead + Send>>> {
        let found = lock(&self.0).get(name).cloned();
        let rest = |bytes: Vec<u8>| {
            let from = bytes.len().min(usize::try_from(offset).unwrap_or(usize::MAX));
            Box::new(Cursor::new(bytes[from..].to_vec())) as Box<dyn BufRead + Send>
        };
        Ok(found.map(rest))
    }

    fn remove(&self, name: &str) {
        lock(&self.0).remove(name);
    }
}

struct Appending {
    files: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    name: String,
}

impl Write for Appending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(file) = lock(&self.files).get_mut(&self.name) {
            file.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
