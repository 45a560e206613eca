//! The log of calls that leave this machine. The first call of a day to a host is written down
//! before it is made; what follows is counted here and written now and then, so that a call costs
//! no write of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::base::time::Stopwatch;
use crate::base::{Day, Instant, Zone};
use crate::connectors::kit::http::watched::{Called, Ledger};
use crate::store::egress::{self, CallCount, CallKey};
use crate::store::{Db, Lane, StoreError, settings};

/// What is counted is written at least so often, while calls are made.
const WRITE_EVERY: Duration = Duration::from_secs(10);
/// The setting that holds how far our clock is from a platform's: seconds, who said so, when.
pub const CLOCK_SEEN: &str = "clock_seen";

pub struct Egress {
    db: Db,
    counted: Mutex<Counted>,
}

struct Counted {
    /// With a count of calls of 0 where all is written.
    by_key: BTreeMap<CallKey, CallCount>,
    written: Stopwatch,
    clock: Option<(i64, String, Instant)>,
}

/// What a platform said of our clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSeen {
    /// Its time less ours.
    pub seconds: i64,
    pub host: String,
    pub at: Instant,
}

impl Egress {
    pub fn new(db: Db) -> Self {
        let counted = Counted { by_key: BTreeMap::new(), written: Stopwatch::start(), clock: None };
        Self { db, counted: Mutex::new(counted) }
    }

    /// Notes a call that goes another way than by a connector, such as a mail.
    pub fn note(&self, called: &Called, bytes_out: u64) {
        self.begin(called, bytes_out);
    }

    /// Writes down what was counted.
    ///
    /// # Errors
    /// `StoreError` of the database; what was counted is kept for the next time.
    pub fn flush(&self) -> Result<(), StoreError> {
        let mut counted = self.lock();
        counted.written = Stopwatch::start();
        let today = day_of(self.db.clock().now());
        let open: Vec<(CallKey, CallCount)> = counted
            .by_key
            .iter()
            .filter(|(_, count)| !is_nothing(count))
            .map(|(key, count)| (key.clone(), *count))
            .collect();
        let clock = counted.clock.take();
        if open.is_empty() && clock.is_none() {
            return Ok(());
        }
        for (key, _) in &open {
            counted.by_key.remove(key);
        }
        // Nobody who counts waits for the writer.
        drop(counted);
        let written = self.db.write_local(Lane::Background, |tx| {
            open.iter().try_for_each(|(key, count)| egress::upsert_calls(tx, key, count))?;
            clock.iter().try_for_each(|(seconds, host, at)| {
                settings::upsert(tx, CLOCK_SEEN, &format!("{seconds} {} {host}", at.0))
            })
        });
        let mut counted = self.lock();
        for (key, count) in open {
            let entry = counted.by_key.entry(key).or_insert_with(|| nothing(count.first_at));
            if written.is_err() {
                add(entry, &count);
            }
        }
        // Only today's keys need be known as written.
        counted.by_key.retain(|key, count| key.day == today || !is_nothing(count));
        written
    }

    fn count(&self, called: &Called, change: impl FnOnce(&mut CallCount)) -> (bool, bool) {
        let now = self.db.clock().now();
        let key = CallKey {
            day: day_of(now),
            host: called.host.clone(),
            port: called.port,
            account: called.account,
            purpose: called.purpose,
        };
        let mut counted = self.lock();
        let is_new = !counted.by_key.contains_key(&key);
        let count = counted.by_key.entry(key).or_insert_with(|| nothing(now));
        if is_nothing(count) {
            count.first_at = now;
        }
        count.last_at = now;
        change(count);
        (is_new, counted.written.elapsed() >= WRITE_EVERY)
    }

    fn flush_or_tell(&self) {
        if let Err(fault) = self.flush() {
            tracing::warn!(%fault, "which hosts were called could not be written down");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for Egress {
    fn begin(&self, called: &Called, bytes_out: u64) {
        let (is_new, is_due) = self.count(called, |count| {
            count.calls += 1;
            count.bytes_out += i64::try_from(bytes_out).unwrap_or(i64::MAX);
        });
        if is_new || is_due {
            self.flush_or_tell();
        }
    }

    fn fail(&self, called: &Called) {
        self.count(called, |count| count.failed += 1);
    }

    fn receive(&self, called: &Called, bytes_in: u64) {
        let bytes_in = i64::try_from(bytes_in).unwrap_or(i64::MAX);
        self.count(called, |count| count.bytes_in += bytes_in);
    }

    fn hear_date(&self, called: &Called, date: &str) {
        let now = self.db.clock().now();
        if let Some(theirs) = parse_date(date) {
            let seconds = theirs.seconds() - now.seconds();
            self.lock().clock = Some((seconds, called.host.clone(), now));
        }
    }
}

impl Drop for Egress {
    fn drop(&mut self) {
        self.flush_or_tell();
    }
}

/// Reads what `flush` wrote of the clock.
pub fn parse_clock_seen(text: &str) -> Option<ClockSeen> {
    let mut parts = text.splitn(3, ' ');
    let seconds = parts.next()?.parse().ok()?;
    let at = Instant(parts.next()?.parse().ok()?);
    Some(ClockSeen { seconds, at, host: parts.next()?.to_owned() })
}

/// `Fri, 20 Nov 2026 12:00:00 GMT`, the one form in which servers tell the time today.
fn parse_date(text: &str) -> Option<Instant> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let parts: Vec<&str> = text.split_once(", ")?.1.split(' ').collect();
    let [day, month, year, time, "GMT"] = parts[..] else { return None };
    let month = MONTHS.find(month).filter(|at| month.len() == 3 && at % 3 == 0)? / 3 + 1;
    Instant::parse(&format!("{year}-{month:02}-{day:0>2}T{time}Z")).ok()
}

fn day_of(at: Instant) -> Day {
    at.day_in(&Zone::utc())
}

fn nothing(at: Instant) -> CallCount {
    CallCount { calls: 0, failed: 0, bytes_out: 0, bytes_in: 0, first_at: at, last_at: at }
}

fn is_nothing(count: &CallCount) -> bool {
    (count.calls, count.failed, count.bytes_out, count.bytes_in) == (0, 0, 0, 0)
}

fn add(to: &mut CallCount, more: &CallCount) {
    to.calls += more.calls;
    to.failed += more.failed;
    to.bytes_out += more.bytes_out;
    to.bytes_in += more.bytes_in;
    to.first_at = to.first_at.min(more.first_at);
    to.last_at = to.last_at.max(more.last_at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::base::id::AccountId;
    use crate::store::testing::Folder;

    fn called(host: &str, purpose: &'static str) -> Called {
        Called { host: host.to_owned(), port: 443, account: AccountId(0), purpose }
    }

    #[test]
    fn a_first_call_is_written_before_it_is_made_and_the_rest_is_counted() {
        let folder = Folder::new();
        let clock = Clock::set_at(Instant::parse("2026-11-20T23:59:00Z").unwrap());
        let db = Db::open(&folder.file("purser.db"), clock.clone()).unwrap();
        let egress = Egress::new(db.clone());
        let listed = || db.read(|reader| egress::list_calls(reader, 100)).unwrap();
        egress.begin(&called("a.example", "orders"), 10);
        let first = listed();
        assert_eq!(
            (first[0].host.as_str(), first[0].calls, first[0].bytes_out),
            ("a.example", 1, 10)
        );
        egress.begin(&called("a.example", "orders"), 5);
        egress.receive(&called("a.example", "orders"), 700);
        assert_eq!(listed(), first, "counted, not written yet");
        // Another day is another row, written at once; so is another purpose.
        clock.advance_seconds(120);
        egress.begin(&called("a.example", "orders"), 1);
        egress.begin(&called("a.example", "stock"), 0);
        egress.fail(&called("a.example", "stock"));
        egress.hear_date(&called("a.example", "stock"), "Sat, 21 Nov 2026 00:01:30 GMT");
        drop(egress);
        let told: Vec<_> = listed()
            .into_iter()
            .map(|row| (row.day.to_string(), row.purpose, row.calls, row.failed, row.bytes_in))
            .collect();
        let row = |day: &str, purpose: &str, calls, failed, bytes_in| {
            (day.to_owned(), purpose.to_owned(), calls, failed, bytes_in)
        };
        assert_eq!(
            told,
            [
                row("2026-11-21", "orders", 1, 0, 0),
                row("2026-11-21", "stock", 1, 1, 0),
                row("2026-11-20", "orders", 2, 0, 700),
            ]
        );
        let seen = db.read(|reader| settings::find(reader.conn(), CLOCK_SEEN)).unwrap().unwrap();
        let seen = parse_clock_seen(&seen).unwrap();
        assert_eq!((seen.seconds, seen.host.as_str()), (30, "a.example"));
    }

    #[test]
    fn a_servers_date_is_read_in_its_one_form_and_no_other() {
        let at = |text| parse_date(text).map(|at| at.to_string());
        let noon = Instant::parse("2026-02-05T12:00:00Z").unwrap().to_string();
        assert_eq!(at("Thu, 05 Feb 2026 12:00:00 GMT"), Some(noon));
        for text in ["", "Thu, 05 anF 2026 12:00:00 GMT", "Thu, 05 Feb 2026 12:00:00", "x, y"] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
