//! REST objects → `Record`. Pure; the mapping is here and in `refund` and `fees`, and told in
//! MAPPING.md.

use std::cell::Cell;

use serde_json::value::RawValue;

use super::wire::{self, Address, Element, Extra, GiftCard, Item, Metas, Text};
use super::{fees, refund, text};
use crate::base::money::MINOR_LIMIT;
use crate::base::split::Split;
use crate::base::{Currency, Decimal, Instant};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::decode;
use crate::domain::record::order::{CustomerIdentity, OrderFault, SourceTag};
use crate::domain::record::{
    FinancialStatus, Line, Order, Payment, Record, Refund, Shipping, SourceKind,
};

const LABEL: &str = "WooCommerce orders file";
const CAMPAIGN: &str = "_wc_order_attribution_utm_campaign";

/// What an element is, before it is looked into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Order,
    Refund,
    Neither,
}

impl Kind {
    pub fn of(element: &Element<'_>) -> Self {
        if element.amount.get().is_some() {
            Self::Refund
        } else if element.line_items.is_some() && element.total.get().is_some() {
            Self::Order
        } else {
            Self::Neither
        }
    }
}

pub struct Normalised {
    pub record: Record,
    pub notices: Vec<String>,
}

/// Why the element is refused, and where in it.
#[derive(Debug)]
pub struct Problem {
    pub path: String,
    pub reason: String,
}

impl Problem {
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// # Errors
/// The first `Problem` found.
pub fn normalise(element: &Element<'_>, ctx: &ReadCtx) -> Result<Normalised, Problem> {
    match Kind::of(element) {
        Kind::Order => normalise_order(element, ctx),
        Kind::Refund => normalise_refund(element, ctx),
        Kind::Neither => {
            Err(Problem::new("", "it is neither an order nor a refund of WooCommerce's REST API"))
        }
    }
}

/// A refund without its order: the order's lines are not at hand, nor what was restocked.
fn normalise_refund(element: &Element<'_>, ctx: &ReadCtx) -> Result<Normalised, Problem> {
    let order_id = wire::parent_of(element).ok_or_else(|| {
        Problem::new("_links.up", "the refund does not say which order it belongs to")
    })?;
    let amounts = &Amounts::new(read_currency(&element.currency, ctx)?);
    let at = parse_instant(&element.date_created_gmt)
        .ok_or_else(|| Problem::new("date_created_gmt", "the refund has no readable day"))?;
    let mut notices = Vec::new();
    let refund = refund::read_full(element, at, &|_| true, amounts, "", &mut notices)?;
    Ok(Normalised { record: Record::Refund { order_id, refund }, notices })
}

fn normalise_order(element: &Element<'_>, ctx: &ReadCtx) -> Result<Normalised, Problem> {
    let id = element.id.get().ok_or_else(|| Problem::new("id", "the order has no id"))?;
    let currency = read_currency(&element.currency, ctx)?;
    let amounts = &Amounts::new(currency);
    let mut notices = Vec::new();
    let placed_at = parse_instant(&element.date_created_gmt)
        .or_else(|| parse_instant(&element.date_paid_gmt))
        .ok_or_else(|| Problem::new("date_created_gmt", "the order has no readable day"))?;
    let modified_at = parse_instant(&element.date_modified_gmt);
    let items: Vec<Item> = read_list("line_items", element.line_items)?;
    let basket = read_basket(element, &items, amounts, &mut notices)?;
    let refund_day = modified_at.unwrap_or(placed_at);
    let mut refunds =
        refund::read_embedded(element, &basket.lines, refund_day, amounts, &mut notices)?;
    refund::give_restock(&mut refunds, &items);
    let (financial_status, cancelled) = read_status(element, &refunds);
    let (customer, country, region) = read_buyer(element);
    let metas = Metas::of(element.meta_data);
    let mut order = Order {
        id: id.to_owned(),
        number: element.number.get().map(str::to_owned),
        placed_at,
        cancelled_at: modified_at.filter(|_| cancelled),
        source: SourceTag {
            kind: SourceKind::OrdersFile,
            part: String::new(),
            label: LABEL.to_owned(),
        },
        financial_status,
        test: false,
        currency,
        taxes_included: false,
        marketplace_remitted_tax: false,
        country,
        region,
        customer,
        campaign: metas.text(CAMPAIGN),
        channel: Some("woocommerce".to_owned()),
        lines: basket.lines,
        order_discount_minor: basket.order_discount,
        shipping: Shipping {
            price_minor: basket.shipping,
            discount_minor: 0,
            tax_minor: Some(basket.shipping_tax),
        },
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: basket.service,
        service_tax_minor: basket.service_tax,
        gift_card_paid_minor: 0,
        payments: Vec::new(),
        fees: Vec::new(),
        shipping_cost: None,
        refunds,
        unexplained_minor: 0,
    };
    let total = amounts.signed("total", &element.total)?;
    explain_total(&mut order, total, read_gift_cards(element, amounts)?, &mut notices);
    add_payment(&mut order, element, &metas, total, &mut notices);
    if order.financial_status == FinancialStatus::Refunded && order.refunds.is_empty() {
        notices.push(format!(
            "Order {} is marked refunded, but the file holds no refund of it; import its refunds \
             as well, or it counts as sold.",
            order.id
        ));
    }
    order.check().map_err(name_path)?;
    Ok(Normalised { record: Record::Order(Box::new(order)), notices })
}

/// What was bought and charged, without tax, and the taxes, tied to the order's own total of them.
struct Basket {
    lines: Vec<Line>,
    order_discount: i64,
    shipping: i64,
    shipping_tax: i64,
    service: i64,
    service_tax: i64,
}

fn read_basket(
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
        } else if let Some(line) = read_line(item, &path, total, tax, amounts)? {
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
        added_at: None,
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

fn read_gift_cards(element: &Element<'_>, amounts: &Amounts) -> Result<i64, Problem> {
    let cards: Vec<GiftCard> = read_list("gift_cards", element.gift_cards)?;
    let mut sum = 0;
    for (index, card) in cards.iter().enumerate() {
        sum += amounts.signed(&format!("gift_cards[{index}].amount"), &card.amount)?.abs();
    }
    Ok(sum)
}

/// A total below its parts is what gift cards paid, as far as the order says so; any other
/// difference is kept and told.
fn explain_total(order: &mut Order, total: i64, gift_cards: i64, notices: &mut Vec<String>) {
    let lines: i64 = order
        .lines
        .iter()
        .map(|line| line.price_minor - line.discount_minor + line.tax_minor.unwrap_or(0))
        .sum();
    let explained = lines - order.order_discount_minor
        + order.shipping.price_minor
        + order.shipping.tax_minor.unwrap_or(0)
        + order.service_income_minor
        + order.service_tax_minor;
    let rest = total - explained;
    order.gift_card_paid_minor = gift_cards.min((-rest).max(0));
    order.unexplained_minor = rest + order.gift_card_paid_minor;
    if order.unexplained_minor != 0 {
        notices.push(format!(
            "Order {}: its total differs by {} from what its parts add up to; the difference is \
             shown and in no figure.",
            order.id,
            order.money(order.unexplained_minor)
        ));
    }
}

/// Whether money came in; a paid order that was cancelled later counts (PROFIT, section 2).
fn read_status(element: &Element<'_>, refunds: &[Refund]) -> (FinancialStatus, bool) {
    let is_paid = element.date_paid_gmt.get().is_some();
    let paid =
        if refunds.is_empty() { FinancialStatus::Paid } else { FinancialStatus::PartiallyRefunded };
    match element.status.get().unwrap_or_default().trim_start_matches("wc-") {
        "refunded" => (FinancialStatus::Refunded, false),
        "failed" => (FinancialStatus::Failed, false),
        "cancelled" if is_paid => (paid, true),
        "cancelled" => (FinancialStatus::Voided, true),
        "trash" => (FinancialStatus::Voided, false),
        // Shops that were moved here have finished orders without a day of payment.
        "completed" => (paid, false),
        _ if is_paid => (paid, false),
        _ => (FinancialStatus::Pending, false),
    }
}

fn read_buyer(element: &Element<'_>) -> (CustomerIdentity, Option<String>, Option<String>) {
    // PHP writes an empty address as an empty list.
    let address = |raw: Option<&RawValue>| -> Address {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
    };
    let (billing, shipping) = (address(element.billing), address(element.shipping));
    let customer_id = element.customer_id.get().filter(|id| *id != "0");
    let customer = CustomerIdentity {
        email: billing.email.get().map(str::to_owned),
        reference: None,
        platform_id: customer_id.map(|id| ("woocommerce", id.to_owned())),
    };
    let country_of = |address: &Address| decode::country(address.country.get().unwrap_or_default());
    let shipped = country_of(&shipping);
    let destination = if shipped.is_some() { &shipping } else { &billing };
    let country = shipped.or_else(|| country_of(&billing));
    let region = destination.state.get().map(str::to_owned).filter(|_| country.is_some());
    (customer, country, region)
}

fn add_payment(
    order: &mut Order,
    element: &Element<'_>,
    metas: &Metas,
    total: i64,
    notices: &mut Vec<String>,
) {
    if !order.counts() || total <= 0 {
        return;
    }
    let (found, passed_over) = fees::find(metas, order.currency, total);
    for one in passed_over {
        notices.push(format!(
            "Order {}: the payment fee in {} is not a plausible one and was left out.",
            order.id, one.key
        ));
    }
    let by_fee = found.as_ref().map(|found| found.gateway);
    if let Some(gateway) = element.payment_method.get().or(by_fee) {
        let fee = found.map(|found| found.fee);
        order.payments.push(Payment { gateway: gateway.to_owned(), amount_minor: total, fee });
    }
}

/// Reads amounts in one currency and names the path of what is none.
pub struct Amounts {
    currency: Currency,
    /// The absolute sum of all amounts read: while it is small enough, no sum of some can overflow.
    seen: Cell<i64>,
}

/// All amounts of one order together, each of them possibly told several times over.
const SEEN_MAX: i64 = 100 * MINOR_LIMIT;

impl Amounts {
    pub fn new(currency: Currency) -> Self {
        Self { currency, seen: Cell::new(0) }
    }

    /// Also a negative one; an absent one is 0.
    ///
    /// # Errors
    /// A `Problem` at `path`.
    pub fn signed(&self, path: &str, text: &Text) -> Result<i64, Problem> {
        let Some(text) = text.get() else { return Ok(0) };
        let minor =
            decode::minor(text, self.currency).map_err(|reason| Problem::new(path, reason))?;
        self.seen.set(self.seen.get().saturating_add(minor.abs()));
        if self.seen.get() > SEEN_MAX {
            return Err(Problem::new(path, "the amounts add up to more than can be kept"));
        }
        Ok(minor)
    }
}

/// # Errors
/// A `Problem` at `path` where it is no list, or not of what belongs there.
pub fn read_list<'a, T: serde::Deserialize<'a>>(
    path: &str,
    raw: Option<&'a RawValue>,
) -> Result<Vec<T>, Problem> {
    wire::list(raw).map_err(|_| Problem::new(path, "it is not a list as WooCommerce writes it"))
}

/// An absent quantity is 0; `2.0` is 2.
///
/// # Errors
/// A `Problem` at `path`.
pub fn whole_units(path: &str, text: &Text) -> Result<i64, Problem> {
    let Some(text) = text.get() else { return Ok(0) };
    let whole = Decimal::parse(text).ok().and_then(|quantity| match quantity.parts() {
        (units, 1) => i64::try_from(units).ok(),
        _ => None,
    });
    whole.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        Problem::new(path, format!("{shown:?} is no quantity; quantities are whole units here"))
    })
}

/// A day of the API, which is in UTC without saying so.
pub fn parse_instant(text: &Text) -> Option<Instant> {
    let text = text.get()?;
    Instant::parse(&format!("{text}Z")).or_else(|_| Instant::parse(text)).ok()
}

fn read_currency(text: &Text, ctx: &ReadCtx) -> Result<Currency, Problem> {
    match (text.get(), ctx.currency) {
        (Some(code), _) => Currency::parse(&code.to_ascii_uppercase())
            .map_err(|fault| Problem::new("currency", fault.to_string())),
        (None, Some(currency)) => Ok(currency),
        (None, None) => {
            let reason = "no currency is told; name it with the import (--currency EUR)";
            Err(Problem::new("currency", reason))
        }
    }
}

/// Where `Order::check` found the fault, in WooCommerce's words.
fn name_path(fault: OrderFault) -> Problem {
    let path = match fault.field {
        "order_discount" => "fee_lines",
        "shipping.discount" | "shipping.tax" => "shipping_lines",
        "refunds.id" | "refunds.lines.line_id" => "refunds",
        _ => "line_items",
    };
    Problem::new(path, fault.reason)
}

#[cfg(test)]
mod tests;
