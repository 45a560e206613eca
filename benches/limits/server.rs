//! The real server over a data folder of a bench, and somebody who is signed in to it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use purser::app::build;
use purser::app::paths::Paths;
use purser::base::Clock;
use purser::store::sessions::{self, Origin};
use purser::store::users::{self, Email, NewUser, Role};
use purser::store::{Lane, settings};

pub fn paths(data: &Path) -> Paths {
    Paths { data: data.join("data"), config: data.join("config"), passphrase: None }
}

/// The cookie of an owner, made for this.
pub fn sign_in(data: &Path) -> String {
    let opened = build::open(&paths(data), Clock::System).unwrap();
    let db = &opened.tools.db;
    let token = db
        .write_local(Lane::Interactive, |tx| {
            let email = Email::parse("owner@bench.example").unwrap();
            let new = NewUser { email: &email, name: "", role: Role::Owner, password_hash: None };
            let owner = match users::find_by_email(tx.conn(), &email)? {
                Some(known) => known.id,
                None => users::insert(tx, &new)?,
            };
            sessions::begin(tx, owner, Origin::default())
        })
        .unwrap();
    format!("purser_{}={}", settings::instance_id(db).unwrap(), token.expose())
}

pub struct Server {
    pub child: Child,
    pub url: String,
}

impl Server {
    /// On one core.
    pub fn start(data: &Path) -> Self {
        Self::start_on(data, has_taskset())
    }

    /// Wherever the system puts it, as it puts what it is measured beside.
    pub fn start_anywhere(data: &Path) -> Self {
        Self::start_on(data, false)
    }

    fn start_on(data: &Path, one_core: bool) -> Self {
        let paths = paths(data);
        let program = env!("CARGO_BIN_EXE_purser");
        let mut command = if one_core {
            let mut command = Command::new("taskset");
            command.args(["-c", "0", program]);
            command
        } else {
            Command::new(program)
        };
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("PURSER_DATA", &paths.data)
            .env("PURSER_CONFIG", &paths.config)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{line}");
        Self { child, url }
    }

    /// As a service is stopped: it closes its database before it ends.
    pub fn stop(mut self) {
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(stopped.success());
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where it is lacking, the server runs where the system puts it.
fn has_taskset() -> bool {
    Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok_and(|s| s.success())
}
