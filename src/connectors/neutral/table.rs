//! What the neutral CSV tables share: columns by name, cells to values, refusals that name the
//! column.

use std::io::BufRead;

use super::normalise::sentence;
use crate::base::{Currency, Day, Decimal, Money, money};
use crate::connectors::contract::{Emit, Found, Head, Match, Refusal};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::{Dialect, Row, Table};
use crate::connectors::kit::decode;
use crate::domain::record::Record;

/// Bytes of a refused row that are kept.
const RAW_BYTES_MAX: usize = 4 * 1024;

/// The columns of one format, and how a row of it becomes a record.
pub struct Shape {
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    /// The column that is to blame where an unquoted decimal comma makes a cell too many.
    pub number: &'static str,
    pub record: fn(&Cells<'_>) -> Result<Record, CellFault>,
}

/// Why a row is refused.
#[derive(Debug)]
pub struct CellFault {
    pub column: &'static str,
    pub reason: String,
}

impl CellFault {
    pub fn new(column: &'static str, reason: impl Into<String>) -> Self {
        Self { column, reason: reason.into() }
    }
}

/// The cells of one row.
pub struct Cells<'a> {
    row: Row<'a>,
    columns: &'a [(&'static str, Option<usize>)],
}

impl Shape {
    /// By the header: all required columns are there.
    pub fn recognises(&self, head: &Head<'_>) -> Match {
        let line = first_line(head.text);
        let Ok(table) = Table::open(line.as_bytes(), Dialect::of_header(line)) else {
            return Match::No;
        };
        let all = self.required.iter().all(|name| table.find_column(name).is_some());
        if all { Match::Yes } else { Match::No }
    }

    /// # Errors
    /// `NotThisFormat` where a required column is missing; what the table and `emit` fail with.
    pub fn read(&self, source: &mut dyn BufRead, emit: Emit<'_>) -> Result<(), FileFault> {
        let dialect = Dialect::of_header(first_line(&decode::text(source.fill_buf()?)));
        let mut table = Table::open(source, dialect)?;
        for name in self.required {
            table.column(name)?;
        }
        let names = self.required.iter().chain(self.optional);
        let columns: Vec<(&'static str, Option<usize>)> =
            names.map(|name| (*name, table.find_column(name))).collect();
        let width = table.header.len();
        while let Some(row) = table.next_row()? {
            let line = row.line;
            let cells = Cells { row, columns: &columns };
            let read = self.check_width(&cells, width).and_then(|()| (self.record)(&cells));
            emit(match read {
                Ok(record) => Found::Records { row: line, records: vec![record] },
                Err(fault) => {
                    let mut raw = cells.row.raw(&columns);
                    raw.truncate(raw.floor_char_boundary(RAW_BYTES_MAX));
                    let column = fault.column.to_owned();
                    Found::Refused(Refusal { row: line, column, reason: fault.reason, raw })
                }
            })?;
        }
        Ok(())
    }

    fn check_width(&self, cells: &Cells<'_>, width: usize) -> Result<(), CellFault> {
        // Also an empty cell too many: a decimal comma moves the cells after it by one.
        if cells.row.cells() <= width {
            return Ok(());
        }
        Err(CellFault::new(
            self.number,
            format!(
                "The row has {} cells, but the header names only {width} columns. Write amounts \
                 with a point, not a comma, and put texts that hold a comma in quotation marks.",
                cells.row.cells()
            ),
        ))
    }
}

fn first_line(text: &str) -> &str {
    text.split(['\r', '\n']).next().unwrap_or_default()
}

impl Cells<'_> {
    /// `None` for an empty cell, or where the file lacks the column.
    pub fn find(&self, column: &'static str) -> Option<String> {
        let index = self.columns.iter().find(|(name, _)| *name == column)?.1;
        decode::some(&self.row.find(index))
    }

    pub fn text(&self, column: &'static str) -> Result<String, CellFault> {
        self.find(column).ok_or_else(|| {
            CellFault::new(column, "The cell is empty; every row needs a value here.")
        })
    }

    pub fn day(&self, column: &'static str) -> Result<Day, CellFault> {
        parse_day(column, &self.text(column)?)
    }

    pub fn find_day(&self, column: &'static str) -> Result<Option<Day>, CellFault> {
        self.find(column).map(|text| parse_day(column, &text)).transpose()
    }

    pub fn currency(&self, column: &'static str) -> Result<Currency, CellFault> {
        Currency::parse(&self.text(column)?).map_err(|wrong| {
            CellFault::new(column, format!("{wrong}; write three capital letters such as EUR."))
        })
    }

    /// An amount in the currency of the row, also a negative one.
    pub fn money(&self, column: &'static str, currency: Currency) -> Result<Money, CellFault> {
        let minor = money::parse_minor(&self.text(column)?, currency)
            .map_err(|wrong| CellFault::new(column, sentence(&wrong.to_string())))?;
        Ok(Money::new(minor, currency))
    }

    pub fn decimal(&self, column: &'static str) -> Result<Decimal, CellFault> {
        parse_decimal(column, &self.text(column)?)
    }

    pub fn find_decimal(&self, column: &'static str) -> Result<Option<Decimal>, CellFault> {
        self.find(column).map(|text| parse_decimal(column, &text)).transpose()
    }

    /// A whole number that is not negative.
    pub fn find_count(&self, column: &'static str) -> Result<Option<i64>, CellFault> {
        let Some(text) = self.find(column) else { return Ok(None) };
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        let count = text.parse().ok().filter(|count| plain && *count < money::MINOR_LIMIT);
        count.map(Some).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            CellFault::new(column, format!("{text:?} is not a whole number such as 1200."))
        })
    }

    pub fn find_country(&self, column: &'static str) -> Result<Option<String>, CellFault> {
        let Some(text) = self.find(column) else { return Ok(None) };
        decode::country(&text).map(Some).ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            CellFault::new(
                column,
                format!("{text:?} is not a country's code of two letters, such as DE."),
            )
        })
    }
}

fn parse_day(column: &'static str, text: &str) -> Result<Day, CellFault> {
    Day::parse(text).map_err(|wrong| CellFault::new(column, sentence(&wrong.to_string())))
}

fn parse_decimal(column: &'static str, text: &str) -> Result<Decimal, CellFault> {
    Decimal::parse(text).map_err(|wrong| {
        CellFault::new(column, format!("{wrong}; write it with a point, such as 4.25."))
    })
}
