//! Etsy's three files of one shop.

use super::{check_permutations, figures, import};
use crate::kit::shop::{Shop, row};

const COSTS: &str = "sku,valid_from,unit_cost,currency\nFERN,2026-01-01,3,USD\n\
    1600000002,2026-01-01,2.50,USD\nTRAY,2026-01-01,9,USD\n";

#[test]
fn items_totals_and_statement_come_to_the_profit_of_each_order() {
    let shop = Shop::new();
    import(&shop, "etsy", &["sold-order-items.csv", "sold-orders.csv", "statement.csv"]);
    shop.import("costs.csv", COSTS);
    let figures = figures(&shop);
    let check = |order: &str, expected: &[(&str, &str)]| {
        let row = row(&figures.by_order, "order", order);
        for (name, amount) in expected {
            assert_eq!(row[*name], *amount, "{order} {name}");
        }
    };
    // 44.00 − 4.00 − 10.00 + 5.00; 3.00 + 2 × 2.50; 2 × 1.30; 1.80 − 0.35; Offsite Ads 6.75.
    check(
        "3801000001",
        &[
            ("gross_sales", "44.00"),
            ("discounts", "-4.00"),
            ("returns", "-10.00"),
            ("net_revenue", "35.00"),
            ("cogs", "-8.00"),
            ("channel_fees", "-2.60"),
            ("payment_fees", "-1.45"),
            ("ad_spend", "-6.75"),
            ("contribution_after_ads", "16.20"),
            // 3.88 collected, 0.80 given back.
            ("tax_collected", "3.08"),
        ],
    );
    // 40.00 + 5.00 − 9.00 − 4.90 − (2.60 + 0.33 + 0.10 + 0.33) − 1.60.
    check("3801000002", &[("shipping_cost", "-4.90"), ("net_profit", "26.14")]);
    // Cancelled: 30.00 given back, the goods and the card fee of 1.15 stay a cost.
    check("3801000009", &[("net_revenue", "0.00"), ("net_profit", "-4.15")]);
    assert_eq!(figures.by_order["rows"].as_array().unwrap().len(), 3, "one was never paid");
    // Listings 0.40, a label without order 5.10, Etsy Plus 10.00, less 0.18 that nobody knows.
    assert_eq!(figures.by_order["unallocated"]["period_fees"], "-15.32");
    // Etsy Ads on a day without an order.
    assert_eq!(figures.by_order["unallocated"]["ad_spend"], "-3.00");
    assert_eq!(figures.by_order["total"]["net_profit"], "19.87");
    assert_eq!(figures.reconcile["ties_out"], true);
    let files =
        ["sold-order-items.csv", "sold-orders.csv", "statement-early.csv", "statement-late.csv"];
    check_permutations("etsy", COSTS, &files, &figures);
}

#[test]
fn a_statement_alone_comes_to_the_same_money() {
    let shop = Shop::new();
    import(&shop, "etsy", &["statement.csv"]);
    let figures = figures(&shop);
    let order = row(&figures.by_order, "order", "3801000001");
    // 48.88 less 3.88 that Etsy keeps for others, less 10.00 back.
    assert_eq!(order["net_revenue"], "35.00");
    assert_eq!(
        (&order["payment_fees"], &order["tax_collected"]),
        (&"-1.45".into(), &"3.08".into())
    );
    assert_eq!(order["channel_fees"], "-2.60");
}
