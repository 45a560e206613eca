//! Profit by a key: page, JSON and CSV hold the same figures.

use std::collections::BTreeMap;

use purser::store::users::Role;
use serde_json::Value;

use crate::kit::app::{App, As, EMAIL, header, text};

const DAYS: &str = "from=2026-11-01&to=2026-11-20";

fn shop() -> (App, As) {
    let app = App::start();
    app.seed_shop();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    (app, who)
}

fn json(app: &App, query: &str, who: &As) -> Value {
    let path = format!("/api/v1/reports/profit?{query}");
    serde_json::from_str(&text(app.get(&path, who))).unwrap()
}

/// The rows of a CSV, by their first cell; each a map by column.
fn csv(app: &App, query: &str, who: &As) -> BTreeMap<String, BTreeMap<String, String>> {
    let body = text(app.get(&format!("/profit.csv?{query}"), who));
    let mut reader = csv::Reader::from_reader(body.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = header.iter().zip(record.iter());
        let cells = cells.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect();
        (record[0].to_owned(), cells)
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn shown(amount: &Value) -> String {
    amount.as_str().unwrap().replace('-', "\u{2212}")
}

#[test]
fn page_json_and_csv_agree_for_every_key() {
    let (app, who) = shop();
    for key in ["product", "variant", "group", "store", "country", "channel", "campaign", "day"] {
        let query = format!("{DAYS}&by={key}");
        let report = json(&app, &query, &who);
        let html = text(app.get(&format!("/profit?{query}"), &who));
        let file = csv(&app, &query, &who);
        let rows = report["rows"].as_array().unwrap();
        assert_eq!(file.len(), rows.len() + 2, "{key}: rows, what no row bears, total");
        for row in rows {
            assert!(html.contains(&shown(&row["net_profit"])), "{key}: {row}");
            let name = row[key].as_str().unwrap_or_default();
            let name = if name.starts_with('=') { format!("'{name}") } else { name.to_owned() };
            for column in ["gross_sales", "cogs", "net_profit"] {
                assert_eq!(file[&name][column], row[column].as_str().unwrap(), "{key} {name}");
            }
        }
        assert_eq!(file["total"]["net_profit"], report["total"]["net_profit"].as_str().unwrap());
        assert!(html.contains(&shown(&report["total"]["net_profit"])), "{key}");
    }
    app.running.stop().unwrap();
}

#[test]
fn rows_and_what_no_row_bears_add_up_to_the_total_that_is_shown() {
    let (app, who) = shop();
    let html = text(app.get(&format!("/profit?{DAYS}"), &who));
    // By hand: sales 64 + 24 − 12 + 30, cogs −16 − 10 (the pot has none), shipping −9,
    // fees −1.60, ads −2.00, rent 20 × 3.00.
    let net_profit: i64 = 10_600 - 2_600 - 900 - 160 - 200 - 6_000;
    assert_eq!(net_profit, 740);
    assert!(html.contains("7.40"), "{html}");
    assert!(html.contains("Borne by no product") && html.contains("\u{2212}60.00"), "{html}");
    assert!(html.contains("Sums are over all 3 products"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn hostile_names_stay_text_on_pages_and_in_files() {
    let (app, who) = shop();
    let html = text(app.get(&format!("/profit?{DAYS}"), &who));
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(html.contains("&#60;script&#62;alert(1)"), "{html}");
    let body = text(app.get(&format!("/profit.csv?{DAYS}"), &who));
    assert!(body.contains("\n'=1+1,") && !body.contains("\n=1+1"), "{body}");
    app.running.stop().unwrap();
}

#[test]
fn files_are_named_by_key_and_days() {
    let (app, who) = shop();
    let check = |path: &str, media: &str, name: &str| {
        let response = app.get(&format!("{path}?{DAYS}&by=store"), &who);
        assert_eq!(response.status(), 200);
        assert!(header(&response, "content-type").starts_with(media), "{path}");
        let disposition = header(&response, "content-disposition");
        assert_eq!(disposition, format!("attachment; filename=\"{name}\""));
    };
    check("/profit.csv", "text/csv", "profit-by-store-2026-11-01-2026-11-20.csv");
    let xlsx = "profit-by-store-2026-11-01-2026-11-20.xlsx";
    check("/profit.xlsx", "application/vnd.openxmlformats", xlsx);
    app.running.stop().unwrap();
}

/// The names of the rows of the page's table, from top to bottom.
fn names(html: &str) -> Vec<String> {
    let cells = html.split("<th scope=\"row\"").skip(1);
    let name = |cell: &str| {
        let inner = cell.split("</th>").next().unwrap();
        let plain: String = inner
            .split_once('>')
            .unwrap()
            .1
            .split('<')
            .map(|part| part.split_once('>').map_or(part, |(_, text)| text))
            .collect();
        plain.trim().to_owned()
    };
    cells.map(name).collect()
}

#[test]
fn every_column_sorts_both_ways_and_the_total_stays_last() {
    let (app, who) = shop();
    let sorted = |query: &str| names(&text(app.get(&format!("/profit?{DAYS}&{query}"), &who)));
    let tail = ["Borne by no product", "Total"];
    let check = |query: &str, expected: [&str; 3]| {
        let found = sorted(query);
        let found: Vec<&str> = found.iter().map(String::as_str).collect();
        // A product without a cost has a line of state under its name, for phones.
        let found: Vec<&str> = found.iter().map(|n| n.split("late").next().unwrap()).collect();
        assert_eq!(found[..3], expected, "{query}");
        assert_eq!(found[3..], tail, "{query}");
    };
    let script = "&#60;script&#62;alert(1)&#60;/script&#62;";
    check("sort=units&dir=down", ["Mug", "=1+1", script]);
    check("sort=name&dir=up", [script, "=1+1", "Mug"]);
    check("sort=name&dir=down", ["Mug", "=1+1", script]);
    check("sort=net_revenue&dir=up", ["=1+1", "Mug", script]);
    check("sort=cogs&dir=up", ["Mug", "=1+1", script]);
    check("sort=nonsense", [script, "=1+1", "Mug"]);
    app.running.stop().unwrap();
}

#[test]
fn pages_hold_fifty_rows_and_totals_hold_all() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    let order = |number: i64| {
        format!(
            r#"{{"id":"{number}","created_at":"2026-11-02T09:30:00Z","currency":"EUR",
            "financial_status":"paid","lines":[{{"id":"a","sku":"SKU-{number:03}",
            "quantity":1,"unit_price":"1.00"}}]}}"#
        )
        .replace('\n', " ")
    };
    let orders: Vec<String> = (0..120).map(order).collect();
    app.take_in("orders", Some("shop"), "many.jsonl", &orders.join("\n"));
    let page = |query: &str| text(app.get(&format!("/profit?{DAYS}&sort=sku&dir=up{query}"), &who));
    let (first, last) = (page(""), page("&page=3"));
    assert!(first.contains("1 – 50 of 120") && first.contains("SKU-049"), "{first}");
    assert!(!first.contains("SKU-050"), "{first}");
    assert!(last.contains("101 – 120 of 120") && last.contains("SKU-119"), "{last}");
    assert!(last.contains("120.00") && first.contains("120.00"), "the total holds all rows");
    assert!(page("&page=999").contains("101 – 120 of 120"), "beyond the last is the last");
    app.running.stop().unwrap();
}

#[test]
fn the_api_names_what_is_wrong() {
    let (app, who) = shop();
    let check = |query: &str, status: u16, said: &str| {
        let response = app.get(&format!("/api/v1/reports/profit?{query}"), &who);
        assert_eq!(response.status(), status, "{query}");
        let body = text(response);
        let error: Value = serde_json::from_str(&body).unwrap();
        assert!(error["error"].as_str().unwrap().contains(said), "{query}: {body}");
    };
    check("from=2026-02-30", 400, "2026-11-20");
    check("by=colour", 400, "product");
    check("by=day,store,product", 400, "At most 2");
    check("basis=cash", 400, "event or order");
    check("ads=all", 400, "blended or matched");
    check("fully_loaded=perhaps", 400, "true or false");
    check("from=2026-11-10&to=2026-11-01", 400, "after");
    check("store=nowhere", 404, "nowhere");
    let token = app.token_of(Role::Fulfilment);
    let report = "/api/v1/reports/profit";
    assert_eq!(app.get(report, &token).status(), 403, "the store room sees no figures");
    assert_eq!(app.get(report, &As::Nobody).status(), 401);
    app.running.stop().unwrap();
}

#[test]
fn the_api_obeys_each_parameter() {
    let (app, who) = shop();
    let total = |query: &str, name: &str| {
        let report = json(&app, &format!("{DAYS}&{query}"), &who);
        report["total"][name].as_str().unwrap().to_owned()
    };
    assert_eq!(total("by=store&store=market", "net_revenue"), "30.00");
    assert_eq!(total("by=day", "returns"), "-12.00");
    let days = json(&app, &format!("{DAYS}&by=day&basis=order"), &who);
    let third = days["rows"].as_array().unwrap().iter().find(|row| row["day"] == "2026-11-03");
    assert_eq!(third.unwrap()["returns"], "-12.00", "the refund stands on its order's day");
    let loaded = json(&app, &format!("{DAYS}&by=product&fully_loaded=true"), &who);
    let pot = loaded["rows"].as_array().unwrap().iter().find(|row| row["product"] == "POT");
    assert_ne!(pot.unwrap()["operating_expenses"], "0.00");
    let two = json(&app, &format!("{DAYS}&by=store,day"), &who);
    assert_eq!(two["by"], serde_json::json!(["store", "day"]));
    app.running.stop().unwrap();
}

#[test]
fn no_other_site_reads_figures_with_somebodys_cookie() {
    let (app, who) = shop();
    let url = app.running.url("/api/v1/reports/profit?by=day");
    for site in ["cross-site", "same-site"] {
        let mut request = app.agent.get(&url).header("Sec-Fetch-Site", site);
        for (name, value) in app.credentials(&who) {
            request = request.header(name, value);
        }
        assert_eq!(request.call().unwrap().status(), 403, "{site}");
    }
    app.running.stop().unwrap();
}

#[test]
fn what_stands_beside_the_orders_is_found_on_its_day_alone() {
    let app = App::start();
    let user = app.make_user(EMAIL, Role::Owner, None);
    let who = app.session_of(user);
    let order = |id: &str, day: &str, currency: &str| {
        let lines = r#"[{"id":"a","sku":"MUG","quantity":1,"unit_price":"10.00"}]"#;
        format!(
            r#"{{"id":"{id}","created_at":"{day}T08:00:00Z","currency":"{currency}",
            "financial_status":"paid","lines":{lines}}}"#
        )
        .replace('\n', " ")
    };
    let orders = [order("e", "2026-11-03", "EUR"), order("n", "2026-11-07", "NOK")];
    app.take_in("orders", Some("shop"), "orders.jsonl", &orders.join("\n"));
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";
    app.take_in("costs", None, "costs.csv", costs);
    let expenses = "name,amount,currency,from,every\nFair,7.00,EUR,2026-11-04,once\n";
    app.take_in("expenses", None, "expenses.csv", expenses);
    let ads = "day,platform,campaign,amount,currency\n2026-11-05,meta,spring,2.00,EUR\n\
               2026-11-09,meta,spring,2.00,SEK\n";
    app.take_in("ad-spend", None, "ads.csv", ads);
    let of = |day: &str, more: &str| {
        let path = format!("/api/v1/reports/profit?from={day}&to={day}&by=day{more}");
        let answer = app.get(&path, &who);
        let status = answer.status().as_u16();
        (status, serde_json::from_str::<Value>(&text(answer)).unwrap())
    };
    // By hand: 10.00 − 4.00; what was spent for a day on which nothing was sold; the fair.
    let days = [
        ("2026-11-02", "0.00"),
        ("2026-11-03", "6.00"),
        ("2026-11-04", "-7.00"),
        ("2026-11-05", "-2.00"),
        ("2026-11-06", "0.00"),
    ];
    for more in ["", "&ads=matched", "&basis=order", "&fully_loaded=true"] {
        for (day, expected) in days {
            let (status, report) = of(day, more);
            assert_eq!(status, 200, "{day}{more}: {report}");
            assert_eq!(report["total"]["net_profit"], expected, "{day}{more}: {report}");
        }
        for (day, currency) in [("2026-11-07", "NOK"), ("2026-11-09", "SEK")] {
            let (status, report) = of(day, more);
            assert_eq!((status, &report["missing_rates"][0]["day"]), (409, &Value::from(day)));
            assert_eq!(report["missing_rates"][0]["currency"], currency);
            assert_eq!(report["missing_rates"].as_array().unwrap().len(), 1);
        }
    }
    let report = json(&app, "from=2026-11-02&to=2026-11-06&by=day", &who);
    assert_eq!(report["total"]["net_profit"], "-3.00", "{report}");
    app.running.stop().unwrap();
}

#[test]
fn the_description_of_the_api_names_the_routes_that_there_are() {
    let (app, who) = shop();
    let described: Value =
        serde_json::from_str(&text(app.get("/api/v1/openapi.json", &who))).unwrap();
    assert_eq!(described["openapi"], "3.1.0");
    let mut paths: Vec<&String> = described["paths"].as_object().unwrap().keys().collect();
    paths.sort();
    let routes = purser::app::serve::routes();
    let mut there: Vec<&String> = routes
        .entries()
        .filter(|entry| entry.path.starts_with("/api/v1/") && entry.method == "GET")
        .map(|entry| &entry.path)
        .collect();
    there.sort();
    assert_eq!(paths, there, "a route of the API is made by `Routes::api`");
    let parameters = &described["paths"]["/api/v1/reports/profit"]["get"]["parameters"];
    let names: Vec<&str> =
        parameters.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    let known = ["from", "to", "by", "store", "basis", "ads", "fully_loaded", "as_known"];
    assert_eq!(names, known);
    app.running.stop().unwrap();
}
