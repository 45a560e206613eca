//! One sheet of a workbook as CSV: each of its rows one line, so that line numbers are row
//! numbers; comma, double quotes, decimal point.

use std::io::{Read, Write};

use super::number::{self, Look};
use super::strings::Strings;
use super::xml::{self, Piece};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::COLUMNS_MAX;

/// The most that Excel itself holds.
const ROWS_MAX: u64 = 1_048_576;
/// What a sheet may come to as CSV.
const CSV_BYTES_MAX: u64 = 1024 * 1024 * 1024;
const CELL_BYTES_MAX: usize = 1024 * 1024;

/// What is needed to read a cell.
pub struct Context<'a> {
    pub strings: &'a Strings,
    /// By style number.
    pub looks: &'a [Look],
    pub from_1904: bool,
}

/// Why a sheet was not written: the workbook's fault, or the disk's.
pub enum SheetFault {
    File(FileFault),
    Disk(std::io::Error),
}

/// Writes the sheet as CSV; gives whether it holds anything at all.
///
/// # Errors
/// `File` where the sheet is damaged or beyond a limit, `Disk`.
pub fn write_csv(
    source: impl Read,
    context: &Context<'_>,
    out: &mut dyn Write,
) -> Result<bool, SheetFault> {
    let mut writing = Writing::new(context, out);
    let end = xml::each_piece(source, &mut |piece| writing.take(piece));
    match (writing.disk.take(), end) {
        (Some(error), _) => Err(SheetFault::Disk(error)),
        (None, Err(fault)) => Err(SheetFault::File(fault)),
        (None, Ok(())) => Ok(writing.line > 0),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Bool,
}

struct Writing<'a> {
    context: &'a Context<'a>,
    out: &'a mut dyn Write,
    disk: Option<std::io::Error>,
    in_data: bool,
    /// Lines written.
    line: u64,
    bytes: u64,
    /// Of the row and the cell being read; 1 is the first row, 0 the first column.
    row: u64,
    column: usize,
    /// Where a cell stands that does not say it.
    next: usize,
    cells: Vec<String>,
    kind: Kind,
    look: Look,
    text: String,
    /// Within an element whose text is the cell's.
    in_text: bool,
}

impl<'a> Writing<'a> {
    fn new(context: &'a Context<'a>, out: &'a mut dyn Write) -> Self {
        Self {
            context,
            out,
            disk: None,
            in_data: false,
            line: 0,
            bytes: 0,
            row: 0,
            column: 0,
            next: 0,
            cells: Vec::new(),
            kind: Kind::Number,
            look: Look::Number,
            text: String::new(),
            in_text: false,
        }
    }

    fn take(&mut self, piece: Piece<'_>) -> Result<(), FileFault> {
        match piece {
            Piece::Open("sheetData", _) => self.in_data = true,
            Piece::Close("sheetData") => self.in_data = false,
            _ if !self.in_data => {}
            Piece::Open("row", element) => {
                let named = xml::attribute(element, "r").and_then(|text| text.parse().ok());
                self.row = named.unwrap_or(self.row + 1);
                self.next = 0;
                self.cells.clear();
                // Rows go down; a sheet that goes back would have its lines out of order.
                if self.row <= self.line || self.row > ROWS_MAX {
                    return Err(xml::damaged());
                }
            }
            Piece::Close("row") => self.end_row()?,
            Piece::Open("c", element) => self.begin_cell(element)?,
            Piece::Close("c") => self.end_cell()?,
            Piece::Open("v" | "t", _) => self.in_text = true,
            Piece::Close("v" | "t") => self.in_text = false,
            Piece::Text(text) if self.in_text => {
                if self.text.len() + text.len() > CELL_BYTES_MAX {
                    return Err(xml::damaged());
                }
                self.text.push_str(text);
            }
            Piece::Open(..) | Piece::Close(_) | Piece::Text(_) => {}
        }
        Ok(())
    }

    fn begin_cell(&mut self, element: &quick_xml::events::BytesStart<'_>) -> Result<(), FileFault> {
        let named = xml::attribute(element, "r").and_then(|name| column_of(&name));
        self.column = named.unwrap_or(self.next);
        if self.column < self.next {
            return Err(xml::damaged());
        }
        self.next = self.column + 1;
        if self.column >= COLUMNS_MAX {
            return Err(FileFault::not_this(format!(
                "A sheet of the workbook has more than {COLUMNS_MAX} columns, which is the most \
                 that is read. Nothing of it was taken in."
            )));
        }
        self.kind = match xml::attribute(element, "t").as_deref() {
            Some("s") => Kind::Shared,
            Some("b") => Kind::Bool,
            None | Some("n") => Kind::Number,
            Some(_) => Kind::Text,
        };
        let style = xml::attribute(element, "s").and_then(|text| text.parse::<usize>().ok());
        let looks = self.context.looks;
        self.look = style.and_then(|style| looks.get(style).copied()).unwrap_or_default();
        self.text.clear();
        Ok(())
    }

    fn end_cell(&mut self) -> Result<(), FileFault> {
        let text = std::mem::take(&mut self.text);
        let shown = match self.kind {
            _ if text.is_empty() => String::new(),
            Kind::Number => number::shown(&text, self.look, self.context.from_1904),
            Kind::Text => text,
            Kind::Bool => if text == "1" { "TRUE" } else { "FALSE" }.to_owned(),
            Kind::Shared => {
                let index = text.trim().parse().ok();
                let found = index.and_then(|index| self.context.strings.find(index));
                found.ok_or_else(xml::damaged)?.to_owned()
            }
        };
        if !shown.is_empty() {
            self.cells.resize(self.column, String::new());
            self.cells.push(shown);
        }
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), FileFault> {
        if self.cells.is_empty() {
            return Ok(());
        }
        let mut line = "\n".repeat((self.row - self.line - 1) as usize);
        for (index, cell) in self.cells.iter().enumerate() {
            if index > 0 {
                line.push(',');
            }
            push_cell(&mut line, cell);
        }
        line.push('\n');
        self.line = self.row;
        self.bytes += line.len() as u64;
        if self.bytes > CSV_BYTES_MAX {
            return Err(FileFault::broken(
                "A sheet of the workbook holds more than can be read. Nothing of it was taken \
                 in. Save it as CSV and import that.",
            ));
        }
        self.out.write_all(line.as_bytes()).map_err(|error| {
            self.disk = Some(error);
            FileFault::Stopped
        })
    }
}

/// A line break within a cell becomes a blank, so that one row stays one line.
fn push_cell(line: &mut String, cell: &str) {
    let quoted = cell.contains([',', '"', ';', '\t', '\n', '\r']);
    if quoted {
        line.push('"');
    }
    for letter in cell.replace("_x000D_", "").chars() {
        match letter {
            '\r' | '\n' | '\t' => line.push(' '),
            '"' => line.push_str("\"\""),
            other => line.push(other),
        }
    }
    if quoted {
        line.push('"');
    }
}

/// The column in a name such as `AB12`, 0 is A.
fn column_of(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase);
    let number = letters.take(4).fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(rows: &str) -> Result<String, String> {
        let strings = Strings::of(&["Größe, \"L\"", "two\nlines"]);
        let looks = [Look::Number, Look::Day];
        let context = Context { strings: &strings, looks: &looks, from_1904: false };
        let text = format!("<worksheet><cols/><sheetData>{rows}</sheetData></worksheet>");
        let mut out = Vec::new();
        match write_csv(text.as_bytes(), &context, &mut out) {
            Ok(_) => Ok(String::from_utf8(out).unwrap()),
            Err(SheetFault::File(fault)) => Err(fault.to_string()),
            Err(SheetFault::Disk(error)) => Err(error.to_string()),
        }
    }

    #[test]
    fn cells_stand_where_they_stood_and_rows_keep_their_numbers() {
        let rows = "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\"><v>0.10</v></c></row>\
             <row r=\"4\"><c r=\"A4\" s=\"1\"><v>46083</v></c><c r=\"B4\" t=\"s\"><v>1</v></c>\
             <c r=\"C4\" t=\"inlineStr\"><is><r><t>in</t></r><r><t>line</t></r></is></c>\
             <c r=\"D4\" t=\"b\"><v>1</v></c><c r=\"E4\" t=\"str\"><f>1+1</f><v>=2</v></c></row>\
             <row><c><v>5</v></c><c/><c><v>6</v></c></row><row r=\"9\"><c r=\"A9\" s=\"1\"/></row>";
        let expected =
            "\n\"Größe, \"\"L\"\"\",,0.1\n\n2026-03-02,\"two lines\",inline,TRUE,=2\n5,,6\n";
        assert_eq!(csv(rows).unwrap(), expected);
    }

    #[test]
    fn a_sheet_beyond_a_limit_or_out_of_order_is_refused() {
        for (rows, what) in [
            ("<row r=\"1\"><c r=\"ZZZ1\"><v>1</v></c></row>", "columns"),
            ("<row r=\"99999999\"><c><v>1</v></c></row>", "damaged"),
            ("<row r=\"3\"><c><v>1</v></c></row><row r=\"2\"><c><v>1</v></c></row>", "damaged"),
            ("<row><c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>1</v></c></row>", "damaged"),
            ("<row><c t=\"s\"><v>7</v></c></row>", "damaged"),
        ] {
            let fault = csv(rows).unwrap_err();
            assert!(fault.contains(what), "{rows}: {fault}");
        }
    }
}
