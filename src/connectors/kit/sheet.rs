//! A platform's table read by the meaning of its columns: found behind a preamble, named in any of
//! its languages, its decimal sign decided once, unknown columns told.
//!
//! ```text
//! a reader declares FIELDS ── Sheet::open ──▶ header found, decimal sign decided
//!                                 │
//!                                 └── next_row ──▶ cells by field: text, amount, when, count, id
//! ```

use std::borrow::Cow;
use std::io::{BufRead, Chain, Cursor, Read};
use std::rc::Rc;

use super::amount::{self, Mark};
use super::csv::{self, Dialect, KeptRow, Table};
use super::decode;
use super::when::{self, DayOrder, When};
use crate::base::rate::DecimalError;
use crate::base::{Currency, Decimal, Zone};
use crate::connectors::contract::{Emit, Found, Head, Match, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;

/// Lines before the header that are looked through for it.
const PREAMBLE_LINES_MAX: usize = 40;
/// Bytes of these lines.
const PREAMBLE_BYTES_MAX: usize = 64 * 1024;

/// One column that is read.
#[derive(Debug)]
pub struct Field {
    /// All names that it bears, in any case; the first is shown. `(*)` at the end stands for a
    /// currency in brackets: `amount spent (*)`.
    pub names: &'static [&'static str],
    pub need: Need,
    /// Whether its cells tell the file's decimal sign.
    pub amount: bool,
    /// Personal: read where a meaning needs it, but never kept in a refused row.
    pub personal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without it the file is another one.
    Required,
    /// Without any of these the file is another one.
    Either,
    Optional,
    /// Known and left alone: no notice is given of it.
    Ignored,
}

impl Field {
    pub const fn required(names: &'static [&'static str]) -> Self {
        Self { names, need: Need::Required, amount: false, personal: false }
    }

    pub const fn either(names: &'static [&'static str]) -> Self {
        Self { names, need: Need::Either, amount: false, personal: false }
    }

    pub const fn optional(names: &'static [&'static str]) -> Self {
        Self { names, need: Need::Optional, amount: false, personal: false }
    }

    pub const fn ignored(names: &'static [&'static str]) -> Self {
        Self { names, need: Need::Ignored, amount: false, personal: false }
    }

    pub const fn amount(mut self) -> Self {
        self.amount = true;
        self
    }

    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// Whether a header cell names this field; the currency in its brackets, if it takes one.
    fn fits(&self, normal: &str) -> Option<Option<String>> {
        self.names.iter().find_map(|name| match name.strip_suffix("(*)") {
            None => (normal == *name).then_some(None),
            Some(stem) => {
                let inner = normal.strip_prefix(stem)?.strip_prefix('(')?.strip_suffix(')')?;
                Some(Some(inner.to_uppercase()))
            }
        })
    }
}

/// A header cell as `Field::names` are written: lower case, single blanks, without byte-order mark
/// and quotation marks.
pub fn normal(cell: &str) -> String {
    let cell = cell.trim_matches(['\u{feff}', '"', ' ', '\t', '\r', '\n', '\u{a0}']);
    cell.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Where a sheet's columns stand.
struct Layout {
    /// For each field its column and what its brackets held.
    places: Vec<Option<(usize, Option<String>)>>,
    unknown: Vec<String>,
    columns: usize,
    /// The last column that a row must reach: required, or an amount.
    last: usize,
}

impl Layout {
    /// `None` where a required field is missing.
    fn of<'a>(
        fields: &[Field],
        header: impl Iterator<Item = &'a str>,
    ) -> Result<Self, &'static str> {
        let mut places: Vec<Option<(usize, Option<String>)>> = vec![None; fields.len()];
        let (mut unknown, mut columns) = (Vec::new(), 0);
        for (column, cell) in header.enumerate() {
            columns = column + 1;
            let name = normal(cell);
            let fitting = fields.iter().enumerate().find_map(|(index, field)| {
                let inner = field.fits(&name)?;
                places[index].is_none().then_some((index, inner))
            });
            match fitting {
                Some((index, inner)) => places[index] = Some((column, inner)),
                None if name.is_empty() => {}
                None if fields.iter().any(|field| field.fits(&name).is_some()) => {}
                None => unknown.push(cell.trim().to_owned()),
            }
        }
        let mut last = 0;
        for (field, place) in fields.iter().zip(&places) {
            match place {
                None if field.need == Need::Required => return Err(field.names[0]),
                Some((column, _)) if field.need == Need::Required || field.amount => {
                    last = last.max(*column);
                }
                _ => {}
            }
        }
        let mut either = fields.iter().zip(&places).filter(|(field, _)| field.need == Need::Either);
        if let Some((field, place)) = either.next()
            && place.is_none()
            && either.all(|(_, place)| place.is_none())
        {
            return Err(field.names[0]);
        }
        Ok(Self { places, unknown, columns, last })
    }
}

/// Whether a file's head holds a header with all required fields.
pub fn recognise(head: &Head<'_>, fields: &[Field]) -> Match {
    let found = find_header(head.text.as_bytes(), fields);
    if found.is_some() { Match::Yes } else { Match::No }
}

/// The columns of a file's head, as `normal` writes them; `None` where it holds no header of these
/// fields.
pub fn find_columns(head: &Head<'_>, fields: &[Field]) -> Option<Vec<String>> {
    let bytes = head.text.as_bytes();
    let (start, _, dialect) = find_header(bytes, fields)?;
    let table = Table::open(&bytes[start..], dialect).ok()?;
    Some(table.header.iter().map(|cell| normal(cell)).collect())
}

/// The place of the header in the head: byte offset, number of lines before it, separator.
fn find_header(head: &[u8], fields: &[Field]) -> Option<(usize, u64, Dialect)> {
    let head = &head[..head.len().min(PREAMBLE_BYTES_MAX)];
    let mut start = 0;
    for lines in 0..PREAMBLE_LINES_MAX {
        let rest = head.get(start..).filter(|rest| !rest.is_empty())?;
        let text = decode::text(rest);
        let dialect = Dialect::of_header(text.split(['\r', '\n']).next().unwrap_or_default());
        if let Ok(table) = Table::open(rest, dialect)
            && Layout::of(fields, table.header.iter().map(String::as_str)).is_ok()
        {
            return Some((start, lines as u64, dialect));
        }
        let end = rest.iter().position(|byte| *byte == b'\n' || *byte == b'\r')?;
        let two = rest.get(end..end + 2) == Some(b"\r\n");
        start += end + if two { 2 } else { 1 };
    }
    None
}

type Source<'a> = Chain<Cursor<Vec<u8>>, &'a mut dyn BufRead>;

/// A table whose header has been found.
pub struct Sheet<'a> {
    fields: &'static [Field],
    table: Table<Source<'a>>,
    layout: Rc<Layout>,
    lines_before: u64,
    /// The lines before the header.
    pub preamble: String,
    pub mark: Mark,
}

impl<'a> Sheet<'a> {
    /// Finds the header and decides the decimal sign from the beginning of the file.
    ///
    /// # Errors
    /// `NotThisFormat`, naming the column that is missing.
    pub fn open(source: &'a mut dyn BufRead, fields: &'static [Field]) -> Result<Self, FileFault> {
        let mut head = Vec::new();
        source.take(PREAMBLE_BYTES_MAX as u64).read_to_end(&mut head)?;
        if head.trim_ascii().is_empty() {
            return Err(FileFault::not_this("The file is empty."));
        }
        let Some((start, lines_before, dialect)) = find_header(&head, fields) else {
            return Err(missing(&head, fields));
        };
        let cut = head.len() == PREAMBLE_BYTES_MAX;
        let mark = decide_mark(&head[start..], (dialect, cut), fields);
        let rest = head.split_off(start);
        let preamble = decode::text(&head).into_owned();
        let table = Table::open(Cursor::new(rest).chain(source), dialect)?;
        let layout = Layout::of(fields, table.header.iter().map(String::as_str))
            .map_err(FileFault::no_column)?;
        Ok(Self { fields, table, layout: Rc::new(layout), lines_before, preamble, mark })
    }

    /// The name under which a refused row keeps the field's cell.
    pub fn raw_name(&self, field: usize) -> Cow<'static, str> {
        raw_name(&self.fields[field], self.bracket(field))
    }

    /// Tells of the columns that are not read, one by one.
    ///
    /// # Errors
    /// What `emit` returns.
    pub fn tell_unknown_columns(&self, emit: Emit<'_>) -> Result<(), FileFault> {
        for name in &self.layout.unknown {
            let row = self.lines_before + 1;
            emit(Found::Unknown { row, kind: UnknownKind::Column, name: name.clone() })?;
        }
        Ok(())
    }

    /// Headers of columns that no field names, with their place.
    pub fn unknown_columns(&self) -> impl Iterator<Item = (usize, &str)> {
        let unknown = &self.layout.unknown;
        let header = self.table.header.iter().enumerate();
        header
            .filter(|(_, name)| unknown.contains(&name.trim().to_owned()))
            .map(|(column, name)| (column, name.as_str()))
    }

    /// The field's place in the row.
    pub fn column_of(&self, field: usize) -> Option<usize> {
        self.layout.places[field].as_ref().map(|(column, _)| *column)
    }

    pub fn has(&self, field: usize) -> bool {
        self.layout.places[field].is_some()
    }

    /// The field's column; columns beside it may take their meaning from where they stand.
    pub fn place(&self, field: usize) -> Option<usize> {
        self.layout.places[field].as_ref().map(|(column, _)| *column)
    }

    /// What stood in the brackets of the field's header: the currency of `amount spent (USD)`.
    pub fn bracket(&self, field: usize) -> Option<&str> {
        self.layout.places[field].as_ref()?.1.as_deref()
    }

    /// The field's header as the file writes it.
    pub fn title(&self, field: usize) -> &str {
        let place = self.layout.places[field].as_ref();
        place.map_or(self.fields[field].names[0], |(column, _)| self.table.header[*column].as_str())
    }

    /// The next row that is not blank.
    ///
    /// # Errors
    /// As `Table::next_row`.
    pub fn next_row(&mut self) -> Result<Option<Cells<'_>>, FileFault> {
        let Some(row) = self.table.next_row()? else { return Ok(None) };
        Ok(Some(Cells {
            fields: self.fields,
            layout: &self.layout,
            line: row.line + self.lines_before,
            mark: self.mark,
            row,
        }))
    }

    /// The cells of a row that was kept of this sheet.
    pub fn cells<'b>(&'b self, kept: &'b KeptRow) -> Cells<'b> {
        Cells {
            fields: self.fields,
            layout: &self.layout,
            line: kept.line + self.lines_before,
            mark: self.mark,
            row: kept.row(),
        }
    }
}

/// The name that the reader knows a field by, so that a refused row can be tried again.
fn raw_name(field: &Field, inner: Option<&str>) -> Cow<'static, str> {
    let with_brackets = field.names.iter().find(|name| name.ends_with("(*)"));
    match (inner, with_brackets) {
        (Some(inner), Some(name)) => Cow::Owned(name.replace('*', &inner.to_lowercase())),
        _ => Cow::Borrowed(field.names[0]),
    }
}

fn missing(head: &[u8], fields: &[Field]) -> FileFault {
    let text = decode::text(head);
    let first = text.split(['\r', '\n']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let table = Table::open(first.as_bytes(), Dialect::of_header(first));
    let name = table
        .ok()
        .and_then(|table| Layout::of(fields, table.header.iter().map(String::as_str)).err());
    let name = name.unwrap_or(fields[0].names[0]);
    FileFault::no_column(name)
}

fn decide_mark(head: &[u8], (dialect, cut): (Dialect, bool), fields: &'static [Field]) -> Mark {
    let Ok(mut table) = Table::open(head, dialect) else { return Mark::Point };
    let Ok(layout) = Layout::of(fields, table.header.iter().map(String::as_str)) else {
        return Mark::Point;
    };
    let columns: Vec<usize> = fields
        .iter()
        .zip(&layout.places)
        .filter(|(field, _)| field.amount)
        .filter_map(|(_, place)| place.as_ref().map(|(column, _)| *column))
        .collect();
    let mut cells = Vec::new();
    while let Ok(Some(row)) = table.next_row() {
        cells.extend(columns.iter().map(|column| row.text(*column)));
    }
    if cut {
        // The last row may end in the midst of a cell.
        cells.truncate(cells.len().saturating_sub(columns.len()));
    }
    amount::mark_of_file(cells.iter().map(String::as_str))
}

/// Why a row is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The field's place in the list.
    pub field: usize,
    /// A sentence.
    pub reason: String,
}

impl CellFault {
    pub fn new(field: usize, reason: impl Into<String>) -> Self {
        Self { field, reason: reason.into() }
    }
}

/// One row by its fields.
pub struct Cells<'a> {
    fields: &'static [Field],
    layout: &'a Rc<Layout>,
    row: csv::Row<'a>,
    /// Line of the file on which it begins.
    pub line: u64,
    mark: Mark,
}

impl Cells<'_> {
    /// The cell without blanks, a guarding apostrophe or the `="…"` that keeps spreadsheets from
    /// rounding it; empty where the file lacks the column.
    pub fn text(&self, field: usize) -> Cow<'_, str> {
        match &self.layout.places[field] {
            Some((column, _)) => self.row.cell(*column),
            None => Cow::Borrowed(""),
        }
    }

    /// Whether the file has the column.
    pub fn has(&self, field: usize) -> bool {
        self.layout.places[field].is_some()
    }

    pub fn is_empty(&self, field: usize) -> bool {
        self.text(field).is_empty()
    }

    /// The cell, `None` where it is empty or `--`.
    pub fn find(&self, field: usize) -> Option<String> {
        let text = self.text(field);
        (!text.is_empty() && text != "--").then(|| text.into_owned())
    }

    /// # Errors
    /// Where the cell is empty.
    pub fn need(&self, field: usize) -> Result<String, CellFault> {
        self.find(field).ok_or_else(|| {
            CellFault::new(field, "The cell is empty; every row needs a value here.")
        })
    }

    /// An identifier, kept as text. What a spreadsheet rounded (`5.76E+17`) is no longer one.
    ///
    /// # Errors
    /// Where it is empty or was rounded.
    pub fn id(&self, field: usize) -> Result<String, CellFault> {
        let text = self.need(field)?;
        let rounded = text.split_once(['E', 'e']).is_some_and(|(digits, power)| {
            let digits_only =
                |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
            power.starts_with('+') && digits_only(digits) && digits_only(&power[1..])
        });
        if rounded {
            return Err(CellFault::new(
                field,
                format!(
                    "{text:?} was rounded by a spreadsheet, so the number is lost. Export the file \
                     again and import it without opening it in between."
                ),
            ));
        }
        Ok(text)
    }

    /// An amount in minor units, `None` for an empty cell.
    ///
    /// # Errors
    /// A cell that is no amount of the currency.
    pub fn minor(&self, field: usize, currency: Currency) -> Result<Option<i64>, CellFault> {
        amount::minor(&self.text(field), self.mark, currency)
            .map_err(|reason| CellFault::new(field, format!("{reason}.")))
    }

    /// As `minor`, an empty cell is 0.
    ///
    /// # Errors
    /// As `minor`.
    pub fn minor_or_zero(&self, field: usize, currency: Currency) -> Result<i64, CellFault> {
        Ok(self.minor(field, currency)?.unwrap_or(0))
    }

    /// The number as plain digits with a point.
    ///
    /// # Errors
    /// A cell that is no number.
    pub fn number(&self, field: usize) -> Result<Option<String>, CellFault> {
        amount::plain(&self.text(field), self.mark)
            .map_err(|reason| CellFault::new(field, format!("{reason}.")))
    }

    /// The number, exact.
    ///
    /// # Errors
    /// A cell that is no number, or one too long.
    pub fn decimal(&self, field: usize) -> Result<Option<Decimal>, CellFault> {
        let wrong = |fault: DecimalError| CellFault::new(field, format!("{fault}."));
        self.number(field)?.map(|text| Decimal::parse(&text).map_err(wrong)).transpose()
    }

    /// # Errors
    /// A cell that is no whole number.
    pub fn count(&self, field: usize) -> Result<Option<i64>, CellFault> {
        amount::count(&self.text(field), self.mark)
            .map_err(|reason| CellFault::new(field, format!("{reason}.")))
    }

    /// # Errors
    /// A cell that is no currency's code; empty is `None`.
    pub fn currency(&self, field: usize) -> Result<Option<Currency>, CellFault> {
        match self.find(field) {
            None => Ok(None),
            Some(code) => Currency::parse(&code.to_ascii_uppercase())
                .map(Some)
                .map_err(|fault| CellFault::new(field, format!("{fault}."))),
        }
    }

    /// The cell where it is no currency's code, to be told as unknown beside the refusal.
    pub fn find_strange_currency(&self, field: usize) -> Option<String> {
        self.currency(field).err().and_then(|_| self.find(field))
    }

    /// # Errors
    /// A cell that is no day or time; empty is `None`.
    pub fn when(&self, field: usize, order: DayOrder) -> Result<Option<When>, CellFault> {
        match self.find(field) {
            None => Ok(None),
            Some(text) => when::parse(&text, order)
                .map(Some)
                .map_err(|reason| CellFault::new(field, format!("{reason}."))),
        }
    }

    /// As `when`, as an instant; what bears no offset is meant in `zone`.
    ///
    /// # Errors
    /// As `when`.
    pub fn instant(
        &self,
        field: usize,
        (order, zone): (DayOrder, &Zone),
    ) -> Result<Option<crate::base::Instant>, CellFault> {
        let Some(when) = self.when(field, order)? else { return Ok(None) };
        let wrong = || CellFault::new(field, "The day is outside of 1970 to 2199.");
        when.instant(zone).map(Some).ok_or_else(wrong)
    }

    /// A cell by its column, for columns that no field names.
    pub fn column(&self, column: usize) -> Cow<'_, str> {
        self.row.cell(column)
    }

    /// An amount in a column that no field names.
    ///
    /// # Errors
    /// A sentence without its full stop.
    pub fn minor_of_column(
        &self,
        column: usize,
        currency: Currency,
    ) -> Result<Option<i64>, String> {
        amount::minor(&self.row.cell(column), self.mark, currency)
    }

    pub fn cells(&self) -> usize {
        self.row.cells()
    }

    /// Whether the row ends before all that must be read of it: a download that broke off.
    pub fn is_cut(&self) -> bool {
        let cells = self.row.cells();
        cells < self.layout.columns && cells <= self.layout.last + 1
    }

    /// The row for later; `Sheet::cells` reads it again.
    pub fn keep_row(&self) -> KeptRow {
        self.row.keep()
    }

    /// The file's decimal sign, for columns that no field names.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// The row as it stood: what is read of it, personal cells left out. An amount whose decimal
    /// sign only the rest of the file tells is written so that it tells its own.
    pub fn raw(&self) -> String {
        raw(self.fields, self.layout, (&self.row, self.mark))
    }

    /// The row, to be told as it stood when others have been read.
    pub fn keep(&self) -> Kept {
        let layout = Rc::clone(self.layout);
        Kept { fields: self.fields, layout, row: self.row.keep(), mark: self.mark }
    }

    /// The refusal of this row.
    pub fn refuse(&self, fault: CellFault) -> Refusal {
        Refusal {
            row: self.line,
            column: self.fields[fault.field].names[0].to_owned(),
            reason: fault.reason,
            raw: self.raw(),
        }
    }
}

/// A row that may yet be refused. Holds personal cells, which `raw` leaves out.
pub struct Kept {
    fields: &'static [Field],
    layout: Rc<Layout>,
    row: KeptRow,
    mark: Mark,
}

impl Kept {
    /// As `Cells::raw`.
    pub fn raw(&self) -> String {
        raw(self.fields, &self.layout, (&self.row.row(), self.mark))
    }

    /// All of its cells, to tell whether two rows are the same.
    pub fn bytes(&self) -> impl Iterator<Item = &[u8]> {
        self.row.bytes()
    }
}

fn raw(fields: &[Field], layout: &Layout, (row, mark): (&csv::Row<'_>, Mark)) -> String {
    let cells = fields.iter().zip(&layout.places).filter_map(|(field, place)| {
        let (column, inner) = place.as_ref()?;
        if field.personal || field.need == Need::Ignored {
            return None;
        }
        let name = raw_name(field, inner.as_deref());
        let cell = row.cell(*column);
        let cell = match field.amount {
            true => amount::unmistakable(&cell, mark),
            false => cell.into_owned(),
        };
        Some((name, cell))
    });
    let cells: Vec<(Cow<'_, str>, String)> = cells.collect();
    csv::raw_row(cells.iter().map(|(name, text)| (name.as_ref(), text.clone())))
}

#[cfg(test)]
mod tests;
