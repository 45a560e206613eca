//! The rates of each day, fetched when they are published; the past, back to where the books
//! begin, in one file.

use serde::{Deserialize, Serialize};

use super::file;
use crate::base::{Day, Instant, Zone};
use crate::connectors::contract::{
    Api, Cursor, Document, Found, Identity, Page, Problem, Progress,
};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::{Fault, FileFault};
use crate::connectors::kit::http::Request;
use crate::connectors::spec::{Limit, Spec, Stream};
use crate::domain::record::Record;

const URL: &str = "https://www.ecb.europa.eu/stats/eurofxref";
/// The newest day; about sixty working days; everything since 1999.
const DAILY: &str = "eurofxref-daily.xml";
const QUARTER: &str = "eurofxref-hist-90d.xml";
const HISTORY: &str = "eurofxref-hist.zip";
/// Calendar days that the file of a quarter is sure to hold.
const QUARTER_DAYS: i32 = 80;
/// A day without a rate takes the last one before it, which lies at most so many days back.
const DAYS_BEFORE: i32 = 10;
/// When the rates of a day are there, in Frankfurt.
const PUBLISHED: &str = "16:15";
/// How often a day is asked for that may be a holiday.
const TRIES_MAX: u32 = 4;
const PLACE_VERSION: u32 = 1;
const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

pub static SPEC: Spec = Spec {
    documentation: "https://www.ecb.europa.eu/stats/policy_and_exchange_rates/\
        euro_reference_exchange_rates/html/index.en.html",
    about: "Daily reference rates of some thirty currencies against the euro, without a key or an \
        account. Switched on, they are fetched back to the first day of your books and then every \
        working day. Your own rates go before them.",
    fields: &[],
    streams: &[Stream {
        slug: "rates",
        label: "Daily rates",
        every_s: 1_800,
        overlap_s: 0,
        raw_days: 0,
        after: &[],
    }],
    limits: &[Limit { operation: "", burst: 2, every_ms: 2_000 }],
    needs_store: false,
    allows_plain_http: false,
};

/// What is held: every published day from `from` to `to`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    from: Day,
    to: Day,
    /// The day that was asked for last, and how often in vain.
    asked: Day,
    tries: u32,
}

impl Api for super::Channel {
    fn spec(&self) -> &'static Spec {
        &SPEC
    }

    fn check(&self, ctx: &Ctx<'_>) -> Result<Identity, Fault> {
        fetch(ctx, DAILY, Day(0))?;
        let (id, label) = ("ecb".to_owned(), "European Central Bank".to_owned());
        Ok(Identity { id, label, ..Identity::default() })
    }

    fn pull(&self, ctx: &Ctx<'_>, _: &Stream, from: &Cursor) -> Result<Page, Fault> {
        let place: Option<Place> = from.read(PLACE_VERSION)?;
        let now = ctx.clock.now();
        let wanted = ctx.since.day_in(&frankfurt()).plus(-DAYS_BEFORE);
        let newest = newest_published(now);
        let Some(name) = choose(place.as_ref(), (wanted, newest)) else {
            return Ok(Page { next: from.clone(), ..Page::default() });
        };
        let documents = fetch(ctx, name, wanted)?;
        let days = || documents.iter().filter_map(|document| Day::parse(&document.key).ok());
        let last = days().max().unwrap_or(wanted);
        let next = match place {
            Some(place) => {
                let tries = if place.asked == newest { place.tries + 1 } else { 1 };
                let from = if name == HISTORY { wanted.min(place.from) } else { place.from };
                Place { from, to: last.max(place.to), asked: newest, tries }
            }
            None => Place { from: wanted, to: last, asked: newest, tries: 1 },
        };
        let total = documents.len() as u64;
        Ok(Page {
            documents,
            next: Cursor::write(PLACE_VERSION, &next)?,
            progress: Some(Progress { done: total, total: Some(total) }),
            ..Page::default()
        })
    }
}

/// The file that holds what is lacking; `None` where nothing is, or it was asked for often enough.
fn choose(place: Option<&Place>, (wanted, newest): (Day, Day)) -> Option<&'static str> {
    let Some(place) = place else {
        return Some(if newest.0 - wanted.0 > QUARTER_DAYS { HISTORY } else { QUARTER });
    };
    if wanted < place.from {
        return Some(HISTORY);
    }
    if place.to >= newest || (place.asked == newest && place.tries >= TRIES_MAX) {
        return None;
    }
    let lacking = newest.0 - place.to.0;
    // From Friday to Monday nothing lies in between.
    let is_next = lacking == 1 || (newest.weekday() == 0 && lacking <= 3);
    Some(match lacking {
        _ if is_next => DAILY,
        _ if lacking <= QUARTER_DAYS => QUARTER,
        _ => HISTORY,
    })
}

/// The last day whose rates are there, movable holidays aside.
fn newest_published(now: Instant) -> Day {
    let zone = frankfurt();
    let today = now.day_in(&zone);
    let mut day = if now.time_in(&zone).as_str() < PUBLISHED { today.plus(-1) } else { today };
    while is_closed(day) {
        day = day.plus(-1);
    }
    day
}

fn is_closed(day: Day) -> bool {
    let (_, month, of_month) = day.civil();
    day.weekday() >= 5 || matches!((month, of_month), (1, 1) | (5, 1) | (12, 25 | 26))
}

fn frankfurt() -> Zone {
    Zone::parse("Europe/Berlin").unwrap_or_else(|_| Zone::utc())
}

/// The days of a file from `wanted` on, each a document of its own.
fn fetch(ctx: &Ctx<'_>, name: &'static str, wanted: Day) -> Result<Vec<Document>, Fault> {
    let url = format!("{}/{name}", ctx.account.base_url(URL));
    let request = Request::get("rates", url)
        .header("accept", "text/xml, application/zip")
        .bytes_max(FILE_BYTES_MAX);
    let bytes = ctx.http.send(request)?.bytes()?;
    let mut documents: Vec<Document> = Vec::new();
    let mut problems = Vec::new();
    let mut emit = |found: Found| {
        match found {
            Found::Records { records, .. } => documents.extend(to_document(records, wanted)),
            Found::Notice { what, .. } => problems.push(Problem::Doubt { what }),
            Found::Unknown { kind, name, .. } => problems.push(Problem::Unknown { kind, name }),
            Found::Refused(refusal) => {
                problems.push(Problem::Unread { path: refusal.column, what: refusal.reason })
            }
        }
        Ok(())
    };
    file::read_bytes(bytes, &mut emit).map_err(|fault| to_fault(name, fault))?;
    // What is odd about years that nobody asked for is nobody's concern.
    if !problems.is_empty() && name != HISTORY {
        let key = name.to_owned();
        documents.push(Document { key, problems, ..Document::default() });
    }
    Ok(documents)
}

fn to_document(records: Vec<Record>, wanted: Day) -> Option<Document> {
    let day = records.iter().find_map(|record| match record {
        Record::Rate(rate) => Some(rate.day),
        _ => None,
    });
    let day = day.filter(|day| *day >= wanted)?;
    Some(Document { key: day.to_string(), records, ..Document::default() })
}

/// A page in the place of the file is maintenance; half a file comes whole the next time.
fn to_fault(name: &str, fault: FileFault) -> Fault {
    match fault {
        FileFault::NotThisFormat { .. } => Fault::transient(format!(
            "The European Central Bank sent something else than {name}; we ask again."
        )),
        FileFault::Broken { what } => Fault::transient(what),
        FileFault::Read(fault) => Fault::transient(fault.to_string()),
        FileFault::Stopped => Fault::Stopped,
    }
}

#[cfg(test)]
mod tests;
