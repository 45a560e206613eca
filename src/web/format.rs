//! How money, percents, days and quantities are printed everywhere, by the reader's locale.
//! Unknown is "–", minus is U+2212, zero bears no sign, nothing is computed in floats.
//!
//! A view writes `use crate::web::format::filters;` and its template `{{ net|money(locale) }}`.

use crate::base::rate::{div_half_even, mul_div_half_even};
use crate::base::{Day, DayRange, Decimal, Money};
use crate::domain::profit::ratio::Ratio;
use crate::domain::table::Grain;
pub use crate::web::locale::Locale;
use crate::web::words::say;

/// What stands where nothing is known.
pub const UNKNOWN: &str = "–";
pub const MINUS: char = '\u{2212}';
/// The thin gap before a percent sign. It does not break, because a figure never wraps.
const THIN: char = '\u{202F}';

/// Which sign a figure wears besides the minus.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Figure,
    Change,
}

/// `1,234.56`: everything that can be added shows its cents.
pub fn money(minor: i64, digits: u32, locale: Locale) -> String {
    number(i128::from(minor), digits, locale, Sign::Figure)
}

pub fn amount(money: Money, locale: Locale) -> String {
    self::money(money.minor, money.currency.digits(), locale)
}

/// `+1,234.56`: plus stands only on changes, and never on zero.
pub fn change(minor: i64, digits: u32, locale: Locale) -> String {
    number(i128::from(minor), digits, locale, Sign::Change)
}

/// `1,235`: whole units, half to even; only for KPI and axes.
pub fn whole(minor: i64, digits: u32, locale: Locale) -> String {
    let units = div_half_even(i128::from(minor), 10_i128.pow(digits)).unwrap_or_default();
    number(units, 0, locale, Sign::Figure)
}

pub fn quantity(count: i64, locale: Locale) -> String {
    number(i128::from(count), 0, locale, Sign::Figure)
}

/// `20.4 %` of the fraction 0.2040.
pub fn percent(fraction: Option<Decimal>, locale: Locale) -> String {
    fraction.and_then(per_mille).map_or_else(
        || UNKNOWN.to_owned(),
        |tenths| format!("{}{THIN}%", number(tenths.into(), 1, locale, Sign::Figure)),
    )
}

/// `+12.7 %`: a relative change.
pub fn percent_change(fraction: Option<Decimal>, locale: Locale) -> String {
    fraction.and_then(per_mille).map_or_else(
        || UNKNOWN.to_owned(),
        |tenths| format!("{}{THIN}%", number(tenths.into(), 1, locale, Sign::Change)),
    )
}

/// `−2.1`: a change of a percent, to be followed by the word for points.
pub fn points(fraction: Option<Decimal>, locale: Locale) -> String {
    fraction
        .and_then(per_mille)
        .map_or_else(|| UNKNOWN.to_owned(), |tenths| number(tenths.into(), 1, locale, Sign::Change))
}

/// The percent that `part` is of `whole`; "–" where the whole is 0.
pub fn share(part: i64, whole: i64, locale: Locale) -> String {
    mul_div_half_even(part.into(), 1000, whole.into()).map_or_else(
        || UNKNOWN.to_owned(),
        |tenths| format!("{}{THIN}%", number(tenths.into(), 1, locale, Sign::Figure)),
    )
}

/// `7.40`: ROAS, MER and their like.
pub fn ratio(value: Option<Decimal>, locale: Locale) -> String {
    value
        .and_then(|value| value.to_minor(2))
        .map_or_else(|| UNKNOWN.to_owned(), |hundredths| money(hundredths, 2, locale))
}

/// An exact decimal such as a unit cost, with at least `digits` after the point.
pub fn decimal(value: Decimal, digits: u32, locale: Locale) -> String {
    let text = value.to_string();
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (Some(MINUS), rest.to_owned()),
        None => (None, text),
    };
    let (units, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown: String = sign.into_iter().collect();
    push_grouped(&mut shown, units, locale);
    let width = digits as usize;
    if width > 0 || !fraction.is_empty() {
        shown.push(locale.marks().decimal);
        shown.push_str(&format!("{fraction:0<width$}"));
    }
    shown
}

/// `12 Nov 2026`.
pub fn day(day: Day, locale: Locale) -> String {
    format!("{} {}", day_short(day, locale), day.civil().0)
}

/// `12 Nov`, where the strip shows the year.
pub fn day_short(day: Day, locale: Locale) -> String {
    let (_, month, day) = day.civil();
    let marks = locale.marks();
    format!("{day}{} {}", marks.after_day, marks.months[month as usize - 1])
}

/// `Nov 2026`.
pub fn month_short(day: Day, locale: Locale) -> String {
    let (year, month, _) = day.civil();
    format!("{} {year}", locale.marks().months[month as usize - 1])
}

/// A ratio of a report as a fraction that can be printed.
pub fn fraction(ratio: Option<Ratio>) -> Option<Decimal> {
    ratio.map(|ratio| Decimal::from_minor(ratio.0, 4))
}

/// `November 2026`.
pub fn month(day: Day, locale: Locale) -> String {
    let (year, month, _) = day.civil();
    format!("{} {year}", locale.marks().months_long[month as usize - 1])
}

/// A time by its first day: `20 Nov 2026`, `week of 16 Nov 2026`, `November 2026`, `Q4 2026`.
pub fn time(grain: Grain, first: Day, locale: Locale) -> String {
    match grain {
        Grain::Day => day(first, locale),
        Grain::Week => say::week_of(&day(first, locale)),
        Grain::Month => month(first, locale),
        Grain::Quarter | Grain::Year => time_short(grain, first, locale),
    }
}

/// The same at a bar or over a column: `20 Nov`, `Nov 2026`, `Q4 2026`, `2026`.
pub fn time_short(grain: Grain, first: Day, locale: Locale) -> String {
    let (year, month, _) = first.civil();
    match grain {
        Grain::Day | Grain::Week => day_short(first, locale),
        Grain::Month => month_short(first, locale),
        Grain::Quarter => say::quarter((month - 1) / 3 + 1, year),
        Grain::Year => year.to_string(),
    }
}

/// `22 Oct – 20 Nov 2026`; a whole calendar month is `November 2026`.
pub fn day_range(range: DayRange, locale: Locale) -> String {
    if is_whole_month(range) {
        return month(range.from, locale);
    }
    if range.from == range.to {
        return day(range.from, locale);
    }
    if range.from.civil().0 != range.to.civil().0 {
        return format!("{} – {}", day(range.from, locale), day(range.to, locale));
    }
    format!("{} {}", day_range_short(range, locale), range.to.civil().0)
}

/// `22 Oct – 20 Nov`, and `1 – 20 Nov` within one month.
pub fn day_range_short(range: DayRange, locale: Locale) -> String {
    let (from, to) = (range.from.civil(), range.to.civil());
    if range.from == range.to {
        return day_short(range.from, locale);
    }
    if (from.0, from.1) == (to.0, to.1) {
        let after = locale.marks().after_day;
        return format!("{}{after} – {}", from.2, day_short(range.to, locale));
    }
    format!("{} – {}", day_short(range.from, locale), day_short(range.to, locale))
}

/// From the first of a month to its last.
pub fn is_whole_month(range: DayRange) -> bool {
    range.whole_months() == Some(1)
}

fn per_mille(fraction: Decimal) -> Option<i64> {
    let (numerator, denominator) = fraction.parts();
    mul_div_half_even(numerator, 1000, denominator)
}

fn number(value: i128, digits: u32, locale: Locale, sign: Sign) -> String {
    let scale = 10_u128.pow(digits);
    let (units, rest) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
    let mut shown = String::with_capacity(24);
    if value < 0 {
        shown.push(MINUS);
    } else if value > 0 && sign == Sign::Change {
        shown.push('+');
    }
    push_grouped(&mut shown, &units.to_string(), locale);
    if digits > 0 {
        let width = digits as usize;
        shown.push(locale.marks().decimal);
        shown.push_str(&format!("{rest:0width$}"));
    }
    shown
}

fn push_grouped(shown: &mut String, units: &str, locale: Locale) {
    for (index, digit) in units.chars().enumerate() {
        if index > 0 && (units.len() - index).is_multiple_of(3) {
            shown.push(locale.marks().group);
        }
        shown.push(digit);
    }
}

/// The same as template filters: `{{ net|money(locale) }}`, `{{ margin|percent(locale) }}`.
pub mod filters {
    use askama::{Result, Values};

    use super::Locale;
    use crate::base::{Day, DayRange, Decimal, Money};

    #[askama::filter_fn]
    pub fn money(money: &Money, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::amount(*money, *locale))
    }

    #[askama::filter_fn]
    pub fn change(money: &Money, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::change(money.minor, money.currency.digits(), *locale))
    }

    #[askama::filter_fn]
    pub fn whole(money: &Money, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::whole(money.minor, money.currency.digits(), *locale))
    }

    #[askama::filter_fn]
    pub fn percent(part: &Option<Decimal>, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::percent(*part, *locale))
    }

    #[askama::filter_fn]
    pub fn ratio(value: &Option<Decimal>, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::ratio(*value, *locale))
    }

    #[askama::filter_fn]
    pub fn quantity(count: &i64, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::quantity(*count, *locale))
    }

    #[askama::filter_fn]
    pub fn day(day: &Day, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::day(*day, *locale))
    }

    #[askama::filter_fn]
    pub fn day_range(range: &DayRange, _: &dyn Values, locale: &Locale) -> Result<String> {
        Ok(super::day_range(*range, *locale))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal_of(text: &str) -> Option<Decimal> {
        Some(Decimal::parse(text).unwrap())
    }

    fn range(from: &str, to: &str) -> DayRange {
        DayRange { from: Day::parse(from).unwrap(), to: Day::parse(to).unwrap() }
    }

    #[test]
    fn money_is_written_in_the_readers_way() {
        let check = |minor: i64, digits: u32, locale: Locale, shown: &str| {
            assert_eq!(money(minor, digits, locale), shown, "{minor} {digits} {locale:?}");
        };
        check(123_456, 2, Locale::En, "1,234.56");
        check(-5, 2, Locale::En, "−0.05");
        check(0, 2, Locale::En, "0.00");
        check(123_456_789, 0, Locale::En, "123,456,789");
        check(1_234_567, 3, Locale::En, "1,234.567");
        check(123_456, 2, Locale::De, "1.234,56");
        check(123_456, 2, Locale::Fr, "1\u{202F}234,56");
        check(123_456, 2, Locale::Et, "1\u{A0}234,56");
        check(i64::MIN, 2, Locale::En, "−92,233,720,368,547,758.08");
    }

    #[test]
    fn plus_stands_on_changes_only_and_never_on_zero() {
        assert_eq!(change(12_000, 2, Locale::En), "+120.00");
        assert_eq!(change(-8800, 2, Locale::En), "−88.00");
        assert_eq!(change(0, 2, Locale::En), "0.00");
    }

    #[test]
    fn whole_units_round_half_to_even_and_lose_the_sign_with_the_value() {
        assert_eq!(whole(7_842_943, 2, Locale::En), "78,429");
        assert_eq!(whole(50, 2, Locale::En), "0");
        assert_eq!(whole(150, 2, Locale::En), "2");
        assert_eq!(whole(-49, 2, Locale::En), "0");
    }

    #[test]
    fn percents_and_ratios_know_the_unknown() {
        assert_eq!(percent(decimal_of("0.2040"), Locale::En), "20.4\u{202F}%");
        assert_eq!(percent(decimal_of("-0.0004"), Locale::En), "0.0\u{202F}%");
        assert_eq!(percent(None, Locale::En), "–");
        assert_eq!(percent_change(decimal_of("0.127"), Locale::De), "+12,7\u{202F}%");
        assert_eq!(points(decimal_of("-0.021"), Locale::En), "−2.1");
        assert_eq!(share(1, 3, Locale::En), "33.3\u{202F}%");
        assert_eq!(share(1, 0, Locale::En), "–");
        assert_eq!(ratio(decimal_of("7.4"), Locale::En), "7.40");
        assert_eq!(ratio(decimal_of("-0.001"), Locale::En), "0.00");
        assert_eq!(ratio(None, Locale::En), "–");
        assert_eq!(decimal(Decimal::parse("-1234.5").unwrap(), 2, Locale::En), "−1,234.50");
        assert_eq!(decimal(Decimal::parse("0.08135").unwrap(), 2, Locale::De), "0,08135");
    }

    #[test]
    fn days_leave_out_what_is_said_already() {
        let check = |from: &str, to: &str, shown: &str| {
            assert_eq!(day_range(range(from, to), Locale::En), shown);
        };
        check("2026-10-22", "2026-11-20", "22 Oct – 20 Nov 2026");
        check("2026-11-01", "2026-11-30", "November 2026");
        check("2026-11-01", "2026-11-20", "1 – 20 Nov 2026");
        check("2026-11-20", "2026-11-20", "20 Nov 2026");
        check("2025-12-30", "2026-01-02", "30 Dec 2025 – 2 Jan 2026");
        let first = Day::parse("2026-03-01").unwrap();
        assert_eq!(day(first, Locale::De), "1. März 2026");
    }

    #[derive(askama::Template)]
    #[template(
        source = "{{ net|money(locale) }} {{ net|change(locale) }} {{ net|whole(locale) }} \
                  {{ margin|percent(locale) }} {{ margin|ratio(locale) }} \
                  {{ units|quantity(locale) }} {{ day|day(locale) }} {{ range|day_range(locale) }}",
        ext = "txt"
    )]
    struct Filtered {
        net: Money,
        margin: Option<Decimal>,
        units: i64,
        day: Day,
        range: DayRange,
        locale: Locale,
    }

    #[test]
    fn templates_format_by_the_same_functions() {
        let filtered = Filtered {
            net: Money::new(123_456, crate::base::Currency::EUR),
            margin: decimal_of("0.5"),
            units: 1200,
            day: Day::parse("2026-11-20").unwrap(),
            range: range("2026-11-01", "2026-11-30"),
            locale: Locale::En,
        };
        let shown = "1,234.56 +1,234.56 1,235 50.0\u{202F}% 0.50 1,200 20 Nov 2026 November 2026";
        assert_eq!(askama::Template::render(&filtered).unwrap(), shown);
    }

    #[test]
    fn a_language_tag_finds_its_locale() {
        assert_eq!(Locale::find("de-AT"), Some(Locale::De));
        assert_eq!(Locale::find("EN_us"), Some(Locale::En));
        assert_eq!(Locale::find("tlh"), None);
    }

    proptest! {
        #[test]
        fn no_figure_is_a_negative_zero(minor in -200_i64..200, digits in 0_u32..4) {
            for shown in [money(minor, digits, Locale::En), whole(minor, digits, Locale::En)] {
                let zero = !shown.chars().any(|c| ('1'..='9').contains(&c));
                prop_assert!(!(zero && shown.starts_with(MINUS)), "{}", shown);
            }
        }
    }
}
