//! Reports of Amazon's warehouses, in windows of days or months that follow one another.

use serde::{Deserialize, Serialize};

use super::{Came, Step, Wanted, days_before, go_on, midnight};
use crate::base::Instant;
use crate::base::Zone;
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::api::spec;
use crate::connectors::amazon::fba::{ledger, reimbursements, returns, storage};
use crate::connectors::contract::{Cursor, Page, Progress, ReadFile};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;
use crate::domain::record::Record;

/// What one report may cover, wherever nothing else is known.
const SPAN_DAYS: i32 = 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Days,
    /// What is charged by the month is told whole by a report of the whole month.
    Month,
}

/// The ledger reaches eighteen months back; what is asked beyond comes back empty.
const HISTORY_S_MAX: i64 = 540 * 86_400;
/// Reports of yesterday are whole; today's are not.
const LAG_S: i64 = 3_600;
const PLACE_VERSION: u32 = 1;

pub struct Daily {
    slug: &'static str,
    kind: &'static str,
    read: ReadFile,
    span: Span,
    /// Whether a record of it is taken.
    takes: fn(&Record) -> bool,
}

static DAILY: [Daily; 5] = [
    Daily {
        slug: spec::RETURNS,
        kind: "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
        read: returns::read,
        span: Span::Days,
        takes: |_| true,
    },
    // Their money is told by the finances; here only what came in its place is new.
    Daily {
        slug: spec::REIMBURSEMENTS,
        kind: "GET_FBA_REIMBURSEMENTS_DATA",
        read: reimbursements::read,
        span: Span::Days,
        takes: |record| !matches!(record, Record::Charge(_)),
    },
    Daily {
        slug: spec::LEDGER,
        kind: "GET_LEDGER_DETAIL_VIEW_DATA",
        read: ledger::read,
        span: Span::Days,
        takes: |_| true,
    },
    // What a month's storage will cost, days or weeks before it is charged; it gives way to that.
    Daily {
        slug: spec::STORAGE,
        kind: "GET_FBA_STORAGE_FEE_CHARGES_DATA",
        read: storage::read_monthly,
        span: Span::Month,
        takes: |_| true,
    },
    Daily {
        slug: spec::LONG_STORAGE,
        kind: "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
        read: storage::read_long_term,
        span: Span::Month,
        takes: |_| true,
    },
];

pub fn find(slug: &str) -> Option<&'static Daily> {
    DAILY.iter().find(|daily| daily.slug == slug)
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    from: Instant,
    to: Instant,
    step: Step,
    done: bool,
}

/// # Errors
/// As `call::send`.
pub fn pull(
    ctx: &Ctx<'_>,
    seller: &Seller<'_>,
    (daily, from): (&Daily, &Cursor),
) -> Result<Page, Fault> {
    let now = ctx.clock.now();
    let since = midnight(ctx.since.max(now.plus_seconds(-HISTORY_S_MAX)));
    let overlap_s = spec::SPEC.find_stream(daily.slug).map_or(0, |stream| stream.overlap_s);
    let place = begin(from.read(PLACE_VERSION)?, daily.span, ((since, now), overlap_s));
    let wanted = Wanted { kind: daily.kind, span: Some((place.from, place.to)) };
    let came = go_on(ctx, seller, (&place.step, &wanted, daily.read))?;
    let (next, mut documents, (more, wait)) = match came {
        Came::Not(step, wait) => (Place { step, ..place }, Vec::new(), (true, wait)),
        Came::Done(documents) => {
            let (next, more) = after(&place, daily.span, now);
            (next, documents, (more, None))
        }
    };
    for document in &mut documents {
        document.records.retain(daily.takes);
    }
    let days = |from: Instant, to: Instant| to.since(from).as_secs() / 86_400;
    let done = if next.done { next.to } else { next.from };
    let progress = Progress { done: days(since, done), total: Some(days(since, now)) };
    let next = Cursor::write(PLACE_VERSION, &next)?;
    Ok(Page { documents, next, more, wait, progress: Some(progress) })
}

fn window(from: Instant, span: Span, now: Instant) -> Place {
    let end = now.plus_seconds(-LAG_S);
    let (from, to) = match span {
        Span::Days => {
            let from = midnight(from.min(end));
            (from, days_before(from, -SPAN_DAYS))
        }
        Span::Month => {
            let first = from.min(end).day_in(&Zone::utc()).first_of_month();
            let start = |day| Instant::start_of(day, &Zone::utc());
            (start(first), start(first.plus_months(1)))
        }
    };
    Place { from, to: to.min(end).max(from), step: Step::Ask, done: false }
}

fn begin(
    known: Option<Place>,
    span: Span,
    ((since, now), overlap_s): ((Instant, Instant), u32),
) -> Place {
    match known {
        None => window(since, span, now),
        Some(place) if place.done => {
            let back = place.to.plus_seconds(-i64::from(overlap_s));
            window(back.max(since), span, now)
        }
        Some(place) => place,
    }
}

fn after(place: &Place, span: Span, now: Instant) -> (Place, bool) {
    let next = window(place.to, span, now);
    match next.to.since(place.to).as_secs() >= 86_400 {
        true => (next, true),
        false => (Place { step: Step::Ask, done: true, ..place.clone() }, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_one_another_to_the_present() {
        let since = Instant::parse("2026-01-01T00:00:00Z").unwrap();
        let now = Instant::parse("2026-03-20T09:00:00Z").unwrap();
        let mut place = begin(None, Span::Days, ((since, now), 0));
        assert_eq!(place.from, since);
        let mut windows = 1;
        while let (next, true) = after(&place, Span::Days, now) {
            assert!(next.from <= place.to, "no gap");
            place = next;
            windows += 1;
        }
        assert_eq!((windows, place.to), (3, now.plus_seconds(-LAG_S)));
        let (done, _) = after(&place, Span::Days, now);
        let later = (since, now.plus_seconds(86_400));
        let again = begin(Some(done), Span::Days, (later, 14 * 86_400));
        assert_eq!(again.from.to_string(), "2026-03-06T00:00:00Z");
    }

    #[test]
    fn what_is_charged_by_the_month_is_asked_for_by_whole_months() {
        let since = Instant::parse("2026-01-17T00:00:00Z").unwrap();
        let now = Instant::parse("2026-03-20T09:00:00Z").unwrap();
        let mut place = begin(None, Span::Month, ((since, now), 0));
        let mut asked = vec![(place.from.to_string(), place.to.to_string())];
        while let (next, true) = after(&place, Span::Month, now) {
            place = next;
            asked.push((place.from.to_string(), place.to.to_string()));
        }
        let (done, _) = after(&place, Span::Month, now);
        let months = [
            ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
            ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-03-01T00:00:00Z", "2026-03-20T08:00:00Z"),
        ];
        assert_eq!(asked, months.map(|(from, to)| (from.to_owned(), to.to_owned())));
        // The month before is told by the middle of this one.
        let again = begin(Some(done), Span::Month, ((since, now), 45 * 86_400));
        assert_eq!(again.from.to_string(), "2026-02-01T00:00:00Z");
    }
}
