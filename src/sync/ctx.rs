//! What jobs and handlers are given to work with; made once in `app/build.rs`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::base::id::AccountId;
use crate::connectors::ctx::Token;
use crate::connectors::kit::http::Transport;
use crate::connectors::kit::http::network::Network;
use crate::connectors::kit::http::watched::Watched;
use crate::connectors::kit::limit::{Level, Limiter, Memory};
use crate::jobs::runner::Signal;
use crate::store::call_levels::{self, CallLevel};
use crate::store::vault::{Customer, VaultState};
use crate::store::{Db, Lane};
use crate::sync::egress::Egress;
use crate::sync::inbox::Inbox;
use crate::sync::spool::Spool;
use crate::sync::stock::gate::Gate;

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
    /// The network, or what stands for it; every call by it is noted.
    pub transport: Arc<dyn Transport>,
    /// Which hosts were called.
    pub egress: Arc<Egress>,
    pub limiter: Arc<Limiter>,
    pub tokens: Tokens,
    /// What platforms call us for.
    pub inbox: Arc<Inbox>,
    /// Who writes on channels passes here.
    pub gate: Arc<Gate>,
    /// Set by what only a new start can take up.
    pub wants_restart: Arc<AtomicBool>,
}

impl Tools {
    pub fn new(db: Db, vault: Arc<VaultState>) -> Self {
        let opened = Arc::clone(&vault);
        let customer_hash: CustomerHash =
            Arc::new(move |customer| opened.vault().map(|vault| vault.customer_hash(customer)));
        let spool = Spool::beside(db.path());
        let limiter = Arc::new(Limiter::remembering(Arc::new(Levels { db: db.clone() })));
        let egress = Arc::new(Egress::new(db.clone()));
        let network = Watched::new(Arc::new(Network::new()), egress.clone());
        Self {
            db,
            vault,
            customer_hash,
            spool,
            signal: Signal::default(),
            transport: Arc::new(network),
            egress,
            limiter,
            tokens: Tokens::default(),
            inbox: Arc::default(),
            gate: Arc::default(),
            wants_restart: Arc::default(),
        }
    }

    /// As they are, with something else for the network.
    #[must_use]
    pub fn with_transport(self, transport: Arc<dyn Transport>) -> Self {
        let transport = Arc::new(Watched::new(transport, self.egress.clone()));
        Self { transport, ..self }
    }

    /// The folder of the database.
    pub fn folder(&self) -> &Path {
        self.db.path().parent().unwrap_or(Path::new("."))
    }
}

/// The database, as what slow limits are remembered by.
struct Levels {
    db: Db,
}

impl Memory for Levels {
    fn find(&self, account: AccountId, operation: &str) -> Option<Level> {
        let found =
            self.db.read(|reader| call_levels::find_call_level(reader, (account, operation)));
        let kept = found.unwrap_or_else(|fault| {
            tracing::warn!(%fault, operation, "how often a platform was asked could not be read");
            None
        })?;
        Some(Level {
            thousandths: kept.level_thousandths,
            filled_at: kept.filled_at,
            closed_until: kept.closed_until_at,
        })
    }

    fn keep(&self, account: AccountId, operation: &str, level: Level) {
        let level = CallLevel {
            level_thousandths: level.thousandths,
            filled_at: level.filled_at,
            closed_until_at: level.closed_until,
        };
        let kept = self.db.write_local(Lane::Background, |tx| {
            call_levels::upsert_call_level(tx, (account, operation), level)
        });
        if let Err(fault) = kept {
            tracing::warn!(%fault, operation, "how often a platform was asked could not be kept");
        }
    }
}
