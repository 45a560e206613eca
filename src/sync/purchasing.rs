//! What a person writes of suppliers, their prices and purchase orders, each with its place in
//! the history and the way back. What comes of orders is taken in by `receiving.rs`.

use serde::{Deserialize, Serialize};

use super::ctx::Tools;
use crate::base::id::{PurchaseOrderId, PurchasingLogId, SupplierId, TransferId, UserId};
use crate::base::{Day, Instant};
use crate::domain::purchase::order::{PurchaseOrder, Stage};
use crate::domain::purchase::supplier::{Supplier, SupplierPrice};
use crate::domain::transfer::Transfer;
use crate::store::changes::By;
use crate::store::purchasing::log::{self, Entry, LogKind, NewEntry};
use crate::store::purchasing::{orders, receipts, suppliers, transfers};
use crate::store::users::{self, Email};
use crate::store::{Lane, StoreError, Tx, organisation};

const MEANWHILE: &str = "It was changed since, so this cannot be taken back by itself. Nothing was \
    changed; take the later changes back first, or enter what should hold.";

pub(super) fn refuse<T>(what: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(what.to_owned()))
}

/// Makes a supplier, or changes one.
///
/// # Errors
/// `Refused` where its name is taken, `Missing`.
pub fn put_supplier(
    tools: &Tools,
    id: Option<SupplierId>,
    supplier: &Supplier,
    by: &By,
) -> Result<(SupplierId, PurchasingLogId), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let (id, before) = match id {
            Some(id) => {
                let before = suppliers::find_supplier(tx.conn(), id)?.ok_or(StoreError::Missing)?;
                suppliers::update_supplier(tx, id, supplier)?;
                (id, Some(before))
            }
            None => (suppliers::insert_supplier(tx, supplier, None)?, None),
        };
        let texts = (write(&before)?, write(&Some(supplier))?);
        Ok((id, note(tx, (LogKind::Supplier, id.0), verb(&before), texts, by)?))
    })
}

/// Puts a price list in force in place of the one that it was made from.
///
/// # Errors
/// `Refused` where the list was changed since.
pub fn put_prices(
    tools: &Tools,
    id: SupplierId,
    (base, put): (&[SupplierPrice], &[SupplierPrice]),
    by: &By,
) -> Result<PurchasingLogId, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        suppliers::find_supplier(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        let now = suppliers::list_prices(tx.conn(), id)?;
        if now != base {
            return refuse(MEANWHILE);
        }
        replace_prices(tx, id, put)?;
        let texts = (write(&Some(base))?, write(&Some(put))?);
        note(tx, (LogKind::Prices, id.0), "edited", texts, by)
    })
}

fn replace_prices(tx: &Tx<'_>, id: SupplierId, prices: &[SupplierPrice]) -> Result<(), StoreError> {
    suppliers::delete_prices(tx, id)?;
    prices.iter().try_for_each(|price| suppliers::insert_price(tx, id, price))
}

/// What is done to an order besides being typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAct {
    Order(Day),
    Cancel,
}

/// Makes a draft, or changes one. The number of an order stays.
///
/// # Errors
/// `Refused` where its number is taken or it is no draft any more, `Missing`.
pub fn put_order(
    tools: &Tools,
    id: Option<PurchaseOrderId>,
    order: &PurchaseOrder,
    by: &By,
) -> Result<(PurchaseOrderId, PurchasingLogId), StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let (id, before) = match id {
            Some(id) => {
                let before = orders::find_order(tx.conn(), id)?.ok_or(StoreError::Missing)?;
                if before.stage != Stage::Draft {
                    return refuse(
                        "It was ordered already, so its lines stay as they are. Nothing was \
                         changed; undo the ordering first, or order the difference anew.",
                    );
                }
                orders::update_order(tx, id, order)?;
                (id, Some(before))
            }
            None => (orders::insert_order(tx, order, None)?, None),
        };
        let after = orders::find_order(tx.conn(), id)?;
        let texts = (write(&before)?, write(&after)?);
        Ok((id, note(tx, (LogKind::Order, id.0), verb(&before), texts, by)?))
    })
}

/// Marks an order as ordered, or calls off what is still to come of it.
///
/// # Errors
/// `Refused` where it is not in a state for it, `Missing`.
pub fn act_on_order(
    tools: &Tools,
    id: PurchaseOrderId,
    act: OrderAct,
    by: &By,
) -> Result<PurchasingLogId, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let before = orders::find_order(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        let mut after = before.clone();
        let what = match (act, before.stage) {
            (OrderAct::Order(_), Stage::Draft) if before.lines.is_empty() => {
                return refuse("It has no lines yet. Nothing was changed; write what to order.");
            }
            (OrderAct::Order(day), Stage::Draft) => {
                (after.stage, after.ordered) = (Stage::Ordered, Some(day));
                "ordered"
            }
            (OrderAct::Cancel, Stage::Draft | Stage::Ordered) => {
                after.stage = Stage::Cancelled;
                "cancelled"
            }
            (OrderAct::Order(_), Stage::Ordered | Stage::Cancelled)
            | (OrderAct::Cancel, Stage::Cancelled) => return refuse(MEANWHILE),
        };
        orders::update_order(tx, id, &after)?;
        let texts = (write(&Some(&before))?, write(&Some(&after))?);
        note(tx, (LogKind::Order, id.0), what, texts, by)
    })
}

/// Takes an edit back, as long as what it wrote still stands. The way back is an edit of its own.
///
/// # Errors
/// `Refused` where it was changed since, `Missing`.
pub fn undo(
    tools: &Tools,
    (id, kinds): (PurchasingLogId, &[LogKind]),
    by: &By,
) -> Result<Entry, StoreError> {
    tools.db.write_local(Lane::Interactive, |tx| {
        let entry = log::find(tx.conn(), id)?.ok_or(StoreError::Missing)?;
        // Who may undo one kind need not be allowed another.
        if !kinds.contains(&entry.kind) {
            return Err(StoreError::Missing);
        }
        if entry.undone_by.is_some() {
            return refuse("This was taken back already.");
        }
        put_back(tx, &entry)?;
        let new = NewEntry {
            kind: entry.kind,
            subject: entry.subject,
            what: "undone",
            before: entry.after.clone(),
            after: entry.before.clone(),
            undoes: Some(id),
        };
        log::append(tx, &new, by)?;
        Ok(entry)
    })
}

fn put_back(tx: &Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    match entry.kind {
        LogKind::Supplier => {
            let id = SupplierId(entry.subject);
            let (before, after) = both::<Supplier>(entry)?;
            still(suppliers::find_supplier(tx.conn(), id)? == after)?;
            match (&before, after) {
                (Some(before), Some(_)) => suppliers::update_supplier(tx, id, before),
                (Some(before), None) => {
                    suppliers::insert_supplier(tx, before, Some(id)).map(|_| ())
                }
                (None, _) => suppliers::delete_supplier(tx, id),
            }
        }
        LogKind::Prices => {
            let id = SupplierId(entry.subject);
            let (before, after) = both::<Vec<SupplierPrice>>(entry)?;
            still(suppliers::list_prices(tx.conn(), id)? == after.unwrap_or_default())?;
            replace_prices(tx, id, &before.unwrap_or_default())
        }
        LogKind::Order => {
            let id = PurchaseOrderId(entry.subject);
            let (before, after) = both::<PurchaseOrder>(entry)?;
            still(orders::find_order(tx.conn(), id)? == after)?;
            let has_receipts = !receipts::list_received(tx.conn(), id)?.is_empty();
            let is_draft = before.as_ref().is_none_or(|order| order.stage == Stage::Draft);
            still(!has_receipts || !is_draft)?;
            match (&before, after) {
                (Some(before), Some(_)) => orders::update_order(tx, id, before),
                (Some(before), None) => orders::insert_order(tx, before, Some(id)).map(|_| ()),
                (None, _) => orders::delete_order(tx, id),
            }
        }
        LogKind::Transfer => {
            let id = TransferId(entry.subject);
            let (before, after) = both::<Transfer>(entry)?;
            still(transfers::find_transfer(tx.conn(), id)? == after)?;
            let steps = transfers::list_steps(tx.conn(), id)?;
            still(steps.iter().all(|step| step.undone_at.is_some()))?;
            match (&before, after) {
                (Some(before), Some(_)) => transfers::update_transfer(tx, id, before),
                (Some(before), None) => {
                    transfers::insert_transfer(tx, before, Some(id)).map(|_| ())
                }
                (None, _) => transfers::delete_transfer(tx, id),
            }
        }
    }
}

fn still(is_same: bool) -> Result<(), StoreError> {
    if is_same { Ok(()) } else { refuse(MEANWHILE) }
}

/// When what came on a day came: now, where it is today's; else at that day's start, from which
/// on its units could be sold.
pub(super) fn moment_of(tx: &Tx<'_>, day: Day) -> Result<Instant, StoreError> {
    let zone = organisation::find_zone(tx.conn())?;
    let today = tx.now.day_in(&zone);
    match day.cmp(&today) {
        std::cmp::Ordering::Equal => Ok(tx.now),
        std::cmp::Ordering::Less => Ok(Instant::start_of(day, &zone)),
        std::cmp::Ordering::Greater => refuse(&format!(
            "{day} is still to come. Nothing was changed; write the day on which it happened."
        )),
    }
}

/// The person of an address; a token and a command are none.
pub(super) fn find_user(tx: &Tx<'_>, by: &By) -> Result<Option<UserId>, StoreError> {
    let Ok(email) = Email::parse(&by.name) else { return Ok(None) };
    Ok(users::find_by_email(tx.conn(), &email)?.map(|user| user.id))
}

fn verb<T>(before: &Option<T>) -> &'static str {
    if before.is_some() { "edited" } else { "made" }
}

pub(super) fn note(
    tx: &Tx<'_>,
    (kind, subject): (LogKind, i64),
    what: &str,
    (before, after): (Option<String>, Option<String>),
    by: &By,
) -> Result<PurchasingLogId, StoreError> {
    log::append(tx, &NewEntry { kind, subject, what, before, after, undoes: None }, by)
}

pub(super) fn write<T: Serialize>(value: &Option<T>) -> Result<Option<String>, StoreError> {
    let text = value.as_ref().map(serde_json::to_string).transpose();
    text.map_err(|fault| StoreError::Internal(fault.to_string()))
}

fn both<T: for<'a> Deserialize<'a>>(entry: &Entry) -> Result<(Option<T>, Option<T>), StoreError> {
    let read = |text: &Option<String>| {
        let value = text.as_deref().map(serde_json::from_str).transpose();
        value.map_err(|fault| StoreError::Internal(fault.to_string()))
    };
    Ok((read(&entry.before)?, read(&entry.after)?))
}
