//! Files that are broken, or made to break something: each gets a clear message, and none leaves
//! a trace where nothing of it could be taken in.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use super::{COSTS, Desk, workbook, zip};

/// The file is refused whole: exit code, message, nothing left behind.
fn check_refused(name: &str, bytes: &[u8], told: &str) {
    let desk = Desk::new();
    let done = desk.run(&["import", &desk.put(name, bytes)]);
    assert_eq!(done.code, 1, "{name}: {done:?}");
    assert!(done.err.contains(told), "{name} must say {told:?}: {}", done.err);
    assert!(done.err.starts_with(&format!("purser: {name}")), "{name}: {}", done.err);
    desk.assert_no_trace(name);
}

#[test]
fn a_file_that_is_something_else_is_called_what_it_is() {
    let nested = zip(&[("inner.zip", zip(&[("costs.csv", COSTS.as_bytes())]).as_slice())]);
    let other = zip(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"<x/>"),
    ]);
    let document = zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>")]);
    let utf16: Vec<u8> = "hello there".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, bytes, told) in [
        ("empty.csv", b"".as_slice(), "The file is empty."),
        ("blank.csv", b"\n\n \n", "of none of the formats"),
        ("costs.csv", b"%PDF-1.7\n%\xe2\xe3\n", "really a PDF document"),
        ("costs.csv", b"\xff\xd8\xff\xe0\0\x10JFIF\0", "really a picture (JPEG)"),
        ("orders.csv", b"<!doctype html>\n<title>Sign in</title>", "really a web page"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0\0", "an old Excel workbook (.xls)"),
        ("costs.csv.gz", b"\x1f\x8b\x08\0\0\0\0\0", "packed with gzip"),
        ("cut.zip", b"PK\x03\x04\x14\0\0\0\x08\0cut", "damaged or was cut off"),
        ("sheet.ods", &other, "an OpenDocument file"),
        ("letter.docx", &document, "an Office document, no workbook"),
        ("empty.zip", &zip(&[]), "The archive holds no file."),
        ("nested.zip", &nested, "nested.zip/inner.zip was not taken in. It is an archive within"),
        ("words.txt", &utf16, "of none of the formats"),
    ] {
        let desk = Desk::new();
        let done = desk.run(&["import", &desk.put(name, bytes)]);
        assert_eq!(done.code, 1, "{name}: {done:?}");
        assert!(done.err.contains(told), "{name} must say {told:?}: {}", done.err);
        desk.assert_no_trace(name);
    }
}

#[test]
fn a_header_without_rows_is_no_failure_but_told() {
    let desk = Desk::new();
    let done = desk.run(&["import", &desk.put("costs.csv", COSTS.lines().next().unwrap())]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("There is no row in the file"), "{done:?}");
}

#[test]
fn two_gigabytes_of_zeros_are_refused() {
    let desk = Desk::new();
    let path = desk.put("zeros.csv", b"");
    File::options().write(true).open(&path).unwrap().set_len(2 * 1024 * 1024 * 1024).unwrap();
    let done = desk.run(&["import", &path]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("nothing but zeros"), "{done:?}");
    desk.assert_no_trace("zeros");
}

#[test]
fn a_row_that_does_not_end_is_refused_and_what_came_before_is_taken_back() {
    let desk = Desk::new();
    let path = desk.put("costs.csv", COSTS);
    let mut file = File::options().append(true).open(&path).unwrap();
    file.write_all(b"\"LAMP").unwrap();
    let piece = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        file.write_all(&piece).unwrap();
    }
    drop(file);
    let done = desk.run(&["import", &path]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("line 3 does not end; a quotation mark"), "{done:?}");
    desk.assert_no_trace("a line of 100 MB");
}

#[test]
fn archives_that_unpack_to_far_too_much_are_refused() {
    let zeros = vec![0; 64 * 1024 * 1024];
    check_refused("bomb.zip", &zip(&[("costs.csv", &zeros)]), "unpacks to far more");
    // A workbook whose one sheet is the bomb.
    let book = workbook(&[("S", &[&["sku", "valid_from", "unit_cost", "currency"]])]);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut part, &mut bytes).unwrap();
        parts.push((part.name().unwrap().into_owned(), bytes));
    }
    let with = |name: &str, bytes: &[u8]| {
        let parts: Vec<(&str, &[u8])> = parts
            .iter()
            .map(|(other, kept)| {
                (other.as_str(), if other == name { bytes } else { kept.as_slice() })
            })
            .collect();
        zip(&parts)
    };
    let rows = format!("{}<row/>", " ".repeat(500_000)).repeat(100);
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    let name = "xl/worksheets/sheet1.xml";
    check_refused("rows.xlsx", &with(name, sheet.as_bytes()), "unpacks to far more");
    let text = [b"<worksheet><sheetData><row><c><v>".as_slice(), &vec![b'1'; 3_000_000]].concat();
    check_refused("cell.xlsx", &with(name, &text), "damaged or was cut off");
    let own = b"<!DOCTYPE a [<!ENTITY b 'bbbbbbbb'>]><worksheet>&b;</worksheet>";
    check_refused("entities.xlsx", &with(name, own), "damaged or was cut off");
}

#[test]
fn an_archive_that_lies_about_its_entries_is_refused_at_once() {
    // The larger end records claim 2^40 entries.
    let mut bytes = zip(&[("costs.csv", COSTS.as_bytes())]);
    let end = bytes.len() - 22;
    let directory_at = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap());
    let mut large = b"PK\x06\x06".to_vec();
    large.extend(44_u64.to_le_bytes());
    large.extend([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for number in [1_u64 << 40, 1 << 40, 1 << 50, u64::from(directory_at)] {
        large.extend(number.to_le_bytes());
    }
    large.extend(b"PK\x06\x07\0\0\0\0");
    large.extend((end as u64).to_le_bytes());
    large.extend([1, 0, 0, 0]);
    bytes.splice(end..end, large);
    let last = bytes.len() - 22;
    bytes[last + 8..last + 12].copy_from_slice(&[0xff; 4]);
    check_refused("lies.zip", &bytes, "damaged or was cut off");
    // More files than anybody exports.
    let names: Vec<String> = (0..600).map(|number| format!("{number}.csv")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    check_refused("many.zip", &zip(&many), "holds 600 files");
}

#[test]
fn names_in_an_archive_never_name_a_place() {
    let desk = Desk::new();
    let absolute = desk.path("outside.csv").to_string_lossy().into_owned();
    let bytes = zip(&[
        ("../../../escape.csv", COSTS.as_bytes()),
        (&absolute, COSTS.replace("MUG", "LAMP").as_bytes()),
    ]);
    let done = desk.run(&["import", &desk.put("a/b/names.zip", bytes)]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(desk.costs(), ["LAMP 4.2", "MUG 4.2"]);
    assert!(done.out.contains("names.zip/escape.csv: costs"), "{done:?}");
    assert!(!std::path::Path::new(&absolute).exists() && !desk.path("escape.csv").exists());
    assert_eq!(desk.spooled(), 0);
}

#[test]
fn a_protected_entry_is_refused_with_the_way_out_and_the_others_go_in() {
    let desk = Desk::new();
    let mut bytes = zip(&[("a.csv", COSTS.as_bytes()), ("b.csv", COSTS.as_bytes())]);
    // The flag of encryption, in the first local header and in the first of the directory.
    bytes[6] |= 1;
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    let done = desk.run(&["import", &desk.put("locked.zip", bytes)]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("locked.zip/a.csv was not taken in."), "{done:?}");
    assert!(done.err.contains("protected by a password"), "{done:?}");
    assert_eq!((desk.costs(), desk.spooled()), (vec!["MUG 4.2".to_owned()], 0));
}

#[test]
fn a_workbook_under_another_name_is_read_and_says_so() {
    let desk = Desk::new();
    let rows: &[&[&str]] =
        &[&["sku", "valid_from", "unit_cost", "currency"], &["MUG", "2026-01-01", "4.2", "EUR"]];
    let done = desk.run(&["import", &desk.put("costs.csv", workbook(&[("S", rows)]))]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("it is an Excel workbook and was read as one"), "{done:?}");
    assert_eq!(desk.costs(), ["MUG 4.2"]);
}

#[test]
fn a_quotation_mark_that_is_not_closed_is_told_and_nothing_is_kept() {
    let bytes = format!("{COSTS}POT,2026-01-01,4.20,\"EUR\nLAMP,2026-01-01,9,EUR\n");
    check_refused("open.csv", bytes.as_bytes(), "line 3 does not end; a quotation mark");
}

#[test]
fn a_million_columns_are_refused() {
    let header = "sku,valid_from,unit_cost,currency".to_owned() + &",x".repeat(1_000_000);
    let bytes = format!("{header}\nMUG,2026-01-01,4.20,EUR\n");
    let desk = Desk::new();
    let path = desk.put("wide.csv", bytes);
    for words in [vec!["import", &path], vec!["import", "costs", &path]] {
        let done = desk.run(&words);
        assert_eq!(done.code, 1, "{done:?}");
        assert!(done.err.contains("wide.csv was not taken in."), "{done:?}");
        desk.assert_no_trace("a million columns");
    }
}

#[test]
fn cells_that_cannot_be_are_refused_row_by_row() {
    let desk = Desk::new();
    let rows = [
        ("A,2026-01-01,1000000000000000000,EUR", "unit_cost"),
        ("B,2026-01-01,=1+1,EUR", "unit_cost"),
        ("C,2026-01-01,4.20,XQX", "currency"),
        ("D,9999-01-01,4.20,EUR", "valid_from"),
        ("E,2026-02-30,4.20,EUR", "valid_from"),
    ];
    let mut text = COSTS.lines().next().unwrap().to_owned();
    for (row, _) in rows {
        text.push('\n');
        text.push_str(row);
    }
    let done = desk.run(&["import", &desk.put("costs.csv", text)]);
    assert_eq!(done.code, 3, "{done:?}");
    for (index, (row, told)) in rows.iter().enumerate() {
        let line = format!("costs.csv, line {}, ", index + 2);
        let found = done.err.lines().find(|other| other.starts_with(&line));
        let found = found.unwrap_or_else(|| panic!("{row}: {done:?}"));
        assert!(found.contains(told), "{row}: {found}");
    }
    assert_eq!(desk.count("select count(*) from costs"), 0);
    assert_eq!(desk.count("select refused from imports"), 5, "kept to be tried again");
}

#[test]
fn an_order_in_two_currencies_is_one_order_in_the_later() {
    let desk = Desk::new();
    let order = |currency: &str| {
        format!(
            "{{\"id\":\"1\",\"created_at\":\"2026-03-02T10:00:00Z\",\"currency\":\"{currency}\",\
             \"lines\":[{{\"id\":\"1\",\"quantity\":1,\"unit_price\":\"12.00\"}}]}}\n"
        )
    };
    let path = desk.put("orders.jsonl", order("EUR") + &order("USD"));
    let done = desk.run(&["import", &path, "--store", "Heron", "--currency", "EUR"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert_eq!(desk.count("select count(*) from order_facts"), 1);
    assert_eq!(desk.count("select currency = 'USD' from orders"), 1);
    assert!(done.out.contains("stands twice in the file, in EUR and in USD"), "{done:?}");
}

#[test]
fn a_settlement_that_does_not_add_up_leaves_no_trace() {
    let text = include_str!("../../fixtures/amazon/v2-point.txt");
    let mut lines: Vec<&str> = text.lines().collect();
    // A row is lost on the way.
    lines.remove(lines.len() - 2);
    let desk = Desk::new();
    let path = desk.put("settlement.txt", lines.join("\n") + "\n");
    let done = desk.run(&["import", &path, "--store", "Heron"]);
    assert!(matches!(done.code, 1 | 3), "{done:?}");
    assert!(done.err.contains("add up to"), "{done:?}");
    for table in ["charges", "payouts", "orders", "order_facts"] {
        assert_eq!(desk.count(&format!("select count(*) from {table}")), 0, "{table}");
    }
}

#[test]
fn a_sparse_archive_with_its_list_far_away_does_not_fill_the_memory() {
    let desk = Desk::new();
    let path = desk.put("far.zip", b"PK\x03\x04");
    let mut file = File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(1024 * 1024 * 1024)).unwrap();
    let mut end = b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff".to_vec();
    end.extend(0x3fff_fff0_u32.to_le_bytes());
    end.extend(0x10_u32.to_le_bytes());
    end.extend([0, 0]);
    file.write_all(&end).unwrap();
    drop(file);
    let done = desk.run(&["import", &path]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("damaged or was cut off"), "{done:?}");
    desk.assert_no_trace("far.zip");
}
