//! The store under what machines do: a writer killed at any instant, and a log that a power cut
//! left torn. `scripts/kills N` runs more rounds.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use purser::base::{Clock, Instant};
use purser::store::{Db, Lane, StoreError, settings};
use rusqlite::Connection;

use crate::kit::app::Folder;

const WRITER: &str = "PURSER_TEST_WRITER";
const ROUNDS: &str = "PURSER_TEST_KILLS";

fn clock() -> Clock {
    Clock::set_at(Instant::parse("2026-11-20T12:00:00Z").unwrap())
}

/// One transaction: a row of its own, and the two that sum all rows up.
fn write_one(db: &Db, number: i64) -> Result<(), StoreError> {
    db.write_local(Lane::Interactive, |tx| {
        settings::upsert(tx, &format!("kill {number:09}"), &"x".repeat(1 + number as usize % 700))?;
        settings::upsert(tx, "kills", &(number + 1).to_string())?;
        settings::upsert(tx, "killed sum", &(number * (number + 1) / 2).to_string())
    })
}

/// How many rows there are, after looking that they are the first so many and that the sums agree.
fn count_whole(conn: &Connection) -> i64 {
    let number = |sql: &str| conn.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let rows = number("select count(*) from settings where key like 'kill 0%'");
    let last = number(
        "select coalesce(max(cast(substr(key, 6) as integer)) + 1, 0) from settings
         where key like 'kill 0%'",
    );
    assert_eq!(rows, last, "a commit in between is lost");
    let noted = number(
        "select coalesce(max(cast(value as integer)), 0) from settings
        where key = 'kills'",
    );
    assert_eq!(noted, rows, "half of a commit is there");
    let sum = number(
        "select coalesce(max(cast(value as integer)), 0) from settings
        where key = 'killed sum'",
    );
    assert_eq!(sum, rows * (rows - 1) / 2);
    let verdict: String = conn.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    rows
}

/// The writer that is killed: says the number of each commit once it is one. Without its folder in
/// the environment it shows that an undisturbed writer keeps what it wrote.
#[test]
fn r1_writer() {
    let Some(folder) = std::env::var_os(WRITER) else {
        let folder = Folder::new();
        let path = folder.path().join("purser.db");
        let db = Db::open(&path, clock()).unwrap();
        (0..50).for_each(|number| write_one(&db, number).unwrap());
        drop(db);
        assert_eq!(count_whole(&Connection::open(path).unwrap()), 50);
        return;
    };
    let db = Db::open(&Path::new(&folder).join("purser.db"), clock()).unwrap();
    let next = |reader: &purser::store::Reader<'_>| settings::find(reader.conn(), "kills");
    let next: i64 = db.read(next).unwrap().map_or(0, |text| text.parse().unwrap());
    let mut out = std::io::stdout().lock();
    for number in next.. {
        write_one(&db, number).unwrap();
        writeln!(out, "committed {number}").and_then(|()| out.flush()).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn r1_killed_at_any_instant_a_writer_loses_nothing_that_it_acknowledged() {
    let rounds = std::env::var(ROUNDS).map_or(200, |text| text.parse::<u64>().unwrap());
    let folder = Folder::new();
    let path = folder.path().join("purser.db");
    let mut state = 0x5eed_u64;
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::r1_writer", "--nocapture"])
            .env(WRITER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut last = None;
        let mut note = |line: &str| {
            if let Some((_, number)) = line.split_once("committed ") {
                last = Some(number.trim().parse::<i64>().unwrap());
            }
            line.contains("committed ")
        };
        // It writes from its first line on; then at another instant each time.
        while !note(&lines.next().unwrap().unwrap()) {}
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let pid = child.id();
        let wait = Duration::from_micros((state >> 33) % 30_000);
        let killer = std::thread::spawn(move || {
            std::thread::sleep(wait);
            Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap()
        });
        for line in lines.map_while(Result::ok) {
            note(&line);
        }
        killer.join().unwrap();
        child.wait().unwrap();
        acknowledged = acknowledged.max(last.unwrap() + 1);
        // Opened as a start opens it, now and then; else as any reader.
        if round % 20 == 0 {
            drop(Db::open(&path, clock()).unwrap());
        }
        let there = count_whole(&Connection::open(&path).unwrap());
        assert!(there >= acknowledged, "round {round}: {there} of {acknowledged}");
    }
    assert!(acknowledged as u64 >= rounds);
}

#[test]
fn r2_of_1500_torn_logs_each_opens_as_some_whole_state() {
    const IMAGES: u64 = 1_500;
    let folder = Folder::new();
    let path = folder.path().join("purser.db");
    let db = Db::open(&path, clock()).unwrap();
    db.checkpoint().unwrap();
    (0..60).for_each(|number| write_one(&db, number).unwrap());
    let beside = |path: &Path| std::path::PathBuf::from(format!("{}-wal", path.display()));
    let (main, log) = (std::fs::read(&path).unwrap(), std::fs::read(beside(&path)).unwrap());
    assert!(log.len() > 100_000, "{}", log.len());
    let torn = folder.path().join("torn.db");
    let mut state = 0x70_72_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 20) as usize % below
    };
    let mut seen = std::collections::BTreeSet::new();
    for image in 0..IMAGES {
        let mut bytes = log.clone();
        let at = next(bytes.len());
        match image % 3 {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << next(8),
            _ => bytes[at..].fill(0),
        }
        for ending in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{ending}", torn.display()));
        }
        std::fs::write(&torn, &main).unwrap();
        std::fs::write(beside(&torn), &bytes).unwrap();
        if image % 100 == 0 {
            drop(Db::open(&torn, clock()).unwrap());
        }
        seen.insert(count_whole(&Connection::open(&torn).unwrap()));
    }
    assert!(seen.len() > 20 && seen.iter().all(|rows| *rows <= 60), "{seen:?}");
    assert!(seen.contains(&60) || seen.contains(&59));
    drop(db);
}
