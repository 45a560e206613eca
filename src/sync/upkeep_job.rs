//! The job that throws away what is kept for a while only: each day the history of jobs, and
//! whatever a rule of retention says (`retention_job.rs`).

use super::ctx::Tools;
use super::{privacy_job, retention_job};
use crate::base::{Day, Instant, Zone};
use crate::jobs::{JobFault, JobKind, Lease};
use crate::store::jobs::{self, NewJob};
use crate::store::{Lane, StoreError, documents, organisation, privacy, settings};

pub static UPKEEP: JobKind<Tools> = JobKind { name: "upkeep", run: run_job };

/// So many hours after the midnight of the seller's day it runs.
const HOUR: i64 = 4;
/// The setting that holds the day for which it ran last.
const DONE_FOR: &str = "upkeep_day";
/// Until it looks, after a start: a day that was missed is made up for once.
const AFTER_START_S: i64 = 3_600;
/// Days for which the history shows what was done, and what was given up.
const DONE_DAYS: i64 = 30;
const DEAD_DAYS: i64 = 180;
/// Finished jobs of each account that are shown.
const KEPT_OF_LANE: i64 = 500;
const DAY_S: i64 = 86_400;

/// Queues the next upkeep, unless it waits already.
///
/// # Errors
/// `StoreError` of the database.
pub fn ensure_scheduled(tools: &Tools) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Background, |tx| schedule(tx, tx.now.plus_seconds(AFTER_START_S)))
}

/// Sets for how many days documents are kept; what is older goes at once.
///
/// # Errors
/// `Refused` for more days than may be.
pub fn keep_documents(tools: &Tools, days: u32) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        documents::set_kept_days(tx, days)?;
        queue_now(tx)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Brings the next upkeep forward.
///
/// # Errors
/// `StoreError` of the database.
pub fn queue_now(tx: &crate::store::Tx<'_>) -> Result<(), StoreError> {
    // Whatever was done today is done again.
    settings::upsert(tx, DONE_FOR, "")?;
    schedule(tx, tx.now)
}

/// The first turn after a moment. Counted from the day's own midnight, so that each day has one
/// whether its clocks are changed or not.
fn next_turn(now: Instant, zone: &Zone) -> Instant {
    let today = now.day_in(zone);
    let turn = |day: Day| Instant::start_of(day, zone).plus_seconds(HOUR * 3_600);
    let first = turn(today);
    if first > now { first } else { turn(today.plus(1)) }
}

/// Whether the day's work is to be done. A clock that was set back by a day finds it done; one that
/// once was years ahead does not stop it for years.
fn is_due(done_for: Option<Day>, today: Day) -> bool {
    done_for.is_none_or(|done| done < today || done > today.plus(1))
}

fn schedule(tx: &crate::store::Tx<'_>, due_at: Instant) -> Result<(), StoreError> {
    let name = UPKEEP.name;
    let new = NewJob { kind: name, lane: name, payload: "{}", dedupe_key: Some(name), due_at };
    jobs::insert_job(tx, &new).map(|_| ())
}

fn run_job(tools: &Tools, lease: &Lease<'_>) -> Result<(), JobFault> {
    let (zone, done_for) = tools.db.read(|reader| {
        let zone = organisation::find(reader.conn())?.time_zone.unwrap_or_else(Zone::utc);
        Ok((zone, settings::find(reader.conn(), DONE_FOR)?))
    })?;
    let today = tools.db.clock().now().day_in(&zone);
    if is_due(done_for.and_then(|text| Day::parse(&text).ok()), today) {
        do_the_day_s_work(tools, lease, today)?;
    }
    tools.db.write_local(Lane::Background, |tx| schedule(tx, next_turn(tx.now, &zone)))?;
    Ok(())
}

fn do_the_day_s_work(tools: &Tools, lease: &Lease<'_>, day: Day) -> Result<(), JobFault> {
    if retention_job::apply(tools, &|| lease.should_stop())?.is_none() {
        return Err(JobFault::Stopped);
    }
    privacy_job::ensure_scheduled(tools)?;
    tools.db.write_local(Lane::Background, |tx| {
        let before = |days: i64| tx.now.plus_seconds(-days * DAY_S);
        jobs::prune(tx, (before(DONE_DAYS), before(DEAD_DAYS)), KEPT_OF_LANE)?;
        privacy::prune_findings(tx)?;
        settings::upsert(tx, DONE_FOR, &day.to_string())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONES: [&str; 4] =
        ["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"];

    /// The days for which the work is done, while the clock shows these moments one by one.
    fn days_done(zone: &Zone, moments: impl Iterator<Item = Instant>) -> Vec<Day> {
        let (mut done, mut due): (Vec<Day>, Option<Instant>) = (Vec::new(), None);
        for now in moments {
            // As the queue does with a clock that was set back by more than an hour or so.
            let next = due.get_or_insert_with(|| next_turn(now, zone));
            *next = (*next).min(next_turn(now, zone));
            if now < *next {
                continue;
            }
            let today = now.day_in(zone);
            if is_due(done.last().copied(), today) {
                done.push(today);
            }
            due = Some(next_turn(now, zone));
        }
        done
    }

    fn hours(from: &str, count: i64) -> impl Iterator<Item = Instant> {
        let from = Instant::parse(from).unwrap();
        (0..count).map(move |hour| from.plus_seconds(hour * 3_600))
    }

    #[test]
    fn threat_28_the_daily_work_is_done_once_each_day_over_both_changes_of_the_clock() {
        for name in ZONES {
            let zone = Zone::parse(name).unwrap();
            // Every change of 2026 in these zones lies in these weeks.
            for from in ["2026-03-01T00:00:00Z", "2026-09-25T00:00:00Z"] {
                let mut at = Instant::parse(from).unwrap();
                let first = at.day_in(&zone);
                let mut days = Vec::new();
                for _ in 0..60 {
                    at = next_turn(at, &zone);
                    days.push(at.day_in(&zone));
                }
                let offset = days[0].0 - first.0;
                assert!((0..=1).contains(&offset), "{name}");
                let expected: Vec<Day> = (0..60).map(|n| days[0].plus(n)).collect();
                assert_eq!(days, expected, "{name} from {from}");
            }
        }
    }

    #[test]
    fn threat_28_a_clock_that_jumps_does_no_day_twice_and_stops_none() {
        let rome = Zone::parse("Europe/Rome").unwrap();
        let day = |text: &str| Day::parse(text).unwrap();
        // Set back by a day at noon of the 21st, then on as usual.
        let back = hours("2026-11-20T00:00:00Z", 36).chain(hours("2026-11-20T12:00:00Z", 60));
        let expected = ["2026-11-20", "2026-11-21", "2026-11-22"].map(day);
        assert_eq!(days_done(&rome, back), expected);
        // Asleep from the evening of the 20th for 34 hours: the day slept through is gone, the
        // day of waking is made up for, once.
        let slept = hours("2026-11-20T00:00:00Z", 20).chain(hours("2026-11-22T06:00:00Z", 30));
        let expected = ["2026-11-20", "2026-11-22", "2026-11-23"].map(day);
        assert_eq!(days_done(&rome, slept), expected);
        // Ten years ahead for an hour, and back: it goes on the same day.
        let ahead = hours("2026-11-20T00:00:00Z", 12)
            .chain(hours("2036-11-20T12:00:00Z", 1))
            .chain(hours("2026-11-20T13:00:00Z", 24));
        let expected = ["2026-11-20", "2036-11-20", "2026-11-21"].map(day);
        assert_eq!(days_done(&rome, ahead), expected);
    }
}
