//! The program as a user at the terminal has it: commands on files in a folder of their own.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::app::Folder;

pub struct Shop {
    pub folder: Folder,
}

/// What a command printed and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|fault| panic!("{fault}: {} {}", self.out, self.err))
    }
}

impl Shop {
    pub fn new() -> Self {
        Self { folder: Folder::new() }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_purser"));
        command
            .arg("--data")
            .arg(self.folder.path().join("data"))
            .arg("--config")
            .arg(self.folder.path().join("config"))
            .args(arguments)
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Said {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    /// A file in the shop's folder.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Takes a file in, which must go in whole.
    pub fn import(&self, name: &str, content: &str) {
        let path = self.file(name, content);
        let said = self.run(&["import", &path, "--store", "shop", "--json"]);
        assert_eq!(said.code, 0, "{name}: {} {}", said.out, said.err);
    }

    pub fn report(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["report", "profit", "--json"];
        all.extend(arguments);
        let said = self.run(&all);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
        said.json()
    }
}

/// The one row of a report whose key has the value.
pub fn row<'a>(report: &'a Value, key: &str, value: &str) -> &'a Value {
    report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row[key] == value)
        .unwrap_or_else(|| panic!("no row with {key} {value}: {report}"))
}

/// A path in the folder that lies beside the project's where its makers work; `None` elsewhere.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {path} is not at hand");
    None
}
