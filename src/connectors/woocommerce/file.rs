//! Files of REST objects: recognises them and hands out each order, or refund, by itself.

use std::io::BufRead;

use super::leaf::Problem;
use super::normalise::{self, Kind, Origin};
use super::{scrub, wire};
use crate::connectors::contract::{Emit, Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::elements::{self, Element};

/// By what no other channel's file has.
pub fn recognise_orders(head: &Head<'_>) -> Match {
    let text = head.text.trim_start_matches('\u{feff}').trim_start();
    if !text.starts_with(['[', '{']) {
        return Match::No;
    }
    let has = |mark: &str| text.contains(mark);
    let is_order = has("\"line_items\"") && has("\"date_created_gmt\"");
    let is_refund = has("\"amount\"") && (has("\"refunded_by\"") || has("\"_refunded_item_id\""));
    // An empty page of a recording.
    let is_page = has("\"request\"") && has("/wc/v3/orders");
    if is_order || is_refund || is_page { Match::Yes } else { Match::No }
}

pub fn read_orders(
    source: &mut dyn BufRead,
    ctx: &ReadCtx,
    emit: Emit<'_>,
) -> Result<(), FileFault> {
    let mut index: usize = 0;
    let mut known = false;
    elements::each_element(source, &mut |element| {
        read_element(&element, index, &mut known, ctx, emit)?;
        index += 1;
        Ok(())
    })
}

/// `known`: the file has shown itself to be of this format.
fn read_element(
    element: &Element<'_>,
    index: usize,
    known: &mut bool,
    ctx: &ReadCtx,
    emit: &mut dyn FnMut(Found) -> Result<(), FileFault>,
) -> Result<(), FileFault> {
    let row = element.line;
    let parsed: Result<wire::Element<'_>, _> = serde_json::from_str(element.text);
    let result = match &parsed {
        Ok(parsed) => {
            if !*known && Kind::of(parsed) == Kind::Neither {
                return Err(FileFault::not_this(
                    "The file holds neither orders nor refunds of WooCommerce's REST API.",
                ));
            }
            *known = true;
            normalise::normalise(parsed, Origin::File, ctx)
        }
        Err(_) => Err(Problem::new("", "it is no readable JSON object")),
    };
    match result {
        Ok(found) => {
            for what in found.notices {
                emit(Found::Notice { row, what })?;
            }
            if let Some(name) = found.unknown_status {
                emit(Found::Unknown { row, kind: UnknownKind::Status, name })?;
            }
            emit(Found::Records { row, records: vec![found.record] })
        }
        Err(problem) => {
            let id = parsed.as_ref().ok().and_then(|parsed| parsed.id.get());
            let kind = parsed.as_ref().map_or("Entry", |parsed| match Kind::of(parsed) {
                Kind::Order => "Order",
                Kind::Refund => "Refund",
                Kind::Neither => "Entry",
            });
            let name = id.map_or_else(|| format!("number {}", index + 1), str::to_owned);
            let dot = if problem.path.is_empty() { "" } else { "." };
            emit(Found::Refused(Refusal {
                row,
                column: format!("[{index}]{dot}{}", problem.path),
                reason: format!("{kind} {name} was not taken in: {}.", problem.reason),
                raw: scrub::raw(element.text),
            }))
        }
    }
}

#[cfg(test)]
mod tests;
