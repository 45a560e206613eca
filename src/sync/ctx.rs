//! What jobs and handlers are given to work with; made once in `app/build.rs`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use crate::base::id::AccountId;
use crate::connectors::ctx::Token;
use crate::connectors::kit::http::Transport;
use crate::connectors::kit::http::network::Network;
use crate::connectors::kit::limit::Limiter;
use crate::jobs::runner::Signal;
use crate::store::Db;
use crate::store::vault::{Customer, VaultState};
use crate::sync::inbox::Inbox;
use crate::sync::spool::Spool;

/// The keyed hash of one mark of a buyer; `None` while the vault is locked.
pub type CustomerHash = Arc<dyn Fn(&Customer<'_>) -> Option<[u8; 32]> + Send + Sync>;

/// The access tokens of all accounts, by account and name. They are nowhere else.
pub type Tokens = Arc<Mutex<HashMap<(AccountId, String), Token>>>;

#[derive(Clone)]
pub struct Tools {
    pub db: Db,
    pub vault: Arc<VaultState>,
    pub customer_hash: CustomerHash,
    /// Where uploads wait until they were read.
    pub spool: Spool,
    /// Wakes the job runners when something was queued.
    pub signal: Signal,
    /// The network, or what stands for it.
    pub transport: Arc<dyn Transport>,
    pub limiter: Arc<Limiter>,
    pub tokens: Tokens,
    /// What platforms call us for.
    pub inbox: Arc<Inbox>,
}

impl Tools {
    pub fn new(db: Db, vault: Arc<VaultState>) -> Self {
        let opened = Arc::clone(&vault);
        let customer_hash: CustomerHash =
            Arc::new(move |customer| opened.vault().map(|vault| vault.customer_hash(customer)));
        let spool = Spool::beside(db.path());
        Self {
            db,
            vault,
            customer_hash,
            spool,
            signal: Signal::default(),
            transport: Arc::new(Network::new()),
            limiter: Arc::default(),
            tokens: Tokens::default(),
            inbox: Arc::default(),
        }
    }

    /// As they are, with something else for the network.
    #[must_use]
    pub fn with_transport(self, transport: Arc<dyn Transport>) -> Self {
        Self { transport, ..self }
    }

    /// The folder of the database.
    pub fn folder(&self) -> &Path {
        self.db.path().parent().unwrap_or(Path::new("."))
    }
}
