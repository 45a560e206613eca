//! The ECB's tables: `eurofxref-hist.csv` (ISO days, `N/A` for no rate) and `eurofxref.csv`
//! (one day, comma and blank, English month). Both end their lines in a comma.

use super::rates::{self, Rates};
use crate::base::Currency;
use crate::connectors::fault::FileFault;
use crate::connectors::kit::csv::{Dialect, Table};

/// Whether a text begins like one of the tables: `Date`, then currency codes.
pub fn looks_like(text: &str) -> bool {
    let header = text.split(['\r', '\n']).next().unwrap_or_default();
    let mut cells = header.split(',').map(str::trim);
    cells.next() == Some("Date")
        && cells.filter(|cell| Currency::parse(cell).is_ok()).count() >= COLUMNS_LIKELY
}

/// Currency columns by which a table is held to be the ECB's; a file that has fewer of them is
/// still refused by its reader with a better reason.
const COLUMNS_LIKELY: usize = 2;

/// # Errors
/// `Broken` for anything that makes the table doubtful as a whole.
pub fn read(text: &str) -> Result<Rates, FileFault> {
    let mut rates = Rates::default();
    let mut table = Table::open(text.as_bytes(), Dialect::Comma)?;
    let header = table.header.clone();
    let mut columns = Vec::new();
    for (index, code) in header.iter().enumerate().skip(1) {
        if !code.is_empty() {
            columns.push((index, rates.name_currency(code)));
        }
    }
    let width = header.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let ends_in_comma = header.len() > width;
    let ends_in_break = text.ends_with(['\n', '\r']);
    let mut last = (0, false);
    while let Some(row) = table.next_row()? {
        let line = row.line;
        if row.cells() < width {
            return Err(rates::refuse(line, "the row has fewer cells than the header"));
        }
        let beyond = (width..row.cells()).any(|column| !row.text(column).is_empty());
        if beyond {
            return Err(rates::refuse(line, "the row has more cells than the header"));
        }
        let day = row.text(0);
        let day = rates::parse_day(&day)
            .ok_or_else(|| rates::refuse(line, "the first cell is no day such as 2026-04-13"))?;
        for (index, quote) in &columns {
            let text = row.text(*index);
            match (quote, text.as_str()) {
                (_, "N/A") | (None, _) => {}
                (Some(quote), text) => rates.push(line, day, *quote, text)?,
            }
        }
        last = (line, row.cells() > width);
    }
    // Where the header ends in a comma, a last line without one may lack digits of its last rate.
    if ends_in_comma && !last.1 && !ends_in_break && last.0 > 0 {
        return Err(rates::refuse(last.0, "the last line was cut off"));
    }
    Ok(rates)
}
