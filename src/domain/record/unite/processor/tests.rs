//! A processor's documents with the order's own, in every order of arrival.

use super::super::tests::{order, refund};
use super::super::unite;
use super::*;
use crate::base::{Currency, Instant};
use crate::domain::record::{FinancialStatus, SourceKind};

fn money(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

/// What the shop's own export says: 10.00 and 2.00 of tax on top, paid by card.
fn file() -> Order {
    let mut file = order(SourceKind::OrdersFile, "");
    file.lines[0].tax_minor = Some(200);
    file.payments.push(Payment { gateway: "card".into(), amount_minor: 1_200, fee: None });
    file
}

fn amount_only(with_tax: i64, tax: i64) -> Refund {
    Refund {
        estimated: true,
        adjustment_tax_minor: tax,
        ..given(AMOUNT_ONLY_REFUND, with_tax - tax, "2026-03-30T10:00:00Z")
    }
}

fn given(id: &str, minor: i64, at: &str) -> Refund {
    Refund { lines: Vec::new(), adjustment_minor: minor, ..refund(id, "", at) }
}

/// One row of a processor's report.
fn row(part: &str, charged: i64) -> Order {
    let mut row = order(SourceKind::Settlement, part);
    row.taxes_included = true;
    row.lines[0] = crate::domain::record::Line {
        id: PAYMENT_LINE.into(),
        sku: None,
        quantity: i64::from(charged > 0),
        price_minor: charged,
        ..row.lines[0].clone()
    };
    if charged > 0 {
        let fee = Some(money(30));
        row.payments.push(Payment { gateway: "card".into(), amount_minor: charged, fee });
    }
    row
}

fn refunding(part: &str, id: &str, minor: i64, at: &str) -> Order {
    let mut row = row(part, 0);
    row.placed_at = Instant::parse(at).unwrap();
    row.refunds.push(Refund {
        tax_inside: true,
        fee_returned: Some(money(0)),
        ..given(id, minor, at)
    });
    row
}

/// Unites the documents in every order of arrival, which must not matter.
fn settle_all(documents: &[Order]) -> Order {
    let mut results = Vec::new();
    for first in 0..documents.len() {
        let mut turned = documents.to_vec();
        turned.rotate_left(first);
        results.push(unite(turned.clone(), Vec::new(), &[]).unwrap());
        turned.reverse();
        results.push(unite(turned, Vec::new(), &[]).unwrap());
    }
    assert!(results.iter().all(|result| *result == results[0]));
    results.remove(0)
}

fn sums(order: &Order) -> Vec<(&str, i64, i64)> {
    let of = |refund: &Refund| (refund.adjustment_minor, refund.adjustment_tax_minor);
    order.refunds.iter().map(|it| (it.id.as_str(), of(it).0, of(it).1)).collect()
}

#[test]
fn lines_prices_and_tax_stay_the_orders_and_fees_and_days_are_the_processors() {
    let mut own = file();
    own.refunds.push(amount_only(600, 100));
    let charge = row("1", 1_200);
    let back = refunding("2", "r", 600, "2026-03-20T10:00:00Z");
    let united = settle_all(&[own.clone(), charge, back]);
    assert_eq!((&united.lines, united.taxes_included), (&own.lines, false));
    assert_eq!(united.payments.len(), 1);
    assert_eq!((united.payments[0].amount_minor, united.payments[0].fee), (1_200, Some(money(30))));
    // 6.00 × 2.00 / 12.00 is tax.
    assert_eq!(sums(&united), [("r", 500, 100)]);
    assert_eq!(united.refunds[0].at.to_string(), "2026-03-20T10:00:00Z");
    assert!(!united.refunds[0].tax_inside && !united.refunds[0].estimated);
}

#[test]
fn an_order_that_only_its_processor_told_sells_what_was_charged() {
    let united = settle_all(&[row("1", 700), row("2", 500)]);
    assert_eq!((united.lines.len(), united.lines[0].price_minor), (1, 1_200));
    assert_eq!(united.payments.len(), 2);
    assert!(united.counts() && united.taxes_included && united.lines[0].tax_minor.is_none());
    let with_refund =
        settle_all(&[row("1", 700), refunding("2", "r", 700, "2026-03-09T10:00:00Z")]);
    assert_eq!(sums(&with_refund), [("r", 700, 0)]);
    assert!(with_refund.refunds[0].tax_inside, "the destination's rule takes it out");
}

#[test]
fn a_refund_in_parts_gives_back_just_the_tax_that_was_charged() {
    let mut own = file();
    own.lines[0].tax_minor = Some(167);
    // 3 × 3.89 = 11.67; 1.67 of it is tax: 0.557, 1.113, 1.67 so far.
    let part = |part, at| refunding(part, part, 389, at);
    let united = settle_all(&[
        own,
        part("2", "2026-03-11T10:00:00Z"),
        part("3", "2026-03-12T10:00:00Z"),
        part("4", "2026-03-13T10:00:00Z"),
    ]);
    assert_eq!(sums(&united), [("2", 333, 56), ("3", 334, 55), ("4", 333, 56)]);
}

#[test]
fn of_a_refunded_total_the_part_stays_that_went_another_way() {
    let mut own = file();
    own.refunds.push(amount_only(900, 150));
    let united = settle_all(&[own, refunding("2", "r", 600, "2026-03-20T10:00:00Z")]);
    // 9.00 − 6.00, its tax 3.00 × 1.50 / 9.00.
    assert_eq!(sums(&united), [(REFUNDED_REST, 250, 50), ("r", 500, 100)]);
    assert!(united.refunds[0].estimated);
}

#[test]
fn a_chargeback_is_no_part_of_what_the_shop_gave_back() {
    let mut own = file();
    own.refunds.push(amount_only(600, 100));
    let dispute = refunding("2", "chargeback/2", 600, "2026-03-20T10:00:00Z");
    let united = unite(vec![own, dispute], Vec::new(), &[]).unwrap();
    // The total without a day stays, because nothing dated explains it.
    assert_eq!(sums(&united), [(AMOUNT_ONLY_REFUND, 500, 100), ("chargeback/2", 500, 100)]);
}

#[test]
fn a_payment_covers_its_own_gateway_first_and_the_rest_stays() {
    let mut own = file();
    own.payments = vec![
        Payment { gateway: "paypal".into(), amount_minor: 400, fee: None },
        Payment { gateway: "card".into(), amount_minor: 800, fee: Some(money(99)) },
    ];
    let united = settle_all(&[own, row("1", 800)]);
    let told: Vec<(&str, i64)> =
        united.payments.iter().map(|it| (it.gateway.as_str(), it.amount_minor)).collect();
    assert_eq!(told, [("card", 800), ("paypal", 400)]);
    assert_eq!(united.payments[0].fee, Some(money(30)));
}

#[test]
fn an_older_export_that_knows_no_payment_is_paid_by_the_processors() {
    let mut own = file();
    own.financial_status = FinancialStatus::Authorized;
    own.payments.clear();
    let united = settle_all(&[own, row("1", 1_200)]);
    assert_eq!(united.financial_status, FinancialStatus::Paid);
    assert_eq!(united.payments[0].amount_minor, 1_200);
}

#[test]
fn amounts_in_another_currency_are_never_mixed_with_the_orders() {
    let aed = Currency::parse("AED").unwrap();
    let mut own = file();
    let mut charge = row("1", 4_800);
    charge.currency = aed;
    charge.payments[0].fee = Some(Money::new(120, aed));
    let mut back = refunding("2", "r", 2_400, "2026-03-20T10:00:00Z");
    back.currency = aed;
    let united = settle_all(&[own.clone(), charge.clone(), back.clone()]);
    assert_eq!((united.payments[0].amount_minor, united.payments[0].fee), (1_200, None));
    let told: Vec<(&str, Money)> =
        united.fees.iter().map(|fee| (fee.kind.as_str(), fee.amount)).collect();
    let expected = [
        ("payment_fee", Money::new(120, aed)),
        ("refund_in_another_currency", Money::new(2_400, aed)),
    ];
    assert_eq!(told, expected);
    own.refunds.push(amount_only(600, 100));
    let united = settle_all(&[own, charge, back]);
    assert_eq!(sums(&united), [(AMOUNT_ONLY_REFUND, 500, 100)]);
    assert_eq!(united.fees.len(), 1, "what the order knows of its refund stands");
}

/// What the shop's own interface says of a refund: half of the goods, and that they came back.
fn with_parts(id: &str, at: &str) -> Refund {
    let part = crate::domain::record::RefundLine {
        line_id: file().lines[0].id.clone(),
        quantity: 1,
        amount_minor: 500,
        tax_minor: 100,
        restocked: 1,
    };
    Refund { lines: vec![part], fee_returned: None, ..given(id, 0, at) }
}

#[test]
fn what_came_back_to_the_shelf_stays_known_beside_a_processor() {
    let mut own = file();
    own.refunds.push(with_parts("r1", "2026-03-20T09:59:00Z"));
    let rows = [
        own.clone(),
        row("p1", 1_200),
        refunding("p2", "b1", 600, "2026-03-20T10:00:00Z"),
        refunding("p3", "b2", 120, "2026-03-25T10:00:00Z"),
    ];
    let united = settle_all(&rows[..3]);
    assert_eq!(united.refunds.len(), 1);
    assert_eq!(united.refunds[0].lines[0].restocked, 1);
    assert_eq!(united.refunds[0].at.to_string(), "2026-03-20T10:00:00Z", "the processor's");
    assert_eq!(united.refunds[0].fee_returned, Some(money(0)));
    // One that the order's own source does not know yet.
    let united = settle_all(&rows);
    assert_eq!(sums(&united), [("r1", 0, 0), ("b2", 100, 20)]);
}

#[test]
fn a_refund_that_went_two_ways_is_given_back_once() {
    let mut own = file();
    own.refunds.push(with_parts("r1", "2026-03-20T09:59:00Z"));
    let rows = [own, row("p1", 1_200), refunding("p2", "b1", 240, "2026-03-20T10:00:00Z")];
    assert_eq!(sums(&settle_all(&rows)), [("r1", 0, 0)]);
}
