//! Orders of both interfaces, page by page, and the same order by the report.

use super::*;
use crate::connectors::contract::{ReadCtx, UnknownKind};
use crate::domain::record::{FinancialStatus, Order};

fn both_pages() -> Replay {
    let second = Recorded::get("paginationToken=page%2F2%3D%3D", ORDERS_2);
    replay([second, Recorded::get("/orders/2026-01-01/orders?", ORDERS_1)])
}

pub fn order<'a>(documents: &'a [Document], key: &str) -> &'a Order {
    match find(documents, key).records.as_slice() {
        [Record::Order(order)] => order,
        other => panic!("{key}: {other:?}"),
    }
}

#[test]
fn pages_follow_their_token_and_the_next_turn_looks_back_from_amazon_s_own_end() {
    let (stage, transport) = (stage(), both_pages());
    let first = pull(&stage, &transport, "orders", &Cursor::start()).unwrap();
    assert!(first.more);
    let second = pull(&stage, &transport, "orders", &first.next).unwrap();
    assert!(!second.more);
    assert_eq!((first.documents.len(), second.documents.len()), (2, 5));
    let third = pull(&stage, &transport, "orders", &second.next).unwrap();
    assert!(third.more, "a new turn begins");
    let asked = asked(&transport);
    // Two days back at first, and half an hour behind what is known.
    assert!(asked[1].contains("lastUpdatedAfter=2026-10-29T23%3A30%3A00Z"), "{}", asked[1]);
    assert!(asked[1].contains("marketplaceIds=A1PA6795UKMFR9"), "{}", asked[1]);
    assert!(asked[2].contains("lastUpdatedAfter=2026-10-29T23%3A30%3A00Z"), "{}", asked[2]);
    // The end is the first page's, not the last one's.
    assert!(asked[3].contains("lastUpdatedAfter=2026-10-31T23%3A28%3A00Z"), "{}", asked[3]);
    assert!(!asked.iter().any(|asked| asked.contains("BUYER") || asked.contains("RECIPIENT")));
}

#[test]
fn an_order_s_parts_and_whether_prices_hold_the_tax_are_told_by_what_adds_up() {
    let documents = drain(&stage(), &both_pages(), "orders");
    let german = order(&documents, "302-1111111-1111111");
    assert!(german.taxes_included, "26.80 is 23.80 + 4.00 - 1.00, tax inside");
    assert_eq!(german.number.as_deref(), Some("W-1001"));
    assert_eq!(german.channel.as_deref(), Some("amazon.de"));
    let [mug, bowl] = german.lines.as_slice() else { panic!("{:?}", german.lines) };
    assert_eq!((mug.id.as_str(), mug.quantity, mug.price_minor), ("11111111111111", 2, 23_80));
    assert_eq!((mug.discount_minor, mug.tax_minor), (0, Some(3_80)));
    assert_eq!((bowl.price_minor, bowl.tax_minor), (18_18, Some(2_90)));
    let shipping = (german.shipping.price_minor, german.shipping.discount_minor);
    assert_eq!(shipping, (4_00, 1_00));
    assert_eq!(german.shipping.tax_minor, Some(48), "0.64 of 4.00 is 0.48 of 3.00");
    assert_eq!(german.payments[0].amount_minor, 44_98);
    assert!(german.shipping_cost.is_some(), "Amazon sends it");

    let american = order(&documents, "112-3333333-3333333");
    assert!(!american.taxes_included && american.marketplace_remitted_tax);
    assert_eq!(american.payments[0].amount_minor, 26_45, "20.00 + 1.45 + 5.00 tip");
    assert_eq!((american.tips_minor, american.shipping_cost), (5_00, None));
}

#[test]
fn what_is_not_sold_does_not_count_and_what_is_only_shipped_is_no_order() {
    let documents = drain(&stage(), &both_pages(), "orders");
    let pending = order(&documents, "302-2222222-2222222");
    assert_eq!(pending.financial_status, FinancialStatus::Pending);
    assert!(find(&documents, "302-2222222-2222222").problems.is_empty(), "a usual thing");
    let voided = order(&documents, "302-7777777-7777777");
    assert_eq!(voided.financial_status, FinancialStatus::Voided);
    assert!(voided.cancelled_at.is_some());
    let shipped = find(&documents, "S01-4444444-4444444");
    assert!(shipped.records.is_empty() && shipped.problems.is_empty());
}

#[test]
fn what_nobody_knows_is_told_and_stops_nothing() {
    let documents = drain(&stage(), &both_pages(), "orders");
    let odd = find(&documents, "302-5555555-5555555");
    let unknown = |kind, name: &str| Problem::Unknown { kind, name: name.to_owned() };
    assert!(odd.problems.contains(&unknown(UnknownKind::Status, "HELD_BY_CUSTOMS")), "{odd:?}");
    let fee = unknown(UnknownKind::Fee, "order proceeds TREE_PLANTING");
    assert!(odd.problems.contains(&fee), "{odd:?}");
    let held = order(&documents, "302-5555555-5555555");
    assert_eq!((held.financial_status, held.unexplained_minor), (FinancialStatus::Pending, 2_00));
    let broken = find(&documents, "302-6666666-6666666");
    assert!(broken.records.is_empty());
    let is_unread = |problem: &Problem| matches!(problem, Problem::Unread { .. });
    assert!(broken.problems.iter().any(is_unread), "{broken:?}");
}

#[test]
fn nothing_of_a_buyer_leaves_the_connector() {
    let documents = drain(&stage(), &both_pages(), "orders");
    for document in &documents {
        let raw = document.raw.as_ref().map(|raw| String::from_utf8_lossy(&raw.bytes));
        let told = format!("{raw:?} {:?} {:?}", document.records, document.problems);
        for hidden in ["Erika", "Muster", "secret-buyer", "Ulm", "89073"] {
            assert!(!told.contains(hidden), "{hidden} in {told}");
        }
    }
}

#[test]
fn orders_shuffled_and_repeated_are_the_same_orders() {
    let mut page: Value = serde_json::from_str(ORDERS_1).unwrap();
    let list = page["orders"].as_array_mut().unwrap();
    list.reverse();
    let again = list[0].clone();
    list.push(again);
    let second = Recorded::get("paginationToken=page%2F2%3D%3D", ORDERS_2);
    let transport = replay([second, get("/orders/2026-01-01/orders?", &page)]);
    let told = |documents: &[Document]| {
        let mut texts: Vec<String> =
            records(documents).iter().map(|record| format!("{record:?}")).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    let fair = told(&drain(&stage(), &both_pages(), "orders"));
    assert_eq!(told(&drain(&stage(), &transport, "orders")), fair);
}

#[test]
fn a_page_that_amazon_no_longer_knows_begins_the_turn_again() {
    let stage = stage();
    let first = pull(&stage, &both_pages(), "orders", &Cursor::start()).unwrap();
    let gone = Recorded::get("paginationToken", r#"{"errors":[{"code":"InvalidInput"}]}"#);
    let fault = pull(&stage, &replay([gone.status(400)]), "orders", &first.next).unwrap_err();
    let Fault::Stale { restart } = fault else { panic!("{fault:?}") };
    let transport = both_pages();
    pull(&stage, &transport, "orders", &restart).unwrap();
    assert!(!asked(&transport)[0].contains("paginationToken"));
}

/// The first order of `ORDERS_1`, as the older interface tells it.
pub fn older_answers() -> Vec<Recorded> {
    let money = |amount: &str| json!({"CurrencyCode": "EUR", "Amount": amount});
    let list = json!({"payload": {"Orders": [{
        "AmazonOrderId": "302-1111111-1111111", "SellerOrderId": "W-1001",
        "PurchaseDate": "2026-10-30T09:15:00Z", "LastUpdateDate": "2026-10-30T11:00:00Z",
        "OrderStatus": "Shipped", "FulfillmentChannel": "AFN", "SalesChannel": "Amazon.de",
        "MarketplaceId": "A1PA6795UKMFR9", "OrderTotal": money("44.98"),
        "IsReplacementOrder": false,
        "BuyerInfo": {"BuyerEmail": "secret-buyer@marketplace.amazon.de"},
        "ShippingAddress": {"City": "Ulm", "CountryCode": "DE"},
    }], "LastUpdatedBefore": "2026-10-31T23:58:00Z"}});
    let items = |token: Option<&str>| {
        let mug = json!({"OrderItemId": "11111111111111", "SellerSKU": "MUG-BLUE",
            "Title": "Mug, blue", "QuantityOrdered": 2, "QuantityShipped": 2,
            "ItemPrice": money("23.80"), "ItemTax": money("3.80"),
            "ShippingPrice": money("4.00"), "ShippingTax": money("0.64"),
            "ShippingDiscount": money("1.00")});
        let bowl = json!({"OrderItemId": "11111111111112", "SellerSKU": "BOWL",
            "Title": "Bowl", "QuantityOrdered": 1, "ItemPrice": money("18.18"),
            "ItemTax": money("2.90")});
        let one = if token.is_some() { mug } else { bowl };
        json!({"payload": {"OrderItems": [one], "NextToken": token}})
    };
    vec![
        get("orderItems?NextToken=more", &items(None)),
        get("/orders/v0/orders/302-1111111-1111111/orderItems", &items(Some("more"))),
        get(
            "/orders/v0/orders/302-1111111-1111111",
            &json!({"payload": list["payload"]["Orders"][0]}),
        ),
        get("/orders/v0/orders?", &list),
    ]
}

#[test]
fn the_older_interface_tells_the_same_order() {
    let transport = replay(older_answers());
    let older = drain(&stage().setting("orders_version", "v0"), &transport, "orders");
    let newer = drain(&stage(), &both_pages(), "orders");
    let (mut older, newer) = (
        order(&older, "302-1111111-1111111").clone(),
        order(&newer, "302-1111111-1111111").clone(),
    );
    assert_eq!(older.platform_status.take().as_deref(), Some("Shipped"));
    assert_eq!(older, Order { platform_status: None, ..newer });
}

fn not_granted(status: u16) -> Recorded {
    let body = json!({"errors": [{"code": "Unauthorized",
        "message": "Access to requested resource is denied."}]});
    get("/orders/2026-01-01/orders", &body).status(status)
}

#[test]
fn where_the_newer_interface_is_not_granted_the_older_one_is_asked_and_that_is_told() {
    for status in [403, 404] {
        let stage = stage();
        let transport = replay([not_granted(status)].into_iter().chain(older_answers()));
        let first = pull(&stage, &transport, "orders", &Cursor::start()).unwrap();
        order(&first.documents, "302-1111111-1111111");
        let told = &find(&first.documents, "orders interface").problems;
        assert!(matches!(told.as_slice(), [Problem::Doubt { .. }]), "{told:?}");
        // It is remembered: for a day nothing is asked of the newer one, and nothing told again.
        let second = pull(&stage, &transport, "orders", &first.next).unwrap();
        assert_eq!(second.documents.len(), 1);
        let count = |asked: &[String], part: &str| {
            asked.iter().filter(|asked| asked.contains(part)).count()
        };
        assert_eq!(count(&asked(&transport), "2026-01-01"), 1);
        // Once Amazon grants it, nothing is left to tell.
        stage.clock.advance_seconds(86_400);
        let granted = both_pages();
        let third = pull(&stage, &granted, "orders", &second.next).unwrap();
        assert!(find(&third.documents, "orders interface").problems.is_empty());
        let fourth = pull(&stage, &granted, "orders", &third.next).unwrap();
        assert!(fourth.documents.iter().all(|document| document.key != "orders interface"));
        assert_eq!(count(&asked(&granted), "/orders/v0/"), 0);
    }
}

#[test]
fn where_neither_interface_is_granted_a_role_is_lacking_and_bad_weather_is_no_refusal() {
    let neither = get("/orders/v0/orders?", &json!({})).status(403);
    let transport = replay([not_granted(403), neither]);
    let fault = pull(&stage(), &transport, "orders", &Cursor::start()).unwrap_err();
    let Fault::Refused { status: 403, what } = fault else { panic!("{fault:?}") };
    assert!(what.contains("roles"), "{what}");
    for status in [400, 429, 500] {
        let transport = replay([not_granted(status)].into_iter().chain(older_answers()));
        pull(&stage(), &transport, "orders", &Cursor::start()).unwrap_err();
        assert!(!asked(&transport).iter().any(|asked| asked.contains("/v0/")), "{status}");
    }
}

#[test]
fn the_report_tells_the_same_order_under_the_same_keys() {
    let head = "amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\t\
        order-status\tfulfillment-channel\tsales-channel\tproduct-name\tsku\titem-status\t\
        quantity\tcurrency\titem-price\titem-tax\tshipping-price\tshipping-tax\t\
        item-promotion-discount\tship-promotion-discount\tship-country\torder-item-id";
    let row = |rest: &str| {
        format!(
            "302-1111111-1111111\tW-1001\t2026-10-30T09:15:00+00:00\t2026-10-30T11:00:00+00:00\t\
             Shipped\tAmazon\tAmazon.de\t{rest}"
        )
    };
    let text = [
        head.to_owned(),
        row("Mug, blue\tMUG-BLUE\tShipped\t2\tEUR\t23.80\t3.80\t4.00\t0.64\t\t1.00\tDE\t\
             11111111111111"),
        row("Bowl\tBOWL\tShipped\t1\tEUR\t18.18\t2.90\t\t\t\t\tDE\t11111111111112"),
    ]
    .join("\n");
    let ctx = ReadCtx { currency: None, zone: crate::base::Zone::utc(), store: None };
    let mut by_file: Vec<Order> = Vec::new();
    crate::connectors::amazon::orders::read(&mut text.as_bytes(), &ctx, &mut |found| {
        if let crate::connectors::contract::Found::Records { records, .. } = found {
            by_file.extend(records.into_iter().filter_map(|record| match record {
                Record::Order(order) => Some(*order),
                _ => None,
            }));
        }
        Ok(())
    })
    .unwrap();
    let documents = drain(&stage(), &both_pages(), "orders");
    let by_api = order(&documents, "302-1111111-1111111").clone();
    let alike = |order: &Order| Order {
        source: by_api.source.clone(),
        country: None,
        platform_status: None,
        ..order.clone()
    };
    assert_eq!(alike(&by_file[0]), alike(&by_api));
    let united =
        crate::domain::record::unite::unite(vec![by_file[0].clone(), by_api], Vec::new(), &[]);
    let united = united.unwrap();
    assert_eq!((united.lines.len(), united.country.as_deref()), (2, Some("DE")));
}
