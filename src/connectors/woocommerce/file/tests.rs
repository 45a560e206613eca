//! Made-up files through the reader, and, where they are at hand, answers of a real shop.

use std::io::Cursor;

use super::*;
use crate::base::{Currency, Zone};
use crate::domain::record::{FinancialStatus, Order, Record, Refund};

fn read(text: &str) -> Result<Vec<Found>, FileFault> {
    let ctx = ReadCtx { currency: Currency::parse("EUR").ok(), zone: Zone::utc(), store: None };
    let mut found = Vec::new();
    read_orders(&mut Cursor::new(text.as_bytes()), &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

fn order(id: u32) -> String {
    format!(
        r#"{{"id":{id},"status":"processing","currency":"EUR","date_created_gmt":
"2026-03-06T08:58:42","date_paid_gmt":"2026-03-06T08:59:00","total":"10.00","billing":
{{"email":"a@b.test"}},"line_items":[{{"id":1,"quantity":1,"total":"10.00"}}]}}"#
    )
    .replace('\n', "")
}

fn ids(found: &[Found]) -> Vec<(u64, String)> {
    let mut ids = Vec::new();
    for one in found {
        match one {
            Found::Records { row, records } => match &records[0] {
                Record::Order(order) => ids.push((*row, order.id.clone())),
                Record::Refund { order_id, .. } => ids.push((*row, format!("of {order_id}"))),
                other => panic!("{other:?}"),
            },
            Found::Refused(refused) => ids.push((refused.row, refused.column.clone())),
            Found::Notice { .. } | Found::Unknown { .. } => {}
        }
    }
    ids
}

#[test]
fn every_shape_of_file_is_read() {
    let check = |text: String, expected: &[(u64, &str)], why: &str| {
        let found = ids(&read(&text).unwrap());
        let expected: Vec<(u64, String)> =
            expected.iter().map(|(row, id)| (*row, (*id).to_owned())).collect();
        assert_eq!(found, expected, "{why}");
    };
    let (one, two) = (order(1), order(2));
    check(format!("[{one},\n{two}]"), &[(1, "1"), (2, "2")], "an array");
    check(format!("{one}\n{two}\n"), &[(1, "1"), (2, "2")], "lines");
    check(one.replace(',', ",\n"), &[(1, "1")], "one order");
    let kept = format!("{{\"request\":{{}},\n\"response\":{{\"status\":200,\"body\":[{one}]}}}}");
    check(kept, &[(2, "1")], "an answer with its request");
    let refund = r#"[{"id":9,"amount":"1.00","date_created_gmt":"2026-03-07T00:00:00",
        "parent_id":1}]"#;
    check(refund.to_owned(), &[(1, "of 1")], "refunds alone");
    check("[]".to_owned(), &[], "nothing");
}

#[test]
fn a_bad_order_is_refused_and_the_rest_goes_in() {
    let bad = order(2).replace("\"quantity\":1", "\"quantity\":1.5");
    let found = read(&format!("{}\n{bad}\n{{\"id\":3,\n{}\n", order(1), order(4))).unwrap();
    let refused: Vec<&Refusal> = found
        .iter()
        .filter_map(|one| if let Found::Refused(it) = one { Some(it) } else { None })
        .collect();
    assert_eq!(ids(&found).len(), 4);
    assert_eq!((refused[0].row, refused[0].column.as_str()), (2, "[1].line_items[0].quantity"));
    assert!(refused[0].reason.starts_with("Order 2 was not taken in"), "{}", refused[0].reason);
    assert!(
        refused[0].raw.contains("1.5") && !refused[0].raw.contains("a@b"),
        "{}",
        refused[0].raw
    );
    assert_eq!((refused[1].row, refused[1].column.as_str()), (3, "[2]"));
    assert_eq!(refused[1].raw, "");
}

#[test]
fn a_file_of_something_else_is_refused_whole() {
    for text in ["[{\"id\":1,\"name\":\"Mug\"}]", "{\"code\":\"rest_forbidden\"}", "Name,Email"] {
        assert!(matches!(read(text), Err(FileFault::NotThisFormat { .. })), "{text}");
    }
    let cut_off = format!("[{},{{\"id\":2", order(1));
    assert!(matches!(read(&cut_off), Err(FileFault::Broken { .. })));
}

#[test]
fn orders_and_refunds_are_recognised_by_their_members() {
    let check = |text: &str, expected: Match| {
        let head = Head { text, bytes: text.as_bytes(), whole: true, file_name: "x.json" };
        assert_eq!(recognise_orders(&head), expected, "{text}");
    };
    check(&order(1), Match::Yes);
    check("[{\"amount\":\"1.00\",\"refunded_by\":1}]", Match::Yes);
    check("{\"request\":{\"path\":\"/wp-json/wc/v3/orders?page=3\"}}", Match::Yes);
    check("{\"id\":\"1\",\"lines\":[]}", Match::No);
    check("\"line_items\",\"date_created_gmt\"", Match::No);
    check("[]", Match::No);
}

fn recorded(name: &str) -> Option<String> {
    let bytes = crate::connectors::tests::find_sample(&format!("woocommerce/recorded/{name}"))?;
    Some(String::from_utf8(bytes).unwrap())
}

fn recorded_orders() -> Vec<Order> {
    let pages = ["orders-page-1.json", "orders-page-2.json", "orders-page-3.json"];
    let mut orders = Vec::new();
    for text in pages.iter().filter_map(|name| recorded(name)) {
        let head = Head { text: &text, bytes: text.as_bytes(), whole: true, file_name: "x" };
        assert_eq!(recognise_orders(&head), Match::Yes);
        for one in read(&text).unwrap() {
            let Found::Records { records, .. } = one else { panic!("{one:?}") };
            orders.extend(records.into_iter().map(|record| match record {
                Record::Order(order) => *order,
                other => panic!("{other:?}"),
            }));
        }
    }
    orders
}

fn lines_net(order: &Order) -> i64 {
    order.lines.iter().map(|line| line.price_minor - line.discount_minor).sum()
}

fn tax(order: &Order) -> i64 {
    let lines: i64 = order.lines.iter().filter_map(|line| line.tax_minor).sum();
    lines + order.shipping.tax_minor.unwrap_or(0) + order.service_tax_minor
}

fn total(order: &Order) -> i64 {
    lines_net(order) - order.order_discount_minor
        + order.shipping.price_minor
        + order.service_income_minor
        + tax(order)
}

#[test]
fn the_recorded_shops_own_report_follows_from_its_orders() {
    let orders = recorded_orders();
    if orders.is_empty() {
        return;
    }
    assert_eq!(orders.len(), 80);
    assert!(orders.iter().all(|order| order.unexplained_minor == 0));
    let n = |status| orders.iter().filter(|order| order.financial_status == status).count();
    assert_eq!(n(FinancialStatus::Paid) + n(FinancialStatus::PartiallyRefunded), 37);
    assert_eq!(n(FinancialStatus::PartiallyRefunded), 9);
    assert_eq!((n(FinancialStatus::Pending), n(FinancialStatus::Failed)), (21, 12));
    assert_eq!(n(FinancialStatus::Voided), 10);
    let fees: i64 = orders
        .iter()
        .flat_map(|order| &order.payments)
        .map(|payment| payment.fee.map_or(0, |fee| fee.minor))
        .sum();
    assert!(fees > 0);
    // The report counts orders on hold as sold, those that wait for payment not.
    let pages = ["orders-page-1.json", "orders-page-2.json"].map(|name| recorded(name).unwrap());
    let on_hold = |order: &Order| {
        let mark = format!("\"id\":{},\"parent_id\":0,\"status\":\"on-hold\"", order.id);
        pages.iter().any(|page| page.replace([' ', '\n'], "").contains(&mark))
    };
    let sold: Vec<&Order> =
        orders.iter().filter(|order| order.counts() || on_hold(order)).collect();
    assert_eq!(sold.len(), 50);
    let sum = |part: fn(&Order) -> i64| sold.iter().map(|order| part(order)).sum::<i64>();
    assert_eq!(sum(total), 388_612);
    assert_eq!(sum(tax), 30_041);
    assert_eq!(sum(|order| order.shipping.price_minor), 13_720);
    assert_eq!(sum(|order| order.lines.iter().map(|line| line.discount_minor).sum()), 8_803);
    let amount = |order: &Order| {
        order
            .refunds
            .iter()
            .map(|refund| refund.adjustment_minor + refund.adjustment_tax_minor)
            .sum()
    };
    assert_eq!(sum(amount), 16_141);
}

#[test]
fn the_recorded_refunds_are_explained_by_their_lines() {
    let orders = recorded_orders();
    let mut refunds: Vec<(String, Refund)> = Vec::new();
    for id in [54, 79, 81, 83, 89, 102, 112, 114, 126] {
        let Some(text) = recorded(&format!("order-{id}-refunds.json")) else { return };
        for one in read(&text).unwrap() {
            let Found::Records { records, .. } = one else { panic!("{one:?}") };
            for record in records {
                let Record::Refund { order_id, refund } = record else { panic!("{record:?}") };
                refunds.push((order_id, refund));
            }
        }
    }
    assert_eq!(refunds.len(), 9);
    let (mut amount, mut tax) = (0, 0);
    for (order_id, refund) in &refunds {
        let order = orders.iter().find(|order| order.id == *order_id).unwrap();
        assert_eq!(order.refunds[0].id, refund.id);
        assert!(order.refunds[0].estimated && !refund.estimated);
        let known = |id: &str| order.lines.iter().any(|line| line.id == id);
        assert!(!refund.lines.is_empty() && refund.lines.iter().all(|line| known(&line.line_id)));
        assert_eq!(refund.adjustment_minor, 0);
        let lines_tax: i64 = refund.lines.iter().map(|line| line.tax_minor).sum();
        let lines: i64 = refund.lines.iter().map(|line| line.amount_minor).sum();
        tax += lines_tax + refund.shipping_tax_minor;
        amount += lines + lines_tax + refund.shipping_minor + refund.shipping_tax_minor;
    }
    assert_eq!((amount, tax), (16_141, 2_336));
}
