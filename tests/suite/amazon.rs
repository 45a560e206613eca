//! Amazon's reports through import to figures: orders and settlements of one shop in every order,
//! estimates that give way to what was settled, every report told by its header.

use serde_json::{Value, json};

use crate::kit::shop::{Shop, row};

const ORDERS: [&str; 15] = [
    "amazon-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "sku",
    "quantity",
    "currency",
    "item-price",
    "item-tax",
    "shipping-price",
    "shipping-tax",
    "ship-country",
    "order-item-id",
];

const SETTLEMENT: [&str; 17] = [
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
    "transaction-type",
    "order-id",
    "adjustment-id",
    "marketplace-name",
    "amount-type",
    "amount-description",
    "amount",
    "posted-date",
    "order-item-code",
    "sku",
    "quantity-purchased",
];

fn table(header: &[&str], rows: &[String]) -> String {
    format!("{}\n{}\n", header.join("\t"), rows.join("\n"))
}

/// Id, status, SKU, units, price, tax, shipping with its tax, item.
fn sold(cells: [&str; 9]) -> String {
    let [id, status, sku, units, price, tax, shipping, shipping_tax, item] = cells;
    let currency = if price.is_empty() { "" } else { "EUR" };
    [
        id,
        "2026-03-02T09:15:00+00:00",
        "2026-03-03T10:00:00+00:00",
        status,
        "Amazon",
        "Amazon.de",
        sku,
        units,
        currency,
        price,
        tax,
        shipping,
        shipping_tax,
        "DE",
        item,
    ]
    .join("\t")
}

fn all_orders() -> String {
    let rows = [
        sold([A, "Shipped", "MUG-BLUE", "2", "23.80", "3.80", "5.95", "0.95", "8001"]),
        sold([A, "Shipped", "MUG-RED", "1", "35.70", "5.70", "0", "0", "8002"]),
        sold([B, "Pending", "MUG-BLUE", "1", "", "", "", "", "8003"]),
        sold([C, "Shipped", "MUG-RED", "1", "35.70", "5.70", "0", "0", ""]),
    ];
    table(&ORDERS, &rows)
}

const A: &str = "302-2000001-1000001";
const B: &str = "302-2000002-1000002";
const C: &str = "302-2000003-1000003";

/// A settlement of these days; its rows are transaction, order, type, description, amount in
/// cents, day, item, SKU, units.
type Posted = (&'static str, &'static str, &'static str, &'static str, i64, u32, &'static str);

fn settlement(id: &str, (from, to): (u32, u32), posted: &[Posted]) -> String {
    let cents = |minor: i64| {
        let sign = if minor < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
    };
    let total = cents(posted.iter().map(|posted| posted.4).sum());
    let day = |day: u32| format!("2026-03-{day:02} 10:00:00 UTC");
    let head = [id, &day(from), &day(to), &day(to), &total, "EUR"].map(str::to_owned);
    let mut rows = vec![format!("{}{}", head.join("\t"), "\t".repeat(11))];
    for (transaction, order, amount_type, description, minor, on, item) in posted {
        let sku = match *item {
            "8001" | "8003" => "MUG-BLUE",
            "8002" | "8004" => "MUG-RED",
            _ => "",
        };
        let is_sale = *transaction == "Order" && *description == "Principal";
        let units = if !is_sale { "" } else { if *item == "8001" { "2" } else { "1" } };
        let adjustment = if *transaction == "Refund" { "amzn1:crow:made-up" } else { "" };
        let marketplace = if order.is_empty() { "" } else { "Amazon.de" };
        let (amount, posted) = (cents(*minor), day(*on));
        let cells = [
            id,
            "",
            "",
            "",
            "",
            "",
            transaction,
            order,
            adjustment,
            marketplace,
            amount_type,
            description,
            &amount,
            &posted,
            item,
            sku,
            units,
        ];
        rows.push(cells.join("\t"));
    }
    table(&SETTLEMENT, &rows)
}

fn first_settlement() -> String {
    settlement(
        "70000000001",
        (1, 14),
        &[
            ("Order", A, "ItemPrice", "Principal", 2_380, 3, "8001"),
            ("Order", A, "ItemPrice", "Shipping", 595, 3, "8001"),
            ("Order", A, "ItemFees", "Commission", -357, 3, "8001"),
            ("Order", A, "ItemFees", "FBAPerUnitFulfillmentFee", -310, 3, "8001"),
            ("Order", A, "ItemPrice", "Principal", 3_570, 3, "8002"),
            ("Order", A, "ItemFees", "Commission", -536, 3, "8002"),
            ("Order", A, "ItemFees", "FBAPerUnitFulfillmentFee", -350, 3, "8002"),
            ("Order", C, "ItemPrice", "Principal", 3_570, 4, "8004"),
            ("Order", C, "ItemFees", "Commission", -536, 4, "8004"),
            ("Order", C, "ItemFees", "FBAPerUnitFulfillmentFee", -350, 4, "8004"),
        ],
    )
}

fn second_settlement() -> String {
    settlement(
        "70000000002",
        (15, 28),
        &[
            ("Refund", A, "ItemPrice", "Principal", -1_190, 18, "8001"),
            ("Refund", A, "ItemFees", "Commission", 179, 18, "8001"),
            ("Refund", A, "ItemFees", "RefundCommission", -36, 18, "8001"),
            ("Order", B, "ItemPrice", "Principal", 1_190, 16, "8003"),
            ("Order", B, "ItemFees", "Commission", -179, 16, "8003"),
            ("Order", B, "ItemFees", "FBAPerUnitFulfillmentFee", -310, 16, "8003"),
            ("FBAFees", "", "FBA Inventory Storage Fee", "Base fee", -120, 16, ""),
            (
                "other-transaction",
                "",
                "FBA Inventory Reimbursement",
                "WAREHOUSE_LOST",
                1_820,
                20,
                "",
            ),
        ],
    )
}

fn returns() -> String {
    let header = "return-date\torder-id\tsku\tquantity\tdetailed-disposition\tlicense-plate-number";
    format!("{header}\n2026-03-17\t{A}\tMUG-BLUE\t1\tSELLABLE\tLPN1\n")
}

const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG-BLUE,2026-01-01,4,EUR\n\
    MUG-RED,2026-01-01,10,EUR\n";
const RULES: &str = r#"{"vat_rates":[{"country":"DE","rate":"19"}]}"#;

/// A shop that took these files in, one after the other, in one command.
fn shop_of(files: &[(&str, String)]) -> Shop {
    let shop = Shop::new();
    let mut arguments = vec!["import", "auto", "--store", "amazon", "--currency", "EUR", "--json"];
    let paths: Vec<String> = files.iter().map(|(name, text)| shop.file(name, text)).collect();
    arguments.extend(paths.iter().map(String::as_str));
    let said = shop.run(&arguments);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    shop
}

fn every_order(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for shorter in every_order(n - 1) {
        for at in 0..n {
            let mut order = shorter.clone();
            order.insert(at, n - 1);
            orders.push(order);
        }
    }
    orders
}

fn by_line(shop: &Shop) -> Value {
    shop.report(&["--by", "line", "--to", "2026-04-30"])
}

#[test]
fn orders_settlements_and_returns_end_in_the_same_lines_in_every_order() {
    let of_amazon = [
        ("orders.txt", all_orders()),
        ("first.txt", first_settlement()),
        ("second.txt", second_settlement()),
        ("returns.txt", returns()),
    ];
    let lists = [("costs.csv", COSTS.to_owned()), ("rules.json", RULES.to_owned())];
    let mut expected: Option<Value> = None;
    for order in every_order(of_amazon.len()) {
        let mut files: Vec<(&str, String)> = lists.to_vec();
        files.extend(order.iter().map(|index| of_amazon[*index].clone()));
        // The first two once more change nothing.
        files.extend(order.iter().take(2).map(|index| of_amazon[*index].clone()));
        let report = by_line(&shop_of(&files));
        match &expected {
            None => expected = Some(report),
            Some(expected) => assert_eq!(&report, expected, "{order:?}"),
        }
    }
    let report = expected.unwrap();
    let line = |order: &str, line: &str, wanted: Value| {
        let rows = report["rows"].as_array().unwrap();
        let is_it = |row: &&Value| row["order"] == order && row["line"] == line;
        let row = rows.iter().find(is_it).unwrap_or_else(|| panic!("{order} {line}: {report}"));
        for (component, amount) in wanted.as_object().unwrap() {
            assert_eq!(&row[component], amount, "{order} {line} {component}");
        }
    };
    // 23.80 less 3.80; half of it back with its 1.90; the unit on the shelf again gives 4 back.
    // 3.57 + 3.10 − 1.79 + 0.36.
    let blue = json!({
        "gross_sales": "20.00", "returns": "-10.00", "shipping_income": "2.00", "cogs": "-4.00",
        "shipping_cost": "0.00", "payment_fees": "0.00", "channel_fees": "-5.24",
        "net_profit": "2.76",
    });
    line(A, "8001", blue);
    let red = json!({
        "gross_sales": "30.00", "shipping_income": "3.00", "cogs": "-10.00",
        "channel_fees": "-8.86", "net_profit": "14.14",
    });
    line(A, "8002", red);
    // Pending in the report: the settlement sold it, and the rule takes 1.90 out of its price.
    let paid = json!({
        "gross_sales": "10.00", "cogs": "-4.00", "channel_fees": "-4.89", "net_profit": "1.11",
    });
    line(B, "8003", paid);
    // Without an item's id the SKU finds the settlement's line.
    let by_sku = json!({ "gross_sales": "30.00", "channel_fees": "-8.86", "net_profit": "11.14" });
    line(C, "sku:MUG-RED", by_sku);
    assert_eq!(report["rows"].as_array().unwrap().len(), 4);
    // 18.20 for lost units, 1.20 for storage.
    assert_eq!(report["unallocated"]["period_fees"], "17.00");
    assert_eq!(report["total"]["net_profit"], "46.15");
}

fn storage_fees() -> String {
    let header = "asin\tfnsku\tfulfillment_center\tcountry_code\tmonth_of_charge\tcurrency\t\
                  estimated_monthly_storage_fee";
    let rows = "B1\tX1\tBER1\tDE\t2026-02\tEUR\t0.9044\nB2\tX2\tBER1\tDE\t2026-02\tEUR\t0.5344";
    format!("{header}\n{rows}\n")
}

fn reimbursements() -> String {
    let header = "approval-date\treimbursement-id\treason\tsku\tcurrency-unit\tamount-total";
    let rows = "2026-03-18 PDT\t7001\tLost_Warehouse\tMUG-BLUE\tEUR\t18.20\n\
                2026-04-02 PDT\t7002\tLost_Warehouse\tMUG-RED\tEUR\t20.00\n\
                2026-04-03 PDT\t7003\tReimbursement_Reversal\tMUG-RED\tEUR\t-5.00";
    format!("{header}\n{rows}\n")
}

#[test]
fn what_is_estimated_counts_until_it_is_settled_and_never_twice() {
    let estimates = [("storage.txt", storage_fees()), ("reimbursed.txt", reimbursements())];
    let period_fees = |shop: &Shop, by: &str| {
        shop.report(&["--by", by, "--from", "2026-02-01", "--to", "2026-04-30"])
    };
    let shop = shop_of(&estimates);
    let by_month = period_fees(&shop, "month");
    // 0.90 and 0.54: the fourths of a cent add up.
    assert_eq!(row(&by_month, "month", "2026-02")["period_fees"], "-1.44");
    assert_eq!(row(&by_month, "month", "2026-03")["period_fees"], "18.20");
    assert_eq!(row(&by_month, "month", "2026-04")["period_fees"], "15.00");
    let by_product = period_fees(&shop, "product");
    assert_eq!(row(&by_product, "product", "MUG-RED")["period_fees"], "15.00");

    let path = shop.file("second.txt", &second_settlement());
    let said = shop.run(&["import", &path, "--store", "amazon", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let settled = period_fees(&shop, "month");
    let months: Vec<&Value> = settled["rows"].as_array().unwrap().iter().collect();
    assert!(months.iter().all(|row| row["month"] != "2026-02"), "{settled}");
    // The settlement's own 18.20 and 1.20; what it does not cover stays an estimate.
    assert_eq!(row(&settled, "month", "2026-03")["period_fees"], "17.00");
    assert_eq!(row(&settled, "month", "2026-04")["period_fees"], "15.00");

    let turned = [
        ("second.txt", second_settlement()),
        ("reimbursed.txt", reimbursements()),
        ("storage.txt", storage_fees()),
    ];
    assert_eq!(period_fees(&shop_of(&turned), "month"), settled, "the other way round");

    let import = said.json()["import"].to_string();
    assert_eq!(shop.run(&["import", "undo", &import]).code, 0);
    assert_eq!(period_fees(&shop, "month"), by_month, "without the settlement again");
}

#[test]
fn every_report_is_told_by_its_header_and_a_second_time_changes_nothing() {
    for (format, name, accepted) in [
        ("amazon-orders", "all-orders-eu.txt", 6),
        ("amazon-orders", "all-orders-us.txt", 2),
        ("amazon-fba-inventory", "fba-inventory.txt", 10),
        ("amazon-fba-returns", "fba-returns.txt", 4),
        ("amazon-fba-reimbursements", "fba-reimbursements.txt", 5),
        ("amazon-fba-storage-fees", "fba-storage-fees.txt", 3),
        ("amazon-fba-longterm-storage-fees", "fba-longterm-storage-fees.txt", 2),
        ("amazon-fba-estimated-fees", "fba-estimated-fees.txt", 3),
        ("amazon-fba-estimated-fees", "fba-estimated-fees-es-latin1.txt", 1),
        ("amazon-fba-ledger", "fba-ledger-detail.txt", 4),
        ("amazon-fba-ledger", "fba-ledger-summary.txt", 6),
    ] {
        let shop = Shop::new();
        let path = format!("{}/tests/fixtures/amazon/{name}", env!("CARGO_MANIFEST_DIR"));
        let import = || {
            let said =
                shop.run(&["import", &path, "--store", "amazon", "--currency", "EUR", "--json"]);
            assert_eq!(said.code, 0, "{name}: {}", said.err);
            said.json()
        };
        let first = import();
        assert_eq!((&first["format"], &first["accepted"]), (&json!(format), &json!(accepted)));
        let again = import();
        assert_eq!(
            (&again["accepted"], &again["unchanged"]),
            (&json!(0), &json!(accepted)),
            "{name}"
        );
    }
    let shop = Shop::new();
    shop.import("stock.csv", "sku,location,quantity\nMUG-RED,Main,12\n");
}

#[test]
fn a_file_without_a_currency_makes_no_store_and_says_how_it_would() {
    for (name, text) in [("returns.txt", returns()), ("ledger.txt", ledger())] {
        let shop = Shop::new();
        let path = shop.file(name, &text);
        let said = shop.run(&["import", &path, "--store", "new"]);
        assert_ne!(said.code, 0, "{name}");
        assert!(said.err.contains("--currency EUR"), "{name}: {}", said.err);
        let said = shop.run(&["import", &path, "--store", "new", "--currency", "EUR"]);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
    }
}

fn ledger() -> String {
    let header = "Date\tFNSKU\tASIN\tMSKU\tDisposition\tEvent Type\tQuantity";
    format!("{header}\n03/02/2026\tX001\tB1\tMUG-BLUE\tSELLABLE\tReceipts\t20\n")
}
