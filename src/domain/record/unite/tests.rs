//! Sources in every order of arrival end in the same order, with nothing twice.

use super::super::order::{
    CustomerIdentity, FinancialStatus, Payment, RefundLine, Shipping, SourceTag,
};
use super::*;
use crate::base::{Currency, Instant, Money};

pub(super) fn order(kind: SourceKind, part: &str) -> Order {
    Order {
        id: "1".into(),
        number: None,
        placed_at: Instant::parse("2026-03-01T10:00:00Z").unwrap(),
        cancelled_at: None,
        source: SourceTag {
            kind,
            part: part.into(),
            label: format!("{kind:?} {part}"),
            settled: None,
        },
        financial_status: FinancialStatus::Paid,
        test: false,
        currency: Currency::parse("EUR").unwrap(),
        taxes_included: false,
        marketplace_remitted_tax: false,
        country: None,
        region: None,
        customer: CustomerIdentity::default(),
        campaign: None,
        channel: None,
        lines: vec![Line {
            id: format!("{kind:?}-1"),
            sku: Some("MUG".into()),
            title: None,
            quantity: 1,
            price_minor: 1_000,
            discount_minor: 0,
            tax_minor: None,
            gift_card: false,
            weight_grams: 0,
            added_at: None,
            restocked_in_all: 0,
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

pub(super) fn refund(id: &str, line: &str, at: &str) -> Refund {
    Refund {
        id: id.into(),
        at: Instant::parse(at).unwrap(),
        estimated: false,
        tax_inside: false,
        lines: vec![RefundLine {
            line_id: line.into(),
            quantity: 1,
            amount_minor: 1_000,
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

fn fee(minor: i64, line: &str) -> Fee {
    Fee {
        kind: "commission".into(),
        class: Default::default(),
        amount: Money::new(minor, Currency::parse("EUR").unwrap()),
        line_id: Some(line.into()),
        estimated: false,
        unclassified: false,
    }
}

#[test]
fn all_permutations_of_the_sources_end_in_the_same_order() {
    let mut file = order(SourceKind::OrdersFile, "");
    file.number = Some("1001".into());
    file.fees.push(fee(99, "OrdersFile-1"));
    let mut first = order(SourceKind::Settlement, "A");
    first.fees.push(fee(150, "Settlement-1"));
    let mut second = order(SourceKind::Settlement, "B");
    second.lines[0].quantity = 0;
    second.lines[0].price_minor = 0;
    second.refunds.push(refund("r", "Settlement-1", "2026-03-20T10:00:00Z"));
    second.placed_at = Instant::parse("2026-03-20T10:00:00Z").unwrap();
    let documents = [file, first, second];
    let orders: [[usize; 3]; 6] =
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
    let results: Vec<Order> = orders
        .iter()
        .map(|indexes| {
            let documents = indexes.iter().map(|index| documents[*index].clone()).collect();
            unite(documents, Vec::new(), &[]).unwrap()
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    // The settled fee replaces the file's, on the file's line.
    assert_eq!(results[0].fees, [fee(150, "OrdersFile-1")]);
    assert_eq!(results[0].refunds[0].lines[0].line_id, "OrdersFile-1");
    assert_eq!(results[0].lines.len(), 1);
    assert_eq!(results[0].check(), Ok(()));
}

#[test]
fn settlements_alone_make_the_order_with_the_day_of_its_sale() {
    let mut refunding = order(SourceKind::Settlement, "A");
    refunding.lines[0].quantity = 0;
    refunding.lines[0].price_minor = 0;
    refunding.placed_at = Instant::parse("2026-02-01T10:00:00Z").unwrap();
    let selling = order(SourceKind::Settlement, "B");
    let united = unite(vec![refunding, selling.clone()], Vec::new(), &[]).unwrap();
    assert_eq!(united.placed_at, selling.placed_at);
    assert_eq!(united.lines[0].quantity, 1);
}

#[test]
fn a_refund_known_by_amount_gives_way_to_dated_ones() {
    let mut file = order(SourceKind::OrdersFile, "");
    let estimated =
        Refund { estimated: true, ..refund(AMOUNT_ONLY_REFUND, "x", "2026-03-30T00:00:00Z") };
    let estimated = Refund { lines: Vec::new(), adjustment_minor: 500, ..estimated };
    file.refunds.push(estimated);
    let alone = unite(vec![file.clone()], Vec::new(), &[]).unwrap();
    assert_eq!(alone.refunds.len(), 1);
    let dated = refund("7", "OrdersFile-1", "2026-03-20T10:00:00Z");
    let united = unite(vec![file], vec![dated.clone()], &[]).unwrap();
    assert_eq!(united.refunds, [dated]);
}

#[test]
fn a_restock_told_by_line_goes_to_its_earliest_refunds() {
    let mut file = order(SourceKind::OrdersFile, "");
    file.lines[0].quantity = 3;
    file.lines[0].restocked_in_all = 1;
    let late = refund("late", "OrdersFile-1", "2026-03-21T10:00:00Z");
    let early = refund("early", "OrdersFile-1", "2026-03-20T10:00:00Z");
    let united = unite(vec![file], vec![late, early], &[]).unwrap();
    let restocked: Vec<i64> =
        united.refunds.iter().map(|refund| refund.lines[0].restocked).collect();
    assert_eq!(restocked, [0, 1]);
}

#[test]
fn views_of_one_order_complete_each_other_and_do_not_add_up() {
    let payment = |fee: Option<i64>| Payment {
        gateway: "etsy".into(),
        amount_minor: 1_000,
        fee: fee.map(|minor| Money::new(minor, Currency::parse("EUR").unwrap())),
    };
    let mut items = order(SourceKind::OrdersFile, "");
    items.payments.push(payment(None));
    let mut totals = order(SourceKind::OrdersFile, "totals");
    totals.lines[0].id = "order".into();
    totals.country = Some("DE".into());
    totals.payments.push(payment(Some(45)));
    for documents in [[items.clone(), totals.clone()], [totals, items]] {
        let united = unite(documents.into(), Vec::new(), &[]).unwrap();
        assert_eq!(united.lines.len(), 1);
        assert_eq!(united.lines[0].id, "OrdersFile-1");
        assert_eq!(united.country.as_deref(), Some("DE"));
        assert_eq!(united.payments, [payment(Some(45))]);
    }
}

#[test]
fn rows_told_one_by_one_make_one_refund_and_no_line_of_their_own() {
    let bare = |part: &str| {
        let mut bare = order(SourceKind::Settlement, part);
        bare.source.label = "statement".into();
        bare.lines[0].id = "order".into();
        bare.lines[0].quantity = 0;
        bare.lines[0].price_minor = 0;
        bare
    };
    let give_back = |minor| {
        let refund = refund("2026-03-20", "x", "2026-03-20T10:00:00Z");
        Refund { lines: Vec::new(), adjustment_minor: minor, ..refund }
    };
    let mut money = bare("b");
    money.refunds.push(give_back(700));
    let mut credit = bare("c");
    credit
        .refunds
        .push(Refund { fees: vec![Fee { line_id: None, ..fee(-60, "") }], ..give_back(0) });
    let mut sale = order(SourceKind::Settlement, "a");
    sale.source.label = "statement".into();
    let united = unite(vec![money, sale, credit], Vec::new(), &[]).unwrap();
    assert_eq!(united.lines.len(), 1);
    assert_eq!(united.refunds.len(), 1);
    assert_eq!(united.refunds[0].adjustment_minor, 700);
    assert_eq!(united.refunds[0].fees[0].amount.minor, -60);
    assert_eq!(united.source.label, "statement");
}

#[test]
fn a_settlement_without_lines_leaves_the_orders_own_and_pays_it() {
    let mut file = order(SourceKind::OrdersFile, "");
    file.financial_status = FinancialStatus::Pending;
    let mut settlement = order(SourceKind::Settlement, "A");
    settlement.lines.clear();
    settlement.fees.push(fee(150, "gone"));
    let payment = Payment { gateway: "card".into(), amount_minor: 1_000, fee: None };
    settlement.payments.push(payment.clone());
    let alone = unite(vec![settlement.clone()], Vec::new(), &[]).unwrap();
    assert!(alone.lines.is_empty());
    let united = unite(vec![settlement, file.clone()], Vec::new(), &[]).unwrap();
    assert_eq!(united.lines, file.lines);
    assert_eq!((united.payments, united.fees), (vec![payment], vec![fee(150, "OrdersFile-1")]));
    // Money came in, so it counts, whatever the older file knew.
    assert_eq!(united.financial_status, FinancialStatus::Paid);
}

/// A document of one of four sources of the order, told in a few numbers.
fn document((which, told): (usize, [u8; 6])) -> Order {
    let kinds = [
        (SourceKind::Settlement, "A"),
        (SourceKind::Settlement, "B"),
        (SourceKind::OrdersFile, ""),
        (SourceKind::OrdersFile, "other"),
        (SourceKind::Api, ""),
    ];
    let (kind, part) = kinds[which];
    let mut document = order(kind, part);
    let [number, quantity, fees, refunds, payments, status] = told;
    document.number = (number % 2 == 0).then(|| format!("10{number}"));
    document.placed_at = document.placed_at.plus_seconds(i64::from(number) * 3_600);
    document.lines[0].quantity = i64::from(quantity % 3);
    document.lines[0].price_minor = i64::from(quantity % 3) * 1_000;
    document.lines[0].sku = (quantity % 4 > 0).then(|| "MUG".to_owned());
    let line = document.lines[0].id.clone();
    (0..fees % 3).for_each(|index| document.fees.push(fee(100 + i64::from(index), &line)));
    for index in 0..refunds % 3 {
        let at = format!("2026-03-{:02}T10:00:00Z", 10 + refunds % 7);
        document.refunds.push(refund(&format!("{}-{index}", refunds % 2), &line, &at));
    }
    for _ in 0..payments % 3 {
        let fee = (payments % 2 == 0).then(|| Money::new(30, document.currency));
        let amount_minor = i64::from(payments) * 10;
        document.payments.push(Payment { gateway: "card".into(), amount_minor, fee });
    }
    document.financial_status = FinancialStatus::ALL[usize::from(status) % 8];
    document.country = (status % 3 == 0).then(|| "DE".to_owned());
    document
}

proptest::proptest! {
    #[test]
    fn any_sources_in_any_order_make_one_order(
        told in proptest::array::uniform5(proptest::array::uniform6(proptest::num::u8::ANY)),
        sources in proptest::sample::subsequence(vec![0_usize, 1, 2, 3, 4], 1..=5),
        turn in 0..5_usize, swap in proptest::bool::ANY,
    ) {
        let mut documents: Vec<Order> =
            sources.iter().map(|which| document((*which, told[*which]))).collect();
        let first = unite(documents.clone(), Vec::new(), &[]);
        let turn = turn % documents.len();
        documents.rotate_left(turn);
        if swap {
            documents.reverse();
        }
        proptest::prop_assert_eq!(unite(documents, Vec::new(), &[]), first);
    }
}
