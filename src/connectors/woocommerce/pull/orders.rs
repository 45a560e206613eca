//! Orders, with their refunds: once from the beginning, then what changed. A turn looks back
//! behind the last one's beginning, because plugins write fees a little later, and the shop's
//! lists lag.

use serde::{Deserialize, Serialize};

use super::super::client::{Shop, stamp};
use super::super::document::{self, FIELDS};
use super::super::list::{self, Walk};
use super::super::spec::ORDERS;
use super::fresh::Fresh;
use super::sweep::BACK_S;
use crate::base::Instant;
use crate::connectors::contract::{Cursor, Document, Page, Problem, Progress};
use crate::connectors::fault::Fault;

const PLACE_VERSION: u32 = 1;
/// Seconds that each turn looks back.
const OVERLAP_S: i64 = 15 * 60;
/// Fees are written up to an hour after the payment, and do not always move the day of change.
const WIDE_OVERLAP_S: i64 = 75 * 60;
const WIDE_EVERY_S: i64 = 10 * 60;
/// Orders of one page whose refunds are asked for; the rest of the page comes with the next.
const REFUND_CALLS_MAX: u32 = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Before the first call of the last turn that came to its end, by the shop's clock.
    done_at: Option<Instant>,
    /// The same, of the last that looked back further.
    wide_at: Option<Instant>,
    /// What was noted for the nightly look.
    #[serde(default)]
    fresh: Fresh,
    /// The turn under way; `None` between turns.
    turn: Option<Turn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Turn {
    begun_at: Instant,
    /// What changed since; `None` for the first load.
    changed_after: Option<Instant>,
    wide: bool,
    walk: Walk,
}

/// # Errors
/// What the shop says.
pub fn pull(shop: &Shop<'_, '_>, from: &Cursor) -> Result<Page, Fault> {
    let mut place: Place = from.read(PLACE_VERSION)?.unwrap_or_default();
    let is_new = place.turn.is_none();
    let mut turn = place.turn.clone().unwrap_or_else(|| begin(&place, shop.ctx.clock.now()));
    let filter = filter(&turn, shop.ctx.since);
    let mut listed = list::fetch(shop, (ORDERS, "orders"), &filter, &turn.walk)?;
    if is_new {
        turn.begun_at = listed.at;
    }
    let (mut documents, n_taken) = document::read_orders(shop, &listed.items, REFUND_CALLS_MAX)?;
    if n_taken < listed.items.len() {
        listed.next = Some(listed.cut(&turn.walk, n_taken));
    }
    let since = shop.ctx.clock.now().plus_seconds(-BACK_S);
    place.fresh.note(shop, &listed.items[..n_taken], since)?;
    documents.extend(listed.hole.map(tell_hole));
    let total = listed.total;
    let done = listed.next.as_ref().map(|walk| walk.offset).or(total).unwrap_or(0);
    let is_first = turn.changed_after.is_none();
    let progress = is_first.then_some(Progress { done, total });
    let more = listed.next.is_some();
    let next = match listed.next {
        Some(walk) => Place { turn: Some(Turn { walk, ..turn }), ..place },
        None => Place {
            done_at: Some(turn.begun_at),
            wide_at: if turn.wide { Some(turn.begun_at) } else { place.wide_at },
            turn: None,
            ..place
        },
    };
    let next = Cursor::write(PLACE_VERSION, &next)?;
    Ok(Page { documents, next, more, progress, wait: None })
}

fn begin(place: &Place, now: Instant) -> Turn {
    let wide = place.wide_at.is_none_or(|at| now >= at.plus_seconds(WIDE_EVERY_S));
    let back = if wide { WIDE_OVERLAP_S } else { OVERLAP_S };
    Turn {
        begun_at: now,
        changed_after: place.done_at.map(|at| at.plus_seconds(-back)),
        wide,
        walk: Walk::default(),
    }
}

/// Both bounds leave out what lies exactly on them.
fn filter(turn: &Turn, since: Instant) -> Vec<(&'static str, String)> {
    let bound = match turn.changed_after {
        Some(at) => ("modified_after", stamp(at)),
        None => ("after", stamp(since.plus_seconds(-1))),
    };
    vec![bound, ("dates_are_gmt", "true".to_owned()), ("_fields", FIELDS.to_owned())]
}

/// A place of the list at which the shop fails by itself.
pub fn tell_hole(offset: u64) -> Document {
    let what = format!(
        "The shop fails at the order at place {offset} of its list (by id), so it is missing here. \
         What its log says (WooCommerce, Status, Logs) tells why."
    );
    let problems = vec![Problem::Unread { path: format!("orders[{offset}]"), what }];
    Document { key: format!("place {offset}"), problems, ..Document::default() }
}
