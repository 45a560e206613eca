//! Every format knows its own files and no other's.

use super::contract::{Head, Match};
use super::{find_format, find_formats, list_formats, recognise};

const SAMPLES: &[(&str, &str, &str, &[u8])] = &[
    ("neutral", "orders", "a.jsonl", include_bytes!("../../tests/fixtures/neutral/orders.jsonl")),
    ("neutral", "costs", "a.csv", include_bytes!("../../tests/fixtures/neutral/costs.csv")),
    ("neutral", "expenses", "a.csv", include_bytes!("../../tests/fixtures/neutral/expenses.csv")),
    ("neutral", "ad-spend", "a.csv", include_bytes!("../../tests/fixtures/neutral/ad-spend.csv")),
    ("neutral", "fx", "a.csv", include_bytes!("../../tests/fixtures/neutral/fx.csv")),
    ("neutral", "rules", "a.json", include_bytes!("../../tests/fixtures/neutral/rules.json")),
    ("ebay", "ebay-orders", "a.csv", include_bytes!("../../tests/fixtures/ebay/orders.csv")),
    (
        "ebay",
        "ebay-transactions",
        "a.csv",
        include_bytes!("../../tests/fixtures/ebay/transactions.csv"),
    ),
    (
        "ebay",
        "ebay-transactions",
        "a.csv",
        include_bytes!("../../tests/fixtures/ebay/transactions-german.csv"),
    ),
    ("ecb", "fx", "a.csv", include_bytes!("../../tests/fixtures/ecb/eurofxref-hist.csv")),
    ("ecb", "fx", "a.csv", include_bytes!("../../tests/fixtures/ecb/eurofxref.csv")),
    ("ecb", "fx", "a.xml", include_bytes!("../../tests/fixtures/ecb/eurofxref-daily.xml")),
    ("ecb", "fx", "a.xml", include_bytes!("../../tests/fixtures/ecb/eurofxref-hist-90d.xml")),
    (
        "etsy",
        "etsy-orders",
        "a.csv",
        include_bytes!("../../tests/fixtures/etsy/sold-order-items.csv"),
    ),
    ("etsy", "etsy-orders", "a.csv", include_bytes!("../../tests/fixtures/etsy/sold-orders.csv")),
    ("etsy", "etsy-statement", "a.csv", include_bytes!("../../tests/fixtures/etsy/statement.csv")),
    (
        "etsy",
        "etsy-statement",
        "a.csv",
        include_bytes!("../../tests/fixtures/etsy/statement-german.csv"),
    ),
    ("ecb", "fx", "a.zip", include_bytes!("../../tests/fixtures/ecb/eurofxref-hist.zip")),
];

#[test]
fn each_sample_is_recognised_as_its_own_and_never_as_another() {
    for (slug, name, file_name, bytes) in SAMPLES {
        let text = String::from_utf8_lossy(bytes);
        let head = Head { text: &text, bytes, whole: true, file_name };
        let claims: Vec<(&str, &str)> = list_formats()
            .filter(|(_, format)| (format.recognises)(&head) != Match::No)
            .map(|(connector, format)| (connector.slug(), format.name))
            .collect();
        assert_eq!(claims, [(*slug, *name)], "{slug} {name} {file_name}");
        let found = recognise(&head).map(|(connector, format)| (connector.slug(), format.name));
        assert_eq!(found, Some((*slug, *name)));
        let named = find_format(name, &head).map(|(connector, _)| connector.slug());
        assert_eq!(named, Some(*slug), "{name} by name");
    }
}

#[test]
fn a_head_that_was_cut_off_is_enough() {
    for (slug, name, file_name, bytes) in SAMPLES {
        let bytes = &bytes[..bytes.len() * 9 / 10];
        let text = String::from_utf8_lossy(bytes);
        let head = Head { text: &text, bytes, whole: false, file_name };
        let found = recognise(&head).map(|(connector, format)| (connector.slug(), format.name));
        assert_eq!(found, Some((*slug, *name)), "{file_name}");
    }
}

#[test]
fn strange_files_are_nobody_s() {
    for text in [
        "",
        "\n\n",
        "hello",
        "{",
        "{}",
        "[]",
        "null",
        "a,b,c\n1,2,3\n",
        "sku,valid_from\nA,2026-01-01\n",
        "{\"id\": 5, \"line_items\": []}",
        "<!DOCTYPE html><html><body>Maintenance</body></html>",
        "PK\u{3}\u{4}nonsense",
        "\u{fffd}\u{0}\u{1}",
    ] {
        let found = recognise(&Head::of_text(text, "a")).map(|(_, format)| format.name);
        assert_eq!(found, None, "{text:?}");
    }
}

#[test]
fn a_format_that_none_claims_is_still_found_by_its_name() {
    let head = Head::of_text("hello", "a");
    let slug = |name| find_format(name, &head).map(|(connector, _)| connector.slug());
    assert_eq!(slug("fx"), Some("neutral"));
    assert_eq!(slug("orders"), Some("neutral"));
    assert_eq!(slug("no-such-format"), None);
    assert_eq!(find_formats("fx").len(), 2);
}

/// A file of real sellers, which cannot be kept in the repository: tests read them where they lie
/// beside the project, or in the folder that `PURSER_SAMPLES` names, and say so where they do not.
#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
pub fn find_sample(path: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/specs");
    let folder = std::env::var_os("PURSER_SAMPLES").unwrap_or_else(|| beside.into());
    let found = std::fs::read(std::path::Path::new(&folder).join(path));
    if found.is_err() {
        eprintln!("skipped: {path} is not at hand");
    }
    found.ok()
}
