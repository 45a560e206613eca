//! The kill switch, and the epoch under which readings are worth something.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};

use crate::base::time::Stopwatch;
use crate::base::{Clock, Instant};
use crate::store::stock::outbox;
use crate::store::{Db, Lane, StoreError};

/// A clock that goes on by this much more or less than the time that passed was set.
const JUMP_MS: i64 = 2_000;

/// Shared by everything that writes on channels.
#[derive(Debug)]
pub struct Gate {
    /// Held shared while a channel is written.
    calls: RwLock<()>,
    epoch: AtomicI64,
    last: Mutex<Option<(Instant, Stopwatch)>>,
}

impl Default for Gate {
    /// Another run is another epoch: what was read before it waits for nothing any more.
    fn default() -> Self {
        let epoch = Clock::System.now().0;
        Self { calls: RwLock::new(()), epoch: AtomicI64::new(epoch), last: Mutex::new(None) }
    }
}

impl Gate {
    /// The epoch of now: another one after the clock was set, since then nobody knows which of two
    /// instants was the earlier.
    pub fn epoch(&self, clock: &Clock) -> i64 {
        if let Clock::System = clock {
            let now = clock.now();
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let known = last.replace((now, Stopwatch::start()));
            if let Some((then, watch)) = known {
                let passed_ms = i64::try_from(watch.elapsed().as_millis()).unwrap_or(i64::MAX);
                if is_jump((then, now), passed_ms) {
                    self.begin_epoch();
                }
            }
        }
        self.epoch.load(Ordering::SeqCst)
    }

    /// What was read until now is no longer waited for.
    pub fn begin_epoch(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Writes on a channel, unless everything is stopped.
    pub fn pass<T>(&self, call: impl FnOnce() -> T) -> T {
        let _held = self.calls.read().unwrap_or_else(PoisonError::into_inner);
        call()
    }

    /// Stops everything: when this returns, nothing is being written on any channel, and nothing
    /// will be until it is allowed again.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn stop(&self, db: &Db) -> Result<(), StoreError> {
        let _alone = self.calls.write().unwrap_or_else(PoisonError::into_inner);
        db.write_local(Lane::Interactive, |tx| outbox::set_stopped(tx, true))
    }

    /// Allows it again; what is to be written is planned anew.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn allow(&self, db: &Db) -> Result<(), StoreError> {
        db.write_local(Lane::Interactive, |tx| {
            outbox::set_stopped(tx, false)?;
            for channel in crate::store::stock::channels::list_channels(tx.conn())? {
                crate::store::stock::channels::mark_account(tx, channel.account)?;
            }
            Ok(())
        })
    }
}

/// Whether a clock was set between two looks at it.
fn is_jump((then, now): (Instant, Instant), passed_ms: i64) -> bool {
    let told_ms = (now.0 - then.0) / 1_000;
    (told_ms - passed_ms).abs() > JUMP_MS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, open};

    #[test]
    fn i20_a_clock_that_is_set_begins_another_epoch() {
        let at = |seconds: i64| Instant(seconds * 1_000_000);
        assert!(!is_jump((at(100), at(160)), 60_000));
        assert!(!is_jump((at(100), at(161)), 60_000));
        // An hour forward, an hour back, and a machine that slept while its stopwatch stood still.
        assert!(is_jump((at(100), at(3_760)), 60_000));
        assert!(is_jump((at(4_000), at(460)), 60_000));
        assert!(is_jump((at(100), at(30_000)), 60_000));
        let gate = Gate::default();
        let first = gate.epoch(&Clock::System);
        assert_eq!(gate.epoch(&Clock::System), first);
        gate.begin_epoch();
        assert_ne!(gate.epoch(&Clock::System), first);
    }

    #[test]
    fn i14_when_the_kill_switch_returns_nothing_is_being_written() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicBool, Ordering};
        use std::thread;
        use std::time::Duration;

        let folder = Folder::new();
        let db = open(&folder);
        let gate = Arc::new(Gate::default());
        let (begun, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let writing = {
            let (gate, begun, ended) = (gate.clone(), begun.clone(), ended.clone());
            thread::spawn(move || {
                gate.pass(|| {
                    begun.store(true, Ordering::SeqCst);
                    thread::sleep(Duration::from_millis(200));
                    ended.store(true, Ordering::SeqCst);
                });
            })
        };
        while !begun.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        gate.stop(&db).unwrap();
        assert!(ended.load(Ordering::SeqCst), "a call was still under way");
        assert!(db.read(|reader| outbox::is_stopped(reader.conn())).unwrap());
        gate.allow(&db).unwrap();
        assert!(!db.read(|reader| outbox::is_stopped(reader.conn())).unwrap());
        writing.join().unwrap();
    }
}
