//! Backups as a user has them: at the terminal, by the schedule, on another machine, in the
//! browser, and the way back from each.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use purser::base::id::UserId;
use purser::store::backup::swap;
use purser::store::users::Role;

use crate::kit::app::{App, EMAIL, Folder, header, text};
use crate::kit::shop::{Said, Shop};

const ORDERS: &str = r#"{"id":"o-1","number":"1001","created_at":"2026-11-02T09:30:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":2,"unit_price":"12.00"}],"shipping_cost":"5.00","payments":[{"gateway":"stripe","amount":"24.00","fee":"1.00"}]}"#;
const MORE: &str = r#"{"id":"o-2","number":"1002","created_at":"2026-11-03T09:30:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":1,"unit_price":"12.00"}],"shipping_cost":"5.00","payments":[{"gateway":"stripe","amount":"12.00","fee":"1.00"}]}"#;
const EXTRA: &str = r#"{"id":"o-9","number":"1009","created_at":"2026-11-03T09:30:00Z","currency":"EUR","financial_status":"paid","lines":[{"id":"a","sku":"MUG","title":"Mug","quantity":1,"unit_price":"12.00"}],"shipping_cost":"5.00","payments":[{"gateway":"stripe","amount":"12.00","fee":"1.00"}]}"#;
const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.00,EUR\n";

/// Runs a command with lines on its standard input.
fn say(shop: &Shop, arguments: &[&str], lines: &str) -> Said {
    let mut child = shop.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(lines.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// 24.00 of mugs, less 8.00 of goods, 5.00 of shipping, 1.00 of fees: 10.00.
fn filled() -> Shop {
    let shop = Shop::new();
    shop.import("orders.jsonl", ORDERS);
    shop.import("costs.csv", COSTS);
    assert_eq!(net_profit(&shop), "10.00");
    shop
}

fn net_profit(shop: &Shop) -> String {
    shop.report(&["--by", "month"])["total"]["net_profit"].as_str().unwrap().to_owned()
}

fn code_of(shop: &Shop) -> String {
    let said = shop.run(&["vault", "recovery", "--json"]);
    said.json()["recovery_code"].as_str().unwrap().to_owned()
}

#[test]
fn on_a_new_machine_a_backup_and_the_recovery_code_are_enough() {
    let shop = filled();
    let code = code_of(&shop);
    let file = shop.folder.path().join("all.backup");
    let file = file.to_str().unwrap();
    let made = shop.run(&["backup", file, "--json"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let made = made.json();
    assert_eq!(
        (&made["orders"], &made["verified"], &made["portable"]),
        (&1.into(), &true.into(), &true.into())
    );
    let other = Shop::new();
    // Without the code nothing opens, and nothing is made.
    let refused = other.run(&["restore", file, "--yes"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("--recovery-code-stdin"), "{}", refused.err);
    assert!(!other.folder.path().join("data/purser.db").exists());
    let wrong = say(&other, &["restore", file, "--recovery-code-stdin", "--yes"], "0000\n");
    assert!(wrong.code == 1 && wrong.err.contains("does not open"), "{}", wrong.err);
    // Without a yes it is only shown.
    let shown = say(&other, &["restore", file, "--recovery-code-stdin"], &format!("{code}\n"));
    assert_eq!(shown.code, 1);
    assert!(shown.err.contains("orders\t1\t–") && shown.err.contains("--yes"), "{}", shown.err);
    assert!(!other.folder.path().join("data/purser.db").exists());
    let done = ["restore", file, "--recovery-code-stdin", "--yes", "--json"];
    let done = say(&other, &done, &format!("{code}\n"));
    assert_eq!(done.code, 0, "{}", done.err);
    let done = done.json();
    assert_eq!((&done["orders"], &done["in_backup"]["stores"]), (&1.into(), &1.into()));
    assert!(done["before"].is_null());
    assert_eq!(net_profit(&other), "10.00");
    assert_eq!(other.run(&["vault", "verify"]).code, 0);
    assert_eq!(other.run(&["verify"]).code, 0);
    // It goes on working: the same file again changes nothing, a new order comes in.
    other.import("orders.jsonl", ORDERS);
    other.import("more.jsonl", MORE);
    // 12.00 − 4.00 − 5.00 − 1.00 on top.
    assert_eq!(net_profit(&other), "12.00");
    assert_eq!(net_profit(&shop), "10.00");
}

#[test]
fn a_restore_keeps_what_was_there_and_a_running_server_is_told() {
    let shop = filled();
    let file = shop.folder.path().join("all.backup");
    let file = file.to_str().unwrap();
    assert_eq!(shop.run(&["backup", file]).code, 0);
    shop.import("more.jsonl", MORE);
    assert_eq!(net_profit(&shop), "12.00");
    // The key of this machine opens it.
    let done = shop.run(&["restore", file, "--yes", "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let done = done.json();
    assert_eq!(done["before_restore"]["orders"], 2);
    assert_eq!(net_profit(&shop), "10.00");
    // And back again, by the copy that was kept.
    let before = done["before"].as_str().unwrap().to_owned();
    assert!(before.contains("purser.db.before-restore-"), "{before}");
    let back = shop.run(&["restore", &before, "--yes"]);
    assert_eq!(back.code, 0, "{}", back.err);
    assert_eq!(net_profit(&shop), "12.00");
    let app = App::start();
    let paths = app.folder.paths();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_purser"));
    command.arg("--data").arg(&paths.data).arg("--config").arg(&paths.config);
    let held = command.args(["restore", file, "--yes"]).output().unwrap();
    assert_eq!(held.status.code(), Some(4));
    // A backup is made beside it all the same.
    let beside = app.folder.path().join("beside.backup");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_purser"));
    command.arg("--data").arg(&paths.data).arg("--config").arg(&paths.config);
    assert!(command.arg("backup").arg(&beside).status().unwrap().success());
    assert!(beside.exists());
    app.running.stop().unwrap();
}

#[test]
fn verify_looks_into_a_backup_and_changes_nothing() {
    let shop = filled();
    let file = shop.folder.path().join("all.backup");
    let path = file.to_str().unwrap();
    assert_eq!(shop.run(&["backup", path]).code, 0);
    let live = shop.run(&["verify", "--json"]).json();
    assert_eq!(live["checks"], serde_json::json!(["structure", "file", "references", "audit"]));
    assert_eq!((&live["orders"], &live["faults"]), (&1.into(), &serde_json::json!([])));
    assert!(live["vault"]["keys"].as_i64().unwrap() >= 1);
    let looked = shop.run(&["verify", path, "--json"]);
    assert_eq!(looked.code, 0, "{}", looked.err);
    let looked = looked.json();
    assert_eq!((&looked["orders"], &looked["rows"]), (&1.into(), &live["rows"]));
    assert!(!looked["made_at"].is_null());
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let altered = shop.run(&["verify", path]);
    assert!(altered.code == 1 && altered.err.contains("cannot be trusted"), "{}", altered.err);
    let altered = shop.run(&["restore", path, "--yes"]);
    assert_eq!(altered.code, 1);
    assert_eq!(net_profit(&shop), "10.00");
    let names: Vec<String> = std::fs::read_dir(shop.folder.path().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let left = |name: &&String| name.contains("staging") || name.as_str() == "restore";
    assert!(!names.iter().any(|name| left(&name)), "{names:?}");
}

/// A server with a shop, its owner, and a folder for backups.
fn served() -> (App, UserId, PathBuf) {
    let app = App::start();
    let owner = app.make_user(EMAIL, Role::Owner, None);
    app.seed_shop();
    let folder = app.folder.path().join("disk");
    std::fs::create_dir(&folder).unwrap();
    (app, owner, folder)
}

fn backups_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "backup")).collect();
    found.sort();
    found
}

/// Until the folder holds so many.
fn wait_for(app: &App, sql: &str, count: i64) {
    let started = std::time::Instant::now();
    while app.count(sql) < count {
        assert!(started.elapsed().as_secs() < 60, "{sql} stays below {count}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

const MADE: &str = "select count(*) from backups where verified_at is not null";
const FAILED: &str = "select count(*) from backups where fault is not null";

#[test]
fn the_schedule_makes_one_a_day_waits_for_its_disk_and_tells_when_none_came() {
    let (app, user, folder) = served();
    let owner = app.session_of(user);
    let page = text(app.get("/settings/backup", &owner));
    assert!(page.contains("No backups are made yet"), "{page}");
    let path = folder.to_str().unwrap();
    for wrong in ["disk", "/nonexistent/disk", app.folder.paths().data.to_str().unwrap()] {
        let refused = app.post("/settings/backup", &owner, &[("folder", wrong), ("hour", "2")]);
        assert_eq!(refused.status(), 422, "{wrong}");
    }
    assert!(!Path::new("/nonexistent").exists());
    let saved = app.post("/settings/backup", &owner, &[("folder", path), ("hour", "2")]);
    assert_eq!(
        (saved.status().as_u16(), header(&saved, "location")),
        (303, "/settings/backup".into())
    );
    wait_for(&app, MADE, 1);
    assert_eq!(backups_in(&folder).len(), 1);
    let page = text(app.get("/settings/backup", &owner));
    assert!(page.contains("Made and verified: 4 orders"), "{page}");
    // At two o'clock of the next day, once.
    let next = "select count(*) from jobs where kind = 'backup' and state = 'due'
        and due_at = 1795226400000000";
    assert_eq!(app.count(next), 1);
    app.clock.advance_seconds(14 * 3_600);
    app.running.signal.wake();
    wait_for(&app, MADE, 2);
    assert_eq!(backups_in(&folder).len(), 2);
    // The disk goes: nothing is written where it was.
    std::fs::rename(&folder, app.folder.path().join("away")).unwrap();
    std::fs::create_dir(&folder).unwrap();
    app.clock.advance_seconds(24 * 3_600);
    app.running.signal.wake();
    wait_for(&app, FAILED, 1);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    let todo = || text(app.get("/todo", &app.session_of(user)));
    assert!(todo().contains("is its disk mounted?"));
    app.clock.advance_seconds(7 * 86_400);
    let late = todo();
    assert!(late.contains("No backup was verified for 8 days"), "{late}");
    // It comes back, and is taken up by itself.
    std::fs::remove_dir(&folder).unwrap();
    std::fs::rename(app.folder.path().join("away"), &folder).unwrap();
    app.clock.advance_seconds(901);
    app.running.signal.wake();
    wait_for(&app, MADE, 3);
    let well = todo();
    assert!(!well.contains("No backup was verified") && !well.contains("mounted?"), "{well}");
    app.running.stop().unwrap();
}

#[test]
fn a_restore_is_rehearsed_beside_the_live_data() {
    let (app, user, folder) = served();
    let owner = app.session_of(user);
    let none = app.post("/settings/backup/drill", &owner, &[]);
    assert_eq!(none.status(), 303);
    assert!(text(app.get("/settings/backup/drill", &owner)).contains("There is no backup"));
    let path = folder.to_str().unwrap();
    app.post("/settings/backup", &owner, &[("folder", path), ("hour", "2")]);
    wait_for(&app, MADE, 1);
    let profit = app.net_profit();
    app.take_in("orders", Some("shop"), "extra.jsonl", EXTRA);
    assert_ne!(app.net_profit(), profit);
    assert_eq!(app.post("/settings/backup/drill", &owner, &[]).status(), 303);
    let page = text(app.get("/settings/backup/drill", &owner));
    assert!(page.contains("Whole, and its books agree with their facts"), "{page}");
    assert!(page.contains("last rehearsed on"), "{page}");
    let sql = "select count(*) from restore_drills where orders = 4 and live_orders = 5
        and fault is null and net_profit = ";
    assert_eq!(app.count(&format!("{sql}{profit}")), 1);
    let data = app.folder.paths().data;
    assert!(!data.join("rehearsal").exists());
    // One that was altered fails, and says so.
    let newest = backups_in(&folder).pop().unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();
    app.post("/settings/backup/drill", &owner, &[]);
    let page = text(app.get("/settings/backup/drill", &owner));
    assert!(page.contains("cannot be trusted") && !data.join("rehearsal").exists(), "{page}");
    app.running.stop().unwrap();
}

#[test]
fn in_the_browser_a_backup_is_seen_first_and_then_taken_up_by_the_next_start() {
    let (app, user, folder) = served();
    let owner = app.session_of(user);
    let path = folder.to_str().unwrap();
    app.post("/settings/backup", &owner, &[("folder", path), ("hour", "2")]);
    wait_for(&app, MADE, 1);
    app.settle();
    let profit = app.net_profit();
    app.take_in("orders", Some("shop"), "extra.jsonl", EXTRA);
    let file = backups_in(&folder).pop().unwrap();
    let database = app.folder.paths().database();
    let look = |file: &str| app.post("/settings/backup/restore", &owner, &[("file", file)]);
    for wrong in ["", "all.backup", "/etc/hostname", "/nonexistent"] {
        assert_eq!(look(wrong).status(), 422, "{wrong}");
    }
    let confirm = || app.post("/settings/backup/restore/confirm", &owner, &[]);
    assert_eq!(confirm().status(), 422);
    let shown = look(file.to_str().unwrap());
    assert_eq!(shown.status(), 200);
    let shown = text(shown);
    assert!(shown.contains("Restore this backup?") && shown.contains("Nothing was changed yet"));
    // Kept as it is: nothing is left to confirm.
    assert_eq!(app.post("/settings/backup/restore/keep", &owner, &[]).status(), 303);
    assert_eq!(confirm().status(), 422);
    assert!(!app.running.wants_restart());
    assert_eq!(look(file.to_str().unwrap()).status(), 200);
    let confirmed = confirm();
    assert_eq!(confirmed.status(), 200);
    assert!(text(confirmed).contains("starts again") && app.running.wants_restart());
    assert!(swap::is_marked(&database));
    assert_ne!(app.net_profit(), profit);
    let app = app.restart();
    assert_eq!(app.net_profit(), profit);
    assert!(!swap::is_marked(&database));
    app.running.stop().unwrap();
}

#[test]
fn s13_the_recovery_code_is_offered_before_anything_is_connected_and_shown_once() {
    let app = App::start();
    let owner = app.session_of(app.make_user(EMAIL, Role::Owner, None));
    let page = text(app.get("/connections/new/woocommerce", &owner));
    assert!(page.contains("no recovery code") && page.contains("/settings/backup"), "{page}");
    let shown = text(app.post("/settings/backup/code", &owner, &[]));
    let start = shown.find("part-secret\">").unwrap() + "part-secret\">".len();
    let code = &shown[start..start + 39];
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 8], "{code}");
    assert!(shown.contains("Emergency sheet"), "{shown}");
    let page = text(app.get("/settings/backup", &owner));
    assert!(!page.contains(code) && page.contains("There is a recovery code"), "{page}");
    let page = text(app.get("/connections/new/woocommerce", &owner));
    assert!(!page.contains("no recovery code"), "{page}");
    app.running.stop().unwrap();
}

#[cfg(unix)]
#[test]
fn t30_two_starts_at_once_leave_one_server_and_one_database() {
    let folder = Folder::new();
    let start = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_purser"));
        command.arg("--data").arg(folder.path().join("data"));
        command.arg("--config").arg(folder.path().join("config"));
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut both = [start(), start()];
    let loser = loop {
        let ended = both.iter_mut().position(|child| child.try_wait().unwrap().is_some());
        if let Some(place) = ended {
            break place;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(both[loser].wait().unwrap().code(), Some(4));
    let winner = &mut both[1 - loser];
    assert!(winner.try_wait().unwrap().is_none());
    winner.kill().unwrap();
    winner.wait().unwrap();
}
