//! A file on its way in: recognised by its content, hashed, read with the progress counted.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ring::digest;

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
}

/// Opens a file and finds its format: the named one, or by content.
///
/// # Errors
/// `Read`; `NotThisFormat` where no format, or not the named one, fits.
pub fn open(path: &Path, file_name: &str, format: Option<&str>) -> Result<Source, FileFault> {
    let mut file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(FileFault::not_this("This is a folder; name the files in it."));
    }
    let (hash, bytes, head) = hash_file(&mut file)?;
    if bytes == 0 {
        return Err(FileFault::not_this("The file is empty. Nothing was changed."));
    }
    let text = decode::text(&head);
    let head = Head {
        text: &text,
        bytes: &head,
        whole: bytes <= head.len() as u64,
        file_name: &file_name.to_lowercase(),
    };
    let (connector, format) = match format {
        Some(name) => find_named(name, &head)?,
        None => connectors::recognise(&head).ok_or_else(unknown_format)?,
    };
    Ok(Source { connector, format, bytes, hash, file, read: Arc::default() })
}

fn unknown_format() -> FileFault {
    let mut names: Vec<&str> = connectors::list_formats().map(|(_, format)| format.name).collect();
    names.sort_unstable();
    names.dedup();
    FileFault::not_this(format!(
        "The file is of none of the formats that can be read ({}). Nothing was changed. Where it \
         is one of them, name it.",
        names.join(", ")
    ))
}

fn find_named(
    name: &str,
    head: &Head<'_>,
) -> Result<(&'static dyn Connector, &'static FileFormat), FileFault> {
    let Some((connector, format)) = connectors::find_format(name, head) else {
        return Err(unknown_format());
    };
    // One that is not sure may be right all the same: its reader will say what is missing.
    if (format.recognises)(head) == Match::No
        && let Some((_, other)) = connectors::recognise(head)
    {
        return Err(FileFault::not_this(format!(
            "This is no {} but looks like {}. Nothing was changed. Import it as {} or let purser \
             tell by the content (auto).",
            format.label, other.label, other.name
        )));
    }
    Ok((connector, format))
}

fn hash_file(file: &mut File) -> Result<([u8; 32], u64, Vec<u8>), FileFault> {
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
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Ok((hash, bytes, head))
}

impl Source {
    /// How many bytes were read so far; shared, so that another thread may look.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// The content, at most the bytes that were hashed: a file that grows is not half new.
    pub fn into_reader(self) -> Box<dyn BufRead + Send> {
        let counted = Counted { inner: self.file.take(self.bytes), read: self.read };
        Box::new(BufReader::with_capacity(256 * 1024, counted))
    }
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.read.fetch_add(n_read as u64, Ordering::Relaxed);
        Ok(n_read)
    }
}
