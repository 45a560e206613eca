//! How lines of a range of days are looked for: by the index of their day, or, where most of them
//! lie in it, through all in their order.

use crate::base::{Day, DayRange};
use crate::domain::ask::Basis;
use crate::reports::ReportError;
use crate::store::Reader;

/// One of so many days is a good part.
const MOST_SHARE: i32 = 6;

/// What stands before `between ? and ?` in a query of `profit_lines` joined with `orders`.
///
/// # Errors
/// What the database said.
pub fn column(
    reader: &Reader<'_>,
    basis: Basis,
    range: DayRange,
) -> Result<&'static str, ReportError> {
    Ok(match (basis, is_most(reader, range)?) {
        (Basis::Event, false) => "event_day",
        (Basis::Order, false) => "orders.order_day",
        // Not by the index of days: to go through all in their order is less than to sort most.
        (Basis::Event, true) => "+event_day",
        (Basis::Order, true) => "+profit_lines.order_day",
    })
}

fn is_most(reader: &Reader<'_>, range: DayRange) -> Result<bool, ReportError> {
    let mut statement = reader.conn().prepare_cached(
        "select (select min(event_day) from profit_lines),
            (select max(event_day) from profit_lines)",
    )?;
    let (first, last): (Option<Day>, Option<Day>) =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (Some(first), Some(last)) = (first, last) else { return Ok(false) };
    let inside = last.min(range.to).0 - first.max(range.from).0 + 1;
    Ok(inside * MOST_SHARE > last.0 - first.0)
}
