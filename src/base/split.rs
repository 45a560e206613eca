//! Largest remainder: the only way in which money is divided (PROFIT, section 1).

use crate::base::rate::mul_div_half_even;

/// What is divided, and by what: the weights, or where they are all zero the quantities, or
/// where these are zero too, evenly. A negative weight counts as 0.
pub struct Split<'a> {
    pub whole: i64,
    pub weights: &'a [i64],
    pub quantities: &'a [i64],
}

impl Split<'_> {
    /// One part for each weight; they add up to the whole. Empty without weights.
    pub fn parts(&self) -> Vec<i64> {
        if has_weight(self.weights) {
            return by_weight(self.whole, self.weights);
        }
        if self.quantities.len() == self.weights.len() && has_weight(self.quantities) {
            return by_weight(self.whole, self.quantities);
        }
        by_weight(self.whole, &vec![1; self.weights.len()])
    }
}

fn has_weight(weights: &[i64]) -> bool {
    weights.iter().any(|weight| *weight > 0)
}

/// Floors the exact shares of the absolute amount and hands the leftover units to the largest
/// remainders, ties to the earlier part; the sign is put back after. The weights must not all
/// be zero, or the first part gets everything.
pub fn by_weight(whole: i64, weights: &[i64]) -> Vec<i64> {
    if weights.is_empty() {
        return Vec::new();
    }
    if weights.len() == 1 {
        return vec![whole];
    }
    let total: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
    if total == 0 {
        let mut parts = vec![0; weights.len()];
        parts[0] = whole;
        return parts;
    }
    let amount = i128::from(whole).abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut handed_out: i128 = 0;
    for (index, weight) in weights.iter().enumerate() {
        // 63 bits times 63 bits fits in 127.
        let share = amount * i128::from((*weight).max(0));
        let floor = share / total;
        parts.push(floor as i64);
        remainders.push((share % total, index));
        handed_out += floor;
    }
    let leftover = (amount - handed_out) as usize;
    if leftover > 0 {
        remainders.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
        for (_, index) in remainders.into_iter().take(leftover) {
            parts[index] += 1;
        }
    }
    if whole < 0 {
        for part in &mut parts {
            *part = -*part;
        }
    }
    parts
}

/// Each value times `numerator / denominator`: the sum is rounded once, half to even, and the
/// parts add up to it. Floors the exact parts, hands the leftover units to the largest remainders,
/// ties to the earlier part. `None` where the denominator is not positive, or beyond 64 bits.
pub fn in_proportion(values: &[i64], numerator: i128, denominator: i128) -> Option<Vec<i64>> {
    if denominator <= 0 {
        return None;
    }
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    let whole = i128::from(mul_div_half_even(sum, numerator, denominator)?);
    let mut parts = Vec::with_capacity(values.len());
    let mut remainders = Vec::with_capacity(values.len());
    let mut handed_out: i128 = 0;
    for (index, value) in values.iter().enumerate() {
        let product = i128::from(*value).checked_mul(numerator)?;
        let floor = product.div_euclid(denominator);
        parts.push(i64::try_from(floor).ok()?);
        remainders.push((product.rem_euclid(denominator), index));
        handed_out += floor;
    }
    remainders.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let leftover = usize::try_from(whole - handed_out).ok()?;
    for (_, index) in remainders.into_iter().take(leftover) {
        parts[index] += 1;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_follow_the_largest_remainder() {
        let check = |whole: i64, weights: &[i64], expected: &[i64], why: &str| {
            assert_eq!(by_weight(whole, weights), expected, "{why}");
        };
        check(100, &[1, 1, 1], &[34, 33, 33], "ties to the earlier part");
        check(-100, &[1, 1, 1], &[-34, -33, -33], "the sign is put back after");
        check(10, &[1, 2, 4], &[1, 3, 6], "largest remainder first");
        check(5, &[0, 3], &[0, 5], "no weight, no part");
        check(5, &[-7, 3], &[0, 5], "a negative weight counts as 0");
        check(0, &[1, 2], &[0, 0], "nothing to divide");
        check(7, &[], &[], "nobody to bear it");
    }

    #[test]
    fn a_list_in_proportion_adds_up_to_its_rounded_sum() {
        let check = |values: &[i64], (over, under): (i128, i128), expected: &[i64]| {
            assert_eq!(in_proportion(values, over, under).unwrap(), expected, "{values:?}");
        };
        // 6 % of 25 is 1.5, half to even 2; the parts are 0.6 and 0.9.
        check(&[10, 15], (6, 100), &[1, 1]);
        // 6 % less: -1.5, half to even -2.
        check(&[10, 15], (-6, 100), &[-1, -1]);
        check(&[-10, 25], (1, 2), &[-5, 13]);
        check(&[], (1, 2), &[]);
        assert_eq!(in_proportion(&[1], 1, 0), None);
    }

    #[test]
    fn without_weights_quantities_decide_and_then_all_bear_alike() {
        let parts =
            |weights: &[i64], quantities: &[i64]| Split { whole: 10, weights, quantities }.parts();
        assert_eq!(parts(&[0, 0], &[1, 4]), [2, 8]);
        assert_eq!(parts(&[0, 0], &[0, 0]), [5, 5]);
        assert_eq!(parts(&[1, 0], &[0, 9]), [10, 0]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_stay_within_one_unit(
            whole in -1_000_000_000_i64..1_000_000_000,
            weights in proptest::collection::vec(-5_i64..1_000_000, 1..20),
        ) {
            let parts = Split { whole, weights: &weights, quantities: &[] }.parts();
            prop_assert_eq!(parts.iter().sum::<i64>(), whole);
            let total: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
            if total > 0 {
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(whole).abs() * i128::from((*weight).max(0));
                    let floor = (exact / total) as i64;
                    prop_assert!(part.abs() == floor || part.abs() == floor + 1);
                }
            }
        }

        #[test]
        fn leftover_units_go_to_the_largest_remainders_and_of_equals_to_the_earlier(
            whole in -1_000_000_000_i64..1_000_000_000,
            weights in proptest::collection::vec(prop_oneof![0_i64..4, 0_i64..1_000_000], 1..12),
        ) {
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            prop_assume!(total > 0);
            let parts = by_weight(whole, &weights);
            let exact: Vec<i128> = weights
                .iter()
                .map(|weight| i128::from(whole.abs()) * i128::from(*weight))
                .collect();
            let extra = |index: usize| i128::from(parts[index].abs()) - exact[index] / total;
            for left in 0..parts.len() {
                prop_assert!(extra(left) == 0 || extra(left) == 1);
                prop_assert!(parts[left] == 0 || (parts[left] < 0) == (whole < 0));
                for right in left + 1..parts.len() {
                    let (mine, theirs) = (exact[left] % total, exact[right] % total);
                    let is_first = mine >= theirs;
                    prop_assert!(!is_first || extra(left) >= extra(right));
                    prop_assert!(is_first || extra(left) <= extra(right));
                }
            }
            let mirrored: Vec<i64> = by_weight(-whole, &weights).iter().map(|part| -part).collect();
            prop_assert_eq!(mirrored, parts);
        }

        #[test]
        fn without_any_weight_the_quantities_weigh(
            whole in -1_000_000_i64..1_000_000,
            quantities in proptest::collection::vec(0_i64..9, 1..9),
        ) {
            let weights = vec![0; quantities.len()];
            let parts = Split { whole, weights: &weights, quantities: &quantities }.parts();
            let some = quantities.iter().any(|quantity| *quantity > 0);
            let alike = vec![1; quantities.len()];
            let by = if some { &quantities } else { &alike };
            prop_assert_eq!(parts, by_weight(whole, by));
        }
    }
}
