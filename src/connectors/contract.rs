//! What a channel is to the rest of the program. A connector owns no state and sees neither the
//! database nor the system clock.

use std::io::BufRead;

use super::fault::FileFault;
use crate::base::{Currency, Zone};
use crate::domain::record::Record;

/// One channel: the platforms, the neutral formats, the ECB.
pub trait Connector: Send + Sync {
    /// The platform's name in commands and settings: `shopify`, `tiktok-shop`. The folder is the
    /// same with `_`.
    fn slug(&self) -> &'static str;
    /// The name that people know: `Shopify`.
    fn label(&self) -> &'static str;
    /// The channel's own export files.
    fn files(&self) -> &'static [FileFormat] {
        &[]
    }
}

/// One kind of file, told by its content.
pub struct FileFormat {
    /// The name in `purser import NAME` (CONTRACT, "Import formats").
    pub name: &'static str,
    /// What people call it: `Shopify orders export`.
    pub label: &'static str,
    /// Whether its rows belong to a store that must be named.
    pub needs_store: bool,
    /// Whether our reading was held against a file that the platform itself wrote.
    pub seen: Seen,
    /// How a refused row of it can be tried again by itself.
    pub rows: Rows,
    pub recognises: fn(&Head<'_>) -> Match,
    pub read: ReadFile,
}

/// Reads the whole file and hands out one `Found` for each group of rows that stands or falls
/// together. Streams; memory does not grow with the file (but for formats that say so).
///
/// # Errors
/// A `FileFault` refuses the file whole. A reader that can refuse late must do so before its
/// first `emit`, or announce the file as `Found` only when it is sure.
pub type ReadFile = fn(&mut dyn BufRead, &ReadCtx, Emit<'_>) -> Result<(), FileFault>;

/// Takes what a reader finds.
///
/// # Errors
/// `FileFault::Stopped`: the reader must return it at once.
pub type Emit<'a> = &'a mut dyn FnMut(Found) -> Result<(), FileFault>;

/// What a reader found in one row, or in rows that stand or fall together.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// `row` is the line of the file (1 is its first) on which the group begins.
    Records {
        row: u64,
        records: Vec<Record>,
    },
    Refused(Refusal),
    /// Not a fault, but the user should know: a column that we do not read, a doubt.
    Notice {
        row: u64,
        what: String,
    },
    /// Something that no table of ours names. What it is part of is taken in all the same; it is
    /// counted by its name, shown, and raises an alert.
    Unknown {
        row: u64,
        kind: UnknownKind,
        /// As the file writes it.
        name: String,
    },
}

/// What it is that we do not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnknownKind {
    Fee,
    Transaction,
    Status,
    Column,
    Currency,
}

impl UnknownKind {
    pub const ALL: [Self; 5] =
        [Self::Fee, Self::Transaction, Self::Status, Self::Column, Self::Currency];

    pub fn name(self) -> &'static str {
        match self {
            Self::Fee => "fee",
            Self::Transaction => "transaction",
            Self::Status => "status",
            Self::Column => "column",
            Self::Currency => "currency",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether our reading of a format was held against a genuine file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    InTheWild,
    /// Read from descriptions alone; what was understood is shown before anything is booked.
    NotYet,
}

/// What one refused row of a format is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Rows under a header: `Refusal::raw` is one flat JSON object for each row, a line each,
    /// with the header's names as keys.
    Table,
    /// `Refusal::raw` is the JSON element.
    Json,
    /// A row means nothing without its file (a settlement).
    Whole,
}

/// A row that was not taken in; it is kept to be looked at and tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Line of the file, 1 is its first.
    pub row: u64,
    /// The column's name as the file writes it, or the JSON path.
    pub column: String,
    /// In words, with the way out.
    pub reason: String,
    /// The row as it stood, only the columns that the format reads, in the shape of `Rows`.
    pub raw: String,
}

/// The beginning of a file, for recognition.
pub struct Head<'a> {
    /// At most `HEAD_BYTES` bytes, byte-order mark removed, decoded to UTF-8.
    pub text: &'a str,
    /// The same bytes as they stand in the file, for archives.
    pub bytes: &'a [u8],
    /// Whether `text` is the whole file.
    pub whole: bool,
    /// Lower case; recognition goes by content, the name only breaks a tie.
    pub file_name: &'a str,
}

impl<'a> Head<'a> {
    /// The head of a file that is text and known whole.
    pub fn of_text(text: &'a str, file_name: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { text, bytes: text.as_bytes(), whole: true, file_name }
    }
}

/// How much of a file is looked at to recognise it.
pub const HEAD_BYTES: usize = 64 * 1024;

/// How sure a format is that a file is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    No,
    Perhaps,
    Yes,
}

/// What the user said beside the file.
#[derive(Clone, Debug)]
pub struct ReadCtx {
    /// Given, or the store's.
    pub currency: Option<Currency>,
    /// The store's zone, which reads time stamps that bear none.
    pub zone: Zone,
    pub store: Option<String>,
}
