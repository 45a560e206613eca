//! `--as-known DAY`, `purser report changes-since` and `purser month`: the books as they were
//! known, and months that are closed. Reading takes no lock: a copy that is not there is made here,
//! beside a live server too.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::commands;
use crate::app::control::{self, Tools};
use crate::app::figures::{Output, ReportArgs, read_ask, refuse_missing};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::money::decimal_text;
use crate::base::{Clock, Day, DayRange, Instant, Zone};
use crate::domain::ask::BooksView;
use crate::domain::profit::component::{Step, Subtotal};
use crate::features::known::{self, Since};
use crate::features::months as closing;
use crate::reports;
use crate::reports::known::ChangesAsk;
use crate::reports::months::MonthsAsk;
use crate::store::known::find_version;
use crate::store::{Db, dirty, organisation, snapshots};
use crate::web::known::end_of;
use crate::web::words::known as told_known;

/// The books may change while a copy is made; then it is made again.
const TRIES_MAX: u32 = 3;

/// The books, or a copy of them as they were known at the end of a day.
///
/// # Errors
/// For a day that is still to come; what making the copy gave.
pub fn books_of(books: &Db, as_known: Option<Day>) -> anyhow::Result<Db> {
    let Some(day) = as_known else { return Ok(books.clone()) };
    let (zone, today) = today(books)?;
    if day > today {
        bail!("{day} is still to come; nobody knows yet what will be known then");
    }
    if day == today {
        return Ok(books.clone());
    }
    copy_of(books, end_of(day, &zone), None)
}

/// A copy that knows the version of the books, or any, where none is named.
fn copy_of(books: &Db, at: Instant, version: Option<i64>) -> anyhow::Result<Db> {
    if let Some(path) = snapshots::find(books.path(), at) {
        let copy = snapshots::open(&path, books)?;
        if version.is_none() || copy.read(find_version)? == version {
            return Ok(copy);
        }
    }
    let shown = AtomicI64::new(-1);
    let made = known::build(books, at, &|done, total| {
        let percent = (done * 100).checked_div(total).unwrap_or(0);
        if shown.swap(percent, Ordering::Relaxed) != percent {
            tell(&format!("\rGoing back to what was known: {percent} %"));
        }
        true
    });
    tell("\r\x1b[K");
    let path = made.context("the books as they were known were not made")?;
    Ok(snapshots::open(&path, books)?)
}

/// Progress, only where somebody watches.
fn tell(text: &str) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        // Who cannot be told is not told.
        let _ = write!(err, "{text}").and_then(|()| err.flush());
    }
}

/// The line over figures of an earlier state of knowledge.
pub fn head(as_known: Option<&str>) -> String {
    as_known.map_or_else(String::new, |day| format!("As known on {day}\n"))
}

fn today(books: &Db) -> anyhow::Result<(Zone, Day)> {
    let zone = books.read(|reader| Ok(organisation::find(reader.conn())?.time_zone))?;
    let zone = zone.unwrap_or_else(Zone::utc);
    let today = books.clock().now().day_in(&zone);
    Ok((zone, today))
}

/// # Errors
/// Without a day or a closed month; what making the copy gave.
pub fn changes_report(books: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    let (zone, today) = today(books)?;
    let since = match (args.as_known, &args.since_closing) {
        (Some(day), _) if day >= today => bail!("name a day before today with --as-known"),
        (Some(day), _) => Since::Day(day),
        (None, Some(text)) => Since::Closing(read_month(text)?),
        (None, None) => bail!("say since when: --as-known DAY, or --since-closing YYYY-MM"),
    };
    let asked = read_ask(books, args)?;
    let range = match since {
        Since::Closing(_) => since.range(),
        Since::Day(last) => {
            Some(DayRange { from: asked.from.unwrap_or(Day(0)), to: asked.to.unwrap_or(last) })
        }
    };
    let range = range.context("there are no days to look at")?;
    if range.from > range.to {
        bail!("{} is after {}; ask for days in order", range.from, range.to);
    }
    let (basis, store, scope) = (asked.basis, asked.store, asked.scope);
    let ask = ChangesAsk { range, basis, store, scope };
    let at = since.find_at(books, &zone)?.context("this month is not closed")?;
    for _ in 0..TRIES_MAX {
        let version = books.read(dirty::find_version)?;
        let copy = copy_of(books, at, Some(version))?;
        let Some(changes) = known::find_changes(books, &copy, &ask, today)? else { continue };
        refuse_missing(&changes.missing_rates)?;
        let named = match since {
            Since::Day(day) => ("as_known", day.to_string()),
            Since::Closing(month) => ("closing", month.month_text()),
        };
        let (header, rows) = known::json::table(&changes);
        return Ok(match format {
            "json" => Output::Text(known::json::changes(&changes, (named.0, &named.1)).to_string()),
            "csv" => Output::Text(crate::web::csv::write(&header, &rows)),
            "xlsx" => Output::Bytes(crate::web::xlsx::table(&header, &rows, 1)?),
            _ => Output::Text(told(&header, &rows)),
        });
    }
    bail!("the figures are being computed; ask again when that is done")
}

/// Columns as wide as their longest cell; words left, figures right.
fn told(header: &[String], rows: &[Vec<String>]) -> String {
    let lines: Vec<&[String]> =
        std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).collect();
    let width = |index: usize| {
        lines.iter().filter_map(|line| line.get(index)).map(|cell| cell.chars().count()).max()
    };
    let mut text = String::new();
    for line in &lines {
        for (index, cell) in line.iter().enumerate() {
            let width = width(index).unwrap_or(0);
            match index {
                0 => text.push_str(&format!("{cell:<width$}")),
                _ => text.push_str(&format!("  {cell:>width$}")),
            }
        }
        text.push('\n');
    }
    text
}

/// # Errors
/// What the report said.
pub fn months_report(books: &Db, args: &ReportArgs, format: &str) -> anyhow::Result<Output> {
    if args.as_known.is_some() {
        // Closings keep what was known of a month; there is no earlier state of them.
        bail!(told_known::api_not_as_known("months"));
    }
    let asked = read_ask(books, args)?;
    let (_, today) = today(books)?;
    let range = (asked.from.is_some() || asked.to.is_some())
        .then(|| DayRange { from: asked.from.unwrap_or(Day(0)), to: asked.to.unwrap_or(today) });
    let ask =
        MonthsAsk { range, basis: asked.basis, store: asked.store, scope: asked.scope.clone() };
    let view = BooksView::parse(&args.books).unwrap_or_default();
    let months = books.read(|reader| Ok(reports::months::run(reader, &ask, today)))??;
    if format == "json" {
        return Ok(Output::Text(closing::json::months(&months, view).to_string()));
    }
    let digits = months.currency.digits();
    let header = ["month", "state", "net_revenue", "contribution_margin", "adjustments"];
    let mut header: Vec<String> = header.map(str::to_owned).to_vec();
    header.push("net_profit".to_owned());
    let row = |row: &reports::months::MonthRow| {
        let step = |subtotal| decimal_text(row.step(Step::Subtotal(subtotal), view), digits);
        let adjusted = match view {
            BooksView::Open => 0,
            BooksView::Closed => row.adjusted_profit(),
        };
        vec![
            row.first.month_text(),
            if row.closed.is_some() { "closed" } else { "open" }.to_owned(),
            step(Subtotal::NetRevenue),
            step(Subtotal::ContributionMargin),
            decimal_text(adjusted, digits),
            decimal_text(row.net_profit(view), digits),
        ]
    };
    let rows: Vec<Vec<String>> = months.rows.iter().map(row).collect();
    Ok(match format {
        "csv" => Output::Text(crate::web::csv::write(&header, &rows)),
        "xlsx" => Output::Bytes(crate::web::xlsx::table(&header, &rows, 2)?),
        _ => Output::Text(told(&header, &rows)),
    })
}

#[derive(clap::Subcommand)]
pub enum MonthCommand {
    /// Close a month: its figures stay as they are known now
    Close {
        /// YYYY-MM
        month: String,
        /// Also where something of it is still missing
        #[arg(long)]
        anyway: bool,
    },
    /// Reopen a month: its figures follow what is known again
    Reopen {
        /// YYYY-MM
        month: String,
    },
    /// List the months, closed ones as they were closed
    List,
}

#[derive(Debug, Serialize, Deserialize)]
struct MonthAct {
    month: String,
    anyway: bool,
}

/// # Errors
/// What closing or reopening said.
pub fn month(paths: &Paths, command: &MonthCommand, json: bool) -> anyhow::Result<()> {
    let act = |name: &str, month: &String, anyway: bool| -> anyhow::Result<Value> {
        let input = MonthAct { month: month.clone(), anyway };
        Ok(control::run(paths, Clock::System, name, &input)?.value)
    };
    let (done, text) = match command {
        MonthCommand::Close { month, anyway } => {
            (act("month-close", month, *anyway)?, format!("{month} is closed."))
        }
        MonthCommand::Reopen { month } => {
            (act("month-reopen", month, false)?, format!("{month} is open again."))
        }
        MonthCommand::List => return list(paths, json),
    };
    print(&if json { done.to_string() } else { text })
}

fn list(paths: &Paths, json: bool) -> anyhow::Result<()> {
    let books = Db::open_read_only(&paths.database(), Clock::System)?;
    let (_, today) = today(&books)?;
    let ask = MonthsAsk::all();
    let months = books.read(|reader| Ok(reports::months::run(reader, &ask, today)))??;
    if json {
        return print(&closing::json::months(&months, BooksView::Closed).to_string());
    }
    let digits = months.currency.digits();
    for row in &months.rows {
        let profit = decimal_text(row.net_profit(BooksView::Closed), digits);
        let state = match &row.closed {
            Some(closing) => format!("closed {} by {}", closing.closed_at, closing.closed_by),
            None => "open".to_owned(),
        };
        print(&format!("{}\t{profit} {}\t{state}", row.first.month_text(), months.currency))?;
    }
    Ok(())
}

fn read_month(text: &str) -> anyhow::Result<Day> {
    closing::read_month(text).with_context(|| format!("{text:?} is no month such as 2026-05"))
}

/// The name under which a command stands in the history.
const BY: &str = "purser month";

pub fn month_close(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let MonthAct { month, anyway } = serde_json::from_value(input)?;
    let first = read_month(&month)?;
    commands::settle(tools)?;
    let (_, today) = today(&tools.db)?;
    let lacking = tools.db.read(|reader| Ok(closing::list_lacking(reader, first, today)))??;
    if !lacking.is_empty() && !anyway {
        let list: Vec<String> = lacking.iter().map(closing::told).collect();
        bail!(
            "{month} was not closed: something of it is still missing. Mend it, or close it all \
             the same with --anyway:\n{}",
            list.join("\n")
        );
    }
    closing::close(&tools.db, first, BY)?;
    Ok(json!({ "month": month, "state": "closed" }))
}

pub fn month_reopen(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let MonthAct { month, .. } = serde_json::from_value(input)?;
    closing::reopen(&tools.db, read_month(&month)?, BY)?;
    Ok(json!({ "month": month, "state": "open" }))
}
