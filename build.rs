//! Builds anew when a migration is added; the files themselves are embedded by `store/migrate.rs`.
//! Tells the program which books it makes: a copy of the books that another one made is made again.

use std::io::Write;
use std::path::Path;

/// What figures depend on.
const BOOKS: [&str; 7] = [
    "migrations",
    "src/base",
    "src/domain",
    "src/store",
    "src/books",
    "src/reports",
    "src/features/known/build.rs",
];

fn main() {
    let mut mark = 0xcbf2_9ce4_8422_2325_u64;
    let mut out = std::io::stdout();
    for folder in BOOKS {
        // A failing write means that cargo is gone; then there is nothing left to tell.
        let _ = writeln!(out, "cargo:rerun-if-changed={folder}");
        add(Path::new(folder), &mut mark);
    }
    let _ = writeln!(out, "cargo:rustc-env=PURSER_BOOKS={mark:016x}");
}

/// Every file of a folder, in the order of their names.
fn add(place: &Path, mark: &mut u64) {
    if let Ok(entries) = std::fs::read_dir(place) {
        let mut inside: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        inside.sort();
        inside.iter().for_each(|place| add(place, mark));
    } else if let Ok(bytes) = std::fs::read(place) {
        for byte in place.to_string_lossy().bytes().chain(bytes) {
            *mark = (*mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
