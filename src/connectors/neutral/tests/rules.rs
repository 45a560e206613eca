//! The rules file: all or nothing.

use super::{read, records};
use crate::connectors::contract::Found;
use crate::connectors::fault::FileFault;
use crate::domain::record::Record;
use crate::domain::rules::Target;

const SAMPLE: &str = include_str!("../../../../tests/fixtures/neutral/rules.json");

fn refused(text: &str) -> String {
    read("rules", text.as_bytes()).expect_err(text).to_string()
}

#[test]
fn rules_are_taken_in_whole() {
    let found = read("rules", format!("\u{feff}{SAMPLE}").as_bytes()).unwrap();
    let [Record::Rules(rules)] = records(&found)[..] else { panic!("one record") };
    assert_eq!(rules.payment_fees.len(), 2);
    assert_eq!(rules.shipping_costs[0].cost.to_string(), "4.205");
    assert_eq!(rules.campaigns[0].target, Target::Group("mugs".to_owned()));
    let guesses: Vec<(Option<&str>, String)> = rules
        .cost_guesses
        .iter()
        .map(|guess| (guess.group.as_deref(), guess.percent.to_string()))
        .collect();
    assert_eq!(guesses, [(Some("mugs"), "37.5".to_owned()), (None, "45".to_owned())]);
    let again = serde_json::to_string(rules).unwrap();
    let again = read("rules", again.as_bytes()).unwrap();
    assert_eq!(records(&again), records(&found), "what is written is read the same");
    assert_eq!(found.len(), 1, "no notice");
    assert_eq!(records(&read("rules", b"{}").unwrap()).len(), 1, "no rules at all");
}

#[test]
fn anything_wrong_refuses_the_file_by_its_path() {
    let check = |from: &str, to: &str, path: &str| {
        assert!(SAMPLE.contains(from), "{from}");
        let message = refused(&SAMPLE.replacen(from, to, 1));
        assert!(message.starts_with(&format!("{path}: ")), "{from} -> {to}: {message}");
        assert!(message.ends_with(". The rules stay as they were."), "{message}");
    };
    check("\"percent\": \"1.4\"", "\"percent\": \"100.01\"", "payment_fees[0].percent");
    check("\"percent\": \"1.4\"", "\"percent\": \"-1\"", "payment_fees[0].percent");
    check("\"percent\": \"1.4\"", "\"percent\": \"1,4\"", "payment_fees[0].percent");
    check("\"percent\": \"1.4\"", "\"percent\": 1.4", "payment_fees[0].percent");
    check("\"percent\": \"2.9\"", "\"percent\": \"x\"", "payment_fees[1].percent");
    check(
        "\"returned_on_refund_percent\": \"0\"",
        "\"returned_on_refund_percent\": \"101\"",
        "payment_fees[0].returned_on_refund_percent",
    );
    check("\"fixed\": \"0.25\"", "\"fixed\": \"-0.25\"", "payment_fees[0].fixed");
    check("\"maximum\": \"5.00\"", "\"maximum\": \"5.001\"", "payment_fees[0].maximum");
    check("\"minimum\": null", "\"minimum\": \"6.00\"", "payment_fees[0].minimum");
    check(
        "\"currency\": \"EUR\", \"percent\"",
        "\"currency\": \"euro\", \"percent\"",
        "payment_fees[0].currency",
    );
    check(
        "\"country\": \"DE\", \"up",
        "\"country\": \"Germany\", \"up",
        "shipping_costs[0].country",
    );
    check("2000", "-1", "shipping_costs[0].up_to_grams");
    check("2000", "\"2000\"", "shipping_costs[0].up_to_grams");
    check("\"4.205\"", "\"-4.205\"", "shipping_costs[0].cost");
    check("\"per\": \"order\"", "\"per\": \"parcel\"", "shipping_costs[0].per");
    check("\"cost\": \"0.50\", ", "", "handling_costs[0].cost");
    check(
        "\"currency\": \"EUR\"}],\n  \"vat",
        "\"currency\": \"eur\"}],\n  \"vat",
        "handling_costs[0].currency",
    );
    check("\"rate\": \"19\"", "\"rate\": \"119\"", "vat_rates[0].rate");
    check("2021-01-01", "2021-02-30", "vat_rates[0].from");
    check("\"country\": \"*\"", "\"country\": \"de\"", "vat_rates[1].country");
    check("{\"store\": \"shop\"}", "{\"store\": \"\"}", "campaigns[1].target.store");
    check("{\"store\": \"shop\"}", "{\"shop\": \"shop\"}", "campaigns[1].target.shop");
    check("{\"name\": \"mugs\"", "{\"name\": \" \"", "groups[0].name");
    check("{\"name\": \"mugs\", \"sku_prefix\": \"MUG-\"}", "[\"mugs\", \"MUG-\"]", "groups[0]");
    check("\"sku_prefix\"", "\"prefix\"", "groups[0].prefix");
    check("\"37.5\"", "\"100.5\"", "cost_guesses[0].percent");
    check("\"percent\": \"45\"", "\"share\": \"45\"", "cost_guesses[1].share");
    check("\"groups\"", "\"group\"", "group");
    check("\"groups\"", "\"vat_rates\"", "vat_rates");
}

#[test]
fn what_is_no_rules_file_is_refused() {
    for text in ["", "[]", "null", "gateway,percent\nstripe,1.4", "{\"groups\": [}", "{} {}"] {
        refused(text);
    }
    assert!(matches!(read("rules", b"[]"), Err(FileFault::NotThisFormat { .. })));
}

#[test]
fn a_campaign_of_an_unknown_group_is_told() {
    let found =
        read("rules", SAMPLE.replace("\"group\": \"mugs\"", "\"group\": \"cups\"").as_bytes());
    let found = found.unwrap();
    let places = ["cost_guesses[0].group", "campaigns[0].target.group"];
    for (found, place) in found.iter().zip(places) {
        let Found::Notice { what, .. } = found else { panic!("{place}") };
        assert!(what.starts_with(place) && what.contains("\"cups\""), "{what}");
    }
    assert_eq!((found.len(), records(&found).len()), (3, 1));
}
