//! The refunds of an order. A refund says twice what was given back: by its lines, and by the
//! transactions that really paid. The money counts; what the lines do not explain of it is an
//! adjustment.

use super::order::{gateway_of, moved, tell_unknown};
use super::wire::{self, instant, minor_or_zero};
use crate::base::Money;
use crate::base::rate::mul_div_half_even;
use crate::connectors::contract::{Problem, UnknownKind};
use crate::connectors::kit::bare;
use crate::domain::record::{Order, Refund, RefundLine};

const SHOPIFY_PAYMENTS: &str = "shopify_payments";

/// A refund before its adjustment is known.
struct Draft {
    refund: Refund,
    /// What its lines, shipping and duties say, tax among it.
    told_minor: i64,
    duties_minor: i64,
    /// What was really paid; `None` where no money went through it.
    paid_minor: Option<i64>,
    /// What Shopify says of the difference: amount and tax.
    adjusted: (i64, i64),
}

/// # Errors
/// In words: what cannot be read.
pub fn add(
    order: &mut Order,
    theirs: &wire::Order,
    refunds: &[wire::Refund],
    problems: &mut Vec<Problem>,
) -> Result<(), String> {
    let mut drafts = Vec::new();
    for refund in refunds {
        drafts.push(draft(order, refund, problems)?);
    }
    let mut unpaid = unpaid_rest(order, theirs, &drafts);
    let shares = (taxes_of(order), theirs.total_price_set.minor(order.currency)?);
    for draft in drafts {
        let given = match draft.paid_minor {
            Some(paid) => paid,
            // No money: the buyer had not paid it, or it is paid by another refund.
            None => {
                let own = draft.told_minor.min(unpaid).max(0);
                unpaid -= own;
                own
            }
        };
        order.refunds.push(finish(draft, given, shares));
    }
    Ok(())
}

/// What was taken off the order and neither paid nor owed: removed before it was paid for.
fn unpaid_rest(order: &Order, theirs: &wire::Order, drafts: &[Draft]) -> i64 {
    let read = |bag: Option<&wire::Bag>| bag.and_then(|bag| bag.minor(order.currency).ok());
    let total = read(Some(&theirs.total_price_set));
    let (net, owed) =
        (read(theirs.net_payment_set.as_ref()), read(theirs.total_outstanding_set.as_ref()));
    let (Some(total), Some(net), Some(owed)) = (total, net, owed) else { return 0 };
    let paid: i64 = drafts.iter().filter_map(|draft| draft.paid_minor).sum();
    (total - net - owed.max(0) - paid).max(0)
}

fn taxes_of(order: &Order) -> i64 {
    let lines: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    lines + order.shipping.tax_minor.unwrap_or(0) + order.service_tax_minor
}

fn draft(
    order: &Order,
    theirs: &wire::Refund,
    problems: &mut Vec<Problem>,
) -> Result<Draft, String> {
    let currency = order.currency;
    let at = theirs.processed_at.as_deref().or(theirs.created_at.as_deref());
    let at = instant(at.ok_or("a refund bears no time")?)?;
    let id = wire::number_of(&theirs.id).to_owned();
    let mut refund = Refund { fee_returned: None, ..bare::refund(id, at, currency) };
    let mut told_minor = 0;
    for line in &theirs.refund_line_items.nodes {
        told_minor += add_line(&mut refund, order, line, problems)?;
    }
    for shipping in &theirs.refund_shipping_lines.nodes {
        let tax = shipping.tax_amount_set.minor(currency)?;
        let subtotal = shipping.subtotal_amount_set.minor(currency)?;
        let without = if order.taxes_included { subtotal - tax } else { subtotal };
        refund.shipping_minor += without;
        refund.shipping_tax_minor += tax;
        told_minor += without + tax;
    }
    let duties = theirs.duties.iter().map(|duty| duty.amount_set.minor(currency));
    let duties_minor: i64 = duties.sum::<Result<_, _>>()?;
    let mut adjusted = (0, 0);
    for adjustment in &theirs.order_adjustments.nodes {
        adjusted.0 += minor_or_zero(Some(&adjustment.amount_set), currency)?;
        adjusted.1 += minor_or_zero(Some(&adjustment.tax_amount_set), currency)?;
    }
    let paid_minor = paid_back(&mut refund, order, theirs, problems)?;
    told_minor += duties_minor;
    Ok(Draft { refund, told_minor, duties_minor, paid_minor, adjusted })
}

/// Adds a line, and gives what it says was given back, tax among it.
fn add_line(
    refund: &mut Refund,
    order: &Order,
    line: &wire::RefundLine,
    problems: &mut Vec<Problem>,
) -> Result<i64, String> {
    let tax_minor = line.total_tax_set.minor(order.currency)?;
    let subtotal = line.subtotal_set.minor(order.currency)?;
    let amount_minor = if order.taxes_included { subtotal - tax_minor } else { subtotal };
    let line_id = line.line_item.number().to_owned();
    if !order.lines.iter().any(|known| known.id == line_id) {
        // A tip, or a line that Shopify no longer shows: its money is in the adjustment.
        return Ok(0);
    }
    let restocked = match (line.restock_type.as_str(), line.restocked) {
        ("RETURN" | "CANCEL" | "LEGACY_RESTOCK", true) => line.quantity,
        ("RETURN" | "CANCEL" | "LEGACY_RESTOCK" | "NO_RESTOCK", _) => 0,
        (other, _) => {
            let name = other.chars().take(40).collect();
            problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
            0
        }
    };
    let part = RefundLine { line_id, quantity: line.quantity, amount_minor, tax_minor, restocked };
    match refund.lines.iter_mut().find(|known| known.line_id == part.line_id) {
        Some(known) => {
            known.quantity += part.quantity;
            known.amount_minor += part.amount_minor;
            known.tax_minor += part.tax_minor;
            known.restocked += part.restocked;
        }
        None => refund.lines.push(part),
    }
    Ok(amount_minor + tax_minor)
}

fn paid_back(
    refund: &mut Refund,
    order: &Order,
    theirs: &wire::Refund,
    problems: &mut Vec<Problem>,
) -> Result<Option<i64>, String> {
    let (mut paid, mut is_any, mut is_shopifys) = (0, false, true);
    for transaction in &theirs.transactions.nodes {
        tell_unknown(transaction, problems);
        // One that failed says that money was meant to go back, and did not.
        is_any |= transaction.kind == "REFUND" && (!transaction.test || order.test);
        if transaction.kind == "REFUND" && moved(transaction, order.test) != 0 {
            paid += transaction.amount_set.minor(order.currency)?;
            is_shopifys &= gateway_of(transaction) == SHOPIFY_PAYMENTS;
        }
    }
    // Shopify Payments keeps its fee, and would tell otherwise in its balance.
    if paid > 0 && is_shopifys {
        refund.fee_returned = Some(Money::zero(order.currency));
    }
    Ok(is_any.then_some(paid))
}

/// What was given beyond what the lines say, or not given of it.
fn finish(draft: Draft, given: i64, (taxes, total): (i64, i64)) -> Refund {
    let Draft { mut refund, told_minor, duties_minor, adjusted, .. } = draft;
    let rest = given - told_minor;
    let stated = adjusted.0 + adjusted.1;
    let tax = match stated.abs() == rest.abs() && stated != 0 {
        true if (stated > 0) == (rest > 0) => adjusted.1,
        true => -adjusted.1,
        // Nobody says how much of it is tax: as much as of the whole order.
        false => {
            let share = mul_div_half_even(i128::from(rest), i128::from(taxes), i128::from(total));
            share.unwrap_or(0)
        }
    };
    // Duties bear no tax of the shop's.
    refund.adjustment_minor = rest - tax + duties_minor;
    refund.adjustment_tax_minor = tax;
    refund
}
