//! What a payment processor tells of an order whose own source is known: payments with their fees
//! and refunds by amount. Lines, prices, tax and the channel's fees stay the order's own.

use super::come_in;
use crate::base::Money;
use crate::base::rate::mul_div_half_even;
use crate::domain::record::order::{
    AMOUNT_ONLY_REFUND, CHARGEBACK, Fee, FeeClass, Order, PAYMENT_LINE, Payment, Refund,
};

/// The rest of a refunded total that no refund of the processor explains: it went another way
/// (a gift card, another gateway).
const REFUNDED_REST: &str = "refunded-amount/rest";

/// Whether nobody but a processor told this.
pub(super) fn told(settlement: &Order) -> bool {
    !settlement.lines.is_empty() && settlement.lines.iter().all(|line| line.id == PAYMENT_LINE)
}

pub(super) fn settle(mut order: Order, settlement: Order) -> Order {
    order.fees.extend(settlement.fees.iter().cloned());
    let status = settlement.financial_status;
    if settlement.currency == order.currency {
        let settled: i64 = settlement.payments.iter().map(|payment| payment.amount_minor).sum();
        if !settlement.payments.is_empty() {
            pay(&mut order.payments, &settlement.payments, settled);
            come_in(&mut order, status);
        }
        give_back(&mut order, settlement.refunds);
    } else {
        keep_apart(&mut order, &settlement);
        if !settlement.payments.is_empty() {
            come_in(&mut order, status);
        }
    }
    order.channel = order.channel.or(settlement.channel);
    order.source.label = format!("{}, {}", order.source.label, settlement.source.label);
    order
}

/// The processor's payments in place of as much as they are of the order's own: of its own
/// gateway first, then of the others. What is left was paid another way, or is not settled yet.
fn pay(own: &mut Vec<Payment>, settled: &[Payment], mut rest: i64) {
    let is_its = |payment: &Payment| settled.iter().any(|other| other.gateway == payment.gateway);
    own.sort_by_key(|payment| !is_its(payment));
    for payment in own.iter_mut() {
        let covered = payment.amount_minor.min(rest).max(0);
        if covered > 0 {
            payment.amount_minor -= covered;
            payment.fee = None;
            rest -= covered;
        }
    }
    own.retain(|payment| payment.amount_minor > 0);
    own.splice(0..0, settled.iter().cloned());
}

/// Dated refunds take the place of the order's own; of a total without a date only that part
/// gives way which they explain. What a bank took back comes on top.
fn give_back(order: &mut Order, mut settled: Vec<Refund>) {
    settled.sort_by(|left, right| (left.at, &left.id).cmp(&(right.at, &right.id)));
    take_tax_out(order, &mut settled);
    let (disputes, refunds): (Vec<Refund>, Vec<Refund>) =
        settled.into_iter().partition(|refund| refund.id.starts_with(CHARGEBACK));
    let is_dated = |refund: &Refund| refund.id != AMOUNT_ONLY_REFUND;
    if order.refunds.iter().any(is_dated) {
        join(&mut order.refunds, refunds);
    } else if !refunds.is_empty() {
        let explained: i64 = refunds.iter().map(amount).sum();
        order.refunds.retain(|refund| refund.id == AMOUNT_ONLY_REFUND);
        order.refunds.retain_mut(|refund| shrink(refund, explained));
        order.refunds.extend(refunds);
    }
    order.refunds.extend(disputes);
}

/// The order's own source knows what each refund was for, and what came back to the shelf; the
/// processor knows the day, and what it returned of its fee. What the processor gave back beyond
/// what the order knows was given back since.
fn join(own: &mut Vec<Refund>, settled: Vec<Refund>) {
    let mut free: Vec<usize> = (0..own.len()).collect();
    let mut others = Vec::new();
    for refund in settled {
        match free.iter().position(|index| whole(&own[*index]) == amount(&refund)) {
            Some(place) => {
                let known = &mut own[free.remove(place)];
                known.at = refund.at;
                known.fee_returned = refund.fee_returned.or(known.fee_returned);
            }
            None => others.push(refund),
        }
    }
    // A refund that went two ways is the processor's in part.
    let mut covered: i64 = free.iter().map(|index| whole(&own[*index])).sum();
    for mut refund in others {
        let told = amount(&refund);
        let id = refund.id.clone();
        if shrink(&mut refund, covered) {
            own.push(Refund { id, ..refund });
        }
        covered = (covered - told).max(0);
    }
}

/// All that a refund gave back, tax among it.
fn whole(refund: &Refund) -> i64 {
    let lines: i64 = refund.lines.iter().map(|line| line.amount_minor + line.tax_minor).sum();
    let shipping = refund.shipping_minor + refund.shipping_tax_minor;
    lines + shipping + refund.service_minor + refund.service_tax_minor + amount(refund)
}

fn amount(refund: &Refund) -> i64 {
    refund.adjustment_minor + refund.adjustment_tax_minor
}

/// Leaves what is not explained of a refunded total, its tax in proportion; `false` for nothing.
fn shrink(total: &mut Refund, explained: i64) -> bool {
    let whole = amount(total);
    let rest = whole - explained.max(0);
    if rest <= 0 {
        return false;
    }
    let tax = i128::from(total.adjustment_tax_minor);
    let tax = mul_div_half_even(i128::from(rest), tax, i128::from(whole)).unwrap_or(0);
    total.id = REFUNDED_REST.to_owned();
    total.adjustment_tax_minor = tax;
    total.adjustment_minor = rest - tax;
    true
}

/// A processor's amounts hold tax that it does not know; the order's own says how much of them is
/// tax. Taken over what was given back so far, so that a whole refund in parts gives back just the
/// tax that was charged.
fn take_tax_out(order: &Order, refunds: &mut [Refund]) {
    let Some((tax, total)) = tax_of_total(order) else { return };
    let (mut given_back, mut tax_before) = (0, 0);
    for refund in refunds.iter_mut().filter(|refund| refund.tax_inside) {
        given_back += refund.adjustment_minor;
        let so_far = mul_div_half_even(i128::from(given_back), i128::from(tax), i128::from(total));
        let Some(so_far) = so_far else { return };
        refund.adjustment_tax_minor = so_far - tax_before;
        refund.adjustment_minor -= refund.adjustment_tax_minor;
        refund.tax_inside = false;
        tax_before = so_far;
    }
}

/// The tax that the order states, and the total that it is part of; `None` where a line's is not
/// known or nothing was charged.
fn tax_of_total(order: &Order) -> Option<(i64, i64)> {
    let lines: Option<i64> = order.lines.iter().map(|line| line.tax_minor).sum();
    let tax = lines? + order.shipping.tax_minor.unwrap_or(0) + order.service_tax_minor;
    let goods: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    let others = order.service_income_minor + order.tips_minor + order.duties_minor;
    let mut total = goods - order.order_discount_minor + shipping + others;
    total += order.unexplained_minor + if order.taxes_included { 0 } else { tax };
    (total > 0 && (0..=total).contains(&tax)).then_some((tax, total))
}

/// Paid out in another currency than the order's: fees keep theirs, and what the order itself
/// knows of its payments and refunds stands. A refund that it does not know is kept as a cost in
/// the currency in which it was taken.
fn keep_apart(order: &mut Order, settlement: &Order) {
    let fee = |kind: &str, class, amount| Fee {
        kind: kind.to_owned(),
        class,
        amount,
        line_id: None,
        estimated: false,
        unclassified: false,
    };
    let told: Vec<Money> = settlement.payments.iter().filter_map(|payment| payment.fee).collect();
    if !told.is_empty() {
        order.payments.iter_mut().for_each(|payment| payment.fee = None);
        order.fees.extend(told.into_iter().map(|it| fee("payment_fee", FeeClass::Payment, it)));
    }
    let knows_refunds = !order.refunds.is_empty();
    for refund in &settlement.refunds {
        let is_dispute = refund.id.starts_with(CHARGEBACK);
        let taken = settlement.money(amount(refund));
        if (is_dispute || !knows_refunds) && taken.minor != 0 {
            order.fees.push(fee("refund_in_another_currency", FeeClass::OtherIncome, taken));
        }
        order.fees.extend(refund.fees.iter().cloned());
        if let Some(back) = refund.fee_returned.filter(|back| back.minor != 0) {
            let amount = Money::new(-back.minor, back.currency);
            order.fees.push(fee("payment_fee_returned", FeeClass::Payment, amount));
        }
    }
}

#[cfg(test)]
mod tests;
