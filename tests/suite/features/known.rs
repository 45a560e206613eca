//! The books as they were known on a day, and what changed since: one shop whose May is told
//! first, and told again on 10 June in every way that changes it.

use serde_json::Value;

use purser::reports::catalogue;
use purser::store::changes::By;
use purser::store::users::Role;

use crate::kit::app::{App, As, Folder, header, text};

/// Two orders of May, their costs, a fee by rule, an expense and some ad spend, all known on
/// 1 June.
///
/// A: 2 mugs at 12.00, cost 2 × 4.00, label 5.00, fee 1.00: 10.00.
/// C: a pot of 40.00, cost 10.00, fee by rule 1.4 % + 0.25 = 0.81: 29.19.
/// Fair −3.00, ads −2.00. May as known then: 34.19.
pub fn may() -> App {
    let app = App::start_at("2026-06-01T08:00:00Z", Folder::new(), "/", Vec::new());
    app.take_in("rules", None, "rules.json", RULES);
    app.take_in("orders", Some("shop"), "orders.jsonl", &lines(&[A, C]));
    app.take_in("costs", None, "costs.csv", COSTS);
    let fair = "name,amount,currency,from\nFair,3.00,EUR,2026-05-20\n";
    app.take_in("expenses", None, "expenses.csv", fair);
    let ads = "day,platform,campaign,amount,currency\n2026-05-10,meta,spring,2.00,EUR\n";
    app.take_in("ad-spend", None, "ads.csv", ads);
    app
}

const RULES: &str = r#"{"payment_fees":[{"gateway":"stripe","currency":"EUR","percent":"1.4",
    "fixed":"0.25","minimum":null,"maximum":null,"returned_on_refund_percent":"0"}]}"#;
const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n\
                     POT,2026-01-01,10.00,EUR\n";
const A: &str = r#"{"id":"a","number":"A","created_at":"2026-05-10T09:00:00Z","currency":"EUR",
    "financial_status":"paid","lines":[{"id":"1","sku":"MUG","title":"Mug","quantity":2,
    "unit_price":"12.00"}],"shipping_cost":"5.00",
    "payments":[{"gateway":"stripe","amount":"24.00","fee":"1.00"}]}"#;
const C: &str = r#"{"id":"c","number":"C","created_at":"2026-05-15T09:00:00Z","currency":"EUR",
    "financial_status":"paid","lines":[{"id":"1","sku":"POT","title":"Pot","quantity":1,
    "unit_price":"40.00"}],"shipping_cost":"0",
    "payments":[{"gateway":"stripe","amount":"40.00"}]}"#;
/// Half of A came back on 28 May, broken: −12.00.
const A_REFUNDED: &str = r#"{"id":"a","number":"A","created_at":"2026-05-10T09:00:00Z",
    "currency":"EUR","financial_status":"partially_refunded","lines":[{"id":"1","sku":"MUG",
    "title":"Mug","quantity":2,"unit_price":"12.00"}],"shipping_cost":"5.00",
    "payments":[{"gateway":"stripe","amount":"24.00","fee":"1.00"}],
    "refunds":[{"id":"r","at":"2026-05-28T12:00:00Z",
    "lines":[{"line_id":"1","quantity":1,"amount":"12.00"}]}]}"#;
/// The real fee is 1.00 and not 0.81: −0.19.
const C_SETTLED: &str = r#"{"id":"c","number":"C","created_at":"2026-05-15T09:00:00Z",
    "currency":"EUR","financial_status":"paid","lines":[{"id":"1","sku":"POT","title":"Pot",
    "quantity":1,"unit_price":"40.00"}],"shipping_cost":"0",
    "payments":[{"gateway":"stripe","amount":"40.00","fee":"1.00"}]}"#;
/// Of 30 May, but told on 10 June: 12.00 less a cost of 4.50 by then and a fee of 0.50: 7.00.
const B: &str = r#"{"id":"b","number":"B","created_at":"2026-05-30T09:00:00Z","currency":"EUR",
    "financial_status":"paid","lines":[{"id":"1","sku":"MUG","title":"Mug","quantity":1,
    "unit_price":"12.00"}],"shipping_cost":"0",
    "payments":[{"gateway":"stripe","amount":"12.00","fee":"0.50"}]}"#;

fn lines(orders: &[&str]) -> String {
    let one_line = orders.iter().map(|order| order.replace('\n', " "));
    one_line.collect::<Vec<_>>().join("\n")
}

/// To noon of a day of June or July.
pub fn advance_to(app: &App, day: &str) {
    let at = purser::base::Instant::parse(&format!("{day}T12:00:00Z")).unwrap();
    let seconds = at.seconds() - app.clock.now().seconds();
    assert!(seconds >= 0, "time goes forward");
    app.clock.advance_seconds(seconds);
}

/// What is learned on 10 June. May as known today: A −3.00, B 7.00, C 29.00, Fair −4.00, ads
/// −3.50: 25.50.
pub fn learn(app: &App) {
    advance_to(app, "2026-06-10");
    app.take_in("orders", Some("shop"), "again.jsonl", &lines(&[A_REFUNDED, C_SETTLED, B]));
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.50,EUR\n";
    app.take_in("costs", None, "costs-again.csv", costs);
    let fair = "name,amount,currency,from\nFair,4.00,EUR,2026-05-20\n";
    app.take_in("expenses", None, "expenses-again.csv", fair);
    let ads = "day,platform,campaign,amount,currency\n2026-05-10,meta,spring,3.50,EUR\n";
    app.take_in("ad-spend", None, "ads-again.csv", ads);
}

/// JSON of the API, asked again while it is being made.
pub fn ask(app: &App, who: &As, path: &str) -> Value {
    for _ in 0..200 {
        let answer = app.get(path, who);
        if answer.status() == 202 {
            assert_eq!(header(&answer, "retry-after"), "3");
            std::thread::sleep(std::time::Duration::from_millis(50));
            continue;
        }
        assert_eq!(answer.status(), 200, "{path}: {}", text(answer));
        return serde_json::from_str(&text(answer)).unwrap();
    }
    panic!("{path} is never made");
}

const MAY: &str = "from=2026-05-01&to=2026-05-31";

fn net_profit(app: &App, who: &As, more: &str) -> String {
    let value = ask(app, who, &format!("/api/v1/reports/profit?{MAY}{more}"));
    value["total"]["net_profit"].as_str().unwrap().to_owned()
}

#[test]
fn may_as_known_on_5_june_holds_nothing_that_was_learned_on_10_june() {
    let app = may();
    let who = app.token_of(Role::Owner);
    assert_eq!(net_profit(&app, &who, ""), "34.19");
    learn(&app);
    app.settle();
    assert_eq!(net_profit(&app, &who, ""), "25.50");
    assert_eq!(net_profit(&app, &who, "&as_known=2026-06-05"), "34.19");
    assert_eq!(net_profit(&app, &who, "&as_known=2026-06-09"), "34.19");
    // Today is what is known today, and nobody knows what will be known tomorrow.
    assert_eq!(net_profit(&app, &who, "&as_known=2026-06-10"), "25.50");
    let tomorrow = app.get("/api/v1/reports/profit?as_known=2026-06-11", &who);
    assert_eq!(tomorrow.status(), 400);
    // Before anything was learned there is nothing.
    let nothing = app.get("/api/v1/reports/profit?as_known=2026-05-31", &who);
    assert!([202, 404].contains(&nothing.status().as_u16()), "{}", nothing.status());
    let changes = format!("/api/v1/reports/changes-since?as_known=2026-05-31&{MAY}");
    let changes = ask(&app, &who, &changes);
    assert_eq!(changes["then"]["net_profit"], "0.00");
    assert_eq!(changes["now"]["net_profit"], "25.50");
    let page = app.get(&format!("/profit?{MAY}&as_known=2026-05-31"), &who);
    assert!(header(&page, "location").starts_with("/changes-since?"), "{page:?}");
    // Every report is asked the same way.
    let by = ask(&app, &who, &format!("/api/v1/reports/profit?{MAY}&by=order&as_known=2026-06-05"));
    let orders: Vec<&str> =
        by["rows"].as_array().unwrap().iter().map(|row| row["order"].as_str().unwrap()).collect();
    assert_eq!(orders, ["A", "C"]);
    assert_eq!(by["as_known"], "2026-06-05");
    let trail = ask(&app, &who, "/api/v1/orders/A/explain?as_known=2026-06-05");
    let returns = trail["components"].as_array().unwrap();
    let returns = returns.iter().find(|one| one["name"] == "returns").unwrap();
    assert_eq!(returns["amount"], "0.00");
    app.running.stop().unwrap();
}

#[test]
fn the_causes_add_up_to_the_difference_and_name_what_is_behind_them() {
    let app = may();
    let who = app.token_of(Role::Owner);
    learn(&app);
    app.settle();
    let path = format!("/api/v1/reports/changes-since?as_known=2026-06-05&{MAY}");
    let changes = ask(&app, &who, &path);
    assert_eq!(changes["then"]["net_profit"], "34.19");
    assert_eq!(changes["now"]["net_profit"], "25.50");
    assert_eq!(changes["change"]["net_profit"], "-8.69");
    let causes: Vec<(&str, &str)> = changes["causes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let minor = one["change"]["net_profit"].as_str().unwrap();
            (one["cause"].as_str().unwrap(), minor)
        })
        .collect();
    assert_eq!(
        causes,
        [
            ("orders", "7.00"),
            ("refunds", "-12.00"),
            ("fees", "-0.19"),
            ("ad_spend", "-1.50"),
            // Of A alone: what is known of B is known at today's cost.
            ("costs", "-1.00"),
            ("expenses", "-1.00"),
        ]
    );
    let cause = |name: &str| {
        let all = changes["causes"].as_array().unwrap();
        all.iter().find(|one| one["cause"] == name).unwrap().clone()
    };
    assert_eq!(cause("refunds")["change"]["returns"], "-12.00");
    let behind = |name: &str| {
        let orders = cause(name)["orders"].as_array().unwrap().clone();
        let shown = |one: &Value| format!("{} {}", one["order"], one["contribution_margin"]);
        orders.iter().map(shown).collect::<Vec<_>>().join(" ").replace('"', "")
    };
    assert_eq!(behind("orders"), "B 7.00");
    assert_eq!(behind("refunds"), "A -12.00");
    assert_eq!(behind("fees"), "C -0.19");
    assert_eq!(behind("costs"), "A -1.00");
    let cost = &cause("costs")["records"][0];
    assert_eq!((&cost["was"], &cost["now"]), (&"4 EUR".into(), &"4.5 EUR".into()));
    assert!(cost["label"].as_str().unwrap().contains("MUG"), "{cost}");
    let spend = &cause("ad_spend")["records"][0];
    assert_eq!((&spend["was"], &spend["now"]), (&"2.00 EUR".into(), &"3.50 EUR".into()));
    // By order the refund is counted in its order's days, and the sum is the same.
    let by_order = ask(&app, &who, &format!("{path}&basis=order"));
    assert_eq!(by_order["change"]["net_profit"], "-8.69");
    // In June nothing happened.
    let june = path.replace(MAY, "from=2026-06-01&to=2026-06-09");
    assert_eq!(ask(&app, &who, &june)["causes"].as_array().unwrap().len(), 0);
    // Something more becomes known: the causes are those of today.
    app.clock.advance_seconds(60);
    let fair = "name,amount,currency,from\nFair,4.50,EUR,2026-05-20\n";
    app.take_in("expenses", None, "expenses-third.csv", fair);
    app.settle();
    assert_eq!(ask(&app, &who, &path)["change"]["net_profit"], "-9.19");
    app.running.stop().unwrap();
}

/// What every report says, profit day by day and order by order too. With a day each says that
/// it is of that day.
fn all_figures(app: &App, who: &As, day: Option<&str>) -> Vec<Value> {
    let by = ["day,store", "product", "order", "campaign", "country"];
    let profit = by.map(|by| format!("profit?by={by}&"));
    let listed = catalogue::ALL.iter().map(|spec| format!("{}?", spec.name));
    let others = ["preset?", "payouts?", "reconcile?"].map(str::to_owned);
    let all = profit.into_iter().chain(listed).chain(others);
    let more = day.map(|day| format!("&as_known={day}")).unwrap_or_default();
    all.map(|report| {
        let path = format!("/api/v1/reports/{report}from=2026-05-01&to=2026-06-30{more}");
        let mut value = ask(app, who, &path);
        let named = value.as_object_mut().unwrap().remove("as_known");
        assert_eq!(named.as_ref().and_then(Value::as_str), day, "{path}");
        value
    })
    .collect()
}

#[test]
fn each_day_can_be_asked_again_whatever_was_learned_after_it() {
    let app = may();
    let who = app.token_of(Role::Owner);
    let mut told: Vec<(&str, Vec<Value>)> = Vec::new();
    app.settle();
    told.push(("2026-06-01", all_figures(&app, &who, None)));
    let steps: [(&str, &dyn Fn()); 6] = [
        ("2026-06-02", &|| {
            app.take_in("orders", Some("shop"), "b.jsonl", &lines(&[B, A_REFUNDED]));
        }),
        ("2026-06-03", &|| {
            let rules = RULES.replace("1.4", "2.9");
            app.take_in("rules", None, "rules-again.json", &rules);
        }),
        ("2026-06-04", &|| {
            let fx = "day,base,quote,rate\n2026-01-01,USD,EUR,0.90\n";
            app.take_in("fx", None, "fx.csv", fx);
            let dollars = C.replace("\"c\"", "\"d\"").replace("EUR", "USD");
            app.take_in("orders", Some("market"), "d.jsonl", &lines(&[&dollars]));
        }),
        ("2026-06-05", &|| {
            let fx = "day,base,quote,rate\n2026-01-01,USD,EUR,0.80\n";
            app.take_in("fx", None, "fx-again.csv", fx);
        }),
        ("2026-06-06", &|| {
            // What B and A's refund had brought is taken back.
            let id = app.count("select max(id) from imports where file_name = 'b.jsonl'");
            let undone = app.post(&format!("/import/{id}/undo"), &who, &[]);
            assert_eq!(undone.status(), 303, "{}", text(undone));
        }),
        ("2026-06-07", &|| {
            let labels = "sku,valid_from,unit_cost,currency\nPOT,2026-05-12,11.00,EUR\n";
            app.take_in("costs", None, "costs-third.csv", labels);
        }),
    ];
    for (day, step) in steps {
        advance_to(&app, day);
        step();
        app.settle();
        told.push((day, all_figures(&app, &who, None)));
    }
    advance_to(&app, "2026-06-20");
    for (day, expected) in &told {
        let known = all_figures(&app, &who, Some(day));
        for (known, expected) in known.iter().zip(expected) {
            assert_eq!(known, expected, "as known on {day}");
        }
    }
    // Whatever was changed in between, the causes add up, and the copy is made of nothing else.
    for (day, expected) in &told {
        let range = "from=2026-05-01&to=2026-06-30";
        let path = format!("/api/v1/reports/changes-since?as_known={day}&{range}");
        let changes = ask(&app, &who, &path);
        assert_eq!(changes["then"]["net_profit"], expected[0]["total"]["net_profit"], "{day}");
    }
    app.running.stop().unwrap();
}

#[test]
fn the_pages_say_so_and_lead_back() {
    let app = may();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    learn(&app);
    app.settle();
    let who = app.session_of(user);
    // Whoever asks first waits, here or on the page that follows the work.
    let token = app.token_of(Role::Owner);
    assert_eq!(net_profit(&app, &token, "&as_known=2026-06-05"), "34.19");
    let listed = catalogue::ALL.iter().map(|spec| format!("/reports/{}", spec.name));
    let pages = ["/", "/profit", "/orders", "/ads", "/reconcile", "/payouts", "/presets", "/goals"];
    for path in pages.map(str::to_owned).into_iter().chain(listed) {
        let answer = app.get(&format!("{path}?{MAY}&as_known=2026-06-05"), &who);
        assert_eq!(answer.status(), 200, "{path}");
        let html = text(answer);
        assert!(html.contains("As known on 5 Jun 2026"), "{path}: {html}");
        assert!(html.contains("/changes-since?"), "{path}");
        let today = text(app.get(&format!("{path}?{MAY}"), &who));
        assert!(!today.contains("As known on"), "{path}");
    }
    // Its files and the view to print are of that day too; a page that has none says so.
    let csv = format!("/reports/pnl.csv?{MAY}&by=month&as_known=2026-06-05");
    assert!(text(app.get(&csv, &who)).contains("34.19"));
    let print = format!("/reports/pnl?{MAY}&view=print&as_known=2026-06-05");
    assert!(text(app.get(&print, &who)).contains("As known on 5 Jun 2026"));
    for path in ["/months", "/what-if", "/todo"] {
        let html = text(app.get(&format!("{path}?as_known=2026-06-05"), &who));
        assert!(html.contains("Not as known on 5 Jun 2026"), "{path}: {html}");
    }
    for path in ["months", "what-if"] {
        let refused = app.get(&format!("/api/v1/reports/{path}?as_known=2026-06-05"), &token);
        assert_eq!(refused.status(), 400, "{path}");
        assert!(text(refused).contains("cannot be asked of an earlier day"), "{path}");
    }
    let orders = text(app.get(&format!("/orders?{MAY}&as_known=2026-06-05"), &who));
    assert!(orders.contains("?as_known=2026-06-05"), "an order is asked of the same day");
    assert!(!orders.contains(">B<"), "{orders}");
    // The overview remembers answers; those of the copy are not those of today.
    let overview = text(app.get(&format!("/?{MAY}"), &who));
    assert!(overview.contains("25.50") && !overview.contains("34.19"), "{overview}");
    let path = format!("/changes-since?{MAY}&as_known=2026-06-05");
    let answer = app.get(&path, &who);
    let html = match answer.status().as_u16() {
        303 => {
            let wait = header(&answer, "location");
            assert!(wait.starts_with("/as-known/wait?"), "{wait}");
            ask(&app, &token, &format!("/api/v1/reports/changes-since?as_known=2026-06-05&{MAY}"));
            text(app.get(&path, &who))
        }
        _ => text(answer),
    };
    let words = ["8.69", "Orders learned later", "Refunds learned later", "Fees settled", "−12.00"];
    for shown in words {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    // The page that waits leads nowhere but to pages of ours.
    let at = purser::base::Instant::parse("2026-06-06T00:00:00Z").unwrap().0;
    for next in ["//evil.example/", "https://evil.example/", "/\\evil.example", "%0d/"] {
        let answer = app.get(&format!("/as-known/wait?at={at}&next={next}"), &who);
        assert_eq!(header(&answer, "location"), "/", "{next}");
    }
    app.running.stop().unwrap();
}

#[test]
fn a_copy_is_private_and_holds_no_secret() {
    use purser::store::{Db, known, snapshots};

    let app = may();
    let user = app.make_user("ann@example.test", Role::Owner, Some("marble otter vinyl seven"));
    app.session_of(user);
    let who = app.token_of(Role::Owner);
    learn(&app);
    app.settle();
    assert_eq!(net_profit(&app, &who, "&as_known=2026-06-05"), "34.19");
    let folder = app.folder.paths().data.join("snapshots");
    let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(names.len(), 1, "one whole file and nothing beside it: {names:?}");
    let copy = Db::open_read_only(&names[0], app.clock.clone()).unwrap();
    for table in known::EMPTIED {
        let sql = format!("select count(*) from {table}");
        let rows: i64 =
            copy.read(|reader| Ok(reader.conn().query_row(&sql, [], |row| row.get(0))?)).unwrap();
        let expected = if table == "settings" { 2 } else { 0 };
        assert_eq!(rows, expected, "{table}");
    }
    // Every table is either emptied or kept on purpose: a new one must be put in a list.
    let sql = "select name from sqlite_schema where type = 'table' and name not like 'sqlite%'";
    let tables = copy.read(|reader| {
        let mut statement = reader.conn().prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    });
    let facts = purser::store::imports::FACTS.map(|table| table.name);
    for table in tables.unwrap() {
        let bare = table.strip_suffix("_past").unwrap_or(&table);
        let is_listed = known::EMPTIED.contains(&table.as_str())
            || known::KEPT.contains(&table.as_str())
            || facts.contains(&bare);
        assert!(is_listed, "{table} is in neither list of store/known.rs");
    }
    let bytes = std::fs::read(&names[0]).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("ann@example.test") && !holds("argon2"), "what was deleted is overwritten");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&names[0]), mode(&folder)), (0o600, 0o700));
    }
    // What a program that died left is never taken for a copy; after 30 days all of it is gone.
    let part = folder.join(format!("{}.dead.part", names[0].file_name().unwrap().display()));
    std::fs::write(&part, "half").unwrap();
    let database = app.running.state.db.path().to_owned();
    snapshots::sweep(&database, app.clock.now());
    assert!(part.exists() && names[0].exists());
    snapshots::sweep(&database, app.clock.now().plus_seconds(2 * 86_400));
    assert!(!part.exists() && names[0].exists());
    snapshots::sweep(&database, app.clock.now().plus_seconds(31 * 86_400));
    assert!(!names[0].exists());
    app.running.stop().unwrap();
}

#[test]
fn a_copy_that_is_broken_off_leaves_nothing() {
    use purser::features::known::build;

    let app = may();
    learn(&app);
    app.settle();
    let at = purser::base::Instant::parse("2026-06-06T00:00:00Z").unwrap();
    let folder = app.folder.paths().data.join("snapshots");
    let names = || std::fs::read_dir(&folder).map_or(0, |entries| entries.count());
    let calls = std::sync::atomic::AtomicI64::new(0);
    for stop_at in 0..12 {
        calls.store(0, std::sync::atomic::Ordering::Relaxed);
        let ended = build(&app.running.state.db, at, &|_, _| {
            calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < stop_at
        });
        match ended {
            Err(_) => assert_eq!(names(), 0, "broken off at {stop_at}"),
            Ok(path) => std::fs::remove_file(path).unwrap(),
        }
    }
    // Two at once do not disturb each other.
    let db = &app.running.state.db;
    std::thread::scope(|scope| {
        let work = || build(db, at, &|_, _| true).unwrap();
        let threads = [scope.spawn(work), scope.spawn(work)];
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert_eq!(names(), 1, "both made the same copy");
    app.running.stop().unwrap();
}

#[test]
fn where_no_copy_can_be_made_it_says_why_and_tries_again() {
    let app = may();
    let user = app.make_user("ann@example.test", Role::Owner, None);
    learn(&app);
    app.settle();
    let who = app.session_of(user);
    let folder = app.folder.paths().data.join("snapshots");
    std::fs::write(&folder, "in the way").unwrap();
    let path = format!("/api/v1/reports/profit?{MAY}&as_known=2026-06-05");
    let answer = app.get(&path, &who);
    assert_eq!(answer.status(), 503);
    assert!(text(answer).contains("could not be read or written"));
    let page = app.get(&format!("/profit?{MAY}&as_known=2026-06-05"), &who);
    let wait = header(&page, "location");
    assert!(wait.starts_with("/as-known/wait?"), "{wait}");
    let html = text(app.get(&wait, &who));
    assert!(html.contains("The books of that day were not made."), "{html}");
    std::fs::remove_file(&folder).unwrap();
    assert_eq!(app.get(&format!("{wait}&again=yes"), &who).status(), 303);
    assert_eq!(net_profit(&app, &who, "&as_known=2026-06-05"), "34.19");
    let html = text(app.get(&format!("/profit?{MAY}&as_known=2026-06-05"), &who));
    assert!(html.contains("As known on 5 Jun 2026"), "{html}");
    app.running.stop().unwrap();
}

#[test]
fn settings_have_a_past_too() {
    let app = App::start_at("2026-06-01T08:00:00Z", Folder::new(), "/", Vec::new());
    let who = app.token_of(Role::Owner);
    let fx = "day,base,quote,rate\n2026-01-01,EUR,USD,1.10\n";
    app.take_in("fx", None, "fx.csv", fx);
    app.take_in("orders", Some("shop"), "orders.jsonl", &lines(&[A]));
    app.take_in("costs", None, "costs.csv", COSTS);
    app.settle();
    // A: 24.00 − 8.00 − 5.00 − 1.00.
    assert_eq!(net_profit(&app, &who, ""), "10.00");
    advance_to(&app, "2026-06-03");
    let tools = purser::sync::ctx::Tools::new(
        app.running.state.db.clone(),
        std::sync::Arc::clone(&app.running.state.vault),
    );
    let dollars = purser::store::organisation::Choice {
        currency: Some(purser::base::Currency::parse("USD").unwrap()),
        ..Default::default()
    };
    purser::sync::edit::set_organisation(&tools, &dollars, &By::default()).unwrap();
    app.running.signal.wake();
    app.settle();
    // 26.40 − 8.80 − 5.50 − 1.10.
    assert_eq!(net_profit(&app, &who, ""), "11.00");
    advance_to(&app, "2026-06-05");
    let then = ask(&app, &who, &format!("/api/v1/reports/profit?{MAY}&as_known=2026-06-02"));
    assert_eq!((&then["currency"], &then["total"]["net_profit"]), (&"EUR".into(), &"10.00".into()));
    // The difference is told in one currency; that there was another one is said.
    let path = format!("/api/v1/reports/changes-since?as_known=2026-06-02&{MAY}");
    let changes = ask(&app, &who, &path);
    assert_eq!((&changes["currency"], &changes["currency_then"]), (&"USD".into(), &"EUR".into()));
    assert_eq!(changes["then"]["net_profit"], "11.00");
    app.running.stop().unwrap();
}
