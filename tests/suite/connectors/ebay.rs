//! eBay's two reports of one shop.

use super::{check_permutations, figures, import};
use crate::kit::shop::{Shop, row, shared};

const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG-BLUE,2026-01-01,4,USD\n\
    TOTE,2026-01-01,6,USD\nCANDLE,2026-01-01,1.50,USD\n400000000003,2026-01-01,11,USD\n";

#[test]
fn orders_and_transactions_come_to_the_profit_of_each_order() {
    let shop = Shop::new();
    import(&shop, "ebay", &["orders.csv", "transactions.csv"]);
    shop.import("costs.csv", COSTS);
    let figures = figures(&shop);
    let check = |order: &str, expected: &[(&str, &str)]| {
        let row = row(&figures.by_order, "order", order);
        for (name, amount) in expected {
            assert_eq!(row[*name], *amount, "{order} {name}");
        }
    };
    // 25.00 − 6.00 back + 5.00 shipping; 2 × 4.00; fees 0.30 + 3.98 − 0.80; label; ad.
    check(
        "11-00001-00001",
        &[
            ("gross_sales", "25.00"),
            ("returns", "-6.00"),
            ("net_revenue", "24.00"),
            ("cogs", "-8.00"),
            ("channel_fees", "-3.48"),
            ("payment_fees", "0.00"),
            ("shipping_cost", "-4.45"),
            ("ad_spend", "-1.50"),
            ("contribution_after_ads", "6.57"),
            ("tax_collected", "1.68"),
        ],
    );
    // 20.00 + 18.00 + 7.50; 6.00 + 3 × 1.50; 6.28 in columns and 0.77 that nobody knows.
    check(
        "11-00002-00002",
        &[("net_revenue", "45.50"), ("channel_fees", "-7.05"), ("net_profit", "27.95")],
    );
    // The ad that names no order is borne by the order of its day: 40.00 − 11.00 − 5.60 − 2.00.
    check("11-00003-00003", &[("ad_spend", "-2.00"), ("net_profit", "21.40")]);
    assert_eq!(figures.by_order["rows"].as_array().unwrap().len(), 3, "one was never paid");
    // Subscription 21.95, twice 0.35 for insertion; the hold is no cost.
    assert_eq!(figures.by_order["unallocated"]["period_fees"], "-22.65");
    assert_eq!(figures.by_order["total"]["net_profit"], "33.27");
    assert_eq!(figures.reconcile["ties_out"], true);
    let files = ["orders.csv", "transactions-early.csv", "transactions-late.csv"];
    check_permutations("ebay", COSTS, &files, &figures);
}

#[test]
fn genuine_reports_are_taken_in_without_a_refusal() {
    let Some(folder) = shared("specs/ebay/samples") else { return };
    let shop = Shop::new();
    for (name, accepted) in [
        ("ebay_orders_report_us_a.csv", 37),
        // 91 sales, 2 refunds, 2 labels, 50 payouts.
        ("ebay_transaction_report_us_a.csv", 145),
        ("ebay_transaction_report_us_multi_item.csv", 2),
    ] {
        let path = folder.join(name);
        let said = shop.run(&["import", path.to_str().unwrap(), "--store", "shop", "--json"]);
        assert_eq!(said.code, 0, "{name}: {}", said.err);
        assert_eq!(said.json()["accepted"], accepted, "{name}");
    }
    let report = shop.report(&["--by", "store"]);
    // 2654.27, 1647.24 and 77.20, less 247.76 of the six orders that two reports have.
    assert_eq!(report["total"]["gross_sales"], "4130.95");
    let reconcile = shop.run(&["report", "reconcile", "--json"]).json();
    assert_eq!(reconcile["ties_out"], true);
    assert_eq!(reconcile["bridges"].as_array().unwrap().len(), 50);
}
