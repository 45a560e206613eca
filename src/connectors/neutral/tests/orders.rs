//! Orders, line by line.

use proptest::prelude::*;

use super::{code, places, read, records, refusals};
use crate::base::Money;
use crate::connectors::contract::Found;
use crate::connectors::neutral::wire;
use crate::domain::record::{FeeClass, FinancialStatus, Order, Record, SourceKind};

const SAMPLE: &str = include_str!("../../../../tests/fixtures/neutral/orders.jsonl");
const GOOD: &str = concat!(
    r#"{"id":"1","created_at":"2026-03-02T09:30:00Z","currency":"EUR","#,
    r#""lines":[{"id":"a","quantity":1,"unit_price":"10.00"}]}"#
);

fn orders(found: &[Found]) -> Vec<&Order> {
    records(found)
        .into_iter()
        .map(|record| match record {
            Record::Order(order) => &**order,
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Reads one order that differs from the good one; its place and reason where it is refused.
fn try_with(from: &str, to: &str) -> Result<Order, (String, String)> {
    assert!(GOOD.contains(from), "{from}");
    let file = format!("{GOOD}\n{}\n", GOOD.replacen(from, to, 1));
    let found = read("orders", file.as_bytes()).unwrap();
    match refusals(&found).first() {
        Some(refusal) => {
            assert_eq!(refusal.row, 2);
            Err((refusal.column.clone(), refusal.reason.clone()))
        }
        None => Ok(orders(&found)[1].clone()),
    }
}

fn place_with(from: &str, to: &str) -> Option<String> {
    try_with(from, to).err().map(|(column, _)| column)
}

#[test]
fn a_full_order_is_taken_in_with_all_its_parts() {
    let found = read("orders", SAMPLE.as_bytes()).unwrap();
    let orders = orders(&found);
    assert_eq!(orders.len(), 2);
    let order = orders[0];
    let euros = |minor| Money::new(minor, code("EUR"));
    assert_eq!((order.id.as_str(), order.number.as_deref()), ("o-1", Some("1001")));
    assert_eq!(order.placed_at.to_string(), "2026-03-02T09:30:00Z");
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
    assert_eq!(
        (order.source.kind, order.source.label.as_str()),
        (SourceKind::OrdersFile, "orders file")
    );
    assert_eq!((order.country.as_deref(), order.region.as_deref()), (Some("DE"), Some("Hessen")));
    assert_eq!(order.customer.reference.as_deref(), Some("C-77"));
    assert_eq!(order.campaign.as_deref(), Some("spring"));
    assert!(order.taxes_included && !order.test);
    let line = &order.lines[0];
    assert_eq!(line.title.as_deref(), Some("Mug \"red\""));
    assert_eq!((line.quantity, line.price_minor, line.discount_minor), (2, 2400, 100));
    assert_eq!((line.tax_minor, line.weight_grams), (Some(367), 350));
    assert!(order.lines[1].gift_card && order.lines[1].tax_minor.is_none());
    assert_eq!((order.order_discount_minor, order.tips_minor, order.duties_minor), (200, 150, 30));
    assert_eq!((order.service_income_minor, order.gift_card_paid_minor), (250, 500));
    let shipping = &order.shipping;
    assert_eq!(
        (shipping.price_minor, shipping.discount_minor, shipping.tax_minor),
        (490, 90, Some(64))
    );
    assert_eq!((order.payments[0].amount_minor, order.payments[0].fee), (4600, Some(euros(89))));
    let [commission, unknown] = &order.fees[..] else { panic!("two fees") };
    assert_eq!((commission.amount, commission.class), (euros(310), FeeClass::Channel));
    assert_eq!((commission.unclassified, commission.line_id.as_deref()), (false, Some("l1")));
    assert_eq!((unknown.amount, unknown.unclassified, unknown.estimated), (euros(-40), true, true));
    assert_eq!(order.shipping_cost, Some(euros(379)));
    let refund = &order.refunds[0];
    assert_eq!(refund.at.to_string(), "2026-03-09T16:00:00Z");
    assert_eq!((refund.lines[0].amount_minor, refund.lines[0].tax_minor), (966, 184));
    assert_eq!((refund.lines[0].quantity, refund.lines[0].restocked), (1, 1));
    assert_eq!((refund.shipping_minor, refund.shipping_tax_minor), (100, 19));
    assert_eq!((refund.adjustment_minor, refund.fee_returned), (50, Some(euros(20))));
}

#[test]
fn yen_have_no_cents_and_a_known_nothing_is_not_unknown() {
    let found = read("orders", SAMPLE.as_bytes()).unwrap();
    let order = orders(&found)[1];
    assert_eq!(order.lines[0].price_minor, 3600);
    assert_eq!(order.lines[0].tax_minor, Some(0));
    assert_eq!(order.shipping_cost, Some(Money::zero(code("JPY"))));
    assert!(order.test && order.marketplace_remitted_tax && order.cancelled_at.is_some());
    assert_eq!(order.financial_status, FinancialStatus::Paid);
    let refunded = &order.refunds[0].lines[0];
    assert_eq!((refunded.quantity, refunded.restocked), (4, 0), "more than sold, not restocked");
    let Found::Records { row, .. } = &found[1] else { panic!("records") };
    assert_eq!(*row, 3, "the blank line counts");
}

#[test]
fn a_byte_order_mark_and_windows_line_breaks_are_fine() {
    let file = format!("\u{feff}{}", SAMPLE.replace('\n', "\r\n"));
    let plain = read("orders", SAMPLE.as_bytes()).unwrap();
    assert_eq!(read("orders", file.as_bytes()).unwrap(), plain);
}

#[test]
fn two_orders_with_one_id_are_handed_out_in_file_order() {
    let file = format!("{GOOD}\n{}\n", GOOD.replace("10.00", "11.00"));
    let found = read("orders", file.as_bytes()).unwrap();
    let prices: Vec<i64> = orders(&found).iter().map(|order| order.lines[0].price_minor).collect();
    assert_eq!(prices, [1000, 1100]);
}

#[test]
fn a_bad_order_is_refused_by_its_path_and_the_rest_goes_in() {
    let check = |from: &str, to: &str, path: &str, why: &str| {
        assert_eq!(place_with(from, to).as_deref(), Some(path), "{why}: {from} -> {to}");
    };
    let line = r#"{"id":"a","quantity":1,"unit_price":"10.00"}"#;
    check(r#""id":"1""#, r#""id":"""#, "id", "an empty id");
    check(r#""id":"1","#, "", "id", "no id");
    check(r#""id":"1""#, r#""id":1"#, "id", "a number for a text");
    check(r#""id":"1""#, r#""id":null"#, "id", "null");
    check(r#""id":"1""#, r#""id":"1","colour":"red""#, "colour", "an unknown field");
    check(r#""id":"1""#, r#""id":"1","id":"2""#, "id", "a field twice");
    check(r#""id":"1""#, r#""id":"1","number":null"#, "number", "null is not absent");
    check(r#""id":"1""#, r#""id":"1","test":"yes""#, "test", "a text for true");
    check(r#""id":"1""#, r#""id":"1","test":null"#, "test", "null for true");
    check(r#""EUR""#, r#""EURO""#, "currency", "no currency");
    check(r#""EUR""#, r#""eur""#, "currency", "small letters");
    check(r#""currency":"EUR","#, "", "currency", "no currency at all");
    check("2026-03-02T09", "2026-02-30T09", "created_at", "no such day");
    check("2026-03-02T09:30:00Z", "2026-03-02", "created_at", "a day is no time");
    check("2026-03-02T09:30:00Z", "", "created_at", "empty");
    check(r#""lines":["#, r#""financial_status":"payed","lines":["#, "financial_status", "");
    check(line, "", "lines", "no line");
    check(&format!("[{line}]"), "{}", "lines", "an object for a list");
    check(line, r#"["a",1,"10.00"]"#, "lines[0]", "a list for an object");
    check(r#""quantity":1,"#, "", "lines[0].quantity", "no quantity");
    check(r#""quantity":1"#, r#""quantity":0"#, "lines[0].quantity", "nothing");
    check(r#""quantity":1"#, r#""quantity":-1"#, "lines[0].quantity", "less than nothing");
    check(r#""quantity":1"#, r#""quantity":1000001"#, "lines[0].quantity", "too many");
    check(r#""quantity":1"#, r#""quantity":1.5"#, "lines[0].quantity", "halves");
    check(r#""quantity":1"#, r#""quantity":"1""#, "lines[0].quantity", "a text");
    check(r#""quantity":1"#, r#""quantity":99999999999999999999"#, "lines[0].quantity", "huge");
    for wrong in ["10,00", "-10.00", "10.001", "1e3", "", " 1", "10.", "1.0000000", "NaN"] {
        check("10.00", wrong, "lines[0].unit_price", wrong);
    }
    check("10.00", "99999999999999", "lines[0].unit_price", "14 digits");
    check(r#""10.00""#, "10.00", "lines[0].unit_price", "a number for an amount");
    let second = format!(r#"{line},{{"id":"b","quantity":1,"unit_price":"1","weight_grams":-1}}"#);
    check(line, &second, "lines[1].weight_grams", "a negative weight");
    let second = format!(r#"{line},{{"id":"b","quantity":1,"unit_price":"1","colour":1}}"#);
    check(line, &second, "lines[1].colour", "an unknown field of a line");
    check(
        r#""quantity":1,"unit_price":"10.00""#,
        r#""quantity":1000000,"unit_price":"9999999999""#,
        "lines[0].unit_price",
        "a product beyond the limit",
    );
}

fn refund_of(line: &str) -> String {
    format!(r#""refunds":[{{"id":"r","at":"2026-03-05T00:00:00Z","lines":[{line}]}}]"#)
}

#[test]
fn parts_of_an_order_are_refused_by_their_path() {
    let check = |part: &str, path: &str| {
        let to = format!("{part},\"lines\":[");
        assert_eq!(place_with("\"lines\":[", &to).as_deref(), Some(path), "{part}");
    };
    check(r#""ship_to":{"country":"de"}"#, "ship_to.country");
    check(r#""ship_to":{"country":"DEU"}"#, "ship_to.country");
    check(r#""ship_to":{"city":"Tartu"}"#, "ship_to.city");
    check(r#""ship_to":["DE"]"#, "ship_to");
    check(r#""shipping":["4.90"]"#, "shipping");
    check(r#""shipping":{"price":"4,90"}"#, "shipping.price");
    check(r#""shipping":{"price":"1","discount":"2"}"#, "shipping.discount");
    check(r#""tips":"-1.00""#, "tips");
    check(r#""payments":null"#, "payments");
    check(r#""payments":[{"gateway":"x","amount":"-1"}]"#, "payments[0].amount");
    check(r#""payments":[{"gateway":"x"}]"#, "payments[0].amount");
    check(
        r#""fees":[{"kind":"commission","amount":"1"},{"kind":"x","amount":"a"}]"#,
        "fees[1].amount",
    );
    check(r#""fees":[{"kind":"commission","amount":"1","line_id":"z"}]"#, "fees.line_id");
    check(r#""order_discount":"10.01""#, "order_discount");
    check(r#""refunds":[{"id":"r"}]"#, "refunds[0].at");
    check(
        &refund_of(r#"{"line_id":"a","quantity":1,"amount":"1","tax":"x"}"#),
        "refunds[0].lines[0].tax",
    );
    check(&refund_of(r#"{"line_id":"z","quantity":1,"amount":"1"}"#), "refunds.lines.line_id");
    check(
        r#""refunds":[{"id":"r","at":"2026-03-05T00:00:00Z","adjustment":"-1"}]"#,
        "refunds[0].adjustment",
    );
}

#[test]
fn reasons_are_plain_words_and_repeat_no_buyer() {
    let reason = |from: &str, to: &str| try_with(from, to).unwrap_err().1;
    assert_eq!(
        reason("10.00", "10,00"),
        "\"10,00\" is not an amount; write it with a point, such as 24.00."
    );
    assert_eq!(
        reason(r#""quantity":1"#, r#""quantity":"1""#),
        "Here stands a text, where a whole number is expected."
    );
    let customer = reason(r#""id":"1""#, r#""id":"1","customer_ref":["ann@example.com"]"#);
    assert_eq!(customer, "Here stands a list, where a text in quotes is expected.");
    let customer = reason(r#""id":"1""#, r#""id":"1","customer_ref":4711"#);
    assert!(!customer.contains("4711"), "{customer}");
}

#[test]
fn a_refused_line_is_kept_without_its_buyer() {
    let bad = concat!(
        r#"{"id":"2","customer_ref":"ann@example.com","email":"ann@example.com","#,
        r#""lines":[{"id":"a","note":"for Ann"}]}"#
    );
    let broken = r#"{"id":"3","customer_ref":"ann@example.com","currency":"EUR" oops "Ann"}"#;
    let file = format!("{GOOD}\n{bad}\n{broken}\n");
    let found = read("orders", file.as_bytes()).unwrap();
    let raws: Vec<&str> = refusals(&found).iter().map(|refusal| refusal.raw.as_str()).collect();
    assert_eq!(
        raws,
        [
            r#"{"id":"2","email":null,"lines":[{"id":"a","note":null}]}"#,
            r#"{"id":"3","currency":"EUR""#
        ]
    );
}

#[test]
fn a_long_refused_line_is_cut() {
    let bad =
        GOOD.replace(r#""id":"1""#, &format!(r#""id":"1","x":1,"number":"{}""#, "ü".repeat(5000)));
    let found = read("orders", format!("{GOOD}\n{bad}").as_bytes()).unwrap();
    let raw = &refusals(&found)[0].raw;
    assert!((4090..=4096).contains(&raw.len()), "{}", raw.len());
}

#[test]
fn every_known_field_may_be_kept_but_the_buyer_s() {
    let line = SAMPLE.lines().next().unwrap();
    let mut names = Vec::new();
    list_names(&serde_json::from_str(line).unwrap(), &mut names);
    assert!(names.len() > 40);
    for name in names.iter().filter(|name| *name != "customer_ref") {
        assert!(wire::FIELDS.contains(&name.as_str()), "{name}");
    }
    assert!(!wire::FIELDS.contains(&"customer_ref"));
}

fn list_names(value: &serde_json::Value, names: &mut Vec<String>) {
    if let Some(fields) = value.as_object() {
        for (name, value) in fields {
            names.push(name.clone());
            list_names(value, names);
        }
    }
    for value in value.as_array().into_iter().flatten() {
        list_names(value, names);
    }
}

#[test]
fn a_time_without_an_offset_is_meant_in_the_store_s_zone() {
    let order = try_with("2026-03-02T09:30:00Z", "2026-03-02T09:30:00").unwrap();
    assert_eq!(order.placed_at.to_string(), "2026-03-02T07:30:00Z");
    assert_eq!(
        place_with("2026-03-02T09:30:00Z", "2026-03-02T09:30:00+2").as_deref(),
        Some("created_at")
    );
}

#[test]
fn a_file_that_holds_no_orders_is_refused_whole() {
    let pretty = GOOD.replace(',', ",\n").replace('{', "{\n");
    let many = "{\"a\":1}\n".repeat(500);
    for file in [
        "",
        "\n\n",
        "[]",
        "hello",
        "sku,valid_from\nA,2026-01-01",
        "{\"payment_fees\":[]}",
        "{\"id\":1,\"line_items\":[]}\n{\"id\":2,\"line_items\":[]}",
        &format!("[{GOOD}]"),
        &pretty,
        &many,
    ] {
        let fault = read("orders", file.as_bytes());
        assert!(fault.is_err(), "{:?}", &file[..file.len().min(40)]);
    }
}

#[test]
fn what_is_no_order_before_the_first_order_is_only_refused() {
    let file = format!("{{}}\n{{\"id\":\"x\n{GOOD}\nnonsense\n[1]\n");
    let found = read("orders", file.as_bytes()).unwrap();
    assert_eq!(places(&found), [(1, "id"), (2, "id"), (4, ""), (5, "")]);
    assert_eq!(orders(&found).len(), 1);
}

#[test]
fn a_line_beyond_the_limit_is_refused_and_the_next_goes_in() {
    let mut file = format!("{GOOD}\n{{\"id\":\"").into_bytes();
    file.resize(file.len() + 9 * 1024 * 1024, b'x');
    file.extend(format!("\"}}\n{GOOD}").bytes());
    let found = read("orders", &file).unwrap();
    assert_eq!(places(&found), [(2, "")]);
    assert_eq!(orders(&found).len(), 2);
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let mut file = format!("{GOOD}\n").into_bytes();
    file.extend(GOOD.bytes().map(|byte| if byte == b'a' { 0xe4 } else { byte }));
    let found = read("orders", &file).unwrap();
    assert!(refusals(&found)[0].reason.contains("UTF-8"));
}

proptest! {
    #[test]
    fn a_line_with_a_slip_anywhere_never_keeps_its_buyer(at in 0_usize..1000, slip in 0_u8..128) {
        let mut line = SAMPLE.lines().next().unwrap().as_bytes().to_vec();
        let at = at % line.len();
        // The name itself may break: it stays, as the name of an unknown field, without a value.
        line[at] = slip;
        let file = [GOOD.as_bytes(), b"\n", line.as_slice(), b"\n"].concat();
        for refusal in refusals(&read("orders", &file).unwrap()) {
            prop_assert!(!refusal.raw.contains("C-77"), "{}", refusal.raw);
            prop_assert!(!refusal.reason.contains("C-77"), "{}", refusal.reason);
        }
    }
}
