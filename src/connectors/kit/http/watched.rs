//! Notes every call that leaves this machine: whom, for what, how much. It stands around whatever
//! carries the calls, so that none is made that is not noted.

use std::io::{self, Read};
use std::sync::Arc;

use super::{Answer, Reach, Request, Transport, address};
use crate::base::id::AccountId;
use crate::connectors::fault::Fault;

/// Whom a call went to, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Called {
    pub host: String,
    pub port: u16,
    pub account: AccountId,
    pub purpose: &'static str,
}

/// Where calls are noted.
pub trait Ledger: Send + Sync {
    /// Before the call: nothing leaves that is not noted.
    fn begin(&self, called: &Called, bytes_out: u64);

    /// No answer came.
    fn fail(&self, called: &Called);

    /// So much came back.
    fn receive(&self, called: &Called, bytes_in: u64);

    /// What the other side says the time is, by its header `Date`.
    fn hear_date(&self, called: &Called, date: &str);
}

pub struct Watched {
    inner: Arc<dyn Transport>,
    ledger: Arc<dyn Ledger>,
}

impl Watched {
    pub fn new(inner: Arc<dyn Transport>, ledger: Arc<dyn Ledger>) -> Self {
        Self { inner, ledger }
    }
}

impl Transport for Watched {
    fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault> {
        let called = Called {
            host: address::host(&request.url).unwrap_or("?").to_owned(),
            port: address::port(&request.url),
            account: request.account,
            purpose: request.operation,
        };
        self.ledger.begin(&called, request.body.len() as u64);
        let answer = self.inner.send(request, reach).inspect_err(|_| self.ledger.fail(&called))?;
        if let Some(date) = answer.header("date") {
            self.ledger.hear_date(&called, date);
        }
        let ledger = Arc::clone(&self.ledger);
        Ok(answer.through(|inner| Box::new(Counted { inner, bytes: 0, called, ledger })))
    }
}

/// A body that says at its end how much of it was read.
struct Counted {
    inner: Box<dyn Read + Send>,
    bytes: u64,
    called: Called,
    ledger: Arc<dyn Ledger>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.ledger.receive(&self.called, self.bytes);
        }
    }
}
