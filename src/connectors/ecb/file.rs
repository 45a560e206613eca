//! The ECB's own files, dropped in by hand: which layout a file has, and what comes out of a zip.

use std::io::{BufRead, Cursor, Read};

use super::rates::Rates;
use super::{table, xml};
use crate::connectors::contract::{Emit, FileFormat, Head, Match, ReadCtx, Rows, Seen};
use crate::connectors::fault::FileFault;
use crate::connectors::kit::{bounded, decode};

pub const FX: FileFormat = FileFormat {
    name: "fx",
    label: "ECB euro reference rates",
    needs_store: false,
    seen: Seen::InTheWild,
    rows: Rows::Table,
    recognises,
    read,
};

/// The whole history is 2 MB as a table and 8 MB as XML.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Entries that a zip may have; the ECB's have one.
const ENTRIES_MAX: usize = 16;
/// How much of a zip's first entry is unpacked to recognise it.
const PEEK_BYTES: u64 = 4 * 1024;
const ZIP_START: &[u8] = b"PK\x03\x04";

#[derive(Clone, Copy)]
enum Layout {
    Table,
    Xml,
}

impl Layout {
    fn of(text: &str) -> Option<Self> {
        if table::looks_like(text) {
            return Some(Self::Table);
        }
        xml::looks_like(text).then_some(Self::Xml)
    }
}

fn recognises(head: &Head<'_>) -> Match {
    let known = if head.bytes.starts_with(ZIP_START) {
        peek(head.bytes).is_some_and(|text| Layout::of(&text).is_some())
    } else {
        Layout::of(head.text).is_some()
    };
    if known { Match::Yes } else { Match::No }
}

/// The beginning of a zip's first entry.
fn peek(bytes: &[u8]) -> Option<String> {
    let mut source = bytes;
    let entry = zip::read::read_zipfile_from_stream(&mut source).ok()??;
    let mut start = Vec::new();
    // What was unpacked before the head ends is enough, so a fault there is none.
    let _ = entry.take(PEEK_BYTES).read_to_end(&mut start);
    Some(decode::text(&start).into_owned())
}

/// Holds the file in memory: a doubt about its last line refuses its first.
fn read(source: &mut dyn BufRead, _ctx: &ReadCtx, emit: Emit<'_>) -> Result<(), FileFault> {
    read_bytes(bounded::read_whole(source, FILE_BYTES_MAX)?, emit)
}

/// As `read`, of a file that is in memory already.
pub fn read_bytes(mut bytes: Vec<u8>, emit: Emit<'_>) -> Result<(), FileFault> {
    if bytes.starts_with(ZIP_START) {
        bytes = unpack(bytes)?;
    }
    parse(&bytes)?.hand_out(emit)
}

fn parse(bytes: &[u8]) -> Result<Rates, FileFault> {
    let text = decode::text(bytes);
    match Layout::of(&text) {
        Some(Layout::Table) => table::read(&text),
        Some(Layout::Xml) => xml::read(&text),
        None => Err(FileFault::not_this(
            "The file is none of the ECB's euro reference rates (eurofxref as CSV, XML or zip).",
        )),
    }
}

/// The one file of rates in a zip.
fn unpack(bytes: Vec<u8>) -> Result<Vec<u8>, FileFault> {
    let damaged = || {
        FileFault::broken(
            "The zip file is damaged or was cut off. Nothing of it was taken in. \
             Download it again.",
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > ENTRIES_MAX {
        return Err(FileFault::not_this(format!(
            "The zip file holds {} files; the ECB's holds one.",
            archive.len()
        )));
    }
    let mut found: Option<Vec<u8>> = None;
    let mut room = FILE_BYTES_MAX;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|_| damaged())?;
        if entry.is_dir() {
            continue;
        }
        let mut content = Vec::new();
        entry.take(room as u64 + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        room = room.checked_sub(content.len()).ok_or_else(|| {
            FileFault::broken(format!(
                "The zip file unpacks to more than {} MiB. Nothing of it was taken in.",
                FILE_BYTES_MAX / (1024 * 1024)
            ))
        })?;
        if Layout::of(&decode::text(&content)).is_none() {
            continue;
        }
        if found.is_some() {
            return Err(FileFault::broken(
                "The zip file holds more than one file of rates; unpack it and take each alone.",
            ));
        }
        found = Some(content);
    }
    found.ok_or_else(|| FileFault::not_this("The zip file holds none of the ECB's rates."))
}
