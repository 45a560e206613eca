//! A made-up settlement through the reader, joined with the orders export in every order of
//! arrival. No genuine file is at hand.

use super::*;
use crate::base::Zone;
use crate::connectors::tiktok_shop::orders;
use crate::domain::record::unite::unite;
use crate::domain::record::{Charge, ChargeClass, FeeClass, Order, Payout, Record};

const FILE: &str = include_str!("../../../../tests/fixtures/tiktok-shop/settlement.csv");
const ORDERS: &str = include_str!("../../../../tests/fixtures/tiktok-shop/orders.csv");

fn ctx() -> ReadCtx {
    let currency = Currency::parse("GBP").ok();
    ReadCtx { currency, zone: Zone::utc(), store: Some("shop".to_owned()) }
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

fn documents(found: &[Found], id: &str) -> Vec<Order> {
    records(found)
        .filter_map(|record| match record {
            Record::Order(order) if order.id.ends_with(id) => Some(order.as_ref().clone()),
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

fn charges(found: &[Found]) -> Vec<&Charge> {
    records(found)
        .filter_map(|record| match record {
            Record::Charge(charge) => Some(charge),
            _ => None,
        })
        .collect()
}

fn own(id: &str) -> Order {
    let mut own = Vec::new();
    orders::read(&mut ORDERS.as_bytes(), &ctx(), &mut |one| {
        own.push(one);
        Ok(())
    })
    .unwrap();
    documents(&own, id).remove(0)
}

#[test]
fn a_statement_is_a_payout_whose_parts_add_up() {
    let found = found(FILE);
    let told: Vec<(&str, i64, i64)> =
        payouts(&found).iter().map(|it| (it.id.as_str(), it.stated_minor, it.rows)).collect();
    // 28.83 + 8.95 − 12.00; 17.90 + 1.50 − 0.70 − 15.47.
    assert_eq!(told, [("TikTok Shop S1", 25_78, 3), ("TikTok Shop S2", 3_23, 4)]);
    for payout in payouts(&found) {
        let sum: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
        assert_eq!(sum, payout.stated_minor);
        assert_eq!(payout.from, payout.to);
    }
}

#[test]
fn what_belongs_to_no_order_is_a_charge_and_what_is_not_known_is_told() {
    let found = found(FILE);
    let told: Vec<(ChargeClass, i64, Option<&str>)> = charges(&found)
        .iter()
        .map(|charge| (charge.class, charge.amount.minor, charge.family.as_deref()))
        .collect();
    let expected = [
        (ChargeClass::AdvertisingPayment, -12_00, Some("tiktok")),
        (ChargeClass::Unclassified, -70, None),
    ];
    assert_eq!(told, expected);
    let unknown: Vec<(u64, UnknownKind, &str)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Unknown { row, kind, name } => Some((*row, *kind, name.as_str())),
            _ => None,
        })
        .collect();
    let expected =
        [(2, UnknownKind::Fee, "Brand new fee"), (7, UnknownKind::Transaction, "Something else")];
    assert_eq!(unknown, expected);
}

#[test]
fn an_order_and_its_statements_unite_alike_in_every_order_of_arrival() {
    let mut all = documents(&found(FILE), "0001");
    assert_eq!(all.len(), 2, "one document for each statement");
    all.push(own("0001"));
    let turned: Vec<Order> = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        .iter()
        .map(|turn| {
            let documents = turn.iter().map(|index| all[*index].clone()).collect();
            unite(documents, Vec::new(), &[]).unwrap()
        })
        .collect();
    assert!(turned.iter().all(|united| *united == turned[0]));
    let united = &turned[0];
    assert_eq!(united.lines, own("0001").lines);
    assert_eq!(united.check(), Ok(()));
    let sum = |class: FeeClass| -> i64 {
        united.fees.iter().filter(|it| it.class == class).map(|it| it.amount.minor).sum()
    };
    // 3.06 + 2.00 + 0.10 + 0.90; 0.50 + 0.15; what was reimbursed; the parcel.
    assert_eq!(sum(FeeClass::Channel), 6_06);
    assert_eq!(sum(FeeClass::Payment), 65);
    assert_eq!(sum(FeeClass::OtherIncome), -1_50);
    assert_eq!(sum(FeeClass::ShippingCost), 3_50);
    let strange: Vec<&str> =
        united.fees.iter().filter(|it| it.unclassified).map(|it| it.kind.as_str()).collect();
    assert_eq!(strange, ["brand_new_fee"]);
    let refund = &united.refunds[0];
    assert_eq!((refund.lines[0].line_id.as_str(), refund.lines[0].amount_minor), ("901", 17_00));
    assert_eq!(refund.at.to_string(), "2026-05-27T00:00:00Z");
    assert_eq!(refund.fees[0].amount.minor, -1_53);
}

#[test]
fn a_dated_refund_takes_the_place_of_the_orders_total() {
    let mut all = documents(&found(FILE), "0004");
    all.push(own("0004"));
    let united = unite(all, Vec::new(), &[]).unwrap();
    assert_eq!(united.refunds.len(), 1);
    assert_eq!(united.refunds[0].lines[0].amount_minor, 10_00);
    assert!(!united.refunds[0].estimated);
}

#[test]
fn a_statement_with_a_row_that_does_not_add_up_is_refused_whole() {
    let wrong = FILE.replacen(",28.83,34.00", ",28.84,34.00", 1);
    let found = found(&wrong);
    assert_eq!(payouts(&found).len(), 1);
    let refused: Vec<(u64, &str)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Refused(it) => Some((it.row, it.column.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(refused, [(2, "total settlement amount")]);
    assert_eq!(documents(&found, "0001").len(), 1);
}

#[test]
fn the_older_columns_are_read_and_what_they_do_not_tell_apart_is_named() {
    let text = "Order\\adjustment ID,Type,\"Order created\ntime(UTC)\",Order settled time(UTC),\
                Currency,Total settlement amount,Total Revenue,Subtotal before discounts,\
                Seller discounts,Refund subtotal before seller discounts,Total Fees,\
                TikTok Shop commission fee,Actual shipping fee,Adjustment amount\n\
                501,Order,2026/06/01 10:00:00,2026/06/09 10:00:00,THB,88,100,110,-10,0,-12,-5,\
                -4,0\n\
                502,Order,2026/06/01 10:00:00,2026/06/09 11:00:00,THB,-50,-50,0,0,-50,0,0,0,0\n";
    let found = found(text);
    let sold = &documents(&found, "501")[0];
    assert_eq!((sold.lines[0].price_minor, sold.lines[0].discount_minor), (110_00, 10_00));
    assert!(sold.taxes_included);
    let told: Vec<(&str, i64, bool)> = sold
        .fees
        .iter()
        .map(|fee| (fee.kind.as_str(), fee.amount.minor, fee.unclassified))
        .collect();
    // 12 − 5 − 4.
    let expected =
        [("commission", 5_00, false), ("shipping", 4_00, false), ("fees_not_told", 3_00, true)];
    assert_eq!(told, expected);
    let back = &documents(&found, "502")[0];
    assert_eq!((back.lines[0].quantity, back.refunds[0].adjustment_minor), (0, 50_00));
    let [payout] = payouts(&found)[..] else { panic!("one day, one statement") };
    assert_eq!(
        (payout.id.as_str(), payout.stated_minor),
        ("TikTok Shop statement of 2026-06-09", 38_00)
    );
}

#[test]
fn statements_are_handed_out_as_others_are_met_and_may_not_go_on_behind_them() {
    let mut lines = FILE.split_inclusive('\n');
    let header = lines.next().unwrap();
    let rows: String = lines.collect();
    let copy = |number: usize| {
        let rows = rows.replace("S1,", &format!("A{number},"));
        rows.replace("S2,", &format!("B{number},")).trim_end().to_owned() + "\n"
    };
    let many: String = (0..6).map(copy).collect();
    let whole = found(&format!("{header}{many}"));
    assert_eq!(payouts(&whole).len(), 12);
    assert!(payouts(&whole).iter().all(|payout| payout.rows == 3 || payout.rows == 4));
    let apart = format!("{header}{many}{}", rows.replace("S1,", "A0,").replace("S2,", "B9,"));
    let fault = read(&mut apart.as_bytes(), &ctx(), &mut |_| Ok(())).unwrap_err();
    assert!(fault.to_string().contains("goes on far behind"), "{fault}");
}
