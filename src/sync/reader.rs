//! A file on its way in: recognised by its content, hashed, read with the progress counted, and
//! found out when it changes meanwhile.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ring::digest;

use super::really;
use super::utf16::{self, Order, Utf8};
use crate::connectors::contract::{Connector, FileFormat, HEAD_BYTES, Head, Match};
use crate::connectors::fault::FileFault;
use crate::connectors::{self, kit::decode};

/// A file that was recognised.
pub struct Source {
    pub connector: &'static dyn Connector,
    pub format: &'static FileFormat,
    pub bytes: u64,
    pub hash: [u8; 32],
    file: File,
    read: Arc<AtomicU64>,
    order: Option<Order>,
}

type Found = (&'static dyn Connector, &'static FileFormat);

/// Opens a file and finds its format: the named one, or by content.
///
/// # Errors
/// `Read`; `NotThisFormat` where no format, or not the named one, fits.
pub fn open(path: &Path, file_name: &str, format: Option<&str>) -> Result<Source, FileFault> {
    let (connector, format) = recognise(path, file_name, format)?;
    let mut file = File::open(path)?;
    let (hash, bytes, head) = hash_file(&mut file)?;
    let order = utf16::find_order(&head);
    Ok(Source { connector, format, bytes, hash, file, read: Arc::default(), order })
}

/// The format of a file, told by its beginning; the rest is not read.
///
/// # Errors
/// As `open`.
pub fn recognise(path: &Path, file_name: &str, format: Option<&str>) -> Result<Found, FileFault> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(FileFault::not_this("This is a folder; name the files in it."));
    }
    let mut head = Vec::new();
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(FileFault::not_this("The file is empty. Nothing was changed."));
    }
    let whole = metadata.len() <= head.len() as u64;
    with_head(&head, whole, file_name, |of_text| match format {
        Some(name) => find_named(name, of_text, &head),
        None => connectors::recognise(of_text).ok_or_else(|| unknown_format(&head)),
    })
}

/// Opens a file that is known to be of a format, whatever it looks like.
///
/// # Errors
/// `Read`; `NotThisFormat` where there is no such format.
pub fn open_as(path: &Path, format: &str) -> Result<Source, FileFault> {
    let mut file = File::open(path)?;
    let (hash, bytes, head) = hash_file(&mut file)?;
    let whole = bytes <= head.len() as u64;
    let found = with_head(&head, whole, "", |head| connectors::find_format(format, head));
    let (connector, format) = found.ok_or_else(|| unknown_format(&head))?;
    Ok(Source { connector, format, bytes, hash, file, read: Arc::default(), order: None })
}

/// Shows the beginning of a file to whoever recognises it; UTF-16 is UTF-8 by then.
pub fn with_head<T>(
    bytes: &[u8],
    whole: bool,
    file_name: &str,
    look: impl FnOnce(&Head<'_>) -> T,
) -> T {
    let decoded = utf16::find_order(bytes).map(|order| utf16::decode(bytes, order));
    let bytes = decoded.as_deref().unwrap_or(bytes);
    let text = decode::text(bytes);
    look(&Head { text: &text, bytes, whole, file_name: &file_name.to_lowercase() })
}

fn unknown_format(head: &[u8]) -> FileFault {
    if let Some(what) = really::find(head) {
        return FileFault::not_this(what);
    }
    let mut names: Vec<&str> = connectors::list_formats().map(|(_, format)| format.name).collect();
    names.sort_unstable();
    names.dedup();
    FileFault::not_this(format!(
        "The file is of none of the formats that can be read ({}). Nothing was changed. Where it \
         is one of them, name it.",
        names.join(", ")
    ))
}

fn find_named(name: &str, head: &Head<'_>, bytes: &[u8]) -> Result<Found, FileFault> {
    let Some((connector, format)) = connectors::find_format(name, head) else {
        return Err(unknown_format(bytes));
    };
    // One that is not sure may be right all the same: its reader will say what is missing.
    if (format.recognises)(head) == Match::No {
        if let Some((_, other)) = connectors::recognise(head) {
            return Err(FileFault::not_this(format!(
                "This is no {} but looks like {}. Nothing was changed. Import it as {} or let \
                 purser tell by the content (auto).",
                format.label, other.label, other.name
            )));
        }
        if let Some(what) = really::find(bytes) {
            return Err(FileFault::not_this(what));
        }
    }
    Ok((connector, format))
}

/// Hash, length and beginning; the file stands at its start again.
///
/// # Errors
/// `Read`.
pub fn hash_file(file: &mut File) -> Result<([u8; 32], u64, Vec<u8>), FileFault> {
    let mut context = digest::Context::new(&digest::SHA256);
    let mut buffer = vec![0; HEAD_BYTES];
    let (mut head, mut bytes) = (Vec::new(), 0);
    loop {
        let n_read = file.read(&mut buffer)?;
        if n_read == 0 {
            break;
        }
        context.update(&buffer[..n_read]);
        let room = HEAD_BYTES.saturating_sub(head.len());
        head.extend_from_slice(&buffer[..n_read.min(room)]);
        bytes += n_read as u64;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok((finish(context), bytes, head))
}

fn finish(context: digest::Context) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

impl Source {
    /// How many bytes were read so far; shared, so that another thread may look.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// The content as UTF-8 or what stands in for it, at most the bytes that were hashed: a file
    /// that grows is not half new. The seal tells afterwards whether these were the same bytes.
    pub fn into_reader(self) -> (Box<dyn BufRead + Send>, Seal) {
        let hashing = Arc::new(Mutex::new(digest::Context::new(&digest::SHA256)));
        let seal = Seal { expected: self.hash, hashing: Arc::clone(&hashing) };
        let counted = Counted { inner: self.file.take(self.bytes), read: self.read, hashing };
        let content = BufReader::with_capacity(BUFFER_BYTES, counted);
        match self.order {
            None => (Box::new(content), seal),
            Some(order) => {
                let text = Utf8::new(content, order);
                (Box::new(BufReader::with_capacity(BUFFER_BYTES, text)), seal)
            }
        }
    }
}

const BUFFER_BYTES: usize = 256 * 1024;

/// Tells whether what was read is what was hashed when the file was opened.
pub struct Seal {
    expected: [u8; 32],
    hashing: Arc<Mutex<digest::Context>>,
}

impl Seal {
    /// Reads what the reader left.
    ///
    /// # Errors
    /// `Broken` where the file changed while it was read, `Read`.
    pub fn check(self, content: &mut dyn BufRead) -> Result<(), FileFault> {
        io::copy(content, &mut io::sink())?;
        let hashing = self.hashing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if finish(hashing) == self.expected {
            return Ok(());
        }
        Err(FileFault::broken(
            "The file changed while it was read. Nothing of it was kept. Import it again when \
             the program that writes it is done.",
        ))
    }
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
    hashing: Arc<Mutex<digest::Context>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.read.fetch_add(n_read as u64, Ordering::Relaxed);
        let mut hashing = self.hashing.lock().unwrap_or_else(PoisonError::into_inner);
        hashing.update(&buffer[..n_read]);
        Ok(n_read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::store::testing::Folder;

    const COSTS: &str = "sku,valid_from,unit_cost,currency\nMUG,2026-01-01,4.20,EUR\n";

    fn put(folder: &Folder, bytes: &[u8]) -> std::path::PathBuf {
        let path = folder.path().join("file");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_found_out() {
        let folder = Folder::new();
        let path = put(&folder, COSTS.as_bytes());
        let check = |change: &dyn Fn()| {
            let source = open(&path, "costs.csv", None).unwrap();
            let (mut content, seal) = source.into_reader();
            change();
            seal.check(&mut *content)
        };
        assert!(check(&|| {}).is_ok());
        let grow = || {
            let mut file = File::options().append(true).open(&path).unwrap();
            file.write_all(b"LAMP,2026-01-01,9,EUR\n").unwrap();
        };
        assert!(check(&grow).is_ok(), "what was added later is not read");
        let change = || std::fs::write(&path, COSTS.replace("4.20", "5.20")).unwrap();
        let fault = check(&change).unwrap_err();
        assert!(fault.to_string().contains("changed while it was read"), "{fault}");
        let shorten = || std::fs::write(&path, "sku").unwrap();
        assert!(check(&shorten).is_err());
    }

    #[test]
    fn utf_16_is_recognised_and_read_like_any_text() {
        let folder = Folder::new();
        for (mark, swap) in [(true, false), (true, true), (false, false), (false, true)] {
            let text = if mark { format!("\u{feff}{COSTS}") } else { COSTS.to_owned() };
            let order = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
            let source = open(&put(&folder, &bytes), "costs.csv", None).unwrap();
            assert_eq!((source.format.name, source.bytes), ("costs", bytes.len() as u64));
            let (mut content, seal) = source.into_reader();
            let mut read = String::new();
            content.read_to_string(&mut read).unwrap();
            assert_eq!(read, COSTS, "mark {mark}, swapped {swap}");
            seal.check(&mut *content).unwrap();
        }
    }

    #[test]
    fn a_file_of_another_kind_is_called_by_its_name() {
        let folder = Folder::new();
        let path = put(&folder, b"%PDF-1.7\n");
        for format in [None, Some("costs")] {
            let fault = open(&path, "costs.csv", format).err().unwrap().to_string();
            assert!(fault.contains("a PDF document"), "{fault}");
        }
    }
}
