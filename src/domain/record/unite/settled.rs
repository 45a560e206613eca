//! What a settlement and a warehouse tell of an order beyond fees and refunds: that it was paid
//! after all, how much tax a refund holds, how many units came back.

use crate::base::rate::mul_div_half_even;
use crate::domain::record::label::CustomerReturn;
use crate::domain::record::order::{Line, Order, Refund, RefundLine};

/// An order that was not paid when its file was written, and that a settlement pays out: it
/// counts, and what its file did not price yet is sold as the settlement says.
pub fn pay(order: &mut Order, settlement: &Order) {
    order.marketplace_remitted_tax |= settlement.marketplace_remitted_tax;
    if order.financial_status.counts() || !settlement.financial_status.counts() {
        return;
    }
    order.financial_status = settlement.financial_status;
    if order.lines.iter().any(|line| line.price_minor != 0) {
        return;
    }
    let known = std::mem::replace(&mut order.lines, settlement.lines.clone());
    for line in &mut order.lines {
        let same = known.iter().find(|other| other.id == line.id || other.sku == line.sku);
        line.title = line.title.take().or_else(|| same.and_then(|other| other.title.clone()));
    }
    order.taxes_included = settlement.taxes_included;
    order.order_discount_minor = settlement.order_discount_minor;
    order.shipping = settlement.shipping.clone();
    order.tips_minor = settlement.tips_minor;
    order.duties_minor = settlement.duties_minor;
    order.service_income_minor = settlement.service_income_minor;
    order.service_tax_minor = settlement.service_tax_minor;
}

/// Takes the tax out of a refund that does not tell it, in the share that the order itself tells
/// for what is given back. A refund of which any part has no known share stays as it is.
pub fn tell_tax(order: &Order, refund: &mut Refund) {
    if !refund.tax_inside || !order.taxes_included {
        return;
    }
    let Some(told) = with_tax_told(order, refund.clone()) else { return };
    *refund = told;
}

fn with_tax_told(order: &Order, mut refund: Refund) -> Option<Refund> {
    for part in &mut refund.lines {
        let line = order.lines.iter().find(|line| line.id == part.line_id)?;
        take_out(&mut part.amount_minor, &mut part.tax_minor, share_of(line)?)?;
    }
    let shipping = &order.shipping;
    if refund.shipping_minor != 0 {
        let share = (shipping.tax_minor?, shipping.price_minor - shipping.discount_minor);
        take_out(&mut refund.shipping_minor, &mut refund.shipping_tax_minor, share)?;
    }
    if refund.service_minor != 0 {
        let share = (order.service_tax_minor, order.service_income_minor + order.service_tax_minor);
        take_out(&mut refund.service_minor, &mut refund.service_tax_minor, share)?;
    }
    if refund.adjustment_minor != 0 {
        let shares: Option<Vec<(i64, i64)>> = order.lines.iter().map(share_of).collect();
        let sum = shares?.iter().fold((0, 0), |sum, share| (sum.0 + share.0, sum.1 + share.1));
        take_out(&mut refund.adjustment_minor, &mut refund.adjustment_tax_minor, sum)?;
    }
    refund.tax_inside = false;
    Some(refund)
}

/// The tax of a line and the amount that includes it.
fn share_of(line: &Line) -> Option<(i64, i64)> {
    Some((line.tax_minor?, line.price_minor - line.discount_minor))
}

fn take_out(amount: &mut i64, tax: &mut i64, (of, whole): (i64, i64)) -> Option<()> {
    if *amount == 0 {
        return Some(());
    }
    let inside = mul_div_half_even(i128::from(*amount), i128::from(of), i128::from(whole))?;
    *amount -= inside;
    *tax += inside;
    Some(())
}

/// Units that a warehouse took back, by SKU: those fit to be sold are restocked, and refunds that
/// state no units gave back the money of these. What the order's own source tells stands.
pub fn take_back(order: &mut Order, returns: &[CustomerReturn]) {
    let mut back: Vec<i64> = order.lines.iter().map(|line| line.restocked_in_all).collect();
    for returned in returns {
        let mut rest = returned.quantity;
        for (line, back) in order.lines.iter_mut().zip(&mut back) {
            if rest > 0 && line.sku.as_deref() == Some(returned.sku.as_str()) {
                let more = rest.min(line.quantity - *back).max(0);
                *back += more;
                rest -= more;
                if returned.restocked {
                    line.restocked_in_all += more;
                }
            }
        }
    }
    if returns.is_empty() {
        return;
    }
    for (index, units) in back.into_iter().enumerate() {
        count_units(order, index, units);
    }
}

/// Hands the units that came back of one line to its refunds without units, in the order of
/// their instants and at most as many as the money stands for.
fn count_units(order: &mut Order, index: usize, units: i64) {
    let line = order.lines[index].clone();
    let taxes_included = order.taxes_included;
    let mut refunds: Vec<usize> = (0..order.refunds.len()).collect();
    refunds.sort_by_key(|index| order.refunds[*index].at);
    let mut rest = units;
    for refund in refunds {
        for part in &mut order.refunds[refund].lines {
            if part.line_id != line.id {
                continue;
            }
            if part.quantity == 0 && part.amount_minor > 0 {
                part.quantity = rest.min(units_of(&line, part, taxes_included)).max(0);
            }
            rest -= part.quantity;
        }
    }
}

/// How many units of the line the refunded amount stands for, a part of one being one.
fn units_of(line: &Line, part: &RefundLine, taxes_included: bool) -> i64 {
    let tax_minor = if taxes_included { part.tax_minor } else { 0 };
    let back = i128::from(part.amount_minor + tax_minor) * i128::from(line.quantity);
    let net = i128::from(line.price_minor - line.discount_minor);
    if net <= 0 {
        return line.quantity;
    }
    let units = (back + net - 1) / net;
    i64::try_from(units).unwrap_or(line.quantity).min(line.quantity)
}

#[cfg(test)]
mod tests;
