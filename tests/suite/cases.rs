//! The worked cases of the profit definition (PROFIT, section 10), from files through import to
//! the report, each with the arithmetic of a pocket calculator.

use serde_json::{Value, json};

use crate::kit::shop::{Shop, row};

fn order(id: &str, at: &str, more: Value) -> Value {
    let mut order = json!({
        "id": id,
        "created_at": format!("{at}T12:00:00Z"),
        "currency": "EUR",
        "shipping_cost": "0",
        "payments": [{ "gateway": "cash", "amount": "0", "fee": "0" }],
    });
    for (name, value) in more.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

fn line(price: &str) -> Value {
    json!([{ "id": "a", "sku": "MUG", "quantity": 1, "unit_price": price }])
}

fn orders(shop: &Shop, list: &[Value]) {
    let lines: Vec<String> = list.iter().map(Value::to_string).collect();
    shop.import("orders.jsonl", &lines.join("\n"));
}

#[test]
fn case_01_vat_inside_the_price() {
    let shop = Shop::new();
    let sold = json!({
        "taxes_included": true,
        "ship_to": { "country": "DE" },
        "campaign": "c1",
        "lines": line("120.00"),
    });
    orders(&shop, &[order("1", "2026-03-02", sold)]);
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,80,EUR\n");
    shop.import("rules.json", r#"{"vat_rates":[{"country":"DE","rate":"20"}]}"#);
    let report = shop.report(&["--by", "order"]);
    // 120 × 20 / 120 = 20; (100 − 80) / 100.
    assert_eq!(report["rows"][0]["net_margin"], "0.2000");
    assert_eq!(report["rows"][0]["tax_collected"], "20.00");
    shop.import("ads.csv", "day,platform,campaign,amount,currency\n2026-03-02,meta,c1,25.00,EUR\n");
    let report = shop.report(&["--by", "campaign"]);
    assert_eq!(row(&report, "campaign", "c1")["roas"], "4.0000");
}

#[test]
fn case_02_a_gift_card_is_no_sale() {
    let shop = Shop::new();
    let card = json!({ "lines": [
        { "id": "g", "quantity": 1, "unit_price": "50.00", "gift_card": true }
    ] });
    let redeemed = json!({ "lines": line("50.00"), "gift_card_paid": "50.00", "payments": [] });
    orders(&shop, &[order("1", "2026-01-10", card), order("2", "2026-02-10", redeemed)]);
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,20,EUR\n");
    let report = shop.report(&["--by", "month"]);
    assert_eq!(row(&report, "month", "2026-01")["net_profit"], "0.00");
    let february = row(&report, "month", "2026-02");
    assert_eq!((&february["net_profit"], &february["quality"]), (&json!("30.00"), &json!({})));
}

#[test]
fn case_04_a_restocked_half_gives_its_cost_back() {
    for (restock, cogs, written_off) in [(true, "10.00", "0.00"), (false, "0.00", "10.00")] {
        let shop = Shop::new();
        let sold = json!({
            "lines": [{ "id": "a", "sku": "MUG", "quantity": 2, "unit_price": "100.00" }],
            "refunds": [{ "id": "r", "at": "2026-02-03T09:00:00Z", "lines": [
                { "line_id": "a", "quantity": 1, "amount": "100.00", "restock": restock }
            ] }],
        });
        orders(&shop, &[order("1", "2026-01-20", sold)]);
        shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,10,EUR\n");
        let report = shop.report(&["--by", "month"]);
        let february = row(&report, "month", "2026-02");
        assert_eq!(
            (&february["cogs"], &february["written_off"]),
            (&json!(cogs), &json!(written_off))
        );
        let by_order = shop.report(&["--by", "month", "--basis", "order"]);
        let january = row(&by_order, "month", "2026-01");
        assert_eq!(january["returns"], "-100.00");
        assert_eq!(by_order["rows"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn case_06_spend_over_shared_products_is_counted_once() {
    let shop = Shop::new();
    let of = |skus: &[&str]| {
        let lines: Vec<Value> = skus
            .iter()
            .map(|sku| json!({ "id": sku, "sku": sku, "quantity": 1, "unit_price": "19.99" }))
            .collect();
        json!({ "lines": lines })
    };
    let sets: [&[&str]; 5] = [&["X", "Y"], &["X", "Y"], &["X"], &["Y"], &["Y"]];
    let list: Vec<Value> = sets
        .iter()
        .enumerate()
        .map(|(index, skus)| order(&index.to_string(), "2026-03-02", of(skus)))
        .collect();
    orders(&shop, &list);
    shop.import(
        "ads.csv",
        "day,platform,campaign,amount,currency\n2026-03-02,meta,c1,1000.00,EUR\n",
    );
    for by in ["order", "product", "line", "day", "store", "campaign", "campaign,product"] {
        let report = shop.report(&["--by", by]);
        let sum: i64 =
            report["rows"].as_array().unwrap().iter().map(|row| minor(&row["ad_spend"])).sum();
        assert_eq!(sum, -100_000, "{by}");
        assert_eq!(report["unallocated"]["ad_spend"], "0.00", "{by}");
        assert_eq!(report["total"]["ad_spend"], "-1000.00", "{by}");
    }
    let matched = shop.report(&["--by", "order", "--ads", "matched"]);
    assert_eq!(matched["unallocated"]["ad_spend"], "-1000.00");
}

fn minor(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn case_07_expenses_are_split_over_their_days() {
    let shop = Shop::new();
    orders(&shop, &[order("1", "2026-01-05", json!({ "lines": line("10.00") }))]);
    shop.import(
        "expenses.csv",
        "name,amount,currency,from,every\nrent,1000.00,EUR,2026-01-01,month\n",
    );
    let spent = |from: &str, to: &str| {
        let report = shop.report(&["--from", from, "--to", to, "--by", "day"]);
        report["total"]["operating_expenses"].clone()
    };
    // 100000 / 31 = 3225 rest 25: the first 25 days bear 32.26.
    assert_eq!(spent("2026-01-01", "2026-01-31"), "-1000.00");
    assert_eq!(spent("2026-01-01", "2026-01-17"), "-548.42");
    let loaded = shop.report(&[
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
        "--by",
        "order",
        "--fully-loaded",
    ]);
    // Only 5 January has a line to bear its day's share.
    assert_eq!(loaded["rows"][0]["operating_expenses"], "-32.26");
    assert_eq!(loaded["unallocated"]["operating_expenses"], "-967.74");
}

#[test]
fn case_09_break_even_roas() {
    let shop = Shop::new();
    let sold = json!({
        "lines": line("100.00"),
        "shipping_cost": "10.00",
        "payments": [{ "gateway": "card", "amount": "100.00", "fee": "4.00" }],
    });
    orders(&shop, &[order("1", "2026-03-02", sold)]);
    shop.import("costs.csv", "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,40,EUR\n");
    shop.import("ads.csv", "day,platform,campaign,amount,currency\n2026-03-02,meta,c1,52.63,EUR\n");
    let report = shop.report(&["--by", "day"]);
    // 100 / 46; 46 − 52.63.
    assert_eq!(report["rows"][0]["break_even_roas"], "2.1739");
    assert_eq!(report["rows"][0]["contribution_after_ads"], "-6.63");
}

#[test]
fn case_10_an_unknown_fee_counts_and_mapping_it_keeps_the_total() {
    let shop = Shop::new();
    let sold = |kind: &str| {
        let fees = json!([{ "kind": kind, "amount": "1.23" }]);
        order("1", "2026-03-02", json!({ "lines": line("60.00"), "fees": fees }))
    };
    orders(&shop, &[sold("RegFee_DE")]);
    let unknown = shop.report(&["--by", "order"]);
    assert_eq!(unknown["total"]["net_profit"], "58.77");
    let said = shop.run(&["explain", "order", "1", "--json"]);
    assert!(said.out.contains("RegFee_DE (unclassified)"), "{}", said.out);
    orders(&shop, &[sold("commission")]);
    let mapped = shop.report(&["--by", "order"]);
    assert_eq!(mapped["total"], unknown["total"]);
    let said = shop.run(&["explain", "order", "1", "--json"]);
    assert!(!said.out.contains("unclassified"), "{}", said.out);
}

#[test]
fn case_11_a_settlement_adds_up_to_its_deposit() {
    let shop = Shop::new();
    for name in ["v1.txt", "v2-point.txt", "v2-comma-cp1252.txt"] {
        let path = format!("{}/tests/fixtures/amazon/{name}", env!("CARGO_MANIFEST_DIR"));
        if !std::path::Path::new(&path).exists() {
            continue;
        }
        let said = shop.run(&["import", &path, "--store", name, "--json"]);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
    }
    let report = shop.run(&["report", "reconcile", "--json"]).json();
    let bridges = report["bridges"].as_array().unwrap();
    assert!(bridges.len() >= 2, "{report}");
    for bridge in bridges {
        assert_eq!(bridge["unexplained"].as_str().map(minor_text), Some(0), "{bridge}");
        assert_ne!(bridge["theirs"], "0.00");
    }
}

fn minor_text(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

#[test]
fn case_12_a_residual_is_an_adjustment_and_a_kept_fee_stays() {
    let shop = Shop::new();
    let path = shop.file(
        "woo.json",
        &json!([{
            "id": 7, "number": "7", "status": "completed", "currency": "EUR",
            "date_created_gmt": "2026-01-20T10:00:00", "date_paid_gmt": "2026-01-20T10:00:00",
            "date_modified_gmt": "2026-01-28T10:00:00", "total": "60.00", "total_tax": "0.00",
            "cart_tax": "0.00", "shipping_total": "0.00", "shipping_tax": "0.00",
            "discount_total": "0.00", "prices_include_tax": false, "payment_method": "bacs",
            "line_items": [{ "id": 1, "name": "Mug", "sku": "MUG", "quantity": 1,
                "subtotal": "60.00", "subtotal_tax": "0.00", "total": "60.00",
                "total_tax": "0.00", "meta_data": [] }],
            "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "meta_data": [],
            "refunds": [{ "id": 9, "date_created_gmt": "2026-01-28T10:00:00",
                "amount": "45.00", "reason": "", "meta_data": [],
                "line_items": [{ "id": 2, "quantity": -1, "subtotal": "-60.00",
                    "total": "-60.00", "total_tax": "0.00",
                    "meta_data": [{ "key": "_refunded_item_id", "value": "1" }] }] }],
        }])
        .to_string(),
    );
    let said = shop.run(&["import", &path, "--store", "woo", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let report = shop.report(&["--by", "order", "--store", "woo"]);
    // −60 + 15: the buyer got 45.
    assert_eq!(report["rows"][0]["returns"], "-45.00");
    let cancelled = json!({
        "lines": line("60.00"),
        "cancelled_at": "2026-01-21T10:00:00Z",
        "payments": [{ "gateway": "stripe", "amount": "60.00", "fee": "1.09" }],
        "refunds": [{ "id": "r", "at": "2026-01-21T10:00:00Z", "lines": [
            { "line_id": "a", "quantity": 1, "amount": "60.00", "restock": true }] }],
    });
    orders(&shop, &[order("1", "2026-01-20", cancelled)]);
    let report = shop.report(&["--by", "order", "--store", "shop"]);
    assert_eq!(report["rows"][0]["net_revenue"], "0.00");
    assert_eq!(report["rows"][0]["net_profit"], "-1.09");
}
