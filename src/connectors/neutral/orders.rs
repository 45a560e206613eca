//! The orders file: JSON Lines, one order a line. A bad line is refused, the others go in.

use std::io::BufRead;

use super::normalise::normalise_order;
use super::wire::{self, Object};
use crate::connectors::contract::{
    Emit, FileFormat, Found, Head, Match, ReadCtx, Refusal, Rows, Seen,
};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::bounded::{Line, Lines};
use crate::connectors::kit::json::{self, JsonFault, Keep};
use crate::domain::record::{Order, Record};

pub const ORDERS: FileFormat = FileFormat {
    name: "orders",
    label: "Orders file",
    needs_store: true,
    seen: Seen::InTheWild,
    rows: Rows::Json,
    recognises,
    read,
};

/// Bytes that one line may have.
const LINE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of a refused line that are kept.
const RAW_BYTES_MAX: usize = 4 * 1024;
/// Lines that may be no orders at all before the file is held to be something else.
const STRANGE_LINES_MAX: usize = 100;
/// Lines by which a file is recognised.
const HEAD_LINES_MAX: usize = 20;

fn recognises(head: &Head<'_>) -> Match {
    let lines = head.text.lines().map(str::trim).filter(|line| !line.is_empty());
    for (index, line) in lines.take(HEAD_LINES_MAX).enumerate() {
        if index == 0 && !line.starts_with('{') {
            return Match::No;
        }
        if looks_like_order(line) {
            return if json::has_key(line, "lines") { Match::Yes } else { Match::Perhaps };
        }
    }
    Match::No
}

/// Whether a line, perhaps cut off, has the fields that only an order of this format has. (A
/// WooCommerce or Shopify order has `line_items`.)
fn looks_like_order(line: &str) -> bool {
    let has = |name| json::has_key(line, name);
    line.starts_with('{')
        && !has("line_items")
        && (has("lines") || (has("id") && has("created_at")))
}

fn read(source: &mut dyn BufRead, ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    let mut lines = Lines::new(source, LINE_BYTES_MAX);
    // Refusals wait until one line has shown that the file holds orders at all.
    let mut strange: Vec<Refusal> = Vec::new();
    let mut sure = false;
    let mut any = false;
    loop {
        let row = lines.number() + 1;
        let refusal = match lines.next_line()? {
            None => break,
            Some(Line::TooLong) => too_long(row),
            Some(Line::Bytes(bytes)) => {
                let bytes = bytes.trim_ascii();
                if bytes.is_empty() {
                    continue;
                }
                if !any && bytes.first() != Some(&b'{') {
                    return Err(FileFault::not_this(
                        "The first line is no JSON object. An orders file is JSON Lines: one \
                         order a line, each in { }. Nothing of the file was taken in.",
                    ));
                }
                any = true;
                match read_line(bytes, ctx) {
                    Ok(order) => {
                        release(&mut strange, emit)?;
                        sure = true;
                        emit(Found::Records {
                            row,
                            records: vec![Record::Order(Box::new(order))],
                        })?;
                        continue;
                    }
                    Err(fault) => {
                        let text = String::from_utf8_lossy(bytes);
                        sure = sure || looks_like_order(&text);
                        refuse(row, &text, fault)
                    }
                }
            }
        };
        any = true;
        strange.push(refusal);
        if sure {
            release(&mut strange, emit)?;
        } else if strange.len() >= STRANGE_LINES_MAX {
            break;
        }
    }
    if !any {
        return Err(FileFault::not_this("The file is empty."));
    }
    if strange.is_empty() {
        return Ok(());
    }
    Err(FileFault::not_this(
        "No line of the file is an order with an id and lines. An orders file is JSON Lines: one \
         order a line. Nothing of the file was taken in.",
    ))
}

fn release(refusals: &mut Vec<Refusal>, emit: Emit<'_>) -> Result<(), FileFault> {
    refusals.drain(..).try_for_each(|refusal| emit(Found::Refused(refusal)))
}

fn read_line(bytes: &[u8], ctx: &ReadCtx) -> Result<Order, JsonFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonFault {
        path: String::new(),
        reason: "The line is not UTF-8 text; save the file as UTF-8.".to_owned(),
    })?;
    let Object(wire) = serde_json::from_str::<Object<wire::Order<'_>>>(text)
        .map_err(|fault| json::explain(text, &fault))?;
    normalise_order(wire, &ctx.zone)
}

fn refuse(row: u64, text: &str, fault: JsonFault) -> Refusal {
    // Of a text that is no JSON nothing is kept beyond the place where it breaks.
    let end = match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => text.len(),
        Err(fault) => json::offset_of(text, &fault).saturating_sub(1),
    };
    let mut raw = json::redact(text, end, |name| match name {
        "customer_ref" => Keep::Nothing,
        name if wire::FIELDS.contains(&name) => Keep::Value,
        _ => Keep::Name,
    });
    raw.truncate(raw.floor_char_boundary(RAW_BYTES_MAX));
    Refusal { row, column: fault.path, reason: fault.reason, raw }
}

fn too_long(row: u64) -> Refusal {
    Refusal {
        row,
        column: String::new(),
        reason: format!(
            "The line is longer than {} MiB, which is the most that one order may have.",
            LINE_BYTES_MAX / (1024 * 1024)
        ),
        raw: String::new(),
    }
}
