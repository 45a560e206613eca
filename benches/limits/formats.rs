//! How fast each kind of file is read, beside what splitting it into fields costs: our own samples
//! grown to the size asked for, their ids told apart by a number.

use std::hint::black_box;
use std::path::Path;

use purser::base::{Currency, Zone};
use purser::connectors::contract::{Found, Head, ReadCtx};
use purser::connectors::find_format;

use crate::process::{Watch, run_child, setting, tell};
use crate::table::{Table, hundredths};

/// A sample, the ids in it that must differ between its copies, and the lines that stand once.
struct Sample {
    format: &'static str,
    file: &'static str,
    once: usize,
    ids: &'static [&'static str],
}

const fn table(format: &'static str, file: &'static str, ids: &'static [&'static str]) -> Sample {
    Sample { format, file, once: 1, ids }
}

const fn lines(format: &'static str, file: &'static str, ids: &'static [&'static str]) -> Sample {
    Sample { format, file, once: 0, ids }
}

const SAMPLES: &[Sample] = &[
    lines("orders", "neutral/orders.jsonl", &["\"o-1", "\"o-2", "\"o-3", "\"o-4"]),
    table("costs", "neutral/costs.csv", &["MUG-RED", "MUG-BLUE"]),
    table("ad-spend", "neutral/ad-spend.csv", &["spring"]),
    lines("amazon-settlement", "amazon/v2-point.txt", &["50000000001"]),
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
    let mut header = 0;
    for _ in 0..sample.once {
        header += bytes[header..].iter().position(|byte| *byte == b'\n').unwrap() + 1;
    }
    let (header, mut body) = (bytes[..header].to_vec(), bytes[header..].to_vec());
    if body.last() != Some(&b'\n') {
        body.push(b'\n');
    }
    let mut grown = header;
    let mut copy = 0_u64;
    while grown.len() < size {
        push_copy(&mut grown, &body, sample.ids, copy);
        copy += 1;
    }
    grown
}

/// The body once more, each id with the copy's number behind it.
fn push_copy(grown: &mut Vec<u8>, body: &[u8], ids: &[&str], copy: u64) {
    let number = copy.to_string();
    let mut rest = body;
    'next: while !rest.is_empty() {
        for id in ids {
            if rest.starts_with(id.as_bytes()) {
                grown.extend_from_slice(id.as_bytes());
                grown.extend_from_slice(number.as_bytes());
                rest = &rest[id.len()..];
                continue 'next;
            }
        }
        grown.push(rest[0]);
        rest = &rest[1..];
    }
}
