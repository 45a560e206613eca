//! What an order does to the stock of each SKU: lines sold, returns that go back to the shelf.

use crate::base::{Day, Instant};
use crate::domain::profit::facts::{CostAsk, Policy};
use crate::domain::record::Order;

/// Units of one SKU that left with a line, or came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Index into the order's lines.
    pub line: i64,
    pub sku: String,
    /// 0 is the sale; from 1 on the order's refunds by their instant.
    pub part: i64,
    pub at: Instant,
    /// In the organisation's zone.
    pub day: Day,
    /// Positive both ways.
    pub units: i64,
}

/// The moves of an order. A bundle without a cost and receipts of its own moves what it is made
/// of; `is_received` tells SKUs of which anything was ever received.
pub fn moves_of(
    order: &Order,
    store: &str,
    policy: &Policy,
    is_received: &dyn Fn(&str) -> bool,
) -> Vec<Move> {
    let mut moves = Vec::new();
    if !order.counts() {
        return moves;
    }
    let order_day = order.placed_at.day_in(&policy.zone);
    let mut refunds: Vec<_> = order.refunds.iter().collect();
    refunds.sort_by_key(|refund| refund.at);
    for (index, line) in order.lines.iter().enumerate() {
        let Some(sku) = line.sku.as_deref() else { continue };
        if line.gift_card || line.quantity <= 0 {
            continue;
        }
        let sold_at = line.added_at.unwrap_or(order.placed_at);
        let country = order.country.as_deref();
        let ask = CostAsk { sku, store, country, day: order_day };
        let leaves = policy.list_leaves(ask, is_received);
        let mut put = |part: i64, at: Instant, units: i64| {
            for (leaf, per) in &leaves {
                moves.push(Move {
                    line: index as i64,
                    sku: (*leaf).to_owned(),
                    part,
                    at,
                    day: at.day_in(&policy.zone),
                    units: units.saturating_mul(*per),
                });
            }
        };
        put(0, sold_at, line.quantity);
        let mut back = 0;
        for (number, refund) in refunds.iter().enumerate() {
            let own = refund.lines.iter().filter(|part| part.line_id == line.id);
            let units: i64 = own.map(|part| part.restocked.clamp(0, part.quantity.max(0))).sum();
            // No more than was sold comes back, and never before it was sold.
            let units = units.min(line.quantity - back);
            if units > 0 {
                back += units;
                put(number as i64 + 1, refund.at.max(sold_at), units);
            }
        }
    }
    moves
}
