//! What a channel is to the rest of the program. A connector owns no state and sees neither the
//! database nor the system clock.

use std::io::BufRead;
use std::time::Duration;

use super::ctx::{Account, Ctx, Secrets};
use super::fault::{Fault, FileFault};
use super::spec::{Spec, Stream};
use crate::base::secret::Secret;
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
    /// The platform's own interface, where we speak it.
    fn api(&self) -> Option<&dyn Api> {
        None
    }
    /// Where the platform tells of changes by itself.
    fn webhooks(&self) -> Option<&dyn WebhookSource> {
        None
    }
    /// Where we can set how many units it offers.
    fn stock(&self) -> Option<&dyn StockTarget> {
        None
    }
}

/// A platform that is asked for what is new. Blocking; all it needs is in the `Ctx`.
pub trait Api: Send + Sync {
    fn spec(&self) -> &'static Spec;
    /// One cheap signed-in call, before anything is saved: who are we there?
    ///
    /// # Errors
    /// The fault that a page would give.
    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault>;
    /// One page of one stream. The caller keeps the page and its `next` in one transaction, and
    /// asks again from there while `page.more`; a page may be asked for twice.
    ///
    /// # Errors
    /// A `Fault`, named by what happens next; nothing of the page is kept then.
    fn pull(&self, ctx: &Ctx<'_>, stream: &Stream, from: &Cursor) -> Result<Page, Fault>;
    /// A document that was kept, understood once more by the mapping as it is now; nobody is asked.
    /// It means what it meant when it was pulled, but names no buyer.
    ///
    /// # Errors
    /// `Drift` where what was kept does not say enough (an older version kept it).
    fn replay(
        &self,
        account: &Account,
        stream: &Stream,
        kept: &Kept<'_>,
    ) -> Result<Document, Fault> {
        let _ = (account, kept);
        Err(Fault::drift(stream.slug, "documents of this kind cannot be read again"))
    }
}

/// A channel on which the number of units can be set. Blocking, like `Api`; whether, when and to
/// what a number is set is decided elsewhere (`domain/stock/plan.rs`).
pub trait StockTarget: Send + Sync {
    fn spec(&self) -> &'static StockSpec;
    /// The places of the account on which numbers can be set, the usual one first. One that has
    /// no places gives one with an empty mark.
    ///
    /// # Errors
    /// A `Fault`.
    fn list_places(&self, ctx: &Ctx<'_>) -> Result<Vec<StockPlace>, Fault>;
    /// What buyers can buy right now, one answer for each target in their order; at most
    /// `StockSpec::read_max` of them. This is the live number, never what was last submitted.
    ///
    /// # Errors
    /// A `Fault` for all of them; what concerns one alone is in its `Reading`.
    fn read(&self, ctx: &Ctx<'_>, targets: &[StockRef]) -> Result<Vec<Reading>, Fault>;
    /// Sets absolute numbers; one verdict for each change in their order, at most
    /// `StockSpec::write_max`. The same change may be sent twice (we were killed before we could
    /// note the answer): it bears the same key then.
    ///
    /// # Errors
    /// A `Fault` where it is not known that anything was written, or that all of it was.
    fn push(&self, ctx: &Ctx<'_>, changes: &[LevelChange]) -> Result<Vec<Verdict>, Fault>;
}

/// How numbers are set on a channel.
#[derive(Debug)]
pub struct StockSpec {
    pub tool: WriteTool,
    /// Targets of one `read`, changes of one `push`.
    pub read_max: usize,
    pub write_max: usize,
    /// How long an accepted number may take until it is live, at most, as the vendor tells it.
    pub apply_max: Duration,
    /// How long an order may take from the buyer's click until we can read it, at most.
    pub order_lag_max: Duration,
    /// The stream that brings orders.
    pub orders: &'static str,
}

/// What a channel offers against writing over a sale that was just made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteTool {
    /// It writes only while its number is the one that we expect.
    CompareAndSet,
    /// It writes whatever it is told.
    PlainSet,
}

/// A place of the platform whose number we may set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockPlace {
    /// The platform's mark.
    pub id: String,
    /// The name that its owner knows.
    pub name: String,
}

/// A listing and the place at which its units are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct StockRef {
    /// `Listing::channel_id`.
    pub listing: String,
    pub sku: String,
    /// `StockPlace::id`.
    pub place: String,
}

/// What a channel shows for a listing now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Units that buyers can buy. May be negative where the channel oversold.
    Live(i64),
    /// It is there, but its units are not counted: never the same as none.
    Uncounted,
    /// It goes on selling at nothing; its number.
    Oversold(i64),
    /// Ended, inactive, deleted; in words.
    Gone(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelChange {
    pub target: StockRef,
    pub quantity: i64,
    /// The number that the channel must still have. One that cannot be told so is asked for its
    /// number right before, and nothing is written where it is another.
    pub expected: i64,
    /// The same for every attempt of this very change, another for every other: a UUID.
    pub key: String,
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken; whether it is live, a reading must tell. The platform's mark of it, where it has one.
    Accepted { submission: String },
    /// The channel's number was another than expected: nothing was written.
    Stale { live: Option<i64> },
    /// Nothing was written, and nothing would be if it were tried again as it is; in words.
    Refused { what: String },
    /// Nothing was written; the same change with a new key may work.
    Again { what: String },
    /// Whether it was written is not known, or it is still at work: the very same change is sent
    /// again later, under the very same key.
    Unknown { what: String },
}

/// Tells what a platform's own call is about. It never carries data: a call is a nudge to pull.
pub trait WebhookSource: Send + Sync {
    fn spec(&self) -> &'static WebhookSpec;
    /// Judges the signature, in constant time, on the bytes as they came. Asks nobody.
    ///
    /// # Errors
    /// `Auth` where the signature is not the platform's, `Refused` for anything else.
    fn verify(&self, call: &WebhookCall<'_>) -> Result<Delivery, Fault>;
}

/// How calls are set up at the platform.
pub struct WebhookSpec {
    /// Where, and what to choose there.
    pub setup: &'static str,
    /// As the platform calls them.
    pub topics: &'static [&'static str],
    pub secret: WebhookSecret,
}

/// What calls are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookSecret {
    /// A field of the form.
    Field(&'static str),
    /// One that we make for each connection, sealed under this name.
    Made(&'static str),
}

/// Who we are at the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The platform's own mark of the account, so that it is not connected twice.
    pub id: String,
    /// The name that its owner knows.
    pub label: String,
    pub currency: Option<Currency>,
    /// An IANA name, where the platform tells one.
    pub time_zone: Option<String>,
    /// What the user should know before saving, in words: a permission that is lacking.
    pub told: Vec<String>,
}

/// Where a stream stands: the connector's own text, opaque outside; empty is the beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor(pub String);

impl Cursor {
    /// The beginning, from `Ctx::since` on.
    pub fn start() -> Self {
        Self::default()
    }

    pub fn is_start(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes a place down, with the version of its shape.
    ///
    /// # Errors
    /// `Drift` for a place that JSON cannot hold.
    pub fn write<T: serde::Serialize>(version: u32, place: &T) -> Result<Self, Fault> {
        let text = serde_json::to_string(place)
            .map_err(|fault| Fault::drift("cursor", fault.to_string()))?;
        Ok(Self(format!("{version} {text}")))
    }

    /// `None` at the beginning.
    ///
    /// # Errors
    /// `Stale` for a place of another version of the connector: the stream begins again.
    pub fn read<T: serde::de::DeserializeOwned>(&self, version: u32) -> Result<Option<T>, Fault> {
        if self.is_start() {
            return Ok(None);
        }
        let place = self.0.split_once(' ').filter(|(number, _)| number.parse() == Ok(version));
        match place.and_then(|(_, text)| serde_json::from_str(text).ok()) {
            Some(place) => Ok(Some(place)),
            None => Err(Fault::Stale { restart: Self::start() }),
        }
    }
}

/// One answer of the platform, understood.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    pub documents: Vec<Document>,
    pub next: Cursor,
    /// Whether there is more to be asked for at once.
    pub more: bool,
    /// The platform is still at work on it; no fault. Asked again after so long.
    pub wait: Option<Duration>,
    /// How far the first load is, where that can be said.
    pub progress: Option<Progress>,
}

impl Page {
    /// Adds the page that follows.
    pub fn append(&mut self, later: Self) {
        let Self { documents, next, more, wait, progress } = later;
        self.documents.extend(documents);
        self.next = next;
        (self.more, self.wait) = (more, wait);
        self.progress = progress.or(self.progress);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: u64,
    pub total: Option<u64>,
}

/// One thing of the platform (an order, a payout, a day of rates) and what it means to us.
/// What it holds stands or falls together.
#[derive(Debug, Default, PartialEq)]
pub struct Document {
    /// The platform's own key, unique within the stream of the account.
    pub key: String,
    /// As it came, but only what the mapping reads: no buyer's name, address or e-mail.
    pub raw: Option<Raw>,
    pub records: Vec<Record>,
    pub problems: Vec<Problem>,
}

/// What is kept of a document for some days, to be read again by a later version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// `application/json`.
    pub media: &'static str,
    pub bytes: Vec<u8>,
    /// What the mapping was told besides, as JSON: a place, a parent's name. Empty where the
    /// document says it all.
    pub beside: String,
}

impl Raw {
    pub fn json(bytes: Vec<u8>) -> Self {
        Self { media: "application/json", bytes, beside: String::new() }
    }

    /// With what its reading needed besides.
    #[must_use]
    pub fn beside(self, told: &impl serde::Serialize) -> Self {
        Self { beside: serde_json::to_string(told).unwrap_or_default(), ..self }
    }
}

/// A document as it was kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub key: &'a str,
    pub bytes: &'a [u8],
    pub beside: &'a str,
}

impl Kept<'_> {
    /// What was kept, in the shape of `T`.
    ///
    /// # Errors
    /// `Drift` where it is none.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(self.bytes)
            .map_err(|fault| Fault::drift(self.key, fault.to_string()))
    }

    /// What stands beside it.
    ///
    /// # Errors
    /// `Drift` where nothing does: a version kept it that did not write it down.
    pub fn read_beside<T: serde::de::DeserializeOwned>(&self) -> Result<T, Fault> {
        let what = "it was kept by an older version, without what its reading needs besides";
        serde_json::from_str(self.beside).map_err(|_| Fault::drift(self.key, what))
    }
}

/// What the user should see of a document; the rest of it is taken in all the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Problem {
    /// Something that no table of ours names.
    Unknown { kind: UnknownKind, name: String },
    /// The document, or the part at this path, could not be understood and was left out.
    Unread { path: String, what: String },
    /// It was taken in, but something about it is odd: totals that differ by a cent.
    Doubt { what: String },
}

/// A platform's call, as it came, and whom it says it is about.
pub struct WebhookCall<'a> {
    pub account: &'a Account,
    pub secrets: &'a dyn Secrets,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
}

impl WebhookCall<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A call that is genuine.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// By any of these it is known when it comes again; none for a call that does nothing.
    pub keys: Vec<String>,
    pub nudge: Nudge,
}

/// What to do about a call.
#[derive(Clone, Debug)]
pub enum Nudge {
    /// Pull these streams now.
    Pull(&'static [&'static str]),
    /// The platform asks to forget a buyer, or what we hold of one.
    Privacy(PrivacyRequest),
    /// A ping, or a topic that means nothing to us.
    Nothing,
}

#[derive(Clone, Debug)]
pub enum PrivacyRequest {
    Tell(Buyer),
    Forget(Buyer),
    ForgetShop,
}

/// A buyer as a call names one. Lives in memory only, until it is a keyed hash.
#[derive(Clone, Debug, Default)]
pub struct Buyer {
    /// The platform's own number, which makes the hash together with platform and store.
    pub id: Option<Secret>,
    pub email: Option<Secret>,
    /// The keys of documents that the call names.
    pub orders: Vec<String>,
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
