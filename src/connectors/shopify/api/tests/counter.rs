//! A shop that counts: its numbers are set under the conditions and keys of Shopify's own, and what
//! befalls a call is said beforehand.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::fake::cost;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Reach, Request, Transport};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// It is done, and the answer does not come.
    Lost,
    /// It is not done, and no answer comes.
    Reset,
    Throttled,
    /// An error in the place of the data.
    Code(&'static str),
    /// An error of the change that names no row.
    Whole(&'static str),
    Denied,
    Garbage(&'static str),
}

pub struct Item {
    pub tracked: bool,
    pub policy: &'static str,
    pub status: &'static str,
    /// By the number of the place.
    pub levels: BTreeMap<u32, i64>,
    /// What is said of every change of it.
    pub fails: Option<&'static str>,
}

impl Item {
    pub fn of(units: i64) -> Self {
        Self {
            tracked: true,
            policy: "DENY",
            status: "ACTIVE",
            levels: [(1, units)].into(),
            fails: None,
        }
    }
}

#[derive(Default)]
pub struct Counter {
    pub items: Mutex<BTreeMap<u32, Item>>,
    /// What befalls the next changes, the first first; then it is fair.
    pub ahead: Mutex<Vec<Weather>>,
    /// The variables of every change that was asked for.
    pub changes: Mutex<Vec<Value>>,
    pub reads: Mutex<u32>,
    /// Changes that were made, each once.
    pub done: Mutex<u32>,
    keys: Mutex<BTreeMap<String, (Value, Value)>>,
}

impl Counter {
    pub fn new(items: impl IntoIterator<Item = (u32, Item)>) -> Self {
        let counter = Self::default();
        counter.items.lock().unwrap().extend(items);
        counter
    }

    pub fn ahead(&self, weather: impl IntoIterator<Item = Weather>) {
        self.ahead.lock().unwrap().extend(weather);
    }

    pub fn units(&self, item: u32) -> i64 {
        self.items.lock().unwrap()[&item].levels[&1]
    }

    pub fn list_keys(&self) -> Vec<String> {
        let changes = self.changes.lock().unwrap();
        changes.iter().map(|change| change["key"].as_str().unwrap().to_owned()).collect()
    }

    /// As Shopify does it: all of a call or nothing, and a key once.
    fn set(&self, variables: &Value) -> Value {
        let key = variables["key"].as_str().unwrap().to_owned();
        let mut keys = self.keys.lock().unwrap();
        if let Some((known, answer)) = keys.get(&key) {
            return match *known == variables["input"] {
                true => answer.clone(),
                false => wrong(&[("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", None)]),
            };
        }
        let rows = variables["input"]["quantities"].as_array().unwrap();
        let mut items = self.items.lock().unwrap();
        let mut faults = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            let (item, place) = (id(&row["inventoryItemId"]), id(&row["locationId"]));
            let expected = row["changeFromQuantity"].as_i64().expect("the number that we expect");
            let known = items.get(&item);
            let level = known.and_then(|item| item.levels.get(&place));
            let code = match (known.and_then(|item| item.fails), known, level) {
                (Some(code), ..) => Some(code),
                (None, None, _) => Some("INVALID_INVENTORY_ITEM"),
                (None, Some(_), None) => Some("ITEM_NOT_STOCKED_AT_LOCATION"),
                (None, _, Some(level)) if *level != expected => Some("CHANGE_FROM_QUANTITY_STALE"),
                _ => None,
            };
            faults.extend(code.map(|code| (code, Some(index))));
        }
        let answer = match faults.is_empty() {
            false => wrong(&faults),
            true => {
                for row in rows {
                    let item = items.get_mut(&id(&row["inventoryItemId"])).unwrap();
                    let quantity = row["quantity"].as_i64().unwrap();
                    item.levels.insert(id(&row["locationId"]), quantity);
                }
                *self.done.lock().unwrap() += 1;
                let group = format!("gid://shopify/InventoryAdjustmentGroup/{}", keys.len() + 900);
                json!({ "inventorySetQuantities": {
                    "inventoryAdjustmentGroup": { "id": group }, "userErrors": [] } })
            }
        };
        keys.insert(key, (variables["input"].clone(), answer.clone()));
        answer
    }

    fn show(&self, variables: &Value) -> Value {
        *self.reads.lock().unwrap() += 1;
        let items = self.items.lock().unwrap();
        let place = id(&variables["place"]);
        let ids = variables["ids"].as_array().unwrap().iter();
        let nodes: Vec<Value> = ids
            .map(|gid| {
                let Some(item) = items.get(&id(gid)) else { return Value::Null };
                let level = item.levels.get(&place).map(|units| {
                    json!({ "id": "gid://shopify/InventoryLevel/1",
                        "quantities": [{ "name": "available", "quantity": units }] })
                });
                json!({ "id": gid, "tracked": item.tracked, "inventoryLevel": level,
                    "variants": { "nodes": [{ "id": "gid://shopify/ProductVariant/1",
                        "inventoryPolicy": item.policy,
                        "product": { "id": "gid://shopify/Product/1", "status": item.status } }] }
                })
            })
            .collect();
        json!({ "nodes": nodes })
    }
}

fn id(gid: &Value) -> u32 {
    gid.as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

fn wrong(faults: &[(&str, Option<usize>)]) -> Value {
    let error = |(code, row): &(&str, Option<usize>)| {
        let row = row.map(|row| row.to_string());
        let field = row.map(|row| json!(["input", "quantities", row, "changeFromQuantity"]));
        json!({ "code": code, "field": field, "message": "in words" })
    };
    let errors: Vec<Value> = faults.iter().map(error).collect();
    json!({ "inventorySetQuantities": {
        "inventoryAdjustmentGroup": null, "userErrors": errors } })
}

impl Transport for Counter {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let (text, variables) = (body["query"].as_str().unwrap(), &body["variables"]);
        let answer = |text: String| {
            let body = Box::new(std::io::Cursor::new(text.into_bytes()));
            let from = (body as Box<dyn std::io::Read + Send>, request.bytes_max);
            Ok(Answer::new(200, Vec::new(), from, request.place()))
        };
        let whole =
            |data: Value| answer(json!({ "data": data, "extensions": cost(1_500) }).to_string());
        let refused = |code: &str| {
            let error = json!({ "message": "m", "extensions": { "code": code } });
            answer(json!({ "errors": [error], "extensions": cost(1_900) }).to_string())
        };
        if text.starts_with("query Sellable") {
            return whole(self.show(variables));
        }
        assert!(text.starts_with("mutation SetStock") && text.contains("@idempotent(key: $key)"));
        self.changes.lock().unwrap().push(variables.clone());
        let weather = {
            let mut ahead = self.ahead.lock().unwrap();
            if ahead.is_empty() { Weather::Fair } else { ahead.remove(0) }
        };
        match weather {
            Weather::Fair => whole(self.set(variables)),
            Weather::Lost => {
                self.set(variables);
                Err(Fault::transient("the connection broke off"))
            }
            Weather::Reset => Err(Fault::transient("the connection broke off")),
            Weather::Throttled => refused("THROTTLED"),
            Weather::Code(code) => refused(code),
            Weather::Whole(code) => whole(wrong(&[(code, None)])),
            Weather::Denied => {
                let error = json!({ "message": "Access denied for inventorySetQuantities field. \
                    Required access: `write_inventory` access scope.",
                    "extensions": { "code": "ACCESS_DENIED" } });
                answer(
                    json!({ "data": { "inventorySetQuantities": null }, "errors": [error] })
                        .to_string(),
                )
            }
            Weather::Garbage(text) => answer(text.to_owned()),
        }
    }
}
