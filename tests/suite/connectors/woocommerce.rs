//! A recorded shop on this machine, connected at the terminal: its orders come to its own totals,
//! nothing is doubled by a second look or by a file of the same orders, and nothing of a buyer or
//! of the key is kept.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::kit::shop::{Said, Shop};

const RECORDING: &str = include_str!("../../fixtures/woocommerce/recorded-shop.json");
const SECRETS: [&str; 2] = ["ck_marker_4711", "cs_marker_0815"];

/// Answers each address with what was recorded for its path; every third call fails first.
struct Standing {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Standing {
    fn open() -> Self {
        let exchanges: Vec<Value> = serde_json::from_str(RECORDING).unwrap();
        let answers: BTreeMap<String, Value> = exchanges
            .into_iter()
            .map(|exchange| {
                let path = exchange["request"]["path"].as_str().unwrap();
                let path = path.split('?').next().unwrap().to_owned();
                (path, exchange["response"]["body"].clone())
            })
            .collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while reader.read_line(&mut head).is_ok_and(|read| read > 2) {}
                let target = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
                let found = answers.get(target.split('?').next().unwrap_or_default());
                let n_asked = {
                    let mut noted = noted.lock().unwrap();
                    noted.push(head);
                    noted.len()
                };
                let (status, body) = match found {
                    _ if n_asked % 3 == 0 => ("429 Too Many Requests", Value::Null),
                    Some(body) => ("200 OK", body.clone()),
                    None => ("404 Not Found", json!({"code": "rest_no_route"})),
                };
                let total = body.as_array().map_or(0, Vec::len);
                let body = body.to_string();
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nX-WP-Total: {total}\r\n\
                     Retry-After: 1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, asked }
    }
}

fn connect(shop: &Shop, standing: &Standing) -> Said {
    let url = format!("base_url=http://{}", standing.address);
    let arguments = [
        "connect",
        "woocommerce",
        "--store",
        "shop",
        "--set",
        &url,
        "--secret",
        "consumer_key=-",
        "--secret",
        "consumer_secret=-",
    ];
    let mut command = shop.command(&arguments);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(format!("{}\n{}\n", SECRETS[0], SECRETS[1]).as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Every figure of every order, and the shop's own totals with ours beside them.
fn figures(shop: &Shop) -> (Value, Value) {
    assert_eq!(shop.run(&["verify"]).code, 0);
    let by_order = shop.report(&["--by", "order", "--from", "2026-01-01", "--to", "2026-12-31"]);
    (by_order, shop.run(&["report", "reconcile", "--json"]).json())
}

/// The recorded orders as a file, with the refunds themselves in the place of their summaries.
fn export() -> String {
    let exchanges: Vec<Value> = serde_json::from_str(RECORDING).unwrap();
    let body_of = |part: &str| {
        let found = exchanges
            .iter()
            .find(|exchange| exchange["request"]["path"].as_str().unwrap().contains(part));
        found.map(|exchange| exchange["response"]["body"].clone())
    };
    let mut orders = body_of("/orders?").unwrap();
    for order in orders.as_array_mut().unwrap() {
        let refunds = body_of(&format!("/orders/{}/refunds", order["id"]));
        order["refunds"] = refunds.unwrap_or_else(|| json!([]));
    }
    orders.to_string()
}

#[test]
fn a_connected_shop_comes_to_its_own_totals_and_stays_there() {
    let (shop, standing) = (Shop::new(), Standing::open());
    let said = connect(&shop, &standing);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let said = shop.run(&["sync", "--wait", "--json"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let streams = said.json()["connections"][0]["streams"].as_array().unwrap().clone();
    assert_eq!(streams.len(), 5);
    assert!(streams.iter().all(|stream| stream["fault"].is_null()), "{streams:?}");

    let (by_order, reconcile) = figures(&shop);
    let bridges = reconcile["bridges"].as_array().unwrap();
    let stated = bridges.iter().map(|bridge| {
        assert_eq!(bridge["ours"], bridge["theirs"], "{bridge}");
        bridge["theirs"].as_str().unwrap()
    });
    let stated: Vec<&str> = stated.collect();
    assert_eq!(stated, ["59.15", "45.50", "9.45", "4.20", "2.00", "41.65"]);
    assert_eq!(reconcile["ties_out"], json!(true));
    // Sold and not given back: 20.00 + 8.00 + 5.00; the order on hold is not paid.
    assert_eq!(by_order["total"]["net_sales"], "33.00");
    assert_eq!(by_order["total"]["payment_fees"], "-1.06");

    let said = shop.run(&["sync", "--wait"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(figures(&shop), (by_order.clone(), reconcile.clone()), "asked twice");
    let said = shop.run(&["connections", "replay", "woocommerce shop", "--json"]);
    let replayed = said.json();
    assert!(replayed["documents"].as_i64().unwrap() >= 6, "{replayed}");
    assert_eq!((&replayed["changed"], &replayed["left_out"]), (&json!(0), &json!(0)));
    assert_eq!(figures(&shop), (by_order.clone(), reconcile.clone()), "and read again");
    let wrong = shop.run(&["connections", "replay", "woocommerce shop", "--stream", "nothing"]);
    assert!(wrong.code == 1 && wrong.err.contains("orders, refunds"), "{}", wrong.err);
    let path = shop.file("orders.json", &export());
    let said = shop.run(&["import", "woocommerce-orders", &path, "--store", "shop"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    assert_eq!(figures(&shop), (by_order, reconcile), "and from a file as well");
}

#[test]
fn neither_the_key_nor_a_buyer_is_sent_or_kept() {
    let (shop, standing) = (Shop::new(), Standing::open());
    let mut told = connect(&shop, &standing);
    let said = shop.run(&["sync", "--wait"]);
    told.out.push_str(&said.out);
    told.err.push_str(&said.err);
    for said in [&told.out, &told.err] {
        assert!(!said.to_lowercase().contains("marker"), "{said}");
    }
    let asked = standing.asked.lock().unwrap().join("\n");
    assert!(asked.contains("oauth_signature=") && !asked.contains(SECRETS[1]));
    assert!(!asked.to_lowercase().contains("authorization:"), "nothing over plain http");
    let folder = shop.folder.path().join("data");
    let mut n_files = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            for word in ["marker", "Marker", "buyer.test"] {
                let found = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!found, "{word} in {}", path.display());
            }
            n_files += 1;
        }
    }
    assert!(n_files > 0);
}
