//! The ECB's layouts, and what refuses a file.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use crate::base::Zone;
use crate::connectors::contract::{Found, ReadCtx};
use crate::connectors::fault::FileFault;
use crate::domain::record::rate::RateSource;
use crate::domain::record::{ExchangeRate, Record};

const HIST_CSV: &str = include_str!("../../../tests/fixtures/ecb/eurofxref-hist.csv");
const DAILY_CSV: &str = include_str!("../../../tests/fixtures/ecb/eurofxref.csv");
const DAILY_XML: &str = include_str!("../../../tests/fixtures/ecb/eurofxref-daily.xml");
const HIST_XML: &str = include_str!("../../../tests/fixtures/ecb/eurofxref-hist-90d.xml");
const HIST_ZIP: &[u8] = include_bytes!("../../../tests/fixtures/ecb/eurofxref-hist.zip");

fn read(file: &[u8]) -> Result<Vec<Found>, FileFault> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    let mut found = Vec::new();
    let read = (super::file::FX.read)(&mut Cursor::new(file), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    });
    assert!(read.is_ok() || found.is_empty(), "a refused file hands nothing out");
    read.map(|()| found)
}

fn rates(found: &[Found]) -> Vec<&ExchangeRate> {
    let mut rates = Vec::new();
    for one in found {
        let Found::Records { records, .. } = one else { continue };
        for record in records {
            let Record::Rate(rate) = record else { panic!("{record:?}") };
            rates.push(rate);
        }
    }
    rates
}

/// Day and currency → rate.
fn by_key(file: &[u8]) -> BTreeMap<String, String> {
    let found = read(file).unwrap();
    rates(&found)
        .iter()
        .map(|rate| (format!("{} {}", rate.day, rate.quote), rate.rate.to_string()))
        .collect()
}

fn notices(found: &[Found]) -> Vec<&str> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Notice { what, .. } => Some(what.as_str()),
            Found::Unknown { name, .. } => Some(name.as_str()),
            Found::Records { .. } | Found::Refused(_) => None,
        })
        .collect()
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_day_of_rates_is_one_euro_in_each_currency() {
    let found = read(HIST_CSV.as_bytes()).unwrap();
    assert_eq!(found.len(), 3, "a group a day, no notice");
    let Found::Records { row, records } = &found[1] else { panic!("records") };
    assert_eq!((*row, records.len()), (3, 11));
    let rate = rates(&found)[11];
    assert_eq!((rate.day.to_string().as_str(), rate.base.code()), ("2031-05-02", "EUR"));
    assert_eq!((rate.quote.code(), rate.rate.to_string().as_str()), ("USD", "1.0987"));
    assert_eq!(rate.source, RateSource::Ecb);
}

#[test]
fn no_rate_is_not_zero() {
    let all = by_key(HIST_CSV.as_bytes());
    assert_eq!(all.len(), 33);
    assert!(!all.keys().any(|key| key.contains("RUB")), "N/A makes no rate");
}

#[test]
fn all_layouts_say_the_same() {
    let all = by_key(HIST_CSV.as_bytes());
    assert_eq!(by_key(HIST_XML.as_bytes()), all);
    assert_eq!(by_key(HIST_ZIP), all);
    let newest = |file: &[u8]| {
        let day = by_key(file);
        assert_eq!(day.len(), 11);
        assert!(day.iter().all(|(key, rate)| all.get(key) == Some(rate)), "{day:?}");
    };
    newest(DAILY_CSV.as_bytes());
    newest(DAILY_XML.as_bytes());
    newest(&zip_of(&[("x/", b""), ("x/anything", DAILY_XML.as_bytes()), ("readme", b"hello")]));
}

#[test]
fn marks_line_breaks_and_a_missing_last_comma_are_fine() {
    let all = by_key(HIST_CSV.as_bytes());
    let check = |text: &str, why: &str| assert_eq!(by_key(text.as_bytes()), all, "{why}");
    check(&format!("\u{feff}{HIST_CSV}"), "a byte-order mark");
    check(&HIST_CSV.replace('\n', "\r\n"), "CRLF");
    check(&HIST_CSV.replace(",\n", "\n"), "no last comma");
    check(HIST_CSV.replace(",\n", "\n").trim_end(), "no last line break");
    check(&format!("\u{feff}{HIST_XML}"), "XML with a mark");
    check(&HIST_XML.replace("gesmes:", "g:").replace("xmlns:gesmes", "xmlns:g"), "a prefix");
}

#[test]
fn a_doubtful_table_is_refused_whole() {
    let check = |from: &str, to: &str, why: &str| {
        assert!(HIST_CSV.contains(from), "{from}");
        assert!(read(HIST_CSV.replacen(from, to, 1).as_bytes()).is_err(), "{why}");
    };
    check("1.12,", "0,", "a rate of nothing");
    check("1.12,", "-1.12,", "a negative rate");
    check("1.12,", "1.12e0,", "an exponent");
    check("1.12,", ",", "an empty cell");
    check("1.12,", "\"1,12\",", "a comma");
    check("1.12,", "1,12,", "a comma without quotes");
    check("1.12,", "n/a,", "not the ECB's sign");
    check("2031-04-30", "30.04.2031", "an unreadable day");
    check("2031-04-30", "2031-04-31", "a day that does not exist");
    check("2031-04-30", "2031-05-05", "a day twice with different rates");
    check(",N/A,\n", "\n", "a row too short");
    check("JPY", "USD", "a currency twice");
    let cut = HIST_CSV.trim_end_matches(",N/A,\n");
    assert!(read(cut.as_bytes()).is_err(), "cut off within the last line");
    assert!(read(HIST_CSV.trim_end_matches(",\n").as_bytes()).is_err(), "perhaps within a rate");
    let header = HIST_CSV.lines().next().unwrap();
    assert!(read(header.as_bytes()).is_err(), "no rate at all");
}

#[test]
fn a_day_twice_with_the_same_rates_counts_once() {
    let last = HIST_CSV.lines().last().unwrap();
    assert_eq!(rates(&read(format!("{HIST_CSV}{last}\n").as_bytes()).unwrap()).len(), 33);
}

#[test]
fn fewer_than_ten_currencies_are_refused() {
    let few = "Date,USD,JPY,\n2031-05-05,1.1,160,\n";
    assert!(read(few.as_bytes()).unwrap_err().to_string().contains("2 currencies"));
    let nine = DAILY_XML.lines().filter(|line| !line.contains("USD") && !line.contains("JPY"));
    let nine: String = nine.collect();
    assert!(read(nine.as_bytes()).unwrap_err().to_string().contains("9 currencies"));
}

#[test]
fn doubtful_xml_is_refused_whole() {
    for end in [300, HIST_XML.len() / 2, HIST_XML.len() - 1, HIST_XML.len() - 20] {
        assert!(read(&HIST_XML.as_bytes()[..end]).is_err(), "cut off at {end}");
    }
    let check = |from: &str, to: &str, why: &str| {
        assert!(DAILY_XML.contains(from), "{from}");
        assert!(read(DAILY_XML.replacen(from, to, 1).as_bytes()).is_err(), "{why}");
    };
    check("?>\n", "?>\n<!DOCTYPE gesmes:Envelope>", "a document type");
    check("'1.1001'", "'0'", "a rate of nothing");
    check("'1.1001'", "'N/A'", "no rate is absent in XML");
    check("'1.1001'", "''", "an empty rate");
    check(" rate='1.1001'", "", "no rate");
    check("currency='USD' ", "", "no currency");
    check("time='2031-05-05'", "", "no day");
    check("'2031-05-05'", "'2031-05-32'", "no such day");
    check("</gesmes:Sender>", "</gesmes:Other>", "a tag that ends another");
    check("</gesmes:Envelope>", "</gesmes:Envelope><x/>", "something after the end");
    check("currency='JPY'", "currency='USD'", "two rates of a currency");
}

#[test]
fn what_is_no_file_of_rates_is_refused() {
    for text in ["", "hello", "<html><body>Maintenance</body></html>", "day,base,quote,rate\n"] {
        let fault = read(text.as_bytes()).unwrap_err();
        assert!(matches!(fault, FileFault::NotThisFormat { .. }), "{text:?}: {fault:?}");
    }
}

#[test]
fn a_zip_is_unpacked_within_limits() {
    let hist = HIST_CSV.as_bytes();
    assert!(read(&HIST_ZIP[..HIST_ZIP.len() / 2]).is_err(), "cut off");
    assert!(read(&zip_of(&[("readme", b"hello")])).is_err(), "nothing in it");
    assert!(read(&zip_of(&[("a.csv", hist), ("b.csv", hist)])).is_err(), "two files of rates");
    let names: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), hist)).collect();
    assert!(read(&zip_of(&many)).is_err(), "too many entries");
    let large = vec![b' '; 65 * 1024 * 1024];
    let fault = read(&zip_of(&[("large", &large)])).unwrap_err();
    assert!(fault.to_string().contains("64 MiB"), "{fault}");
}

#[test]
fn a_jump_is_taken_in_and_told() {
    let jumped = HIST_CSV.replacen("1.12,", "0.8,", 1);
    let found = read(jumped.as_bytes()).unwrap();
    assert_eq!(rates(&found).len(), 33);
    let notices = notices(&found);
    assert_eq!(notices.len(), 1);
    assert!(notices[0].starts_with("USD went from 0.8 on 2031-04-30 to 1.0987 on 2031-05-02"));
    assert!(matches!(found[0], Found::Notice { row: 3, .. }));
}

#[test]
fn an_unknown_currency_is_left_out_and_told() {
    let found = read(HIST_CSV.replace("JPY", "QQQ").as_bytes()).unwrap();
    assert_eq!(rates(&found).len(), 30);
    assert!(notices(&found)[0].contains("QQQ"));
}

#[test]
fn published_files_are_read_where_they_are_at_hand() {
    let names = [
        "eurofxref-daily-2026-04-13.derived.xml",
        "eurofxref-hist-1999-2009.csv",
        "eurofxref-hist-2024-2026.csv",
        "eurofxref-hist-2025-2026.zip",
        "eurofxref-hist-90d-to-2026-04-13.derived.xml",
        "eurofxref.csv",
    ];
    let mut merged: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let sample = crate::connectors::tests::find_sample(&format!("ecb/samples/{name}"));
        let Some(bytes) = sample else { return };
        let one = by_key(&bytes);
        assert!(one.len() >= 29, "{name}: {}", one.len());
        for (key, rate) in one {
            let earlier = merged.insert(key.clone(), rate.clone());
            assert!(earlier.is_none_or(|earlier| earlier == rate), "{key} in {name}");
        }
    }
    assert_eq!(merged.get("2026-04-13 USD").map(String::as_str), Some("1.1684"));
    assert_eq!(merged.get("2009-12-31 TRY").map(String::as_str), Some("2.1547"));
}
