//! Reports from the asking to the records: orders of the past, settlements, the warehouses'.

use std::io::Write;

use super::*;
use crate::domain::record::{Charge, GivesWay, Payout};

const HEAD: &str = "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\t\
    total-amount\tcurrency\ttransaction-type\torder-id\tmerchant-order-id\tadjustment-id\t\
    shipment-id\tmarketplace-name\tamount-type\tamount-description\tamount\tfulfillment-id\t\
    posted-date\tposted-date-time\torder-item-code\tmerchant-order-item-id\t\
    merchant-adjustment-item-id\tsku\tquantity-purchased\tpromotion-id";

/// A settlement that ends then, of the sale of two mugs.
pub fn settlement_text(end: &str) -> String {
    let row = |kind: &str, word: &str, amount: &str, units: &str| {
        format!(
            "7001\t\t\t\t\t\tOrder\t302-1111111-1111111\t\t\t\tAmazon.de\t{kind}\t{word}\t\
             {amount}\t\t2026-10-30\t2026-10-30 12:45:47 UTC\t11111111111111\t\t\tMUG-BLUE\t\
             {units}\t"
        )
    };
    let total = "22.78\tEUR".to_owned() + &"\t".repeat(18);
    [
        HEAD.to_owned(),
        format!("7001\t2026-10-27 00:00:00 UTC\t{end}\t2026-11-12 00:00:00 UTC\t{total}"),
        row("ItemPrice", "Principal", "20.00", "2"),
        row("ItemPrice", "Tax", "3.80", ""),
        row("ItemPrice", "Shipping", "3.00", ""),
        row("ItemFees", "Commission", "-4.02", ""),
    ]
    .join("\n")
}

fn packed(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

pub fn made(status: &str, document: Option<&str>) -> Value {
    json!({"reportId": "R1", "createdTime": "2026-11-01T00:00:00Z",
        "processingStatus": status, "reportDocumentId": document})
}

pub fn document_of(text: &str, is_packed: bool) -> [Recorded; 2] {
    let algorithm = is_packed.then_some("GZIP");
    let where_it_is = json!({"reportDocumentId": "D1", "compressionAlgorithm": algorithm,
        "url": "https://reports.example.test/D1?signature=hidden"});
    let bytes = if is_packed { packed(text) } else { text.as_bytes().to_vec() };
    [get("/documents/D1", &where_it_is), Recorded::get("reports.example.test", bytes)]
}

pub fn created() -> Recorded {
    Recorded::post("/reports/2021-06-30/reports", r#"{"reportId":"R1"}"#).status(202)
}

const ALL_ORDERS: &str = include_str!("../../../../../tests/fixtures/amazon/all-orders-eu.txt");

#[test]
fn a_report_of_another_kind_is_asked_for_anew_and_never_read() {
    let mut stage = stage();
    stage.since = stage.clock.now().plus_seconds(-20 * 86_400);
    let [place, file] = document_of(ALL_ORDERS, true);
    let mut other = made("DONE", Some("D0"));
    other["reportType"] = json!("GET_LEDGER_DETAIL_VIEW_DATA");
    let transport = replay([
        created(),
        get("/reports/R1", &other).once(),
        get("/reports/R1", &made("DONE", Some("D1"))),
        place,
        file,
    ]);
    let documents = drain(&stage, &transport, "past-orders");
    assert!(documents.iter().any(|document| document.key == "302-1000001-2000001"));
}

#[test]
fn past_orders_come_by_report_the_newest_month_first() {
    let mut stage = stage();
    stage.since = stage.clock.now().plus_seconds(-45 * 86_400);
    let [place, file] = document_of(ALL_ORDERS, true);
    let transport = replay([
        created(),
        get("/reports/R1", &made("IN_QUEUE", None)).once(),
        get("/reports/R1", &made("IN_PROGRESS", None)).once(),
        get("/reports/R1", &made("DONE", Some("D1"))),
        place,
        file,
    ]);
    let documents = drain(&stage, &transport, "past-orders");
    assert!(documents.iter().any(|document| document.key == "302-1000001-2000001"));
    let asked = asked(&transport);
    let created = asked.iter().filter(|asked| asked.starts_with("POST /reports")).count();
    assert_eq!(created, 2, "45 days are two reports");
    let looks = asked.iter().filter(|asked| asked.ends_with("/reports/R1")).count();
    assert_eq!(looks, 4, "three for the first, one for the second");
}

#[test]
fn a_report_that_is_waited_for_goes_on_where_it_was_and_repeats_nothing() {
    let stage = stage();
    let transport = replay([created(), get("/reports/R1", &made("IN_QUEUE", None))]);
    let first = pull(&stage, &transport, "past-orders", &Cursor::start()).unwrap();
    assert!(first.wait.is_some() && first.documents.is_empty());
    let second = pull(&stage, &transport, "past-orders", &first.next).unwrap();
    let third = pull(&stage, &transport, "past-orders", &second.next).unwrap();
    assert!(third.wait > first.wait, "longer each time");
    let posts = asked(&transport).iter().filter(|it| it.starts_with("POST /reports")).count();
    assert_eq!(posts, 1);
}

#[test]
fn a_report_without_data_is_none_and_a_failed_one_is_told() {
    for (status, told) in [("CANCELLED", 0), ("FATAL", 1)] {
        let mut stage = stage();
        stage.since = stage.clock.now().plus_seconds(-20 * 86_400);
        let transport = replay([created(), get("/reports/R1", &made(status, None))]);
        let documents = drain(&stage, &transport, "fba-returns");
        assert_eq!(problems(&documents).len(), told, "{status}");
    }
}

#[test]
fn an_address_that_has_run_out_is_asked_for_anew_and_never_shown() {
    let stage = stage();
    let [place, _] = document_of("", false);
    let over = Recorded::get("reports.example.test", "<Error/>").status(403);
    let transport = replay([created(), get("/reports/R1", &made("DONE", Some("D1"))), place, over]);
    let mut at = Cursor::start();
    for _ in 0..2 {
        at = pull(&stage, &transport, "past-orders", &at).unwrap().next;
    }
    let fault = pull(&stage, &transport, "past-orders", &at).unwrap_err();
    assert!(matches!(fault, Fault::Transient { .. }), "{fault:?}");
    assert!(!format!("{fault:?}").contains("hidden"), "{fault:?}");
}

#[test]
fn half_a_packed_report_comes_again_and_another_s_file_is_told() {
    let stage = stage();
    let [place, _] = document_of("", true);
    let bytes = packed(ALL_ORDERS);
    let half = Recorded::get("reports.example.test", &bytes[..bytes.len() / 2]);
    let done = || get("/reports/R1", &made("DONE", Some("D1")));
    let transport = replay([created(), done(), place, half]);
    let mut at = Cursor::start();
    for _ in 0..2 {
        at = pull(&stage, &transport, "past-orders", &at).unwrap().next;
    }
    let fault = pull(&stage, &transport, "past-orders", &at).unwrap_err();
    assert!(matches!(fault, Fault::Transient { .. }), "{fault:?}");
    let [place, file] = document_of("a\tb\n1\t2\n", false);
    let page = pull(&stage, &replay([place, file]), "past-orders", &at).unwrap();
    assert!(page.more, "the months before are asked for all the same");
    assert!(matches!(problems(&page.documents).as_slice(), [Problem::Unread { .. }]));
}

fn listed(ids: &[&str], token: Option<&str>) -> Value {
    let report = |id: &&str| {
        json!({"reportId": id, "reportDocumentId": "D1", "processingStatus": "DONE",
            "reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
            "createdTime": "2026-10-31T00:00:00Z"})
    };
    json!({"reports": ids.iter().map(report).collect::<Vec<_>>(), "nextToken": token})
}

fn summary(amount: &str) -> Recorded {
    let amount: Value = serde_json::from_str(amount).unwrap();
    let body = json!({"summaries": [{
        "netProceeds": {"currencyAmount": amount, "currencyCode": "EUR"},
    }]});
    get("/finances/2024-06-19/summary", &body)
}

fn payouts(documents: &[Document]) -> Vec<&Payout> {
    let payouts = records(documents).into_iter().filter_map(|record| match record {
        Record::Payout(payout) => Some(payout),
        _ => None,
    });
    payouts.collect()
}

#[test]
fn each_settlement_is_read_once_and_held_against_amazon_s_summary() {
    let stage = stage();
    let [place, file] = document_of(&settlement_text("2026-11-10 00:00:00 UTC"), false);
    let transport = replay([
        get("reports?nextToken=t%2B2", &listed(&["S2"], None)),
        get("/reports/2021-06-30/reports?reportTypes", &listed(&["S1"], Some("t+2"))),
        place,
        file,
        summary("22.780"),
    ]);
    let (documents, end) =
        stage.drain((&CONNECTOR, &transport), "settlements", Cursor::start()).unwrap();
    let found = payouts(&documents);
    assert_eq!(found.len(), 2, "a report each; both tell one settlement");
    assert_eq!((found[0].id.as_str(), found[0].stated_minor), ("7001", 22_78));
    assert!(problems(&documents).is_empty(), "{:?}", problems(&documents));
    stage.clock.advance_seconds(3_600);
    let again = stage.drain((&CONNECTOR, &transport), "settlements", end).unwrap().0;
    assert!(again.is_empty(), "both are known");
    let token_alone = asked(&transport).iter().any(|asked| asked.ends_with("?nextToken=t%2B2"));
    assert!(token_alone, "a token bears no other parameter");
}

#[test]
fn a_summary_that_differs_is_told_and_one_that_is_not_given_changes_nothing() {
    for (answer, doubts) in
        [(summary("22.77"), 1), (get("/finances/2024-06-19/summary", &json!({})).status(403), 0)]
    {
        let [place, file] = document_of(&settlement_text("2026-11-10 00:00:00 UTC"), true);
        let list = get("/reports/2021-06-30/reports?", &listed(&["S1"], None));
        let documents = drain(&stage(), &replay([list, place, file, answer]), "settlements");
        assert_eq!(payouts(&documents).len(), 1);
        assert_eq!(problems(&documents).len(), doubts, "{:?}", problems(&documents));
    }
}

#[test]
fn a_settlement_that_does_not_add_up_is_told_and_the_next_is_read() {
    let broken = settlement_text("2026-11-10 00:00:00 UTC").replace("-4.02", "-4.01");
    let [place, file] = document_of(&broken, false);
    let list = get("/reports/2021-06-30/reports?", &listed(&["S1"], None));
    let documents = drain(&stage(), &replay([list, place, file]), "settlements");
    assert!(payouts(&documents).is_empty());
    assert!(matches!(problems(&documents).as_slice(), [Problem::Unread { .. }]));
}

#[test]
fn of_reimbursements_only_the_units_are_new() {
    let text = include_str!("../../../../../tests/fixtures/amazon/fba-reimbursements.txt");
    let mut stage = stage();
    stage.since = stage.clock.now().plus_seconds(-20 * 86_400);
    let [place, file] = document_of(text, true);
    let done = get("/reports/R1", &made("DONE", Some("D1")));
    let documents = drain(&stage, &replay([created(), done, place, file]), "fba-reimbursements");
    assert!(!documents.is_empty());
    let is_money = |record: &&Record| matches!(record, Record::Charge(_));
    assert!(!records(&documents).iter().any(is_money), "the finances tell the money");
}

#[test]
fn storage_is_estimated_by_the_month_and_old_units_by_their_own_report() {
    let monthly = include_str!("../../../../../tests/fixtures/amazon/fba-storage-fees.txt");
    let old = include_str!("../../../../../tests/fixtures/amazon/fba-longterm-storage-fees.txt");
    for (stream, kind, text, family) in [
        ("fba-storage-fees", "GET_FBA_STORAGE_FEE_CHARGES_DATA", monthly, "storage"),
        (
            "fba-long-storage-fees",
            "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
            old,
            "storage_long_term",
        ),
    ] {
        let mut stage = stage();
        stage.since = stage.clock.now().plus_seconds(-20 * 86_400);
        let [place, file] = document_of(text, true);
        let done = get("/reports/R1", &made("DONE", Some("D1")));
        let asked_for = created().when_body(kind).when_body("2026-10-01T00:00:00Z");
        let documents = drain(&stage, &replay([asked_for, done, place, file]), stream);
        let charges: Vec<&Charge> = records(&documents)
            .into_iter()
            .filter_map(|record| match record {
                Record::Charge(charge) => Some(charge),
                _ => None,
            })
            .collect();
        assert!(!charges.is_empty(), "{stream}");
        for charge in charges {
            assert_eq!(charge.family.as_deref(), Some(family));
            // The finances and the settlement tell what was really charged.
            assert!(matches!(charge.estimate, Some(GivesWay::ToFamily { .. })), "{charge:?}");
        }
    }
}
