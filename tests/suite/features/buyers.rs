//! The reports about customers, times, countries, ad spend and the ladder: worked out by hand for
//! a shop of six orders, and held against `profit` in every basis.

use purser::base::Day;
use purser::domain::ask::{Against, Ask, Basis, Scope};
use purser::domain::profit::component::Component;
use purser::domain::table::TableAsk;
use purser::reports::{catalogue, profit};
use serde_json::Value;

use crate::kit::app::{App, text};

use super::import::owner;

/// Ann orders three times, Bob sends his one mug back, Cat lives in Luxembourg, and somebody is
/// unknown. A mug costs 4.00; there are no other costs but ads.
pub fn seed_buyers(app: &App) {
    let order = |id: &str, at: &str, customer: &str, country: &str, lines: &str, more: &str| {
        let text = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!(r#""{name}":"{value}","#),
        };
        let ship_to = match country {
            "" => String::new(),
            country => format!(r#""ship_to":{{"country":"{country}"}},"#),
        };
        format!(
            r#"{{"id":"{id}","number":"{id}","created_at":"{at}","currency":"EUR",{}{ship_to}
            "lines":[{{"id":"a","sku":"MUG","title":"Mug",{lines}}}],"shipping_cost":"0",
            "payments":[],{more}}}"#,
            text("customer_ref", customer),
        )
        .replace('\n', " ")
    };
    let paid = r#""financial_status":"paid""#;
    let spring = r#""financial_status":"paid","campaign":"spring""#;
    let returned = r#""financial_status":"refunded","refunds":[{"id":"r",
        "at":"2026-10-10T09:00:00Z","lines":[{"line_id":"a","quantity":1,"amount":"10.00"}]}]"#;
    let (one, two) =
        (r#""quantity":1,"unit_price":"20.00""#, r#""quantity":2,"unit_price":"20.00""#);
    let cheap = r#""quantity":1,"unit_price":"10.00""#;
    let orders = [
        order("1", "2026-09-05T08:15:00Z", "ann", "DE", one, spring),
        order("2", "2026-10-07T08:40:00Z", "ann", "DE", one, paid),
        order("3", "2026-09-20T21:05:00Z", "bob", "DE", cheap, returned),
        order("4", "2026-10-31T23:30:00Z", "cat", "LU", one, paid),
        order("5", "2026-11-03T20:00:00Z", "ann", "DE", two, paid),
        order("6", "2026-11-03T20:30:00Z", "", "", one, paid),
    ];
    app.take_in("orders", Some("shop"), "buyers.jsonl", &orders.join("\n"));
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";
    app.take_in("costs", None, "mug.csv", costs);
    let ads = "day,platform,campaign,amount,currency\n2026-09-05,meta,spring,25.00,EUR\n\
               2026-10-31,google,autumn,30.00,EUR\n";
    app.take_in("ad-spend", None, "campaigns.csv", ads);
}

fn seeded() -> App {
    let app = App::start();
    owner(&app);
    seed_buyers(&app);
    app
}

pub fn report(app: &App, query: &str) -> Value {
    let who = owner_again(app);
    let json = text(app.get(&format!("/api/v1/reports/{query}"), &who));
    serde_json::from_str(&json).unwrap_or_else(|fault| panic!("{fault}: {json}"))
}

/// Some fields of a row; `-` for what is not known.
pub fn fields(row: &Value, names: &str) -> String {
    let field = |name: &str| match &row[name] {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    names.split(' ').map(field).collect::<Vec<_>>().join(" ")
}

fn rows(report: &Value, names: &str) -> Vec<String> {
    report["rows"].as_array().unwrap().iter().map(|row| fields(row, names)).collect()
}

#[test]
fn cohorts_say_what_a_customer_is_worth_and_when_it_is_paid_back() {
    let app = seeded();
    let by_event = report(&app, "cohorts");
    let names = "cohort customers repeat_rate orders contribution_margin ltv ad_spend cac \
                 payback_month";
    assert_eq!(
        rows(&by_event, names),
        [
            // Ann brought 16 + 16 + 32, Bob 6 and then -10. 22.00 of September is below the
            // 25.00 that its ads cost; 28.00 by the end of October is not.
            "2026-09 2 0.5000 4 60.00 30.00 -25.00 12.50 1",
            "2026-10 1 0.0000 1 16.00 16.00 -30.00 30.00 -",
            "2026-11 0 - 0 0.00 - 0.00 - -",
        ]
    );
    let months = "ltv_0 ltv_1 ltv_2 ltv_3";
    assert_eq!(rows(&by_event, months), ["11.00 14.00 30.00 -", "16.00 16.00 - -", "- - - -"]);
    // November is not over.
    assert_eq!(by_event["rows"][0]["quality"]["ltv_2"], "estimated");
    assert_eq!(by_event["rows"][0]["quality"]["ltv_1"], Value::Null);
    assert_eq!(by_event["rows"][1]["quality"]["ltv_1"], "estimated");
    // The order of nobody known.
    assert_eq!(fields(&by_event["unallocated"], "orders contribution_margin"), "1 16.00");
    let total = "customers repeat_rate orders contribution_margin ltv ad_spend cac";
    assert_eq!(fields(&by_event["total"], total), "3 0.3333 6 92.00 25.33 -55.00 18.33");
    // By order Bob's refund counts in September: 16 + (6 - 10).
    let by_order = report(&app, "cohorts?basis=order");
    assert_eq!(rows(&by_order, months)[0], "6.00 14.00 30.00 -");
    // Asked to the end of October, nothing later is known, and October is over.
    let to_october = report(&app, "cohorts?to=2026-10-31");
    assert_eq!(rows(&to_october, months), ["11.00 14.00 - -", "16.00 - - -"]);
    assert_eq!(to_october["rows"][1]["quality"]["ltv_0"], Value::Null);
    // Asked from October, Ann is a customer of before.
    let from_october = report(&app, "cohorts?from=2026-10-01");
    assert_eq!(rows(&from_october, "cohort customers")[0], "2026-10 1");
    let others = fields(&from_october["unallocated"], "orders contribution_margin");
    assert_eq!(others, "3 54.00", "16 and 32 of Ann, -10 of Bob, 16 of nobody known");
    app.running.stop().unwrap();
}

#[test]
fn customers_are_new_once_and_returning_ones_are_counted_apart() {
    let app = seeded();
    let report = report(&app, "customers");
    let counts = "month new_customers returning_customers new_orders returning_orders \
                  unknown_orders returning_share";
    assert_eq!(
        rows(&report, counts),
        ["2026-09 2 0 2 0 0 0.0000", "2026-10 1 1 1 1 0 0.5000", "2026-11 0 1 0 1 1 1.0000",]
    );
    let revenue = "net_revenue new_net_revenue returning_net_revenue unknown_net_revenue";
    assert_eq!(
        rows(&report, revenue),
        // In October Cat bought for 20.00 and Bob, who was new, got 10.00 back.
        ["30.00 30.00 0.00 0.00", "30.00 10.00 20.00 0.00", "60.00 0.00 40.00 20.00"]
    );
    let total = &report["total"];
    assert_eq!(fields(total, &counts[6..]), "3 1 3 2 1 0.4000", "Ann came back twice");
    assert_eq!(
        fields(total, "net_revenue contribution_margin ad_spend cac"),
        "120.00 92.00 -55.00 18.33"
    );
    app.running.stop().unwrap();
}

#[test]
fn hours_are_those_at_which_orders_were_placed() {
    let app = seeded();
    let by_event = report(&app, "hours");
    let names = "hour weekday orders net_revenue contribution_margin";
    assert_eq!(
        rows(&by_event, names),
        [
            "08:00 wednesday 1 20.00 16.00",
            "08:00 saturday 1 20.00 16.00",
            "20:00 tuesday 2 60.00 48.00",
            // Sold for 10.00 and given back; the mug is gone.
            "21:00 sunday 1 0.00 -4.00",
            "23:00 saturday 1 20.00 16.00",
        ]
    );
    assert_eq!(
        fields(&by_event["total"], "orders net_revenue contribution_margin"),
        "6 120.00 92.00"
    );
    let september = report(&app, "hours?from=2026-09-01&to=2026-09-30");
    assert_eq!(rows(&september, names)[1], "21:00 sunday 1 10.00 6.00");
    let who = owner_again(&app);
    let html = text(app.get("/reports/hours?show=orders&period=all", &who));
    assert!(html.contains("Sun, 21:00: 1") || html.contains("21:00, Sun: 1"), "{html}");
    app.running.stop().unwrap();
}

fn owner_again(app: &App) -> crate::kit::app::As {
    let id = app.count("select id from users order by id limit 1");
    app.session_of(purser::base::id::UserId(id))
}

#[test]
fn the_calendar_the_countries_and_the_ladder_end_in_the_same_net_profit() {
    let app = seeded();
    let calendar = report(&app, "calendar");
    assert_eq!(
        rows(&calendar, "day weekday net_profit"),
        [
            "2026-09-05 saturday -9.00",
            "2026-09-20 sunday 6.00",
            "2026-10-07 wednesday 16.00",
            "2026-10-10 saturday -10.00",
            "2026-10-31 saturday -14.00",
            "2026-11-03 tuesday 48.00",
        ]
    );
    assert_eq!(calendar["total"]["net_profit"], "37.00");
    let countries = report(&app, "countries");
    assert_eq!(
        rows(&countries, "country orders net_revenue share_of_net_revenue net_profit"),
        ["DE 4 80.00 0.6667 35.00", "- 1 20.00 0.1667 16.00", "LU 1 20.00 0.1667 -14.00",]
    );
    assert_eq!(fields(&countries["total"], "share_of_net_revenue net_profit"), "1.0000 37.00");
    let ladder = report(&app, "ladder");
    assert_eq!(
        rows(&ladder, "step amount running_sum")
            .into_iter()
            .filter(|row| !row.contains(" 0.00 "))
            .collect::<Vec<_>>(),
        [
            "gross_sales 130.00 130.00",
            "returns -10.00 120.00",
            "cogs -28.00 92.00",
            "ad_spend -55.00 37.00",
        ]
    );
    assert_eq!(ladder["total"]["amount"], "37.00");
    let who = owner_again(&app);
    let html = text(app.get("/reports/countries?period=all", &who));
    for shown in ["Luxembourg: −14.00", "country unknown: 16.00", "Germany", "url(#hatch-map)"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let html = text(app.get("/reports/calendar?period=all", &who));
    assert!(html.contains("Best: 3 Nov, 48.00. Worst: 31 Oct, −14.00."), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn campaigns_are_held_against_what_their_orders_brought_and_nobody_guesses() {
    let app = seeded();
    let names = "ad_spend attributed_orders attributed_net_revenue attributed_contribution_margin \
                 attributed_after_ads roas poas break_even_roas acos";
    let campaigns = report(&app, "ads");
    assert_eq!(rows(&campaigns, "platform campaign"), ["google autumn", "meta spring"]);
    // 20.00 of revenue, 16.00 of contribution, 25.00 of spend.
    let spring = "-25.00 1 20.00 16.00 -9.00 0.8000 0.6400 1.2500 1.2500";
    assert_eq!(rows(&campaigns, names), ["-30.00 - - - - - - - -", spring]);
    // What autumn brought nobody knows, so the sum divides nothing.
    assert_eq!(fields(&campaigns["total"], names), "-55.00 1 20.00 16.00 - - - - -");
    let platforms = report(&app, "ads?by=platform");
    assert_eq!(rows(&platforms, names)[1], spring);
    app.running.stop().unwrap();
}

/// Whose totals are those of all orders of the days.
const WHOLE: [&str; 7] =
    ["ladder", "countries", "ads", "customers", "cohorts", "hours", "calendar"];

#[test]
fn reports_add_up_to_the_profit_of_the_days_whatever_is_chosen() {
    let app = seeded();
    app.seed_shop();
    let today = Day::parse("2026-11-20").unwrap();
    let store = app.count("select id from stores where name = 'shop'");
    let stores = [None, Some(purser::base::id::StoreId(store))];
    for spec in WHOLE.iter().filter_map(|name| catalogue::find(name)) {
        for basis in [Basis::Event, Basis::Order] {
            for store in stores {
                let ask = Ask { basis, store, ..Ask::all(Scope::All) };
                let asked = TableAsk {
                    ask: ask.clone(),
                    against: Against::Nothing,
                    choices: spec.usual_choices(),
                    today,
                };
                let read = app.running.state.db.read(|reader| {
                    let whole = profit::run(reader, &ask, today).unwrap();
                    Ok((spec.answer(reader, &asked).unwrap(), whole))
                });
                let (table, whole) = read.unwrap();
                let name = format!("{} {basis:?} {store:?}", spec.name);
                assert_eq!(table.list_gaps(), Vec::<&str>::new(), "{name}");
                let Some(total) = &table.total else { continue };
                let margin = whole.total.contribution_margin();
                let sums = [
                    ("contribution_margin", margin),
                    ("net_revenue", whole.total.net_revenue()),
                    ("ad_spend", whole.total.get(Component::AdSpend)),
                    ("net_profit", whole.total.net_profit()),
                    ("orders", whole.total.orders),
                ];
                for (column, expected) in sums {
                    let Some(cell) = table.cell(total, column) else { continue };
                    assert_eq!(cell.value.number(), expected, "{name}: {column}");
                }
            }
        }
    }
    app.running.stop().unwrap();
}
