//! Which orders sold what, and when: read from indexes alone, for answers over years of orders.

use rusqlite::params;

use crate::base::id::{OrderId, StoreId, VariantId};
use crate::base::{Day, DayRange};
use crate::store::{Reader, StoreError};

/// Hands over the order and the day of every sale of a variant, or of lines without one. An order
/// comes as often as it has such lines.
///
/// # Errors
/// `StoreError` of the database.
pub fn each_sale(
    reader: &Reader<'_>,
    variant: Option<VariantId>,
    range: DayRange,
    each: &mut dyn FnMut(OrderId, Day),
) -> Result<(), StoreError> {
    // The sale is an order's first event, on the order's own day.
    let mut statement = reader.conn().prepare_cached(
        "select order_id, order_day from profit_lines indexed by profit_lines_by_variant
         where variant_id is ? and order_day between ? and ? and event_no = 0",
    )?;
    let mut rows = statement.query(params![variant, range.from, range.to])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?);
    }
    Ok(())
}

/// Hands over every order that is noted as the first of its buyer.
///
/// # Errors
/// `StoreError` of the database.
pub fn each_first(reader: &Reader<'_>, each: &mut dyn FnMut(OrderId)) -> Result<(), StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select first_order_id from customers where first_order_id is not null")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?);
    }
    Ok(())
}

/// Hands over every order of a range of days with its store.
///
/// # Errors
/// `StoreError` of the database.
pub fn each_order(
    reader: &Reader<'_>,
    range: DayRange,
    each: &mut dyn FnMut(OrderId, StoreId),
) -> Result<(), StoreError> {
    let mut statement = reader
        .conn()
        .prepare_cached("select id, store_id from orders where order_day between ? and ?")?;
    let mut rows = statement.query(params![range.from, range.to])?;
    while let Some(row) = rows.next()? {
        each(row.get(0)?, row.get(1)?);
    }
    Ok(())
}
