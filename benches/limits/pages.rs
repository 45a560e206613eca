//! Pages of the real server beside a handler that does nothing else than read the same rows and
//! write a page of the same length, in the same run; what a start, a sign-in and a backup take.

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{App, HttpResponse, HttpServer, web};
use purser::base::{Clock, Secret};
use purser::store::password::Passwords;
use purser::store::{Db, Lane, settings};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

use crate::process::{Watch, cpu_ms_of, median};
use crate::server::{self, Server, sign_in};
use crate::shop;
use crate::table::{Table, hundredths, megabytes, milliseconds, seconds};

/// In so many turns, so that both meet the same machine.
const TURNS: usize = 5;
const REQUESTS: usize = 400;
const STARTS: usize = 7;
const LOGINS: usize = 5;

/// What a client sees of a page.
#[derive(Default)]
struct Times {
    each: Vec<i64>,
    cpu_ms: i64,
    bytes: usize,
}

impl Times {
    fn add(&mut self, more: Self) {
        self.each.extend(more.each);
        self.cpu_ms += more.cpu_ms;
        self.bytes = more.bytes;
    }

    fn cpu_us(&self) -> i64 {
        self.cpu_ms * 1_000 / self.each.len().max(1) as i64
    }

    fn at(&self, hundredth: usize) -> i64 {
        let mut sorted = self.each.clone();
        sorted.sort_unstable();
        sorted[(sorted.len() * hundredth / 100).min(sorted.len() - 1)]
    }

    fn per_second(&self) -> i64 {
        1_000_000 * self.each.len() as i64 / self.each.iter().sum::<i64>().max(1)
    }
}

pub fn measure(table: &mut Table, data: &Path) {
    measure_starts(table, data);
    let cookie = sign_in(data);
    let server = Server::start_anywhere(data);
    let from = shop::last_day().plus(-29);
    let dashboard = format!("/?from={from}&to={}", shop::last_day());
    let bare = Bare::start(&server::paths(data).database());
    for (name, page, goal) in [
        ("order list", "/orders", "half as many as the bare"),
        ("dashboard, 30 days", dashboard.as_str(), "p99 at most twice the bare"),
    ] {
        let path = if page == "/orders" { "/orders" } else { "/days" };
        let ours_url = format!("{}{page}", server.url.trim_end_matches('/'));
        let (mut ours, mut bares) = (Times::default(), Times::default());
        for _ in 0..TURNS {
            ours.add(visit(&ours_url, &cookie, server.child.id()));
            // It writes as much, in the same rows over and over.
            let bare_url = format!("{}{path}?bytes={}", bare.url, ours.bytes);
            bares.add(visit(&bare_url, "", std::process::id()));
        }
        table.add(
            format!("{name}, requests a second"),
            ours.per_second().to_string(),
            format!(
                "p99 {}, {} us of processor time each, {} kB; bare {} a second, p99 {}, {} us; \
                 goal: {goal}",
                milliseconds(ours.at(99)),
                ours.cpu_us(),
                ours.bytes / 1_024,
                bares.per_second(),
                milliseconds(bares.at(99)),
                bares.cpu_us(),
            ),
        );
    }
    drop((server, bare));
    measure_logins(table);
    measure_backup(table, data);
    measure_program(table);
}

fn visit(url: &str, cookie: &str, process: u32) -> Times {
    let agent = ureq::Agent::new_with_defaults();
    let mut bytes = 0;
    let mut ask = || {
        let mut answer = agent.get(url).header("Cookie", cookie).call().unwrap();
        // Making a text of it would be the client's work.
        bytes = answer.body_mut().read_to_vec().unwrap().len();
        assert!(bytes > 1_000, "{url} is empty");
    };
    (0..REQUESTS / 10).for_each(|_| ask());
    let before = cpu_ms_of(process);
    let one = |_| {
        let watch = Watch::start();
        ask();
        watch.us()
    };
    let each = (0..REQUESTS).map(one).collect();
    Times { each, cpu_ms: cpu_ms_of(process) - before, bytes }
}

/// A server of our own process with two handlers.
struct Bare {
    url: String,
    handle: actix_web::dev::ServerHandle,
}

impl Bare {
    fn start(database: &Path) -> Self {
        let database = database.to_owned();
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let run = async move {
                let server = HttpServer::new(move || {
                    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
                    let conn = Connection::open_with_flags(&database, flags).unwrap();
                    App::new()
                        .app_data(web::Data::new(Mutex::new(conn)))
                        .route("/orders", web::get().to(list_orders))
                        .route("/days", web::get().to(list_days))
                })
                .workers(1)
                .bind(("127.0.0.1", 0))
                .unwrap();
                let url = format!("http://{}", server.addrs()[0]);
                let server = server.run();
                sender.send((url, server.handle())).unwrap();
                server.await.unwrap();
            };
            actix_web::rt::System::new().block_on(run);
        });
        let (url, handle) = receiver.recv().unwrap();
        Self { url, handle }
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

type Shared = web::Data<Mutex<Connection>>;

#[derive(serde::Deserialize)]
struct Wanted {
    bytes: usize,
}

/// The rows in a table, and again until the page is as long as is wanted.
fn write_table(conn: &Connection, sql: &str, wanted: &Wanted) -> String {
    let mut html = String::from("<!doctype html><table>");
    let mut statement = conn.prepare_cached(sql).unwrap();
    let columns = statement.column_count();
    let found = statement.query_map([], |row| (0..columns).map(|n| row.get(n)).collect()).unwrap();
    let rows: Vec<Vec<Value>> = found.collect::<Result<_, _>>().unwrap();
    for row in rows.iter().cycle() {
        html.push_str("<tr>");
        for value in row {
            match value {
                Value::Integer(number) => write!(html, "<td class=num>{number}</td>").unwrap(),
                Value::Text(text) => write!(html, "<td>{text}</td>").unwrap(),
                other => write!(html, "<td>{:?}</td>", other.data_type()).unwrap(),
            }
        }
        html.push_str("</tr>");
        if html.len() >= wanted.bytes {
            break;
        }
    }
    html + "</table>"
}

/// The newest fifty orders, with what their lines come to.
async fn list_orders(conn: Shared, wanted: web::Query<Wanted>) -> HttpResponse {
    let sql = "select number, order_day, country, financial_status,
            (select sum(gross_sales_minor) from profit_lines where order_id = orders.id),
            (select sum(cogs_minor) from profit_lines where order_id = orders.id)
         from orders order by order_day desc, placed_at desc, id desc limit 50";
    HttpResponse::Ok().body(write_table(&conn.lock().unwrap(), sql, &wanted))
}

async fn list_days(conn: Shared, wanted: web::Query<Wanted>) -> HttpResponse {
    let (from, to) = (shop::last_day().plus(-29), shop::last_day());
    let sql = format!(
        "select first_day, key, store_id, measures from rollups
         where dim = 0 and basis = 0 and span = 0 and first_day between {} and {}",
        from.0, to.0
    );
    HttpResponse::Ok().body(write_table(&conn.lock().unwrap(), &sql, &wanted))
}

fn measure_starts(table: &mut Table, data: &Path) {
    let start = |_| {
        let watch = Watch::start();
        let server = Server::start(data);
        ureq::get(format!("{}/healthz", server.url.trim_end_matches('/'))).call().unwrap();
        let us = watch.us();
        server.stop();
        us
    };
    let times = (0..STARTS).map(start).collect();
    table.add("start until the first answer", milliseconds(median(times)), "goal: 100 ms");
}

fn measure_logins(table: &mut Table) {
    let passwords = Passwords::default();
    let password = Secret::new("a long and quiet harbour 42".to_owned());
    let hash = passwords.hash(&password).unwrap();
    let verify = |_| {
        let watch = Watch::start();
        passwords.verify(Some(&hash), &password).unwrap();
        watch.us()
    };
    let times = (0..LOGINS).map(verify).collect();
    table.add("a password is checked", milliseconds(median(times)), "goal: 50 to 250 ms");
}

/// A copy while somebody writes, beside copying the bytes.
fn measure_backup(table: &mut Table, data: &Path) {
    let database = server::paths(data).database();
    let db = Db::open(&database, Clock::System).unwrap();
    db.checkpoint().unwrap();
    let target = data.join("copy.db");
    let watch = Watch::start();
    std::fs::copy(&database, &target).unwrap();
    std::fs::File::open(&target).unwrap().sync_all().unwrap();
    let bare = watch.us();
    std::fs::remove_file(&target).unwrap();
    let is_done = Arc::new(AtomicBool::new(false));
    let writer = {
        let (db, is_done) = (db.clone(), is_done.clone());
        std::thread::spawn(move || {
            let mut waits = Vec::new();
            while !is_done.load(Ordering::Relaxed) {
                let began = Instant::now();
                let write = |tx: &purser::store::Tx<'_>| settings::upsert(tx, "bench", "x");
                db.write_local(Lane::Interactive, write).unwrap();
                waits.push(began.elapsed().as_micros() as i64);
                std::thread::sleep(Duration::from_millis(5));
            }
            waits
        })
    };
    let watch = Watch::start();
    db.snapshot_to(&target).unwrap();
    let ours = watch.us();
    is_done.store(true, Ordering::Relaxed);
    let mut waits = writer.join().unwrap();
    waits.sort_unstable();
    std::fs::remove_file(&target).unwrap();
    let times = ours * 100 / bare.max(1);
    table.add(
        "backup while somebody writes",
        seconds(ours),
        format!(
            "copying the bytes {}, {}; goal 5x; a write took {} at the median, {} at most; goal \
             50 ms",
            seconds(bare),
            hundredths(times, "x"),
            milliseconds(waits[waits.len() / 2]),
            milliseconds(waits[waits.len() - 1]),
        ),
    );
}

/// As it is given to people, where that was built.
fn measure_program(table: &mut Table) {
    let here = Path::new(env!("CARGO_BIN_EXE_purser"));
    let dist = here.parent().and_then(Path::parent).map(|target| target.join("dist/purser"));
    let size = dist.and_then(|path| std::fs::metadata(path).ok());
    match size {
        Some(found) => {
            table.add("the program", megabytes(found.len() as i64 / 1_024), "goal: 30 MB");
        }
        None => table.add("the program", "-".to_owned(), "cargo build --profile dist makes it"),
    }
}
