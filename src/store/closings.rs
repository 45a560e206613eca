//! Closed months: each closing with the figures as they were known at it. A closing is ended by
//! reopening its month; no row is changed otherwise, and none is deleted.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};

use crate::base::{Currency, Day, Instant};
use crate::domain::known::DayFigures;
use crate::store::known::{basis_number, for_each_amount, put_amount};
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    pub id: i64,
    /// The first day of the month.
    pub month: Day,
    pub currency: Currency,
    pub closed_at: Instant,
    pub closed_by: String,
    /// What was still missing when it was closed.
    pub lacking: String,
    pub reopened: Option<(Instant, String)>,
}

/// What a closing keeps.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// Of the month's own days.
    pub own: DayFigures,
    /// What had become known about the days of months that were closed before.
    pub adjustments: DayFigures,
    /// The months of which it took that over.
    pub covers: BTreeSet<Day>,
}

const COLUMNS: &str =
    "id, month_day, currency, closed_at, closed_by, lacking, reopened_at, reopened_by";

/// Every closing there ever was, by month and time.
///
/// # Errors
/// `StoreError` of the database.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Closing>, StoreError> {
    let sql = format!("select {COLUMNS} from month_closings order by month_day, id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], |row| {
        let (at, by): (Option<Instant>, Option<String>) = (row.get(6)?, row.get(7)?);
        Ok(Closing {
            id: row.get(0)?,
            month: row.get(1)?,
            currency: row.get(2)?,
            closed_at: row.get(3)?,
            closed_by: row.get(4)?,
            lacking: row.get(5)?,
            reopened: at.map(|at| (at, by.unwrap_or_default())),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What the closings in force keep, by closing.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_kept(reader: &Reader<'_>) -> Result<BTreeMap<i64, Kept>, StoreError> {
    let mut kept: BTreeMap<i64, Kept> = BTreeMap::new();
    let mut statement = reader.conn().prepare_cached(
        "select closing_id, adjusts, basis, day, store_id, component, amount_minor
         from closing_figures join month_closings on id = closing_id
         where reopened_at is null",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let one = kept.entry(row.get(0)?).or_default();
        let adjusts: bool = row.get(1)?;
        put_amount(if adjusts { &mut one.adjustments } else { &mut one.own }, row, 2)?;
    }
    let mut statement = reader.conn().prepare_cached(
        "select closing_id, closing_covers.month_day from closing_covers
         join month_closings on id = closing_id where reopened_at is null",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        kept.entry(row.get(0)?).or_default().covers.insert(row.get(1)?);
    }
    Ok(kept)
}

/// Closes a month with its figures.
///
/// # Errors
/// `Conflict` where it is closed already.
pub fn insert(
    tx: &Tx<'_>,
    (month, currency): (Day, Currency),
    (by, lacking): (&str, &str),
    kept: &Kept,
) -> Result<i64, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into month_closings (month_day, currency, closed_at, closed_by, lacking)
             values (?, ?, ?, ?, ?)",
        )?
        .execute(params![month, currency, tx.now, by, lacking])?;
    let id = tx.conn().last_insert_rowid();
    insert_figures(tx, (id, false), &kept.own)?;
    insert_figures(tx, (id, true), &kept.adjustments)?;
    for covered in &kept.covers {
        tx.conn()
            .prepare_cached("insert into closing_covers (closing_id, month_day) values (?, ?)")?
            .execute(params![id, covered])?;
    }
    Ok(id)
}

fn insert_figures(
    tx: &Tx<'_>,
    (closing, adjusts): (i64, bool),
    figures: &DayFigures,
) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into closing_figures
            (closing_id, adjusts, basis, day, store_id, component, amount_minor)
         values (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for_each_amount(figures, |place, component, minor| {
        let basis = basis_number(place.basis);
        let store = place.store.map_or(0, |store| store.0);
        let cells = params![closing, adjusts, basis, place.day, store, component.name(), minor];
        statement.execute(cells).map(|_| ())
    })?;
    Ok(())
}

/// Ends the closing of a month.
///
/// # Errors
/// `Missing` where it is not closed.
pub fn reopen(tx: &Tx<'_>, month: Day, by: &str) -> Result<(), StoreError> {
    let sql = "update month_closings set reopened_at = ?2, reopened_by = ?3
               where month_day = ?1 and reopened_at is null";
    match tx.conn().execute(sql, params![month, tx.now, by])? {
        0 => Err(StoreError::Missing),
        _ => Ok(()),
    }
}

/// The first day of every month that is closed.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_closed(reader: &Reader<'_>) -> Result<BTreeSet<Day>, StoreError> {
    let sql = "select month_day from month_closings where reopened_at is null";
    let mut statement = reader.conn().prepare_cached(sql)?;
    let months = statement.query_map([], |row| row.get(0))?;
    Ok(months.collect::<Result<_, _>>()?)
}

/// Whether a month is closed, and since when.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_closed_at(reader: &Reader<'_>, month: Day) -> Result<Option<Instant>, StoreError> {
    let sql = "select closed_at from month_closings where month_day = ? and reopened_at is null";
    let mut statement = reader.conn().prepare_cached(sql)?;
    Ok(statement.query_row([month], |row| row.get(0)).optional()?)
}
