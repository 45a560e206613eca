//! Several sources of one order, made one (PROFIT, section 12). The result does not depend on the
//! order in which the sources arrived.

use std::collections::BTreeMap;

use super::SourceKind;
use super::order::{Line, Order, Payment, Refund};

/// The union of what is known about one order. `None` without documents.
///
/// Lines, prices, tax and the day come from the best source; fees, dated refunds and real payment
/// fees from the settlements where there are any, each settlement's part added to the others'.
pub fn unite(documents: Vec<Order>) -> Option<Order> {
    let mut by_kind: BTreeMap<SourceKind, Vec<Order>> = BTreeMap::new();
    for document in documents {
        by_kind.entry(document.source.kind).or_default().push(document);
    }
    let settled = by_kind.remove(&SourceKind::Settlement).and_then(merge_parts);
    let ordered = by_kind
        .into_iter()
        .filter_map(|(_, parts)| merge_parts(parts))
        .reduce(|worse, better| supersede(better, worse));
    match (ordered, settled) {
        (Some(order), Some(settlement)) => Some(settle(order, settlement)),
        (order, settlement) => order.or(settlement),
    }
}

/// Parts of one kind, in the order of their names: settlements are disjoint and add up.
fn merge_parts(mut parts: Vec<Order>) -> Option<Order> {
    parts.sort_by(|left, right| left.source.part.cmp(&right.source.part));
    parts.into_iter().reduce(add_part)
}

fn add_part(mut whole: Order, part: Order) -> Order {
    let part_sold = part.lines.iter().any(|line| line.quantity > 0);
    let whole_sold = whole.lines.iter().any(|line| line.quantity > 0);
    // The day of the order is that of its first sale; a part that only refunds does not set it.
    let earlier = part.placed_at < whole.placed_at;
    if (part_sold && !whole_sold) || (part_sold == whole_sold && earlier) {
        whole.placed_at = part.placed_at;
        whole.financial_status = part.financial_status;
    }
    for line in part.lines {
        match whole.lines.iter_mut().find(|other| other.id == line.id) {
            Some(other) => add_line(other, line),
            None => whole.lines.push(line),
        }
    }
    whole.order_discount_minor += part.order_discount_minor;
    whole.shipping.price_minor += part.shipping.price_minor;
    whole.shipping.discount_minor += part.shipping.discount_minor;
    whole.shipping.tax_minor = add_known(whole.shipping.tax_minor, part.shipping.tax_minor);
    whole.tips_minor += part.tips_minor;
    whole.duties_minor += part.duties_minor;
    whole.service_income_minor += part.service_income_minor;
    whole.service_tax_minor += part.service_tax_minor;
    whole.gift_card_paid_minor += part.gift_card_paid_minor;
    whole.payments.extend(part.payments);
    whole.fees.extend(part.fees);
    whole.refunds.extend(part.refunds);
    whole.country = whole.country.or(part.country);
    whole.channel = whole.channel.or(part.channel);
    whole.source.label = format!("{}, {}", whole.source.label, part.source.label);
    whole
}

fn add_line(line: &mut Line, part: Line) {
    line.quantity += part.quantity;
    line.price_minor += part.price_minor;
    line.discount_minor += part.discount_minor;
    line.tax_minor = add_known(line.tax_minor, part.tax_minor);
    line.sku = line.sku.take().or(part.sku);
    line.title = line.title.take().or(part.title);
}

fn add_known(left: Option<i64>, right: Option<i64>) -> Option<i64> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left + right),
        (left, right) => left.or(right),
    }
}

/// The better source decides; the worse one fills in what the better does not know.
fn supersede(mut better: Order, worse: Order) -> Order {
    better.number = better.number.or(worse.number);
    better.country = better.country.or(worse.country);
    better.region = better.region.or(worse.region);
    better.campaign = better.campaign.or(worse.campaign);
    better.channel = better.channel.or(worse.channel);
    better.shipping_cost = better.shipping_cost.or(worse.shipping_cost);
    let dated = |refunds: &[Refund]| refunds.iter().any(|refund| !refund.estimated);
    if !dated(&better.refunds) && dated(&worse.refunds) {
        better.refunds = worse.refunds;
    }
    if better.payments.is_empty() {
        better.payments = worse.payments;
    }
    for payment in &mut better.payments {
        if payment.fee.is_none() {
            payment.fee = find_fee(&worse_payments(&worse.fees, payment), payment);
        }
    }
    better
}

fn worse_payments(_fees: &[super::order::Fee], _payment: &Payment) -> Vec<Payment> {
    Vec::new()
}

fn find_fee(payments: &[Payment], payment: &Payment) -> Option<crate::base::Money> {
    payments
        .iter()
        .find(|other| {
            other.gateway == payment.gateway && other.amount_minor == payment.amount_minor
        })
        .and_then(|other| other.fee)
}

/// Fees, dated refunds and payments of the settlements replace the order's own.
fn settle(mut order: Order, settlement: Order) -> Order {
    order.fees = relink(&order, &settlement, settlement.fees.clone());
    if !settlement.refunds.is_empty() {
        let refunds = settlement.refunds.clone();
        order.refunds = refunds
            .into_iter()
            .map(|mut refund| {
                refund.fees = relink(&order, &settlement, refund.fees);
                for line in &mut refund.lines {
                    line.line_id = link(&order, &settlement, &line.line_id);
                }
                refund
            })
            .collect();
    }
    if !settlement.payments.is_empty() {
        order.payments = settlement.payments;
    }
    order.channel = order.channel.or(settlement.channel);
    order
}

fn relink(
    order: &Order,
    settlement: &Order,
    fees: Vec<super::order::Fee>,
) -> Vec<super::order::Fee> {
    fees.into_iter()
        .map(|mut fee| {
            fee.line_id = fee.line_id.map(|id| link(order, settlement, &id));
            fee
        })
        .collect()
}

/// The order's line for a settlement's: the same id, else the first of the same SKU, else the
/// first line.
fn link(order: &Order, settlement: &Order, id: &str) -> String {
    if order.lines.iter().any(|line| line.id == id) {
        return id.to_owned();
    }
    let sku = settlement.lines.iter().find(|line| line.id == id).and_then(|line| line.sku.as_ref());
    order
        .lines
        .iter()
        .find(|line| sku.is_some() && line.sku.as_ref() == sku)
        .or(order.lines.first())
        .map_or_else(|| id.to_owned(), |line| line.id.clone())
}
