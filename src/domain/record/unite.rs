//! Several sources of one order, made one (PROFIT, section 12). The result does not depend on the
//! order in which the sources arrived.

mod processor;
mod provisional;
mod settled;

use std::collections::BTreeMap;

use super::SourceKind;
use super::label::CustomerReturn;
use super::order::{
    AMOUNT_ONLY_REFUND, CHARGEBACK, Fee, FinancialStatus, Line, Order, Payment, Refund,
};

/// The union of what is known about one order. `None` while only refunds of it are known.
///
/// Lines, prices, tax and the day come from the best source; fees, dated refunds and payments
/// from the settlements where there are any, each settlement's part added to the others'. Parts
/// of any other source are views of the same order: the first by name decides, the others fill in.
/// `refunds` and `returns` arrived apart from their order.
pub fn unite(
    documents: Vec<Order>,
    refunds: Vec<Refund>,
    returns: &[CustomerReturn],
) -> Option<Order> {
    let mut by_kind: BTreeMap<SourceKind, Vec<Order>> = BTreeMap::new();
    for document in provisional::give_way(documents) {
        // Transactions add up like the settlements that they come before.
        let kind = match provisional::is_one(&document) {
            true => SourceKind::Settlement,
            false => document.source.kind,
        };
        by_kind.entry(kind).or_default().push(document);
    }
    let settled = by_kind.remove(&SourceKind::Settlement).and_then(merge_parts);
    let ordered = by_kind
        .into_values()
        .filter_map(merge_views)
        .reduce(|worse, better| supersede(better, worse));
    let mut order = match (ordered, settled) {
        (Some(order), Some(settlement)) if processor::told(&settlement) => {
            processor::settle(order, settlement)
        }
        (Some(order), Some(settlement)) => settle(order, settlement),
        (order, settlement) => order.or(settlement)?,
    };
    for refund in refunds {
        match order.refunds.iter_mut().find(|known| known.id == refund.id) {
            Some(known) => *known = refund,
            None => order.refunds.push(refund),
        }
    }
    // A total without a date gives way to refunds that have one.
    let explains = |refund: &Refund| !refund.estimated && !refund.id.starts_with(CHARGEBACK);
    if order.refunds.iter().any(explains) {
        order.refunds.retain(|refund| refund.id != AMOUNT_ONLY_REFUND);
    }
    settled::take_back(&mut order, returns);
    restock(&mut order);
    Some(order)
}

/// Settlements in the order of their names: they are disjoint and add up.
fn merge_parts(mut parts: Vec<Order>) -> Option<Order> {
    parts.sort_by(|left, right| left.source.part.cmp(&right.source.part));
    let mut whole = parts.into_iter().reduce(add_part)?;
    drop_bare_lines(&mut whole);
    Some(whole)
}

/// Several files that each tell the whole order, in the order of their names.
fn merge_views(mut views: Vec<Order>) -> Option<Order> {
    views.sort_by(|left, right| left.source.part.cmp(&right.source.part));
    views.into_iter().reduce(supersede)
}

/// A part without a sale stands on a line of nothing; beside a line that was sold it has no use.
fn drop_bare_lines(order: &mut Order) {
    if !order.lines.iter().any(|line| line.quantity > 0) {
        return;
    }
    let fees = order.fees.iter().chain(order.refunds.iter().flat_map(|refund| &refund.fees));
    let mut named: Vec<String> = fees.filter_map(|fee| fee.line_id.clone()).collect();
    let refunded = order.refunds.iter().flat_map(|refund| &refund.lines);
    named.extend(refunded.map(|line| line.line_id.clone()));
    order.lines.retain(|line| {
        let bare = line.quantity == 0
            && line.price_minor == 0
            && line.discount_minor == 0
            && line.tax_minor.unwrap_or(0) == 0;
        !bare || named.contains(&line.id)
    });
}

fn add_part(mut whole: Order, part: Order) -> Order {
    let sold = |order: &Order| order.lines.iter().any(|line| line.quantity > 0);
    // The day of the order is that of its first sale; a part that only refunds does not set it.
    let earlier = part.placed_at < whole.placed_at;
    if (sold(&part) && !sold(&whole)) || (sold(&part) == sold(&whole) && earlier) {
        whole.placed_at = part.placed_at;
        whole.currency = part.currency;
        whole.financial_status = part.financial_status;
        whole.taxes_included = part.taxes_included;
    }
    whole.marketplace_remitted_tax |= part.marketplace_remitted_tax;
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
    for refund in part.refunds {
        match whole.refunds.iter_mut().find(|known| known.id == refund.id) {
            Some(known) => add_refund(known, refund),
            None => whole.refunds.push(refund),
        }
    }
    whole.country = whole.country.or(part.country);
    whole.region = whole.region.or(part.region);
    whole.channel = whole.channel.or(part.channel);
    whole.shipping_cost = whole.shipping_cost.or(part.shipping_cost);
    add_label(&mut whole, &part.source.label);
    whole
}

/// One refund that several parts tell: its amounts add up.
fn add_refund(whole: &mut Refund, part: Refund) {
    whole.at = whole.at.min(part.at);
    whole.estimated |= part.estimated;
    whole.tax_inside |= part.tax_inside;
    for line in part.lines {
        match whole.lines.iter_mut().find(|other| other.line_id == line.line_id) {
            Some(other) => {
                other.quantity += line.quantity;
                other.amount_minor += line.amount_minor;
                other.tax_minor += line.tax_minor;
                other.restocked += line.restocked;
            }
            None => whole.lines.push(line),
        }
    }
    whole.shipping_minor += part.shipping_minor;
    whole.shipping_tax_minor += part.shipping_tax_minor;
    whole.adjustment_minor += part.adjustment_minor;
    whole.adjustment_tax_minor += part.adjustment_tax_minor;
    whole.service_minor += part.service_minor;
    whole.service_tax_minor += part.service_tax_minor;
    whole.fee_returned = match (whole.fee_returned, part.fee_returned) {
        (Some(left), Some(right)) => left.checked_add(right).ok().or(Some(left)),
        (left, right) => left.or(right),
    };
    whole.fees.extend(part.fees);
}

/// Names a source once.
fn add_label(whole: &mut Order, label: &str) {
    if !whole.source.label.split(", ").any(|known| known == label) {
        whole.source.label = format!("{}, {label}", whole.source.label);
    }
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
    // Payments whose fee is known tell more than those without.
    let tells_fees = |list: &[Payment]| list.iter().any(|payment| payment.fee.is_some());
    let tells_more = tells_fees(&worse.payments) && !tells_fees(&better.payments);
    if better.payments.is_empty() || tells_more {
        better.payments = worse.payments;
    }
    if better.refunds.is_empty() {
        better.refunds = worse.refunds;
    }
    if better.fees.is_empty() {
        better.fees = worse.fees;
    }
    better
}

/// Fees, dated refunds and payments of the settlements replace the order's own.
fn settle(mut order: Order, settlement: Order) -> Order {
    settled::pay(&mut order, &settlement);
    order.fees = relink(&order, &settlement, settlement.fees.clone());
    if !settlement.refunds.is_empty() {
        let mut refunds = settlement.refunds.clone();
        for refund in &mut refunds {
            refund.fees = relink(&order, &settlement, std::mem::take(&mut refund.fees));
            for line in &mut refund.lines {
                line.line_id = link(&order, &settlement, &line.line_id);
            }
            settled::tell_tax(&order, refund);
        }
        order.refunds = refunds;
    }
    if !settlement.payments.is_empty() {
        order.payments = settlement.payments;
        come_in(&mut order, settlement.financial_status);
    }
    order.shipping_cost = order.shipping_cost.or(settlement.shipping_cost);
    order.channel = order.channel.or(settlement.channel);
    add_label(&mut order, &settlement.source.label);
    order
}

/// A settled payment tells that money came in, whatever the order's own file knew of it then.
fn come_in(order: &mut Order, settled: FinancialStatus) {
    let paid = order.payments.iter().any(|payment| payment.amount_minor > 0);
    if paid && !order.financial_status.counts() {
        order.financial_status = settled;
    }
}

fn relink(order: &Order, settlement: &Order, mut fees: Vec<Fee>) -> Vec<Fee> {
    for fee in &mut fees {
        fee.line_id = fee.line_id.take().map(|id| link(order, settlement, &id));
    }
    fees
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

/// Where the platform tells only how many units of a line went back to the shelf in all, its
/// refunds are taken to have restocked them in the order of their instants.
fn restock(order: &mut Order) {
    for index in 0..order.lines.len() {
        let line = &order.lines[index];
        let told = order.refunds.iter().flat_map(|refund| &refund.lines);
        let told: i64 =
            told.filter(|part| part.line_id == line.id).map(|part| part.restocked).sum();
        let mut rest = line.restocked_in_all - told;
        let line_id = line.id.clone();
        let mut refunds: Vec<usize> = (0..order.refunds.len()).collect();
        refunds.sort_by_key(|index| order.refunds[*index].at);
        for refund in refunds {
            for part in &mut order.refunds[refund].lines {
                if rest > 0 && part.line_id == line_id {
                    let more = rest.min(part.quantity - part.restocked).max(0);
                    part.restocked += more;
                    rest -= more;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
