//! Orders of one or two units, settled, refunded and sent back.

use std::slice::from_ref;

use super::super::unite;
use super::*;
use crate::base::{Currency, Instant};
use crate::domain::record::order::{FinancialStatus, Shipping, SourceTag};
use crate::domain::record::{CustomerReturn, SourceKind};

fn order(kind: SourceKind, line: &str, price_minor: i64) -> Order {
    Order {
        id: "1".into(),
        number: None,
        placed_at: Instant(0),
        cancelled_at: None,
        source: SourceTag { kind, part: String::new(), label: "made up".into(), settled: None },
        financial_status: FinancialStatus::Paid,
        test: false,
        currency: Currency::EUR,
        taxes_included: false,
        marketplace_remitted_tax: false,
        country: None,
        region: None,
        customer: Default::default(),
        campaign: None,
        channel: None,
        lines: vec![Line {
            id: line.into(),
            sku: Some("MUG".into()),
            title: None,
            quantity: 2,
            price_minor,
            discount_minor: 0,
            tax_minor: None,
            gift_card: false,
            weight_grams: 0,
            restocked_in_all: 0,
            added_at: None,
            stock: Default::default(),
        }],
        order_discount_minor: 0,
        shipping: Shipping::default(),
        tips_minor: 0,
        duties_minor: 0,
        service_income_minor: 0,
        service_tax_minor: 0,
        gift_card_paid_minor: 0,
        payments: Vec::new(),
        fees: Vec::new(),
        labels: Vec::new(),
        progress: None,
        shipping_cost: None,
        refunds: Vec::new(),
        unexplained_minor: 0,
        platform_status: None,
        stock: Default::default(),
    }
}

fn refund(id: &str, line: &str, amount_minor: i64) -> Refund {
    Refund {
        id: id.into(),
        at: Instant(i64::from(id.as_bytes()[0])),
        estimated: false,
        tax_inside: false,
        lines: vec![RefundLine {
            line_id: line.into(),
            quantity: 0,
            amount_minor,
            tax_minor: 0,
            restocked: 0,
        }],
        shipping_minor: 0,
        shipping_tax_minor: 0,
        adjustment_minor: 0,
        adjustment_tax_minor: 0,
        service_minor: 0,
        service_tax_minor: 0,
        fee_returned: None,
        fees: Vec::new(),
    }
}

fn returned(key: &str, quantity: i64, restocked: bool) -> CustomerReturn {
    CustomerReturn {
        key: key.into(),
        order_id: "1".into(),
        at: Instant(0),
        sku: "MUG".into(),
        quantity,
        restocked,
        disposition: String::new(),
        reason: None,
    }
}

/// Units and restocked units of each refund.
fn units(refunds: &[Refund], returns: &[CustomerReturn]) -> Vec<(i64, i64)> {
    let mut sold = order(SourceKind::Settlement, "a", 2_000);
    sold.refunds = refunds.to_vec();
    let united = unite(vec![sold], Vec::new(), returns).unwrap();
    united
        .refunds
        .iter()
        .map(|refund| &refund.lines[0])
        .map(|l| (l.quantity, l.restocked))
        .collect()
}

#[test]
fn a_refund_without_units_gave_back_the_money_of_what_came_back() {
    let one = refund("a", "a", 1_000);
    let both = refund("a", "a", 2_000);
    let part = refund("b", "a", 100);
    assert_eq!(units(from_ref(&one), &[]), [(0, 0)], "nothing came back");
    assert_eq!(units(from_ref(&one), &[returned("x", 1, true)]), [(1, 1)]);
    assert_eq!(units(from_ref(&one), &[returned("x", 1, false)]), [(1, 0)], "written off");
    let mixed = [returned("x", 1, true), returned("y", 1, false)];
    assert_eq!(units(&[both], &mixed), [(2, 1)]);
    assert_eq!(units(&[one.clone(), part], &mixed), [(1, 1), (1, 0)]);
    // More units than the money stands for are not this refund's.
    assert_eq!(units(&[one], &mixed), [(1, 1)]);
}

#[test]
fn a_refund_that_states_its_units_keeps_them() {
    let mut stated = refund("a", "a", 1_000);
    stated.lines[0].quantity = 2;
    assert_eq!(units(&[stated], &[returned("x", 1, true)]), [(2, 1)]);
}

#[test]
fn an_order_that_was_not_paid_in_its_file_is_paid_by_its_settlement() {
    let mut file = order(SourceKind::OrdersFile, "sku:MUG", 0);
    file.financial_status = FinancialStatus::Pending;
    file.lines[0].title = Some("Mug".into());
    file.country = Some("DE".into());
    let mut settlement = order(SourceKind::Settlement, "9001", 2_000);
    settlement.shipping.price_minor = 399;
    let united = unite(vec![file.clone(), settlement.clone()], Vec::new(), &[]).unwrap();
    assert!(united.counts());
    assert_eq!((united.lines[0].id.as_str(), united.lines[0].price_minor), ("9001", 2_000));
    assert_eq!(united.lines[0].title.as_deref(), Some("Mug"));
    assert_eq!((united.shipping.price_minor, united.country.as_deref()), (399, Some("DE")));
    // Prices that the file has are the better ones.
    file.lines[0].price_minor = 2_400;
    let united = unite(vec![settlement, file], Vec::new(), &[]).unwrap();
    assert!(united.counts());
    assert_eq!((united.lines[0].price_minor, united.shipping.price_minor), (2_400, 0));
}

#[test]
fn the_tax_of_a_refund_is_the_share_that_its_order_tells() {
    let mut file = order(SourceKind::OrdersFile, "9001", 2_380);
    file.taxes_included = true;
    file.lines[0].tax_minor = Some(380);
    file.shipping = Shipping { price_minor: 595, discount_minor: 0, tax_minor: Some(95) };
    let mut settlement = order(SourceKind::Settlement, "9001", 2_380);
    settlement.taxes_included = true;
    let mut back = refund("a", "9001", 1_190);
    (back.tax_inside, back.shipping_minor, back.adjustment_minor) = (true, 595, -119);
    settlement.refunds.push(back);
    let united = unite(vec![file.clone(), settlement.clone()], Vec::new(), &[]).unwrap();
    let back = &united.refunds[0];
    assert!(!back.tax_inside);
    assert_eq!((back.lines[0].amount_minor, back.lines[0].tax_minor), (1_000, 190));
    assert_eq!((back.shipping_minor, back.shipping_tax_minor), (500, 95));
    assert_eq!((back.adjustment_minor, back.adjustment_tax_minor), (-100, -19));
    // Where the order does not tell a part of it, the rule decides all of it.
    file.shipping.tax_minor = None;
    let united = unite(vec![settlement, file], Vec::new(), &[]).unwrap();
    assert!(united.refunds[0].tax_inside);
    assert_eq!(united.refunds[0].lines[0].amount_minor, 1_190);
}
