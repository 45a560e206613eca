//! Reports of Google in several languages, with their titles and totals.

use crate::connectors::contract::{Head, Match};
use crate::connectors::kit::ads::tests::{notices, refusals, shown, try_read, unknowns};
use crate::connectors::tests::find_sample;

const FORMAT: &crate::connectors::contract::FileFormat = &super::FILES[0];

const BY_DAY: &[u8] = include_bytes!("../../../tests/fixtures/google_ads/campaigns-by-day.csv");
const ITEMS: &[u8] = include_bytes!("../../../tests/fixtures/google_ads/artikel-deutsch.csv");

#[test]
fn networks_of_a_campaign_are_added_up_exactly() {
    let found = try_read(FORMAT, BY_DAY, None).unwrap();
    // 1010.005 + 0.030 = 1010.035, a half that goes to the even neighbour.
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 PMax mugs * 1010.04 EUR 1191 20 1.5 44.85",
            "2026-03-02 PMax mugs * 0.00 EUR 2 1 0 0",
            "2026-03-02 Brand, exact * 0.00 EUR 0 0 - -",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (2); they state 1010.035, as the rows do."]
    );
}

#[test]
fn items_are_products_of_their_campaign() {
    let found = try_read(FORMAT, ITEMS, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 PMax mugs mug-blue 300.00 EUR 300 5 0.5 14.95",
            "2026-03-01 PMax mugs mug-red 600.00 EUR 500 9 1 29.9",
        ]
    );
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (1); they state 900, as the rows do."]
    );
}

#[test]
fn the_header_is_known_in_each_language() {
    for (header, row) in [
        ("Tag,Kampagne,Währungscode,Kosten", "2026-03-01,a,EUR,\"1,50\""),
        ("Jour;Campagne;Code de devise;Coût", "2026-03-01;a;EUR;1,50"),
        ("Día;Campaña;Código de moneda;Coste", "2026-03-01;a;EUR;1,50"),
        ("Giorno;Campagna;Codice valuta;Costo", "2026-03-01;a;EUR;1,50"),
        ("Day\tCampaign\tCurrency code\tCost", "2026-03-01\ta\tEUR\t1.50"),
    ] {
        let text = format!("Report\n\"1 - 2\"\n{header}\n{row}\n");
        let head = Head::of_text(&text, "a.csv");
        assert_eq!((FORMAT.recognises)(&head), Match::Yes, "{header}");
        let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
        assert_eq!(shown(&found), ["2026-03-01 a * 1.50 EUR - - - -"], "{header}");
    }
}

#[test]
fn a_report_without_days_is_of_its_range_and_that_must_be_one_day() {
    let report = |range: &str| {
        let text = format!(
            "Campaign report\n{range}\nCampaign,Currency code,Impr.,Cost\na,EUR,10,1.50\n\
             b,EUR,5,2.00\nTotal: Account,EUR,15,3.50\n"
        );
        try_read(FORMAT, text.as_bytes(), None).unwrap()
    };
    let found = report("\"March 1, 2026 - March 1, 2026\"");
    let expected = ["2026-03-01 a * 1.50 EUR 10 - - -", "2026-03-01 b * 2.00 EUR 5 - - -"];
    assert_eq!(shown(&found), expected);
    let found = report("All time");
    assert_eq!((shown(&found).len(), refusals(&found).len()), (0, 2));
    assert!(refusals(&found)[0].reason.contains("Time, Day"), "{:?}", refusals(&found)[0]);
}

#[test]
fn a_real_report_over_weeks_is_refused_row_by_row_and_its_totals_fit() {
    let path = "google-ads/samples/export-campaign-report-inr-2025-07.csv";
    let Some(bytes) = find_sample(path) else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    let rows: Vec<u64> = refusals(&found).iter().map(|refused| refused.row).collect();
    assert_eq!((shown(&found).len(), rows), (0, vec![4, 5]));
    assert!(refusals(&found)[0].reason.contains("2025-07-08 to 2025-07-31"));
    assert_eq!(unknowns(&found), []);
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (4); they state 2565.92, as the rows (2565.93) do but \
             for rounding."]
    );
    // The same rows, of one day, are taken in as they stand.
    let text = String::from_utf8(bytes).unwrap().replace("July 31, 2025", "July 8, 2025");
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2025-07-08 Video views - 2025-07-19 * 1661.67 INR 25881 - 0 -",
            "2025-07-08 MH-m-sand * 904.26 INR 20287 - 15 -",
        ]
    );
}

#[test]
fn a_report_by_day_comes_to_what_it_says() {
    let path = "google-ads/samples/export-campaign-day.synthetic.csv";
    let Some(bytes) = find_sample(path) else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-10-05 PMax all * 1010.00 EUR 1101 17 1.5 44.85",
            "2026-10-06 PMax all * 0.00 EUR 2 1 0 0",
            "2026-10-06 Brand, exact * 0.00 EUR 0 0 - -",
        ]
    );
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (2); they state 1010, as the rows do."]
    );
}
