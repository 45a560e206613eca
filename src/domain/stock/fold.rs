//! Events → units on hand. A count says how many there were at its time, so that an earlier event
//! that is learned later does not break it (STOCK, I1 and I22).

use crate::base::Instant;
use crate::domain::stock::event::{Change, Event};

/// What the events up to some moment come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OnHand {
    /// May be negative: more went than was known to be there.
    pub units: i64,
    /// Of the newest event in it.
    pub last: Option<(Instant, i64)>,
}

impl OnHand {
    /// With an event that is newer than all that are in it; `None` where it is not, or the sum
    /// is more than can be written down.
    #[must_use]
    pub fn with(self, event: &Event) -> Option<Self> {
        let at = (event.occurred_at, event.id);
        if self.last.is_some_and(|last| at <= last) {
            return None;
        }
        let units = match event.change {
            Change::Delta(delta) => self.units.checked_add(delta)?,
            Change::Count(counted) => counted,
        };
        Some(Self { units, last: Some(at) })
    }
}

/// Folds events of one variant, place and lot, in whatever order they come. Those that were
/// undone are left out by the caller. `None` where the sum cannot be written down.
pub fn fold(events: &mut [Event]) -> Option<OnHand> {
    events.sort_unstable_by_key(|event| (event.occurred_at, event.id));
    events.iter().try_fold(OnHand::default(), |on_hand, event| on_hand.with(event))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn event(id: i64, at: i64, change: Change) -> Event {
        Event { id, occurred_at: Instant(at), change }
    }

    #[test]
    fn i22_a_count_stands_against_an_earlier_event_that_is_learned_later() {
        let mut events = vec![event(1, 10, Change::Delta(5)), event(2, 30, Change::Count(4))];
        assert_eq!(fold(&mut events).unwrap().units, 4);
        events.push(event(3, 20, Change::Delta(-3)));
        assert_eq!(fold(&mut events).unwrap().units, 4);
        events.push(event(4, 31, Change::Delta(-3)));
        assert_eq!(fold(&mut events).unwrap().units, 1);
    }

    #[test]
    fn of_one_instant_the_later_written_counts_last() {
        let mut events = vec![event(2, 10, Change::Count(7)), event(1, 10, Change::Delta(-1))];
        assert_eq!(fold(&mut events).unwrap().units, 7);
        let mut events = vec![event(1, 10, Change::Count(7)), event(2, 10, Change::Delta(-1))];
        assert_eq!(fold(&mut events).unwrap().units, 6);
    }

    #[test]
    fn a_sum_that_cannot_be_written_down_is_none() {
        let mut events = vec![event(1, 1, Change::Delta(i64::MAX)), event(2, 2, Change::Delta(1))];
        assert_eq!(fold(&mut events), None);
    }

    fn changes() -> impl Strategy<Value = Vec<(i64, Change)>> {
        let change = prop_oneof![
            4 => (-9_i64..9).prop_map(Change::Delta),
            1 => (0_i64..20).prop_map(Change::Count),
        ];
        prop::collection::vec((0_i64..12, change), 0..40)
    }

    proptest! {
        /// Whatever the order in which events are learned, and folded bit by bit or at once.
        #[test]
        fn i1_on_hand_is_the_fold_of_any_prefix(changes in changes(), seed in any::<u64>()) {
            let mut events: Vec<Event> = changes
                .iter()
                .enumerate()
                .map(|(index, (at, change))| event(index as i64, *at, *change))
                .collect();
            let whole = fold(&mut events.clone()).unwrap();
            // Another order of the same.
            let mut seed = seed;
            for index in (1..events.len()).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                events.swap(index, (seed >> 33) as usize % (index + 1));
            }
            prop_assert_eq!(fold(&mut events.clone()).unwrap(), whole);
            events.sort_unstable_by_key(|event| (event.occurred_at, event.id));
            let mut grown = OnHand::default();
            for count in 0..events.len() {
                grown = grown.with(&events[count]).unwrap();
                prop_assert_eq!(fold(&mut events[..=count].to_vec()).unwrap(), grown);
            }
        }
    }
}
