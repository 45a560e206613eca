//! Suppliers and their price lists.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::taken;
use crate::base::Instant;
use crate::base::id::SupplierId;
use crate::domain::purchase::supplier::{Archived, Supplier, SupplierPrice};
use crate::store::{Reader, StoreError, Tx};

const COLUMNS: &str = "name, currency, terms, minimum_minor, lead_days, note, archived_at, id";

fn from_row(row: &Row<'_>) -> rusqlite::Result<(SupplierId, Supplier)> {
    let archived: Option<Instant> = row.get(6)?;
    let supplier = Supplier {
        name: row.get(0)?,
        currency: row.get(1)?,
        terms: row.get(2)?,
        minimum_minor: row.get(3)?,
        lead_days: row.get(4)?,
        note: row.get(5)?,
        archived: archived.map_or(Archived::No, |_| Archived::Yes),
    };
    Ok((row.get(7)?, supplier))
}

pub fn find_supplier(conn: &Connection, id: SupplierId) -> Result<Option<Supplier>, StoreError> {
    let sql = format!("select {COLUMNS} from suppliers where id = ?");
    let found = conn.prepare_cached(&sql)?.query_row([id], from_row).optional()?;
    Ok(found.map(|(_, supplier)| supplier))
}

/// By name; the archived ones last.
pub fn list_suppliers(reader: &Reader<'_>) -> Result<Vec<(SupplierId, Supplier)>, StoreError> {
    let sql = format!("select {COLUMNS} from suppliers order by archived_at is not null, name, id");
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([], from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn is_name_free(
    tx: &Tx<'_>,
    (id, supplier): (Option<SupplierId>, &Supplier),
) -> Result<(), StoreError> {
    let sql = "select exists (select 1 from suppliers where name = ?1 and id is not ?2)";
    let known: bool =
        tx.conn().prepare_cached(sql)?.query_row(params![supplier.name, id], |row| row.get(0))?;
    if known { Err(taken("a supplier", &supplier.name)) } else { Ok(()) }
}

/// # Errors
/// `Refused` where its name is taken.
pub fn insert_supplier(
    tx: &Tx<'_>,
    supplier: &Supplier,
    id: Option<SupplierId>,
) -> Result<SupplierId, StoreError> {
    is_name_free(tx, (None, supplier))?;
    let archived = (supplier.archived == Archived::Yes).then_some(tx.now);
    tx.conn()
        .prepare_cached(
            "insert into suppliers
                (name, currency, terms, minimum_minor, lead_days, note, archived_at, id)
             values (?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            supplier.name,
            supplier.currency,
            supplier.terms,
            supplier.minimum_minor,
            supplier.lead_days,
            supplier.note,
            archived,
            id,
        ])?;
    Ok(SupplierId(tx.conn().last_insert_rowid()))
}

/// # Errors
/// `Refused` where its name is taken, `Missing`.
pub fn update_supplier(tx: &Tx<'_>, id: SupplierId, supplier: &Supplier) -> Result<(), StoreError> {
    is_name_free(tx, (Some(id), supplier))?;
    let archived = (supplier.archived == Archived::Yes).then_some(tx.now);
    let changed = tx
        .conn()
        .prepare_cached(
            "update suppliers set name = ?, currency = ?, terms = ?, minimum_minor = ?,
                lead_days = ?, note = ?, archived_at = ? where id = ?",
        )?
        .execute(params![
            supplier.name,
            supplier.currency,
            supplier.terms,
            supplier.minimum_minor,
            supplier.lead_days,
            supplier.note,
            archived,
            id,
        ])?;
    if changed == 0 { Err(StoreError::Missing) } else { Ok(()) }
}

/// # Errors
/// `Conflict` where an order or a price list names it.
pub fn delete_supplier(tx: &Tx<'_>, id: SupplierId) -> Result<(), StoreError> {
    tx.conn().prepare_cached("delete from suppliers where id = ?")?.execute([id])?;
    Ok(())
}

pub fn list_prices(
    conn: &Connection,
    supplier: SupplierId,
) -> Result<Vec<SupplierPrice>, StoreError> {
    let mut statement = conn.prepare_cached(
        "select sku, code, unit_cost, currency, moq, pack, from_quantity, valid_from
         from supplier_prices where supplier_id = ? order by sku, valid_from, from_quantity",
    )?;
    let rows = statement.query_map([supplier], |row| {
        Ok(SupplierPrice {
            sku: row.get(0)?,
            code: row.get(1)?,
            unit_cost: row.get(2)?,
            currency: row.get(3)?,
            moq: row.get(4)?,
            pack: row.get(5)?,
            from_quantity: row.get(6)?,
            valid_from: row.get(7)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn delete_prices(tx: &Tx<'_>, supplier: SupplierId) -> Result<(), StoreError> {
    let sql = "delete from supplier_prices where supplier_id = ?";
    tx.conn().prepare_cached(sql)?.execute([supplier])?;
    Ok(())
}

pub fn insert_price(
    tx: &Tx<'_>,
    supplier: SupplierId,
    price: &SupplierPrice,
) -> Result<(), StoreError> {
    tx.conn()
        .prepare_cached(
            "insert into supplier_prices (supplier_id, sku, code, unit_cost, currency, moq, pack,
                from_quantity, valid_from)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            supplier,
            price.sku,
            price.code,
            price.unit_cost,
            price.currency,
            price.moq,
            price.pack,
            price.from_quantity,
            price.valid_from,
        ])?;
    Ok(())
}
