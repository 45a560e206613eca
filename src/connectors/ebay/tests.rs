//! Both reports of one made-up shop, in every order and repeated, end in the same orders.

use std::collections::BTreeMap;

use super::{orders, transactions};
use crate::base::{Currency, Zone};
use crate::connectors::contract::{Found, ReadCtx, ReadFile, Refusal};
use crate::connectors::fault::FileFault;
use crate::domain::record::unite::unite;
use crate::domain::record::{Charge, FeeClass, Order, Payout, Record};

pub const ORDERS: &str = include_str!("../../../tests/fixtures/ebay/orders.csv");
pub const TRANSACTIONS: &str = include_str!("../../../tests/fixtures/ebay/transactions.csv");
const EARLY: &str = include_str!("../../../tests/fixtures/ebay/transactions-early.csv");
const LATE: &str = include_str!("../../../tests/fixtures/ebay/transactions-late.csv");

pub fn try_find(read: ReadFile, bytes: &[u8]) -> Result<Vec<Found>, FileFault> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut source = bytes;
    let mut found = Vec::new();
    read(&mut source, &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

pub fn find(read: ReadFile, bytes: &[u8]) -> Vec<Found> {
    try_find(read, bytes).unwrap()
}

/// What is told of a file besides its records.
#[derive(Debug, Default)]
pub struct Told {
    pub refused: Vec<Refusal>,
    pub notices: Vec<String>,
    pub unknown: Vec<String>,
}

pub fn split(found: Vec<Found>) -> (Vec<Record>, Told) {
    let mut told = Told::default();
    let mut all = Vec::new();
    for one in found {
        match one {
            Found::Records { records, .. } => all.extend(records),
            Found::Refused(refusal) => told.refused.push(refusal),
            Found::Notice { what, .. } => told.notices.push(what),
            Found::Unknown { kind, name, .. } => {
                told.unknown.push(format!("{} {name}", kind.name()));
            }
        }
    }
    (all, told)
}

pub fn records(read: ReadFile, bytes: &[u8]) -> Vec<Record> {
    let (records, told) = split(find(read, bytes));
    assert!(told.refused.is_empty(), "{:?}", told.refused);
    records
}

/// The shop's facts as the store keeps them: the last of each key.
#[derive(Debug, Default, PartialEq)]
pub struct Facts {
    documents: BTreeMap<(String, &'static str, String), Order>,
    pub charges: BTreeMap<String, Charge>,
    pub payouts: BTreeMap<String, Payout>,
}

impl Facts {
    pub fn take(&mut self, records: Vec<Record>) {
        for record in records {
            match record {
                Record::Order(order) => {
                    let source = &order.source;
                    let key = (order.id.clone(), source.kind.name(), source.part.clone());
                    self.documents.insert(key, *order);
                }
                Record::Charge(charge) => {
                    self.charges.insert(charge.key.clone(), charge);
                }
                Record::Payout(payout) => {
                    let fuller = |known: &Payout| known.rows > payout.rows;
                    if !self.payouts.get(&payout.id).is_some_and(fuller) {
                        self.payouts.insert(payout.id.clone(), payout);
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }

    pub fn orders(&self) -> BTreeMap<String, Order> {
        let mut documents: BTreeMap<String, Vec<Order>> = BTreeMap::new();
        for ((id, ..), order) in &self.documents {
            documents.entry(id.clone()).or_default().push(order.clone());
        }
        let united = documents.into_iter().filter_map(|(id, documents)| {
            let order = unite(documents, Vec::new(), &[])?;
            assert_eq!(order.check(), Ok(()), "{id}");
            Some((id, order))
        });
        united.collect()
    }
}

pub fn fees(order: &Order, class: FeeClass) -> i64 {
    let fees = order.fees.iter().chain(order.refunds.iter().flat_map(|refund| &refund.fees));
    fees.filter(|fee| fee.class == class).map(|fee| fee.amount.minor).sum()
}

pub fn usd(minor: i64) -> crate::base::Money {
    crate::base::Money::new(minor, Currency::parse("USD").unwrap())
}

#[test]
fn files_in_every_order_and_repeated_end_in_the_same_facts() {
    let files: [(ReadFile, &str); 3] =
        [(orders::read, ORDERS), (transactions::read, EARLY), (transactions::read, LATE)];
    let permutations = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let mut expected = Facts::default();
    expected.take(records(orders::read, ORDERS.as_bytes()));
    expected.take(records(transactions::read, TRANSACTIONS.as_bytes()));
    for permutation in permutations {
        let mut facts = Facts::default();
        for index in permutation.into_iter().chain(permutation) {
            let (read, text) = files[index];
            facts.take(records(read, text.as_bytes()));
        }
        assert_eq!(facts.orders(), expected.orders(), "{permutation:?}");
        assert_eq!(facts.charges, expected.charges, "{permutation:?}");
        assert_eq!(facts.payouts, expected.payouts, "{permutation:?}");
    }
}

#[test]
fn an_order_of_both_reports_has_the_lines_of_one_and_the_fees_of_the_other() {
    let mut facts = Facts::default();
    facts.take(records(transactions::read, TRANSACTIONS.as_bytes()));
    facts.take(records(orders::read, ORDERS.as_bytes()));
    let orders = facts.orders();
    let order = &orders["11-00001-00001"];
    // Bought on the 6th, which the orders report alone knows; paid on the 7th.
    assert_eq!(order.placed_at.to_string(), "2026-03-06T00:00:00Z");
    assert_eq!(order.lines.len(), 1);
    let line = &order.lines[0];
    assert_eq!((line.quantity, line.price_minor, line.tax_minor), (2, 25_00, Some(2_10)));
    assert_eq!(order.shipping.price_minor, 5_00);
    assert_eq!(fees(order, FeeClass::Channel), 30 + 3_98 - 80);
    assert_eq!(fees(order, FeeClass::Advertising), 1_50);
    assert_eq!(fees(order, FeeClass::ShippingCost), 4_45);
    // The dated refund of the transactions stands, not the amount that the total lacks.
    assert_eq!(order.refunds.len(), 1);
    let refund = &order.refunds[0];
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (6_00, 42));
    assert!(!refund.estimated);
    assert_eq!(order.payments[0].fee, Some(usd(0)));
    let combined = &orders["11-00002-00002"];
    let skus: Vec<_> = combined.lines.iter().filter_map(|line| line.sku.as_deref()).collect();
    assert_eq!(skus, ["TOTE", "CANDLE"]);
    assert!(combined.fees.iter().any(|fee| fee.line_id.as_deref() == Some("500000000003")));
}
