//! Encodings, workbooks, archives and folders.

use rust_xlsxwriter::{ExcelDateTime, Format};

use super::{COSTS, Desk, workbook, zip};

#[test]
fn utf_16_of_either_order_is_read_with_a_mark_and_without() {
    let text = "sku,valid_from,unit_cost,currency\nTASSE-GRÜN,2026-01-01,4.20,EUR\n";
    for (marked, swap) in [(true, false), (true, true), (false, false), (false, true)] {
        let desk = Desk::new();
        let text = if marked { format!("\u{feff}{text}") } else { text.to_owned() };
        let order = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
        let done = desk.run(&["import", &desk.put("costs.csv", bytes)]);
        assert_eq!(done.code, 0, "{done:?}");
        assert_eq!(desk.costs(), ["TASSE-GRÜN 4.2"], "marked {marked}, swapped {swap}");
    }
}

#[test]
fn a_workbook_is_read_by_the_sheet_that_is_of_a_format() {
    let desk = Desk::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Notes").unwrap().write_string(0, 0, "Read me").unwrap();
    let sheet = book.add_worksheet().set_name("Costs").unwrap();
    for (column, name) in ["sku", "valid_from", "unit_cost", "currency", "note"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *name).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    sheet.write_string(1, 0, "MUG, \"big\"").unwrap();
    let date = ExcelDateTime::from_ymd(2026, 3, 2).unwrap();
    sheet.write_datetime_with_format(1, 1, &date, &day).unwrap();
    // The double next to it: 16.220000000000002.
    sheet.write_number(1, 2, 16.220000000000002).unwrap();
    sheet.write_string(1, 3, "EUR").unwrap();
    sheet.write_string(1, 4, "two\nlines").unwrap();
    sheet.write_string(2, 0, "LAMP").unwrap();
    sheet.write_string(2, 1, "soon").unwrap();
    let path = desk.put("costs.xlsx", book.save_to_buffer().unwrap());
    let done = desk.run(&["import", &path]);
    assert_eq!(done.code, 3, "{done:?}");
    assert_eq!(desk.costs(), ["MUG, \"big\" 16.22"]);
    // 2026-03-02 is the 20,514th day.
    assert_eq!(desk.count("select valid_from_day from costs"), 20_514);
    assert!(done.err.contains("costs.xlsx, line 3, unit_cost"), "{done:?}");
    assert!(done.out.contains("The sheet \"Costs\" of the workbook was read"), "{done:?}");
    assert_eq!(desk.spooled(), 0);
    let listed = desk.run(&["import", "list", "--json"]);
    let hash = ring::digest::digest(&ring::digest::SHA256, &std::fs::read(&path).unwrap());
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(listed.out.contains(&hash), "the hash is that of the file itself: {listed:?}");
}

#[test]
fn a_workbook_without_such_a_sheet_says_which_it_has() {
    let desk = Desk::new();
    let path = desk.put("a.xlsx", workbook(&[("One", &[&["a", "b"]]), ("Two", &[&["c"]])]));
    let done = desk.run(&["import", &path]);
    assert_eq!(done.code, 1, "{done:?}");
    assert!(done.err.contains("None of the sheets") && done.err.contains("\"One\", \"Two\""));
    desk.assert_no_trace("no sheet");
    // A named format's own reader says what it misses.
    let done = desk.run(&["import", "costs", &path]);
    assert!(done.code == 1 && done.err.contains("\"sku\" is missing"), "{done:?}");
    desk.assert_no_trace("a column is missing");
}

#[test]
fn every_file_of_an_archive_is_an_import_of_its_own() {
    let desk = Desk::new();
    let fx = "day,base,quote,rate\n2026-01-02,USD,EUR,0.9\n";
    let book = workbook(&[("S", &[&["sku", "valid_from", "unit_cost", "currency"]])]);
    let bytes = zip(&[
        ("march/rates.csv", fx.as_bytes()),
        ("march/costs.csv", COSTS.as_bytes()),
        ("costs.xlsx", &book),
        ("__MACOSX/._costs.csv", b"\0\x05\x16\x07"),
        (".DS_Store", b"\0\0\0\x01Bud1"),
    ]);
    let done = desk.run(&["import", &desk.put("march.zip", bytes), "--json"]);
    assert_eq!(done.code, 0, "{done:?}");
    let value: serde_json::Value = serde_json::from_str(&done.out).unwrap();
    let files: Vec<(&str, &str)> = value["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| (file["file"].as_str().unwrap(), file["format"].as_str().unwrap()))
        .collect();
    let expected = [
        ("march.zip/costs.xlsx", "costs"),
        ("march.zip/march/costs.csv", "costs"),
        ("march.zip/march/rates.csv", "fx"),
    ];
    assert_eq!(files, expected);
    assert_eq!(value["accepted"], 2);
    assert_eq!((desk.count("select count(*) from imports"), desk.spooled()), (3, 0));
}

#[test]
fn the_ecb_s_own_archive_stays_a_format_of_its_own() {
    let desk = Desk::new();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/ecb/eurofxref-hist.zip");
    let done = desk.run(&["import", path]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.starts_with("eurofxref-hist.zip: fx"), "{done:?}");
}

#[test]
fn folders_and_many_files_go_in_each_by_itself() {
    let desk = Desk::new();
    desk.put("shop/costs.csv", COSTS);
    desk.put("shop/more/bad-rows.csv", COSTS.replace("2026-01-01", "soon").replace("MUG", "POT"));
    desk.put("shop/.hidden.csv", COSTS.replace("MUG", "HIDDEN"));
    desk.put("shop/photo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let lamp = desk.put("lamp.csv", COSTS.replace("MUG", "LAMP"));
    let shop = desk.path("shop").to_string_lossy().into_owned();
    let done = desk.run(&["import", &lamp, &shop]);
    assert_eq!(done.code, 1, "a refused file outranks refused rows: {done:?}");
    assert_eq!(desk.costs(), ["LAMP 4.2", "MUG 4.2"]);
    let sum = "4 files: 2 taken in, 0 known already, 1 refused; 1 files were not taken in";
    assert!(done.out.contains(sum), "{done:?}");
    assert!(done.err.contains("photo.png was not taken in.") && done.err.contains("a picture"));
    std::fs::remove_file(desk.path("shop/photo.png")).unwrap();
    assert_eq!(desk.run(&["import", &shop]).code, 3);
    let missing = desk.run(&["import", &lamp, "no-such.csv"]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("no-such.csv"), "{missing:?}");
}

#[test]
fn a_dry_run_says_what_was_understood_and_keeps_nothing() {
    let desk = Desk::new();
    let order = r#"{"id":"1","number":"1001","created_at":"2026-03-02T10:00:00Z","currency":"EUR",
        "lines":[{"id":"1","sku":"MUG","quantity":2,"unit_price":"12.00"}]}"#;
    let path = desk.put("orders.jsonl", order.replace('\n', " "));
    let done = desk.run(&["import", &path, "--dry-run", "--store", "Heron"]);
    assert_eq!(done.code, 0, "{done:?}");
    for line in [
        "orders.jsonl: this is what was understood",
        "Orders: 1, goods and shipping 24.00 EUR",
        "First record: Order 1001, 2 Mar 2026, 1 line, 24.00 EUR",
        "(dry run, nothing was kept)",
    ] {
        assert!(done.out.contains(line), "{line}: {done:?}");
    }
    desk.assert_no_trace("a dry run");
}

#[test]
fn taking_back_is_told_by_kind_before_it_is_done() {
    let desk = Desk::new();
    desk.run(&["import", &desk.put("costs.csv", COSTS)]);
    desk.run(&["import", &desk.put("newer.csv", COSTS.replace("4.20", "5.20"))]);
    let done = desk.run(&["import", "undo", "2"]);
    assert_eq!(done.code, 0, "{done:?}");
    let told = "newer.csv: This leaves the books: 1 unit cost. What these replaced holds again: \
                1 unit cost.";
    assert!(done.err.contains(told), "{done:?}");
    assert_eq!(desk.costs(), ["MUG 4.2"]);
}
