//! What came of a purchase order. A receipt is one transaction: the lines of its cost, its bills
//! and its units come in together, and go together.

use super::ctx::Tools;
use super::purchasing::{find_user, moment_of, refuse};
use super::{edit, undo};
use crate::base::id::{LocationId, PurchaseOrderId, PurchaseReceiptId, StockActionId, VariantId};
use crate::base::{Day, Instant};
use crate::domain::purchase::order::{Arrival, OrderLine, PurchaseOrder, Stage};
use crate::domain::record::{LandedCost, Purchase, PurchaseChange};
use crate::domain::stock::event::{Change, EventKind};
use crate::store::changes::{self, By};
use crate::store::purchasing::receipts::{self, NewReceipt, ReceiptLine};
use crate::store::purchasing::{orders, suppliers};
use crate::store::stock::ledger::{self, NewAction, NewEvent};
use crate::store::stock::locations::{self, LocationKind, QUARANTINE};
use crate::store::stock::{began, claims, variants};
use crate::store::{Lane, StoreError, Tx};

/// What came of an order at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub order: PurchaseOrderId,
    pub day: Day,
    pub location: LocationId,
    pub arrivals: Vec<Arrival>,
    /// What it cost to land it.
    pub bills: Vec<LandedCost>,
    pub note: String,
}

/// The lines of cost and the bills that a receipt makes; its number tells them from those of
/// another one on the same day.
pub fn change_of(
    order: &PurchaseOrder,
    supplier: &str,
    (number, receipt): (i64, &Receipt),
) -> PurchaseChange {
    let mark = format!("R{number}");
    let line = |arrival: &Arrival| {
        let line = order.find_line(&arrival.sku)?;
        Some(Purchase {
            reference: order.number.clone(),
            received: receipt.day,
            sku: arrival.sku.clone(),
            line: Some(mark.clone()),
            quantity: arrival.units(),
            unit_cost: line.unit_cost,
            currency: order.currency,
            supplier: Some(supplier.to_owned()),
            weight_grams: line.weight_grams,
        })
    };
    let bill = |bill: &LandedCost| {
        let known = bill.bill.clone();
        LandedCost { bill: Some(known.unwrap_or_else(|| mark.clone())), ..bill.clone() }
    };
    PurchaseChange {
        put: receipt.arrivals.iter().filter_map(line).collect(),
        landed: receipt.bills.iter().map(bill).collect(),
        ..PurchaseChange::default()
    }
}

/// Takes in what came: cost, bills and units at once.
///
/// # Errors
/// `Refused` with what is wrong, `Missing`.
pub fn receive(tools: &Tools, receipt: &Receipt, by: &By) -> Result<PurchaseReceiptId, StoreError> {
    let made = tools.db.write_local(Lane::Interactive, |tx| take_in(tx, receipt, by))?;
    tools.signal.wake();
    Ok(made)
}

fn take_in(tx: &Tx<'_>, receipt: &Receipt, by: &By) -> Result<PurchaseReceiptId, StoreError> {
    let order = orders::find_order(tx.conn(), receipt.order)?.ok_or(StoreError::Missing)?;
    let moment = moment_of(tx, receipt.day)?;
    check_receipt(&order, receipt)?;
    let supplier = suppliers::find_supplier(tx.conn(), order.supplier)?;
    let supplier = supplier.ok_or(StoreError::Missing)?.name;
    let number = receipts::find_next_number(tx.conn(), receipt.order)?;
    let change = change_of(&order, &supplier, (number, receipt));
    // What came is stock that is kept from now on.
    if began::begin(tx)? {
        claims::mark_open_orders(tx)?;
    }
    let change = edit::put_purchases(tx, &change, by)?;
    let user = find_user(tx, by)?;
    let action = NewAction { kind: "receive", note: &order.number, user, import: None };
    let action = ledger::insert_action(tx, &action)?;
    let new = NewReceipt {
        order: receipt.order,
        number,
        day: receipt.day,
        location: receipt.location,
        note: &receipt.note,
        by_name: &by.name,
        change,
        action,
    };
    let id = receipts::insert_receipt(tx, &new)?;
    for arrival in &receipt.arrivals {
        let Some(line) = order.find_line(&arrival.sku) else { continue };
        let came = Came { order: &order, line, id, action, moment };
        put_units(tx, &came, (receipt.location, arrival))?;
        let line = ReceiptLine {
            sku: arrival.sku.clone(),
            good: arrival.good,
            damaged: arrival.damaged,
            lot: arrival.lot.as_ref().map(|(code, _)| code.clone()).unwrap_or_default(),
        };
        receipts::insert_line(tx, id, &line)?;
    }
    Ok(id)
}

fn check_receipt(order: &PurchaseOrder, receipt: &Receipt) -> Result<(), StoreError> {
    match order.stage {
        Stage::Ordered => {}
        Stage::Draft => {
            return refuse(
                "It is a draft still. Nothing was received; mark it as ordered first, so that \
                 its lead time is known.",
            );
        }
        Stage::Cancelled => {
            return refuse("It was cancelled. Nothing was received; undo the cancelling first.");
        }
    }
    if receipt.arrivals.is_empty() {
        return refuse("Nothing came. Nothing was changed; write how many units of a line came.");
    }
    for arrival in &receipt.arrivals {
        let sku = &arrival.sku;
        if order.find_line(sku).is_none() {
            let number = &order.number;
            return refuse(&format!(
                "{sku} does not stand in purchase order {number}. Nothing was received; enter it \
                 under Purchases, or in an order of its own."
            ));
        }
        if arrival.good < 0 || arrival.damaged < 0 || arrival.units() == 0 {
            return refuse(&format!("{sku}: no units came. Nothing was received."));
        }
        if receipt.arrivals.iter().filter(|other| other.sku == *sku).count() > 1 {
            return refuse(&format!(
                "{sku} stands twice. Nothing was received; receive a second lot on its own."
            ));
        }
    }
    Ok(())
}

/// Of what units of a line are a part.
struct Came<'a> {
    order: &'a PurchaseOrder,
    line: &'a OrderLine,
    id: PurchaseReceiptId,
    action: StockActionId,
    moment: Instant,
}

fn put_units(
    tx: &Tx<'_>,
    came: &Came<'_>,
    (location, arrival): (LocationId, &Arrival),
) -> Result<(), StoreError> {
    let variant = variants::upsert_variant(tx, &arrival.sku, "")?;
    let lot = match &arrival.lot {
        Some((code, expires)) => Some(locations::upsert_lot(tx, variant, (code, *expires))?),
        None => {
            refuse_lotless(tx, variant, &arrival.sku)?;
            None
        }
    };
    let quarantine = match arrival.damaged {
        0 => location,
        _ => locations::upsert_location(tx, QUARANTINE, LocationKind::Quarantine)?,
    };
    let parts = [
        ("good", location, arrival.good, ""),
        ("damaged", quarantine, arrival.damaged, "damaged on arrival"),
    ];
    for (name, place, units, reason) in parts.into_iter().filter(|(_, _, units, _)| *units > 0) {
        let key = format!("receipt:{}:{}:{name}", came.id, arrival.sku);
        let event = NewEvent {
            variant,
            location: place,
            lot,
            kind: EventKind::Received,
            change: Change::Delta(units),
            reason,
            reference: &came.order.number,
            key: &key,
            occurred_at: came.moment,
            unit_cost: Some((came.line.unit_cost, came.order.currency)),
            order: None,
            action: Some(came.action),
        };
        ledger::append_event(tx, &event)?;
    }
    Ok(())
}

fn refuse_lotless(tx: &Tx<'_>, variant: VariantId, sku: &str) -> Result<(), StoreError> {
    if variants::find_settings(tx.conn(), variant)?.tracks_lots {
        return refuse(&format!(
            "{sku} is kept by lot. Nothing was received; write the lot that stands on it."
        ));
    }
    Ok(())
}

/// Takes a receipt back: its cost, its bills and its units.
///
/// # Errors
/// `Refused` where a part of it was changed since, `Missing`.
pub fn undo_receipt(
    tools: &Tools,
    order: PurchaseOrderId,
    id: PurchaseReceiptId,
    by: &By,
) -> Result<(), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let known = receipts::list_receipts(tx.conn(), order)?.into_iter();
        let receipt = known.into_iter().find(|one| one.id == id).ok_or(StoreError::Missing)?;
        let change = changes::find(tx.conn(), receipt.change)?.ok_or(StoreError::Missing)?;
        undo::take_back(tx, &change, by)
    })?;
    tools.signal.wake();
    Ok(())
}

/// Whether bills came in with a receipt, so that they would go with it.
///
/// # Errors
/// `Missing`.
pub fn has_bills(
    tools: &Tools,
    order: PurchaseOrderId,
    id: PurchaseReceiptId,
) -> Result<bool, StoreError> {
    tools.db.read(|reader| {
        let known = receipts::list_receipts(reader.conn(), order)?.into_iter();
        let receipt = known.into_iter().find(|one| one.id == id).ok_or(StoreError::Missing)?;
        let change = changes::find(reader.conn(), receipt.change)?.ok_or(StoreError::Missing)?;
        let text = change.after.unwrap_or_default();
        let change = serde_json::from_str::<PurchaseChange>(&text);
        Ok(change.is_ok_and(|change| !change.landed.is_empty()))
    })
}

/// The units of a receipt, whose cost was taken back. What the stock's own history took back
/// already is gone.
pub(super) fn take_units_back(
    tx: &Tx<'_>,
    (receipt, action): (PurchaseReceiptId, StockActionId),
    by: &By,
) -> Result<(), StoreError> {
    let user = find_user(tx, by)?;
    match ledger::reverse_action(tx, action, user) {
        Ok(_) | Err(StoreError::Refused(_)) => receipts::mark_undone(tx, receipt),
        Err(fault) => Err(fault),
    }
}
