//! On whose behalf a thread writes. Set where a request or a command comes in, so that no write of
//! a person's can go past the audit log (`audit.rs`): `Db` looks here when it begins one.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the audit log calls a command of this machine.
pub const COMMAND_LINE: &str = "command line";

/// One request or command of somebody.
#[derive(Debug)]
pub struct Behalf {
    /// An address or a token's name; empty for a command.
    pub who: String,
    /// The address on the network, or `COMMAND_LINE`.
    pub origin: String,
    /// What was asked for, where nobody says it better: a path or a command.
    pub what: String,
    is_noted: AtomicBool,
}

impl Behalf {
    pub fn new(who: &str, origin: &str, what: &str) -> Arc<Self> {
        let (who, origin, what) = (who.to_owned(), origin.to_owned(), what.to_owned());
        Arc::new(Self { who, origin, what, is_noted: AtomicBool::new(false) })
    }

    /// Whether a row of the log tells of it already.
    pub fn is_noted(&self) -> bool {
        self.is_noted.load(Ordering::Relaxed)
    }

    pub fn set_noted(&self) {
        self.is_noted.store(true, Ordering::Relaxed);
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Behalf>>> = const { RefCell::new(None) };
}

pub fn current() -> Option<Arc<Behalf>> {
    CURRENT.with_borrow(Clone::clone)
}

/// Runs `work` on somebody's behalf, or on nobody's.
pub fn run<T>(behalf: Option<Arc<Behalf>>, work: impl FnOnce() -> T) -> T {
    // Put back also where `work` panics: the thread is used again.
    let _before = Before(CURRENT.replace(behalf));
    work()
}

struct Before(Option<Arc<Behalf>>);

impl Drop for Before {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}
