//! From amounts to heights and from numbers of bars to places, in whole numbers.

use crate::web::chart::percent_text;

/// At most this many grid lines, zero among them.
const LINES_MAX: i128 = 5;
/// Room above for the label of the best, below for that of the worst.
const TOP: i128 = 30;
const BOTTOM: i128 = 200;

/// From amounts to heights.
pub struct Scale {
    low: i128,
    high: i128,
}

impl Scale {
    pub fn of(amounts: impl Iterator<Item = i64>) -> Self {
        let (mut low, mut high) = (0, 0);
        for amount in amounts {
            low = low.min(i128::from(amount));
            high = high.max(i128::from(amount));
        }
        if low == high {
            high = 100;
        }
        Self { low, high }
    }

    pub fn y(&self, amount: impl Into<i128>) -> i128 {
        let amount: i128 = amount.into();
        TOP + (self.high - amount) * (BOTTOM - TOP) / (self.high - self.low)
    }

    /// Round amounts for the grid, in minor units; never finer than one unit.
    pub fn lines(&self, digits: u32) -> Vec<i64> {
        let fits = |step: i128| self.high / step + -self.low / step < LINES_MAX;
        let mut base = 10_i128.pow(digits);
        let mut step = base;
        while !fits(step) {
            // A quarter only where it is a whole number of units.
            let quarter = if base > 10_i128.pow(digits) { base * 5 / 2 } else { base * 2 };
            let steps = [base * 2, quarter, base * 5, base * 10];
            step = steps.into_iter().find(|step| fits(*step)).unwrap_or(base * 10);
            base *= 10;
        }
        let lines = -(-self.low / step)..=self.high / step;
        lines.filter_map(|line| i64::try_from(line * step).ok()).collect()
    }
}

/// `hundredths / count` hundredths of the width, as a percent with two decimals.
pub fn part(hundredths: i128, count: usize) -> String {
    percent_text(hundredths * 100, count as i128)
}

/// Where the text of a label begins, so that it stays inside the picture.
pub fn anchor(index: usize, count: usize) -> &'static str {
    match index * 100 / count {
        0..=17 => "start",
        83.. => "end",
        _ => "middle",
    }
}

/// How strong a mark is, 1 to 5, where the strongest of all is `most`: by its area, so that a
/// tenth of the most is still seen.
pub fn level_by_area(amount: i64, most: i64) -> u8 {
    let (amount, most) = (i128::from(amount.max(0)), i128::from(most.max(1)));
    (1..=5).find(|level| amount * 25 <= most * level * level).unwrap_or(5) as u8
}

/// The same in even steps.
pub fn level(amount: i64, most: i64) -> u8 {
    let (amount, most) = (i128::from(amount.max(0)), i128::from(most.max(1)));
    (1..=5).find(|level| amount * 5 <= most * level).unwrap_or(5) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn levels_are_even_or_by_area() {
        assert_eq!([1, 20, 21, 60, 100].map(|amount| level(amount, 100)), [1, 1, 2, 3, 5]);
        assert_eq!([1, 4, 5, 36, 100].map(|amount| level_by_area(amount, 100)), [1, 1, 2, 3, 5]);
        assert_eq!((level(i64::MAX, i64::MAX), level_by_area(-5, 0)), (5, 1));
    }

    proptest! {
        #[test]
        fn the_grid_has_at_most_five_lines_and_zero_is_one(low in -9_999_999_999_i64..1,
                                                           high in 0_i64..9_999_999_999) {
            let scale = Scale::of([low, high].into_iter());
            let lines = scale.lines(2);
            prop_assert!(lines.len() <= 5 && lines.contains(&0), "{:?}", lines);
        }
    }
}
