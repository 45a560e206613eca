//! The job that throws away what is kept for a while only: raw documents after their days, the
//! history of jobs, the marks of platforms' calls and the log of what people did after their own.

use super::ctx::Tools;
use super::privacy_job;
use crate::base::{Instant, Zone};
use crate::connectors;
use crate::jobs::{JobFault, JobKind, Lease};
use crate::store::jobs::{self, NewJob};
use crate::store::{Lane, StoreError, accounts, audit, documents, hooks, privacy};

pub static UPKEEP: JobKind<Tools> = JobKind { name: "upkeep", run: run_job };

const EVERY_S: i64 = 86_400;
/// Days for which the history shows what was done, and what was given up.
const DONE_DAYS: i64 = 30;
const DEAD_DAYS: i64 = 180;
/// Finished jobs of each account that are shown.
const KEPT_OF_LANE: i64 = 500;
const DAY_S: i64 = 86_400;

/// Queues the next upkeep, unless it waits already.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| schedule(tx, 3_600))
}

/// Sets for how many days documents are kept; what is older goes at once.
///
/// # Errors
/// `Refused` for more days than may be.
pub fn keep_documents(tools: &Tools, days: u32) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        documents::set_kept_days(tx, days)?;
        queue_now(tx)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Brings the next upkeep forward.
///
/// # Errors
/// `StoreError` of the database.
pub fn queue_now(tx: &crate::store::Tx<'_>) -> Result<(), StoreError> {
    schedule(tx, 0)
}

fn schedule(tx: &crate::store::Tx<'_>, wait_s: i64) -> Result<(), StoreError> {
    let name = UPKEEP.name;
    let new = NewJob {
        kind: name,
        lane: name,
        payload: "{}",
        dedupe_key: Some(name),
        due_at: tx.now.plus_seconds(wait_s),
    };
    jobs::insert_job(tx, &new).map(|_| ())
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    prune_documents(tools, lease)?;
    prune_deliveries(tools, lease)?;
    privacy_job::ensure_scheduled(tools)?;
    tools.db.write_local(Lane::Background, |tx| {
        let before = |days: i64| tx.now.plus_seconds(-days * DAY_S);
        jobs::prune(tx, (before(DONE_DAYS), before(DEAD_DAYS)), KEPT_OF_LANE)?;
        privacy::prune_findings(tx)?;
        let months = audit::find_kept_months(tx.conn())?;
        audit::prune(tx, months_before(tx.now, months))?;
        schedule(tx, EVERY_S)
    })?;
    Ok(())
}

fn months_before(now: Instant, months: i64) -> Instant {
    let utc = Zone::utc();
    let months = i32::try_from(months).unwrap_or(i32::MAX);
    Instant::start_of(now.day_in(&utc).plus_months(-months), &utc)
}

fn prune_documents(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let now = tools.db.clock().now();
    let chosen = tools.db.read(documents::find_kept_days)?;
    for row in tools.db.read(accounts::list_accounts)? {
        let Some(api) = connectors::find(&row.platform).and_then(|known| known.api()) else {
            continue;
        };
        for stream in api.spec().streams {
            let days = chosen.unwrap_or(stream.raw_days);
            let before = now.plus_seconds(-i64::from(days) * DAY_S);
            loop {
                let gone = tools.db.write_local(Lane::Background, |tx| {
                    documents::delete_older(tx, (row.id, stream.slug), before)
                })?;
                if lease.should_stop() {
                    return Err(JobFault::Stopped);
                }
                if gone == 0 {
                    break;
                }
            }
        }
    }
    Ok(())
}

fn prune_deliveries(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let before = tools.db.clock().now().plus_seconds(-hooks::KNOWN_DAYS * DAY_S);
    while tools.db.write_local(Lane::Background, |tx| hooks::prune(tx, before))? > 0 {
        if lease.should_stop() {
            return Err(JobFault::Stopped);
        }
    }
    Ok(())
}
