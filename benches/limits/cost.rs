//! How long a person waits after saving a unit cost until the report shows it.

use std::path::Path;

use purser::app::{build, jobs};
use purser::base::{Clock, Currency, Day, DayRange, Decimal};
use purser::domain::ask::{Ask, Key, Scope};
use purser::domain::profit::component::Component;
use purser::domain::record::Cost;
use purser::reports::profit;
use purser::store::changes::By;
use purser::store::touched::Touched;
use purser::store::{Db, Lane, costs, dirty};
use purser::sync::ctx::Tools;
use purser::sync::edit;

use crate::goals;
use crate::process::{Measured, Watch, median, tell};
use crate::server;
use crate::shop;
use crate::table::{Table, milliseconds};

const CHANGES: i64 = 5;

pub fn change(data: &Path) {
    let opened = build::open(&server::paths(data), Clock::System).unwrap();
    let tools = &opened.tools.sync;
    let sold = list_sold(&tools.db);
    for (name, (sku, lines)) in [("median", &sold[sold.len() / 2]), ("best", sold.last().unwrap())]
    {
        let waits = (0..CHANGES).map(|turn| change_once(tools, sku, turn)).collect();
        tell(&format!("{name}_us"), median(waits));
        tell(&format!("{name}_lines"), *lines);
    }
    let watch = Watch::start();
    change_all(tools, &sold);
    tell("all_us", watch.us());
    tell("all_lines", sold.iter().map(|(_, lines)| lines).sum());
    let skus = [("median", &*sold[sold.len() / 2].0), ("best", &*sold.last().unwrap().0)];
    drop(opened);
    for (name, sku) in skus.into_iter().chain([("all", "")]) {
        let bare = (0..3).map(|_| goals::bare_update(data, sku)).collect();
        tell(&format!("{name}_bare_us"), median(bare));
    }
}

/// A new cost of every product, as one list brings them.
fn change_all(tools: &Tools, sold: &[(String, i64)]) {
    tools
        .db
        .write_local(Lane::Background, |tx| {
            let mark = dirty::bump_version(tx)?;
            let costs: Vec<Cost> = (900..)
                .zip(sold)
                .map(|(cents, (sku, _))| cost_of(sku, 900 + cents % 700))
                .collect();
            for cost in &costs {
                costs::upsert_cost(tx, cost, None)?;
            }
            dirty::bump_policy(tx)?;
            Touched::by_costs(tx.conn(), &costs)?.mark(tx, mark)
        })
        .unwrap();
    purser::books::profit_job::run(&tools.db, &|_, _| true).unwrap();
}

fn cost_of(sku: &str, cents: i64) -> Cost {
    Cost {
        sku: sku.to_owned(),
        valid_from: shop::first_day(),
        unit_cost: Decimal::from_minor(cents, 2),
        currency: Currency::EUR,
        store: None,
        country: None,
    }
}

/// Every variant with the number of its lines, the best seller last.
fn list_sold(db: &Db) -> Vec<(String, i64)> {
    let sql = "select sku, count(*) from profit_lines join variants on variants.id = variant_id
               group by variants.id order by 2, 1";
    db.read(|reader| {
        let mut statement = reader.conn().prepare(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
    .unwrap()
}

fn change_once(tools: &Tools, sku: &str, turn: i64) -> i64 {
    let db = &tools.db;
    let before = find_cogs(db);
    let cost = cost_of(sku, 777 + turn);
    let watch = Watch::start();
    // As the form does it, and then the server's own runner.
    edit::save_cost(tools, &cost, &By::default()).unwrap();
    jobs::runner(tools).run_due().unwrap();
    let after = find_cogs(db);
    let us = watch.us();
    assert_ne!(before, after, "the report does not show the new cost of {sku}");
    us
}

fn find_cogs(db: &Db) -> i64 {
    run_report(db).total.get(Component::Cogs)
}

/// 24 months by day: what an overview shows.
pub fn run_report(db: &Db) -> purser::domain::report::Report {
    let range = DayRange { from: shop::first_day(), to: shop::last_day() };
    let ask = Ask::all(Scope::All).over(range).by(&[Key::Day]);
    let today: Day = shop::last_day();
    db.read(|reader| Ok(profit::run(reader, &ask, today).unwrap())).unwrap()
}

pub fn report(table: &mut Table, found: &Measured) {
    let names = [("median", "a median product"), ("best", "the best seller"), ("all", "all")];
    for (name, label) in names {
        let (us, bare) = (found[&format!("{name}_us")], found[&format!("{name}_bare_us")]);
        table.add(
            format!("new cost of {label} until it shows"),
            milliseconds(us),
            format!(
                "{} lines; bare {}, {}x; goal 5x",
                found[&format!("{name}_lines")],
                milliseconds(bare),
                goals::ratio(us, bare)
            ),
        );
    }
}
