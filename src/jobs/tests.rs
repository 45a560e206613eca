//! The queue against deaths, clocks and several hands.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::runner::{self, Signal};
use super::{JobFault, JobKind, Lease, Runner};
use crate::base::Instant;
use crate::base::id::AccountId;
use crate::store::jobs::{self, Job, NewJob, Scope};
use crate::store::testing::{Folder, open};
use crate::store::{Db, Lane};

/// What the jobs of these tests are given: a list of what ran, and what they do.
#[derive(Default)]
struct Log {
    ran: Mutex<Vec<String>>,
    fails: AtomicUsize,
}

static KINDS: &[JobKind<&'static Log>] = &[
    JobKind { name: "note", run: note },
    JobKind { name: "again", run: again },
    JobKind { name: "panic", run: |_, _| panic!("broke off") },
];

fn note(log: &&'static Log, lease: &Lease<'_>) -> Result<(), JobFault> {
    log.ran.lock().unwrap().push(lease.job.payload.clone());
    match log.fails.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
        Ok(_) => Err(JobFault::Retry("not yet".to_owned())),
        Err(_) => Ok(()),
    }
}

fn again(log: &&'static Log, lease: &Lease<'_>) -> Result<(), JobFault> {
    log.ran.lock().unwrap().push(lease.job.payload.clone());
    Err(JobFault::Again { wait_s: 60, what: "asked to wait".to_owned() })
}

fn log() -> &'static Log {
    Box::leak(Box::default())
}

fn queue(db: &Db, kind: &'static str, lane: &str, payload: &str) {
    let lane = lane.to_owned();
    let payload = payload.to_owned();
    db.write_local(Lane::Background, |tx| {
        runner::push(tx, kind, &lane, &payload, Some(&payload)).map(|_| ())
    })
    .unwrap();
}

fn all(db: &Db) -> Vec<Job> {
    let mut jobs = db.read(|reader| jobs::list_jobs(reader, 1_000)).unwrap();
    jobs.reverse();
    jobs
}

fn states(db: &Db) -> Vec<String> {
    all(db).into_iter().map(|job| job.state).collect()
}

fn runner(db: &Db, log: &'static Log) -> Runner<&'static Log> {
    Runner::new(db.clone(), log, KINDS, Signal::default())
}

fn lease(db: &Db, scope: Scope, busy: &[&str]) -> Option<Job> {
    let busy: Vec<String> = busy.iter().map(|lane| (*lane).to_owned()).collect();
    db.write_local(Lane::Background, |tx| {
        jobs::lease_next(tx, (scope, &busy), tx.now.plus_seconds(120))
    })
    .unwrap()
}

#[test]
fn a_job_that_fails_comes_back_later_each_time_and_is_dead_in_the_end() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    log.fails.store(1_000, Ordering::SeqCst);
    queue(&db, "note", "books", "one");
    let mut waits = Vec::new();
    for _ in 0..super::backoff::ATTEMPTS_MAX {
        runner(&db, log).run_due().unwrap();
        let job = all(&db).remove(0);
        let wait_s = job.due_at.seconds() - db.clock().now().seconds();
        waits.push(wait_s);
        db.clock().advance_seconds(wait_s.max(0));
    }
    assert!(waits[..7].windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    assert_eq!(states(&db), ["dead"]);
    assert_eq!(all(&db)[0].fault.as_deref(), Some("not yet"));
}

#[test]
fn a_job_that_was_asked_to_wait_waits_just_so_long_and_never_dies() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    queue(&db, "again", "account:1", "one");
    for round in 1..=20 {
        runner(&db, log).outside().run_due().unwrap();
        assert_eq!(log.ran.lock().unwrap().len(), round);
        db.clock().advance_seconds(59);
        runner(&db, log).outside().run_due().unwrap();
        assert_eq!(log.ran.lock().unwrap().len(), round);
        db.clock().advance_seconds(1);
    }
    assert_eq!(states(&db), ["failed"]);
}

#[test]
fn a_job_that_breaks_off_does_not_take_the_runner_with_it() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    queue(&db, "panic", "books", "one");
    queue(&db, "note", "books", "two");
    runner(&db, log).run_due().unwrap();
    assert_eq!(states(&db), ["failed", "done"]);
    assert_eq!(*log.ran.lock().unwrap(), ["two"]);
}

#[test]
fn one_lane_has_one_job_at_a_time_and_accounts_do_not_wait_for_each_other() {
    let folder = Folder::new();
    let db = open(&folder);
    for (lane, payload) in
        [("account:1", "a"), ("account:1", "b"), ("account:2", "c"), ("books", "d")]
    {
        queue(&db, "note", lane, payload);
    }
    let first = lease(&db, Scope::Outside, &[]).unwrap();
    let second = lease(&db, Scope::Outside, &[]).unwrap();
    assert_eq!((first.payload.as_str(), second.payload.as_str()), ("a", "c"));
    assert!(lease(&db, Scope::Outside, &[]).is_none());
    assert_eq!(lease(&db, Scope::Local, &[]).unwrap().payload, "d");
    db.write_local(Lane::Background, |tx| jobs::finish_job(tx, first.id)).unwrap();
    assert_eq!(lease(&db, Scope::Outside, &[]).unwrap().payload, "b");
    assert_eq!(jobs::lane_of(AccountId(2)), "account:2");
}

#[test]
fn what_was_at_work_when_the_program_was_killed_is_taken_up() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    queue(&db, "note", "account:1", "one");
    lease(&db, Scope::Outside, &[]).unwrap();
    // Another process, which holds the lock now.
    let next = runner(&db, log).outside();
    next.run_due().unwrap();
    assert!(log.ran.lock().unwrap().is_empty());
    next.recover().unwrap();
    next.run_due().unwrap();
    assert_eq!(states(&db), ["done"]);
}

#[test]
fn a_clock_that_jumps_ahead_does_not_run_a_job_twice() {
    let folder = Folder::new();
    let db = open(&folder);
    queue(&db, "note", "account:1", "one");
    lease(&db, Scope::Outside, &[]).unwrap();
    // The machine slept for a day; the lease is over, but the job is in our hands.
    db.clock().advance_seconds(86_400);
    assert!(lease(&db, Scope::Outside, &["account:1"]).is_none());
    assert!(lease(&db, Scope::Outside, &[]).is_some());
}

#[test]
fn a_clock_that_is_set_back_does_not_put_jobs_off_for_years() {
    let folder = Folder::new();
    let db = open(&folder);
    let new = |due_at: Instant| NewJob {
        kind: "note",
        lane: "account:1",
        payload: "one",
        dedupe_key: None,
        due_at,
    };
    db.write_local(Lane::Background, |tx| jobs::insert_job(tx, &new(tx.now.plus_seconds(900))))
        .unwrap();
    queue(&db, "note", "account:2", "two");
    lease(&db, Scope::Outside, &[]).unwrap();
    db.clock().advance_seconds(-365 * 86_400);
    let now = db.clock().now();
    let is_behind = || db.read(jobs::find_latest_note).unwrap().is_some_and(|latest| latest > now);
    assert!(is_behind());
    db.write_local(Lane::Background, |tx| jobs::heal_clock(tx, &["account:3".to_owned()])).unwrap();
    assert!(
        !is_behind() || {
            // What nobody holds is free at once.
            lease(&db, Scope::Outside, &[]).is_some_and(|job| job.payload == "two")
        }
    );
    let job = all(&db).remove(0);
    assert_eq!(job.due_at.seconds() - now.seconds(), 900);
}

/// A runner that sets jobs to the clock waits for the lanes without the writer in its hands, for
/// whoever has the lanes may wait for the writer.
#[test]
fn a_runner_does_not_hold_the_writer_while_it_waits_for_the_lanes() {
    let folder = Folder::new();
    let (db, signal) = (open(&folder), Signal::default());
    queue(&db, "note", "account:1", "one");
    db.clock().advance_seconds(-3_600);
    let lanes = signal.lanes();
    let healing = Runner::new(db.clone(), log(), KINDS, signal.clone());
    let healed = std::thread::spawn(move || healing.heal_clock());
    std::thread::sleep(std::time::Duration::from_millis(200));
    let (done, is_done) = std::sync::mpsc::channel();
    let books = db.clone();
    std::thread::spawn(move || {
        queue(&books, "note", "account:2", "two");
        let _ = done.send(());
    });
    let outcome = is_done.recv_timeout(std::time::Duration::from_secs(20));
    drop(lanes);
    healed.join().unwrap();
    assert!(outcome.is_ok(), "the writer was held meanwhile");
    assert_eq!(all(&db)[0].due_at, db.clock().now());
}

#[test]
fn the_same_work_queued_twice_is_one_job_at_the_earlier_time() {
    let folder = Folder::new();
    let db = open(&folder);
    let push = |wait_s: i64| {
        db.write_local(Lane::Background, |tx| {
            let due_at = tx.now.plus_seconds(wait_s);
            let (kind, lane, payload) = ("note", "account:1", "one");
            jobs::insert_job(tx, &NewJob { kind, lane, payload, dedupe_key: Some("k"), due_at })
        })
        .unwrap()
    };
    let first = push(900);
    assert_eq!((push(60), push(3_600)), (first, first));
    let wait_s = all(&db)[0].due_at.seconds() - db.clock().now().seconds();
    assert_eq!((all(&db).len(), wait_s), (1, 60));
}

#[test]
fn history_is_kept_for_a_while() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    for number in 0..12 {
        queue(&db, "note", "account:1", &number.to_string());
    }
    queue(&db, "note", "books", "ours");
    runner(&db, log).outside().run_due().unwrap();
    runner(&db, log).run_due().unwrap();
    let prune = |days: i64, kept: i64| {
        db.write_local(Lane::Background, |tx| {
            let before = tx.now.plus_seconds(-days * 86_400);
            jobs::prune(tx, (before, before), kept)
        })
        .unwrap()
    };
    assert_eq!(prune(30, 10), 2);
    assert_eq!(db.read(|reader| jobs::list_of_lane(reader, "account:1", 100)).unwrap().len(), 10);
    db.clock().advance_seconds(31 * 86_400);
    assert_eq!(prune(30, 10), 11);
}

/// Whatever is killed at whatever instant, every job runs to its end, and none twice at once.
#[test]
fn several_hands_do_each_job_once() {
    let folder = Folder::new();
    let (db, log) = (open(&folder), log());
    for number in 0..60 {
        queue(&db, "note", &format!("account:{}", number % 5), &number.to_string());
    }
    let signal = Signal::default();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let (db, signal) = (db.clone(), signal.clone());
            scope.spawn(move || {
                Runner::new(db, log, KINDS, signal).outside().run_due().unwrap();
            });
        }
    });
    let mut ran: Vec<u32> =
        log.ran.lock().unwrap().iter().map(|number| number.parse().unwrap()).collect();
    ran.sort_unstable();
    assert_eq!(ran, (0..60).collect::<Vec<u32>>());
    assert!(states(&db).iter().all(|state| state == "done"));
}
