//! Several sources of one order, made one (PROFIT, section 12). The result does not depend on the
//! order in which the sources arrived.

mod processor;
mod settled;

use std::collections::BTreeMap;

use super::SourceKind;
use super::label::CustomerReturn;
use super::order::{AMOUNT_ONLY_REFUND, CHARGEBACK, Fee, FinancialStatus, Line, Order, Refund};

/// The union of what is known about one order. `None` while only refunds of it are known.
///
/// Lines, prices, tax and the day come from the best source; fees, dated refunds and payments
/// from the settlements where there are any, each settlement's part added to the others'.
/// `refunds` and `returns` arrived apart from their order.
pub fn unite(
    documents: Vec<Order>,
    refunds: Vec<Refund>,
    returns: &[CustomerReturn],
) -> Option<Order> {
    let mut by_kind: BTreeMap<SourceKind, Vec<Order>> = BTreeMap::new();
    for document in documents {
        by_kind.entry(document.source.kind).or_default().push(document);
    }
    let settled = by_kind.remove(&SourceKind::Settlement).and_then(merge_parts);
    let ordered = by_kind
        .into_values()
        .filter_map(merge_parts)
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

/// Parts of one kind, in the order of their names: settlements are disjoint and add up.
fn merge_parts(mut parts: Vec<Order>) -> Option<Order> {
    parts.sort_by(|left, right| left.source.part.cmp(&right.source.part));
    parts.into_iter().reduce(add_part)
}

fn add_part(mut whole: Order, part: Order) -> Order {
    let sold = |order: &Order| order.lines.iter().any(|line| line.quantity > 0);
    // The day of the order is that of its first sale; a part that only refunds does not set it.
    let earlier = part.placed_at < whole.placed_at;
    if (sold(&part) && !sold(&whole)) || (sold(&part) == sold(&whole) && earlier) {
        whole.placed_at = part.placed_at;
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
    whole.refunds.extend(part.refunds);
    whole.country = whole.country.or(part.country);
    whole.channel = whole.channel.or(part.channel);
    whole.shipping_cost = whole.shipping_cost.or(part.shipping_cost);
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
    if better.refunds.is_empty() {
        better.refunds = worse.refunds;
    }
    if better.payments.is_empty() {
        better.payments = worse.payments;
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
    order.source.label = format!("{}, {}", order.source.label, settlement.source.label);
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
mod tests {
    use super::super::order::{CustomerIdentity, RefundLine, Shipping, SourceTag};
    use super::*;
    use crate::base::{Currency, Instant, Money};

    pub(super) fn order(kind: SourceKind, part: &str) -> Order {
        Order {
            id: "1".into(),
            number: None,
            placed_at: Instant::parse("2026-03-01T10:00:00Z").unwrap(),
            cancelled_at: None,
            source: SourceTag { kind, part: part.into(), label: format!("{kind:?} {part}") },
            financial_status: FinancialStatus::Paid,
            test: false,
            currency: Currency::parse("EUR").unwrap(),
            taxes_included: false,
            marketplace_remitted_tax: false,
            country: None,
            region: None,
            customer: CustomerIdentity::default(),
            campaign: None,
            channel: None,
            lines: vec![Line {
                id: format!("{kind:?}-1"),
                sku: Some("MUG".into()),
                title: None,
                quantity: 1,
                price_minor: 1_000,
                discount_minor: 0,
                tax_minor: None,
                gift_card: false,
                weight_grams: 0,
                added_at: None,
                restocked_in_all: 0,
            }],
            order_discount_minor: 0,
            shipping: Shipping::default(),
            tips_minor: 0,
            duties_minor: 0,
            service_income_minor: 0,
            service_tax_minor: 0,
            gift_card_paid_minor: 0,
            payments: Vec::new(),
            fees: Vec::new(),
            labels: Vec::new(),
            shipping_cost: None,
            refunds: Vec::new(),
            unexplained_minor: 0,
            platform_status: None,
        }
    }

    pub(super) fn refund(id: &str, line: &str, at: &str) -> Refund {
        Refund {
            id: id.into(),
            at: Instant::parse(at).unwrap(),
            estimated: false,
            tax_inside: false,
            lines: vec![RefundLine {
                line_id: line.into(),
                quantity: 1,
                amount_minor: 1_000,
                tax_minor: 0,
                restocked: 0,
            }],
            shipping_minor: 0,
            shipping_tax_minor: 0,
            adjustment_minor: 0,
            adjustment_tax_minor: 0,
            service_minor: 0,
            service_tax_minor: 0,
            fee_returned: None,
            fees: Vec::new(),
        }
    }

    fn fee(minor: i64, line: &str) -> Fee {
        Fee {
            kind: "commission".into(),
            class: Default::default(),
            amount: Money::new(minor, Currency::parse("EUR").unwrap()),
            line_id: Some(line.into()),
            estimated: false,
            unclassified: false,
        }
    }

    #[test]
    fn all_permutations_of_the_sources_end_in_the_same_order() {
        let mut file = order(SourceKind::OrdersFile, "");
        file.number = Some("1001".into());
        file.fees.push(fee(99, "OrdersFile-1"));
        let mut first = order(SourceKind::Settlement, "A");
        first.fees.push(fee(150, "Settlement-1"));
        let mut second = order(SourceKind::Settlement, "B");
        second.lines[0].quantity = 0;
        second.lines[0].price_minor = 0;
        second.refunds.push(refund("r", "Settlement-1", "2026-03-20T10:00:00Z"));
        second.placed_at = Instant::parse("2026-03-20T10:00:00Z").unwrap();
        let documents = [file, first, second];
        let orders: [[usize; 3]; 6] =
            [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
        let results: Vec<Order> = orders
            .iter()
            .map(|indexes| {
                let documents = indexes.iter().map(|index| documents[*index].clone()).collect();
                unite(documents, Vec::new(), &[]).unwrap()
            })
            .collect();
        assert!(results.iter().all(|result| *result == results[0]));
        // The settled fee replaces the file's, on the file's line.
        assert_eq!(results[0].fees, [fee(150, "OrdersFile-1")]);
        assert_eq!(results[0].refunds[0].lines[0].line_id, "OrdersFile-1");
        assert_eq!(results[0].lines.len(), 1);
        assert_eq!(results[0].check(), Ok(()));
    }

    #[test]
    fn settlements_alone_make_the_order_with_the_day_of_its_sale() {
        let mut refunding = order(SourceKind::Settlement, "A");
        refunding.lines[0].quantity = 0;
        refunding.lines[0].price_minor = 0;
        refunding.placed_at = Instant::parse("2026-02-01T10:00:00Z").unwrap();
        let selling = order(SourceKind::Settlement, "B");
        let united = unite(vec![refunding, selling.clone()], Vec::new(), &[]).unwrap();
        assert_eq!(united.placed_at, selling.placed_at);
        assert_eq!(united.lines[0].quantity, 1);
    }

    #[test]
    fn a_refund_known_by_amount_gives_way_to_dated_ones() {
        let mut file = order(SourceKind::OrdersFile, "");
        let estimated =
            Refund { estimated: true, ..refund(AMOUNT_ONLY_REFUND, "x", "2026-03-30T00:00:00Z") };
        let estimated = Refund { lines: Vec::new(), adjustment_minor: 500, ..estimated };
        file.refunds.push(estimated);
        let alone = unite(vec![file.clone()], Vec::new(), &[]).unwrap();
        assert_eq!(alone.refunds.len(), 1);
        let dated = refund("7", "OrdersFile-1", "2026-03-20T10:00:00Z");
        let united = unite(vec![file], vec![dated.clone()], &[]).unwrap();
        assert_eq!(united.refunds, [dated]);
    }

    #[test]
    fn a_settlement_without_lines_leaves_the_orders_own_and_pays_it() {
        let mut file = order(SourceKind::OrdersFile, "");
        file.financial_status = FinancialStatus::Pending;
        let mut settlement = order(SourceKind::Settlement, "A");
        settlement.lines.clear();
        settlement.fees.push(fee(150, "gone"));
        let payment =
            super::super::order::Payment { gateway: "card".into(), amount_minor: 1_000, fee: None };
        settlement.payments.push(payment.clone());
        let alone = unite(vec![settlement.clone()], Vec::new(), &[]).unwrap();
        assert!(alone.lines.is_empty());
        let united = unite(vec![settlement, file.clone()], Vec::new(), &[]).unwrap();
        assert_eq!(united.lines, file.lines);
        assert_eq!((united.payments, united.fees), (vec![payment], vec![fee(150, "OrdersFile-1")]));
        // Money came in, so it counts, whatever the older file knew.
        assert_eq!(united.financial_status, FinancialStatus::Paid);
    }

    #[test]
    fn a_restock_told_by_line_goes_to_its_earliest_refunds() {
        let mut file = order(SourceKind::OrdersFile, "");
        file.lines[0].quantity = 3;
        file.lines[0].restocked_in_all = 1;
        let late = refund("late", "OrdersFile-1", "2026-03-21T10:00:00Z");
        let early = refund("early", "OrdersFile-1", "2026-03-20T10:00:00Z");
        let united = unite(vec![file], vec![late, early], &[]).unwrap();
        let restocked: Vec<i64> =
            united.refunds.iter().map(|refund| refund.lines[0].restocked).collect();
        assert_eq!(restocked, [0, 1]);
    }
}
