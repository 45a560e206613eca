//! Items, totals and statements of one made-up shop, in every order and repeated, end in the same
//! orders and charges.

use std::collections::BTreeMap;

use super::{orders, statement};
use crate::base::Zone;
use crate::connectors::contract::{Found, ReadCtx, ReadFile, Refusal};
use crate::domain::record::unite::unite;
use crate::domain::record::{Charge, FeeClass, Order, Payout, Record};

pub const ITEMS: &str = include_str!("../../../tests/fixtures/etsy/sold-order-items.csv");
pub const TOTALS: &str = include_str!("../../../tests/fixtures/etsy/sold-orders.csv");
pub const STATEMENT: &str = include_str!("../../../tests/fixtures/etsy/statement.csv");
const EARLY: &str = include_str!("../../../tests/fixtures/etsy/statement-early.csv");
const LATE: &str = include_str!("../../../tests/fixtures/etsy/statement-late.csv");

/// What is told of a file besides its records.
#[derive(Debug, Default)]
pub struct Told {
    pub refused: Vec<Refusal>,
    pub notices: Vec<String>,
    pub unknown: Vec<String>,
}

pub fn read_text(read: ReadFile, text: &str) -> (Vec<Record>, Told) {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut source = text.as_bytes();
    let (mut all, mut told) = (Vec::new(), Told::default());
    read(&mut source, &ctx, &mut |one| {
        match one {
            Found::Records { records, .. } => all.extend(records),
            Found::Refused(refusal) => told.refused.push(refusal),
            Found::Notice { what, .. } => told.notices.push(what),
            Found::Unknown { kind, name, .. } => {
                told.unknown.push(format!("{} {name}", kind.name()));
            }
        }
        Ok(())
    })
    .unwrap();
    (all, told)
}

/// The shop's facts as the store keeps them: the last of each key, the fuller of two payouts.
#[derive(Debug, Default, PartialEq)]
pub struct Facts {
    documents: BTreeMap<(String, &'static str, String), Order>,
    pub charges: BTreeMap<String, Charge>,
    pub payouts: BTreeMap<String, Payout>,
}

impl Facts {
    pub fn of(read: ReadFile, text: &str) -> Self {
        let mut facts = Self::default();
        facts.take(read, text);
        facts
    }

    pub fn take(&mut self, read: ReadFile, text: &str) {
        let (records, told) = read_text(read, text);
        assert!(told.refused.is_empty(), "{:?}", told.refused);
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

#[test]
fn files_in_every_order_and_repeated_end_in_the_same_facts() {
    let files: [(ReadFile, &str); 4] = [
        (orders::read_items, ITEMS),
        (orders::read_totals, TOTALS),
        (statement::read, EARLY),
        (statement::read, LATE),
    ];
    let mut expected = Facts::default();
    for (read, text) in [files[0], files[1], (statement::read as ReadFile, STATEMENT)] {
        expected.take(read, text);
    }
    for index in 0..24_usize {
        let mut rest = vec![0, 1, 2, 3];
        let places = [index / 6, index / 2 % 3, index % 2, 0];
        let permutation = places.map(|place| rest.remove(place));
        let mut facts = Facts::default();
        for file in permutation.into_iter().chain(permutation) {
            facts.take(files[file].0, files[file].1);
        }
        assert_eq!(facts.orders(), expected.orders(), "{permutation:?}");
        assert_eq!(facts.charges, expected.charges, "{permutation:?}");
        assert_eq!(facts.payouts, expected.payouts, "{permutation:?}");
    }
}

#[test]
fn an_order_of_all_three_files_takes_of_each_what_it_knows_best() {
    let mut facts = Facts::of(statement::read, STATEMENT);
    facts.take(orders::read_totals, TOTALS);
    facts.take(orders::read_items, ITEMS);
    let order = &facts.orders()["3801000001"];
    // Lines, coupon, shipping and tax of the items.
    assert_eq!(order.lines.len(), 2);
    assert_eq!(order.order_discount_minor, 4_00);
    assert_eq!(order.shipping.price_minor, 5_00);
    let taxes: Vec<_> = order.lines.iter().filter_map(|line| line.tax_minor).collect();
    // 3.88 over 20.00 and 24.00.
    assert_eq!(taxes, [1_76, 2_12]);
    // The fees of the statement: nothing of the card fee that the totals tell.
    assert_eq!(fees(order, FeeClass::Payment), 1_80 - 35);
    assert_eq!(fees(order, FeeClass::Channel), 1_30 + 1_30);
    assert_eq!(fees(order, FeeClass::Advertising), 6_75);
    assert_eq!(order.payments.len(), 1);
    assert_eq!(order.payments[0].fee, None);
    // The dated refund of the statement, not the amount that the adjusted total lacks.
    assert_eq!(order.refunds.len(), 1);
    let refund = &order.refunds[0];
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (10_00, 80));
    assert_eq!(refund.at.to_string(), "2026-03-28T00:00:00Z");
}
