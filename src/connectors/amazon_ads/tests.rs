//! Console reports of both generations, by campaign and by product.

use crate::connectors::kit::ads::tests::{refusals, shown, spends, try_read, unknowns};
use crate::connectors::tests::find_sample;

const FORMAT: &crate::connectors::contract::FileFormat = &super::FILES[0];

const PRODUCTS: &[u8] = include_bytes!("../../../tests/fixtures/amazon_ads/product-old.csv");
const CAMPAIGNS: &[u8] = include_bytes!("../../../tests/fixtures/amazon_ads/campaign-new.csv");

#[test]
fn ad_groups_of_a_product_are_added_exactly() {
    let found = try_read(FORMAT, PRODUCTS, None).unwrap();
    // 16.2225 + 1.4425 = 17.665, a half that goes to the even 17.66.
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 SP auto MUG-BLUE 1009.90 USD 1204 9 21 2310",
            "2026-03-01 SP auto MUG-RED 17.66 USD 5840 51 3 86.48",
            "2026-03-02 SP manual MUG-BLUE 1.10 USD 10 1 0 0",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
}

#[test]
fn accounts_in_several_currencies_stand_apart() {
    let found = try_read(FORMAT, CAMPAIGNS, Some("EUR")).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 SP auto * 1030.00 USD 7044 60 24 2395.48",
            "2026-03-02 SP manual * 1.10 USD 10 1 0 0",
            "2026-03-02 SP manual (MXN) * 20.50 MXN 100 10 0 0",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
}

#[test]
fn products_of_a_vendor_bear_no_sku_and_stay_with_the_campaign() {
    let text = "Start Date,End Date,Campaign Name,Advertised ASIN,Currency,Spend,\
        14 Day Total Sales ,14 Day Total Orders (#)\n\
        2026-03-01,2026-03-01,a,B0AAAAAAA1,EUR,€1.25,€9.00,1\n\
        2026-03-01,2026-03-01,a,B0AAAAAAA2,EUR,€0.75,€0.00,0\n\
        2026-03-01,2026-03-07,a,B0AAAAAAA2,EUR,€7.75,€0.00,0\n";
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    assert_eq!(shown(&found), ["2026-03-01 a * 2.00 EUR - - 1 9"]);
    assert!(refusals(&found)[0].reason.contains("time unit Daily"), "{:?}", refusals(&found)[0]);
}

#[test]
fn a_new_product_report_names_its_sku_in_other_words() {
    let text = "Budget currency,Date,Campaign ID,Campaign name,Advertised product SKU,Total cost,\
        Purchases,Sales\nUSD,2026-03-01,\"=\"\"17\"\"\",a,\"=\"\"0042\"\"\",$1.20,1,$5.00\n";
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    assert_eq!(shown(&found), ["2026-03-01 a 0042 1.20 USD - - 1 5"]);
}

#[test]
fn an_old_product_report_comes_to_what_its_rows_do() {
    let path = "amazon-ads/samples/console-legacy-advertised-product-daily.csv";
    let Some(bytes) = find_sample(path) else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2019-05-06 SP auto SKU-1 16.22 USD 50293 47 3 86.48",
            "2019-05-07 SP auto SKU-1 14.71 USD 48110 41 0 0",
            "2019-05-07 SP manual SKU-2 1009.90 USD 1204 9 21 2310",
        ]
    );
    let sum: i64 = spends(&found).iter().map(|spend| spend.amount.minor).sum();
    assert_eq!(sum, 1_040_83);
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
}

#[test]
fn reports_over_a_week_are_refused_row_by_row() {
    let Some(new) = find_sample("amazon-ads/samples/console-2026-search-term-two-accounts.csv")
    else {
        return;
    };
    let found = try_read(FORMAT, &new, None).unwrap();
    let rows: Vec<u64> = refusals(&found).iter().map(|refused| refused.row).collect();
    assert_eq!((shown(&found).len(), rows, unknowns(&found)), (0, vec![2, 3], vec![]));
    assert!(refusals(&found)[0].reason.contains("2026-08-18 to 2026-08-24"));
    let day = String::from_utf8(new).unwrap().replace("Aug 18, 2026 - Aug 24", "Aug 24");
    let found = try_read(FORMAT, day.as_bytes(), None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-08-24 Vasos SP * 5.50 USD 400 10 1 18.99",
            "2026-08-24 Botellas SP * 30.00 MXN 1600 40 2 80",
        ]
    );
    let Some(old) = find_sample("amazon-ads/samples/console-legacy-search-term-with-preamble.csv")
    else {
        return;
    };
    let found = try_read(FORMAT, &old, Some("USD")).unwrap();
    assert_eq!((shown(&found).len(), refusals(&found).len()), (0, 3));
    let day = String::from_utf8(old).unwrap().replace("Feb 10, 2025 - Feb 16", "Feb 16");
    let found = try_read(FORMAT, day.as_bytes(), Some("USD")).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2025-02-16 ASIN Targeting * 5.56 USD 350 8 1 14.99",
            "2025-02-16 Keyword Targeting * 0.90 USD 80 2 1 9.99",
        ]
    );
}
