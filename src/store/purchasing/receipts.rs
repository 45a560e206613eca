//! What came of purchase orders: the link between lines of orders, purchases and stock.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::base::id::{ChangeId, LocationId, PurchaseOrderId, PurchaseReceiptId, StockActionId};
use crate::base::{Day, Instant};
use crate::domain::purchase::order::Received;
use crate::store::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReceipt<'a> {
    pub order: PurchaseOrderId,
    pub number: i64,
    pub day: Day,
    pub location: LocationId,
    pub note: &'a str,
    pub by_name: &'a str,
    /// By which its purchases are taken back.
    pub change: ChangeId,
    /// By which its units are taken back.
    pub action: StockActionId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub id: PurchaseReceiptId,
    pub order: PurchaseOrderId,
    pub number: i64,
    pub day: Day,
    pub location: LocationId,
    pub note: String,
    pub by_name: String,
    pub at: Instant,
    pub change: ChangeId,
    pub action: StockActionId,
    pub undone_at: Option<Instant>,
    pub lines: Vec<ReceiptLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    pub sku: String,
    pub good: i64,
    pub damaged: i64,
    pub lot: String,
}

/// The number of the next receipt of an order; those undone keep theirs.
pub fn find_next_number(conn: &Connection, order: PurchaseOrderId) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(number), 0) + 1 from purchase_receipts where order_id = ?";
    Ok(conn.prepare_cached(sql)?.query_row([order], |row| row.get(0))?)
}

pub fn insert_receipt(
    tx: &Tx<'_>,
    receipt: &NewReceipt<'_>,
) -> Result<PurchaseReceiptId, StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into purchase_receipts (order_id, number, received_day, location_id, note,
                by_name, at, change_id, action_id)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            receipt.order,
            receipt.number,
            receipt.day,
            receipt.location,
            receipt.note,
            receipt.by_name,
            tx.now,
            receipt.change,
            receipt.action,
        ])?;
    Ok(PurchaseReceiptId(tx.conn().last_insert_rowid()))
}

pub fn insert_line(
    tx: &Tx<'_>,
    receipt: PurchaseReceiptId,
    line: &ReceiptLine,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into purchase_receipt_lines (receipt_id, sku, good, damaged, lot)
             values (?, ?, ?, ?, ?)",
        )?
        .execute(params![receipt, line.sku, line.good, line.damaged, line.lot])?;
    Ok(())
}

pub fn mark_undone(tx: &Tx<'_>, receipt: PurchaseReceiptId) -> Result<(), StoreError> {
    let sql = "update purchase_receipts set undone_at = ? where id = ?";
    tx.conn().prepare_cached(sql)?.execute(params![tx.now, receipt])?;
    Ok(())
}

/// The receipt that a change of purchases was, unless it was undone.
pub fn find_by_change(
    conn: &Connection,
    change: ChangeId,
) -> Result<Option<(PurchaseReceiptId, StockActionId)>, StoreError> {
    let sql = "select id, action_id from purchase_receipts
         where change_id = ? and undone_at is null";
    let found = conn.prepare_cached(sql)?.query_row([change], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// Whether anything stands that was received of an order with this number.
pub fn has_receipts(conn: &Connection, number: &str) -> Result<bool, StoreError> {
    let sql = "select exists (select 1 from purchase_receipts receipt
            join purchase_orders on purchase_orders.id = order_id
            where purchase_orders.number = ? and undone_at is null)";
    Ok(conn.prepare_cached(sql)?.query_row([number], |row| row.get(0))?)
}

/// All of an order, those undone too, the newest first.
pub fn list_receipts(
    conn: &Connection,
    order: PurchaseOrderId,
) -> Result<Vec<Receipt>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select id, order_id, number, received_day, location_id, note, by_name, at, change_id,
            action_id, undone_at
         from purchase_receipts where order_id = ? order by number desc",
    )?;
    let rows = statement.query_map([order], |row| {
        Ok(Receipt {
            id: row.get(0)?,
            order: row.get(1)?,
            number: row.get(2)?,
            day: row.get(3)?,
            location: row.get(4)?,
            note: row.get(5)?,
            by_name: row.get(6)?,
            at: row.get(7)?,
            change: row.get(8)?,
            action: row.get(9)?,
            undone_at: row.get(10)?,
            lines: Vec::new(),
        })
    })?;
    let mut receipts: Vec<Receipt> = rows.collect::<Result<_, _>>()?;
    for receipt in &mut receipts {
        receipt.lines = list_lines(conn, receipt.id)?;
    }
    Ok(receipts)
}

fn list_lines(
    conn: &Connection,
    receipt: PurchaseReceiptId,
) -> Result<Vec<ReceiptLine>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select sku, good, damaged, lot from purchase_receipt_lines where receipt_id = ?
         order by sku",
    )?;
    let rows = statement.query_map([receipt], |row| {
        Ok(ReceiptLine {
            sku: row.get(0)?,
            good: row.get(1)?,
            damaged: row.get(2)?,
            lot: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units that came of an order, by SKU.
pub fn list_received(conn: &Connection, order: PurchaseOrderId) -> Result<Received, StoreError> {
    let mut statement = conn.prepare_cached(
        "select sku, sum(good + damaged) from purchase_receipt_lines
         join purchase_receipts on purchase_receipts.id = receipt_id
         where order_id = ? and undone_at is null group by sku",
    )?;
    let rows = statement.query_map([order], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Units that came of every order, by SKU.
pub fn list_all_received(
    reader: &Reader<'_>,
) -> Result<BTreeMap<PurchaseOrderId, Received>, StoreError> {
    let mut statement = reader.conn().prepare_cached(
        "select order_id, sku, sum(good + damaged) from purchase_receipt_lines
         join purchase_receipts on purchase_receipts.id = receipt_id
         where undone_at is null group by order_id, sku",
    )?;
    let mut received: BTreeMap<PurchaseOrderId, Received> = BTreeMap::new();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    for row in rows {
        let (order, sku, units): (_, String, i64) = row?;
        received.entry(order).or_default().insert(sku, units);
    }
    Ok(received)
}
