//! What a reading of a channel means. A channel's number is an observation: it confirms what we
//! wrote, or what orders did, or is nothing of ours (STOCK.md, step E).
//!
//! A reading is judged once it has settled: when all orders made before it are here.
//! No two clocks are compared: what orders tell of their own time is of the channel's clock, and
//! that may be another. Only what was learned before and after the reading counts.

use crate::domain::stock::plan::Tool;

/// What is known of a listing when a reading of it has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The most that it could sell, less all sales known by now; `None` where it was never read.
    pub sellable: Option<i64>,
    /// By how much that may be too many.
    pub slop: i64,
    /// Units of orders that were first seen since the reading began: made before or after it.
    pub seen_since: i64,
    /// Units called off since the last reading, which some channels put back and some do not.
    pub called_off: i64,
    pub write: Option<Written>,
}

/// A number that we wrote, of which nobody knows whether it has taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub tool: Tool,
    pub to: i64,
    /// Units that orders have taken since it was sent.
    pub sold: i64,
    /// Whether it must have taken effect by the reading, if it ever will.
    pub is_overdue: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// As it should be.
    Same,
    /// What we wrote is live.
    Confirmed,
    /// What we wrote is not live yet, or nobody can tell: a later reading will.
    NotYet,
    /// What we wrote never took effect.
    Lost,
    /// Nothing of ours explains it; what should have been there.
    Foreign { expected: i64 },
}

/// What a settled reading of `live` units means.
pub fn judge(live: i64, standing: &Standing) -> Meaning {
    let Some(sellable) = standing.sellable else { return judge_first(live, standing) };
    let is_as_before = is_as_before(live, standing);
    let Some(write) = standing.write else {
        return if is_as_before { Meaning::Same } else { Meaning::Foreign { expected: sellable } };
    };
    let is_as_written = is_as_written(live, standing, &write);
    match (is_as_written, is_as_before) {
        // Nothing stays nothing, whether the write is still to come or not.
        (true, true) if live <= 0 && write.to == 0 => Meaning::Confirmed,
        (true, true) if write.is_overdue => Meaning::Confirmed,
        (true, false) => Meaning::Confirmed,
        (_, true) if write.is_overdue => Meaning::Lost,
        (_, true) => Meaning::NotYet,
        (false, false) => Meaning::Foreign { expected: write.to },
    }
}

/// Of what was never read, only a quiet moment tells; and of what was written before any reading
/// settled, only one for which it cannot be under way any more.
fn judge_first(live: i64, standing: &Standing) -> Meaning {
    let is_quiet = standing.seen_since == 0;
    match standing.write {
        None if is_quiet => Meaning::Same,
        Some(write) if write.is_overdue && is_as_written(live, standing, &write) => {
            Meaning::Confirmed
        }
        Some(write) if write.is_overdue && is_quiet => Meaning::Lost,
        _ => Meaning::NotYet,
    }
}

/// Set, and bought from since by at most what was sold since, or given back what was called off.
fn is_as_written(live: i64, standing: &Standing, write: &Written) -> bool {
    let least = write.to.saturating_sub(write.sold);
    (least..=write.to.saturating_add(standing.called_off)).contains(&live)
}

/// The most that it can sell after a settled reading that means something, and by how much that
/// may be too many.
pub fn after(live: i64, standing: &Standing, meaning: Meaning) -> (i64, i64) {
    let off = standing.called_off;
    let bound = standing.sellable.map(|sellable| match (standing.write, meaning) {
        (Some(write), Meaning::Confirmed) => after_write(live, standing, (sellable, write)),
        _ => (sellable, standing.slop),
    });
    // What was called off may have been put back after the reading.
    let most = live.saturating_add(off);
    match bound {
        // Known as exactly as before.
        Some((bound, slop)) if bound < most => (bound, slop.saturating_add(off)),
        _ => (most, standing.seen_since.saturating_add(off)),
    }
}

/// The most that is left of a write that took effect, and by how much that may be too many.
fn after_write(live: i64, standing: &Standing, (sellable, write): (i64, Written)) -> (i64, i64) {
    match write.tool {
        Tool::PlainSet => (sellable.saturating_add(write.to), standing.slop),
        Tool::CompareAndSet => {
            let before = sellable.saturating_add(write.sold).max(write.to);
            let most = before.saturating_sub(write.sold);
            // Where it took effect for sure, nothing was sold between what was expected and it.
            let least = write.to.saturating_sub(write.sold).saturating_add(standing.called_off);
            match is_as_before(live, standing) {
                true => (most, most.saturating_sub(least).max(0)),
                false => (most.min(least), 0),
            }
        }
    }
}

/// Whether a reading fits a channel that nobody but buyers touched.
fn is_as_before(live: i64, standing: &Standing) -> bool {
    let Some(sellable) = standing.sellable else { return true };
    let low = sellable.saturating_sub(standing.called_off).saturating_sub(standing.slop);
    (low..=sellable.saturating_add(standing.seen_since)).contains(&live)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: Standing =
        Standing { sellable: Some(5), slop: 0, seen_since: 0, called_off: 0, write: None };

    fn plain(to: i64, sold: i64, is_overdue: bool) -> Option<Written> {
        Some(Written { tool: Tool::PlainSet, to, sold, is_overdue })
    }

    #[test]
    fn without_a_write_it_is_what_orders_left_or_somebody_elses() {
        assert_eq!(judge(5, &STANDING), Meaning::Same);
        assert_eq!(judge(4, &STANDING), Meaning::Foreign { expected: 5 });
        assert_eq!(judge(6, &STANDING), Meaning::Foreign { expected: 5 });
        // One order was seen since the reading began: it may have shown five or six.
        let later = Standing { seen_since: 1, ..STANDING };
        assert_eq!((judge(6, &later), judge(5, &later)), (Meaning::Same, Meaning::Same));
        assert_eq!(after(6, &later, Meaning::Same), (5, 0));
        assert_eq!(judge(4, &later), Meaning::Foreign { expected: 5 });
        let new = Standing { sellable: None, ..STANDING };
        assert_eq!((judge(3, &new), after(3, &new, Meaning::Same)), (Meaning::Same, (3, 0)));
        let busy = Standing { seen_since: 1, ..new };
        assert_eq!(judge(3, &busy), Meaning::NotYet);
        // Written before any reading settled: what it shows may be from before.
        let first = |is_overdue| Standing { write: plain(9, 0, is_overdue), ..new };
        assert_eq!([3, 9].map(|live| judge(live, &first(false))), [Meaning::NotYet; 2]);
        assert_eq!(judge(9, &first(true)), Meaning::Confirmed);
        assert_eq!(judge(3, &first(true)), Meaning::Lost);
        assert_eq!(judge(3, &Standing { seen_since: 1, ..first(true) }), Meaning::NotYet);
    }

    #[test]
    fn a_channel_may_put_back_what_was_called_off_or_not() {
        let off = Standing { called_off: 2, ..STANDING };
        for live in [3, 4, 5] {
            assert_eq!(judge(live, &off), Meaning::Same, "{live}");
            // Maybe it puts them back only now.
            assert_eq!(after(live, &off, Meaning::Same), (5, 2));
        }
        let unsure = Standing { slop: 2, ..STANDING };
        assert_eq!((judge(3, &unsure), after(3, &unsure, Meaning::Same)), (Meaning::Same, (3, 0)));
        assert_eq!(judge(2, &off), Meaning::Foreign { expected: 5 });
        assert_eq!(judge(6, &off), Meaning::Foreign { expected: 5 });
    }

    #[test]
    fn i08_a_write_is_confirmed_by_what_is_live_and_by_nothing_else() {
        let raised = |sold, is_overdue| Standing { write: plain(9, sold, is_overdue), ..STANDING };
        assert_eq!(judge(9, &raised(0, false)), Meaning::Confirmed);
        // Two were bought since: seven of nine, or three of five.
        let sold = Standing { sellable: Some(3), ..raised(2, false) };
        assert_eq!(judge(7, &sold), Meaning::Confirmed);
        assert_eq!(judge(3, &sold), Meaning::NotYet);
        assert_eq!(judge(3, &Standing { write: plain(9, 2, true), ..sold }), Meaning::Lost);
        assert_eq!(judge(6, &sold), Meaning::Foreign { expected: 9 });
        assert_eq!(judge(5, &raised(0, false)), Meaning::NotYet);
    }

    #[test]
    fn what_could_be_both_waits_until_it_can_only_be_one() {
        // From six to five, and one was sold: five either way.
        let either = Standing { write: plain(5, 1, false), ..STANDING };
        assert_eq!(judge(5, &either), Meaning::NotYet);
        let late = Standing { write: plain(5, 1, true), ..STANDING };
        assert_eq!(judge(5, &late), Meaning::Confirmed);
        // Nothing is nothing.
        let emptied = Standing { sellable: Some(0), write: plain(0, 1, false), ..STANDING };
        assert_eq!(judge(0, &emptied), Meaning::Confirmed);
    }

    #[test]
    fn what_is_left_is_the_least_of_what_is_sure() {
        // From nothing to four; one was bought and seen since, maybe after the reading.
        let filled =
            Standing { sellable: Some(-1), seen_since: 1, write: plain(4, 1, false), ..STANDING };
        assert_eq!(after(4, &filled, Meaning::Confirmed), (3, 0));
        assert_eq!(after(3, &filled, Meaning::Confirmed), (3, 1));
        // Emptied: what was unsold is no longer offered, whenever sales were seen.
        let emptied = Standing { seen_since: 2, write: plain(0, 2, false), ..STANDING };
        assert_eq!(after(0, &emptied, Meaning::Confirmed), (0, 2));
        let swapped = Standing {
            sellable: Some(2),
            write: Some(Written { tool: Tool::CompareAndSet, to: 6, sold: 1, is_overdue: false }),
            ..STANDING
        };
        assert_eq!(after(6, &swapped, Meaning::Confirmed), (5, 0));
        assert_eq!(after(5, &swapped, Meaning::Confirmed), (5, 0));
    }
}
