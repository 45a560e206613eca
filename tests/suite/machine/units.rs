//! The units as systemd itself reads them, where it is here.

use std::process::{Command, Output};

use crate::kit::app::Folder;

/// Of 100; what systemd calls a well confined service is below 30.
const EXPOSURE_MAX: &str = "15";
/// An account's own manager cannot confine by mounts; what is left is judged by the same table.
const EXPOSURE_USER_MAX: &str = "65";

fn printed(scope: &str) -> String {
    let folder = Folder::new();
    let output = Command::new(env!("CARGO_BIN_EXE_purser"))
        .arg("--data")
        .arg(folder.path().join("data"))
        .arg("--config")
        .arg(folder.path().join("config"))
        .args(["service", "install", "--print", scope])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!folder.path().join("data").exists(), "printing makes nothing");
    String::from_utf8(output.stdout).unwrap()
}

fn analyze(arguments: &[&str]) -> Option<Output> {
    // An account's manager looks for its folder of the moment, which a build machine has not.
    let output = Command::new("systemd-analyze")
        .args(arguments)
        .env("XDG_RUNTIME_DIR", std::env::temp_dir())
        .output();
    if output.is_err() {
        eprintln!("skipped: systemd-analyze is not here, so the units were read by no systemd");
    }
    output.ok()
}

#[cfg(target_os = "linux")]
#[test]
fn systemd_understands_both_units_and_finds_them_confined() {
    for (scope, threshold) in [("--system", EXPOSURE_MAX), ("--user", EXPOSURE_USER_MAX)] {
        let folder = Folder::new();
        let path = folder.path().join("purser.service");
        std::fs::write(&path, printed(scope)).unwrap();
        let path = path.to_str().unwrap();
        let how = if scope == "--user" { "--user" } else { "--system" };
        let Some(verified) = analyze(&["verify", how, path]) else { return };
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(verified.status.success(), "{scope}: {said}");
        assert!(!said.contains("purser.service:"), "it complains of a line: {said}");
        let threshold = format!("--threshold={threshold}");
        let arguments = ["security", "--offline=yes", "--no-pager", &threshold, path];
        let Some(judged) = analyze(&arguments) else { return };
        let table = String::from_utf8_lossy(&judged.stdout).into_owned();
        assert!(judged.status.success(), "{scope}: {table}");
        assert!(table.contains("Overall exposure level"), "{table}");
    }
}

#[test]
fn what_is_no_action_is_wrong_usage() {
    let output = Command::new(env!("CARGO_BIN_EXE_purser"))
        .args(["service", "install", "--user", "--system"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
}
