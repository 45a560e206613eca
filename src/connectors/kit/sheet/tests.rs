//! Headers found and named in any way, cells by their meaning, rows kept and refused.

use super::*;

static FIELDS: [Field; 4] = [
    Field::required(&["campaign", "kampagne"]),
    Field::required(&["amount spent (*)", "importo speso (*)"]).amount(),
    Field::optional(&["buyer"]).personal(),
    Field::ignored(&["note"]),
];

/// Line, campaign, amount.
type Rows = Vec<(u64, String, String)>;

fn open(text: &str) -> Result<(String, Rows), String> {
    let mut source = text.as_bytes();
    let mut sheet = Sheet::open(&mut source, &FIELDS).map_err(|fault| fault.to_string())?;
    let code = sheet.bracket(1).unwrap_or_default().to_owned();
    let eur = Currency::parse("EUR").unwrap();
    let mut rows = Vec::new();
    while let Some(cells) = sheet.next_row().unwrap() {
        let amount = match cells.minor(1, eur) {
            Ok(minor) => format!("{minor:?}"),
            Err(fault) => fault.reason,
        };
        rows.push((cells.line, cells.text(0).into_owned(), amount));
    }
    Ok((code, rows))
}

#[test]
fn a_header_is_found_behind_a_preamble_in_any_language() {
    let text = "Report of March\n\"1, 2\"\n\nKampagne;Importo  speso (eur);x\n=\"12\";10.000;\n\
                b;\"200,00\";\n";
    let (code, rows) = open(text).unwrap();
    assert_eq!(code, "EUR");
    let expected = [
        (5, "12".to_owned(), "Some(1000000)".to_owned()),
        (6, "b".to_owned(), "Some(20000)".to_owned()),
    ];
    assert_eq!(rows, expected);
    assert!(open("a,b\n1,2\n").unwrap_err().contains("campaign"));
}

#[test]
fn a_refused_row_keeps_what_is_read_and_nothing_personal() {
    let mut source = "Campaign,Amount spent (EUR),Buyer,Note\na,1x,Ann,n\n".as_bytes();
    let mut sheet = Sheet::open(&mut source, &FIELDS).unwrap();
    let cells = sheet.next_row().unwrap().unwrap();
    let raw = cells.raw();
    assert_eq!(raw, r#"{"campaign":"a","amount spent (eur)":"1x"}"#);
}

#[test]
fn one_of_two_columns_is_enough_but_one_there_must_be() {
    static FIELDS: [Field; 3] =
        [Field::either(&["name"]), Field::either(&["id"]), Field::required(&["cost (*)", "cost"])];
    let head = |text| find_columns(&Head::of_text(text, "a.csv"), &FIELDS);
    assert_eq!(
        head("x\nCost (EUR),ID\n1,2\n"),
        Some(vec!["cost (eur)".to_owned(), "id".to_owned()])
    );
    assert_eq!(head("Cost,Day\n1,2\n"), None);
    let mut source = "Report\nof March\nCost (EUR),ID\n1,2\n".as_bytes();
    let sheet = Sheet::open(&mut source, &FIELDS).unwrap();
    assert_eq!(
        (sheet.preamble.as_str(), sheet.raw_name(2).as_ref()),
        ("Report\nof March\n", "cost (eur)")
    );
}

#[test]
fn a_row_that_ends_early_is_known_and_a_kept_one_reads_the_same() {
    let text = "Campaign,Amount spent (EUR),Buyer,Note\na,1,,\nb,2,Ann\nc,3\nd\n";
    let mut source = text.as_bytes();
    let mut sheet = Sheet::open(&mut source, &FIELDS).unwrap();
    let (mut cut, mut kept) = (Vec::new(), Vec::new());
    while let Some(cells) = sheet.next_row().unwrap() {
        cut.push(cells.is_cut());
        kept.push((cells.line, cells.raw(), cells.keep_row()));
    }
    assert_eq!(cut, [false, false, true, true]);
    for (line, raw, row) in &kept {
        let again = sheet.cells(row);
        assert_eq!((again.line, &again.raw()), (*line, raw));
    }
    assert!(!kept[0].2.is_same(&kept[1].2));
}

#[test]
fn a_refused_amount_says_by_itself_what_its_separators_mean() {
    let text = "Campaign,Amount spent (EUR)\na,\"12,50\"\nb,1.234\n";
    let mut source = text.as_bytes();
    let mut sheet = Sheet::open(&mut source, &FIELDS).unwrap();
    sheet.next_row().unwrap();
    let raw = sheet.next_row().unwrap().unwrap().raw();
    assert_eq!(raw, r#"{"campaign":"b","amount spent (eur)":"1234"}"#);
}

#[test]
fn an_id_that_a_spreadsheet_rounded_is_refused() {
    let mut source = "Campaign,Amount spent (EUR)\n5.76487E+17,1\n123E45,2\n".as_bytes();
    let mut sheet = Sheet::open(&mut source, &FIELDS).unwrap();
    assert!(sheet.next_row().unwrap().unwrap().id(0).is_err());
    assert_eq!(sheet.next_row().unwrap().unwrap().id(0).unwrap(), "123E45");
}
