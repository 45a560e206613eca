//! When a guess of the sales breaks even: what is sold less weighs by its lines, so the change of
//! profit is a straight line, and where it crosses zero is a plain ratio.

use crate::domain::profit::ratio::Ratio;

/// The change of net profit by how much less of some goods is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Against what was, with nothing sold less; minor units.
    pub start_minor: i64,
    /// What all lines of the goods bring: what is lost where none of them is sold.
    pub whole_minor: i64,
}

impl Line {
    /// The change where this share (ten-thousandths) of the goods stays on the shelf.
    pub fn at(self, share: Ratio) -> i64 {
        let lost = crate::base::rate::mul_div_half_even(
            i128::from(self.whole_minor),
            i128::from(share.0),
            10_000,
        );
        self.start_minor.saturating_sub(lost.unwrap_or(self.whole_minor))
    }

    /// The share of the goods that may stay on the shelf until nothing is won any more; `None`
    /// where nothing is won at the start, or selling less costs nothing.
    pub fn even(self) -> Option<Ratio> {
        if self.start_minor <= 0 || self.whole_minor <= 0 {
            return None;
        }
        Ratio::of(self.start_minor, self.whole_minor)
    }
}

/// How many more orders pay for a loss; `None` where nothing is lost or they bring nothing.
/// Rounded up: one order less would not do.
pub fn orders_needed(change_minor: i64, like_minor: i64, like_orders: i64) -> Option<i64> {
    if change_minor >= 0 || like_minor <= 0 || like_orders <= 0 {
        return None;
    }
    let lost = -i128::from(change_minor) * i128::from(like_orders);
    let each = i128::from(like_minor);
    let whole = lost.div_euclid(each) + i128::from(lost.rem_euclid(each) != 0);
    i64::try_from(whole).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_crosses_zero_where_the_calculator_says() {
        // 937.00 won, 6,757.00 brought by all of it: 937 / 6757 = 13.867 %.
        let line = Line { start_minor: 937_00, whole_minor: 6_757_00 };
        assert_eq!(line.even(), Some(Ratio(1387)));
        // 30 % of 6,757.00 is 2,027.10: 937.00 − 2,027.10.
        assert_eq!(line.at(Ratio(3000)), -1_090_10);
        assert_eq!(Line { start_minor: -1, whole_minor: 5 }.even(), None);
        assert_eq!(Line { start_minor: 1, whole_minor: 0 }.even(), None);
    }

    #[test]
    fn the_orders_that_pay_for_a_loss_are_rounded_up() {
        // 241.12 lost; 10 orders bring 100.00, so 10.00 each: 25 orders.
        assert_eq!(orders_needed(-241_12, 100_00, 10), Some(25));
        assert_eq!(orders_needed(-240_00, 100_00, 10), Some(24));
        assert_eq!(orders_needed(5, 100_00, 10), None);
        assert_eq!(orders_needed(-5, -1, 10), None);
    }
}
