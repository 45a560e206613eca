//! A statement row by row, and the one at hand to the penny.

use super::{read, recognises};
use crate::connectors::contract::{Head, Match};
use crate::connectors::etsy::tests::{Facts, ITEMS, STATEMENT, fees, read_text};
use crate::connectors::tests::find_sample;
use crate::domain::record::{Charge, ChargeClass, FeeClass, Order, Payout, Record};

const GERMAN: &str = include_str!("../../../../tests/fixtures/etsy/statement-german.csv");

fn kinds(facts: &Facts) -> Vec<(String, ChargeClass, i64)> {
    let charges = facts.charges.values();
    let mut kinds: Vec<_> = charges
        .map(|charge: &Charge| (charge.kind.clone(), charge.class, charge.amount.minor))
        .collect();
    kinds.sort_by(|left, right| left.0.cmp(&right.0));
    kinds
}

fn tied(payout: &Payout) -> bool {
    let parts: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
    parts == payout.stated_minor
}

/// All that the records say was moved, computed again from nothing else.
fn moved(records: &[Record]) -> i64 {
    let order_moved = |order: &Order| -> i64 {
        let lines: i64 =
            order.lines.iter().map(|line| line.price_minor - line.tax_minor.unwrap_or(0)).sum();
        let fees: i64 = order.fees.iter().map(|fee| fee.amount.minor).sum();
        let back: i64 = order
            .refunds
            .iter()
            .map(|refund| {
                let fees: i64 = refund.fees.iter().map(|fee| fee.amount.minor).sum();
                refund.adjustment_minor + fees
            })
            .sum();
        lines - fees - back
    };
    let of = |record: &Record| match record {
        Record::Order(order) => order_moved(order),
        Record::Charge(charge) => charge.amount.minor,
        _ => 0,
    };
    records.iter().map(of).sum()
}

#[test]
fn a_statement_is_told_by_its_header() {
    for text in [STATEMENT, GERMAN] {
        assert_eq!(recognises(&Head::of_text(text, "a.csv")), Match::Yes);
    }
    assert_eq!(recognises(&Head::of_text(ITEMS, "a.csv")), Match::No);
}

#[test]
fn a_statement_alone_makes_its_orders() {
    let facts = Facts::of(read, STATEMENT);
    let orders = facts.orders();
    assert_eq!(orders.len(), 2);
    let order = &orders["3801000001"];
    assert_eq!((order.lines.len(), order.lines[0].quantity), (1, 1));
    // The buyer paid 48.88, of which 3.60 tax and 0.28 for the state are nobody's income.
    assert_eq!((order.lines[0].price_minor, order.lines[0].tax_minor), (48_88, Some(3_88)));
    assert!(order.taxes_included && order.marketplace_remitted_tax);
    assert_eq!(fees(order, FeeClass::Channel), 1_30 + 1_30, "two equal rows are two fees");
    assert_eq!(fees(order, FeeClass::Payment), 1_80 - 35);
    assert_eq!(fees(order, FeeClass::Advertising), 6_75);
    let refund = &order.refunds[0];
    assert_eq!((order.refunds.len(), refund.adjustment_minor), (1, 10_00));
    assert_eq!((refund.adjustment_tax_minor, refund.fees.len()), (80, 1));
    let other = &orders["3801000002"];
    assert_eq!(fees(other, FeeClass::ShippingCost), 4_90);
    // 2.60 and 0.33, the tax on them, which names the item alone, and a fee that nobody knows.
    assert_eq!(fees(other, FeeClass::Channel), 2_60 + 33 + 10 + 33);
    let tax = other.fees.iter().find(|fee| fee.kind == "tax_on_transaction").unwrap();
    assert_eq!(tax.amount.minor, 10);
    let moon = other.fees.iter().find(|fee| fee.kind == "moonlight_fee").unwrap();
    assert!(moon.unclassified);
}

#[test]
fn what_names_no_order_is_a_charge_of_its_class() {
    let (_, told) = read_text(read, STATEMENT);
    assert_eq!(told.unknown, ["fee Moonlight fee", "transaction Mystery"]);
    let facts = Facts::of(read, STATEMENT);
    let expected = [
        ("card_charge", ChargeClass::Balance, 20_00),
        ("etsy_ads", ChargeClass::AdvertisingPayment, -3_00),
        ("listing", ChargeClass::PeriodFee, -20),
        ("listing", ChargeClass::PeriodFee, -20),
        ("mystery", ChargeClass::Unclassified, 18),
        ("shipping_label", ChargeClass::PeriodFee, -5_10),
        ("subscription", ChargeClass::PeriodFee, -10_00),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(kind, class, minor)| ((*kind).to_owned(), *class, *minor)).collect();
    assert_eq!(kinds(&facts), expected);
    let ads = facts.charges.values().find(|charge| charge.kind == "etsy_ads").unwrap();
    assert_eq!(ads.family.as_deref(), Some("etsy"));
}

#[test]
fn nothing_is_lost_between_rows_and_records_and_deposits_tie_out() {
    let (records, _) = read_text(read, STATEMENT);
    // All nets of the file: 22.09 since the last deposit, 38.93 before it.
    assert_eq!(moved(&records), 22_09 + 38_93);
    let facts = Facts::of(read, STATEMENT);
    assert!(facts.payouts.values().all(tied));
    let last = &facts.payouts["2026-03-31/deposit/2209"];
    assert_eq!(last.rows, 13);
    assert!(last.parts.iter().all(|part| part.group != "balance"));
    // 45.93 were paid out, 7.00 of it earned before the file begins.
    let first = &facts.payouts["2026-03-20/deposit/4593"];
    let rest = first.parts.iter().find(|part| part.kind == "balance before and after").unwrap();
    assert_eq!(rest.amount_minor, 7_00);
    // The oldest row first: the same deposits of the same rows.
    let mut lines: Vec<&str> = STATEMENT.lines().collect();
    lines[1..].reverse();
    let turned = Facts::of(read, &lines.join("\n"));
    assert_eq!(turned.payouts, facts.payouts);
    assert_eq!(turned.orders(), facts.orders());
}

#[test]
fn a_german_statement_with_a_row_that_lacks_its_date_and_currency() {
    let (_, told) = read_text(read, GERMAN);
    assert!(told.unknown.is_empty(), "{:?}", told.unknown);
    let facts = Facts::of(read, GERMAN);
    let order = &facts.orders()["3802000001"];
    assert_eq!((order.lines[0].price_minor, order.lines[0].tax_minor), (1_190_00, None));
    assert_eq!(fees(order, FeeClass::Channel), 65 + 77_35);
    assert_eq!(fees(order, FeeClass::Payment), 47_90);
    let payout = facts.payouts.values().next().unwrap();
    assert!(tied(payout) && payout.parts.iter().all(|part| part.group != "balance"));
}

#[test]
fn bad_rows_are_refused_one_by_one() {
    let bad = STATEMENT
        .replace("$22.09 sent to your bank account", "Sent to your bank account")
        .replace("--,-$4.90,-$4.90", "--,-$4.90,-$4.91")
        .replace("March 16, 2026", "Someday")
        .replacen(",USD,--,-$3.00", ",QQQ,--,-$3.00", 1);
    let (records, told) = read_text(read, &bad);
    let refused: Vec<_> =
        told.refused.iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect();
    assert_eq!(refused, [(2, "title"), (6, "net"), (15, "currency"), (26, "date")]);
    assert!(told.unknown.contains(&"currency QQQ".to_owned()));
    assert_eq!(moved(&records), 22_09 + 38_93 + 4_90 + 3_00 - 20_00);
}

#[test]
fn the_statement_at_hand_adds_up_to_the_penny() {
    let Some(bytes) = find_sample("etsy/samples/statement_good.csv") else { return };
    let text = String::from_utf8(bytes).unwrap();
    let (records, told) = read_text(read, &text);
    assert!(told.refused.is_empty() && told.unknown.is_empty(), "{told:?}");
    assert_eq!(records.len(), 14);
    // 1.37 of a sale, 0.03 0.15 0.05 0.04 0.02 0.21 0.09 0.25 0.03 0.15 0.05 0.02 0.09 off.
    assert_eq!(moved(&records), 1_37 - 1_18);
    let facts = Facts::of(read, &text);
    let orders = facts.orders();
    let order = &orders["3672216433"];
    assert_eq!(order.lines[0].price_minor, 1_37);
    assert_eq!(fees(order, FeeClass::Payment), 25 + 5);
    assert_eq!(fees(order, FeeClass::Channel), 9 + 2);
    // The row of 0.04 bears neither date nor currency.
    assert_eq!(fees(order, FeeClass::Advertising), 21 + 4);
    let other = &orders["3671998175"];
    assert_eq!(fees(other, FeeClass::Payment) + fees(other, FeeClass::Channel), 5 + 2 + 9);
    assert_eq!(
        kinds(&facts),
        [
            ("listing".to_owned(), ChargeClass::PeriodFee, -15),
            ("listing".to_owned(), ChargeClass::PeriodFee, -15),
            ("tax_on_listing".to_owned(), ChargeClass::PeriodFee, -3),
            ("tax_on_listing".to_owned(), ChargeClass::PeriodFee, -3),
        ]
    );
}

#[test]
fn an_invalid_amount_refuses_its_row_alone_and_a_header_alone_is_nothing() {
    let Some(bytes) = find_sample("etsy/samples/statement_invalid_amount.csv") else { return };
    let (records, told) = read_text(read, std::str::from_utf8(&bytes).unwrap());
    let refused: Vec<_> =
        told.refused.iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect();
    assert_eq!((refused, records.len()), (vec![(2, "amount")], 1));
    let Some(bytes) = find_sample("etsy/samples/statement_header_only.csv") else { return };
    let (records, told) = read_text(read, std::str::from_utf8(&bytes).unwrap());
    assert!(records.is_empty() && told.refused.is_empty());
}
