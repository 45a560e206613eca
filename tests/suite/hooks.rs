//! The listener for platforms' own calls, over TCP: what it lets in, what it leaves alone, and
//! what becomes of a privacy request, down to the bytes of the database file.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use purser::app::serve::{self, Options};
use purser::base::id::AccountId;
use purser::base::{Currency, Secret, Zone};
use purser::connectors::kit::http::address;
use purser::connectors::kit::sign::{Digest, hmac};
use purser::store::accounts::{self, NewAccount};
use purser::store::documents::NewDocument;
use purser::store::users::Role;
use purser::store::vault::Customer;
use purser::store::{Lane, Tx, credentials, documents, stores, streams};
use purser::sync::webhook::BODY_BYTES_MAX;

use crate::kit::app::{App, As, Folder, header, text as body};

const KEY: &str = "shpss_made_for_this_test";
const ORDERS: &str = include_str!("../fixtures/shopify/orders.csv");
const BUYER: &str = "buyer@example.test";
const MARKER: &str = "marker-of-a-raw-document-5001";

/// Shopify's interface on this machine: it lets us in, or no longer.
struct Standing {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
    knows_us: Arc<AtomicBool>,
}

impl Standing {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, knows_us) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(true)));
        let (noted, lets_in) = (Arc::clone(&asked), Arc::clone(&knows_us));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let (mut line, mut length) = (String::new(), 0);
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    let told = line.to_lowercase();
                    if let Some(told) = told.strip_prefix("content-length:") {
                        length = told.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut asked = vec![0; length];
                let _ = reader.read_exact(&mut asked);
                noted.fetch_add(1, Ordering::SeqCst);
                let is_me = String::from_utf8_lossy(&asked).contains("query Me");
                let (status, answer) = match (lets_in.load(Ordering::SeqCst), is_me) {
                    (false, _) => ("401 Unauthorized", r#"{"errors":"unknown"}"#),
                    (true, true) => (
                        "200 OK",
                        r#"{"data":{"shop":{"id":"gid://shopify/Shop/9","name":"My Shop",
                        "myshopifyDomain":"my-shop.myshopify.com","ianaTimezone":"Europe/Berlin",
                        "currencyCode":"EUR"},"currentAppInstallation":{"accessScopes":[]}}}"#,
                    ),
                    // A shop that is out of service for everything else.
                    (true, false) => ("503 Service Unavailable", "{}"),
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
            }
        });
        Self { address, asked, knows_us }
    }
}

/// A shop that is connected, with orders of a file in its store.
fn connect(app: &App, standing: &Standing) -> AccountId {
    let state = &app.running.state;
    let url = format!("http://{}", standing.address);
    let settings = BTreeMap::from([
        ("shop".to_owned(), "my-shop.myshopify.com".to_owned()),
        ("base_url".to_owned(), url),
    ]);
    let vault = Arc::clone(&state.vault);
    let make = move |tx: &Tx<'_>| {
        let vault = vault.vault().unwrap();
        let store = match stores::find_store_for_write(tx, "shop")? {
            Some(store) => store,
            None => {
                stores::insert_store(tx, "shop", Currency::parse("EUR").unwrap(), &Zone::utc())?
            }
        };
        let new = NewAccount {
            platform: "shopify",
            name: "shopify shop",
            store: Some(store.id),
            external_id: "my-shop.myshopify.com",
            external_label: "My Shop",
            settings: &settings,
            since: None,
        };
        let id = accounts::insert_account(tx, &new)?;
        vault.make_account_key(tx, id)?;
        for (name, secret) in [("client_secret", KEY), ("access_token", "shpat_made")] {
            credentials::upsert_secret(tx, vault, (id, name), &Secret::new(secret.to_owned()))?;
        }
        Ok(id)
    };
    state.db.write(Lane::Interactive, make).unwrap()
}

fn add_streams(app: &App, id: AccountId) {
    let add = move |tx: &Tx<'_>| streams::insert_streams(tx, id, &["orders", "products"]);
    app.running.state.db.write(Lane::Interactive, add).unwrap();
}

fn options(has_hooks: bool) -> Options {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    Options {
        listen: any,
        base_path: "/".to_owned(),
        allow_hosts: Vec::new(),
        tls: None,
        lan: false,
        hooks_listen: has_hooks.then_some(any),
    }
}

fn start(has_hooks: bool) -> App {
    App::start_as("2026-11-20T12:00:00Z", Folder::new(), options(has_hooks))
}

fn hooks(app: &App) -> SocketAddr {
    app.running.hooks.as_ref().unwrap().address
}

/// The bytes as they are, and the whole answer.
fn raw(at: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    // Who is told early that a body is too long may hang up on the rest of it.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn status_of(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

fn ask(at: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str("Host: books.example.net\r\n");
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    raw(at, request.as_bytes())
}

fn call(app: &App, id: AccountId, (topic, delivery): (&str, &str), body: &str) -> u16 {
    let tag = address::base64(&hmac(Digest::Sha256, KEY.as_bytes(), body.as_bytes()));
    let headers = [
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Webhook-Id", delivery),
        ("X-Shopify-Shop-Domain", "my-shop.myshopify.com"),
        ("X-Shopify-Hmac-SHA256", &tag),
    ];
    status_of(&ask(hooks(app), "POST", &format!("/hooks/shopify/{id}"), &headers, body))
}

fn wait_for(app: &App, sql: &str) {
    let started = std::time::Instant::now();
    while app.count(sql) == 0 {
        assert!(started.elapsed().as_secs() < 90, "{sql} stays 0");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn owner(app: &App) -> As {
    app.session_of(app.make_user("ann@example.test", Role::Owner, None))
}

#[test]
fn threat_08_on_the_port_of_the_webhooks_there_is_nothing_else() {
    let (app, standing) = (start(true), Standing::open());
    let who = owner(&app);
    let id = connect(&app, &standing);
    let cookie = app.credentials(&who)[0].1.clone();
    let mut paths: Vec<String> = serve::routes()
        .entries()
        .map(|entry| entry.path.replace("{path:.*}", "a").replace(['{', '}'], ""))
        .collect();
    let own = format!("/hooks/shopify/{id}");
    for more in [
        "/hooks",
        "/hooks/",
        "/hooks/shopify",
        "/hooks/shopify/",
        "/hooks/shopify/99",
        "/hooks/woocommerce/1",
        "/hooks/nothing/1",
        "/hooks/shopify/1/more",
        "/hooks/shopify/../../healthz",
        "/hooks/%2e%2e/healthz",
        "//healthz",
    ] {
        paths.push(more.to_owned());
    }
    for path in &paths {
        for method in ["GET", "POST"] {
            let answer = ask(hooks(&app), method, path, &[("Cookie", &cookie)], "");
            assert_eq!(status_of(&answer), 404, "{method} {path}: {answer}");
            let (head, rest) = answer.split_once("\r\n\r\n").unwrap();
            assert!(!head.to_lowercase().contains("set-cookie"), "{path}: {head}");
            assert!(!head.to_lowercase().contains("location"), "{path}: {head}");
            assert_eq!(rest, "", "{path}");
        }
    }
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"] {
        assert_eq!(status_of(&ask(hooks(&app), method, &own, &[], "")), 404, "{method}");
    }
    // Any name reaches it, and no name gets more of it.
    for host in ["books.example.net", "localhost", "evil", "127.0.0.1:1"] {
        let answer = ask(hooks(&app), "POST", &own, &[("Host", host)], "{}");
        assert_eq!(status_of(&answer), 401, "{host}: {answer}");
    }
    // The door to the books knows nothing of it, whoever asks.
    let (host, origin) = (app.running.address.to_string(), app.origin());
    for method in ["GET", "POST"] {
        for sent in [vec![], vec![("Cookie", cookie.as_str())], vec![("Origin", origin.as_str())]] {
            let mut headers = vec![("Host", host.as_str())];
            headers.extend(sent);
            let answer = ask(app.running.address, method, &own, &headers, "");
            assert_eq!(status_of(&answer), 404, "{method}: {answer}");
        }
    }
    app.running.stop().unwrap();
}

#[test]
fn threat_22_a_genuine_call_makes_us_ask_and_any_other_is_refused() {
    let (app, standing) = (start(true), Standing::open());
    let who = owner(&app);
    let id = connect(&app, &standing);
    add_streams(&app, id);
    let text = r#"{"id":5001,"total_price":"1.00"}"#;
    let before = standing.asked.load(Ordering::SeqCst);
    for round in 0..50 {
        assert_eq!(call(&app, id, ("orders/updated", "b-1"), text), 200, "{round}");
    }
    wait_for(&app, "select count(*) from hook_tallies where taken = 1 and repeated = 49");
    wait_for(&app, "select count(*) from streams where tried_at is not null");
    assert!(standing.asked.load(Ordering::SeqCst) > before, "the platform was asked");
    assert_eq!(app.count("select count(*) from jobs where kind = 'pull'"), 1);
    // What the call said is nowhere: a platform that does not answer leaves no order.
    assert_eq!(app.count("select count(*) from orders"), 0);
    let tag = address::base64(&hmac(Digest::Sha256, KEY.as_bytes(), text.as_bytes()));
    let path = format!("/hooks/shopify/{id}");
    for (sent, tag, shop, status) in [
        (text, "", "my-shop.myshopify.com", 401),
        (text, &tag[1..], "my-shop.myshopify.com", 401),
        (&text.replace("1.00", "9.00"), tag.as_str(), "my-shop.myshopify.com", 401),
        (text, tag.as_str(), "other-shop.myshopify.com", 400),
    ] {
        let headers = [
            ("X-Shopify-Topic", "orders/updated"),
            ("X-Shopify-Shop-Domain", shop),
            ("X-Shopify-Hmac-SHA256", tag),
        ];
        assert_eq!(status_of(&ask(hooks(&app), "POST", &path, &headers, sent)), status);
    }
    wait_for(&app, "select count(*) from hook_tallies where refused = 4");
    let page = body(app.get(&format!("/connections/{id}"), &who));
    for told in ["Webhooks", &path, "orders/updated", "customers/redact", "Refused"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(!page.contains(KEY), "Shopify's secret is never shown");
    let second = app.post(&format!("/connections/{id}/hook-secret"), &who, &[]);
    assert_eq!(second.status(), 303);
    app.running.stop().unwrap();
}

#[test]
fn threat_22_a_call_that_is_too_long_or_one_of_a_flood_is_refused() {
    let (app, standing) = (start(true), Standing::open());
    let id = connect(&app, &standing);
    let path = format!("/hooks/shopify/{id}");
    let full = "x".repeat(BODY_BYTES_MAX);
    assert_eq!(call(&app, id, ("themes/publish", "b-1"), &full), 200, "as long as may be");
    // One that says beforehand how long it is, and one that does not.
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n");
    for length in [BODY_BYTES_MAX + 1, 99_999_999_999] {
        let told = format!("{head}Content-Length: {length}\r\n\r\n");
        assert_eq!(status_of(&raw(hooks(&app), told.as_bytes())), 413, "{length}");
    }
    let mut pieces = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    for _ in 0..16 {
        pieces.push_str(&format!("10000\r\n{}\r\n", "x".repeat(0x10000)));
    }
    pieces.push_str("1\r\nx\r\n0\r\n\r\n");
    assert_eq!(status_of(&raw(hooks(&app), pieces.as_bytes())), 413);

    // Pipelined, so that the flood comes faster than the bucket fills.
    let one = "POST /hooks/shopify/4711 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
    let last = "POST /hooks/shopify/4711 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                Content-Length: 0\r\n\r\n";
    let mut stream = TcpStream::connect(hooks(&app)).unwrap();
    let mut writing = stream.try_clone().unwrap();
    let flood = std::thread::spawn(move || {
        let _ = writing.write_all(format!("{}{last}", one.repeat(5_000)).as_bytes());
    });
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    flood.join().unwrap();
    let refused = answers.matches("HTTP/1.1 429").count();
    let answered = answers.matches("HTTP/1.1 404").count();
    assert!(answered >= 600 && refused > 0, "{answered} answered, {refused} refused");
    assert!(answers.contains("retry-after"));
    // A flood of one connection shuts no other out.
    assert_eq!(call(&app, id, ("themes/publish", "b-3"), "{}"), 200);
    app.running.stop().unwrap();
}

/// Structure, not time: the writer is in other hands the whole while.
#[test]
fn a_call_is_answered_while_the_writer_is_busy_and_a_request_only_when_it_is_noted() {
    let (app, standing) = (start(true), Standing::open());
    let id = connect(&app, &standing);
    let (end, ended) = channel::<()>();
    let (begun, has_begun) = channel();
    let db = app.running.state.db.clone();
    let busy = std::thread::spawn(move || {
        db.write_local(Lane::Interactive, |_| {
            begun.send(()).unwrap();
            let _ = ended.recv();
            Ok(())
        })
        .unwrap();
    });
    has_begun.recv().unwrap();
    assert_eq!(call(&app, id, ("orders/updated", "b-1"), "{}"), 200);
    let redact = redact();
    assert_eq!(call(&app, id, ("customers/redact", "b-2"), &redact), 503);
    assert_eq!(app.count("select count(*) from hook_deliveries"), 0);
    drop(end);
    busy.join().unwrap();
    // Shopify sends it again, whether it was noted meanwhile or not.
    assert_eq!(call(&app, id, ("customers/redact", "b-2"), &redact), 200);
    wait_for(&app, "select count(*) from hook_tallies where taken = 2 and repeated = 1");
    assert_eq!(app.count("select count(*) from privacy_requests"), 1);
    app.running.stop().unwrap();
}

fn redact() -> String {
    format!(
        r#"{{"shop_id":9,"shop_domain":"my-shop.myshopify.com",
        "customer":{{"id":777,"email":"{BUYER}","phone":"555-0100"}},"orders_to_redact":[5001]}}"#
    )
}

/// The database file and what lies beside it, after the log was folded in.
fn bytes_of(app: &App) -> Vec<u8> {
    // A reader at work puts it off.
    let mut tries = 0;
    while let Err(fault) = app.running.state.db.checkpoint() {
        tries += 1;
        assert!(tries < 200, "{fault}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let path = app.running.state.db.path().to_owned();
    let mut bytes = Vec::new();
    for ending in ["", "-wal"] {
        let mut name = path.clone().into_os_string();
        name.push(ending);
        bytes.extend(std::fs::read(name).unwrap_or_default());
    }
    bytes
}

fn holds(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn requests_of_buyers_are_carried_out_down_to_the_bytes_of_the_file() {
    let (app, standing) = (start(true), Standing::open());
    let who = owner(&app);
    app.take_in("shopify-orders", Some("shop"), "orders.csv", ORDERS);
    // The same buyer in another store, whom nobody asks to forget there.
    app.take_in("shopify-orders", Some("other"), "other.csv", &ORDERS.replace("#300", "#900"));
    let id = connect(&app, &standing);
    let profit = app.net_profit();
    // Nobody sees the raw documents but the one who reads the file.
    let raw_body = format!(r##"{{"id":5001,"name":"#3001","sku":"{MARKER}"}}"##);
    let place = raw_body.clone();
    let keep = move |tx: &Tx<'_>| {
        let new = |body| NewDocument { media: "application/json", body, beside: "" };
        let (raw, other) = (new(place.as_bytes()), new(&br#"{"id":5003}"#[..]));
        documents::upsert_document(tx, (id, "orders", "5001"), &raw)?;
        documents::upsert_document(tx, (id, "orders", "5002"), &raw)?;
        documents::upsert_document(tx, (id, "orders", "5003"), &other)
    };
    app.running.state.db.write(Lane::Background, keep).unwrap();

    // What is held is listed for the owner, and names nobody.
    let asked = format!(
        r#"{{"shop_id":9,"shop_domain":"my-shop.myshopify.com","orders_requested":[5001],
        "customer":{{"id":777,"email":"{BUYER}"}},"data_request":{{"id":1}}}}"#
    );
    assert_eq!(call(&app, id, ("customers/data_request", "b-1"), &asked), 200);
    wait_for(
        &app,
        "select count(*) from privacy_requests where kind = 'tell' and outcome = 'done'",
    );
    let request = app.count("select id from privacy_requests");
    let page = body(app.get(&format!("/connections/{id}"), &who));
    let link = format!("/connections/requests/{request}");
    assert!(page.contains(&link) && page.contains("the list is made"), "{page}");
    let found = body(app.get(&link, &who));
    assert!(found.contains("#3001") && found.contains("DE"), "{found}");
    assert!(!found.contains("#3002") && !found.contains(BUYER), "{found}");
    let viewer = app.session_of(app.make_user("bob@example.test", Role::Viewer, None));
    assert_eq!(app.get(&link, &viewer).status(), 403);
    assert_eq!(app.get("/connections/requests/4711", &who).status(), 404);

    // The mark stands in the file until the buyer is forgotten; in the other store it stays.
    let vault = app.running.state.vault.vault().unwrap();
    let by_email = vault.customer_hash(&Customer::Email(BUYER));
    let by_id =
        vault.customer_hash(&Customer::Platform { platform: "shopify", store: "shop", id: "777" });
    let of_file = app.count("select id from orders where external_id = '#3001'");
    let known = move |tx: &Tx<'_>| {
        let buyer = purser::store::orders::upsert_customer(tx, &by_id)?;
        let sql = "update order_facts set other_customer_id = ? where order_id = ?";
        Ok(tx.conn().execute(sql, [buyer.0, of_file])?)
    };
    app.running.state.db.write(Lane::Background, known).unwrap();
    let packed = app.running.state.db.read(|reader| {
        let sql = "select body from documents where external_id = '5001'";
        Ok(reader.conn().query_row(sql, [], |row| row.get::<_, Vec<u8>>(0))?)
    });
    let packed = packed.unwrap();
    let before = bytes_of(&app);
    assert!(holds(&before, &by_id) && holds(&before, &by_email) && holds(&before, &packed));
    let new = "select count(*) from orders where new_customer_day is not null";
    let firsts = app.count(new);
    assert_eq!(call(&app, id, ("customers/redact", "b-2"), &redact()), 200);
    wait_for(
        &app,
        "select count(*) from privacy_requests where kind = 'forget' and outcome = 'done'",
    );
    app.settle();
    let buyers = "select count(*) from orders join stores on stores.id = store_id
        where stores.name = 'shop' and external_id = '#3001' and customer_id is null";
    assert_eq!(app.count(buyers), 1, "the books know the order's buyer no more");
    assert_eq!(app.count("select count(*) from documents"), 1);
    assert_eq!(app.net_profit(), profit, "the amounts stay");
    // The order of the other store is its buyer's first now.
    assert_eq!(app.count(new), firsts, "one buyer less here, one first order there");
    let after = bytes_of(&app);
    assert!(!holds(&after, &by_id), "the mark of this store alone is nowhere in the file");
    assert!(holds(&after, &by_email), "the other store's order bears it");
    for planted in [BUYER.as_bytes(), b"555-0100", MARKER.as_bytes(), &packed] {
        assert!(!holds(&after, planted), "{}", String::from_utf8_lossy(planted));
    }
    let verify = app.running.state.db.read(|reader| Ok(purser::books::verify::verify(reader)));
    assert_eq!(verify.unwrap().unwrap().faults, Vec::<String>::new());
    let list = body(app.get("/connections", &who));
    assert!(
        list.contains("to forget a buyer") && list.contains("is out of these orders"),
        "{list}"
    );
    assert!(!list.contains(BUYER));
    app.running.stop().unwrap();
}

#[test]
fn a_shop_that_left_is_forgotten_and_one_that_did_not_is_not() {
    let (app, standing) = (start(true), Standing::open());
    let who = owner(&app);
    app.take_in("shopify-orders", Some("shop"), "orders.csv", ORDERS);
    let id = connect(&app, &standing);
    let text = r#"{"shop_id":9,"shop_domain":"my-shop.myshopify.com"}"#;
    assert_eq!(call(&app, id, ("shop/redact", "b-1"), text), 200);
    wait_for(&app, "select count(*) from privacy_requests where outcome = 'connected'");
    assert_eq!(app.count("select count(*) from account_secrets"), 2);
    let page = body(app.get(&format!("/connections/{id}"), &who));
    assert!(page.contains("it has not left"), "{page}");

    standing.knows_us.store(false, Ordering::SeqCst);
    assert_eq!(call(&app, id, ("shop/redact", "b-2"), text), 200);
    wait_for(&app, "select count(*) from accounts where state = 'disconnected'");
    wait_for(&app, "select count(*) from privacy_requests where id = 2 and done_at is not null");
    assert_eq!(app.count("select count(*) from account_secrets"), 0);
    assert_eq!(app.count("select count(*) from orders"), 2, "the books stay");
    assert_eq!(app.get(&format!("/connections/{id}"), &who).status(), 404);
    let list = body(app.get("/connections", &who));
    assert!(list.contains("to forget the shop"), "the entry outlives the connection");
    assert_eq!(call(&app, id, ("orders/create", "b-3"), "{}"), 404);
    app.running.stop().unwrap();
}

#[test]
fn without_a_listener_the_page_says_that_polling_does_it() {
    let (app, standing) = (start(false), Standing::open());
    assert!(app.running.hooks.is_none());
    let (who, id) = (owner(&app), connect(&app, &standing));
    let page = body(app.get(&format!("/connections/{id}"), &who));
    assert!(page.contains("Purser asks the platform by itself"), "{page}");
    assert!(!page.contains("/hooks/shopify"), "{page}");
    assert_eq!(header(&app.get("/hooks/shopify/1", &who), "set-cookie"), "");
    app.running.stop().unwrap();
}

#[test]
fn an_address_that_is_taken_is_told_and_nothing_is_started() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = Folder::new();
    let options = Options { hooks_listen: taken.local_addr().ok(), ..options(false) };
    let clock = purser::base::Clock::System;
    let fault = serve::start(&folder.paths(), &options, clock).err().unwrap().to_string();
    assert!(fault.contains("--hooks-listen"), "{fault}");
}
