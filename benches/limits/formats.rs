//! How fast each kind of file is read, beside what splitting it into fields costs: our own samples
//! grown to the size asked for, their ids told apart by a number.

use std::hint::black_box;
use std::path::Path;

use purser::base::{Currency, Zone};
use purser::connectors::contract::{Found, Head, ReadCtx};
use purser::connectors::find_format;

use crate::process::{Watch, run_child, setting, tell};
use crate::table::{Table, hundredths};

/// A sample that is grown by copies of its rows.
struct Sample {
    format: &'static str,
    file: &'static str,
    /// What the header line holds; '' for a file without one.
    header: &'static str,
    /// Lines behind the header that stand once, and lines at the end that are left out.
    once: usize,
    tail: usize,
    /// What tells the copies apart beside numbers of five and more digits.
    ids: &'static [&'static str],
}

const fn table(
    format: &'static str,
    file: &'static str,
    header: &'static str,
    ids: &'static [&'static str],
) -> Sample {
    Sample { format, file, header, once: 0, tail: 0, ids }
}

const fn lines(format: &'static str, file: &'static str, ids: &'static [&'static str]) -> Sample {
    Sample { format, file, header: "", once: 0, tail: 0, ids }
}

const SAMPLES: &[Sample] = &[
    lines("orders", "neutral/orders.jsonl", &["\"o-"]),
    table("costs", "neutral/costs.csv", "sku,", &["MUG-"]),
    table("expenses", "neutral/expenses.csv", "name", &[]),
    table("ad-spend", "neutral/ad-spend.csv", "day,", &["spring"]),
    table("fx", "neutral/fx.csv", "day,", &[]),
    table("stock", "neutral/stock.csv", "sku", &["MUG-"]),
    table("shopify-orders", "shopify/orders.csv", "Name,", &["#3"]),
    table("shopify-products", "shopify/products-classic.csv", "Handle", &["wool-"]),
    table("shopify-payments", "shopify/payments-19.csv", "Transaction Date", &["#3"]),
    lines("amazon-settlement", "amazon/v2-point.txt", &["50000000001"]),
    table("amazon-orders", "amazon/all-orders-eu.txt", "amazon-order-id", &[]),
    table("amazon-fba-inventory", "amazon/fba-inventory.txt", "sku", &["MUG-"]),
    table("amazon-fba-returns", "amazon/fba-returns.txt", "return-date", &["LPN"]),
    table("amazon-fba-reimbursements", "amazon/fba-reimbursements.txt", "approval-date", &[]),
    table("amazon-fba-storage-fees", "amazon/fba-storage-fees.txt", "asin", &["B0"]),
    table(
        "amazon-fba-longterm-storage-fees",
        "amazon/fba-longterm-storage-fees.txt",
        "asin",
        &["B0"],
    ),
    table("amazon-fba-estimated-fees", "amazon/fba-estimated-fees.txt", "sku", &["MUG-"]),
    table("amazon-fba-ledger", "amazon/fba-ledger-detail.txt", "Date", &["MUG-"]),
    Sample { tail: 2, ..table("ebay-orders", "ebay/orders.csv", "Order Number", &[]) },
    table("ebay-transactions", "ebay/transactions.csv", "Transaction creation date", &[]),
    table("etsy-orders", "etsy/sold-order-items.csv", "Sale Date", &[]),
    table("etsy-orders", "etsy/sold-orders.csv", "Sale Date", &[]),
    table("etsy-statement", "etsy/statement.csv", "Date,Type", &[]),
    Sample { once: 1, ..table("tiktok-orders", "tiktok-shop/orders.csv", "Order ID", &[]) },
    table("tiktok-settlement", "tiktok-shop/settlement.csv", "Statement ID", &["S1,", "S2,"]),
    table("shipstation-shipments", "shipstation/shipments.csv", "Order - Number", &["#20"]),
    Sample { tail: 1, ..table("meta-ads", "meta_ads/ads-by-day.csv", "Reporting starts", &["Sp"]) },
    Sample { tail: 2, ..table("google-ads", "google_ads/campaigns-by-day.csv", "Day,Camp", &[]) },
    Sample { tail: 1, ..table("tiktok-ads", "tiktok_ads/campaigns-by-day.csv", "By Day", &[]) },
    table("amazon-ads", "amazon_ads/product-old.csv", "Portfolio name", &["SP auto"]),
];

/// Bytes of file that a core must read in a second, or half of what splitting alone reaches.
const GOAL_MB_S: i64 = 20;

pub fn measure(summary: &mut Table) {
    let megabytes = setting("PURSER_BENCH_FILE_MB", 100).to_string();
    for (index, sample) in SAMPLES.iter().enumerate() {
        eprintln!("reading {}", sample.format);
        let found = run_child(&["format", &index.to_string(), &megabytes]);
        let (ours, bare) = (found["ours_mb_s"], found["split_mb_s"]);
        let holds = ours >= GOAL_MB_S.min(bare / 2);
        summary.add(
            format!("reading {}", sample.format),
            format!("{ours} MB/s"),
            format!(
                "split into fields {bare} MB/s; {} refused of {} found; peak {}; {}",
                found["refused"],
                found["found"],
                hundredths(found["peak_kb"] * 100 / 1_024, "MB with the file itself"),
                if holds { "holds" } else { "DOES NOT HOLD" },
            ),
        );
    }
}

/// The child: one format.
pub fn read_one(index: &str, megabytes: &str) {
    let sample = &SAMPLES[index.parse::<usize>().unwrap()];
    let bytes = grow(sample, megabytes.parse::<usize>().unwrap() * 1_000_000);
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]).into_owned();
    let head = Head {
        text: &text,
        bytes: &bytes[..text.len().min(bytes.len())],
        whole: false,
        file_name: "a",
    };
    let (_, format) = find_format(sample.format, &head).unwrap();
    let ctx = ReadCtx {
        currency: Some(Currency::parse("EUR").unwrap()),
        zone: Zone::utc(),
        store: Some("shop".to_owned()),
    };
    let (mut found, mut refused) = (0, 0);
    let watch = Watch::start();
    let mut source = bytes.as_slice();
    let read = (format.read)(&mut source, &ctx, &mut |one| {
        found += 1;
        refused += i64::from(matches!(one, Found::Refused(_)));
        black_box(one);
        Ok(())
    });
    let ours_us = watch.us();
    if let Err(fault) = read {
        panic!("{}: {fault}", sample.format);
    }
    tell("ours_mb_s", bytes.len() as i64 / ours_us.max(1));
    let watch = Watch::start();
    split(&bytes);
    tell("split_mb_s", bytes.len() as i64 / watch.us().max(1));
    tell("found", found);
    tell("refused", refused);
    watch.tell();
}

fn split(bytes: &[u8]) {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let separator = if first.contains(&b'\t') { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .quoting(separator != b'\t')
        .from_reader(bytes);
    let mut record = csv::ByteRecord::new();
    let mut fields = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        fields += record.len();
    }
    black_box(fields);
}

fn grow(sample: &Sample, size: usize) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(sample.file);
    let bytes = std::fs::read(&path).unwrap();
    let rows: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let holds = |row: &&[u8]| String::from_utf8_lossy(row).contains(sample.header);
    let mut first = 0;
    if !sample.header.is_empty() {
        let header = rows.iter().position(holds);
        first = header.unwrap_or_else(|| panic!("{} has no such header", sample.file)) + 1;
    }
    first += sample.once;
    let mut grown: Vec<u8> = rows[..first].concat();
    let mut body = rows[first..rows.len() - sample.tail].concat();
    if body.last() != Some(&b'\n') {
        body.push(b'\n');
    }
    let mut copy = 1_u64;
    while grown.len() < size {
        push_copy(&mut grown, &body, sample.ids, copy);
        copy += 1;
    }
    grown
}

/// The body once more, the copy's number behind each id and each long number.
fn push_copy(grown: &mut Vec<u8>, body: &[u8], ids: &[&str], copy: u64) {
    let number = copy.to_string();
    let mut digits = 0;
    let mut at = 0;
    while at < body.len() {
        if let Some(id) = ids.iter().find(|id| body[at..].starts_with(id.as_bytes())) {
            grown.extend_from_slice(id.trim_end_matches(',').as_bytes());
            grown.extend_from_slice(number.as_bytes());
            if id.ends_with(',') {
                grown.push(b',');
            }
            at += id.len();
            digits = 0;
            continue;
        }
        let is_digit = body[at].is_ascii_digit();
        if !is_digit && digits >= 5 && body[at] != b'.' {
            grown.extend_from_slice(number.as_bytes());
        }
        digits = if is_digit { digits + 1 } else { 0 };
        grown.push(body[at]);
        at += 1;
    }
}
