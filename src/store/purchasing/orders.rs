//! Purchase orders and their lines.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::taken;
use crate::base::id::PurchaseOrderId;
use crate::domain::purchase::order::{OrderLine, PurchaseOrder, Stage};
use crate::store::{Reader, StoreError, Tx};

const COLUMNS: &str = "number, supplier_id, currency, location_id, stage, ordered_day, \
    expected_day, note, id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<(PurchaseOrderId, PurchaseOrder)> {
    let stage: String = row.get(4)?;
    let order = PurchaseOrder {
        number: row.get(0)?,
        supplier: row.get(1)?,
        currency: row.get(2)?,
        location: row.get(3)?,
        // The column's own check admits no other names.
        stage: Stage::parse(&stage).unwrap_or(Stage::Draft),
        ordered: row.get(5)?,
        expected: row.get(6)?,
        note: row.get(7)?,
        lines: Vec::new(),
    };
    Ok((row.get(8)?, order))
}

const LINE_COLUMNS: &str = "sku, code, quantity, pack, unit_cost, weight_grams, order_id";

fn line_from_row(row: &Row<'_>) -> rusqlite::Result<(PurchaseOrderId, OrderLine)> {
    let line = OrderLine {
        sku: row.get(0)?,
        code: row.get(1)?,
        quantity: row.get(2)?,
        pack: row.get(3)?,
        unit_cost: row.get(4)?,
        weight_grams: row.get(5)?,
    };
    Ok((row.get(6)?, line))
}

pub fn find_order(
    conn: &Connection,
    id: PurchaseOrderId,
) -> Result<Option<PurchaseOrder>, StoreError> {
    let sql = format!("select {COLUMNS} from purchase_orders where id = ?");
    let found = conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    let Some((_, mut order)) = found else { return Ok(None) };
    let sql = format!(
        "select {LINE_COLUMNS} from purchase_order_lines where order_id = ? order by line_no"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let lines = statement.query_map([id], line_from_row)?;
    order.lines = lines.map(|line| Ok(line?.1)).collect::<Result<_, rusqlite::Error>>()?;
    Ok(Some(order))
}

pub fn find_order_id(
    conn: &Connection,
    number: &str,
) -> Result<Option<PurchaseOrderId>, StoreError> {
    let sql = "select id from purchase_orders where number = ?";
    Ok(conn.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?)
}

/// The numbers of all orders.
pub fn list_numbers(reader: &Reader<'_>) -> Result<BTreeMap<String, PurchaseOrderId>, StoreError> {
    let mut statement = reader.conn().prepare_cached("select number, id from purchase_orders")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The newest first.
pub fn list_orders(
    reader: &Reader<'_>,
) -> Result<Vec<(PurchaseOrderId, PurchaseOrder)>, StoreError> {
    let mut lines: BTreeMap<PurchaseOrderId, Vec<OrderLine>> = BTreeMap::new();
    let sql = format!("select {LINE_COLUMNS} from purchase_order_lines order by order_id, line_no");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    for row in statement.query_map([], line_from_row)? {
        let (order, line) = row?;
        lines.entry(order).or_default().push(line);
    }
    let sql = format!("select {COLUMNS} from purchase_orders order by id desc");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    let whole = rows.map(|row| {
        let (id, mut order) = row?;
        order.lines = lines.remove(&id).unwrap_or_default();
        Ok((id, order))
    });
    Ok(whole.collect::<Result<_, rusqlite::Error>>()?)
}

/// # Errors
/// `Refused` where its number is taken.
pub fn insert_order(
    tx: &Tx<'_>,
    order: &PurchaseOrder,
    id: Option<PurchaseOrderId>,
) -> Result<PurchaseOrderId, StoreError> {
    if find_order_id(tx.conn(), &order.number)?.is_some() {
        return Err(taken("a purchase order", &order.number));
    }
    tx.conn()
        .prepare_cached(
            "insert into purchase_orders (number, supplier_id, currency, location_id, stage,
                ordered_day, expected_day, note, created_at, id)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            order.number,
            order.supplier,
            order.currency,
            order.location,
            order.stage.name(),
            order.ordered,
            order.expected,
            order.note,
            tx.now,
            id,
        ])?;
    let id = PurchaseOrderId(tx.conn().last_insert_rowid());
    insert_lines(tx, id, order)?;
    Ok(id)
}

/// Writes it as it is now, all but its number, which is the reference of what came of it.
///
/// # Errors
/// `Missing`.
pub fn update_order(
    tx: &Tx<'_>,
    id: PurchaseOrderId,
    order: &PurchaseOrder,
) -> Result<(), StoreError> {
    let changed = tx
        .conn()
        .prepare_cached(
            "update purchase_orders set supplier_id = ?, currency = ?, location_id = ?, stage = ?,
                ordered_day = ?, expected_day = ?, note = ? where id = ?",
        )?
        .execute(params![
            order.supplier,
            order.currency,
            order.location,
            order.stage.name(),
            order.ordered,
            order.expected,
            order.note,
            id,
        ])?;
    if changed == 0 {
        return Err(StoreError::Missing);
    }
    delete_lines(tx, id)?;
    insert_lines(tx, id, order)
}

fn insert_lines(tx: &Tx<'_>, id: PurchaseOrderId, order: &PurchaseOrder) -> Result<(), StoreError> {
    let mut statement = tx.conn().prepare_cached(
        "insert into purchase_order_lines (order_id, line_no, sku, code, quantity, pack,
            unit_cost, weight_grams)
         values (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for (number, line) in (1_i64..).zip(&order.lines) {
        statement.execute(params![
            id,
            number,
            line.sku,
            line.code,
            line.quantity,
            line.pack,
            line.unit_cost,
            line.weight_grams,
        ])?;
    }
    Ok(())
}

fn delete_lines(tx: &Tx<'_>, id: PurchaseOrderId) -> Result<(), StoreError> {
    let sql = "delete from purchase_order_lines where order_id = ?";
    tx.conn().prepare_cached(sql)?.execute([id])?;
    Ok(())
}

/// # Errors
/// `Conflict` where anything was received of it.
pub fn delete_order(tx: &Tx<'_>, id: PurchaseOrderId) -> Result<(), StoreError> {
    delete_lines(tx, id)?;
    tx.conn().prepare_cached("delete from purchase_orders where id = ?")?.execute([id])?;
    Ok(())
}
