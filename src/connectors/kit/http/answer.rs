//! What came back. A body is read as it is used, never beyond what the request allows.

use std::io::{self, BufRead, BufReader, Read};

use serde::de::DeserializeOwned;

use crate::connectors::fault::Fault;
use crate::connectors::kit::json;

/// What a page begins with, and data never.
const PAGE_START: &[u8] = b"<";

pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Of whom and what: `api.etsy.com (receipts)`.
    pub place: String,
    body: Box<dyn Read + Send>,
    bytes_max: u64,
}

pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

impl Answer {
    /// `body` is unpacked already; no more than `bytes_max` of it is read.
    pub fn new(
        status: u16,
        headers: Vec<(String, String)>,
        (body, bytes_max): (Box<dyn Read + Send>, u64),
        place: String,
    ) -> Self {
        Self { status, headers, place, body, bytes_max }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The same answer, its body read by way of another reader.
    pub(super) fn through(
        self,
        wrap: impl FnOnce(Box<dyn Read + Send>) -> Box<dyn Read + Send>,
    ) -> Self {
        Self { body: wrap(self.body), ..self }
    }

    /// The whole body.
    ///
    /// # Errors
    /// `Transient` where it broke off, `Refused` where it is larger than allowed.
    pub fn bytes(&mut self) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::new();
        let read = (&mut self.body).take(self.bytes_max + 1).read_to_end(&mut bytes);
        read.map_err(|fault| self.broken(&fault))?;
        if bytes.len() as u64 > self.bytes_max {
            return Err(self.too_large());
        }
        Ok(bytes)
    }

    /// The whole body as text.
    ///
    /// # Errors
    /// As `bytes`; `Drift` where it is no UTF-8.
    pub fn text(&mut self) -> Result<String, Fault> {
        let text = String::from_utf8(self.bytes()?);
        text.map_err(|_| Fault::drift(self.place.clone(), "the text is not UTF-8"))
    }

    /// The body as JSON of this shape.
    ///
    /// # Errors
    /// As `bytes`; `Transient` where a page came instead, or half of the JSON; `Drift` where it
    /// has another shape.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        let bytes = self.bytes()?;
        serde_json::from_slice(&bytes).map_err(|fault| self.not_json(&bytes, &fault))
    }

    /// The body to be read as it comes, for what is too large for memory. A read beyond what is
    /// allowed, or one that takes too long, fails.
    pub fn into_reader(self) -> impl BufRead + Send {
        BufReader::new(Bounded { inner: self.body, left: self.bytes_max })
    }

    /// The beginning of the body, as far as it comes.
    pub(super) fn peek_text(&mut self, bytes_max: u64) -> String {
        let mut bytes = Vec::new();
        // What came before it broke off is enough.
        let _ = (&mut self.body).take(bytes_max).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn not_json(&self, bytes: &[u8], fault: &serde_json::Error) -> Fault {
        if bytes.trim_ascii_start().starts_with(PAGE_START) {
            return Fault::transient(format!("{} sent a page instead of data.", self.place));
        }
        match fault.classify() {
            serde_json::error::Category::Eof | serde_json::error::Category::Syntax => {
                Fault::transient(format!("{} sent data that broke off.", self.place))
            }
            serde_json::error::Category::Data | serde_json::error::Category::Io => {
                let text = String::from_utf8_lossy(bytes);
                let found = json::explain(&text, fault);
                Fault::drift(found.path, format!("{} ({})", found.reason, self.place))
            }
        }
    }

    fn broken(&self, fault: &io::Error) -> Fault {
        let why = match fault.kind() {
            io::ErrorKind::TimedOut => "took too long",
            io::ErrorKind::InvalidData => "sent a body that cannot be unpacked",
            _ => "broke off in the middle of its answer",
        };
        Fault::transient(format!("{} {why}.", self.place))
    }

    fn too_large(&self) -> Fault {
        let mib = self.bytes_max / (1024 * 1024);
        let what = format!("{} sent more than {mib} MiB; that is not what we asked.", self.place);
        Fault::refused(self.status, what)
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {}", self.status, self.place)
    }
}

struct Bounded {
    inner: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| io::Error::other("more came than is allowed"))?;
        Ok(read)
    }
}
