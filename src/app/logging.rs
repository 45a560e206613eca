//! Where the program says what it does: lines on stderr, JSON on request.
//! `PURSER_LOG` sets the level (`info`, `purser=debug`), `PURSER_LOG_FORMAT=json` the form.

use tracing_subscriber::EnvFilter;

const USUAL: &str = "warn,purser=info";

/// Once, at the start; a second call does nothing.
pub fn begin() {
    let filter = EnvFilter::try_from_env("PURSER_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    let usual = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let is_json = std::env::var("PURSER_LOG_FORMAT").is_ok_and(|form| form == "json");
    // An error means that somebody (a test) already listens.
    let _ = if is_json { usual.json().try_init() } else { usual.with_target(false).try_init() };
}
