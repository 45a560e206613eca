//! Profit lines with what their order says of the buyer and the hour, one after another: for the
//! reports that no rollup serves. Reads the lines of the days that are asked for and their orders,
//! once, in the order of the orders; the caller adds up.

use rusqlite::params;

use super::profit::line_figures;
use super::{ReportError, days};
use crate::base::id::{CustomerId, StoreId};
use crate::base::{Day, DayRange, Instant};
use crate::domain::ask::{Ask, Basis};
use crate::domain::profit::figures::Figures;
use crate::store::profit::{LINE_COLUMNS, LineKind, line_columns, line_from_row};
use crate::store::{Reader, StoreError};

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Bought {
    /// The day under which it is counted.
    pub day: Day,
    pub placed_at: Instant,
    /// Orders without one count for none.
    pub customer: Option<CustomerId>,
    /// Its order is its customer's first in any store.
    pub is_first_order: bool,
    /// Every component that lines bear; `orders` and `new_customers` stand in the first line of
    /// an order's sale and nowhere else.
    pub figures: Figures,
}

/// Whether an order's buyer may be analysed: of one who is restricted nothing is known here.
const OPEN: &str =
    "(customer_id is null or customer_id not in (select customer_id from buyers_restricted))";

/// Hands out every line of the days, stores and basis of `ask`.
///
/// # Errors
/// What the database said.
pub fn each(
    reader: &Reader<'_>,
    ask: &Ask,
    range: DayRange,
    mut take: impl FnMut(&Bought),
) -> Result<(), ReportError> {
    let column = days::column(reader, ask.basis, range)?;
    let sql = format!(
        "select {}, placed_at, iif({OPEN}, customer_id, null), iif({OPEN}, new_customer_day, null)
         from profit_lines join orders on orders.id = order_id
         where {column} between ?1 and ?2 order by order_id, event_no, line_no",
        line_columns()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut found = statement.query(params![range.from, range.to])?;
    let mut sold = None;
    while let Some(row) = found.next()? {
        let line = line_from_row(row)?;
        if !is_wanted(ask, line.store) {
            continue;
        }
        let new_customer_day: Option<Day> = row.get(LINE_COLUMNS + 2)?;
        let mut figures = line_figures(&line, ask.ads);
        let is_counted = line.kind == LineKind::Sale && sold != Some(line.order);
        if is_counted {
            sold = Some(line.order);
        }
        figures.orders = i64::from(is_counted);
        figures.new_customers = i64::from(is_counted && new_customer_day.is_some());
        take(&Bought {
            day: match ask.basis {
                Basis::Event => line.event_day,
                Basis::Order => line.order_day,
            },
            placed_at: row.get(LINE_COLUMNS)?,
            customer: row.get(LINE_COLUMNS + 1)?,
            is_first_order: new_customer_day.is_some(),
            figures,
        });
    }
    Ok(())
}

/// Whether lines of a store belong to what is asked.
pub fn is_wanted(ask: &Ask, store: StoreId) -> bool {
    ask.scope.allows(store) && ask.store.is_none_or(|wanted| wanted == store)
}

/// The day of every customer's first counted order in any store, with the store.
///
/// # Errors
/// What the database said.
pub fn list_first_orders(
    reader: &Reader<'_>,
) -> Result<Vec<(CustomerId, Day, StoreId)>, ReportError> {
    let mut statement = reader.conn().prepare_cached(&format!(
        "select customer_id, new_customer_day, store_id from orders
         where new_customer_day is not null and customer_id is not null and {OPEN}"
    ))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>().map_err(StoreError::from)?)
}
