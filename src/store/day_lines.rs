//! The lines sold on a day, in the order in which money is split over several orders: by the
//! order's instant, then the store's name, then the order's id, then as they stand.

use rusqlite::params;

use crate::base::Day;
use crate::base::id::OrderId;
use crate::store::profit::{StoredLine, line_columns, line_from_row};
use crate::store::{Reader, StoreError, Tx};

/// A line that was sold, gift cards left out.
#[derive(Clone, Debug)]
pub struct SoldLine {
    pub line: StoredLine,
    pub sku: Option<String>,
    /// The order's own.
    pub country: Option<String>,
    pub channel: Option<String>,
    pub campaign: Option<String>,
}

const ORDER: &str = "placed_at, stores.name, external_id, event_no, line_no";

pub fn list_sold(reader: &Reader<'_>, day: Day) -> Result<Vec<SoldLine>, StoreError> {
    let sql = format!(
        "select {}, sku, country, channel, campaign from profit_lines
         join orders on orders.id = order_id
         join stores on stores.id = profit_lines.store_id
         left join variants on variants.id = variant_id
         where event_day = ? and kind in (0, 1) and units > 0
         order by {ORDER}",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let rows = statement.query_map([day], |row| {
        Ok(SoldLine {
            line: line_from_row(row)?,
            sku: row.get("sku")?,
            country: row.get("country")?,
            channel: row.get("channel")?,
            campaign: row.get("campaign")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Order, event, line and weight of the lines sold on a day, in the same order.
pub fn list_weights(tx: &Tx<'_>, day: Day) -> Result<Vec<(OrderId, i64, i64, i64)>, StoreError> {
    let sql = format!(
        "select order_id, event_no, line_no, gross_sales_minor + discounts_minor
         from profit_lines
         join orders on orders.id = order_id
         join stores on stores.id = profit_lines.store_id
         where event_day = ? and kind in (0, 1) and units > 0
         order by {ORDER}"
    );
    let mut statement = tx.conn().prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![day], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
