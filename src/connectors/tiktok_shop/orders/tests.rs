//! A made-up export through the reader, and those that are at hand.

use super::*;
use crate::base::{Currency, Zone};
use crate::connectors::tests::find_sample;
use crate::domain::record::FinancialStatus;

const FILE: &str = include_str!("../../../../tests/fixtures/tiktok-shop/orders.csv");

fn found_in(text: &str, code: &str) -> Vec<Found> {
    let currency = Currency::parse(code).ok();
    let ctx = ReadCtx { currency, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    read(&mut text.as_bytes(), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn found(text: &str) -> Vec<Found> {
    found_in(text, "GBP")
}

fn orders(found: &[Found]) -> Vec<&Order> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Records { records, .. } => records.first(),
            _ => None,
        })
        .map(|record| match record {
            Record::Order(order) => order.as_ref(),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn order<'a>(found: &'a [Found], id: &str) -> &'a Order {
    orders(found).into_iter().find(|order| order.id.ends_with(id)).unwrap()
}

fn refusals(found: &[Found]) -> Vec<(u64, &str, &str)> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Refused(it) => Some((it.row, it.column.as_str(), it.raw.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn an_orders_rows_become_one_order_and_its_own_amounts_count_once() {
    let found = found(FILE);
    assert_eq!(orders(&found).len(), 4);
    let order = order(&found, "0001");
    assert_eq!(order.id, "577000000000000001");
    assert_eq!(order.placed_at.to_string(), "2026-05-10T10:00:00Z");
    let told: Vec<(&str, Option<&str>, i64, i64, i64)> = order
        .lines
        .iter()
        .map(|it| {
            (it.id.as_str(), it.sku.as_deref(), it.quantity, it.price_minor, it.discount_minor)
        })
        .collect();
    // What the platform pays of the price is the seller's all the same.
    let expected = [("901", Some("TT-MUG"), 2, 40_00, 6_00), ("902", Some("TT-PEN"), 1, 10_00, 0)];
    assert_eq!(told, expected);
    assert_eq!(order.lines[0].title.as_deref(), Some("Mug, Blue"));
    assert_eq!(order.lines[1].title.as_deref(), Some("Pen"));
    assert_eq!((order.shipping.price_minor, order.shipping.discount_minor), (3_99, 0));
    assert_eq!((order.payments[0].amount_minor, order.unexplained_minor), (42_00, 0));
    assert!(order.taxes_included && !order.marketplace_remitted_tax);
    assert_eq!(order.lines[0].tax_minor, None);
    assert_eq!(order.country.as_deref(), Some("GB"));
    let buyer = Some(("tiktok-shop", "ann.one".to_owned()));
    assert_eq!(order.customer.platform_id, buyer);
}

#[test]
fn a_cancelled_order_goes_back_whole_and_an_unpaid_one_does_not_count() {
    let found = found(FILE);
    let cancelled = order(&found, "0002");
    assert_eq!(cancelled.financial_status, FinancialStatus::Refunded);
    let refund = &cancelled.refunds[0];
    assert_eq!(refund.at.to_string(), "2026-05-12T08:00:00Z");
    let line = &refund.lines[0];
    assert_eq!((line.amount_minor, line.quantity, line.restocked), (17_00, 1, 1));
    assert!(refund.tax_inside && cancelled.cancelled_at.is_some());
    let unpaid = order(&found, "0003");
    assert!(!unpaid.counts() && unpaid.payments.is_empty());
    assert_eq!(unpaid.customer.platform_id, None, "a masked name tells nobody apart");
}

#[test]
fn a_refund_without_a_day_is_dated_at_the_exports_last_and_comes_last() {
    let found = found(FILE);
    let order = orders(&found)[3];
    assert_eq!(
        (order.id.as_str(), order.refunds[0].adjustment_minor),
        ("577000000000000004", 10_00)
    );
    assert_eq!(order.refunds[0].at.to_string(), "2026-05-13T10:01:00Z");
    assert!(order.refunds[0].estimated && order.refunds[0].id == AMOUNT_ONLY_REFUND);
}

#[test]
fn the_platforms_part_goes_back_with_the_buyers() {
    let text = FILE.replace("13/05/2026 18:00:00", "").replace(
        "3,30.00,0,0,30.00,0,0,0,0,30.00,10.00",
        "3,30.00,6.00,0,24.00,0,0,0,0,24.00,8.00",
    );
    // 8.00 of the buyer's 24.00 are 10.00 of the seller's 30.00.
    assert_eq!(orders(&found(&text))[3].refunds[0].adjustment_minor, 10_00);
}

#[test]
fn american_tax_stands_on_top_and_is_the_platforms_to_remit() {
    let text = "Order ID,Order Status,SKU ID,Quantity,SKU Subtotal Before Discount,\
                SKU Seller Discount,Order Amount,Created Time,Taxes,Shipping Fee After Discount\n\
                1,Shipped,7,1,20.00,0,26.65,05/10/2026 1:02:03 PM,1.65,5.00\n";
    let found = found_in(text, "USD");
    let order = orders(&found)[0];
    assert_eq!(order.placed_at.to_string(), "2026-05-10T13:02:03Z");
    assert!(!order.taxes_included && order.marketplace_remitted_tax);
    // 1.65 over 20.00 and 5.00.
    assert_eq!((order.lines[0].tax_minor, order.shipping.tax_minor), (Some(1_32), Some(33)));
    assert_eq!(order.unexplained_minor, 0);
}

#[test]
fn rows_that_were_sorted_apart_are_put_together() {
    let mut rows: Vec<&str> = FILE.lines().collect();
    let second = rows.remove(3);
    rows.push(second);
    let apart = rows.join("\n");
    assert_eq!(order(&found(&apart), "0001"), order(&found(FILE), "0001"));
    // The whole order behind its stray row, as in two exports joined: it is not overwritten.
    let again = &FILE[FILE.find("577000000000000002").unwrap()..];
    let whole = &FILE[FILE.find("577").unwrap()..];
    let joined = format!("{}\n{again}{whole}", rows[..3].join("\n"));
    let found_joined = found(&joined);
    let of_first: Vec<&Order> =
        orders(&found_joined).into_iter().filter(|it| it.id.ends_with("0001")).collect();
    assert!(!of_first.is_empty() && of_first.iter().all(|it| it.unexplained_minor == 0));
    let lost = rows[..rows.len() - 1].join("\n");
    let found_lost = found(&lost);
    assert_eq!(order(&found_lost, "0001").unexplained_minor, 10_00);
    let told = found_lost
        .iter()
        .any(|one| matches!(one, Found::Notice { row: 3, what } if what.contains("differs by")));
    assert!(told, "{found_lost:?}");
}

#[test]
fn an_order_that_cannot_be_read_is_refused_with_all_its_rows() {
    let wrong = FILE.replacen("1,10.00,0,0,10.00,2.00", "1,10.00,0,0,11.00,2.00", 1);
    let found_wrong = found(&wrong);
    let [(row, column, raw)] = refusals(&found_wrong)[..] else { panic!("{found_wrong:?}") };
    assert_eq!((row, column), (4, "sku subtotal after discount"));
    assert_eq!(raw.lines().count(), 2);
    assert!(!raw.contains("ann.one") && !raw.contains("Person"));
    let uneven = FILE.replacen("42.00,0,10/05", "43.00,0,10/05", 1);
    assert_eq!(refusals(&found(&uneven))[0].1, "order amount");
    let negative = FILE.replacen(",2,GBP 40.00,", ",2,GBP -40.00,", 1);
    assert_eq!(refusals(&found(&negative))[0].1, "sku subtotal before discount");
    let rounded = FILE.replace("577000000000000003\t", "5.77E+17");
    assert_eq!(refusals(&found(&rounded))[0].1, "order id");
    let strange = FILE.replace("Delivered", "Teleported");
    let unknown =
        Found::Unknown { row: 7, kind: UnknownKind::Status, name: "Teleported".to_owned() };
    let found_strange = found(&strange);
    assert!(found_strange.contains(&unknown));
    assert!(order(&found_strange, "0004").counts(), "its day of payment tells that it was paid");
}

#[test]
fn a_cancelled_row_of_a_mixed_order_is_left_out_and_told() {
    let mixed =
        FILE.replacen("Completed,902", "Cancelled,902", 1).replace("1.99,42.00,0", "1.99,32.00,0");
    let found = found(&mixed);
    let order = order(&found, "0001");
    assert_eq!((order.lines.len(), order.unexplained_minor), (1, 0));
    assert!(order.cancelled_at.is_none() && order.counts());
    assert!(matches!(&found[0], Found::Notice { row: 3, what } if what.contains("cancelled")));
}

#[test]
fn rows_with_tabs_under_a_header_with_commas_are_read() {
    let (header, rows) = FILE.split_once('\n').unwrap();
    let tabbed = format!("{header}\n{}", rows.replace('\t', "").replace(',', "\t"));
    assert_eq!(orders(&found(&tabbed)).len(), 4);
}

#[test]
fn without_a_currency_nothing_is_taken_in() {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: None };
    let fault = read(&mut FILE.as_bytes(), &ctx, &mut |_| Ok(())).unwrap_err();
    assert!(fault.to_string().contains("--currency"), "{fault}");
}

#[test]
fn the_thai_export_is_read_as_counted_by_hand() {
    let Some(bytes) = find_sample("tiktok-shop/samples/orders_export_th_tabs.csv") else { return };
    let text = String::from_utf8(bytes).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    assert_eq!(recognises(&Head::of_text(text, "a")), Match::Yes);
    let found = found_in(text, "THB");
    assert!(!found.iter().any(|one| matches!(one, Found::Refused(_) | Found::Unknown { .. })));
    let orders = orders(&found);
    let told: Vec<(FinancialStatus, i64, i64)> = orders
        .iter()
        .map(|order| {
            let price: i64 = order.lines.iter().map(|line| line.price_minor).sum();
            (order.financial_status, price, order.shipping.price_minor)
        })
        .collect();
    let expected = [
        (FinancialStatus::Paid, 250_00, 38_00),
        (FinancialStatus::Voided, 29_00, 38_00),
        (FinancialStatus::Pending, 29_00, 38_00),
    ];
    assert_eq!(told, expected);
    assert_eq!(orders[0].payments[0].amount_minor, 238_00);
    assert_eq!(orders[0].lines[0].id, "SKU-001");
}

#[test]
fn a_price_that_does_not_divide_and_the_vietnamese_header_are_read() {
    let Some(bytes) = find_sample("tiktok-shop/samples/orders_export_uneven_unit_price.csv") else {
        return;
    };
    let found = found_in(&String::from_utf8(bytes).unwrap(), "THB");
    let order = orders(&found)[0];
    assert_eq!((order.lines[0].quantity, order.lines[0].price_minor), (3, 100_00));
    assert!(order.counts() && order.unexplained_minor == 0);
    let Some(bytes) = find_sample("tiktok-shop/samples/orders_export_header_vn.csv") else {
        return;
    };
    let header = String::from_utf8(bytes).unwrap();
    assert_eq!(recognises(&Head::of_text(&header, "a")), Match::Yes);
    assert!(found_in(&header, "VND").is_empty(), "every column is known");
}
