//! One writer on a thread of its own, a few read-only readers, transactions with one `now`.
//! Whoever opens a database for writing holds the instance lock (`app/lock.rs`).

use std::any::Any;
use std::cell::{Cell, OnceCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::base::time::Stopwatch;
use crate::base::{Clock, Instant};
use crate::domain::ask::Basis;
use crate::domain::profit::convert::Rates;
use crate::domain::profit::facts::Policy;
use crate::store::audit::{self, Seal};
use crate::store::behalf::{self, Behalf};
use crate::store::crypt::Key;
use crate::store::migrate::{self, Found};
use crate::store::policy::TermsOf;
use crate::store::rollups::read::{self, Row};
use crate::store::{StoreError, costs, dirty, files, room};

/// The oldest SQLite that has the fix for the log-reset fault.
const SQLITE_VERSION_MIN: i32 = 3_051_003;
const READERS_MAX: usize = 4;
/// Writes that may wait; more means that something is stuck.
const QUEUE_MAX: usize = 1024;
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// What is written anew whole: the copy is made in memory, so that no third place holds it.
const VACUUM_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Longest read that anybody may ask for without saying so.
const READ_DEADLINE: Duration = Duration::from_secs(60);
/// Longest read on a thread that others wait for: as long as a page may read, so that a machine
/// that is slow for a moment breaks none.
const READ_NOW_DEADLINE: Duration = Duration::from_secs(5);
/// Rows of sums by store and day that are kept: some thousand days of a few stores, 800 B each.
const STORE_DAYS_MAX: i64 = 8_000;
/// Instructions between two looks at the deadline.
const DEADLINE_STEPS: std::os::raw::c_int = 2_000;

/// Who goes first when several want to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Somebody is waiting in front of a page.
    Interactive,
    /// Imports, books, upkeep: in small pieces, so that a person never waits long.
    Background,
}

/// A write transaction; every row of it bears `now`.
pub struct Tx<'a> {
    pub now: Instant,
    conn: &'a Connection,
    seal: &'a Seal,
    /// Whose request or command it belongs to; `None` for a job.
    behalf: Option<&'a Behalf>,
    is_noted: Cell<bool>,
}

impl<'a> Tx<'a> {
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    pub(super) fn seal(&self) -> &Seal {
        self.seal
    }

    pub(super) fn behalf(&self) -> Option<&Behalf> {
        self.behalf
    }

    /// A row of the audit log tells of this transaction.
    pub(super) fn set_noted(&self) {
        self.is_noted.set(true);
    }
}

/// A read transaction: all its answers see one state.
pub struct Reader<'a> {
    conn: &'a Connection,
    /// Whether there are shipping labels at all; asked once, not for each order.
    has_labels: OnceCell<bool>,
    /// The number of the last change of the books.
    version: OnceCell<i64>,
    kept: &'a Kept,
}

/// What readers keep for the next one.
#[derive(Default)]
struct Kept {
    rates: RatesRead,
    store_days: StoreDaysRead,
    terms: Mutex<Option<(TermsOf, Arc<Policy>)>>,
}

/// The exchange rates as they were read last, with the number of the change of costs, rules, rates
/// and settings up to which they hold.
type RatesRead = Mutex<Option<(i64, Rates)>>;

/// The sums by store and day of a basis, with the number of the state of the books that they are
/// of; none where they are too many.
type StoreDaysRead = Mutex<Vec<(i64, Basis, Option<Arc<Vec<Row>>>)>>;

impl<'a> Reader<'a> {
    pub fn conn(&self) -> &'a Connection {
        self.conn
    }

    /// All exchange rates; read again only where one may have changed.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn rates(&self) -> Result<Rates, StoreError> {
        let version = dirty::find_policy_version(self.conn)?;
        let known = || lock(&self.kept.rates);
        if let Some((_, rates)) = known().as_ref().filter(|(of, _)| *of == version) {
            return Ok(rates.clone());
        }
        let rates = Rates::new(&costs::list_rates(self)?);
        *known() = Some((version, rates.clone()));
        Ok(rates)
    }

    /// The sums by store of every day, by day; read again only where the books changed. `None`
    /// where they are too many to be kept.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn store_days(&self, basis: Basis) -> Result<Option<Arc<Vec<Row>>>, StoreError> {
        let version = self.version()?;
        let is_it = |of: &(i64, Basis, _)| (of.0, of.1) == (version, basis);
        if let Some((.., rows)) = lock(&self.kept.store_days).iter().find(|of| is_it(of)) {
            return Ok(rows.clone());
        }
        let rows = match read::count_store_days(self)? {
            ..=STORE_DAYS_MAX => Some(Arc::new(read::list_store_days(self, basis)?)),
            _ => None,
        };
        let mut known = lock(&self.kept.store_days);
        known.retain(|(of, other, _)| *of == version && *other != basis);
        known.push((version, basis, rows.clone()));
        Ok(rows)
    }

    /// The number of the last change of the books; asked once.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn version(&self) -> Result<i64, StoreError> {
        if let Some(known) = self.version.get() {
            return Ok(*known);
        }
        let found = dirty::find_version_in(self.conn)?;
        Ok(self.know_version(found))
    }

    /// As `version`, for who has read it already.
    pub(super) fn know_version(&self, found: i64) -> i64 {
        *self.version.get_or_init(|| found)
    }

    /// The terms as they were read last, if they rest on the same.
    pub(super) fn find_kept_terms(&self, of: &TermsOf) -> Option<Arc<Policy>> {
        let kept = lock(&self.kept.terms);
        kept.as_ref().filter(|(known, _)| known == of).map(|(_, terms)| Arc::clone(terms))
    }

    pub(super) fn keep_terms(&self, of: TermsOf, terms: &Arc<Policy>) {
        *lock(&self.kept.terms) = Some((of, Arc::clone(terms)));
    }

    /// Whether there is any shipping label in this state of the database.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn has_labels(&self) -> Result<bool, StoreError> {
        if let Some(known) = self.has_labels.get() {
            return Ok(*known);
        }
        let found = crate::store::labels::is_any(self.conn)?;
        Ok(*self.has_labels.get_or_init(|| found))
    }
}

/// Cheap to clone. Dropping the last one folds the log into the file and closes it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    // Dropped in this order: readers first, so that the writer closes last and leaves one file.
    readers: Readers,
    writer: Option<Writer>,
    path: PathBuf,
    clock: Clock,
    kept: Kept,
    seal: Seal,
    room: room::Seen,
}

/// How the log is folded into the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// As far as nobody reads an older state; nobody waits.
    Passive,
    /// Whole, and the log is empty after it; not where somebody reads.
    Whole,
}

impl Db {
    /// Opens, creates or upgrades the database. The caller holds the instance lock.
    ///
    /// # Errors
    /// `NotOurs`, `NewerDatabase`, `Damaged`: then nothing was written.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        check_library()?;
        migrate::roll_back_creation(path)?;
        let found = migrate::inspect(path)?;
        let was_unclean = log_has_content(path);
        drop(files::open_private(path)?);
        let mut conn = open_connection(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if found == Found::Nothing {
            mark_as_ours(&mut conn)?;
        }
        prepare_writer(&mut conn)?;
        if was_unclean {
            quick_check(&conn)?;
        }
        migrate::migrate(&mut conn, path, clock.now())?;
        let writer = Writer::start(conn, clock.clone())?;
        Ok(Self::with(path, clock, Some(writer)))
    }

    /// For commands that read beside a running server. Takes no lock and cannot write.
    ///
    /// # Errors
    /// `NoDatabase`, `OlderDatabase`, and those of `open`.
    pub fn open_read_only(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        check_library()?;
        if migrate::is_half_created(path) {
            return Err(StoreError::NoDatabase { path: path.to_owned() });
        }
        let known = migrate::known_step();
        match migrate::inspect(path)? {
            Found::Nothing => Err(StoreError::NoDatabase { path: path.to_owned() }),
            Found::Ours { step } if step < known => {
                Err(StoreError::OlderDatabase { found: step, known })
            }
            Found::Ours { .. } => Ok(Self::with(path, clock, None)),
        }
    }

    fn with(path: &Path, clock: Clock, writer: Option<Writer>) -> Self {
        let path = path.to_owned();
        let readers = Readers::default();
        let (kept, seal, room) = (Kept::default(), Seal::default(), room::Seen::default());
        Self { inner: Arc::new(Inner { readers, writer, path, clock, kept, seal, room }) }
    }

    /// What was last seen of the disk.
    pub fn room(&self) -> &room::Seen {
        &self.inner.room
    }

    /// Bytes of the database's file, and of the log beside it.
    pub fn bytes(&self) -> (u64, u64) {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len());
        (length(&self.inner.path), length(&log_of(&self.inner.path)))
    }

    /// Writes that wait for the writer.
    pub fn waiting(&self) -> usize {
        self.inner.writer.as_ref().map_or(0, |writer| {
            let lanes = lock(&writer.queue.lanes);
            lanes.interactive.len() + lanes.background.len()
        })
    }

    /// Folds the log into the file without waiting for a reader. Whether all of it was.
    ///
    /// # Errors
    /// `StoreError` of the database.
    pub fn fold(&self, how: Fold) -> Result<bool, StoreError> {
        let mut lent = self.lend(Lane::Background)?;
        let conn = lent.conn()?;
        let sql = match how {
            Fold::Passive => "PRAGMA wal_checkpoint(PASSIVE)",
            Fold::Whole => "PRAGMA wal_checkpoint(TRUNCATE)",
        };
        conn.busy_timeout(Duration::ZERO)?;
        let folded = conn.query_row(sql, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        conn.busy_timeout(BUSY_WAIT)?;
        let (busy, frames, done) = folded?;
        Ok(busy == 0 && frames == done)
    }

    /// From now on rows of the audit log bear its tag; `false` where they do already.
    pub(super) fn set_seal(&self, key: Key) -> bool {
        self.inner.seal.set(key).is_ok()
    }

    pub fn is_read_only(&self) -> bool {
        self.inner.writer.is_none()
    }

    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Runs `work` in a write transaction on the writer's thread: committed when it answers `Ok`,
    /// taken back when it answers an error or panics.
    ///
    /// # Errors
    /// Those of `work`, `DiskFull`, `Busy`, `ReadOnly`, `Internal`.
    pub fn write<T, F>(&self, lane: Lane, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let (seal, behalf) = (Arc::clone(&self.inner.seal), behalf::current());
        self.writer()?.enqueue(
            lane,
            Box::new(move |conn, clock| {
                // Whoever asked may be gone; the work is done all the same.
                let _ = answer.send(transact(conn, (clock, &seal), behalf.as_deref(), work));
            }),
        )?;
        receive(&answered)?
    }

    /// Like `write`, for work that borrows: the writer lends its connection to this thread.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_local<T, F>(&self, lane: Lane, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    {
        let (mut lent, behalf) = (self.lend(lane)?, behalf::current());
        let with = (&self.inner.clock, &self.inner.seal);
        transact(lent.conn()?, with, behalf.as_deref(), work)
    }

    /// Like `write_local`, for one of the many pieces of a job that can begin again: the disk need
    /// not have it at once. Where the power fails before a later write the last pieces are lost,
    /// whole, with all that was noted of them.
    ///
    /// # Errors
    /// As `write`.
    pub fn write_bulk<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    {
        let (mut lent, behalf) = (self.lend(Lane::Background)?, behalf::current());
        let conn = lent.conn()?;
        conn.execute_batch("PRAGMA synchronous = NORMAL")?;
        let with = (&self.inner.clock, &self.inner.seal);
        let outcome = transact(conn, with, behalf.as_deref(), work);
        conn.execute_batch("PRAGMA synchronous = FULL")?;
        outcome
    }

    /// Runs `work` on one state of the database, at most a minute.
    ///
    /// # Errors
    /// Those of `work`, `TooSlow`, `Busy`.
    pub fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    {
        self.read_within(READ_DEADLINE, work)
    }

    /// As `read`, with a deadline for the waiting and the reading together.
    ///
    /// # Errors
    /// As `read`.
    pub fn read_within<T, F>(&self, limit: Duration, work: F) -> Result<T, StoreError>
    where
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    {
        let watch = Stopwatch::start();
        let taken = self.inner.readers.take(&self.inner.path, watch, limit)?;
        self.read_with(taken, (watch, limit), work)
    }

    /// Runs `work`, a matter of microseconds, where a reader is idle, or gives it back where
    /// it would have to wait for one.
    ///
    /// # Errors
    /// `work`; the inner ones are those of `read`.
    pub fn read_now<T, F>(&self, work: F) -> Result<Result<T, StoreError>, F>
    where
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    {
        let watch = Stopwatch::start();
        let Some(taken) = self.inner.readers.take_idle() else { return Err(work) };
        Ok(self.read_with(taken, (watch, READ_NOW_DEADLINE), work))
    }

    fn read_with<T, F>(
        &self,
        mut taken: TakenReader<'_>,
        (watch, limit): (Stopwatch, Duration),
        work: F,
    ) -> Result<T, StoreError>
    where
        F: FnOnce(&Reader<'_>) -> Result<T, StoreError>,
    {
        let conn = taken.conn()?;
        conn.progress_handler(DEADLINE_STEPS, Some(move || watch.elapsed() > limit))?;
        // Compiling these two takes as long as a short answer. Where `work` panics the connection
        // is closed, and its transaction with it (`TakenReader`).
        conn.prepare_cached("begin")?.execute([])?;
        let (has_labels, version) = (OnceCell::new(), OnceCell::new());
        let answer = work(&Reader { conn, has_labels, version, kept: &self.inner.kept });
        if !conn.is_autocommit() {
            conn.prepare_cached("rollback")?.execute([])?;
        }
        answer
    }

    /// Folds the log into the file, so that the file alone is complete at this moment.
    ///
    /// # Errors
    /// `Busy` when a reader holds on to an older state.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        checkpoint(self.lend(Lane::Background)?.conn()?)
    }

    /// Writes the whole file anew and empties the log, so that nothing of what was deleted is left
    /// in either. `false` where the file is too large for that: its freed bytes were overwritten
    /// all the same.
    ///
    /// # Errors
    /// `DiskFull`; `Busy` when a reader holds on to an older state.
    pub fn vacuum(&self) -> Result<bool, StoreError> {
        let is_small = self.bytes().0 <= VACUUM_BYTES_MAX;
        let mut lent = self.lend(Lane::Background)?;
        let conn = lent.conn()?;
        if is_small {
            conn.execute_batch("VACUUM")?;
        }
        checkpoint(conn)?;
        Ok(is_small)
    }

    /// A consistent copy in a new file; readers and the writer go on meanwhile.
    ///
    /// # Errors
    /// `DiskFull`, `File`.
    pub fn snapshot_to(&self, target: &Path) -> Result<(), StoreError> {
        migrate::snapshot_into(&self.inner.path, target)?;
        if self.inner.writer.is_some()
            && let Err(error) = self.checkpoint()
        {
            tracing::debug!(%error, "the log stays long until the next checkpoint");
        }
        Ok(())
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        if IN_WRITE.get() {
            // It would wait for itself for ever.
            return Err(StoreError::Internal("a write inside a write".to_owned()));
        }
        self.inner.writer.as_ref().ok_or(StoreError::ReadOnly)
    }

    fn lend(&self, lane: Lane) -> Result<Lent, StoreError> {
        let (give, given) = sync_channel::<Connection>(1);
        let (give_back, given_back) = sync_channel::<Connection>(1);
        let (placeholder, path) = (Connection::open_in_memory()?, self.inner.path.clone());
        self.writer()?.enqueue(
            lane,
            Box::new(move |conn, _clock| {
                let mine = std::mem::replace(conn, placeholder);
                let returned = match give.send(mine) {
                    Ok(()) => given_back.recv().ok(),
                    Err(unsent) => Some(unsent.0),
                };
                match returned.map_or_else(|| reopen_writer(&path), Ok) {
                    Ok(mine) => *conn = mine,
                    Err(error) => tracing::error!(%error, "the writer lost its connection"),
                }
            }),
        )?;
        Ok(Lent { conn: Some(receive(&given)?), give_back })
    }
}

/// The writer's connection, on loan; goes back when dropped.
struct Lent {
    conn: Option<Connection>,
    give_back: SyncSender<Connection>,
}

impl Lent {
    fn conn(&mut self) -> Result<&mut Connection, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::Internal("no connection".to_owned()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            let _ = self.give_back.send(conn);
        }
    }
}

thread_local! {
    static IN_WRITE: Cell<bool> = const { Cell::new(false) };
}

fn transact<T>(
    conn: &mut Connection,
    (clock, seal): (&Clock, &Seal),
    behalf: Option<&Behalf>,
    work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let outcome = transact_once(conn, (clock, seal), behalf, work);
    if matches!(outcome, Err(StoreError::DiskFull))
        && let Some(path) = conn.path()
    {
        // What failed stays undone; what comes next, such as a note of it, finds room.
        room::free_ballast(Path::new(path));
    }
    outcome
}

fn transact_once<T>(
    conn: &mut Connection,
    (clock, seal): (&Clock, &Seal),
    behalf: Option<&Behalf>,
    work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (now, is_noted) = (clock.now(), Cell::new(false));
    let tx = Tx { now, conn: &transaction, seal, behalf, is_noted };
    IN_WRITE.set(true);
    // A panic drops the transaction, which takes it back, so no half-done state is seen.
    let outcome = catch_unwind(AssertUnwindSafe(|| -> Result<T, StoreError> {
        let changes = transaction.total_changes();
        let answer = work(&tx)?;
        // Where a change is noted by nobody, what was asked for stands in the log.
        if let Some(behalf) = behalf
            && transaction.total_changes() != changes
            && !tx.is_noted.get()
            && !behalf.is_noted()
        {
            audit::note(&tx, audit::Note::of_request(&behalf.what))?;
        }
        Ok(answer)
    }));
    IN_WRITE.set(false);
    let is_noted = tx.is_noted.get();
    match outcome {
        Ok(Ok(_)) if transaction.is_autocommit() => {
            Err(StoreError::Internal("the transaction had ended before its work did".to_owned()))
        }
        Ok(Ok(answer)) => {
            transaction.commit()?;
            if let Some(behalf) = behalf.filter(|_| is_noted) {
                behalf.set_noted();
            }
            Ok(answer)
        }
        Ok(Err(error)) => {
            take_back(transaction)?;
            Err(error)
        }
        Err(panic) => {
            take_back(transaction)?;
            Err(StoreError::Internal(panic_text(panic.as_ref())))
        }
    }
}

/// On a full disk SQLite has taken it back by itself; the first error is the one to be told.
fn take_back(transaction: Transaction<'_>) -> Result<(), StoreError> {
    if transaction.is_autocommit() { Ok(()) } else { Ok(transaction.rollback()?) }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panic".to_owned())
}

type Job = Box<dyn FnOnce(&mut Connection, &Clock) + Send>;

struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Queue {
    lanes: Mutex<Lanes>,
    changed: Condvar,
}

#[derive(Default)]
struct Lanes {
    interactive: VecDeque<Job>,
    background: VecDeque<Job>,
    closed: bool,
}

impl Writer {
    fn start(conn: Connection, clock: Clock) -> Result<Self, StoreError> {
        let queue = Arc::new(Queue::default());
        let of_thread = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || serve_queue(&of_thread, conn, &clock))
            .map_err(|error| StoreError::Internal(error.to_string()))?;
        Ok(Self { queue, thread: Some(thread) })
    }

    fn enqueue(&self, lane: Lane, job: Job) -> Result<(), StoreError> {
        let mut lanes = lock(&self.queue.lanes);
        let waiting = match lane {
            Lane::Interactive => &mut lanes.interactive,
            Lane::Background => &mut lanes.background,
        };
        if waiting.len() >= QUEUE_MAX {
            return Err(StoreError::Busy);
        }
        waiting.push_back(job);
        drop(lanes);
        self.queue.changed.notify_one();
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        lock(&self.queue.lanes).closed = true;
        self.queue.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The last handle may die inside a job; a thread cannot wait for itself.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

fn serve_queue(queue: &Queue, mut conn: Connection, clock: &Clock) {
    loop {
        let mut lanes = lock(&queue.lanes);
        let job = loop {
            let next = lanes.interactive.pop_front();
            if let Some(job) = next.or_else(|| lanes.background.pop_front()) {
                break job;
            }
            if lanes.closed {
                drop(lanes);
                close(conn);
                return;
            }
            lanes = queue.changed.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        };
        drop(lanes);
        if catch_unwind(AssertUnwindSafe(|| job(&mut conn, clock))).is_err() {
            tracing::error!("a write ended in a panic outside its transaction");
        }
    }
}

fn close(conn: Connection) {
    let tidied = conn.execute_batch("PRAGMA optimize").map_err(StoreError::from);
    if let Err(error) = tidied.and_then(|()| checkpoint(&conn)) {
        tracing::warn!(%error, "the log could not be folded in; it lies beside the database");
    }
    if let Err((_conn, error)) = conn.close() {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

fn checkpoint(conn: &Connection) -> Result<(), StoreError> {
    let busy: i64 =
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))?;
    if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
}

#[derive(Default)]
struct Readers {
    pool: Mutex<Pool>,
    freed: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    taken: usize,
    /// How many wait for one: where none does, none is woken, which would ask the system.
    waiting: usize,
}

impl Readers {
    fn take(
        &self,
        path: &Path,
        watch: Stopwatch,
        limit: Duration,
    ) -> Result<TakenReader<'_>, StoreError> {
        let mut pool = lock(&self.pool);
        while pool.taken >= READERS_MAX {
            let left = limit.checked_sub(watch.elapsed()).ok_or(StoreError::Busy)?;
            pool.waiting += 1;
            let waited = self.freed.wait_timeout(pool, left);
            pool = waited.unwrap_or_else(PoisonError::into_inner).0;
            pool.waiting -= 1;
        }
        pool.taken += 1;
        let idle = pool.idle.pop();
        drop(pool);
        // From here on the place is given back on every way out.
        let mut taken = TakenReader { readers: self, conn: idle };
        if taken.conn.is_none() {
            taken.conn = Some(open_reader(path)?);
        }
        Ok(taken)
    }

    fn take_idle(&self) -> Option<TakenReader<'_>> {
        let mut pool = lock(&self.pool);
        let conn = pool.idle.pop()?;
        pool.taken += 1;
        Some(TakenReader { readers: self, conn: Some(conn) })
    }
}

struct TakenReader<'a> {
    readers: &'a Readers,
    conn: Option<Connection>,
}

impl TakenReader<'_> {
    fn conn(&mut self) -> Result<&mut Connection, StoreError> {
        self.conn.as_mut().ok_or_else(|| StoreError::Internal("no connection".to_owned()))
    }
}

impl Drop for TakenReader<'_> {
    fn drop(&mut self) {
        let mut pool = lock(&self.readers.pool);
        pool.taken -= 1;
        // One that is still inside a transaction would hold an old state for ever.
        pool.idle.extend(self.conn.take().filter(Connection::is_autocommit));
        let is_awaited = pool.waiting > 0;
        drop(pool);
        if is_awaited {
            self.readers.freed.notify_one();
        }
    }
}

fn check_library() -> Result<(), StoreError> {
    if rusqlite::version_number() >= SQLITE_VERSION_MIN {
        return Ok(());
    }
    Err(StoreError::Internal(format!("SQLite {} is too old", rusqlite::version())))
}

fn open_connection(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    // Without the URI flag a file name is a file name, whatever it looks like.
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_WAIT)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
    // One plan for one statement: otherwise those that touch a partial index are compiled again
    // for every value that is bound.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;",
    )?;
    Ok(conn)
}

/// In one transaction of the rollback journal: a file is either empty or bears our mark.
fn mark_as_ours(conn: &mut Connection) -> Result<(), StoreError> {
    let transaction = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.pragma_update(None, "application_id", migrate::APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", migrate::FORMAT_EPOCH)?;
    Ok(transaction.commit()?)
}

fn prepare_writer(conn: &mut Connection) -> Result<(), StoreError> {
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Internal(format!("the log mode is {mode}, not wal")));
    }
    // FULL: a lost "price pushed" would mean a wrong shop. secure_delete: erased is erased.
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -49152; \
         PRAGMA wal_autocheckpoint = 16000; PRAGMA journal_size_limit = 67108864;",
    )?;
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    conn.set_prepared_statement_cache_capacity(256);
    Ok(())
}

fn reopen_writer(path: &Path) -> Result<Connection, StoreError> {
    let mut conn = open_connection(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare_writer(&mut conn)?;
    Ok(conn)
}

fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = open_connection(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8192;")?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}

fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

fn log_has_content(path: &Path) -> bool {
    std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0)
}

/// After an unclean stop the file is looked through before it is trusted.
fn quick_check(conn: &Connection) -> Result<(), StoreError> {
    let verdict: String = conn.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { what: verdict }) }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn receive<T>(channel: &Receiver<T>) -> Result<T, StoreError> {
    channel.recv().map_err(|_| StoreError::Internal("the writer has stopped".to_owned()))
}

#[cfg(test)]
mod tests;
