//! What came back: lines that were refunded after they left and are not back on a shelf, and what
//! waits in quarantine to be looked at.

use crate::base::Day;
use crate::base::id::OrderId;
use crate::reports::ReportError;
use crate::store::Reader;

/// Units of one product of one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    pub order: OrderId,
    pub number: String,
    pub sku: String,
    pub title: Option<String>,
    /// The day of the refund.
    pub day: Day,
    pub refunded: i64,
    /// Of them, those that somebody decided of, or that the order itself put back.
    pub decided: i64,
}

/// Units that nobody decided of, the newest first.
///
/// # Errors
/// `Store`.
pub fn list(reader: &Reader<'_>, (from, limit): (Day, i64)) -> Result<Vec<Back>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "with back as (
            select order_id, variant_id, max(event_day) as day, sum(abs(units)) as refunded
            from profit_lines
            where kind = 2 and units <> 0 and variant_id is not null and event_day >= ?1
            group by order_id, variant_id
         )
         select back.order_id, coalesce(orders.number, orders.external_id), sku,
            coalesce(nullif(said.title, ''), variants.title), day,
            min(refunded, (select coalesce(sum(shipped), 0) from reservations
                where order_id = back.order_id and variant_id = back.variant_id)) as gone,
            max((select coalesce(sum(returned), 0) from reservations
                where order_id = back.order_id and variant_id = back.variant_id),
                (select coalesce(sum(delta), 0) from stock_events event
                where event.variant_id = back.variant_id and kind = 'returned'
                    and (event.order_id = back.order_id or (event.order_id is null
                        and reference = coalesce(orders.number, orders.external_id)))
                    and not exists (select 1 from stock_events later
                        where later.reverses_id = event.id))) as decided
         from back join orders on orders.id = back.order_id
         join variants on variants.id = back.variant_id
         left join variant_settings as said on said.variant_id = back.variant_id
         where gone > decided
         order by day desc, back.order_id desc, sku limit ?2",
    )?;
    let rows = statement.query_map(rusqlite::params![from, limit], |row| {
        Ok(Back {
            order: row.get(0)?,
            number: row.get(1)?,
            sku: row.get(2)?,
            title: row.get(3)?,
            day: row.get(4)?,
            refunded: row.get(5)?,
            decided: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What lies in a place of quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub sku: String,
    pub title: Option<String>,
    pub place: String,
    pub units: i64,
}

/// # Errors
/// `Store`.
pub fn list_waiting(reader: &Reader<'_>) -> Result<Vec<Waiting>, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select sku, coalesce(nullif(said.title, ''), variants.title), name, sum(units)
         from on_hand join locations on locations.id = location_id
         join variants on variants.id = on_hand.variant_id
         left join variant_settings as said on said.variant_id = on_hand.variant_id
         where kind = 'quarantine' and units <> 0
         group by on_hand.variant_id, location_id order by sku, name",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Waiting { sku: row.get(0)?, title: row.get(1)?, place: row.get(2)?, units: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
