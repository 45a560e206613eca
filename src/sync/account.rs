//! An account opened for work: its secrets out of the vault, its files, its way out.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ctx::Tools;
use crate::base::id::AccountId;
use crate::base::secret::Secret;
use crate::base::{Instant, Zone};
use crate::connectors::contract::Api;
use crate::connectors::ctx::{Account, Budget, Ctx, Secrets, Spool, Token};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Http, Reach};
use crate::store::accounts::{self, AccountRow};
use crate::store::stores::{self, Store};
use crate::store::{Lane, StoreError, costs, credentials, files};

/// Where nobody said from when on: before any platform that we know.
const BEGINNING: Instant = Instant(946_684_800_000_000);
/// How far back rates go where the books know nothing yet, in days.
const RATES_DAYS_MIN: i64 = 30;
/// The folder beside the database with results that are read in pages.
const FOLDER: &str = "pulled";

pub struct Opened<'a> {
    pub account: Account,
    pub store: Option<Store>,
    /// Days are the organisation's.
    pub days_zone: Zone,
    pub since: Instant,
    secrets: Sealed<'a>,
    spool: Folder,
}

/// Why an account cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// In words, with the way out.
    #[error("{0}")]
    Closed(String),
    /// The vault is; nothing is wrong with the account.
    #[error("{0}")]
    Locked(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl<'a> Opened<'a> {
    /// # Errors
    /// `Locked` while the vault is; `Closed` where a credential was altered.
    pub fn open(
        tools: &'a Tools,
        (row, api): (&AccountRow, &dyn Api),
        since: Option<Instant>,
    ) -> Result<Self, OpenFault> {
        let Some(vault) = tools.vault.vault() else {
            let reason = tools.vault.locked().map(|reason| reason.to_string());
            return Err(OpenFault::Locked(reason.unwrap_or_default()));
        };
        let needs_store = api.spec().needs_store;
        let read = tools.db.read(|reader| {
            let mut known = HashMap::new();
            for name in credentials::list_names(reader, row.id)? {
                if let Some(secret) = credentials::find_secret(reader, vault, (row.id, &name))? {
                    known.insert(name, secret);
                }
            }
            let store = match &row.store_name {
                Some(name) => stores::find_store(reader, name)?,
                None => None,
            };
            let chosen = costs::find_chosen_zone(reader)?;
            let zone = chosen.clone().unwrap_or_else(Zone::system);
            let first = match needs_store {
                true => None,
                false => accounts::find_first_day(reader, &zone)?,
            };
            Ok((known, store, chosen, first))
        });
        let (known, store, chosen, first) = match read {
            Ok(read) => read,
            Err(StoreError::Damaged { what }) => {
                return Err(OpenFault::Closed(format!(
                    "{what}. Nothing was sent with it; connect the account again."
                )));
            }
            Err(fault) => return Err(fault.into()),
        };
        let zone = store.as_ref().map(|store| store.zone.clone()).or_else(|| chosen.clone());
        let days_zone = chosen.or_else(|| zone.clone()).unwrap_or_else(Zone::system);
        let now = tools.db.clock().now();
        let usual = match (needs_store, first) {
            (true, _) => BEGINNING,
            (false, Some(day)) => Instant::start_of(day, &days_zone),
            (false, None) => now.plus_seconds(-RATES_DAYS_MIN * 86_400),
        };
        Ok(Self {
            account: Account {
                id: row.id,
                name: row.name.clone(),
                store: row.store_name.clone(),
                currency: store.as_ref().map(|store| store.currency),
                zone: zone.unwrap_or_else(Zone::system),
                settings: row.settings.clone(),
            },
            store,
            days_zone,
            since: since.or(row.since).unwrap_or(usual),
            secrets: Sealed { tools, account: row.id, known: Mutex::new(known) },
            spool: Folder::of(tools, row.id),
        })
    }

    /// What a platform's own call is judged by.
    pub fn secrets(&self) -> &dyn Secrets {
        &self.secrets
    }

    pub fn ctx<'b>(
        &'b self,
        tools: &'b Tools,
        api: &'b dyn Api,
        (budget, should_stop): (&'b Budget, &'b (dyn Fn() -> bool + Sync)),
    ) -> Ctx<'b> {
        Ctx {
            account: &self.account,
            secrets: &self.secrets,
            http: Http {
                transport: &*tools.transport,
                limiter: &tools.limiter,
                spec: api.spec(),
                account: self.account.id,
                reach: Reach::of(api.spec(), &self.account),
                budget,
                clock: tools.db.clock(),
                should_stop,
            },
            clock: tools.db.clock(),
            since: self.since,
            spool: &self.spool,
        }
    }
}

/// Secrets out of the vault; what is sealed is in the file before anybody uses it.
struct Sealed<'a> {
    tools: &'a Tools,
    account: AccountId,
    known: Mutex<HashMap<String, Secret>>,
}

impl Secrets for Sealed<'_> {
    fn find(&self, key: &str) -> Option<Secret> {
        lock(&self.known).get(key).cloned()
    }

    fn seal(&self, key: &str, secret: &Secret) -> Result<(), Fault> {
        let Some(vault) = self.tools.vault.vault() else {
            return Err(Fault::transient("the vault is locked"));
        };
        let sealed = self.tools.db.write_local(Lane::Interactive, |tx| {
            credentials::upsert_secret(tx, vault, (self.account, key), secret)
        });
        sealed.map_err(|fault| Fault::transient(fault.to_string()))?;
        lock(&self.known).insert(key.to_owned(), secret.clone());
        Ok(())
    }

    fn find_token(&self, name: &str) -> Option<Token> {
        lock(&self.tools.tokens).get(&(self.account, name.to_owned())).cloned()
    }

    fn keep_token(&self, name: &str, token: Token) {
        lock(&self.tools.tokens).insert((self.account, name.to_owned()), token);
    }

    fn forget_token(&self, name: &str) {
        lock(&self.tools.tokens).remove(&(self.account, name.to_owned()));
    }
}

/// Forgets the access tokens of an account whose credentials changed or went.
pub fn forget_tokens(tools: &Tools, account: AccountId) {
    lock(&tools.tokens).retain(|(owner, _), _| *owner != account);
}

/// The files of one account.
pub struct Folder(PathBuf);

impl Folder {
    pub fn of(tools: &Tools, account: AccountId) -> Self {
        Self(tools.folder().join(FOLDER).join(account.to_string()))
    }

    /// Removes all of them; what cannot be removed is overwritten by the next.
    pub fn remove_all(&self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        let is_plain = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        match is_plain {
            true => Ok(self.0.join(name)),
            false => Err(io::Error::other("no name of a file")),
        }
    }
}

impl Spool for Folder {
    fn create(&self, name: &str) -> io::Result<Box<dyn Write + Send>> {
        let path = self.path(name)?;
        let parent = self.0.parent().unwrap_or(&self.0);
        for folder in [parent, &self.0] {
            files::make_private_folder(folder).map_err(io::Error::other)?;
        }
        self.remove(name);
        let file = files::open_private(&path).map_err(io::Error::other)?;
        Ok(Box::new(io::BufWriter::new(file)))
    }

    fn open(&self, name: &str, offset: u64) -> io::Result<Option<Box<dyn BufRead + Send>>> {
        match File::open(self.path(name)?) {
            Ok(mut file) => {
                file.seek(SeekFrom::Start(offset))?;
                Ok(Some(Box::new(BufReader::new(file))))
            }
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn remove(&self, name: &str) {
        if let Ok(path) = self.path(name) {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
