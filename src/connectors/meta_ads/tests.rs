//! Exports of Meta in several languages and with breakdowns.

use crate::connectors::contract::{Head, Match};
use crate::connectors::kit::ads::tests::{notices, refusals, shown, try_read, unknowns};
use crate::connectors::tests::find_sample;

const FORMAT: &crate::connectors::contract::FileFormat = &super::FILES[0];

const BY_DAY: &[u8] = include_bytes!("../../../tests/fixtures/meta_ads/ads-by-day.csv");
const GERMAN: &[u8] = include_bytes!("../../../tests/fixtures/meta_ads/tage-deutsch.csv");

#[test]
fn ads_of_a_campaign_and_its_countries_are_added_up() {
    let found = try_read(FORMAT, BY_DAY, None).unwrap();
    // 1010.25 + 9.75 + 5.00; clicks 240 + 11; purchases 3 + 1, worth 149.70 + 24.95.
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 Spring mugs * 1025.00 EUR 13300 251 4 174.65",
            "2026-03-02 Spring mugs * 20.00 EUR 1500 31 - -",
            "2026-03-02 Retargeting * 7.30 EUR 210 9 2 51",
        ]
    );
    assert_eq!(refusals(&found).len(), 0);
    assert_eq!(unknowns(&found), [("column", "Hook rate")]);
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (1); they state 1052.3, as the rows do."]
    );
}

#[test]
fn an_export_in_german_is_read_with_its_decimal_comma() {
    let found = try_read(FORMAT, GERMAN, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 Frühling * 1010.25 EUR 12000 240 3 149.7",
            "2026-03-02 Frühling * 20.00 EUR 1500 31 - -",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
}

#[test]
fn the_header_is_known_in_each_language() {
    for (header, row) in [
        ("Tag,Kampagnenname,Ausgegebener Betrag (EUR)", "2026-03-01,a,\"1,50\""),
        ("Jour,Nom de la campagne,Montant dépensé (EUR)", "2026-03-01,a,\"1,50\""),
        ("Día,Nombre de la campaña,Importe gastado (EUR)", "2026-03-01,a,\"1,50\""),
        ("Giorno,Nome della campagna,Importo speso (EUR)", "2026-03-01,a,\"1,50\""),
        ("Day,Campaign name,Amount spent,Currency", "2026-03-01,a,€1.50,EUR"),
        (
            "Début des rapports;Fin des rapports;Nom de la campagne;Montant dépensé (EUR)",
            "2026-03-01;2026-03-01;a;1,50",
        ),
        (
            "Inicio del informe;Fin del informe;Nombre de la campaña;Importe gastado (EUR)",
            "01.03.2026;01.03.2026;a;1,50 €",
        ),
        (
            "Inizio dei report;Fine dei report;Nome della campagna;Importo speso (EUR)",
            "2026-03-01;2026-03-01;a;1,50",
        ),
    ] {
        let text = format!("{header}\n{row}\n");
        let head = Head::of_text(&text, "a.csv");
        assert_eq!((FORMAT.recognises)(&head), Match::Yes, "{header}");
        let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
        assert_eq!(shown(&found), ["2026-03-01 a * 1.50 EUR - - - -"], "{header}");
    }
}

#[test]
fn results_are_conversions_only_where_they_are_purchases() {
    let text = "Day,Campaign name,Amount spent (EUR),Results,Result indicator\n\
        2026-03-01,a,1,4,actions:offsite_conversion.fb_pixel_purchase\n\
        2026-03-01,b,1,9,actions:link_click\n";
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    let expected = ["2026-03-01 a * 1.00 EUR - - 4 -", "2026-03-01 b * 1.00 EUR - - - -"];
    assert_eq!(shown(&found), expected);
}

#[test]
fn a_product_is_its_number_before_the_comma() {
    let text = "Day,Campaign name,Product ID,Amount spent (EUR)\n\
        2026-03-01,Catalogue,\"MUG-RED, Red mug, large\",1.20\n2026-03-01,Catalogue,,0.80\n";
    let found = try_read(FORMAT, text.as_bytes(), None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-03-01 Catalogue MUG-RED 1.20 EUR - - - -",
            "2026-03-01 Catalogue * 2.00 EUR - - - -",
        ]
    );
}

#[test]
fn an_export_over_weeks_is_refused_row_by_row_and_its_total_fits() {
    let Some(bytes) = find_sample("meta-ads/samples/export-ads-2026-08.csv") else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    assert_eq!((shown(&found).len(), refusals(&found).len()), (0, 5));
    for refused in refusals(&found) {
        assert!(refused.reason.contains("breakdown by time, Day"), "{}", refused.reason);
        assert!(refused.raw.contains("reporting ends"), "{}", refused.raw);
    }
    assert_eq!(
        notices(&found),
        ["Rows with totals were left out (1); they state 1425.06, as the rows do."]
    );
}

#[test]
fn an_export_by_day_and_country_comes_to_what_it_says() {
    let Some(bytes) = find_sample("meta-ads/samples/export-daily-ad.synthetic.csv") else { return };
    let found = try_read(FORMAT, &bytes, None).unwrap();
    assert_eq!(
        shown(&found),
        [
            "2026-10-05 Herbst – Prospecting * 12.34 EUR 2211 31 2 119.8",
            "2026-10-06 Herbst – Prospecting * 15.10 EUR 2400 29 - -",
        ]
    );
    assert_eq!((unknowns(&found).len(), refusals(&found).len()), (0, 0));
}
