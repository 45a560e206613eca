//! Files through import to figures: nothing doubled, nothing lost, nothing half.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;

use crate::kit::shop::{Shop, row, shared};

/// Orders of every kind, told by their number.
fn make_orders(n_orders: usize) -> String {
    let mut text = String::new();
    for index in 0..n_orders {
        let (day, sku) = (1 + index % 28, index % 7);
        let refund = json!({
            "id": "r",
            "at": format!("2026-04-{day:02}T10:00:00Z"),
            "lines": [{ "line_id": "a", "quantity": 1, "amount": "5.00", "restock": true }],
        });
        let order = json!({
            "id": index.to_string(),
            "created_at": format!("2026-03-{day:02}T10:00:00Z"),
            "currency": if index % 3 == 0 { "USD" } else { "EUR" },
            "customer_ref": format!("c{}", index % 50),
            "lines": [
                { "id": "a", "sku": format!("S{sku}"), "quantity": 2, "tax": "1.10",
                  "unit_price": format!("{}.99", 5 + index % 20) },
                { "id": "b", "sku": format!("S{}", (sku + 1) % 7), "quantity": 1,
                  "unit_price": "7.00" },
            ],
            "shipping": { "price": "4.90" },
            "payments": [{ "gateway": "card", "amount": "30.00" }],
            "refunds": if index % 9 == 0 { vec![refund] } else { Vec::new() },
        });
        let _ = writeln!(text, "{order}");
    }
    text
}

const COSTS: &str = "sku,valid_from,unit_cost,currency\nS0,2026-01-01,2.345,EUR\n\
    S1,2026-01-01,1,USD\nS2,2026-03-10,3,EUR\nS2,2026-01-01,2,EUR\n";
const FX: &str = "day,base,quote,rate\n2026-01-02,EUR,USD,1.1\n2026-03-15,EUR,USD,1.2\n";
const ADS: &str = "day,platform,campaign,amount,currency\n2026-03-03,meta,c1,33.33,EUR\n\
    2026-03-04,meta,c1,20,USD\n2026-05-01,meta,c1,7,EUR\n";
const RULES: &str = r#"{"payment_fees":[{"percent":"1.4","fixed":"0.25"}],
    "shipping_costs":[{"cost":"3.10","currency":"EUR"}]}"#;

fn import_lists(shop: &Shop) {
    shop.import("fx.csv", FX);
    shop.import("costs.csv", COSTS);
    shop.import("ads.csv", ADS);
    shop.import("rules.json", RULES);
}

/// Every figure of every line, order and day.
fn figures(shop: &Shop) -> String {
    let keys = ["line", "order", "day", "product", "store", "country", "campaign"];
    keys.iter().map(|by| shop.report(&["--by", by, "--to", "2026-06-30"]).to_string()).collect()
}

#[test]
fn the_order_of_the_files_makes_no_difference() {
    let orders = make_orders(60);
    let first = Shop::new();
    first.import("orders.jsonl", &orders);
    import_lists(&first);
    let second = Shop::new();
    second.run(&["org", "set", "--currency", "USD", "--time-zone", "UTC"]);
    second.run(&["org", "set", "--currency", "EUR"]);
    second.import("rules.json", RULES);
    second.import("ads.csv", ADS);
    second.import("costs.csv", COSTS);
    second.import("fx.csv", FX);
    second.import("orders.jsonl", &orders);
    first.run(&["org", "set", "--currency", "EUR"]);
    assert_eq!(figures(&first), figures(&second));
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let shop = Shop::new();
    let path = shop.file("orders.jsonl", &make_orders(40));
    let import = || shop.run(&["import", "auto", &path, "--store", "shop", "--json"]).json();
    assert_eq!(import()["accepted"], 40);
    import_lists(&shop);
    let before = figures(&shop);
    let again = import();
    assert_eq!((&again["accepted"], &again["unchanged"]), (&0.into(), &40.into()));
    import_lists(&shop);
    assert_eq!(figures(&shop), before);
}

#[test]
fn sums_over_orders_lines_days_products_and_stores_agree() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &make_orders(80));
    import_lists(&shop);
    let total = shop.report(&["--by", "day", "--to", "2026-06-30"])["total"].clone();
    for basis in ["event", "order"] {
        for by in [
            "line",
            "order",
            "day",
            "week",
            "month",
            "product",
            "store",
            "country",
            "group",
            "product,month",
            "store,day",
            "campaign",
        ] {
            let report = shop.report(&["--by", by, "--to", "2026-06-30", "--basis", basis]);
            for component in [
                "gross_sales",
                "returns",
                "cogs",
                "payment_fees",
                "shipping_cost",
                "ad_spend",
                "net_profit",
                "tax_collected",
            ] {
                let rows: i64 = report["rows"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| minor(row[component].as_str().unwrap()))
                    .sum();
                let rest = report["unallocated"][component].as_str().map_or(0, minor);
                let rest = if component == "net_profit" {
                    let unallocated = report["unallocated"].as_object().unwrap();
                    unallocated.values().map(|value| minor(value.as_str().unwrap())).sum()
                } else {
                    rest
                };
                let whole = minor(total[component].as_str().unwrap());
                assert_eq!(rows + rest, whole, "{by} {basis} {component}");
            }
            assert_eq!(report["total"]["orders"], total["orders"], "{by} {basis}");
        }
    }
}

fn minor(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

#[test]
fn a_bad_row_is_refused_and_the_rest_goes_in() {
    let shop = Shop::new();
    let mut text = make_orders(3);
    text.push_str("{\"id\":\"x\",\"lines\":[]}\n{ not json\n");
    let path = shop.file("orders.jsonl", &text);
    let said = shop.run(&["import", &path, "--store", "shop", "--json"]);
    assert_eq!(said.code, 3);
    let json = said.json();
    assert_eq!(json["accepted"], 3);
    let lines: Vec<i64> = json["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["line"].as_i64().unwrap())
        .collect();
    assert_eq!(lines, [4, 5]);
    assert!(said.err.lines().next().unwrap().contains("2 rows"), "{}", said.err);
}

#[test]
fn a_file_of_no_format_leaves_no_trace() {
    let shop = Shop::new();
    shop.import("fx.csv", FX);
    shop.import("orders.jsonl", &make_orders(3));
    let list = || shop.run(&["import", "list", "--json"]).out;
    let (before, figures_before) = (list(), shop.report(&["--by", "line"]));
    for (name, content) in [
        ("a.csv", "name,colour\nmug,red\n"),
        ("b.txt", ""),
        ("c.json", "[1,2,3]"),
        ("d.csv", "sku,valid_from\nA,2026-01-01\n"),
        ("e.bin", "\u{0}\u{1}\u{2}PDF"),
    ] {
        let path = shop.file(name, content);
        let said = shop.run(&["import", &path, "--store", "new-store"]);
        assert_eq!(said.code, 1, "{name}: {} {}", said.out, said.err);
        assert!(said.err.contains("Nothing was changed"), "{name}: {}", said.err);
    }
    assert_eq!(list(), before);
    assert_eq!(shop.report(&["--by", "line"]), figures_before);
    assert!(!shop.run(&["store", "list"]).out.contains("new-store"));
    let path = shop.file("f.jsonl", &make_orders(1));
    assert_eq!(shop.run(&["import", &path]).code, 2, "orders need a store");
}

#[test]
fn an_order_that_moves_to_another_day_leaves_the_ad_spend_where_it_was() {
    let shop = Shop::new();
    let order = |day: &str| {
        let lines = json!([{ "id": "a", "quantity": 1, "unit_price": "10" }]);
        let at = format!("{day}T20:00:00Z");
        json!({ "id": "1", "created_at": at, "currency": "EUR", "lines": lines }).to_string()
    };
    shop.run(&["org", "set", "--time-zone", "UTC"]);
    shop.import("orders.jsonl", &order("2026-03-01"));
    shop.import("ads.csv", "day,platform,campaign,amount,currency,sku\n2026-03-01,m,c,6,EUR,X\n");
    let borne = || shop.report(&["--by", "order"])["rows"][0]["ad_spend"].clone();
    assert_eq!(borne(), "-6.00");
    shop.import("orders.jsonl", &order("2026-03-02"));
    assert_eq!(borne(), "0.00");
    let report = shop.report(&["--by", "variant"]);
    assert_eq!(report["total"]["ad_spend"], "-6.00");
    // The spend names a product that nobody has sold: it has a row of its own.
    assert_eq!(row(&report, "variant", "X")["ad_spend"], "-6.00");
    shop.import("orders.jsonl", &order("2026-03-01"));
    assert_eq!(borne(), "-6.00");
    assert_eq!(shop.run(&["org", "set", "--time-zone", "Asia/Tokyo"]).code, 0);
    assert_eq!(borne(), "0.00");
    assert_eq!(shop.report(&["--by", "day"])["total"]["ad_spend"], "-6.00");
    assert_eq!(shop.run(&["verify"]).code, 0);
}

#[test]
fn of_two_rows_with_one_key_the_later_counts_and_a_second_time_changes_nothing() {
    let shop = Shop::new();
    let text = "sku,valid_from,unit_cost,currency\nA,2026-01-01,1,EUR\nA,2026-01-01,2,EUR\n";
    let path = shop.file("costs.csv", text);
    let import = || shop.run(&["import", &path, "--json"]).json()["accepted"].clone();
    assert_eq!((import(), import()), (1.into(), 0.into()));
}

#[test]
fn an_import_can_be_taken_back() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &make_orders(30));
    import_lists(&shop);
    let before = figures(&shop);
    let changed = make_orders(40).replace("\"quantity\":2", "\"quantity\":3");
    let path = shop.file("changed.jsonl", &changed);
    let import = shop.run(&["import", &path, "--store", "shop", "--json"]).json()["import"].clone();
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nS0,2026-01-01,9,EUR\n");
    assert_ne!(figures(&shop), before);
    let said = shop.run(&["import", "undo", &import.to_string()]);
    assert_eq!(said.code, 0, "{}", said.err);
    let costs = shop.run(&["import", "list", "--json"]).json()["imports"][0]["id"].to_string();
    assert_eq!(shop.run(&["import", "undo", &costs]).code, 0);
    assert_eq!(figures(&shop), before);
    assert_eq!(shop.run(&["import", "undo", &costs]).code, 1, "only once");
}

#[test]
fn a_dry_run_keeps_nothing() {
    let shop = Shop::new();
    let path = shop.file("orders.jsonl", &make_orders(12));
    let said = shop.run(&["import", &path, "--store", "shop", "--dry-run", "--json"]);
    assert_eq!((said.code, said.json()["accepted"].as_i64()), (0, Some(12)));
    assert!(!shop.run(&["store", "list"]).out.contains("shop"));
}

#[test]
fn a_missing_rate_fails_the_report_and_names_every_day() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &make_orders(30));
    shop.run(&["org", "set", "--currency", "EUR"]);
    let said = shop.run(&["report", "profit", "--by", "day"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("USD on 2026-03-01"), "{}", said.err);
    shop.import("fx.csv", FX);
    assert_eq!(shop.run(&["report", "profit", "--by", "day"]).code, 0);
}

#[test]
fn a_killed_import_goes_on_and_ends_the_same() {
    let orders = make_orders(5_000);
    let whole = Shop::new();
    whole.import("orders.jsonl", &orders);
    import_lists(&whole);
    let by_order = |shop: &Shop| shop.report(&["--by", "order,day"]).to_string();
    let expected = by_order(&whole);
    let shop = Shop::new();
    let path = shop.file("orders.jsonl", &orders);
    // Each time it lives a little longer, so that reading, writing and the books are all hit.
    for wait_ms in [3, 8, 15, 25, 40, 70, 110, 170, 250, 350, 500, 700] {
        let mut child =
            shop.command(&["import", "auto", &path, "--store", "shop"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait_ms));
        let _ = child.kill();
        let _ = child.wait();
        // Whatever was committed is whole: the file opens and its sums agree.
        let said = shop.run(&["report", "profit", "--by", "day", "--json"]);
        assert!(said.code == 0 || said.code == 1, "{}", said.err);
    }
    let said = shop.run(&["import", "auto", &path, "--store", "shop", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    import_lists(&shop);
    assert_eq!(by_order(&shop), expected);
    let verified = shop.run(&["verify", "--json"]);
    assert_eq!(verified.code, 0, "{}", verified.err);
    assert_eq!(verified.json()["orders"], 5_000);
}

#[test]
fn without_the_key_file_orders_come_in_and_it_is_said_what_they_lack() {
    let shop = Shop::new();
    shop.import("orders.jsonl", &make_orders(3));
    let key = shop.folder.path().join("config/purser.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let path = shop.file("more.jsonl", &make_orders(6));
    let said = shop.run(&["import", &path, "--store", "shop", "--json"]);
    assert_eq!((said.code, said.json()["accepted"].as_i64()), (0, Some(3)), "{}", said.err);
    assert!(said.out.contains("cannot be matched"), "{}", said.out);
    assert!(!key.exists(), "no new key takes the place of the lost one");
    std::fs::write(&key, kept).unwrap();
    let said = shop.run(&["import", &path, "--store", "shop", "--json"]);
    assert_eq!(said.json()["accepted"], 3, "{}", said.out);
    assert!(!said.out.contains("cannot be matched"), "{}", said.out);
}

#[test]
fn the_recorded_shop_ties_out_with_its_own_report() {
    let Some(folder) = shared("specs/woocommerce/recorded") else { return };
    let shop = Shop::new();
    let mut files: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.starts_with("orders-page-1")
                || name.starts_with("orders-page-2")
                || name.ends_with("-refunds.json")
                || name == "report-sales.json"
        })
        .collect();
    files.sort();
    let mut arguments = vec!["import", "auto", "--store", "woo", "--currency", "EUR"];
    arguments.extend(files.iter().map(String::as_str));
    let said = shop.run(&arguments);
    assert_eq!(said.code, 0, "{}", said.err);
    let report = shop.run(&["report", "reconcile", "--json"]).json();
    let theirs = ["3724.71", "3310.46", "277.05", "137.20", "87.99", "161.41"];
    for (bridge, theirs) in report["bridges"].as_array().unwrap().iter().zip(theirs) {
        assert_eq!((&bridge["theirs"], &bridge["unexplained"]), (&theirs.into(), &"0.00".into()));
    }
    // The bridge's first rows are the profit report's own figures.
    let profit = shop.report(&["--by", "store"]);
    let rows = report["bridges"][0]["rows"].as_array().unwrap();
    let components = ["net_sales", "service_income", "shipping_income", "tax_collected"];
    for (row, component) in rows.iter().zip(components) {
        assert_eq!(row["amount"], profit["total"][component], "{component}");
    }
}

#[test]
fn every_sample_settlement_adds_up_to_its_stated_total() {
    let Some(folder) = shared("specs/amazon-sp-api/samples") else { return };
    let shop = Shop::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with("settlement") {
            let said = shop.run(&["import", path.to_str().unwrap(), "--store", name, "--json"]);
            assert_eq!(said.code, 0, "{name}: {}", said.err);
        }
    }
    let report = shop.run(&["report", "reconcile", "--json"]).json();
    assert_eq!(report["bridges"].as_array().unwrap().len(), 6);
    assert_eq!(report["ties_out"], true, "{report}");
}
