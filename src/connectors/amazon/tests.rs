//! Settlement files of our own making in every dialect, what becomes of them, and what is
//! refused.

mod made;
mod total;

use super::file;
use crate::base::{Currency, Money, Zone};
use crate::connectors::contract::{Found, Head, Match, ReadCtx, Refusal, UnknownKind};
use crate::connectors::fault::FileFault;
use crate::domain::record::unite::unite;
use crate::domain::record::{
    Charge, ChargeClass, FeeClass, FinancialStatus, Order, Payout, Record, SourceKind,
};
use total::records_total;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/amazon/", $name)).as_slice()
    };
}

const FIXTURES: [(&str, &[u8]); 10] = [
    ("v1", fixture!("v1.txt")),
    ("v2-point", fixture!("v2-point.txt")),
    ("v2-comma-cp1252", fixture!("v2-comma-cp1252.txt")),
    ("negative-first", fixture!("negative-first.txt")),
    ("negative-next", fixture!("negative-next.txt")),
    ("reserve-first", fixture!("reserve-first.txt")),
    ("reserve-next", fixture!("reserve-next.txt")),
    ("refund-first", fixture!("refund-first.txt")),
    ("refund-second", fixture!("refund-second.txt")),
    ("unknown-type", fixture!("unknown-type.txt")),
];

fn find_all(mut bytes: &[u8]) -> Result<Vec<Found>, FileFault> {
    let ctx = ReadCtx { currency: None, zone: Zone::utc(), store: Some("shop".to_owned()) };
    let mut found = Vec::new();
    file::read(&mut bytes, &ctx, &mut |one| {
        found.push(one);
        Ok(())
    })?;
    Ok(found)
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let found = find_all(bytes).unwrap();
    found
        .into_iter()
        .filter_map(|one| match one {
            Found::Records { records, .. } => Some(records),
            Found::Notice { .. } | Found::Unknown { .. } => None,
            Found::Refused(refusal) => panic!("{refusal:?}"),
        })
        .flatten()
        .collect()
}

fn notices(bytes: &[u8]) -> Vec<String> {
    let notice = |one| match one {
        Found::Notice { what, .. } => Some(what),
        _ => None,
    };
    find_all(bytes).unwrap().into_iter().filter_map(notice).collect()
}

fn refusal_of_file(bytes: &[u8]) -> String {
    match find_all(bytes) {
        Err(FileFault::Broken { what }) => what,
        other => panic!("{other:?}"),
    }
}

fn payout(records: &[Record]) -> &Payout {
    for record in records {
        if let Record::Payout(payout) = record {
            return payout;
        }
    }
    panic!("a settlement has a payout");
}

fn order<'a>(records: &'a [Record], id: &str) -> &'a Order {
    let orders = records.iter().filter_map(|record| match record {
        Record::Order(order) => Some(order),
        _ => None,
    });
    orders.into_iter().find(|order| order.id == id).unwrap()
}

fn charges(records: &[Record]) -> Vec<&Charge> {
    let charges = records.iter().filter_map(|record| match record {
        Record::Charge(charge) => Some(charge),
        _ => None,
    });
    charges.collect()
}

fn group_minor(payout: &Payout, group: &str) -> i64 {
    let parts = payout.parts.iter().filter(|part| part.group == group);
    parts.map(|part| part.amount_minor).sum()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    assert!(text.contains(from), "{from:?}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn every_fixture_loses_nothing_between_rows_and_records() {
    let stated = [1721, -37, 10912, -10_000, 2750, 0, 5000, 2100, -140, 1817];
    for ((name, bytes), stated_minor) in FIXTURES.into_iter().zip(stated) {
        let records = records(bytes);
        let payout = payout(&records);
        assert_eq!(payout.stated_minor, stated_minor, "{name}");
        let parts_minor: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
        assert_eq!(parts_minor, stated_minor, "{name}: the parts");
        assert_eq!(records_total(&records), stated_minor, "{name}: the records");
    }
}

#[test]
fn every_fixture_is_recognised_by_its_header() {
    for (name, bytes) in FIXTURES {
        let text = String::from_utf8_lossy(bytes);
        let head =
            Head { text: &text, bytes: text.as_bytes(), whole: true, file_name: "report.txt" };
        assert_eq!(file::recognises(&head), Match::Yes, "{name}");
    }
    for text in ["", "order-id\tsku\titem-price\n", "settlement-id,total-amount\n"] {
        let head = Head { text, bytes: text.as_bytes(), whole: true, file_name: "settlement.txt" };
        assert_eq!(file::recognises(&head), Match::No, "{text:?}");
    }
}

#[test]
fn a_sale_with_tax_on_top_keeps_each_of_its_parts() {
    let records = records(fixture!("v2-point.txt"));
    let order = order(&records, "111-1000002-2000002");
    assert_eq!(order.source.kind, SourceKind::Settlement);
    assert_eq!(order.source.part, "50000000001");
    assert_eq!(order.source.label, "settlement 50000000001");
    assert_eq!(order.channel.as_deref(), Some("amazon.com"));
    assert_eq!(order.placed_at.to_string(), "2026-03-03T18:40:10Z");
    assert!(order.marketplace_remitted_tax && !order.taxes_included);
    assert_eq!(order.country, None);
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| {
            let sku = line.sku.as_deref().unwrap_or_default();
            (line.id.as_str(), sku, line.quantity, line.price_minor, line.discount_minor)
        })
        .collect();
    assert_eq!(lines, [("90002", "MUG-BLUE", 1, 2600, 260), ("90003", "MUG-RED", 1, 2400, 0)]);
    assert_eq!(order.lines[0].tax_minor, Some(208));
    assert_eq!((order.service_income_minor, order.service_tax_minor), (300, 24));
    // 26.00 + 2.08 − 2.60 + 24.00 + 1.92 + 3.00 + 0.24
    assert_eq!(order.payments[0].amount_minor, 5464);
    assert_eq!(order.payments[0].fee.map(|fee| fee.minor), Some(0));
    let fees: Vec<_> = order
        .fees
        .iter()
        .map(|fee| (fee.kind.as_str(), fee.amount.minor, fee.line_id.as_deref()))
        .collect();
    assert_eq!(
        fees,
        [
            ("commission", 351, Some("90002")),
            ("commission", 360, Some("90003")),
            ("gift_wrap_chargeback", 300, Some("90003")),
        ]
    );
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
}

#[test]
fn a_refund_keeps_goods_tax_goodwill_and_fees_apart() {
    let records = records(fixture!("v2-point.txt"));
    let order = order(&records, "111-1000002-2000002");
    let [refund] = order.refunds.as_slice() else { panic!("{:?}", order.refunds) };
    assert_eq!(refund.id, "amzn1:crow:made-up-1/50000000001");
    assert_eq!(refund.at.to_string(), "2026-03-09T07:00:00Z");
    let line = &refund.lines[0];
    assert_eq!((line.line_id.as_str(), line.amount_minor, line.tax_minor), ("90003", 2400, 192));
    assert_eq!((line.quantity, line.restocked), (0, 0));
    assert_eq!(refund.adjustment_minor, 150);
    let fees: Vec<_> =
        refund.fees.iter().map(|fee| (fee.kind.as_str(), fee.class, fee.amount.minor)).collect();
    assert_eq!(
        fees,
        [
            ("commission", FeeClass::Channel, -360),
            ("refund_administration", FeeClass::Channel, 72),
            ("restocking_fee", FeeClass::OtherIncome, -480),
        ]
    );
}

#[test]
fn a_discount_of_shipping_and_a_discount_of_tax_leave_nothing() {
    let records = records(fixture!("v2-point.txt"));
    let order = order(&records, "111-1000001-2000001");
    let shipping = &order.shipping;
    assert_eq!((shipping.price_minor, shipping.discount_minor), (599, 599));
    assert_eq!(shipping.tax_minor, Some(48));
    // 3.84 on the goods less the 0.48 given back on shipping: Amazon does not tell of which.
    assert_eq!(order.lines[0].tax_minor, Some(336));
    let reimbursement = order.fees.last().unwrap();
    assert_eq!(reimbursement.kind, "fba_reimbursement");
    assert_eq!(reimbursement.class, FeeClass::OtherIncome);
    assert_eq!((reimbursement.amount.minor, &reimbursement.line_id), (-910, &None));
}

#[test]
fn rows_without_an_order_become_charges_of_their_class() {
    let records = records(fixture!("v2-point.txt"));
    let found: Vec<_> = charges(&records)
        .into_iter()
        .map(|charge| (charge.kind.as_str(), charge.class, charge.amount.minor))
        .collect();
    assert_eq!(
        found,
        [
            ("advertising", ChargeClass::AdvertisingPayment, -3140),
            ("storage", ChargeClass::PeriodFee, -410),
            ("subscription", ChargeClass::PeriodFee, -3999),
            ("fba_reimbursement", ChargeClass::PeriodIncome, 1125),
            ("reserve", ChargeClass::Balance, -200),
        ]
    );
    let income = charges(&records)[3];
    assert_eq!(income.key, "50000000001/33");
    assert_eq!(income.sku.as_deref(), Some("MUG-RED"));
    assert_eq!(income.payout.as_deref(), Some("50000000001"));
    assert_eq!(income.label, "other-transaction / FBA Inventory Reimbursement / WAREHOUSE_LOST");
}

#[test]
fn a_payout_groups_its_rows_in_amazons_own_words() {
    let records = records(fixture!("v2-point.txt"));
    let payout = payout(&records);
    assert_eq!((payout.id.as_str(), payout.rows), ("50000000001", 35));
    assert_eq!(payout.from.map(|day| day.to_string()).as_deref(), Some("2026-03-01"));
    assert_eq!(payout.deposited.map(|day| day.to_string()).as_deref(), Some("2026-03-17"));
    let commission =
        payout.parts.iter().find(|part| part.kind == "Order / ItemFees / Commission").unwrap();
    assert_eq!((commission.amount_minor, commission.rows), (-1431, 3));
    assert_eq!((commission.group.as_str(), commission.unclassified), ("fees", false));
    assert_eq!(group_minor(payout, "withheld_tax"), -616);
    assert_eq!(group_minor(payout, "tax"), 616);
    assert_eq!(group_minor(payout, "reserves"), -200);
    assert_eq!(group_minor(payout, "advertising"), -3140);
}

#[test]
fn european_prices_without_tax_rows_include_vat_of_unknown_size() {
    let records = records(fixture!("v2-comma-cp1252.txt"));
    let order = order(&records, "302-1000001-2000001");
    assert!(order.taxes_included && !order.marketplace_remitted_tax);
    assert_eq!(order.country.as_deref(), Some("DE"));
    assert_eq!(order.lines[0].sku.as_deref(), Some("BECHER-GRÖSSE-1"));
    assert_eq!((order.lines[0].price_minor, order.lines[0].tax_minor), (11_900, None));
    assert_eq!(order.shipping.tax_minor, None);
    assert_eq!(order.channel.as_deref(), Some("amazon.de"));
    assert_eq!(order.placed_at.to_string(), "2026-03-02T09:15:00Z");
}

#[test]
fn tax_rows_of_one_order_say_how_its_marketplace_states_prices() {
    let text = fixture!("v2-point.txt").to_vec();
    let text = String::from_utf8(text).unwrap().replace("Amazon.com", "Amazon.co.uk");
    let records = records(text.as_bytes());
    let order = order(&records, "111-1000001-2000001");
    assert!(!order.taxes_included);
    assert_eq!(order.country, None);
}

#[test]
fn v1_counts_units_by_its_own_rows_and_adds_shipments_up() {
    let records = records(fixture!("v1.txt"));
    let order = order(&records, "701-1000001-2000001");
    let [line] = order.lines.as_slice() else { panic!("{:?}", order.lines) };
    assert_eq!((line.id.as_str(), line.quantity, line.price_minor), ("70001", 3, 12_000));
    assert_eq!(order.fees.len(), 4);
    assert_eq!(order.financial_status, FinancialStatus::PartiallyRefunded);
    assert_eq!(payout(&records).currency, Currency::parse("CAD").unwrap());
}

#[test]
fn orders_that_amazon_only_ships_are_fees_and_no_sales() {
    let records = records(fixture!("v1.txt"));
    let orders = records.iter().filter(|record| matches!(record, Record::Order(_))).count();
    assert_eq!(orders, 1);
    let fees: Vec<i64> = charges(&records)
        .into_iter()
        .filter(|charge| charge.kind == "mcf_fulfilment")
        .inspect(|charge| assert_eq!(charge.class, ChargeClass::PeriodFee))
        .map(|charge| charge.amount.minor)
        .collect();
    assert_eq!(fees, [-364, -788]);
}

#[test]
fn v1_speaks_in_the_words_of_v2() {
    let records = records(fixture!("v1.txt"));
    let labels: Vec<&str> =
        charges(&records).into_iter().map(|charge| charge.label.as_str()).collect();
    assert_eq!(
        labels[2..],
        [
            "ServiceFee / Cost of Advertising / TransactionTotalAmount",
            "ServiceFee / Cost of Advertising / TaxAmount",
            "other-transaction / other-transaction / Subscription Fee",
            "other-transaction / other-transaction / Successful charge",
            "other-transaction / other-transaction / Storage Fee",
            "other-transaction / FBA Inventory Reimbursement / WAREHOUSE_DAMAGE",
        ]
    );
}

#[test]
fn carried_balances_and_reserves_are_neither_income_nor_cost() {
    let next = records(fixture!("negative-next.txt"));
    let charge = charges(&next)[0];
    assert_eq!((charge.kind.as_str(), charge.class), ("carried_forward", ChargeClass::Balance));
    assert_eq!(group_minor(payout(&next), "balance"), -10_000);
    for (bytes, minor) in
        [(fixture!("reserve-first.txt"), -5000), (fixture!("reserve-next.txt"), 5000)]
    {
        let records = records(bytes);
        let charge = charges(&records)[0];
        assert_eq!((charge.class, charge.amount.minor), (ChargeClass::Balance, minor));
        assert_eq!(group_minor(payout(&records), "reserves"), minor);
    }
}

#[test]
fn a_refund_in_two_settlements_is_two_refunds_of_one_order() {
    let first = records(fixture!("refund-first.txt"));
    let second = records(fixture!("refund-second.txt"));
    let id = "111-1000001-2000001";
    let rest = order(&second, id);
    assert_eq!((rest.lines[0].quantity, rest.lines[0].price_minor), (0, 0));
    assert_eq!(rest.financial_status, FinancialStatus::PartiallyRefunded);
    assert_eq!(rest.placed_at.to_string(), "2026-03-16T08:00:00Z");
    assert!(rest.payments.is_empty());

    let whole = unite(vec![rest.clone(), order(&first, id).clone()], Vec::new(), &[]).unwrap();
    assert_eq!(whole.check(), Ok(()));
    assert_eq!(whole.placed_at.to_string(), "2026-03-02T09:15:00Z");
    assert_eq!((whole.lines.len(), whole.lines[0].quantity), (1, 2));
    let ids: Vec<&str> = whole.refunds.iter().map(|refund| refund.id.as_str()).collect();
    assert_eq!(ids, ["amzn1:crow:made-up-4/50000000008", "amzn1:crow:made-up-4/50000000009"]);
    let back: i64 =
        whole.refunds.iter().flat_map(|refund| &refund.lines).map(|line| line.amount_minor).sum();
    assert_eq!(back, 3500);
}

#[test]
fn an_unknown_type_is_counted_shown_and_announced() {
    let bytes = fixture!("unknown-type.txt");
    let records = records(bytes);
    let order = order(&records, "111-1000001-2000001");
    let fee = &order.fees[0];
    assert!(fee.unclassified);
    assert_eq!((fee.kind.as_str(), fee.amount.minor), ("brand_new_fee", 123));
    let credit = &order.refunds[0].fees[0];
    assert!(credit.unclassified);
    assert_eq!(credit.amount.minor, -40);
    let unknown = charges(&records);
    assert!(unknown.iter().all(|charge| charge.class == ChargeClass::Unclassified));
    assert_eq!(unknown[0].kind, "some_type_some_word");
    assert_eq!(group_minor(payout(&records), "unclassified"), -123 - 100 + 40);
    let notices = notices(bytes);
    assert_eq!(notices.len(), 3, "{notices:?}");
    assert!(
        notices.iter().any(|what| what.contains("Some word\" is not known (2 rows, -1.00 USD)"))
    );
}

#[test]
fn a_settlement_that_is_off_by_a_cent_is_refused_whole() {
    let bytes = replace(fixture!("refund-first.txt"), "\t21.00\t", "\t21.01\t");
    let what = refusal_of_file(&bytes);
    assert!(what.contains("The rows add up to 21.00 USD, the file states 21.01 USD"), "{what}");
}

#[test]
fn a_file_that_was_cut_off_anywhere_is_refused_whole() {
    let bytes = fixture!("v2-point.txt");
    let header = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in header..bytes.len() - 1 {
        // Behind the last cell nothing but its line break is lost.
        if let Ok(found) = find_all(&bytes[..length]) {
            panic!("{length} of {}: {found:?}", bytes.len());
        }
    }
    let what = refusal_of_file(&bytes[..bytes.len() - 30]);
    assert!(what.contains("the row on line 37 ends after"), "{what}");
}

#[test]
fn settlements_in_one_file_stand_and_fall_by_themselves() {
    let mut bytes = replace(fixture!("refund-first.txt"), "\t21.00\t", "\t21.10\t");
    bytes.extend(fixture!("v1.txt").iter().filter(|byte| **byte != b'\r'));
    bytes.extend_from_slice(fixture!("refund-second.txt"));
    let found = find_all(&bytes).unwrap();
    let Found::Refused(Refusal { row, column, reason, raw }) = &found[0] else {
        panic!("{:?}", found[0]);
    };
    assert_eq!((*row, column.as_str()), (2, "total-amount"));
    assert!(reason.contains("The rows add up to 21.00 USD, the file states 21.10 USD"));
    assert!(raw.contains("\"settlement-id\":\"50000000008\""), "{raw}");
    let taken: Vec<(u64, i64)> = found
        .iter()
        .filter_map(|one| match one {
            Found::Records { row, records } => Some((*row, records_total(records))),
            _ => None,
        })
        .collect();
    assert_eq!(taken, [(7, 1721), (31, -140)]);
}

#[test]
fn the_keys_of_charges_do_not_depend_on_where_in_a_file_the_settlement_stands() {
    let mut bytes = fixture!("refund-first.txt").to_vec();
    bytes.extend_from_slice(fixture!("negative-first.txt"));
    let together = records(&bytes);
    let alone = records(fixture!("negative-first.txt"));
    assert_eq!(charges(&together), charges(&alone));
}

#[test]
fn a_settlement_that_stands_twice_in_a_file_is_refused() {
    let mut bytes = fixture!("refund-first.txt").to_vec();
    bytes.extend_from_slice(fixture!("refund-first.txt"));
    assert!(refusal_of_file(&bytes).contains("stands twice"));
}

#[test]
fn amounts_with_points_and_commas_in_one_file_refuse_it() {
    let bytes = replace(fixture!("refund-first.txt"), "-9.00", "-9,00");
    let what = refusal_of_file(&bytes);
    let expected = "\"21.00\" on line 2 bears a point, \"-9,00\" on line 4 a comma";
    assert!(what.contains(expected), "{what}");
}

#[test]
fn thousands_separators_refuse_the_settlement_and_name_the_row() {
    let bytes = replace(fixture!("refund-first.txt"), "\t60.00\t", "\t1,060.00\t");
    let what = refusal_of_file(&bytes);
    assert!(what.starts_with("Line 3, amount:") && what.contains("thousands"), "{what}");
}

#[test]
fn a_file_without_a_total_is_taken_by_its_sum_and_says_so() {
    let header = "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\t\
                  total-amount\tcurrency\ttransaction-type\torder-id\tmarketplace-name\t\
                  posted-date\torder-item-code\tsku\tquantity-purchased\tprice-type\t\
                  price-amount\titem-related-fee-type\titem-related-fee-amount\tother-amount\n";
    let row = |kind: &str, price: &str, fee: &str| {
        format!(
            "77\t2026-08-04 UTC\t2026-08-17 UTC\t2026-08-17 UTC\t\tEUR\tOrder\t\
             171-1000001-2000001\tAmazon.es\t2026-08-16\t1\tROD\t10\t{kind}\t{price}\t\
             Commission\t{fee}\t\n"
        )
    };
    let file = format!("{header}{}{}", row("Principal", "249.90", ""), row("", "", "-38.23"));
    let records = records(file.as_bytes());
    assert_eq!(payout(&records).stated_minor, 21_167);
    assert_eq!(records_total(&records), 21_167);
    let order = order(&records, "171-1000001-2000001");
    assert_eq!(order.lines[0].quantity, 10);
    assert_eq!(order.placed_at.to_string(), "2026-08-16T00:00:00Z");
    let notices = notices(file.as_bytes());
    assert!(notices[0].contains("states no total; the sum of its rows, 211.67 EUR"), "{notices:?}");

    let nameless = file.replace("EUR", "");
    assert!(refusal_of_file(nameless.as_bytes()).contains("no row states the currency"));
}

#[test]
fn columns_that_we_do_not_know_are_told_and_missing_ones_refuse_the_file() {
    let text = String::from_utf8(fixture!("negative-first.txt").to_vec()).unwrap();
    let wider: String = text
        .lines()
        .enumerate()
        .map(|(index, line)| format!("{line}\t{}\n", if index == 0 { "new-column" } else { "" }))
        .collect();
    let is_told = |one: &Found| match one {
        Found::Unknown { kind: UnknownKind::Column, name, .. } => name == "new-column",
        _ => false,
    };
    let told = find_all(wider.as_bytes()).unwrap().iter().any(is_told);
    assert!(told, "the unknown column is told");

    let other = text.replace("order-item-code", "order-code");
    match find_all(other.as_bytes()) {
        Err(FileFault::NotThisFormat { what, .. }) => {
            assert!(what.contains("\"order-item-code\""));
        }
        other => panic!("{other:?}"),
    }
    let header = text.lines().next().unwrap();
    assert!(refusal_of_file(header.as_bytes()).contains("no rows"));
    assert!(matches!(find_all(b""), Err(FileFault::NotThisFormat { .. })));
}

#[test]
fn a_late_promotion_becomes_an_adjustment_and_is_told() {
    let bytes = replace(fixture!("refund-second.txt"), "Refund\t111", "Order\t111");
    let bytes = replace(&bytes, "ItemFees\tCommission\t4.50", "Promotion\tPrincipal\t-4.50");
    let bytes = replace(&bytes, "\t-1.40\t", "\t-10.40\t");
    let records = records(&bytes);
    assert_eq!(records_total(&records), -1040);
    let order = order(&records, "111-1000001-2000001");
    let correction =
        order.refunds.iter().find(|refund| refund.id == "correction/50000000009").unwrap();
    assert_eq!(correction.adjustment_minor, 450);
    assert!(notices(&bytes)[0].contains("takes back 4.50 USD without a refund"));
}

#[test]
fn a_reimbursement_of_an_order_sold_elsewhere_keeps_its_product() {
    let bytes = replace(
        fixture!("reserve-next.txt"),
        "other-transaction\t\t\t\t\t\tother-transaction\tPrevious Reserve Amount Balance",
        "other-transaction\t701-1000009-2000009\t\t\t\t\tFBA Inventory Reimbursement\t\
         CS_ERROR_ITEMS",
    );
    let records = records(&bytes);
    let order = order(&records, "701-1000009-2000009");
    assert_eq!((order.lines[0].id.as_str(), order.lines[0].quantity), ("order", 0));
    assert_eq!(order.fees[0].amount, Money::new(-5000, Currency::parse("USD").unwrap()));
    assert_eq!(order.channel.as_deref(), Some("amazon"));
    // A removal order has a number too, and is nobody's purchase.
    let bytes = replace(&bytes, "701-1000009-2000009", "removal-17");
    assert!(charges(&self::records(&bytes)).len() == 1);
}

#[test]
fn an_order_with_too_many_rows_refuses_the_settlement() {
    let text = String::from_utf8(fixture!("refund-second.txt").to_vec()).unwrap();
    let row = text.lines().nth(2).unwrap().to_owned() + "\n";
    // 25,000 × 4.50 − 0.90 − 5.00
    let text = text.replace("\t-1.40\t", "\t112494.10\t").replace(&row, &row.repeat(25_000));
    assert!(refusal_of_file(text.as_bytes()).contains("more rows than an order can have"));
}

#[test]
fn sample_settlements_lose_nothing_between_rows_and_records() {
    let sample = |name: &str| format!("amazon-sp-api/samples/{name}");
    let read = |name: &str| crate::connectors::tests::find_sample(&sample(name));
    let names = [
        ("settlement-v1-flat-CA-01.txt", -32_169),
        ("settlement-v1-flat-CA-03.txt", 101_608),
        ("settlement-v1-flat-CA-05.txt", 463_023),
        ("settlement-v1-flat-EU-synthetic.txt", 67_633),
        ("settlement-v2-derived-CA-03.txt", 101_608),
        ("settlement-v2-derived-eu-format-05.txt", 463_023),
    ];
    for (name, stated_minor) in names {
        let Some(bytes) = read(name) else { continue };
        let records = records(&bytes);
        assert_eq!(payout(&records).stated_minor, stated_minor, "{name}");
        assert_eq!(records_total(&records), stated_minor, "{name}");
        assert!(payout(&records).parts.iter().all(|part| !part.unclassified), "{name}");
    }
    let pair = read("settlement-v1-flat-CA-03.txt").zip(read("settlement-v2-derived-CA-03.txt"));
    if let Some((v1, v2)) = pair {
        assert_eq!(records(&v1), records(&v2), "both versions tell the same");
    }
}
