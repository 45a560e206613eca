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
    verified(&other);
}
