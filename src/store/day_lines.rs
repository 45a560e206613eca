//! The lines sold on a day, in the order in which money is split over several orders: by the
//! order's instant, then the store's name, then the order's id, then as they stand.

use rusqlite::{Row, params};

use crate::base::id::OrderId;
use crate::base::{Day, Instant};
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

/// Where a line stands among those of its day: the order's instant, the store's name, the order's
/// id, the event and the line.
pub type Standing = (Instant, String, String, i64, i64);

/// The lines with where each stands.
pub fn list_standing(
    reader: &Reader<'_>,
    day: Day,
) -> Result<Vec<(Standing, SoldLine)>, StoreError> {
    let mut list = Vec::new();
    each_sold(reader, day, &mut |row, sold| {
        let (event_no, line_no) = (sold.line.event_no, sold.line.line_no);
        let place = (row.get("placed_at")?, row.get("name")?, row.get("external_id")?);
        list.push(((place.0, place.1, place.2, event_no, line_no), sold));
        Ok(())
    })?;
    Ok(list)
}

pub fn list_sold(reader: &Reader<'_>, day: Day) -> Result<Vec<SoldLine>, StoreError> {
    let mut list = Vec::new();
    each_sold(reader, day, &mut |_, sold| {
        list.push(sold);
        Ok(())
    })?;
    Ok(list)
}

type Each<'a> = &'a mut dyn FnMut(&Row<'_>, SoldLine) -> rusqlite::Result<()>;

fn each_sold(reader: &Reader<'_>, day: Day, each: Each<'_>) -> Result<(), StoreError> {
    let sql = format!(
        "select {}, sku, country, channel, campaign, placed_at, stores.name, external_id
         from profit_lines
         join orders on orders.id = order_id
         join stores on stores.id = profit_lines.store_id
         left join variants on variants.id = variant_id
         where event_day = ? and kind in (0, 1) and units > 0
         order by {ORDER}",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query([day])?;
    while let Some(row) = rows.next()? {
        let sold = SoldLine {
            line: line_from_row(row)?,
            sku: row.get("sku")?,
            country: row.get("country")?,
            channel: row.get("channel")?,
            campaign: row.get("campaign")?,
        };
        each(row, sold)?;
    }
    Ok(())
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
