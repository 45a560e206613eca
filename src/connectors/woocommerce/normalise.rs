//! REST objects → `Record`. Pure; the mapping is here and in `basket`, `refund` and `fees`, and
//! told in MAPPING.md.

use serde_json::value::RawValue;

use super::leaf::{Amounts, Problem, parse_instant, read_currency, read_list};
use super::wire::{self, Address, Element, GiftCard, Item, Metas};
use super::{basket, fees, refund, shipped};
use crate::connectors::contract::ReadCtx;
use crate::connectors::kit::decode;
use crate::domain::record::order::{CustomerIdentity, OrderFault, OrderStock, SourceTag};
use crate::domain::record::{
    FinancialStatus, Order, Payment, Record, Refund, Shipping, SourceKind,
};

const CAMPAIGN: &str = "_wc_order_attribution_utm_campaign";

/// Where an order was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    File,
    Api,
}

impl Origin {
    fn tag(self) -> SourceTag {
        let (kind, label) = match self {
            Self::File => (SourceKind::OrdersFile, "WooCommerce orders file"),
            Self::Api => (SourceKind::Api, "WooCommerce"),
        };
        SourceTag { kind, part: String::new(), label: label.to_owned(), settled: None }
    }

    /// What to say of an order that is marked refunded without a refund.
    fn unrefunded(self, id: &str) -> String {
        match self {
            Self::File => format!(
                "Order {id} is marked refunded, but the file holds no refund of it; import its \
                 refunds as well, or it counts as sold."
            ),
            Self::Api => format!(
                "Order {id} is marked refunded, but the shop knows no refund of it. Until it does, \
                 the order counts as sold."
            ),
        }
    }
}

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
    /// A status that the platform does not have by itself; the day of payment decides.
    pub unknown_status: Option<String>,
}

/// # Errors
/// The first `Problem` found.
pub fn normalise(
    element: &Element<'_>,
    origin: Origin,
    ctx: &ReadCtx,
) -> Result<Normalised, Problem> {
    match Kind::of(element) {
        Kind::Order => normalise_order(element, origin, ctx),
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
    let record = Record::Refund { order_id, refund };
    Ok(Normalised { record, notices, unknown_status: None })
}

fn normalise_order(
    element: &Element<'_>,
    origin: Origin,
    ctx: &ReadCtx,
) -> Result<Normalised, Problem> {
    let id = element.id.get().ok_or_else(|| Problem::new("id", "the order has no id"))?;
    let currency = read_currency(&element.currency, ctx)?;
    let amounts = &Amounts::new(currency);
    let mut notices = Vec::new();
    let placed_at = parse_instant(&element.date_created_gmt)
        .or_else(|| parse_instant(&element.date_paid_gmt))
        .ok_or_else(|| Problem::new("date_created_gmt", "the order has no readable day"))?;
    let modified_at = parse_instant(&element.date_modified_gmt);
    let items: Vec<Item> = read_list("line_items", element.line_items)?;
    let basket = basket::read_basket(element, &items, amounts, &mut notices)?;
    let refund_day = modified_at.unwrap_or(placed_at);
    let tax_share = (
        amounts.signed("total_tax", &element.total_tax)?,
        amounts.signed("total", &element.total)?,
    );
    let mut refunds = refund::read_embedded(
        element,
        &basket.lines,
        (refund_day, tax_share),
        amounts,
        &mut notices,
    )?;
    refund::give_restock(&mut refunds, &items);
    let (financial_status, cancelled) = read_status(element, &refunds);
    let (customer, country, region) = read_buyer(element);
    let metas = Metas::of(element.meta_data);
    let mut order = Order {
        id: id.to_owned(),
        number: element.number.get().map(str::to_owned),
        placed_at,
        cancelled_at: modified_at.filter(|_| cancelled),
        source: origin.tag(),
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
        labels: Vec::new(),
        progress: None,
        shipping_cost: None,
        refunds,
        unexplained_minor: 0,
        platform_status: Some(status_of(element).to_owned()),
        stock: OrderStock { shipped_at: shipped::at(element), cancelled_for_lack: false },
    };
    let total = amounts.signed("total", &element.total)?;
    explain_total(&mut order, total, read_gift_cards(element, amounts)?, &mut notices);
    add_payment(&mut order, element, &metas, total, &mut notices);
    if order.financial_status == FinancialStatus::Refunded && order.refunds.is_empty() {
        notices.push(origin.unrefunded(&order.id));
    }
    order.check().map_err(name_path)?;
    order.tell_progress(modified_at);
    let status = status_of(element);
    let unknown_status = (!STATUSES.contains(&status)).then(|| status.to_owned());
    Ok(Normalised { record: Record::Order(Box::new(order)), notices, unknown_status })
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

/// The platform's own; plugins add others.
const STATUSES: [&str; 12] = [
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "trash",
    "draft",
    "auto-draft",
    "checkout-draft",
    "new",
];

pub fn status_of<'a>(element: &'a Element<'_>) -> &'a str {
    element.status.get().unwrap_or_default().trim_start_matches("wc-")
}

/// Whether money came in; a paid order that was cancelled later counts (PROFIT, section 2).
fn read_status(element: &Element<'_>, refunds: &[Refund]) -> (FinancialStatus, bool) {
    let is_paid = element.date_paid_gmt.get().is_some();
    let paid =
        if refunds.is_empty() { FinancialStatus::Paid } else { FinancialStatus::PartiallyRefunded };
    match status_of(element) {
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
