//! One settlement in our words: a payout whose parts add up to what Amazon states, the charges
//! that belong to no order, and what the settlement knows of each order. Pure.

mod book;
mod order;
mod refund;

use std::collections::{BTreeMap, HashMap};

use super::settlement::{Names, Settlement, Words};
use super::vocabulary::{Meaning, RESERVE};
use crate::base::{Money, money};
use crate::connectors::contract::Refusal;
use crate::connectors::kit::words::kind_of_words;
use crate::domain::record::{Charge, ChargeClass, Payout, PayoutPart, Record};
use book::{Book, Place, Posting};

/// What one settlement tells.
#[derive(Debug)]
pub struct Reading {
    pub records: Vec<Record>,
    /// Line and sentence.
    pub notices: Vec<(u64, String)>,
    /// Amounts that no table knows, each with its row and its words.
    pub unknowns: Vec<(u64, String)>,
}

/// # Errors
/// A refusal of the whole settlement: a row that cannot be read, or rows that do not add up.
pub fn read(settlement: &Settlement, names: &Names) -> Result<Reading, Refusal> {
    if let Some(fault) = &settlement.fault {
        return Err(fault.clone());
    }
    let book = Book::open(settlement, names)?;
    let mut notices = Vec::new();
    if settlement.total.is_none() {
        let sum = Money::new(book.total_minor, book.currency);
        notices.push((
            settlement.row,
            format!(
                "Settlement {} states no total; the sum of its rows, {sum}, is taken for it. \
                 Compare it with what arrived at your bank.",
                settlement.id
            ),
        ));
    }
    let mut records = vec![Record::Payout(payout(&book))];
    let mut number = 0;
    for posting in book.postings().filter(|posting| posting.is_money) {
        number += 1;
        if let Place::Charge(class) = posting.place
            && posting.minor != 0
        {
            records.push(Record::Charge(charge(&book, &posting, class, number)));
        }
    }
    for group in &book.orders {
        if let Some(order) = order::read(&book, group, &mut notices)? {
            records.push(Record::Order(Box::new(order)));
        }
    }
    notices.extend(unclassified(&book));
    let unknown = |posting: &Posting<'_>| posting.is_money && posting.is_unclassified();
    let unknowns = book
        .postings()
        .filter(|posting| unknown(posting))
        .map(|posting| (posting.row, posting.words()))
        .collect();
    Ok(Reading { records, notices, unknowns })
}

fn payout(book: &Book<'_>) -> Payout {
    let mut sums: HashMap<(&str, Words), PayoutPart> = HashMap::new();
    for posting in book.postings().filter(|posting| posting.is_money) {
        let group = group_of(&posting);
        let part = sums.entry((group, posting.key)).or_insert_with(|| PayoutPart {
            group: group.to_owned(),
            kind: posting.words(),
            amount_minor: 0,
            rows: 0,
            unclassified: posting.is_unclassified(),
        });
        part.amount_minor += posting.minor;
        part.rows += 1;
    }
    let mut parts: Vec<PayoutPart> = sums.into_values().collect();
    parts.sort_by(|left, right| (&left.group, &left.kind).cmp(&(&right.group, &right.kind)));
    debug_assert_eq!(
        parts.iter().map(|part| part.amount_minor).sum::<i64>(),
        book.total_minor,
        "the parts of a payout are its rows"
    );
    Payout {
        id: book.settlement.id.clone(),
        currency: book.currency,
        from: book.settlement.start.map(|stamp| stamp.day),
        to: book.settlement.end.map(|stamp| stamp.day),
        deposited: book.settlement.deposit.map(|stamp| stamp.day),
        status: None,
        due: None,
        stated_minor: book.total_minor,
        rows: parts.iter().map(|part| part.rows).sum(),
        parts,
        received: None,
    }
}

/// The row of the bridge from sales to deposit on which an amount stands. `withheld_tax` is the
/// only group that no order and no charge holds.
fn group_of(posting: &Posting<'_>) -> &'static str {
    if posting.is_unclassified() {
        return "unclassified";
    }
    match (posting.place, posting.meaning) {
        (Place::Withheld, _) => "withheld_tax",
        (Place::Charge(ChargeClass::PeriodFee), _) => "period_fees",
        (Place::Charge(ChargeClass::PeriodIncome), _) => "other_income",
        (Place::Charge(ChargeClass::AdvertisingPayment), _) => "advertising",
        (Place::Charge(ChargeClass::Balance), Meaning::Outside(_, RESERVE)) => "reserves",
        (Place::Charge(ChargeClass::Balance), _) => "balance",
        (Place::Charge(ChargeClass::Tax), _) => "tax",
        (Place::Charge(ChargeClass::Unclassified), _) => "unclassified",
        (_, Meaning::Income(_)) => "other_income",
        (_, Meaning::Tax | Meaning::ShippingTax | Meaning::GiftWrapTax) => "tax",
        (Place::Sale, Meaning::Fee(_)) | (Place::Refund, Meaning::Fee(_)) => "fees",
        (Place::Sale, _) => "sales",
        (Place::Refund, _) => "refunds",
    }
}

fn charge(book: &Book<'_>, posting: &Posting<'_>, class: ChargeClass, number: i64) -> Charge {
    let sku = (!posting.sku.is_empty()).then(|| posting.sku.to_owned());
    Charge {
        key: format!("{}/{number}", book.settlement.id),
        day: posting.stamp.day,
        kind: posting.kind(),
        class,
        amount: Money::new(posting.minor, book.currency),
        sku,
        payout: Some(book.settlement.id.clone()),
        label: posting.words(),
        family: family(posting, class),
        estimate: None,
    }
}

/// What an estimate of the charge, or the ad report that it pays, is known by.
fn family(posting: &Posting<'_>, class: ChargeClass) -> Option<String> {
    if class == ChargeClass::AdvertisingPayment {
        return Some("amazon".to_owned());
    }
    let family = match posting.meaning {
        Meaning::PeriodFee("storage_long_term" | "storage_long_term_tax") => "storage_long_term",
        Meaning::PeriodFee("storage" | "storage_tax") => "storage",
        Meaning::Unknown if posting.words().to_lowercase().contains("storage") => "storage",
        _ => return None,
    };
    Some(family.to_owned())
}

/// One notice for each kind of amount that no table knows.
fn unclassified(book: &Book<'_>) -> Vec<(u64, String)> {
    let mut kinds: BTreeMap<String, (u64, i64, i64)> = BTreeMap::new();
    for posting in book.postings().filter(|posting| posting.is_money && posting.is_unclassified()) {
        let (_, count, sum_minor) = kinds.entry(posting.words()).or_insert((posting.row, 0, 0));
        *count += 1;
        *sum_minor += posting.minor;
    }
    kinds
        .into_iter()
        .map(|(words, (row, count, sum_minor))| {
            let sum = money::decimal_text(sum_minor, book.currency.digits());
            let rows = if count == 1 { "row" } else { "rows" };
            let what = format!(
                "\"{words}\" is not known ({count} {rows}, {sum} {}): it is counted and shown as \
                 unclassified.",
                book.currency
            );
            (row, what)
        })
        .collect()
}

/// The kind of an amount without meaning: its description, or type and description where that
/// says more.
fn kind_of(amount_type: &str, description: &str) -> String {
    let plain = ["ItemPrice", "ItemFees", "ShipmentFees", "OrderFees", "other-transaction"];
    if description.is_empty() || plain.contains(&amount_type) {
        let words = if description.is_empty() { amount_type } else { description };
        return kind_of_words(words);
    }
    kind_of_words(&format!("{amount_type} {description}"))
}
