//! Refused rows tried again: put back into a small file of their format, as they stood or as
//! their owner mended them, and taken in as an import of its own that names where they came from.

use std::fmt;
use std::io::Write;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

use super::ctx::Tools;
use super::import_job::{self, Again, ImportFault, Request};
use crate::base::Zone;
use crate::connectors;
use crate::connectors::contract::{FileFormat, ReadCtx, Rows};
use crate::connectors::fault::FileFault;
use crate::store::StoreError;
use crate::store::imports::{Import, RefusedRow};

/// Columns that a format may turn out to need beside those that were kept.
const FURTHER_COLUMNS_MAX: usize = 200;

/// A refused row as it can be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paper {
    /// Rows under their header; more than one where they stand or fall together.
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    Json(String),
}

/// Why there is nothing to mend here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPaper {
    /// A row of the format means nothing without its file.
    WholeFile,
    /// Too little of it was kept.
    NotKept,
}

impl Paper {
    /// # Errors
    /// Where the row can only be mended in its file.
    pub fn of(import: &Import, row: &RefusedRow) -> Result<Self, NoPaper> {
        let Some(format) = find_format(import) else { return Err(NoPaper::NotKept) };
        match format.rows {
            Rows::Whole => Err(NoPaper::WholeFile),
            Rows::Json if row.raw.is_empty() => Err(NoPaper::NotKept),
            Rows::Json => Ok(Self::Json(row.raw.clone())),
            Rows::Table => {
                let paper = table_of(row).ok_or(NoPaper::NotKept)?;
                Ok(with_needed_columns(paper, format))
            }
        }
    }

    /// The same row with other cells, in the order of `columns`, row by row; what lacks is empty.
    pub fn with_cells(self, mut cells: impl Iterator<Item = String>) -> Self {
        let Self::Table { columns, rows } = self else { return self };
        let mut next = || cells.next().unwrap_or_default();
        let fill = |row: &Vec<String>| row.iter().map(|_| next()).collect();
        let rows = rows.iter().map(fill).collect();
        Self::Table { columns, rows }
    }
}

fn find_format(import: &Import) -> Option<&'static FileFormat> {
    connectors::find_formats(&import.format).first().map(|(_, format)| *format)
}

/// The cells that were kept, under all their columns and the one that was to blame.
fn table_of(row: &RefusedRow) -> Option<Paper> {
    let kept: Result<Vec<Cells>, _> = row.raw.lines().map(serde_json::from_str).collect();
    let kept = kept.ok().filter(|kept| !kept.is_empty())?;
    let mut columns: Vec<String> = Vec::new();
    for (name, _) in kept.iter().flat_map(|cells| &cells.0) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    // The path of a field within a record is no column.
    let is_path = row.column.split('.').skip(1).any(|after| !after.starts_with(' '));
    if !row.column.is_empty() && !is_path && !columns.contains(&row.column) {
        columns.push(row.column.clone());
    }
    let rows = kept.iter().map(|cells| cells.under(&columns)).collect();
    Some(Paper::Table { columns, rows })
}

/// Empty cells are not kept, and a format may need their columns all the same: its reader names
/// them one by one.
fn with_needed_columns(paper: Paper, format: &FileFormat) -> Paper {
    let Paper::Table { mut columns, mut rows } = paper else { return paper };
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    for _ in 0..FURTHER_COLUMNS_MAX {
        let text = table_text(&columns, &rows);
        let read = (format.read)(&mut text.as_bytes(), &ctx, &mut |_| Ok(()));
        match read {
            Err(FileFault::NotThisFormat { column: Some(name), .. })
                if !columns.contains(&name) =>
            {
                columns.push(name);
                rows.iter_mut().for_each(|row| row.push(String::new()));
            }
            Ok(()) | Err(_) => break,
        }
    }
    Paper::Table { columns, rows }
}

/// One kept row: names and cells in the order in which they stood.
struct Cells(Vec<(String, String)>);

impl Cells {
    fn under(&self, columns: &[String]) -> Vec<String> {
        let find = |name: &String| self.0.iter().find(|(other, _)| other == name);
        columns.iter().map(|name| find(name).map(|(_, cell)| cell.clone())).map(text_of).collect()
    }
}

fn text_of(cell: Option<String>) -> String {
    cell.unwrap_or_default()
}

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Cells;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells, A::Error> {
                let mut cells = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    cells.push(pair);
                }
                Ok(Cells(cells))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// A table as CSV, each row one line.
fn table_text(columns: &[String], rows: &[Vec<String>]) -> String {
    let mut text = line_of(columns);
    rows.iter().for_each(|row| text.push_str(&line_of(row)));
    text
}

fn line_of(cells: &[String]) -> String {
    let quoted: Vec<String> = cells
        .iter()
        .map(|cell| format!("\"{}\"", cell.replace(['\r', '\n'], " ").replace('"', "\"\"")))
        .collect();
    quoted.join(",") + "\n"
}

/// All papers as one file, and the line on which each begins. They are of one format.
fn file_of(papers: &[(i64, Paper)]) -> Result<(String, Vec<(i64, i64)>), String> {
    let mut header: Vec<String> = Vec::new();
    for (_, paper) in papers {
        let Paper::Table { columns, .. } = paper else { continue };
        header.extend(
            columns.iter().filter(|name| !header.contains(name)).cloned().collect::<Vec<_>>(),
        );
    }
    let mut text = if header.is_empty() { String::new() } else { line_of(&header) };
    let mut places = Vec::new();
    let mut line = 1 + i64::from(!header.is_empty());
    for (id, paper) in papers {
        places.push((line, *id));
        match paper {
            Paper::Table { columns, rows } => {
                for row in rows {
                    let pairs = columns.iter().cloned().zip(row.iter().cloned());
                    let cells = Cells(pairs.collect()).under(&header);
                    text.push_str(&line_of(&cells));
                    line += 1;
                }
            }
            Paper::Json(json) => {
                let value: serde_json::Value = serde_json::from_str(json)
                    .map_err(|fault| format!("This is no JSON: {fault}. Mend it and try again."))?;
                text.push_str(&value.to_string());
                text.push('\n');
                line += 1;
            }
        }
    }
    Ok((text, places))
}

/// Rows to be tried again, as a request that can be run dry or queued; its file lies in the
/// spool. `file_name` is what the history will call it.
///
/// # Errors
/// `Usage` with a sentence where a paper cannot be read or the import is not done, `Store`.
pub fn prepare(
    tools: &Tools,
    import: &Import,
    (papers, file_name): (&[(i64, Paper)], String),
) -> Result<Request, ImportFault> {
    if import.state != "done" {
        return Err(ImportFault::Usage(format!(
            "The import {} is {}, so its rows cannot be tried again.",
            import.id, import.state
        )));
    }
    let (text, rows) = file_of(papers).map_err(ImportFault::Usage)?;
    let first = tools.db.read(|reader| import_job::find_request(reader, import.id))?;
    let (path, mut file) = tools.spool.create()?;
    if let Err(error) = file.write_all(text.as_bytes()) {
        tools.spool.remove(&path);
        return Err(StoreError::file(&path, &error).into());
    }
    let first = first.unwrap_or_default();
    Ok(Request {
        path,
        file_name,
        format: Some(import.format.clone()),
        store: import.store.clone().or(first.store),
        currency: first.currency,
        time_zone: first.time_zone,
        delete_after: true,
        again: Some(Again { parent: import.id, rows }),
        ..Request::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Instant;
    use crate::base::id::ImportId;

    fn import(format: &str) -> Import {
        Import {
            id: ImportId(1),
            format: format.to_owned(),
            file_name: "a.csv".to_owned(),
            file_bytes: 0,
            store: None,
            state: "done".to_owned(),
            started_at: Instant(0),
            finished_at: None,
            accepted: 0,
            unchanged: 0,
            refused: 1,
            fault: None,
            user: None,
            hash: None,
            parent: None,
        }
    }

    fn refused(column: &str, raw: &str) -> RefusedRow {
        let (column, raw) = (column.to_owned(), raw.to_owned());
        RefusedRow { id: 7, line: 3, column, reason: String::new(), raw }
    }

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_row_comes_with_every_column_that_its_format_needs() {
        let row = refused("unit_cost", r#"{"sku":"A \"1\"","country":"DE"}"#);
        let paper = Paper::of(&import("costs"), &row).unwrap();
        let Paper::Table { columns, rows } = &paper else { panic!("{paper:?}") };
        assert_eq!(columns, &texts(&["sku", "country", "unit_cost", "valid_from", "currency"]));
        assert_eq!(rows, &[texts(&["A \"1\"", "DE", "", "", ""])]);
        let cells = texts(&["B", "", "1.20", "2026-01-01", "EUR"]);
        let mended = paper.with_cells(cells.into_iter());
        let (text, places) = file_of(&[(7, mended)]).unwrap();
        let expected = "\"sku\",\"country\",\"unit_cost\",\"valid_from\",\"currency\"\n\
                        \"B\",\"\",\"1.20\",\"2026-01-01\",\"EUR\"\n";
        assert_eq!((text.as_str(), places), (expected, vec![(2, 7)]));
    }

    #[test]
    fn rows_of_different_columns_share_one_file_and_keep_their_places() {
        let table = |columns: &[&str], rows: &[&[&str]]| Paper::Table {
            columns: texts(columns),
            rows: rows.iter().map(|row| texts(row)).collect(),
        };
        let papers =
            [(5, table(&["a"], &[&["1"], &["2"]])), (6, table(&["b", "a"], &[&["x\ny", "3"]]))];
        let (text, places) = file_of(&papers).unwrap();
        assert_eq!(text, "\"a\",\"b\"\n\"1\",\"\"\n\"2\",\"\"\n\"3\",\"x y\"\n");
        assert_eq!(places, [(2, 5), (4, 6)]);
        let json = [(8, Paper::Json("{\n\"id\": 1.10\n}".into())), (9, Paper::Json("{}".into()))];
        assert_eq!(file_of(&json).unwrap(), ("{\"id\":1.10}\n{}\n".into(), vec![(1, 8), (2, 9)]));
        assert!(file_of(&[(8, Paper::Json("{".into()))]).unwrap_err().contains("no JSON"));
    }

    #[test]
    fn what_was_not_kept_cannot_be_mended_here() {
        let costs = import("costs");
        assert_eq!(Paper::of(&costs, &refused("", "")), Err(NoPaper::NotKept));
        assert_eq!(Paper::of(&costs, &refused("", "{\"sku\":")), Err(NoPaper::NotKept));
        assert_eq!(Paper::of(&import("no-such"), &refused("", "{}")), Err(NoPaper::NotKept));
        let settlement = import("amazon-settlement");
        assert_eq!(Paper::of(&settlement, &refused("", "{}")), Err(NoPaper::WholeFile));
    }
}
