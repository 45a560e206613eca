//! How near the program comes to what the bare database can do, and what a person waits for.
//! Makes its own shop with a seed, measures in processes of their own, prints one table.
//! Run by `scripts/bench`; sizes are set by the variables named there.

// A measurement that cannot be made ends the bench; that is how it says no.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]
#![allow(clippy::print_stderr)]

mod asks;
mod bare;
mod cost;
mod formats;
mod full;
mod goals;
mod later;
mod overview;
mod pages;
mod process;
mod pulled;
mod server;
mod shop;
mod table;
mod woo;

use std::path::{Path, PathBuf};

use process::{Measured, run_child, setting};
use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // A child of ourselves, so that its memory is its own.
    match words.as_slice() {
        [_, "child", "import", files, data, ..] => full::import(Path::new(files), Path::new(data)),
        [_, "child", "bare", finished, copy, ..] => {
            bare::store(Path::new(finished), Path::new(copy))
        }
        [_, "child", "again", finished, copy, ..] => {
            bare::again(Path::new(finished), Path::new(copy))
        }
        [_, "child", "cost", data, ..] => cost::change(Path::new(data)),
        [_, "child", "ask", data] => asks::ask(Path::new(data), None),
        // One question, so often: for a profiler.
        [_, "child", "ask", data, name, turns, ..] => {
            asks::ask(Path::new(data), Some((name, turns.parse().unwrap())));
        }
        [_, "child", "cookie", data, ..] => println!("{}", server::sign_in(Path::new(data))),
        [_, "child", "later", data, files, ..] => later::sync(Path::new(data), Path::new(files)),
        [_, "child", "woo-file", files, data, ..] => {
            pulled::import(Path::new(files), Path::new(data));
        }
        [_, "child", "woo-pull", files, data, ..] => {
            pulled::pull(Path::new(files), Path::new(data));
        }
        [_, "child", "recompute", data, ..] => goals::recompute(Path::new(data)),
        [_, "child", "format", index, megabytes, ..] => formats::read_one(index, megabytes),
        [_, "shop", data, ..] => make_shop(Path::new(data)),
        [_, "ask", data, rest @ ..] => {
            let rest: Vec<&str> = rest.iter().copied().filter(|word| *word != "--bench").collect();
            let rounds = setting("PURSER_BENCH_RUNS", 5) as usize;
            let mut table = Table::new(format!("Questions to {data}; medians of {rounds} runs"));
            asks::again(&mut table, data, rest.first().copied(), rounds);
            table.print();
        }
        [_, "pages", data, ..] => {
            let mut table = Table::new(format!("Pages of {data}"));
            pages::measure(&mut table, Path::new(data));
            table.print();
        }
        [_, "pulled", ..] => {
            let folder = Folder::new();
            let files = folder.0.join("files");
            shop::write(&files, &shop::Size { orders: 1, variants: 2_000, seed: 42 });
            let mut table = Table::new("A shop that is asked page by page".to_owned());
            pulled::measure(&mut table, &folder.0, &files);
            table.print();
        }
        [_, "served", data, ..] => {
            let (folder, mut table) = (Folder::new(), Table::new(format!("A shop beside {data}")));
            pulled::measure_served(&mut table, &folder.0, Path::new(data));
            table.print();
        }
        [_, "formats", ..] => {
            let mut table = Table::new("Reading files".to_owned());
            formats::measure(&mut table);
            table.print();
        }
        _ => measure_all(),
    }
}

fn size() -> shop::Size {
    shop::Size {
        orders: setting("PURSER_BENCH_ORDERS", 100_000),
        variants: setting("PURSER_BENCH_VARIANTS", 2_000),
        seed: setting("PURSER_BENCH_SEED", 42),
    }
}

/// A shop that stays, for the rows that are measured alone.
fn make_shop(data: &Path) {
    let files = data.join("files");
    shop::write(&files, &size());
    run_child(&["import", text(&files), text(data)]);
    std::fs::remove_dir_all(&files).unwrap();
}

fn measure_all() {
    let size = size();
    let runs = setting("PURSER_BENCH_RUNS", 3).max(1);
    let folder = Folder::new();
    eprintln!("making {} orders", size.orders);
    let files = folder.0.join("files");
    let lines = shop::write(&files, &size);
    let mut table = Table::new(format!(
        "{} orders, {lines} lines, {} variants, {} days, seed {}; medians of {runs} imports",
        size.orders,
        size.variants,
        shop::DAYS,
        size.seed,
    ));
    let data = measure_import(&mut table, &folder.0, &files, (size.orders, runs));
    asks::report(&mut table, &run_child(&["ask", text(&data)]));
    cost::report(&mut table, &run_child(&["cost", text(&data)]));
    let copy = folder.0.join("again.db");
    let bare = run_child(&["again", text(&data.join("data/purser.db")), text(&copy)]);
    std::fs::remove_file(&copy).unwrap();
    goals::report_recompute(&mut table, &run_child(&["recompute", text(&data)]), &bare);
    overview::measure(&mut table, &data);
    pages::measure(&mut table, &data);
    later::report(&mut table, &run_child(&["later", text(&data), text(&files)]));
    pulled::measure(&mut table, &folder.0, &files);
    pulled::measure_served(&mut table, &folder.0, &data);
    if setting("PURSER_BENCH_FORMATS", 1) != 0 {
        formats::measure(&mut table);
    }
    table.print();
}

/// Ours and the bare one in turns, so that both meet the same machine. Answers our last folder.
fn measure_import(
    table: &mut Table,
    folder: &Path,
    files: &Path,
    (orders, runs): (i64, i64),
) -> PathBuf {
    let (mut ours, mut bares): (Vec<Measured>, Vec<Measured>) = (Vec::new(), Vec::new());
    let mut data = PathBuf::new();
    for run in 0..runs {
        if run > 0 {
            std::fs::remove_dir_all(&data).unwrap();
        }
        data = folder.join(format!("ours-{run}"));
        eprintln!("import {} of {runs}", run + 1);
        ours.push(run_child(&["import", text(files), text(&data)]));
        let copy = folder.join("bare.db");
        eprintln!("bare database {} of {runs}", run + 1);
        bares.push(run_child(&["bare", text(&data.join("data/purser.db")), text(&copy)]));
        std::fs::remove_file(&copy).unwrap();
    }
    full::report(table, orders, &ours, &bares);
    data
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Goes away with its content, also when a measurement fails.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let parent = std::env::var_os("PURSER_BENCH_DIR").map(PathBuf::from);
        let parent = parent.unwrap_or_else(std::env::temp_dir);
        let folder = parent.join(format!("purser-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
