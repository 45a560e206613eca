//! Conversion by many rates: the newest road on or before the day, applied once and exactly.

use num_bigint::BigInt;
use proptest::prelude::*;

use crate::base::{Currency, Day, Decimal};
use crate::domain::profit::convert::{Converter, Rates};
use crate::domain::record::ExchangeRate;
use crate::domain::record::rate::RateSource;

const CODES: [&str; 4] = ["EUR", "USD", "JPY", "KWD"];

fn currency(index: usize) -> Currency {
    Currency::parse(CODES[index]).unwrap()
}

fn any_rate() -> impl Strategy<Value = ExchangeRate> {
    (0..4_usize, 1..4_usize, 0..12_i32, 1..3_000_000_i64, any::<bool>()).prop_map(
        |(base, step, day, rate, own)| ExchangeRate {
            day: Day(20_000 + day),
            base: currency(base),
            quote: currency((base + step) % 4),
            rate: Decimal::from_minor(rate, 4),
            source: if own { RateSource::Own } else { RateSource::Ecb },
        },
    )
}

/// A fraction as it stands on paper.
type Paper = (BigInt, BigInt);

fn paper(decimal: Decimal) -> Paper {
    let (numerator, denominator) = decimal.parts();
    (BigInt::from(numerator), BigInt::from(denominator))
}

/// The newest rate of one pair, own ones before the bank's, later entries before earlier.
fn newest(rates: &[ExchangeRate], pair: (Currency, Currency), day: Day) -> Option<(Day, Paper)> {
    let of_pair = rates.iter().filter(|rate| (rate.base, rate.quote) == pair && rate.day <= day);
    let best = of_pair.enumerate().max_by_key(|(index, rate)| (rate.day, rate.source, *index));
    best.map(|(_, rate)| (rate.day, paper(rate.rate)))
}

/// Every road of a pair by itself, the stated one first: of those that are as new the first wins.
fn direct(rates: &[ExchangeRate], pair: (Currency, Currency), day: Day) -> Option<(Day, Paper)> {
    let inverted = newest(rates, (pair.1, pair.0), day).map(|(day, (n, d))| (day, (d, n)));
    let stated = newest(rates, pair, day);
    stated
        .into_iter()
        .chain(inverted)
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
}

fn by_hand(rates: &[ExchangeRate], pair: (Currency, Currency), day: Day) -> Option<Paper> {
    let euro = currency(0);
    let through = (pair.0 != euro && pair.1 != euro)
        .then(|| {
            let (first_day, first) = direct(rates, (pair.0, euro), day)?;
            let (second_day, second) = direct(rates, (euro, pair.1), day)?;
            Some((first_day.min(second_day), (first.0 * second.0, first.1 * second.1)))
        })
        .flatten();
    let roads = direct(rates, pair, day).into_iter().chain(through);
    roads.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, rate)| rate)
}

proptest! {
    #[test]
    fn an_amount_is_converted_once_by_the_newest_rate(
        rates in proptest::collection::vec(any_rate(), 0..9),
        (from, to, day) in (0..4_usize, 0..4_usize, 19_998..20_014_i32),
        minor in -1_000_000_000_i64..1_000_000_000,
    ) {
        let (from, to, day) = (currency(from), currency(to), Day(day));
        let known = Rates::new(&rates);
        let mut converter = Converter::new(&known, to);
        let converted = converter.convert(minor, from, day).unwrap();
        if from == to || minor == 0 {
            prop_assert_eq!(converted, Some(minor));
            return Ok(());
        }
        let Some((numerator, denominator)) = by_hand(&rates, (from, to), day) else {
            prop_assert_eq!(converted, None);
            prop_assert_eq!(converter.missing.len(), 1);
            return Ok(());
        };
        // From minor units to minor units; then the definition of rounding half to even.
        let exact_over = BigInt::from(minor) * numerator * 10_u32.pow(to.digits());
        let exact_under = denominator * 10_u32.pow(from.digits());
        let found = converted.unwrap();
        let distance: BigInt = (exact_over - BigInt::from(found) * &exact_under) * 2;
        let distance = BigInt::from(distance.magnitude().clone());
        prop_assert!(distance <= exact_under, "{found} is not the nearest");
        prop_assert!(distance < exact_under || found % 2 == 0, "{found} is odd and half way");
    }

    #[test]
    fn the_order_of_the_rates_makes_no_difference(
        rates in proptest::collection::vec(any_rate(), 0..9), turn in 0..9_usize,
        (from, to, day) in (0..4_usize, 1..4_usize, 20_000..20_012_i32),
    ) {
        // One row a key, as the table holds them.
        let mut rates = rates;
        rates.sort_by_key(|rate| {
            let pair = (rate.base.code().to_owned(), rate.quote.code().to_owned());
            (rate.day, pair, rate.source)
        });
        rates.dedup_by_key(|rate| (rate.day, rate.base, rate.quote, rate.source));
        let (from, to) = (currency(from), currency((from + to) % 4));
        let first = Rates::new(&rates).find(from, to, Day(day));
        let turn = turn.min(rates.len());
        rates.rotate_left(turn);
        prop_assert_eq!(Rates::new(&rates).find(from, to, Day(day)), first);
    }
}
