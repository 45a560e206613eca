//! A saved scenario counted in the background: more orders than somebody should wait for. What it
//! comes to is kept with the change of the books that it knows.

use std::cell::Cell;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::asked::Asked;
use crate::base::id::{JobId, ScenarioId};
use crate::domain::scenario::Scenario;
use crate::jobs::{JobFault, JobKind, Lease, runner};
use crate::reports::ReportError;
use crate::reports::whatif::{self, Column};
use crate::store::{Lane, StoreError, Tx, scenarios};
use crate::sync::ctx::Tools;

pub static COUNT: JobKind<Tools> = JobKind { name: "whatif", run };

/// A million orders are replayed within this.
const READ_MAX: Duration = Duration::from_secs(3_600);
/// Orders between two signs of life.
const TOLD_EVERY: i64 = 2_000;

#[derive(Serialize, Deserialize)]
struct Payload {
    scenario: ScenarioId,
}

/// Queues the count of a scenario for what is asked.
///
/// # Errors
/// `Missing` where it is gone.
pub fn enqueue(tx: &Tx<'_>, id: ScenarioId, asked: &Asked) -> Result<JobId, StoreError> {
    scenarios::update_wanted(tx, id, Some(&asked.to_json()))?;
    let payload = serde_json::to_string(&Payload { scenario: id })
        .map_err(|fault| StoreError::Internal(fault.to_string()))?;
    let key = format!("scenario {id}");
    runner::push(tx, COUNT.name, COUNT.name, &payload, Some(&key))
}

fn run(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let id = payload.scenario;
    let find = || tools.db.read(|reader| scenarios::find_scenario(reader, id));
    let Some(saved) = find()? else { return Ok(()) };
    // Nothing wanted any more: it was stopped, or another job was quicker.
    let Some(wanted) = saved.wanted.clone() else { return Ok(()) };
    let asked = Asked::parse(&wanted)
        .ok_or_else(|| JobFault::Dead("what is to be counted cannot be read".to_owned()))?;
    let scenario = [Scenario::parse(&saved.definition).map_err(JobFault::Dead)?];
    let told = Cell::new(-TOLD_EVERY);
    let is_stopped = Cell::new(false);
    let keep = |done: i64, total: i64| {
        if done < told.get() + TOLD_EVERY && done < total {
            return true;
        }
        told.set(done);
        let is_wanted = find().is_ok_and(|now| now.is_some_and(|now| now.wanted == saved.wanted));
        is_stopped.set(lease.progress(done, Some(total)).is_err());
        is_wanted && !is_stopped.get()
    };
    let ask = asked.ask();
    let today = asked.range().to;
    let counted = tools
        .db
        .read_within(READ_MAX, |reader| Ok(whatif::run(reader, (&ask, &scenario), today, &keep)))?;
    let counted = match counted {
        Ok(counted) => counted,
        Err(ReportError::Store(fault)) => return Err(fault.into()),
        Err(fault) => {
            tools.db.write_local(Lane::Background, |tx| scenarios::update_wanted(tx, id, None))?;
            return Err(JobFault::Dead(fault.to_string()));
        }
    };
    if is_stopped.get() {
        return Err(JobFault::Stopped);
    }
    let Some(column) = counted.as_ref().and_then(|counted| counted.columns.first()) else {
        return Ok(());
    };
    let version = counted.as_ref().map_or(0, |counted| counted.version);
    let result = write(column)?;
    tools.db.write_local(Lane::Background, |tx| {
        scenarios::update_result(tx, (id, &saved.definition), (&wanted, &result, version))
    })?;
    Ok(())
}

/// A result as it is kept.
///
/// # Errors
/// `Internal` where it cannot be written.
pub fn write(column: &Column) -> Result<String, StoreError> {
    serde_json::to_string(column).map_err(|fault| StoreError::Internal(fault.to_string()))
}

/// A kept result; `None` where an older program wrote it otherwise.
pub fn read(result: &str) -> Option<Column> {
    serde_json::from_str(result).ok()
}
