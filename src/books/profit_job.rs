//! Dirty orders → profit lines, and the rollups with them. One thread gathers and computes the
//! next orders while the writer stores the last ones.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::id::{OrderId, StoreId};
use crate::books::{BooksError, ads_job, layers_job};
use crate::domain::profit::convert::Converter;
use crate::domain::profit::engine::{Booking, book};
use crate::store::booked::{self, Computed, Writing};
use crate::store::policy::{KnownPolicy, find_policy, find_terms};
use crate::store::rollups::rebuild::{self, PackedRow, Rebuilding};
use crate::store::rollups::{self, Deltas};
use crate::store::united::{self, Gathered};
use crate::store::{Db, Lane, Reader, StoreError, Tx, dirty, orders, stores};

/// Orders per write transaction: a person's write waits for at most one of them.
const BATCH_MAX: i64 = 4_000;
/// Batches computed ahead of the writer.
const AHEAD_MAX: usize = 2;
/// So many orders, and at least one of so many, are worth making all sums again.
const BULK_MIN: i64 = 5_000;
/// Rows of sums per write transaction.
const ROWS_MAX: usize = 10_000;
const REBUILD_LIMIT: Duration = Duration::from_secs(3_600);

/// Threads that compute beside the writer; pages need readers, too.
const THREADS_MAX: usize = 2;

pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(THREADS_MAX))
}

/// Told how many orders are done of how many; answers whether to go on.
pub type Progress<'a> = &'a (dyn Fn(i64, i64) -> bool + Sync);

/// Computes all that is dirty.
///
/// # Errors
/// `Store`, and `Stopped` when `progress` says so; what was stored stays.
pub fn run(db: &Db, progress: Progress<'_>) -> Result<(), BooksError> {
    let mut done = 0;
    loop {
        let (waiting, days) = db.read(dirty::count)?;
        if waiting == 0 && days == 0 {
            // The program ended while the sums lagged behind the lines, or they lag on purpose.
            return match db.read(rollups::is_behind)? {
                true => rebuild_rollups(db),
                false => Ok(()),
            };
        }
        if db.read(|reader| Ok(find_terms(reader)?.is_some()))? {
            layers_job::run(db, progress, done)?;
            let behind = fall_behind(db, waiting)?;
            run_pass(db, progress, (&mut done, waiting), behind)?;
            ads_job::run(db, progress, behind)?;
        } else {
            // Without a store there is no currency, and nothing to count.
            return Ok(());
        }
    }
}

/// Whether so much is computed that the sums by product and place are better made again from the
/// lines in the end; then they lag behind from now on.
fn fall_behind(db: &Db, waiting: i64) -> Result<bool, BooksError> {
    if db.read(rollups::is_behind)? {
        return Ok(true);
    }
    let is_bulk = waiting >= BULK_MIN && waiting * booked::BULK_SHARE >= db.read(orders::count)?;
    if is_bulk {
        db.write_local(Lane::Background, rollups::mark_behind)?;
    }
    Ok(is_bulk)
}

/// What the thread that adds up hands over.
enum Piece {
    /// Of which state of the lines the rows are.
    Mark(i64),
    Rows(Vec<PackedRow>),
}

/// Makes the sums by product and place again from the lines: one thread adds up while the writer
/// stores. What is written meanwhile without these sums leaves them behind.
fn rebuild_rollups(db: &Db) -> Result<(), BooksError> {
    let mut rebuilding = Rebuilding::new(db.write_local(Lane::Background, rebuild::clear)?);
    let (sender, receiver) = sync_channel::<Piece>(AHEAD_MAX);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let gone = |_| StoreError::Internal("nobody writes the sums".to_owned());
            db.read_within(REBUILD_LIMIT, |reader| {
                let mark = rollups::find_behind(reader.conn())?.unwrap_or_default();
                sender.send(Piece::Mark(mark)).map_err(gone)?;
                let mut rows = Vec::new();
                rebuild::each_row(reader, &mut |row| {
                    rows.push(row);
                    if rows.len() < ROWS_MAX {
                        return Ok(());
                    }
                    sender.send(Piece::Rows(std::mem::take(&mut rows))).map_err(gone)
                })?;
                sender.send(Piece::Rows(rows)).map_err(gone)
            })
        });
        // Dropped at the end of the closure, also on an error, so that the sender stops.
        let receiver = receiver;
        let mut mark = None;
        while let Ok(piece) = receiver.recv() {
            match piece {
                Piece::Mark(found) => mark = Some(found),
                Piece::Rows(rows) => db.write_bulk(|tx| rebuilding.write(tx, rows))?,
            }
        }
        let read =
            reading.join().map_err(|_| StoreError::Internal("the sums broke off".to_owned()));
        read??;
        db.write_local(Lane::Background, |tx| {
            rebuilding.finish(tx, mark.unwrap_or_default())?;
            // A report that read the lines meanwhile reads the sums now.
            dirty::bump_version(tx).map(|_| ())
        })?;
        Ok(())
    })
}

/// Every order that is dirty now, once.
fn run_pass(
    db: &Db,
    progress: Progress<'_>,
    (done, waiting): (&mut i64, i64),
    behind: bool,
) -> Result<(), BooksError> {
    let total = *done + waiting;
    let deltas = if behind { Deltas::of_stores() } else { Deltas::default() };
    let mut names = Writing::load(db, deltas)?;
    let (sender, receiver) = sync_channel::<Result<Batch, BooksError>>(AHEAD_MAX);
    let after = Mutex::new(OrderId(i64::MIN));
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            let (sender, after) = (sender.clone(), &after);
            scope.spawn(move || {
                let mut ahead = Ahead { db, known: None, after };
                loop {
                    let batch = ahead.compute_next();
                    let last = !matches!(&batch, Ok(batch) if !batch.orders.is_empty());
                    if sender.send(batch).is_err() || last {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Dropped at the end of the closure, also on an error, so that the sender stops.
        let receiver = receiver;
        while let Ok(batch) = receiver.recv() {
            let batch = batch?;
            // One of the threads is at the end; the others may have some left.
            if batch.orders.is_empty() {
                continue;
            }
            let n_orders = batch.orders.len() as i64;
            db.write_bulk(|tx| write_batch(tx, &batch, &mut names))?;
            *done += n_orders;
            if !progress(*done, total.max(*done)) {
                return Err(BooksError::Stopped);
            }
        }
        Ok(())
    })
}

/// Orders that were computed together, each with its mark, and under which costs, rules, rates
/// and settings.
#[derive(Default)]
struct Batch {
    orders: Vec<(Computed, i64)>,
    policy_version: i64,
}

/// One of the threads that compute ahead of the writer.
struct Ahead<'a> {
    db: &'a Db,
    known: Option<(KnownPolicy, HashMap<StoreId, String>)>,
    /// Up to where the orders are taken by one of them.
    after: &'a Mutex<OrderId>,
}

impl Ahead<'_> {
    fn compute_next(&mut self) -> Result<Batch, BooksError> {
        let db = self.db;
        loop {
            let (batch, is_end) = db.read(|reader| self.compute_batch(reader))?;
            // A batch of which nothing is ready is not the end.
            if !batch.orders.is_empty() || is_end {
                return Ok(batch);
            }
        }
    }

    /// The next orders that nobody took.
    fn take_next(&self, reader: &Reader<'_>) -> Result<Vec<(OrderId, i64)>, StoreError> {
        let mut after = self.after.lock().unwrap_or_else(PoisonError::into_inner);
        let marked = dirty::list_orders_after(reader, *after, BATCH_MAX)?;
        if let Some((last, _)) = marked.last() {
            *after = *last;
        }
        Ok(marked)
    }

    fn compute_batch(&mut self, reader: &Reader<'_>) -> Result<(Batch, bool), StoreError> {
        let marked = self.take_next(reader)?;
        self.refresh_policy(reader, marked.iter().map(|(_, mark)| *mark).max())?;
        let Some((known, store_names)) = &self.known else {
            return Ok((Batch::default(), true));
        };
        let is_end = marked.is_empty();
        let policy = &known.policy;
        let mut converter = Converter::new(&policy.rates, policy.reporting);
        let ready = layers_job::Ready::find(reader)?;
        let mut batch = Batch { policy_version: known.policy_version, ..Batch::default() };
        let ids: Vec<OrderId> = marked.iter().map(|(id, _)| *id).collect();
        let mut marks = marked.into_iter().peekable();
        united::each_gathered(reader, &ids, &mut |gathered| {
            let Gathered { stored, order, customer, lines } = gathered;
            while marks.next_if(|(id, _)| *id < stored.id).is_some() {}
            let Some((id, mark)) = marks.next() else { return Ok(()) };
            let store = store_names.get(&stored.store).map_or("", String::as_str);
            let draws = match ready.draws(reader, id, (order.as_ref(), store, policy))? {
                Some(draws) => draws,
                // It came in after its moves were gathered; the next pass takes it.
                None => return Ok(()),
            };
            let booked = order.as_ref().map(|order| {
                let draws = draws.as_ref();
                book(&Booking { order, store, policy, draws, trail: false }, &mut converter)
            });
            let computed = booked::compute((stored, lines), (order, customer), booked, policy);
            batch.orders.push((computed, mark));
            Ok::<_, StoreError>(())
        })?;
        Ok((batch, is_end))
    }

    /// The policy must be as new as the newest mark, and as the last change of costs, rules, rates
    /// and settings: such a change marks what leans on it, and an order that waits already may.
    fn refresh_policy(
        &mut self,
        reader: &Reader<'_>,
        newest_mark: Option<i64>,
    ) -> Result<(), StoreError> {
        let policy_version = dirty::find_policy_version(reader.conn())?;
        let is_current = |known: &KnownPolicy| {
            newest_mark <= Some(known.version) && policy_version == known.policy_version
        };
        if self.known.as_ref().is_some_and(|(known, _)| is_current(known)) {
            return Ok(());
        }
        let names = stores::list_stores(reader)?.into_iter().map(|s| (s.id, s.name)).collect();
        self.known = find_policy(reader)?.map(|known| (known, names));
        Ok(())
    }
}

fn write_batch(tx: &Tx<'_>, batch: &Batch, names: &mut Writing) -> Result<(), StoreError> {
    // What changed since it was computed may touch any of them: then they wait for another turn.
    let is_current = dirty::find_policy_version(tx.conn())? == batch.policy_version;
    for (computed, _) in &batch.orders {
        booked::write_order(tx, computed, names)?;
    }
    if is_current {
        let marks: Vec<(OrderId, i64)> =
            batch.orders.iter().map(|(computed, mark)| (computed.stored.id, *mark)).collect();
        dirty::clear_orders(tx, &marks)?;
    }
    booked::finish(tx, names)
}
