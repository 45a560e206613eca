//! The jobs: one plans what moved, one has a turn with each account.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::plan;
use super::turn::{Next, Outlet, Turn, TurnFault, tool_of};
use crate::base::Instant;
use crate::base::id::AccountId;
use crate::connectors;
use crate::connectors::contract::{
    LevelChange, Reading, StockRef, StockSpec, StockTarget, Verdict,
};
use crate::connectors::ctx::{Budget, Ctx};
use crate::connectors::fault::Fault;
use crate::jobs::{JobFault, JobKind, Lease};
use crate::store::accounts::{self, AccountState};
use crate::store::jobs::{self, NewJob, lane_of};
use crate::store::stock::channels;
use crate::store::stock::groups::{ChannelFacts, FactsByAccount};
use crate::store::stock::listings;
use crate::store::{Db, Lane, StoreError, Tx, streams};
use crate::sync::account::{OpenFault, Opened};
use crate::sync::ctx::Tools;
use crate::sync::pull_job;

pub static PLAN: JobKind<Tools> = JobKind { name: "stock_plan", run: run_plan };
pub static PUSH: JobKind<Tools> = JobKind { name: "stock_push", run: run_push };

/// Calls and seconds that one turn may use up.
const CALLS_MAX: u32 = 5_000;
const TURN_S_MAX: i64 = 900;
/// Until a turn that failed is tried again.
const AGAIN_S: i64 = 60;
const REFUSED_S: i64 = 3_600;
const LOCKED_S: i64 = 300;

#[derive(Serialize, Deserialize)]
struct Payload {
    account: AccountId,
}

/// Queues the plan of what is marked.
///
/// # Errors
/// `StoreError` of the database.
pub fn queue_plan(tx: &Tx<'_>) -> Result<(), StoreError> {
    let (kind, dedupe_key) = (PLAN.name, Some(PLAN.name));
    let new = NewJob { kind, lane: PLAN.name, payload: "{}", dedupe_key, due_at: tx.now };
    jobs::insert_job(tx, &new).map(|_| ())
}

/// Queues a turn with an account; one that waits already comes no later than this.
///
/// # Errors
/// `StoreError` of the database.
pub fn queue_push(tx: &Tx<'_>, account: AccountId, due_at: Instant) -> Result<(), StoreError> {
    let payload = serde_json::to_string(&Payload { account })
        .map_err(|fault| StoreError::Internal(fault.to_string()))?;
    // Beside the account's pulls, which may take long.
    let lane = format!("{}:stock", lane_of(account));
    let key = format!("stock:{account}");
    let new =
        NewJob { kind: PUSH.name, lane: &lane, payload: &payload, dedupe_key: Some(&key), due_at };
    jobs::insert_job(tx, &new).map(|_| ())
}

/// All orders up to an instant are here: what waited for them settles. The epoch is that of the
/// moment at which they were asked for.
///
/// # Errors
/// `StoreError` of the database.
pub fn take_orders(
    tx: &Tx<'_>,
    account: AccountId,
    asked: (Instant, i64),
) -> Result<(), StoreError> {
    channels::note_orders_asked(tx, account, asked)?;
    if listings::is_any_waiting(tx.conn(), account)? {
        queue_push(tx, account, tx.now)?;
    }
    Ok(())
}

/// After a start: what is marked is planned, every channel has its turn.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| {
        queue_plan(tx)?;
        for channel in channels::list_channels(tx.conn())? {
            queue_push(tx, channel.account, tx.now)?;
        }
        Ok(())
    })
}

/// What connectors tell of the accounts that are pushed.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_facts(tools: &Tools) -> Result<FactsByAccount, StoreError> {
    find_facts_in(&tools.db)
}

/// # Errors
/// `StoreError` of the database.
pub fn find_facts_in(db: &Db) -> Result<FactsByAccount, StoreError> {
    let rows = db.read(|reader| {
        let channels = channels::list_channels(reader.conn())?;
        Ok((accounts::list_accounts(reader)?, channels))
    })?;
    let (accounts, channels) = rows;
    let mut facts = HashMap::new();
    for channel in channels {
        let Some(account) = accounts.iter().find(|one| one.id == channel.account) else { continue };
        let Some(connector) = connectors::find(&account.platform) else { continue };
        let (Some(stock), Some(api)) = (connector.stock(), connector.api()) else { continue };
        let spec = stock.spec();
        let every_s = api.spec().find_stream(spec.orders).map_or(60, |stream| stream.every_s);
        let ms = |measured: Option<i64>, most: std::time::Duration| {
            let most = i64::try_from(most.as_secs()).unwrap_or(i64::MAX);
            measured.map_or(most, |ms| (ms + 999) / 1_000)
        };
        let blind_s = i64::from(every_s)
            + ms(channel.order_lag_ms, spec.order_lag_max)
            + ms(channel.apply_lag_ms, spec.apply_max);
        facts.insert(channel.account, ChannelFacts { tool: tool_of(spec), blind_s });
    }
    Ok(facts)
}

fn run_plan(tools: &Tools, _lease: &Lease<'_>) -> Result<(), JobFault> {
    let facts = find_facts(tools)?;
    let accounts = plan::run(&tools.db, &facts)?;
    if !accounts.is_empty() {
        tools.db.write_local(Lane::Background, |tx| {
            accounts.iter().try_for_each(|account| queue_push(tx, *account, tx.now))
        })?;
        tools.signal.wake();
    }
    Ok(())
}

fn run_push(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let Some(row) = tools.db.read(|reader| accounts::find_account(reader, payload.account))? else {
        return Ok(());
    };
    let connector = connectors::find(&row.platform);
    let (Some(stock), Some(api)) = (
        connector.and_then(|connector| connector.stock()),
        connector.and_then(|connector| connector.api()),
    ) else {
        return Ok(());
    };
    if row.state != AccountState::Active {
        return Ok(());
    }
    let opened = match Opened::open(tools, (&row, api), row.since) {
        Ok(opened) => opened,
        Err(OpenFault::Store(fault)) => return Err(fault.into()),
        Err(OpenFault::Locked(what)) => return Err(JobFault::Again { wait_s: LOCKED_S, what }),
        Err(OpenFault::Closed(what)) => return Err(JobFault::Dead(what)),
    };
    let begun = tools.db.clock().now();
    let budget = Budget::new(CALLS_MAX, begun.plus_seconds(TURN_S_MAX));
    let should_stop = || lease.should_stop();
    let ctx = opened.ctx(tools, api, (&budget, &should_stop));
    let outlet = Platform { stock, ctx };
    let turn = Turn { db: &tools.db, gate: &tools.gate, account: row.id, outlet: &outlet };
    let next = match turn.run() {
        Ok(next) => next,
        Err(fault) => return Err(to_job_fault(fault, lease)),
    };
    if let Some(next) = next {
        schedule(tools, row.id, (next, stock.spec().orders))?;
    }
    Ok(())
}

fn schedule(
    tools: &Tools,
    account: AccountId,
    (next, orders): (Next, &str),
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| {
        // What a reading changed is planned.
        queue_plan(tx)?;
        queue_push(tx, account, next.at)?;
        let Some(orders_at) = next.orders_at else { return Ok(()) };
        let streams = streams::list_streams_for_write(tx, account)?;
        match streams.iter().find(|stream| stream.stream == orders) {
            Some(stream) => pull_job::schedule(tx, (account, stream.id), orders_at).map(|_| ()),
            None => Ok(()),
        }
    })?;
    tools.signal.wake();
    Ok(())
}

fn to_job_fault(fault: TurnFault, lease: &Lease<'_>) -> JobFault {
    let fault = match fault {
        TurnFault::Store(fault) => return fault.into(),
        TurnFault::Channel(fault) => fault,
    };
    let what = fault.to_string();
    match fault {
        Fault::Stopped if lease.should_stop() => JobFault::Stopped,
        Fault::Stopped | Fault::Stale { .. } => JobFault::Again { wait_s: 1, what },
        Fault::Throttled { wait } => {
            let wait_s = i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).max(1);
            JobFault::Again { wait_s, what }
        }
        Fault::Transient { .. } => JobFault::Again { wait_s: AGAIN_S, what },
        Fault::Auth { .. } | Fault::Refused { .. } | Fault::Drift { .. } => {
            JobFault::Again { wait_s: REFUSED_S, what }
        }
    }
}

/// A connected platform.
pub(super) struct Platform<'a> {
    pub stock: &'a dyn StockTarget,
    pub ctx: Ctx<'a>,
}

impl Outlet for Platform<'_> {
    fn spec(&self) -> &StockSpec {
        self.stock.spec()
    }

    fn read(&self, targets: &[StockRef]) -> Result<Vec<Reading>, Fault> {
        self.stock.read(&self.ctx, targets)
    }

    fn push(&self, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault> {
        self.stock.push(&self.ctx, changes)
    }
}
