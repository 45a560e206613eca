//! What Amazon posted: sales with their fees, refunds, account fees, in windows of time. The
//! newest are incomplete and some come weeks late, so each turn looks two days back, and one turn
//! of a day forty-five.

pub mod balances;
mod normalise;
mod wire;
mod words;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::call;
use super::region::Seller;
use crate::base::Instant;
use crate::connectors::contract::{Cursor, Document, Kept, Page, Progress};
use crate::connectors::ctx::{Account, Ctx};
use crate::connectors::fault::Fault;
use crate::connectors::kit::http::Method;
use crate::connectors::kit::walk::{Window, Windows};
use crate::connectors::spec::Stream;

const PATH: &str = "/finances/2024-06-19/transactions";
const DAY: Duration = Duration::from_secs(86_400);
/// Beyond 180 days Amazon answers with nothing; a month keeps the pages few.
const SPAN: Duration = DAY.saturating_mul(30);
/// How far back the turn looks that finds what came late.
const LATE: Duration = DAY.saturating_mul(45);
/// Both ends lie more than two minutes in the past.
const LAG: Duration = Duration::from_secs(180);
/// As far back as Amazon tells (orders.rs: two years).
const HISTORY_S_MAX: i64 = 730 * 86_400;
const PLACE_VERSION: u32 = 1;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Place {
    window: Window,
    /// When the last turn began that looked far back.
    late_at: Instant,
    /// Whether the window is done and the next turn begins behind it.
    done: bool,
}

#[derive(Deserialize)]
struct Answer {
    payload: Payload,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    next_token: Option<String>,
    #[serde(default)]
    transactions: Vec<Box<RawValue>>,
}

/// # Errors
/// As `call::send`.
pub fn pull(
    ctx: &Ctx<'_>,
    _: &Seller<'_>,
    (stream, from): (&Stream, &Cursor),
) -> Result<Page, Fault> {
    let now = ctx.clock.now();
    let usual = Duration::from_secs(u64::from(stream.overlap_s));
    let since = ctx.since.max(now.plus_seconds(-HISTORY_S_MAX));
    let place = begin(from.read(PLACE_VERSION)?, (since, now), usual);
    let window = &place.window;
    let mut request = call::request(ctx, (Method::Get, "transactions"), PATH)?
        .query("postedAfter", &window.from.to_string())
        .query("postedBefore", &window.to.to_string());
    if let Some(token) = &window.page {
        request = request.query("nextToken", token);
    }
    let restart = || {
        let window = Window { page: None, ..window.clone() };
        Cursor::write(PLACE_VERSION, &Place { window, ..place.clone() })
    };
    let mut answer = match window.page {
        Some(_) => call::send_page(ctx, request, restart)?,
        None => call::send(ctx, request)?,
    };
    let wire: Answer = answer.json()?;
    let documents = wire
        .payload
        .transactions
        .iter()
        .map(|raw| normalise::document(raw, &ctx.account.zone))
        .collect();
    // A page may be empty although others follow: only the token tells.
    let token = wire.payload.next_token.filter(|token| !token.is_empty());
    let (next, more) = go_on(&place, token, now);
    Ok(Page {
        documents,
        progress: Some(progress(since, &next.window, now)),
        next: Cursor::write(PLACE_VERSION, &next)?,
        more,
        wait: None,
    })
}

/// # Errors
/// `Drift` where what was kept is no JSON.
pub fn replay(account: &Account, kept: &Kept<'_>) -> Result<Document, Fault> {
    Ok(normalise::document(&kept.read::<Box<RawValue>>()?, &account.zone))
}

fn windows(overlap: Duration) -> Windows {
    Windows { span: SPAN, overlap, lag: LAG }
}

/// Where this page stands: at the beginning, within a turn, or at the first of a new turn.
fn begin(known: Option<Place>, (since, now): (Instant, Instant), usual: Duration) -> Place {
    match known {
        None => Place { window: windows(usual).first(since, now), late_at: now, done: false },
        Some(place) if place.done => {
            let is_late_due = now.since(place.late_at) >= DAY;
            let overlap = if is_late_due { LATE } else { usual };
            let mut window = windows(overlap).again(&place.window, now);
            window.from = window.from.max(since.min(window.to));
            let late_at = if is_late_due { now } else { place.late_at };
            Place { window, late_at, done: false }
        }
        Some(place) => place,
    }
}

fn go_on(place: &Place, token: Option<String>, now: Instant) -> (Place, bool) {
    if token.is_some() {
        let window = Window { page: token, ..place.window.clone() };
        return (Place { window, ..place.clone() }, true);
    }
    let done = Window { page: None, ..place.window.clone() };
    // Of a window that ends with the present no sliver follows in the same turn.
    let follows = windows(Duration::ZERO).next(&done, now);
    match follows.filter(|next| next.to.since(next.from) >= LAG) {
        Some(window) => (Place { window, ..place.clone() }, true),
        None => (Place { window: done, done: true, ..place.clone() }, false),
    }
}

/// Days of the history that are read.
fn progress(since: Instant, window: &Window, now: Instant) -> Progress {
    let days = |from: Instant, to: Instant| to.since(from).as_secs() / DAY.as_secs();
    Progress { done: days(since, window.from), total: Some(days(since, now)) }
}
