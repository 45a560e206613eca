//! What pages rest on: questions to the reports, each beside a bare program that reads the same
//! rows and adds them up, in turns.

use std::path::Path;
use std::time::{Duration, Instant};

use purser::base::{Clock, DayRange};
use purser::domain::ask::{Ask, Key, Scope};
use purser::reports::profit;
use purser::store::Db;
use purser::store::rollups::packed;
use rusqlite::{Connection, OpenFlags, params};

use crate::goals::ratio;
use crate::process::{Measured, median, median_of, run_child, tell};
use crate::server;
use crate::shop;
use crate::table::{Table, short};

/// Every question is asked so often, and a quick one again until so much time is over.
const TURNS: usize = 15;
const LEAST: Duration = Duration::from_millis(100);

/// A question to the reports, and the rows that its answer rests on.
struct Question {
    name: &'static str,
    what: &'static str,
    keys: &'static [Key],
    days: i32,
    /// `None` where it reads lines.
    rows: Option<(i64, i64)>,
    goal: &'static str,
}

const DAY: i64 = 0;
const MONTH: i64 = 1;

fn questions() -> Vec<Question> {
    let of = |name, what, keys, days, rows, goal| Question { name, what, keys, days, rows, goal };
    let all = shop::DAYS as i32;
    vec![
        of("day30", "dashboard, 30 days", &[Key::Day], 30, Some((0, DAY)), "1.5x the bare, 0.2 ms"),
        of(
            "day730",
            "dashboard, 24 months",
            &[Key::Day],
            all,
            Some((0, DAY)),
            "1.5x the bare, 2 ms",
        ),
        of("product730", "products, 24 months", &[Key::Product], all, Some((1, MONTH)), "10 ms"),
        of("product30", "products, 30 days", &[Key::Product], 30, Some((1, DAY)), "25 ms"),
        of("country730", "countries, 24 months", &[Key::Country], all, Some((2, MONTH)), "0.5 s"),
        of("campaign730", "campaigns, 24 months", &[Key::Campaign], all, Some((2, MONTH)), "0.5 s"),
        of("group730", "product groups, 24 months", &[Key::Group], all, None, "0.5 s"),
    ]
}

/// In a process of its own: every question, or one so often, ours and bare in turns.
pub fn ask(data: &Path, only: Option<(&str, usize)>) {
    let paths = server::paths(data);
    let db = Db::open_read_only(&paths.database(), Clock::System).unwrap();
    let bare = read_only(&paths.database());
    for question in questions() {
        if only.is_some_and(|(name, _)| name != question.name) {
            continue;
        }
        let range =
            DayRange { from: shop::last_day().plus(1 - question.days), to: shop::last_day() };
        let ask = Ask::all(Scope::All).over(range).by(question.keys);
        let (mut ours, mut bares) = (Vec::new(), Vec::new());
        let mut rows = 0;
        let began = Instant::now();
        let is_enough = |turns: usize| match only {
            Some((_, wanted)) => turns >= wanted,
            None => turns >= TURNS && began.elapsed() >= LEAST,
        };
        while !is_enough(ours.len()) {
            let watch = Instant::now();
            let report =
                db.read(|reader| Ok(profit::run(reader, &ask, range.to).unwrap())).unwrap();
            ours.push(nanoseconds(watch));
            rows = report.rows.len() as i64;
            // What becomes of an answer is not the question's time.
            drop(report);
            if let Some(of) = question.rows {
                let watch = Instant::now();
                sum_rollups(&bare, of, range);
                bares.push(nanoseconds(watch));
            }
        }
        tell(&format!("{}_ns", question.name), median(ours));
        tell(&format!("{}_rows", question.name), rows);
        if !bares.is_empty() {
            tell(&format!("{}_bare_ns", question.name), median(bares));
        }
    }
}

/// The processor's time of the process is not asked for: that alone takes longer than an answer.
fn nanoseconds(watch: Instant) -> i64 {
    watch.elapsed().as_nanos() as i64
}

/// Reads the rows of the range and adds up every measure.
fn sum_rollups(conn: &Connection, (dim, span): (i64, i64), range: DayRange) -> i64 {
    let mut statement = conn
        .prepare_cached(
            "select measures from rollups
             where dim = ? and basis = 0 and span = ? and first_day between ? and ?",
        )
        .unwrap();
    let mut rows = statement.query(params![dim, span, range.from, range.to]).unwrap();
    let mut sum = packed::unpack(&packed::pack(&[0; purser::store::rollups::MEASURES])).unwrap();
    while let Some(row) = rows.next().unwrap() {
        packed::add(row.get_ref(0).unwrap().as_blob().unwrap(), &mut sum).unwrap();
    }
    sum.iter().sum()
}

fn read_only(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).unwrap()
}

pub fn report(table: &mut Table, found: &Measured) {
    for question in questions() {
        let Some(ours) = found.get(&format!("{}_ns", question.name)) else { continue };
        let rows = found[&format!("{}_rows", question.name)];
        let bare = found.get(&format!("{}_bare_ns", question.name));
        let beside = match bare {
            Some(bare) => format!(
                "{rows} rows; bare {}, {}x; goal {}",
                short(*bare),
                ratio(*ours, *bare),
                question.goal
            ),
            None => format!("{rows} rows; goal {}", question.goal),
        };
        table.add(question.what, short(*ours), beside);
    }
}

/// Questions alone, over a shop that is there, in several processes one after another: what a
/// process meets of the machine differs more than what its turns do.
pub fn again(table: &mut Table, data: &str, name: Option<&str>, rounds: usize) {
    let turns = |question: &Question| match question.days {
        30 => "4001",
        _ => "101",
    };
    for question in questions() {
        if name.is_some_and(|name| name != question.name) {
            continue;
        }
        let ask = |_| run_child(&["ask", data, question.name, turns(&question)]);
        let found: Vec<Measured> = (0..rounds.max(1)).map(ask).collect();
        let name = question.name;
        if found[0].contains_key(&format!("{name}_bare_ns")) {
            let of =
                |one: &Measured| ratio(one[&format!("{name}_ns")], one[&format!("{name}_bare_ns")]);
            println!("{name}: {}", found.iter().map(of).collect::<Vec<_>>().join(" "));
        }
        let medians = found[0].keys().map(|key| (key.clone(), median_of(&found, key)));
        report(table, &medians.collect());
    }
}
