//! Every format knows its own files and no other's.

use super::contract::{Head, Match};
use super::{find_format, find_formats, list_formats, recognise};

/// A file of Amazon's.
macro_rules! amazon {
    ($format:literal, $name:literal) => {
        ("amazon", $format, $name, include_bytes!(concat!("../../tests/fixtures/amazon/", $name)))
    };
}

const SAMPLES: &[(&str, &str, &str, &[u8])] = &[
    amazon!("amazon-settlement", "v1.txt"),
    amazon!("amazon-settlement", "v2-point.txt"),
    amazon!("amazon-orders", "all-orders-eu.txt"),
    amazon!("amazon-orders", "all-orders-us.txt"),
    amazon!("amazon-fba-inventory", "fba-inventory.txt"),
    amazon!("amazon-fba-returns", "fba-returns.txt"),
    amazon!("amazon-fba-reimbursements", "fba-reimbursements.txt"),
    amazon!("amazon-fba-storage-fees", "fba-storage-fees.txt"),
    amazon!("amazon-fba-longterm-storage-fees", "fba-longterm-storage-fees.txt"),
    amazon!("amazon-fba-estimated-fees", "fba-estimated-fees.txt"),
    amazon!("amazon-fba-estimated-fees", "fba-estimated-fees-es-latin1.txt"),
    amazon!("amazon-fba-ledger", "fba-ledger-detail.txt"),
    amazon!("amazon-fba-ledger", "fba-ledger-summary.txt"),
    ("neutral", "orders", "a.jsonl", include_bytes!("../../tests/fixtures/neutral/orders.jsonl")),
    ("neutral", "costs", "a.csv", include_bytes!("../../tests/fixtures/neutral/costs.csv")),
    ("neutral", "expenses", "a.csv", include_bytes!("../../tests/fixtures/neutral/expenses.csv")),
    ("neutral", "ad-spend", "a.csv", include_bytes!("../../tests/fixtures/neutral/ad-spend.csv")),
    ("neutral", "fx", "a.csv", include_bytes!("../../tests/fixtures/neutral/fx.csv")),
    ("neutral", "stock", "a.csv", include_bytes!("../../tests/fixtures/neutral/stock.csv")),
    (
        "neutral",
        "listing-links",
        "a.csv",
        include_bytes!("../../tests/fixtures/neutral/listing-links.csv"),
    ),
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
    (
        "amazon-ads",
        "amazon-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/amazon_ads/product-old.csv"),
    ),
    (
        "amazon-ads",
        "amazon-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/amazon_ads/campaign-new.csv"),
    ),
    (
        "google-ads",
        "google-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/google_ads/campaigns-by-day.csv"),
    ),
    (
        "google-ads",
        "google-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/google_ads/artikel-deutsch.csv"),
    ),
    (
        "meta-ads",
        "meta-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/meta_ads/ads-by-day.csv"),
    ),
    (
        "meta-ads",
        "meta-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/meta_ads/tage-deutsch.csv"),
    ),
    (
        "tiktok-ads",
        "tiktok-ads",
        "a.csv",
        include_bytes!("../../tests/fixtures/tiktok_ads/campaigns-by-day.csv"),
    ),
    (
        "shopify",
        "shopify-products",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/products-classic.csv"),
    ),
    (
        "shopify",
        "shopify-products",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/products-2024.csv"),
    ),
    (
        "shopify",
        "shopify-products",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/products-places.csv"),
    ),
    (
        "shopify",
        "shopify-orders",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/orders.csv"),
    ),
    (
        "shopify",
        "shopify-payments",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/payments-16.csv"),
    ),
    (
        "shopify",
        "shopify-payments",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/payments-19.csv"),
    ),
    (
        "shopify",
        "shopify-payments",
        "a.csv",
        include_bytes!("../../tests/fixtures/shopify/payouts.csv"),
    ),
    (
        "shipstation",
        "shipstation-shipments",
        "a.csv",
        include_bytes!("../../tests/fixtures/shipstation/shipments.csv"),
    ),
    (
        "tiktok-shop",
        "tiktok-orders",
        "a.csv",
        include_bytes!("../../tests/fixtures/tiktok-shop/orders.csv"),
    ),
    (
        "tiktok-shop",
        "tiktok-settlement",
        "a.csv",
        include_bytes!("../../tests/fixtures/tiktok-shop/settlement.csv"),
    ),
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
fn a_warehouse_s_tables_of_the_ad_platforms_are_no_exports() {
    for path in [
        "meta-ads/samples/warehouse-facebook_ads_basic_ad_data.csv",
        "meta-ads/samples/warehouse-facebook_ads_demographics_country_data.csv",
        "google-ads/samples/warehouse-google_ads_campaign_stats_data.csv",
        "google-ads/samples/warehouse-google_ads_ad_stats_data.csv",
        "tiktok-ads/samples/warehouse-tiktok_campaign_country_report_data.csv",
        "tiktok-ads/samples/warehouse-tiktok_campaign_report_hourly_data.csv",
        "amazon-ads/samples/warehouse-amazon_ads_campaign_level_report_data.csv",
        "amazon-ads/samples/warehouse-amazon_ads_advertised_product_report_data.csv",
    ] {
        let Some(bytes) = find_sample(path) else { return };
        let text = String::from_utf8_lossy(&bytes);
        let found = recognise(&Head::of_text(&text, "a.csv")).map(|(_, format)| format.name);
        assert_eq!(found, None, "{path}");
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

/// What the fuzzer found once, and our own samples, by every reader that may meet them.
#[test]
fn samples_and_findings_break_no_promise() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut n_files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let files = if path.is_dir() { path } else { continue };
        for file in std::fs::read_dir(&files).unwrap() {
            let file = file.unwrap().path();
            if file.is_file() {
                let bytes = std::fs::read(&file).unwrap();
                assert_eq!(super::trial::read_any("auto", &bytes), Ok(()), "{}", file.display());
                n_files += 1;
            }
        }
    }
    let findings = folder.join("fuzz");
    for format in std::fs::read_dir(&findings).into_iter().flatten() {
        let format = format.unwrap();
        let name = format.file_name().into_string().unwrap();
        // What was found in packed files is replayed where they are unpacked (`sync/trial.rs`),
        // heads of backups where these are opened (`store/backup/tests.rs`).
        if name == "packed" || name == "backup_header" {
            continue;
        }
        for file in std::fs::read_dir(format.path()).unwrap() {
            let file = file.unwrap().path();
            let bytes = std::fs::read(&file).unwrap();
            assert_eq!(super::trial::read_any(&name, &bytes), Ok(()), "{}", file.display());
            n_files += 1;
        }
    }
    assert!(n_files > 20, "{n_files} files");
}
