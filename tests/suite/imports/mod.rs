//! Files as sellers have them, through the program as it is started from a terminal: packed,
//! many at once, hostile, and the rows that were refused tried again.

mod again;
mod hostile;
mod packed;

use std::io::{Cursor, Write};
use std::path::PathBuf;
use std::process::Command;

use purser::base::Clock;
use purser::store::Db;
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::kit::app::Folder;

const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.20,EUR\n";

/// A shop's folder of its own, driven by commands.
struct Desk {
    folder: Folder,
}

/// What a command came to.
#[derive(Debug)]
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Self { folder: Folder::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_string_lossy().into_owned()
    }

    fn run(&self, words: &[&str]) -> Done {
        let output = Command::new(env!("CARGO_BIN_EXE_purser"))
            .args(words)
            .env("PURSER_DATA", self.path("data"))
            .env("PURSER_CONFIG", self.path("config"))
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    fn count(&self, sql: &str) -> i64 {
        let db = Db::open_read_only(&self.folder.paths().database(), Clock::System).unwrap();
        db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap()
    }

    fn costs(&self) -> Vec<String> {
        let db = Db::open_read_only(&self.folder.paths().database(), Clock::System).unwrap();
        db.read(|reader| {
            let sql = "select sku || ' ' || unit_cost from costs order by sku, valid_from_day";
            let mut statement = reader.conn().prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
    }

    /// What waits beside the database.
    fn spooled(&self) -> usize {
        std::fs::read_dir(self.path("data/spool")).map_or(0, |entries| entries.count())
    }

    fn assert_no_trace(&self, why: &str) {
        for table in ["imports", "costs", "orders", "order_facts", "charges", "refused_rows"] {
            assert_eq!(self.count(&format!("select count(*) from {table}")), 0, "{why}: {table}");
        }
        assert_eq!(self.spooled(), 0, "{why}");
    }
}

pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook of sheets by name; cells that read as numbers are numbers.
fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet();
        sheet.set_name(*name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let (row, column) = (row as u32, column as u16);
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(row, column, number).unwrap(),
                    Err(_) => sheet.write_string(row, column, *cell).unwrap(),
                };
            }
        }
    }
    book.save_to_buffer().unwrap()
}
