//! Import of neutral JSON Lines with profit and rollups, beside what the bare database takes to
//! store the very same rows. Run by `scripts/bench`.

// A measurement speaks to its terminal, and one that fails has nothing to measure.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant as Watch;

use purser::base::{Clock, Currency};
use purser::jobs::Runner;
use purser::jobs::runner::Signal;
use purser::store::Db;
use purser::store::vault::Vault;
use purser::sync::ctx::Tools;
use purser::sync::import_job::{self, Request};

fn main() {
    let folder = std::env::var("PURSER_BENCH_DATA").map(PathBuf::from).unwrap();
    let data = std::env::temp_dir().join(format!("purser-bench-{}", std::process::id()));
    std::fs::create_dir_all(&data).unwrap();
    let file = data.join("purser.db");
    let db = Db::open(&file, Clock::System).unwrap();
    let vault = Vault::open(&data.join("purser.key"), &db).unwrap();
    let tools = Tools::new(db.clone(), Arc::new(vault));
    let runner = Runner::new(db.clone(), tools.clone(), KINDS, Signal::default());
    for name in [
        "fx.csv",
        "costs.csv",
        "orders-north-us.jsonl",
        "orders-north-eu.jsonl",
        "orders-market.jsonl",
        "ad-spend.csv",
    ] {
        time_import(&tools, &runner, &folder.join(name), name);
    }
    println!("database {} MB", std::fs::metadata(&file).unwrap().len() / 1_000_000);
    let watch = Watch::now();
    let report = db
        .read(|reader| {
            let ask = purser::domain::ask::Ask::all(purser::domain::ask::Scope::All)
                .by(&[purser::domain::ask::Key::Month]);
            Ok(purser::reports::profit::run(
                reader,
                &ask,
                purser::base::Day::parse("2026-01-01").unwrap(),
            )
            .unwrap())
        })
        .unwrap();
    println!("by month {:?}, net profit {}", watch.elapsed(), report.total.net_profit());
    let watch = Watch::now();
    let report = db
        .read(|reader| {
            let ask = purser::domain::ask::Ask::all(purser::domain::ask::Scope::All)
                .by(&[purser::domain::ask::Key::Product]);
            Ok(purser::reports::profit::run(
                reader,
                &ask,
                purser::base::Day::parse("2026-01-01").unwrap(),
            )
            .unwrap())
        })
        .unwrap();
    println!(
        "by product {:?}, net profit {} rows {} missing {:?}",
        watch.elapsed(),
        report.total.net_profit(),
        report.rows.len(),
        report.missing_rates.len()
    );
    drop((runner, tools, db));
    std::fs::remove_dir_all(&data).unwrap();
}

static KINDS: &[purser::jobs::JobKind<Tools>] = &[
    purser::jobs::JobKind { name: "import", run: import_job::IMPORT.run },
    purser::jobs::JobKind { name: "books", run: books },
];

fn books(tools: &Tools, _: &purser::jobs::Lease<'_>) -> Result<(), purser::jobs::JobFault> {
    let watch = Watch::now();
    purser::books::profit_job::run(&tools.db, &|_, _| true)
        .map_err(|fault| purser::jobs::JobFault::Dead(fault.to_string()))?;
    println!("    books {:?}", watch.elapsed());
    Ok(())
}

fn time_import(tools: &Tools, runner: &Runner<Tools>, path: &Path, name: &str) {
    let store = name.strip_prefix("orders-").map(|rest| rest.trim_end_matches(".jsonl").to_owned());
    let watch = Watch::now();
    let request = Request {
        path: path.to_owned(),
        file_name: name.to_owned(),
        format: None,
        store,
        currency: None,
        time_zone: Some("UTC".to_owned()),
        delete_after: false,
        user: None,
    };
    let (import, _) = import_job::enqueue(tools, request).unwrap();
    runner.run_due().unwrap();
    let done = tools
        .db
        .read(|reader| purser::store::imports::find_import(reader, import))
        .unwrap()
        .unwrap();
    println!(
        "{name}: {:?} accepted {} unchanged {} refused {} {:?}",
        watch.elapsed(),
        done.accepted,
        done.unchanged,
        done.refused,
        done.fault
    );
    let _ = Currency::EUR;
}
