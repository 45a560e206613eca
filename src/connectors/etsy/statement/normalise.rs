//! One row of a statement in our words: what it tells of its order, or the charge that it is. Pure.

use super::vocabulary::{FeeMeaning, Meaning};
use super::wire::Row;
use crate::base::{Day, Instant, Money};
use crate::connectors::etsy::{BARE_LINE, SLUG};
use crate::connectors::kit::{bare, country};
use crate::domain::record::order::{Settled, SourceTag};
use crate::domain::record::{
    Charge, ChargeClass, Fee, FeeClass, Line, Order, Payment, Record, SourceKind,
};

/// A row with what its file says around it.
pub struct Booked<'a> {
    pub row: &'a Row,
    pub day: Day,
    pub at: Instant,
    pub meaning: &'a Meaning,
    pub order: Option<&'a str>,
    /// Tells it from every other row of every statement.
    pub key: String,
}

/// `None` for a row that moves nothing.
pub fn normalise(booked: Booked<'_>) -> Option<Record> {
    let row = booked.row;
    match booked.order {
        _ if row.net_minor == 0 => None,
        Some(order) if is_of_order(booked.meaning) => {
            Some(Record::Order(Box::new(document(&booked, order))))
        }
        _ => Some(Record::Charge(charge(booked))),
    }
}

fn is_of_order(meaning: &Meaning) -> bool {
    !matches!(meaning, Meaning::Outside(..) | Meaning::Deposit)
}

/// What one row tells of an order. The payment holds whatever tax the buyer paid, so prices are
/// with tax; how much of it is tax another row says, or none does.
fn document(booked: &Booked<'_>, order: &str) -> Order {
    let row = booked.row;
    // Tax that the buyer paid: Etsy takes it out of the payment and hands it on.
    let withheld_minor = if *booked.meaning == Meaning::BuyerTax { -row.net_minor } else { 0 };
    let source = SourceTag {
        kind: SourceKind::Settlement,
        part: booked.key.clone(),
        label: "Etsy statement".to_owned(),
        settled: Some(Settled { withheld_minor, ..Settled::default() }),
    };
    let mut document = bare::order(order.to_owned(), booked.at, row.currency, source);
    document.channel = Some(SLUG.to_owned());
    document.taxes_included = true;
    let has_vat = country::prices_include_tax(row.currency);
    let mut line = bare::line(BARE_LINE.to_owned());
    let back_minor = -row.net_minor;
    let mut refund = bare::refund(format!("refund/{}", booked.day), booked.at, row.currency);
    refund.tax_inside = has_vat;
    match booked.meaning {
        Meaning::Sale if row.net_minor > 0 => {
            line = Line {
                quantity: 1,
                price_minor: row.amount_minor,
                tax_minor: (!has_vat).then_some(0),
                ..line
            };
            let amount_minor = row.amount_minor;
            document.payments = vec![Payment { gateway: SLUG.to_owned(), amount_minor, fee: None }];
            // Fees that the same row takes are named by nothing.
            let taken = row.amount_minor - row.net_minor;
            if taken != 0 {
                document.fees =
                    vec![fee_of(booked, "fees_of_sale", FeeClass::Channel, taken, true)];
            }
        }
        Meaning::Sale | Meaning::Refund => {
            refund.adjustment_minor = back_minor;
            document.refunds = vec![refund];
        }
        Meaning::BuyerTax if row.net_minor < 0 => {
            line.tax_minor = Some(back_minor);
            document.marketplace_remitted_tax = true;
        }
        Meaning::BuyerTax => {
            refund.adjustment_minor = back_minor;
            refund.adjustment_tax_minor = row.net_minor;
            document.refunds = vec![refund];
        }
        Meaning::Fee(FeeMeaning { kind, class, .. }) => {
            let fee = fee_of(booked, kind, *class, back_minor, false);
            // What is given back belongs to the day on which it is; a label that was voided and an
            // income belong to the sale.
            let of_sale = matches!(class, FeeClass::ShippingCost | FeeClass::OtherIncome);
            if back_minor < 0 && !of_sale {
                refund.tax_inside = false;
                refund.fees = vec![fee];
                document.refunds = vec![refund];
            } else {
                document.fees = vec![fee];
            }
        }
        Meaning::Unknown(..) | Meaning::Outside(..) | Meaning::Deposit => {
            let kind = booked.meaning.kind();
            document.fees = vec![fee_of(booked, &kind, FeeClass::Channel, back_minor, true)];
        }
    }
    document.lines = vec![line];
    document
}

fn fee_of(booked: &Booked<'_>, kind: &str, class: FeeClass, minor: i64, unknown: bool) -> Fee {
    Fee {
        kind: kind.to_owned(),
        class,
        amount: Money::new(minor, booked.row.currency),
        line_id: None,
        estimated: false,
        unclassified: unknown,
    }
}

fn charge(booked: Booked<'_>) -> Charge {
    let row = booked.row;
    let class = match booked.meaning {
        Meaning::Fee(fee) => fee.charge,
        Meaning::Outside(class, _) => *class,
        Meaning::BuyerTax => ChargeClass::Tax,
        Meaning::Deposit => ChargeClass::Balance,
        Meaning::Sale | Meaning::Refund | Meaning::Unknown(..) => ChargeClass::Unclassified,
    };
    let info = if row.info.is_empty() { String::new() } else { format!(" / {}", row.info) };
    Charge {
        key: booked.key,
        day: booked.day,
        kind: booked.meaning.kind(),
        class,
        amount: Money::new(row.net_minor, row.currency),
        sku: None,
        payout: None,
        label: format!("{} / {}{info}", row.kind, row.title),
        family: (class == ChargeClass::AdvertisingPayment).then(|| SLUG.to_owned()),
        estimate: None,
    }
}
