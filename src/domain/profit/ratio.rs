//! Ratios: a fraction with four decimals, half to even; none where the denominator is 0.

use crate::base::rate::mul_div_half_even;

/// Ten-thousandths: 20.4 % is 2040.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ratio(pub i64);

impl Ratio {
    /// `part / whole`; `None` when `whole` is 0.
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        mul_div_half_even(i128::from(part), 10_000, i128::from(whole)).map(Self)
    }

    /// `0.2040`.
    pub fn to_decimal_text(self) -> String {
        crate::base::money::decimal_text(self.0, 4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_has_four_decimals_and_none_over_nothing() {
        let text = |part, whole| Ratio::of(part, whole).map(Ratio::to_decimal_text);
        assert_eq!(text(1, 5).as_deref(), Some("0.2000"));
        assert_eq!(text(100, 46).as_deref(), Some("2.1739"));
        assert_eq!(text(-2, 3).as_deref(), Some("-0.6667"));
        assert_eq!(text(5, 0), None);
    }
}
