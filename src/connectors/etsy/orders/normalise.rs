//! An order's items, or its totals, in our words. Pure.

use super::wire::{self, Common, Item, Total};
use crate::base::money::MINOR_LIMIT;
use crate::base::rate::mul_div_half_even;
use crate::base::split;
use crate::connectors::contract::UnknownKind;
use crate::connectors::etsy::{BARE_LINE, SLUG};
use crate::connectors::kit::sheet::CellFault;
use crate::connectors::kit::{bare, country};
use crate::domain::record::order::{AMOUNT_ONLY_REFUND, SourceTag};
use crate::domain::record::{FinancialStatus, Line, Order, Payment, Refund, SourceKind};

#[derive(Debug)]
pub struct Normalised {
    pub order: Order,
    pub notices: Vec<String>,
    pub unknown: Option<(UnknownKind, String)>,
}

/// The part of an orders file that knows no items; the items' own part sorts before it and decides.
const TOTALS_PART: &str = "totals";

fn document(common: &Common, part: &str, label: &str) -> Order {
    let source = SourceTag {
        kind: SourceKind::OrdersFile,
        part: part.to_owned(),
        label: label.to_owned(),
        settled: None,
    };
    let mut order = bare::order(common.order.clone(), common.sold, common.currency, source);
    order.channel = Some(SLUG.to_owned());
    order.country = common.country.as_deref().and_then(country::code).map(str::to_owned);
    order.region.clone_from(&common.region);
    let user = common.buyer.as_deref().map(user_of);
    order.customer.platform_id = user.map(|user| (SLUG, user.to_owned()));
    order
}

/// `Ann Example (ann99)` is the user `ann99`.
fn user_of(buyer: &str) -> &str {
    let inner = buyer.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    inner.map_or(buyer, |(_, user)| user.trim())
}

/// # Errors
/// The cell for which the order is refused.
pub fn normalise_items(items: &[Item]) -> Result<Normalised, CellFault> {
    let Some(first) = items.first() else {
        return Err(CellFault::new(wire::ORDER, "The order has no rows."));
    };
    let mut order = document(&first.common, "", "Etsy sold order items");
    let mut notices = Vec::new();
    for item in items {
        order.lines.push(line(item)?);
    }
    let goods: i64 = order.lines.iter().map(|line| line.price_minor).sum();
    if goods >= MINOR_LIMIT {
        return Err(CellFault::new(wire::PRICE, "The order's sum is too large."));
    }
    set_discounts(&mut order, items);
    set_shipping(&mut order, once(items, |item| item.common.shipping_minor), {
        once(items, |item| item.common.shipping_discount_minor)
    });
    let tax = once(items, |item| item.common.tax_minor) + once(items, |item| item.vat_minor);
    set_tax(&mut order, tax);
    for (item, line) in items.iter().zip(&order.lines) {
        let stated = item.item_total_minor.unwrap_or(line.price_minor);
        let fits =
            stated == line.price_minor || stated == line.price_minor - item.common.discount_minor;
        if !fits {
            notices.push(format!(
                "Order {}: the item total {} is not price × quantity, {}, which was taken.",
                order.id,
                order.money(stated),
                order.money(line.price_minor)
            ));
        }
    }
    let is_paid =
        items.iter().any(|item| item.paid != Some(false) || item.common.shipped.is_some());
    if is_paid {
        let net: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
        let shipping = order.shipping.price_minor - order.shipping.discount_minor;
        let amount_minor = net - order.order_discount_minor + shipping + tax;
        order.payments = vec![Payment { gateway: SLUG.to_owned(), amount_minor, fee: None }];
    } else {
        order.financial_status = FinancialStatus::Pending;
    }
    order.tell_progress(None);
    order.check().map_err(|fault| CellFault::new(wire::PRICE, format!("{fault}.")))?;
    Ok(Normalised { order, notices, unknown: None })
}

fn line(item: &Item) -> Result<Line, CellFault> {
    let price = item.price_minor.checked_mul(item.quantity).filter(|minor| *minor < MINOR_LIMIT);
    let price = price
        .ok_or_else(|| CellFault::new(wire::PRICE, "Price × quantity is too large an amount."))?;
    Ok(Line {
        sku: item.common.sku.clone().or_else(|| item.listing.clone()),
        title: item.title.clone(),
        quantity: item.quantity,
        price_minor: price,
        ..bare::line(item.transaction.clone())
    })
}

/// A value of the order that its rows repeat, or that only one of them bears; values that differ
/// are the rows' own and add up.
fn once(items: &[Item], of: impl Fn(&Item) -> i64) -> i64 {
    let first = items.first().map_or(0, &of);
    if items.iter().all(|item| of(item) == first) {
        return first;
    }
    items.iter().map(of).sum()
}

/// A discount is the items' own where their totals are after it, or where their rows differ in
/// it; what is repeated, or stands on one row alone, is the order's.
fn set_discounts(order: &mut Order, items: &[Item]) {
    let off = |item: &Item| item.common.discount_minor;
    let discounted: Vec<&Item> = items.iter().filter(|item| off(item) != 0).collect();
    let own_total = |item: &Item| {
        let whole = item.price_minor * item.quantity;
        item.item_total_minor == Some(whole - off(item))
    };
    let differ =
        discounted.len() > 1 && discounted.iter().any(|item| off(item) != off(discounted[0]));
    let fits = |item: &Item| off(item) <= item.price_minor * item.quantity;
    let is_own = !discounted.is_empty()
        && (discounted.iter().all(|item| own_total(item)) || differ)
        && discounted.iter().all(|item| fits(item));
    if is_own {
        for (line, item) in order.lines.iter_mut().zip(items) {
            line.discount_minor = off(item);
        }
    } else {
        order.order_discount_minor = once(items, off);
    }
}

/// What was charged, with what a coupon took off before.
fn set_shipping(order: &mut Order, charged: i64, discount: i64) {
    order.shipping.price_minor = charged + discount;
    order.shipping.discount_minor = discount;
}

/// What Etsy collects stands on top of the prices and is remitted by it.
fn set_tax(order: &mut Order, tax: i64) {
    if tax == 0 {
        order.taxes_included = country::prices_include_tax(order.currency);
        return;
    }
    order.marketplace_remitted_tax = true;
    let weights: Vec<i64> =
        order.lines.iter().map(|line| line.price_minor - line.discount_minor).collect();
    for (line, part) in order.lines.iter_mut().zip(split::by_weight(tax, &weights)) {
        line.tax_minor = Some(part);
    }
}

/// # Errors
/// The cell for which the order is refused.
pub fn normalise_total(total: &Total) -> Result<Normalised, CellFault> {
    let common = &total.common;
    let mut order = document(common, TOTALS_PART, "Etsy sold orders");
    let mut notices = Vec::new();
    let single = total.items.is_none_or(|items| items == 1);
    order.lines.push(Line {
        sku: common.sku.clone().filter(|sku| single && !sku.contains(',')),
        quantity: total.items.filter(|items| *items > 0).unwrap_or(1),
        price_minor: total.value_minor,
        ..bare::line(BARE_LINE.to_owned())
    });
    order.order_discount_minor = common.discount_minor;
    let goods = total.value_minor - common.discount_minor;
    let shipping = charged_shipping(total, goods);
    set_shipping(&mut order, shipping, common.shipping_discount_minor);
    // What the buyer paid beyond the shop's own amounts is tax that Etsy collects.
    let rest = total.total_minor - goods - shipping - common.tax_minor;
    set_tax(&mut order, common.tax_minor + rest.max(0));
    if rest < 0 {
        order.unexplained_minor = rest;
        notices.push(format!(
            "Order {}: its total is {} below its value, discount, shipping and tax.",
            order.id,
            order.money(-rest)
        ));
    }
    let unknown = set_status(&mut order, total.status.as_deref());
    order.payments = vec![Payment {
        gateway: SLUG.to_owned(),
        amount_minor: total.total_minor,
        fee: total.fees_minor.map(|minor| order.money(minor)),
    }];
    refund_what_lacks(&mut order, total);
    order.tell_progress(None);
    order.check().map_err(|fault| CellFault::new(wire::TOTAL, format!("{fault}.")))?;
    Ok(Normalised { order, notices, unknown })
}

/// `Shipping` after its discount, or before it where only then `Order Net` adds up.
fn charged_shipping(total: &Total, goods: i64) -> i64 {
    let common = &total.common;
    let (charged, discount) = (common.shipping_minor, common.shipping_discount_minor);
    let (Some(net), Some(fees)) = (total.net_minor, total.fees_minor) else { return charged };
    let adds_up = |shipping| [0, common.tax_minor].contains(&(net + fees - goods - shipping));
    if !adds_up(charged) && discount <= charged && adds_up(charged - discount) {
        return charged - discount;
    }
    charged
}

/// The word for the order's state, which is mostly empty.
fn set_status(order: &mut Order, status: Option<&str>) -> Option<(UnknownKind, String)> {
    let status = status?;
    order.platform_status = Some(status.to_lowercase());
    order.financial_status = match status.to_lowercase().as_str() {
        "paid" | "completed" | "shipped" | "not shipped" | "dispatched" => FinancialStatus::Paid,
        "open" | "payment processing" | "unpaid" => FinancialStatus::Pending,
        // It was paid and given back: its total says so below.
        "canceled" | "cancelled" | "refunded" | "fully refunded" => FinancialStatus::Refunded,
        "partially refunded" => FinancialStatus::PartiallyRefunded,
        _ => return Some((UnknownKind::Status, status.to_owned())),
    };
    None
}

/// The adjusted total is what refunds left: a refund without a day.
fn refund_what_lacks(order: &mut Order, total: &Total) {
    let gone = (order.financial_status == FinancialStatus::Refunded).then_some(0);
    let now = total.total_now_minor.or(gone).filter(|now| *now < total.total_minor);
    let Some(now) = now else { return };
    let back = total.total_minor - now;
    let tax: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    let whole = i128::from(total.total_minor);
    let tax = mul_div_half_even(i128::from(back), i128::from(tax), whole).unwrap_or(0);
    let fees_back = total.fees_minor.zip(total.fees_now_minor).map(|(then, now)| then - now);
    let placed_at = order.placed_at;
    order.refunds = vec![Refund {
        estimated: true,
        tax_inside: order.taxes_included,
        adjustment_minor: back - tax,
        adjustment_tax_minor: tax,
        fee_returned: fees_back.map(|minor| order.money(minor)),
        ..bare::refund(AMOUNT_ONLY_REFUND.to_owned(), placed_at, order.currency)
    }];
    order.financial_status = match now {
        0 => FinancialStatus::Refunded,
        _ => FinancialStatus::PartiallyRefunded,
    };
}
