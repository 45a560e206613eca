//! Orders for programs: JSON and CSV with the same figures as the pages.

use serde_json::{Value, json};

use crate::base::{Day, Money};
use crate::reports::purchasing::{OrderDetail, OrderRow};
use crate::store::purchasing::receipts::Receipt;
use crate::web::csv;

fn money(money: Option<Money>) -> Option<String> {
    money.map(Money::to_decimal_text)
}

fn day(day: Option<Day>) -> Option<String> {
    day.map(|day| day.to_string())
}

pub fn row(row: &OrderRow) -> Value {
    json!({
        "number": row.order.number,
        "supplier": row.supplier,
        "state": row.state.name(),
        "currency": row.order.currency.code(),
        "location": row.location,
        "ordered": day(row.order.ordered),
        "expected": day(row.order.expected),
        "late": row.is_late,
        "units": row.order.units(),
        "open_units": row.open_units,
        "total": money(row.total),
        "open_total": money(row.open),
    })
}

pub fn list(rows: &[OrderRow]) -> Value {
    json!({ "purchase_orders": rows.iter().map(row).collect::<Vec<_>>() })
}

pub fn detail(detail: &OrderDetail) -> Value {
    let order = &detail.row.order;
    let is_open = detail.row.open_units > 0;
    let lines: Vec<Value> = order
        .lines
        .iter()
        .map(|line| {
            let received = detail.row.received.get(&line.sku).copied().unwrap_or_default();
            let total = line.total_minor(order.currency);
            json!({
                "sku": line.sku,
                "code": line.code,
                "quantity": line.quantity,
                "received": received,
                "open": if is_open { line.open(&detail.row.received) } else { 0 },
                "pack": line.pack,
                "unit_cost": line.unit_cost.to_string(),
                "total": money(total.map(|minor| Money::new(minor, order.currency))),
            })
        })
        .collect();
    let mut value = row(&detail.row);
    value["note"] = json!(order.note);
    value["lines"] = json!(lines);
    let standing = detail.receipts.iter().filter(|receipt| receipt.undone_at.is_none());
    value["receipts"] = standing.map(|one| receipt(detail, one)).collect();
    value["landed_costs"] = detail
        .bills
        .iter()
        .map(|(_, bill)| {
            json!({
                "kind": bill.kind.name(),
                "amount": bill.amount.to_decimal_text(),
                "currency": bill.amount.currency.code(),
                "by": bill.by.name(),
                "day": day(bill.day),
                "bill": bill.bill,
            })
        })
        .collect();
    value
}

fn receipt(detail: &OrderDetail, receipt: &Receipt) -> Value {
    let place = detail.places.iter().find(|place| place.id == receipt.location);
    let lines: Vec<Value> = receipt
        .lines
        .iter()
        .map(|line| {
            let lot = Some(&line.lot).filter(|lot| !lot.is_empty());
            json!({ "sku": line.sku, "good": line.good, "damaged": line.damaged, "lot": lot })
        })
        .collect();
    json!({
        "number": receipt.number,
        "received": receipt.day.to_string(),
        "location": place.map(|place| place.name.clone()),
        "lines": lines,
    })
}

pub fn list_csv(rows: &[OrderRow]) -> String {
    let heads = [
        "number",
        "supplier",
        "state",
        "currency",
        "location",
        "ordered",
        "expected",
        "units",
        "open_units",
        "total",
        "open_total",
    ];
    let row = |row: &OrderRow| {
        vec![
            row.order.number.clone(),
            row.supplier.clone(),
            row.state.name().to_owned(),
            row.order.currency.code().to_owned(),
            row.location.clone(),
            day(row.order.ordered).unwrap_or_default(),
            day(row.order.expected).unwrap_or_default(),
            row.order.units().to_string(),
            row.open_units.to_string(),
            money(row.total).unwrap_or_default(),
            money(row.open).unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = rows.iter().map(row).collect();
    csv::write(&heads.map(str::to_owned), &rows)
}

pub fn order_csv(detail: &OrderDetail) -> String {
    let heads =
        ["number", "sku", "code", "quantity", "pack", "unit_cost", "currency", "total", "received"];
    let order = &detail.row.order;
    let rows: Vec<Vec<String>> = order
        .lines
        .iter()
        .map(|line| {
            let total = line.total_minor(order.currency);
            let total = money(total.map(|minor| Money::new(minor, order.currency)));
            let received = detail.row.received.get(&line.sku).copied().unwrap_or_default();
            vec![
                order.number.clone(),
                line.sku.clone(),
                line.code.clone(),
                line.quantity.to_string(),
                line.pack.to_string(),
                line.unit_cost.to_string(),
                order.currency.code().to_owned(),
                total.unwrap_or_default(),
                received.to_string(),
            ]
        })
        .collect();
    csv::write(&heads.map(str::to_owned), &rows)
}
