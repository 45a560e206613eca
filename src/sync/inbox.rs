//! What platforms call us for, between the answer and the database. A call is answered as soon as
//! it stands here; one thread notes all that stands here in one transaction, so that neither a
//! busy writer nor a flood of calls keeps anybody waiting.
//!
//! What is lost when the program is killed here is a nudge, and the next look at the platform
//! finds what it was about. A privacy request must not be lost: it is answered when it is noted.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use super::ctx::Tools;
use super::{privacy_job, pull_job};
use crate::base::id::AccountId;
use crate::store::accounts::AccountRow;
use crate::store::hooks::{self, DeliveryMark, Tally};
use crate::store::privacy::{self, NewRequest};
use crate::store::{Lane, StoreError, Tx, streams};

/// Calls that may wait here.
const WAITING_MAX: usize = 4_096;
/// How long a privacy request waits to be noted; the platform sends it again.
const NOTED_MAX: Duration = Duration::from_millis(900);
/// How often refused calls are counted in the database, however many there are.
const COUNTED_EVERY: Duration = Duration::from_secs(2);
/// Seconds between two looks at a stream that calls ask for.
const LOOKS_APART_S: i64 = 2;

/// A call that was found genuine.
pub struct Note {
    pub account: AccountRow,
    pub marks: Vec<DeliveryMark>,
    pub work: Work,
}

pub enum Work {
    /// Ask for these streams now.
    Pull(&'static [&'static str]),
    Request(NewRequest),
    Nothing,
}

#[derive(Default)]
pub struct Inbox {
    waiting: Mutex<Waiting>,
    woken: Condvar,
    /// Where platforms reach us; never set where they do not.
    address: OnceLock<SocketAddr>,
}

#[derive(Default)]
struct Waiting {
    notes: Vec<(Note, Option<SyncSender<()>>)>,
    refused: BTreeMap<AccountId, i64>,
    is_closed: bool,
}

impl Inbox {
    /// Where `--hooks-listen` listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address.get().copied()
    }

    pub fn announce(&self, address: SocketAddr) {
        let _ = self.address.set(address);
    }

    /// Takes a call in; `false` where it must come again, because too many wait or, of a privacy
    /// request, it could not be noted in time.
    #[must_use]
    pub fn put(&self, note: Note) -> bool {
        let (noted, is_noted) = sync_channel(1);
        let waits = matches!(note.work, Work::Request(_));
        {
            let mut waiting = self.lock();
            if waiting.is_closed || waiting.notes.len() >= WAITING_MAX {
                return false;
            }
            waiting.notes.push((note, waits.then_some(noted)));
        }
        self.woken.notify_all();
        !waits || is_noted.recv_timeout(NOTED_MAX).is_ok()
    }

    /// Counts a call that was refused.
    pub fn count_refused(&self, account: AccountId) {
        *self.lock().refused.entry(account).or_default() += 1;
    }

    /// Notes what comes in until it is closed; then what is left, and ends.
    pub fn work(&self, tools: &Tools) {
        loop {
            let mut waiting = self.lock();
            if waiting.notes.is_empty() && !waiting.is_closed {
                let woken = self.woken.wait_timeout(waiting, COUNTED_EVERY);
                waiting = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
            let notes = std::mem::take(&mut waiting.notes);
            let refused = std::mem::take(&mut waiting.refused);
            let is_closed = waiting.is_closed;
            drop(waiting);
            keep(tools, notes, &refused);
            if is_closed {
                return;
            }
        }
    }

    /// Notes what stands here, on this thread.
    #[cfg(test)]
    pub fn drain(&self, tools: &Tools) {
        let mut waiting = self.lock();
        let (notes, refused) =
            (std::mem::take(&mut waiting.notes), std::mem::take(&mut waiting.refused));
        drop(waiting);
        keep(tools, notes, &refused);
    }

    pub fn close(&self) {
        self.lock().is_closed = true;
        self.woken.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep(
    tools: &Tools,
    notes: Vec<(Note, Option<SyncSender<()>>)>,
    refused: &BTreeMap<AccountId, i64>,
) {
    if notes.is_empty() && refused.is_empty() {
        return;
    }
    let write = |notes: &[(Note, Option<SyncSender<()>>)], refused: &BTreeMap<AccountId, i64>| {
        tools.db.write_local(Lane::Interactive, |tx| {
            for (note, _) in notes {
                keep_one(tx, note)?;
            }
            for (account, count) in refused {
                let tally = Tally { refused: *count, ..Tally::default() };
                hooks::add_tally(tx, *account, &tally)?;
            }
            Ok(())
        })
    };
    let tell = |notes: &[(Note, Option<SyncSender<()>>)]| {
        for (_, noted) in notes {
            // Whoever asked may have gone.
            let _ = noted.as_ref().map(|noted| noted.send(()));
        }
    };
    match write(&notes, refused) {
        Ok(()) => tell(&notes),
        Err(fault) => {
            tracing::warn!(%fault, "Calls of platforms were not noted together; one by one now");
            let none = BTreeMap::new();
            for one in notes.chunks(1) {
                match write(one, &none) {
                    Ok(()) => tell(one),
                    Err(fault) => {
                        tracing::warn!(%fault, "A call was not noted; polling finds what it tells");
                    }
                }
            }
        }
    }
    tools.signal.wake();
}

fn keep_one(tx: &Tx<'_>, note: &Note) -> Result<(), StoreError> {
    let account = note.account.id;
    if hooks::is_known(tx, account, &note.marks)? {
        return hooks::add_tally(tx, account, &Tally { repeated: 1, ..Tally::default() });
    }
    hooks::insert_delivery(tx, account, &note.marks)?;
    hooks::add_tally(tx, account, &Tally { taken: 1, ..Tally::default() })?;
    match &note.work {
        Work::Pull(names) => nudge(tx, account, names),
        Work::Request(new) => {
            let request = privacy::insert_request(tx, &note.account, new)?;
            privacy_job::schedule(tx, request)
        }
        Work::Nothing => Ok(()),
    }
}

/// The next turn of these streams is now. A stream that is in trouble keeps the time at which it
/// is tried again: a call must not hurry us against a platform that asked us to wait.
fn nudge(tx: &Tx<'_>, account: AccountId, names: &[&str]) -> Result<(), StoreError> {
    for stream in streams::list_streams_for_write(tx, account)? {
        if names.contains(&stream.stream.as_str()) && stream.fault.is_none() {
            let last = stream.tried_at.filter(|last| *last <= tx.now);
            let due_at = last.map_or(tx.now, |last| tx.now.max(last.plus_seconds(LOOKS_APART_S)));
            pull_job::schedule(tx, (account, stream.id), due_at)?;
        }
    }
    Ok(())
}
