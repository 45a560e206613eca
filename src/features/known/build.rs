//! Makes a copy of the books as they were known at an instant: a copy as they are, taken back one
//! cause after the other, its books made again each time. What each cause changed is the difference
//! of two neighbours, so the causes add up to the whole, whatever hangs together.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::{Currency, DayRange, Instant, Zone};
use crate::books::{BooksError, profit_job};
use crate::domain::known::{Cause, DayFigures};
use crate::reports::{ReportError, known as report};
use crate::store::{Db, Lane, StoreError, dirty, known, organisation, rewind, snapshots};

/// Reading all days of a very large shop.
const READ_MAX: Duration = Duration::from_secs(600);
/// How finely each step tells how far it is.
const FINE: i64 = 1_000;
/// Copying, what waited, each cause, putting in place.
const STEPS: i64 = Cause::ALL.len() as i64 + 3;

#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Books(#[from] BooksError),
    #[error(transparent)]
    Report(#[from] ReportError),
}

/// Told how much is done of how much; answers whether to go on.
pub type Progress<'a> = &'a (dyn Fn(i64, i64) -> bool + Sync);

/// Gives where the copy lies. It only reads the books, so it needs no lock of theirs.
///
/// # Errors
/// What the store, the books or the reports said; `Stopped` when `progress` says so. Then nothing
/// is left behind.
pub fn build(books: &Db, at: Instant, progress: Progress<'_>) -> Result<PathBuf, BuildError> {
    let go_on = |step: i64, done: i64, total: i64| {
        // Counts of orders, not money.
        let share = (FINE * done.min(total)).checked_div(total).unwrap_or(0);
        progress(step * FINE + share, STEPS * FINE)
    };
    if !go_on(0, 0, 1) {
        return Err(BooksError::Stopped.into());
    }
    let staged = snapshots::begin(books, at)?;
    let copy = &staged.db;
    let version = copy.read(dirty::find_version)?;
    profit_job::run(copy, &|done, total| go_on(1, done, total))?;
    let zone = copy.read(|reader| organisation::find(reader.conn()))?.time_zone;
    let days = report::all_days(books.clock().now().day_in(&zone.unwrap_or_else(Zone::utc)));
    copy.write_local(Lane::Background, |tx| rewind::begin(tx, at))?;
    let mut now = read_figures(copy, days)?;
    let mut restated = None;
    for (index, cause) in Cause::ALL.into_iter().enumerate() {
        let currency = find_currency(copy)?;
        let (has_moved, is_followed) = copy.write_local(Lane::Background, |tx| {
            known::keep_records(tx, cause, at)?;
            Ok((rewind::take_back(tx, cause, at)?, known::begin_orders(tx)?))
        })?;
        if !has_moved {
            continue;
        }
        profit_job::run(copy, &|done, total| go_on(index as i64 + 2, done, total))?;
        let then = read_figures(copy, days)?;
        if let Some(today) = currency.filter(|_| is_other(currency, copy)) {
            // Amounts of two currencies have no difference: the causes stay in today's.
            restated = Some(today);
            continue;
        }
        let moved = now.less(&then);
        copy.write_local(Lane::Background, |tx| {
            if is_followed {
                known::keep_orders(tx, cause)?;
            }
            known::insert_figures(tx, cause, &moved)
        })?;
        now = then;
    }
    copy.write_local(Lane::Background, |tx| known::finish(tx, at, (version, restated)))?;
    if !go_on(STEPS - 1, 0, 1) {
        return Err(BooksError::Stopped.into());
    }
    Ok(staged.finish()?)
}

fn read_figures(copy: &Db, days: DayRange) -> Result<DayFigures, BuildError> {
    Ok(copy.read_within(READ_MAX, |reader| Ok(report::day_figures(reader, days)))??)
}

fn find_currency(copy: &Db) -> Result<Option<Currency>, StoreError> {
    copy.read(dirty::find_reporting)
}

/// Whether the copy reckons in another currency by now.
fn is_other(before: Option<Currency>, copy: &Db) -> bool {
    let now = find_currency(copy).ok().flatten();
    now.is_some() && now != before
}
