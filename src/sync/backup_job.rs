//! The schedule of backups: once a local day into the folder that was chosen, opened again, old
//! ones rotated out. A folder that is not there is waited for and never made.

use std::path::Path;

use super::ctx::Tools;
use super::mail;
use crate::base::{Day, Instant, Zone};
use crate::domain::mail::{Line, Message};
use crate::domain::rotation;
use crate::jobs::{JobFault, JobKind, Lease};
use crate::store::backup::folder;
use crate::store::backup::make::{self, Made};
use crate::store::backups::{self, Backup, Schedule};
use crate::store::jobs::{self, NewJob};
use crate::store::{Lane, StoreError, Tx, files, organisation, settings};

pub static BACKUP: JobKind<Tools> = JobKind { name: "backup", run: run_job };

/// Until a folder that was not there is looked for again.
const FOLDER_AGAIN_S: i64 = 900;
/// Until a backup that failed is made again.
const FAULT_AGAIN_S: i64 = 3_600;
/// A sign of life for every so many bytes.
const BYTES_PER_SIGN: u64 = 64 * 1024 * 1024;

/// Queues the next backup, if there is a schedule and none waits already.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| match backups::find_schedule(tx.conn())? {
        Some(schedule) => schedule_next(tx, &schedule),
        None => Ok(()),
    })
}

/// Sets where and when backups are made, and makes the first one at once; `None` ends it.
///
/// # Errors
/// `Refused` where the folder cannot be used; then nothing was changed.
pub fn set_schedule(tools: &Tools, chosen: Option<(&Path, u32)>) -> Result<(), StoreError> {
    if let Some((folder, _)) = chosen {
        folder::choose(folder, tools.db.path())?;
    }
    tools.db.write_local(Lane::Interactive, |tx| {
        let former = backups::find_schedule(tx.conn())?;
        backups::upsert_schedule(tx, chosen)?;
        jobs::delete_waiting(tx, BACKUP.name)?;
        let Some(schedule) = backups::find_schedule(tx.conn())? else { return Ok(()) };
        let is_new = former.is_none_or(|former| former.folder != schedule.folder);
        if is_new { queue(tx, tx.now) } else { schedule_next(tx, &schedule) }
    })?;
    tools.signal.wake();
    Ok(())
}

/// Makes a backup now, besides those of the schedule.
///
/// # Errors
/// `Refused` where no folder was chosen.
pub fn make_now(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        if backups::find_schedule(tx.conn())?.is_none() {
            let what = "No folder for backups was chosen yet. Nothing was made";
            return Err(StoreError::Refused(what.to_owned()));
        }
        queue(tx, tx.now)
    })?;
    tools.signal.wake();
    Ok(())
}

fn schedule_next(tx: &Tx<'_>, schedule: &Schedule) -> Result<(), StoreError> {
    let zone = organisation::find_zone(tx.conn())?;
    queue(tx, next_due(tx.now, schedule.hour, &zone))
}

fn queue(tx: &Tx<'_>, due_at: Instant) -> Result<(), StoreError> {
    let name = BACKUP.name;
    let new = NewJob { kind: name, lane: name, payload: "{}", dedupe_key: Some(name), due_at };
    jobs::insert_job(tx, &new).map(|_| ())
}

/// The next instant at which it is that hour: today, or tomorrow where today's has come. Where the
/// clocks skip it the first instant behind it, where they repeat it the first of the two.
fn next_due(now: Instant, hour: u32, zone: &Zone) -> Instant {
    let today = now.day_in(zone);
    let due = at_hour(today, hour, zone);
    if due > now { due } else { at_hour(today.plus(1), hour, zone) }
}

fn at_hour(day: Day, hour: u32, zone: &Zone) -> Instant {
    let plain = Instant::start_of(day, zone).plus_seconds(i64::from(hour) * 3_600);
    Instant::parse_local(&format!("{day}T{hour:02}:00:00"), zone).unwrap_or(plain)
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let found = tools.db.read(|reader| backups::find_schedule(reader.conn()))?;
    let Some(schedule) = found else { return Ok(()) };
    if !folder::is_there(&schedule.folder) {
        let what = format!(
            "{} is not there, or not the folder that was chosen: is its disk mounted? No backup \
             was made; it is tried again by itself",
            schedule.folder.display()
        );
        return Err(fail(tools, &schedule.folder, what, FOLDER_AGAIN_S));
    }
    match make_one(tools, lease, &schedule) {
        Ok(()) => Ok(()),
        Err(_) if lease.should_stop() => Err(JobFault::Stopped),
        Err(fault) => Err(fail(tools, &schedule.folder, fault.to_string(), FAULT_AGAIN_S)),
    }
}

fn make_one(tools: &Tools, lease: &Lease<'_>, schedule: &Schedule) -> Result<(), StoreError> {
    let Some(vault) = tools.vault.vault() else {
        let what =
            "The vault is locked, so nothing could seal a backup. Unlock it under Connections";
        return Err(StoreError::Refused(what.to_owned()));
    };
    let began_at = tools.db.clock().now();
    let instance = tools.db.read(|reader| settings::find(reader.conn(), "instance_id"))?;
    let instance = instance.unwrap_or_default();
    let target = schedule.folder.join(folder::name_of(&instance, began_at));
    let signed = std::cell::Cell::new(0);
    let made = make::make(&tools.db, vault, &target, &|_, done, total| {
        if done / BYTES_PER_SIGN == signed.replace(done / BYTES_PER_SIGN) {
            return !lease.should_stop();
        }
        lease.progress(done as i64, Some(total as i64)).is_ok()
    })?;
    let verified_at = tools.db.clock().now();
    rotate(tools, &schedule.folder, &instance)?;
    tools.db.write_local(Lane::Background, |tx| {
        backups::append_backup(tx, &entry(&made, began_at, verified_at))?;
        schedule_next(tx, schedule)
    })?;
    tracing::info!(bytes = made.bytes, "A backup was made and verified");
    Ok(())
}

fn entry(made: &Made, began_at: Instant, verified_at: Instant) -> Backup {
    Backup {
        path: made.path.clone(),
        began_at,
        verified_at: Some(verified_at),
        bytes: Some(made.bytes as i64),
        orders: Some(made.counts.of("orders")),
        fault: None,
    }
}

/// Removes what the rotation does not keep; only backups of this installation, and never the
/// newest.
fn rotate(tools: &Tools, folder_path: &Path, instance: &str) -> Result<(), StoreError> {
    let zone = tools.db.read(|reader| organisation::find_zone(reader.conn()))?;
    let kept = folder::list(folder_path, instance);
    let days: Vec<Day> = kept.iter().map(|one| one.made_at.day_in(&zone)).collect();
    for place in rotation::list_expired(&days) {
        files::remove_if_there(&kept[place].path)?;
    }
    Ok(())
}

/// Notes what failed, tells it, and says when to try again.
fn fail(tools: &Tools, folder_path: &Path, what: String, wait_s: i64) -> JobFault {
    let noted = tools.db.write_local(Lane::Background, |tx| {
        let backup = Backup {
            path: folder_path.to_owned(),
            began_at: tx.now,
            verified_at: None,
            bytes: None,
            orders: None,
            fault: Some(what.clone()),
        };
        backups::append_backup(tx, &backup)
    });
    if let Err(fault) = noted {
        tracing::warn!(%fault, "that a backup failed could not be noted");
    }
    tell_failed(tools, &what);
    JobFault::Again { wait_s, what }
}

/// Tells whoever should know that a backup failed. The page of what is to do reads the entry.
fn tell_failed(tools: &Tools, what: &str) {
    tracing::warn!("A backup failed: {what}");
    let message = Message::BackupFailed { what: Line::of(what) };
    let told = tools.db.write_local(Lane::Background, |tx| mail::queue(tx, &message));
    if let Err(fault) = told {
        tracing::warn!(%fault, "a mail that a backup failed could not be queued");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(now: &str, hour: u32, zone: &str) -> String {
        next_due(Instant::parse(now).unwrap(), hour, &Zone::parse(zone).unwrap()).to_string()
    }

    #[test]
    fn the_next_one_comes_at_its_hour_of_the_local_day_and_once() {
        assert_eq!(due("2026-11-20T01:59:59Z", 2, "UTC"), "2026-11-20T02:00:00Z");
        assert_eq!(due("2026-11-20T02:00:00Z", 2, "UTC"), "2026-11-21T02:00:00Z");
        assert_eq!(due("2026-11-20T12:00:00Z", 2, "Asia/Kathmandu"), "2026-11-20T20:15:00Z");
        // Rome: the hour from 2 to 3 lacks on 29 March, and comes twice on 25 October.
        assert_eq!(due("2026-03-28T12:00:00Z", 2, "Europe/Rome"), "2026-03-29T01:00:00Z");
        assert_eq!(due("2026-03-29T01:00:00Z", 2, "Europe/Rome"), "2026-03-30T00:00:00Z");
        assert_eq!(due("2026-10-24T12:00:00Z", 2, "Europe/Rome"), "2026-10-25T00:00:00Z");
        assert_eq!(due("2026-10-25T00:00:00Z", 2, "Europe/Rome"), "2026-10-26T01:00:00Z");
    }
}
