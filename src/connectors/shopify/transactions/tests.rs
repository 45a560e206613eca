//! Made-up exports in each width through the reader, joined with the orders export in every order
//! of arrival, and the exports that are at hand.

use super::*;
use crate::base::{Money, Zone};
use crate::connectors::shopify::file::read_orders;
use crate::connectors::tests::find_sample;
use crate::domain::record::order::PAYMENT_LINE;
use crate::domain::record::unite::unite;
use crate::domain::record::{Charge, Order};

const ORDERS: &str = include_str!("../../../../tests/fixtures/shopify/orders.csv");
const NARROW: &str = include_str!("../../../../tests/fixtures/shopify/payments-16.csv");
const WIDE: &str = include_str!("../../../../tests/fixtures/shopify/payments-19.csv");

fn ctx() -> ReadCtx {
    let zone = Zone::parse("Europe/Berlin").unwrap();
    ReadCtx { currency: None, zone, store: Some("shop".to_owned()) }
}

fn found(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    read(&mut text.as_bytes(), &ctx(), &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn records(found: &[Found]) -> impl Iterator<Item = &Record> {
    found.iter().flat_map(|one| match one {
        Found::Records { records, .. } => records.as_slice(),
        _ => &[],
    })
}

fn documents(found: &[Found]) -> Vec<Order> {
    records(found)
        .filter_map(|record| match record {
            Record::Order(order) => Some(order.as_ref().clone()),
            _ => None,
        })
        .collect()
}

fn charges(found: &[Found]) -> Vec<&Charge> {
    records(found)
        .filter_map(|record| match record {
            Record::Charge(charge) => Some(charge),
            _ => None,
        })
        .collect()
}

fn payouts(found: &[Found]) -> Vec<&Payout> {
    records(found)
        .filter_map(|record| match record {
            Record::Payout(payout) => Some(payout),
            _ => None,
        })
        .collect()
}

/// Of the orders export.
fn own(name: &str) -> Order {
    let mut own = Vec::new();
    read_orders(&mut ORDERS.as_bytes(), &ctx(), &mut |one| {
        own.push(one);
        Ok(())
    })
    .unwrap();
    documents(&own).into_iter().find(|order| order.id == name).unwrap()
}

fn of(name: &str, found: &[Found]) -> Vec<Order> {
    documents(found).into_iter().filter(|order| order.id == name).collect()
}

#[test]
fn a_charge_pays_its_order_and_a_refund_is_dated_by_its_row() {
    let found = found(NARROW);
    let documents = of("#3001", &found);
    assert!(documents.iter().all(|document| document.check() == Ok(())));
    let settled = unite(documents.clone(), Vec::new(), &[]).unwrap();
    // Known to Shopify Payments alone it sells what was charged, tax inside.
    assert_eq!((settled.lines.len(), settled.lines[0].price_minor), (1, 53_00));
    assert!(settled.counts() && settled.taxes_included);
    for turn in 0..3 {
        let mut all = vec![own("#3001"), documents[0].clone(), documents[1].clone()];
        all.rotate_left(turn);
        let united = unite(all, Vec::new(), &[]).unwrap();
        assert_eq!(united.lines, own("#3001").lines);
        assert_eq!(united.payments.len(), 1);
        assert_eq!(united.payments[0].fee.map(|fee| fee.minor), Some(1_84));
        assert_eq!(united.refunds.len(), 1);
        let refund = &united.refunds[0];
        assert_eq!(refund.at.to_string(), "2026-03-09T14:30:00Z");
        // 10.60 × 8.46 / 53.00 = 1.69 of it is tax.
        assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (8_91, 1_69));
        assert_eq!(refund.fee_returned.map(|fee| fee.minor), Some(0));
    }
}

#[test]
fn a_chargeback_takes_the_sale_back_and_its_fee_stands_with_it() {
    let mut all = of("#3002", &found(NARROW));
    all.push(own("#3002"));
    let united = unite(all, Vec::new(), &[]).unwrap();
    let dispute = &united.refunds[0];
    assert_eq!((dispute.adjustment_minor, dispute.adjustment_tax_minor), (25_21, 4_79));
    assert_eq!((dispute.fees[0].class, dispute.fees[0].amount.minor), (FeeClass::Payment, 15_00));
    assert_eq!(united.payments[0].fee.map(|fee| fee.minor), Some(1_20));
}

#[test]
fn an_adjustment_without_an_order_is_a_charge_of_the_period() {
    let found = found(NARROW);
    let [charge] = charges(&found)[..] else { panic!("one charge") };
    assert_eq!((charge.class, charge.amount.minor), (ChargeClass::PeriodFee, -5_00));
    assert_eq!(charge.day.to_string(), "2026-03-05");
    assert_eq!(charge.payout.as_deref(), Some("Shopify Payments transactions of 2026-03-05"));
}

#[test]
fn a_payout_is_the_sum_of_its_rows() {
    let found = found(NARROW);
    let told: Vec<(String, i64)> = payouts(&found)
        .iter()
        .map(|payout| (payout.deposited.unwrap().to_string(), payout.stated_minor))
        .collect();
    // 51.16 + 28.80 − 5.00; −10.60; −45.00.
    let expected = [("2026-03-05", 74_96), ("2026-03-11", -10_60), ("2026-03-23", -45_00)];
    assert_eq!(told, expected.map(|(day, minor)| (day.to_owned(), minor)));
    for payout in payouts(&found) {
        let sum: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
        assert_eq!(sum, payout.stated_minor);
    }
}

#[test]
fn a_row_keeps_its_key_when_its_payout_becomes_known() {
    let pending = NARROW.replace(",paid,2026-03-05,", ",pending,,");
    let of_day = |text: &str| documents(&found(text)).into_iter().map(|it| it.source.part);
    assert!(of_day(&pending).eq(of_day(NARROW)));
    let keys =
        |text: &str| charges(&found(text)).iter().map(|it| it.key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&pending), keys(NARROW));
    assert_eq!(payouts(&found(&pending)).len(), 2, "what is pending is in no payout yet");
}

#[test]
fn what_the_wide_export_holds_besides_is_read_told_or_refused() {
    let found = found(WIDE);
    let unknown: Vec<(u64, UnknownKind, &str)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Unknown { row, kind, name } => Some((*row, *kind, name.as_str())),
            _ => None,
        })
        .collect();
    let expected = [
        (3, UnknownKind::Transaction, "some new thing"),
        (4, UnknownKind::Transaction, "some new thing"),
        (4, UnknownKind::Status, "on_the_way"),
        (9, UnknownKind::Currency, "ZZZ"),
    ];
    assert_eq!(unknown, expected);
    let refused: Vec<(u64, &str)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Refused(it) => Some((it.row, it.column.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [(8, "net"), (9, "currency")]);
    let fee = &of("#3009", &found)[0].fees[0];
    assert_eq!(
        (fee.kind.as_str(), fee.amount.minor, fee.unclassified),
        ("some_new_thing", 2_00, true)
    );
    let classes: Vec<ChargeClass> = charges(&found).iter().map(|charge| charge.class).collect();
    assert_eq!(classes, [ChargeClass::Unclassified, ChargeClass::Balance]);
    // VAT beside the fee is part of it; two charges that look alike are two.
    let twice = of("#3010", &found);
    let fees: Vec<Option<i64>> =
        twice.iter().map(|it| it.payments[0].fee.map(|fee| fee.minor)).collect();
    assert_eq!(fees, [Some(6_34), Some(5_76)]);
    assert_ne!(twice[0].source.part, twice[1].source.part);
    let [payout] = payouts(&found)[..] else { panic!("one payout") };
    // −2 − 3 − 20 + 91.87 + 92.45.
    assert_eq!((payout.stated_minor, payout.deposited), (159_32, None));
}

#[test]
fn the_real_export_is_read_as_counted_by_hand() {
    let path = "shopify/samples/payment_transactions_export-2025-16col-part1.csv";
    let Some(bytes) = find_sample(path) else { return };
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(recognises(&Head::of_text(&text, "a")), Match::Yes);
    let found = found(&text);
    let documents = documents(&found);
    assert_eq!(documents.len(), 12);
    let paid = documents.iter().flat_map(|document| &document.payments);
    let (charged, fees) = paid.fold((0, 0), |(charged, fees), payment| {
        (charged + payment.amount_minor, fees + payment.fee.unwrap().minor)
    });
    assert_eq!((charged, fees), (1_008_00, 30_95));
    let told: Vec<(String, i64)> = payouts(&found)
        .iter()
        .map(|payout| (payout.deposited.unwrap().to_string(), payout.stated_minor))
        .collect();
    let expected = [("2025-07-01", 169_41), ("2025-07-02", 672_36), ("2025-07-03", 135_28)];
    assert_eq!(told, expected.map(|(day, minor)| (day.to_owned(), minor)));
    let first = &documents[0];
    assert_eq!(first.placed_at.to_string(), "2025-07-01T03:32:39Z");
    assert_eq!((first.id.as_str(), first.lines[0].id.as_str()), ("#20100", PAYMENT_LINE));
    assert!(!found.iter().any(|one| matches!(one, Found::Refused(_) | Found::Unknown { .. })));
}

#[test]
fn the_export_of_several_currencies_is_paid_in_the_payouts() {
    let path = "shopify/samples/payment_transactions_export-2026-19col-multicurrency-synthetic.csv";
    let Some(bytes) = find_sample(path) else { return };
    let found = found(&String::from_utf8(bytes).unwrap());
    let aed = Currency::parse("AED").unwrap();
    let foreign = &of("#3439", &found)[0];
    // 1,010.40 SAR asked, 988.21 AED got.
    assert_eq!((foreign.currency, foreign.payments[0].amount_minor), (aed, 988_21));
    assert_eq!(foreign.payments[0].fee, Some(Money::new(57_68, aed)));
    assert_eq!(of("#3426", &found)[0].refunds[0].adjustment_minor, 1_598_70);
    assert_eq!(charges(&found)[0].amount.minor, -55_00);
    let [payout] = payouts(&found)[..] else { panic!("one payout") };
    // −1598.70 + 930.53 + 392.60 − 55.00 − 175.00.
    assert_eq!((payout.stated_minor, payout.rows), (-505_57, 5));
}
