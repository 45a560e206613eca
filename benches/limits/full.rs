//! The import as the program does it: files → facts → profit lines → rollups, until the database
//! lies closed on the disk.

use std::path::Path;

use purser::app::{build, jobs};
use purser::base::Clock;
use purser::base::id::ImportId;
use purser::store::{dirty, imports};
use purser::sync::ctx::Tools;
use purser::sync::import_job::{self, Request};

use crate::process::{Measured, Watch, median_of, tell};
use crate::server;
use crate::shop;
use crate::table::{Table, megabytes, seconds};

/// Costs, rules and rates are there beforehand and the ad spend comes after: timed are the files
/// of orders, from the first look at them until every figure of theirs is on the disk.
pub fn import(files: &Path, data: &Path) {
    let paths = server::paths(data);
    let opened = build::open(&paths, Clock::System).unwrap();
    let tools = opened.tools.sync.clone();
    let take = |fits: &dyn Fn(&str, Option<&str>) -> bool| {
        let mut queued = Vec::new();
        for (name, store) in shop::files().into_iter().filter(|(name, store)| fits(name, *store)) {
            queued.push(enqueue(&tools, files, name, store));
        }
        jobs::runner(&tools).run_due().unwrap();
        for import in queued {
            let found = tools.db.read(|reader| imports::find_import(reader, import));
            let done = found.unwrap().unwrap();
            assert_eq!((done.refused, &done.fault), (0, &None), "{}", done.file_name);
        }
    };
    let is_spend = |name: &str| name.starts_with("ad-spend");
    take(&|name, store| store.is_none() && !is_spend(name));
    tools.db.checkpoint().unwrap();
    let watch = Watch::start();
    take(&|_, store| store.is_some());
    // Folding the log into the file is part of the work.
    tools.db.checkpoint().unwrap();
    watch.tell();
    take(&|name, _| is_spend(name));
    assert_eq!(tools.db.read(dirty::count).unwrap(), (0, 0), "the books are not done");
    drop((tools, opened));
    tell("bytes", std::fs::metadata(paths.database()).unwrap().len() as i64);
}

pub fn enqueue(tools: &Tools, files: &Path, name: String, store: Option<&str>) -> ImportId {
    let request = Request {
        path: files.join(&name),
        file_name: name,
        format: None,
        store: store.map(str::to_owned),
        currency: None,
        time_zone: Some("UTC".to_owned()),
        delete_after: false,
        user: None,
        original: None,
        told: Vec::new(),
        again: None,
    };
    import_job::enqueue(tools, request).unwrap().0
}

pub fn report(table: &mut Table, orders: i64, ours: &[Measured], bares: &[Measured]) {
    let (wall, bare) = (median_of(ours, "wall_us"), median_of(bares, "wall_us"));
    let cpu = |children: &[Measured]| seconds(median_of(children, "cpu_ms") * 1_000);
    let speed = |us: i64| format!("{} orders/s", orders * 1_000_000 / us.max(1));
    table.add(
        "import with profit and rollups",
        seconds(wall),
        format!("{}, {} of processor time", speed(wall), cpu(ours)),
    );
    table.add(
        "bare limit: the same rows, one transaction",
        seconds(bare),
        format!("{}, {} of processor time, {} rows", speed(bare), cpu(bares), bares[0]["rows"]),
    );
    let times = wall * 100 / bare.max(1);
    table.add(
        "ours over the bare limit",
        format!("{}.{:02}", times / 100, times % 100),
        "goal: 2.50 for 100,000 orders",
    );
    let bytes = median_of(ours, "bytes");
    table.add(
        "database per order",
        format!("{} B", bytes / orders.max(1)),
        megabytes(bytes / 1_024),
    );
    let peak = median_of(ours, "peak_kb");
    table.add("most memory while importing", megabytes(peak), "goal: 256 MB");
}
