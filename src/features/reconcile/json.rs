//! Bridges from our figures to the platforms' own, as JSON, CSV and text.

use serde_json::{Value, json};

use crate::base::money::decimal_text;
use crate::domain::report::{Bridge, BridgeRecord, BridgeSource};
use crate::web::csv;

/// The statements, and beside them what each account paid out from our net sales on.
pub fn bridges(bridges: &[Bridge]) -> Value {
    let is_account = |bridge: &&Bridge| bridge.source == BridgeSource::Account;
    let list: Vec<Value> = bridges.iter().filter(|it| !is_account(it)).map(bridge).collect();
    let accounts: Vec<Value> = bridges.iter().filter(is_account).map(bridge).collect();
    let statements = || bridges.iter().filter(|it| !is_account(it));
    let all_tie = statements().all(|bridge| bridge.unexplained_minor().unwrap_or(0) == 0);
    json!({ "bridges": list, "ties_out": all_tie, "accounts": accounts })
}

fn bridge(bridge: &Bridge) -> Value {
    let money = |minor| decimal_text(minor, bridge.currency.digits());
    let records = |list: &[BridgeRecord]| -> Vec<Value> {
        let one = |record: &BridgeRecord| {
            json!({
                "order": record.name,
                "day": record.day.to_string(),
                "amount": money(record.amount_minor),
            })
        };
        list.iter().map(one).collect()
    };
    let rows: Vec<Value> = bridge
        .rows
        .iter()
        .map(|row| {
            json!({
                "name": row.name,
                "amount": money(row.amount_minor),
                "orders": row.orders,
                "records": records(&row.records),
            })
        })
        .collect();
    json!({
        "store": bridge.store,
        "source": bridge.source.name(),
        "name": bridge.name,
        "currency": bridge.currency.code(),
        "from": bridge.range.map(|range| range.from.to_string()),
        "to": bridge.range.map(|range| range.to.to_string()),
        "rows": rows,
        "ours": money(bridge.reached_minor),
        "theirs": bridge.stated_minor.map(money),
        "unexplained": bridge.unexplained_minor().map(money),
        "suspects": records(&bridge.suspects),
    })
}

/// A row for each row of a bridge, then ours, theirs and what stays unexplained.
pub fn csv(bridges: &[Bridge]) -> String {
    let header = ["store", "statement", "currency", "row", "amount", "orders"].map(str::to_owned);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for bridge in bridges {
        let money = |minor| decimal_text(minor, bridge.currency.digits());
        let mut push = |row: &str, amount: String, orders: String| {
            let (store, name) = (bridge.store.clone(), bridge.name.clone());
            let currency = bridge.currency.code().to_owned();
            rows.push(vec![store, name, currency, row.to_owned(), amount, orders]);
        };
        for row in &bridge.rows {
            push(row.name, money(row.amount_minor), row.orders.to_string());
        }
        push("ours", money(bridge.reached_minor), String::new());
        push("theirs", bridge.stated_minor.map(money).unwrap_or_default(), String::new());
        let unexplained = bridge.unexplained_minor().map(money).unwrap_or_default();
        push("unexplained", unexplained, String::new());
    }
    csv::write(&header, &rows)
}

pub fn text(bridges: &[Bridge]) -> String {
    let mut text = String::new();
    for bridge in bridges {
        let money = |minor| decimal_text(minor, bridge.currency.digits());
        text.push_str(&format!("{}: {}, {}\n", bridge.store, bridge.name, bridge.currency));
        for row in &bridge.rows {
            text.push_str(&format!("  {:<28} {:>14}\n", row.name, money(row.amount_minor)));
        }
        text.push_str(&format!("  {:<28} {:>14}\n", "ours", money(bridge.reached_minor)));
        if let (Some(stated), Some(rest)) = (bridge.stated_minor, bridge.unexplained_minor()) {
            text.push_str(&format!("  {:<28} {:>14}\n", "theirs", money(stated)));
            text.push_str(&format!("  {:<28} {:>14}\n", "unexplained", money(rest)));
        }
    }
    if text.is_empty() {
        text.push_str("No settlement, payout or report of a platform has been imported yet.\n");
    }
    text
}
