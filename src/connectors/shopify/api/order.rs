//! One order of Shopify's interface in our words. Pure. Amounts are those in the shop's own
//! currency; the order bears the name that Shopify's exports know it by.

use super::wire::{self, Bag, instant, minor_or_zero};
use super::{refund, shipped};
use crate::base::money::MINOR_LIMIT;
use crate::base::{Currency, Money};
use crate::connectors::contract::{Document, Problem, UnknownKind};
use crate::connectors::kit::{bare, decode};
use crate::domain::record::order::{CustomerIdentity, LineStock, SourceTag};
use crate::domain::record::{FinancialStatus, Line, Order, Payment, Record, Shipping, SourceKind};

const LABEL: &str = "Shopify";
const GIFT_CARD: &str = "gift_card";
const UNEXPLAINED: &str = "The total of an order differs from what its parts add up to (an edited \
    order or cash rounding, most often); the difference is shown and in no figure.";

/// An order with its refunds; of one that cannot be read, why.
pub fn normalise(order: &wire::Order, refunds: &[wire::Refund]) -> Document {
    let mut problems = Vec::new();
    let read = read(order, refunds, &mut problems).and_then(|read| {
        read.check().map_err(|fault| fault.to_string())?;
        Ok(vec![Record::Order(Box::new(read))])
    });
    let records = read.unwrap_or_else(|what| {
        problems.push(Problem::Unread { path: order.name.clone(), what });
        Vec::new()
    });
    Document { records, problems, ..Document::default() }
}

fn read(
    theirs: &wire::Order,
    refunds: &[wire::Refund],
    problems: &mut Vec<Problem>,
) -> Result<Order, String> {
    let currency = Currency::parse(&theirs.currency_code).map_err(|fault| fault.to_string())?;
    let placed_at = theirs.processed_at.as_deref().unwrap_or(&theirs.created_at);
    let source = SourceTag {
        kind: SourceKind::Api,
        part: String::new(),
        label: LABEL.to_owned(),
        settled: None,
    };
    let bare = bare::order(theirs.name.clone(), instant(placed_at)?, currency, source);
    let mut order = Order {
        number: Some(theirs.name.clone()),
        cancelled_at: theirs.cancelled_at.as_deref().map(instant).transpose()?,
        test: theirs.test,
        taxes_included: theirs.taxes_included,
        channel: Some("shopify".to_owned()),
        customer: CustomerIdentity {
            platform_id: theirs
                .customer
                .as_ref()
                .map(|customer| ("shopify", customer.number().to_owned())),
            ..CustomerIdentity::default()
        },
        ..bare
    };
    (order.country, order.region) = destination(theirs);
    add_status(&mut order, theirs, problems);
    add_lines(&mut order, theirs)?;
    add_others(&mut order, theirs)?;
    tell_remitted(&mut order, theirs, problems)?;
    add_payments(&mut order, theirs, problems)?;
    order.unexplained_minor = find_shipping(&mut order, theirs)?;
    if order.unexplained_minor != 0 {
        problems.push(Problem::Doubt { what: UNEXPLAINED.to_owned() });
    }
    refund::add(&mut order, theirs, refunds, problems)?;
    shipped::tell(&mut order, theirs, refunds);
    let updated_at = theirs.updated_at.as_deref().map(instant).transpose()?;
    order.tell_progress(updated_at);
    Ok(order)
}

fn destination(theirs: &wire::Order) -> (Option<String>, Option<String>) {
    let addresses = [&theirs.shipping_address, &theirs.billing_address];
    let known = addresses.into_iter().flatten().find_map(|address| {
        let country = decode::country(address.country_code_v2.as_deref()?)?;
        Some((country, address.province_code.as_deref().and_then(decode::some)))
    });
    known.map_or((None, None), |(country, region)| (Some(country), region))
}

fn add_status(order: &mut Order, theirs: &wire::Order, problems: &mut Vec<Problem>) {
    let text = theirs.display_financial_status.as_deref().unwrap_or_default();
    let is_paid = || theirs.transactions.iter().any(|paid| moved(paid, theirs.test) > 0);
    order.financial_status = match text {
        "PAID" => FinancialStatus::Paid,
        "PARTIALLY_REFUNDED" => FinancialStatus::PartiallyRefunded,
        "REFUNDED" => FinancialStatus::Refunded,
        "PARTIALLY_PAID" => FinancialStatus::PartiallyPaid,
        "AUTHORIZED" => FinancialStatus::Authorized,
        "PENDING" => FinancialStatus::Pending,
        // An authorisation that ran out took no money.
        "VOIDED" | "EXPIRED" => FinancialStatus::Voided,
        other => {
            if !other.is_empty() {
                let name: String = other.chars().take(40).collect();
                order.platform_status = Some(name.to_lowercase());
                problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
            }
            match is_paid() {
                true => FinancialStatus::Paid,
                false => FinancialStatus::Pending,
            }
        }
    };
}

fn add_lines(order: &mut Order, theirs: &wire::Order) -> Result<(), String> {
    let tips = minor_or_zero(theirs.total_tip_received_set.as_ref(), order.currency)?;
    let mut tip_lines = Vec::new();
    for line in &theirs.line_items.nodes {
        let read = read_line(line, order.currency)?;
        if order.lines.iter().chain(&tip_lines).any(|known: &Line| known.id == read.id) {
            continue;
        }
        let is_tip = line.name.as_deref() == Some("Tip") && !line.requires_shipping && tips > 0;
        if is_tip { &mut tip_lines } else { &mut order.lines }.push(read);
    }
    let sum: i64 = tip_lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    if sum == tips {
        tip_lines.clear();
    }
    // Something that is only called so is goods.
    order.lines.append(&mut tip_lines);
    // In one go they come in any order.
    order.lines.sort_by_key(|line| line.id.parse::<u64>().unwrap_or(0));
    order.tips_minor = tips;
    Ok(())
}

fn read_line(line: &wire::Line, currency: Currency) -> Result<Line, String> {
    let unit = line.original_unit_price_set.minor(currency)?;
    let price = unit.checked_mul(line.quantity).filter(|price| *price < MINOR_LIMIT);
    let discounts = line.discount_allocations.iter().map(|part| &part.allocated_amount_set);
    Ok(Line {
        sku: line.sku.as_deref().and_then(decode::some),
        title: line.name.as_deref().and_then(decode::some),
        quantity: line.quantity,
        price_minor: price.ok_or("price × quantity is too large an amount")?,
        discount_minor: sum(discounts, currency)?,
        tax_minor: Some(tax(&line.tax_lines, currency)?),
        gift_card: line.is_gift_card,
        stock: LineStock { listing: shipped::listing_of(line), ..LineStock::default() },
        ..bare::line(wire::number_of(&line.id).to_owned())
    })
}

fn sum<'a>(bags: impl Iterator<Item = &'a Bag>, currency: Currency) -> Result<i64, String> {
    bags.map(|bag| bag.minor(currency)).sum()
}

fn tax(lines: &[wire::TaxLine], currency: Currency) -> Result<i64, String> {
    sum(lines.iter().map(|line| &line.price_set), currency)
}

/// Duties and further fees that the buyer paid.
fn add_others(order: &mut Order, theirs: &wire::Order) -> Result<(), String> {
    let currency = order.currency;
    order.duties_minor = minor_or_zero(theirs.original_total_duties_set.as_ref(), currency)?;
    for fee in &theirs.additional_fees {
        let (price, tax) = (fee.price.minor(currency)?, tax(&fee.tax_lines, currency)?);
        order.service_income_minor += if order.taxes_included { price - tax } else { price };
        order.service_tax_minor += tax;
    }
    Ok(())
}

/// The shipping, and what of the total no part explains. A shipping line that was taken off later
/// belongs to the total or not; the total says which.
fn find_shipping(order: &mut Order, theirs: &wire::Order) -> Result<i64, String> {
    let total = theirs.total_price_set.minor(order.currency)?;
    let mut rests = Vec::new();
    for with_removed in [false, true] {
        let lines = theirs.shipping_lines.nodes.iter();
        let lines = lines.filter(|line| with_removed || !line.is_removed);
        let shipping = read_shipping(lines, order.currency)?;
        order.shipping = shipping.clone();
        rests.push((total - parts_of(order), shipping));
    }
    let best = rests.into_iter().min_by_key(|(rest, _)| rest.abs());
    let (rest, shipping) = best.unwrap_or_default();
    order.shipping = shipping;
    Ok(rest)
}

fn read_shipping<'a>(
    lines: impl Iterator<Item = &'a wire::ShippingLine>,
    currency: Currency,
) -> Result<Shipping, String> {
    let mut shipping = Shipping { tax_minor: Some(0), ..Shipping::default() };
    for line in lines {
        let charged = line.discounted_price_set.minor(currency)?;
        let price = line.original_price_set.as_ref().map(|bag| bag.minor(currency)).transpose()?;
        let price = price.unwrap_or(charged).max(charged);
        shipping.price_minor += price;
        shipping.discount_minor += price - charged;
        let tax = tax(&line.tax_lines, currency)?;
        shipping.tax_minor = shipping.tax_minor.map(|sum| sum + tax);
    }
    Ok(shipping)
}

/// What the parts of an order add up to.
fn parts_of(order: &Order) -> i64 {
    let goods: i64 = order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum();
    let taxes: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    let shipping = order.shipping.price_minor - order.shipping.discount_minor;
    let taxes = taxes + order.shipping.tax_minor.unwrap_or(0);
    let others = order.tips_minor
        + order.duties_minor
        + order.service_income_minor
        + order.service_tax_minor;
    goods + shipping + others + if order.taxes_included { 0 } else { taxes }
}

/// Tax for which the channel is liable never reaches the seller.
fn tell_remitted(
    order: &mut Order,
    theirs: &wire::Order,
    problems: &mut Vec<Problem>,
) -> Result<(), String> {
    let of_lines = theirs.line_items.nodes.iter().flat_map(|line| &line.tax_lines);
    let of_shipping = theirs.shipping_lines.nodes.iter().flat_map(|line| &line.tax_lines);
    let (mut remitted, mut own) = (false, false);
    for line in of_lines.chain(of_shipping) {
        if line.price_set.minor(order.currency)? != 0 {
            let is_channels = line.channel_liable == Some(true);
            (remitted, own) = (remitted || is_channels, own || !is_channels);
        }
    }
    order.marketplace_remitted_tax = remitted && !own;
    if remitted && own {
        let what = "The channel is liable for a part of an order's tax; all of it stands as the \
                    shop's own.";
        problems.push(Problem::Doubt { what: what.to_owned() });
    }
    Ok(())
}

/// The sign of what a transaction moved towards the shop; 0 where it moved nothing.
pub fn moved(paid: &wire::Transaction, is_test_order: bool) -> i64 {
    if paid.status != "SUCCESS" || (paid.test && !is_test_order) {
        return 0;
    }
    match paid.kind.as_str() {
        "SALE" | "CAPTURE" => 1,
        "REFUND" | "CHANGE" => -1,
        _ => 0,
    }
}

const KINDS: [&str; 8] = [
    "AUTHORIZATION",
    "CAPTURE",
    "CHANGE",
    "EMV_AUTHORIZATION",
    "REFUND",
    "SALE",
    "SUGGESTED_REFUND",
    "VOID",
];
const STATUSES: [&str; 6] =
    ["AWAITING_RESPONSE", "ERROR", "FAILURE", "PENDING", "SUCCESS", "UNKNOWN"];

/// Tells a kind or a state of a transaction that we do not know; it moves nothing then.
pub fn tell_unknown(paid: &wire::Transaction, problems: &mut Vec<Problem>) {
    let mut tell = |kind, name: &str, known: &[&str]| {
        if !known.contains(&name) {
            let name = name.chars().take(40).collect();
            problems.push(Problem::Unknown { kind, name });
        }
    };
    tell(UnknownKind::Transaction, &paid.kind, &KINDS);
    tell(UnknownKind::Status, &paid.status, &STATUSES);
}

/// `Shopify Payments` → `shopify_payments`, as rules write a gateway.
pub fn gateway_of(paid: &wire::Transaction) -> String {
    let name = paid.gateway.as_deref().unwrap_or("unknown");
    name.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase()
}

fn add_payments(
    order: &mut Order,
    theirs: &wire::Order,
    problems: &mut Vec<Problem>,
) -> Result<(), String> {
    for paid in &theirs.transactions {
        tell_unknown(paid, problems);
        let sign = moved(paid, theirs.test);
        if sign == 0 || paid.kind == "REFUND" {
            continue;
        }
        let amount_minor = sign * paid.amount_set.minor(order.currency)?;
        let gateway = gateway_of(paid);
        if gateway == GIFT_CARD {
            order.gift_card_paid_minor += amount_minor;
            continue;
        }
        let fee = fee_of(paid, order.currency)?;
        // Change that was handed out comes off what was paid in cash.
        let own = order.payments.iter_mut().find(|known| known.gateway == gateway);
        match own.filter(|_| amount_minor < 0) {
            Some(known) => known.amount_minor += amount_minor,
            None => order.payments.push(Payment { gateway, amount_minor, fee }),
        }
    }
    Ok(())
}

/// The fee as Shopify tells it beside the payment, until the balance tells it for good; `None`
/// where none is told.
fn fee_of(paid: &wire::Transaction, currency: Currency) -> Result<Option<Money>, String> {
    let mut whole: Option<Money> = None;
    for fee in &paid.fees {
        let fee = fee.amount.own(currency)?;
        whole = Some(match whole {
            Some(sum) => sum.checked_add(fee).map_err(|fault| fault.to_string())?,
            None => fee,
        });
    }
    Ok(whole)
}
