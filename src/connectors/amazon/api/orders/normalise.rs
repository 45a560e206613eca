//! An order of the interface as a record: the same ids, lines and rules as the order report's
//! (`amazon/orders/order.rs`), so that both tell one order. Pure.

use super::sums::{Item, Sums};
use super::wire::{Collection, WireItem, WireOrder};
use crate::base::{Currency, Instant, Money};
use crate::connectors::amazon::api::region;
use crate::connectors::amazon::api::wire::{Amount, instant, some, unread};
use crate::connectors::amazon::marketplace;
use crate::connectors::amazon::orders::status::{Status, count_shipped};
use crate::connectors::contract::{Document, Problem, UnknownKind};
use crate::connectors::kit::bare;
use crate::domain::record::order::SourceTag;
use crate::domain::record::{FinancialStatus, Order, Payment, Record, SourceKind};

/// What one order means; a problem that leaves nothing to take in leaves no record.
pub fn normalise(wire: &WireOrder, own: Option<Currency>) -> Document {
    let mut document = Document { key: wire.order_id.clone(), ..Document::default() };
    match read(wire, own, &mut document.problems) {
        Ok(Some(order)) => document.records.push(Record::Order(Box::new(order))),
        Ok(None) => {}
        Err(problem) => document.problems.push(problem),
    }
    document
}

fn read(
    wire: &WireOrder,
    own: Option<Currency>,
    problems: &mut Vec<Problem>,
) -> Result<Option<Order>, Problem> {
    if wire.order_id.trim().is_empty() {
        return Err(unread("orderId", "The order has no number."));
    }
    let channel = channel_of(wire);
    // Amazon only ships them; their sale is told by the channel where they were bought.
    let is_shipped_only = wire.sales_channel.channel_name.eq_ignore_ascii_case("NON_AMAZON");
    if is_shipped_only || marketplace::is_mcf(&channel, &wire.order_id) {
        return Ok(None);
    }
    let name = wire.sales_channel.channel_name.as_str();
    if !name.is_empty() && !name.eq_ignore_ascii_case("AMAZON") {
        problems.push(Problem::Unknown { kind: UnknownKind::Status, name: name.to_owned() });
    }
    let placed_at = instant(Some(&wire.created_time))
        .ok_or_else(|| unread("createdTime", "The order has no day that can be read."))?;
    let market = marketplace::find(&channel);
    let currency = currency_of(wire)?
        .or_else(|| market.and_then(|market| Currency::parse(market.currency).ok()))
        .or(own)
        .ok_or_else(|| unread("proceeds", "The order names no currency."))?;
    let replaces = is_replacement(wire);
    let mut items = Vec::with_capacity(wire.order_items.len());
    for item in &wire.order_items {
        items.push(Item::read(item, currency, problems)?);
    }
    let status = settle_status(wire, (&mut items, replaces), problems);
    let stated = total(wire.proceeds.as_ref().and_then(|it| it.total.as_ref()), currency)?;
    let sums = Sums::of(&items, (market, stated), problems);
    let tips_minor = super::sums::tips(wire.proceeds.as_ref(), currency)?;
    let updated_at = instant(wire.last_updated_time.as_deref());
    let mut order = Order {
        number: number_of(wire),
        cancelled_at: (status == Status::Cancelled).then(|| updated_at.unwrap_or(placed_at)),
        financial_status: match status {
            Status::Sold => FinancialStatus::Paid,
            Status::Pending => FinancialStatus::Pending,
            Status::Cancelled => FinancialStatus::Voided,
        },
        taxes_included: sums.inside,
        marketplace_remitted_tax: is_remitted(wire, problems),
        channel: (!channel.is_empty()).then_some(channel),
        shipping: sums.shipping(),
        tips_minor,
        service_income_minor: sums.service_minor,
        service_tax_minor: sums.service_tax_minor,
        shipping_cost: is_by_amazon(wire).then(|| Money::zero(currency)),
        platform_status: wire.fulfillment.as_ref().map(|it| it.fulfillment_status.clone()),
        unexplained_minor: sums.unexplained_minor,
        lines: sums.lines,
        ..bare::order(wire.order_id.trim().to_owned(), placed_at, currency, source())
    };
    tell_stock(&mut order, wire);
    // What Amazon takes are channel fees; a payment fee of nothing keeps the rules away.
    order.payments = Vec::from_iter((status == Status::Sold).then(|| Payment {
        gateway: "amazon".to_owned(),
        amount_minor: order.owed_minor(),
        fee: Some(Money::zero(currency)),
    }));
    order.tell_progress(updated_at);
    order.check().map_err(|fault| unread(fault.field, fault.reason))?;
    Ok(Some(order))
}

/// Who sends it, what left, and whether the seller called it off for want of units.
fn tell_stock(order: &mut Order, wire: &WireOrder) {
    let word = wire.fulfillment.as_ref().map_or("", |it| it.fulfillment_status.as_str());
    let by_channel = is_by_amazon(wire);
    for line in &mut order.lines {
        line.stock.by_channel = by_channel;
        let by_word = || count_shipped(word, line.quantity);
        line.stock.shipped = line.stock.shipped.or_else(by_word);
    }
    let lacks = |item: &WireItem| {
        let done = item.cancellation.as_ref().and_then(|it| it.cancellation_execution.as_ref());
        let by_seller = done.and_then(|it| it.cancelled_by.as_deref()) == Some("MERCHANT");
        let why = done.and_then(|it| it.cancel_reason.as_deref()).unwrap_or_default();
        let why = why.to_lowercase();
        by_seller && LACKING.iter().any(|word| why.contains(word))
    };
    order.stock.cancelled_for_lack =
        order.cancelled_at.is_some() && wire.order_items.iter().any(lacks);
}

/// Of a seller's reason, in whatever spelling: `NoInventory`, `OUT_OF_STOCK`.
const LACKING: [&str; 3] = ["inventory", "stock", "unavailable"];

fn source() -> SourceTag {
    SourceTag {
        kind: SourceKind::Api,
        part: String::new(),
        label: "Amazon orders".to_owned(),
        settled: None,
    }
}

/// The marketplace's name in lower case, as settlements and reports write it.
fn channel_of(wire: &WireOrder) -> String {
    let channel = &wire.sales_channel;
    let place = channel.marketplace_id.as_deref().and_then(region::find_place);
    let by_id = place.map(|place| place.name.to_owned());
    by_id.or_else(|| some(channel.marketplace_name.as_ref())).unwrap_or_default().to_lowercase()
}

fn currency_of(wire: &WireOrder) -> Result<Option<Currency>, Problem> {
    let item_total = wire.order_items.iter().filter_map(|item| item.proceeds.as_ref());
    let mut totals = wire.proceeds.iter().chain(item_total);
    let first: Option<&Amount> = totals.find_map(|proceeds| {
        let breakdowns = proceeds.breakdowns.as_deref().unwrap_or_default();
        proceeds.total.as_ref().or_else(|| breakdowns.first().map(|it| &it.subtotal))
    });
    first.map(Amount::currency).transpose()
}

fn total(amount: Option<&Amount>, currency: Currency) -> Result<Option<i64>, Problem> {
    amount.map(|amount| amount.minor(currency, "proceeds.grandTotal")).transpose()
}

/// The seller's own number, where it is another than Amazon's.
fn number_of(wire: &WireOrder) -> Option<String> {
    let aliases = wire.order_aliases.as_deref().unwrap_or_default();
    let own = aliases.iter().find(|alias| alias.alias_type == "SELLER_ORDER_ID")?;
    some(Some(&own.alias_id)).filter(|number| *number != wire.order_id)
}

fn is_replacement(wire: &WireOrder) -> bool {
    let others = wire.associated_orders.as_deref().unwrap_or_default();
    others.iter().any(|other| other.association_type == "REPLACEMENT_ORIGINAL_ID")
}

fn is_by_amazon(wire: &WireOrder) -> bool {
    let by = wire.fulfillment.as_ref().and_then(|it| it.fulfilled_by.as_deref());
    by.is_some_and(|by| by.eq_ignore_ascii_case("AMAZON") || by.eq_ignore_ascii_case("AFN"))
}

/// Whether it was sold; of an order that was sold the cancelled items are left out.
fn settle_status(
    wire: &WireOrder,
    (items, replaces): (&mut Vec<Item>, bool),
    problems: &mut Vec<Problem>,
) -> Status {
    let word = wire.fulfillment.as_ref().map_or("", |it| it.fulfillment_status.as_str());
    let stated = Status::parse(&word.replace('_', " ")).unwrap_or_else(|| {
        // Whether it was sold is not known, so it does not count yet.
        problems.push(Problem::Unknown { kind: UnknownKind::Status, name: word.to_owned() });
        Status::Pending
    });
    if stated != Status::Sold {
        return stated;
    }
    if !items.is_empty() && items.iter().all(|item| item.cancelled) {
        return Status::Cancelled;
    }
    items.retain(|item| !item.cancelled);
    let is_unpriced = items.is_empty() || items.iter().any(|item| item.price_minor.is_none());
    match is_unpriced && !replaces {
        true => {
            problems.push(Problem::Doubt {
                what: "An order that was sold has no price yet; it does not count until Amazon \
                       tells what was paid."
                    .to_owned(),
            });
            Status::Pending
        }
        false => Status::Sold,
    }
}

/// Whether Amazon itself hands the tax on.
fn is_remitted(wire: &WireOrder, problems: &mut Vec<Problem>) -> bool {
    let of_items = wire.order_items.iter().filter_map(|item| item.tax.as_ref());
    let collections = of_items.flat_map(|tax| tax.tax_collections.as_deref().unwrap_or_default());
    let mut remitted = false;
    for Collection { model, responsible_party } in collections {
        let party = responsible_party.as_deref().unwrap_or_default().to_lowercase();
        remitted |= party.contains("amazon");
        match model.as_deref().unwrap_or_default() {
            "" | "SELLER" | "STANDARD" => {}
            "MARKETPLACE_FACILITATOR"
            | "MarketplaceFacilitator"
            | "DEEMED_RESELLER"
            | "LOW_VALUE_GOODS" => remitted = true,
            _ if remitted => {}
            other => problems
                .push(Problem::Unknown { kind: UnknownKind::Status, name: other.to_owned() }),
        }
    }
    remitted
}

/// The later of two, for who pages through orders.
pub fn later(left: Option<Instant>, right: Instant) -> Instant {
    left.map_or(right, |left| left.max(right))
}
