//! Amounts, days and currencies as the export's cells write them, and which cell cannot be read.

use super::wire::Row;
use super::wire::column::{
    CURRENCY, PAYMENT_DISCOUNT, PLATFORM_DISCOUNT, REFUNDED, SELLER_DISCOUNT,
    SHIPPING_SELLER_DISCOUNT,
};
use crate::base::{Currency, Instant};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::amount::{self, Mark};
use crate::connectors::kit::when::{self, DayOrder};

/// What lessens an amount, and may be written below 0.
const TAKEN_OFF: [usize; 5] =
    [PLATFORM_DISCOUNT, SELLER_DISCOUNT, SHIPPING_SELLER_DISCOUNT, PAYMENT_DISCOUNT, REFUNDED];

/// What reading needs beside the rows.
pub struct Reading<'a> {
    pub ctx: &'a ReadCtx,
    pub mark: Mark,
    /// Whether the file tells when an order was paid.
    pub has_paid: bool,
}

/// Why an order is refused, and where.
pub struct Problem {
    pub line: u64,
    pub field: usize,
    pub reason: String,
    pub unknown_currency: Option<String>,
}

pub fn problem(row: &Row, field: usize, reason: impl Into<String>) -> Problem {
    Problem { line: row.line, field, reason: reason.into(), unknown_currency: None }
}

impl Reading<'_> {
    /// # Errors
    /// A `Problem` where neither the row nor the store names one.
    pub fn currency(&self, row: &Row) -> Result<Currency, Problem> {
        match (row.find(CURRENCY), self.ctx.currency) {
            (None, Some(currency)) => Ok(currency),
            (None, None) => Err(problem(row, CURRENCY, "it names no currency")),
            (Some(code), _) => Currency::parse(&code.to_ascii_uppercase()).map_err(|fault| {
                let unknown_currency = Some(code);
                Problem { unknown_currency, ..problem(row, CURRENCY, fault.to_string()) }
            }),
        }
    }

    /// Never below 0; `None` for an empty cell.
    ///
    /// # Errors
    /// A `Problem` for a cell that is no amount, or one below 0 that lessens nothing.
    pub fn minor(
        &self,
        row: &Row,
        field: usize,
        currency: Currency,
    ) -> Result<Option<i64>, Problem> {
        let minor = amount::minor(row.text(field), self.mark, currency);
        match minor.map_err(|reason| problem(row, field, reason))? {
            Some(minor) if minor < 0 && !TAKEN_OFF.contains(&field) => {
                Err(problem(row, field, "an amount below 0 cannot stand here"))
            }
            minor => Ok(minor.map(i64::abs)),
        }
    }

    /// Days are written day first, but for the United States, whose export writes AM and PM.
    ///
    /// # Errors
    /// A `Problem` for a cell that is no day.
    pub fn instant(&self, row: &Row, field: usize) -> Result<Option<Instant>, Problem> {
        let text = row.text(field);
        if text.is_empty() {
            return Ok(None);
        }
        let is_american = text.ends_with(['M', 'm'])
            || self.currency(row).is_ok_and(|currency| currency.code() == "USD");
        let order = if is_american { DayOrder::MonthFirst } else { DayOrder::DayFirst };
        let read = when::parse(text, order).map_err(|reason| problem(row, field, reason))?;
        let at = read.instant(&self.ctx.zone);
        at.map(Some).ok_or_else(|| problem(row, field, "the day is outside of 1970 to 2199"))
    }

    /// An amount of the whole order, repeated on each of its rows.
    ///
    /// # Errors
    /// As `minor`, or a `Problem` of the first row that states another amount.
    pub fn whole(&self, rows: &[Row], field: usize, currency: Currency) -> Result<i64, Problem> {
        let first = self.minor(&rows[0], field, currency)?;
        for row in &rows[1..] {
            if self.minor(row, field, currency)? != first {
                let reason = "its rows do not agree on this amount of the whole order";
                return Err(problem(row, field, reason));
            }
        }
        Ok(first.unwrap_or(0))
    }
}
