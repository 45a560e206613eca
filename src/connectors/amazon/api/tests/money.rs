//! Transactions, their give and take with settlements, and balances.

use super::*;
use crate::connectors::contract::UnknownKind;
use crate::domain::record::unite::unite;
use crate::domain::record::{Charge, ChargeClass, GivesWay, Order, SourceKind};

fn transactions() -> Vec<Document> {
    let page = Recorded::get("/finances/2024-06-19/transactions", TRANSACTIONS).once();
    let empty = json!({"payload": {"transactions": []}});
    drain(&stage(), &replay([page, get("/finances/2024-06-19/transactions", &empty)]), "finances")
}

fn part<'a>(documents: &'a [Document], key: &str) -> &'a Order {
    match find(documents, key).records.as_slice() {
        [Record::Order(order)] => order,
        other => panic!("{key}: {other:?}"),
    }
}

fn fees(order: &Order) -> Vec<(&str, i64, bool)> {
    let fees = order.fees.iter();
    fees.map(|fee| (fee.kind.as_str(), fee.amount.minor, fee.unclassified)).collect()
}

#[test]
fn a_sale_is_read_in_a_settlement_s_words() {
    let documents = transactions();
    let sale = part(&documents, "T-SALE");
    assert_eq!((sale.source.kind, sale.source.part.as_str()), (SourceKind::Api, "finances/T-SALE"));
    assert_eq!(
        fees(sale),
        [
            ("commission", 4_02, false),
            ("fulfilment", 3_25, false),
            ("kindness_credit", -7_50, true),
        ]
    );
    let line = &sale.lines[0];
    assert_eq!((line.quantity, line.price_minor, line.tax_minor), (2, 20_00, Some(3_80)));
    assert_eq!(sale.payments[0].amount_minor, 26_80);
    let unknown = find(&documents, "T-SALE").problems.as_slice();
    let [Problem::Unknown { kind: UnknownKind::Fee, name }] = unknown else {
        panic!("{unknown:?}")
    };
    assert!(name.contains("KindnessCredit"), "{name}");
}

#[test]
fn a_refund_gives_back_its_line_and_the_fees_that_amazon_returns() {
    let documents = transactions();
    let back = part(&documents, "T-BACK");
    let [refund] = back.refunds.as_slice() else { panic!("{back:?}") };
    assert_eq!(refund.at.to_string(), "2026-10-31T08:00:00Z");
    assert_eq!((refund.lines[0].amount_minor, refund.lines[0].tax_minor), (10_00, 1_90));
    let fees: Vec<i64> = refund.fees.iter().map(|fee| fee.amount.minor).collect();
    assert_eq!(fees, [-1_80, 36]);
}

#[test]
fn a_fee_of_the_account_counts_until_a_payout_covers_its_day() {
    let documents = transactions();
    let [Record::Charge(charge)] = find(&documents, "T-STORAGE").records.as_slice() else {
        panic!("{documents:?}")
    };
    let Charge { key, class, kind, amount, estimate, payout, family, .. } = charge;
    assert_eq!((key.as_str(), kind.as_str()), ("finances/T-STORAGE/1", "storage"));
    assert_eq!((*class, amount.minor), (ChargeClass::PeriodFee, -12_34));
    assert_eq!((*estimate, payout.as_deref()), (Some(GivesWay::ToPayout), None));
    assert_eq!(family.as_deref(), Some("storage"));
}

#[test]
fn what_does_not_add_up_or_has_no_known_state_is_told() {
    let documents = transactions();
    let odd = find(&documents, "T-ODD");
    assert!(odd.records.is_empty());
    let is_status = |problem: &&Problem| {
        matches!(problem, Problem::Unknown { kind: UnknownKind::Status, name }
            if name == "ON_ITS_WAY")
    };
    assert!(odd.problems.iter().any(|problem| is_status(&problem)), "{odd:?}");
    let is_unread = |problem: &Problem| matches!(problem, Problem::Unread { .. });
    assert!(odd.problems.iter().any(is_unread), "{odd:?}");
}

#[test]
fn a_sale_put_off_and_let_go_is_one_sale() {
    let mut page: Value = serde_json::from_str(TRANSACTIONS).unwrap();
    let sale = page["payload"]["transactions"][0].clone();
    let mut released = sale.clone();
    released["transactionStatus"] = json!("DEFERRED_RELEASED");
    let mut release = sale;
    release["transactionId"] = json!("T-RELEASE");
    release["transactionStatus"] = json!("RELEASED");
    release["postedDate"] = json!("2026-11-08T00:00:00Z");
    release["relatedIdentifiers"].as_array_mut().unwrap().push(json!({
        "relatedIdentifierName": "DEFERRED_TRANSACTION_ID", "relatedIdentifierValue": "T-SALE",
    }));
    page["payload"]["transactions"] = json!([release, released]);
    let answer = get("/finances/2024-06-19/transactions", &page).once();
    let empty = json!({"payload": {"transactions": []}});
    let rest = get("/finances/2024-06-19/transactions", &empty);
    let documents = drain(&stage(), &replay([answer, rest]), "finances");
    let parts: Vec<&Order> = records(&documents)
        .into_iter()
        .filter_map(|record| match record {
            Record::Order(order) => Some(order.as_ref()),
            _ => None,
        })
        .collect();
    let [release, sale] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((&release.id, &release.source.part), (&sale.id, &sale.source.part));
    let (release, sale) = (release.progress.unwrap(), sale.progress.unwrap());
    assert!(release.is_before(&sale), "the sale's own day stands, whichever is read last");
    let deferred = transactions();
    assert!(part(&deferred, "T-SALE").progress.unwrap().is_before(&sale));
}

#[test]
fn first_words_give_way_to_the_settlement_and_nothing_is_counted_twice() {
    let documents = transactions();
    let pages = [
        Recorded::get("paginationToken", ORDERS_2),
        Recorded::get("/orders/2026-01-01/orders?", ORDERS_1),
    ];
    let orders = drain(&stage(), &replay(pages), "orders");
    let bought = part(&orders, "302-1111111-1111111").clone();
    let words = || vec![part(&documents, "T-SALE").clone(), part(&documents, "T-BACK").clone()];
    let mut known = vec![bought];
    known.extend(words());
    let before = unite(known.clone(), Vec::new(), &[]).unwrap();
    assert_eq!((before.lines.len(), before.fees.len(), before.refunds.len()), (2, 3, 1));
    assert_eq!(before.fees[0].line_id.as_deref(), None, "the transaction names no item");
    assert_eq!(before.refunds[0].lines[0].line_id, "11111111111111", "the order's own line");

    let settled = settlement("2026-11-10 00:00:00 UTC");
    known.push(settled);
    let after = unite(known, Vec::new(), &[]).unwrap();
    let commission: i64 = after.fees.iter().map(|fee| fee.amount.minor).sum();
    assert_eq!((after.fees.len(), commission), (1, 4_02));
    assert_eq!(after.refunds.len(), 1, "the refund is not settled yet");
}

/// What a settlement up to that day says of the sale.
fn settlement(end: &str) -> Order {
    let text = super::reports::settlement_text(end);
    let ctx = crate::connectors::contract::ReadCtx {
        currency: None,
        zone: crate::base::Zone::utc(),
        store: None,
    };
    let mut orders = Vec::new();
    crate::connectors::amazon::file::read(&mut text.as_bytes(), &ctx, &mut |found| {
        if let crate::connectors::contract::Found::Records { records, .. } = found {
            orders.extend(records.into_iter().filter_map(|record| match record {
                Record::Order(order) => Some(*order),
                _ => None,
            }));
        }
        Ok(())
    })
    .unwrap();
    orders.remove(0)
}

#[test]
fn an_empty_page_is_not_the_last_one_and_windows_reach_the_present() {
    let stage = stage();
    let empty = json!({"payload": {"transactions": [], "nextToken": "more+="}});
    let first = get("/finances/2024-06-19/transactions", &empty).once();
    let rest = Recorded::get("/finances/2024-06-19/transactions", TRANSACTIONS);
    let transport = replay([first, rest]);
    let page = pull(&stage, &transport, "finances", &Cursor::start()).unwrap();
    assert!(page.more && page.documents.is_empty());
    let (documents, end) =
        stage.drain((&CONNECTOR, &transport), "finances", page.next.clone()).unwrap();
    assert_eq!(documents.len(), 4 * 3, "90 days in windows of 30");
    let asked = asked(&transport);
    assert!(asked[2].contains("nextToken=more%2B%3D"), "{}", asked[2]);
    assert!(asked[1].contains("postedAfter=2026-08-03T00%3A00%3A00Z"), "{}", asked[1]);
    assert!(asked.last().unwrap().contains("postedBefore=2026-10-31T23%3A5"), "{asked:?}");
    // The next turn looks two days back, and once a day forty-five.
    stage.clock.advance_seconds(900);
    let next = replay([Recorded::get("/finances", TRANSACTIONS)]);
    pull(&stage, &next, "finances", &end).unwrap();
    assert!(
        super::asked(&next)[0].contains("postedAfter=2026-10-29T23%3A57"),
        "{:?}",
        next.list_asked()
    );
    stage.clock.advance_seconds(86_400);
    let late = replay([Recorded::get("/finances", TRANSACTIONS)]);
    pull(&stage, &late, "finances", &end).unwrap();
    assert!(late.list_asked().last().unwrap().contains("postedAfter=2026-09-16"), "late ones");
}

#[test]
fn balances_are_kept_by_their_day() {
    let balance = json!({"balances": [{
        "partnerMetadata": {"accountType": "Standard Orders", "marketplaceId": "A1PA6795UKMFR9"},
        "balanceType": "TOTAL", "amount": {"currencyAmount": 150.5, "currencyCode": "EUR"},
        "balances": [{"balanceType": "DEFERRED",
            "amount": {"currencyAmount": 40, "currencyCode": "EUR"}}],
    }]});
    let documents = drain(&stage(), &replay([get("/balances", &balance)]), "balances");
    let stated: Vec<(String, i64)> = records(&documents)
        .into_iter()
        .filter_map(|record| match record {
            Record::StatedTotal(stated) => Some((stated.name.clone(), stated.amount.minor)),
            _ => None,
        })
        .collect();
    let name = |what: &str| format!("amazon.de Standard Orders {what}");
    assert_eq!(stated, [(name("total"), 150_50), (name("deferred"), 40_00)]);
}
