//! What the schedule of backups is, what it made, and when a restore was rehearsed.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use crate::base::Instant;
use crate::store::{Reader, StoreError, Tx, settings};

const FOLDER: &str = "backup_folder";
const HOUR: &str = "backup_hour";
/// When the folder was chosen: before that, no backup could be missed.
const SINCE: &str = "backup_since";
pub const HOUR_USUAL: u32 = 2;
/// Entries that are kept: more than a year of days.
const KEPT: i64 = 500;

/// Where and when backups are made; `None` as long as nobody chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    pub folder: PathBuf,
    /// Of the day, in the organisation's zone.
    pub hour: u32,
    pub since: Instant,
}

/// # Errors
/// `StoreError` of the database.
pub fn find_schedule(conn: &Connection) -> Result<Option<Schedule>, StoreError> {
    let Some(folder) = settings::find(conn, FOLDER)?.filter(|folder| !folder.is_empty()) else {
        return Ok(None);
    };
    let hour = settings::find(conn, HOUR)?.and_then(|hour| hour.parse().ok());
    let since = settings::find(conn, SINCE)?.and_then(|since| since.parse().ok());
    Ok(Some(Schedule {
        folder: PathBuf::from(folder),
        hour: hour.filter(|hour| *hour < 24).unwrap_or(HOUR_USUAL),
        since: Instant(since.unwrap_or_default()),
    }))
}

/// Sets where and when; `None` ends the schedule. What lies in a former folder stays there.
///
/// # Errors
/// `StoreError` of the database.
pub fn upsert_schedule(tx: &Tx<'_>, schedule: Option<(&Path, u32)>) -> Result<(), StoreError> {
    let former = find_schedule(tx.conn())?.map(|schedule| schedule.folder);
    let folder = schedule.map(|(folder, _)| folder.to_string_lossy().into_owned());
    if former != folder.as_ref().map(PathBuf::from) {
        settings::upsert(tx, SINCE, &tx.now.0.to_string())?;
    }
    settings::upsert(tx, FOLDER, folder.as_deref().unwrap_or_default())?;
    settings::upsert(tx, HOUR, &schedule.map_or(HOUR_USUAL, |(_, hour)| hour).to_string())
}

/// A run of the schedule.
#[derive(Clone, Debug)]
pub struct Backup {
    pub path: PathBuf,
    pub began_at: Instant,
    pub verified_at: Option<Instant>,
    pub bytes: Option<i64>,
    pub orders: Option<i64>,
    pub fault: Option<String>,
}

/// # Errors
/// `StoreError` of the database.
pub fn append_backup(tx: &Tx<'_>, backup: &Backup) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into backups (path, began_at, verified_at, bytes, orders, fault)
         values (?, ?, ?, ?, ?, ?)",
        params![
            backup.path.to_string_lossy(),
            backup.began_at,
            backup.verified_at,
            backup.bytes,
            backup.orders,
            backup.fault
        ],
    )?;
    tx.conn().execute(
        "delete from backups where id <= (select max(id) from backups) - ?
            and id <> (select max(id) from backups where verified_at is not null)",
        [KEPT],
    )?;
    Ok(())
}

fn backup_from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Backup> {
    Ok(Backup {
        path: PathBuf::from(row.get::<_, String>(0)?),
        began_at: row.get(1)?,
        verified_at: row.get(2)?,
        bytes: row.get(3)?,
        orders: row.get(4)?,
        fault: row.get(5)?,
    })
}

/// The newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_backups(reader: &Reader<'_>, limit: i64) -> Result<Vec<Backup>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select path, began_at, verified_at, bytes, orders, fault from backups
         order by id desc limit ?",
    )?;
    Ok(statement.query_map([limit], backup_from_row)?.collect::<Result<_, _>>()?)
}

/// When a backup was last opened again and found whole.
///
/// # Errors
/// `StoreError` of the database.
pub fn find_verified_at(reader: &Reader<'_>) -> Result<Option<Instant>, StoreError> {
    let sql = "select max(verified_at) from backups";
    Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)
}

/// A restore that was rehearsed.
#[derive(Clone, Debug)]
pub struct Drill {
    pub path: PathBuf,
    pub drilled_at: Instant,
    pub made_at: Option<Instant>,
    /// In the backup, and live at that moment.
    pub orders: Option<(i64, i64)>,
    pub net_profit: Option<(i64, i64)>,
    pub currency: Option<String>,
    pub fault: Option<String>,
}

impl Drill {
    /// One that has come to nothing yet.
    pub fn begin(path: &Path, now: Instant) -> Self {
        let (made_at, orders, net_profit, currency, fault) = (None, None, None, None, None);
        let (path, drilled_at) = (path.to_owned(), now);
        Self { path, drilled_at, made_at, orders, net_profit, currency, fault }
    }
}

/// # Errors
/// `StoreError` of the database.
pub fn append_drill(tx: &Tx<'_>, drill: &Drill) -> Result<(), StoreError> {
    tx.conn().execute(
        "insert into restore_drills (path, drilled_at, made_at, orders, live_orders, net_profit,
            live_net_profit, currency, fault) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            drill.path.to_string_lossy(),
            tx.now,
            drill.made_at,
            drill.orders.map(|(there, _)| there),
            drill.orders.map(|(_, here)| here),
            drill.net_profit.map(|(there, _)| there),
            drill.net_profit.map(|(_, here)| here),
            drill.currency,
            drill.fault
        ],
    )?;
    tx.conn().execute(
        "delete from restore_drills where id <= (select max(id) from restore_drills) - ?",
        [KEPT],
    )?;
    Ok(())
}

/// The newest first.
///
/// # Errors
/// `StoreError` of the database.
pub fn list_drills(reader: &Reader<'_>, limit: i64) -> Result<Vec<Drill>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select path, drilled_at, made_at, orders, live_orders, net_profit, live_net_profit,
            currency, fault from restore_drills order by id desc limit ?",
    )?;
    let pair = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<Option<(i64, i64)>> {
        Ok(row.get::<_, Option<i64>>(at)?.zip(row.get::<_, Option<i64>>(at + 1)?))
    };
    let rows = statement.query_map([limit], |row| {
        Ok(Drill {
            path: PathBuf::from(row.get::<_, String>(0)?),
            drilled_at: row.get(1)?,
            made_at: row.get(2)?,
            orders: pair(row, 3)?,
            net_profit: pair(row, 5)?,
            currency: row.get(7)?,
            fault: row.get(8)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
