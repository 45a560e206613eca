//! A server as its service manager sees it: ready, alive, stopped in time; and a second start.

#![cfg(unix)]

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use purser::base::Clock;
use purser::store::Db;

use crate::command::{Server, purser, serve};
use crate::kit::app::Folder;

/// Waits until something is so; a test that waits in vain ends.
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} never came to be");
}

#[test]
fn a_second_start_opens_the_browser_on_the_first_and_ends_well() {
    let folder = Folder::new();
    let first = serve(folder.path());
    let opened = folder.path().join("opened");
    let browser = folder.path().join("browser");
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > '{}'\n", opened.display());
    std::fs::write(&browser, script).unwrap();
    std::fs::set_permissions(&browser, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut second = purser(folder.path());
    let output = second.env("DISPLAY", ":77").env("BROWSER", &browser).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains(&format!("http://{}/", first.address)), "{said}");
    wait_until("the browser", || std::fs::read(&opened).is_ok_and(|url| !url.is_empty()));
    let url = std::fs::read_to_string(&opened).unwrap();
    // Nobody is there yet, so the link sets up; it is another one than the first start printed.
    assert!(url.starts_with(&format!("http://{}/setup/", first.address)), "{url}");
    assert_ne!(url, first.link);
    // Without a screen it is told.
    let output = purser(folder.path()).env_remove("BROWSER").output().unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).contains("/setup/"));
    let third = purser(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(third.status.code(), Some(4));
}

#[cfg(target_os = "linux")]
#[test]
fn the_service_manager_hears_that_we_serve_that_we_live_and_that_we_stop() {
    let folder = Folder::new();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let heard = || {
        let mut bytes = [0; 4_096];
        let read = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..read]).trim().to_owned()
    };
    let mut command = purser(folder.path());
    command
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "1000000")
        .env_remove("WATCHDOG_PID");
    let mut server = Server::start(command);
    let mut order = vec![heard()];
    while !order.contains(&"WATCHDOG=1".to_owned()) || !order.contains(&"READY=1".to_owned()) {
        order.push(heard());
    }
    assert_eq!(server.stop(), Some(0));
    while heard() != "STOPPING=1" {}
}

#[test]
fn the_key_is_read_where_the_service_manager_lays_it() {
    let folder = Folder::new();
    let handed = folder.path().join("handed");
    // Made by an ordinary start, then taken out of the settings' folder.
    let mut server = serve(folder.path());
    assert_eq!(server.stop(), Some(0));
    std::fs::create_dir(&handed).unwrap();
    let key = folder.path().join("config/purser.key");
    std::fs::rename(&key, handed.join("purser.key")).unwrap();
    let verify = |handed: Option<&Path>| {
        let mut command = purser(folder.path());
        command.args(["vault", "verify"]).stdin(Stdio::null());
        command.envs(handed.map(|path| ("CREDENTIALS_DIRECTORY", path)));
        command.output().unwrap().status.code()
    };
    assert_eq!(verify(Some(&handed)), Some(0));
    assert_ne!(verify(None), Some(0));
    assert!(!key.exists(), "no new key is made in silence");
}

/// Orders of which an import has enough to do.
fn orders(count: u32) -> String {
    (0..count)
        .map(|number| {
            format!(
                "{{\"id\":\"{number}\",\"created_at\":\"2026-11-01T10:00:00Z\",\
                 \"currency\":\"EUR\",\"lines\":[{{\"id\":\"1\",\"sku\":\"A-{}\",\
                 \"quantity\":1,\"unit_price\":\"10.00\"}}]}}\n",
                number % 500
            )
        })
        .collect()
}

#[test]
fn it_stops_within_ten_seconds_whatever_is_under_way_and_loses_nothing() {
    let folder = Folder::new();
    let mut server = serve(folder.path());
    let file = folder.path().join("orders.jsonl");
    std::fs::write(&file, orders(60_000)).unwrap();
    // The import of a command runs in the server.
    let mut import = purser(folder.path())
        .args(["import", "orders"])
        .arg(&file)
        .args(["--store", "shop", "--currency", "EUR"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let path = folder.path().join("data/purser.db");
    let count = || {
        let db = Db::open_read_only(&path, Clock::System).unwrap();
        let sql = "select count(*) from orders";
        db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap()
    };
    wait_until("the import", || count() > 0);
    let mut slow = TcpStream::connect(&server.address).unwrap();
    slow.write_all(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nem").unwrap();
    // `stop` waits for ten seconds and no longer.
    assert_eq!(server.stop(), Some(0));
    let _ = import.wait();
    let before = count();
    // What came in is whole, and the next start finds the folder free.
    let again = serve(folder.path());
    let db = Db::open_read_only(&path, Clock::System).unwrap();
    let sql = "pragma integrity_check";
    let verdict =
        db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get::<_, String>(0))?));
    assert_eq!(verdict.unwrap(), "ok");
    assert!(before > 0);
    drop(again);
}
