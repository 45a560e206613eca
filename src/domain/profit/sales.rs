//! Gross sales, discounts, returns, and what else the buyer was charged (PROFIT, section 3).

use super::component::{Component, Quality};
use super::engine::{Case, event_of_line};
use super::sheet::{At, Sheet};
use super::tax::{Tax, Treatment, by_rule, tax_of};
use super::trail::Note;
use crate::base::rate::mul_div_half_even;
use crate::base::split::Split;
use crate::domain::record::Refund;

/// Sales, discounts and tax of every line, and the weights by which the order is split.
pub(super) fn book_lines(case: &mut Case<'_>, sheet: &mut Sheet) {
    let order = case.order;
    let discounts = split_order_discount(case);
    for (index, line) in order.lines.iter().enumerate() {
        let event = event_of_line(sheet, case, index);
        if line.gift_card {
            if case.only_gift_cards {
                sheet.touch(event, index, 0);
            }
            continue;
        }
        sheet.touch(event, index, line.quantity);
        book_line(case, sheet, (event, index), discounts[index]);
    }
    for (slot, line) in case.bearers.iter().enumerate() {
        let event = event_of_line(sheet, case, *line);
        case.weights[slot] = sheet.weight(event, *line);
    }
}

/// The order's discount over the lines that are no gift cards, by price × quantity less the
/// line's discount; one part for each line of the order.
fn split_order_discount(case: &Case<'_>) -> Vec<i64> {
    let lines = &case.order.lines;
    let mut parts = vec![0; lines.len()];
    if case.order.order_discount_minor == 0 {
        return parts;
    }
    let sold: Vec<usize> = (0..lines.len()).filter(|index| !lines[*index].gift_card).collect();
    let weights: Vec<i64> =
        sold.iter().map(|index| lines[*index].price_minor - lines[*index].discount_minor).collect();
    let quantities: Vec<i64> = sold.iter().map(|index| lines[*index].quantity).collect();
    let whole = case.order.order_discount_minor;
    let split = Split { whole, weights: &weights, quantities: &quantities };
    for (index, part) in sold.into_iter().zip(split.parts()) {
        parts[index] = part;
    }
    parts
}

fn book_line(
    case: &Case<'_>,
    sheet: &mut Sheet,
    (event, index): (usize, usize),
    order_discount: i64,
) {
    let order = case.order;
    let line = &order.lines[index];
    let show = |minor: i64| order.money(minor).to_decimal_text();
    let price = line.price_minor;
    let net_with_tax = price - line.discount_minor - order_discount;
    let tax = tax_of(case, net_with_tax, line.tax_minor);
    let (gross, discounts, quality) = match Treatment::of(case) {
        Treatment::Included => take_tax_out(case, price, net_with_tax, &tax),
        Treatment::OnTop | Treatment::Nothing => {
            (Some(price), net_with_tax - price, Quality::Actual)
        }
    };
    let Some(gross) = gross else {
        sheet.overflowed();
        return;
    };
    let at = |component| At { event, line: index, component };
    sheet.add(at(Component::GrossSales), gross, quality, || {
        let units = format!("{} × {}", line.quantity, unit_text(case, index));
        let arithmetic = if gross == price {
            units
        } else if net_with_tax == 0 {
            format!("{} − tax {}", show(price), show(price - gross))
        } else {
            let net = net_with_tax - tax.minor;
            format!("{} × {} / {}", show(price), show(net), show(net_with_tax))
        };
        note(&order.source.label, tax.rule.as_deref(), arithmetic)
    });
    if line.discount_minor != 0 || order_discount != 0 {
        sheet.add(at(Component::Discounts), discounts, quality, || {
            let mut pieces = format!("−{}", show(line.discount_minor));
            if order_discount != 0 {
                pieces = format!("{pieces} − {} of the order's", show(order_discount));
            }
            let arithmetic = if gross == price {
                pieces
            } else {
                let net = net_with_tax - tax.minor;
                format!("{} − {} ({pieces} with tax)", show(net), show(gross))
            };
            note(&order.source.label, tax.rule.as_deref(), arithmetic)
        });
    }
    if tax.minor != 0 || tax.quality == Quality::Missing {
        let quality = tax.quality;
        sheet.add(at(Component::TaxCollected), tax.minor, quality, || {
            note(&order.source.label, tax.rule.as_deref(), show(tax.minor))
        });
    }
}

/// Net of the line = N − t; gross_sales = P × (N − t) / N; discounts the rest. A line that was
/// given away has its price taken down by the country's rule.
fn take_tax_out(case: &Case<'_>, price: i64, net: i64, tax: &Tax) -> (Option<i64>, i64, Quality) {
    // Without a rule the tax is missing; the amounts beside it are then the best there is.
    let quality = match tax.quality {
        Quality::Actual => Quality::Actual,
        Quality::Estimated | Quality::Missing => Quality::Estimated,
    };
    if net == 0 {
        let (inside, quality) = match by_rule(case, price) {
            Some((inside, _)) => (inside, Quality::Estimated),
            None => (0, quality),
        };
        return (Some(price - inside), -(price - inside), quality);
    }
    let without_tax = net - tax.minor;
    let gross = mul_div_half_even(i128::from(price), i128::from(without_tax), i128::from(net));
    (gross, without_tax - gross.unwrap_or_default(), quality)
}

/// Shipping, tips, duties and fee lines that the buyer was charged, split over the lines.
pub(super) fn book_order_income(case: &Case<'_>, sheet: &mut Sheet) {
    let order = case.order;
    let charged = order.shipping.price_minor - order.shipping.discount_minor;
    let tax = tax_of(case, charged, order.shipping.tax_minor);
    let (income, quality) = match Treatment::of(case) {
        Treatment::Included => {
            let estimated = tax.quality != Quality::Actual;
            let quality = if estimated { Quality::Estimated } else { Quality::Actual };
            (charged - tax.minor, quality)
        }
        Treatment::OnTop | Treatment::Nothing => (charged, Quality::Actual),
    };
    let service_tax = match Treatment::of(case) {
        Treatment::Nothing => 0,
        Treatment::Included | Treatment::OnTop => order.service_tax_minor,
    };
    let rule = tax.rule.as_deref();
    let amounts = [
        (Component::ShippingIncome, income, quality, rule, "shipping charged"),
        (Component::TaxCollected, tax.minor, tax.quality, rule, "tax on shipping"),
        (Component::ServiceIncome, order.service_income_minor, Quality::Actual, None, "fee lines"),
        (Component::TaxCollected, service_tax, Quality::Actual, None, "tax on fee lines"),
        (Component::OtherIncome, order.tips_minor, Quality::Actual, None, "tips"),
        (Component::DutiesCollected, order.duties_minor, Quality::Actual, None, "duties"),
    ];
    for (component, whole, quality, rule, what) in amounts {
        if whole == 0 && quality != Quality::Missing {
            continue;
        }
        book_split(case, sheet, (0, component), whole, quality, |arithmetic| {
            note(&order.source.label, rule, format!("{what}: {arithmetic}"))
        });
    }
}

/// What one refund gives back of sales, shipping, fee lines and tax.
pub(super) fn book_refund(case: &Case<'_>, sheet: &mut Sheet, event: usize, refund: &Refund) {
    let order = case.order;
    let show = |minor: i64| order.money(minor).to_decimal_text();
    let inside = refund.tax_inside && Treatment::of(case) == Treatment::Included;
    let is_estimated = refund.estimated || inside;
    let quality = if is_estimated { Quality::Estimated } else { Quality::Actual };
    let source = format!("refund {}", refund.id);
    for part in &refund.lines {
        let Some(line) = order.lines.iter().position(|line| line.id == part.line_id) else {
            continue;
        };
        if order.lines[line].gift_card {
            continue;
        }
        let back = given_back(case, refund, (part.amount_minor, part.tax_minor));
        if back.value_minor != 0 || part.quantity != 0 {
            let at = At { event, line, component: Component::Returns };
            sheet.add(at, -back.value_minor, quality, || {
                let value = show(back.value_minor);
                note(&source, None, format!("{} returned: −{value}", part.quantity))
            });
        }
        if back.tax_minor != 0 {
            let at = At { event, line, component: Component::TaxCollected };
            sheet.add(at, -back.tax_minor, quality, || {
                note(&source, None, format!("−{}", show(back.tax_minor)))
            });
        }
    }
    let wholes = [
        (Component::Returns, (refund.adjustment_minor, refund.adjustment_tax_minor), "adjustment"),
        (
            Component::ShippingIncome,
            (refund.shipping_minor, refund.shipping_tax_minor),
            "shipping given back",
        ),
        (
            Component::ServiceIncome,
            (refund.service_minor, refund.service_tax_minor),
            "fee lines given back",
        ),
    ];
    for (component, stated, what) in wholes {
        let back = given_back(case, refund, stated);
        let tax = format!("tax of {what}");
        for (component, whole, what) in [
            (component, -back.value_minor, what),
            (Component::TaxCollected, -back.tax_minor, tax.as_str()),
        ] {
            if whole != 0 {
                book_split(case, sheet, (event, component), whole, quality, |arithmetic| {
                    note(&source, None, format!("{what}: {arithmetic}"))
                });
            }
        }
    }
}

/// What an amount given back takes from income, and from the tax collected.
struct GivenBack {
    value_minor: i64,
    tax_minor: i64,
}

fn given_back(case: &Case<'_>, refund: &Refund, (amount, tax): (i64, i64)) -> GivenBack {
    match Treatment::of(case) {
        // Where tax inside prices is part of the sale, it is part of the return too.
        Treatment::Nothing if case.order.taxes_included => {
            GivenBack { value_minor: amount + tax, tax_minor: 0 }
        }
        Treatment::Nothing => GivenBack { value_minor: amount, tax_minor: 0 },
        Treatment::Included if refund.tax_inside => {
            let inside = by_rule(case, amount).map_or(0, |(inside, _)| inside);
            GivenBack { value_minor: amount - inside, tax_minor: tax + inside }
        }
        Treatment::Included | Treatment::OnTop => GivenBack { value_minor: amount, tax_minor: tax },
    }
}

/// Books an amount of the whole order over the lines that bear it.
pub(super) fn book_split(
    case: &Case<'_>,
    sheet: &mut Sheet,
    (event, component): (usize, Component),
    whole: i64,
    quality: Quality,
    note: impl Fn(String) -> Note,
) {
    for (line, part) in case.split(whole) {
        sheet.add(At { event, line, component }, part, quality, || {
            let share = case.share_text(case.order.money(whole), line);
            let plain = case.order.money(whole).to_decimal_text();
            note(if share.is_empty() { plain } else { share })
        });
    }
}

/// The unit price where it comes out even, else the whole over the quantity.
fn unit_text(case: &Case<'_>, line: usize) -> String {
    let line = &case.order.lines[line];
    let show = |minor: i64| case.order.money(minor).to_decimal_text();
    match line.price_minor.checked_rem(line.quantity) {
        Some(0) => show(line.price_minor / line.quantity),
        _ => format!("({} / {})", show(line.price_minor), line.quantity),
    }
}

fn note(source: &str, rule: Option<&str>, arithmetic: String) -> Note {
    Note { source: source.to_owned(), rule: rule.unwrap_or_default().to_owned(), arithmetic }
}
