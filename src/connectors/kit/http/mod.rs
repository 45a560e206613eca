//! The way out: a request, what came back, and what a status means for us, decided once. What is
//! told of a failure names the host and the operation, never an address with its query, a body or
//! a secret.

pub mod address;
pub mod answer;
pub mod network;
pub mod reach;
pub mod request;
pub mod watched;

use std::time::Duration;

pub use answer::Answer;
pub use reach::Reach;
pub use request::{Method, Request};

use crate::base::Clock;
use crate::base::id::AccountId;
use crate::connectors::ctx::Budget;
use crate::connectors::fault::Fault;
use crate::connectors::kit::limit::{Limiter, Told};
use crate::connectors::spec::Spec;

/// Waits of at most so long are waited for on the spot; longer ones put the account to sleep.
const PATIENCE: Duration = Duration::from_secs(10);
/// Steps in which we wait, so that the program can stop.
const STEP: Duration = Duration::from_millis(250);
/// Where a platform is busy and does not say for how long.
const BUSY_WAIT: Duration = Duration::from_secs(30);
/// How long we wait before a call that failed in passing is made again on the spot; after that the
/// queue waits.
const AGAIN_AFTER: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];
/// Redirects that are followed, within the same host.
const REDIRECTS_MAX: u32 = 3;
/// How much of a refusal is read.
const REFUSAL_BYTES_MAX: u64 = 64 * 1024;
/// How much of it is shown.
const REFUSAL_LETTERS_MAX: usize = 300;

/// What carries a request: the network, or what was recorded.
pub trait Transport: Send + Sync {
    /// One request, one answer, whatever its status; no redirect is followed.
    ///
    /// # Errors
    /// `Transient` where no answer came, `Refused` where none may be asked for.
    fn send(&self, request: &Request, reach: &Reach) -> Result<Answer, Fault>;
}

/// The way out of one account: within its limits, its budget and its reach.
pub struct Http<'a> {
    pub transport: &'a dyn Transport,
    pub limiter: &'a Limiter,
    pub spec: &'a Spec,
    pub account: AccountId,
    pub reach: Reach,
    pub budget: &'a Budget,
    pub clock: &'a Clock,
    pub should_stop: &'a (dyn Fn() -> bool + Sync),
}

/// An answer that was not the one we wanted.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The beginning of its body.
    pub text: String,
}

impl Refusal {
    pub fn header(&self, name: &str) -> Option<&str> {
        answer::header(&self.headers, name)
    }

    /// The body as JSON, where it is.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_str(&self.text).ok()
    }
}

/// A channel's own reading of a refusal; `None` where the usual one holds.
pub type Judge<'a> = &'a dyn Fn(&Refusal) -> Option<Fault>;

impl Http<'_> {
    /// # Errors
    /// What the status means; a fault of the way.
    pub fn send(&self, request: Request) -> Result<Answer, Fault> {
        self.send_as(request, &|_| None)
    }

    /// As `send`, where the channel means something else by some refusals.
    ///
    /// # Errors
    /// As `send`.
    pub fn send_as(&self, request: Request, judge: Judge<'_>) -> Result<Answer, Fault> {
        self.send_anew(&|| Ok(request.clone()), judge)
    }

    /// As `send_as`, of a request that is made anew for each try: its signature holds once.
    ///
    /// # Errors
    /// As `send`, and what making it gives.
    pub fn send_anew(
        &self,
        make: &dyn Fn() -> Result<Request, Fault>,
        judge: Judge<'_>,
    ) -> Result<Answer, Fault> {
        for wait in AGAIN_AFTER {
            let request = make()?;
            let reads = request.method == Method::Get;
            match self.send_once(request, judge) {
                // What only reads may be asked again; what writes may have been done.
                Err(Fault::Transient { .. }) if reads => self.pause(wait)?,
                other => return other,
            }
        }
        self.send_once(make()?, judge)
    }

    fn send_once(&self, mut request: Request, judge: Judge<'_>) -> Result<Answer, Fault> {
        request.account = self.account;
        for _ in 0..=REDIRECTS_MAX {
            self.wait_for_turn(&request)?;
            let mut answer = self.transport.send(&request, &self.reach)?;
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            if (300..400).contains(&answer.status) && answer.status != 304 {
                request = follow(request, &answer)?;
                continue;
            }
            let text = answer.peek_text(REFUSAL_BYTES_MAX);
            let refusal = Refusal { status: answer.status, headers: answer.headers, text };
            let fault = judge(&refusal).unwrap_or_else(|| usual_fault(&request, &refusal));
            if let Fault::Throttled { wait } = &fault {
                let operation = self.limit_name(request.operation);
                self.limiter.close(self.account, operation, *wait, self.clock.now());
            }
            return Err(fault);
        }
        let what = format!("{} leads from one address to the next without end.", request.place());
        Err(Fault::refused(0, what))
    }

    /// Takes over what the platform says of its limit of an operation.
    pub fn learn(&self, operation: &str, told: Told) {
        let now = self.clock.now();
        self.limiter.learn(self.account, self.limit_name(operation), told, now);
    }

    fn limit_name(&self, operation: &str) -> &'static str {
        self.spec.find_limit(operation).map_or("", |limit| limit.operation)
    }

    fn wait_for_turn(&self, request: &Request) -> Result<(), Fault> {
        if (self.should_stop)() {
            return Err(Fault::Stopped);
        }
        self.budget.take(self.clock.now())?;
        let Some(limit) = self.spec.find_limit(request.operation) else { return Ok(()) };
        let (cost, now) = (request.cost, self.clock.now());
        let wait = self
            .limiter
            .take(self.account, limit, (cost, PATIENCE), now)
            .map_err(|wait| Fault::Throttled { wait })?;
        self.pause(wait)
    }

    /// Waits on the spot, for a report that is soon ready.
    ///
    /// # Errors
    /// `Stopped`.
    pub fn pause(&self, wait: Duration) -> Result<(), Fault> {
        let mut left = wait;
        while !left.is_zero() {
            if (self.should_stop)() {
                return Err(Fault::Stopped);
            }
            let step = left.min(STEP);
            self.clock.pause(step);
            left -= step;
        }
        Ok(())
    }
}

/// The request at the address that the answer names; only a reading one, and only at the same
/// host.
fn follow(request: Request, answer: &Answer) -> Result<Request, Fault> {
    let status = answer.status;
    let refuse = |what: String| Err(Fault::refused(status, what));
    let place = request.place();
    let Some(target) = answer.header("location") else {
        return refuse(format!("{place} leads elsewhere without saying where."));
    };
    let Some(url) = address::join(&request.url, target) else {
        return refuse(format!("{place} leads to an address that is none."));
    };
    if address::origin(&url) != address::origin(&request.url) {
        let host = address::host(&url).unwrap_or("another address");
        return refuse(format!(
            "{place} leads to {host}. We follow nobody to another host with your credentials; if \
             the address has changed, connect with the new one."
        ));
    }
    if request.method != Method::Get {
        return refuse(format!("{place} leads elsewhere; what is sent there would be lost."));
    }
    Ok(Request { url, ..request })
}

/// What a status means where the channel says nothing else.
pub fn usual_fault(request: &Request, refusal: &Refusal) -> Fault {
    let place = request.place();
    let told = request.mask(&readable(&refusal.text));
    let told = if told.is_empty() { String::new() } else { format!(" It said: {told}") };
    let status = refusal.status;
    match status {
        401 | 403 => Fault::auth(format!(
            "{place} does not accept our credentials (status {status}). Connect the account \
             again.{told}"
        )),
        429 => Fault::Throttled { wait: asked_wait(refusal).unwrap_or(BUSY_WAIT) },
        503 => match asked_wait(refusal) {
            Some(wait) => Fault::Throttled { wait },
            None => Fault::transient(format!("{place} is out of service at the moment.")),
        },
        408 | 425 | 500..=599 => {
            Fault::transient(format!("{place} failed (status {status}); we ask again."))
        }
        _ => Fault::refused(status, format!("{place} refused (status {status}).{told}")),
    }
}

/// `Retry-After` in seconds; a date there is left to the usual wait.
fn asked_wait(refusal: &Refusal) -> Option<Duration> {
    let text = refusal.header("retry-after")?.trim();
    let whole = text.split('.').next().unwrap_or_default();
    let seconds: u64 = whole.parse().ok()?;
    Some(Duration::from_secs(seconds.clamp(1, 86_400)))
}

/// The first letters of what a platform says; nothing where it is a page.
fn readable(text: &str) -> String {
    let text = text.trim();
    if text.starts_with('<') {
        return String::new();
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().filter(|letter| !letter.is_control()).take(REFUSAL_LETTERS_MAX).collect()
}

#[cfg(test)]
mod tests;
