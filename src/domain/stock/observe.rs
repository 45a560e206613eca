//! What a reading of a channel means. A channel's number is an observation: it confirms what we
//! wrote, or what orders did, or is nothing of ours (STOCK.md, step E).
//!
//! A reading is judged once it has settled: when all orders made before it are here.

/// What is known of a listing when a reading of it has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The most that it could sell, less all sales known by now; `None` where it was never read.
    pub sellable: Option<i64>,
    /// Units sold after the reading that are known by now.
    pub sold_after: i64,
    /// Units called off since the last reading, which some channels put back and some do not.
    pub called_off: i64,
    pub write: Option<Written>,
}

/// A number that we wrote, of which nobody knows whether it has taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
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
    /// What we wrote is not live yet: a later reading will tell.
    NotYet,
    /// What we wrote never took effect.
    Lost,
    /// Nothing of ours explains it; what should have been there.
    Foreign { expected: i64 },
}

/// What a settled reading of `live` units means.
pub fn judge(live: i64, standing: &Standing) -> Meaning {
    let Some(sellable) = standing.sellable else { return Meaning::Same };
    // At the moment of the reading, had nobody but buyers touched it.
    let expected = sellable.saturating_add(standing.sold_after);
    let is_as_before = live == expected
        || standing.called_off > 0 && (expected - standing.called_off..expected).contains(&live);
    let Some(write) = standing.write else {
        return if is_as_before { Meaning::Same } else { Meaning::Foreign { expected } };
    };
    let sold_before = (write.sold - standing.sold_after).max(0);
    // Set, and bought from since: by at most what was sold between the write and the reading.
    let is_as_written = (write.to - sold_before..=write.to).contains(&live);
    match (is_as_written, is_as_before) {
        // Zero stays zero, whether the write is still to come or not.
        (true, true) if live <= 0 && write.to == 0 => Meaning::Confirmed,
        (true, true) if write.is_overdue => Meaning::Confirmed,
        (true, false) => Meaning::Confirmed,
        (_, true) if write.is_overdue => Meaning::Lost,
        (_, true) => Meaning::NotYet,
        (false, false) => Meaning::Foreign { expected: write.to },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: Standing =
        Standing { sellable: Some(5), sold_after: 0, called_off: 0, write: None };

    fn written(to: i64, sold: i64, is_overdue: bool) -> Option<Written> {
        Some(Written { to, sold, is_overdue })
    }

    #[test]
    fn without_a_write_it_is_what_orders_left_or_somebody_elses() {
        assert_eq!(judge(5, &STANDING), Meaning::Same);
        assert_eq!(judge(4, &STANDING), Meaning::Foreign { expected: 5 });
        // One was sold after the reading: it still showed six.
        let later = Standing { sold_after: 1, ..STANDING };
        assert_eq!(judge(6, &later), Meaning::Same);
        assert_eq!(judge(5, &later), Meaning::Foreign { expected: 6 });
        assert_eq!(judge(3, &Standing { sellable: None, ..STANDING }), Meaning::Same);
    }

    #[test]
    fn a_channel_may_put_back_what_was_called_off_or_not() {
        let off = Standing { called_off: 2, ..STANDING };
        for live in [3, 4, 5] {
            assert_eq!(judge(live, &off), Meaning::Same, "{live}");
        }
        assert_eq!(judge(2, &off), Meaning::Foreign { expected: 5 });
        assert_eq!(judge(6, &off), Meaning::Foreign { expected: 5 });
    }

    #[test]
    fn i08_a_write_is_confirmed_by_what_is_live_and_by_nothing_else() {
        let raised =
            |sold, is_overdue| Standing { write: written(9, sold, is_overdue), ..STANDING };
        assert_eq!(judge(9, &raised(0, false)), Meaning::Confirmed);
        // Two were bought since: seven of nine, or three of five.
        let sold = Standing { sellable: Some(3), ..raised(2, false) };
        assert_eq!(judge(7, &sold), Meaning::Confirmed);
        assert_eq!(judge(3, &sold), Meaning::NotYet);
        assert_eq!(judge(3, &Standing { write: written(9, 2, true), ..sold }), Meaning::Lost);
        assert_eq!(judge(6, &sold), Meaning::Foreign { expected: 9 });
        assert_eq!(judge(5, &raised(0, false)), Meaning::NotYet);
    }

    #[test]
    fn what_could_be_both_waits_until_it_can_only_be_one() {
        // From six to five, and one was sold: five either way.
        let either = Standing { write: written(5, 1, false), ..STANDING };
        assert_eq!(judge(5, &either), Meaning::NotYet);
        let late = Standing { write: written(5, 1, true), ..STANDING };
        assert_eq!(judge(5, &late), Meaning::Confirmed);
        // Nothing is nothing.
        let emptied = Standing { sellable: Some(0), write: written(0, 1, false), ..STANDING };
        assert_eq!(judge(0, &emptied), Meaning::Confirmed);
    }
}
