//! CSV and tab-separated files read by header name: streaming, with limits, rows that know their
//! line.

use std::io::{BufRead, Read};

use super::decode;
use crate::connectors::fault::FileFault;

/// Columns that a file may have.
pub const COLUMNS_MAX: usize = 2_000;
/// Bytes that one row may have, quoted line breaks included.
pub const ROW_BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Clone, Copy, Debug)]
pub enum Dialect {
    /// Comma, double quotes.
    Comma,
    /// Semicolon, double quotes: what spreadsheets write where the comma is the decimal sign.
    Semicolon,
    /// Tab, no quoting: a lone `"` is data.
    Tab,
}

impl Dialect {
    /// The separator that the header line holds most often; tabs win outright.
    pub fn of_header(header: &str) -> Self {
        if header.contains('\t') {
            return Self::Tab;
        }
        let count = |sign: char| header.matches(sign).count();
        if count(';') > count(',') { Self::Semicolon } else { Self::Comma }
    }
}

/// A table whose header has been read.
pub struct Table<R: Read> {
    reader: ::csv::Reader<R>,
    pub header: Vec<String>,
    record: ::csv::ByteRecord,
}

/// One row; cells by column index.
pub struct Row<'a> {
    /// Line of the file on which the row begins, 1 is the header's.
    pub line: u64,
    record: &'a ::csv::ByteRecord,
}

impl<R: BufRead> Table<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// `NotThisFormat` for an empty file, a header with more than `COLUMNS_MAX` columns, or a
    /// column that stands twice.
    pub fn open(source: R, dialect: Dialect) -> Result<Self, FileFault> {
        let mut builder = ::csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true);
        match dialect {
            Dialect::Comma => builder.delimiter(b','),
            Dialect::Semicolon => builder.delimiter(b';'),
            Dialect::Tab => builder.delimiter(b'\t').quoting(false),
        };
        let mut reader = builder.from_reader(source);
        let mut record = ::csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(read_fault)? {
            return Err(FileFault::not_this("The file is empty."));
        }
        if record.len() > COLUMNS_MAX {
            return Err(FileFault::not_this(format!(
                "The header has {} columns; {COLUMNS_MAX} is the most that is read.",
                record.len()
            )));
        }
        let header: Vec<String> =
            record.iter().map(|cell| decode::text(cell).trim().to_owned()).collect();
        for (index, name) in header.iter().enumerate() {
            if !name.is_empty() && header[..index].contains(name) {
                return Err(FileFault::not_this(format!(
                    "The column {name:?} stands twice in the header."
                )));
            }
        }
        Ok(Self { reader, header, record })
    }

    pub fn find_column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// # Errors
    /// `NotThisFormat`, naming the column that is missing.
    pub fn column(&self, name: &str) -> Result<usize, FileFault> {
        self.find_column(name)
            .ok_or_else(|| FileFault::not_this(format!("The column {name:?} is missing.")))
    }

    /// The next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// `Broken` for a row beyond `ROW_BYTES_MAX` (an unclosed quote, most often), `Read`.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, FileFault> {
        loop {
            let line = self.reader.position().line();
            if !self.reader.read_byte_record(&mut self.record).map_err(read_fault)? {
                return Ok(None);
            }
            if self.record.as_slice().len() > ROW_BYTES_MAX {
                return Err(FileFault::broken(format!(
                    "The row at line {line} does not end; a quotation mark is probably not closed."
                )));
            }
            let blank = self.record.iter().all(|cell| cell.trim_ascii().is_empty());
            if blank {
                continue;
            }
            let line = self.record.position().map_or(line, ::csv::Position::line);
            return Ok(Some(Row { line, record: &self.record }));
        }
    }
}

impl Row<'_> {
    /// The cell, trimmed, one guarding apostrophe removed; empty where the row is short.
    pub fn text(&self, column: usize) -> String {
        let text = decode::text(self.record.get(column).unwrap_or_default());
        decode::unquote_apostrophe(text.trim()).to_owned()
    }

    pub fn find(&self, column: Option<usize>) -> String {
        column.map(|column| self.text(column)).unwrap_or_default()
    }

    pub fn cells(&self) -> usize {
        self.record.len()
    }

    /// The named columns as `name=value`, for a refused row.
    pub fn raw(&self, columns: &[(&str, Option<usize>)]) -> String {
        let mut parts = Vec::new();
        for (name, column) in columns {
            let text = self.find(*column);
            if !text.is_empty() {
                parts.push(format!("{name}={text}"));
            }
        }
        parts.join(" | ")
    }
}

fn read_fault(fault: ::csv::Error) -> FileFault {
    match fault.into_kind() {
        ::csv::ErrorKind::Io(fault) => FileFault::Read(fault),
        other => FileFault::broken(format!("The file is not a readable table: {other:?}")),
    }
}
