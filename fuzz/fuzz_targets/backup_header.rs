//! Any bytes as the head of a backup, and any text as the recovery code: refused or read, and never
//! a crash, nor memory or time without bounds.

#![no_main]

use libfuzzer_sys::fuzz_target;
use purser::store::backup::header;

fuzz_target!(|bytes: &[u8]| {
    let code = String::from_utf8_lossy(&bytes[..bytes.len().min(48)]);
    header::try_read(bytes, &code);
});
