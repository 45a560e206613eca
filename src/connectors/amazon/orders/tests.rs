//! All Orders reports of our own making, and what becomes of them.

use super::*;
use crate::base::{Currency, Zone};
use crate::connectors::contract::UnknownKind;
use crate::domain::record::unite::unite;
use crate::domain::record::{FinancialStatus, Order, SourceKind};

const EU: &str = include_str!("../../../../tests/fixtures/amazon/all-orders-eu.txt");
const US: &str = include_str!("../../../../tests/fixtures/amazon/all-orders-us.txt");

fn find_all(text: &[u8]) -> Vec<Found> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut source = text;
    let mut found = Vec::new();
    read(&mut source, &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })
    .unwrap();
    found
}

fn orders(found: &[Found]) -> Vec<&Order> {
    let mut orders = Vec::new();
    for one in found {
        if let Found::Records { records, .. } = one {
            for record in records {
                if let Record::Order(order) = record {
                    orders.push(order.as_ref());
                }
            }
        }
    }
    orders
}

fn order<'a>(found: &'a [Found], id: &str) -> &'a Order {
    orders(found).into_iter().find(|order| order.id == id).unwrap()
}

fn refusals(found: &[Found]) -> Vec<&Refusal> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Refused(refusal) => Some(refusal),
            _ => None,
        })
        .collect()
}

fn notices(found: &[Found]) -> Vec<&str> {
    found
        .iter()
        .filter_map(|one| match one {
            Found::Notice { what, .. } => Some(what.as_str()),
            _ => None,
        })
        .collect()
}

/// Line id, units, price, discount, tax.
fn lines(order: &Order) -> Vec<(&str, i64, i64, i64, Option<i64>)> {
    let line = |line: &crate::domain::record::Line| {
        (line.quantity, line.price_minor, line.discount_minor, line.tax_minor)
    };
    let ids = order.lines.iter().map(|line| line.id.as_str());
    ids.zip(order.lines.iter().map(line)).map(|(id, (a, b, c, d))| (id, a, b, c, d)).collect()
}

/// The sample with one text put in another's place.
fn replaced(text: &str, from: &str, to: &str) -> Vec<Found> {
    assert!(text.contains(from), "{from}");
    find_all(text.replace(from, to).as_bytes())
}

#[test]
fn european_prices_hold_their_tax_and_a_discount_takes_its_share_of_it() {
    let found = find_all(EU.as_bytes());
    let order = order(&found, "302-1000001-2000001");
    assert_eq!((order.source.kind, order.source.part.as_str()), (SourceKind::OrdersFile, ""));
    assert!(order.taxes_included && !order.marketplace_remitted_tax);
    assert_eq!(order.placed_at.to_string(), "2026-03-02T09:15:00Z");
    assert_eq!(
        (order.country.as_deref(), order.channel.as_deref()),
        (Some("DE"), Some("amazon.de"))
    );
    // 3.80 on 23.80, of which 21.42 are left: 3.42.
    let expected =
        [("sku:MUG-BLUE", 2, 2_380, 238, Some(342)), ("sku:MUG-RED", 1, 3_570, 0, Some(570))];
    assert_eq!(lines(order), expected);
    assert_eq!((order.shipping.price_minor, order.shipping.tax_minor), (595, Some(95)));
    assert_eq!((order.service_income_minor, order.service_tax_minor), (300, 57));
    // 23.80 − 2.38 + 35.70 + 5.95 + 3.57
    assert_eq!(order.payments[0].amount_minor, 6_664);
    assert_eq!(order.payments[0].fee.map(|fee| fee.minor), Some(0));
    assert_eq!(order.shipping_cost.map(|cost| cost.minor), Some(0), "Amazon sent it");
    assert_eq!(order.financial_status, FinancialStatus::Paid);
}

#[test]
fn american_prices_are_without_tax_which_amazon_hands_on() {
    let found = find_all(US.as_bytes());
    let first = order(&found, "111-1000001-2000001");
    assert!(!first.taxes_included && first.marketplace_remitted_tax);
    assert_eq!(lines(first), [("90001", 2, 4_800, 0, Some(384))]);
    assert_eq!((first.shipping.price_minor, first.shipping.discount_minor), (599, 599));
    assert_eq!(first.region.as_deref(), Some("WA"));
    // 48.00 + 3.84 + 5.99 − 5.99 + 0.48
    assert_eq!(first.payments[0].amount_minor, 5_232);
    // Two items of one SKU are two lines.
    let second = order(&found, "111-1000002-2000002");
    let expected = [("90002", 1, 2_600, 260, Some(208)), ("90003", 1, 2_400, 0, Some(192))];
    assert_eq!(lines(second), expected);
}

#[test]
fn what_is_not_sold_does_not_count_and_says_why() {
    let found = find_all(EU.as_bytes());
    let pending = order(&found, "302-1000002-2000002");
    assert_eq!((pending.financial_status, pending.counts()), (FinancialStatus::Pending, false));
    assert_eq!(pending.currency, Currency::EUR, "of its marketplace");
    assert!(pending.payments.is_empty());
    let cancelled = order(&found, "302-1000003-2000003");
    assert_eq!(cancelled.financial_status, FinancialStatus::Voided);
    assert_eq!(
        cancelled.cancelled_at.map(|at| at.to_string()).as_deref(),
        Some("2026-03-03T10:00:00Z")
    );
    let held = order(&found, "302-1000007-2000007");
    assert_eq!((held.counts(), held.number.as_deref()), (false, Some("R-77")));
    let unknown =
        Found::Unknown { row: 10, kind: UnknownKind::Status, name: "Held by customs".to_owned() };
    assert!(found.contains(&unknown), "{found:?}");
}

#[test]
fn a_cancelled_item_is_left_out_of_an_order_that_was_sold() {
    let found = find_all(EU.as_bytes());
    let order = order(&found, "302-1000004-2000004");
    assert_eq!(lines(order), [("sku:MUG-RED", 1, 3_570, 0, Some(570))]);
    assert_eq!((order.counts(), order.shipping_cost), (true, None), "sent by the seller");
}

#[test]
fn a_replacement_is_sold_for_nothing_and_still_costs() {
    let found = find_all(EU.as_bytes());
    let order = order(&found, "302-1000005-2000005");
    assert!(order.counts());
    assert_eq!(lines(order), [("sku:MUG-BLUE", 1, 0, 0, None)]);
    assert_eq!(order.payments[0].amount_minor, 0);
}

#[test]
fn orders_of_other_channels_are_no_sales_and_are_told_once() {
    let found = find_all(EU.as_bytes());
    assert!(orders(&found).iter().all(|order| !order.id.starts_with('S')));
    let told: Vec<&str> = notices(&found);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("Orders of other channels that Amazon only shipped (1)"),
        "{}",
        told[0]
    );
}

#[test]
fn a_sale_without_a_price_waits_for_one() {
    let found = replaced(US, "\t48.00\t3.84", "\t\t");
    let order = order(&found, "111-1000001-2000001");
    assert_eq!(order.financial_status, FinancialStatus::Pending);
    assert!(notices(&found)[0].contains("111-1000001-2000001 has no price yet"));
}

#[test]
fn a_tax_of_nothing_in_a_file_that_never_tells_any_is_not_known() {
    let untaxed = EU.replace("\t3.80\t", "\t0.00\t").replace("\t5.70\t", "\t0.00\t");
    let found = find_all(untaxed.as_bytes());
    let order_without = order(&found, "302-1000001-2000001");
    assert!(order_without.lines.iter().all(|line| line.tax_minor.is_none()));
    // Where the file tells tax elsewhere, nothing is nothing.
    let found = replaced(EU, "\t23.80\t3.80\t", "\t23.80\t0.00\t");
    assert_eq!(order(&found, "302-1000001-2000001").lines[0].tax_minor, Some(0));
}

#[test]
fn an_order_stands_or_falls_with_each_of_its_rows() {
    let found = replaced(EU, "\t35.70\t5.70\t0.00\t0.00\t3.57", "\tmany\t5.70\t0.00\t0.00\t3.57");
    let [refusal] = refusals(&found)[..] else { panic!("{found:?}") };
    assert_eq!((refusal.row, refusal.column.as_str()), (3, "item-price"));
    assert_eq!(refusal.raw.lines().count(), 2, "both of its rows");
    assert!(!refusal.raw.contains("Musterstadt") && !refusal.raw.contains("10115"));
    assert_eq!(orders(&found).len(), 5);
    for (from, to, column) in [
        ("\t2\tEUR\t23.80", "\t0\tEUR\t23.80", "quantity"),
        ("\tEUR\t23.80", "\tEURO\t23.80", "currency"),
        ("\t2.38\t", "\t99.00\t", "item-promotion-discount"),
        ("\t23.80\t3.80", "\t-23.80\t3.80", "item-price"),
        (
            "302-1000001-2000001\t\t2026-03-02T09:15:00+00:00",
            "302-1000001-2000001\t\t2026-13-02",
            "purchase-date",
        ),
    ] {
        let found = replaced(EU, from, to);
        let columns: Vec<&str> =
            refusals(&found).iter().map(|refusal| refusal.column.as_str()).collect();
        assert_eq!(columns, [column], "{from} -> {to}");
    }
}

#[test]
fn an_unknown_currency_is_told_and_refuses_its_order_alone() {
    let found = replaced(US, "\tUSD\t48.00", "\tXYZ\t48.00");
    let name = "XYZ".to_owned();
    assert!(found.contains(&Found::Unknown { row: 2, kind: UnknownKind::Currency, name }));
    assert_eq!((refusals(&found).len(), orders(&found).len()), (1, 1));
}

#[test]
fn an_unknown_column_is_told_by_its_name() {
    let found = replaced(US, "price-designation", "colour-of-the-box");
    let name = "colour-of-the-box".to_owned();
    assert_eq!(found[0], Found::Unknown { row: 1, kind: UnknownKind::Column, name });
}

#[test]
fn a_row_that_was_cut_off_refuses_its_order() {
    let at = US.rfind("24.00").unwrap() + 3;
    let found = find_all(&US.as_bytes()[..at]);
    let [refusal] = refusals(&found)[..] else { panic!("{found:?}") };
    assert!(refusal.reason.contains("ends after"), "{}", refusal.reason);
    assert_eq!(orders(&found).len(), 1);
}

#[test]
fn sorted_and_joined_files_end_in_the_same_orders() {
    let plain = find_all(US.as_bytes());
    let expected: Vec<&Order> = orders(&plain);
    let (header, rows) = US.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let check = |rows: &[&str], why: &str| {
        let found = find_all(format!("{header}\n{}\n", rows.join("\n")).as_bytes());
        let mut orders = orders(&found);
        orders.sort_by(|left, right| left.id.cmp(&right.id));
        assert_eq!(orders, expected, "{why}");
    };
    check(&[rows[1], rows[0], rows[2]], "rows of another order between");
    check(&[rows[0], rows[1], rows[2], rows[0], rows[1], rows[2]], "the file twice");
    let older = rows[1].replace("2026-03-03T10", "2026-03-02T10").replace("26.00", "25.00");
    check(&[rows[0], &older, rows[0], rows[1], rows[2]], "an older export before");
    check(&[rows[0], rows[1], rows[2], rows[0], &older], "an older export behind");
}

#[test]
fn rows_of_one_sku_below_each_other_are_items_of_their_own() {
    let row = EU.lines().nth(1).unwrap();
    let text = format!("{}\n{row}\n{row}\n", EU.lines().next().unwrap());
    let found = find_all(text.as_bytes());
    let ids: Vec<&str> = orders(&found)[0].lines.iter().map(|line| line.id.as_str()).collect();
    assert_eq!(ids, ["sku:MUG-BLUE", "sku:MUG-BLUE#2"]);
}

#[test]
fn only_so_many_orders_wait_and_a_late_row_never_replaces_its_order() {
    let (header, rows) = US.split_once('\n').unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let mut text = format!("{header}\n{}\n", rows[1]);
    for number in 0..=OPEN_MAX {
        text += &rows[0].replace("2000001", &format!("{number:07}"));
        text.push('\n');
    }
    text += rows[2];
    let found = find_all(text.as_bytes());
    assert_eq!(orders(&found).len(), OPEN_MAX + 2);
    let [refusal] = refusals(&found)[..] else { panic!("one") };
    assert!(refusal.reason.contains("Sort the file"), "{}", refusal.reason);
    assert_eq!((refusal.row, refusal.raw.as_str()), (OPEN_MAX as u64 + 4, ""));
}

#[test]
fn the_sample_of_a_european_seller_ties_out() {
    let path = "amazon-sp-api/samples/all-orders-eu-synthetic.txt";
    let Some(bytes) = crate::connectors::tests::find_sample(path) else { return };
    let found = find_all(&bytes);
    assert!(found.iter().all(|one| matches!(one, Found::Records { .. })));
    let orders = orders(&found);
    let lines = || orders.iter().flat_map(|order| &order.lines);
    assert!(orders.iter().all(|order| order.taxes_included && order.counts()));
    let sums = (
        orders.len(),
        lines().map(|line| line.quantity).sum::<i64>(),
        lines().map(|line| line.price_minor).sum::<i64>(),
        lines().filter_map(|line| line.tax_minor).sum::<i64>(),
    );
    assert_eq!(sums, (119, EU_UNITS, EU_PRICE_MINOR, EU_TAX_MINOR));
}

// Added up from the file by other means.
const EU_UNITS: i64 = 495;
const EU_PRICE_MINOR: i64 = 1_151_205;
const EU_TAX_MINOR: i64 = 199_785;

/// The documents of one order in a settlement of the same shop.
fn settled(id: &str) -> Vec<Order> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut source = include_bytes!("../../../../tests/fixtures/amazon/v2-point.txt").as_slice();
    let mut found = Vec::new();
    let mut take = |one| {
        found.push(one);
        Ok(())
    };
    crate::connectors::amazon::file::read(&mut source, &ctx, &mut take).unwrap();
    orders(&found).into_iter().filter(|order| order.id == id).cloned().collect()
}

#[test]
fn the_report_s_lines_bear_the_settlement_s_fees_whichever_comes_first() {
    let found = find_all(US.as_bytes());
    let id = "111-1000002-2000002";
    let settlement = settled(id).remove(0);
    let by_item = order(&found, id).clone();
    let without_items = US.replace("\t90002", "\t").replace("\t90003", "\t0");
    let without_items = find_all(without_items.as_bytes());
    let by_sku = order(&without_items, id).clone();
    for (report, lines, fees) in [
        // 3.51 of one item; 3.60 and 3.00 of the other.
        (&by_item, ["90002", "90003"], [351, 660]),
        // The report knows one SKU alone: the settlement's other item finds the first line.
        (&by_sku, ["sku:MUG-RED", "sku:MUG-RED#2"], [1_011, 0]),
    ] {
        let one_way = unite(vec![report.clone(), settlement.clone()], Vec::new(), &[]).unwrap();
        let other_way = unite(vec![settlement.clone(), report.clone()], Vec::new(), &[]).unwrap();
        assert_eq!(one_way, other_way);
        assert_eq!(one_way.check(), Ok(()));
        let ids: Vec<&str> = one_way.lines.iter().map(|line| line.id.as_str()).collect();
        assert_eq!(ids, lines);
        for (line, minor) in lines.into_iter().zip(fees) {
            let of_line = one_way.fees.iter().filter(|fee| fee.line_id.as_deref() == Some(line));
            assert_eq!(of_line.map(|fee| fee.amount.minor).sum::<i64>(), minor, "{line}");
        }
        assert_eq!(one_way.refunds.len(), 1, "the settlement's");
        assert!(one_way.marketplace_remitted_tax, "as the settlement withholds it");
    }
}
