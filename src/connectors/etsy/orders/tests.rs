//! Both orders files row by row, and the samples at hand.

use super::{read_items, read_totals, recognise_items, recognise_totals};
use crate::connectors::contract::{Head, Match};
use crate::connectors::etsy::tests::{Facts, ITEMS, STATEMENT, TOTALS, read_text};
use crate::connectors::tests::find_sample;
use crate::domain::record::{FinancialStatus, Order};

fn goods(order: &Order) -> i64 {
    order.lines.iter().map(|line| line.price_minor).sum()
}

#[test]
fn each_file_is_told_from_the_other() {
    let head = |text| Head::of_text(text, "a.csv");
    assert_eq!(recognise_items(&head(ITEMS)), Match::Yes);
    assert_eq!(recognise_totals(&head(TOTALS)), Match::Yes);
    assert_eq!(recognise_items(&head(TOTALS)), Match::No);
    assert_eq!(recognise_totals(&head(ITEMS)), Match::No);
    assert_eq!(recognise_items(&head(STATEMENT)), Match::No);
}

#[test]
fn what_each_row_repeats_of_its_order_counts_once() {
    let facts = Facts::of(read_items, ITEMS);
    let order = &facts.orders()["3801000001"];
    assert_eq!(goods(order), 44_00);
    assert_eq!((order.order_discount_minor, order.shipping.price_minor), (4_00, 5_00));
    assert!(order.marketplace_remitted_tax && !order.taxes_included);
    // 44.00 − 4.00 + 5.00 + 3.88.
    assert_eq!(order.payments[0].amount_minor, 48_88);
    assert_eq!(order.country.as_deref(), Some("US"));
    assert_eq!(order.lines[1].title.as_deref(), Some("Mug & saucer"));
    // An item without SKU is known by its listing.
    assert_eq!(order.lines[1].sku.as_deref(), Some("1600000002"));
}

#[test]
fn the_buyer_is_known_by_the_users_name_in_both_files() {
    let user = |read, text| {
        let (records, _) = read_text(read, text);
        let users: Vec<String> = records
            .into_iter()
            .filter_map(|record| match record {
                crate::domain::record::Record::Order(order) => order.customer.platform_id,
                _ => None,
            })
            .map(|(_, user)| user)
            .collect();
        users
    };
    assert_eq!(user(read_items, ITEMS), ["user_b", "user_a", "user_c"]);
    assert_eq!(user(read_totals, TOTALS), ["user_b", "user_a", "user_z"]);
}

#[test]
fn discounts_stand_where_the_rows_put_them() {
    let check = |edit: &dyn Fn(&str) -> String, expected: (i64, [i64; 2]), why: &str| {
        let facts = Facts::of(read_items, &edit(ITEMS));
        let order = &facts.orders()["3801000001"];
        let own = [order.lines[0].discount_minor, order.lines[1].discount_minor];
        assert_eq!((order.order_discount_minor, own), expected, "{why}");
    };
    check(&|text| text.to_owned(), (4_00, [0, 0]), "repeated");
    let first_only = |text: &str| {
        let row = ",2,12.00,SPRING,,4.00,";
        text.replace(row, &row.replace("4.00", "0.00"))
    };
    check(&first_only, (4_00, [0, 0]), "on the first row alone");
    let apart = |text: &str| {
        let row = ",2,12.00,SPRING,,4.00,";
        text.replace(row, &row.replace("4.00", "2.40"))
    };
    check(&apart, (0, [4_00, 2_40]), "one for each item");
    let after = |text: &str| text.replace(",20.00,USD", ",16.00,USD").replace(",24.00,", ",20.00,");
    check(&after, (0, [4_00, 4_00]), "item totals after the discount");
}

#[test]
fn an_unpaid_order_does_not_count() {
    let facts = Facts::of(read_items, ITEMS);
    assert!(!facts.orders()["3801000003"].counts());
}

#[test]
fn totals_alone_make_the_order_with_its_card_fee_and_its_refund() {
    let facts = Facts::of(read_totals, TOTALS);
    let orders = facts.orders();
    let order = &orders["3801000001"];
    assert_eq!((order.lines.len(), order.lines[0].quantity), (1, 3));
    assert_eq!(order.lines[0].sku, None, "one SKU is not that of three items");
    // 48.88 less 44.00 − 4.00 + 5.00: what Etsy collects.
    assert_eq!(order.lines[0].tax_minor, Some(3_88));
    assert_eq!(order.payments[0].fee.map(|fee| fee.minor), Some(1_80));
    // 48.88 − 38.08 = 10.80, of which 10.80 × 3.88 / 48.88 = 0.86 is tax.
    let refund = &order.refunds[0];
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (9_94, 86));
    assert_eq!(refund.fee_returned.map(|fee| fee.minor), Some(35));
    assert!(refund.estimated);
    assert_eq!(refund.at.to_string(), "2026-03-26T00:00:00Z", "the file's last known day");
    let cancelled = &orders["3801000009"];
    assert_eq!(cancelled.financial_status, FinancialStatus::Refunded);
    assert_eq!(cancelled.refunds[0].adjustment_minor, 30_00);
}

#[test]
fn an_unknown_status_and_column_are_told_and_the_order_goes_in() {
    let odd = TOTALS.replace("Canceled", "Enchanted").replace(",SKU\n", ",SKU,Aura\n");
    let (records, told) = read_text(read_totals, &odd);
    assert_eq!(told.unknown, ["column Aura", "status Enchanted"]);
    assert_eq!(records.len(), 3);
}

#[test]
fn rows_of_one_order_fall_together() {
    let (records, told) = read_text(read_items, &ITEMS.replace(",2,12.00,", ",two,12.00,"));
    let refused: Vec<_> =
        told.refused.iter().map(|refusal| (refusal.row, refusal.column.as_str())).collect();
    // The row before spans two lines.
    assert_eq!(refused, [(5, "quantity")]);
    assert_eq!(told.refused[0].raw.lines().count(), 2);
    assert!(!told.refused[0].raw.contains("user_a"), "{}", told.refused[0].raw);
    assert_eq!(records.len(), 2);
    let (_, told) = read_text(read_items, &ITEMS.replacen("USD", "ZZZ", 1));
    assert_eq!(told.unknown, ["currency ZZZ"]);
    assert_eq!(told.refused.len(), 1);
}

#[test]
fn the_samples_are_read_whole() {
    for (name, orders, lines, value) in [
        ("sold_order_items_simple.csv", 3, 3, 112_00),
        ("sold_order_items_multiline.csv", 5, 5, 168_00),
        ("sold_order_items_no_personalization.csv", 3, 4, 130_00),
    ] {
        let Some(bytes) = find_sample(&format!("etsy/samples/{name}")) else { return };
        let text = String::from_utf8(bytes).unwrap();
        let (_, told) = read_text(read_items, &text);
        assert!(told.notices.is_empty() && told.unknown.is_empty(), "{told:?}");
        let united = Facts::of(read_items, &text).orders();
        assert_eq!(united.len(), orders, "{name}");
        assert_eq!(united.values().map(|order| order.lines.len()).sum::<usize>(), lines, "{name}");
        assert_eq!(united.values().map(goods).sum::<i64>(), value, "{name}");
        assert!(united.values().all(|order| order.placed_at.to_string() == "2026-09-28T00:00:00Z"));
    }
    let name = "etsy/samples/sold_orders_header_unverified.csv";
    let Some(bytes) = find_sample(name) else { return };
    let facts = Facts::of(read_totals, std::str::from_utf8(&bytes).unwrap());
    let order = &facts.orders()["1000000701"];
    assert_eq!((goods(order), order.payments[0].fee.map(|fee| fee.minor)), (25_00, Some(1_00)));
    assert_eq!(order.unexplained_minor, 0);
}
