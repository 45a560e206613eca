//! Units of an order that came back, each of them once: a person may have decided of one before
//! its channel tells that it was put back.

use rusqlite::params;

use crate::base::id::{OrderId, VariantId};
use crate::store::{StoreError, Tx};

/// How many of the units that the order's source says came back are not on the ledger yet; below
/// zero where the source takes back what it said.
pub(super) fn find_news(
    tx: &Tx<'_>,
    (order, variant): (OrderId, VariantId),
    more: i64,
) -> Result<i64, StoreError> {
    if more == 0 {
        return Ok(0);
    }
    let (by_hand, told, written): (i64, i64, i64) = tx
        .conn()
        .prepare_cached(
            "select
                (select coalesce(sum(delta), 0) from stock_events event
                    where variant_id = ?2 and kind = 'returned' and order_id is null
                        and reference = (select coalesce(number, external_id) from orders
                            where id = ?1)
                        and not exists (select 1 from stock_events later
                            where later.reverses_id = event.id)),
                (select coalesce(sum(returned), 0) from reservations
                    where order_id = ?1 and variant_id = ?2),
                (select coalesce(sum(delta), 0) from stock_events
                    where order_id = ?1 and variant_id = ?2 and kind = 'returned')",
        )?
        .query_row(params![order, variant], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    // Told and not written: a person had decided of it.
    let free = (by_hand - (told - written).max(0)).max(0);
    Ok(if more > 0 { more - more.min(free) } else { more.max(-written.max(0)) })
}
