//! Exports of TikTok by the names that are known of their columns.

use crate::connectors::kit::ads::tests::{notices, refusals, shown, try_read, unknowns};
use crate::connectors::tests::find_sample;

const FORMAT: &crate::connectors::contract::FileFormat = &super::FILES[0];

const BY_DAY: &[u8] = include_bytes!("../../../tests/fixtures/tiktok_ads/campaigns-by-day.csv");

#[test]
fn what_credits_paid_for_is_not_spent() {
    let found = try_read(FORMAT, BY_DAY, None).unwrap();
    // 10.34 net + 3.005 where no net cost is told = 13.345, a half that goes to the even 13.34.
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 Website traffic * 13.34 EUR 2511 35 2 119.8",
            "2026-03-02 Website traffic * 15.10 EUR 2400 29 - -",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (1); they state 28.445, as the rows do."]
    );
}

#[test]
fn a_campaign_without_a_name_is_its_number_and_never_a_rounded_one() {
    let text = "Date,Campaign ID,Spend,Currency\n2026-03-01 00:00:00,1714125042508817,1.5,JPY\n\
        2026-03-01,1.71413E+15,2,JPY\n";
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    // Half a yen goes to the even two.
    assert_eq!(shown(&found), ["2026-03-01 1714125042508817 * 2 JPY - - - -"]);
    assert!(refusals(&found)[0].reason.contains("spreadsheet"), "{:?}", refusals(&found));
}

#[test]
fn an_export_comes_to_what_its_last_row_says() {
    let path = "tiktok-ads/samples/export-ads-manager.synthetic.csv";
    let Some(bytes) = find_sample(path) else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-10-05 Website Traffic * 12.34 EUR 2211 31 - 119.8",
            "2026-10-06 Website Traffic * 15.10 EUR 2400 29 - 0",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (1); they state 27.44, as the rows do."]
    );
}
