//! The demo as a newcomer starts it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::kit::app::{As, Folder, session_in, text};

fn purser(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
    command
        .args(arguments)
        .env_remove("PURSER_DATA")
        .env_remove("PURSER_CONFIG")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

fn run(arguments: &[&str]) -> Output {
    purser(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn path(folder: &Path) -> &str {
    folder.to_str().unwrap()
}

#[test]
fn a_demo_is_made_and_its_figures_can_be_asked_for() {
    let folder = Folder::new();
    let data = folder.path().join("shop");
    let made =
        json(&run(&["demo", "--orders", "500", "--no-serve", "--data", path(&data), "--json"]));
    let config = PathBuf::from(made["config"].as_str().unwrap());
    assert_eq!(made["data"], path(&data));
    assert_eq!(config, folder.path().join("shop-config"), "the key lies beside the data");
    let report = |by: &str| {
        json(&run(&[
            "report",
            "profit",
            "--by",
            by,
            "--json",
            "--data",
            path(&data),
            "--config",
            path(&config),
        ]))
    };
    let (day, month) = (report("day"), report("month"));
    assert_eq!(day["total"], month["total"]);
    let orders = day["total"]["orders"].as_i64().unwrap();
    assert!((450..500).contains(&orders), "{orders} of 500 orders count");
    assert_ne!(day["total"]["net_profit"], "0.00");
}

#[test]
fn a_second_demo_in_the_folder_is_the_first_one_again() {
    let folder = Folder::new();
    let data = folder.path().join("shop");
    let make = |orders| {
        json(&run(&["demo", "--orders", orders, "--no-serve", "--json", "--data", path(&data)]))
    };
    let first = make("20");
    assert_eq!(first["made_of"], "20 orders, seed 1");
    assert_eq!(make("30"), first);
}

#[test]
fn a_demo_never_goes_into_a_folder_with_other_data() {
    let folder = Folder::new();
    let (data, config) = (folder.path().join("own"), folder.path().join("own-config"));
    let places = ["--data", path(&data), "--config", path(&config)];
    let added = run(&[&["store", "add", "Mine", "--currency", "EUR"], &places[..]].concat());
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let before = std::fs::read(data.join("purser.db")).unwrap();
    let refused = run(&[&["demo", "--orders", "20", "--no-serve"], &places[..]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    let message = String::from_utf8(refused.stderr).unwrap();
    assert!(message.contains("Nothing was changed"), "{message}");
    assert_eq!(std::fs::read(data.join("purser.db")).unwrap(), before);
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_printed_link_signs_in_as_the_owner_of_the_demo() {
    let folder = Folder::new();
    let data = folder.path().join("shop");
    let mut command = purser(&["demo", "--orders", "40", "--listen", "127.0.0.1:0", "--json"]);
    let child = command.args(["--data", path(&data)]).stdout(Stdio::piped()).spawn().unwrap();
    let mut server = Server(child);
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let (url, link) = (said["url"].as_str().unwrap(), said["link"].as_str().unwrap());
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .new_agent();
    assert_eq!(agent.get(link).call().unwrap().status(), 200);
    let origin = url.trim_end_matches('/');
    let entered = agent.post(link).header("Origin", origin).send_empty().unwrap();
    assert_eq!(entered.status(), 303);
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(matches!(session_in(&entered), Some(As::Session(_))));
    let cookie = cookie.split(';').next().unwrap();
    let page = agent.get(url).header("Cookie", cookie).call().unwrap();
    assert_eq!(page.status(), 200);
    assert!(text(page).contains("Purser"));
    // Used up.
    assert_eq!(agent.get(link).call().unwrap().status(), 410);
}
