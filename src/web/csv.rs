//! A table as a CSV file that a spreadsheet opens without running anything: a text that it would
//! take for a formula gets a leading `'`, which our own importer takes off again.

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::header;

/// What begins a formula, its full-width forms too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'];

/// The cell as it may stand in a file. Plain numbers stay: a minus is no formula there.
pub fn guard(cell: &str) -> Cow<'_, str> {
    let is_blank = |c: char| c.is_whitespace() || c.is_control() || INVISIBLE.contains(&c);
    let first = cell.chars().find(|c| !is_blank(*c));
    let begins = first.is_some_and(|c| FORMULA.contains(&c));
    let is_odd = cell.starts_with(|c: char| c.is_control());
    if (begins || is_odd) && !is_number(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// Spreadsheets drop these before they look.
const INVISIBLE: [char; 5] = ['\u{FEFF}', '\u{200B}', '\u{200C}', '\u{200D}', '\u{2060}'];

/// `-12.50`, as our own figures are written.
fn is_number(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let (units, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    all(units) && all(rest)
}

/// Header and rows, each cell guarded and quoted where it must be; lines end as RFC 4180 says.
pub fn write<'a>(header: &'a [String], rows: impl IntoIterator<Item = &'a Vec<String>>) -> String {
    let mut text = String::new();
    push_line(&mut text, header);
    for row in rows {
        push_line(&mut text, row);
    }
    text
}

fn push_line(text: &mut String, cells: &[String]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let cell = guard(cell);
        // A mark of byte order at the very start would be taken off as the file's own.
        let is_odd = cell.starts_with('\u{FEFF}') || cell.is_empty() && cells.len() == 1;
        if is_odd || cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// A file to be saved under `name`, which is ours and plain.
pub fn file(name: &str, media: &str, body: Vec<u8>) -> HttpResponse {
    let disposition = format!("attachment; filename=\"{name}\"");
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(body)
}

pub const MEDIA: &str = "text/csv; charset=utf-8";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_get_a_quote_and_figures_do_not() {
        let check = |cell: &str, written: &str, why: &str| {
            assert_eq!(guard(cell), written, "{why}");
        };
        check("=1+1", "'=1+1", "a formula");
        check("@SUM(A1)", "'@SUM(A1)", "an old formula");
        check("  =1", "'  =1", "behind spaces");
        check("\u{FEFF}=1", "'\u{FEFF}=1", "behind a mark that nobody sees");
        check("\u{FF1D}1", "'\u{FF1D}1", "a full-width sign");
        check("\tx", "'\tx", "a tab");
        check("\rx", "'\rx", "a carriage return");
        check("-12.50", "-12.50", "a figure");
        check("-12.50-1", "'-12.50-1", "no figure");
        check("+49", "'+49", "our figures bear no plus");
        check("Mug, red", "Mug, red", "a name");
        check("", "", "nothing");
    }

    #[test]
    fn names_with_commas_and_quotes_stay_in_their_cell() {
        let cells = |cells: &[&str]| -> Vec<String> {
            cells.iter().map(|cell| (*cell).to_owned()).collect()
        };
        let text = write(&cells(&["a", "b"]), &[cells(&["Mug \"red\", 2", "-1.00"])]);
        assert_eq!(text, "a,b\r\n\"Mug \"\"red\"\", 2\",-1.00\r\n");
    }

    proptest! {
        #[test]
        fn no_cell_of_a_file_begins_a_formula(
            cells in prop::collection::vec("[=+@\\-\t\r \u{FF1D}\u{FEFF}a1,\"\n]{0,6}", 1..4),
        ) {
            // The mark of byte order is the reader's, so no cell of ours stands first in the file.
            let header = vec!["name".to_owned(); cells.len()];
            let text = write(&header, [&cells]);
            let mut reader = ::csv::ReaderBuilder::new()
                .has_headers(true)
                .from_reader(text.as_bytes());
            let read: Vec<String> = reader
                .records()
                .next()
                .unwrap()
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect();
            prop_assert_eq!(read.len(), cells.len());
            for (written, cell) in read.iter().zip(&cells) {
                let plain = written.strip_prefix('\'').unwrap_or(written);
                prop_assert_eq!(plain, cell.as_str());
                let is_text = !is_number(written);
                let shown = written.trim_start_matches(|c: char| {
                    c.is_whitespace() || INVISIBLE.contains(&c)
                });
                prop_assert!(!(is_text && shown.starts_with(FORMULA)), "{:?}", written);
            }
        }
    }
}
