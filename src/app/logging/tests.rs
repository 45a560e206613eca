//! Nobody writes lines of their own into the log, and its files stay few, small and private.

use std::io::Write;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::base::Clock;
use crate::store::testing::Folder;

#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

/// What was said, and what was kept of it.
fn logged(form: Form, text: &str) -> [String; 2] {
    let (said, kept) = (Paper::default(), Paper::default());
    let (to_said, to_kept) = (said.clone(), kept.clone());
    let listener =
        listener(EnvFilter::new("info"), form, move || to_said.clone(), move || to_kept.clone());
    tracing::subscriber::with_default(listener, || {
        // As `web/error.rs` does it.
        tracing::error!(error = ?text, "a request failed");
    });
    [said.text(), kept.text()]
}

proptest! {
    #[test]
    fn threat_17_nobody_writes_lines_of_their_own(text in "(?s).{0,40}") {
        for form in [Form::Lines, Form::Json] {
            for line in logged(form, &text) {
                prop_assert_eq!(line.matches('\n').count(), 1, "{}", line);
                prop_assert!(!line.trim_end().chars().any(char::is_control), "{:?}", line);
            }
        }
    }
}

#[test]
fn threat_17_a_forged_line_stays_inside_its_own() {
    let [line, kept] = logged(Form::Lines, "x\n2026-11-20T12:00:00Z ERROR forged\r\u{1b}[2J");
    assert!(line.contains("forged") && line.contains("a request failed"), "{line}");
    assert_eq!(line.lines().count(), 1);
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["level"], "ERROR");
    assert_eq!(kept["fields"]["message"], "a request failed");
}

#[test]
fn the_log_turns_before_a_file_is_too_large_and_keeps_only_so_many() {
    let folder = Folder::new();
    let logs = folder.file("logs");
    let now = Clock::System.now();
    let mut kept = Rotating::open(&logs, (100, 3), now).unwrap();
    // Ten lines of 30 bytes; three fit into a file.
    for number in 0..10 {
        kept.append(format!("{number:029}\n").as_bytes());
    }
    let lines = |name: &str| -> Vec<u32> {
        let text = std::fs::read_to_string(logs.join(name)).unwrap();
        text.lines().map(|line| line.parse().unwrap()).collect()
    };
    assert_eq!(lines("purser.log"), [9]);
    assert_eq!(lines("purser.1.log"), [6, 7, 8]);
    assert_eq!(lines("purser.2.log"), [3, 4, 5]);
    assert_eq!(std::fs::read_dir(&logs).unwrap().count(), 3);
    // A file that was begun long ago is ended, though it is not full.
    drop(kept);
    let mut kept = Rotating::open(&logs, (100, 3), now.plus_seconds(61 * 86_400)).unwrap();
    kept.append(b"11\n");
    assert_eq!((lines("purser.1.log"), lines("purser.log")), (vec![9], vec![11]));
    std::fs::rename(logs.join("purser.1.log"), logs.join("purser.log")).unwrap();
    // What is opened again goes on where it ended.
    drop(kept);
    let mut kept = Rotating::open(&logs, (100, 3), now).unwrap();
    kept.append(b"10\n");
    assert_eq!(lines("purser.log"), [9, 10]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&logs), 0o700);
        for entry in std::fs::read_dir(&logs).unwrap() {
            assert_eq!(mode(&entry.unwrap().path()), 0o600);
        }
    }
}

#[test]
fn a_log_is_kept_for_twelve_months() {
    let folder = Folder::new();
    let logs = folder.file("logs");
    std::fs::create_dir(&logs).unwrap();
    for name in ["purser.4.log", "notes.txt"] {
        std::fs::write(logs.join(name), "x").unwrap();
    }
    let now = Clock::System.now();
    sweep(&logs, now.plus_seconds(364 * 86_400));
    assert!(logs.join("purser.4.log").exists());
    sweep(&logs, now.plus_seconds(366 * 86_400));
    assert!(!logs.join("purser.4.log").exists());
    assert!(logs.join("notes.txt").exists(), "not ours");
}
