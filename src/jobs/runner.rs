//! Leases the next job, runs it, records its end, stops in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tracing::{info, instrument, warn};

use super::backoff;
use super::kind::{JobFault, JobKind, LEASE_S, Lease};
use crate::base::id::JobId;
use crate::base::time::Stopwatch;
use crate::store::jobs::{self, Job, NewJob};
use crate::store::{Db, Lane, StoreError};

/// Longest sleep between two looks at the queue.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Generic over what jobs are given, so that this room names nothing.
pub struct Runner<C: 'static> {
    db: Db,
    context: C,
    kinds: &'static [JobKind<C>],
    signal: Signal,
}

/// Wakes the runner, or stops it.
#[derive(Clone, Default)]
pub struct Signal {
    stop: Arc<AtomicBool>,
    woken: Arc<(Mutex<bool>, Condvar)>,
}

impl Signal {
    pub fn wake(&self) {
        let (lock, condition) = &*self.woken;
        *lock.lock().unwrap_or_else(PoisonError::into_inner) = true;
        condition.notify_all();
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn sleep(&self, longest: Duration) {
        let (lock, condition) = &*self.woken;
        let mut woken = lock.lock().unwrap_or_else(PoisonError::into_inner);
        if !*woken {
            let waited = condition.wait_timeout(woken, longest);
            woken = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        *woken = false;
    }
}

impl<C> Runner<C> {
    pub fn new(db: Db, context: C, kinds: &'static [JobKind<C>], signal: Signal) -> Self {
        Self { db, context, kinds, signal }
    }

    /// Takes up what the last process left in its hands.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn recover(&self) -> Result<(), StoreError> {
        let released = self.db.write_local(Lane::Background, jobs::release_leases)?;
        if released > 0 {
            info!(jobs = released, "Took up {released} jobs that were interrupted");
        }
        Ok(())
    }

    /// Runs what is due until nothing is; for commands.
    ///
    /// # Errors
    /// `StoreError` of the database. A job that fails is recorded, not returned.
    pub fn run_due(&self) -> Result<(), StoreError> {
        while !self.signal.stop.load(Ordering::SeqCst) && self.run_one()? {}
        Ok(())
    }

    /// Runs jobs as they fall due until it is stopped.
    pub fn run_until_stopped(&self) {
        while !self.signal.stop.load(Ordering::SeqCst) {
            match self.run_one() {
                Ok(true) => {}
                Ok(false) => self.signal.sleep(self.idle()),
                Err(fault) => {
                    warn!(%fault, "The job queue could not be read, trying again");
                    self.signal.sleep(Duration::from_secs(1));
                }
            }
        }
    }

    fn idle(&self) -> Duration {
        let due = self.db.read(jobs::find_next_due).ok().flatten();
        let now = self.db.clock().now();
        match due {
            Some(due) => Duration::from_secs((due.seconds() - now.seconds()).max(1) as u64),
            None => IDLE_MAX,
        }
        .min(IDLE_MAX)
    }

    /// Runs one job; `false` when none is due.
    fn run_one(&self) -> Result<bool, StoreError> {
        let lease = |tx: &crate::store::Tx<'_>| jobs::lease_next(tx, tx.now.plus_seconds(LEASE_S));
        let Some(job) = self.db.write_local(Lane::Background, lease)? else { return Ok(false) };
        let (id, attempts) = (job.id, job.attempts);
        let outcome = self.run_job(job);
        self.record(id, attempts, outcome)?;
        Ok(true)
    }

    #[instrument(name = "job", skip_all, fields(kind = %job.kind, job.id = %job.id))]
    fn run_job(&self, job: Job) -> Result<(), JobFault> {
        let Some(kind) = self.kinds.iter().find(|kind| kind.name == job.kind) else {
            return Err(JobFault::Dead(format!("this version knows no job {:?}", job.kind)));
        };
        let watch = Stopwatch::start();
        let lease = Lease { job, db: &self.db, stop: &self.signal.stop };
        let run = std::panic::AssertUnwindSafe(|| (kind.run)(&self.context, &lease));
        let outcome = std::panic::catch_unwind(run)
            .unwrap_or_else(|_| Err(JobFault::Retry("the job broke off".to_owned())));
        let duration_ms = watch.elapsed().as_millis() as u64;
        match &outcome {
            Ok(()) => info!(duration_ms, "Finished a job"),
            Err(JobFault::Stopped) => info!(duration_ms, "Interrupted a job to stop"),
            Err(fault) => warn!(duration_ms, %fault, "A job failed"),
        }
        outcome
    }

    fn record(
        &self,
        id: JobId,
        attempts: i64,
        outcome: Result<(), JobFault>,
    ) -> Result<(), StoreError> {
        self.db.write_local(Lane::Background, |tx| match &outcome {
            Ok(()) => jobs::finish_job(tx, id),
            Err(JobFault::Stopped) => jobs::fail_job(tx, id, "interrupted", Some(tx.now)),
            Err(JobFault::Dead(fault)) => jobs::fail_job(tx, id, fault, None),
            Err(JobFault::Retry(fault)) => {
                let again = backoff::wait_seconds(attempts);
                jobs::fail_job(tx, id, fault, again.map(|wait_s| tx.now.plus_seconds(wait_s)))
            }
        })
    }
}

/// Adds a job that is due at once; a waiting one with the same key serves for it.
///
/// # Errors
/// `StoreError` of the database.
pub fn push(
    tx: &crate::store::Tx<'_>,
    kind: &str,
    lane: &str,
    payload: &str,
    dedupe_key: Option<&str>,
) -> Result<JobId, StoreError> {
    jobs::insert_job(tx, &NewJob { kind, lane, payload, dedupe_key, due_at: tx.now })
}
