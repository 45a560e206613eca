//! What advertising cost, from the platforms' own exports: reports of the same spend in any order
//! count once.

use serde_json::json;

use crate::kit::shop::{Shop, row};

/// An order on the day, of two products worth 30.00 and 70.00.
fn order() -> String {
    json!({
        "id": "1",
        "created_at": "2026-03-01T12:00:00Z",
        "currency": "EUR",
        "shipping_cost": "0",
        "payments": [{ "gateway": "cash", "amount": "0", "fee": "0" }],
        "lines": [
            { "id": "a", "sku": "RED", "quantity": 1, "unit_price": "30.00" },
            { "id": "b", "sku": "BLUE", "quantity": 1, "unit_price": "70.00" },
        ],
    })
    .to_string()
}

const PRODUCTS: &str = "Date,Campaign Name,Advertised SKU,Currency,Spend,7 Day Total Sales \n\
    2026-03-01,SP auto,RED,EUR,€ 4.0025,€ 0.00\n\
    2026-03-01,SP auto,RED,EUR,€ 1.9975,€ 0.00\n\
    2026-03-01,SP auto,BLUE,EUR,€ 3.00,€ 0.00\n";
const CAMPAIGNS: &str = "\u{feff}Budget currency,Date range,Campaign ID,Campaign name,Total cost\r
EUR,\"Mar 1, 2026 - Mar 1, 2026\",\"=\"\"171\"\"\",SP auto,10.00\r\n";
const META: &str = "Day,Campaign name,Ad set name,Amount spent (EUR)\n\
    2026-03-01,Spring,Broad,7.50\n2026-03-01,Spring,Lookalike,4.50\n,,,12.00\n";
const META_COUNTRIES: &str = "Day,Campaign name,Country,Amount spent (EUR)\n\
    2026-03-01,Spring,DE,5.00\n2026-03-01,Spring,AT,7.00\n";

fn import(shop: &Shop, name: &str) {
    match name {
        "orders" => shop.import("orders.jsonl", &order()),
        "products" => shop.import("products.csv", PRODUCTS),
        "campaigns" => shop.import("campaigns.csv", CAMPAIGNS),
        "meta" => shop.import("meta.csv", META),
        other => {
            assert_eq!(other, "countries");
            shop.import("countries.csv", META_COUNTRIES);
        }
    }
}

/// Spend of the red product, of the blue one, of both and of no line.
fn spent(shop: &Shop) -> [String; 4] {
    let report = shop.report(&["--by", "product"]);
    let of = |sku| row(&report, "product", sku)["ad_spend"].as_str().unwrap().to_owned();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let said = shop.run(&["verify"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    [
        of("RED"),
        of("BLUE"),
        text(&report["total"]["ad_spend"]),
        text(&report["unallocated"]["ad_spend"]),
    ]
}

#[test]
fn a_report_by_campaign_and_one_by_product_count_once_in_any_order() {
    for files in [
        ["orders", "products", "campaigns", "products"],
        ["orders", "campaigns", "products", "campaigns"],
        ["campaigns", "orders", "products", "campaigns"],
        ["products", "campaigns", "orders", "products"],
        ["campaigns", "products", "products", "orders"],
    ] {
        let shop = Shop::new();
        for file in files {
            import(&shop, file);
        }
        // Products bear 6.00 and 3.00; of the campaign's 10.00 are 1.00 left, which lines bear by
        // 30 : 70.
        assert_eq!(spent(&shop), ["-6.30", "-3.70", "-10.00", "0.00"], "{files:?}");
    }
}

#[test]
fn products_that_come_to_more_than_their_campaign_win() {
    let shop = Shop::new();
    import(&shop, "orders");
    import(&shop, "products");
    shop.import("campaigns.csv", &CAMPAIGNS.replace("10.00", "8.00"));
    assert_eq!(spent(&shop), ["-6.00", "-3.00", "-9.00", "0.00"]);
}

#[test]
fn taken_back_the_products_leave_the_campaign_whole() {
    let shop = Shop::new();
    for file in ["orders", "campaigns", "products"] {
        import(&shop, file);
    }
    let imports = shop.run(&["import", "list", "--json"]).json();
    let list = imports["imports"].as_array().unwrap();
    let of_products = list.iter().find(|import| import["file"] == "products.csv").unwrap();
    let id = of_products["id"].to_string();
    let said = shop.run(&["import", "undo", &id]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(spent(&shop), ["-3.00", "-7.00", "-10.00", "0.00"]);
}

#[test]
fn a_breakdown_by_country_is_the_same_spend() {
    for files in [
        ["orders", "meta", "countries", "meta"],
        ["countries", "orders", "meta", "countries"],
        ["meta", "meta", "orders", "orders"],
        ["countries", "countries", "orders", "orders"],
    ] {
        let shop = Shop::new();
        for file in files {
            import(&shop, file);
        }
        assert_eq!(spent(&shop), ["-3.60", "-8.40", "-12.00", "0.00"], "{files:?}");
    }
}

#[test]
fn the_figures_of_a_shop_with_ads_come_out_to_the_cent() {
    let shop = Shop::new();
    for file in ["countries", "products", "orders", "campaigns", "meta"] {
        import(&shop, file);
    }
    shop.import(
        "costs.csv",
        "sku,valid_from,unit_cost,currency\nRED,2026-01-01,10,EUR\n\
        BLUE,2026-01-01,20,EUR\n",
    );
    let report = shop.report(&["--by", "order"]);
    let figures = &report["rows"][0];
    // 100.00 - 30.00 = 70.00; less 10.00 of Amazon's and 12.00 of Meta's.
    assert_eq!(figures["contribution_margin"], "70.00");
    assert_eq!(figures["ad_spend"], "-22.00");
    assert_eq!(figures["net_profit"], "48.00");
    let by_campaign = shop.report(&["--by", "campaign"]);
    assert_eq!(row(&by_campaign, "campaign", "SP auto")["ad_spend"], "-10.00");
    assert_eq!(row(&by_campaign, "campaign", "Spring")["ad_spend"], "-12.00");
}

#[test]
fn a_later_file_of_the_day_replaces_its_figure_and_refusals_are_told() {
    let shop = Shop::new();
    import(&shop, "orders");
    import(&shop, "meta");
    let later = META.replace("7.50", "8.00").replace("12.00", "13.00")
        + "2026-03-02,Spring,Broad,1x5\n2026-03-02,Spring,Broad,2.00\n";
    let path = shop.file("later.csv", &later);
    let said = shop.run(&["import", &path, "--json"]);
    assert_eq!(said.code, 3, "{}", said.err);
    let outcome = said.json();
    assert_eq!((&outcome["format"], &outcome["accepted"]), (&json!("meta-ads"), &json!(1)));
    assert_eq!(outcome["refused"][0]["line"], 5);
    assert!(outcome["refused"][0]["reason"].as_str().unwrap().contains("wait with it"));
    assert_eq!(spent(&shop), ["-3.75", "-8.75", "-12.50", "0.00"]);
}
