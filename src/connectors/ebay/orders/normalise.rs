//! The rows of one order in our words. Pure.

use super::SLUG;
use super::wire::{self, Row};
use crate::base::Currency;
use crate::base::money::MINOR_LIMIT;
use crate::base::rate::mul_div_half_even;
use crate::connectors::kit::sheet::CellFault;
use crate::connectors::kit::{bare, country};
use crate::domain::record::order::{AMOUNT_ONLY_REFUND, SourceTag};
use crate::domain::record::{FinancialStatus, Line, Order, Payment, Refund, SourceKind};

#[derive(Debug)]
pub struct Normalised {
    pub order: Order,
    pub notices: Vec<String>,
}

/// # Errors
/// The cell for which the order is refused.
pub fn normalise(rows: &[Row], currency: Currency) -> Result<Normalised, CellFault> {
    let Some(head) = rows.first() else {
        return Err(CellFault::new(wire::ORDER, "The order has no rows."));
    };
    let sold = rows.iter().find_map(|row| row.sold);
    let sold = sold.ok_or_else(|| CellFault::new(wire::SOLD, "The order has no sale date."))?;
    let source = SourceTag {
        kind: SourceKind::OrdersFile,
        part: String::new(),
        label: "eBay orders report".to_owned(),
        settled: None,
    };
    let mut order = bare::order(head.order.clone(), sold, currency, source);
    order.channel = Some(SLUG.to_owned());
    let first = |of: fn(&Row) -> &Option<String>| rows.iter().find_map(|row| of(row).clone());
    order.country = first(|row| &row.country).as_deref().and_then(country::code).map(str::to_owned);
    order.region = first(|row| &row.region);
    order.customer.platform_id = first(|row| &row.buyer).map(|buyer| (SLUG, buyer));

    let basket = Basket::of(rows)?;
    order.lines = basket.lines;
    order.shipping.price_minor = basket.shipping_minor;
    let tax = basket.ebay_tax_minor + basket.buyer_fees_minor;
    let goods: i64 = order.lines.iter().map(|line| line.price_minor).sum();
    let plain = goods + basket.shipping_minor;
    let in_total = if basket.tax_in_total { tax } else { 0 };
    let mut total = plain + in_total;
    // The seller's own tax stands on top where the total says so, else inside the prices.
    let stated = basket.total_minor;
    let seller_on_top = stated.is_some_and(|stated| stated > total);
    if seller_on_top {
        total += basket.seller_tax_minor;
    }
    let on_top = tax + if seller_on_top { basket.seller_tax_minor } else { 0 };
    order.marketplace_remitted_tax = tax > 0;
    if on_top == 0 {
        for line in &mut order.lines {
            line.tax_minor = None;
        }
        order.taxes_included = country::prices_include_tax(currency);
    } else if !seller_on_top {
        for (line, tax) in order.lines.iter_mut().zip(&basket.remitted) {
            line.tax_minor = Some(*tax);
        }
    }
    let buyer_paid = total + tax - in_total;
    let is_paid = rows.iter().any(|row| row.paid.is_some() || row.shipped.is_some());
    let mut notices = Vec::new();
    if is_paid {
        order.payments = vec![Payment {
            gateway: SLUG.to_owned(),
            amount_minor: buyer_paid,
            // What eBay kept stands in the transaction report alone.
            fee: None,
        }];
        settle_total(&mut order, (stated, total, on_top), &mut notices);
    } else {
        order.financial_status = FinancialStatus::Pending;
    }
    order.tell_progress(None);
    order.check().map_err(|fault| CellFault::new(wire::TOTAL, format!("{fault}.")))?;
    Ok(Normalised { order, notices })
}

/// The total shrinks by what was refunded so far; a total above its parts is not explained.
fn settle_total(
    order: &mut Order,
    (stated, total, on_top): (Option<i64>, i64, i64),
    notices: &mut Vec<String>,
) {
    let Some(stated) = stated else { return };
    if stated > total {
        order.unexplained_minor = stated - total;
        notices.push(format!(
            "Order {}: {} of its total stand neither in the items nor in shipping or tax.",
            order.id,
            order.money(order.unexplained_minor)
        ));
    } else if stated < total {
        let back = total - stated;
        let tax = mul_div_half_even(i128::from(back), i128::from(on_top), i128::from(total));
        let tax = tax.unwrap_or(0);
        order.refunds = vec![Refund {
            estimated: true,
            tax_inside: order.taxes_included,
            adjustment_minor: back - tax,
            adjustment_tax_minor: tax,
            fee_returned: None,
            ..bare::refund(AMOUNT_ONLY_REFUND.to_owned(), order.placed_at, order.currency)
        }];
        order.financial_status = if stated == 0 {
            FinancialStatus::Refunded
        } else {
            FinancialStatus::PartiallyRefunded
        };
    }
}

struct Basket {
    lines: Vec<Line>,
    /// For each line what eBay collects.
    remitted: Vec<i64>,
    shipping_minor: i64,
    seller_tax_minor: i64,
    ebay_tax_minor: i64,
    buyer_fees_minor: i64,
    total_minor: Option<i64>,
    tax_in_total: bool,
}

impl Basket {
    /// A row without an item leads those of a combined order; what it states for all of them is
    /// taken where they state nothing of it themselves.
    fn of(rows: &[Row]) -> Result<Self, CellFault> {
        let lead = rows.iter().find(|row| !row.has_item());
        let items: Vec<&Row> = rows.iter().filter(|row| row.has_item()).collect();
        let Some(first) = items.first() else {
            return Err(CellFault::new(wire::ORDER, "The order's items are not in the file."));
        };
        let whole = |of: &dyn Fn(&Row) -> i64| -> i64 {
            match items.iter().map(|row| of(row)).sum() {
                0 => lead.map_or(0, of),
                sum => sum,
            }
        };
        let own_total = lead.and_then(|row| row.total_minor);
        let totals = items.iter().map(|row| row.total_minor);
        let mut basket = Self {
            lines: Vec::with_capacity(items.len()),
            remitted: Vec::with_capacity(items.len()),
            shipping_minor: whole(&|row| row.shipping_minor.unwrap_or(0)),
            seller_tax_minor: whole(&|row| row.seller_tax_minor),
            ebay_tax_minor: whole(&|row| row.ebay_tax_minor),
            buyer_fees_minor: whole(&|row| row.buyer_fees_minor),
            total_minor: own_total.or_else(|| totals.sum()),
            tax_in_total: lead.unwrap_or(first).tax_in_total,
        };
        for row in &items {
            basket.add(row)?;
        }
        let by_row: i64 = items.iter().map(|row| row.ebay_tax_minor + row.buyer_fees_minor).sum();
        let tax = basket.ebay_tax_minor + basket.buyer_fees_minor;
        let weights: Vec<i64> = basket.lines.iter().map(|line| line.price_minor).collect();
        if by_row != tax {
            basket.remitted = crate::base::split::by_weight(tax, &weights);
        }
        let seller = crate::base::split::by_weight(basket.seller_tax_minor, &weights);
        for ((line, seller), remitted) in basket.lines.iter_mut().zip(seller).zip(&basket.remitted)
        {
            line.tax_minor = Some(seller + remitted);
        }
        Ok(basket)
    }

    fn add(&mut self, row: &Row) -> Result<(), CellFault> {
        let quantity = row.quantity.filter(|quantity| *quantity > 0);
        let quantity = quantity.ok_or_else(|| {
            CellFault::new(
                wire::QUANTITY,
                "An item is sold at least once; the cell says otherwise.",
            )
        })?;
        let price = row.price_minor.filter(|price| *price >= 0);
        let price = price
            .ok_or_else(|| CellFault::new(wire::PRICE, "The item has no price of 0 or more."))?;
        let price_minor = price.checked_mul(quantity).filter(|minor| *minor < MINOR_LIMIT);
        let price_minor = price_minor
            .ok_or_else(|| CellFault::new(wire::PRICE, "Price × quantity is too large."))?;
        let id = row.transaction.clone().or_else(|| row.item.clone()).unwrap_or_default();
        let tax = row.ebay_tax_minor + row.buyer_fees_minor;
        if let Some(at) = self.lines.iter().position(|line| line.id == id) {
            self.lines[at].quantity += quantity;
            self.lines[at].price_minor += price_minor;
            self.remitted[at] += tax;
            return Ok(());
        }
        self.remitted.push(tax);
        self.lines.push(Line {
            sku: row.label.clone().or_else(|| row.item.clone()),
            title: row.title.clone(),
            quantity,
            price_minor,
            ..bare::line(id)
        });
        Ok(())
    }
}

/// Dates a refund of which only the amount is known.
pub fn date_refunds(order: &mut Order, latest: Option<crate::base::Instant>) {
    for refund in &mut order.refunds {
        refund.at = latest.unwrap_or(refund.at).max(order.placed_at);
    }
    order.tell_progress(None);
}
