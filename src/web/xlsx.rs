//! Tables as spreadsheets: names as strings, figures as numbers, days as days. A spreadsheet's
//! number is a double by its format, so this face alone writes one, out of the exact text and
//! for show.

use rust_xlsxwriter::{ExcelDateTime, Format, FormatAlign, Workbook, Worksheet};

pub use rust_xlsxwriter::XlsxError;

use crate::base::Day;

pub const MEDIA: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A cell by what it is; numbers come as their exact text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Blank,
    Text(String),
    Day(Day),
    /// A month by its first day.
    Month(Day),
    Count(String),
    Money {
        text: String,
        digits: u32,
    },
    /// A fraction, shown as a percent.
    Share(String),
    Times(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    /// Stays in sight.
    pub header: Vec<Cell>,
    pub rows: Vec<Vec<Cell>>,
    /// Columns that stay in sight.
    pub n_keys: usize,
}

/// A workbook of some sheets.
///
/// # Errors
/// What the writer gave.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for sheet in sheets {
        let page = workbook.add_worksheet();
        page.set_name(&sheet.name)?;
        let bold = Format::new().set_bold();
        for (column, cell) in sheet.header.iter().enumerate() {
            let is_figure = !matches!(cell, Cell::Text(_)) || column >= sheet.n_keys;
            let align = if is_figure { FormatAlign::Right } else { FormatAlign::Left };
            put(page, (0, column as u16), cell, bold.clone().set_align(align))?;
        }
        for (index, row) in sheet.rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                put(page, (index as u32 + 1, column as u16), cell, Format::new())?;
            }
        }
        page.set_freeze_panes(1, sheet.n_keys as u16)?;
        page.autofit();
    }
    workbook.save_to_buffer()
}

fn put(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    format: Format,
) -> Result<(), XlsxError> {
    let number = |page: &mut Worksheet, text: &str, pattern: &str| {
        match text.parse::<f64>() {
            Ok(number) => page.write_number_with_format(
                row,
                column,
                number,
                &format.clone().set_num_format(pattern),
            ),
            Err(_) => page.write_string(row, column, text),
        }
        .map(|_| ())
    };
    match cell {
        Cell::Blank => Ok(()),
        Cell::Text(text) => page.write_string_with_format(row, column, text, &format).map(|_| ()),
        Cell::Day(day) => date(page, (row, column), *day, &format.set_num_format("yyyy-mm-dd")),
        Cell::Month(day) => date(page, (row, column), *day, &format.set_num_format("yyyy-mm")),
        Cell::Count(text) => number(page, text, "#,##0"),
        Cell::Money { text, digits: 0 } => number(page, text, "#,##0"),
        Cell::Money { text, digits } => {
            number(page, text, &format!("#,##0.{}", "0".repeat(*digits as usize)))
        }
        Cell::Share(text) => number(page, text, "0.0%"),
        Cell::Times(text) => number(page, text, "0.00"),
    }
}

fn date(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    day: Day,
    format: &Format,
) -> Result<(), XlsxError> {
    let (year, month, date) = day.civil();
    match (u16::try_from(year), u8::try_from(month), u8::try_from(date)) {
        (Ok(year), Ok(month), Ok(date)) if year >= 1900 => {
            let date = ExcelDateTime::from_ymd(year, month, date)?;
            page.write_datetime_with_format(row, column, &date, format).map(|_| ())
        }
        // A spreadsheet knows no day before 1900.
        _ => page.write_string(row, column, day.to_string()).map(|_| ()),
    }
}

/// A workbook with one sheet: a frozen header, `n_keys` columns of names or days, then figures.
///
/// # Errors
/// What the writer gave.
pub fn table(header: &[String], rows: &[Vec<String>], n_keys: usize) -> Result<Vec<u8>, XlsxError> {
    let typed = |(column, text): (usize, &String)| {
        let name = header.get(column).map_or("", String::as_str);
        let day = |text: &str| Day::parse(text).ok();
        match name {
            _ if text.is_empty() => Cell::Blank,
            "day" | "week" if column < n_keys => {
                day(text).map_or_else(|| Cell::Text(text.clone()), Cell::Day)
            }
            "month" if column < n_keys => {
                day(&format!("{text}-01")).map_or_else(|| Cell::Text(text.clone()), Cell::Month)
            }
            _ if column < n_keys => Cell::Text(text.clone()),
            _ => figure(text),
        }
    };
    let sheet = Sheet {
        name: "report".to_owned(),
        header: header.iter().map(|name| Cell::Text(name.clone())).collect(),
        rows: rows.iter().map(|row| row.iter().enumerate().map(typed).collect()).collect(),
        n_keys,
    };
    write(&[sheet])
}

/// A figure by its digits after the point; words such as the names of what is missing stay words.
fn figure(text: &str) -> Cell {
    let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.');
    let digits = text.split_once('.').map_or(0, |(_, rest)| rest.len() as u32);
    match is_number {
        true => Cell::Money { text: text.to_owned(), digits },
        false => Cell::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[test]
    fn days_are_days_figures_numbers_and_names_words() {
        let text = |cells: &[&str]| cells.iter().map(|cell| (*cell).to_owned()).collect();
        let header: Vec<String> = text(&["month", "product", "net_profit", "roi"]);
        let rows = vec![
            text(&["2026-10", "2026-11-20", "-12.50", "0.2500"]),
            text(&["total", "=1+1", "1e5", ""]),
        ];
        let bytes = table(&header, &rows, 2).unwrap();
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("report").unwrap();
        let cell = |row, column| sheet.get((row, column)).cloned().unwrap_or_default();
        assert!(matches!(cell(1, 0), Data::DateTime(_)), "{:?}", cell(1, 0));
        assert_eq!(cell(1, 1), Data::String("2026-11-20".to_owned()), "a SKU is no day");
        assert_eq!(cell(1, 2), Data::Float(-12.5));
        assert_eq!(cell(1, 3), Data::Float(0.25));
        assert_eq!(cell(2, 0), Data::String("total".to_owned()));
        assert_eq!(cell(2, 1), Data::String("=1+1".to_owned()));
        assert_eq!(cell(2, 2), Data::String("1e5".to_owned()), "no figure of ours");
        assert_eq!(cell(2, 3), Data::Empty);
    }
}
