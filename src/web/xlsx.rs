//! Tables as spreadsheets: names as strings, figures as numbers. A spreadsheet's number is a
//! double by its format, so this face alone writes one, out of the exact text and for show.

use rust_xlsxwriter::{Workbook, XlsxError};

/// A workbook with one sheet: a frozen header, `n_keys` columns of names, then figures.
///
/// # Errors
/// What the writer gave.
pub fn table(header: &[String], rows: &[Vec<String>], n_keys: usize) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in header.iter().enumerate() {
        sheet.write_string(0, column as u16, name)?;
    }
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let (line, at) = (index as u32 + 1, column as u16);
            match cell.parse::<f64>() {
                Ok(number) if column >= n_keys => sheet.write_number(line, at, number)?,
                _ => sheet.write_string(line, at, cell)?,
            };
        }
    }
    sheet.set_freeze_panes(1, n_keys as u16)?;
    workbook.save_to_buffer()
}
