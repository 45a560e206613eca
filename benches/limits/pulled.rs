//! A shop's history, asked of its own interface page by page, beside the import of the same orders
//! as a file; and how long the Overview takes meanwhile.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use purser::app::{build, jobs};
use purser::base::secret::Secret;
use purser::base::{Clock, Currency, Instant as At};
use purser::store::{Db, Reader, dirty, imports, streams};
use purser::sync::connect::{self, Ask};
use purser::sync::ctx::Tools;

use crate::full;
use crate::process::{Measured, Watch, run_child, setting, tell};
use crate::server::{self, Server, sign_in};
use crate::shop;
use crate::table::{Table, megabytes, milliseconds, seconds};
use crate::woo::Shop;

const STORE: &str = "woo";
/// How long the Overview is asked while the shop is read.
const ASKED: Duration = Duration::from_secs(20);
/// Orders of the shop that the real server reads, three pages a second.
const SERVED: i64 = 9_000;
const LOADED_MAX: Duration = Duration::from_secs(120);
/// After the last order, so that nothing of the history is of the last days.
const TODAY: &str = "2027-01-15T00:00:00Z";

/// Costs and rules first, as in the other import; then what `take` does is timed, until its
/// figures are on the disk.
fn timed(files: &Path, data: &Path, take: impl FnOnce(&Tools, Shop)) {
    let clock = Clock::set_at(At::parse(TODAY).unwrap());
    let opened = build::open(&server::paths(data), clock).unwrap();
    let tools = opened.tools.sync.clone();
    for name in ["fx.csv", "costs.csv", "rules.json"] {
        full::enqueue(&tools, files, name.to_owned(), None);
    }
    jobs::runner(&tools).run_due().unwrap();
    let orders = setting("PURSER_BENCH_ORDERS", 100_000) as u64;
    let variants = setting("PURSER_BENCH_VARIANTS", 2_000) as u64;
    let path = data.join("woo.json");
    let shop = Shop::write(&path, orders, variants);
    tools.db.checkpoint().unwrap();
    take(&tools, shop);
    assert_eq!(tools.db.read(dirty::count).unwrap(), (0, 0), "the books are not done");
    let count = |table: &str| {
        let sql = format!("select count(*) from {table}");
        tools.db.read(|reader| Ok(reader.conn().query_row(&sql, [], |row| row.get(0))?)).unwrap()
    };
    tell("orders", count("orders"));
    tell("lines", count("profit_lines"));
}

/// In a process of its own: the orders as a file.
pub fn import(files: &Path, data: &Path) {
    timed(files, data, |tools, _| {
        let watch = Watch::start();
        let import = full::enqueue(tools, data, "woo.json".to_owned(), Some(STORE));
        jobs::runner(tools).run_due().unwrap();
        tools.db.checkpoint().unwrap();
        watch.tell();
        let done = tools.db.read(|reader| imports::find_import(reader, import)).unwrap().unwrap();
        assert_eq!((done.refused, &done.fault), (0, &None));
    });
}

/// In a process of its own: the orders page by page, while the books make their figures.
pub fn pull(files: &Path, data: &Path) {
    timed(files, data, |tools, shop| {
        let tools = tools.clone().with_transport(Arc::new(shop));
        let watch = Watch::start();
        let (account, _) = connect::connect(&tools, &ask("https://shop.example", false)).unwrap();
        let books = jobs::runner(&tools);
        let books = std::thread::spawn(move || books.run_until_stopped());
        let pulls = jobs::runner(&tools).outside();
        let is_loaded = || {
            let rows = tools.db.read(|reader| streams::list_streams(reader, account)).unwrap();
            rows.iter().any(|row| row.stream == "orders" && row.loaded_at.is_some())
        };
        while !is_loaded() {
            assert!(pulls.run_one().unwrap(), "nothing is due, and not all is there");
        }
        tools.signal.stop();
        books.join().unwrap();
        let rest = Tools { signal: Default::default(), ..tools.clone() };
        jobs::runner(&rest).recover().unwrap();
        jobs::runner(&rest).run_due().unwrap();
        tools.db.checkpoint().unwrap();
        watch.tell();
    });
}

fn ask(url: &str, is_private: bool) -> Ask {
    let secret = |text: &str| Secret::new(text.to_owned());
    let mut settings = BTreeMap::from([("base_url".to_owned(), url.to_owned())]);
    if is_private {
        settings.insert("allow_private_network".to_owned(), "true".to_owned());
    }
    Ask {
        platform: "woocommerce".to_owned(),
        store: Some(STORE.to_owned()),
        currency: Currency::parse("EUR").ok(),
        settings,
        secrets: BTreeMap::from([
            ("consumer_key".to_owned(), secret("ck_bench")),
            ("consumer_secret".to_owned(), secret("cs_bench")),
        ]),
        ..Ask::default()
    }
}

pub fn measure(table: &mut Table, folder: &Path, files: &Path) {
    let run = |how: &str| {
        let data = folder.join(how);
        let found = run_child(&[how, files.to_str().unwrap(), data.to_str().unwrap()]);
        std::fs::remove_dir_all(&data).unwrap();
        found
    };
    let (file, pulled) = (run("woo-file"), run("woo-pull"));
    let each = |of: &Measured| of["orders"] * 1_000_000 / of["wall_us"].max(1);
    assert_eq!((file["orders"], file["lines"]), (pulled["orders"], pulled["lines"]));
    let share = file["wall_us"] * 100 / pulled["wall_us"].max(1);
    table.add(
        "a shop's history, page by page",
        seconds(pulled["wall_us"]),
        format!(
            "{} orders/s, profit included; as a file {}, {} orders/s: {share} % of its speed; \
             goal: a third",
            each(&pulled),
            seconds(file["wall_us"]),
            each(&file),
        ),
    );
    table.add("most memory meanwhile", megabytes(pulled["peak_kb"]), "goal: 200 MB");
}

/// The real server over a shop of its own, which answers on loopback, beside the books that are
/// there.
pub fn measure_served(table: &mut Table, folder: &Path, data: &Path) {
    let path = folder.join("served.json");
    let shop = Arc::new(Shop::write(&path, SERVED as u64, 2_000));
    shop.hide_last();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = Arc::clone(&shop);
    std::thread::spawn(move || serve(&listener, &serving));
    let cookie = sign_in(data);
    {
        let opened = build::open(&server::paths(data), Clock::System).unwrap();
        connect::connect(&opened.tools.sync, &ask(&url, true)).unwrap();
    }
    let server = Server::start_anywhere(data);
    let agent = ureq::Agent::new_with_defaults();
    let (from, to) = (shop::first_day(), shop::last_day());
    let page = format!("{}?from={from}&to={to}", server.url);
    let (begun, mut times) = (Instant::now(), Vec::new());
    while begun.elapsed() < ASKED {
        let watch = Watch::start();
        let mut answer = agent.get(&page).header("Cookie", &cookie).call().unwrap();
        answer.body_mut().read_to_vec().unwrap();
        times.push(watch.us());
        std::thread::sleep(Duration::from_millis(5));
    }
    let books = Db::open_read_only(&server::paths(data).database(), Clock::System).unwrap();
    let count = || {
        let sql = "select count(*) from orders join stores on stores.id = orders.store_id
            where stores.name = ?";
        let count =
            |reader: &Reader<'_>| Ok(reader.conn().query_row(sql, [STORE], |row| row.get(0))?);
        books.read(count).unwrap()
    };
    let taken: i64 = count();
    assert!(taken > 0, "nothing was read meanwhile");
    let wait_until = |orders: i64| {
        let begun = Instant::now();
        while count() < orders {
            assert!(begun.elapsed() < LOADED_MAX, "only {} of {orders} orders came", count());
            std::thread::sleep(Duration::from_millis(100));
        }
        begun.elapsed()
    };
    wait_until(SERVED - 1);
    shop.place_last();
    let seen = wait_until(SERVED);
    server.stop();
    drop(books);
    std::fs::remove_file(&path).unwrap();
    times.sort_unstable();
    let place = |part: usize| times[times.len() * part / 100];
    table.add(
        "Overview while a shop is read",
        milliseconds(place(50)),
        format!(
            "median of {}, p99 {}, most {}; {taken} orders came in meanwhile; goal: p99 100 ms",
            times.len(),
            milliseconds(place(99)),
            milliseconds(times[times.len() - 1]),
        ),
    );
    let seen = seconds(seen.as_micros() as i64);
    table.add("a new order until it is there", seen, "goal: 60 s");
}

/// One connection after the other, as many as come.
fn serve(listener: &TcpListener, shop: &Arc<Shop>) {
    for stream in listener.incoming().flatten() {
        let shop = Arc::clone(shop);
        std::thread::spawn(move || serve_one(stream, &shop));
    }
}

fn serve_one(stream: TcpStream, shop: &Shop) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
            line.clear();
        }
        let (status, body, total) = shop.answer(first.split(' ').nth(1).unwrap_or_default());
        let total = total.map_or_else(String::new, |total| format!("X-WP-Total: {total}\r\n"));
        let head = format!(
            "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
             {total}\r\n",
            body.len()
        );
        if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
            return;
        }
    }
}
