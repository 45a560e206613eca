//! How many units can be ordered: not below the supplier's minimum, and in whole packs.

/// The least that can be ordered to have what is needed; 0 where nothing is. Saturates.
pub fn round_order(needed: i64, moq: i64, pack: i64) -> i64 {
    if needed <= 0 {
        return 0;
    }
    let (wanted, pack) = (needed.max(moq), pack.max(1));
    match wanted.rem_euclid(pack) {
        0 => wanted,
        over => wanted.saturating_add(pack - over),
    }
}

/// Why a supplier would not take an order of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    BelowMinimum { moq: i64 },
    NotWholePacks { pack: i64 },
}

pub fn find_misfit(quantity: i64, moq: i64, pack: i64) -> Option<Misfit> {
    if quantity < moq {
        return Some(Misfit::BelowMinimum { moq });
    }
    (pack > 1 && quantity.rem_euclid(pack) != 0).then_some(Misfit::NotWholePacks { pack })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_order_is_rounded_up_to_the_minimum_and_to_whole_packs() {
        let check = |(needed, moq, pack): (i64, i64, i64), expected: i64, why: &str| {
            assert_eq!(round_order(needed, moq, pack), expected, "{why}");
        };
        check((0, 50, 12), 0, "nothing is needed");
        check((-3, 50, 12), 0, "there is more than enough");
        check((7, 1, 1), 7, "no terms");
        check((7, 50, 1), 50, "the minimum");
        check((7, 50, 12), 60, "five packs of 12 are the first to reach 50");
        check((60, 50, 12), 60, "whole packs already");
        check((61, 50, 12), 72, "one more pack");
        check((7, 0, 0), 7, "no terms said as nought");
        check((i64::MAX, 1, 12), i64::MAX, "beyond numbers");
    }

    #[test]
    fn the_minimum_is_told_before_the_packs() {
        assert_eq!(find_misfit(40, 50, 12), Some(Misfit::BelowMinimum { moq: 50 }));
        assert_eq!(find_misfit(50, 50, 12), Some(Misfit::NotWholePacks { pack: 12 }));
        assert_eq!(find_misfit(60, 50, 12), None);
        assert_eq!(find_misfit(7, 1, 1), None);
    }

    proptest! {
        #[test]
        fn what_is_rounded_fits_and_is_less_than_a_pack_too_much(
            needed in 1_i64..100_000, moq in 1_i64..10_000, pack in 1_i64..500,
        ) {
            let rounded = round_order(needed, moq, pack);
            prop_assert_eq!(find_misfit(rounded, moq, pack), None);
            prop_assert!(rounded >= needed && rounded - needed.max(moq) < pack);
        }
    }
}
