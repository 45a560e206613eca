//! A disk that fills up: a real one, small, mounted for the test where that is allowed.

#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use purser::store::users::Role;
use purser::store::{Lane, StoreError, room, settings};

use crate::kit::app::{App, As, EMAIL, Folder, text};

const MB: usize = 1024 * 1024;

/// Unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Folder, megabytes: u32) -> Option<Self> {
        let path = folder.path().join("data");
        std::fs::create_dir_all(&path).unwrap();
        let size = format!("size={megabytes}m,mode=0700");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "none"]).arg(&path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(path));
        }
        eprintln!("skipped: nothing can be mounted here, so no real disk was filled");
        None
    }

    /// Leaves about so many bytes.
    fn fill(&self, left: usize) {
        let free = purser::store::place::free_bytes(&self.0).unwrap();
        let bytes = usize::try_from(free).unwrap().saturating_sub(left);
        // Where somebody else takes the last of it meanwhile, it is as full.
        let _ = std::fs::write(self.0.join("filler"), vec![7_u8; bytes]);
    }

    fn make_room(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..1_200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} never came to be");
}

fn start(folder: Folder) -> App {
    let config = folder.path().join("config");
    std::fs::create_dir_all(&config).unwrap();
    let chosen = "disk_low_water_mb = 8\nballast_mb = 4\ndisk_look_every_s = 1\n";
    std::fs::write(config.join("purser.toml"), chosen).unwrap();
    App::start_in(folder)
}

fn costs(count: usize) -> String {
    let head = "sku,valid_from,unit_cost,currency\n".to_owned();
    (0..count).fold(head, |text, n| text + &format!("SKU-{n},2026-01-01,1.00,EUR\n"))
}

#[test]
fn threat_29_below_the_mark_imports_pause_and_go_on_by_themselves() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(&folder, 64) else { return };
    let app = start(folder);
    let who = app.session_of(app.make_user(EMAIL, Role::Owner, None));
    let room = || app.running.state.db.room().get();
    let ballast = room::ballast_of(app.running.state.db.path());
    wait_until("the ballast", || ballast.exists());
    assert_eq!(std::fs::metadata(&ballast).unwrap().len(), 4 * MB as u64);
    assert!(!text(app.get("/costs", &who)).contains("The disk is nearly full"));

    disk.fill(6 * MB);
    wait_until("the mark", || room().is_low());
    let page = text(app.get("/costs", &who));
    assert!(page.contains("The disk is nearly full"), "{page}");
    assert!(page.contains("goes on by itself"), "{page}");
    let diagnosed = text(app.get("/api/v1/diagnostics", &who));
    assert!(diagnosed.contains("\"check\":\"disk\",\"found\""), "{diagnosed}");
    assert!(diagnosed.contains("\"state\":\"bad\""), "{diagnosed}");
    let answer = app.upload("/import", &who, &[], &[("c.csv", &costs(3))]);
    assert!(answer.status().as_u16() < 400, "{}", text(answer));
    wait_until("the pause", || {
        app.count("select count(*) from jobs where kind = 'import' and state = 'failed'") == 1
    });
    assert_eq!(app.count("select count(*) from costs"), 0);

    disk.make_room();
    wait_until("room", || !room().is_low());
    app.clock.advance_seconds(31);
    app.running.signal.wake();
    wait_until("the rest", || app.count("select count(*) from costs") == 3);
    assert!(!text(app.get("/costs", &who)).contains("The disk is nearly full"));
    app.running.stop().unwrap();
    drop(disk);
}

#[test]
fn threat_29_a_full_disk_frees_the_ballast_and_loses_nothing() {
    let folder = Folder::new();
    let Some(disk) = Disk::mount(&folder, 64) else { return };
    let app = start(folder);
    let db = app.running.state.db.clone();
    let put = |key: &'static str, bytes: usize| {
        db.write(Lane::Interactive, move |tx| settings::upsert(tx, key, &"x".repeat(bytes)))
    };
    let ballast = room::ballast_of(db.path());
    wait_until("the ballast", || ballast.exists());
    put("kept", 100).unwrap();
    disk.fill(0);
    let filled = put("too much", 6 * MB);
    assert!(matches!(filled, Err(StoreError::DiskFull)), "{filled:?}");
    assert!(!ballast.exists(), "it was freed");
    put("after", 100).unwrap();
    let found = |key: &str| db.read(|reader| settings::find(reader.conn(), key)).unwrap();
    assert!(found("kept").is_some() && found("after").is_some() && found("too much").is_none());
    let sql = "pragma integrity_check";
    let verdict =
        db.read(|reader| Ok(reader.conn().query_row(sql, [], |row| row.get::<_, String>(0))?));
    assert_eq!(verdict.unwrap(), "ok");
    // Pages are answered meanwhile, and the ballast lies there again when there is room.
    assert_eq!(app.get("/healthz", &As::Nobody).status(), 200);
    disk.make_room();
    wait_until("the ballast again", || ballast.exists());
    drop(db);
    app.running.stop().unwrap();
    drop(disk);
}
