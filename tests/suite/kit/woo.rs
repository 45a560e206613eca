//! A WooCommerce shop of three products that notes every call, connected as a pull leaves it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use purser::base::{Currency, Secret, Zone};
use purser::store::accounts::{self, NewAccount};
use purser::store::stock::variants;
use purser::store::{Lane, credentials, stores};
use serde_json::{Value, json};

use crate::kit::app::App;

pub const NAME: &str = "Woo shop";
pub const PATH: &str = "/channels/Woo%20shop";

/// A shop with three products.
pub struct Standing {
    pub address: SocketAddr,
    pub live: Arc<Mutex<BTreeMap<i64, i64>>>,
    /// Every call that is no reading.
    pub wrote: Arc<Mutex<Vec<String>>>,
    pub asked: Arc<Mutex<usize>>,
    pub trap: Arc<Mutex<Option<Trap>>>,
}

/// Ends a process while it waits for an answer, which it never gets.
#[derive(Clone, Copy, Debug)]
pub struct Trap {
    /// Calls that are answered before.
    pub after: usize,
    pub pid: u32,
    /// Whether the call has its effect.
    pub takes_effect: bool,
}

impl Standing {
    pub fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let live = Arc::new(Mutex::new(BTreeMap::from([(1, 10), (2, 4), (3, 0)])));
        let (wrote, asked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (shown, noted, counted) = (Arc::clone(&live), Arc::clone(&wrote), Arc::clone(&asked));
        let trap = Arc::new(Mutex::new(None::<Trap>));
        let set = Arc::clone(&trap);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut head, mut length) = (String::new(), 0);
                loop {
                    let mut line = String::new();
                    if !reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                        break;
                    }
                    if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                        length = text.trim().parse().unwrap();
                    }
                    head.push_str(&line);
                }
                let mut sent = vec![0; length];
                reader.read_exact(&mut sent).unwrap();
                *counted.lock().unwrap() += 1;
                let sprung = spring(&mut set.lock().unwrap());
                if let Some(trap) = sprung.filter(|trap| !trap.takes_effect) {
                    kill(trap.pid);
                    continue;
                }
                let mut live = shown.lock().unwrap();
                let is_of_products = head.lines().next().unwrap().contains("/products");
                let answer = if !is_of_products {
                    json!([])
                } else if head.starts_with("GET ") {
                    Value::Array(live.iter().map(|(id, units)| product(*id, *units)).collect())
                } else {
                    noted.lock().unwrap().push(head.lines().next().unwrap().to_owned());
                    let sent: Value = serde_json::from_slice(&sent).unwrap();
                    let path = head.split_whitespace().nth(1).unwrap();
                    let id = path.split('?').next().unwrap().rsplit('/').next().unwrap();
                    let mut set = |id: i64, change: &Value| {
                        let units = change["stock_quantity"].as_i64().unwrap();
                        live.insert(id, units);
                        product(id, units)
                    };
                    match sent["update"].as_array() {
                        Some(list) => {
                            let each = |one: &Value| set(one["id"].as_i64().unwrap(), one);
                            json!({ "update": list.iter().map(each).collect::<Vec<_>>() })
                        }
                        None => set(id.parse().unwrap(), &sent),
                    }
                };
                if let Some(trap) = sprung {
                    kill(trap.pid);
                    continue;
                }
                let answer = answer.to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                     Connection: close\r\n\r\n",
                    answer.len()
                );
                let _ = stream.write_all(format!("{head}{answer}").as_bytes());
            }
        });
        Self { address, live, wrote, asked, trap }
    }

    pub fn wrote(&self) -> Vec<String> {
        self.wrote.lock().unwrap().clone()
    }
}

/// The trap, if this is the call that it waits for.
fn spring(trap: &mut Option<Trap>) -> Option<Trap> {
    let set = trap.as_mut()?;
    if set.after > 0 {
        set.after -= 1;
        return None;
    }
    trap.take()
}

/// At once, without a last word.
fn kill(pid: u32) {
    let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
}

fn product(id: i64, units: i64) -> Value {
    let sku = ["MUG", "CUP", "POT"][id as usize - 1];
    json!({"id": id, "type": "simple", "sku": sku, "name": sku, "status": "publish",
        "manage_stock": true, "stock_quantity": units, "backorders": "no"})
}

pub fn wait_for(app: &App, sql: &str) {
    let started = std::time::Instant::now();
    while app.count(sql) == 0 {
        assert!(started.elapsed().as_secs() < 60, "{sql} stays 0");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The shop connected, with its products, as a pull leaves them.
pub fn connect(app: &App, standing: &Standing) {
    let state = &app.running.state;
    let url = format!("http://{}", standing.address);
    let settings = BTreeMap::from([("base_url".to_owned(), url)]);
    let made = state.db.write_local(Lane::Interactive, |tx| {
        let currency = Currency::parse("EUR").unwrap();
        let store = stores::insert_store(tx, "shop", currency, &Zone::utc())?;
        let new = NewAccount {
            platform: "woocommerce",
            name: NAME,
            store: Some(store.id),
            external_id: "woo",
            external_label: "",
            settings: &settings,
            since: None,
        };
        let account = accounts::insert_account(tx, &new)?;
        let vault = state.vault.vault().unwrap();
        vault.make_account_key(tx, account)?;
        for (name, text) in [("consumer_key", "ck_1"), ("consumer_secret", "cs_1")] {
            let secret = Secret::new(text.to_owned());
            credentials::upsert_secret(tx, vault, (account, name), &secret)?;
        }
        for (id, sku, price) in [("1", "MUG", 1200), ("2", "CUP", 500), ("3", "POT", 4000)] {
            variants::upsert_variant(tx, sku, "")?;
            tx.conn().execute(
                "insert into channel_listings (store_id, channel_id, sku, title, price_minor,
                    currency, stocked, known_from_at, import_id)
                 select store_id, ?, ?, ?, ?, 'EUR', 'counted', 0, import_id from accounts",
                (id, sku, format!("<b>{sku}</b>"), price),
            )?;
        }
        Ok(())
    });
    made.unwrap();
}
