//! Exchange rates: which one applies on a day, and the one conversion of each amount
//! (PROFIT, sections 1 and 13).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::base::rate::{Fraction, mul_div_half_even};
use crate::base::{Currency, Day};
use crate::domain::record::ExchangeRate;
use crate::domain::record::rate::RateSource;

/// All rates that are known, for look-up by day.
#[derive(Clone, Debug, Default)]
pub struct Rates {
    /// By (base, quote), days ascending, one rate a day.
    by_pair: Arc<HashMap<(Currency, Currency), ByDay>>,
    /// Rates that a scenario puts in place of the known ones, one way round.
    assumed: HashMap<(Currency, Currency), AssumedRate>,
}

type ByDay = Vec<(Day, Fraction)>;

/// What a scenario makes of the rate of a pair.
#[derive(Clone, Debug)]
pub enum AssumedRate {
    /// The same on every day.
    Fixed(Fraction),
    /// The known one, times this.
    Times(Fraction),
}

/// An amount that could not be converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MissingRate {
    pub currency: Currency,
    pub day: Day,
}

/// How a rate was found, for the trail.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRate {
    pub day: Day,
    pub fraction: Fraction,
    pub road: Road,
}

/// Of equal days the earlier road wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Road {
    Stated,
    Inverted,
    ThroughEuro,
}

impl Rates {
    /// For the same pair and day an own rate beats the ECB's; among equals the later entry.
    pub fn new(rates: &[ExchangeRate]) -> Self {
        let mut sorted: Vec<&ExchangeRate> =
            rates.iter().filter(|r| r.rate.is_positive()).collect();
        sorted.sort_by_key(|rate| (rate.day, rate.source));
        let mut by_pair: HashMap<(Currency, Currency), Vec<(Day, Fraction)>> = HashMap::new();
        for rate in sorted {
            let days = by_pair.entry((rate.base, rate.quote)).or_default();
            let fraction = Fraction::from_decimal(rate.rate);
            match days.last_mut() {
                Some(last) if last.0 == rate.day => last.1 = fraction,
                _ => days.push((rate.day, fraction)),
            }
        }
        Self { by_pair: Arc::new(by_pair), assumed: HashMap::new() }
    }

    /// Puts another rate in place of the known ones of a pair, both ways round.
    pub fn assume(&mut self, base: Currency, quote: Currency, rate: AssumedRate) {
        self.assumed.insert((base, quote), rate);
    }

    /// The rate that turns one unit of `from` into `to` on `day`: the newest on or before it.
    pub fn find(&self, from: Currency, to: Currency, day: Day) -> Option<FoundRate> {
        if !self.assumed.is_empty() {
            let inverse = |rate: &Fraction| rate.invert();
            let (assumed, turned) = match self.assumed.get(&(from, to)) {
                Some(assumed) => (Some(assumed), false),
                None => (self.assumed.get(&(to, from)), true),
            };
            match assumed {
                Some(AssumedRate::Fixed(rate)) => {
                    let fraction = if turned { inverse(rate)? } else { rate.clone() };
                    return Some(FoundRate { day, fraction, road: Road::Stated });
                }
                Some(AssumedRate::Times(factor)) => {
                    let factor = if turned { inverse(factor)? } else { factor.clone() };
                    let found = self.find_known(from, to, day)?;
                    let fraction = found.fraction.times(&factor);
                    return Some(FoundRate { fraction, ..found });
                }
                None => {}
            }
        }
        self.find_known(from, to, day)
    }

    fn find_known(&self, from: Currency, to: Currency, day: Day) -> Option<FoundRate> {
        let direct = self.find_direct(from, to, day);
        let through = self.find_through_euro(from, to, day);
        match (direct, through) {
            (Some(direct), Some(through)) if through.day > direct.day => Some(through),
            (direct, through) => direct.or(through),
        }
    }

    fn find_direct(&self, from: Currency, to: Currency, day: Day) -> Option<FoundRate> {
        let stated = self.newest(from, to, day).map(|(day, fraction)| FoundRate {
            day,
            fraction,
            road: Road::Stated,
        });
        let inverted = self.newest(to, from, day).and_then(|(day, fraction)| {
            Some(FoundRate { day, fraction: fraction.invert()?, road: Road::Inverted })
        });
        match (stated, inverted) {
            (Some(stated), Some(inverted)) if inverted.day > stated.day => Some(inverted),
            (stated, inverted) => stated.or(inverted),
        }
    }

    fn find_through_euro(&self, from: Currency, to: Currency, day: Day) -> Option<FoundRate> {
        let euro = Currency::parse("EUR").ok()?;
        if from == euro || to == euro {
            return None;
        }
        let first = self.find_direct(from, euro, day)?;
        let second = self.find_direct(euro, to, day)?;
        Some(FoundRate {
            day: first.day.min(second.day),
            fraction: first.fraction.times(&second.fraction),
            road: Road::ThroughEuro,
        })
    }

    fn newest(&self, base: Currency, quote: Currency, day: Day) -> Option<(Day, Fraction)> {
        let days = self.by_pair.get(&(base, quote))?;
        let end = days.partition_point(|(known, _)| *known <= day);
        end.checked_sub(1).map(|index| days[index].clone())
    }
}

/// Converts into the reporting currency and notes what it could not convert. Remembers the
/// factors of the days that it has met.
pub struct Converter<'a> {
    rates: &'a Rates,
    reporting: Currency,
    factors: HashMap<(Currency, Day), Option<Factor>>,
    pub missing: BTreeSet<MissingRate>,
}

#[derive(Clone, Debug)]
enum Factor {
    Small(i128, i128),
    Big(Fraction),
}

/// A number that left its range: an error, never wrapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount became too large to be kept exactly")]
pub struct Overflow;

impl<'a> Converter<'a> {
    pub fn new(rates: &'a Rates, reporting: Currency) -> Self {
        Self { rates, reporting, factors: HashMap::new(), missing: BTreeSet::new() }
    }

    pub fn reporting(&self) -> Currency {
        self.reporting
    }

    /// The amount in minor units of the reporting currency, rounded once, half to even.
    /// `None` where no rate is known; that is then in `missing`.
    ///
    /// # Errors
    /// `Overflow` beyond 64 bits.
    pub fn convert(
        &mut self,
        minor: i64,
        currency: Currency,
        day: Day,
    ) -> Result<Option<i64>, Overflow> {
        if currency == self.reporting || minor == 0 {
            return Ok(Some(minor));
        }
        let (rates, reporting) = (self.rates, self.reporting);
        let factor = self
            .factors
            .entry((currency, day))
            .or_insert_with(|| find_factor(rates, currency, reporting, day));
        match factor {
            None => {
                self.missing.insert(MissingRate { currency, day });
                Ok(None)
            }
            Some(Factor::Small(numerator, denominator)) => {
                mul_div_half_even(i128::from(minor), *numerator, *denominator)
                    .map(Some)
                    .ok_or(Overflow)
            }
            Some(Factor::Big(fraction)) => fraction.apply(minor).map(Some).ok_or(Overflow),
        }
    }
}

/// The rate with the two currencies' digits in it, from minor units to minor units.
fn find_factor(rates: &Rates, from: Currency, to: Currency, day: Day) -> Option<Factor> {
    let found = rates.find(from, to, day)?;
    let digits = Fraction::new(i128::from(to.scale()), i128::from(from.scale()))?;
    let fraction = found.fraction.times(&digits);
    Some(match fraction.small() {
        Some((numerator, denominator)) => Factor::Small(numerator, denominator),
        None => Factor::Big(fraction),
    })
}

/// Which of two rates of one pair and day is kept.
pub fn beats(new: RateSource, old: RateSource) -> bool {
    new >= old
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Decimal;

    fn rate(day: &str, base: &str, quote: &str, rate: &str, source: RateSource) -> ExchangeRate {
        ExchangeRate {
            day: Day::parse(day).unwrap(),
            base: Currency::parse(base).unwrap(),
            quote: Currency::parse(quote).unwrap(),
            rate: Decimal::parse(rate).unwrap(),
            source,
        }
    }

    fn convert(rates: &[ExchangeRate], minor: i64, from: &str, to: &str, day: &str) -> Option<i64> {
        let rates = Rates::new(rates);
        let mut converter = Converter::new(&rates, Currency::parse(to).unwrap());
        let day = Day::parse(day).unwrap();
        converter.convert(minor, Currency::parse(from).unwrap(), day).unwrap()
    }

    #[test]
    fn a_rate_may_be_stated_either_way_round_or_follow_through_the_euro() {
        let own = RateSource::Own;
        let rates = [
            rate("2026-01-02", "EUR", "USD", "1.10", own),
            rate("2026-01-02", "EUR", "GBP", "0.88", own),
            rate("2026-01-02", "EUR", "JPY", "160", own),
        ];
        assert_eq!(convert(&rates, 100_00, "EUR", "USD", "2026-01-05"), Some(110_00));
        assert_eq!(convert(&rates, 110_00, "USD", "EUR", "2026-01-05"), Some(100_00));
        assert_eq!(convert(&rates, 88_00, "GBP", "USD", "2026-01-02"), Some(110_00));
        assert_eq!(convert(&rates, 16_000, "JPY", "EUR", "2026-01-02"), Some(100_00));
        assert_eq!(convert(&rates, 1_00, "EUR", "USD", "2026-01-01"), None);
        assert_eq!(convert(&rates, 1_00, "CHF", "USD", "2026-01-05"), None);
    }

    #[test]
    fn the_newest_rate_wins_and_of_equals_the_stated_one() {
        let own = RateSource::Own;
        let rates = [
            rate("2026-01-02", "USD", "GBP", "0.80", own),
            rate("2026-01-02", "GBP", "USD", "1.30", own),
            rate("2026-01-03", "EUR", "USD", "1.10", own),
            rate("2026-01-03", "EUR", "GBP", "0.88", own),
        ];
        assert_eq!(convert(&rates, 100_00, "USD", "GBP", "2026-01-02"), Some(80_00));
        assert_eq!(convert(&rates, 100_00, "GBP", "USD", "2026-01-02"), Some(130_00));
        // A day later the road through the euro is the newer one.
        assert_eq!(convert(&rates, 110_00, "USD", "GBP", "2026-01-03"), Some(88_00));
    }

    #[test]
    fn an_own_rate_beats_the_banks_of_the_same_day_only() {
        let rates = [
            rate("2026-01-02", "EUR", "USD", "1.20", RateSource::Own),
            rate("2026-01-02", "EUR", "USD", "1.10", RateSource::Ecb),
            rate("2026-01-03", "EUR", "USD", "1.30", RateSource::Ecb),
        ];
        assert_eq!(convert(&rates, 100_00, "EUR", "USD", "2026-01-02"), Some(120_00));
        assert_eq!(convert(&rates, 100_00, "EUR", "USD", "2026-01-03"), Some(130_00));
    }

    #[test]
    fn rates_with_all_their_digits_are_still_exact() {
        let own = RateSource::Own;
        let rates = [
            rate("2026-01-02", "EUR", "USD", "999999999999.999999999999", own),
            rate("2026-01-02", "EUR", "GBP", "999999999999.999999999998", own),
        ];
        assert_eq!(
            convert(&rates, 999_999_999_999_999, "USD", "GBP", "2026-01-02"),
            Some(999_999_999_999_999)
        );
    }
}
