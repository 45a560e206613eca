//! The job that asks a platform for what is new in one stream: page by page, each kept with its
//! cursor while the next one is asked for, until the present is reached, the turn is over, or a
//! fault says what happens next.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::account::{OpenFault, Opened};
use super::at_once::AtOnce;
use super::ctx::Tools;
use super::keep_page::{self, Kept, Pulled};
use super::{mail, room};
use crate::base::Instant;
use crate::base::id::{AccountId, JobId, StreamId};
use crate::connectors;
use crate::connectors::contract::{Cursor, Page, Problem};
use crate::connectors::ctx::{Budget, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::spec::Stream;
use crate::domain::mail::Attention;
use crate::jobs::{JobFault, JobKind, Lease, backoff};
use crate::store::accounts::{self, AccountRow, AccountState};
use crate::store::jobs::{self, NewJob, lane_of};
use crate::store::streams::{self, StreamFault, StreamRow};
use crate::store::{Lane, StoreError, Tx};

pub static PULL: JobKind<Tools> = JobKind { name: "pull", run: run_job };

/// Pages of one turn; then the account's other streams have theirs.
const PAGES_PER_TURN_MAX: u32 = 200;
/// Pages that may wait to be written, and documents that one transaction writes.
const PAGES_AHEAD_MAX: usize = 4;
const DOCUMENTS_TOGETHER_MAX: usize = 500;
/// Seconds after which a turn ends with the page that is under way.
const TURN_S: i64 = 45;
/// Calls and seconds that one turn may use up at most, whatever its pages need.
const CALLS_PER_TURN_MAX: u32 = 5_000;
const TURN_S_MAX: i64 = 1_200;
/// What a platform refused is asked for again after so long, in case it has changed its mind.
const REFUSED_WAIT_S: i64 = 6 * 3_600;
const TRANSIENT_WAIT_S_MAX: i64 = 3_600;
const STALE_AGAIN_WAIT_S: i64 = 3_600;
/// Until a stream looks again whether the vault was unlocked, which sets it going by itself.
const LOCKED_WAIT_S: i64 = 300;
/// Until a stream that waits for another looks again.
const AFTER_WAIT_S: i64 = 30;

#[derive(Serialize, Deserialize)]
struct Payload {
    stream: StreamId,
}

/// The key under which a stream's next turn waits, so that it waits once.
pub fn dedupe_key(stream: StreamId) -> String {
    format!("stream:{stream}")
}

/// Queues the next turn of a stream; one that waits already comes no later than this.
///
/// # Errors
/// `StoreError` of the database.
pub fn schedule(
    tx: &Tx<'_>,
    (account, stream): (AccountId, StreamId),
    due_at: Instant,
) -> Result<JobId, StoreError> {
    let payload = serde_json::to_string(&Payload { stream })
        .map_err(|fault| StoreError::Internal(fault.to_string()))?;
    let (lane, key) = (lane_of(account), dedupe_key(stream));
    let new =
        NewJob { kind: PULL.name, lane: &lane, payload: &payload, dedupe_key: Some(&key), due_at };
    jobs::insert_job(tx, &new)
}

/// Queues every stream of an account.
///
/// # Errors
/// `StoreError` of the database.
pub fn schedule_all(tx: &Tx<'_>, account: AccountId, due_at: Instant) -> Result<(), StoreError> {
    for stream in streams::list_streams_for_write(tx, account)? {
        schedule(tx, (account, stream.id), due_at)?;
    }
    Ok(())
}

/// Sees to it that every stream of every account at work has its next turn: after a start, and
/// where a new version knows streams that the former did not.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    let rows = tools.db.read(accounts::list_accounts)?;
    for row in rows.iter().filter(|row| row.state == AccountState::Active) {
        let Some(api) = connectors::find(&row.platform).and_then(|known| known.api()) else {
            continue;
        };
        let names: Vec<&str> = api.spec().streams.iter().map(|stream| stream.slug).collect();
        let waiting = tools.db.read(|reader| {
            let mut waiting = Vec::new();
            for stream in streams::list_streams(reader, row.id)? {
                if jobs::find_open(reader, (PULL.name, &dedupe_key(stream.id)))?.is_some() {
                    waiting.push(stream.id);
                }
            }
            Ok(waiting)
        })?;
        tools.db.write_local(Lane::Background, |tx| {
            streams::insert_streams(tx, row.id, &names)?;
            for stream in streams::list_streams_for_write(tx, row.id)? {
                if names.contains(&stream.stream.as_str()) && !waiting.contains(&stream.id) {
                    schedule(tx, (row.id, stream.id), tx.now)?;
                }
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    room::admit(tools)?;
    let payload: Payload = serde_json::from_str(&lease.job.payload)
        .map_err(|fault| JobFault::Dead(fault.to_string()))?;
    let found = tools.db.read(|reader| {
        let Some(stream) = streams::find_stream(reader, payload.stream)? else { return Ok(None) };
        let account = accounts::find_account(reader, stream.account)?;
        let others = streams::list_streams(reader, stream.account)?;
        Ok(account.map(|account| (account, stream, others)))
    })?;
    // What was paused or disconnected meanwhile is left alone; resuming it queues it again.
    let Some((account, stream, others)) = found else { return Ok(()) };
    if account.state != AccountState::Active {
        return Ok(());
    }
    let Some(api) = connectors::find(&account.platform).and_then(|known| known.api()) else {
        let what = format!("this version cannot connect to {:?}", account.platform);
        return Err(JobFault::Dead(what));
    };
    let Some(spec) = api.spec().find_stream(&stream.stream) else {
        return Err(JobFault::Dead(format!("this version knows no stream {:?}", stream.stream)));
    };
    if let Some(first) = find_unloaded(spec, &others) {
        tools.db.write_local(Lane::Background, |tx| {
            lease.tell_in(tx, &format!("waits for {first}"))?;
            schedule(tx, (account.id, stream.id), tx.now.plus_seconds(AFTER_WAIT_S)).map(|_| ())
        })?;
        return Ok(());
    }
    let since = stream.since.or(account.since);
    let opened = match Opened::open(tools, (&account, api), since) {
        Ok(opened) => opened,
        Err(OpenFault::Store(fault)) => return Err(fault.into()),
        // The account waits, whole, until somebody unlocks the vault.
        Err(OpenFault::Locked(what)) => {
            return Err(JobFault::Again { wait_s: LOCKED_WAIT_S, what });
        }
        Err(OpenFault::Closed(what)) => {
            let fault = Fault::Auth { hint: what };
            return Err(note(tools, (&account, &stream), fault));
        }
    };
    let clock = tools.db.clock();
    let asked = (clock.now(), tools.gate.epoch(clock));
    let (opened, account, stream) = (&opened, &account, &stream);
    let pulled = Pulled { tools, opened, account, stream, lease, asked };
    turn(pulled, (api, spec))
}

/// The first stream that must have been read once before this one begins, and was not.
fn find_unloaded(spec: &Stream, others: &[StreamRow]) -> Option<&'static str> {
    let is_loaded =
        |slug: &str| others.iter().any(|other| other.stream == slug && other.loaded_at.is_some());
    spec.after.iter().copied().find(|slug| !is_loaded(slug))
}

fn turn(
    pulled: Pulled<'_>,
    (api, spec): (&dyn connectors::contract::Api, &Stream),
) -> Result<(), JobFault> {
    let Pulled { tools, opened, stream, lease, .. } = pulled;
    let clock = tools.db.clock();
    let begun = clock.now();
    let budget = Budget::new(CALLS_PER_TURN_MAX, begun.plus_seconds(TURN_S_MAX));
    let should_stop = || lease.should_stop();
    let ctx = opened.ctx(tools, api, (&budget, &should_stop));
    let is_over = || {
        let now = clock.now();
        now >= begun.plus_seconds(TURN_S) || !budget.is_left(now) || lease.should_stop()
    };
    let first = Cursor(stream.cursor.clone());
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(PAGES_AHEAD_MAX);
        scope.spawn(move || ask((api, &ctx, spec), first, is_over, &sender));
        keep_all(pulled, i64::from(spec.every_s), &receiver)
    })
}

type Answer = Result<Page, Fault>;

/// The platform makes the next pages while one is written. Ends with the present, a fault, the turn
/// or its listener.
fn ask(
    (api, ctx, spec): (&dyn connectors::contract::Api, &Ctx<'_>, &Stream),
    mut place: Cursor,
    is_over: impl Fn() -> bool,
    sender: &SyncSender<Answer>,
) {
    for _ in 0..PAGES_PER_TURN_MAX {
        let mut answer = api.pull(ctx, spec, &place);
        let mut next = None;
        if let Ok(page) = &answer
            && page.more
            && page.wait.is_none()
        {
            if page.next == place && page.documents.is_empty() {
                let what = "the platform says that there is more, but not where";
                answer = Err(Fault::drift(spec.slug, what));
            } else {
                next = Some(page.next.clone());
            }
        }
        let is_heard = sender.send(answer).is_ok();
        match next {
            Some(next) if is_heard && !is_over() => place = next,
            _ => return,
        }
    }
}

fn keep_all(pulled: Pulled<'_>, every_s: i64, receiver: &Receiver<Answer>) -> Result<(), JobFault> {
    let Pulled { tools, account, stream, lease, .. } = pulled;
    let (mut sum, mut at_once) = (Kept::default(), AtOnce::default());
    let mut fault = None;
    while fault.is_none() {
        let mut page = match receiver.recv() {
            Ok(Ok(page)) => page,
            Ok(Err(found)) => {
                fault = Some(found);
                break;
            }
            // The turn is over, and there is more.
            Err(_) => break,
        };
        // What waits goes along: each transaction writes sums anew that it shares with others.
        while page.documents.len() < DOCUMENTS_TOGETHER_MAX && fault.is_none() {
            match receiver.try_recv() {
                Ok(Ok(later)) => page.append(later),
                Ok(Err(found)) => fault = Some(found),
                Err(_) => break,
            }
        }
        let now = tools.db.clock().now();
        let next_at = match (page.wait, page.more) {
            (Some(wait), _) => Some(now.plus(wait.max(Duration::from_secs(1)))),
            (None, true) => None,
            (None, false) => Some(now.plus_seconds(every_s)),
        };
        let kept = keep_page::keep_page(pulled, page, next_at, &mut at_once)?;
        sum.accepted += kept.accepted;
        sum.unchanged += kept.unchanged;
        sum.documents += kept.documents;
        // It began anew meanwhile, and its next turn waits already.
        if kept.is_stale {
            return Ok(());
        }
        if next_at.is_some() {
            return tell(tools, lease, &sum);
        }
        if lease.should_stop() {
            return Err(JobFault::Stopped);
        }
    }
    match fault {
        Some(Fault::Stopped) if lease.should_stop() => return Err(JobFault::Stopped),
        // The turn was too short for a page: the next one begins there.
        Some(Fault::Stopped) | None => {}
        Some(fault) => return Err(note(tools, (account, stream), fault)),
    }
    tools.db.write_local(Lane::Background, |tx| {
        schedule(tx, (account.id, stream.id), tx.now).map(|_| ())
    })?;
    tell(tools, lease, &sum)
}

/// What came of a turn, for the history.
fn tell(tools: &Tools, lease: &Lease<'_>, sum: &Kept) -> Result<(), JobFault> {
    let result = format!(
        "{} documents, {} records new or changed, {} known",
        sum.documents, sum.accepted, sum.unchanged
    );
    tools.db.write_local(Lane::Background, |tx| lease.tell_in(tx, &result))?;
    Ok(())
}

/// Notes a fault where the health page finds it, and gives what the queue does about it.
fn note(tools: &Tools, (account, stream): (&AccountRow, &StreamRow), fault: Fault) -> JobFault {
    let noted = tools.db.write_local(Lane::Background, |tx| {
        let kept = StreamFault { kind: fault.name().to_owned(), what: fault.to_string() };
        let was_stale = stream.fault.as_ref().is_some_and(|known| known.kind == kept.kind);
        if let Some(why) = attention_of(&fault).filter(|_| !was_stale) {
            mail::note_attention(tx, account, why)?;
        }
        let failures = match &fault {
            Fault::Stale { restart } => {
                streams::restart(tx, stream.id, (&restart.0, None))?;
                streams::note_fault(tx, stream.id, &kept)?
            }
            _ => streams::note_fault(tx, stream.id, &kept)?,
        };
        match &fault {
            Fault::Auth { hint } => {
                accounts::set_state(tx, account.id, AccountState::Refused, Some(hint))?;
                jobs::delete_waiting(tx, &lane_of(account.id))?;
            }
            Fault::Drift { path, what } => {
                let problem = Problem::Unread { path: path.clone(), what: what.clone() };
                let place = (account.id, stream.stream.as_str());
                keep_page::count(tx, place, (&problem, ""))?;
            }
            Fault::Throttled { .. }
            | Fault::Transient { .. }
            | Fault::Stale { .. }
            | Fault::Refused { .. }
            | Fault::Stopped => {}
        }
        Ok((failures, was_stale))
    });
    let (failures, was_stale) = match noted {
        Ok(noted) => noted,
        Err(fault) => return fault.into(),
    };
    let what = fault.to_string();
    let wait_s = match fault {
        Fault::Auth { .. } => return JobFault::Dead(what),
        Fault::Stopped => return JobFault::Stopped,
        Fault::Throttled { wait } => i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).max(1),
        Fault::Transient { .. } => {
            let wait_s = backoff::wait_seconds(failures).unwrap_or(TRANSIENT_WAIT_S_MAX);
            wait_s + backoff::jitter_seconds(wait_s, stream.id.0, failures)
        }
        Fault::Stale { .. } if was_stale => STALE_AGAIN_WAIT_S,
        Fault::Stale { .. } => 1,
        Fault::Refused { .. } | Fault::Drift { .. } => REFUSED_WAIT_S,
    };
    JobFault::Again { wait_s, what }
}

/// What only a person can mend.
fn attention_of(fault: &Fault) -> Option<Attention> {
    match fault {
        Fault::Auth { .. } => Some(Attention::Credentials),
        Fault::Drift { .. } => Some(Attention::Drift),
        Fault::Refused { .. } => Some(Attention::Refused),
        Fault::Throttled { .. }
        | Fault::Transient { .. }
        | Fault::Stale { .. }
        | Fault::Stopped => None,
    }
}

#[cfg(test)]
pub(super) mod tests;
