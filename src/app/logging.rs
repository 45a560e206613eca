//! Where the program says what it does: lines on stderr, JSON on request.
//! `PURSER_LOG` sets the level (`info`, `purser=debug`), `PURSER_LOG_FORMAT=json` the form.

use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Of a server; a command says on stderr only what its user must know.
const USUAL: &str = "warn,purser=info";
const QUIET: &str = "warn,purser::jobs=error";

#[derive(Clone, Copy, Debug)]
enum Form {
    Lines,
    Json,
}

/// Once, at the start; a second call does nothing.
pub fn begin(is_server: bool) {
    let usual = if is_server { USUAL } else { QUIET };
    let filter = EnvFilter::try_from_env("PURSER_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let is_json = std::env::var("PURSER_LOG_FORMAT").is_ok_and(|form| form == "json");
    let form = if is_json { Form::Json } else { Form::Lines };
    // An error means that somebody already listens.
    let _ = tracing::subscriber::set_global_default(listener(filter, form, std::io::stderr));
}

fn listener<W>(filter: EnvFilter, form: Form, writer: W) -> Box<dyn Subscriber + Send + Sync>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let usual = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    match form {
        Form::Lines => Box::new(usual.with_target(false).with_ansi(false).finish()),
        Form::Json => Box::new(usual.json().finish()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(form: Form, text: &str) -> String {
        let page = Page::default();
        let writer = page.clone();
        let listener = listener(EnvFilter::new("info"), form, move || writer.clone());
        tracing::subscriber::with_default(listener, || {
            // As `web/error.rs` does it.
            tracing::error!(error = ?text, "a request failed");
        });
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn threat_17_nobody_writes_lines_of_their_own(text in "(?s).{0,40}") {
            for form in [Form::Lines, Form::Json] {
                let line = logged(form, &text);
                prop_assert_eq!(line.matches('\n').count(), 1, "{}", line);
                prop_assert!(!line.trim_end().chars().any(char::is_control), "{:?}", line);
            }
        }
    }

    #[test]
    fn threat_17_a_forged_line_stays_inside_its_own() {
        let line = logged(Form::Lines, "x\n2026-11-20T12:00:00Z ERROR forged\r\u{1b}[2J");
        assert!(line.contains("forged") && line.contains("a request failed"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
