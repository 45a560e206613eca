//! The real server on one core: its memory at rest, and how long the Overview over all 24 months
//! takes.

use std::path::Path;
use std::time::Duration;

use purser::app::build;
use purser::base::Clock;

use crate::cost::run_report;
use crate::process::{Watch, median, memory_kb};
use crate::server::{self, Server, sign_in};
use crate::shop;
use crate::table::{Table, megabytes, milliseconds};

const REQUESTS: usize = 200;
const WARM_UP: usize = 10;
const FROM_SHIFTS: usize = 20;
/// After so long a server that nobody asks is at rest.
const REST: Duration = Duration::from_secs(2);

pub fn measure(table: &mut Table, data: &Path) {
    let cookie = sign_in(data);
    let server = Server::start(data);
    std::thread::sleep(REST);
    let memory = |line: &str| memory_kb(&server.child.id().to_string(), line);
    if let Some(idle) = memory("VmRSS:") {
        table.add("memory of the server at rest", megabytes(idle), "goal: 40 MB");
    }
    let agent = ureq::Agent::new_with_defaults();
    let ask = |number: usize| {
        let url = format!("{}?{}", server.url, question(number));
        let mut answer = agent.get(&url).header("Cookie", &cookie).call().unwrap();
        answer.body_mut().read_to_vec().unwrap()
    };
    let body = ask(0);
    if !String::from_utf8_lossy(&body).to_lowercase().contains("net profit") {
        // As long as the page shows no figures, what it will rest on.
        drop(server);
        return measure_report(table, data);
    }
    let size = format!("{} kB", body.len() / 1_024);
    // The page keeps its answers, so a question asked twice says nothing of what it costs.
    let first = time(|number| drop(ask(number)));
    add(table, "Overview over 24 months, computed", first, &size);
    let again = time(|_| drop(ask(0)));
    add(table, "the same asked again, answer kept", again, &size);
    if let Some(after) = memory("VmRSS:") {
        table.add("memory after these requests", megabytes(after), "goal: 100 MB");
    }
}

/// Another range of nearly 24 months for every number: up to 29 days less, none of them twice.
fn question(number: usize) -> String {
    let (later, earlier) = ((number % FROM_SHIFTS) as i32, (number / FROM_SHIFTS) as i32);
    let (from, to) = (shop::first_day().plus(later), shop::last_day().plus(-earlier));
    format!("from={from}&to={to}")
}

fn measure_report(table: &mut Table, data: &Path) {
    let opened = build::open(&server::paths(data), Clock::System).unwrap();
    let days = run_report(&opened.tools.db).rows.len();
    let times = time(|_| drop(run_report(&opened.tools.db)));
    add(table, "report by day over 24 months", times, &format!("{days} rows; no page yet"));
}

/// Each piece of work gets a number of its own, also those that only warm up.
fn time(mut work: impl FnMut(usize)) -> Vec<i64> {
    (0..WARM_UP).for_each(&mut work);
    let once = |number| {
        let watch = Watch::start();
        work(number);
        watch.us()
    };
    (WARM_UP..WARM_UP + REQUESTS).map(once).collect()
}

fn add(table: &mut Table, what: &str, mut times: Vec<i64>, beside: &str) {
    times.sort_unstable();
    let slow = times[times.len() * 99 / 100];
    let beside = format!("median of {REQUESTS}, p99 {}, {beside}", milliseconds(slow));
    table.add(what, milliseconds(median(times)), beside);
}
