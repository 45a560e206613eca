//! A kind of job is a plain struct of functions; a job carries ids only.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::jobs::{self, Job};
use crate::store::{Db, Lane, StoreError};

/// How long a job may go without a sign of life before it counts as abandoned.
pub const LEASE_S: i64 = 120;

/// `C` is what the job is given to work with.
pub struct JobKind<C: 'static> {
    pub name: &'static str,
    pub run: fn(&C, &Lease<'_>) -> Result<(), JobFault>,
}

/// Why a job did not finish.
#[derive(Debug, thiserror::Error)]
pub enum JobFault {
    /// Tried again after a while.
    #[error("{0}")]
    Retry(String),
    /// Tried again after just so long, as often as it takes.
    #[error("{what}")]
    Again { wait_s: i64, what: String },
    /// Trying again would not help.
    #[error("{0}")]
    Dead(String),
    /// The program stops; the job is due again at once.
    #[error("stopped")]
    Stopped,
}

impl From<StoreError> for JobFault {
    fn from(fault: StoreError) -> Self {
        Self::Retry(fault.to_string())
    }
}

/// A job in somebody's hands.
pub struct Lease<'a> {
    pub job: Job,
    pub(super) db: &'a Db,
    pub(super) stop: &'a AtomicBool,
}

impl Lease<'_> {
    /// Whether the program wants to stop.
    pub fn should_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Says what came of it, within a transaction of the job's own.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn tell_in(&self, tx: &crate::store::Tx<'_>, result: &str) -> Result<(), StoreError> {
        jobs::set_result(tx, self.job.id, result)
    }

    /// As `progress`, within a transaction of the job's own.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn progress_in(
        &self,
        tx: &crate::store::Tx<'_>,
        done: i64,
        total: Option<i64>,
    ) -> Result<(), StoreError> {
        jobs::update_progress(tx, self.job.id, (done, total), tx.now.plus_seconds(LEASE_S))
    }

    /// Says how far the job is, which also keeps the lease.
    ///
    /// # Errors
    /// `Stopped` when the program wants to stop; `Retry` when the database failed.
    pub fn progress(&self, done: i64, total: Option<i64>) -> Result<(), JobFault> {
        let (id, db) = (self.job.id, self.db);
        db.write_local(Lane::Background, |tx| {
            jobs::update_progress(tx, id, (done, total), tx.now.plus_seconds(LEASE_S))
        })?;
        if self.should_stop() { Err(JobFault::Stopped) } else { Ok(()) }
    }
}
