//! What Shopify's exports and its interface both tell is one thing, under one key.

use super::*;
use crate::base::Zone;
use crate::connectors::contract::{FileFormat, Found, ReadCtx};
use crate::domain::record::unite::unite;
use crate::domain::record::{Payout, StockState};

const PAYMENTS: &str = include_str!("../../../../../tests/fixtures/shopify/payments-16.csv");
const PRODUCTS: &str = include_str!("../../../../../tests/fixtures/shopify/products-2024.csv");
const PAYOUTS: &str = include_str!("../../../../../tests/fixtures/shopify/payouts.csv");
const ORDERS: &str = include_str!("../../../../../tests/fixtures/shopify/orders.csv");

fn euro(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

fn row(id: u32, (type_, at): (&str, &str), order: Option<&str>, amounts: [&str; 3]) -> Value {
    let payout = match id {
        9 => json!({ "id": null, "status": "PENDING" }),
        _ => json!({ "id": "gid://shopify/ShopifyPaymentsPayout/301", "status": "PAID" }),
    };
    json!({
        "id": format!("gid://shopify/ShopifyPaymentsBalanceTransaction/{id}"), "type": type_,
        "test": false, "transactionDate": at, "amount": euro(amounts[0]), "fee": euro(amounts[1]),
        "net": euro(amounts[2]),
        "associatedOrder": order.map(|name| json!({ "id": "gid://shopify/Order/1", "name": name })),
        "associatedPayout": payout,
    })
}

/// Two of the rows look alike, and one is in no payout yet.
pub fn rows() -> Vec<Value> {
    let at = "2026-10-20T10:00:06Z";
    vec![
        row(1, ("CHARGE", at), Some("#1"), ["46.44", "1.50", "44.94"]),
        row(2, ("SHIPPING_LABEL", at), None, ["-4.00", "0.00", "-4.00"]),
        row(3, ("SHIPPING_LABEL", at), None, ["-4.00", "0.00", "-4.00"]),
        row(4, ("TRANSFER", at), None, ["-36.94", "0.00", "-36.94"]),
        row(5, ("SOMETHING_NEW", at), None, ["-1.00", "0.00", "-1.00"]),
        row(9, ("REFUND", "2026-10-31T08:00:00Z"), Some("#1"), ["-19.44", "0.00", "-19.44"]),
    ]
}

fn payout(id: u32, issued_at: &str, status: &str, amounts: [&str; 4]) -> Value {
    let [net, charges, adjustments, fees] = amounts;
    let amount = |amount: &str| json!({ "amount": amount });
    json!({
        "id": format!("gid://shopify/ShopifyPaymentsPayout/{id}"), "issuedAt": issued_at,
        "status": status, "transactionType": "DEPOSIT", "net": euro(net),
        "summary": { "chargesGross": amount(charges), "chargesFee": amount(fees),
            "refundsFeeGross": amount("0.00"), "refundsFee": amount("0.00"),
            "adjustmentsGross": amount(adjustments), "adjustmentsFee": amount("0.00"),
            "reservedFundsGross": amount("0.00"), "reservedFundsFee": amount("0.00"),
            "retriedPayoutsGross": amount("0.00"), "retriedPayoutsFee": amount("0.00"),
            "advanceGross": amount("0.00"), "advanceFees": amount("0.00"),
            "usdcRebateCreditAmount": amount("0.00") },
    })
}

/// Two of them on one day.
pub fn payouts() -> Vec<Value> {
    vec![
        payout(301, "2026-10-21T00:00:00Z", "PAID", ["35.94", "46.44", "-9.00", "1.50"]),
        payout(302, "2026-10-22T06:00:00Z", "PAID", ["10.00", "10.50", "0.00", "0.50"]),
        payout(303, "2026-10-22T18:00:00Z", "SCHEDULED", ["5.00", "5.00", "0.00", "0.00"]),
    ]
}

pub fn variant(number: u32) -> Value {
    json!({
        "id": format!("gid://shopify/ProductVariant/{number}"), "sku": format!("CAP-{number}"),
        "barcode": null, "price": "24.00", "updatedAt": "2026-10-01T10:00:00Z",
        "selectedOptions": [{ "value": "Red" }],
        "product": { "handle": "wool-cap", "title": "Wool Cap", "status": "ACTIVE" },
        "inventoryItem": { "tracked": true, "unitCost": euro("7.35"),
            "measurement": { "weight": { "value": 0.12, "unit": "KILOGRAMS" } } },
    })
}

pub fn locations() -> Vec<Value> {
    let location = |id: u32, name: &str| {
        let id = format!("gid://shopify/Location/{id}");
        json!({ "id": id, "name": name, "isActive": true })
    };
    vec![location(1, "Berlin"), location(2, "Riga")]
}

fn level(location: u32, item: u32, available: i64) -> Value {
    let counted = |name: &str, quantity: i64| json!({ "name": name, "quantity": quantity });
    json!({
        "location": format!("gid://shopify/Location/{location}"),
        "id": format!("gid://shopify/InventoryLevel/{location}{item}?inventory_item_id={item}"),
        "isActive": true, "updatedAt": "2026-10-01T10:00:00Z",
        "item": { "id": "1", "sku": format!("CAP-{item}"), "tracked": item != 3 },
        "quantities": [counted("available", available), counted("on_hand", available + 3),
            counted("committed", 2), counted("reserved", 1), counted("incoming", 4),
            counted("damaged", 0), counted("quality_control", 0), counted("safety_stock", 0)],
    })
}

pub fn levels() -> Vec<Value> {
    let pairs = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)];
    pairs.into_iter().map(|(location, item)| level(location, item, i64::from(item) - 2)).collect()
}

fn berlin() -> Stage {
    let mut stage = stage();
    stage.account.zone = Zone::parse("Europe/Berlin").unwrap();
    stage
}

fn read_file(name: &str, label: &str, text: &str) -> Vec<Record> {
    use crate::connectors::contract::Connector;
    let is_it = |format: &&FileFormat| format.name == name && format.label.contains(label);
    let format = CONNECTOR.files().iter().find(is_it).unwrap();
    let ctx = ReadCtx {
        currency: crate::base::Currency::parse("EUR").ok(),
        zone: Zone::parse("Europe/Berlin").unwrap(),
        store: None,
    };
    let mut records = Vec::new();
    (format.read)(&mut text.as_bytes(), &ctx, &mut |found| {
        if let Found::Records { records: found, .. } = found {
            records.extend(found);
        }
        Ok(())
    })
    .unwrap();
    records
}

fn records_of(documents: &[Document]) -> Vec<Record> {
    documents.iter().flat_map(|document| document.records.clone()).collect()
}

#[test]
fn a_row_of_the_balance_is_the_row_of_the_export() {
    let from_file = read_file("shopify-payments", "transactions", PAYMENTS);
    let rows: Vec<Value> = PAYMENTS.lines().skip(1).enumerate().map(from_csv).collect();
    let fake = Fake::default();
    *fake.rows.lock().unwrap() = rows;
    let days = ["2026-03-05", "2026-03-11", "2026-03-23"];
    *fake.payouts.lock().unwrap() = days
        .iter()
        .map(|day| {
            let id = day.replace('-', "").parse().unwrap();
            payout(id, &format!("{day}T00:00:00Z"), "PAID", ["0.00"; 4])
        })
        .collect();
    let (documents, _) = drain(&berlin(), &fake, "fees", Cursor::start());
    let text = |records: Vec<Record>| -> Vec<String> {
        let records = records.into_iter().filter(|record| !matches!(record, Record::Payout(_)));
        let mut texts: Vec<String> = records.map(|record| format!("{record:?}")).collect();
        texts.sort();
        texts
    };
    let (ours, theirs) = (text(records_of(&documents)), text(from_file));
    assert!(ours.len() >= 4);
    assert_eq!(ours, theirs);
}

/// A line of the export as the interface tells it.
fn from_csv((index, line): (usize, &str)) -> Value {
    let cells: Vec<&str> = line.split(',').collect();
    let local = cells[0].split(' ').collect::<Vec<_>>();
    let (hour, rest) = local[1].split_once(':').unwrap();
    // The offset of winter.
    assert_eq!(local[2], "+0100");
    let hour: u32 = hour.parse().unwrap();
    let at = format!("{}T{:02}:{rest}Z", local[0], hour - 1);
    let order = (!cells[2].is_empty()).then_some(cells[2]);
    let type_ = cells[1].to_uppercase();
    let mut row = row(index as u32 + 100, (&type_, &at), order, [cells[8], cells[9], cells[10]]);
    row["associatedPayout"] = match cells[6] {
        "" => json!({ "id": null, "status": null }),
        day => {
            let id = format!("gid://shopify/ShopifyPaymentsPayout/{}", day.replace('-', ""));
            json!({ "id": id, "status": "PAID" })
        }
    };
    row
}

#[test]
fn rows_that_look_alike_stay_two_on_one_page_and_on_two() {
    for page_max in [None, Some(1), Some(2), Some(3)] {
        let fake = Fake { page_max, ..Fake::default() };
        fill(&fake);
        let (documents, place) = drain(&berlin(), &fake, "fees", Cursor::start());
        let keys: Vec<String> = records_of(&documents)
            .into_iter()
            .filter_map(|record| match record {
                Record::Charge(charge) if charge.kind == "shipping_label" => Some(charge.key),
                _ => None,
            })
            .collect();
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert!(keys[1].ends_with("/2"), "{keys:?}");
        // A day later they are read again, and are the same.
        let stage = berlin();
        stage.clock.advance_seconds(86_400 * 2);
        let (again, _) = drain(&stage, &fake, "fees", place);
        assert_eq!(known_of(&again), known_of(&documents));
        let told = problems_of(&documents);
        assert!(format!("{told:?}").contains("SOMETHING_NEW"), "{told:?}");
    }
}

#[test]
fn a_row_goes_into_its_payout_when_it_is_read_again() {
    let fake = Fake::default();
    fill(&fake);
    let stage = berlin();
    let payout_of = |documents: &[Document]| {
        let order = orders_of(documents).into_iter().find(|order| !order.refunds.is_empty());
        order.and_then(|order| order.source.settled?.payout)
    };
    let (documents, place) = drain(&stage, &fake, "fees", Cursor::start());
    assert_eq!(payout_of(&documents).as_deref(), Some(""));
    let paid = json!({ "id": "gid://shopify/ShopifyPaymentsPayout/302", "status": "PAID" });
    fake.rows.lock().unwrap()[5]["associatedPayout"] = paid;
    stage.clock.advance_seconds(86_400);
    let (documents, _) = drain(&stage, &fake, "fees", place);
    let expected = "Shopify Payments transactions of 2026-10-22";
    assert_eq!(payout_of(&documents).as_deref(), Some(expected));
}

#[test]
fn payouts_bear_the_names_of_the_export_and_add_up() {
    let fake = Fake { page_max: Some(1), ..Fake::default() };
    fill(&fake);
    let (documents, place) = drain(&berlin(), &fake, "payouts", Cursor::start());
    assert!(problems_of(&documents).is_empty(), "{:?}", problems_of(&documents));
    let payouts: Vec<Payout> = records_of(&documents)
        .into_iter()
        .map(|record| match record {
            Record::Payout(payout) => payout,
            other => panic!("{other:?}"),
        })
        .collect();
    let told: Vec<(&str, i64)> =
        payouts.iter().map(|payout| (payout.id.as_str(), payout.stated_minor)).collect();
    let expected = [
        ("Shopify Payments payout of 2026-10-21", 35_94),
        ("Shopify Payments payout of 2026-10-22", 10_00),
        ("Shopify Payments payout of 2026-10-22/2", 5_00),
        ("Shopify Payments transactions of 2026-10-21", 35_94),
        ("Shopify Payments transactions of 2026-10-22", 15_00),
    ];
    assert_eq!(told, expected);
    for payout in &payouts {
        let sum: i64 = payout.parts.iter().map(|part| part.amount_minor).sum();
        assert_eq!(sum, payout.stated_minor);
    }
    // A turn later the same, and one whose parts do not add up shows the rest.
    fake.payouts.lock().unwrap()[2]["net"] = euro("6.00");
    let (documents, _) = drain(&berlin(), &fake, "payouts", place);
    assert_eq!(problems_of(&documents).len(), 1);
    let names: Vec<String> = read_file("shopify-payments", "payouts", PAYOUTS)
        .into_iter()
        .filter_map(|record| match record {
            Record::Payout(payout) => Some(payout.id),
            _ => None,
        })
        .collect();
    assert!(names.iter().all(|name| name.starts_with("Shopify Payments payout of 2026-")));
}

#[test]
fn a_variant_is_the_variant_of_the_export() {
    let from_file = read_file("shopify-products", "products", PRODUCTS);
    let pencil: Vec<&Record> = from_file
        .iter()
        .filter(|record| match record {
            Record::Listing(listing) => listing.key == "PEN-1",
            Record::ListedCost(cost) => cost.sku == "PEN-1",
            _ => false,
        })
        .collect();
    let fake = Fake::default();
    *fake.variants.lock().unwrap() = vec![json!({
        "id": "gid://shopify/ProductVariant/1", "sku": "PEN-1", "barcode": "4000000000017",
        "price": "2.20", "updatedAt": "2026-10-01T10:00:00Z",
        "selectedOptions": [{ "value": "Default Title" }],
        "product": { "handle": "pencil", "title": "Pencil", "status": "ACTIVE" },
        "inventoryItem": { "tracked": true, "unitCost": euro("0.415"),
            "measurement": { "weight": { "value": 9.0, "unit": "GRAMS" } } },
    })];
    let (documents, _) = drain(&berlin(), &fake, "products", Cursor::start());
    let ours = records_of(&documents);
    assert_eq!(ours.iter().collect::<Vec<_>>(), pencil);
    let fake = Fake::default();
    *fake.variants.lock().unwrap() = vec![variant(1)];
    let mut odd = variant(2);
    (odd["sku"], odd["product"]["status"]) = (Value::Null, "MELTED".into());
    odd["inventoryItem"]["measurement"]["weight"]["unit"] = "STONES".into();
    fake.variants.lock().unwrap().push(odd);
    let (documents, _) = drain(&berlin(), &fake, "products", Cursor::start());
    let Record::Listing(cap) = &documents[0].records[0] else { panic!("{documents:?}") };
    assert_eq!((cap.title.as_deref(), cap.weight_grams), (Some("Wool Cap, Red"), Some(120)));
    let told = format!("{:?}", documents[1].problems);
    assert!(
        told.contains("melted") && told.contains("STONES") && told.contains("no SKU"),
        "{told}"
    );
    assert_eq!(documents[1].records.len(), 1);
}

#[test]
fn stock_is_told_by_location_and_a_shop_with_one_is_the_exports() {
    let fake = Fake { page_max: Some(1), ..Fake::default() };
    fill(&fake);
    let (documents, _) = drain(&berlin(), &fake, "stock", Cursor::start());
    let levels = |documents: Vec<Document>| -> Vec<(String, String, StockState, i64)> {
        let levels = records_of(&documents).into_iter().map(|record| match record {
            Record::Stock(level) => (level.sku, level.location, level.state, level.quantity),
            other => panic!("{other:?}"),
        });
        levels.collect()
    };
    let found = levels(documents);
    // Five states for each of two SKUs at two locations; what is not counted has none.
    assert_eq!(found.len(), 20);
    let is = |sku: &str, place: &str, state, quantity| {
        found.contains(&(sku.to_owned(), place.to_owned(), state, quantity))
    };
    assert!(is("CAP-1", "Berlin", StockState::Available, -1));
    assert!(is("CAP-2", "Riga", StockState::OnHand, 3));
    assert!(is("CAP-2", "Riga", StockState::Reserved, 3));
    assert!(is("CAP-2", "Riga", StockState::Inbound, 4));
    fake.locations.lock().unwrap().truncate(1);
    let (documents, _) = drain(&berlin(), &fake, "stock", Cursor::start());
    assert!(levels(documents).iter().all(|(_, place, ..)| place == "Shopify"));
}

#[test]
fn an_order_of_the_export_and_of_the_interface_is_one() {
    let from_file = read_file("shopify-orders", "orders", ORDERS);
    let file = from_file.into_iter().find_map(|record| match record {
        Record::Order(order) if order.id == "#3001" => Some(*order),
        _ => None,
    });
    let file = file.unwrap();
    let fake = Fake::default();
    let mut theirs = order(3001, "2026-10-31T12:00:00Z");
    theirs["createdAt"] = "2026-10-31T12:00:00Z".into();
    *fake.orders.lock().unwrap() = vec![theirs];
    let (documents, _) = drain(&berlin(), &fake, "orders-again", Cursor::start());
    let ours = orders_of(&documents).pop().unwrap();
    assert_eq!(ours.id, file.id);
    let documents = vec![file, ours.clone()];
    let united = unite(documents, Vec::new(), &[]).unwrap();
    assert_eq!(united.lines, ours.lines, "the interface knows best");
    assert_eq!(united.payments, ours.payments);
}
