//! The job that carries out what platforms ask on behalf of buyers. We hold a keyed hash of a
//! buyer; to forget one is to take it out of the orders of this store, for good, and to drop the
//! raw documents that tell of them. The books keep the amounts, of nobody.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::{OpenFault, Opened};
use super::connect;
use super::ctx::Tools;
use super::import_job::BOOKS_JOB;
use crate::base::id::{AccountId, OrderId, RequestId};
use crate::connectors;
use crate::connectors::ctx::Budget;
use crate::connectors::fault::Fault;
use crate::jobs::{JobFault, JobKind, Lease, runner};
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::jobs::{self, NewJob, OUTSIDE};
use crate::store::privacy::{self, Kind, Outcome, RequestRow};
use crate::store::{Lane, StoreError, Tx, documents, snapshots};

pub static PRIVACY: JobKind<Tools> = JobKind { name: "privacy", run: run_job };

/// Orders that go through the writer at once.
const ORDERS_AT_ONCE: usize = 200;
/// Documents that are looked into at once.
const DOCUMENTS_AT_ONCE: usize = 500;
/// Calls and seconds that asking whether a shop is still there may take.
const CHECK_CALLS_MAX: u32 = 20;
const CHECK_S_MAX: i64 = 90;
/// Until a shop that did not answer is asked again.
const ASKED_AGAIN_S: i64 = 900;

#[derive(Serialize, Deserialize)]
struct Payload {
    request: RequestId,
}

/// Queues a request, unless it waits already.
///
/// # Errors
/// `StoreError` of the database.
pub fn schedule(tx: &Tx<'_>, request: RequestId) -> Result<(), StoreError> {
    let payload = serde_json::to_string(&Payload { request })
        .map_err(|fault| StoreError::Internal(fault.to_string()))?;
    // A lane of its own beside those of accounts: pausing a connection puts no request off.
    let lane = format!("{OUTSIDE}{}", PRIVACY.name);
    let key = format!("request:{request}");
    let new = NewJob {
        kind: PRIVACY.name,
        lane: &lane,
        payload: &payload,
        dedupe_key: Some(&key),
        due_at: tx.now,
    };
    jobs::insert_job(tx, &new).map(|_| ())
}

/// Queues every request that is still open: one that was given up is tried anew.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    let open = tools.db.read(privacy::list_open)?;
    if open.is_empty() {
        return Ok(());
    }
    tools.db.write_local(Lane::Background, |tx| {
        open.iter().try_for_each(|request| schedule(tx, *request))
    })
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let found = tools.db.read(|reader| {
        let Some(request) = privacy::find_request(reader, payload.request)? else {
            return Ok(None);
        };
        let account = match request.account {
            Some(account) => accounts::find_account(reader, account)?,
            None => None,
        };
        Ok(Some((request, account)))
    })?;
    let Some((request, account)) = found.filter(|(request, _)| request.done.is_none()) else {
        return Ok(());
    };
    match request.kind {
        Kind::Tell => tell(tools, &request),
        Kind::Forget => forget(tools, lease, (&request, account.as_ref())),
        Kind::ForgetShop => forget_shop(tools, lease, (&request, account.as_ref())),
    }
}

fn list_orders(tools: &Tools, request: &RequestRow) -> Result<Vec<OrderId>, StoreError> {
    let Some(store) = request.store else { return Ok(Vec::new()) };
    tools.db.read(|reader| privacy::list_orders_of_buyer(reader, (request.id, store)))
}

fn tell(tools: &Tools, request: &RequestRow) -> Result<(), JobFault> {
    let orders = list_orders(tools, request)?;
    tools.db.write_local(Lane::Background, |tx| {
        privacy::insert_findings(tx, request.id, &orders)?;
        let outcome = if orders.is_empty() { Outcome::Nothing } else { Outcome::Done };
        privacy::finish(tx, request.id, outcome)
    })?;
    Ok(())
}

fn forget(
    tools: &Tools,
    lease: &Lease<'_>,
    (request, account): (&RequestRow, Option<&AccountRow>),
) -> Result<(), JobFault> {
    let orders = list_orders(tools, request)?;
    if let Some(account) = account {
        drop_documents(tools, lease, (request, account.id), &orders)?;
    }
    take_out(tools, lease, (request, &orders))?;
    finish(tools, request)
}

/// Takes buyers out of orders, piece by piece. What went stays gone when it begins again.
fn take_out(
    tools: &Tools,
    lease: &Lease<'_>,
    (request, orders): (&RequestRow, &[OrderId]),
) -> Result<(), JobFault> {
    let total = i64::try_from(orders.len()).ok();
    let mut done = 0;
    for some in orders.chunks(ORDERS_AT_ONCE) {
        tools.db.write_local(Lane::Background, |tx| {
            privacy::forget_orders(tx, request.id, some)?;
            done += some.len() as i64;
            lease.progress_in(tx, done, total)
        })?;
        if lease.should_stop() {
            return Err(JobFault::Stopped);
        }
    }
    Ok(())
}

/// Whoever is in no order any more is nobody; the books follow, and no copy knows better.
fn finish(tools: &Tools, request: &RequestRow) -> Result<(), JobFault> {
    let nobody = tools.db.read(|reader| privacy::list_unborne(reader, request.id))?;
    tools.db.write_local(Lane::Background, |tx| {
        privacy::blur_buyers(tx, &nobody)?;
        runner::push(tx, BOOKS_JOB, BOOKS_JOB, "{}", Some(BOOKS_JOB)).map(|_| ())
    })?;
    snapshots::remove_all(tools.db.path());
    tools.db.write_local(Lane::Background, |tx| {
        let now = privacy::find_request_for_write(tx, request.id)?;
        let is_nothing = now.is_none_or(|now| now.orders == 0 && now.documents == 0);
        let outcome = if is_nothing { Outcome::Nothing } else { Outcome::Done };
        privacy::finish(tx, request.id, outcome)
    })?;
    tools.signal.wake();
    // What the log still holds of it goes with the log; a reader at work only puts that off.
    if let Err(fault) = tools.db.checkpoint() {
        tracing::debug!(%fault, "The log is folded in later");
    }
    Ok(())
}

/// Drops the raw documents of these orders, and those that the request names.
fn drop_documents(
    tools: &Tools,
    lease: &Lease<'_>,
    (request, account): (&RequestRow, AccountId),
    orders: &[OrderId],
) -> Result<(), JobFault> {
    let (named, known, kept) = tools.db.read(|reader| {
        let named: HashSet<String> = privacy::list_named(reader, request.id)?.into_iter().collect();
        let known: HashSet<String> = privacy::list_names(reader, orders)?.into_iter().collect();
        Ok((named, known, documents::list_ids(reader, (account, None))?))
    })?;
    for ids in kept.chunks(DOCUMENTS_AT_ONCE) {
        let page = tools.db.read(|reader| documents::list_documents(reader, ids))?;
        let tells = |document: &&documents::DocumentRow| {
            named.contains(&document.key)
                || known.contains(&document.key)
                || names_any(&document.body, &known)
        };
        let gone: Vec<(&str, &str)> = page
            .iter()
            .filter(tells)
            .map(|document| (document.stream.as_str(), document.key.as_str()))
            .collect();
        tools.db.write_local(Lane::Background, |tx| {
            for (stream, key) in &gone {
                documents::delete_document(tx, (account, stream, key))?;
            }
            privacy::add_documents(tx, request.id, gone.len())?;
            lease.progress_in(tx, 0, None)
        })?;
        if lease.should_stop() {
            return Err(JobFault::Stopped);
        }
    }
    Ok(())
}

/// Whether a document names one of these orders anywhere. One that cannot be read is taken to.
pub(super) fn names_any(body: &[u8], orders: &HashSet<String>) -> bool {
    fn within(value: &Value, orders: &HashSet<String>) -> bool {
        match value {
            Value::String(text) => orders.contains(text),
            Value::Number(number) => orders.contains(&number.to_string()),
            Value::Array(items) => items.iter().any(|item| within(item, orders)),
            Value::Object(members) => members.values().any(|member| within(member, orders)),
            Value::Null | Value::Bool(_) => false,
        }
    }
    !orders.is_empty()
        && serde_json::from_slice(body).map_or(true, |value: Value| within(&value, orders))
}

/// The shop left. A call is never believed, so it is asked first: where our credentials are still
/// taken, nothing is done.
fn forget_shop(
    tools: &Tools,
    lease: &Lease<'_>,
    (request, account): (&RequestRow, Option<&AccountRow>),
) -> Result<(), JobFault> {
    let Some(account) = account else {
        let none = |tx: &Tx<'_>| privacy::finish(tx, request.id, Outcome::Nothing);
        return Ok(tools.db.write_local(Lane::Background, none)?);
    };
    if account.state != AccountState::Disconnected && is_still_there(tools, (request, account))? {
        let end = |tx: &Tx<'_>| privacy::finish(tx, request.id, Outcome::Connected);
        return Ok(tools.db.write_local(Lane::Background, end)?);
    }
    // First of all nothing comes any more.
    connect::disconnect(tools, account, true)?;
    loop {
        let gone = tools.db.write_local(Lane::Background, |tx| {
            let gone = documents::delete_some(tx, account.id)?;
            privacy::add_documents(tx, request.id, gone)?;
            lease.progress_in(tx, 0, None)?;
            Ok(gone)
        })?;
        if gone == 0 {
            break;
        }
        if lease.should_stop() {
            return Err(JobFault::Stopped);
        }
    }
    let orders = tools.db.read(|reader| privacy::list_orders_of_import(reader, account.import))?;
    take_out(tools, lease, (request, &orders))?;
    finish(tools, request)
}

fn is_still_there(
    tools: &Tools,
    (request, account): (&RequestRow, &AccountRow),
) -> Result<bool, JobFault> {
    let Some(api) = connectors::find(&account.platform).and_then(|known| known.api()) else {
        return Ok(false);
    };
    let again = |what: String| JobFault::Again { wait_s: ASKED_AGAIN_S, what };
    let now = tools.db.clock().now();
    let opened = match Opened::open(tools, (account, api), None) {
        Ok(opened) => opened,
        Err(OpenFault::Store(fault)) => return Err(fault.into()),
        Err(OpenFault::Closed(what) | OpenFault::Locked(what)) => return Err(again(what)),
    };
    let budget = Budget::new(CHECK_CALLS_MAX, now.plus_seconds(CHECK_S_MAX));
    let should_stop = || tools.signal.is_stopped();
    match api.check(&opened.ctx(tools, api, (&budget, &should_stop))) {
        Ok(_) => Ok(true),
        Err(Fault::Auth { .. } | Fault::Refused { status: 404, .. }) => Ok(false),
        Err(Fault::Stopped) if tools.signal.is_stopped() => Err(JobFault::Stopped),
        // The call was signed: a shop that gives no answer until the last day has left.
        Err(_) if now >= request.due_at.plus_seconds(-86_400) => Ok(false),
        Err(fault) => Err(again(fault.to_string())),
    }
}

#[cfg(test)]
mod tests;
