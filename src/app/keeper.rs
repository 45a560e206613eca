//! The thread that looks after a running server: tells the service manager that we are well, looks
//! at the disk, lays the ballast, folds the log into the file, notices a clock that jumped. What it
//! does is small and is done again at its next round.

use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;

use crate::app::chosen::Chosen;
use crate::base::Instant;
use crate::base::time::Stopwatch;
use crate::domain::mail::Message;
use crate::features::diagnostics::{Home, checks};
use crate::jobs::runner::Signal;
use crate::store::db::Fold;
use crate::store::{Db, Lane, StoreError, jobs, room, settings};
use crate::sync::ctx::Tools;
use crate::sync::mail;

/// How often it looks at anything at all.
const STEP: Duration = Duration::from_millis(250);
const MINUTE: Duration = Duration::from_secs(60);
/// The log is folded in whole above this, whoever waits.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A clock that moved so much more or less than time did was set, or the machine slept.
const JUMP_S: u64 = 300;
/// The setting that holds the last jump: seconds, and when it was seen.
pub const CLOCK_JUMPED: &str = "clock_jumped";

pub struct Keeper {
    tools: Tools,
    home: Home,
    chosen: Chosen,
    /// Of the log at the former round: while nobody writes it stays as long.
    log_bytes: u64,
    /// What the clock and the stopwatch said at the former round.
    before: (Instant, Stopwatch),
}

/// Starts the thread; it ends with the signal.
///
/// # Errors
/// Where the system gives no thread.
pub fn start(tools: &Tools, home: Home, chosen: Chosen) -> anyhow::Result<JoinHandle<()>> {
    let before = (tools.db.clock().now(), Stopwatch::start());
    let mut keeper = Keeper { tools: tools.clone(), home, chosen, log_bytes: 0, before };
    // Known before the first job runs.
    keeper.look_at_disk();
    let signal = tools.signal.clone();
    let thread = std::thread::Builder::new().name("keeper".to_owned());
    thread.spawn(move || keeper.run(&signal)).context("start the keeper's thread")
}

impl Keeper {
    fn run(&mut self, signal: &Signal) {
        let ping = watchdog_every();
        let (mut pinged, mut looked, mut minute) =
            (Stopwatch::start(), Stopwatch::start(), Stopwatch::start());
        while !signal.is_stopped() {
            std::thread::sleep(STEP);
            if ping.is_some_and(|every| pinged.elapsed() >= every) {
                pinged = Stopwatch::start();
                self.ping();
            }
            if looked.elapsed() >= self.chosen.look_every {
                looked = Stopwatch::start();
                self.look_at_disk();
                self.lay_ballast();
            }
            if minute.elapsed() >= MINUTE {
                minute = Stopwatch::start();
                self.fold_log();
                self.look_at_clock();
                self.write_calls();
            }
        }
    }

    /// Only where the writer and the queue answer: otherwise the service manager starts us anew.
    fn ping(&self) {
        match is_well(&self.tools.db) {
            Ok(()) => notify_watchdog(),
            Err(fault) => tracing::warn!(%fault, "the database does not answer as it should"),
        }
    }

    fn look_at_disk(&self) {
        let db = &self.tools.db;
        let now = checks::look_at_disk(&self.home, db.bytes().0);
        let before = db.room().set(now);
        match (before.is_low(), now.is_low()) {
            (false, true) => {
                tracing::warn!(
                    free_bytes = now.free,
                    mark_bytes = now.mark,
                    "The disk is nearly full; syncs and imports pause"
                );
                let free_bytes = i64::try_from(now.free.unwrap_or_default()).unwrap_or(i64::MAX);
                let message = Message::LowDisk { free_bytes };
                let told = db.write_local(Lane::Background, |tx| mail::queue(tx, &message));
                if let Err(fault) = told {
                    tracing::warn!(%fault, "a mail of the full disk could not be queued");
                }
            }
            (true, false) => {
                tracing::info!("The disk has room again; syncs and imports go on");
                self.tools.signal.wake();
            }
            _ => {}
        }
    }

    /// Where there is room for it above the mark.
    fn lay_ballast(&self) {
        let (path, room) = (self.tools.db.path(), self.tools.db.room().get());
        let Some(free) = room.free else { return };
        if free < room.mark.saturating_add(self.chosen.ballast) {
            return;
        }
        match room::lay_ballast(path, self.chosen.ballast) {
            Ok(true) => tracing::info!(bytes = self.chosen.ballast, "Laid the ballast"),
            Ok(false) => {}
            Err(fault) => tracing::warn!(%fault, "the ballast could not be laid"),
        }
    }

    fn fold_log(&mut self) {
        let db = &self.tools.db;
        let (_, log) = db.bytes();
        let is_idle = log == self.log_bytes;
        self.log_bytes = log;
        let how = if is_idle || log > LOG_BYTES_MAX { Fold::Whole } else { Fold::Passive };
        if log == 0 {
            return;
        }
        match db.fold(how) {
            Ok(is_whole) if !is_whole && log > LOG_BYTES_MAX => {
                tracing::warn!(bytes = log, "The log is long, and a reader holds on to it");
            }
            Ok(_) => {}
            Err(fault) => tracing::warn!(%fault, "the log could not be folded in"),
        }
    }

    fn look_at_clock(&mut self) {
        let now = self.tools.db.clock().now();
        let (then, watch) = std::mem::replace(&mut self.before, (now, Stopwatch::start()));
        let Some(seconds) = jump(now.seconds() - then.seconds(), watch.elapsed()) else { return };
        tracing::warn!(seconds, "The clock jumped; what is due is looked at anew");
        self.tools.signal.wake();
        let kept = self.tools.db.write(Lane::Background, move |tx| {
            settings::upsert(tx, CLOCK_JUMPED, &format!("{seconds} {}", tx.now.0))
        });
        if let Err(fault) = kept {
            tracing::warn!(%fault, "that the clock jumped could not be written down");
        }
    }

    fn write_calls(&self) {
        if let Err(fault) = self.tools.egress.flush() {
            tracing::warn!(%fault, "which hosts were called could not be written down");
        }
    }
}

/// By how many seconds the clock moved otherwise than time did; `None` where that is little.
fn jump(clock_s: i64, passed: Duration) -> Option<i64> {
    let passed_s = i64::try_from(passed.as_secs()).unwrap_or(i64::MAX);
    let off = clock_s.saturating_sub(passed_s);
    (off.unsigned_abs() > JUMP_S).then_some(off)
}

/// # Errors
/// What the writer or the queue said.
fn is_well(db: &Db) -> Result<(), StoreError> {
    db.write(Lane::Interactive, |_| Ok(()))?;
    db.read(jobs::is_waiting).map(|_| ())
}

#[cfg(target_os = "linux")]
fn watchdog_every() -> Option<Duration> {
    // Twice in each of its turns, as its manual advises.
    sd_notify::watchdog_enabled().map(|every| every.checked_div(2).unwrap_or(every))
}

#[cfg(not(target_os = "linux"))]
fn watchdog_every() -> Option<Duration> {
    None
}

fn notify_watchdog() {
    #[cfg(target_os = "linux")]
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
}

/// Tells the service manager that we serve.
pub fn notify_ready() {
    #[cfg(target_os = "linux")]
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
}

/// Tells the service manager that we end.
pub fn notify_stopping() {
    #[cfg(target_os = "linux")]
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::base::Clock;
    use crate::store::testing::Folder;

    #[test]
    fn we_are_well_only_once_the_writer_answers() {
        let folder = Folder::new();
        let db = Db::open(&folder.file("purser.db"), Clock::System).unwrap();
        is_well(&db).unwrap();
        let order: Arc<Mutex<Vec<&str>>> = Arc::default();
        let (hold, held) = channel::<()>();
        let (begin, begun) = channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Stuck until it is let go.
                let stuck = db.write(Lane::Background, move |_| {
                    let _ = begin.send(());
                    let _ = held.recv();
                    Ok(())
                });
                stuck.unwrap();
            });
            begun.recv().unwrap();
            let (asked, noted) = (db.clone(), Arc::clone(&order));
            let ping = scope.spawn(move || {
                is_well(&asked).unwrap();
                noted.lock().unwrap().push("well");
            });
            // Time enough to be wrong.
            std::thread::sleep(Duration::from_millis(200));
            order.lock().unwrap().push("let go");
            hold.send(()).unwrap();
            ping.join().unwrap();
        });
        assert_eq!(*order.lock().unwrap(), ["let go", "well"]);
    }

    #[test]
    fn threat_28_a_clock_jumps_where_it_moves_otherwise_than_time() {
        let minute = Duration::from_secs(60);
        for (clock_s, expected, why) in [
            (60, None, "as time does"),
            (360, None, "by five minutes more: a slow machine"),
            (361, Some(301), "more than five minutes more"),
            (9 * 3_600 + 60, Some(32_400), "woke after nine hours"),
            (60 - 86_400, Some(-86_400), "set back by a day"),
            (60 + 315_360_000, Some(315_360_000), "ten years on"),
        ] {
            assert_eq!(jump(clock_s, minute), expected, "{why}");
        }
    }
}
