//! A small shop in a running app, taken in as files are, with its books made.

use serde_json::{Value, json};

use super::app::App;

impl App {
    /// Takes in a file of a neutral format, as the command does that finds a server at work. The
    /// figures are made when it answers.
    pub fn take_in(&self, format: &str, store: Option<&str>, name: &str, content: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let ask = json!({
            "format": format,
            "files": [path],
            "store": store,
            "currency": "EUR",
            "time_zone": "UTC",
            "dry_run": false,
        });
        let done = self.command("import", &ask);
        assert_eq!(done["files"][0]["refused_count"], 0, "{name}: {done}");
    }

    /// What a command does that finds a server at work.
    pub fn command(&self, name: &str, input: &Value) -> Value {
        let token = self.running.state.control_token.expose();
        let mut answer = self
            .agent
            .post(self.running.url(&format!("/control/{name}")))
            .header("Authorization", format!("Bearer {token}"))
            .send_json(input)
            .unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), 200, "{name}: {body}");
        let outcome: Value = serde_json::from_str(&body).unwrap();
        assert!(outcome["failed"].is_null(), "{name}: {body}");
        outcome["done"].clone()
    }

    /// Two stores, four days, every kind of doubt.
    pub fn seed_shop(&self) {
        let orders = [
            // 2 mugs of 12.00 and a teapot of 40.00 whose cost nobody knows.
            r#"{"id":"o-1","number":"1001","created_at":"2026-11-02T09:30:00Z","currency":"EUR",
            "financial_status":"paid","ship_to":{"country":"DE"},"campaign":"spring",
            "lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":2,"unit_price":"12.00"},
            {"id":"b","sku":"POT","title":"<script>alert(1)</script>","quantity":1,
            "unit_price":"40.00"}],"shipping_cost":"5.00",
            "payments":[{"gateway":"stripe","amount":"64.00","fee":"1.00"}]}"#,
            // Half of it comes back, broken.
            r#"{"id":"o-2","number":"1002","created_at":"2026-11-03T10:00:00Z","currency":"EUR",
            "financial_status":"partially_refunded","ship_to":{"country":"AT"},
            "lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":2,"unit_price":"12.00"}],
            "shipping_cost":"4.00","payments":[{"gateway":"stripe","amount":"24.00","fee":"0.60"}],
            "refunds":[{"id":"r","at":"2026-11-05T12:00:00Z",
            "lines":[{"line_id":"a","quantity":1,"amount":"12.00"}]}]}"#,
            // Never paid.
            r#"{"id":"o-3","number":"1003","created_at":"2026-11-04T10:00:00Z","currency":"EUR",
            "financial_status":"pending","lines":[{"id":"a","sku":"MUG","quantity":1,
            "unit_price":"12.00"}]}"#,
        ];
        let lines = |orders: &[&str]| {
            let one_line = orders.iter().map(|order| order.replace('\n', " "));
            one_line.collect::<Vec<_>>().join("\n")
        };
        self.take_in("orders", Some("shop"), "orders.jsonl", &lines(&orders));
        let other = r#"{"id":"p-1","number":"1001","created_at":"2026-11-04T08:00:00Z",
            "currency":"EUR","financial_status":"paid","ship_to":{"country":"DE"},
            "lines":[{"id":"a","sku":"=1+1","title":"=1+1","quantity":1,"unit_price":"30.00"}],
            "shipping_cost":"0","payments":[]}"#;
        self.take_in("orders", Some("market"), "other.jsonl", &lines(&[other]));
        let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n\
                     =1+1,2026-01-01,10.00,EUR\n";
        self.take_in("costs", None, "costs.csv", costs);
        let expenses = "name,amount,currency,from,every\nRent,3.00,EUR,2026-11-01,day\n";
        self.take_in("expenses", None, "expenses.csv", expenses);
        let ads = "day,platform,campaign,amount,currency\n2026-11-02,meta,spring,2.00,EUR\n";
        self.take_in("ad-spend", None, "ads.csv", ads);
    }
}
