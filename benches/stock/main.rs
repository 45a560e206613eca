//! What the stock promises and how long it takes, measured: `scripts/oversell` runs the program
//! against the market of the tests for as many orders as one likes; `scripts/bench stock` measures
//! planning, folding and reading at twenty thousand variants on four channels.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::print_stderr)]

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/suite/market/mod.rs"]
mod market;
mod page;
#[allow(dead_code, reason = "the other bench uses all of it")]
#[path = "../limits/server.rs"]
mod server;
mod speed;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use market::world::{Outcome, Plan, run, run_naive, run_until_over};
use purser::store::stock::variants::Mode;

/// Orders of one seed.
const ORDERS_OF_SEED: usize = 10_000;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match args.first().map(String::as_str) {
        Some("oversell") => {
            let orders = args.get(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
            let from = args.get(2).and_then(|text| text.parse().ok()).unwrap_or(1_000);
            oversell(orders, from);
        }
        Some("speed") | None => speed::print(),
        Some(other) => {
            eprintln!("{other:?} is neither `oversell [ORDERS] [FIRST SEED]` nor `speed`");
            std::process::exit(2);
        }
    }
}

fn oversell(orders: usize, from: u64) {
    println!(
        "policy                          orders  oversold  per 10,000  writes per order  \
         turned away per 10,000"
    );
    let usual = Plan { items: 150, busy: 12, orders: ORDERS_OF_SEED, ..Plan::USUAL };
    let all = |share: usize| (orders / share / ORDERS_OF_SEED).max(1) as u64;
    let strict = |plan: Plan| run(plan, Mode::Strict, 50);
    print("strict, calm", &seeds(from, all(4), usual_calm(usual), &strict));
    print("strict, spikes", &seeds(from + 10_000, all(2), usual, &strict));
    let killed = Plan { killed: 20, ..usual };
    print("strict, killed", &seeds(from + 20_000, all(8), killed, &strict));
    let jumps = Plan { jumps: 10, lost: 60, ..usual };
    print("strict, clock set, more lost", &seeds(from + 30_000, all(8), jumps, &strict));
    let mirror = |plan: Plan| run(plan, Mode::Mirror, 0);
    print("mirror, calm", &seeds(from, all(10), usual_calm(usual), &mirror));
    print("mirror, spikes", &seeds(from, all(10), usual, &mirror));
    print("plain mirror, 2 min, spikes", &seeds(from, all(10), usual, &run_naive));
    let told = Mutex::new((0_i64, 0_i64));
    let meddled = Plan { meddled: 5, ..usual };
    let foreign = |plan: Plan| {
        let (outcome, hub) = run_until_over(plan, Mode::Strict, 0);
        let off = hub.ask("select count(*) from stock_alerts where kind = 'strict_off'");
        let readings = hub.ask(
            "select coalesce(max(readings), 0) from drifts where state in ('open', 'decided')",
        );
        let mut told = told.lock().unwrap();
        *told = (told.0 + off, told.1.max(readings));
        outcome
    };
    print("strict, others write", &seeds(from, all(10), meddled, &foreign));
    let told = told.lock().unwrap();
    println!("  strict mode ended {} times, after {} readings at most", told.0, told.1);
}

impl Outcome {
    fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.oversold += other.oversold;
        self.written += other.written;
        self.turned_away += other.turned_away;
        self.stranded += other.stranded;
    }
}

fn usual_calm(plan: Plan) -> Plan {
    Plan { has_spikes: false, ..plan }
}

/// Runs so many seeds, two at a time.
fn seeds(from: u64, count: u64, plan: Plan, run: &(dyn Fn(Plan) -> Outcome + Sync)) -> Outcome {
    let next = AtomicU64::new(0);
    let sum = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index >= count {
                        return;
                    }
                    let outcome = run(Plan { seed: from + index, ..plan });
                    sum.lock().unwrap().add(&outcome);
                }
            });
        }
    });
    sum.into_inner().unwrap()
}

fn print(name: &str, outcome: &Outcome) {
    let per = |count: usize, each: f64| count as f64 * each / outcome.orders.max(1) as f64;
    println!(
        "{name:<30} {:>7}  {:>8}  {:>10.2}  {:>16.2}  {:>22.0}",
        outcome.orders,
        outcome.oversold,
        per(outcome.oversold, 10_000.0),
        per(outcome.written, 1.0),
        per(outcome.turned_away, 10_000.0),
    );
}
