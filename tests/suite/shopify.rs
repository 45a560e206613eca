//! Shopify's exports and the labels of ShipStation together, from files to figures, in whatever
//! order they arrive.

use serde_json::Value;

use crate::kit::shop::{Shop, row};

const ORDERS: &str = include_str!("../fixtures/shopify/orders.csv");
const PAYMENTS: &str = include_str!("../fixtures/shopify/payments-16.csv");
const PRODUCTS: &str = "Handle,Title,Variant SKU,Variant Price,Cost per item,Option1 Value\n\
    wool-cap,Wool Cap,CAP-R-M,24.00,7.35,Red\nwool-cap,,CAP-B-M,30.00,7.35,Blue\n";
const COSTS: &str = "sku,valid_from,unit_cost,currency\nCAP-R-M,2026-01-01,7.35,EUR\n\
    CAP-B-M,2026-01-01,7.35,EUR\n";
const LABELS: &str = "Order - Number,Create Date,Carrier - Name,Shipment - Tracking Number,\
    Carrier Fee,Insurance Cost\n3001,3/2/2026,DHL,T1,3.90,0.30\n";
const PAYOUTS: &str = "Payout Date,Status,Charges,Refunds,Adjustments,Fees,Total,Currency\n\
    2026-03-05,paid,83.00,0.00,-5.00,-3.04,74.96,EUR\n";

fn shop() -> Shop {
    let shop = Shop::new();
    let zone = "Europe/Berlin";
    let made = shop.run(&["store", "add", "shop", "--currency", "EUR", "--time-zone", zone]);
    assert_eq!(made.code, 0, "{}", made.err);
    shop
}

fn figures(shop: &Shop) -> Value {
    shop.report(&["--by", "order", "--to", "2026-04-30"])
}

#[test]
fn every_order_of_the_files_ends_in_the_same_figures() {
    let mut files = [
        ("orders.csv", ORDERS),
        ("payments.csv", PAYMENTS),
        ("products.csv", PRODUCTS),
        ("labels.csv", LABELS),
        ("costs.csv", COSTS),
        ("payouts.csv", PAYOUTS),
    ];
    let mut seen: Vec<Value> = Vec::new();
    for turn in 0..files.len() {
        let shop = shop();
        for (name, text) in files.iter().chain(&files) {
            shop.import(name, text);
        }
        seen.push(figures(&shop));
        assert_eq!(shop.run(&["verify"]).code, 0);
        assert!(seen[turn] == seen[0], "{turn}: {} {}", seen[turn], seen[0]);
        files.rotate_left(1);
    }
    let report = &seen[0];
    let first = row(report, "order", "#3001");
    for (component, amount) in [
        // 48.00 and 5.00 with 8.46 of tax in them, 7.66 and 0.80 by value.
        ("gross_sales", "40.34"),
        ("shipping_income", "4.20"),
        // 10.60 × 8.46 / 53.00 = 1.69 is tax.
        ("returns", "-8.91"),
        ("tax_collected", "6.77"),
        ("cogs", "-14.70"),
        ("payment_fees", "-1.84"),
        ("shipping_cost", "-4.20"),
        // 40.34 + 4.20 − 8.91 − 14.70 − 1.84 − 4.20.
        ("net_profit", "14.89"),
    ] {
        assert_eq!(first[component], amount, "{component}");
    }
    let disputed = row(report, "order", "#3002");
    for (component, amount) in [
        ("gross_sales", "25.21"),
        ("returns", "-25.21"),
        ("tax_collected", "0.00"),
        // 1.20 for the charge, 15.00 for the dispute.
        ("payment_fees", "-16.20"),
        ("net_profit", "-23.55"),
    ] {
        assert_eq!(disputed[component], amount, "{component}");
    }
    assert_eq!(report["total"]["period_fees"], "-5.00");
    // 14.89 − 23.55 − 5.00.
    assert_eq!(report["total"]["net_profit"], "-13.66");
}

#[test]
fn a_refund_counts_on_the_day_that_the_payments_tell() {
    let shop = shop();
    shop.import("orders.csv", ORDERS);
    let returned = |day: &str| {
        let report = shop.report(&["--by", "day", "--to", "2026-04-30"]);
        let rows = report["rows"].as_array().unwrap();
        rows.iter().find(|row| row["day"] == day).map(|row| row["returns"].clone())
    };
    assert_eq!(returned("2026-03-09"), None);
    shop.import("payments.csv", PAYMENTS);
    assert_eq!(returned("2026-03-09"), Some("-8.91".into()));
    assert_eq!(returned("2026-03-20"), Some("-25.21".into()));
}

#[test]
fn payouts_tie_out_with_what_they_state() {
    let shop = shop();
    shop.import("payments.csv", PAYMENTS);
    shop.import("payouts.csv", PAYOUTS);
    let report = shop.run(&["report", "reconcile", "--json"]).json();
    let told: Vec<(&str, &str)> = report["bridges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bridge| (bridge["theirs"].as_str().unwrap(), bridge["unexplained"].as_str().unwrap()))
        .collect();
    let expected = [("74.96", "0.00"), ("74.96", "0.00"), ("-10.60", "0.00"), ("-45.00", "0.00")];
    assert_eq!(told, expected);
}

#[test]
fn a_shop_that_gave_its_payments_alone_sees_what_was_charged() {
    let shop = shop();
    shop.import("payments.csv", PAYMENTS);
    shop.import("rules.json", r#"{"vat_rates":[{"country":"*","rate":"19"}]}"#);
    let report = figures(&shop);
    let first = row(&report, "order", "#3001");
    // 53.00 × 19 / 119 = 8.46; 10.60 × 19 / 119 = 1.69.
    assert_eq!((&first["gross_sales"], &first["returns"]), (&"44.54".into(), &"-8.91".into()));
    assert_eq!(first["payment_fees"], "-1.84");
    shop.import("orders.csv", ORDERS);
    assert_eq!(row(&figures(&shop), "order", "#3001")["gross_sales"], "40.34");
}

#[test]
fn a_new_store_without_a_currency_is_told_what_is_missing() {
    let shop = Shop::new();
    let path = shop.file("products.csv", PRODUCTS);
    let said = shop.run(&["import", &path, "--store", "new"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("--currency"), "{}", said.err);
    let said = shop.run(&["import", &path, "--store", "new", "--currency", "EUR"]);
    assert_eq!(said.code, 0, "{}", said.err);
}
