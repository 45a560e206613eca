//! The lines sold on a day, in the order in which money is split over several orders: by the
//! order's instant, then the store's name, then the order's id, then as they stand.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{Row, params};

use crate::base::id::{OrderId, StoreId};
use crate::base::{Day, Instant};
use crate::store::profit::{LINE_COLUMNS, StoredLine, line_columns, line_from_row};
use crate::store::{Reader, StoreError, Tx, stores};

/// A line that was sold, gift cards left out.
#[derive(Clone, Debug)]
pub struct SoldLine {
    pub line: StoredLine,
    pub sku: Option<Arc<str>>,
    /// The order's own.
    pub country: Option<Arc<str>>,
    pub channel: Option<Arc<str>>,
    pub campaign: Option<Arc<str>>,
}

const ORDER: &str = "placed_at, stores.name, external_id, event_no, line_no";

/// Where a line stands among those of its day: the order's instant, the store's name, the order's
/// id, the event and the line.
pub type Standing = (Instant, Arc<str>, String, i64, i64);

/// The lines with where each stands.
pub fn list_standing(
    reader: &Reader<'_>,
    day: Day,
) -> Result<Vec<(Standing, SoldLine)>, StoreError> {
    let names: HashMap<StoreId, Arc<str>> = stores::list_stores(reader)?
        .into_iter()
        .map(|store| (store.id, Arc::from(store.name)))
        .collect();
    let sql = format!(
        "select {}, sku, country, channel, campaign, placed_at, external_id
         from profit_lines
         join orders on orders.id = order_id
         left join variants on variants.id = variant_id
         where event_day = ? and kind in (0, 1) and units > 0",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query([day])?;
    let mut texts = Texts::default();
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let line = line_from_row(row)?;
        let sold = SoldLine {
            line,
            sku: texts.get(row, LINE_COLUMNS)?,
            country: texts.get(row, LINE_COLUMNS + 1)?,
            channel: texts.get(row, LINE_COLUMNS + 2)?,
            campaign: texts.get(row, LINE_COLUMNS + 3)?,
        };
        let Some(name) = names.get(&line.store) else { continue };
        let (placed_at, external_id) = (row.get(LINE_COLUMNS + 4)?, row.get(LINE_COLUMNS + 5)?);
        let standing = (placed_at, Arc::clone(name), external_id, line.event_no, line.line_no);
        list.push((standing, sold));
    }
    // Less work than to have the database sort all of it.
    list.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    Ok(list)
}

pub fn list_sold(reader: &Reader<'_>, day: Day) -> Result<Vec<SoldLine>, StoreError> {
    Ok(list_standing(reader, day)?.into_iter().map(|(_, sold)| sold).collect())
}

/// Texts of a day, each of them once: few products, countries and campaigns, many lines.
#[derive(Default)]
struct Texts(HashSet<Arc<str>>);

impl Texts {
    fn get(&mut self, row: &Row<'_>, column: usize) -> Result<Option<Arc<str>>, StoreError> {
        let value = row.get_ref(column)?;
        let Some(text) = value.as_str_or_null().map_err(rusqlite::Error::from)? else {
            return Ok(None);
        };
        if let Some(known) = self.0.get(text) {
            return Ok(Some(Arc::clone(known)));
        }
        let text: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&text));
        Ok(Some(text))
    }
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
