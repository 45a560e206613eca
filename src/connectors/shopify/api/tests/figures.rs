//! What an order's parts come to, and what is told of those that we do not know.

use serde_json::{Value, json};

use super::fake::Fake;
use super::*;
use crate::connectors::contract::UnknownKind;
use crate::domain::record::FinancialStatus;

/// One order through the interface, with its refunds.
fn read(order: Value, refunds: Vec<Value>) -> (Order, Vec<Problem>) {
    let (order, problems) = try_read(order, refunds);
    (order.expect("it can be read"), problems)
}

fn try_read(mut order: Value, refunds: Vec<Value>) -> (Option<Order>, Vec<Problem>) {
    let fake = Fake::default();
    let ids: Vec<Value> = refunds.iter().map(|refund| json!({ "id": refund["id"] })).collect();
    if !ids.is_empty() {
        order["refunds"] = ids.into();
    }
    for refund in refunds {
        let id = refund["id"].as_str().unwrap().to_owned();
        fake.refunds.lock().unwrap().insert(id, refund);
    }
    let stage = stage();
    order["createdAt"] = stage.clock.now().plus_seconds(-3_600).to_string().into();
    *fake.orders.lock().unwrap() = vec![order];
    let (documents, _) = drain(&stage, &fake, "orders-again", Cursor::start());
    (orders_of(&documents).pop(), problems_of(&documents))
}

fn plain() -> Value {
    order(1, "2026-10-31T12:00:00Z")
}

#[test]
fn the_parts_of_an_order_add_up_to_its_total() {
    let (order, problems) = read(plain(), Vec::new());
    assert!(problems.is_empty(), "{problems:?}");
    let line = &order.lines[0];
    assert_eq!(
        (line.quantity, line.price_minor, line.discount_minor, line.tax_minor),
        (2, 40_00, 4_00, Some(2_88))
    );
    let shipping = &order.shipping;
    assert_eq!((shipping.price_minor, shipping.tax_minor), (7_00, Some(56)));
    assert_eq!((order.unexplained_minor, order.taxes_included), (0, false));
    assert_eq!(order.placed_at.to_string(), "2026-08-01T09:59:00Z");
    let payment = &order.payments[0];
    assert_eq!((payment.gateway.as_str(), payment.amount_minor), ("shopify_payments", 46_44));
    assert_eq!(payment.fee.unwrap().minor, 1_23);
    assert_eq!((order.country.as_deref(), order.region.as_deref()), (Some("DE"), Some("BY")));
    assert_eq!(order.customer.platform_id, Some(("shopify", "777".to_owned())));
}

#[test]
fn gift_cards_tips_duties_and_fees_stand_where_they_belong() {
    let mut theirs = plain();
    let mut card = line(11, 1, "25.00", "0.00", "0.00");
    card["isGiftCard"] = true.into();
    let mut tip = line(12, 1, "3.00", "0.00", "0.00");
    (tip["name"], tip["requiresShipping"]) = ("Tip".into(), false.into());
    theirs["lineItems"]["nodes"] = json!([line(10, 2, "20.00", "4.00", "2.88"), card, tip]);
    theirs["totalTipReceivedSet"] = bag("3.00");
    theirs["originalTotalDutiesSet"] = bag("2.00");
    theirs["additionalFees"] = json!([{ "price": bag("1.50"), "taxLines": [] }]);
    theirs["totalPriceSet"] = bag("77.94");
    let mut by_card = paid("SALE", "20.00");
    by_card["gateway"] = "gift_card".into();
    let mut failed = paid("SALE", "57.94");
    failed["status"] = "FAILURE".into();
    theirs["transactions"] = json!([failed, by_card, paid("CAPTURE", "57.94")]);
    let (order, problems) = read(theirs, Vec::new());
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(order.lines.len(), 2);
    assert!(order.lines[1].gift_card);
    assert_eq!((order.tips_minor, order.duties_minor), (3_00, 2_00));
    assert_eq!((order.service_income_minor, order.gift_card_paid_minor), (1_50, 20_00));
    assert_eq!((order.payments.len(), order.payments[0].amount_minor), (1, 57_94));
    assert_eq!(order.unexplained_minor, 0);
}

#[test]
fn prices_with_tax_and_a_shipping_line_that_was_taken_off() {
    let mut theirs = plain();
    theirs["taxesIncluded"] = true.into();
    theirs["totalPriceSet"] = bag("43.00");
    let mut removed = theirs["shippingLines"]["nodes"][0].clone();
    (removed["id"], removed["isRemoved"]) = ("gid://shopify/ShippingLine/2".into(), true.into());
    theirs["shippingLines"]["nodes"].as_array_mut().unwrap().push(removed);
    let (order, _) = read(theirs.clone(), Vec::new());
    assert_eq!((order.shipping.price_minor, order.unexplained_minor), (7_00, 0));
    theirs["totalPriceSet"] = bag("50.00");
    let (order, _) = read(theirs.clone(), Vec::new());
    assert_eq!((order.shipping.price_minor, order.unexplained_minor), (14_00, 0));
    theirs["totalPriceSet"] = bag("43.02");
    let (order, problems) = read(theirs, Vec::new());
    assert_eq!((order.shipping.price_minor, order.unexplained_minor), (7_00, 2));
    assert!(matches!(&problems[..], [Problem::Doubt { .. }]), "{problems:?}");
}

#[test]
fn a_refund_gives_back_what_was_paid_and_puts_back_what_came_back() {
    let (order, problems) = read(plain(), vec![refund(1, 10, Some("19.44"))]);
    assert!(problems.is_empty(), "{problems:?}");
    let refund_1 = &order.refunds[0];
    let part = &refund_1.lines[0];
    assert_eq!((part.amount_minor, part.tax_minor, part.restocked), (18_00, 1_44, 1));
    assert_eq!((refund_1.adjustment_minor, refund_1.adjustment_tax_minor), (0, 0));
    assert_eq!(refund_1.fee_returned.unwrap().minor, 0);
    assert_eq!(refund_1.at.to_string(), "2026-08-09T08:15:28Z");
    // Less was paid back than the lines say: a restocking fee of 5.00, tax as in the whole order.
    let (order, _) = read(plain(), vec![refund(1, 10, Some("14.44"))]);
    let refund_1 = &order.refunds[0];
    assert_eq!((refund_1.adjustment_minor, refund_1.adjustment_tax_minor), (-4_63, -37));
    // Shopify says how much of it is tax, with either sign.
    for (amount, tax) in [("-4.80", "-0.20"), ("4.80", "0.20")] {
        let mut theirs = refund(1, 10, Some("14.44"));
        theirs["orderAdjustments"]["nodes"] =
            json!([{ "amountSet": bag(amount), "taxAmountSet": bag(tax) }]);
        let (order, _) = read(plain(), vec![theirs]);
        let refund_1 = &order.refunds[0];
        assert_eq!((refund_1.adjustment_minor, refund_1.adjustment_tax_minor), (-4_80, -20));
    }
    // Nothing came back, the parcel was lost.
    let mut theirs = refund(1, 10, Some("19.44"));
    let line = &mut theirs["refundLineItems"]["nodes"][0];
    (line["restockType"], line["restocked"]) = ("NO_RESTOCK".into(), false.into());
    let (order, _) = read(plain(), vec![theirs]);
    assert_eq!(order.refunds[0].lines[0].restocked, 0);
}

#[test]
fn goodwill_shipping_and_tax_within_prices_are_given_back_as_they_were_charged() {
    let mut goodwill = refund(1, 10, Some("5.00"));
    goodwill["refundLineItems"]["nodes"] = json!([]);
    let (order, _) = read(plain(), vec![goodwill]);
    let refund_1 = &order.refunds[0];
    // 5.00 × 3.44 / 46.44 = 0.37.
    assert_eq!((refund_1.adjustment_minor, refund_1.adjustment_tax_minor), (4_63, 37));
    let mut theirs = plain();
    (theirs["taxesIncluded"], theirs["totalPriceSet"]) = (true.into(), bag("43.00"));
    let mut with_shipping = refund(1, 10, Some("25.00"));
    with_shipping["refundShippingLines"]["nodes"] =
        json!([{ "subtotalAmountSet": bag("7.00"), "taxAmountSet": bag("0.56") }]);
    let (order, _) = read(theirs, vec![with_shipping]);
    let refund_1 = &order.refunds[0];
    let part = &refund_1.lines[0];
    assert_eq!((part.amount_minor, part.tax_minor), (16_56, 1_44));
    assert_eq!((refund_1.shipping_minor, refund_1.shipping_tax_minor), (6_44, 56));
    assert_eq!(refund_1.adjustment_minor, 0);
}

#[test]
fn a_line_taken_off_counts_when_it_was_never_paid_and_once_when_another_refund_pays_it() {
    // Taken off before it was paid: no money ever came or went.
    let mut theirs = plain();
    theirs["netPaymentSet"] = bag("27.00");
    theirs["transactions"] = json!([paid("SALE", "27.00")]);
    let (order, _) = read(theirs.clone(), vec![refund(1, 10, None)]);
    assert_eq!(order.refunds[0].adjustment_minor, 0);
    assert_eq!(order.refunds[0].lines[0].amount_minor, 18_00);
    // Taken off after it was paid, the money went back by a refund of its own.
    let mut money = refund(2, 10, Some("19.44"));
    money["refundLineItems"]["nodes"] = json!([]);
    theirs["netPaymentSet"] = bag("27.00");
    theirs["transactions"] = json!([paid("SALE", "46.44"), paid("REFUND", "19.44")]);
    let (order, _) = read(theirs, vec![refund(1, 10, None), money]);
    let given = |refund: &crate::domain::record::Refund| {
        let lines: i64 = refund.lines.iter().map(|line| line.amount_minor + line.tax_minor).sum();
        lines + refund.adjustment_minor + refund.adjustment_tax_minor
    };
    assert_eq!(order.refunds.iter().map(given).collect::<Vec<_>>(), [0, 19_44]);
    // A transfer back that failed gave nothing back.
    let mut failed = refund(1, 10, Some("19.44"));
    failed["transactions"]["nodes"][0]["status"] = "FAILURE".into();
    let (order, _) = read(plain(), vec![failed]);
    assert_eq!(given(&order.refunds[0]), 0);
}

#[test]
fn what_no_table_names_is_told_and_the_rest_is_taken_in() {
    let mut theirs = plain();
    theirs["displayFinancialStatus"] = "HALF_PAID".into();
    theirs["transactions"] = json!([paid("SALE", "46.44"), paid("TELEPATHY", "1.00")]);
    let mut back = refund(1, 10, Some("19.44"));
    back["refundLineItems"]["nodes"][0]["restockType"] = "VANISHED".into();
    let (order, problems) = read(theirs, vec![back]);
    assert_eq!(order.financial_status, FinancialStatus::Paid);
    assert_eq!(order.platform_status.as_deref(), Some("half_paid"));
    assert_eq!(order.refunds[0].lines[0].restocked, 0);
    assert_eq!(order.payments.len(), 1);
    let unknown = |kind, name: &str| Problem::Unknown { kind, name: name.to_owned() };
    let expected = [
        unknown(UnknownKind::Status, "HALF_PAID"),
        unknown(UnknownKind::Transaction, "TELEPATHY"),
        unknown(UnknownKind::Status, "VANISHED"),
    ];
    assert_eq!(problems, expected);
    // Another channel's tax, a status without money.
    let mut theirs = plain();
    for list in ["lineItems", "shippingLines"] {
        theirs[list]["nodes"][0]["taxLines"][0]["channelLiable"] = true.into();
    }
    assert!(read(theirs, Vec::new()).0.marketplace_remitted_tax);
}

#[test]
fn one_that_cannot_be_read_says_where_and_stops_no_other() {
    let mut broken = plain();
    broken["lineItems"]["nodes"][0]["quantity"] = "two".into();
    let (order, problems) = try_read(broken, Vec::new());
    assert!(order.is_none());
    let [Problem::Unread { path, .. }] = &problems[..] else { panic!("{problems:?}") };
    assert_eq!(path, "lineItems.nodes[0].quantity");
    let mut mixed = plain();
    mixed["totalPriceSet"]["shopMoney"]["currencyCode"] = "USD".into();
    let (order, problems) = try_read(mixed, Vec::new());
    assert!(order.is_none() && problems.len() == 1, "{problems:?}");
    let (stage, fake) = (stage(), shop());
    fake.orders.lock().unwrap()[0]["totalPriceSet"] = Value::Null;
    let (documents, _) = drain(&stage, &fake, "orders", Cursor::start());
    assert_eq!(orders_of(&documents).len(), 4);
    assert!(documents.iter().all(|document| document.raw.is_some()));
}

#[test]
fn no_buyer_and_no_secret_is_in_what_is_kept() {
    let (stage, fake) = (app_stage(), shop());
    for order in fake.orders.lock().unwrap().iter_mut() {
        order["email"] = "ann@example.test".into();
        order["shippingAddress"]["name"] = "Ann Example".into();
        order["note"] = "ring twice".into();
    }
    let (documents, place) = drain(&stage, &fake, "orders", Cursor::start());
    let raws: Vec<String> = documents
        .iter()
        .filter_map(|document| document.raw.as_ref())
        .map(|raw| String::from_utf8(raw.bytes.clone()).unwrap())
        .collect();
    assert_eq!(raws.len(), 5);
    let all = format!("{raws:?} {place:?} {documents:?}");
    for private in ["ann@example.test", "Ann Example", "ring twice", "777", "shpss", "issued-"] {
        assert!(!all.contains(private), "{private}");
    }
    assert!(raws[1].contains("restockType") && raws[1].contains("countryCodeV2"), "{}", raws[1]);
    let asked = fake.list_asked("").join("\n");
    for never in ["email", "firstName", "lastName", "address1", "phone", "note"] {
        assert!(!asked.contains(never), "{never}");
    }
}
