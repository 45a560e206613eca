//! The orders report row by row, and a genuine one to the cent.

use super::{read, recognises};
use crate::connectors::contract::{Head, Match};
use crate::connectors::ebay::tests::{Facts, ORDERS, TRANSACTIONS, Told, find, split};
use crate::connectors::tests::find_sample;
use crate::domain::record::{FinancialStatus, Order};

const COMBINED: &str = include_str!("../../../../tests/fixtures/ebay/orders-combined.csv");

fn read_text(text: &str) -> (Facts, Told) {
    let (records, told) = split(find(read, text.as_bytes()));
    let mut facts = Facts::default();
    facts.take(records);
    (facts, told)
}

#[test]
fn the_report_is_told_by_its_header_below_a_row_of_commas() {
    for text in [ORDERS, COMBINED] {
        assert_eq!(recognises(&Head::of_text(text, "a.csv")), Match::Yes);
    }
    assert_eq!(recognises(&Head::of_text(TRANSACTIONS, "a.csv")), Match::No);
}

#[test]
fn the_price_is_the_units_and_the_total_is_never_the_sale() {
    let (facts, told) = read_text(ORDERS);
    assert!(told.refused.is_empty() && told.notices.is_empty() && told.unknown.is_empty());
    let orders = facts.orders();
    assert_eq!(orders.len(), 4);
    let order = &orders["11-00001-00001"];
    let line = &order.lines[0];
    assert_eq!((line.quantity, line.price_minor, line.tax_minor), (2, 25_00, Some(2_10)));
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
    // 32.10 were paid, the total says 25.68; of 6.42 back 6.42 × 2.10 / 32.10 = 0.42 are tax.
    let refund = &order.refunds[0];
    assert!(refund.estimated);
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (6_00, 42));
    assert_eq!(refund.at.to_string(), "2026-03-20T00:00:00Z", "the report's last known day");
    assert_eq!(order.payments[0].amount_minor, 32_10);
    assert_eq!(order.payments[0].fee, None, "what eBay kept is not in this report");
}

#[test]
fn an_order_that_was_not_paid_does_not_count() {
    let (facts, _) = read_text(ORDERS);
    let order = &facts.orders()["11-00004-00004"];
    assert_eq!(order.financial_status, FinancialStatus::Pending);
    assert!(!order.counts());
}

#[test]
fn a_parcel_for_the_hub_goes_to_the_buyers_country() {
    let (facts, _) = read_text(ORDERS);
    let order = &facts.orders()["11-00003-00003"];
    assert_eq!(order.country.as_deref(), Some("CA"));
    // Without a label of its own a product is known by its listing.
    assert_eq!(order.lines[0].sku.as_deref(), Some("400000000003"));
}

#[test]
fn a_leading_row_states_what_its_items_share() {
    let (facts, told) = read_text(COMBINED);
    assert!(told.refused.is_empty(), "{:?}", told.refused);
    let order = &facts.orders()["11-00005-00005"];
    assert_eq!(order.lines.len(), 2);
    assert_eq!(order.shipping.price_minor, 6_00);
    // 2.00 over 20.00 and 10.00.
    let taxes: Vec<_> = order.lines.iter().filter_map(|line| line.tax_minor).collect();
    assert_eq!(taxes, [1_33, 67]);
    assert!(order.refunds.is_empty());
    assert_eq!(order.payments[0].amount_minor, 38_00);
}

#[test]
fn rows_of_one_order_fall_together_and_what_stands_apart_is_refused() {
    let (facts, told) = read_text(&ORDERS.replace("\"$6.00\"", "\"six\""));
    let refused: Vec<_> =
        told.refused.iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect();
    assert_eq!(refused, [(7, "sold for")]);
    assert!(!told.refused[0].raw.contains("grey_heron"));
    assert!(!facts.orders().contains_key("11-00002-00002"), "half an order is none");
    let mut lines: Vec<&str> = ORDERS.lines().collect();
    let candle = lines.remove(6);
    lines.insert(7, candle);
    let (_, told) = read_text(&lines.join("\n"));
    assert_eq!(told.refused.len(), 1);
    assert!(told.refused[0].reason.contains("apart"), "{}", told.refused[0].reason);
    // The same rows a second time say nothing new.
    let twice = format!("{ORDERS}{}", lines[7..].join("\n"));
    let (facts, _) = read_text(&twice);
    assert_eq!(facts.orders().len(), 4);
}

#[test]
fn a_report_that_was_cut_says_so() {
    let cut: Vec<&str> = ORDERS.lines().filter(|line| !line.contains("late_payer")).collect();
    let (_, told) = read_text(&cut.join("\n"));
    assert_eq!(told.notices.len(), 1);
    assert!(told.notices[0].contains("5 records"), "{}", told.notices[0]);
}

#[test]
fn a_genuine_report_adds_up_to_the_cent() {
    let Some(bytes) = find_sample("ebay/samples/ebay_orders_report_us_a.csv") else { return };
    let (all, told) = split(find(read, &bytes));
    assert!(told.refused.is_empty() && told.notices.is_empty() && told.unknown.is_empty());
    let mut facts = Facts::default();
    facts.take(all);
    let orders = facts.orders();
    let sum = |of: &dyn Fn(&Order) -> i64| -> i64 { orders.values().map(of).sum() };
    assert_eq!(orders.len(), 37);
    let goods = |order: &Order| -> i64 { order.lines.iter().map(|line| line.price_minor).sum() };
    assert_eq!(sum(&goods), 1_647_24);
    assert_eq!(sum(&|order| order.lines.iter().map(|line| line.quantity).sum()), 60);
    assert_eq!(sum(&|order| order.shipping.price_minor), 295_78);
    let tax = |order: &Order| order.lines.iter().filter_map(|line| line.tax_minor).sum();
    assert_eq!(sum(&tax), 161_97);
    // Three totals are below what was paid, by 2.65, 141.24 and 9.27.
    let back = |order: &Order| -> i64 {
        let refunds = order.refunds.iter();
        refunds.map(|refund| refund.adjustment_minor + refund.adjustment_tax_minor).sum()
    };
    assert_eq!(sum(&back), 153_16);
    assert_eq!(orders.values().filter(|order| !order.refunds.is_empty()).count(), 3);
    assert!(orders.values().all(|order| order.unexplained_minor == 0));
    let abroad = orders.values().filter(|order| order.country.as_deref() == Some("CA")).count();
    assert_eq!(abroad, 2);
    assert!(orders.values().all(|order| order.country.is_some()));
}

#[test]
fn orders_of_two_genuine_reports_are_the_same_orders() {
    let names = ["ebay_orders_report_us_a.csv", "ebay_transaction_report_us_a.csv"];
    let [Some(ordered), Some(booked)] =
        names.map(|name| find_sample(&format!("ebay/samples/{name}")))
    else {
        return;
    };
    let mut facts = Facts::default();
    facts.take(split(find(read, &ordered)).0);
    let before = facts.orders().len();
    facts.take(split(find(crate::connectors::ebay::transactions::read, &booked)).0);
    let orders = facts.orders();
    // Six of the 37 are in both.
    assert_eq!((before, orders.len()), (37, 37 + 91 - 6));
    let order = &orders["18-20000-11036"];
    assert_eq!((order.lines.len(), order.lines[0].quantity), (1, 5));
    assert_eq!(order.lines[0].price_minor, 66_00);
    // The dated refund replaces the 9.27 that the total lacks: 8.52 and 0.75 of tax.
    let refund = &order.refunds[0];
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (8_52, 75));
    assert!(order.fees.iter().all(|fee| fee.line_id.as_deref() == Some("3000000000028")));
}
