//! Looks for texts in bytes, however they were written: as they are, in hexadecimal, in Base64 at
//! any offset, percent-encoded, as JSON escapes them, in UTF-16, packed with gzip.

use std::io::Read;
use std::path::Path;

/// A text that must stand nowhere.
#[derive(Clone, Debug)]
pub struct Marker {
    pub name: &'static str,
    pub text: String,
}

impl Marker {
    pub fn new(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, text: text.into() }
    }

    /// Every way in which it may be written, with the name of the way.
    fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let bytes = self.text.as_bytes();
        let hex = |upper: bool| -> Vec<u8> {
            let digit =
                |byte: &u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
            bytes.iter().map(digit).collect::<String>().into_bytes()
        };
        let percent = |keeps: fn(u8) -> bool| -> Vec<u8> {
            let one = |byte: &u8| match keeps(*byte) {
                true => char::from(*byte).to_string(),
                false => format!("%{byte:02X}"),
            };
            bytes.iter().map(one).collect::<String>().into_bytes()
        };
        let json: String = serde_json::Value::String(self.text.clone()).to_string();
        let json = json.trim_matches('"').as_bytes().to_vec();
        let utf16: Vec<u8> = self.text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut forms = vec![
            ("plain", bytes.to_vec()),
            ("lower case", self.text.to_lowercase().into_bytes()),
            ("hexadecimal", hex(false)),
            ("hexadecimal", hex(true)),
            ("percent", percent(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))),
            ("percent", percent(|byte| byte.is_ascii_alphanumeric())),
            ("percent", percent(|_| false)),
            ("a form's", self.text.replace(' ', "+").into_bytes()),
            ("JSON", json),
            ("UTF-16", utf16),
        ];
        for shift in 0..3 {
            // The letters that depend on nothing before or behind.
            let inner = &bytes[((3 - shift) % 3).min(bytes.len())..];
            let inner = &inner[..inner.len() / 3 * 3];
            if inner.len() >= 6 {
                forms.push(("Base64", base64(inner, b'+', b'/')));
                forms.push(("Base64", base64(inner, b'-', b'_')));
            }
        }
        forms
    }
}

fn base64(bytes: &[u8], plus: u8, slash: u8) -> Vec<u8> {
    let letter = |bits: u32| match (bits & 63) as u8 {
        n @ 0..=25 => b'A' + n,
        n @ 26..=51 => b'a' + n - 26,
        n @ 52..=61 => b'0' + n - 52,
        62 => plus,
        _ => slash,
    };
    let mut out = Vec::new();
    for chunk in bytes.chunks_exact(3) {
        let bits = u32::from(chunk[0]) << 16 | u32::from(chunk[1]) << 8 | u32::from(chunk[2]);
        out.extend([18, 12, 6, 0].map(|by| letter(bits >> by)));
    }
    out
}

/// All forms of all markers, by their first two bytes: logs are long.
pub struct Searcher {
    forms: Vec<(&'static str, &'static str, Vec<u8>)>,
    by_start: Vec<Vec<usize>>,
}

fn start_of(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 8 | usize::from(bytes[1])
}

impl Searcher {
    pub fn new(markers: &[Marker]) -> Self {
        let forms = markers.iter().flat_map(|marker| {
            marker.forms().into_iter().map(|(way, form)| (marker.name, way, form))
        });
        let forms: Vec<_> = forms.collect();
        let mut by_start = vec![Vec::new(); 1 << 16];
        for (at, (_, _, form)) in forms.iter().enumerate() {
            by_start[start_of(form)].push(at);
        }
        Self { forms, by_start }
    }

    /// What stands in bytes that should not: `the password (hexadecimal)`.
    pub fn find(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = self.search(bytes, "");
        for (at, _) in bytes.windows(3).enumerate().filter(|(_, three)| *three == [31, 139, 8]) {
            let mut plain = Vec::new();
            let packed = flate2::read::GzDecoder::new(&bytes[at..]);
            let _ = packed.take(1 << 24).read_to_end(&mut plain);
            found.extend(self.search(&plain, ", packed"));
        }
        found.dedup();
        found
    }

    fn search(&self, bytes: &[u8], how: &str) -> Vec<String> {
        let mut found: Vec<(&str, String)> = Vec::new();
        for at in 0..bytes.len().saturating_sub(1) {
            for known in &self.by_start[start_of(&bytes[at..])] {
                let (name, way, form) = &self.forms[*known];
                let is_new = !found.iter().any(|(known, _)| known == name);
                if is_new && bytes[at..].starts_with(form) {
                    found.push((name, format!("{name} ({way}{how})")));
                }
            }
        }
        found.into_iter().map(|(_, what)| what).collect()
    }

    /// Everything that lies below a folder, file by file.
    pub fn find_in_folder(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let Ok(entries) = std::fs::read_dir(folder) else { return found };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                found.extend(self.find_in_folder(&path));
                continue;
            }
            let here = self.find(&std::fs::read(&path).unwrap_or_default()).into_iter();
            found.extend(here.map(|what| format!("{}: {what}", path.display())));
        }
        found
    }

    /// Every value of every table: what a file holds in pieces stands whole here.
    pub fn find_in_tables(&self, database: &Path) -> Vec<String> {
        let conn = rusqlite::Connection::open(database).unwrap();
        let tables: Vec<String> = conn
            .prepare("select name from sqlite_schema where type = 'table'")
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let mut found = Vec::new();
        for table in tables {
            let mut statement = conn.prepare(&format!("select * from \"{table}\"")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    let bytes = match row.get_ref(column).unwrap() {
                        rusqlite::types::ValueRef::Text(bytes)
                        | rusqlite::types::ValueRef::Blob(bytes) => bytes,
                        _ => continue,
                    };
                    let here = self.find(bytes).into_iter();
                    found.extend(here.map(|what| format!("table {table}: {what}")));
                }
            }
        }
        found.dedup();
        found
    }
}

#[test]
fn a_leak_is_found_however_it_is_written() {
    let marker = Marker::new("the key", "Key/9+ zebra=4711?ö\"x");
    let searcher = Searcher::new(std::slice::from_ref(&marker));
    assert!(searcher.find(b"nothing of the kind, nor Key/9+ zebra=4712").is_empty());
    for (way, form) in marker.forms() {
        let mut bytes = b"before ".to_vec();
        bytes.extend(&form);
        bytes.extend(b" behind");
        assert_eq!(searcher.find(&bytes).len(), 1, "{way}");
    }
    // As one that leaks would write it, wherever it begins.
    for before in ["", "a", "ab", "abc", "user:"] {
        let mut text = format!("{before}{} and more", marker.text).into_bytes();
        text.resize(text.len() / 3 * 3, b' ');
        let found = searcher.find(&base64(&text, b'+', b'/'));
        assert_eq!(found, ["the key (Base64)"], "{before:?}");
    }
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, marker.text.as_bytes()).unwrap();
    let packed = [b"head".as_slice(), &packer.finish().unwrap()].concat();
    assert_eq!(searcher.find(&packed), ["the key (plain, packed)"]);
}

#[test]
fn a_leak_is_found_in_files_and_tables() {
    let folder = crate::kit::app::Folder::new();
    let searcher = Searcher::new(&[Marker::new("the name", "Zacharias Quillfeather")]);
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    assert!(searcher.find_in_folder(folder.path()).is_empty());
    std::fs::write(inner.join("note.txt"), "5A616368617269617320517569").unwrap();
    assert!(searcher.find_in_folder(folder.path()).is_empty(), "half of it is nothing");
    std::fs::write(inner.join("note.txt"), "by Zacharias%20Quillfeather").unwrap();
    assert_eq!(searcher.find_in_folder(folder.path()).len(), 1);
    let database = folder.path().join("a.db");
    let conn = rusqlite::Connection::open(&database).unwrap();
    conn.execute_batch("create table t (a text, b blob)").unwrap();
    assert!(searcher.find_in_tables(&database).is_empty());
    // Longer than a page, so that the file holds it in pieces.
    let long = format!("{}Zacharias Quillfeather", "x".repeat(4_050));
    conn.execute("insert into t (a) values (?)", [long]).unwrap();
    drop(conn);
    assert_eq!(searcher.find_in_tables(&database), ["table t: the name (plain)"]);
}
