//! FBA reimbursements: what Amazon pays, or gives in units, for goods that it lost or damaged.
//! The money is an estimate until a settlement covers its day; the settlement is the truth.

use std::io::BufRead;

use super::location;
use crate::base::{Day, Money};
use crate::connectors::amazon::rows::{self, Numbers, Told};
use crate::connectors::contract::{Emit, Head, Match, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::sheet::{self, CellFault, Cells, Field};
use crate::connectors::kit::when::DayOrder;
use crate::connectors::kit::words::kind_of_words;
use crate::domain::record::{Charge, ChargeClass, GivesWay, Record, StockMovement};

const DAY: usize = 0;
const ID: usize = 1;
const REASON: usize = 2;
const CURRENCY: usize = 3;
const AMOUNT: usize = 4;
const SKU: usize = 5;
const CASH_UNITS: usize = 6;
const STOCK_UNITS: usize = 7;
const CONDITION: usize = 8;
const ORDER: usize = 9;

static FIELDS: [Field; 11] = [
    Field::required(&["approval-date"]),
    Field::required(&["reimbursement-id"]),
    Field::required(&["reason"]),
    Field::required(&["currency-unit"]),
    Field::required(&["amount-total"]).amount(),
    Field::optional(&["sku"]),
    Field::optional(&["quantity-reimbursed-cash"]),
    Field::optional(&["quantity-reimbursed-inventory"]),
    Field::optional(&["condition"]),
    Field::optional(&["amazon-order-id"]),
    Field::ignored(&[
        "case-id",
        "fnsku",
        "asin",
        "product-name",
        "amount-per-unit",
        "quantity-reimbursed-total",
        "original-reimbursement-id",
        "original-reimbursement-type",
    ]),
];

pub fn recognises(head: &Head<'_>) -> Match {
    sheet::recognise(head, &FIELDS)
}

/// # Errors
/// As `rows::read`.
pub fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut numbers = Numbers::default();
    rows::read(source, &FIELDS, emit, |cells, told| records(cells, ctx, (&mut numbers, told)))
}

fn records(
    cells: &Cells<'_>,
    ctx: &ReadCtx,
    (numbers, told): (&mut Numbers, &mut Told),
) -> Result<Vec<Record>, CellFault> {
    let id = cells.id(ID)?;
    let when = cells.when(DAY, DayOrder::DayFirst)?;
    let when = when
        .ok_or_else(|| CellFault::new(DAY, "The cell is empty; a reimbursement needs its day."))?;
    let day = when.day_in(&ctx.zone, &ctx.zone);
    let sku = cells.find(SKU);
    let mut records = Vec::new();
    records.extend(charge(cells, (&id, day, sku.as_deref()), told)?);
    if let (Some(units), Some(sku)) = (cells.count(STOCK_UNITS)?.filter(|units| *units != 0), &sku)
    {
        records.push(Record::StockMovement(Box::new(StockMovement {
            key: String::new(),
            day,
            sku: sku.clone(),
            location: location(None),
            kind: "Reimbursement".to_owned(),
            quantity: units,
            disposition: cells.find(CONDITION),
            reason: cells.find(REASON),
            reference: Some(id.clone()),
        })));
    }
    // One reimbursement may name several SKUs, and one SKU twice.
    let key = format!("reimbursement/{id}/{}", sku.unwrap_or_default());
    let key = numbers.key(key.trim_end_matches('/').to_owned());
    for record in &mut records {
        match record {
            Record::Charge(charge) => charge.key.clone_from(&key),
            Record::StockMovement(movement) => movement.key.clone_from(&key),
            _ => {}
        }
    }
    Ok(records)
}

/// `None` for one that was made in units alone.
fn charge(
    cells: &Cells<'_>,
    (id, day, sku): (&str, Day, Option<&str>),
    told: &mut Told,
) -> Result<Option<Record>, CellFault> {
    if cells.is_empty(AMOUNT) {
        return Ok(None);
    }
    let currency = told.currency(cells, CURRENCY)?.ok_or_else(|| {
        CellFault::new(CURRENCY, "The cell is empty; an amount needs its currency.")
    })?;
    let minor = cells.minor_or_zero(AMOUNT, currency)?;
    if minor == 0 {
        return Ok(None);
    }
    let reason = cells.text(REASON);
    // What is taken back bears its sign, but for files in which only the units do.
    let taken_back = cells.count(CASH_UNITS)?.is_some_and(|units| units < 0)
        || reason.to_lowercase().contains("clawback");
    let minor = if taken_back { -minor.abs() } else { minor };
    let order = cells.find(ORDER).map(|order| format!(", order {order}")).unwrap_or_default();
    Ok(Some(Record::Charge(Charge {
        key: String::new(),
        day,
        kind: kind_of_words(&reason),
        class: ChargeClass::PeriodIncome,
        amount: Money::new(minor, currency),
        sku: sku.map(str::to_owned),
        payout: None,
        label: format!("Reimbursement {id}: {reason}{order}"),
        family: Some("reimbursement".to_owned()),
        estimate: Some(GivesWay::ToPayout),
    })))
}
