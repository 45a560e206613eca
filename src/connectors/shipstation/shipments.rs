//! ShipStation's shipments export: a row is a label, its cost the carrier's fee with insurance.
//! Knows no order; the store finds it by the number that the buyer knows.

use std::io::BufRead;

use crate::base::{Currency, Instant, Money};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{CellFault, Cells, Field, Sheet};
use crate::connectors::kit::when::DayOrder;
use crate::domain::record::{Label, Record};

/// Places in `FIELDS`.
pub(super) mod column {
    pub const ORDER: usize = 0;
    pub const COST: usize = 1;
    pub const INSURANCE: usize = 2;
    pub const CREATED: usize = 3;
    pub const SHIPPED: usize = 4;
    pub const TRACKING: usize = 5;
    pub const SHIPMENT: usize = 6;
    pub const STORE: usize = 7;
    pub const CARRIER: usize = 8;
    pub const SERVICE: usize = 9;
    pub const VOIDED: usize = 10;
    pub const VOID_DAY: usize = 11;
    pub const RETURN: usize = 12;
    pub const CURRENCY: usize = 13;
}
use column::*;

/// The export is in the seller's own zone and in American days.
const DAYS: DayOrder = DayOrder::MonthFirst;

pub(super) static FIELDS: [Field; 15] = [
    Field::required(&["order - number", "order #", "order number", "order no.", "ordernumber"]),
    Field::required(&[
        "carrier fee",
        "carrier - fee",
        "shipping cost",
        "shipment cost",
        "label cost",
        "shipment - carrier fee",
        "shipment - shipping cost",
        "carrier - shipping cost",
        "amount - shipping cost",
        "shipmentcost",
    ])
    .amount(),
    Field::optional(&[
        "insurance cost",
        "insurance fee",
        "insurance - cost",
        "insurance - fee",
        "shipment - insurance cost",
        "amount - insurance cost",
        "insurancecost",
    ])
    .amount(),
    Field::optional(&[
        "create date",
        "date - create date",
        "date - created date",
        "created date",
        "shipment - create date",
        "label create date",
        "createdate",
    ]),
    Field::optional(&[
        "ship date",
        "date - shipped date",
        "date - ship date",
        "shipped date",
        "shipment - ship date",
        "shipdate",
    ]),
    Field::optional(&[
        "tracking number",
        "shipment - tracking number",
        "tracking #",
        "trackingnumber",
    ]),
    Field::optional(&["shipment id", "shipment - id", "label id", "shipmentid"]),
    Field::optional(&["store name", "market - store name", "store", "store - name"]),
    Field::optional(&["carrier", "carrier - name", "shipment - carrier", "provider"]),
    Field::optional(&[
        "service",
        "carrier - service selected",
        "service - service selected",
        "shipment - service",
        "carrier - service",
        "service name",
    ]),
    Field::optional(&["voided", "is voided", "shipment - voided", "shipment - is voided", "void"]),
    Field::optional(&["void date", "date - void date", "voided date", "voiddate"]),
    Field::optional(&[
        "is return label",
        "return label",
        "is return",
        "shipment - is return label",
        "isreturnlabel",
    ]),
    Field::optional(&["currency", "currency code", "amount - currency"]),
    Field::ignored(&[
        "order - date",
        "date - order date",
        "date - paid date",
        "date - ship by date",
        "order - status",
        "order - total",
        "amount - order total",
        "amount - order subtotal",
        "amount - order shipping",
        "amount - order tax",
        "amount - paid by customer",
        "count - number of items",
        "carrier - service requested",
        "service - confirmation type",
        "service - package type",
        "shipment - package count",
        "shipment - weight",
        "insurance - insured value",
        "market - market name",
        "market - store id",
        "customer - email",
        "customer - name",
        "ship to - name",
        "ship to - company",
        "ship to - address 1",
        "ship to - address 2",
        "ship to - address 3",
        "ship to - city",
        "ship to - state",
        "ship to - postal code",
        "ship to - country",
        "ship to - phone",
        "bill to - name",
        "recipient",
        "recipient name",
        "custom - field 1",
        "custom - field 2",
        "custom - field 3",
        "notes - from buyer",
        "notes - internal",
        "notes - to buyer",
        "item - sku",
        "item - name",
        "item - qty",
    ]),
];

/// Order, cost and a day make a shipments export; many a spreadsheet has these alone, so without
/// a mark of a parcel it is only perhaps one.
pub fn recognises(head: &Head<'_>) -> Match {
    let mut text = head.text.as_bytes();
    match Sheet::open(&mut text, &FIELDS) {
        Ok(sheet) if !has_day(&sheet) => Match::No,
        Ok(sheet) if [TRACKING, SHIPMENT, CARRIER].iter().any(|field| sheet.has(*field)) => {
            Match::Yes
        }
        Ok(_) => Match::Perhaps,
        Err(_) => Match::No,
    }
}

/// # Errors
/// `NotThisFormat` where order, cost or every day is missing, `Broken` without a currency.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut sheet = Sheet::open(source, &FIELDS)?;
    if !has_day(&sheet) {
        return Err(FileFault::not_this(
            "Neither \"Create Date\" nor \"Ship Date\" is among the columns, so no label can be \
             dated. Nothing was changed. Add one of them to the export.",
        ));
    }
    if ctx.currency.is_none() && !sheet.has(CURRENCY) {
        return Err(FileFault::broken(
            "The export does not say in which currency labels were paid. Nothing was changed. \
             Name it with --currency.",
        ));
    }
    sheet.tell_unknown_columns(emit)?;
    let mut before: Option<(String, String)> = None;
    while let Some(cells) = sheet.next_row()? {
        let row = cells.line;
        if let Some(name) = cells.find_strange_currency(CURRENCY) {
            emit(Found::Unknown { row, kind: UnknownKind::Currency, name })?;
        }
        match read_row(&cells, ctx) {
            Err(fault) => emit(Found::Refused(cells.refuse(fault)))?,
            Ok(Row::NoCost(what)) => emit(Found::Notice { row, what })?,
            Ok(Row::Label(label)) => {
                let own = (label.key.clone(), label.order.clone());
                if let Some(what) = before.as_ref().and_then(|before| combined(before, &own)) {
                    emit(Found::Notice { row, what })?;
                }
                before = Some(own);
                emit(Found::Records { row, records: vec![Record::Label(label)] })?;
            }
        }
    }
    Ok(())
}

fn has_day(sheet: &Sheet<'_>) -> bool {
    sheet.has(CREATED) || sheet.has(SHIPPED)
}

enum Row {
    Label(Box<Label>),
    /// Nothing was paid, or it is not told what.
    NoCost(String),
}

fn read_row(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Row, CellFault> {
    let currency = read_currency(cells, ctx)?;
    let order = cells.find(ORDER).unwrap_or_default();
    let at = read_day(cells, ctx)?;
    let voided = is_yes(cells, VOIDED)? || !cells.is_empty(VOID_DAY);
    let cost = cells.minor_or_zero(COST, currency)?;
    let insurance = cells.minor_or_zero(INSURANCE, currency)?;
    for (field, minor) in [(COST, cost), (INSURANCE, insurance)] {
        if minor < 0 {
            let reason = "A label's cost is below 0; corrections of a carrier are expenses.";
            return Err(CellFault::new(field, reason));
        }
    }
    if cost == 0 && !voided {
        return Ok(Row::NoCost(without_cost(cells, &order)));
    }
    let tracking = read_tracking(cells)?;
    let key = match (&tracking, cells.find(SHIPMENT)) {
        (Some(tracking), _) => tracking.clone(),
        (None, Some(shipment)) => shipment,
        (None, None) if order.is_empty() => {
            let reason = "The row names neither an order nor a tracking number, so the label \
                          cannot be told from another.";
            return Err(CellFault::new(ORDER, reason));
        }
        (None, None) => format!("{order}/{at}"),
    };
    Ok(Row::Label(Box::new(Label {
        key,
        order,
        store: cells.find(STORE),
        at,
        cost: Money::new(cost + insurance, currency),
        voided,
        is_return: is_yes(cells, RETURN)?,
        estimated: false,
        tracking,
        carrier: cells.find(CARRIER).or_else(|| cells.find(SERVICE)),
    })))
}

fn read_currency(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Currency, CellFault> {
    cells
        .currency(CURRENCY)?
        .or(ctx.currency)
        .ok_or_else(|| CellFault::new(CURRENCY, "The row names no currency, nor does the store."))
}

/// The day on which the label was paid, else that on which it was shipped.
fn read_day(cells: &Cells<'_>, ctx: &ReadCtx) -> Result<Instant, CellFault> {
    let created = cells.instant(CREATED, (DAYS, &ctx.zone))?;
    let at = match created {
        Some(at) => Some(at),
        None => cells.instant(SHIPPED, (DAYS, &ctx.zone))?,
    };
    at.ok_or_else(|| CellFault::new(SHIPPED, "The label bears no day."))
}

/// What a spreadsheet rounded is no longer the parcel's number.
fn read_tracking(cells: &Cells<'_>) -> Result<Option<String>, CellFault> {
    if cells.find(TRACKING).is_none() { Ok(None) } else { cells.id(TRACKING).map(Some) }
}

fn is_yes(cells: &Cells<'_>, field: usize) -> Result<bool, CellFault> {
    match cells.text(field).to_lowercase().as_str() {
        "" | "false" | "no" | "n" | "0" | "--" => Ok(false),
        "true" | "yes" | "y" | "1" | "voided" | "return" => Ok(true),
        other => {
            let shown: String = other.chars().take(40).collect();
            Err(CellFault::new(field, format!("{shown:?} is neither yes nor no.")))
        }
    }
}

/// A merchant's own carrier account does not tell its price: 0 is then missing, not free.
fn without_cost(cells: &Cells<'_>, order: &str) -> String {
    let service = cells.find(SERVICE).or_else(|| cells.find(CARRIER));
    match service {
        Some(service) => format!(
            "Order {order}: a parcel by {service} bears no cost (a carrier account of your own, \
             most often). It is missing, not free: no label is kept of it."
        ),
        None => format!("Order {order} was marked as shipped without a label; there is no cost."),
    }
}

/// One parcel that holds several orders: its cost is known once, and stands with the last.
fn combined(before: &(String, String), own: &(String, String)) -> Option<String> {
    (before.0 == own.0 && before.1 != own.1).then(|| {
        format!(
            "The label {} stands with the orders {} and {}: it is counted once, with {}.",
            own.0, before.1, own.1, own.1
        )
    })
}
