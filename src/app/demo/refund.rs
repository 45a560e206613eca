//! What comes back: whole lines and single units, on the shelf again or broken, goodwill,
//! cancelled orders, exchanges.

use super::basket::{self, after_discounts, share};
use super::calendar::Calendar;
use super::chance::Chance;
use super::order::{Fate, Side, Slot};
use super::place::Place;
use crate::base::Instant;
use crate::domain::record::{FinancialStatus, Line, Order, Payment, Refund, RefundLine};

/// Of a thousand paid orders, how many come back in part or whole.
const REFUNDS_PER_MILLE: i64 = 62;

pub fn draw(chance: &mut Chance, order: &mut Order, fate: Fate, calendar: &Calendar) {
    if !order.counts() {
        return;
    }
    match fate {
        Fate::Cancelled => cancel(order, calendar),
        Fate::Usual | Fate::TipAndWrap | Fate::GiftCardRedeemed | Fate::UnknownFee
            if chance.happens(REFUNDS_PER_MILLE) =>
        {
            let days = chance.between(3, 24);
            let at = calendar.later(order.placed_at, days, chance.below(20_000));
            if let Some(at) = at {
                give_back(chance, order, at);
            }
        }
        _ => {}
    }
}

fn cancel(order: &mut Order, calendar: &Calendar) {
    let Some(at) = calendar.later(order.placed_at, 0, 5_400) else { return };
    order.cancelled_at = Some(at);
    // It was never sent.
    order.shipping_cost = None;
    let mut refund = bare(order, at);
    refund.lines = (0..order.lines.len())
        .map(|index| part(order, index, order.lines[index].quantity, true))
        .collect();
    give_shipping_back(order, &mut refund);
    order.financial_status = FinancialStatus::Refunded;
    order.refunds.push(refund);
}

fn give_back(chance: &mut Chance, order: &mut Order, at: Instant) {
    let index = chance.below(order.lines.len() as i64) as usize;
    let line = &order.lines[index];
    let quantity = line.quantity;
    let mut refund = bare(order, at);
    let kind = chance.weighted([45, 20, 15, 12, 8].into_iter());
    match kind {
        0 => refund.lines.push(part(order, index, quantity, true)),
        // Broken, or not worth sending back.
        1 => refund.lines.push(part(order, index, quantity, false)),
        // One of several, or the only one.
        2 => refund.lines.push(part(order, index, (quantity / 2).max(1), true)),
        3 => {
            let whole: i64 = after_discounts(order).iter().sum();
            refund.adjustment_minor = share(whole, 10, 100);
        }
        _ => {
            refund.lines.push(part(order, index, quantity, chance.happens(600)));
            give_shipping_back(order, &mut refund);
        }
    }
    let is_all = order.lines.len() == 1 && kind != 2 && kind != 3;
    order.financial_status =
        if is_all { FinancialStatus::Refunded } else { FinancialStatus::PartiallyRefunded };
    order.refunds.push(refund);
}

fn bare(order: &Order, at: Instant) -> Refund {
    Refund {
        id: format!("R{}", order.refunds.len() + 1),
        at,
        estimated: false,
        // Whoever does not tell the tax of a sale does not tell that of its refund.
        tax_inside: is_untold(order),
        lines: Vec::new(),
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

fn is_untold(order: &Order) -> bool {
    order.taxes_included && order.lines.iter().any(|line| line.tax_minor.is_none())
}

fn part(order: &Order, index: usize, units: i64, is_restocked: bool) -> RefundLine {
    let line: &Line = &order.lines[index];
    let paid = after_discounts(order)[index];
    let tax = line.tax_minor.unwrap_or(0);
    let net = if order.taxes_included { paid - tax } else { paid };
    RefundLine {
        line_id: line.id.clone(),
        quantity: units,
        amount_minor: share(net, units, line.quantity),
        tax_minor: share(tax, units, line.quantity),
        restocked: if is_restocked { units } else { 0 },
    }
}

fn give_shipping_back(order: &Order, refund: &mut Refund) {
    let paid = order.shipping.price_minor - order.shipping.discount_minor;
    let tax = order.shipping.tax_minor.unwrap_or(0);
    refund.shipping_minor = if order.taxes_included { paid - tax } else { paid };
    refund.shipping_tax_minor = tax;
}

/// Something bought before comes back, and something else goes out for it.
pub fn exchange(first: &mut Order, side: &Side, slot: Slot, place: &Place) -> Option<Order> {
    let index = first.lines.iter().position(|line| !line.gift_card && line.price_minor > 0)?;
    let known = &first.lines[index];
    let unit_minor = known.price_minor / known.quantity.max(1);
    let product = basket::find_alike(known.sku.as_deref().unwrap_or_default(), unit_minor)?;
    let mut refund = bare(first, slot.at);
    refund.lines.push(part(first, index, 1, true));
    let mut second = super::order::bare(side, slot, place);
    second.number = first.number.as_ref().map(|number| format!("{number}-X"));
    second.customer = first.customer.clone();
    second.channel.clone_from(&first.channel);
    second.lines = vec![basket::line_of(product, 1, 0, true)];
    first.financial_status = FinancialStatus::PartiallyRefunded;
    first.refunds.push(refund);
    Some(second)
}

/// The exchanged goods are paid with what came back; a gateway without a fee.
pub fn pay_exchange(second: &mut Order) {
    let amount_minor = basket::total(second);
    let fee = Some(second.money(0));
    second.payments = vec![Payment { gateway: "exchange".to_owned(), amount_minor, fee }];
}
