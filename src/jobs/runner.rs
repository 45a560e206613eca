//! Leases the next job, runs it, records its end, stops in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tracing::{info, instrument, warn};

use super::backoff;
use super::kind::{JobFault, JobKind, LEASE_S, Lease};
use crate::base::id::JobId;
use crate::base::time::Stopwatch;
use crate::store::jobs::{self, Job, NewJob, Scope};
use crate::store::{Db, Lane, StoreError};

/// Longest sleep between two looks at the queue.
const IDLE_MAX: Duration = Duration::from_secs(30);

/// Generic over what jobs are given, so that this room names nothing.
pub struct Runner<C: 'static> {
    db: Db,
    context: C,
    kinds: &'static [JobKind<C>],
    signal: Signal,
    scope: Scope,
}

/// Wakes the runners of one process, or stops them, and knows what is in their hands.
#[derive(Clone, Default)]
pub struct Signal {
    stop: Arc<AtomicBool>,
    /// Counts the calls, so that every runner hears each.
    woken: Arc<(Mutex<u64>, Condvar)>,
    /// The lanes of which a runner has a job. A lease is no use for that: the clock that ends it
    /// may jump while the job is at work.
    lanes: Arc<Mutex<Vec<String>>>,
}

impl Signal {
    pub fn wake(&self) {
        let (lock, condition) = &*self.woken;
        let mut calls = lock.lock().unwrap_or_else(PoisonError::into_inner);
        *calls = calls.wrapping_add(1);
        condition.notify_all();
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.wake();
    }

    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn calls(&self) -> u64 {
        *self.woken.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps until somebody called after `heard`, or so long.
    fn sleep(&self, heard: u64, longest: Duration) {
        let (lock, condition) = &*self.woken;
        let calls = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = condition.wait_timeout_while(calls, longest, |calls| *calls == heard);
        drop(waited);
    }

    pub(super) fn lanes(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Runner<C> {
    pub fn new(db: Db, context: C, kinds: &'static [JobKind<C>], signal: Signal) -> Self {
        Self { db, context, kinds, signal, scope: Scope::Local }
    }

    /// For the lanes of accounts; several of these may run side by side.
    #[must_use]
    pub fn outside(self) -> Self {
        Self { scope: Scope::Outside, ..self }
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
        while !self.signal.is_stopped() && self.run_one()? {}
        Ok(())
    }

    /// Runs jobs as they fall due until it is stopped.
    pub fn run_until_stopped(&self) {
        while !self.signal.is_stopped() {
            let heard = self.signal.calls();
            match self.run_one() {
                Ok(true) => {}
                Ok(false) => {
                    self.heal_clock();
                    self.signal.sleep(heard, self.idle());
                }
                Err(fault) => {
                    warn!(%fault, "The job queue could not be read, trying again");
                    self.signal.sleep(heard, Duration::from_secs(1));
                }
            }
        }
    }

    fn idle(&self) -> Duration {
        let due = self.db.read(|reader| jobs::find_next_due(reader, self.scope)).ok().flatten();
        let now = self.db.clock().now();
        match due {
            Some(due) => Duration::from_secs((due.seconds() - now.seconds()).max(1) as u64),
            None => IDLE_MAX,
        }
        .min(IDLE_MAX)
    }

    /// What was to come in an hour comes in an hour, though the clock was set back by a year.
    pub(super) fn heal_clock(&self) {
        let latest = self.db.read(jobs::find_latest_note).ok().flatten();
        // Asked after the reading: what was queued meanwhile is no clock that was set back.
        if latest.is_none_or(|latest| latest <= self.db.clock().now()) {
            return;
        }
        // The lanes before the writer, as in `run_one`: whoever holds one may wait for the other.
        let lanes = self.signal.lanes();
        let healed = self.db.write_local(Lane::Background, |tx| jobs::heal_clock(tx, &lanes));
        drop(lanes);
        match healed {
            Ok(0) => {}
            Ok(jobs) => info!(jobs, "The clock was set back; {jobs} jobs were set anew"),
            Err(fault) => warn!(%fault, "The job queue could not be set to the clock"),
        }
    }

    /// Runs one job; `false` when none is due.
    ///
    /// # Errors
    /// `StoreError` of the database. A job that fails is recorded, not returned.
    pub fn run_one(&self) -> Result<bool, StoreError> {
        // Held until the lane is noted, so that no other runner leases from it in between.
        let mut lanes = self.signal.lanes();
        let lease = |tx: &crate::store::Tx<'_>| {
            jobs::lease_next(tx, (self.scope, &lanes), tx.now.plus_seconds(LEASE_S))
        };
        let Some(job) = self.db.write_local(Lane::Background, lease)? else { return Ok(false) };
        lanes.push(job.lane.clone());
        drop(lanes);
        let (id, attempts, lane) = (job.id, job.attempts, job.lane.clone());
        let outcome = self.run_job(job);
        let recorded = self.record(id, attempts, outcome);
        let mut lanes = self.signal.lanes();
        if let Some(mine) = lanes.iter().position(|known| *known == lane) {
            lanes.swap_remove(mine);
        }
        drop(lanes);
        recorded.map(|()| true)
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
            Err(JobFault::Again { wait_s, what }) => {
                jobs::fail_job(tx, id, what, Some(tx.now.plus_seconds(*wait_s)))
            }
            Err(JobFault::Retry(fault)) => {
                let again = backoff::wait_seconds(attempts).map(|wait_s| {
                    let jitter_s = backoff::jitter_seconds(wait_s, id.0, attempts);
                    tx.now.plus_seconds(wait_s + jitter_s)
                });
                jobs::fail_job(tx, id, fault, again)
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
