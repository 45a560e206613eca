//! Three platforms on this machine, full of persons, that hand out tokens and, in foul weather,
//! repeat whatever they were sent.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

const WOO: &str = include_str!("../../fixtures/woocommerce/recorded-shop.json");
const AMAZON: &str = include_str!("../../fixtures/amazon/api/orders-1.json");

pub const AMAZON_TOKEN: &str = "Atza|marker-access-amazon-71f0";
pub const AMAZON_REFRESH_2: &str = "Atzr|marker-refresh-renewed-2c9e";
pub const SHOPIFY_TOKEN: &str = "shpat_marker_access_shopify_88d1";
pub const NAME: &str = "Zacharias Quillfeather";
pub const STREET: &str = "Tumbledown Lane 4711";
pub const EMAIL: &str = "zacharias.quill@buyers.test";
pub const PHONE: &str = "+49 555 0192837";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fair,
    /// 401, 500, or 200 with rubbish: each time with all that was sent in the body.
    Unauthorized,
    Broken,
    Garbage,
    /// To another host, with all that was sent in the address.
    Redirect,
}

pub struct Standing {
    pub address: SocketAddr,
    pub weather: Arc<Mutex<Weather>>,
    pub asked: Arc<Mutex<Vec<String>>>,
}

impl Standing {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let weather = Arc::new(Mutex::new(Weather::Fair));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (now, noted, woo) = (Arc::clone(&weather), Arc::clone(&asked), Arc::new(woo()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (now, noted, woo) = (Arc::clone(&now), Arc::clone(&noted), Arc::clone(&woo));
                std::thread::spawn(move || {
                    let weather = *now.lock().unwrap();
                    answer(stream, weather, &noted, &woo)
                });
            }
        });
        Self { address, weather, asked }
    }

    pub fn set(&self, weather: Weather) {
        *self.weather.lock().unwrap() = weather;
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// What was recorded of a shop, by path, with other persons.
fn woo() -> BTreeMap<String, Value> {
    let text = WOO.replace("Marker Street 1", STREET).replace("555-marker", PHONE);
    let text = text.replace("marker201@buyer.test", EMAIL).replace("\"Marker\"", "\"Zacharias\"");
    let text = text.replace("\"Buyer\"", &format!("\"{NAME}\""));
    let exchanges: Vec<Value> = serde_json::from_str(&text).unwrap();
    let path = |exchange: &Value| {
        let path = exchange["request"]["path"].as_str().unwrap();
        path.split('?').next().unwrap().to_owned()
    };
    exchanges.into_iter().map(|it| (path(&it), it["response"]["body"].clone())).collect()
}

fn person() -> Value {
    json!({ "name": NAME, "addressLine1": STREET, "email": EMAIL, "phone": PHONE,
            "buyerName": NAME, "buyerEmail": EMAIL, "BuyerEmail": EMAIL })
}

fn answer(
    mut stream: TcpStream,
    weather: Weather,
    noted: &Mutex<Vec<String>>,
    woo: &BTreeMap<String, Value>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
    let lower = head.to_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
    let mut body = vec![0; length.and_then(|text| text.parse().ok()).unwrap_or(0)];
    let _ = reader.read_exact(&mut body);
    let sent = format!("{head}{}", String::from_utf8_lossy(&body));
    noted.lock().unwrap().push(sent.clone());
    let path = head.split_whitespace().nth(1).unwrap_or_default();
    let echo = json!({ "error": sent, "message": sent, "code": sent, "error_description": sent,
                       "errors": [{ "message": sent, "code": sent }], "person": person() });
    let (status, location, body) = match weather {
        Weather::Fair => {
            let (status, body) = fair(path, &sent, woo);
            (status, String::new(), body.to_string())
        }
        Weather::Unauthorized => ("401 Unauthorized", String::new(), echo.to_string()),
        Weather::Broken => ("500 Internal Server Error", String::new(), echo.to_string()),
        Weather::Garbage => ("200 OK", String::new(), format!("<html>{sent} {NAME} {EMAIL}")),
        Weather::Redirect => {
            let sent: String = sent.bytes().map(|byte| format!("%{byte:02X}")).collect();
            ("302 Found", format!("Location: https://evil.example/?{sent}\r\n"), String::new())
        }
    };
    let total = if weather == Weather::Fair { "X-WP-Total: 6\r\n" } else { "" };
    let answer = format!(
        "HTTP/1.1 {status}\r\n{location}{total}Content-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = stream.write_all(answer.as_bytes());
}

fn fair(path: &str, sent: &str, woo: &BTreeMap<String, Value>) -> (&'static str, Value) {
    let bare = path.split('?').next().unwrap_or_default();
    if let Some(found) = woo.get(bare) {
        return ("200 OK", found.clone());
    }
    let body = match bare {
        "/auth/o2/token" => json!({ "access_token": AMAZON_TOKEN, "expires_in": 3600,
                                    "refresh_token": AMAZON_REFRESH_2, "token_type": "bearer" }),
        "/sellers/v1/marketplaceParticipations" => json!({ "payload": [{
            "marketplace": { "id": "A1PA6795UKMFR9", "defaultCurrencyCode": "EUR" },
            "participation": { "isParticipating": true }, "storeName": "Mugs" }] }),
        "/orders/2026-01-01/orders" => {
            let mut page: Value = serde_json::from_str(AMAZON).unwrap();
            for order in page["orders"].as_array_mut().unwrap() {
                order["buyer"] = person();
                order["recipient"] = json!({ "deliveryAddress": person() });
            }
            page
        }
        "/admin/oauth/access_token" => {
            json!({ "access_token": SHOPIFY_TOKEN, "expires_in": 86_399, "scope": "read_orders" })
        }
        _ if sent.contains("query Me") => json!({ "data": {
            "shop": { "id": "gid://shopify/Shop/1", "name": "Caps", "currencyCode": "EUR",
                      "myshopifyDomain": "caps.myshopify.com", "ianaTimezone": "Europe/Berlin" },
            "currentAppInstallation": { "accessScopes": [] } } }),
        _ if bare.ends_with("graphql.json") => {
            json!({ "errors": [{ "message": format!("denied to {NAME}, {sent}") }] })
        }
        _ => return ("404 Not Found", json!({ "code": "rest_no_route", "message": sent })),
    };
    ("200 OK", body)
}
