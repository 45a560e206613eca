//! Payouts as JSON, CSV and text: one shape for the API, the command and the files.

use serde_json::{Value, json};

use crate::base::money::decimal_text;
use crate::domain::ledger::Moved;
use crate::domain::payouts::{Account, GROUPS, PaidOut, PayoutDetail, Payouts};

pub fn payouts(payouts: &Payouts) -> Value {
    let accounts: Vec<Value> = payouts.accounts.iter().map(account).collect();
    let list: Vec<Value> = payouts.payouts.iter().map(payout).collect();
    let all_tie = payouts.payouts.iter().all(|payout| payout.unexplained_minor() == 0);
    json!({ "accounts": accounts, "payouts": list, "ties_out": all_tie })
}

fn account(account: &Account) -> Value {
    let money = |minor| decimal_text(minor, account.currency.digits());
    json!({
        "store": account.store_name,
        "platform": account.platform,
        "currency": account.currency.code(),
        "open": money(account.open_minor),
        "orders_not_told": account.waiting.0,
        "not_told": money(account.waiting.1),
        "in_transit": money(account.in_transit_minor),
        "reserved": money(account.held_minor),
        "paid": money(account.paid_minor),
        "unknown": money(account.untold_minor),
        "payouts": account.payouts,
        "off": account.off,
    })
}

fn payout(payout: &PaidOut) -> Value {
    let money = |minor| decimal_text(minor, payout.currency.digits());
    let groups: Vec<Value> = GROUPS
        .into_iter()
        .filter_map(|group| {
            let own = payout.parts.iter().filter(|part| part.group == group);
            let rows: i64 = own.clone().map(|part| part.rows).sum();
            let ledger = payout.ours(group);
            let is_there = own.count() > 0 || ledger.is_some_and(|minor| minor != 0);
            is_there.then(|| {
                json!({
                    "name": group,
                    "amount": money(payout.theirs(group)),
                    "rows": rows,
                    "ledger": ledger.map(money),
                })
            })
        })
        .collect();
    json!({
        "id": payout.id.0,
        "store": payout.store_name,
        "platform": payout.platform,
        "reference": payout.reference,
        "currency": payout.currency.code(),
        "from": payout.range.map(|range| range.from.to_string()),
        "to": payout.range.map(|range| range.to.to_string()),
        "day": payout.day.map(|day| day.to_string()),
        "state": payout.standing.name(),
        "rows": payout.rows,
        "groups": groups,
        "ledger": payout.ledger.as_ref().map(|ledger| money(ledger.total())),
        "other_statements": money(payout.outside_minor),
        "expected": money(payout.expected_minor()),
        "deposit": money(payout.stated_minor),
        "unexplained": money(payout.unexplained_minor()),
        "received": payout.received.map(|money| money.to_decimal_text()),
        "received_currency": payout.received.map(|money| money.currency.code().to_owned()),
        "held_back": money(payout.held_minor),
        "released": payout.released.map(|day| day.to_string()),
    })
}

pub fn detail(detail: &PayoutDetail) -> Value {
    let money = |minor| decimal_text(minor, detail.payout.currency.digits());
    let moved = |moved: &Moved| -> serde_json::Map<String, Value> {
        moved.iter().map(|(group, minor)| (group.to_owned(), money(minor).into())).collect()
    };
    let orders: Vec<Value> = detail
        .orders
        .iter()
        .map(|order| {
            json!({
                "order": order.name,
                "day": order.day.to_string(),
                "amounts": moved(&order.moved),
                "total": money(order.moved.total()),
            })
        })
        .collect();
    let charges: Vec<Value> = detail
        .charges
        .iter()
        .map(|charge| {
            json!({
                "day": charge.day.to_string(),
                "group": charge.group,
                "label": charge.label,
                "amount": money(charge.amount_minor),
            })
        })
        .collect();
    let mut value = payout(&detail.payout);
    value["orders"] = orders.into();
    value["charges"] = charges.into();
    value
}

/// Columns of names before the figures.
pub const NAMES: usize = 9;

/// A row for each payout, every group a column.
pub fn table(payouts: &Payouts) -> (Vec<String>, Vec<Vec<String>>) {
    let names = ["store", "platform", "payout", "currency", "from", "to", "day", "state"];
    let ends = ["ledger", "expected", "deposit", "unexplained", "held_back", "received"];
    let mut header: Vec<String> = names.map(str::to_owned).to_vec();
    header.push("received_currency".to_owned());
    header.push("rows".to_owned());
    header.extend(GROUPS.map(str::to_owned));
    header.extend(ends.map(str::to_owned));
    let rows = payouts.payouts.iter().map(row).collect();
    (header, rows)
}

fn row(payout: &PaidOut) -> Vec<String> {
    let money = |minor| decimal_text(minor, payout.currency.digits());
    let day = |day: Option<crate::base::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    let received = payout.received.map(|money| money.currency.code().to_owned());
    let mut row = vec![
        payout.store_name.clone(),
        payout.platform.to_owned(),
        payout.reference.clone(),
        payout.currency.code().to_owned(),
        day(payout.range.map(|range| range.from)),
        day(payout.range.map(|range| range.to)),
        day(payout.day),
        payout.standing.name().to_owned(),
        received.unwrap_or_default(),
        payout.rows.to_string(),
    ];
    row.extend(GROUPS.map(|group| money(payout.theirs(group))));
    row.push(payout.ledger.as_ref().map(|ledger| money(ledger.total())).unwrap_or_default());
    row.push(money(payout.expected_minor()));
    row.push(money(payout.stated_minor));
    row.push(money(payout.unexplained_minor()));
    row.push(money(payout.held_minor));
    row.push(payout.received.map(|money| money.to_decimal_text()).unwrap_or_default());
    row
}

/// What a terminal shows: accounts, then payouts.
pub fn text(payouts: &Payouts) -> String {
    let mut text = String::new();
    for account in &payouts.accounts {
        let money = |minor| decimal_text(minor, account.currency.digits());
        text.push_str(&format!(
            "{}, {}, {}: open {}, in transit {}, reserved {}, paid {}\n",
            account.store_name,
            account.platform,
            account.currency,
            money(account.open_minor),
            money(account.in_transit_minor),
            money(account.held_minor),
            money(account.paid_minor),
        ));
    }
    for payout in &payouts.payouts {
        let money = |minor| decimal_text(minor, payout.currency.digits());
        let day = payout.day.map_or("-".to_owned(), |day| day.to_string());
        text.push_str(&format!(
            "  {day:<10}  {:<40}  {:<10}  {:>12} {}  off by {}\n",
            payout.reference,
            payout.standing.name(),
            money(payout.stated_minor),
            payout.currency,
            money(payout.unexplained_minor()),
        ));
    }
    if text.is_empty() {
        text.push_str("No payout, settlement or statement has been imported yet.\n");
    }
    text
}
