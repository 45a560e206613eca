//! A shop that answers as Shopify does, from what a test put into it: pages, windows of time, work
//! that takes its time, and bad weather by a seed.

use std::collections::{BTreeMap, HashSet};
use std::io::Read;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::super::client::VERSION;
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Reach, Request, Transport, request};

pub const TOKEN: &str = "shpat_very-secret";
const SIGNED: &str = "https://storage.example.test/orders.jsonl?signature=private";

#[derive(Default)]
pub struct Fake {
    pub orders: Mutex<Vec<Value>>,
    pub refunds: Mutex<BTreeMap<String, Value>>,
    /// Lines of an order beyond its first page.
    pub more_lines: Mutex<BTreeMap<String, Vec<Value>>>,
    pub variants: Mutex<Vec<Value>>,
    pub locations: Mutex<Vec<Value>>,
    pub levels: Mutex<Vec<Value>>,
    pub rows: Mutex<Vec<Value>>,
    pub payouts: Mutex<Vec<Value>>,
    /// What each work in one go ends with, the first first; COMPLETED where none is left.
    pub bulk_ends: Mutex<Vec<(&'static str, Option<&'static str>)>>,
    /// An error that the next calls give in place of an answer.
    pub next: Mutex<Vec<(u16, Value)>>,
    /// Things of a page beyond which it is too dear.
    pub dear_above: Option<u64>,
    pub page_max: Option<usize>,
    pub asked: Mutex<Vec<String>>,
    pub seed: Option<u64>,
    pub state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    calls: BTreeMap<String, u64>,
    in_a_row: BTreeMap<String, u32>,
    polls: u32,
    bulk_text: String,
    tokens: HashSet<String>,
    issued: u32,
}

impl Fake {
    pub fn list_asked(&self, part: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|query| query.contains(part)).cloned().collect()
    }

    pub fn queue(&self, status: u16, body: Value) {
        self.next.lock().unwrap().push((status, body));
    }

    /// Forgets the access tokens that were handed out.
    pub fn expire(&self) {
        self.state.lock().unwrap().tokens.clear();
    }

    fn answer(&self, request: &Request) -> (u16, Vec<(String, String)>, Vec<u8>) {
        let version = ("x-shopify-api-version".to_owned(), VERSION.to_owned());
        let plain = |status: u16, body: Value| {
            (status, vec![version.clone()], body.to_string().into_bytes())
        };
        if request.url.ends_with("/admin/oauth/access_token") {
            let mut state = self.state.lock().unwrap();
            state.issued += 1;
            let token = format!("issued-{}", state.issued);
            state.tokens.insert(token.clone());
            return plain(200, json!({ "access_token": token, "expires_in": 86_399 }));
        }
        if request.url == SIGNED {
            let has_token = request.headers.iter().any(|(name, _)| name.contains("token"));
            assert!(!has_token, "no credential goes to a signed address");
            return (200, Vec::new(), self.jsonl().into_bytes());
        }
        let token = request.headers.iter().find(|(name, _)| *name == "x-shopify-access-token");
        let token = token.map(|(_, value)| request::Value::expose(value).to_owned());
        let token = token.expect("each question says who asks");
        if token != TOKEN && !self.state.lock().unwrap().tokens.contains(&token) {
            return plain(401, json!({ "errors": "[API] Invalid API key or access token" }));
        }
        if let Some((status, body)) = self.next.lock().unwrap().pop() {
            return plain(status, body);
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let text = body["query"].as_str().unwrap();
        self.asked.lock().unwrap().push(body.to_string());
        if let Some(dear) = self.dear_above
            && body["variables"]["first"].as_u64().is_some_and(|first| first > dear)
        {
            let code = json!({ "code": "MAX_COST_EXCEEDED", "cost": 2452, "maxCost": 1000 });
            return plain(200, json!({ "errors": [{ "message": "dear", "extensions": code }] }));
        }
        let data = self.data(text, &body["variables"]);
        plain(200, json!({ "data": data, "extensions": cost(1_500) }))
    }

    fn data(&self, text: &str, variables: &Value) -> Value {
        let name = text.split([' ', '(', '{']).find(|word| word.starts_with(char::is_uppercase));
        let list = |list: &Mutex<Vec<Value>>| list.lock().unwrap().clone();
        match name.unwrap_or_default() {
            "Me" => me(),
            "Orders" => json!({ "orders": self.page(list(&self.orders), variables) }),
            "Lines" => {
                let id = variables["id"].as_str().unwrap();
                let lines = self.more_lines.lock().unwrap()[id].clone();
                let orders = self.orders.lock().unwrap();
                let order = orders.iter().find(|order| order["id"] == id).unwrap();
                json!({ "order": { "id": id, "lineItems": self.page(lines, variables),
                    "shippingLines": order["shippingLines"] } })
            }
            "Refund" => {
                let id = variables["id"].as_str().unwrap();
                json!({ "refund": self.refunds.lock().unwrap().get(id) })
            }
            "Order" => {
                let orders = self.orders.lock().unwrap();
                json!({ "order": orders.iter().find(|order| order["id"] == variables["id"]) })
            }
            "LevelsById" => {
                let levels: Vec<Value> = list(&self.levels)
                    .into_iter()
                    .map(|mut level| {
                        level["location"] = json!({ "id": level["location"], "isActive": true });
                        level
                    })
                    .collect();
                nodes(&levels, variables)
            }
            "VariantsById" => nodes(&list(&self.variants), variables),
            "Start" => self.start(variables),
            "Poll" => self.poll(),
            "Variants" => json!({ "productVariants": self.page(list(&self.variants), variables) }),
            "Locations" | "Places" => {
                json!({ "locations": self.page(list(&self.locations), variables) })
            }
            "Levels" => {
                let id = variables["id"].as_str().unwrap();
                let at = |level: &Value| level["location"] == id;
                let levels = list(&self.levels).into_iter().filter(at).collect();
                let levels = self.page(levels, variables);
                json!({ "location": { "id": id, "name": id, "inventoryLevels": levels } })
            }
            "Balance" => json!({ "shopifyPaymentsAccount": { "id": "1",
                "balanceTransactions": self.page(list(&self.rows), variables) } }),
            "Payouts" => json!({ "shopifyPaymentsAccount": { "id": "1",
                "payouts": self.page(list(&self.payouts), variables) } }),
            "Days" => self.days(variables),
            other => panic!("nobody knows {other:?} in {text}"),
        }
    }

    fn days(&self, variables: &Value) -> Value {
        let payouts = self.payouts.lock().unwrap();
        let found = variables.as_object().unwrap().iter().map(|(name, id)| {
            let payout = payouts.iter().find(|payout| payout["id"] == *id);
            (name.clone(), payout.cloned().unwrap_or_default())
        });
        Value::Object(found.collect())
    }

    fn start(&self, variables: &Value) -> Value {
        let mut state = self.state.lock().unwrap();
        state.bulk_text = variables["q"].as_str().unwrap().to_owned();
        state.polls = 0;
        let work = json!({ "id": "gid://shopify/BulkOperation/1", "status": "CREATED",
            "createdAt": "2026-10-31T23:59:00Z" });
        json!({ "bulkOperationRunQuery": { "bulkOperation": work, "userErrors": [] } })
    }

    fn poll(&self) -> Value {
        let count = self.orders.lock().unwrap().len();
        let mut state = self.state.lock().unwrap();
        state.polls += 1;
        let mut work = json!({ "id": "gid://shopify/BulkOperation/1", "status": "RUNNING",
            "errorCode": null, "objectCount": "1", "rootObjectCount": (count / 2).to_string(),
            "url": null });
        if state.polls > 1 {
            let mut ends = self.bulk_ends.lock().unwrap();
            let (status, code) = match ends.is_empty() {
                true => ("COMPLETED", None),
                false => ends.remove(0),
            };
            work["status"] = status.into();
            work["errorCode"] = code.into();
            if status == "COMPLETED" && count > 0 {
                work["url"] = SIGNED.into();
            }
        }
        json!({ "bulkOperation": work })
    }

    /// Orders first by two, then their lines, mixed.
    fn jsonl(&self) -> String {
        let with_buyer = self.state.lock().unwrap().bulk_text.contains("customer");
        let mut lines = String::new();
        for pair in self.orders.lock().unwrap().chunks(2) {
            let mut children = Vec::new();
            for order in pair {
                let mut order = order.clone();
                if !with_buyer {
                    order.as_object_mut().unwrap().remove("customer");
                }
                let id = order["id"].clone();
                let more = self.more_lines.lock().unwrap();
                let more = id.as_str().and_then(|id| more.get(id)).cloned().unwrap_or_default();
                for member in ["lineItems", "shippingLines"] {
                    let list = order.as_object_mut().unwrap().remove(member).unwrap();
                    let mut nodes = list["nodes"].as_array().unwrap().clone();
                    if member == "lineItems" {
                        nodes.extend(more.clone());
                    }
                    for mut node in nodes {
                        node["__parentId"] = id.clone();
                        children.push(node);
                    }
                }
                lines.push_str(&format!("{order}\n"));
            }
            children.reverse();
            for child in children {
                lines.push_str(&format!("{child}\n"));
            }
        }
        lines
    }

    /// The page of a list behind `after`, within the window that is searched.
    fn page(&self, list: Vec<Value>, variables: &Value) -> Value {
        let search = variables["q"].as_str().unwrap_or_default();
        let found: Vec<Value> = list.into_iter().filter(|node| is_found(node, search)).collect();
        let from: usize = variables["after"].as_str().map_or(0, |after| after.parse().unwrap());
        let first = variables["first"].as_u64().unwrap_or(50) as usize;
        let size = first.min(self.page_max.unwrap_or(usize::MAX));
        let nodes: Vec<Value> = found.iter().skip(from).take(size).cloned().collect();
        let end = from + nodes.len();
        json!({ "nodes": nodes, "pageInfo": { "hasNextPage": end < found.len(),
            "endCursor": end.to_string() } })
    }
}

/// Those of the ids, in their order; null for what is not there.
fn nodes(all: &[Value], variables: &Value) -> Value {
    let ids = variables["ids"].as_array().unwrap();
    let found = ids.iter().map(|id| all.iter().find(|node| node["id"] == *id));
    json!({ "nodes": found.collect::<Vec<_>>() })
}

fn is_found(node: &Value, search: &str) -> bool {
    search.split(" AND ").filter(|term| !term.is_empty()).all(|term| {
        let (member, rest) = term.split_once(':').unwrap();
        let member = match member {
            "updated_at" => "updatedAt",
            "created_at" => "createdAt",
            "processed_at" => "transactionDate",
            "issued_at" => "issuedAt",
            other => panic!("nobody searches by {other}"),
        };
        let value = node[member].as_str().unwrap();
        match (rest.strip_prefix(">="), rest.strip_prefix("<=")) {
            (Some(from), _) => value >= from.trim_matches('\''),
            (_, Some(to)) => value <= to.trim_matches('\''),
            _ => panic!("nobody searches so: {term}"),
        }
    })
}

pub fn cost(available: u32) -> Value {
    json!({ "cost": { "requestedQueryCost": 100, "actualQueryCost": 50, "throttleStatus": {
        "maximumAvailable": 2000.0, "currentlyAvailable": available, "restoreRate": 100.0 } } })
}

fn me() -> Value {
    let scopes = ["read_orders", "write_products", "read_inventory", "read_locations"];
    let scopes: Vec<Value> = scopes.iter().map(|scope| json!({ "handle": scope })).collect();
    json!({
        "shop": { "id": "gid://shopify/Shop/1", "name": "Mug Shop", "currencyCode": "EUR",
            "myshopifyDomain": "mugs.myshopify.com", "ianaTimezone": "Europe/Berlin" },
        "currentAppInstallation": { "accessScopes": scopes },
    })
}

const FAULTS: [&str; 8] =
    ["throttled", "500", "503", "cut", "expired", "shuffled", "repeated", "within"];

impl Fake {
    /// What befalls this call of the operation; never more than two refusals in a row.
    fn weather(&self, operation: &str) -> &'static str {
        let Some(seed) = self.seed else { return "" };
        let mut state = self.state.lock().unwrap();
        let calls = state.calls.entry(operation.to_owned()).or_default();
        *calls += 1;
        let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ *calls;
        for byte in operation.bytes() {
            mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        mixed ^= mixed >> 29;
        let fault = if mixed % 10 < 5 { FAULTS[(mixed / 10 % 8) as usize] } else { "" };
        let in_a_row = state.in_a_row.entry(operation.to_owned()).or_default();
        let refuses = !matches!(fault, "" | "shuffled" | "repeated");
        *in_a_row = if refuses { *in_a_row + 1 } else { 0 };
        if *in_a_row > 2 {
            *in_a_row = 0;
            return "";
        }
        fault
    }
}

/// The list of the things that an answer is about, in another order or one of them twice.
fn disturb(body: &mut Value, fault: &str) {
    for list in ["/data/orders", "/data/productVariants", "/data/locations"] {
        if let Some(nodes) = body.pointer_mut(&format!("{list}/nodes")) {
            let nodes = nodes.as_array_mut().unwrap();
            match fault {
                "shuffled" => nodes.reverse(),
                _ => nodes.extend(nodes.first().cloned()),
            }
        }
    }
}

impl Transport for Fake {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let fault = self.weather(request.operation);
        let (mut status, headers, mut bytes) = self.answer(request);
        let mut cut = false;
        let is_question = request.url.ends_with("graphql.json");
        match fault {
            "500" => (status, bytes) = (500, b"oops".to_vec()),
            "503" => (status, bytes) = (503, b"<html>maintenance</html>".to_vec()),
            "cut" => cut = true,
            "expired" if is_question => {
                self.expire();
                (status, bytes) = (401, b"{\"errors\":\"expired\"}".to_vec());
            }
            "throttled" if is_question => {
                let error =
                    json!({ "message": "Throttled", "extensions": { "code": "THROTTLED" } });
                let body = json!({ "errors": [error], "extensions": cost(1) });
                bytes = body.to_string().into_bytes();
            }
            "within" if is_question => {
                let code = json!({ "code": "INTERNAL_SERVER_ERROR" });
                let body =
                    json!({ "data": null, "errors": [{ "message": "x", "extensions": code }] });
                bytes = body.to_string().into_bytes();
            }
            "shuffled" | "repeated" if is_question => {
                let mut body: Value = serde_json::from_slice(&bytes).unwrap();
                disturb(&mut body, fault);
                bytes = body.to_string().into_bytes();
            }
            _ => {}
        }
        let body: Box<dyn Read + Send> = match cut {
            true => Box::new(Cut(bytes[..bytes.len() / 2].to_vec())),
            false => Box::new(std::io::Cursor::new(bytes)),
        };
        Ok(Answer::new(status, headers, (body, request.bytes_max), request.place()))
    }
}

/// A body whose other half never comes.
struct Cut(Vec<u8>);

impl Read for Cut {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        }
        let count = into.len().min(self.0.len());
        into[..count].copy_from_slice(&self.0[..count]);
        self.0.drain(..count);
        Ok(count)
    }
}
