//! The program as it is started from a terminal.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::kit::app::Folder;

pub fn purser(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
    command
        .env("PURSER_DATA", folder.join("data"))
        .env("PURSER_CONFIG", folder.join("config"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    purser(folder).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub struct Server {
    pub child: Child,
    pub address: String,
    pub link: String,
}

impl Server {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut next = || lines.next().unwrap().unwrap();
        let address = next().rsplit("http://").next().unwrap().trim_end_matches('/').to_owned();
        next();
        let link = next();
        // Whoever closes the pipe would break later lines.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address, link }
    }

    #[cfg(unix)]
    pub fn stop(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        for _ in 0..100 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn serve(folder: &Path) -> Server {
    let mut command = purser(folder);
    command.args(["serve", "--listen", "127.0.0.1:0"]);
    Server::start(command)
}

#[cfg(unix)]
#[test]
fn threat_30_a_second_server_is_told_who_holds_the_folder_and_a_crash_frees_it() {
    let folder = Folder::new();
    let mut first = serve(folder.path());
    assert!(first.link.starts_with(&format!("http://{}/setup/", first.address)));
    let second = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4));
    let message = String::from_utf8(second.stderr).unwrap();
    assert!(message.contains(&first.address), "{message}");
    assert!(second.stdout.is_empty());
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    let mut third = serve(folder.path());
    assert_eq!(third.stop(), Some(0));
    let left: Vec<_> = std::fs::read_dir(folder.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("-wal") || name.contains("-shm"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn threat_06_files_are_private_under_any_umask() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask 000; exec \"$0\" serve --listen 127.0.0.1:0"])
        .arg(env!("CARGO_BIN_EXE_purser"))
        .env("PURSER_DATA", folder.path().join("data"))
        .env("PURSER_CONFIG", folder.path().join("config"));
    let _server = Server::start(shell);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut seen = Vec::new();
    let mut folders = vec![folder.path().join("data"), folder.path().join("config")];
    while let Some(path) = folders.pop() {
        assert_eq!(mode(&path), 0o700, "{}", path.display());
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            seen.push(path.file_name().unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
            }
        }
    }
    for name in ["purser.db", "purser.db-wal", "purser.lock", "purser.key", "purser.log"] {
        assert!(seen.iter().any(|one| one == name), "{name} in {seen:?}");
    }
}

#[cfg(unix)]
#[test]
fn threat_16_the_log_of_a_start_holds_no_secret() {
    let folder = Folder::new();
    let mut command = purser(folder.path());
    command.args(["serve", "--listen", "127.0.0.1:0"]).env("PURSER_LOG", "trace");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.next().unwrap().unwrap().rsplit("http://").next().unwrap().to_owned();
    let link = lines.nth(1).unwrap().unwrap();
    let log = child.stderr.take().unwrap();
    let log = std::thread::spawn(move || std::io::read_to_string(log).unwrap());
    let lock = std::fs::read_to_string(folder.path().join("data/purser.lock")).unwrap();
    let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
    let token = stdout(&run(folder.path(), &["token", "add", "till", "--role", "viewer"]));
    let answer = ureq::get(format!("http://{address}api/v1/x"))
        .config()
        .http_status_as_error(false)
        .build()
        .header("Authorization", format!("Bearer {}", token.trim()))
        .call()
        .unwrap();
    assert_eq!(answer.status(), 404);
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
    let log = log.join().unwrap();
    let key = std::fs::read_to_string(folder.path().join("config/purser.key")).unwrap();
    let secrets = [
        link.rsplit('/').next().unwrap(),
        lock["token"].as_str().unwrap(),
        token.trim(),
        &key[13..77],
    ];
    for secret in secrets {
        assert!(secret.len() >= 64);
        assert!(!log.contains(secret), "the log holds a secret");
    }
}

#[test]
fn commands_are_done_by_the_running_server_and_without_one_alike() {
    let folder = Folder::new();
    let add = ["--json", "token", "add", "till", "--role", "viewer", "--expires", "30"];
    let alone: serde_json::Value =
        serde_json::from_str(&stdout(&run(folder.path(), &add))).unwrap();
    assert!(alone["token"].as_str().unwrap().starts_with("purser_"));
    let server = serve(folder.path());
    let taken = run(folder.path(), &add);
    assert_eq!(taken.status.code(), Some(1));
    assert!(String::from_utf8(taken.stderr).unwrap().contains("is in force"));
    let list: serde_json::Value =
        serde_json::from_str(&stdout(&run(folder.path(), &["token", "list", "--json"]))).unwrap();
    assert_eq!(list["tokens"][0]["name"], "till");
    assert_eq!(list["tokens"][0]["role"], "viewer");
    stdout(&run(folder.path(), &["token", "revoke", "till"]));
    let again = run(folder.path(), &["token", "revoke", "till"]);
    assert_eq!(again.status.code(), Some(1));
    let link = stdout(&run(folder.path(), &["link"]));
    assert!(link.contains(&format!("http://{}/setup/", server.address)), "{link}");
}

#[test]
fn control_is_shut_to_whoever_has_not_the_token_of_the_lock_file() {
    let folder = Folder::new();
    let server = serve(folder.path());
    for token in ["", "wrong", &"0".repeat(64)] {
        let answer = ureq::post(format!("http://{}/control/link", server.address))
            .config()
            .http_status_as_error(false)
            .build()
            .header("Authorization", format!("Bearer {token}"))
            .content_type("application/json")
            .send("{}")
            .unwrap();
        assert_eq!(answer.status(), 401);
    }
}

#[test]
fn a_start_that_cannot_be_is_refused_with_a_reason() {
    let folder = Folder::new();
    let refused = |arguments: &[&str], code: i32, words: &str| {
        let output = run(folder.path(), arguments);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {message}");
        assert!(message.contains(words), "{arguments:?}: {message}");
    };
    let inside = folder.path().join("data/config");
    let inside = inside.to_str().unwrap();
    refused(&["serve", "--config", inside], 1, "must not lie inside each other");
    // Threat 7: nothing but this machine.
    refused(&["serve", "--listen", "0.0.0.0:0"], 1, "can be reached from other machines");
    refused(&["serve", "--listen", "nonsense"], 2, "invalid value");
    refused(&["serve", "--base-path", "/../x"], 1, "no base path");
    refused(&["fly"], 2, "unrecognized");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    refused(&["serve", "--listen", &taken], 1, "is taken by another program");
    std::fs::write(folder.path().join("data/purser.db"), "my diary").unwrap();
    refused(&["serve", "--listen", "127.0.0.1:0"], 1, "is not a database of purser");
    let kept = std::fs::read(folder.path().join("data/purser.db")).unwrap();
    assert_eq!(kept, b"my diary");
}

#[test]
fn completions_and_the_manual_are_printed() {
    let folder = Folder::new();
    assert!(stdout(&run(folder.path(), &["completions", "bash"])).contains("purser"));
    assert!(stdout(&run(folder.path(), &["man"])).contains(".TH purser"));
    assert!(!folder.path().join("data").exists());
}

#[cfg(unix)]
#[test]
fn what_was_acknowledged_survives_a_kill() {
    use std::sync::atomic::{AtomicBool, Ordering};

    use purser::app::control::{self, TokenAdd};
    use purser::base::Clock;
    use purser::store::{Db, tokens};

    const ROUNDS: u64 = 6;
    let folder = Folder::new();
    let paths = folder.paths();
    let mut acknowledged = Vec::new();
    for round in 0..ROUNDS {
        let mut server = serve(folder.path());
        let is_dead = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // At another point of its work each time.
                std::thread::sleep(Duration::from_millis(40 + 23 * round));
                is_dead.store(true, Ordering::SeqCst);
                server.child.kill().unwrap();
                server.child.wait().unwrap();
            });
            for number in 0.. {
                if is_dead.load(Ordering::SeqCst) {
                    break;
                }
                let name = format!("{round}-{number}");
                let (role, expires_days) = ("viewer".to_owned(), None);
                let input = TokenAdd { name: name.clone(), role, expires_days, stores: Vec::new() };
                if control::run(&paths, Clock::System, "token-add", &input).is_ok() {
                    acknowledged.push(name);
                }
            }
        });
        let db = Db::open(&paths.database(), Clock::System).unwrap();
        let there = db.read(|reader| tokens::list(reader.conn())).unwrap();
        for name in &acknowledged {
            assert!(there.iter().any(|token| token.name == *name), "{name} is lost");
        }
        let sql = "PRAGMA integrity_check";
        let verdict: String =
            db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get(0))?)).unwrap();
        assert_eq!(verdict, "ok");
    }
    assert!(acknowledged.len() as u64 > ROUNDS, "{}", acknowledged.len());
}

#[test]
fn every_format_is_listed_with_what_it_needs() {
    let shop = crate::kit::shop::Shop::new();
    let said = shop.run(&["import", "formats", "--json"]);
    let formats = said.json();
    let find = |name: &str| {
        let list = formats.as_array().unwrap();
        list.iter().find(|one| one["format"] == name).unwrap_or_else(|| panic!("no {name}"))
    };
    assert_eq!(find("shopify-orders")["needs_store"], true);
    assert_eq!(find("ad-spend")["needs_store"], false);
    assert_eq!(find("tiktok-settlement")["seen"], false);
    let plain = shop.run(&["import", "formats"]);
    assert!(plain.out.contains("tiktok-settlement\t"), "{}", plain.out);
}

#[test]
fn changes_are_listed_with_what_they_did() {
    let shop = crate::kit::shop::Shop::new();
    let costs = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";
    shop.import("costs.csv", costs);
    assert_eq!(shop.run(&["org", "set", "--currency", "EUR", "--vat-registered", "no"]).code, 0);
    let said = shop.run(&["changes", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let list = said.json()["changes"].as_array().unwrap().clone();
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0]["kind"], &list[0]["source"]), (&"organisation".into(), &"command".into()));
    assert_eq!(list[0]["after"]["vat_registered"], false);
    assert_eq!((&list[1]["kind"], &list[1]["subject"]), (&"import".into(), &"costs.csv".into()));
    assert_eq!(list[1]["by"], "");
    let said = shop.run(&["changes", "--kind", "import"]);
    assert!(said.out.contains("costs.csv") && !said.out.contains("VAT"), "{}", said.out);
    assert_eq!(shop.run(&["changes", "--kind", "nothing"]).code, 2);
}
