//! Zip archives that strangers wrote, opened with limits: how many entries, how much they unpack
//! to, and how much more that is than what is packed. A name in an archive never names a place.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;
use zip::read::ZipFile;

use crate::connectors::fault::FileFault;

/// Files in one archive.
pub const ENTRIES_MAX: usize = 500;
/// What one file may unpack to.
pub const ENTRY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// What all files of one archive may unpack to.
pub const TOTAL_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// Unpacked over packed bytes of one file, looked at from `RATIO_FROM_BYTES` on; tables of a real
/// shop stay below 100.
const RATIO_MAX: u64 = 300;
const RATIO_FROM_BYTES: u64 = 32 * 1024 * 1024;
/// What the list of entries may be read from; a list that is longer is no list of files.
const DIRECTORY_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// Where the records at the end of an archive stand: a comment of 64 KiB may follow them.
const TAIL_BYTES: u64 = 66 * 1024;
const ENTRIES_STATED_MAX: u64 = 65_535;
const NAME_LETTERS_MAX: usize = 200;

pub type Archive = ZipArchive<Metered>;

/// Opens an archive. What its last records state is checked before anybody trusts it.
///
/// # Errors
/// `Broken` for an archive that is damaged or lists too much, `Read`.
pub fn open(mut file: File) -> Result<Archive, FileFault> {
    check_tail(&mut file)?;
    let metered = Metered { file, left: Some(DIRECTORY_BYTES_MAX) };
    let archive = ZipArchive::new(metered).map_err(|_| damaged())?;
    if archive.len() > ENTRIES_MAX {
        return Err(FileFault::broken(format!(
            "The archive holds {} files; {ENTRIES_MAX} is the most that is read. Nothing of it \
             was taken in. Unpack it and import the files you need.",
            archive.len()
        )));
    }
    let Metered { file, .. } = archive.into_inner();
    // Known to be short, it is read again without the limit, which what follows would reach.
    ZipArchive::new(Metered { file, left: None }).map_err(|_| damaged())
}

/// The larger records of an archive may state any number of entries anywhere; memory is set
/// aside for them before the first is read.
fn check_tail(file: &mut File) -> Result<(), FileFault> {
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(TAIL_BYTES);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    Read::by_ref(file).take(TAIL_BYTES).read_to_end(&mut tail)?;
    file.seek(SeekFrom::Start(0))?;
    let number = |at: usize| {
        let bytes = tail.get(at..at + 8)?;
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    };
    for at in 0..tail.len() {
        let is_fine = match tail.get(at..at + 4) {
            Some(b"PK\x06\x06") => number(at + 32).is_none_or(|n| n <= ENTRIES_STATED_MAX),
            Some(b"PK\x06\x07") => number(at + 8).is_none_or(|offset| offset >= start),
            _ => true,
        };
        if !is_fine {
            return Err(damaged());
        }
    }
    Ok(())
}

pub fn damaged() -> FileFault {
    FileFault::broken(
        "The archive is damaged or was cut off. Nothing of it was taken in. Download it again.",
    )
}

/// A file that gives no more than it was told to.
pub struct Metered {
    file: File,
    left: Option<u64>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.file.read(buffer)?;
        if let Some(left) = &mut self.left {
            *left = left.checked_sub(n_read as u64).ok_or_else(|| io::Error::other(TooMuch))?;
        }
        Ok(n_read)
    }
}

impl Seek for Metered {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the archive unpacks to too much")]
struct TooMuch;

/// One entry's content, as far as the limits go.
pub struct Content<'a> {
    entry: ZipFile<'a, Metered>,
    packed: u64,
    unpacked: u64,
    bytes_max: u64,
}

/// The content of an entry.
///
/// # Errors
/// `Broken` where it is protected, packed in a way that nobody uses, or damaged.
pub fn read_entry(
    archive: &mut Archive,
    index: usize,
    bytes_max: u64,
) -> Result<Content<'_>, FileFault> {
    let is_locked = archive.by_index_raw(index).map_err(|_| damaged())?.encrypted();
    if is_locked {
        return Err(FileFault::broken(
            "It is protected by a password. Nothing of it was taken in. Unpack it with the \
             password and import what comes out.",
        ));
    }
    let entry = archive.by_index(index).map_err(|_| damaged())?;
    Ok(Content { packed: entry.compressed_size(), entry, unpacked: 0, bytes_max })
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.entry.read(buffer)?;
        self.unpacked += n_read as u64;
        let is_bomb =
            self.unpacked > RATIO_FROM_BYTES && self.unpacked / self.packed.max(1) > RATIO_MAX;
        if is_bomb || self.unpacked > self.bytes_max {
            return Err(io::Error::other(TooMuch));
        }
        Ok(n_read)
    }
}

/// Why an entry could not be read to its end.
pub fn fault_of(error: &io::Error) -> FileFault {
    if error.get_ref().is_some_and(|cause| cause.is::<TooMuch>()) {
        return FileFault::broken(
            "It unpacks to far more than any export holds. Nothing of it was taken in. Where it \
             is a real export, unpack it yourself and import the files in it.",
        );
    }
    match error.raw_os_error() {
        Some(code) => FileFault::Read(io::Error::from_raw_os_error(code)),
        None => damaged(),
    }
}

/// The names in an archive that can be read.
pub fn names(archive: &Archive) -> impl Iterator<Item = String> {
    archive.file_names().filter_map(Result::ok).map(|name| name.into_owned())
}

/// An entry's name as it is shown: no place, one line, not endless.
pub fn shown_name(name: &str) -> String {
    let parts: Vec<&str> = name
        .split(['/', '\\'])
        .filter(|part| !part.is_empty() && !part.chars().all(|letter| letter == '.'))
        .filter(|part| !part.ends_with(':'))
        .collect();
    parts.join("/").chars().filter(|letter| !letter.is_control()).take(NAME_LETTERS_MAX).collect()
}

/// What an archiver or a system adds for itself.
pub fn is_hidden(name: &str) -> bool {
    name.split(['/', '\\']).any(|part| {
        part == "__MACOSX" || part.starts_with('.') && !part.chars().all(|letter| letter == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_place_and_keeps_its_folders() {
        for (name, shown) in [
            ("march/orders.csv", "march/orders.csv"),
            ("../../etc/passwd", "etc/passwd"),
            ("/srv/shop/key.csv", "srv/shop/key.csv"),
            ("C:\\exports\\orders.csv", "exports/orders.csv"),
            ("a\nb.csv", "ab.csv"),
            ("..", ""),
        ] {
            assert_eq!(shown_name(name), shown, "{name}");
        }
        assert!(is_hidden("__MACOSX/a.csv") && is_hidden("a/.DS_Store"));
        assert!(!is_hidden("../a.csv") && !is_hidden("a/b.csv"));
    }
}
