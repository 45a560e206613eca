//! Every figure of every report is defined, in one list that all faces share.

use std::collections::BTreeSet;

use purser::reports::catalogue;
use purser::store::users::Role;
use purser::web::words::{definitions, reports};
use serde_json::Value;

use crate::kit::app::{App, EMAIL, text};
use crate::kit::shop::Shop;

#[test]
fn every_column_and_every_choice_of_every_report_is_told_in_words() {
    for spec in catalogue::ALL {
        let name = spec.name;
        assert_ne!(reports::title(name), name, "{name} has no title");
        assert!(!reports::about(name).is_empty(), "{name} answers no question");
        for column in (spec.columns)() {
            let told = definitions::find(column.name);
            assert!(told.is_some(), "{name}: {} is not defined", column.name);
        }
        for choice in spec.choices {
            for value in choice.values {
                assert_ne!(reports::value(value), *value, "{name}: {value} has no words");
            }
        }
    }
}

#[test]
fn page_api_and_command_tell_the_same() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Viewer, None);
    let who = app.session_of(user);
    let html = text(app.get("/definitions", &who));
    let api: Value = serde_json::from_str(&text(app.get("/api/v1/definitions", &who))).unwrap();
    let said = Shop::new().run(&["definitions", "--json"]);
    assert_eq!(said.json(), api);
    let mut formulas = BTreeSet::new();
    for one in api["definitions"].as_array().unwrap() {
        let name = one["name"].as_str().unwrap();
        assert!(html.contains(&format!("id=\"{name}\"")), "{name}");
        if one["formula"].is_string() {
            formulas.insert(name.to_owned());
        }
        if name == "net_profit" {
            assert_eq!(
                one["formula"],
                "contribution_after_ads + period_fees + operating_expenses + fx_difference"
            );
        }
        if name == "poas" {
            assert_eq!(one["formula"], "contribution_margin / attributed_ad_spend");
        }
    }
    assert_eq!(formulas.len(), 6 + 12, "subtotals and quotients: {formulas:?}");
    app.running.stop().unwrap();
}
