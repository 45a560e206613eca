//! One made-up order at a time through the mapping.

use serde_json::{Value, json};

use super::*;
use crate::base::{Currency, Zone};

fn ctx() -> ReadCtx {
    ReadCtx { currency: None, zone: Zone::utc(), store: None }
}

/// 2 mugs at 10.00 less 2.00, wrapped for 2.50, shipped for 5.00; 19 % on all of it:
/// 18.00 + 2.50 + 5.00 = 25.50; tax 3.42 + 0.48 + 0.95 = 4.85; together 30.35.
fn plain() -> Value {
    json!({
        "id": 102, "parent_id": 0, "number": "W-102", "status": "completed", "currency": "EUR",
        "date_created_gmt": "2026-03-06T08:58:42", "date_modified_gmt": "2026-04-01T10:00:00",
        "date_paid_gmt": "2026-03-06T09:00:00",
        "total": "30.35", "total_tax": "4.85", "shipping_total": "5.00", "shipping_tax": "0.95",
        "customer_id": 7, "payment_method": "stripe",
        "billing": {"first_name": "A", "country": "AT", "state": "W", "email": "a@b.test"},
        "shipping": {"country": "DE", "state": "BY"},
        "line_items": [{"id": 11, "name": "Mug <b>&amp; co</b>", "sku": "MUG", "quantity": 2,
            "subtotal": "20.00", "total": "18.00", "total_tax": "3.42", "price": 9.0000001,
            "meta_data": []}],
        "shipping_lines": [{"id": 12, "total": "5.00", "total_tax": "0.95"}],
        "fee_lines": [{"id": 13, "name": "Gift wrap", "total": "2.50", "total_tax": "0.48"}],
        "refunds": [], "meta_data": []
    })
}

/// `plain` with members replaced; a path such as `line_items.0.total` reaches into it.
fn with(changes: &[(&str, Value)]) -> Value {
    let mut order = plain();
    for (path, value) in changes {
        let (parent, name) = match path.rsplit_once('.') {
            Some((parent, name)) => (format!("/{}", parent.replace('.', "/")), name),
            None => (String::new(), *path),
        };
        order.pointer_mut(&parent).unwrap()[name] = value.clone();
    }
    order
}

fn read(value: &Value) -> Result<Normalised, Problem> {
    let text = value.to_string();
    let element: Element<'_> = serde_json::from_str(&text).unwrap();
    normalise(&element, Origin::File, &ctx())
}

fn order(changes: &[(&str, Value)]) -> (Order, Vec<String>) {
    let found = read(&with(changes)).unwrap();
    match found.record {
        Record::Order(order) => (*order, found.notices),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_orders_parts_are_read_without_tax_and_add_up() {
    let (order, notices) = order(&[]);
    assert_eq!((order.id.as_str(), order.number.as_deref()), ("102", Some("W-102")));
    assert_eq!(order.placed_at.to_string(), "2026-03-06T08:58:42Z");
    assert_eq!((order.country.as_deref(), order.region.as_deref()), (Some("DE"), Some("BY")));
    assert_eq!(order.customer.email.as_deref(), Some("a@b.test"));
    assert_eq!(order.customer.platform_id, Some(("woocommerce", "7".to_owned())));
    assert!(!order.taxes_included);
    let line = &order.lines[0];
    assert_eq!((line.id.as_str(), line.sku.as_deref()), ("11", Some("MUG")));
    assert_eq!(line.title.as_deref(), Some("Mug & co"));
    assert_eq!((line.quantity, line.price_minor, line.discount_minor), (2, 2000, 200));
    assert_eq!(line.tax_minor, Some(342));
    assert_eq!((order.shipping.price_minor, order.shipping.tax_minor), (500, Some(95)));
    assert_eq!((order.service_income_minor, order.service_tax_minor), (250, 48));
    assert_eq!(order.unexplained_minor, 0);
    assert_eq!(order.payments.len(), 1);
    assert_eq!(
        (order.payments[0].gateway.as_str(), order.payments[0].amount_minor),
        ("stripe", 3035)
    );
    assert!(notices.is_empty());
}

#[test]
fn the_status_follows_the_evidence_of_payment() {
    let check = |status: &str, paid: bool, expected: FinancialStatus, cancelled: bool| {
        let day = if paid { json!("2026-03-06T09:00:00") } else { Value::Null };
        let (order, _) = order(&[("status", json!(status)), ("date_paid_gmt", day)]);
        assert_eq!(order.financial_status, expected, "{status} {paid}");
        assert_eq!(order.cancelled_at.is_some(), cancelled, "{status} {paid}");
        assert_eq!(order.payments.len(), usize::from(expected.counts()), "{status} {paid}");
    };
    check("processing", true, FinancialStatus::Paid, false);
    check("completed", true, FinancialStatus::Paid, false);
    check("completed", false, FinancialStatus::Paid, false);
    check("processing", false, FinancialStatus::Pending, false);
    check("on-hold", false, FinancialStatus::Pending, false);
    check("on-hold", true, FinancialStatus::Paid, false);
    check("wc-awaiting-parts", false, FinancialStatus::Pending, false);
    check("wc-awaiting-parts", true, FinancialStatus::Paid, false);
    check("failed", false, FinancialStatus::Failed, false);
    check("cancelled", true, FinancialStatus::Paid, true);
    check("cancelled", false, FinancialStatus::Voided, true);
    check("refunded", true, FinancialStatus::Refunded, false);
    check("trash", true, FinancialStatus::Voided, false);
}

#[test]
fn rebates_lower_the_order_and_its_tax() {
    // 18.00 − 2.50 + 5.00 = 20.50; tax 3.42 − 0.48 + 0.95 = 3.89; together 24.39.
    let (order, notices) = order(&[
        ("fee_lines.0.total", json!("-2.50")),
        ("fee_lines.0.total_tax", json!("-0.48")),
        ("total_tax", json!("3.89")),
        ("total", json!("24.39")),
    ]);
    assert_eq!((order.order_discount_minor, order.service_income_minor), (250, 0));
    assert_eq!(order.lines[0].tax_minor, Some(294));
    assert_eq!((order.unexplained_minor, notices.len()), (0, 0));
}

#[test]
fn cents_of_rounding_go_to_the_largest_line_and_no_more_than_cents() {
    let off = |tax: &str, total: &str| {
        let (order, notices) = order(&[("total_tax", json!(tax)), ("total", json!(total))]);
        (order.lines[0].tax_minor, order.unexplained_minor, notices.len())
    };
    assert_eq!(off("4.86", "30.36"), (Some(343), 0, 0));
    assert_eq!(off("4.85", "30.37"), (Some(342), 2, 1));
    assert_eq!(off("9.85", "35.35"), (Some(342), 500, 1));
}

#[test]
fn a_price_raised_by_hand_is_the_price() {
    let (order, _) = order(&[("line_items.0.subtotal", json!("15.00"))]);
    assert_eq!((order.lines[0].price_minor, order.lines[0].discount_minor), (1800, 0));
}

#[test]
fn a_gift_card_plugins_difference_is_a_means_of_payment() {
    let cards = json!([{"id": 2, "code": "SECRET", "amount": 20}, {"code": "B", "amount": "4.00"}]);
    let (paid, notices) = order(&[("gift_cards", cards.clone()), ("total", json!("6.35"))]);
    assert_eq!((paid.gift_card_paid_minor, paid.unexplained_minor), (2400, 0));
    assert_eq!((paid.payments[0].amount_minor, notices.len()), (635, 0));
    let (other, notices) = order(&[("gift_cards", cards), ("total", json!("6.00"))]);
    assert_eq!((other.gift_card_paid_minor, other.unexplained_minor), (2400, -35));
    assert!(notices[0].contains("-0.35 EUR") && !notices[0].contains("SECRET"), "{notices:?}");
}

#[test]
fn fees_and_campaigns_come_from_meta_data() {
    let metas = json!([
        {"id": 1, "key": "_stripe_fee", "value": "0.71"},
        {"id": 2, "key": "_stripe_currency", "value": "EUR"},
        {"id": 3, "key": "_wc_order_attribution_utm_campaign", "value": "spring"},
        {"id": 4, "key": "_odd", "value": {"deep": [1]}}
    ]);
    let (paid, _) = order(&[("meta_data", metas), ("payment_method", json!(""))]);
    assert_eq!(paid.campaign.as_deref(), Some("spring"));
    assert_eq!(paid.payments[0].fee.map(|fee| fee.minor), Some(71));
    assert_eq!(paid.payments[0].gateway, "stripe");
    let (_, notices) = order(&[("meta_data", json!([{"key": "_stripe_fee", "value": "999"}]))]);
    assert!(notices[0].contains("_stripe_fee"), "{notices:?}");
}

fn refund_object(amount: &str, link: &str) -> Value {
    json!({
        "id": 103, "date_created_gmt": "2026-03-20T12:00:00", "amount": amount, "reason": "x",
        "refunded_by": 1,
        "line_items": [{"id": 20, "quantity": -1, "subtotal": "-10.00", "total": "-9.00",
            "total_tax": "-1.71", "meta_data": [{"key": "_refunded_item_id", "value": link}]}],
        "shipping_lines": [{"total": "-2.00", "total_tax": "-0.38"}],
        "fee_lines": [{"total": "-1.00", "total_tax": "-0.19"}],
        "_links": {"up": [{"href": "https://shop.test/wp-json/wc/v3/orders/102"}]}
    })
}

fn refunds(changes: &[(&str, Value)]) -> (Vec<Refund>, Vec<String>) {
    let (order, notices) = order(changes);
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
    (order.refunds, notices)
}

#[test]
fn a_refunds_parts_are_turned_and_the_rest_is_an_adjustment() {
    // 9.00 + 1.71 + 2.00 + 0.38 + 1.00 + 0.19 = 14.28.
    let check = |amount: &str, adjustment: i64| {
        let (refunds, _) = refunds(&[("refunds", json!([refund_object(amount, "11")]))]);
        let refund = &refunds[0];
        assert_eq!(refund.at.to_string(), "2026-03-20T12:00:00Z");
        let line = &refund.lines[0];
        assert_eq!((line.line_id.as_str(), line.quantity), ("11", 1));
        assert_eq!((line.amount_minor, line.tax_minor, line.restocked), (900, 171, 0));
        assert_eq!((refund.shipping_minor, refund.shipping_tax_minor), (200, 38));
        assert_eq!((refund.service_minor, refund.service_tax_minor), (100, 19));
        assert_eq!((refund.adjustment_minor, refund.estimated), (adjustment, false), "{amount}");
    };
    check("14.28", 0);
    check("10.00", -428);
    check("20.00", 572);
}

#[test]
fn a_refunded_line_that_the_order_lacks_is_an_adjustment() {
    let (refunds, notices) = refunds(&[("refunds", json!([refund_object("14.28", "99")]))]);
    assert!(refunds[0].lines.is_empty());
    assert_eq!((refunds[0].adjustment_minor, refunds[0].adjustment_tax_minor), (900, 171));
    assert_eq!(notices.len(), 1);
}

#[test]
fn what_was_restocked_is_given_to_the_refunds_in_turn() {
    let mut later = refund_object("14.28", "11");
    (later["id"], later["date_created_gmt"]) = (json!(105), json!("2026-03-25T12:00:00"));
    let check = |count: &str, expected: [i64; 2]| {
        let (refunds, _) = refunds(&[
            ("refunds", json!([later, refund_object("14.28", "11")])),
            ("line_items.0.meta_data", json!([{"key": "_restock_refunded_items", "value": count}])),
        ]);
        assert_eq!([refunds[0].id.as_str(), refunds[1].id.as_str()], ["103", "105"]);
        let restocked = [&refunds[0], &refunds[1]].map(|refund| refund.lines[0].restocked);
        assert_eq!(restocked, expected, "{count}");
    };
    check("0", [0, 0]);
    check("1", [1, 0]);
    check("2", [1, 1]);
    check("5", [1, 1]);
    check("-1", [0, 0]);
}

#[test]
fn a_refunds_summary_is_an_estimated_adjustment() {
    let (refunds, _) =
        refunds(&[("refunds", json!([{"id": 103, "reason": "", "total": "-12.00"}]))]);
    let refund = &refunds[0];
    assert_eq!((refund.id.as_str(), refund.estimated), ("103", true));
    assert_eq!(refund.at.to_string(), "2026-04-01T10:00:00Z");
    // The order's share of tax in its total: 12.00 × tax / total.
    assert_eq!((refund.adjustment_minor, refund.adjustment_tax_minor), (1008, 192));
    let told = json!([{"id": 103, "total": "-12.00", "total_tax": "-1.92"}]);
    let (told, _) = self::refunds(&[("refunds", told)]);
    assert_eq!((told[0].adjustment_minor, told[0].adjustment_tax_minor), (1008, 192));
    let (_, notices) = order(&[("status", json!("refunded"))]);
    assert!(notices[0].contains("holds no refund"), "{notices:?}");
}

#[test]
fn a_refund_alone_names_its_order() {
    let alone = |refund: &Value, currency: Option<&str>| {
        let text = refund.to_string();
        let element: Element<'_> = serde_json::from_str(&text).unwrap();
        let currency = currency.and_then(|code| Currency::parse(code).ok());
        match normalise(&element, Origin::File, &ReadCtx { currency, ..ctx() })
            .map(|found| found.record)
        {
            Ok(Record::Refund { order_id, refund }) => {
                Ok((order_id, refund.lines[0].line_id.clone()))
            }
            Ok(other) => panic!("{other:?}"),
            Err(problem) => Err(problem.path),
        }
    };
    let mut refund = refund_object("14.28", "11");
    let expected = Ok(("102".to_owned(), "11".to_owned()));
    assert_eq!(alone(&refund, Some("EUR")), expected);
    assert_eq!(alone(&refund, None), Err("currency".to_owned()));
    refund["_links"] = Value::Null;
    assert_eq!(alone(&refund, Some("EUR")), Err("_links.up".to_owned()));
    refund["parent_id"] = json!(102);
    assert_eq!(alone(&refund, Some("EUR")), expected);
}

#[test]
fn what_cannot_be_read_is_named_by_its_path() {
    let check = |path: &str, value: Value, expected: &str, says: &str| {
        let problem = read(&with(&[(path, value)])).err().unwrap();
        assert_eq!(problem.path, expected);
        assert!(problem.reason.contains(says), "{}", problem.reason);
    };
    check("line_items.0.quantity", json!(1.5), "line_items[0].quantity", "whole units");
    check("line_items.0.quantity", json!(-1), "line_items[0].quantity", "negative");
    check("line_items.0.total", json!("1.005"), "line_items[0].total", "more digits");
    check("line_items.0.total", json!(["x"]), "line_items[0].total", "not an amount");
    check("line_items", json!("none"), "line_items", "not a list");
    check("fee_lines.0.total_tax", json!("x"), "fee_lines[0].total_tax", "not an amount");
    check("currency", json!("€"), "currency", "not a currency");
}

#[test]
fn odd_shapes_of_php_are_read() {
    let (order, notices) = order(&[
        ("id", json!("102")),
        ("line_items.0.quantity", json!("2.0")),
        ("line_items.0.sku", Value::Null),
        ("line_items.0.meta_data", json!("")),
        ("billing", json!([])),
        ("shipping", json!([])),
        ("customer_id", json!(0)),
        ("fee_lines", json!({"3": plain()["fee_lines"][0]})),
        ("refunds", Value::Null),
        ("gift_cards", json!([])),
    ]);
    assert_eq!((order.lines[0].sku.as_deref(), order.lines[0].quantity), (None, 2));
    assert_eq!((order.country, order.customer.platform_id), (None, None));
    assert_eq!((order.service_income_minor, notices.len()), (250, 0));
}

#[test]
fn a_line_of_no_units_is_left_out_and_told() {
    let mut items = plain()["line_items"].as_array().unwrap().clone();
    items.push(json!({"id": 14, "name": "Sample", "quantity": 0, "total": "0.00"}));
    let (order, notices) = order(&[("line_items", Value::Array(items))]);
    assert_eq!((order.lines.len(), order.unexplained_minor), (1, 0));
    assert!(notices[0].contains("line_items[1]"), "{notices:?}");
}

#[test]
fn the_day_of_payment_stands_in_for_a_missing_day() {
    let (order, _) = order(&[("date_created_gmt", Value::Null)]);
    assert_eq!(order.placed_at.to_string(), "2026-03-06T09:00:00Z");
    let none = [("date_created_gmt", Value::Null), ("date_paid_gmt", Value::Null)];
    assert_eq!(
        read(&with(&none)).err().map(|problem| problem.path),
        Some("date_created_gmt".into())
    );
}

#[test]
fn amounts_that_could_overflow_are_refused() {
    let item = json!({"id": 1, "quantity": 1, "subtotal": "9999999999999.99",
        "total": "9999999999999.99"});
    let items: Vec<Value> = vec![item; 10_000];
    let problem = read(&with(&[("line_items", Value::Array(items))])).err().unwrap();
    assert!(problem.reason.contains("more than can be kept"), "{}", problem.reason);
}

#[test]
fn an_order_tells_what_left_by_its_own_state_and_names_what_was_sold() {
    for (status, expected) in [
        ("completed", Some(2)),
        ("processing", Some(0)),
        ("wc-on-hold", Some(0)),
        ("cancelled", Some(0)),
        ("refunded", None),
        ("shipped-partly", None),
    ] {
        let (order, _) = order(&[("status", json!(status))]);
        assert_eq!(order.lines[0].stock.shipped, expected, "{status}");
        assert_eq!(order.lines[0].stock.listing, None, "the product is no more");
    }
    let (order, _) = order(&[
        ("date_completed_gmt", json!("2026-03-08T10:00:00")),
        ("line_items.0.product_id", json!(5)),
        ("line_items.0.variation_id", json!(51)),
    ]);
    assert_eq!(order.stock.shipped_at.unwrap().to_string(), "2026-03-08T10:00:00Z");
    assert_eq!(order.lines[0].stock.listing.as_deref(), Some("5/51"));
    let simple = [("line_items.0.product_id", json!("5")), ("line_items.0.variation_id", json!(0))];
    assert_eq!(self::order(&simple).0.lines[0].stock.listing.as_deref(), Some("5"));
    let back =
        [("status", json!("processing")), ("date_completed_gmt", json!("2026-03-08T10:00:00"))];
    assert_eq!(self::order(&back).0.stock.shipped_at, None, "it was taken back");
}
