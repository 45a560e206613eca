//! A transaction as a settlement of one: put into a settlement's rows and read by the settlement's
//! own reader, so that nothing means one thing here and another there. It is a first word: an
//! order's part gives way to a settlement's, a charge to a payout that covers its day. Pure.

use serde_json::value::RawValue;

use super::wire::{WireItem, WireTransaction, scrub};
use super::words::{self, Words};
use crate::base::{Currency, Zone};
use crate::connectors::amazon::api::region;
use crate::connectors::amazon::api::wire::{Amount, read, some, unread};
use crate::connectors::amazon::normalise::{self, Reading};
use crate::connectors::amazon::settlement::{Entry, Names, Settlement};
use crate::connectors::amazon::value::{Number, Stamp};
use crate::connectors::contract::{Document, Problem, Raw, UnknownKind};
use crate::connectors::kit::words::kind_of_words;
use crate::domain::record::order::{Progress, Settled};
use crate::domain::record::{GivesWay, Order, Record, SourceKind};

/// How the parts of orders and the keys of charges begin.
const PREFIX: &str = "finances";

/// What one transaction means.
pub fn document(raw: &RawValue, zone: &Zone) -> Document {
    let bytes = scrub(raw.get());
    let mut document = Document { raw: Some(Raw::json(bytes)), ..Document::default() };
    let wire: WireTransaction = match read(raw) {
        Ok(wire) => wire,
        Err(problem) => {
            document.key = "a transaction without a shape".to_owned();
            document.problems.push(problem);
            return document;
        }
    };
    document.key = key_of(&wire);
    let name = wire.status();
    if !["RELEASED", "DEFERRED", "DEFERRED_RELEASED", ""].contains(&name.as_str()) {
        document.problems.push(Problem::Unknown { kind: UnknownKind::Status, name });
    }
    match records(&wire, zone, &mut document.problems) {
        Ok(records) => document.records = records,
        Err(problem) => document.problems.push(problem),
    }
    document
}

/// One sale has one key, whether it is told when it was put off, when it was let go, or as the
/// transaction that let it go: the three are never added up.
fn key_of(wire: &WireTransaction) -> String {
    let own = some(wire.transaction_id.as_ref());
    let first = wire.related("DEFERRED_TRANSACTION_ID").map(str::to_owned);
    first.or(own).unwrap_or_else(|| {
        let amount = wire.total_amount.as_ref();
        let amount = amount.map(|it| format!("{} {}", it.amount.0, it.currency));
        format!(
            "{} {} {} {}",
            wire.kind(),
            wire.posted_date.as_deref().unwrap_or_default(),
            wire.related("ORDER_ID").unwrap_or_default(),
            amount.unwrap_or_default()
        )
    })
}

fn records(
    wire: &WireTransaction,
    zone: &Zone,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Record>, Problem> {
    let total = wire
        .total_amount
        .as_ref()
        .ok_or_else(|| unread("totalAmount", "The transaction names no amount."))?;
    let currency = total.currency()?;
    let posted = wire.posted_date.as_deref().unwrap_or_default();
    let stamp = Stamp::parse(posted, zone).map_err(|what| unread("postedDate", what))?;
    let mut names = Names::new();
    let mut settlement = Settlement::empty(format!("{PREFIX}/{}", key_of(wire)));
    settlement.currency = Some(currency);
    settlement.end = Some(stamp);
    settlement.total = Some(number(total, currency, "totalAmount")?);
    settlement.entries = entries(wire, (total, currency, stamp), &mut names)?;
    let reading = normalise::read(&settlement, &names)
        .map_err(|refusal| unread("breakdowns", refusal.reason))?;
    let Reading { records, unknowns, .. } = reading;
    problems.extend(
        unknowns.into_iter().map(|(_, name)| Problem::Unknown { kind: UnknownKind::Fee, name }),
    );
    Ok(records.into_iter().filter_map(|record| to_first_word(record, wire)).collect())
}

/// The amounts of the items where these are all that was moved, else those of the whole.
fn entries(
    wire: &WireTransaction,
    (total, currency, stamp): (&Amount, Currency, Stamp),
    names: &mut Names,
) -> Result<Vec<Entry>, Problem> {
    let total_minor = total.minor(currency, "totalAmount")?;
    let items = wire.items.as_deref().unwrap_or_default();
    let mut rows: Vec<(Words, &Amount, Option<&WireItem>)> = Vec::new();
    for item in items {
        let tree = &item.breakdowns.0;
        let mut found = Vec::new();
        words::flatten(wire.kind(), tree, &mut found).map_err(|what| unread("items", what))?;
        rows.extend(found.into_iter().map(|(words, amount)| (words, amount, Some(item))));
    }
    if sum(&rows, currency)? != Some(total_minor) || rows.is_empty() {
        let tree = &wire.breakdowns.0;
        let mut found = Vec::new();
        words::flatten(wire.kind(), tree, &mut found).map_err(|what| unread("breakdowns", what))?;
        let whole: Vec<_> =
            found.into_iter().map(|(words, amount)| (words, amount, items.first())).collect();
        // What adds up neither way is refused by the reader of settlements, as a file would be.
        if !whole.is_empty() {
            rows = whole;
        }
    }
    if rows.is_empty() && total_minor != 0 {
        return Err(unread("breakdowns", "The transaction does not say what its amount is for."));
    }
    let order = wire.related("ORDER_ID").unwrap_or_default();
    let adjustment = wire.related("REFUND_ID").unwrap_or_default();
    let marketplace = marketplace_of(wire);
    let mut entries = Vec::with_capacity(rows.len());
    for (index, ((transaction, amount_type, description), amount, item)) in
        rows.into_iter().enumerate()
    {
        let product = item.and_then(WireItem::product);
        let sku = product.and_then(|product| product.sku.as_deref()).unwrap_or_default();
        let units = product.and_then(|product| product.quantity_shipped.as_ref());
        // As in a settlement the units stand beside the price, and there alone.
        let is_price = (amount_type.as_str(), description.as_str()) == ("ItemPrice", "Principal");
        let units = units.and_then(|text| text.0.parse::<i64>().ok()).filter(|_| is_price);
        entries.push(Entry {
            row: index as u64 + 1,
            words: names.words(&transaction, &amount_type, &description),
            order: names.keep(order),
            adjustment: names.keep(adjustment),
            marketplace: names.keep(&marketplace),
            item: names.keep(""),
            sku: names.keep(sku.trim()),
            posted: Some(stamp),
            quantity: units.unwrap_or(0).clamp(0, 1_000_000_000),
            number: Some(number(amount, currency, "breakdowns")?),
        });
    }
    Ok(entries)
}

fn sum(
    rows: &[(Words, &Amount, Option<&WireItem>)],
    currency: Currency,
) -> Result<Option<i64>, Problem> {
    let mut sum: Option<i64> = Some(0);
    for (_, amount, _) in rows {
        sum = sum.and_then(|sum| sum.checked_add(amount.minor(currency, "items").ok()?));
    }
    Ok(sum)
}

/// By way of minor units, so that nothing of the amount's spelling matters.
fn number(amount: &Amount, currency: Currency, path: &str) -> Result<Number, Problem> {
    let mantissa = amount.minor(currency, path)?;
    let scale = u8::try_from(currency.digits()).unwrap_or_default();
    Ok(Number { mantissa, scale })
}

fn marketplace_of(wire: &WireTransaction) -> String {
    let Some(details) = &wire.marketplace_details else { return String::new() };
    let place = details.marketplace_id.as_deref().and_then(region::find_place);
    let by_id = place.map(|place| place.name.to_owned());
    by_id.or_else(|| some(details.marketplace_name.as_ref())).unwrap_or_default()
}

/// A settlement's record as what it is before there is a settlement.
fn to_first_word(record: Record, wire: &WireTransaction) -> Option<Record> {
    match record {
        Record::Order(order) => Some(Record::Order(Box::new(order_part(*order, wire)))),
        Record::Charge(mut charge) => {
            charge.payout = None;
            charge.estimate = Some(GivesWay::ToPayout);
            if charge.kind == "unknown" {
                charge.kind = kind_of_words(wire.kind());
            }
            Some(Record::Charge(charge))
        }
        // There is no payout of one transaction.
        _ => None,
    }
}

fn order_part(mut order: Order, wire: &WireTransaction) -> Order {
    order.source.kind = SourceKind::Api;
    order.source.label = "Amazon finances".to_owned();
    let withheld_minor = order.source.settled.as_ref().map_or(0, |it| it.withheld_minor);
    order.source.settled =
        Some(Settled { withheld_minor, provisional: true, ..Settled::default() });
    order.platform_status = some(wire.transaction_status.as_ref());
    // The transaction that lets a sale go is later than the sale; the sale's own day counts.
    let lets_go = wire.related("DEFERRED_TRANSACTION_ID").is_some();
    let stage = match wire.status().as_str() {
        _ if lets_go => 0,
        "DEFERRED" => 1,
        _ => 2,
    };
    order.progress = Some(Progress {
        updated_at: None,
        given_back_minor: 0,
        given_back_by: None,
        cancelled: false,
        stage,
    });
    order
}
