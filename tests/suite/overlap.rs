//! Sources that overlap are one truth, whatever their order of arrival (PROFIT, section 12).

use serde_json::Value;

use crate::kit::shop::Shop;

const SETTLEMENT: &str = include_str!("../fixtures/amazon/v2-point.txt");
const ADS: &str = "day,platform,campaign,amount,currency\n2026-03-05,amazon,Brand,30.00,USD\n";
const LATER_ADS: &str = "day,platform,campaign,amount,currency\n2026-05-05,amazon,Brand,9.00,USD\n";

fn ad_spend(shop: &Shop) -> Value {
    let report = shop.report(&["--by", "store", "--to", "2026-06-30"]);
    report["total"]["ad_spend"].clone()
}

/// The text of the bridge of that name.
fn find_bridge(bridges: &Value, name: &str) -> String {
    let list = bridges.as_array().or_else(|| bridges["bridges"].as_array()).unwrap();
    let found = list.iter().find(|bridge| bridge["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}: {bridges}")).to_string()
}

fn verified(shop: &Shop) {
    let said = shop.run(&["verify"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn advertising_deducted_from_a_payout_is_no_second_expense() {
    let shop = Shop::new();
    shop.import("settlement.txt", SETTLEMENT);
    assert_eq!(ad_spend(&shop), "-31.40", "nothing else tells of it");
    verified(&shop);
    shop.import("ads.csv", ADS);
    assert_eq!(ad_spend(&shop), "-30.00", "the report tells, the deduction pays");
    verified(&shop);
    let said = shop.run(&["import", "undo", "2"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(ad_spend(&shop), "-31.40", "without the report the deduction counts again");
    verified(&shop);
    shop.import("later.csv", LATER_ADS);
    assert_eq!(ad_spend(&shop), "-40.40", "a report of another month tells nothing of March");
    let other = Shop::new();
    other.import("ads.csv", ADS);
    other.import("settlement.txt", SETTLEMENT);
    assert_eq!(ad_spend(&other), "-30.00", "the other way round");
    // 30.00 was spent, 31.40 deducted.
    let bridges = other.run(&["report", "reconcile", "--json"]).json();
    let bridge = find_bridge(&bridges, "advertising deducted by amazon");
    assert!(bridge.contains("\"timing\"") && bridge.contains("1.40"), "{bridge}");
    verified(&other);
}

const HEADER: &str = "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,\
    Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
    Refunded Amount\n";

/// One order as exports of three days show it: unpaid, paid, and partly given back.
fn exports() -> [String; 3] {
    let row = |status: &str, paid: &str, refunded: &str| {
        format!(
            "{HEADER}#1,a@b.test,{status},{paid},EUR,20.00,0,0,20.00,0,2026-03-02 10:00:00 +0000,\
             1,Mug,20.00,MUG,{refunded}\n"
        )
    };
    let paid = "2026-03-03 10:00:00 +0000";
    [row("pending", "", ""), row("paid", paid, "0"), row("partially_refunded", paid, "5.00")]
}

#[test]
fn an_older_export_that_is_read_later_takes_nothing_back() {
    let exports = exports();
    let lines = |order: [usize; 4]| {
        let shop = Shop::new();
        for (place, index) in order.into_iter().enumerate() {
            shop.import(&format!("orders-{place}.csv"), &exports[index]);
        }
        verified(&shop);
        shop.report(&["--by", "line", "--to", "2026-06-30"])
    };
    let first = lines([0, 1, 2, 0]);
    assert_eq!(first["total"]["gross_sales"], "20.00");
    assert_eq!(first["total"]["returns"], "-5.00");
    for order in [[2, 1, 0, 1], [1, 2, 0, 2], [2, 0, 1, 0], [1, 0, 2, 1]] {
        assert_eq!(lines(order), first, "{order:?}");
    }
}

#[test]
fn what_an_undone_import_replaced_does_not_come_back_with_a_later_undo() {
    let shop = Shop::new();
    let cost =
        |unit: &str| format!("sku,valid_from,unit_cost,currency\nMUG,2026-01-01,{unit},EUR\n");
    shop.import("orders.csv", &exports()[1]);
    for (name, unit) in [("own.csv", "1"), ("a.csv", "2"), ("b.csv", "3")] {
        shop.import(name, &cost(unit));
    }
    let cogs = || shop.report(&["--by", "store", "--to", "2026-06-30"])["total"]["cogs"].clone();
    assert_eq!(cogs(), "-3.00");
    for (import, expected) in [("3", "-3.00"), ("4", "-1.00")] {
        let said = shop.run(&["import", "undo", import]);
        assert_eq!((said.code, cogs()), (0, Value::from(expected)), "{}", said.err);
    }
    verified(&shop);
}
