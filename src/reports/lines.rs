//! Profit lines of some days, order after order, for the reports that no rollup serves.

use rusqlite::params;

use super::{ReportError, days};
use crate::base::DayRange;
use crate::domain::ask::Ask;
use crate::store::Reader;
use crate::store::profit::{LINE_COLUMNS, StoredLine, line_columns, line_from_row};

/// Which lines are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// Those of refunds, a few in a hundred.
    Refunds,
    /// Those that bear a fee of a payment or a channel.
    Fees,
}

impl Wanted {
    fn sql(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Refunds => "and kind = 2",
            Self::Fees => "and (payment_fees_minor <> 0 or channel_fees_minor <> 0)",
        }
    }
}

/// What a line says of its order.
#[derive(Clone, Copy, Debug)]
pub struct OfOrder<'a> {
    pub country: Option<&'a str>,
}

/// Hands over each line of the stores in question, an order's lines one after another.
///
/// # Errors
/// Those of the database, and of `each`.
pub fn each(
    reader: &Reader<'_>,
    (ask, range): (&Ask, DayRange),
    wanted: Wanted,
    each: &mut dyn FnMut(&StoredLine, OfOrder<'_>) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let column = days::column(reader, ask.basis, range)?;
    let sql = format!(
        "select {}, country
         from profit_lines join orders on orders.id = order_id
         where {column} between ?1 and ?2 {} order by order_id, event_no, line_no",
        line_columns(),
        wanted.sql()
    );
    let mut statement = reader.conn().prepare_cached(&sql)?;
    let mut rows = statement.query(params![range.from, range.to])?;
    while let Some(row) = rows.next()? {
        let line = line_from_row(row)?;
        let is_wanted = ask.scope.allows(line.store) && ask.store.is_none_or(|s| s == line.store);
        if !is_wanted {
            continue;
        }
        let country = row.get_ref(LINE_COLUMNS)?.as_str_or_null();
        let of_order = OfOrder { country: country.map_err(rusqlite::Error::from)? };
        each(&line, of_order)?;
    }
    Ok(())
}
