//! Any bytes as a file of one format: the reader answers with records, refusals or a fault, and
//! never with a crash, an endless loop or memory that grows beyond the file.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use purser::connectors::trial;

/// The format, as `scripts/fuzz` names it.
static FORMAT: LazyLock<String> =
    LazyLock::new(|| std::env::var("PURSER_FUZZ_FORMAT").unwrap_or_else(|_| "auto".to_owned()));

fuzz_target!(|bytes: &[u8]| {
    if let Err(what) = trial::read_any(&FORMAT, bytes) {
        panic!("{what}");
    }
});
