//! The reports of the list: one small shop, its figures worked out by hand, in every face.

use std::collections::BTreeMap;

use calamine::{Data, Reader, Xlsx};
use purser::reports::catalogue;
use purser::store::users::Role;
use serde_json::{Value, json};

use crate::kit::app::{App, As, EMAIL, header, text};

const DAYS: &str = "from=2026-10-01&to=2026-11-20";
const NOVEMBER: &str = "from=2026-11-01&to=2026-11-20";

/// Three orders of a shop without taxes, in euros.
///
/// 1: 10 Oct, 2 mugs of 10.00 less 2.00; stripe took 0.90, the channel 1.80.
/// 2: 3 Nov, a pot of 30.00; paypal took 1.50. On 8 Nov it came back and went on the shelf.
/// 3: 5 Nov, 4 mugs of 10.00; stripe took 2.00, the channel 0.50 of a kind that nobody knows. On
///    15 Nov the money of one mug went back, the mug did not.
///
/// A mug costs 4.00, a pot 12.00; the rent is 30.00 a month.
fn shop() -> (App, As) {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    let orders = [
        r#"{"id":"1","created_at":"2026-10-10T09:00:00Z","currency":"EUR",
        "financial_status":"paid","ship_to":{"country":"DE"},"lines":[{"id":"a","sku":"MUG",
        "title":"Mug","quantity":2,"unit_price":"10.00","discount":"2.00"}],
        "payments":[{"gateway":"stripe","amount":"18.00","fee":"0.90"}],
        "fees":[{"kind":"commission","amount":"1.80"}]}"#,
        r#"{"id":"2","created_at":"2026-11-03T09:00:00Z","currency":"EUR",
        "financial_status":"refunded","ship_to":{"country":"AT"},"lines":[{"id":"a","sku":"POT",
        "title":"=Pot","quantity":1,"unit_price":"30.00"}],
        "payments":[{"gateway":"paypal","amount":"30.00","fee":"1.50"}],
        "refunds":[{"id":"r","at":"2026-11-08T12:00:00Z",
        "lines":[{"line_id":"a","quantity":1,"amount":"30.00","restock":true}]}]}"#,
        r#"{"id":"3","created_at":"2026-11-05T09:00:00Z","currency":"EUR",
        "financial_status":"partially_refunded","ship_to":{"country":"DE"},"lines":[{"id":"a",
        "sku":"MUG","title":"Mug","quantity":4,"unit_price":"10.00"}],
        "payments":[{"gateway":"stripe","amount":"40.00","fee":"2.00"}],
        "fees":[{"kind":"weird_levy","amount":"0.50"}],
        "refunds":[{"id":"r","at":"2026-11-15T12:00:00Z",
        "lines":[{"line_id":"a","quantity":1,"amount":"10.00"}]}]}"#,
    ];
    let lines: Vec<String> = orders.iter().map(|order| order.replace('\n', " ")).collect();
    app.take_in("orders", Some("shop"), "orders.jsonl", &lines.join("\n"));
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n\
                 POT,2026-01-01,12.00,EUR\n";
    app.take_in("costs", None, "costs.csv", costs);
    let expenses = "name,amount,currency,from,every\nRent,30.00,EUR,2026-10-01,month\n";
    app.take_in("expenses", None, "expenses.csv", expenses);
    (app, who)
}

fn report(app: &App, who: &As, name: &str, query: &str) -> Value {
    let path = format!("/api/v1/reports/{name}?{query}");
    let response = app.get(&path, who);
    let status = response.status();
    let body = text(response);
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

fn row<'a>(report: &'a Value, key: &str, value: &str) -> &'a Value {
    let rows = report["rows"].as_array().unwrap();
    rows.iter().find(|row| row[key] == value).unwrap_or_else(|| panic!("{key} {value}: {report}"))
}

/// Each named figure of a row.
#[track_caller]
fn check(row: &Value, expected: &[(&str, Value)]) {
    for (name, value) in expected {
        assert_eq!(&row[*name], value, "{name}: {row}");
    }
}

fn cents(value: &Value) -> i64 {
    let text = value.as_str().unwrap();
    let (units, rest) = text.split_once('.').unwrap();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let units: i64 = units.trim_start_matches('-').parse().unwrap();
    sign * (units * 100 + rest.parse::<i64>().unwrap())
}

/// Every report with every value of its choices.
fn all_asks() -> Vec<(&'static str, String)> {
    let mut asks = Vec::new();
    for spec in catalogue::ALL {
        asks.push((spec.name, DAYS.to_owned()));
        asks.push((spec.name, format!("{DAYS}&basis=order&store=shop")));
        for choice in spec.choices {
            let of = |value: &&str| (spec.name, format!("{DAYS}&{}={value}", choice.name));
            asks.extend(choice.values.iter().map(of));
        }
    }
    asks
}

#[test]
fn profit_and_loss_has_a_column_for_each_month_and_compares() {
    let (app, who) = shop();
    let pnl = report(&app, &who, "pnl", &format!("{DAYS}&against=nothing"));
    check(
        row(&pnl, "period", "2026-10"),
        &[
            ("gross_sales", json!("20.00")),
            ("discounts", json!("-2.00")),
            ("cogs", json!("-8.00")),
            ("payment_fees", json!("-0.90")),
            ("channel_fees", json!("-1.80")),
            // 18.00 − 8.00 − 2.70
            ("contribution_margin", json!("7.30")),
            ("net_profit", json!("-22.70")),
            ("orders", json!(1)),
        ],
    );
    check(
        row(&pnl, "period", "2026-11"),
        &[
            ("returns", json!("-40.00")),
            // 4 mugs and a pot, which came back.
            ("cogs", json!("-16.00")),
            // 30.00 − 16.00 − 3.50 − 0.50
            ("contribution_margin", json!("10.00")),
            ("operating_expenses", json!("-20.00")),
            ("net_profit", json!("-10.00")),
        ],
    );
    check(&pnl["total"], &[("net_profit", json!("-32.70")), ("net_sales", json!("48.00"))]);
    // 17.30 of 48.00
    assert_eq!(pnl["beside"]["of_net_revenue"]["contribution_margin"], "0.3604");
    assert!(pnl["beside"]["change"].is_null() && pnl["against"].is_null());
    let quarters = report(&app, &who, "pnl", &format!("{DAYS}&by=quarter"));
    assert_eq!(row(&quarters, "period", "2026-Q4")["net_profit"], "-32.70");
    let years = report(&app, &who, "pnl", &format!("{DAYS}&by=year"));
    assert_eq!(row(&years, "period", "2026")["net_profit"], "-32.70");
    let weeks = report(&app, &who, "pnl", &format!("{DAYS}&by=week"));
    assert_eq!(row(&weeks, "period", "2026-11-02")["gross_sales"], "70.00");
    app.running.stop().unwrap();
}

#[test]
fn a_change_is_told_in_money_and_percent_and_never_against_days_before_the_books() {
    let (app, who) = shop();
    // 12 to 31 Oct: only rent. Of 30.00 over 31 days the first 24 bear 0.97, the others 0.96:
    // 13 × 0.97 + 7 × 0.96 = 19.33.
    let pnl = report(&app, &who, "pnl", NOVEMBER);
    assert_eq!(pnl["against"], json!(["2026-10-12", "2026-10-31"]));
    let beside = &pnl["beside"];
    assert_eq!(beside["period_before"]["net_profit"], "-19.33");
    assert_eq!(beside["change"]["net_profit"], "9.33");
    // 9.33 of 19.33
    assert_eq!(beside["change_pct"]["net_profit"], "0.4827");
    assert_eq!(beside["change_pct"]["gross_sales"], Value::Null, "there was nothing before");
    let early = report(&app, &who, "pnl", DAYS);
    assert!(early["against"].is_null() && early["beside"]["change"].is_null(), "{early}");
    let year = report(&app, &who, "pnl", &format!("{NOVEMBER}&against=year"));
    assert!(year["beside"]["change_on_year"].is_null(), "{year}");
    app.running.stop().unwrap();
}

#[test]
fn products_bear_their_class_and_what_came_back() {
    let (app, who) = shop();
    let products = report(&app, &who, "products", NOVEMBER);
    check(
        row(&products, "product", "MUG"),
        &[
            ("title", json!("Mug")),
            ("class", json!("A")),
            ("net_revenue", json!("30.00")),
            ("revenue_share", json!("1.0000")),
            ("refund_rate", json!("0.2500")),
            // 30.00 − 16.00 − 2.50
            ("net_profit", json!("11.50")),
        ],
    );
    check(
        row(&products, "product", "POT"),
        &[
            ("class", json!("C")),
            ("refund_rate", json!("1.0000")),
            ("net_profit", json!("-1.50")),
            ("net_margin", Value::Null),
        ],
    );
    assert_eq!(products["unallocated"]["net_profit"], "-20.00");
    assert_eq!(products["total"]["net_profit"], "-10.00");
    check(&products, &[("losing", json!(1)), ("lost", json!("-1.50"))]);
    app.running.stop().unwrap();
}

#[test]
fn channels_and_stores_show_what_they_took() {
    let (app, who) = shop();
    let stores = report(&app, &who, "channels", &format!("{NOVEMBER}&by=store"));
    check(
        row(&stores, "store", "shop"),
        &[
            ("net_revenue", json!("30.00")),
            // 4.00 of 30.00
            ("fee_rate", json!("0.1333")),
            // 40.00 of 70.00
            ("refund_rate", json!("0.5714")),
            ("aov", json!("35.00")),
            ("net_profit", json!("10.00")),
        ],
    );
    assert_eq!(stores["unallocated"]["net_profit"], "-20.00");
    app.running.stop().unwrap();
}

#[test]
fn fees_stand_by_their_kinds_with_the_unknown_on_top() {
    let (app, who) = shop();
    let fees = report(&app, &who, "fees", DAYS);
    let rows = fees["rows"].as_array().unwrap();
    let told: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            (text("kind"), text("component"), text("amount"))
        })
        .collect();
    assert_eq!(
        told,
        [
            ("weird_levy", "channel_fees", "-0.50"),
            ("stripe", "payment_fees", "-2.90"),
            ("commission", "channel_fees", "-1.80"),
            ("paypal", "payment_fees", "-1.50"),
        ]
    );
    assert_eq!(rows[0]["known"], "unclassified");
    assert_eq!(rows[1]["orders_bearing"], 2);
    // 2.90 of 48.00, and of 6.70
    check(&rows[1], &[("fee_rate", json!("0.0604")), ("fees_share", json!("0.4328"))]);
    check(
        &fees,
        &[
            ("fee_rate", json!("0.1396")),
            ("payment_fee_rate", json!("0.0917")),
            ("unclassified_fees", json!("-0.50")),
        ],
    );
    assert_eq!(fees["total"]["amount"], "-6.70");
    assert_eq!(fees["unallocated"], json!({}));
    let by_store = report(&app, &who, "fees", &format!("{DAYS}&by=store"));
    assert_eq!(row(&by_store, "kind", "paypal")["store"], "shop");
    app.running.stop().unwrap();
}

#[test]
fn a_fee_by_rule_and_one_in_another_currency_still_add_up() {
    let (app, who) = shop();
    let order = r#"{"id":"9","created_at":"2026-11-10T09:00:00Z","currency":"USD",
        "financial_status":"paid","lines":[
        {"id":"a","sku":"MUG","quantity":1,"unit_price":"10.00"},
        {"id":"b","sku":"MUG","quantity":1,"unit_price":"10.00"},
        {"id":"c","sku":"MUG","quantity":1,"unit_price":"10.00"}],
        "payments":[{"gateway":"bank","amount":"30.00"}],
        "fees":[{"kind":"commission","amount":"1.00"},{"kind":"closing","amount":"0.45"}]}"#;
    app.take_in("fx", None, "fx.csv", "day,base,quote,rate\n2026-11-01,EUR,USD,1.10\n");
    let rules = r#"{"payment_fees":[{"gateway":"bank","currency":"USD","percent":"1"}]}"#;
    app.take_in("rules", None, "rules.json", rules);
    app.take_in("orders", Some("shop"), "usd.jsonl", &order.replace('\n', " "));
    let fees = report(&app, &who, "fees", "from=2026-11-10&to=2026-11-10");
    // The lines bear 0.34 + 0.15, 0.33 + 0.15 and 0.33 + 0.15 of the channel's fees, and 0.10 each
    // of the bank's: at 1.10 these are 0.45, 0.44, 0.44 and three times 0.09.
    assert_eq!(fees["total"]["amount"], "-1.60");
    // 1.00 and 0.45 at 1.10 are 0.91 and 0.41; the cent that 1.33 holds besides is the larger's.
    assert_eq!(row(&fees, "kind", "commission")["amount"], "-0.92");
    assert_eq!(row(&fees, "kind", "closing")["amount"], "-0.41");
    let by_rule = row(&fees, "kind", "by_rule");
    assert_eq!(by_rule["amount"], "-0.27");
    assert_eq!(by_rule["quality"]["amount"], "estimated");
    assert_eq!(fees["unallocated"], json!({}));
    app.running.stop().unwrap();
}

#[test]
fn orders_with_a_discount_stand_beside_those_without() {
    let (app, who) = shop();
    let discounts = report(&app, &who, "discounts", DAYS);
    check(
        row(&discounts, "discounted", "with_discount"),
        &[
            ("orders", json!(1)),
            ("discounts", json!("-2.00")),
            ("discount_share", json!("0.1000")),
            // 7.30 of 18.00
            ("contribution_margin_pct", json!("0.4056")),
        ],
    );
    check(
        row(&discounts, "discounted", "without_discount"),
        &[
            ("orders", json!(2)),
            ("discounts", json!("0.00")),
            ("contribution_margin", json!("10.00")),
            // 10.00 of 30.00
            ("contribution_margin_pct", json!("0.3333")),
        ],
    );
    // 2.00 of 90.00
    assert_eq!(discounts["discount_share"], "0.0222");
    let depth = report(&app, &who, "discounts", &format!("{DAYS}&by=depth"));
    assert_eq!(row(&depth, "depth", "depth_to_10")["gross_sales"], "20.00");
    // The refunds of November belong to orders that are looked up.
    let later = report(&app, &who, "discounts", "from=2026-11-08&to=2026-11-20");
    assert_eq!(row(&later, "discounted", "without_discount")["net_revenue"], "-40.00");
    app.running.stop().unwrap();
}

#[test]
fn refunds_tell_what_is_lost_for_good() {
    let (app, who) = shop();
    let refunds = report(&app, &who, "refunds", NOVEMBER);
    check(
        row(&refunds, "day", "2026-11-08"),
        &[
            ("refunds", json!(1)),
            ("returns", json!("-30.00")),
            ("cogs_returned", json!("12.00")),
            ("refund_effect", json!("-18.00")),
            ("fees_kept", json!("-1.50")),
            ("written_off", json!("0.00")),
            ("refund_loss", json!("-1.50")),
            ("days_to_refund", json!("5.0000")),
        ],
    );
    check(
        row(&refunds, "day", "2026-11-15"),
        &[
            ("refund_effect", json!("-10.00")),
            // A quarter of 2.50 is 0.625: half to even.
            ("fees_kept", json!("-0.62")),
            ("written_off", json!("4.00")),
            ("refund_loss", json!("-4.62")),
        ],
    );
    check(
        &refunds,
        &[
            // 40.00 of 70.00, and 2 of 5 units
            ("refund_rate", json!("0.5714")),
            ("refund_rate_units", json!("0.4000")),
            ("days_to_refund", json!("7.5000")),
            ("refund_loss", json!("-6.12")),
        ],
    );
    let products = report(&app, &who, "refunds", &format!("{NOVEMBER}&by=product"));
    assert_eq!(row(&products, "product", "MUG")["refund_rate_units"], "0.2500");
    let countries = report(&app, &who, "refunds", &format!("{NOVEMBER}&by=country"));
    assert_eq!(row(&countries, "country", "AT")["returns"], "-30.00");
    // By order both stand on the day of their order.
    let by_order = report(&app, &who, "refunds", &format!("{NOVEMBER}&basis=order"));
    assert_eq!(row(&by_order, "day", "2026-11-03")["returns"], "-30.00");
    app.running.stop().unwrap();
}

#[test]
fn every_report_adds_up_and_agrees_with_profit_in_every_choice() {
    let (app, who) = shop();
    app.seed_shop();
    let mut compared = 0;
    for (name, query) in all_asks() {
        let found = report(&app, &who, name, &query);
        let spec = catalogue::find(name).unwrap();
        let basis =
            if spec.obeys.basis && query.contains("basis=order") { "order" } else { "event" };
        let store = if query.contains("store=shop") { "&store=shop" } else { "" };
        let profit = report(&app, &who, "profit", &format!("{DAYS}{store}&basis={basis}"));
        let columns: BTreeMap<&str, bool> =
            (spec.columns)().iter().map(|column| (column.name, column.adds)).collect();
        for (column, total) in found["total"].as_object().unwrap() {
            let Some(true) = columns.get(column.as_str()) else { continue };
            if let Some(same) = profit["total"].get(column) {
                assert_eq!(total, same, "{name} {query}: {column} is not that of profit");
                compared += 1;
            }
            if !total.is_string() {
                continue;
            }
            let rows = found["rows"].as_array().unwrap();
            let sum: i64 = rows.iter().map(|row| cents(&row[column])).sum();
            let rest = found["unallocated"].get(column).map_or(0, cents);
            assert_eq!(sum + rest, cents(total), "{name} {query}: {column}");
        }
    }
    assert!(compared > 100, "{compared}");
    app.running.stop().unwrap();
}

#[test]
fn every_page_file_and_print_opens_and_holds_the_same_total() {
    let (app, who) = shop();
    app.seed_shop();
    for (name, query) in all_asks() {
        let html = text(app.get(&format!("/reports/{name}?{query}"), &who));
        assert!(html.contains("popovertarget=") && html.contains("<table"), "{name}: {html}");
        assert!(!html.contains("style=") && !html.contains("<script>alert"), "{name}");
        let print = text(app.get(&format!("/reports/{name}?{query}&view=print"), &who));
        assert!(print.contains("print-view") && !print.contains("popovertarget="), "{name}");
        let file = app.get(&format!("/reports/{name}.csv?{query}"), &who);
        assert!(header(&file, "content-type").starts_with("text/csv"), "{name}");
        let named = header(&file, "content-disposition");
        assert!(named.contains(&format!("{name}-2026-10-01-2026-11-20.csv")), "{named}");
        let lines = text(file);
        assert!(!lines.contains("\n=") && !lines.contains(",=Pot"), "{name}: {lines}");
        let found = report(&app, &who, name, &query);
        for adds in ["net_profit", "amount", "refund_loss", "discounts"] {
            if let Some(total) = found["total"].get(adds).and_then(Value::as_str) {
                assert!(lines.contains(total), "{name} {query}: {adds} {total} in {lines}");
                assert!(html.contains(&total.replace('-', "\u{2212}").replace(",", "")), "{name}");
            }
        }
    }
    assert_eq!(app.get("/reports/nonsense", &who).status(), 404);
    app.running.stop().unwrap();
}

#[test]
fn a_sheet_holds_real_numbers_and_months() {
    let (app, who) = shop();
    let mut response = app.get(&format!("/reports/pnl.xlsx?{DAYS}&against=nothing"), &who);
    let bytes = response.body_mut().read_to_vec().unwrap();
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let sheet = book.worksheet_range("pnl").unwrap();
    assert_eq!(sheet.get((0, 0)), Some(&Data::String("item".to_owned())));
    let Some(Data::DateTime(month)) = sheet.get((0, 1)) else { panic!("{:?}", sheet.get((0, 1))) };
    assert_eq!(month.as_f64(), 46_296.0, "1 Oct 2026, in days since the end of 1899");
    assert_eq!(sheet.get((1, 0)), Some(&Data::String("gross_sales".to_owned())));
    assert_eq!(sheet.get((1, 1)), Some(&Data::Float(20.0)));
    let meanings = book.worksheet_range("definitions").unwrap();
    assert!(meanings.rows().any(|row| row[0] == Data::String("net_profit".to_owned())));
    app.running.stop().unwrap();
}

#[test]
fn the_api_names_what_is_wrong_and_what_may_be_chosen() {
    let (app, who) = shop();
    let wrong = |query: &str, status: u16, said: &str| {
        let response = app.get(&format!("/api/v1/reports/refunds?{query}"), &who);
        assert_eq!(response.status(), status, "{query}");
        let body = text(response);
        assert!(body.contains(said), "{query}: {body}");
    };
    wrong("by=colour", 400, "country");
    wrong("from=2026-02-30", 400, "2026-11-20");
    wrong("store=nowhere", 404, "nowhere");
    wrong("from=2026-11-10&to=2026-11-01", 400, "after");
    let described: Value =
        serde_json::from_str(&text(app.get("/api/v1/openapi.json", &who))).unwrap();
    let parameters = &described["paths"]["/api/v1/reports/refunds"]["get"]["parameters"];
    let by = parameters.as_array().unwrap().iter().find(|one| one["name"] == "by").unwrap();
    assert_eq!(by["schema"]["enum"][0], "day");
    let token = app.token_of(Role::Fulfilment);
    assert_eq!(app.get("/api/v1/reports/pnl", &token).status(), 403);
    app.running.stop().unwrap();
}

#[test]
fn the_address_holds_all_of_a_report_and_its_link_names_the_days() {
    let (app, who) = shop();
    let html = text(app.get("/reports/pnl?by=quarter&basis=order", &who));
    // 20 Nov 2026: this month and the five before it.
    let link = "/reports/pnl?basis=order&#38;by=quarter&#38;from=2026-06-01&#38;to=2026-11-20";
    assert!(html.contains(link), "{html}");
    let index = text(app.get("/reports", &who));
    for spec in catalogue::ALL {
        assert!(index.contains(&format!("href=\"/reports/{}\"", spec.name)), "{}", spec.name);
    }
    assert!(index.contains("href=\"/profit\"") && index.contains("href=\"/reconcile\""));
    app.running.stop().unwrap();
}

#[test]
fn before_the_first_store_a_report_says_so() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    for spec in catalogue::ALL {
        assert_eq!(app.get(&format!("/reports/{}", spec.name), &who).status(), 200);
        assert_eq!(app.get(&format!("/reports/{}.csv", spec.name), &who).status(), 404);
        assert_eq!(app.get(&format!("/api/v1/reports/{}", spec.name), &who).status(), 404);
    }
    app.running.stop().unwrap();
}
