//! From our net sales to what each platform states, worked out by hand: every difference on its
//! row with its orders, and what stays in red.

use serde_json::{Value, json};

use crate::kit::shop::Shop;

/// Five orders without tax: #0 of February, #3 paid with another gateway.
pub const ORDERS: &str = "\
Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,Discount Amount,\
Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Payment Method\n\
#0,a@b.test,partially_refunded,2026-02-27 10:00:00 +0000,EUR,40.00,0,0,40.00,0,\
2026-02-27 10:00:00 +0000,1,Mug,40.00,MUG,Shopify Payments\n\
#1,a@b.test,paid,2026-03-10 10:00:00 +0000,EUR,50.00,0,0,50.00,0,\
2026-03-10 10:00:00 +0000,1,Mug,50.00,MUG,Shopify Payments\n\
#2,a@b.test,paid,2026-03-30 10:00:00 +0000,EUR,80.00,0,0,80.00,0,\
2026-03-30 10:00:00 +0000,1,Mug,80.00,MUG,Shopify Payments\n\
#3,a@b.test,paid,2026-03-12 10:00:00 +0000,EUR,20.00,0,0,20.00,0,\
2026-03-12 10:00:00 +0000,1,Mug,20.00,MUG,PayPal\n\
#4,a@b.test,paid,2026-03-31 10:00:00 +0000,EUR,30.00,0,0,30.00,0,\
2026-03-31 10:00:00 +0000,1,Mug,30.00,MUG,Shopify Payments\n";

/// #0 and #1 in payouts of March, #2 and the refund of #0 in one of April, #4 in none.
pub const PAYMENTS: &str = "\
Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Available On,Amount,\
Fee,Net,Checkout,Payment Method Name,Presentment Amount,Presentment Currency,Currency\n\
2026-03-31 12:00:00 +0000,charge,#4,visa,online,pending,,,30.00,0.90,29.10,,card,,,EUR\n\
2026-03-31 11:00:00 +0000,refund,#0,visa,online,paid,2026-04-02,,-10.00,0.00,-10.00,,card,,,EUR\n\
2026-03-30 10:01:00 +0000,charge,#2,visa,online,paid,2026-04-02,,80.00,1.90,78.10,,card,,,EUR\n\
2026-03-11 10:00:00 +0000,reserved_funds,,,,paid,2026-03-12,,-5.00,0.00,-5.00,,,,,EUR\n\
2026-03-10 10:01:00 +0000,charge,#1,visa,online,paid,2026-03-12,,50.00,1.20,48.80,,card,,,EUR\n\
2026-02-27 10:01:00 +0000,charge,#0,visa,online,paid,2026-03-03,,40.00,1.00,39.00,,card,,,EUR\n";

/// 80.00 − 10.00 − 1.90 on 2 April.
pub const PAYOUTS: &str = "\
Payout Date,Status,Charges,Refunds,Adjustments,Reserved Funds,Fees,Retried Amount,Total,Currency\n\
2026-04-02,paid,80.00,-10.00,0.00,0.00,-1.90,0.00,68.10,EUR\n\
2026-03-12,paid,50.00,0.00,0.00,-5.00,-1.20,0.00,43.80,EUR\n\
2026-03-03,paid,40.00,0.00,0.00,0.00,-1.00,0.00,39.00,EUR\n";

fn shop(files: &[(&str, &str)]) -> Shop {
    let shop = Shop::new();
    let made = shop.run(&["store", "add", "shop", "--currency", "EUR", "--time-zone", "UTC"]);
    assert_eq!(made.code, 0, "{}", made.err);
    files.iter().for_each(|(name, text)| shop.import(name, text));
    shop
}

fn reconcile(shop: &Shop, from: &str, to: &str) -> Value {
    let said = shop.run(&["report", "reconcile", "--json", "--from", from, "--to", to]);
    assert_eq!(said.code, 0, "{}", said.err);
    said.json()
}

/// Name and amount of each row.
fn rows(bridge: &Value) -> Vec<(&str, &str)> {
    let rows = bridge["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["name"].as_str().unwrap(), row["amount"].as_str().unwrap())).collect()
}

fn records<'a>(bridge: &'a Value, name: &str) -> Vec<(&'a str, &'a str)> {
    let row = bridge["rows"].as_array().unwrap().iter().find(|row| row["name"] == name).unwrap();
    pairs(&row["records"])
}

fn pairs(list: &Value) -> Vec<(&str, &str)> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| (one["order"].as_str().unwrap(), one["amount"].as_str().unwrap())).collect()
}

fn ends(bridge: &Value) -> [&str; 3] {
    ["ours", "theirs", "unexplained"].map(|name| bridge[name].as_str().unwrap())
}

#[test]
fn what_is_sold_in_a_month_and_paid_out_in_another_is_named() {
    let files = [("orders.csv", ORDERS), ("payments.csv", PAYMENTS), ("payouts.csv", PAYOUTS)];
    let shop = shop(&files);
    let march = reconcile(&shop, "2026-03-01", "2026-03-31");
    let bridge = &march["accounts"][0];
    // 50 + 80 + 20 + 30 − 10; theirs are 39.00 and 43.80.
    let expected = [
        ("net_sales", "170.00"),
        ("other_gateways", "-20.00"),
        ("open", "-30.00"),
        ("timing", "-40.00"),
        ("refund_dating", "10.00"),
        ("fees", "-2.20"),
        ("reserves", "-5.00"),
    ];
    assert_eq!(rows(bridge), expected);
    assert_eq!(ends(bridge), ["82.80", "82.80", "0.00"]);
    assert_eq!(records(bridge, "timing"), [("#0", "40.00"), ("#2", "-80.00")]);
    assert_eq!(records(bridge, "open"), [("#4", "-30.00")]);
    assert_eq!(records(bridge, "refund_dating"), [("#0", "10.00")]);
    // Our own figure is the one of the profit report.
    let profit = shop.report(&["--by", "store", "--from", "2026-03-01", "--to", "2026-03-31"]);
    assert_eq!(profit["total"]["net_sales"], "170.00");
    let april = reconcile(&shop, "2026-04-01", "2026-04-30");
    let bridge = &april["accounts"][0];
    let expected = [
        ("net_sales", "0.00"),
        ("timing", "80.00"),
        ("refund_dating", "-10.00"),
        ("fees", "-1.90"),
    ];
    assert_eq!(
        (rows(bridge).as_slice(), ends(bridge)),
        (&expected[..], ["68.10", "68.10", "0.00"])
    );
}

#[test]
fn an_order_that_is_settled_for_another_amount_stays_in_red_with_its_number() {
    // The shop sold #1 for 52.00, the platform took 50.00.
    let orders = ORDERS.replace("50.00", "52.00");
    let shop = shop(&[("orders.csv", &orders), ("payments.csv", PAYMENTS)]);
    let march = reconcile(&shop, "2026-03-01", "2026-03-31");
    let bridge = &march["accounts"][0];
    assert_eq!(ends(bridge), ["84.80", "82.80", "-2.00"]);
    assert_eq!(pairs(&bridge["suspects"]), [("#1", "-2.00")]);
    // The statements tie out with their own rows all the same.
    assert_eq!(march["ties_out"], true);
}

/// A sale of 100.00 GBP less 10.00, paid out as 114.30 USD.
const ABROAD: &str = "\
Transaction creation date,Type,Order number,Net amount,Payout currency,Payout ID,Item ID,\
Transaction ID,Item title,Custom label,Quantity,Item subtotal,Shipping and handling,\
Seller collected tax,eBay collected tax,Final Value Fee - variable,Gross transaction amount,\
Transaction currency,Reference ID,Description\n\
\"Mar 9, 2026\",Payout,--,-114.30,USD,9100000001,--,--,--,--,--,--,--,--,--,--,-114.30,USD,--,\
Paid\n\
\"Mar 5, 2026\",Order,12-00001-00001,114.30,USD,9100000001,400000000001,500000000001,Mug,MUG,1,\
100,0,--,--,-10,100,GBP,--,--\n";

#[test]
fn what_a_platform_converts_at_another_rate_is_a_row_of_its_own() {
    let shop = Shop::new();
    let made = shop.run(&["store", "add", "shop", "--currency", "USD", "--time-zone", "UTC"]);
    assert_eq!(made.code, 0, "{}", made.err);
    shop.import("transactions.csv", ABROAD);
    let bridge = |shop: &Shop| reconcile(shop, "2026-03-01", "2026-03-31")["accounts"][0].clone();
    // Without a rate of ours all of it is what the platform made of it.
    let bare = bridge(&shop);
    assert_eq!(rows(&bare), [("net_sales", "0.00"), ("fx", "114.30")]);
    shop.import("fx.csv", "day,base,quote,rate\n2026-03-05,GBP,USD,1.30\n");
    let told = bridge(&shop);
    // 130.00 and 13.00 at our rate; eBay's was 1.27, 3 cents less on each of the 90.00.
    let expected = [("net_sales", "130.00"), ("fx", "-2.70"), ("fees", "-13.00")];
    assert_eq!(rows(&told), expected);
    assert_eq!(ends(&told), ["114.30", "114.30", "0.00"]);
    assert_eq!(records(&told, "fx"), [("12-00001-00001", "-2.70")]);
    let profit = shop.report(&["--by", "store", "--from", "2026-03-01", "--to", "2026-03-31"]);
    assert_eq!(profit["total"]["net_sales"], "130.00");
}

/// An order of WooCommerce's without tax.
fn woo(id: i64, status: &str, at: &str, total: &str) -> Value {
    json!({
        "id": id, "number": id.to_string(), "status": status, "currency": "EUR",
        "date_created_gmt": at, "date_paid_gmt": at, "date_modified_gmt": at, "total": total,
        "total_tax": "0.00", "cart_tax": "0.00", "shipping_total": "0.00",
        "shipping_tax": "0.00", "discount_total": "0.00", "prices_include_tax": false,
        "payment_method": "bacs", "line_items": [{ "id": 1, "name": "Mug", "sku": "MUG",
            "quantity": 1, "subtotal": total, "subtotal_tax": "0.00", "total": total,
            "total_tax": "0.00", "meta_data": [] }],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "meta_data": [],
        "refunds": [],
    })
}

#[test]
fn a_shop_that_counts_days_elsewhere_has_exactly_the_orders_beyond_the_boundary_on_a_row() {
    let shop = Shop::new();
    let set = shop.run(&["org", "set", "--currency", "EUR", "--time-zone", "UTC"]);
    assert_eq!(set.code, 0, "{}", set.err);
    let zone = "America/New_York";
    let made = shop.run(&["store", "add", "shop", "--currency", "EUR", "--time-zone", zone]);
    assert_eq!(made.code, 0, "{}", made.err);
    let orders = json!([
        // 28 February 22:00 in New York, and 31 March 22:00.
        woo(1, "completed", "2026-03-01T03:00:00", "15.00"),
        woo(2, "completed", "2026-03-15T12:00:00", "40.00"),
        woo(3, "completed", "2026-04-01T02:00:00", "60.00"),
        // Paid and called off: in our figures, not in the shop's.
        woo(4, "cancelled", "2026-03-20T12:00:00", "25.00"),
    ]);
    shop.import("woo.json", &orders.to_string());
    let path = "/wp-json/wc/v3/reports/sales?date_min=2026-03-01&date_max=2026-03-31";
    let report = json!({ "request": { "path": path }, "response": { "status": 200, "body": [{
        "total_sales": "100.00", "net_sales": "100.00", "total_tax": "0.00",
        "total_shipping": "0.00", "total_discount": "0.00", "total_refunds": 0,
        "totals_grouped_by": "day", "totals": {} }] } });
    shop.import("report.json", &report.to_string());
    let told = reconcile(&shop, "2026-03-01", "2026-03-31");
    let bridge = &told["bridges"][0];
    // Ours: 15 + 40 + 25.
    let expected = [
        ("net_sales", "80.00"),
        ("service_income", "0.00"),
        ("shipping_income", "0.00"),
        ("tax_collected", "0.00"),
        ("cancelled", "-25.00"),
        ("time_zone", "45.00"),
    ];
    assert_eq!(rows(bridge), expected);
    assert_eq!(ends(bridge), ["100.00", "100.00", "0.00"]);
    assert_eq!(records(bridge, "time_zone"), [("1", "-15.00"), ("3", "60.00")]);
    assert_eq!(records(bridge, "cancelled"), [("4", "-25.00")]);
}

/// Every platform's own fixture: the account's bridge ends at what the statements state.
#[test]
fn the_fixtures_of_every_platform_tie_out_from_net_sales_to_the_deposit() {
    let check = |currency: &str, files: &[&str], expected: &[(&str, &str)], theirs: &str| {
        let shop = Shop::new();
        let made =
            shop.run(&["store", "add", "shop", "--currency", currency, "--time-zone", "UTC"]);
        assert_eq!(made.code, 0, "{}", made.err);
        for file in files {
            let path = format!("{}/tests/fixtures/{file}", env!("CARGO_MANIFEST_DIR"));
            let said = shop.run(&["import", &path, "--store", "shop", "--json"]);
            assert_eq!(said.code, 0, "{file}: {}", said.err);
        }
        let told = shop.run(&["report", "reconcile", "--json"]).json();
        let bridge = &told["accounts"][0];
        assert_eq!(rows(bridge), expected, "{files:?}");
        assert_eq!(ends(bridge), [theirs, theirs, "0.00"], "{files:?}");
    };
    // 48.00 + 23.40 + 24.00, less 24.00 and 1.50 given back, and 50.00 of the second settlement,
    // which the two reserves carry into the third.
    let amazon = ["amazon/v2-point.txt", "amazon/reserve-first.txt", "amazon/reserve-next.txt"];
    let expected = [
        ("net_sales", "119.90"),
        ("service_income", "3.00"),
        ("fees", "-20.93"),
        ("other_income", "25.15"),
        ("period_fees", "-44.09"),
        ("advertising", "-31.40"),
        ("reserves", "-2.00"),
    ];
    check("USD", &amazon, &expected, "49.63");
    // 25.00 + 38.00 + 40.00 − 6.00, shipping 5.00 + 7.50; the tax that eBay keeps is on no row.
    let expected = [
        ("net_sales", "97.00"),
        ("shipping_income", "12.50"),
        ("fees", "-19.81"),
        ("period_fees", "-22.65"),
        ("advertising", "-3.50"),
        ("unclassified", "-0.77"),
        ("reserves", "-10.00"),
    ];
    check("USD", &["ebay/orders.csv", "ebay/transactions.csv"], &expected, "52.77");
    // 48.88 − 3.88 − 10.00 and 45.00; 20.00 came from the seller's card, and 7.00 of what was
    // left before are in the first deposit.
    let expected = [
        ("net_sales", "80.00"),
        ("fees", "-13.58"),
        ("period_fees", "-15.50"),
        ("advertising", "-9.75"),
        ("unclassified", "-0.15"),
        ("balance", "20.00"),
        ("carried_over", "7.00"),
    ];
    check("USD", &["etsy/statement.csv"], &expected, "68.02");
    // 34.00 + 10.00 + 20.00 − 17.00; prices are taken as they are, for no VAT is known.
    let expected = [
        ("net_sales", "47.00"),
        ("shipping_income", "3.99"),
        ("fees", "-10.68"),
        ("other_income", "1.50"),
        ("advertising", "-12.00"),
        ("unclassified", "-0.80"),
    ];
    check("GBP", &["tiktok-shop/settlement.csv"], &expected, "29.01");
}
