//! `purser purchase-orders`: what is ordered and what is still to come; and a receipt, as the
//! page takes it in.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::commands::settle;
use crate::app::control::{self, Tools};
use crate::app::paths::Paths;
use crate::app::report::print;
use crate::base::{Clock, Day};
use crate::domain::purchase::order::{Arrival, OrderState};
use crate::features::purchase_orders::json as told;
use crate::reports::ReportError;
use crate::reports::purchasing::{self as report, OrderDetail, OrderRow};
use crate::store::changes::By;
use crate::store::purchasing::orders;
use crate::store::stock::locations;
use crate::store::{Db, Reader, StoreError, organisation};
use crate::sync::receiving::{self, Receipt};

#[derive(clap::Subcommand)]
pub enum PurchaseOrdersCommand {
    /// List the orders, the newest first
    List {
        #[arg(long, value_parser = OrderState::ALL.map(OrderState::name))]
        state: Option<String>,
    },
    /// Show an order with its lines, receipts and landed costs
    Show { number: String },
    /// Receive units of an order: all that is to come, or those of --line
    Receive(ReceiveArgs),
}

#[derive(clap::Args, Serialize, Deserialize)]
pub struct ReceiveArgs {
    number: String,
    /// SKU=UNITS that came, or SKU=UNITS+DAMAGED; as often as needed
    #[arg(long = "line", value_name = "SKU=UNITS")]
    lines: Vec<String>,
    /// SKU=LOT, where a product is kept by lot
    #[arg(long = "lot", value_name = "SKU=LOT")]
    lots: Vec<String>,
    /// The day on which they came; without it today
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
    /// The place; without it that of the order
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
}

/// # Errors
/// What the database said; an order that there is not; what was wrong with a receipt.
pub fn purchase_orders(
    paths: &Paths,
    command: &PurchaseOrdersCommand,
    as_json: bool,
) -> anyhow::Result<()> {
    match command {
        PurchaseOrdersCommand::List { state } => {
            let db = Db::open_read_only(&paths.database(), Clock::System)?;
            let mut rows =
                db.read(|reader| Ok(report::list_orders(reader, today(reader, Clock::System)?)))??;
            rows.retain(|row| state.as_deref().is_none_or(|state| row.state.name() == state));
            if as_json {
                return print(&told::list(&rows).to_string());
            }
            rows.iter().try_for_each(|row| print(&line(row)))
        }
        PurchaseOrdersCommand::Show { number } => {
            let db = Db::open_read_only(&paths.database(), Clock::System)?;
            let detail = find(&db, number, Clock::System)?;
            match as_json {
                true => print(&told::detail(&detail).to_string()),
                false => print(&text(&detail)),
            }
        }
        PurchaseOrdersCommand::Receive(args) => {
            let made = control::run(paths, Clock::System, "purchase-order-receive", args)?.value;
            let told = format!(
                "Received; {} units of {} are still to come.",
                made["open_units"], args.number
            );
            print(&if as_json { made.to_string() } else { told })
        }
    }
}

fn today(reader: &Reader<'_>, clock: Clock) -> Result<Day, StoreError> {
    Ok(clock.now().day_in(&organisation::find_zone(reader.conn())?))
}

fn find(db: &Db, number: &str, clock: Clock) -> anyhow::Result<OrderDetail> {
    let found = db.read(|reader| {
        let Some(id) = orders::find_order_id(reader.conn(), number)? else { return Ok(None) };
        Ok(Some(report::find_order(reader, id, today(reader, clock)?)))
    })?;
    let found: Result<OrderDetail, ReportError> =
        found.with_context(|| format!("there is no purchase order {number:?}"))?;
    Ok(found?)
}

fn line(row: &OrderRow) -> String {
    let total = row.total.map(|money| money.to_string()).unwrap_or_default();
    let state = row.state.name();
    format!("{}\t{}\t{state}\t{}\t{total}", row.order.number, row.supplier, row.open_units)
}

fn text(detail: &OrderDetail) -> String {
    let mut text = vec![line(&detail.row)];
    for line in &detail.row.order.lines {
        let received = detail.row.received.get(&line.sku).copied().unwrap_or_default();
        text.push(format!("{}\t{received} of {}\t{}", line.sku, line.quantity, line.unit_cost));
    }
    text.join("\n")
}

/// Takes a receipt in and lets the books catch up.
pub fn receive(tools: &Tools, input: Value) -> anyhow::Result<Value> {
    let args: ReceiveArgs = serde_json::from_value(input)?;
    let clock = tools.db.clock().clone();
    let detail = find(&tools.db, &args.number, clock.clone())?;
    let location = match &args.location {
        None => detail.row.order.location,
        Some(name) => {
            let found = tools.db.read(|reader| locations::find_location(reader.conn(), name))?;
            found.with_context(|| format!("there is no place {name:?}"))?.id
        }
    };
    let day = match &args.day {
        Some(day) => Day::parse(day)?,
        None => tools.db.read(|reader| today(reader, clock.clone()))?,
    };
    let receipt = Receipt {
        order: detail.row.id,
        day,
        location,
        arrivals: read_arrivals(&detail, &args)?,
        bills: Vec::new(),
        note: String::new(),
    };
    receiving::receive(&tools.sync, &receipt, &By::default())?;
    settle(tools)?;
    Ok(told::detail(&find(&tools.db, &args.number, clock)?))
}

fn read_arrivals(detail: &OrderDetail, args: &ReceiveArgs) -> anyhow::Result<Vec<Arrival>> {
    let mut lots: BTreeMap<&str, &str> = BTreeMap::new();
    for lot in &args.lots {
        let (sku, code) = lot.rsplit_once('=').context("write a lot as SKU=LOT")?;
        lots.insert(sku, code);
    }
    let lot_of = |sku: &str| lots.get(sku).map(|code| ((*code).to_owned(), None));
    if args.lines.is_empty() {
        let open = detail.row.order.lines.iter().map(|line| {
            let good = line.open(&detail.row.received);
            Arrival { sku: line.sku.clone(), good, damaged: 0, lot: lot_of(&line.sku) }
        });
        return Ok(open.filter(|arrival| arrival.good > 0).collect());
    }
    let mut arrivals = Vec::new();
    for line in &args.lines {
        let Some((sku, good, damaged)) = read_line(line) else {
            bail!("{line}: write SKU=UNITS or SKU=UNITS+DAMAGED; nothing was received");
        };
        arrivals.push(Arrival { sku: sku.to_owned(), good, damaged, lot: lot_of(sku) });
    }
    Ok(arrivals)
}

/// `SKU=UNITS`, with those that are damaged behind a plus.
fn read_line(line: &str) -> Option<(&str, i64, i64)> {
    let (sku, units) = line.rsplit_once('=')?;
    let (good, damaged) = units.split_once('+').unwrap_or((units, "0"));
    Some((sku, good.parse().ok()?, damaged.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_what_is_damaged() {
        let check = |line: &str, expected: Option<(&str, i64, i64)>| {
            assert_eq!(read_line(line), expected, "{line}");
        };
        check("MUG=10", Some(("MUG", 10, 0)));
        check("A=B=10+2", Some(("A=B", 10, 2)));
        check("MUG=ten", None);
        check("MUG", None);
    }
}
