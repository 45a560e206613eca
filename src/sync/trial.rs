//! Any bytes as a file that somebody drops: unpacked, decoded and read the way of all files, for
//! the fuzzer and the replay of its findings.

use std::io::{Read, Write};
use std::path::Path;

use super::import_job::Request;
use super::reader;
use super::spool::Spool;
use super::unpack::unpack;
use crate::connectors::trial;

/// More than this of an unpacked file tells a reader nothing new.
const READ_MAX: u64 = 1024 * 1024;

/// Takes the bytes apart in a folder of their own, and gives what comes out to the readers that
/// recognise it.
///
/// # Errors
/// Which promise was broken: what `trial::read_any` tells, or a file that stays behind.
pub fn read_packed(folder: &Path, bytes: &[u8]) -> Result<(), String> {
    let spool = Spool::beside(&folder.join("purser.db"));
    let (path, mut file) = spool.create().map_err(|fault| fault.to_string())?;
    file.write_all(bytes).map_err(|fault| fault.to_string())?;
    drop(file);
    let request =
        Request { path, file_name: "any".to_owned(), delete_after: true, ..Request::default() };
    let original = request.path.clone();
    let mut broken = Ok(());
    // A fault is an answer.
    for one in unpack(&spool, request).into_iter().flatten().flatten() {
        broken = broken.and_then(|()| read_one(&one.path));
        spool.remove(&one.path);
    }
    spool.remove(&original);
    let stays = std::fs::read_dir(folder.join("spool")).into_iter().flatten().count();
    match stays {
        0 => broken,
        _ => Err(format!("{stays} files stay behind")),
    }
}

fn read_one(path: &Path) -> Result<(), String> {
    let mut content = Vec::new();
    if let Ok(source) = reader::open(path, "any", None) {
        let (mut decoded, _) = source.into_reader();
        let _ = Read::by_ref(&mut decoded).take(READ_MAX).read_to_end(&mut content);
    }
    trial::read_any("auto", &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::Folder;

    /// What the fuzzer found once, and our own samples, packed or not.
    #[test]
    fn samples_and_findings_break_no_promise_when_they_are_dropped() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let folders = std::fs::read_dir(&fixtures).unwrap().map(|entry| entry.unwrap().path());
        let mut n_files = 0;
        for folder in folders.chain([fixtures.join("fuzz/packed")]) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    let (temporary, bytes) = (Folder::new(), std::fs::read(&path).unwrap());
                    let read = read_packed(temporary.path(), &bytes);
                    assert_eq!(read, Ok(()), "{}", path.display());
                    n_files += 1;
                }
            }
        }
        assert!(n_files > 20, "{n_files} files");
    }
}
