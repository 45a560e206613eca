//! An order's lines, shipping and fee lines, without tax, and the taxes, tied to the order's own
//! total of them.

use super::leaf::{Amounts, Problem, read_list, whole_units};
use super::wire::{Element, Extra, Item, Text};
use super::{shipped, text};
use crate::base::split::Split;
use crate::domain::record::Line;
use crate::domain::record::order::LineStock;

/// What was bought and charged.
pub struct Basket {
    pub lines: Vec<Line>,
    pub order_discount: i64,
    pub shipping: i64,
    pub shipping_tax: i64,
    pub service: i64,
    pub service_tax: i64,
}

/// # Errors
/// The first `Problem` found.
pub fn read_basket(
    element: &Element<'_>,
    items: &[Item],
    amounts: &Amounts,
    notices: &mut Vec<String>,
) -> Result<Basket, Problem> {
    let mut basket = Basket {
        lines: Vec::with_capacity(items.len()),
        order_discount: 0,
        shipping: 0,
        shipping_tax: 0,
        service: 0,
        service_tax: 0,
    };
    // Given back in the order itself: fee lines and product lines below 0, and their tax.
    let (mut rebate, mut rebate_tax) = (0, 0);
    let mut tax_sum = 0;
    for (index, item) in items.iter().enumerate() {
        let path = format!("line_items[{index}]");
        let total = amounts.signed(&format!("{path}.total"), &item.total)?;
        let tax = amounts.signed(&format!("{path}.total_tax"), &item.total_tax)?;
        tax_sum += tax;
        if total < 0 {
            (rebate, rebate_tax) = (rebate - total, rebate_tax + tax);
        } else if let Some(mut line) = read_line(item, &path, total, tax, amounts)? {
            line.stock.shipped = shipped::count(element, line.quantity);
            basket.lines.push(line);
        } else {
            let order = element.id.get().unwrap_or_default();
            notices.push(format!("Order {order}: a line of no units was left out ({path})."));
        }
    }
    let fees: Vec<Extra> = read_list("fee_lines", element.fee_lines)?;
    for (index, fee) in fees.iter().enumerate() {
        let total = amounts.signed(&format!("fee_lines[{index}].total"), &fee.total)?;
        let tax = amounts.signed(&format!("fee_lines[{index}].total_tax"), &fee.total_tax)?;
        tax_sum += tax;
        if total < 0 {
            (rebate, rebate_tax) = (rebate - total, rebate_tax + tax);
        } else {
            (basket.service, basket.service_tax) =
                (basket.service + total, basket.service_tax + tax);
        }
    }
    (basket.shipping, basket.shipping_tax) = read_shipping(element, amounts)?;
    let net = |line: &Line| line.price_minor - line.discount_minor;
    basket.order_discount = rebate.min(basket.lines.iter().map(net).sum());
    spread_tax(&mut basket.lines, rebate_tax);
    if element.total_tax.get().is_some() {
        let stated = amounts.signed("total_tax", &element.total_tax)?;
        let off = stated - tax_sum - basket.shipping_tax;
        // Each part is rounded by itself; more than that is no rounding, and stays unexplained.
        let parts = items.len() + fees.len() + 1;
        if off.unsigned_abs() <= parts as u64 {
            add_rounding(&mut basket, off);
        }
    }
    Ok(basket)
}

/// `None` for a line of no units. A price raised by hand is the price, not a negative discount.
fn read_line(
    item: &Item,
    path: &str,
    total: i64,
    tax: i64,
    amounts: &Amounts,
) -> Result<Option<Line>, Problem> {
    let at = |member: &str| format!("{path}.{member}");
    let id = item.id.get().ok_or_else(|| Problem::new(at("id"), "the line has no id"))?;
    let quantity = whole_units(&at("quantity"), &item.quantity)?;
    if quantity < 0 {
        return Err(Problem::new(at("quantity"), "the quantity is negative"));
    }
    if quantity == 0 {
        return Ok(None);
    }
    let price_minor = amounts.signed(&at("subtotal"), &item.subtotal)?.max(total);
    Ok(Some(Line {
        id: id.to_owned(),
        sku: item.sku.get().map(str::to_owned),
        title: item.name.get().map(text::plain).filter(|title| !title.is_empty()),
        quantity,
        price_minor,
        discount_minor: price_minor - total,
        tax_minor: Some(tax),
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: super::refund::restock_count(item).unwrap_or(0).clamp(0, quantity),
        added_at: None,
        stock: LineStock { listing: shipped::listing_of(item), ..LineStock::default() },
    }))
}

/// The order's own figures, which its total is made of; else those of its shipping lines.
fn read_shipping(element: &Element<'_>, amounts: &Amounts) -> Result<(i64, i64), Problem> {
    let extras: Vec<Extra> = read_list("shipping_lines", element.shipping_lines)?;
    let add_up = |name: &str, read: fn(&Extra) -> &Text| -> Result<i64, Problem> {
        extras.iter().enumerate().try_fold(0, |sum, (index, extra)| {
            let path = format!("shipping_lines[{index}].{name}");
            Ok(sum + amounts.signed(&path, read(extra))?)
        })
    };
    let total = match element.shipping_total.get() {
        Some(_) => amounts.signed("shipping_total", &element.shipping_total)?,
        None => add_up("total", |extra| &extra.total)?,
    };
    let tax = match element.shipping_tax.get() {
        Some(_) => amounts.signed("shipping_tax", &element.shipping_tax)?,
        None => add_up("total_tax", |extra| &extra.total_tax)?,
    };
    if total < 0 {
        return Err(Problem::new("shipping_total", "the shipping is negative"));
    }
    Ok((total, tax))
}

/// The tax of a rebate lowers that of the lines, in proportion.
fn spread_tax(lines: &mut [Line], tax: i64) {
    let weights: Vec<i64> = lines.iter().map(|line| line.tax_minor.unwrap_or(0)).collect();
    let prices: Vec<i64> = lines.iter().map(|line| line.price_minor).collect();
    let parts = Split { whole: tax, weights: &weights, quantities: &prices }.parts();
    for (line, part) in lines.iter_mut().zip(parts) {
        line.tax_minor = Some(line.tax_minor.unwrap_or(0) + part);
    }
}

/// Cents of rounding go to the largest line, so that the taxes add up to the stated total.
fn add_rounding(basket: &mut Basket, off: i64) {
    let mut largest: Option<&mut Line> = None;
    for line in &mut basket.lines {
        if largest.as_ref().is_none_or(|other| line.price_minor > other.price_minor) {
            largest = Some(line);
        }
    }
    match largest {
        Some(line) => line.tax_minor = Some(line.tax_minor.unwrap_or(0) + off),
        None if basket.shipping > 0 => basket.shipping_tax += off,
        None => basket.service_tax += off,
    }
}
