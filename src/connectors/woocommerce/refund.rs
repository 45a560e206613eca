//! WooCommerce's refunds → `Refund`: the whole object with its negative lines, or the summary in
//! the order, of which only the amount is known.

use serde_json::value::RawValue;

use super::leaf::{Amounts, Problem, parse_instant, read_list, whole_units};
use super::wire::{Element, Extra, Item};
use crate::base::Instant;
use crate::base::rate::mul_div_half_even;
use crate::domain::record::{Line, Refund, RefundLine};

/// The meta data by which a refund's line names the order's.
const LINE_LINK: &str = "_refunded_item_id";
/// On the order's line: how many units of it refunds have put back so far.
const RESTOCK_COUNT: &str = "_restock_refunded_items";

fn empty(id: String, at: Instant) -> Refund {
    Refund {
        id,
        at,
        estimated: false,
        tax_inside: false,
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

/// Those that an order brings with it, oldest first.
///
/// # Errors
/// The first `Problem` found.
pub fn read_embedded(
    order: &Element<'_>,
    lines: &[Line],
    (fallback, tax_share): (Instant, (i64, i64)),
    amounts: &Amounts,
    notices: &mut Vec<String>,
) -> Result<Vec<Refund>, Problem> {
    let raws: Vec<&RawValue> = read_list("refunds", order.refunds)?;
    let mut refunds = Vec::with_capacity(raws.len());
    for (index, raw) in raws.into_iter().enumerate() {
        let path = format!("refunds[{index}]");
        let element: Element<'_> = serde_json::from_str(raw.get())
            .map_err(|_| Problem::new(path.clone(), "it is not a refund"))?;
        let known = |id: &str| lines.iter().any(|line| line.id == id);
        refunds.push(match element.amount.get() {
            Some(_) => {
                let at = parse_instant(&element.date_created_gmt);
                let mut refund = read_full(
                    &element,
                    at.unwrap_or(fallback),
                    &known,
                    amounts,
                    &format!("{path}."),
                    notices,
                )?;
                refund.estimated = at.is_none();
                refund
            }
            None => read_summary(&element, (fallback, tax_share), amounts, &path)?,
        });
    }
    refunds.sort_by(|left, right| {
        (left.at, left.id.len(), &left.id).cmp(&(right.at, right.id.len(), &right.id))
    });
    Ok(refunds)
}

/// An amount without day or lines: an adjustment. Its tax is the summary's, where it tells one,
/// else the order's share of tax in its total.
fn read_summary(
    summary: &Element<'_>,
    (at, (order_tax, order_total)): (Instant, (i64, i64)),
    amounts: &Amounts,
    path: &str,
) -> Result<Refund, Problem> {
    let id = read_id(summary, path)?;
    let amount = amounts.signed(&format!("{path}.total"), &summary.total)?.abs();
    let tax = match summary.total_tax.get() {
        Some(_) => amounts.signed(&format!("{path}.total_tax"), &summary.total_tax)?.abs(),
        None => {
            let shares = (i128::from(amount), i128::from(order_tax), i128::from(order_total));
            mul_div_half_even(shares.0, shares.1, shares.2).unwrap_or(0)
        }
    };
    let tax = tax.clamp(0, amount);
    Ok(Refund {
        estimated: true,
        adjustment_minor: amount - tax,
        adjustment_tax_minor: tax,
        ..empty(id, at)
    })
}

fn read_id(refund: &Element<'_>, path: &str) -> Result<String, Problem> {
    let id = refund.id.get().map(str::to_owned);
    id.ok_or_else(|| Problem::new(format!("{path}id"), "the refund has no id"))
}

/// The refund object. `amount` is the truth; what its parts do not explain is an adjustment.
///
/// # Errors
/// The first `Problem` found.
pub fn read_full(
    refund: &Element<'_>,
    at: Instant,
    is_line: &dyn Fn(&str) -> bool,
    amounts: &Amounts,
    path: &str,
    notices: &mut Vec<String>,
) -> Result<Refund, Problem> {
    let mut whole = empty(read_id(refund, path)?, at);
    let mut rest = amounts.signed(&format!("{path}amount"), &refund.amount)?.abs();
    let items: Vec<Item> = read_list(&format!("{path}line_items"), refund.line_items)?;
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}line_items[{index}]");
        let amount_minor = amounts.signed(&format!("{path}.total"), &item.total)?.abs();
        let tax_minor = amounts.signed(&format!("{path}.total_tax"), &item.total_tax)?.abs();
        let quantity = whole_units(&format!("{path}.quantity"), &item.quantity)?.abs();
        if (quantity, amount_minor, tax_minor) == (0, 0, 0) {
            continue;
        }
        match item.meta_data.text(LINE_LINK).filter(|id| is_line(id)) {
            Some(line_id) => {
                rest -= amount_minor + tax_minor;
                let line = RefundLine { line_id, quantity, amount_minor, tax_minor, restocked: 0 };
                whole.lines.push(line);
            }
            None => {
                // Its money stays in the rest, its tax is known.
                rest -= tax_minor;
                whole.adjustment_tax_minor += tax_minor;
                notices.push(format!(
                    "Refund {}: one of its lines names no line of the order; its amount counts \
                     as an adjustment over all lines.",
                    whole.id
                ));
            }
        }
    }
    let shipping: Vec<Extra> = read_list(&format!("{path}shipping_lines"), refund.shipping_lines)?;
    (whole.shipping_minor, whole.shipping_tax_minor) =
        add_up(&shipping, &format!("{path}shipping_lines"), amounts)?;
    let fees: Vec<Extra> = read_list(&format!("{path}fee_lines"), refund.fee_lines)?;
    (whole.service_minor, whole.service_tax_minor) =
        add_up(&fees, &format!("{path}fee_lines"), amounts)?;
    rest -= whole.shipping_minor + whole.shipping_tax_minor;
    rest -= whole.service_minor + whole.service_tax_minor;
    whole.adjustment_minor = rest;
    Ok(whole)
}

/// Amount and tax of a refund's shipping or fee lines, turned positive. A rebate taken back counts
/// against the rest.
fn add_up(extras: &[Extra], path: &str, amounts: &Amounts) -> Result<(i64, i64), Problem> {
    let (mut sum, mut tax) = (0, 0);
    for (index, extra) in extras.iter().enumerate() {
        sum -= amounts.signed(&format!("{path}[{index}].total"), &extra.total)?;
        tax -= amounts.signed(&format!("{path}[{index}].total_tax"), &extra.total_tax)?;
    }
    Ok((sum, tax))
}

/// A refund does not say whether it restocks; the order's line counts what was put back by all of
/// them. The count is given to the refunds in turn.
pub fn restock_count(item: &Item) -> Option<i64> {
    item.meta_data.text(RESTOCK_COUNT).and_then(|count| count.parse::<i64>().ok())
}

/// Gives the counts to the refunds that came with the order; `Line::restocked_in_all` serves
/// those that come later.
pub fn give_restock(refunds: &mut [Refund], items: &[Item]) {
    for item in items {
        let (Some(id), Some(mut left)) = (item.id.get(), restock_count(item)) else { continue };
        let lines = refunds
            .iter_mut()
            .flat_map(|refund| &mut refund.lines)
            .filter(|line| line.line_id == id);
        for line in lines {
            line.restocked = left.clamp(0, line.quantity);
            left -= line.restocked;
        }
    }
}
