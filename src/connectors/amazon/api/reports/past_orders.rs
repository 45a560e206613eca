//! Orders by report: the past in months, the newest first, and from then on the last days again
//! and again. Lists of orders may leave one out, and do not tell the country of delivery; the
//! report does both, without naming anybody.

use serde::{Deserialize, Serialize};

use super::{Came, Step, Wanted, days_before, go_on, midnight};
use crate::base::Instant;
use crate::connectors::amazon::api::region::Seller;
use crate::connectors::amazon::orders;
use crate::connectors::contract::{Cursor, Page, Progress};
use crate::connectors::ctx::Ctx;
use crate::connectors::fault::Fault;

const BY_PURCHASE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL";
const BY_UPDATE: &str = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL";
/// What one report may cover.
const SPAN_DAYS: i32 = 30;
const AGAIN_DAYS: i32 = 7;
/// As far back as Amazon tells.
const HISTORY_S_MAX: i64 = 730 * 86_400;
const LAG_S: i64 = 180;
const PLACE_VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    from: Instant,
    to: Instant,
    step: Step,
    /// Up to when all is known; `None` while the past is being read.
    known: Option<Instant>,
    /// The end of the first, newest month.
    newest: Instant,
}

/// # Errors
/// As `call::send`.
pub fn pull(ctx: &Ctx<'_>, seller: &Seller<'_>, from: &Cursor) -> Result<Page, Fault> {
    let now = ctx.clock.now();
    let since = midnight(ctx.since.max(now.plus_seconds(-HISTORY_S_MAX)));
    let place = begin(from.read(PLACE_VERSION)?, (since, now));
    let kind = if place.known.is_some() { BY_UPDATE } else { BY_PURCHASE };
    let wanted = Wanted { kind, span: Some((place.from, place.to)) };
    let came = go_on(ctx, seller, (&place.step, &wanted, orders::read))?;
    let (next, documents, (more, wait)) = match came {
        Came::Not(step, wait) => (Place { step, ..place }, Vec::new(), (true, wait)),
        Came::Done(documents) => {
            let (next, more) = after(&place, (since, now));
            (next, documents, (more, None))
        }
    };
    let progress = progress(&next, (since, now));
    Ok(Page { documents, next: Cursor::write(PLACE_VERSION, &next)?, more, wait, progress })
}

fn begin(known: Option<Place>, (since, now): (Instant, Instant)) -> Place {
    let end = now.plus_seconds(-LAG_S);
    match known {
        None => {
            let from = days_before(end, SPAN_DAYS - 1).max(since).min(end);
            Place { from, to: end, step: Step::Ask, known: None, newest: end }
        }
        // A turn was ended: the days before its end again, and on from there.
        Some(place) if place.step == Step::Ask && place.known == Some(place.to) => {
            let from = days_before(place.to, AGAIN_DAYS).max(since).min(end);
            let to = days_before(from, -SPAN_DAYS).min(end).max(from);
            Place { from, to, ..place }
        }
        Some(place) => place,
    }
}

/// The month before, until the beginning is reached; then what was updated since, in turns.
fn after(place: &Place, (since, now): (Instant, Instant)) -> (Place, bool) {
    if place.known.is_none() && place.from > since {
        let from = days_before(place.from, SPAN_DAYS).max(since);
        return (Place { from, to: place.from, step: Step::Ask, ..place.clone() }, true);
    }
    let reached = if place.known.is_none() { place.newest } else { place.to };
    let next =
        Place { from: reached, to: reached, step: Step::Ask, known: Some(reached), ..*place };
    // After a long sleep there is more than one report can hold.
    let is_behind = now.since(reached).as_secs() > 86_400 && place.known.is_some();
    (next, is_behind)
}

fn progress(place: &Place, (since, now): (Instant, Instant)) -> Option<Progress> {
    let days = |from: Instant, to: Instant| to.since(from).as_secs() / 86_400;
    let total = days(since, now);
    let done = if place.known.is_some() { total } else { days(place.to, now) };
    Some(Progress { done, total: Some(total) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn months_follow_one_another_back_to_the_beginning_without_a_gap() {
        let (since, now) = (at("2026-01-10T00:00:00Z"), at("2026-04-01T12:00:00Z"));
        let mut place = begin(None, (since, now));
        assert_eq!(place.to, now.plus_seconds(-LAG_S));
        let mut windows = 1;
        loop {
            assert!(place.to.since(place.from).as_secs() <= 30 * 86_400);
            let (next, more) = after(&place, (since, now));
            if !more {
                assert_eq!(place.from, since);
                place = next;
                break;
            }
            assert_eq!(next.to, place.from);
            place = next;
            windows += 1;
        }
        assert_eq!(windows, 3);
        assert_eq!(place.known, Some(now.plus_seconds(-LAG_S)));
        let mut later = now.plus_seconds(60 * 86_400);
        let mut windows = 0;
        loop {
            let next = begin(Some(place.clone()), (since, later));
            assert!(next.from < place.to && next.to > place.to, "no gap after a long sleep");
            let (next, more) = after(&next, (since, later));
            (place, windows) = (next, windows + 1);
            if !more {
                break;
            }
        }
        assert_eq!(windows, 3, "60 days of sleep");
        later = later.plus_seconds(6 * 3_600);
        let turn = begin(Some(place), (since, later));
        assert_eq!(turn.to.since(turn.from).as_secs() / 86_400, 7);
    }
}
