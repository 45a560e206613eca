//! Any bytes as a file that somebody drops: an archive, a workbook, UTF-16 or what else it says
//! it is, and never a crash, an endless loop or a file that stays behind.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use purser::sync::trial;

/// In memory, where the system has such a folder.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let base = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = base.join(format!("purser-fuzz-{}", std::process::id()));
    let _ = std::fs::create_dir_all(&folder);
    folder
});

fuzz_target!(|bytes: &[u8]| {
    if let Err(what) = trial::read_packed(&FOLDER, bytes) {
        panic!("{what}");
    }
});
