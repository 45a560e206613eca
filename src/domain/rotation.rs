//! Which backups stay: the newest of each of the last 7 days, 4 weeks and 12 months on which there
//! is one. Pure.

use std::collections::BTreeSet;

use crate::base::Day;

const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 12;

/// Which of these may go, by their place in the list. They are given with the day on which each was
/// made, the newest first; a day may have several.
pub fn list_expired(made_on: &[Day]) -> Vec<usize> {
    let mut kept = BTreeSet::new();
    keep(made_on, DAYS, |day| day, &mut kept);
    keep(made_on, WEEKS, Day::monday, &mut kept);
    keep(made_on, MONTHS, Day::first_of_month, &mut kept);
    (0..made_on.len()).filter(|place| !kept.contains(place)).collect()
}

/// Keeps the first, which is the newest, of each of the newest `count` spans.
fn keep(made_on: &[Day], count: usize, span: fn(Day) -> Day, kept: &mut BTreeSet<usize>) {
    let mut spans: Vec<Day> = Vec::new();
    for (place, day) in made_on.iter().enumerate() {
        let of = span(*day);
        if !spans.contains(&of) {
            if spans.len() == count {
                return;
            }
            spans.push(of);
            kept.insert(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// What lies there after a backup on each of these days.
    fn live_through(days: impl Iterator<Item = Day>) -> Vec<Day> {
        let mut there: Vec<Day> = Vec::new();
        for day in days {
            there.insert(0, day);
            let expired = list_expired(&there);
            let mut place = 0;
            there.retain(|_| {
                place += 1;
                !expired.contains(&(place - 1))
            });
        }
        there
    }

    #[test]
    fn after_two_years_of_days_seven_days_four_weeks_and_twelve_months_are_left() {
        let first = day("2025-01-01");
        // 2026-12-31 is a Thursday.
        let there = live_through((0..730).map(|step| first.plus(step)));
        let expected = [
            "2026-12-31",
            "2026-12-30",
            "2026-12-29",
            "2026-12-28",
            "2026-12-27",
            "2026-12-26",
            "2026-12-25",
            "2026-12-20",
            "2026-12-13",
            "2026-11-30",
            "2026-10-31",
            "2026-09-30",
            "2026-08-31",
            "2026-07-31",
            "2026-06-30",
            "2026-05-31",
            "2026-04-30",
            "2026-03-31",
            "2026-02-28",
            "2026-01-31",
        ];
        assert_eq!(there, expected.map(day));
    }

    #[test]
    fn of_one_day_the_newest_stays() {
        let days = ["2026-11-20", "2026-11-20", "2026-11-20", "2026-11-19"].map(day);
        assert_eq!(list_expired(&days), [1, 2]);
        assert!(list_expired(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn the_newest_stays_few_stay_and_what_stays_stays(
            mut steps in proptest::collection::vec(0..900_i32, 0..80)
        ) {
            steps.sort_by(|a, b| b.cmp(a));
            let first = day("2024-01-01");
            let days: Vec<Day> = steps.iter().map(|step| first.plus(*step)).collect();
            let expired = list_expired(&days);
            prop_assert!(!expired.contains(&0));
            let stays = |place: &usize| !expired.contains(place);
            let kept: Vec<Day> = (0..days.len()).filter(stays).map(|place| days[place]).collect();
            prop_assert!(kept.len() <= DAYS + WEEKS + MONTHS);
            prop_assert!(list_expired(&kept).is_empty());
            // Each of the newest spans has its newest.
            let mut distinct = days.clone();
            distinct.dedup();
            for day in distinct.iter().take(DAYS) {
                prop_assert!(kept.contains(day));
            }
            let mut months: Vec<Day> = days.iter().map(|day| day.first_of_month()).collect();
            months.dedup();
            for month in months.iter().take(MONTHS) {
                let newest = days.iter().find(|day| day.first_of_month() == *month).unwrap();
                prop_assert!(kept.contains(newest));
            }
        }

        #[test]
        fn day_by_day_no_month_of_the_last_twelve_is_lost(
            gaps in proptest::collection::vec(1..6_i32, 100..200)
        ) {
            let mut now = day("2024-01-01");
            let days: Vec<Day> = gaps.iter().map(|gap| { now = now.plus(*gap); now }).collect();
            let there = live_through(days.iter().copied());
            let mut months: Vec<Day> = days.iter().rev().map(|day| day.first_of_month()).collect();
            months.dedup();
            for month in months.iter().take(MONTHS) {
                prop_assert!(there.iter().any(|day| day.first_of_month() == *month));
            }
        }
    }
}
