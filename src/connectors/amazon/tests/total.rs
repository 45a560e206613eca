//! The deposit, computed again from nothing but the records.

use crate::domain::record::{Fee, Order, Record, Refund};

/// Sales with collected tax, less fees and refunds, the charges, and the tax that Amazon kept:
/// what arrives at the bank.
pub fn records_total(records: &[Record]) -> i64 {
    records.iter().map(total_of).sum()
}

fn total_of(record: &Record) -> i64 {
    match record {
        Record::Order(order) => order_total(order),
        Record::Charge(charge) => charge.amount.minor,
        Record::Payout(payout) => payout
            .parts
            .iter()
            .filter(|part| part.group == "withheld_tax")
            .map(|part| part.amount_minor)
            .sum(),
        other => panic!("a settlement holds no {other:?}"),
    }
}

fn order_total(order: &Order) -> i64 {
    let on_top = |tax: Option<i64>| if order.taxes_included { 0 } else { tax.unwrap_or(0) };
    let lines: i64 = order
        .lines
        .iter()
        .map(|line| line.price_minor - line.discount_minor + on_top(line.tax_minor))
        .sum();
    let shipping = order.shipping.price_minor - order.shipping.discount_minor
        + on_top(order.shipping.tax_minor);
    let service = order.service_income_minor + order.service_tax_minor;
    let refunds: i64 = order.refunds.iter().map(refund_total).sum();
    lines + shipping + service - fees_total(&order.fees) - refunds
}

fn refund_total(refund: &Refund) -> i64 {
    let lines: i64 = refund.lines.iter().map(|line| line.amount_minor + line.tax_minor).sum();
    lines
        + refund.shipping_minor
        + refund.shipping_tax_minor
        + refund.adjustment_minor
        + refund.adjustment_tax_minor
        + refund.service_minor
        + refund.service_tax_minor
        + fees_total(&refund.fees)
}

fn fees_total(fees: &[Fee]) -> i64 {
    fees.iter().map(|fee| fee.amount.minor).sum()
}
