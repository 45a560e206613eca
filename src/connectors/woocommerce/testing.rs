//! A shop in memory that answers as WooCommerce does, in fair weather and in bad.

use std::collections::BTreeMap;
use std::io::{Cursor as Bytes, Read};
use std::sync::Mutex;

use serde_json::{Value, json};

use super::CONNECTOR;
use super::spec::{CONSUMER_KEY, CONSUMER_SECRET};
use crate::connectors::contract::{Cursor, Document};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::{Answer, Method, Reach, Request, Transport, address};
use crate::connectors::kit::stage::Stage;

pub const URL: &str = "https://shop.example.test";
pub const KEY: &str = "ck_marker_4711";
pub const SECRET: &str = "cs_marker_0815";

/// What happens to a call instead of its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weather {
    Status(u16, Vec<(&'static str, &'static str)>, String),
    /// No answer at all.
    Reset,
    /// It is done, and the answer does not come.
    Lost,
    /// Half of the answer.
    Cut,
    Shuffled,
    Repeated,
    Fair,
}

/// Says what weather the call of that number, to that address, meets.
pub type Forecast = Box<dyn Fn(usize, &str) -> Weather + Send + Sync>;

#[derive(Default)]
pub struct Goods {
    pub orders: Vec<Value>,
    /// By the order's id.
    pub refunds: BTreeMap<u64, Vec<Value>>,
    pub products: Vec<Value>,
    pub variations: BTreeMap<u64, Vec<Value>>,
    /// Of single addresses: settings, reports.
    pub other: BTreeMap<String, Value>,
    /// Whether `GET refunds` is there.
    pub lists_refunds: bool,
    /// Proxies drop `X-WP-Total`.
    pub hides_totals: bool,
}

pub struct FakeShop {
    pub goods: Mutex<Goods>,
    pub asked: Mutex<Vec<String>>,
    /// What was to be changed: method, address without host and query, and what.
    pub wrote: Mutex<Vec<(&'static str, String, Value)>>,
    /// The headers that show a key.
    pub proofs: Mutex<Vec<String>>,
    forecast: Mutex<Forecast>,
}

impl FakeShop {
    pub fn new(goods: Goods) -> Self {
        Self {
            goods: Mutex::new(goods),
            asked: Mutex::default(),
            wrote: Mutex::default(),
            proofs: Mutex::default(),
            forecast: Mutex::new(Box::new(|_, _| Weather::Fair)),
        }
    }

    pub fn forecast(&self, forecast: impl Fn(usize, &str) -> Weather + Send + Sync + 'static) {
        *self.forecast.lock().unwrap() = Box::new(forecast);
    }

    pub fn change(&self, change: impl FnOnce(&mut Goods)) {
        change(&mut self.goods.lock().unwrap());
    }

    /// The addresses asked for, without the host, and forgets them.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

impl Transport for FakeShop {
    fn send(&self, request: &Request, _: &Reach) -> Result<Answer, Fault> {
        let number = {
            let mut asked = self.asked.lock().unwrap();
            asked.push(request.url.clone());
            asked.len() - 1
        };
        let shown = request.headers.iter().find(|(name, _)| *name == "authorization");
        self.proofs.lock().unwrap().extend(shown.map(|(_, value)| value.expose().to_owned()));
        let weather = (self.forecast.lock().unwrap())(number, &request.url);
        let written = (request.method != Method::Get).then(|| self.write(request, &weather));
        if matches!(weather, Weather::Reset | Weather::Lost) {
            return Err(Fault::transient("the connection broke off"));
        }
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let (status, body) = if let Weather::Status(status, more, body) = weather.clone() {
            headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
            (status, body)
        } else {
            let (status, mut body, total) =
                written.unwrap_or_else(|| self.goods.lock().unwrap().answer(&request.url));
            headers.extend(total.map(|total| ("x-wp-total".to_owned(), total.to_string())));
            if let Some(list) = body.as_array_mut().filter(|list| !list.is_empty()) {
                match weather {
                    Weather::Shuffled => list.reverse(),
                    Weather::Repeated => list.push(list[0].clone()),
                    _ => {}
                }
            }
            (status, body.to_string())
        };
        let length = if weather == Weather::Cut { body.len() / 2 } else { body.len() };
        let body: Box<dyn Read + Send> = Box::new(Bytes::new(body.into_bytes()[..length].to_vec()));
        Ok(Answer::new(status, headers, (body, request.bytes_max), request.place()))
    }
}

impl FakeShop {
    fn write(&self, request: &Request, weather: &Weather) -> (u16, Value, Option<usize>) {
        let path = request.url.split_once("/wp-json/wc/v3/").unwrap().1;
        let path = path.split('?').next().unwrap().to_owned();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        self.wrote.lock().unwrap().push((request.method.name(), path.clone(), body.clone()));
        if matches!(weather, Weather::Reset | Weather::Status(..)) {
            return (0, Value::Null, None);
        }
        let mut goods = self.goods.lock().unwrap();
        if let Some(list) = path.strip_suffix("/batch") {
            let update = body["update"].as_array().unwrap().iter();
            let done = update.map(|it| {
                let id = it["id"].as_u64().unwrap();
                goods.set(&format!("{list}/{id}"), it).unwrap_or_else(|| {
                    json!({"id": id, "error": {"code": "woocommerce_rest_product_invalid_id",
                        "message": "Invalid ID.", "data": {"status": 400}}})
                })
            });
            return (200, json!({"update": done.collect::<Vec<_>>()}), None);
        }
        match goods.set(&path, &body) {
            Some(product) => (200, product, None),
            None => (404, json!({"code": "woocommerce_rest_product_invalid_id"}), None),
        }
    }
}

impl Goods {
    /// As the shop does it: a number that it does not count is dropped.
    fn set(&mut self, path: &str, given: &Value) -> Option<Value> {
        let parts: Vec<&str> = path.split('/').collect();
        let id = |text: &str| text.parse::<u64>().unwrap();
        let (list, id) = match parts.as_slice() {
            ["products", product] => (&mut self.products, id(product)),
            ["products", product, "variations", variation] => {
                (self.variations.get_mut(&id(product))?, id(variation))
            }
            other => panic!("nobody changes {other:?}"),
        };
        let found = list.iter_mut().find(|known| known["id"] == id)?;
        assert!(given.get("manage_stock").is_none(), "that is its owner's to say");
        if found["manage_stock"] == true {
            found["stock_quantity"] = given["stock_quantity"].clone();
        }
        Some(found.clone())
    }

    fn answer(&self, url: &str) -> (u16, Value, Option<usize>) {
        let query: BTreeMap<String, String> = address::list_parameters(url).into_iter().collect();
        let path = url.split('?').next().unwrap_or_default();
        let path = match query.get("rest_route") {
            Some(route) => route.strip_prefix("/wc/v3/").unwrap_or_default(),
            None => path.split_once("/wp-json/wc/v3/").map_or("", |(_, path)| path),
        };
        let parts: Vec<&str> = path.split('/').collect();
        let id = |text: &str| text.parse::<u64>().unwrap_or(0);
        match parts.as_slice() {
            ["orders"] => self.list(&self.orders, &query),
            ["products"] => self.list(&self.products, &query),
            ["refunds"] if self.lists_refunds => {
                let whole = self.refunds.iter().flat_map(|(order, refunds)| {
                    refunds.iter().map(move |refund| {
                        let mut refund = refund.clone();
                        refund["parent_id"] = json!(order);
                        refund
                    })
                });
                self.list(&whole.collect::<Vec<_>>(), &query)
            }
            ["orders", order, "refunds"] => {
                self.list(self.refunds.get(&id(order)).map_or(&[], Vec::as_slice), &query)
            }
            ["products", product, "variations"] => {
                self.list(self.variations.get(&id(product)).map_or(&[], Vec::as_slice), &query)
            }
            ["orders", order] => {
                let found = self.orders.iter().find(|known| known["id"] == id(order));
                found.map_or_else(
                    || (404, json!({"code": "woocommerce_rest_shop_order_invalid_id"}), None),
                    |found| (200, found.clone(), None),
                )
            }
            _ => match self.other.get(path) {
                Some(value) => (200, value.clone(), None),
                None => (404, json!({"code": "rest_no_route"}), None),
            },
        }
    }

    /// What is in the trash leaves every list.
    fn list(&self, all: &[Value], query: &BTreeMap<String, String>) -> (u16, Value, Option<usize>) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let within = |item: &Value, field: &str, bound: &str| {
            query.get(bound).is_none_or(|bound| text(&item[field]) > *bound)
        };
        let include = query.get("include").map(|list| list.split(',').collect::<Vec<_>>());
        let mut found: Vec<&Value> = all
            .iter()
            .filter(|item| item["status"] != "trash")
            .filter(|item| within(item, "date_modified_gmt", "modified_after"))
            .filter(|item| within(item, "date_created_gmt", "after"))
            .filter(|item| {
                let id = item["id"].to_string();
                include.as_ref().is_none_or(|list| list.contains(&id.as_str()))
            })
            .collect();
        found.sort_by_key(|item| match query.get("orderby").map(String::as_str) {
            Some("date") => text(&item["date_created_gmt"]),
            _ => format!("{:>20}", item["id"].to_string()),
        });
        if query.get("order").map(String::as_str) != Some("asc") {
            found.reverse();
        }
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("per_page").unwrap_or(10);
        let from = number("offset").unwrap_or((number("page").unwrap_or(1) - 1) * size);
        let fields = query.get("_fields").map(|list| list.split(',').collect::<Vec<_>>());
        let total = found.len();
        let page = found.into_iter().skip(from).take(size).map(|item| {
            let members = item.as_object().unwrap().iter();
            let kept = members.filter(|(name, _)| {
                fields.as_ref().is_none_or(|fields| fields.contains(&name.as_str()))
            });
            Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        });
        (200, page.collect(), (!self.hides_totals).then_some(total))
    }
}

pub fn stage() -> Stage {
    Stage::new().setting("base_url", URL).secret(CONSUMER_KEY, KEY).secret(CONSUMER_SECRET, SECRET)
}

pub fn drain(
    stage: &Stage,
    shop: &FakeShop,
    stream: &str,
    from: Cursor,
) -> Result<(Vec<Document>, Cursor), Fault> {
    stage.drain((&CONNECTOR, shop), stream, from)
}

/// One unit for `net` minor units without tax, shipped for nothing.
pub fn order(id: u64, net: u64, at: &str) -> Value {
    let amount = format!("{}.{:02}", net / 100, net % 100);
    json!({
        "id": id, "parent_id": 0, "number": format!("W-{id}"), "status": "completed",
        "currency": "EUR", "version": "7.9.0", "date_created_gmt": at, "date_modified_gmt": at,
        "date_paid_gmt": at, "total": amount, "total_tax": "0.00", "shipping_total": "0.00",
        "shipping_tax": "0.00", "customer_id": 0, "payment_method": "stripe",
        "billing": {"first_name": "Marker-Buyer", "country": "DE", "state": "BE",
            "email": "marker@buyer.test", "phone": "555-marker"},
        "shipping": {"address_1": "Marker Street", "country": "DE", "state": "BE"},
        "customer_note": "marker note",
        "line_items": [{"id": id * 10, "name": "Mug", "sku": "MUG", "product_id": 5,
            "quantity": 1, "subtotal": amount, "total": amount, "total_tax": "0.00",
            "meta_data": []}],
        "shipping_lines": [], "fee_lines": [], "refunds": [], "meta_data": []
    })
}

/// So many orders, one an hour from 1 September 2026 on, with rising ids.
pub fn orders(n_orders: u64) -> Vec<Value> {
    let at = |index: u64| format!("2026-09-{:02}T{:02}:00:00", 1 + index / 24 % 28, index % 24);
    (0..n_orders).map(|index| order(100 + index, 1_000 + index, &at(index))).collect()
}

/// One unit of an order that `order` made is given back.
pub fn refund(id: u64, order: &Value, at: &str) -> Value {
    let line = &order["line_items"][0];
    let total = line["total"].as_str().unwrap();
    json!({
        "id": id, "date_created_gmt": at, "amount": total, "reason": "marker reason",
        "line_items": [{"id": id * 10, "quantity": -1, "total": format!("-{total}"),
            "total_tax": "0.00",
            "meta_data": [{"key": "_refunded_item_id", "value": line["id"].to_string()}]}],
        "shipping_lines": [], "fee_lines": []
    })
}

impl Goods {
    /// Gives an order a refund, as the admin's page does.
    pub fn give_back(&mut self, id: u64, refund_id: u64, at: &str, moves_day: bool) {
        let order = self.orders.iter_mut().find(|order| order["id"] == id).unwrap();
        let refund = refund(refund_id, order, at);
        let summary = json!({"id": refund_id, "reason": "", "total": format!("-{}", order["total"]
            .as_str().unwrap())});
        order["refunds"].as_array_mut().unwrap().push(summary);
        if moves_day {
            order["date_modified_gmt"] = json!(at);
        }
        self.refunds.entry(id).or_default().push(refund);
    }
}

impl Goods {
    /// A shop as it was recorded, exchange by exchange: `{request: {method, path}, response:
    /// {status, headers, body}}`.
    pub fn of_recording(exchanges: &[Value]) -> Self {
        let mut goods = Self::default();
        let whole = exchanges.iter().filter(|one| {
            let path = one["request"]["path"].as_str().unwrap_or_default();
            let is_part = path.contains("modified_after") || path.contains("per_page=500");
            one["request"]["method"] == "GET" && one["response"]["status"] == 200 && !is_part
        });
        for exchange in whole {
            let path = exchange["request"]["path"].as_str().unwrap();
            let path = path.split('?').next().unwrap().strip_prefix("/wp-json/wc/v3/").unwrap();
            let body = &exchange["response"]["body"];
            let list = || body.as_array().cloned().unwrap();
            match path.split('/').collect::<Vec<_>>().as_slice() {
                ["orders"] => goods.orders.extend(list()),
                ["products"] => goods.products.extend(list()),
                ["orders", id, "refunds"] => {
                    goods.refunds.entry(id.parse().unwrap()).or_default().extend(list());
                }
                ["products", id, "variations"] => {
                    goods.variations.entry(id.parse().unwrap()).or_default().extend(list());
                }
                _ => {
                    goods.other.insert(path.to_owned(), body.clone());
                }
            }
        }
        goods
    }
}
