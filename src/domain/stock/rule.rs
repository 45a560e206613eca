//! What a seller allows a channel to offer of what there is.

/// Applied in the order of the fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Of the units, 0 to 100.
    pub percent: i64,
    /// Held back.
    pub buffer: i64,
    /// Never more than so many; `None` is no limit.
    pub cap: Option<i64>,
    /// At or below so many it offers nothing.
    pub end_when: i64,
}

impl Default for Rule {
    fn default() -> Self {
        Self { percent: 100, buffer: 0, cap: None, end_when: 0 }
    }
}

impl Rule {
    /// What may be offered of so many units, never negative.
    pub fn apply(&self, units: i64) -> i64 {
        let part = i128::from(units.max(0)) * i128::from(self.percent.clamp(0, 100)) / 100;
        let part = i64::try_from(part).unwrap_or(i64::MAX);
        let rest = part.saturating_sub(self.buffer.max(0)).max(0);
        let capped = self.cap.map_or(rest, |cap| rest.min(cap.max(0)));
        if capped <= self.end_when { 0 } else { capped }
    }
}

/// The demand of a time in which nothing is seen, at which mirroring turns into sharing out: an
/// upper bound of the Poisson quantile of 99.9 % of `mean_millionths`, and one more; at least 2.
///
/// The bound is mean + 3.1 √mean + 1.5 in whole numbers (the normal quantile with the first term
/// for the skew), which is never below the quantile.
pub fn risk_units(mean_millionths: i64) -> i64 {
    let mean = i128::from(mean_millionths.max(0));
    // √(mean · 10⁻⁶) in millionths is √(mean · 10⁶).
    let root = (mean * 1_000_000).isqrt() + 1;
    let bound = mean + root * 31 / 10 + 1_500_000;
    let whole = (bound + 999_999) / 1_000_000 + 1;
    i64::try_from(whole).unwrap_or(i64::MAX).max(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_apply_in_their_order() {
        let rule = Rule { percent: 50, buffer: 2, cap: Some(10), end_when: 1 };
        // 50 % of 9 is 4, less 2 is 2.
        assert_eq!(rule.apply(9), 2);
        // 3 less 2 is 1, at which it ends.
        assert_eq!(rule.apply(7), 0);
        assert_eq!(rule.apply(100), 10);
        assert_eq!(rule.apply(-4), 0);
        assert_eq!(Rule::default().apply(7), 7);
        assert_eq!(Rule { percent: 0, ..Rule::default() }.apply(i64::MAX), 0);
    }

    #[test]
    fn the_risk_is_never_below_the_quantile_of_the_demand() {
        // Quantiles of 99.9 %, worked out by summing the Poisson distribution, plus one.
        let known = [(0, 1), (100_000, 3), (1_000_000, 6), (5_000_000, 14), (20_000_000, 36)];
        for (mean, quantile_and_one) in known {
            let risk = risk_units(mean);
            assert!(risk >= quantile_and_one, "{mean}: {risk} < {quantile_and_one}");
            assert!(risk <= quantile_and_one + 3, "{mean}: {risk} is far too careful");
        }
        assert_eq!(risk_units(i64::MIN), 3);
    }
}
