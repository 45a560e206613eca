//! One transaction of Shopify Payments in our words: what it tells of its order, or a charge of
//! the store. Pure.

use super::vocabulary::Meaning;
use crate::base::{Currency, Day, Instant, Money};
use crate::connectors::kit::bare;
use crate::domain::record::order::{CHARGEBACK, PAYMENT_LINE, Settled, SourceTag};
use crate::domain::record::{
    Charge, ChargeClass, Fee, FeeClass, FinancialStatus, Line, Order, Payment, Record, Refund,
    SourceKind,
};

/// As the orders export's `Payment Method` reads in rules.
const GATEWAY: &str = "shopify_payments";

/// One row, read.
pub struct Transaction {
    pub at: Instant,
    /// In the store's zone.
    pub day: Day,
    /// As the file writes it.
    pub type_: String,
    pub meaning: Meaning,
    /// The order's name, with its `#`.
    pub order: Option<String>,
    pub currency: Currency,
    pub amount_minor: i64,
    /// What reaches the seller.
    pub net_minor: i64,
    /// The payout that it is part of.
    pub payout: Option<String>,
    /// The same in every export that holds the row.
    pub key: String,
}

impl Transaction {
    /// What was taken of the amount; below 0 where it was given back.
    pub fn fee_minor(&self) -> i64 {
        self.amount_minor - self.net_minor
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }
}

/// What the row is to us; `None` for one that moved no money.
pub fn read(row: &Transaction) -> Option<Record> {
    if row.amount_minor == 0 && row.net_minor == 0 {
        return None;
    }
    match (&row.order, row.meaning) {
        (Some(_), Meaning::Outside(..)) | (None, _) => Some(Record::Charge(charge(row))),
        (Some(order), _) => Some(Record::Order(Box::new(document(row, order)))),
    }
}

fn charge(row: &Transaction) -> Charge {
    let by_sign = |minor| match minor {
        ..0 => ChargeClass::PeriodFee,
        0.. => ChargeClass::PeriodIncome,
    };
    let (class, kind) = match row.meaning {
        Meaning::Outside(class, kind) => (class, kind.to_owned()),
        Meaning::Other { kind, .. } => (by_sign(row.net_minor), kind.to_owned()),
        // A sale, a refund or a dispute of an order that is not named.
        Meaning::Charge | Meaning::Refund | Meaning::Chargeback | Meaning::ChargebackFee => {
            (by_sign(row.net_minor), format!("{}_without_order", kind_of(&row.type_)))
        }
        Meaning::Unknown => (ChargeClass::Unclassified, kind_of(&row.type_)),
    };
    let is_ads = class == ChargeClass::AdvertisingPayment;
    Charge {
        key: format!("{GATEWAY}/{}", row.key),
        day: row.day,
        kind,
        class,
        amount: row.money(row.net_minor),
        sku: None,
        payout: row.payout.clone(),
        label: format!("Shopify Payments, {}", row.type_),
        family: is_ads.then(|| "shop".to_owned()),
        estimate: None,
    }
}

/// `Some new type` → `some_new_type`.
pub fn kind_of(type_: &str) -> String {
    let kind: String = type_
        .trim()
        .chars()
        .take(60)
        .map(|sign| if sign.is_alphanumeric() { sign } else { '_' })
        .collect();
    kind.to_lowercase()
}

/// What the row alone knows of its order; `unite` adds the rows up and joins them with the
/// order's own source.
fn document(row: &Transaction, order: &str) -> Order {
    let is_sale = row.meaning == Meaning::Charge && row.amount_minor > 0;
    let source = SourceTag {
        kind: SourceKind::Settlement,
        part: row.key.clone(),
        label: format!("Shopify Payments {} of {}", row.type_, row.day),
        settled: Settled::in_payout(row.payout.as_deref()),
    };
    let mut document = Order {
        number: Some(order.to_owned()),
        financial_status: match is_sale {
            true => FinancialStatus::Paid,
            false => FinancialStatus::PartiallyRefunded,
        },
        // The amount holds tax of unknown size.
        taxes_included: true,
        channel: Some("shopify".to_owned()),
        lines: vec![payment_line(if is_sale { row.amount_minor } else { 0 })],
        ..bare::order(order.to_owned(), row.at, row.currency, source)
    };
    match row.meaning {
        Meaning::Charge if is_sale => document.payments.push(Payment {
            gateway: GATEWAY.to_owned(),
            amount_minor: row.amount_minor,
            fee: Some(row.money(row.fee_minor())),
        }),
        // A charge taken back is a refund in all but its name.
        Meaning::Charge | Meaning::Refund => {
            let returned = row.money(-row.fee_minor());
            document.refunds.push(Refund {
                fee_returned: Some(returned),
                ..refund(row, row.key.clone(), -row.amount_minor)
            });
        }
        Meaning::Chargeback => {
            let fee = fee(row, "chargeback", FeeClass::Payment, row.fee_minor());
            document.refunds.push(Refund {
                fees: fee.into_iter().collect(),
                ..refund(row, format!("{CHARGEBACK}{}", row.key), -row.amount_minor)
            });
        }
        Meaning::ChargebackFee => {
            let fee = fee(row, "chargeback", FeeClass::Payment, -row.net_minor);
            document.refunds.push(Refund {
                fees: fee.into_iter().collect(),
                ..refund(row, format!("{CHARGEBACK}{}", row.key), 0)
            });
        }
        Meaning::Other { class, kind } => {
            document.fees.extend(fee(row, kind, class, -row.net_minor));
        }
        Meaning::Outside(..) | Meaning::Unknown => {
            let kind = kind_of(&row.type_);
            let fee = fee(row, &kind, FeeClass::Channel, -row.net_minor);
            document.fees.extend(fee.map(|fee| Fee { unclassified: true, ..fee }));
        }
    }
    document
}

fn payment_line(price_minor: i64) -> Line {
    Line {
        id: PAYMENT_LINE.to_owned(),
        sku: None,
        title: None,
        quantity: i64::from(price_minor > 0),
        price_minor,
        discount_minor: 0,
        tax_minor: None,
        gift_card: false,
        weight_grams: 0,
        restocked_in_all: 0,
        added_at: None,
        stock: Default::default(),
    }
}

/// The export tells the amount alone; it is split like a goodwill adjustment.
fn refund(row: &Transaction, id: String, given_back_minor: i64) -> Refund {
    Refund {
        id,
        at: row.at,
        estimated: false,
        tax_inside: true,
        lines: Vec::new(),
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: given_back_minor,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: Some(row.money(0)),
        fees: Vec::new(),
    }
}

fn fee(row: &Transaction, kind: &str, class: FeeClass, minor: i64) -> Option<Fee> {
    (minor != 0).then(|| Fee {
        kind: kind.to_owned(),
        class,
        amount: row.money(minor),
        line_id: None,
        estimated: false,
        unclassified: false,
    })
}
