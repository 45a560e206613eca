//! What jobs and handlers are given to work with; made once in `app/build.rs`.

use std::sync::Arc;

use crate::jobs::runner::Signal;
use crate::store::Db;
use crate::store::vault::{Customer, VaultState};
use crate::sync::spool::Spool;

/// The keyed hash of one mark of a buyer; `None` while the vault is locked.
pub type CustomerHash = Arc<dyn Fn(&Customer<'_>) -> Option<[u8; 32]> + Send + Sync>;

#[derive(Clone)]
pub struct Tools {
    pub db: Db,
    pub customer_hash: CustomerHash,
    /// Where uploads wait until they were read.
    pub spool: Spool,
    /// Wakes the job runner when something was queued.
    pub signal: Signal,
}

impl Tools {
    pub fn new(db: Db, vault: Arc<VaultState>) -> Self {
        let customer_hash: CustomerHash =
            Arc::new(move |customer| vault.vault().map(|vault| vault.customer_hash(customer)));
        let spool = Spool::beside(db.path());
        Self { db, customer_hash, spool, signal: Signal::default() }
    }
}
