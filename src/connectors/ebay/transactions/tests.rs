//! The transaction report row by row, and a genuine year of it to the cent.

use super::{read, recognises};
use crate::connectors::contract::{Head, Match};
use crate::connectors::ebay::tests::{
    Facts, ORDERS, TRANSACTIONS, Told, fees, find, records, split, try_find,
};
use crate::connectors::tests::find_sample;
use crate::domain::record::{ChargeClass, FeeClass, Order, Payout, Record};

const GERMAN: &str = include_str!("../../../../tests/fixtures/ebay/transactions-german.csv");

fn read_text(text: &str) -> (Facts, Told) {
    let (records, told) = split(find(read, text.as_bytes()));
    let mut facts = Facts::default();
    facts.take(records);
    (facts, told)
}

fn tied(payout: &Payout) -> bool {
    let parts: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
    parts == payout.stated_minor
}

fn is_outside(payout: &Payout) -> bool {
    payout.parts.iter().any(|part| part.kind == "transactions outside of this report")
}

#[test]
fn the_report_is_told_by_its_header_behind_the_preamble() {
    for text in [TRANSACTIONS, GERMAN] {
        assert_eq!(recognises(&Head::of_text(text, "a.csv")), Match::Yes);
    }
    assert_eq!(recognises(&Head::of_text(ORDERS, "a.csv")), Match::No);
    let fault = try_find(read, b"Date,Type\n1,2\n").map(|_| ()).unwrap_err();
    assert!(fault.to_string().contains("transaction creation date"), "{fault}");
}

#[test]
fn one_item_makes_an_order_with_its_fees_on_the_item() {
    let (facts, _) = read_text(TRANSACTIONS);
    let order = &facts.orders()["11-00001-00001"];
    assert_eq!(order.lines.len(), 1, "the line of the label is gone");
    let line = &order.lines[0];
    assert_eq!((line.id.as_str(), line.sku.as_deref()), ("500000000001", Some("MUG-BLUE")));
    assert_eq!((line.quantity, line.price_minor, line.tax_minor), (2, 25_00, Some(2_10)));
    assert_eq!(order.shipping.price_minor, 5_00);
    assert!(order.marketplace_remitted_tax && !order.taxes_included);
    assert_eq!((order.country.as_deref(), order.region.as_deref()), (Some("US"), Some("OR")));
    assert_eq!(order.payments[0].amount_minor, 32_10);
    assert_eq!(fees(order, FeeClass::Channel), 30 + 3_98 - 80);
    assert_eq!(fees(order, FeeClass::ShippingCost), 4_45);
    assert_eq!(fees(order, FeeClass::Advertising), 1_50);
    let refund = &order.refunds[0];
    assert_eq!(refund.id, "refund/Refund ID 5500001/-600");
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (6_00, 42));
    assert_eq!(refund.fees[0].amount.minor, -80);
}

#[test]
fn a_combined_order_is_read_from_its_total_and_its_items() {
    let check = |text: &str| {
        let (facts, told) = read_text(text);
        assert!(told.refused.is_empty(), "{:?}", told.refused);
        let order = facts.orders().remove("11-00002-00002").unwrap();
        assert_eq!(order.lines.len(), 2);
        assert_eq!(order.shipping.price_minor, 7_50);
        // 3.20 over 20.00 and 18.00.
        let taxes: Vec<_> = order.lines.iter().filter_map(|line| line.tax_minor).collect();
        assert_eq!(taxes, [1_68, 1_52]);
        assert_eq!(fees(&order, FeeClass::Channel), 6_28 + 77);
        assert_eq!(order.unexplained_minor, 0);
    };
    check(TRANSACTIONS);
    // Sorted apart by a spreadsheet: the total far from its items.
    let mut lines: Vec<&str> = TRANSACTIONS.lines().collect();
    let at = lines.iter().position(|line| line.contains(",45.5,")).unwrap();
    let total = lines.remove(at);
    lines.push(total);
    check(&lines.join("\n"));
}

#[test]
fn what_names_no_order_is_a_charge_of_its_class() {
    let (facts, told) = read_text(TRANSACTIONS);
    let mut charges: Vec<_> = facts
        .charges
        .values()
        .map(|charge| (charge.kind.as_str(), charge.class, charge.amount.minor))
        .collect();
    charges.sort_by_key(|charge| charge.0);
    assert_eq!(
        charges,
        [
            ("hold", ChargeClass::Balance, -10_00),
            ("insertion", ChargeClass::PeriodFee, -35),
            ("insertion", ChargeClass::PeriodFee, -35),
            ("promoted_listings", ChargeClass::AdvertisingPayment, -2_00),
            ("subscription", ChargeClass::PeriodFee, -21_95),
        ]
    );
    let ad = facts.charges.values().find(|charge| charge.kind == "promoted_listings").unwrap();
    assert_eq!(ad.family.as_deref(), Some("ebay"));
    assert_eq!(ad.payout.as_deref(), Some("9000000002"));
    assert_eq!(told.unknown, ["fee Moon phase fee"]);
    let order = &facts.orders()["11-00002-00002"];
    let moon = order.fees.iter().find(|fee| fee.kind == "moon_phase_fee").unwrap();
    assert_eq!((moon.amount.minor, moon.unclassified), (77, true));
}

#[test]
fn payouts_tie_out_and_a_cut_shows_as_a_part() {
    let (facts, _) = read_text(TRANSACTIONS);
    assert_eq!(facts.payouts.len(), 2);
    let payout = &facts.payouts["9000000001"];
    assert_eq!((payout.stated_minor, payout.rows), (35_57, 8));
    assert!(facts.payouts.values().all(|payout| tied(payout) && !is_outside(payout)));
    // Without the row of the subscription 21.95 are missing.
    let cut: Vec<&str> =
        TRANSACTIONS.lines().filter(|line| !line.contains("subscription")).collect();
    let (facts, _) = read_text(&cut.join("\n"));
    let payout = &facts.payouts["9000000001"];
    assert!(tied(payout) && is_outside(payout));
    assert_eq!(payout.parts.last().unwrap().amount_minor, -21_95);
}

#[test]
fn a_german_report_with_a_fee_that_nobody_knows() {
    let (facts, told) = read_text(GERMAN);
    assert!(told.refused.is_empty(), "{:?}", told.refused);
    assert_eq!(told.unknown, ["column Mondphase", "fee Gebühr für Sternschnuppen"]);
    let order = &facts.orders()["12-00001-00001"];
    assert!(order.taxes_included, "prices in euros are with tax");
    assert_eq!(order.lines[0].price_minor, 1_190_00);
    assert_eq!(fees(order, FeeClass::Channel), 35 + 125_00 + 1_25);
    assert_eq!(fees(order, FeeClass::Advertising), 23_80);
    assert!(tied(&facts.payouts["8000000001"]) && !is_outside(&facts.payouts["8000000001"]));
}

#[test]
fn an_unknown_transaction_and_an_unexplained_deduction_are_counted() {
    let odd = TRANSACTIONS
        .replace("Hold,11-00003-00003,11-00003-00003", "Tribute,--,--")
        .replace(",34.4,USD", ",33.4,USD");
    let (facts, told) = read_text(&odd);
    assert!(told.unknown.contains(&"transaction Tribute".to_owned()));
    let tribute = facts.charges.values().find(|charge| charge.kind == "tribute").unwrap();
    assert_eq!((tribute.class, tribute.amount.minor), (ChargeClass::Unclassified, -10_00));
    let order = &facts.orders()["11-00003-00003"];
    let rest = order.fees.iter().find(|fee| fee.unclassified).unwrap();
    assert_eq!((rest.kind.as_str(), rest.amount.minor), ("in_no_column", 1_00));
}

#[test]
fn bad_rows_are_refused_one_by_one_with_their_column() {
    let bad = TRANSACTIONS
        .replace("\"Mar 14, 2026\",Order", "\"Someday\",Order")
        .replace("-21.95,USD", "-21x95,USD")
        .replacen("-0.35,USD,Bank", "-0.35,XYZ,Bank", 1);
    let bad = bad.replacen(",-0.35,USD,--,--", ",-0.35,QQQ,--,--", 1);
    let (facts, told) = read_text(&bad);
    let refused: Vec<_> =
        told.refused.iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect();
    assert_eq!(
        refused,
        [(15, "transaction creation date"), (17, "transaction currency"), (20, "net amount")]
    );
    assert!(told.unknown.contains(&"currency QQQ".to_owned()));
    assert!(told.refused.iter().all(|refusal| !refusal.raw.contains("tin_whistle")));
    assert!(facts.orders().contains_key("11-00001-00001"));
    // An item whose order's total is not in the file.
    let alone: Vec<&str> = TRANSACTIONS.lines().filter(|line| !line.contains(",45.5,")).collect();
    let (facts, told) = read_text(&alone.join("\n"));
    assert_eq!(told.refused.len(), 1);
    assert_eq!(told.refused[0].raw.lines().count(), 2);
    // Only the fee that was told by itself is known of the order.
    assert_eq!(facts.orders()["11-00002-00002"].lines[0].quantity, 0);
}

#[test]
fn a_genuine_year_adds_up_to_the_cent() {
    let Some(bytes) = find_sample("ebay/samples/ebay_transaction_report_us_a.csv") else { return };
    let (all, told) = split(find(read, &bytes));
    assert!(told.refused.is_empty() && told.notices.is_empty() && told.unknown.is_empty());
    let mut facts = Facts::default();
    facts.take(all);
    let orders = facts.orders();
    let sum = |of: &dyn Fn(&Order) -> i64| -> i64 { orders.values().map(of).sum() };
    assert_eq!(orders.len(), 91);
    let lines = |order: &Order| -> i64 { order.lines.iter().map(|line| line.price_minor).sum() };
    assert_eq!(sum(&lines), 2_654_27);
    let units = |order: &Order| -> i64 { order.lines.iter().map(|line| line.quantity).sum() };
    assert_eq!(sum(&units), 102);
    assert_eq!(sum(&|order| order.shipping.price_minor), 518_51);
    let tax = |order: &Order| order.lines.iter().filter_map(|line| line.tax_minor).sum();
    assert_eq!(sum(&tax), 214_30);
    // 27.30 + 440.10 + 2.15 less what two refunds gave back, 4.99.
    assert_eq!(sum(&|order| fees(order, FeeClass::Channel)), 469_55 - 4_99);
    assert_eq!(sum(&|order| fees(order, FeeClass::ShippingCost)), 8_48);
    let back = |order: &Order| order.refunds.iter().map(|refund| refund.adjustment_minor).sum();
    assert_eq!(sum(&back), 33_92);
    let tax_back =
        |order: &Order| order.refunds.iter().map(|refund| refund.adjustment_tax_minor).sum();
    assert_eq!(sum(&tax_back), 2_39);
    assert!(orders.values().all(|order| order.lines.len() == 1 && order.unexplained_minor == 0));
    assert!(facts.charges.is_empty());
    assert_eq!(facts.payouts.len(), 50);
    assert!(facts.payouts.values().all(|payout| tied(payout) && !is_outside(payout)));
    let paid: i64 = facts.payouts.values().map(|payout| payout.stated_minor).sum();
    assert_eq!(paid, 2_456_58);
}

#[test]
fn genuine_combined_orders_have_their_items() {
    let name = "ebay/samples/ebay_transaction_report_us_multi_item.csv";
    let Some(bytes) = find_sample(name) else { return };
    let mut facts = Facts::default();
    facts.take(records(read, &bytes));
    let orders: Vec<Order> = facts.orders().into_values().collect();
    assert_eq!(orders.len(), 2);
    assert!(orders.iter().all(|order| order.lines.len() == 2));
    let net: i64 = orders
        .iter()
        .map(|order| {
            let lines: i64 = order.lines.iter().map(|line| line.price_minor).sum();
            lines + order.shipping.price_minor - fees(order, FeeClass::Channel)
        })
        .sum();
    assert_eq!(net, 38_82 + 45_79);
    assert!(orders.iter().all(|order| order.fees.iter().all(|fee| fee.line_id.is_some())));
}

#[test]
fn nothing_of_a_buyer_is_in_a_record_but_the_mark_that_is_hashed() {
    for record in records(read, TRANSACTIONS.as_bytes()) {
        let Record::Order(order) = record else { continue };
        let text = serde_json::to_string(&order).unwrap();
        assert!(!text.contains("meadow_lark") && !text.contains("grey_heron"), "{text}");
    }
}
