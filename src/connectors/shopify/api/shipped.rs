//! What an order means to the stock: which items its lines sold, how many units left, and whether
//! it was called off for lack of them. Pure.

use super::wire::{self, instant};
use crate::base::Instant;
use crate::domain::record::Order;

/// The item whose units are counted, by its number, as a listing of it is addressed.
pub fn listing_of(line: &wire::Line) -> Option<String> {
    let item = line.variant.as_ref()?.inventory_item.as_ref()?;
    Some(item.number().to_owned())
}

/// Tells what left the shelf; of an order that does not say, nothing.
pub fn tell(order: &mut Order, theirs: &wire::Order, refunds: &[wire::Refund]) {
    order.stock.cancelled_for_lack =
        order.cancelled_at.is_some() && theirs.cancel_reason.as_deref() == Some("INVENTORY");
    let Some(parcels) = &theirs.fulfillments else { return };
    let is_sent = |parcel: &&wire::Fulfillment| {
        !matches!(parcel.status.as_str(), "CANCELLED" | "ERROR" | "FAILURE")
    };
    let sent: Vec<&wire::Fulfillment> = parcels.iter().filter(is_sent).collect();
    let mut times: Vec<Instant> =
        sent.iter().filter_map(|parcel| instant(parcel.created_at.as_deref()?).ok()).collect();
    times.sort_unstable();
    order.stock.shipped_at = times.last().copied();
    for line in &mut order.lines {
        let own = |known: &&wire::Line| wire::number_of(&known.id) == line.id;
        let told = theirs.line_items.nodes.iter().find(own);
        let Some(unfulfilled) = told.and_then(|line| line.unfulfilled_quantity) else { continue };
        line.stock.shipped = Some(match sent.is_empty() {
            true => 0,
            false => {
                let off = taken_off(&line.id, refunds, times.first().copied());
                (line.quantity - unfulfilled - off).clamp(0, line.quantity)
            }
        });
    }
}

/// Units that were taken off a line before they left. Where nothing went back to the shelf, only
/// the day tells whether there was a parcel before.
fn taken_off(line: &str, refunds: &[wire::Refund], first_parcel: Option<Instant>) -> i64 {
    let mut sum = 0;
    for refund in refunds {
        let at = refund.processed_at.as_deref().or(refund.created_at.as_deref());
        let at = at.and_then(|at| instant(at).ok());
        let is_before = at.zip(first_parcel).is_some_and(|(at, first)| at < first);
        let parts = refund.refund_line_items.nodes.iter();
        for part in parts.filter(|part| part.line_item.number() == line) {
            let is_off = match part.restock_type.as_str() {
                "CANCEL" => true,
                "NO_RESTOCK" => is_before,
                _ => false,
            };
            sum += if is_off { part.quantity } else { 0 };
        }
    }
    sum
}
