//! From a file as a seller has it to files that a reader can read: the sheet of a workbook as
//! CSV, each file of an archive by itself, everything else as it is. What is unpacked waits in
//! the spool, under names that nobody chose.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use super::archive::{self, Archive, ENTRY_BYTES_MAX, TOTAL_BYTES_MAX};
use super::import_job::{ImportFault, Original, Request};
use super::reader;
use super::spool::Spool;
use super::workbook::{self, SheetFault, Workbook};
use crate::connectors;
use crate::connectors::contract::{HEAD_BYTES, Match};
use crate::connectors::fault::FileFault;
use crate::store::StoreError;

const PIECE_BYTES: usize = 256 * 1024;
const ZIP_START: &[u8] = b"PK\x03\x04";
const ZIP_EMPTY: &[u8] = b"PK\x05\x06";

/// What a file is packed in.
enum Container {
    /// Nothing: a reader takes the file itself.
    None,
    Workbook(Box<Archive>),
    Archive(Box<Archive>),
}

/// The files that a file holds, each to be taken in by itself, in the order of their names;
/// each that cannot be, with its reason. An upload that was unpacked is removed.
///
/// # Errors
/// `File` where nothing of it can be taken in, `Store` of the spool.
pub fn unpack(spool: &Spool, request: Request) -> Result<Vec<Unpacked>, ImportFault> {
    let fault = |fault| ImportFault::File { file: request.file_name.clone(), fault };
    let unpacked = match find_container(&request).map_err(fault)? {
        Container::None => return Ok(vec![Ok(request)]),
        Container::Workbook(archive) => vec![Ok(take_sheet(spool, &request, *archive)?)],
        Container::Archive(archive) => take_entries(spool, &request, *archive)?,
    };
    if request.delete_after {
        spool.remove(&request.path);
    }
    Ok(unpacked)
}

/// A file to be taken in, or why it is not.
pub type Unpacked = Result<Request, ImportFault>;

fn find_container(request: &Request) -> Result<Container, FileFault> {
    let mut file = File::open(&request.path)?;
    if file.metadata()?.is_dir() {
        return Ok(Container::None);
    }
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    if !head.starts_with(ZIP_START) && !head.starts_with(ZIP_EMPTY) {
        return Ok(Container::None);
    }
    // Where a format is itself an archive its reader knows what to do with it.
    let is_format = reader::with_head(&head, false, &request.file_name, |head| {
        connectors::recognise(head).is_some()
    });
    if is_format {
        return Ok(Container::None);
    }
    file.seek(SeekFrom::Start(0))?;
    let archive = archive::open(file)?;
    if workbook::is_one(&archive) {
        return Ok(Container::Workbook(Box::new(archive)));
    }
    match find_document(&archive) {
        Some(what) => Err(FileFault::not_this(format!(
            "The file is really {what}. Nothing was changed. Save it as CSV or XLSX and import \
             that."
        ))),
        None => Ok(Container::Archive(Box::new(archive))),
    }
}

/// Documents that are archives inside and hold no workbook of the kind that is read.
fn find_document(archive: &Archive) -> Option<&'static str> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    let below = |folder: &str| archive::names(archive).any(|name| name.starts_with(folder));
    match () {
        () if has("xl/workbook.bin") => Some("a binary Excel workbook (.xlsb)"),
        () if has("[Content_Types].xml") => Some("an Office document, no workbook"),
        () if has("mimetype") && has("content.xml") => Some("an OpenDocument file"),
        () if below("Index/") || has("Index.zip") => Some("an Apple Numbers or Pages document"),
        () => None,
    }
}

/// Files of the spool that are removed again unless they were handed on.
struct Made<'a> {
    spool: &'a Spool,
    paths: Vec<PathBuf>,
}

impl<'a> Made<'a> {
    fn new(spool: &'a Spool) -> Self {
        Self { spool, paths: Vec::new() }
    }

    fn create(&mut self) -> Result<(PathBuf, File), StoreError> {
        let (path, file) = self.spool.create()?;
        self.paths.push(path.clone());
        Ok((path, file))
    }

    fn keep(mut self) {
        self.paths.clear();
    }
}

impl Drop for Made<'_> {
    fn drop(&mut self) {
        self.paths.iter().for_each(|path| self.spool.remove(path));
    }
}

/// The first sheet that a format recognises, or that may be of the one that was named.
fn take_sheet(spool: &Spool, request: &Request, archive: Archive) -> Result<Request, ImportFault> {
    let file_fault = |fault| ImportFault::File { file: request.file_name.clone(), fault };
    let mut original = File::open(&request.path).map_err(|error| file_fault(error.into()))?;
    let original = hash(&mut original).map_err(file_fault)?;
    let mut book = Workbook::open(archive).map_err(file_fault)?;
    let names = book.sheets();
    let mut named: Option<usize> = None;
    let mut index = 0;
    let (path, made) = loop {
        if index >= names.len() {
            let Some(at) = named.take() else { break (None, Made::new(spool)) };
            // None is claimed outright: the named format's reader says what it misses.
            let mut made = Made::new(spool);
            let path = write_sheet(&mut book, at, &mut made, request)?;
            break (path.map(|path| (at, path)), made);
        }
        let mut made = Made::new(spool);
        if let Some(path) = write_sheet(&mut book, index, &mut made, request)? {
            if is_wanted(&path, request).map_err(file_fault)? {
                break (Some((index, path)), made);
            }
            named = named.or(request.format.is_some().then_some(index));
        }
        index += 1;
    };
    let Some((index, path)) = path else {
        return Err(file_fault(FileFault::not_this(format!(
            "None of the sheets of this Excel workbook ({}) is of a format that can be read. \
             Nothing was changed. Where one is, name the format.",
            quoted(&names, usize::MAX)
        ))));
    };
    made.keep();
    let mut told = request.told.clone();
    if names.len() > 1 {
        told.push(format!(
            "The sheet {:?} of the workbook was read; the others ({}) were left alone.",
            names[index],
            quoted(&names, index)
        ));
    }
    let ending = request.file_name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    if !matches!(ending.as_deref(), Some("xlsx" | "xlsm" | "xltx" | "xltm")) {
        told.push(
            "By its name the file is none, but it is an Excel workbook and was read as \
                   one."
                .to_owned(),
        );
    }
    let original = Some(request.original.clone().unwrap_or(original));
    Ok(Request { path, original, told, delete_after: true, ..request.clone() })
}

/// The names but that of one.
fn quoted(names: &[String], but: usize) -> String {
    let others = names.iter().enumerate().filter(|(index, _)| *index != but);
    let others: Vec<String> = others.map(|(_, name)| format!("{name:?}")).collect();
    others.join(", ")
}

fn write_sheet(
    book: &mut Workbook,
    index: usize,
    made: &mut Made<'_>,
    request: &Request,
) -> Result<Option<PathBuf>, ImportFault> {
    let (path, file) = made.create()?;
    let disk = |error: std::io::Error| ImportFault::Store(StoreError::file(&path, &error));
    let mut out = BufWriter::with_capacity(PIECE_BYTES, file);
    let written = book.write_csv(index, &mut out).map_err(|fault| match fault {
        SheetFault::Disk(error) => disk(error),
        SheetFault::File(fault) => ImportFault::File { file: request.file_name.clone(), fault },
    })?;
    out.flush().map_err(disk)?;
    Ok(written.then_some(path))
}

fn is_wanted(path: &std::path::Path, request: &Request) -> Result<bool, FileFault> {
    let mut head = Vec::new();
    let mut file = File::open(path)?;
    Read::by_ref(&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    let whole = file.metadata()?.len() <= head.len() as u64;
    Ok(reader::with_head(&head, whole, &request.file_name, |head| match &request.format {
        Some(name) => connectors::find_format(name, head)
            .is_some_and(|(_, format)| (format.recognises)(head) != Match::No),
        None => connectors::recognise(head).is_some(),
    }))
}

fn take_entries(
    spool: &Spool,
    request: &Request,
    mut archive: Archive,
) -> Result<Vec<Unpacked>, ImportFault> {
    let file_fault = |fault| ImportFault::File { file: request.file_name.clone(), fault };
    let mut entries = list_entries(&mut archive).map_err(file_fault)?;
    entries.sort();
    if entries.is_empty() {
        return Err(file_fault(FileFault::not_this(
            "The archive holds no file. Nothing was changed.",
        )));
    }
    let mut made = Made::new(spool);
    let mut room = TOTAL_BYTES_MAX;
    let mut unpacked = Vec::new();
    for (name, index) in entries {
        let inner = Request {
            file_name: format!("{}/{name}", request.file_name),
            original: None,
            delete_after: true,
            ..request.clone()
        };
        unpacked.push(match copy_entry(&mut archive, index, &mut room, &mut made)? {
            Ok(path) => take_entry(spool, Request { path, ..inner })?,
            Err(fault) => Err(ImportFault::File { file: inner.file_name, fault }),
        });
    }
    made.keep();
    Ok(unpacked)
}

/// Names as they are shown, with their places in the archive; folders and what systems add for
/// themselves left out.
fn list_entries(archive: &mut Archive) -> Result<Vec<(String, usize)>, FileFault> {
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|_| archive::damaged())?;
        let name = entry.name().map_err(|_| archive::damaged())?;
        if entry.is_dir() || archive::is_hidden(&name) {
            continue;
        }
        entries.push((archive::shown_name(&name), index));
    }
    Ok(entries)
}

/// Unpacks an entry into the spool; the inner error is this entry's alone.
fn copy_entry(
    archive: &mut Archive,
    index: usize,
    room: &mut u64,
    made: &mut Made<'_>,
) -> Result<Result<PathBuf, FileFault>, ImportFault> {
    let mut content = match archive::read_entry(archive, index, ENTRY_BYTES_MAX.min(*room)) {
        Ok(content) => content,
        Err(fault) => return Ok(Err(fault)),
    };
    let (path, mut file) = made.create()?;
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        let n_read = match content.read(&mut piece) {
            Ok(0) => return Ok(Ok(path)),
            Ok(n_read) => n_read,
            Err(error) => {
                made.spool.remove(&path);
                return Ok(Err(archive::fault_of(&error)));
            }
        };
        *room = room.saturating_sub(n_read as u64);
        let written = file.write_all(&piece[..n_read]);
        written.map_err(|error| StoreError::file(&path, &error))?;
    }
}

/// A file that came out of an archive: itself, or the sheet of the workbook that it is.
fn take_entry(spool: &Spool, request: Request) -> Result<Unpacked, ImportFault> {
    let nested = || {
        FileFault::not_this(
            "It is an archive within an archive. Nothing of it was taken in. Unpack the outer \
             one and import this file by itself.",
        )
    };
    let path = request.path.clone();
    let file = request.file_name.clone();
    let taken = match find_container(&request) {
        Ok(Container::None) => return Ok(Ok(request)),
        Ok(Container::Workbook(archive)) => take_sheet(spool, &request, *archive),
        Ok(Container::Archive(_)) => Err(ImportFault::File { file, fault: nested() }),
        Err(fault) => Err(ImportFault::File { file, fault }),
    };
    spool.remove(&path);
    match taken {
        Err(ImportFault::Store(fault)) => Err(fault.into()),
        other => Ok(other),
    }
}

fn hash(file: &mut File) -> Result<Original, FileFault> {
    let (hash, bytes, _) = reader::hash_file(file)?;
    Ok(Original { hash, bytes })
}
