//! Looks that take long are taken in the background: started by whoever asks first, followed by
//! whoever asks again, stopped by whoever has seen enough. Kept in memory; a start forgets them,
//! and nothing is lost.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::books::book_chunk;
use super::{CHUNK, Edit, Looking, Preview, Tally, look};
use crate::base::Day;
use crate::reports::ReportError;
use crate::store::{Db, StoreError};

/// Orders beyond which nobody waits in front of the page.
const ORDERS_AT_ONCE: i64 = 20_000;
/// Looks that are remembered.
const LOOKS_MAX: usize = 16;
/// Threads that book at the same time.
const THREADS: usize = 2;
/// Longest single reading of a look.
const READING_MAX: Duration = Duration::from_secs(600);

/// How far a look is.
#[derive(Clone, Debug)]
pub enum Look {
    Done(Arc<Preview>),
    Running {
        key: u64,
        done: i64,
        total: i64,
    },
    /// Somebody stopped it.
    Stopped {
        total: i64,
    },
    /// What went wrong with it, in words.
    Failed(String),
}

pub struct Desk {
    at_once: AtomicI64,
    looks: Mutex<VecDeque<Arc<Running>>>,
}

struct Running {
    key: u64,
    done: AtomicI64,
    total: i64,
    stop: AtomicBool,
    outcome: Mutex<Option<Result<Arc<Preview>, String>>>,
}

impl Default for Desk {
    fn default() -> Self {
        Self { at_once: AtomicI64::new(ORDERS_AT_ONCE), looks: Mutex::default() }
    }
}

impl Desk {
    /// Above how many orders a look goes on in the background.
    pub fn set_at_once(&self, orders: i64) {
        self.at_once.store(orders, Ordering::Relaxed);
    }

    /// The effect of an edit on the books as they are, or how far the look at it is.
    ///
    /// # Errors
    /// As `preview::look`.
    pub fn look(&self, db: &Db, edit: &Edit, today: Day) -> Result<Look, ReportError> {
        let key = key_of(db, edit, today)?;
        if let Some(known) = self.find(key) {
            return Ok(known.tell());
        }
        match self.look_quickly(db, key, (edit, today))? {
            Ok(preview) => Ok(Look::Done(preview)),
            Err(looking) => Ok(self.start(db, key, looking)),
        }
    }

    /// The effect if it was looked at to its end, or can be while somebody waits.
    pub fn find_done(&self, db: &Db, edit: &Edit, today: Day) -> Option<Arc<Preview>> {
        let key = key_of(db, edit, today).ok()?;
        match self.find(key).map(|known| known.tell()) {
            Some(Look::Done(preview)) => Some(preview),
            Some(Look::Running { .. } | Look::Stopped { .. } | Look::Failed(_)) => None,
            None => self.look_quickly(db, key, (edit, today)).ok()?.ok(),
        }
    }

    /// The effect of an edit that touches few orders; all that is needed for one of many.
    fn look_quickly(
        &self,
        db: &Db,
        key: u64,
        (edit, today): (&Edit, Day),
    ) -> Result<Result<Arc<Preview>, Looking>, ReportError> {
        let looked = read(db, |reader| {
            let looking = Looking::prepare(reader, edit, today)?;
            if looking.orders.len() as i64 > self.at_once.load(Ordering::Relaxed) {
                return Ok(Err(looking));
            }
            look(reader, edit, today).map(Ok)
        })?;
        Ok(looked.map(|preview| {
            let preview = Arc::new(preview);
            let outcome = Mutex::new(Some(Ok(Arc::clone(&preview))));
            let total = preview.orders;
            self.keep(Arc::new(Running { outcome, ..Running::new(key, total) }));
            preview
        }))
    }

    /// How far a look is; `None` where nobody knows of it.
    pub fn follow(&self, key: u64) -> Option<Look> {
        Some(self.find(key)?.tell())
    }

    pub fn stop(&self, key: u64) {
        if let Some(look) = self.find(key) {
            look.stop.store(true, Ordering::Relaxed);
        }
    }

    /// The program ends: nobody waits any more.
    pub fn stop_all(&self) {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.iter().for_each(|look| look.stop.store(true, Ordering::Relaxed));
    }

    fn find(&self, key: u64) -> Option<Arc<Running>> {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.iter().find(|look| look.key == key).cloned()
    }

    /// Of those at work the newest goes on: an older one is about something that was typed over.
    fn keep(&self, look: Arc<Running>) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.retain(|known| {
            known.stop.store(true, Ordering::Relaxed);
            known.is_done() && known.key != look.key
        });
        looks.push_back(look);
        while looks.len() > LOOKS_MAX {
            looks.pop_front();
        }
    }

    fn start(&self, db: &Db, key: u64, looking: Looking) -> Look {
        let look = Arc::new(Running::new(key, looking.orders.len() as i64));
        self.keep(Arc::clone(&look));
        let (db, work) = (db.clone(), Arc::clone(&look));
        let thread = std::thread::Builder::new().name("preview".to_owned());
        let spawned = thread.spawn(move || {
            let outcome = run(&db, looking, &work).map(Arc::new);
            let text = |fault: ReportError| fault.to_string();
            let mut place = work.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            *place = Some(outcome.map_err(text));
        });
        match spawned {
            Ok(_) => look.tell(),
            Err(fault) => Look::Failed(fault.to_string()),
        }
    }
}

impl Running {
    fn new(key: u64, total: i64) -> Self {
        Self {
            key,
            done: AtomicI64::new(0),
            total,
            stop: AtomicBool::new(false),
            outcome: Mutex::new(None),
        }
    }

    fn is_done(&self) -> bool {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(*outcome, Some(Ok(_)))
    }

    fn tell(&self) -> Look {
        let outcome = self.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        match &*outcome {
            Some(Ok(preview)) => Look::Done(Arc::clone(preview)),
            _ if self.stop.load(Ordering::Relaxed) => Look::Stopped { total: self.total },
            Some(Err(fault)) => Look::Failed(fault.clone()),
            None => {
                let done = self.done.load(Ordering::Relaxed);
                Look::Running { key: self.key, done, total: self.total }
            }
        }
    }
}

/// Tells one look from another, and from the same one of other books.
fn key_of(db: &Db, edit: &Edit, today: Day) -> Result<u64, ReportError> {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let version: (i64, i64, i64) = db.read(|reader| {
        let sql = "select policy_version, (select coalesce(max(id), 0) from changes),
                (select coalesce(max(id), 0) from imports) from organisation";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok(reader.conn().query_row(sql, [], row)?)
    })?;
    let mut hasher = DefaultHasher::new();
    format!("{edit:?}").hash(&mut hasher);
    (version, today).hash(&mut hasher);
    Ok(hasher.finish())
}

/// Books chunks on some threads, and adds them up in their order.
fn run(db: &Db, looking: Looking, work: &Running) -> Result<Preview, ReportError> {
    let stopped = || ReportError::Store(StoreError::TooSlow);
    let mut looking = looking;
    read(db, |reader| looking.draw(reader))?;
    let looking = &looking;
    let mut tally = read(db, |reader| Tally::new(reader, looking))?;
    let chunks: Vec<_> = looking.orders.chunks(CHUNK).collect();
    for some in chunks.chunks(THREADS) {
        if work.stop.load(Ordering::Relaxed) {
            return Err(stopped());
        }
        let booked = std::thread::scope(|scope| {
            let book = |chunk| move || read(db, |reader| book_chunk(reader, looking, chunk));
            let threads: Vec<_> = some.iter().map(|chunk| scope.spawn(book(*chunk))).collect();
            let join = threads.into_iter().map(|thread| thread.join());
            join.collect::<Vec<_>>()
        });
        for (chunk, ids) in booked.into_iter().zip(some) {
            let chunk = chunk.map_err(|_| {
                ReportError::Store(StoreError::Internal("a look broke off".to_owned()))
            })??;
            read(db, |reader| tally.add(reader, looking, chunk))?;
            work.done.fetch_add(ids.len() as i64, Ordering::Relaxed);
        }
    }
    read(db, |reader| tally.finish(reader, looking))
}

fn read<T>(
    db: &Db,
    work: impl FnOnce(&crate::store::Reader<'_>) -> Result<T, ReportError>,
) -> Result<T, ReportError> {
    db.read_within(READING_MAX, |reader| Ok(work(reader)))?
}
