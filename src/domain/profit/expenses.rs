//! Operating expenses: one-off or recurring, each period's amount split over its calendar days
//! (PROFIT, section 8).

use super::input_vat::{InputVat, VatAsk};
use crate::base::{Day, DayRange};
use crate::domain::record::{Every, Expense};
use crate::domain::rules::VatSource;

/// What an expense puts on each day of `range`, in minor units of its currency, days ascending.
/// Periods are counted from the start day; `to` is the last day that bears any. Recoverable VAT
/// is taken out of each period's amount by the rule of its first day.
pub fn list_days(expense: &Expense, range: DayRange, vat: InputVat<'_>) -> Vec<(Day, i64)> {
    let mut days = Vec::new();
    let last = expense.to.map_or(range.to, |to| to.min(range.to));
    let first = range.from.max(expense.from);
    if expense.amount.minor == 0 || first > last {
        return days;
    }
    let mut number = first_period(expense, first);
    while let Some(period) = period(expense, number) {
        if period.from > last {
            break;
        }
        let ask = VatAsk::new(VatSource::Expenses, period.from, expense.amount.currency);
        // A rate is never below 0, so what is left is never more than the amount.
        let amount = vat.net(expense.amount.minor, ask).unwrap_or(expense.amount.minor);
        for day in first.max(period.from).0..=last.min(period.to).0 {
            let minor = share(amount, day - period.from.0, period.days());
            days.push((Day(day), minor));
        }
        number += 1;
    }
    days
}

/// The n-th period, 0 is the first. A one-off has one: its day, or its days up to `to`.
fn period(expense: &Expense, number: i32) -> Option<DayRange> {
    let from = expense.from;
    let start = |number: i32| match expense.every {
        Every::Once => from,
        Every::Day => from.plus(number),
        Every::Week => from.plus(7 * number),
        Every::Month => from.plus_months(number),
        Every::Quarter => from.plus_months(3 * number),
        Every::Year => from.plus_months(12 * number),
    };
    match expense.every {
        Every::Once if number > 0 => None,
        Every::Once => Some(DayRange { from, to: expense.to.unwrap_or(from) }),
        _ => Some(DayRange { from: start(number), to: start(number + 1).plus(-1) }),
    }
}

/// A period that surely does not begin after `day`, so that old expenses are not walked through.
fn first_period(expense: &Expense, day: Day) -> i32 {
    let since = day.0 - expense.from.0;
    let longest = match expense.every {
        Every::Once => return 0,
        Every::Day => 1,
        Every::Week => 7,
        Every::Month => 31,
        Every::Quarter => 92,
        Every::Year => 366,
    };
    let guess = (since / longest).max(0);
    // Periods may be shorter than the longest, so the guess is never late; walk up to the day.
    let mut number = guess;
    while period(expense, number).is_some_and(|period| period.to < day) {
        number += 1;
    }
    number
}

/// The day's part of a period's amount: even shares, the leftover units to the earlier days.
fn share(minor: i64, index: i32, days: i32) -> i64 {
    let (days, index) = (i64::from(days), i64::from(index));
    let magnitude = minor.abs();
    let part = magnitude / days + i64::from(index < magnitude % days);
    if minor < 0 { -part } else { part }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::{Currency, Money};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn expense(minor: i64, every: Every, from: &str, to: Option<&str>) -> Expense {
        Expense {
            name: "rent".into(),
            amount: Money::new(minor, Currency::parse("EUR").unwrap()),
            from: day(from),
            to: to.map(day),
            every,
            store: None,
            category: None,
        }
    }

    fn all_days(expense: &Expense, range: DayRange) -> Vec<(Day, i64)> {
        list_days(expense, range, InputVat::default())
    }

    fn sum(expense: &Expense, from: &str, to: &str) -> i64 {
        let range = DayRange { from: day(from), to: day(to) };
        all_days(expense, range).into_iter().map(|(_, minor)| minor).sum()
    }

    #[test]
    fn a_thousand_a_month_adds_up_over_january() {
        // Worked case 7: 100000 / 31 = 3225 rest 25, so the first 25 days bear 3226.
        let rent = expense(100_000, Every::Month, "2026-01-01", None);
        assert_eq!(sum(&rent, "2026-01-01", "2026-01-31"), 100_000);
        assert_eq!(sum(&rent, "2026-01-01", "2026-01-17"), 17 * 3226);
        assert_eq!(sum(&rent, "2026-02-01", "2026-02-28"), 100_000);
        assert_eq!(sum(&rent, "2025-01-01", "2025-12-31"), 0);
    }

    #[test]
    fn recoverable_vat_is_taken_out_of_each_period() {
        let rule = crate::domain::rules::InputVatRule {
            source: VatSource::Expenses,
            rate: crate::base::Decimal::parse("20").unwrap(),
            from: Some(day("2026-02-01")),
            platform: None,
            currency: None,
            country: None,
        };
        let rules = [rule];
        let rent = expense(120_00, Every::Month, "2026-01-01", None);
        let of = |from: &str, to: &str| -> i64 {
            let range = DayRange { from: day(from), to: day(to) };
            let days = list_days(&rent, range, InputVat::new(&rules, true));
            days.into_iter().map(|(_, minor)| minor).sum()
        };
        assert_eq!(of("2026-01-01", "2026-01-31"), 120_00);
        // From February on 120.00 × 100 / 120.
        assert_eq!(
            (of("2026-02-01", "2026-02-28"), of("2026-02-01", "2026-03-31")),
            (10000, 20000)
        );
    }

    #[test]
    fn a_hundred_a_week_is_charged_52_or_53_times_a_year() {
        let ads = expense(10_000, Every::Week, "2026-01-01", None);
        let days = all_days(&ads, DayRange { from: day("2026-01-01"), to: day("2026-12-31") });
        let total: i64 = days.iter().map(|(_, minor)| minor).sum();
        // 365 days are 52 weeks and the first day of the 53rd: 10000 / 7 = 1428 rest 4.
        assert_eq!(total, 52 * 10_000 + 1429);
        assert_eq!(days.len(), 365);
    }

    #[test]
    fn a_month_is_counted_from_its_start_day_or_that_months_last() {
        let fee = expense(3_100, Every::Month, "2026-01-31", None);
        // The first period is 31 January to 27 February: 28 days.
        let days = all_days(&fee, DayRange { from: day("2026-01-31"), to: day("2026-03-01") });
        assert_eq!(days.iter().take(28).map(|(_, minor)| minor).sum::<i64>(), 3_100);
        assert_eq!(days[28], (day("2026-02-28"), 3_100 / 31));
    }

    #[test]
    fn a_period_cut_short_bears_only_its_days() {
        let rent = expense(100_000, Every::Month, "2026-01-01", Some("2026-01-17"));
        assert_eq!(sum(&rent, "2026-01-01", "2026-12-31"), 17 * 3226);
        let fair = expense(-1_000, Every::Once, "2026-03-01", Some("2026-03-03"));
        let days = all_days(&fair, DayRange { from: day("2026-03-01"), to: day("2026-03-31") });
        let parts: Vec<i64> = days.into_iter().map(|(_, minor)| minor).collect();
        assert_eq!(parts, [-334, -333, -333]);
        let single = expense(500, Every::Once, "2026-03-01", None);
        assert_eq!(sum(&single, "2026-03-01", "2026-03-31"), 500);
        assert_eq!(sum(&single, "2026-03-02", "2026-03-31"), 0);
    }

    proptest! {
        #[test]
        fn any_two_ranges_add_up_to_the_whole(
            minor in -1_000_000_i64..1_000_000, cut in 0_i32..800,
            every in 0_usize..6, late in 0_i32..400,
        ) {
            let from = day("2024-01-31");
            let rent = expense(minor, Every::ALL[every], "2024-01-31", None);
            let rent = Expense { to: (late > 200).then(|| from.plus(late)), ..rent };
            let whole = DayRange { from: from.plus(-10), to: from.plus(800) };
            let first = DayRange { from: whole.from, to: from.plus(cut) };
            let second = DayRange { from: from.plus(cut + 1), to: whole.to };
            let mut parts = all_days(&rent, first);
            parts.extend(all_days(&rent, second));
            prop_assert_eq!(parts, all_days(&rent, whole));
        }
    }
}
