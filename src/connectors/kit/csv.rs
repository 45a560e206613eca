//! CSV and tab-separated files read by header name: streaming, with limits, rows that know their
//! line.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use super::decode;
use crate::connectors::fault::FileFault;

/// Columns that a file may have.
pub const COLUMNS_MAX: usize = 2_000;
/// Bytes of one cell of a refused row that are kept.
const RAW_CELL_BYTES_MAX: usize = 2_000;
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
pub struct Table<R: BufRead> {
    reader: ::csv::Reader<Plain<R>>,
    pub header: Vec<String>,
    record: ::csv::ByteRecord,
}

/// One row that outlives its turn, for rows that are understood only together.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptRow {
    /// As `Row::line`.
    pub line: u64,
    record: ::csv::ByteRecord,
}

impl KeptRow {
    pub fn row(&self) -> Row<'_> {
        Row { line: self.line, record: &self.record }
    }

    /// Whether it holds the same cells, wherever it stands.
    pub fn is_same(&self, other: &Self) -> bool {
        self.record == other.record
    }

    /// All of its bytes, cell by cell.
    pub fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.record.iter()
    }
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
        let mut reader = builder.from_reader(Plain::new(source));
        let mut record = ::csv::ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(|fault| row_fault(fault, 1))? {
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
        self.find_column(name).ok_or_else(|| FileFault::no_column(name))
    }

    /// The next row that is not blank; `None` at the end.
    ///
    /// # Errors
    /// `Broken` for a row beyond `ROW_BYTES_MAX` (an unclosed quote, most often), `Read`.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, FileFault> {
        loop {
            let begun = self.reader.position().line();
            self.reader.get_mut().row_bytes = 0;
            let read = self.reader.read_byte_record(&mut self.record);
            if !read.map_err(|fault| row_fault(fault, begun))? {
                return Ok(None);
            }
            // The file ends every row with a line break, so one that the end of the file ended is
            // within quotation marks, and what it swallowed are rows.
            if self.reader.get_ref().is_over {
                return Err(row_too_long(begun));
            }
            let blank = self.record.iter().all(|cell| cell.trim_ascii().is_empty());
            if blank {
                continue;
            }
            // The reader's own position is where it stood before it passed over blank lines.
            let breaks = self.record.as_slice().iter().filter(|byte| **byte == b'\n').count();
            let line = self.reader.position().line().saturating_sub(1 + breaks as u64);
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

    /// As `text`, borrowed where it can be, and without the `="…"` that keeps spreadsheets from
    /// rounding an identifier.
    pub fn cell(&self, column: usize) -> Cow<'_, str> {
        let bytes = self.record.get(column).unwrap_or_default();
        match decode::text(bytes.trim_ascii()) {
            Cow::Borrowed(text) => Cow::Borrowed(decode::unwrap_cell(text)),
            Cow::Owned(text) => Cow::Owned(decode::unwrap_cell(&text).to_owned()),
        }
    }

    pub fn keep(&self) -> KeptRow {
        KeptRow { line: self.line, record: self.record.clone() }
    }

    pub fn find(&self, column: Option<usize>) -> String {
        column.map(|column| self.text(column)).unwrap_or_default()
    }

    pub fn cells(&self) -> usize {
        self.record.len()
    }

    /// The named columns as they stand, for a refused row: a flat JSON object, in their order.
    pub fn raw(&self, columns: &[(&str, Option<usize>)]) -> String {
        let cells = columns.iter().filter_map(|(name, column)| {
            let cell = self.record.get((*column)?).unwrap_or_default();
            Some((*name, decode::text(cell).trim().to_owned()))
        });
        raw_row(cells)
    }
}

/// A row to be kept and tried again: a flat JSON object in the order of its columns, empty cells
/// left out, very long ones cut.
pub fn raw_row<'a>(cells: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut parts = Vec::new();
    for (name, text) in cells.filter(|(_, text)| !text.is_empty()) {
        let mut shown = text.as_str();
        if shown.len() > RAW_CELL_BYTES_MAX {
            shown = &shown[..shown.floor_char_boundary(RAW_CELL_BYTES_MAX)];
        }
        let quote = |text: &str| serde_json::Value::from(text).to_string();
        parts.push(format!("{}:{}", quote(name), quote(shown)));
    }
    format!("{{{}}}", parts.join(","))
}

/// The file with `\n` alone between lines, also after the last, so that lines can be counted;
/// stops at a row that does not end before memory does.
struct Plain<R: BufRead> {
    source: R,
    after_return: bool,
    last: u8,
    row_bytes: usize,
    /// Whether the end was asked for and told.
    is_over: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("a row does not end")]
struct RowTooLong;

impl<R: BufRead> Plain<R> {
    fn new(source: R) -> Self {
        Self { source, after_return: false, last: b'\n', row_bytes: 0, is_over: false }
    }
}

impl<R: BufRead> Read for Plain<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.row_bytes > ROW_BYTES_MAX {
            return Err(io::Error::other(RowTooLong));
        }
        let mut written = 0;
        while written == 0 && !out.is_empty() {
            let piece = self.source.fill_buf()?;
            if piece.is_empty() {
                if self.last != b'\n' {
                    self.last = b'\n';
                    out[0] = b'\n';
                    written = 1;
                }
                break;
            }
            let taken = piece.len().min(out.len());
            for byte in &piece[..taken] {
                let second = self.after_return && *byte == b'\n';
                self.after_return = *byte == b'\r';
                if second {
                    continue;
                }
                out[written] = if *byte == b'\r' { b'\n' } else { *byte };
                self.last = out[written];
                written += 1;
            }
            self.source.consume(taken);
        }
        self.row_bytes += written;
        self.is_over = written == 0 && !out.is_empty();
        Ok(written)
    }
}

fn row_fault(fault: ::csv::Error, line: u64) -> FileFault {
    if let ::csv::ErrorKind::Io(cause) = fault.kind()
        && cause.get_ref().is_some_and(|cause| cause.is::<RowTooLong>())
    {
        return row_too_long(line);
    }
    read_fault(fault)
}

fn row_too_long(line: u64) -> FileFault {
    FileFault::broken(format!(
        "The row at line {line} does not end; a quotation mark is probably not closed. Nothing \
         of the file was taken in. Close it and import the file again."
    ))
}

fn read_fault(fault: ::csv::Error) -> FileFault {
    match fault.into_kind() {
        ::csv::ErrorKind::Io(fault) => FileFault::Read(fault),
        other => FileFault::broken(format!("The file is not a readable table: {other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        let mut table = Table::open(text.as_bytes(), Dialect::Comma).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = table.next_row().unwrap() {
            rows.push(format!("{} {}", row.line, row.text(0)));
        }
        rows
    }

    #[test]
    fn a_row_knows_its_line() {
        let text = "a,b\n1,x\n\n\n2,\"y\nz\"\n , \n3,x";
        let expected = ["2 1", "5 2", "8 3"];
        assert_eq!(rows(text), expected);
        assert_eq!(rows(&text.replace('\n', "\r\n")), expected, "CRLF");
        assert_eq!(rows(&text.replace('\n', "\r")), expected, "CR");
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_swallows_no_rows() {
        for end in ["", "\n", "\n5,6", "\n5,6\n"] {
            let text = format!("a,b\n1,2\n3,\"x{end}");
            let mut table = Table::open(text.as_bytes(), Dialect::Comma).unwrap();
            assert!(table.next_row().unwrap().is_some());
            let fault = table.next_row().map(|row| row.is_some()).unwrap_err();
            assert!(fault.to_string().contains("line 3 does not end"), "{end:?}: {fault}");
        }
        for whole in ["a,b\n1,\"x\"", "a,b\n1,\"x\ny\"\n\n", "a,b\n1,"] {
            assert_eq!(rows(whole).len(), 1, "{whole:?}");
        }
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_does_not_fill_the_memory() {
        let mut text = b"a,b\n1,2\n3,\"".to_vec();
        text.resize(3 * ROW_BYTES_MAX, b'x');
        let mut table = Table::open(text.as_slice(), Dialect::Comma).unwrap();
        assert!(table.next_row().unwrap().is_some());
        let fault = table.next_row().map(|row| row.is_some()).unwrap_err();
        assert!(fault.to_string().contains("line 3"), "{fault}");
    }
}
