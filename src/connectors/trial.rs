//! Any bytes as a file, read by every reader of a format: what the fuzzer and the replay of its
//! findings have in common.

use super::contract::{Found, HEAD_BYTES, Head, Match, ReadCtx};
use super::kit::decode;
use super::{find_formats, list_formats};
use crate::base::{Currency, Zone};
use crate::domain::record::{Record, SourceKind};

/// Reads the bytes by the readers of that name, `auto` by all that do not say that the file is
/// not theirs, and holds what they find against what every source must fulfil.
///
/// # Errors
/// Which promise a reader broke: an order that fails its own check, a refusal without a reason;
/// and a name that is none of a format's.
pub fn read_any(format: &str, bytes: &[u8]) -> Result<(), String> {
    let text = decode::text(&bytes[..bytes.len().min(HEAD_BYTES)]);
    let head = Head { text: &text, bytes, whole: true, file_name: "any" };
    let readers = match format {
        "auto" => list_formats().collect(),
        name => find_formats(name),
    };
    if readers.is_empty() {
        return Err(format!("there is no format {format}"));
    }
    let ctx = ReadCtx {
        currency: Currency::parse("EUR").ok(),
        zone: Zone::utc(),
        store: Some("shop".to_owned()),
    };
    for (_, reader) in readers {
        if format == "auto" && (reader.recognises)(&head) == Match::No {
            continue;
        }
        let (mut source, mut broken) = (bytes, None);
        // A fault is an answer.
        let _ = (reader.read)(&mut source, &ctx, &mut |found| {
            broken = broken.take().or_else(|| find_broken(&found));
            Ok(())
        });
        if let Some(what) = broken {
            return Err(format!("{}: {what}", reader.name));
        }
    }
    Ok(())
}

fn find_broken(found: &Found) -> Option<String> {
    match found {
        Found::Refused(refusal) => {
            refusal.reason.is_empty().then(|| format!("no reason at line {}", refusal.row))
        }
        Found::Records { records, .. } => records.iter().find_map(|record| match record {
            // A settlement may tell only a part of an order.
            Record::Order(order) if order.source.kind != SourceKind::Settlement => {
                order.check().err().map(|fault| fault.to_string())
            }
            _ => None,
        }),
        Found::Notice { .. } | Found::Unknown { .. } => None,
    }
}
