//! When the made-up shop sells: growth, season, weekday, a sale in November, and the days on which
//! an ad campaign ran away.

use super::chance::{Chance, Stream};
use crate::base::split::by_weight;
use crate::base::{Day, DayRange, Instant, Zone};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Season {
    Even,
    Winter,
    Summer,
}

const WINTER: [i64; 12] = [120, 90, 70, 60, 45, 40, 40, 50, 85, 130, 230, 260];
const SUMMER: [i64; 12] = [70, 75, 90, 110, 140, 165, 160, 135, 100, 80, 70, 85];
const MONTHS: [i64; 12] = [85, 82, 92, 98, 104, 96, 88, 90, 100, 108, 140, 165];
/// Monday first.
const WEEKDAYS: [i64; 7] = [108, 100, 98, 97, 102, 92, 112];
/// Sales of the last day over those of the first, without season: half as much again.
const GROWTH_PER_MILLE: i64 = 500;
/// Days before today on which advertising cost more than the day could earn.
const LOSS_DAYS_AGO: [i32; 3] = [23, 117, 211];
/// Shops rest at night; also keeps every instant on its day when clocks change.
const OPENS_S: i64 = 7 * 3_600;
const CLOSES_S: i64 = 22 * 3_600;

impl Season {
    pub fn per_cent(self, month: u32) -> i64 {
        let index = (month.max(1) - 1) as usize % 12;
        match self {
            Self::Even => 100,
            Self::Winter => WINTER[index],
            Self::Summer => SUMMER[index],
        }
    }
}

/// Twelve months, the last day of which is today.
pub struct Calendar {
    pub range: DayRange,
    now: Instant,
    zone: Zone,
}

impl Calendar {
    pub fn new(now: Instant, zone: Zone) -> Self {
        let today = now.day_in(&zone);
        Self { range: DayRange { from: today.plus_months(-12).plus(1), to: today }, now, zone }
    }

    /// How many of `orders` fall on each day.
    pub fn spread(&self, orders: i64, seed: u64) -> Vec<(Day, i64)> {
        let length = i64::from(self.range.days());
        let weigh = |(index, day): (usize, Day)| {
            let mut chance = Chance::new(seed, Stream::Calendar, index as u64);
            let growth = 1_000 + GROWTH_PER_MILLE * index as i64 / length;
            let (_, month, _) = day.civil();
            let season = MONTHS[(month - 1) as usize] * WEEKDAYS[day.weekday() as usize];
            let sale = if is_sale(day) { 220 } else { 100 };
            // Today is not over yet.
            let over = if day == self.range.to { 50 } else { 100 };
            growth * season * sale * over / 10_000 * chance.between(85, 115)
        };
        let weights: Vec<i64> = self.range.iter().enumerate().map(weigh).collect();
        self.range.iter().zip(by_weight(orders, &weights)).collect()
    }

    /// An instant for each of a day's orders, ascending, none of them in the future.
    pub fn instants(&self, day: Day, count: i64, chance: &mut Chance) -> Vec<Instant> {
        let midnight = self.midnight(day);
        let (mut from, mut to) = (OPENS_S, CLOSES_S);
        let so_far = self.now.seconds() - midnight.seconds();
        if so_far < to {
            (from, to) = (0, so_far.max(1));
        }
        let mut seconds: Vec<i64> = (0..count).map(|_| chance.below(1 << 20)).collect();
        seconds.sort_unstable();
        // The draws do not depend on the hour at which the demo is made.
        let open_s = to - from;
        seconds.into_iter().map(|s| midnight.plus_seconds(from + ((s * open_s) >> 20))).collect()
    }

    fn midnight(&self, day: Day) -> Instant {
        Instant::parse_local(&format!("{day} 00:00:00"), &self.zone)
            .unwrap_or(Instant::from_seconds(i64::from(day.0) * 86_400))
    }

    /// The moment so many days later, where it has come.
    pub fn later(&self, at: Instant, days: i64, seconds: i64) -> Option<Instant> {
        let later = at.plus_seconds(days * 86_400 + seconds);
        (later <= self.now).then_some(later)
    }

    pub fn day_of(&self, at: Instant) -> Day {
        at.day_in(&self.zone)
    }

    pub fn is_loss_day(&self, day: Day) -> bool {
        LOSS_DAYS_AGO.iter().any(|ago| self.range.to.plus(-ago) == day)
    }

    /// Fees of the last days are not settled yet.
    pub fn is_settled(&self, day: Day) -> bool {
        day < self.range.to.plus(-2)
    }

    /// The first of each month that begins in the range.
    pub fn months(&self) -> impl Iterator<Item = Day> {
        let first = self.range.from.plus(-1).first_of_month();
        let range = self.range;
        (1..=12).map(move |n| first.plus_months(n)).filter(move |day| range.contains(*day))
    }
}

/// The last week of November, roughly when everybody has one.
pub fn is_sale(day: Day) -> bool {
    let (_, month, day_of_month) = day.civil();
    month == 11 && (24..=30).contains(&day_of_month)
}
