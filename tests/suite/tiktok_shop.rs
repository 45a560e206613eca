//! TikTok Shop's exports from files to figures, in whatever order they arrive.

use serde_json::Value;

use crate::kit::shop::{Shop, row};

const ORDERS: &str = include_str!("../fixtures/tiktok-shop/orders.csv");
const SETTLEMENT: &str = include_str!("../fixtures/tiktok-shop/settlement.csv");
const COSTS: &str = "sku,valid_from,unit_cost,currency\nTT-MUG,2026-01-01,5,GBP\n\
    TT-PEN,2026-01-01,1,GBP\n";
const RULES: &str = r#"{"vat_rates":[{"country":"GB","rate":"20"}],
    "payment_fees":[{"percent":"9"}]}"#;

fn figures(files: &[(&str, &str)]) -> Value {
    let shop = Shop::new();
    let made =
        shop.run(&["store", "add", "shop", "--currency", "GBP", "--time-zone", "Europe/London"]);
    assert_eq!(made.code, 0, "{}", made.err);
    for (name, text) in files.iter().chain(files) {
        shop.import(name, text);
    }
    assert_eq!(shop.run(&["verify"]).code, 0);
    let report = shop.run(&["report", "reconcile", "--json"]).json();
    assert_eq!(report["ties_out"], true, "{report}");
    shop.report(&["--by", "order", "--to", "2026-06-30"])
}

#[test]
fn orders_and_settlement_end_in_the_same_figures_whichever_comes_first() {
    let mut files = [
        ("orders.csv", ORDERS),
        ("settlement.csv", SETTLEMENT),
        ("costs.csv", COSTS),
        ("rules.json", RULES),
    ];
    let report = figures(&files);
    for _ in 1..files.len() {
        files.rotate_left(1);
        assert_eq!(figures(&files), report);
    }
    let settled = row(&report, "order", "577000000000000001");
    for (component, amount) in [
        // 40.00 × 28.33 / 34.00 and 8.33, VAT of 20 % taken out.
        ("gross_sales", "41.66"),
        ("discounts", "-5.00"),
        // 17.00 less 2.83.
        ("returns", "-14.17"),
        ("shipping_income", "3.33"),
        ("cogs", "-11.00"),
        ("shipping_cost", "-3.50"),
        ("payment_fees", "-0.65"),
        // 3.06 + 2.00 + 0.10 + 0.90 − 1.53 given back.
        ("channel_fees", "-4.53"),
        ("other_income", "1.50"),
        ("net_profit", "7.64"),
    ] {
        assert_eq!(settled[component], amount, "{component}");
    }
    // 25.00 − 8.33 − 3.00 − 0.30 − 1.80.
    assert_eq!(row(&report, "order", "577000000000000004")["net_profit"], "11.57");
    // Cancelled before it was sent: all of it goes back, the cost too.
    let cancelled = row(&report, "order", "577000000000000002");
    assert_eq!(
        (&cancelled["gross_sales"], &cancelled["net_profit"]),
        (&"16.67".into(), &"0.00".into())
    );
    assert_eq!(report["rows"].as_array().unwrap().len(), 3, "the unpaid one does not count");
    assert_eq!(report["total"]["ad_spend"], "-12.00");
    assert_eq!(report["total"]["period_fees"], "-0.70");
    // 7.64 + 11.57 − 12.00 − 0.70.
    assert_eq!(report["total"]["net_profit"], "6.51");
}
